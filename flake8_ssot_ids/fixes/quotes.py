"""Which quote a text may have that is written inside of an f-string.

Before Python 3.12 the expressions of an f-string must not hold the quote that the f-string itself has.
"""

from __future__ import annotations

import ast
import io
import token
import tokenize
from collections.abc import Mapping

from flake8_ssot_ids.model import Position, Span
from flake8_ssot_ids.source import Lines

_START = getattr(token, "FSTRING_START", None)
_END = getattr(token, "FSTRING_END", None)


def inner_quote(node: ast.expr, place: Span, parents: Mapping[ast.AST, ast.AST], lines: Lines) -> str:
    """The quote to use at ``node``; empty where it is in no f-string, or none is free there.

    ``place`` is where it really stands, which Python 3.11 does not say of nodes in f-strings.
    """
    around: list[ast.JoinedStr] = []
    current: ast.AST | None = node
    while current is not None and not isinstance(current, ast.stmt):
        if isinstance(current, ast.JoinedStr):
            around.append(current)
        current = parents.get(current)
    if len(around) != 1:
        # In none, or in one within another, which takes both.
        return ""
    outer = around[0]
    start = Position(outer.lineno, lines.column(outer.lineno, outer.col_offset))
    last = outer.end_lineno or outer.lineno
    text = lines.segment(Span(start, Position(last, lines.column(last, outer.end_col_offset or 0))))
    row = place.start.row - start.row + 1
    # A parenthesis goes before the text.
    column = place.start.column - start.column + 1 if row == 1 else place.start.column - 1
    return {'"': "'", "'": '"'}.get(_quote(text, (row, column)), "")


def _quote(text: str, place: tuple[int, int]) -> str:
    """The quote of the piece of a text, in parentheses, at ``place`` (row from 1, column from 0)."""
    depth = 0
    opened: tuple[tuple[int, int], str] | None = None
    try:
        for item in tokenize.generate_tokens(io.StringIO(f"({text})").readline):
            if item.type == _START:
                if not depth:
                    opened = item.start, item.string[-1]
                depth += 1
            elif item.type == _END:
                depth -= 1
                if not depth and opened is not None and opened[0] <= place < item.end:
                    return opened[1]
            elif item.type == token.STRING and not depth and item.start <= place < item.end:
                return item.string.lstrip("rRfFbBuU")[0]
    except (tokenize.TokenError, SyntaxError):
        return ""
    return ""


def shows_source(node: ast.expr, place: Span, parents: Mapping[ast.AST, ast.AST], lines: Lines) -> bool:
    """Whether ``f"{node=}"`` shows the source of the expression around ``node``, which a fix would change.

    ``place`` is where the outermost expression of the replacement field stands.
    """
    if not isinstance(parents.get(node), ast.FormattedValue):
        return False
    rest = lines.lines[place.end.row - 1][place.end.column - 1 :].lstrip(" )")
    return rest.startswith("=") and not rest.startswith("==")
