"""Edits of a text by offset, and the way from rows and columns to offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from flake8_ssot_ids.model import Position, Span

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """One replacement: the text from ``start`` up to ``end`` (offsets in code points) by ``content``.

    ``content`` has ``\\n`` line ends; :func:`apply_edits` gives it those of the file.
    """

    start: int
    end: int
    content: str


class Offsets:
    """Offsets of the rows of a text as the parser counts them; a BOM is not part of it."""

    def __init__(self, text: str) -> None:
        """Find the line ends of ``text``, which has those of its file."""
        self.text = text
        ends = [match.end() for match in _LINE_END.finditer(text)]
        self._starts = [0, *ends]
        first = _LINE_END.search(text)
        self.newline = first.group() if first is not None else "\n"

    def at(self, row: int, column: int) -> int:
        """The offset of a row and column (1-based, code points)."""
        return self._starts[row - 1] + column - 1

    def of(self, position: Position) -> int:
        """The offset of a position."""
        return self.at(position.row, position.column)

    def row(self, row: int) -> int:
        """The offset of the start of a row; one past the last row is the end of the text."""
        return self._starts[row - 1] if row <= len(self._starts) else len(self.text)

    def position(self, offset: int) -> Position:
        """The row and column of an offset."""
        from bisect import bisect_right

        row = bisect_right(self._starts, offset)
        return Position(row, offset - self._starts[row - 1] + 1)

    def span(self, edit: TextEdit) -> Span:
        """Where an edit stands."""
        return Span(self.position(edit.start), self.position(edit.end))


def merged(edits: Iterable[TextEdit]) -> list[TextEdit]:
    """The edits in order, each once.

    ast-grep's own ``commit_edits`` would silently drop one of two that overlap.

    Raises:
        ValueError: two overlap.
    """
    # What is inserted where something else is replaced stands before that.
    kept = sorted(set(edits), key=lambda edit: (edit.start, edit.end, edit.content))
    for first, second in pairwise(kept):
        if second.start < first.end:
            raise ValueError(f"edits overlap: {first} and {second}")
    return kept


def apply_edits(text: str, edits: Iterable[TextEdit], newline: str = "\n") -> str:
    """``text`` after ``edits``, which do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        content = edit.content if newline == "\n" else edit.content.replace("\n", newline)
        parts += (text[at : edit.start], content)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)
