"""Caret-marked cases: source text that says itself which findings it must have.

For the tests of this package and for those who add rules of their own. A case is Python
source; a comment line below a line of code marks what has to be found on that line::

    x = f"ws_{uuid.uuid4().hex[:8]}"
    #         ^^^^^^^^^^ SID103
    uuid.uuid4()
    #! SID101 1-11

- ``# ^^^ SID103``: the carets lie under the reference, one for each code point. Several
  marker lines may follow one line of code.
- ``#! SID101 1-11``: for places that carets cannot reach. 1-based start column and
  exclusive end column; ``1-3:4`` ends in column 4 of row 3; ``2:5-17`` starts in row 2,
  for a row inside a string that spans lines. Rows are those of the source, markers
  included, counted from 1.
- ``SID201|SID203`` accepts any of the codes, where the place matters and the code does not.

Markers are comments, so a case is checked as it stands. Inside a string a marker would be
text: mark such rows after the string has ended.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Mark", "assert_marks", "check", "expected"]

_CODES = r"(?P<code>SID\d{3}(?:\|SID\d{3})*)"
_CARETS = re.compile(rf"[ \t]*#[ \t]*(?P<carets>\^+)[ \t]+{_CODES}[ \t]*")
_RANGE = re.compile(
    rf"[ \t]*#![ \t]*{_CODES}[ \t]+(?:(?P<row>\d+):)?(?P<column>\d+)"
    r"-(?:(?P<end_row>\d+):)?(?P<end_column>\d+)[ \t]*"
)
_INTENDED = re.compile(r"[ \t]*#(?:[ \t]*\^|![ \t]*SID)")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding as a case sees it: its code and the place of the reference.

    Rows and columns are 1-based, columns count code points, the end is exclusive. In what
    :func:`expected` returns, ``code`` may name several codes, joined by ``|``.
    """

    code: str
    row: int
    column: int
    end_row: int
    end_column: int

    @property
    def place(self) -> tuple[int, int, int, int]:
        """The place alone, which is also the order in which marks are listed."""
        return (self.row, self.column, self.end_row, self.end_column)

    def __str__(self) -> str:
        """``SID103 at 1:11-1:21``."""
        return f"{self.code} at {self.row}:{self.column}-{self.end_row}:{self.end_column}"


def expected(source: str) -> list[Mark]:
    """Read the marks out of ``source``, in source order.

    Raises ValueError for a marker that cannot be read, has no line to speak of, or points
    past the end of its line: a marker that is overlooked would be a test that cannot fail.
    """
    marks: list[Mark] = []
    code_row = 0
    lines = _LINE_END.split(source)
    for row, line in enumerate(lines, start=1):
        if not _INTENDED.match(line):
            code_row = row
            continue
        if not code_row:
            raise ValueError(f"line {row}: a marker without a line above it")
        if found := _CARETS.fullmatch(line):
            start, end = found.span("carets")
            if end > len(lines[code_row - 1]):
                raise ValueError(f"line {row}: the carets point past the end of line {code_row}")
            marks.append(Mark(found["code"], code_row, start + 1, code_row, end + 1))
        elif found := _RANGE.fullmatch(line):
            first = int(found["row"] or code_row)
            last = int(found["end_row"] or first)
            marks.append(Mark(found["code"], first, int(found["column"]), last, int(found["end_column"])))
        else:
            raise ValueError(f"line {row}: not a marker: {line.strip()!r}")
    return sorted(marks, key=_order)


def check(
    source: str,
    *,
    path: str = "case.py",
    files: Mapping[str, str] | None = None,
    config: str | None = None,
    select: Sequence[str] = ("SID",),
) -> list[Mark]:
    """Find what the engine finds in ``source``, in source order.

    The source is judged as the file ``path`` of a project folder of its own, which is made
    for the call and removed after it. ``files`` are the other files of that project (path
    with ``/`` to text), ``config`` is the text of its ``ssot-ids.toml``. Only codes that
    begin with one of ``select`` are returned. Raises PolicyError for a bad ``config``.
    """
    # Imported here: whoever only reads marks needs no engine.
    from flake8_ssot_ids.runs.session import Session, load

    data = source.encode()
    with tempfile.TemporaryDirectory(prefix="ssot-ids-case-") as folder:
        # The system's folder for such files is a link on some systems, and globs would miss.
        root = os.path.realpath(folder).replace(os.sep, "/")
        config_path = None
        if config is not None:
            config_path = _write(root, "ssot-ids.toml", config.encode())
        for name, text in (files or {}).items():
            _write(root, name, text.encode())
        session = Session(load(config_path, root))
        report = session.check(data, _write(root, path, data))
    spans = [(one.code, one.span) for one in report.findings if one.code.startswith(tuple(select))]
    marks = [Mark(code, at.start.row, at.start.column, at.end.row, at.end.column) for code, at in spans]
    return sorted(marks, key=_order)


def assert_marks(
    source: str,
    *,
    path: str = "case.py",
    files: Mapping[str, str] | None = None,
    config: str | None = None,
    select: Sequence[str] = ("SID",),
) -> None:
    """Check ``source`` and raise AssertionError unless exactly the marked findings come out.

    Takes what :func:`check` takes. The error names every finding that is missing and every
    one that is too many, each under its line.
    """
    # A plain `raise`, so that the check also holds under `python -O`.
    wanted = expected(source)
    surplus: list[Mark] = []
    for mark in check(source, path=path, files=files, config=config, select=select):
        match = next((w for w in wanted if w.place == mark.place and mark.code in w.code.split("|")), None)
        if match is None:
            surplus.append(mark)
        else:
            wanted.remove(match)
    if wanted or surplus:
        raise AssertionError(_difference(path, source, wanted, surplus))


def _order(mark: Mark) -> tuple[tuple[int, int, int, int], str]:
    return mark.place, mark.code


def _write(root: str, name: str, data: bytes) -> str:
    target = f"{root}/{name}"
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as stream:
        stream.write(data)
    return target


def _difference(path: str, source: str, missing: Iterable[Mark], surplus: Iterable[Mark]) -> str:
    """Every deviation under its line, in source order."""
    lines = _LINE_END.split(source)
    rows = [(mark, "missing") for mark in missing] + [(mark, "not expected") for mark in surplus]
    out = [f"{path}: the findings are not the marked ones"]
    for mark, what in sorted(rows, key=lambda row: (_order(row[0]), row[1])):
        line = lines[mark.row - 1] if mark.row <= len(lines) else ""
        end = mark.end_column if mark.end_row == mark.row else len(line) + 1
        # Tabs are repeated, so that the carets stand where the terminal puts the text.
        indent = "".join(char if char == "\t" else " " for char in line[: mark.column - 1])
        out += [f"{what}: {mark}", f"    {line}", f"    {indent}{'^' * max(1, end - mark.column)}"]
    return "\n".join(out)
