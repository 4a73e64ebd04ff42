"""The names that texts in a module speak of where Python, or a test, reads the text as code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_TYPE_COMMENT = re.compile(r"#\s*type:.*")
_DOCTEST = re.compile(r"^\s*(?:>>>|\.\.\.).*", re.MULTILINE)
#: What finds a name by its text.
_BY_TEXT = re.compile(
    r"\bglobals\(\)|\bvars\(|\blocals\(\)|\beval\(|\bexec\(|sys\.modules\[__name__\]|__dict__"
)
_NAME = re.compile(r"[A-Za-z_]\w*")
#: A name of which something is read: ``uuid.UUID``.
_READ = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\.\w")


#: Calls that read their texts as types.
_READS_TYPES = frozenset({"cast", "TypeVar", "NewType", "get_type_hints", "ForwardRef"})


def names_in_text(nodes: Iterable[ast.AST], text: str) -> frozenset[str]:
    """Names that a type comment, a doctest, a forward reference, ``__all__`` or ``globals()`` may read.

    Of any literal text a name counts of which something is read; of docstrings only their doctests. ``nodes``
    are those near the names that matter, ``text`` is the whole module.
    """
    found: set[str] = set()
    for pattern in (_TYPE_COMMENT, _DOCTEST):
        for match in pattern.finditer(text):
            found.update(_WORD.findall(match[0]))
    by_text = _BY_TEXT.search(text) is not None
    documents: set[ast.AST] = set()
    types: list[ast.AST] = []
    texts: list[ast.Constant] = []
    for node in nodes:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                texts.append(node)
            continue
        types += _read_as_types(node)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            documents.update(one.value for one in node.body[:1] if isinstance(one, ast.Expr))
    for constant in texts:
        if constant not in documents:
            found.update(_READ.findall(str(constant.value)))
            if by_text and _NAME.fullmatch(str(constant.value)):
                found.add(str(constant.value))
    for part in types:
        for inner in ast.walk(part):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                found.update(_WORD.findall(inner.value))
    return frozenset(found)


def _read_as_types(node: ast.AST) -> list[ast.expr]:
    """The parts of a node whose texts name types, or what a module exports."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [] if node.returns is None else [node.returns]
    if isinstance(node, ast.arg | ast.AnnAssign):
        return [] if node.annotation is None else [node.annotation]
    if isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [node.value] if any(getattr(one, "id", "") == "__all__" for one in targets) else []
    if isinstance(node, ast.Subscript):
        return [node.slice]
    if isinstance(node, ast.Call):
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if called in _READS_TYPES or getattr(getattr(function, "value", None), "id", "") == "__all__":
            return [*node.args, *(keyword.value for keyword in node.keywords)]
    return []
