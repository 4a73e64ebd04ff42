"""The ways to ask: pytest here and from anywhere, a suite of the user's own, and the command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.compliance.contracts import CONTRACTS
from flake8_ssot_ids.pytest_plugin import Collector
from tests.compliance.judging import PLATFORM, ROOT, SESSIONS, copy_of, put, write

RED_BEFORE = ["C01", "C02", "C03", "C04", "C05", "C08", "C10"]
ALL = [f"C{number:02}" for number in range(1, 13)]
#: The contracts whose runs take longest.
SLOW = ["C02", "C04", "C06", "C09", "C11", "C12"]
INSTALLED = ["-p", "flake8_ssot_ids.pytest_plugin", "--pyargs", "flake8_ssot_ids.compliance_tests"]


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "runtime"), "PYTHONDONTWRITEBYTECODE": "1"}
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"):
        environ.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def spare(root: Path, contracts: list[str]) -> None:
    """Let the policy of a copy of ``after`` say that these are not applicable."""
    table = ", ".join(f'{contract} = "no sockets here"' for contract in contracts)
    put(root, "pyproject.toml", 'src = ["."]\n', f'src = ["."]\nnot-applicable = {{ {table} }}\n')


def outcomes(report: dict[str, list[dict[str, object]]]) -> dict[object, object]:
    return {contract["id"]: contract["outcome"] for contract in report["contracts"]}


# ------------------------------------------------------------------------------------------------ pytest


def test_pytest_in_this_repository_on_two_processes() -> None:
    less = ["-k", f"not ({' or '.join(SLOW).lower()})"]
    target = ["--ssot-root", str(PLATFORM / "after"), *less, "-n", "2", "-q"]
    done = run(ROOT, "pytest", "compliance_tests", *target)
    assert done.returncode == 0, done.stdout + done.stderr
    # Outside of git nothing can tell whether the baseline has grown.
    skipped = "" if (ROOT / ".git").exists() else ", 1 skipped"
    assert re.search(rf"^\d\d passed{skipped} in", done.stdout.splitlines()[-1])


COUNTING = """\
import os

import flake8_ssot_ids.pytest_plugin as plugin

scan = plugin.scan


def counted(*arguments, **options):
    with open({path!r}, "a") as stream:
        stream.write(f"{{os.environ.get('PYTEST_XDIST_WORKER', 'controller')}}\\n")
    return scan(*arguments, **options)


plugin.scan = counted


def pytest_collection_finish(session):
    with open(f"{path}.{{os.environ.get('PYTEST_XDIST_WORKER', 'controller')}}", "w") as stream:
        stream.write("\\n".join(item.nodeid for item in session.items))
