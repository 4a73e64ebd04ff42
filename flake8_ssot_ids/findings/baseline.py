"""The baseline: the findings that are known, one row of text each, and what is new against them.

A file of rows (see ``findings.identity``), sorted, one a line; blank lines and lines that begin
with ``#`` are left aside. No row holds a line number, so an edit elsewhere in a file changes none, and
none holds a total, so one finding cannot be swapped for another.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from flake8_ssot_ids.findings.identity import Row, read_row
from flake8_ssot_ids.model import SsotIdsError
from flake8_ssot_ids.rules.codes import UNREADABLE
from flake8_ssot_ids.system.files import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from flake8_ssot_ids.model import Finding
    from flake8_ssot_ids.policy.policy import Policy

#: What git writes into a file that it could not merge; each fills the start of a line.
_CONFLICT = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


@dataclass(frozen=True, slots=True)
class Baseline:
    """Known findings: sorted rows, of which one may occur more than once.

    ``lines`` has the line that a row stands on in the file it came from.
    """

    rows: tuple[Row, ...] = ()
    lines: Mapping[Row, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings against a baseline; findings keep their order, rows are sorted.

    ``new`` are the findings without a row, ``known`` those with one, ``stale`` the rows without
    a finding.
    """

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    stale: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class BadLine:
    """One line that is no row: its number from 1 (0: the file as a whole), and what is wrong."""

    line: int
    message: str


class BaselineError(SsotIdsError):
    """A baseline cannot be used; ``problems`` lists everything that is wrong with it."""

    def __init__(self, origin: str, problems: tuple[BadLine, ...]) -> None:
        self.origin = origin
        self.problems = problems
        lines = [f"{origin}{f':{p.line}' if p.line else ''}: {p.message}" for p in problems]
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[BaselineError], tuple[str, tuple[BadLine, ...]]]:
        """Keep it whole on the way between processes."""
        return type(self), (self.origin, self.problems)


def row_of(finding: Finding, policy: Policy) -> Row:
    """Return the row of a finding; its hash is the finding's fingerprint."""
    return Row(
        policy.relative(finding.path), finding.code, finding.symbol, finding.expression, finding.ordinal
    )


def rows_of(findings: Iterable[Finding], policy: Policy) -> list[Row]:
    """Return the rows of all findings that may enter a baseline: a file that cannot be read may not."""
    return [row_of(finding, policy) for finding in findings if finding.code != UNREADABLE]


def parse(text: str, origin: str = "baseline") -> Baseline:
    """Read the text of a baseline; the order of its lines does not matter.

    Args:
        text: the lines.
        origin: what errors call it, such as the path of the file.

    Raises:
        BaselineError: some lines are no rows; it names all of them. Where git has left the marks of a
            conflict it names these alone.
    """
    rows: list[Row] = []
    lines: dict[Row, int] = {}
    problems: list[BadLine] = []
    conflict = 0
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = line.strip(" \t\r")
        if not line or line.startswith("#"):
            continue
        try:
            row = read_row(line)
            if row.code == UNREADABLE:
                raise ValueError(f"{UNREADABLE} cannot be in a baseline; repair the file")
        except ValueError as error:
            problems.append(BadLine(number, str(error)))
            if not conflict and line.startswith(_CONFLICT):
                conflict = number
            continue
        rows.append(row)
        lines.setdefault(row, number)
    if conflict:
        message = "a merge conflict is not resolved; keep the rows of both sides, then remove the stale ones"
        problems = [BadLine(conflict, message)]
    if problems:
        raise BaselineError(origin, tuple(problems))
    return Baseline(tuple(sorted(rows)), lines)


def decode(data: bytes, origin: str = "baseline") -> Baseline:
    """Read the bytes of a baseline file, which are UTF-8.

    Raises:
        BaselineError: as :func:`parse`, or they do not decode.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BaselineError(origin, (BadLine(line, "not UTF-8"),)) from None
    return parse(text, origin)


def load(path: str) -> Baseline:
    """Read a baseline file; one that does not exist is an empty baseline.

    Raises:
        BaselineError: it exists and cannot be used.
    """
    try:
        data = read(path)
    except FileNotFoundError:
        return Baseline()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BaselineError(path, (BadLine(0, f"cannot be read: {reason}"),)) from None
    return decode(data, path)


def format(rows: Iterable[Row]) -> str:  # noqa: A001
    """Return the text of a baseline with these rows: sorted, one a line, each with a line end.

    Raises:
        ValueError: a row says that a file cannot be read; see :func:`rows_of`.
    """
    ordered = sorted(rows)
    for row in ordered:
        if row.code == UNREADABLE:
            raise ValueError(f"{row.path}: {UNREADABLE} cannot be in a baseline")
    return "".join(f"{row.text}\n" for row in ordered)


def compare(
    findings: Iterable[Finding],
    baseline: Baseline,
    policy: Policy,
    *,
    checked: Container[str] | None = None,
) -> Comparison:
    """Tell new findings from known ones, and find the rows that nothing matches any more.

    Args:
        findings: what was found; a file that cannot be read is always new.
        baseline: what was known.
        policy: says what paths are relative to.
        checked: the files that were looked at, relative to the policy's root; rows of other files are
            not judged. None: everything was, so a row of a file that is gone is stale.

    Of equal expressions in one symbol only the number counts, not which of them are left.
    """
    listed = list(findings)
    rows = [
        row for row in baseline.rows if row.code != UNREADABLE and (checked is None or row.path in checked)
    ]
    matched, stale = _pair([row_of(finding, policy) for finding in listed], rows)
    return Comparison(
        new=tuple(finding for finding, known in zip(listed, matched, strict=True) if not known),
        known=tuple(finding for finding, known in zip(listed, matched, strict=True) if known),
        stale=tuple(stale),
    )


def added(baseline: Baseline, base: Baseline) -> tuple[Row, ...]:
    """Return the rows of ``baseline`` that ``base``, an earlier state of it, has not."""
    matched, _ = _pair(baseline.rows, base.rows)
    return tuple(row for row, known in zip(baseline.rows, matched, strict=True) if not known)


def _pair(found: Sequence[Row], known: Iterable[Row]) -> tuple[list[bool], list[Row]]:
    """Match each row with one of its kind, an equal one if there is; also return those left of ``known``."""
    equal = Counter(known)
    matched = [equal[row] > 0 and not equal.subtract((row,)) for row in found]
    left: dict[tuple[str, str, str, str], deque[int]] = {}
    for row in sorted(equal.elements()):
        left.setdefault(row.key, deque()).append(row.ordinal)
    for at, row in enumerate(found):
        ordinals = left.get(row.key)
        if ordinals and not matched[at]:
            ordinals.popleft()
            matched[at] = True
    return matched, [Row(*key, ordinal) for key, ordinals in left.items() for ordinal in ordinals]
