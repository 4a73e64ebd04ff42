"""The fixes and the edits that MIGRATION.md lists turn `before/` into `after/`, to the byte."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import main

ROOT = Path(__file__).resolve().parent.parent
PLATFORM = ROOT / "examples" / "chat_platform"
#: What is new in ``after/`` and no edit of anything that was there.
NEW = (
    "scripts/write_alias_rows.py",
    "tests/legacy_state",
    "tests/test_legacy_state.py",
    "tests/test_what_was_mended.py",
)
IGNORED = shutil.ignore_patterns("__pycache__", ".pytest_cache")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of ``before/`` after the edits by hand, the new files and the fixes."""
    folder = tmp_path_factory.mktemp("migrated") / "platform"
    shutil.copytree(PLATFORM / "before", folder, ignore=IGNORED)
    for edit in sorted((PLATFORM / "manual_edits").glob("*.diff")):
        subprocess.run(["git", "apply", "-p1", str(edit)], cwd=folder, check=True)
    for name in NEW:
        source, target = PLATFORM / "after" / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=IGNORED)
        else:
            shutil.copyfile(source, target)
    assert main(["fix", "--unsafe-fixes", "--allow-dirty", "--no-cache", "--silent", str(folder)]) == 0
    return folder


def files(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts)
    }


def test_the_edits_by_hand_and_the_fixes_give_after(migrated: Path) -> None:
    after = PLATFORM / "after"
    assert files(migrated) == files(after)
    different = [
        name for name in sorted(files(after)) if not filecmp.cmp(migrated / name, after / name, shallow=False)
    ]
    assert different == []


def test_a_second_run_changes_nothing(migrated: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(migrated, again, ignore=IGNORED)
    assert main(["fix", "--unsafe-fixes", "--allow-dirty", "--no-cache", "--silent", str(again)]) == 0
    assert all(filecmp.cmp(migrated / name, again / name, shallow=False) for name in files(migrated))


def test_without_the_edits_by_hand_the_reasons_are_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "before"
    shutil.copytree(PLATFORM / "before", folder, ignore=IGNORED)
    assert (
        main(["fix", "--unsafe-fixes", "--allow-dirty", "--no-cache", "--color", "never", str(folder)]) == 1
    )
    out = capfd.readouterr().out
    manual = sorted(
        line.split("manual, ")[1].split(":")[0] for line in out.splitlines() if "manual, " in line
    )
    assert manual == ["secret"] * 6
    fixed = "Fixed 113 findings in 23 files (64 production, 49 test): 70 as text ids, 43 in their format"
    assert fixed in out


def test_the_platform_works_with_the_fixes_alone(migrated: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "runtime"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=migrated, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
