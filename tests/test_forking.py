"""A command of :mod:`tests.forking` is what a process that is started for it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import forking

posix_only = pytest.mark.skipif(not hasattr(os, "fork"), reason="it starts processes here")

PROGRAM = """\
import json, os, sys
print(sys.argv[1:], os.path.basename(sys.argv[0]), os.getcwd(), sys.path[0], os.environ.get("SOME"), __name__)
print(sys.stdin.read(), hasattr(json, "planted"), "planted" in os.environ, file=sys.stderr)
json.planted = os.environ["planted"] = "planted"
"""
ENDINGS = {
    "at its end": "",
    "with a code": "sys.exit(3)",
    "with a large code": "sys.exit(258)",
    "with a text": "sys.exit('a text, ä')",
    "with nothing": "sys.exit()",
    "late": "import atexit, threading as t; atexit.register(print, 'z'); t.Timer(0.1, print, ['a']).start()",
    "at once": "print('lost'); os._exit(4)",
    "by a signal": "import signal; os.kill(os.getpid(), signal.SIGTERM)",
}


def both(*argv: str, stdin: bytes) -> list[tuple[int, bytes, bytes]]:
    real = subprocess.run([sys.executable, "-m", *argv], input=stdin, capture_output=True)
    return [(done.returncode, done.stdout, done.stderr) for done in (real, forking.run(*argv, stdin=stdin))]


@posix_only
@pytest.mark.parametrize("ending", ENDINGS)
def test_it_is_what_a_started_process_is(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME", "thing")
    Path("program.py").write_text(PROGRAM + ENDINGS[ending])
    for _ in range(2):  # nothing is left of the first
        real, forked = both("program", "--an", "argument", stdin="ä\n".encode())
        assert forked == real
        assert b"thing" in real[1] or ending in ("at once", "by a signal")


@posix_only
def test_an_error_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("program.py").write_text("1 / 0\n")
    real, forked = both("program", stdin=b"")
    assert forked[:2] == real[:2] == (1, b"")
    assert forked[2].splitlines()[-1] == real[2].splitlines()[-1] == b"ZeroDivisionError: division by zero"


@posix_only
def test_what_python_reads_when_it_starts_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("program.py").write_text("import sys; print(sys.stdout.encoding, sys.flags.optimize)\n")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    real, forked = both("program", stdin=b"")
    assert forked == real
    assert b"1 1" in real[1]
