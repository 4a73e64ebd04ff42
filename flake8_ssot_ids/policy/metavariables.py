"""Patterns and rewrites of a house's recipes as texts: their meta-variables, and the Python around these.

``$X`` stands for one piece of syntax and ``$$$ARGS`` for any number; ``$$X`` is one that may also be a mere
token. What begins with an underscore, and a bare ``$$$``, matches too but is not kept.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

_META = re.compile(r"\$\$\$(?![A-Z_])|(\${1,3})([A-Z_][A-Z0-9_]*)")
_ONE, _MANY = "ssot_meta_", "ssot_metas_"
_PLACEHOLDER = re.compile(r"ssot_metas?_([A-Z_][A-Z0-9_]*)")


def bound_by(pattern: str) -> dict[str, bool]:
    """The meta-variables that ``pattern`` keeps, and whether each may stand for several pieces."""
    return {
        match[2]: match[1] == "$$$" for match in _META.finditer(pattern) if match[2] and match[2][0] != "_"
    }


def unbound_in_rewrite(pattern: str, rewrite: str) -> list[str]:
    """The meta-variables of ``rewrite`` that ``pattern`` does not keep, in order."""
    bound = bound_by(pattern)
    names = (match[2] or "$$" for match in _META.finditer(rewrite))
    return [name for name in dict.fromkeys(names) if name not in bound]


def as_python(text: str, *, stars: bool = True) -> str:
    """``text`` with a plain name in the place of each meta-variable.

    With ``stars``, one where any number of arguments may stand where Python takes such: ``f(x=1, *name)``.
    """

    def name_of(match: re.Match[str]) -> str:
        if match.group().startswith("$$$"):
            return f"{'*' if stars else ''}{_MANY}{match[2] or 'REST'}"
        return f"{_ONE}{match[2]}"

    return _META.sub(name_of, text)


def as_rewrite(python: str) -> str:
    """The rewrite of which :func:`as_python` has made ``python``."""
    return re.sub(rf"\*{_MANY}", "$$$", python).replace(_ONE, "$")


def names_in(text: str) -> list[str]:
    """The meta-variables that a part of what :func:`as_python` gives stands for, in order."""
    return _PLACEHOLDER.findall(text)


def is_name(text: str) -> str | None:
    """The meta-variable that ``text`` stands for, if it is nothing else."""
    match = _PLACEHOLDER.fullmatch(text)
    return match[1] if match else None


def filled(python: str, values: dict[str, str]) -> str:
    """``python``, a part of what :func:`as_python` gives, with ``values`` for the meta-variables."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], python)


def syntax(text: str) -> ast.expr | ast.stmt:
    """A pattern or a rewrite as Python sees it, with plain names for its meta-variables.

    Raises:
        ValueError: it is neither an expression nor one statement that holds one; with the reason.
    """
    import ast

    try:
        body = ast.parse(as_python(text).strip()).body
    except SyntaxError as error:
        raise ValueError(f"it is no Python: {error.msg}") from None
    if len(body) == 1:
        only = body[0]
        if isinstance(only, ast.Expr):
            return only.value
        if (
            isinstance(only, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return)
            and only.value is not None
        ):
            return only
    raise ValueError("it is neither one expression nor one assignment or return")


def is_statement(text: str) -> bool:
    """Whether a pattern or rewrite is a statement.

    Raises:
        ValueError: as :func:`syntax`.
    """
    import ast

    return isinstance(syntax(text), ast.stmt)


def words_of(pattern: str) -> frozenset[bytes]:
    """ASCII words that stand in every file in which ast-grep finds ``pattern``.

    Only names and keywords: a text may be told apart by less than its letters.
    """
    import io
    import tokenize

    found = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(as_python(pattern)).readline):
            if token.type == tokenize.NAME and token.string.isascii() and not names_in(token.string):
                found.add(token.string.encode())
    except (tokenize.TokenError, SyntaxError):
        return frozenset()
    return frozenset(found)
