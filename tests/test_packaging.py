"""The source distribution holds the checkout, so that its tests can be run wherever it is unpacked."""

from __future__ import annotations

import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# By path, because both distributions have a folder of that name.
BUILDING = runpy.run_path(str(ROOT / "runtime" / "tests" / "building.py"))
#: What a build adds.
ADDED = "flake8_ssot_ids.egg-info/"


@pytest.fixture
def tracked() -> list[str]:
    """All files of this checkout but those that git ignores."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout, so nothing says which files there should be")
    if shutil.which("git") is None:
        pytest.skip("no git here")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).exists()]


def test_the_source_distribution_holds_the_whole_checkout(tracked: list[str], tmp_path: Path) -> None:
    assert {"tests/test_packaging.py", "runtime/tests/building.py", ".ci/run", "MANIFEST.in"} <= {*tracked}
    copy = tmp_path / "copy"
    # What is made by using the checkout must not get in.
    for name in (*tracked, "runtime/.hypothesis/a", "tests/__pycache__/a.pyc", "benchmarks/.corpora/a.py"):
        file = copy / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, file)
        else:
            file.write_text("")
    held = BUILDING["names_in"](BUILDING["Builder"](tmp_path).sdist(copy))
    assert {name for name in held if not name.startswith(ADDED)} == {*tracked, "PKG-INFO"}
