"""A file is read once, parsed once and walked once; all else are questions to what that has brought."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Counts, in a process of its own, what one command does with a file, and prints it as the last line.
COUNTING = """\
import contextlib, json, sys
from collections import Counter

path, counts = sys.argv[1], Counter(reads=0, parses=0, walks=0)
with open(path) as file:
    text = file.read()

def count(event, arguments):
    if event == "open" and arguments[0] == path:
        counts["reads"] += 1
    elif event == "compile" and arguments[0] in (text, text.encode()):
        counts["parses"] += 1

from flake8_ssot_ids import cli
from flake8_ssot_ids.semantics.module.bindings import Flow

def counted(flow, run=Flow.run):
    counts["walks"] += 1
    return run(flow)

Flow.run = counted
sys.addaudithook(count)
with contextlib.suppress(SystemExit):
    cli.main(sys.argv[2:])
print(json.dumps(counts))
"""
RAW = """\
import uuid
from uuid import uuid4 as fresh


def new_id():
    return str(uuid.uuid4())


def open_session(store, user_id):
    session_id = f"session_{uuid.uuid4().hex[:8]}"
    store[session_id] = {"run_id": str(fresh()), "user": user_id, "text": f'{user_id} {fresh().hex}'}
    return session_id
"""
#: The same, and a call of what only returns a raw id: to name that, the names of all things must be known.
CALLED = RAW + "\n\ndef start(store):\n    store.update(run_id=new_id())\n"


def counts(folder: Path, text: str, *arguments: str) -> dict[str, int]:
    """How often a command reads, parses and walks a file with this text."""
    file = folder / "app.py"
    file.write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", COUNTING, str(file), *arguments, str(file)],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    ("text", "flags", "walks"),
    [
        pytest.param(RAW, [], 1, id="check"),
        pytest.param(CALLED, [], 1, id="check of a file with a wrapper"),
        pytest.param(RAW, ["--preview"], 1, id="closer look"),
        pytest.param(CALLED, ["--preview"], 2, id="closer look at a call of a wrapper"),
        pytest.param("import os\n", ["--all-files"], 1, id="nothing in it"),
        pytest.param("import os\n", [], 0, id="no use in it"),
    ],
)
def test_a_check_looks_once(text: str, flags: list[str], walks: int, tmp_path: Path) -> None:
    found = counts(tmp_path, text, "check", "--isolated", "--no-cache", "--silent", "--jobs=1", *flags)
    assert found == {"reads": 1, "parses": min(walks, 1), "walks": walks}


def test_what_is_counted_counts(tmp_path: Path) -> None:
    """Two commands look twice."""
    (tmp_path / "other.py").write_text(RAW)
    flags = ["check", "--isolated", "--no-cache", "--silent", "--jobs=1", "other.py"]
    assert counts(tmp_path, RAW, *flags) == {"reads": 1, "parses": 2, "walks": 2}
