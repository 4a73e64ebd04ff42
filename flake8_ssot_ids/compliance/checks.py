"""How each contract is judged: a contract is a list of checks, a check gives its evidence or holds.

The checks of a contract depend only on the scan and the policy, so every worker lists the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flake8_ssot_ids.compliance.contracts import BY_ID, CONTRACTS, ZONE_KINDS, zones_of
from flake8_ssot_ids.compliance.foreigngenerators import foreign_imports
from flake8_ssot_ids.compliance.probes import Probes
from flake8_ssot_ids.compliance.scan import PlainFinding, Scan
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.rules.codes import RAW, is_raw


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that breaks a contract: where, the code of the rule (or empty), and what is wrong."""

    where: str
    code: str
    message: str
    scope: str = ""

    def __str__(self) -> str:
        """``path:row:column: CODE message``."""
        head = f"{self.where}: " if self.where else ""
        return f"{head}{self.code} {self.message}" if self.code else f"{head}{self.message}"


class NotJudgedError(Exception):
    """A check cannot be made here, and says why; that is no pass."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the contracts are judged on."""

    scan: Scan
    policy: Policy
    probes: Probes
    static: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One row of a contract. ``run`` gives the evidence against it; none means that it holds."""

    contract: str
    name: str
    run: Callable[[Target], Iterable[Evidence]]
    runs_target: bool = False


def checks_of(contract: str, scan: Scan) -> list[Check]:
    """The checks of one contract, in a fixed order."""
    return [check for check in _all_checks(scan) if check.contract == contract]


def not_applicable(contract: str, policy: Policy) -> str | None:
    """Why the policy says that the target cannot have this contract; None if it does not."""
    return policy.not_applicable.get(contract)


def judge(check: Check, target: Target) -> list[Evidence]:
    """The evidence against a check.

    Raises:
        NotJudgedError: it needs the target to run, which is not wanted.
    """
    if check.runs_target and target.static:
        raise NotJudgedError("it runs the target, and --static reads code only")
    return [*check.run(target)]


def _all_checks(scan: Scan) -> Iterator[Check]:
    yield Check("C01", "production", lambda target: _raw(target.scan, "production"))
    yield Check("C01", "tests", lambda target: _raw(target.scan, "test"))
    yield Check("C01", "zones", _other_zones)
    for contract in ZONE_KINDS:
        yield from _zone_checks(contract, scan)
    yield Check("C02", "secrets", _in_modules("C02", "SID401"))
    yield Check("C02", "own generator", _foreign)
    yield _probe("C02", "model rows")
    yield Check("C03", "whole ids", _in_modules("C03", "SID302"))
    yield _probe("C03", "factory")
    yield _probe("C03", "two users")
    yield _probe("C04", "typed checks")
    yield Check("C05", "made together", lambda target: _with_codes(target.scan, ("SID306",)))
    yield _probe("C05", "threads and runs")
    yield _probe("C06", "round trip")
    yield _probe("C07", "runs and threads")
    yield _probe("C08", "matrix of typed ids")
    yield _probe("C09", "two users")
    yield _probe("C09", "processes")
    yield Check("C10", "no new raw id", _new)
    yield Check("C10", "no stale row", _stale)
    yield Check("C10", "no row that the base branch has not", _added)
    yield Check("C10", "calls of the generator", _calls)
    yield _probe("C11", "routes")
    yield _probe("C12", "cost")


def _zone_checks(contract: str, scan: Scan) -> Iterator[Check]:
    yield Check(contract, "zones", lambda target: _zones(contract, target))
    for path in scan.modules.get(contract, ()):
        yield Check(contract, path, lambda target, path=path: _of_module(target.scan, path))  # type: ignore[misc]


def _probe(contract: str, name: str) -> Check:
    def run(target: Target) -> Iterator[Evidence]:
        for where, message in target.probes.evidence(contract, name):
            yield Evidence(where, "", message)

    return Check(contract, name, run, runs_target=True)


def _evidence(place: PlainFinding) -> Evidence:
    return Evidence(place.where, place.code, place.message, place.scope)


def _raw(scan: Scan, scope: str) -> Iterator[Evidence]:
    if scope == "production":
        yield from _nothing(scan)
    for path, reason in scan.errors if scope == "production" else ():
        yield Evidence(path, "", f"it could not be searched: {reason}")
    for place in scan.findings:
        if place.scope == scope and is_raw(place.code):
            yield _evidence(place)


def _nothing(scan: Scan) -> Iterator[Evidence]:
    if not scan.files:
        yield Evidence("", "", f"there is no Python file below {scan.root}, so nothing was checked")


def _other_zones(target: Target) -> Iterator[Evidence]:
    """Critical zones that no contract of their own looks at: a glob that names no file checks nothing."""
    for glob in target.scan.unmatched.get("", ()):
        message = f"the critical zone {glob} matches no Python file below {target.scan.root}"
        yield Evidence("", "", f"{message}, so nothing is checked there")


def _with_codes(scan: Scan, codes: tuple[str, ...]) -> Iterator[Evidence]:
    yield from _nothing(scan)
    yield from (_evidence(place) for place in scan.findings if place.code in codes)


def _zones(contract: str, target: Target) -> Iterator[Evidence]:
    """A contract that looks at modules needs some, and each glob of theirs has to name one."""
    kind = ZONE_KINDS[contract]
    if not zones_of(contract, target.policy):
        yield Evidence(
            "",
            "",
            f"no zone of the policy names {kind}, so there is nothing to check; add a "
            "`[[tool.ssot-ids.zone]]` (`ssot-ids init` proposes one), or say "
            f'`not-applicable = {{ {contract} = "why" }}`',
        )
        return
    for glob in target.scan.unmatched.get(contract, ()):
        message = f"the zone {glob} matches no Python file below {target.scan.root}"
        yield Evidence("", "", f"{message}, so nothing is checked there")
    if not target.scan.modules.get(contract) and not target.scan.unmatched.get(contract):
        yield Evidence("", "", f"the zones for {kind} name only tests, so no module is checked")


def _of_module(scan: Scan, path: str) -> Iterator[Evidence]:
    yield from (
        _evidence(place)
        for place in scan.findings
        # In a module that must be clean, a wrapper's call counts as much as a raw id.
        if place.path == path and place.code.startswith(RAW)
    )


def _in_zone(contract: str, target: Target) -> set[str]:
    return set(target.scan.modules.get(contract, ()))


def _in_modules(contract: str, code: str) -> Callable[[Target], Iterator[Evidence]]:
    def run(target: Target) -> Iterator[Evidence]:
        modules = _in_zone(contract, target)
        found = target.scan.findings
        yield from (_evidence(place) for place in found if place.code == code and place.path in modules)

    return run


def _foreign(target: Target) -> Iterator[Evidence]:
    for path in sorted(_in_zone("C02", target)):
        for row, message in foreign_imports(target.scan.root, path, target.policy):
            yield Evidence(f"{path}:{row}", "", message)


def _new(target: Target) -> Iterator[Evidence]:
    yield from _nothing(target.scan)
    if target.scan.ratchet.error:
        yield Evidence("", "", target.scan.ratchet.error)
    yield from map(_evidence, target.scan.ratchet.new)


def _stale(target: Target) -> Iterator[Evidence]:
    for where, line in target.scan.ratchet.stale:
        yield Evidence(where, "", f"this row matches nothing any more, so remove it: {line}")


def _added(target: Target) -> Iterator[Evidence]:
    ratchet = target.scan.ratchet
    if ratchet.not_judged:
        raise NotJudgedError(ratchet.not_judged)
    for where, line in ratchet.added:
        yield Evidence(where, "", f"`{ratchet.base}` has not this row, so it hides a new raw id: {line}")


def _calls(target: Target) -> Iterator[Evidence]:
    from flake8_ssot_ids.ids.signatures import Sources

    policy = target.policy
    if not policy.generators:
        message = (
            'the policy names no generator; write `generator = "package.module.Class"` into [tool.ssot-ids]'
        )
        yield Evidence("", "", message)
    sources = Sources(policy.src)
    for dotted in policy.generators:
        owner = sources.class_of(dotted)
        if isinstance(owner, str):
            yield Evidence(
                "", "", f"the generator `{dotted}` cannot be read, so no call of it is judged: {owner}"
            )
    yield from (_evidence(place) for place in target.scan.findings if place.code == "SID305")


__all__ = [
    "BY_ID",
    "CONTRACTS",
    "Check",
    "Evidence",
    "NotJudgedError",
    "Target",
    "checks_of",
    "judge",
    "not_applicable",
]
