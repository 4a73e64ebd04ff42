"""The pytest face: the twelve contracts as tests, and fixtures to write further ones.

    pytest -p flake8_ssot_ids.pytest_plugin --pyargs flake8_ssot_ids.compliance_tests --ssot-root PATH

The target is scanned once in a session. Under pytest-xdist the controller does it and hands the result to
its workers, so that all collect the same tests.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator
from dataclasses import asdict
from typing import Any

import pytest

from flake8_ssot_ids.compliance.checks import (
    BY_ID,
    CONTRACTS,
    Check,
    Evidence,
    NotJudgedError,
    Target,
    checks_of,
    judge,
    not_applicable,
)
from flake8_ssot_ids.compliance.probes import TIMEOUT_S, Probes
from flake8_ssot_ids.compliance.scan import Scan, TargetError, policy_of, scan
from flake8_ssot_ids.model import PolicyError
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.system import escapes

_SHOWN = 25
_SCAN = "ssot_ids_scan"
#: The module-level name by which a test module says which contract it is.
_CONTRACT = "CONTRACT"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that name the target."""
    group = parser.getgroup("ssot-ids", "compliance with one source of ids")
    group.addoption("--ssot-root", metavar="PATH", help="the project to check (default: pytest's rootdir)")
    group.addoption("--ssot-config", metavar="FILE", help="its configuration (default: found upward from it)")
    group.addoption("--ssot-static", action="store_true", help="only read code; run nothing of the project")
    group.addoption(
        "--ssot-base", metavar="REF", help="the branch whose baseline may not grow (default: found by git)"
    )
    group.addoption(
        "--ssot-timeout",
        metavar="SECONDS",
        type=float,
        default=TIMEOUT_S,
        help="how long one look at the running project may take (default: %(default)g)",
    )
    group.addoption("--ssot-report", metavar="FILE", help="write the outcome of the contracts as JSON")


class Suite:
    """What one pytest process knows of the target; the scan is made when it is first asked for."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.root = os.path.abspath(config.getoption("--ssot-root") or str(config.rootpath))
        self._policy: Policy | None = None
        self._target: Target | None = None

    @property
    def policy(self) -> Policy:
        """The policy of the target.

        Raises:
            pytest.UsageError: there is no such target, or its configuration cannot be used.
        """
        if self._policy is None:
            try:
                self._policy = policy_of(self.root, self._config.getoption("--ssot-config"))
            except (TargetError, PolicyError) as error:
                raise pytest.UsageError("\n".join(map(escapes.line, error.lines))) from None
        return self._policy

    @property
    def target(self) -> Target:
        """The target, scanned."""
        if self._target is None:
            handed: str | None = getattr(self._config, "workerinput", {}).get(_SCAN)
            policy = self.policy
            base = self._config.getoption("--ssot-base")
            found = (
                scan(self.root, policy, base=base) if handed is None else Scan.of_plain(json.loads(handed))
            )
            static = self._config.getoption("--ssot-static")
            probes = Probes(policy, found, self._config.getoption("--ssot-timeout"))
            self._target = Target(found, policy, probes, static)
        return self._target


_SUITE = pytest.StashKey[Suite]()


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the session; the controller of xdist scans at once, before it starts its workers."""
    config.stash[_SUITE] = Suite(config)
    config.addinivalue_line("markers", "ssot_contract(id): the compliance contract that a test is part of")
    if config.getoption("--ssot-root"):
        _ = config.stash[_SUITE].policy  # what cannot be judged at all is said at once
        if _is_controller(config):
            _ = config.stash[_SUITE].target
    report = config.getoption("--ssot-report")
    if report and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Collector(os.path.abspath(report)), "ssot-ids-collector")


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput") and bool(
        getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None)
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the scan to a worker of xdist."""
    node.workerinput[_SCAN] = json.dumps(node.config.stash[_SUITE].target.scan.plain())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a contract's test one row a check."""
    if "ssot_check" not in metafunc.fixturenames:
        return
    contract = getattr(metafunc.module, _CONTRACT, None)
    if contract not in BY_ID:
        raise pytest.UsageError(
            f"{metafunc.module.__name__}: what uses the fixture ssot_check says which contract it is part "
            f'of, such as `{_CONTRACT} = "C01"`'
        )
    session = metafunc.config.stash[_SUITE]
    checks = checks_of(contract, session.target.scan)
    metafunc.parametrize(
        "ssot_check",
        [pytest.param(check, id=check.name, marks=pytest.mark.ssot_contract(contract)) for check in checks],
        indirect=True,
    )


class BoundCheck:
    """One check of one contract, ready to be judged on the target."""

    def __init__(self, check: Check, target: Target) -> None:
        self.check = check
        self._target = target

    def assert_holds(self) -> None:
        """Fail with the evidence; skip where the policy or ``--ssot-static`` says that it is not judged."""
        __tracebackhide__ = True
        contract = BY_ID[self.check.contract]
        reason = not_applicable(contract.id, self._target.policy)
        if reason is not None:
            pytest.skip(escapes.harmless(f"not applicable: {reason}"))
        try:
            evidence = judge(self.check, self._target)
        except NotJudgedError as error:
            pytest.skip(escapes.harmless(f"not judged: {error}"))
        if evidence:
            raise ContractError(self.check, evidence)


