"""The two formats for people: ``concise`` (one line a finding) and ``full`` (with a source frame).

Both give lines for :meth:`~flake8_ssot_ids.render.terminal.Palette.rows`.
"""

from __future__ import annotations

import re

from flake8_ssot_ids.render.terminal import Palette, cells, display_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from flake8_ssot_ids.model import Finding, Span

_ADVICE = re.compile(r"; ([^;`]*`[^`]*`)\Z")
CONTEXT_ROWS = 2
FRAME_WIDTH = 140
# A reference that is spread over more rows than this is underlined on its first rows only.
UNDERLINED_ROWS = 4


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
    lines: Sequence[str] | None = None
    for finding in findings:
        if finding.path != path:
            path = finding.path
            lines = lines_of(path)
        start = finding.span.start
        frame = _frame(lines, finding.span, palette) if lines is not None else None
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


def _frame(lines: Sequence[str], span: Span, palette: Palette) -> tuple[int, list[str]] | None:
    """Draw the rows around a span; also return the width of the row numbers.

    None where the span lies outside the text: the file has changed since it was checked.
    """
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
    shown = {row: cells(lines[row - 1]) for row in range(first, last + 1)}
    marks = {
        row: _marks(shown[row], lines[row - 1], row, span) for row in range(span.start.row, last_marked + 1)
    }
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


def _marks(row_cells: list[tuple[str, int]], text: str, row: int, span: Span) -> tuple[int, int]:
    """Return the display columns, from 0, that are underlined in one row of the span."""
    first = span.start.column - 1 if row == span.start.row else len(text) - len(text.lstrip())
    past = span.end.column - 1 if row == span.end.row else len(text.rstrip())
    widths = [width for _, width in row_cells]
    start = sum(widths[:first])
    end = sum(widths[:past])
    if span.start == span.end or (row == span.start.row and end <= start):
        end = start + 1  # a point, for instance where the parser stopped
    return start, end


def _window(shown: dict[int, list[tuple[str, int]]], marks: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Choose the display columns to show, so that the first mark is visible in very long lines."""
    widest = max(sum(width for _, width in row_cells) for row_cells in shown.values())
    if widest <= FRAME_WIDTH:
        return 0, FRAME_WIDTH
    start, end = next(iter(marks.values()))
    if end <= FRAME_WIDTH:
        return 0, FRAME_WIDTH
    left = max(0, start - FRAME_WIDTH // 3)
    return left, left + FRAME_WIDTH


def _cut(row_cells: list[tuple[str, int]], left: int, right: int) -> str:
    """Return what is seen of a row between two display columns; an ellipsis stands for the rest."""
    out: list[str] = ["…"] if left else []
    column = 0
    for char, width in row_cells:
        if column >= right:
            out.append("…")
            break
        if column >= left:
            out.append(char)
        elif column + width > left:
            out.append(" " * (column + width - left))
        column += width
    text = "".join(out)
    return "" if text == "…" and left else text
