"""What an expression spells out: a text, a small number, the bounds of a slice."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

#: Of the text around an id, so many parts on each side are looked at. No id is made of more.
NEAR = 40


class Hidden(ast.expr):
    """A part of a text that nothing in the source spells out, such as what ``*args`` puts into a template."""


HIDDEN = Hidden()


def text_of(node: ast.expr) -> str | None:
    """The text of a literal of text or bytes (a character for each byte), None if it is none."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, (str, bytes)):
        return None
    return node.value if isinstance(node.value, str) else node.value.decode("latin-1")


def constant(node: ast.expr) -> object:
    """The value of a literal or of arithmetic over integer literals, None if it is neither."""
    if isinstance(node, ast.Constant):
        return node.value
    return integer(node)


def is_known(node: ast.expr) -> bool:
    """Whether :func:`constant` gives the value; None may be one, too."""
    return isinstance(node, ast.Constant) or integer(node) is not None


def integer(node: ast.expr, depth: int = 8) -> int | None:
    """The value of a small arithmetic expression over integer literals, None if it is none."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, int) and not isinstance(node.value, bool) else None
    if depth == 0:
        return None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = integer(node.operand, depth - 1)
        return None if value is None else -value
    if isinstance(node, ast.BinOp):
        left, right = integer(node.left, depth - 1), integer(node.right, depth - 1)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, (ast.Pow, ast.LShift)) and 0 <= right <= 256 and abs(left) <= 1 << 64:
            return int(left**right) if isinstance(node.op, ast.Pow) else left << right
    return None


def bounds_of(node: ast.Slice) -> list[int | str | None]:
    """The bounds and the step: each a number, None where it is left out, ``?`` where it is not known."""
    return [_bound(part) for part in (node.lower, node.upper, node.step)]


def _bound(node: ast.expr | None) -> int | str | None:
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return None
    value = integer(node)
    return "?" if value is None else value


def as_slice(bounds: Sequence[int | str | None]) -> slice:
    """The slice that has these bounds; one that is not known counts as left out."""
    lower, upper, step = (bound if isinstance(bound, int) else None for bound in bounds)
    return slice(lower, upper, step or None)


def literal_or_self(node: ast.expr) -> str | ast.expr:
    """The text of a literal; of anything else the expression itself, or HIDDEN where it may be several."""
    text = HIDDEN if isinstance(node, ast.Starred) else text_of(node)
    return node if text is None else text


def opened(pieces: Sequence[str | ast.expr]) -> list[str | ast.expr]:
    """The same text with the terms of small sums in brackets in their place."""
    found: list[str | ast.expr] = []
    for piece in pieces:
        terms: list[ast.expr] = [] if isinstance(piece, str) else [piece]
        at = 0
        while at < len(terms) <= NEAR:
            term = terms[at]
            if isinstance(term, ast.BinOp) and isinstance(term.op, ast.Add):
                terms[at : at + 1] = (term.left, term.right)
            else:
                at += 1
        found += [piece] if isinstance(piece, str) or at < len(terms) else map(literal_or_self, terms)
    return found


def near(
    parts: Sequence[ast.expr], at: int, read: Callable[[ast.expr], str | ast.expr]
) -> tuple[list[str | ast.expr], list[str | ast.expr]]:
    """The text before and after part number ``at``, as far as it is near."""
    first, last = max(0, at - NEAR), at + NEAR + 1
    head = [read(part) for part in parts[first:at]]
    tail = [read(part) for part in parts[at + 1 : last]]
    return [HIDDEN, *head] if first else head, [*tail, HIDDEN] if last < len(parts) else tail
