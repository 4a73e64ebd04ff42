"""The two formats for people: ``concise`` (one line a finding) and ``full`` (with a source frame).

Both give lines for :meth:`~flake8_ssot_ids.render.terminal.Palette.rows`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate

from flake8_ssot_ids.render.terminal import Palette, cells, display_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from flake8_ssot_ids.model import Finding, Span

_ADVICE = re.compile(
    r"; ((?:write|call|pass|create it with|decide by hand|no generator is|this is a secret|thread, run"
    r"|rename) .*|[^;`]*`[^`]*`)\Z",
    re.DOTALL,
)
CONTEXT_ROWS = 2
FRAME_WIDTH = 140
# A reference that is spread over more rows than this is underlined on its first rows only.
UNDERLINED_ROWS = 4
#: Measured lines that are kept.
MOST_KEPT = 16


def concise(findings: Iterable[Finding], palette: Palette, cwd: str) -> Iterator[str]:
    """Yield ``path:row:column: CODE message`` lines."""
    p = palette
    colon = f"{p.cyan}:{p.reset}"
    for finding in findings:
        start = finding.span.start
        path = display_path(finding.path, cwd)
        yield (
            f"{p.bold}{path}{p.reset}{colon}{start.row}{colon}{start.column}{colon} "
            f"{p.red}{finding.code}{p.reset} {finding.message}"
        )


def full(
    findings: Iterable[Finding], palette: Palette, cwd: str, lines_of: Callable[[str], Sequence[str] | None]
) -> Iterator[str]:
    """Yield one block a finding: message, place, source frame with carets, an empty line.

    ``lines_of`` gives the physical lines of a path, or None where they cannot be had.
    """
    p = palette
    path: str | None = None
    rows = _Rows(())
    for finding in findings:
        if finding.path != path:
            path = finding.path
            lines = lines_of(path)
            rows = _Rows(lines or ())
        start = finding.span.start
        frame = _frame(rows, finding.span, palette)
        gutter = " " * (frame[0] if frame else 1)
        place = f"{display_path(path, cwd)}:{start.row}:{start.column}"
        message, advice = _split(finding)
        yield f"{p.red}{finding.code}{p.reset}{p.bold} {message}{p.reset}"
        yield f"{gutter}{p.blue}-->{p.reset} {place}"
        if frame is not None:
            yield from frame[1]
        if advice:
            yield f"{p.cyan}help{p.reset}: {advice}"
        yield ""


def _split(finding: Finding) -> tuple[str, str]:
    """Separate what is wrong from what to write instead, the last half sentence of a message."""
    if finding.fix is not None:
        return finding.message, finding.fix.message
    found = _ADVICE.search(finding.message)
    return (finding.message[: found.start()], found[1]) if found else (finding.message, "")


class _Rows:
    """The lines of a file as they are shown; each is measured once, however many findings it has."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self._known: dict[int, _Row] = {}

    def __getitem__(self, row: int) -> _Row:
        known = self._known.get(row)
        if known is None:
            if len(self._known) > MOST_KEPT:
                self._known.clear()
            known = self._known[row] = _Row(self.lines[row - 1])
        return known


class _Row:
    """The characters of one line as they are shown, and the display column at which each begins."""

    __slots__ = ("columns", "shown", "text")

    shown: Sequence[str]
    columns: Sequence[int]

    def __init__(self, text: str) -> None:
        self.text = text
        if text.isascii() and text.isprintable():
            self.shown, self.columns = text, range(len(text) + 1)
        else:
            pairs = cells(text)
            self.shown = [char for char, _ in pairs]
            self.columns = [*accumulate((width for _, width in pairs), initial=0)]

    @property
    def width(self) -> int:
        return self.columns[-1]


def _frame(rows: _Rows, span: Span, palette: Palette) -> tuple[int, list[str]] | None:
    """Draw the rows around a span; also return the width of the row numbers.

    None where the span lies outside the text: the file has changed since it was checked.
    """
    lines = rows.lines
    if not 1 <= span.start.row <= span.end.row <= len(lines):
        return None
    first = max(1, span.start.row - CONTEXT_ROWS)
    last_marked = min(span.end.row, span.start.row + UNDERLINED_ROWS - 1)
    last = min(len(lines), last_marked + CONTEXT_ROWS)
    while first < span.start.row and not lines[first - 1].strip():
        first += 1
    while last > last_marked and not lines[last - 1].strip():
        last -= 1
    p = palette
    digits = len(str(last))
    bar = f"{' ' * digits} {p.blue}|{p.reset}"
    shown = {row: rows[row] for row in range(first, last + 1)}
    marks = {row: _marks(shown[row], row, span) for row in range(span.start.row, last_marked + 1)}
    left, right = _window(shown, marks)
    out = [bar]
    for row in range(first, last + 1):
        text = _cut(shown[row], left, right)
        out.append(f"{p.blue}{row:>{digits}} |{p.reset} {text}".rstrip())
        if row in marks and marks[row][1] > marks[row][0]:
            start, end = marks[row]
            end = min(end, right)
            skip = start - left + (1 if left else 0)
            out.append(f"{bar} {' ' * skip}{p.red}{'^' * max(1, end - start)}{p.reset}")
    out.append(bar)
    return digits, out


def _marks(shown: _Row, row: int, span: Span) -> tuple[int, int]:
    """Return the display columns, from 0, that are underlined in one row of the span."""
    text, columns = shown.text, shown.columns
    first = span.start.column - 1 if row == span.start.row else len(text) - len(text.lstrip())
    past = span.end.column - 1 if row == span.end.row else len(text.rstrip())
    start = columns[min(first, len(text))]
    end = columns[min(past, len(text))]
    if span.start == span.end or (row == span.start.row and end <= start):
        end = start + 1  # a point, for instance where the parser stopped
    return start, end


def _window(shown: dict[int, _Row], marks: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Choose the display columns to show, so that the first mark is visible in very long lines."""
    widest = max(row.width for row in shown.values())
    if widest <= FRAME_WIDTH:
        return 0, FRAME_WIDTH
    start, end = next(iter(marks.values()))
    if end <= FRAME_WIDTH:
        return 0, FRAME_WIDTH
    left = max(0, start - FRAME_WIDTH // 3)
    return left, left + FRAME_WIDTH


def _cut(row: _Row, left: int, right: int) -> str:
    """Return what is seen of a row between two display columns; an ellipsis stands for the rest."""
    out: list[str] = ["…"] if left else []
    # The character before the left edge may cross it.
    for at in range(max(0, bisect_left(row.columns, left) - 1), len(row.shown)):
        column, end = row.columns[at], row.columns[at + 1]
        if column >= right:
            out.append("…")
            break
        if column >= left:
            out.append(row.shown[at])
        elif end > left:
            out.append(" " * (end - left))
    text = "".join(out)
    return "" if text == "…" and left else text
