"""The values that every layer shares: positions, findings, file reports, errors.

Rows and columns are 1-based; columns count Unicode code points, which is what editors
and ruff's JSON show (``ast`` counts UTF-8 bytes from 0, see :mod:`flake8_ssot_ids.source.sourcefile`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["production", "test"]
SafetyLevel = Literal["safe", "unsafe", "manual"]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a source text: 1-based row, 1-based column in code points."""

    row: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of source text: ``end`` is the place after the last character."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement of the text in ``span`` by ``content``."""

    span: Span
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """The edits that remove one finding, and how far they may be trusted.

    ``decision`` is ``text``, ``uuid``, ``manual`` or ``recipe``; ``kind`` and ``reason`` say why it is not
    more, ``place`` where that stands, ``evidence`` what a ``text`` relies on.
    """

    message: str
    safety: SafetyLevel
    edits: tuple[Edit, ...]
    decision: str = "manual"
    kind: str = ""
    reason: str = ""
    place: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect at one place of one file.

    ``span`` is the reference to the id source; ``id_span`` is the widest expression that
    still is the id. ``expression`` is the text of ``id_span`` in a form that survives a
    formatter. ``ordinal`` counts equal expressions of one code in one symbol from 0.
    ``noqa_row`` is the row on which a ``# noqa`` comment is looked for.
    """

    path: str
    code: str
    name: str
    message: str
    span: Span
    id_span: Span
    noqa_row: int
    scope: Scope
    symbol: str
    role: str | None = None
    prefix: str | None = None
    source: str | None = None
    expression: str = ""
    ordinal: int = 0
    fingerprint: str = ""
    severity: str = "error"
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class FileReport:
    """What is known of one file after the engine has seen it.

    ``judged`` is False where no use of an id source can exist. ``findings`` are in
    source order; ``suppressed`` holds those that a comment or the policy silenced.
    """

    path: str
    judged: bool
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()


class SsotIdsError(Exception):
    """Base of the errors that this package raises on purpose."""

    @property
    def lines(self) -> tuple[str, ...]:
        """What is wrong, one thing a line."""
        return (str(self),)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a configuration: where, what, and what to write.

    ``origin`` is where the key stands, if not where the others do: a flag beside the keys of a file.
    """

    key: str
    message: str
    hint: str = ""
    origin: str = ""


class PolicyError(SsotIdsError):
    """A configuration cannot be used; ``problems`` lists everything that is wrong."""

    def __init__(self, origin: str, problems: tuple[Problem, ...]) -> None:
        self.origin = origin
        self.problems = problems
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """The problems, each with its place and its hint."""
        return tuple(
            f"{p.origin or self.origin}: {p.key}: {p.message}" + (f" ({p.hint})" if p.hint else "")
            for p in self.problems
        )

    def __reduce__(self) -> tuple[type[PolicyError], tuple[str, tuple[Problem, ...]]]:
        """Keep it whole on the way between processes."""
        return type(self), (self.origin, self.problems)


class UnreadableError(SsotIdsError):
    """The bytes of a file are not Python source: they do not decode or do not parse.

    ``row`` and ``column`` (1-based, code points) say where, as far as the parser knows.
    """

    def __init__(self, reason: str, row: int = 1, column: int = 1) -> None:
        self.reason = reason
        self.row = row
        self.column = column
        super().__init__(reason)