class ContractError(AssertionError):
    """A contract does not hold; ``evidence`` says where and how."""

    def __init__(self, check: Check, evidence: list[Evidence]) -> None:
        contract = BY_ID[check.contract]
        lines = [f"{contract.id} is broken ({check.name}): {contract.title}."]
        lines += [f"Why it matters: {contract.why}", f"What to do: {contract.remedy}", ""]
        lines += [str(item) for item in evidence[:_SHOWN]]
        if len(evidence) > _SHOWN:
            lines.append(f"… and {len(evidence) - _SHOWN} more")
        # pytest shows the text as it is.
        super().__init__("\n".join(map(escapes.line, lines)))
        self.evidence = evidence


@pytest.fixture
def ssot_check(request: pytest.FixtureRequest) -> BoundCheck:
    """One check of the contract that the test module names in ``CONTRACT``."""
    return BoundCheck(request.param, request.config.stash[_SUITE].target)


@pytest.fixture(scope="session")
def ssot_target(pytestconfig: pytest.Config) -> Target:
    """The target of this session: its policy, the strict scan of its code, its probes."""
    return pytestconfig.stash[_SUITE].target


@pytest.fixture(scope="session")
def ssot_policy(pytestconfig: pytest.Config) -> Policy:
    """The policy that governs the target."""
    return pytestconfig.stash[_SUITE].policy


@pytest.fixture(scope="session")
def ssot_scan(ssot_target: Target) -> Scan:
    """The strict scan of the target: ``ssot_scan.findings`` are all findings, whatever comments say."""
    return ssot_target.scan


# -- the report: evidence travels with the test reports, also from the workers of xdist ------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the contract, the check and all its evidence into the report of a contract's test."""
    report = yield
    marker = item.get_closest_marker("ssot_contract")
    if marker is not None:
        error = call.excinfo.value if call.excinfo is not None else None
        facts = [asdict(fact) for fact in error.evidence] if isinstance(error, ContractError) else []
        name = item.callspec.id if isinstance(item, pytest.Function) else item.name
        report.user_properties.append(
            ("ssot", json.dumps({"contract": marker.args[0], "check": name, "evidence": facts}))
        )
    return report


class Collector:
    """Gathers the outcome of each contract from the reports of its tests, and writes it down."""

    def __init__(self, path: str) -> None:
        self._path = path
        #: By contract: the outcome of each check ("passed", "failed", "skipped"), and what it said.
        self._found: dict[str, list[tuple[str, list[dict[str, str]]]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the report of one phase of one test."""
        if report.when != "call" and report.passed:
            return
        told = next((value for name, value in report.user_properties if name == "ssot"), None)
        if told is not None:
            data = json.loads(str(told))
        else:
            # A worker that has died cannot say what it was at; the name of the test does.
            named = re.search(r"::test_(c\d\d)_\w+\[(.*)\]$", report.nodeid)
            if named is None or named[1].upper() not in BY_ID:
                return
            data = {"contract": named[1].upper(), "check": named[2], "evidence": []}
        evidence = [{"check": data["check"], **fact} for fact in data["evidence"]]
        if not evidence and not report.passed:
            evidence = [
                {"check": data["check"], "where": "", "code": "", "message": _reason(report), "scope": ""}
            ]
        self._found.setdefault(data["contract"], []).append((report.outcome, evidence))

    def pytest_sessionfinish(self) -> None:
        """Write the outcome of all contracts that were judged."""
        rows = []
        for contract in CONTRACTS:
            found = self._found.get(contract.id)
            if found is None:
                continue
            outcomes = {outcome for outcome, _ in found}
            outcome = "not-applicable"
            if "failed" in outcomes:
                outcome = "failed"
            elif "passed" in outcomes:
                outcome = "passed"
            # What was not judged is told unless something is broken; that comes first then.
            facts = [fact for how, facts in found for fact in facts if how == "failed" or outcome != "failed"]
            rows.append(
                {
                    "id": contract.id,
                    "title": contract.title,
                    "outcome": outcome,
                    "evidence": _each_once(facts),
                }
            )
        with open(self._path, "w", encoding="utf-8") as stream:
            json.dump({"contracts": rows}, stream, indent=2, ensure_ascii=False)
            stream.write("\n")


def _each_once(facts: list[dict[str, str]]) -> list[dict[str, str]]:
    """What speaks against several checks of a contract alike, such as a failing import, only once."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for fact in facts:
        found.setdefault((fact["where"], fact["code"], fact["message"]), fact)
    return [*found.values()]


def _reason(report: pytest.TestReport) -> str:
    """What a skipped or broken test says."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return report.longreprtext
