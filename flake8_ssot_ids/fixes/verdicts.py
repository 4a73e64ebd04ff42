"""What becomes of the findings of one file, and what is to be written for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_ssot_ids.fixes.contextids import Triple
from flake8_ssot_ids.ids.decision import Written
from flake8_ssot_ids.model import Edit, Finding, Fix, SafetyLevel, SsotIdsError
from flake8_ssot_ids.semantics.module.scopes import Scope


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one finding.

    ``decision`` is ``text``, ``uuid`` or ``manual``, or ``recipe`` for a rewrite of the house; ``level`` is
    that of its edit, ``manual`` where there is none. ``kind`` and ``reason`` say why it is not more, and
    ``place`` (``row:column``, before that the path of another file) where that stands, empty for the
    finding's own place. ``evidence`` is what a ``text`` relies on.
    """

    finding: Finding
    decision: str
    level: SafetyLevel
    kind: str = ""
    reason: str = ""
    place: str = ""
    evidence: str = ""
    #: What is, or would be, written.
    text: str = ""
    edits: tuple[Edit, ...] = ()

    def as_fix(self) -> Fix:
        """What the finding's JSON says of it."""
        message = self.reason if self.level == "manual" else f"Write `{self.text}`"
        why = self.kind, self.reason, self.place
        return Fix(message, self.level, self.edits, self.decision, *why, self.evidence)


@dataclass(slots=True)
class FilePlan:
    """What is to be written into one file. ``new`` is None where nothing is; ``refused`` says why not."""

    path: str
    old: bytes
    new: bytes | None = None
    fixed: list[Finding] = field(default_factory=list)
    withheld: list[Verdict] = field(default_factory=list)
    manual: list[Verdict] = field(default_factory=list)
    refused: str = ""
    #: Of every finding that was looked at, as it may be changed at most.
    verdicts: list[Verdict] = field(default_factory=list)
    #: Of every finding in ``fixed``, as it was changed.
    done: list[Verdict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is written: for which findings, what, where, and what else it needs."""

    verdicts: tuple[Verdict, ...]
    written: tuple[Written, ...]
    scope: Scope
    local: str
    #: Whether an import that is there already binds ``local``.
    imported: bool
    text: str
    triple: Triple | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that it is for."""
        return tuple(verdict.finding for verdict in self.verdicts)

    @property
    def level(self) -> SafetyLevel:
        """How far it may be trusted."""
        return self.verdicts[0].level


class RefusedError(SsotIdsError):
    """The new file is not to be trusted, so the old one stays."""


@dataclass(frozen=True, slots=True)
class Name:
    """What the generator is called at a place; ``imported``: nothing has to be imported for it."""

    local: str
    imported: bool