"""


@pytest.mark.parametrize("workers", [2, pytest.param(4, marks=pytest.mark.corpora)])
def test_the_controller_scans_once_for_workers_that_collect_the_same(workers: int, tmp_path: Path) -> None:
    counter = tmp_path / "scans"
    write(tmp_path, "counting.py", COUNTING.format(path=str(counter)))
    path = os.pathsep.join([str(tmp_path), str(ROOT / "runtime")])
    arguments = [
        *INSTALLED,
        "-p",
        "counting",
        f"--ssot-root={PLATFORM / 'before'}",
        "-n",
        str(workers),
        "-q",
        "--tb=no",
        "--ssot-static",
    ]
    done = run(tmp_path, "pytest", "-p", "no:cacheprovider", *arguments, PYTHONPATH=path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert counter.read_text() == "controller\n"
    collected = [file.read_text() for file in sorted(tmp_path.glob("scans.gw*"))]
    assert len(collected) == workers
    assert len(set(collected)) == 1
    assert collected[0].count("test_c") >= 40


def test_from_anywhere_a_broken_contract_says_where_why_and_what_to_do(tmp_path: Path) -> None:
    before = PLATFORM / "before"
    done = run(tmp_path, "pytest", *INSTALLED, f"--ssot-root={before}", "-q", "-k", "c02", "--ssot-static")
    assert done.returncode == 1
    assert f"{SESSIONS}:25:26: SID102 the text of `uuid.uuid4()`" in done.stdout
    assert "Why it matters: Sessions and tokens are told apart by these ids alone" in done.stdout
    assert "What to do: Make the ids with the generator and the secrets with `secrets`." in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["one process", "two"])
def test_pytest_says_that_a_target_does_not_exist(more: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, "pytest", *INSTALLED, "--ssot-root=gone", *more)
    assert done.returncode == 4
    assert "gone: no such folder" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_test_without_a_contract_is_told_so(tmp_path: Path) -> None:
    write(tmp_path, "test_it.py", "def test_it(ssot_check):\n    ssot_check.assert_holds()\n")
    done = run(tmp_path, "pytest", "-p", "flake8_ssot_ids.pytest_plugin", "test_it.py")
    assert done.returncode != 0
    assert 'says which contract it is part of, such as `CONTRACT = "C01"`' in done.stdout + done.stderr


@pytest.mark.parametrize(
    "more", [[], pytest.param(["-n", "2"], marks=pytest.mark.corpora)], ids=["one process", "two"]
)
def test_the_example_of_the_guide_runs(more: list[str], tmp_path: Path) -> None:
    """A suite of the user's own, with the fixtures."""
    guide = (ROOT / "docs" / "compliance.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n# tests/test_our_ids\.py\n(.*?)```", guide, re.DOTALL)
    assert example is not None
    after = copy_of("after", tmp_path / "after")
    write(after, "tests/test_our_ids.py", example[1])
    arguments = [
        "-p",
        "flake8_ssot_ids.pytest_plugin",
        "-q",
        "tests/test_our_ids.py",
        "-p",
        "no:cacheprovider",
    ]
    done = run(after, "pytest", *arguments)
    assert done.returncode == 0, done.stdout
    # What it forbids turns it red.
    call = 'UnifiedIdGenerator.generate_session_id(user_id, "auth")'
    put(after, SESSIONS, call, f'{call}.removeprefix("session_")[:40]')
    put(
        after,
        "netra_backend/app/core/jobs.py",
        "",
        "\n\ndef more():\n    import uuid\n    return uuid.uuid4().hex\n",
    )
    done = run(after, "pytest", *arguments, *more)
    assert done.returncode == 1
    assert "netra_backend/app/core/jobs.py" in done.stdout


# ------------------------------------------------------------------------------------------- the command


def test_the_command_on_before(tmp_path: Path) -> None:
    report, junit = tmp_path / "report.json", tmp_path / "junit.xml"
    before = str(PLATFORM / "before")
    arguments = ["--json", str(report), "--junit", str(junit), "-n", "2"]
    done = run(tmp_path, "flake8_ssot_ids", "compliance", before, *arguments)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[:12]] == ALL
    assert [line.split()[0] for line in lines[:12] if line.split()[1] == "failed"] == RED_BEFORE
    assert re.fullmatch(r"7 of 12 contracts are broken, 5 hold \(\d+\.\ds\)\.", lines[-1])
    data = json.loads(report.read_text(encoding="utf-8"))
    assert list(data) == ["contracts"]
    assert [list(contract) for contract in data["contracts"]] == [["id", "title", "outcome", "evidence"]] * 12
    assert [contract["id"] for contract in data["contracts"]] == ALL
    assert [contract["title"] for contract in data["contracts"]] == [contract.title for contract in CONTRACTS]
    assert [name for name, outcome in outcomes(data).items() if outcome == "failed"] == RED_BEFORE
    first = data["contracts"][1]["evidence"][0]
    assert list(first) == ["check", "where", "code", "message", "scope"]
    assert len(data["contracts"][0]["evidence"]) == 119
    suite = ElementTree.parse(junit).getroot().find("testsuite")  # noqa: S314 - our own file
    assert suite is not None
    assert int(suite.attrib["failures"]) >= 7


def test_the_command_on_after_from_within_it_outside_of_git(tmp_path: Path) -> None:
    after = copy_of("after", tmp_path / "after")
    done = run(after, "flake8_ssot_ids", "compliance", "--json", "-")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert outcomes(data) == dict.fromkeys(ALL, "passed")
    assert "is in no work tree of git" in str(data["contracts"][9]["evidence"])
    assert "Not judged\n  C10: " in done.stderr
    assert "12 contracts hold" in done.stderr


