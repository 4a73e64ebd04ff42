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


def inner_quote(node: ast.expr, parents: Mapping[ast.AST, ast.AST], lines: Lines) -> str:
    """The quote to use at ``node``; empty where it is in no f-string, or none is free there."""
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
    quotes = _quotes(text, node, outer)
    return {'"': "'", "'": '"'}.get("".join(quotes), "")


def _quotes(text: str, node: ast.expr, outer: ast.JoinedStr) -> set[str]:
    """The quotes of the pieces of a text that may hold ``node``; one piece's where that can be told."""
    found: list[tuple[int, int, str]] = []
    depth = 0
    try:
        for item in tokenize.generate_tokens(io.StringIO(f"({text})").readline):
            if item.type == _START:
                if not depth:
                    found.append((item.start[0], item.end[0], item.string[-1]))
                depth += 1
            elif item.type == _END:
                depth -= 1
                if not depth:
                    found[-1] = (found[-1][0], item.end[0], found[-1][2])
            elif item.type == token.STRING and not depth and _START is None:
                body = item.string.lstrip("rRfFbBuU")
                found.append((item.start[0], item.end[0], body[0]))
    except (tokenize.TokenError, SyntaxError):
        return set()
    quotes = {quote for _, _, quote in found}
    if len(quotes) < 2 or _START is None:
        return quotes
    row = node.lineno - outer.lineno + 1
    return {quote for first, last, quote in found if first <= row <= last}
