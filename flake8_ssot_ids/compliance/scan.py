"""One strict look at a target: every file, every rule, whatever comments and the configuration silence.

The result is plain data, so that pytest's controller can hand it to its workers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from flake8_ssot_ids.compliance.contracts import ZONE_KINDS, zones_of
from flake8_ssot_ids.findings import basebranch, baseline
from flake8_ssot_ids.ids.signatures import Sources
from flake8_ssot_ids.model import Finding, SsotIdsError, UnreadableError
from flake8_ssot_ids.policy.approved import file_of
from flake8_ssot_ids.policy.globs import Globs, escape
from flake8_ssot_ids.policy.load import find_config
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import DEFAULT_EXCLUDE
from flake8_ssot_ids.rules.codes import UNREADABLE, is_raw
from flake8_ssot_ids.runs.discover import DiscoverResult, discover
from flake8_ssot_ids.runs.run import run
from flake8_ssot_ids.runs.session import load
from flake8_ssot_ids.semantics.flow.flow import ModuleFlow
from flake8_ssot_ids.semantics.flow.sinks import SLICED, SPLIT
from flake8_ssot_ids.semantics.module.allnames import AllNames
from flake8_ssot_ids.source.sourcefile import decode, parse, unix
from flake8_ssot_ids.system.files import read

_STRICT = ("SID",)
_CUT_WORDS = tuple(
    f"{word}{end}".encode() for word in ("context", "thread", "run", "request") for end in ("_id", "id")
)


class TargetError(SsotIdsError):
    """What was named cannot be judged at all: it does not exist."""


@dataclass(frozen=True, slots=True)
class PlainFinding:
    """A finding as the contracts show it; ``path`` is relative to the target's root."""

    path: str
    row: int
    column: int
    code: str
    message: str
    scope: str

    @property
    def where(self) -> str:
        """``path:row:column``."""
        return f"{self.path}:{self.row}:{self.column}"


@dataclass(slots=True)
class Ratchet:
    """The raw ids against the baseline, and the baseline against that of the base branch.

    ``stale`` and ``added`` are lines of the baseline with where they stand. ``error`` says why the baseline
    cannot be used, ``not_judged`` why the base branch cannot be asked; both are empty otherwise.
    """

    new: list[PlainFinding] = field(default_factory=list)
    stale: list[tuple[str, str]] = field(default_factory=list)
    added: list[tuple[str, str]] = field(default_factory=list)
    base: str = ""
    not_judged: str = ""
    error: str = ""


@dataclass(slots=True)
class Scan:
    """What is known of a target's code.

    ``modules`` are, for C02, C03 and C04, the files that the policy's zones name; ``unmatched`` are globs
    of such zones that name none; under an empty key, globs of other critical zones that name none.
    ``errors`` are (path, reason) of what could not be searched.
    """

    root: str
    files: int = 0
    findings: list[PlainFinding] = field(default_factory=list)
    ratchet: Ratchet = field(default_factory=lambda: Ratchet())
    modules: dict[str, list[str]] = field(default_factory=dict)
    unmatched: dict[str, list[str]] = field(default_factory=dict)
    #: For C03: ``where``, ``role``, ``text`` and the parts of each cut of a context's id.
    cuts: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """Only what JSON and execnet can carry."""
        return asdict(self)

    @classmethod
    def of_plain(cls, data: dict[str, Any]) -> Scan:
        """The scan that :meth:`plain` made plain."""
        values = dict(data)
        values["findings"] = [PlainFinding(**item) for item in values["findings"]]
        ratchet = values["ratchet"]
        ratchet["new"] = [PlainFinding(**item) for item in ratchet["new"]]
        for key in ("stale", "added"):
            ratchet[key] = [(where, line) for where, line in ratchet[key]]
        values["ratchet"] = Ratchet(**ratchet)
        values["errors"] = [(path, reason) for path, reason in values["errors"]]
        return cls(**values)


def policy_of(root: str, config: str | None = None) -> Policy:
    """The policy that governs the target ``root``: the named file, or the one that is found upward.

    Raises:
        TargetError: there is no such folder.
        PolicyError: the configuration cannot be used.
    """
    if not os.path.isdir(root):
        raise TargetError(f"{root}: no such folder")
    root = os.path.realpath(root)
    if config is not None:
        return load(config, root)
    found = find_config(root)
    if found is not None and os.path.dirname(os.path.abspath(found)) != root:
        # What lies above governs it, but only its own files are the target.
        return load(found)
    return load(found, root)


