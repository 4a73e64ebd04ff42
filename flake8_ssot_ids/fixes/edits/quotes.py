"""Which quote a text may have that is written inside of an f-string.

Before Python 3.12 the expressions of an f-string must not hold the quote that the f-string itself has.
"""

from __future__ import annotations

import ast
import io
import re
import token
import tokenize
from bisect import bisect_right
from collections.abc import Mapping

from flake8_ssot_ids.model import Position, Span
from flake8_ssot_ids.semantics.module.parents import parents_of
from flake8_ssot_ids.source.sourcefile import Lines

#: Row from 1, column from 0.
Place = tuple[int, int]
_SHOWN = re.compile(r"[ )]*=(?!=)")
_START = getattr(token, "FSTRING_START", None)
_END = getattr(token, "FSTRING_END", None)


def inner_quote(node: ast.expr, place: Span, parents: Mapping[ast.AST, ast.AST], lines: Lines) -> str:
    """The quote to use at ``node``; empty where it is in no f-string, or none is free there.

    ``place`` is where it really stands, which Python 3.11 does not say of nodes in f-strings.
    """
    if parents_of(parents).fstring_around(node) is None:
        return ""
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
    quotes = lines.memory.get((outer, _quotes))
    if quotes is None:
        end = Position(last, lines.column(last, outer.end_col_offset or 0))
        quotes = lines.memory[outer, _quotes] = _quotes(lines.segment(Span(start, end)))
    row = place.start.row - start.row + 1
    # A parenthesis goes before the text.
    column = place.start.column - start.column + 1 if row == 1 else place.start.column - 1
    at = bisect_right(quotes, ((row, column + 1),)) - 1
    quote = quotes[at][2] if at >= 0 and (row, column) < quotes[at][1] else ""
    return {'"': "'", "'": '"'}.get(quote, "")


def _quotes(text: str) -> list[tuple[Place, Place, str]]:
    """Start, end and quote of the pieces of a text, in parentheses; what came before a fault in it."""
    found: list[tuple[Place, Place, str]] = []
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
                if not depth and opened is not None:
                    found.append((opened[0], item.end, opened[1]))
            elif item.type == token.STRING and not depth:
                found.append((item.start, item.end, item.string.lstrip("rRfFbBuU")[0]))
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def shows_source(node: ast.expr, place: Span, parents: Mapping[ast.AST, ast.AST], lines: Lines) -> bool:
    """Whether ``f"{node=}"`` shows the source of the expression around ``node``, which a fix would change.

    ``place`` is where the outermost expression of the replacement field stands.
    """
    if not isinstance(parents.get(node), ast.FormattedValue):
        return False
    return _SHOWN.match(lines.lines[place.end.row - 1], place.end.column - 1) is not None
