"""The Pythons of this machine that the runtime supports. Also read by tests/test_packaging.py."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys

SUPPORTED = ("3.11", "3.12", "3.13")


def find() -> dict[str, str]:
    """Of each supported version that is here one interpreter: version -> its path.

    The running one first, then those on the path, then those that pyenv has. Each is started once, because a
    name on the path may be a stand-in for something that is not installed.
    """
    pyenv = shutil.which("pyenv")
    root = os.environ.get("PYENV_ROOT") or (_output(pyenv, "root") if pyenv else "")
    found = {}
    for version in SUPPORTED:
        candidates = [sys.executable] if version == _running() else []
        candidates += filter(None, [shutil.which(f"python{version}")])
        if root:
            candidates += sorted(glob.glob(os.path.join(root, "versions", "*", "bin", f"python{version}")))
        program = "import sys; print('%d.%d' % sys.version_info[:2])"
        for candidate in candidates:
            if _output(candidate, "-c", program) == version:
                found[version] = candidate
                break
    return found


def _running() -> str:
    return ".".join(map(str, sys.version_info[:2]))


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