def strict(policy: Policy, modules: Iterable[str] = ()) -> Policy:
    """The policy with everything switched on and nothing silenced.

    Args:
        policy: as it was written.
        modules: critical ones; ``allow-raw-in`` does not cover these, unless one defines a generator.
    """
    sources = Sources(policy.src)
    made_in = {file_of(policy, sources.canonical(dotted)) for dotted in policy.generators}
    closed = [path for path in modules if path not in made_in and policy.allows_raw(path)]
    allowed = policy.allow_raw_in
    if closed:
        # A glob cannot leave a file out, so each one that it may cover is named.
        inside = discover([policy.root], _open(policy), respect_gitignore=False).files
        allowed = tuple(
            escape(policy.relative(path)) for path in inside if path not in closed and policy.allows_raw(path)
        )
    return replace(
        policy,
        select=_STRICT,
        ignore=(),
        per_file_ignores=(),
        exclude=DEFAULT_EXCLUDE,
        allow_raw_in=allowed,
        preview=True,
    )


def _open(policy: Policy) -> Policy:
    """The policy with nothing excluded but what is no code of the project, and its judged zones whole."""
    names = {zone.name for contract in ZONE_KINDS for zone in zones_of(contract, policy)}
    zones = tuple(replace(zone, tier="critical") if zone.name in names else zone for zone in policy.zones)
    return replace(policy, exclude=DEFAULT_EXCLUDE, zones=zones)


def scan(target: str, policy: Policy, *, base: str | None = None, jobs: int | None = None) -> Scan:
    """Look at every Python file below ``target``; ``base`` is the branch whose baseline may not grow."""
    target = os.path.realpath(target)
    found = discover([target], _open(policy), respect_gitignore=policy.respect_gitignore)
    paths = found.files
    result = Scan(root=target, files=len(paths), errors=[*found.errors], notes=[*found.notes])
    modules = {contract: _modules(contract, found, policy, result) for contract in ZONE_KINDS}
    _other_zones(found, policy, result)
    critical = sorted({path for group in modules.values() for path in group})
    outcome = run(paths, strict(policy, critical), jobs=jobs, noqa=False)
    result.notes += outcome.notes
    if outcome.errors:
        result.errors.append(("", "internal error: " + "; ".join(outcome.notes)))
    findings = [finding for report in outcome.reports for finding in report.findings]
    result.findings = [_place(finding, target) for finding in findings]
    result.ratchet = _ratchet(findings, policy, target, base)
    result.cuts = _cuts(paths, policy, target)
    parsed = {report.path for report in outcome.reports if report.judged}
    _parse_all([path for path in critical if path not in parsed], target, result)
    result.modules = {
        contract: [_relative(path, target) for path in group] for contract, group in modules.items()
    }
    return result


def _matching(pattern: str, found: DiscoverResult, policy: Policy) -> list[str]:
    """The files that a glob of a zone names, also those behind a link in it."""
    globs = Globs((pattern,), anywhere=False)
    return [
        path
        for path in found.files
        if any(globs.matches(policy.relative(name)) for name in (path, *found.through_links(path)))
    ]


def _other_zones(found: DiscoverResult, policy: Policy, result: Scan) -> None:
    """Note the globs of critical zones that no contract of their own looks at, and that name no file."""
    known = {zone.name for contract in ZONE_KINDS for zone in zones_of(contract, policy)}
    for zone in policy.zones:
        if zone.tier != "critical" or zone.name in known:
            continue
        for pattern in zone.paths:
            if not _matching(pattern, found, policy):
                result.unmatched.setdefault("", []).append(f"{zone.name}: {pattern}")


def _modules(contract: str, found: DiscoverResult, policy: Policy, result: Scan) -> list[str]:
    """The files that the zones of ``contract`` name, tests among them; globs that name none are noted."""
    modules: dict[str, None] = {}
    for zone in zones_of(contract, policy):
        for pattern in zone.paths:
            matching = _matching(pattern, found, policy)
            if not matching:
                result.unmatched.setdefault(contract, []).append(f"{zone.name}: {pattern}")
            modules.update(dict.fromkeys(matching))
    return [*modules]


