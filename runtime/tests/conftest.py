"""What several test modules share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@pytest.fixture
def run_python() -> Callable[..., str]:
    """``run_python(code, *flags, env={...})``: what a fresh interpreter prints. It must not fail or warn."""

    def run(code: str, *flags: str, env: Mapping[str, str | None] | None = None) -> str:
        wanted = {**os.environ, "PYTHONPATH": FOLDER, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        done = subprocess.run(
            [sys.executable, *flags, "-c", code],
            env={name: value for name, value in wanted.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def many() -> int:
    """What to multiply counts by: 1, or 50 with SSOT_IDS_MANY=1 in the environment."""
    return 50 if os.environ.get("SSOT_IDS_MANY") == "1" else 1
