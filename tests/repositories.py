"""Real repositories of git for tests, apart from whatever the user, a hook or a CI has set."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def alone(monkeypatch: pytest.MonkeyPatch, configuration: str = os.devnull) -> None:
    """Let git see no settings but those of the repository and of the file ``configuration``."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", configuration)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "T")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "t@example.org")


def git(folder: Path, *arguments: str, check: bool = True) -> str:
    """Run git in a folder; what it writes to standard output."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, input="", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout
