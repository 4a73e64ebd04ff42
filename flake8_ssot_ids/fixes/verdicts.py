"""What becomes of the findings of one file, and what is to be written for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_ssot_ids.fixes.contextids import Triple
from flake8_ssot_ids.fixes.recipes import Written
from flake8_ssot_ids.model import Edit, Finding, Fix, SafetyLevel, SsotIdsError
from flake8_ssot_ids.semantics.module.scopes import Scope


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one finding.

    ``level`` is that of the edit, ``manual`` where there is none; then ``kind`` and ``reason`` say why, and
    ``place`` (``row:column``) where that stands, empty for the finding's own place.
    """

    finding: Finding
    level: SafetyLevel
    kind: str = ""
    reason: str = ""
    place: str = ""
    #: What is, or would be, written.
    text: str = ""
    edits: tuple[Edit, ...] = ()

    def as_fix(self) -> Fix:
        """What the finding's JSON says of it."""
        return Fix(self.reason or f"Write `{self.text}`", self.level, self.edits)


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
    #: Of every finding that was looked at.
    verdicts: list[Verdict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is written: for which findings, what, where, and what else it needs."""

    findings: tuple[Finding, ...]
    written: tuple[Written, ...]
    level: SafetyLevel
    scope: Scope
    local: str
    #: Whether an import that is there already binds ``local``.
    imported: bool
    text: str
    triple: Triple | None = None


class RefusedError(SsotIdsError):
    """The new file is not to be trusted, so the old one stays."""


@dataclass(frozen=True, slots=True)
class Name:
    """What the generator is called at a place; ``imported``: nothing has to be imported for it."""

    local: str
    imported: bool
