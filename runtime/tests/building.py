"""What the tests of both distributions build with: tests/test_packaging.py at the top uses it, too."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

#: What a distribution needs from an index to be built.
BUILDER = "setuptools>=77"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")

_BUILD = "import sys; from setuptools import build_meta as b; print(getattr(b, sys.argv[1])(sys.argv[2]))"


def run(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command without what could lead it back to this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SSOT_IDS"))}
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=cwd, env=kept)


def output(*command: str | Path, cwd: Path | None = None) -> str:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bare(folder: Path, python: str | Path) -> Path:
    """The interpreter of an environment with nothing in it, not even pip."""
    output(python, "-m", "venv", "--without-pip", folder)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class Builder:
    """Builds in an environment that has setuptools and nothing else; skips the test if there can be none."""

    def __init__(self, folder: Path) -> None:
        if importlib.util.find_spec("pip") is None:
            pytest.skip("no pip here")
        self._folder = folder
        self._python = bare(folder / "builder", sys.executable)
        fetched = run(*PIP, "--python", self._python, "install", "-q", BUILDER)
        if fetched.returncode:
            pytest.skip(f"pip cannot fetch {BUILDER}: {fetched.stderr.strip().splitlines()[-1]}")

    def sdist(self, tree: Path) -> Path:
        """The source distribution. Give it a copy: a build leaves folders behind, and takes up old ones."""
        return self._build("build_sdist", tree)

    def wheel(self, tree: Path) -> Path:
        return self._build("build_wheel", tree)

    def _build(self, what: str, tree: Path) -> Path:
        return self._folder / output(self._python, "-c", _BUILD, what, self._folder, cwd=tree).split()[-1]


def names_in(source: Path) -> set[str]:
    """The files in a source distribution, without the folder that all of them are in."""
    with tarfile.open(source) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