def test_static_runs_nothing_of_the_target(tmp_path: Path) -> None:
    after = copy_of("after", tmp_path / "after")
    write(after, "shared/__init__.py", f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    done = run(after, "flake8_ssot_ids", "compliance", ".", "--static", "--json", "-")
    assert done.returncode == 0, done.stderr
    found = outcomes(json.loads(done.stdout))
    assert [name for name, outcome in found.items() if outcome == "passed"] == [
        "C01",
        "C02",
        "C03",
        "C04",
        "C05",
        "C10",
    ]
    assert set(found.values()) == {"passed", "not-applicable"}
    assert not (tmp_path / "ran").exists()
    assert "6 contracts hold, 6 not judged" in done.stderr
    assert run(after, "pytest", *INSTALLED, "--ssot-root=.", "-q", "-k", "c07").returncode == 0
    assert (tmp_path / "ran").exists()


def test_what_the_policy_calls_not_applicable_is_reported_as_such(tmp_path: Path) -> None:
    after = copy_of("after", tmp_path / "after")
    spare(after, SLOW)
    done = run(after, "flake8_ssot_ids", "compliance", "--json", "report.json")
    assert done.returncode == 0
    data = json.loads((after / "report.json").read_text(encoding="utf-8"))
    assert [name for name, outcome in outcomes(data).items() if outcome != "passed"] == SLOW
    assert data["contracts"][3]["evidence"][0]["message"] == "not applicable: no sockets here"
    assert f"  {', '.join(SLOW)}: not applicable: no sockets here" in done.stdout


def test_nothing_of_the_users_pytest_has_a_part_in_it(tmp_path: Path) -> None:
    after = copy_of("after", tmp_path / "after")
    put(
        after,
        "pyproject.toml",
        '"--strict-markers --strict-config -p no:asyncio"',
        '"--no-such-option -p nowhere -k nothing"',
    )
    spare(after, SLOW)
    write(after, "conftest.py", "raise RuntimeError('a conftest')\n")
    write(after, "pytest.ini", "[pytest]\naddopts = --neither\n")
    relative = os.path.relpath(ROOT / "runtime", after)
    done = run(
        after, "flake8_ssot_ids", "compliance", "-n", "2",
        PYTEST_ADDOPTS="--nonsense", PYTEST_PLUGINS="nowhere", PYTHONPATH=relative,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_pytest_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pytest", None)
    assert main(["compliance", str(PLATFORM / "after")]) == 2
    said = capsys.readouterr()
    assert said.err == (
        "error: pytest cannot be imported; install what is missing: "
        f"python3 -m pip --python {sys.executable} install pytest pytest-xdist\n"
    )
    assert said.out == ""


REFUSED = {
    "no such folder": ([], "gone", "no such folder"),
    "a file": ([], "pyproject.toml", "no such folder"),
    "processes": (["-n", "many"], ".", "-n takes a number or auto, not 'many'"),
    "no such configuration": (["--config", "gone.toml"], ".", "no such file: gone.toml"),
    "no time": (["--timeout", "0"], ".", "must be more than 0 seconds"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_the_job_that_cannot_be_done_is_two(kind: str, tmp_path: Path) -> None:
    more, path, says = REFUSED[kind]
    write(tmp_path, "pyproject.toml", "[tool.ssot-ids]\n")
    done = run(tmp_path, "flake8_ssot_ids", "compliance", path, *more)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_policy_that_cannot_be_used_is_two(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", '[tool.ssot-ids]\ngenerater = "x.Y"\n')
    done = run(tmp_path, "flake8_ssot_ids", "compliance")
    assert done.returncode == 2
    assert "generater" in done.stderr
    assert done.stdout == ""


def test_a_worker_that_dies_is_no_pass(tmp_path: Path) -> None:
    collector = Collector(str(tmp_path / "report.json"))
    nodeid = "test_c12_performance.py::test_c12_an_id_is_cheap[cost]"
    collector.pytest_runtest_logreport(
        pytest.TestReport(nodeid, (nodeid, 0, "it"), {}, "failed", "worker 'gw0' crashed", "???")  # type: ignore[arg-type]
    )
    collector.pytest_sessionfinish()
    (contract,) = json.loads((tmp_path / "report.json").read_text())["contracts"]
    assert (contract["id"], contract["outcome"]) == ("C12", "failed")
    assert contract["evidence"][0]["message"] == "worker 'gw0' crashed"


# ------------------------------------------------------------------------------------------ the packaging


def test_the_wheel_holds_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = project["tool"]["setuptools"]["packages"]
    there = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for file in (ROOT / "flake8_ssot_ids").rglob("*.py")
        if "__pycache__" not in file.parts
    }
    assert listed == sorted(there | {"flake8_ssot_ids.compliance_tests"})
    extras = project["project"]["optional-dependencies"]
    assert {re.split(r"[><=]", need)[0] for need in extras["compliance"]} == {"pytest", "pytest-xdist"}
