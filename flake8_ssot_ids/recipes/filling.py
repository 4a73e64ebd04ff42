"""A rewrite with the meta-variables filled in, which means just what it says.

Text put into text may mean something else: ``$X.hex`` with ``a or b`` for ``$X``. So what comes out is parsed
and compared with the tree of the rewrite in which the trees of the pieces were put; where these differ,
the pieces are put in parentheses, and where that does not help, there is no answer.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from flake8_ssot_ids.policy.metavariables import as_python, bound_by, filled, is_name, names_in, syntax

_ATOMS = (
    ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.JoinedStr, ast.List, ast.Dict,
    ast.Set, ast.ListComp, ast.SetComp, ast.DictComp,
)  # fmt: skip


class UnfitError(Exception):
    """What a meta-variable stands for cannot stand where the rewrite wants it."""


def fill(rewrite: str, pieces: Mapping[str, str]) -> str | None:
    """``rewrite`` with ``pieces``, the source texts of its meta-variables; None where that cannot be written.

    A piece that stands for several arguments is their text with the commas between them.
    """
    texts = {name: piece.strip().rstrip(",").rstrip() for name, piece in pieces.items()}
    try:
        parts = {name: _parsed(text) for name, text in texts.items()}
        wanted = _dump(_Filling(rewrite, parts, texts).visit(syntax(rewrite)))
    except (UnfitError, ValueError, SyntaxError):
        return None
    single = {name for name, part in parts.items() if len(part.args) == 1 and not part.keywords}
    for around in ("{}", "({})"):
        values = {
            name: around.format(text)
            if name in single and not isinstance(parts[name].args[0], _ATOMS)
            else text
            for name, text in texts.items()
        }
        text = filled(_without_empty(as_python(rewrite, stars=False).strip(), texts), values)
        try:
            if _dump(syntax(text)) == wanted:
                return text
        except ValueError:
            continue
    return None


def _parsed(text: str) -> ast.Call:
    """Pieces as the arguments of a call."""
    node = ast.parse(f"_(\n{text}\n)", mode="eval").body
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise UnfitError
    return node


def _without_empty(python: str, texts: Mapping[str, str]) -> str:
    """The rewrite without the meta-variables that stand for nothing, and a comma with each."""
    for name, text in texts.items():
        if not text:
            for word in (as_python(f"${name}"), as_python(f"$$${name}", stars=False)):
                python = re.sub(rf"\b{word}\b\s*,\s*|,\s*{word}\b|\b{word}\b", "", python)
    return python


class _Filling(ast.NodeTransformer):
    """Puts the trees of the pieces into the tree of the rewrite."""

    def __init__(self, rewrite: str, parts: Mapping[str, ast.Call], texts: dict[str, str]) -> None:
        self._several = {name for name, several in bound_by(rewrite).items() if several}
        self._parts = parts
        self._texts = texts

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """One piece in the place of the name that stands for it."""
        name = is_name(node.id)
        if name is None:
            return node
        part = self._parts[name]
        if len(part.args) != 1 or part.keywords or isinstance(part.args[0], ast.Starred):
            raise UnfitError
        return part.args[0]

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Pieces among the arguments: each may be any number of them."""
        keywords = [(_position(keyword), keyword) for keyword in node.keywords]
        node.args = self._spread(node.args, keywords)
        node.keywords = [keyword for _, keyword in sorted(keywords, key=lambda pair: pair[0])]
        return self.generic_visit(node)

    def visit_List(self, node: ast.List) -> ast.AST:
        """Pieces among the items."""
        return self._display(node)

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        """Pieces among the items."""
        return self._display(node)

    def visit_Set(self, node: ast.Set) -> ast.AST:
        """Pieces among the items."""
        return self._display(node)

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> ast.AST:
        keywords: list[tuple[tuple[int, int], ast.keyword]] = []
        node.elts = self._spread(node.elts, keywords)
        if keywords:
            raise UnfitError
        return self.generic_visit(node)

    def _spread(
        self, items: list[ast.expr], keywords: list[tuple[tuple[int, int], ast.keyword]]
    ) -> list[ast.expr]:
        """The items with all pieces in their places; keywords among these go to ``keywords``."""
        found: list[ast.expr] = []
        for item in items:
            inner = item.value if isinstance(item, ast.Starred) else item
            name = is_name(inner.id) if isinstance(inner, ast.Name) else None
            # A star of the rewrite's own stands before one piece, which is then an expression.
            if name is None or (isinstance(item, ast.Starred) and name not in self._several):
                found.append(item)
            else:
                found += self._parts[name].args
                keywords += ((_position(item), keyword) for keyword in self._parts[name].keywords)
        return found

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Meta-variables within names, keywords and texts."""
        for field, value in ast.iter_fields(node):
            if isinstance(value, str) and names_in(value):
                setattr(node, field, filled(value, self._texts))
        return super().generic_visit(node)


def _position(node: ast.expr | ast.keyword) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _dump(node: ast.AST) -> str:
    """The tree without what only its place in the code says."""
    return re.sub(r"ctx=(?:Load|Store|Del)\(\)", "ctx", ast.dump(node))