def _parse_all(paths: list[str], target: str, result: Scan) -> None:
    """Note those of ``paths``, critical modules in which no use can be, that do not parse."""
    for path in paths:
        try:
            parse(read(path))
        except (OSError, UnreadableError) as error:
            row, column = getattr(error, "row", 1), getattr(error, "column", 1)
            message = f"this critical module cannot be read: {error}"
            relative = _relative(path, target)
            result.findings.append(PlainFinding(relative, row, column, UNREADABLE, message, "production"))


def _ratchet(findings: list[Finding], policy: Policy, target: str, base: str | None) -> Ratchet:
    raw = [finding for finding in findings if is_raw(finding.code)]
    if policy.baseline is None:
        # No file is an empty baseline, which can have no row too many; but who compares it says so.
        none = basebranch.base_rows(policy.root, "ssot-ids-baseline.txt", base)
        reason = none.reason if isinstance(none, basebranch.NotJudged) else ""
        return Ratchet(new=[_place(finding, target) for finding in raw], not_judged=reason)
    name = policy.relative(policy.baseline)
    try:
        known = baseline.load(policy.baseline)
    except baseline.BaselineError as error:
        return Ratchet(error=str(error))
    result = Ratchet()
    below = os.path.relpath(target, policy.root).replace(os.sep, "/") + "/"
    # Of a part of a project only the part's rows can be stale.
    checked = None if below == "./" else {row.path for row in known.rows if row.path.startswith(below)}
    compared = baseline.compare(findings, known, policy, checked=checked)
    result.new = [_place(finding, target) for finding in compared.new if is_raw(finding.code)]
    result.stale = [(f"{name}:{known.lines.get(row, 0)}", row.text) for row in compared.stale]
    before = basebranch.base_rows(policy.root, policy.baseline, base)
    if isinstance(before, basebranch.NotJudged):
        result.not_judged = before.reason
    else:
        result.base = before.ref
        rows = baseline.added(known, before.baseline)
        result.added = [(f"{name}:{known.lines.get(row, 0)}", row.text) for row in rows]
    return result


def _cuts(paths: list[str], policy: Policy, target: str) -> list[dict[str, Any]]:
    """What production code cuts out of ids that are called like those of a context."""
    found: list[dict[str, Any]] = []
    for path in paths:
        if policy.scope_of(path) != "production":
            continue
        try:
            data = read(path)
            if b"[" not in data and b"split" not in data:
                continue
            lower = data.lower()
            if not any(word in lower for word in _CUT_WORDS):
                continue
            flow = _flow(data)
        except (OSError, UnreadableError):
            continue  # a finding says so
        for cut in flow.cuts_of(lambda name: slot_of_context(name) is not None):
            if cut.kind not in (SLICED, SPLIT):
                continue
            found.append(
                {
                    "where": f"{_relative(path, target)}:{cut.node.lineno}",
                    "detail": cut.detail,
                    "slot": slot_of_context(cut.through.rpartition(".")[2]) or "",
                    "kind": cut.kind,
                    "bounds": cut.bounds,
                    "method": cut.method,
                    "text": cut.text,
                    "limit": cut.limit,
                    "index": cut.index,
                }
            )
    return found


def _flow(data: bytes) -> ModuleFlow:
    tree = parse(data)
    return ModuleFlow(tree, lambda: AllNames(tree, unix(decode(data).text), "", lambda values: values))


def slot_of_context(name: str) -> str | None:
    """Which id of a context a name is: ``thread``, ``run``, ``request``, empty: any of them; None: none."""
    name = name.lower()
    for slot in ("thread", "run", "request"):
        if name in (f"{slot}_id", f"{slot}id") or name.endswith(f"_{slot}_id"):
            return slot
    return "" if name in ("context_id", "contextid") or name.endswith("_context_id") else None


def _place(finding: Finding, target: str) -> PlainFinding:
    return PlainFinding(
        _relative(finding.path, target),
        finding.span.start.row,
        finding.span.start.column,
        finding.code,
        finding.message,
        finding.scope,
    )


def _relative(path: str, target: str) -> str:
    return os.path.relpath(path, target).replace(os.sep, "/")
