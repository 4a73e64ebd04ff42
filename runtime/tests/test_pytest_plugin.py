"""The plugin for pytest, in a real pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

TESTS = """
import asyncio
import pytest
from ssot_ids import UnifiedIdGenerator
from ssot_ids.testing import DeterministicIds, assert_ssot, deterministic

new = UnifiedIdGenerator.generate_base_id
FIRST = "user_1704067200000_1000000000_f012abef"

def test_first(deterministic_ids):
    assert isinstance(deterministic_ids, DeterministicIds)
    assert new("user") == FIRST
    deterministic_ids.advance(1_000)
    assert new("user").startswith("user_1704067201000_1000000001_")

def test_each_test_begins_anew(deterministic_ids):
    assert new("user") == FIRST

def test_without_the_fixture_ids_are_ordinary():
    assert "_1704067200000_" not in new("user")

def test_a_coroutine_sees_it(deterministic_ids):
    async def main():
        return new("user")
    assert asyncio.run(main()) == FIRST

@pytest.fixture
def user(deterministic_ids):
    return new("user")

def test_other_fixtures_see_it(user):
    assert user == FIRST

@pytest.fixture
def fixed():
    with deterministic(seed=2):
        yield

def test_a_fixture_of_ones_own_inside(deterministic_ids, fixed):
    assert new("user") != FIRST
"""


def run(folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Exit code and output of pytest over ``folder``, warnings being errors."""
    environment = {
        **os.environ,
        "PYTHONPATH": ROOT,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "SSOT_IDS_ENV": "",
        **variables,
    }
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def project(folder: Path, tests: str, conftest: str = "") -> Path:
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(tests)
    if conftest:
        (folder / "conftest.py").write_text(conftest)
    return folder


def test_asked_for_in_a_conftest(tmp_path: Path) -> None:
    code, output = run(project(tmp_path, TESTS, 'pytest_plugins = ["ssot_ids.pytest_plugin"]\n'))
    assert "6 passed in" in output, output
    assert code == 0


def test_asked_for_on_the_command_line(tmp_path: Path) -> None:
    code, output = run(project(tmp_path, TESTS), "-p", "ssot_ids.pytest_plugin")
    assert "6 passed in" in output, output
    assert code == 0


def test_it_is_there_for_nobody_who_does_not_ask(tmp_path: Path) -> None:
    code, output = run(project(tmp_path, TESTS))
    assert "fixture 'deterministic_ids' not found" in output
    assert code == 1


def test_its_fixture_is_documented(tmp_path: Path) -> None:
    code, output = run(project(tmp_path, TESTS), "-p", "ssot_ids.pytest_plugin", "--fixtures")
    assert "deterministic_ids -- " in output
    assert "Predictable ids for one test" in output
    assert code == 0


def test_in_production_the_test_fails_before_it_runs(tmp_path: Path) -> None:
    tests = 'def test_it(deterministic_ids):\n    open("ran", "w").close()\n'
    folder = project(tmp_path, tests)
    code, output = run(folder, "-p", "ssot_ids.pytest_plugin", SSOT_IDS_ENV="Production")
    assert "RuntimeError: SSOT_IDS_ENV is production" in output
    assert "1 error" in output
    assert code == 1
    assert not (folder / "ran").exists()


def test_a_failing_test_leaves_nothing_behind(tmp_path: Path) -> None:
    tests = (
        "from ssot_ids import UnifiedIdGenerator as G\n"
        "def test_a(deterministic_ids):\n    assert G.generate_base_id('a') == 'b'\n"
        "def test_b():\n    assert '_1704067200000_' not in G.generate_base_id('a')\n"
    )
    code, output = run(project(tmp_path, tests), "-p", "ssot_ids.pytest_plugin")
    assert "1 failed, 1 passed" in output, output
    assert code == 1


def test_a_refusal_shows_the_line_of_the_test(tmp_path: Path) -> None:
    tests = "from ssot_ids.testing import assert_ssot\ndef test_a():\n    assert_ssot('user-1', 'user')\n"
    code, output = run(project(tmp_path, tests))
    assert ">       assert_ssot('user-1', 'user')" in output, output
    assert "AssertionError: 'user-1' is not an id of kind 'user': length (" in output
    assert "raise AssertionError(" not in output  # which is our own code
    assert code == 1
