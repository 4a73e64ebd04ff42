"""``python -m benchmarks`` in runtime/: measure on every Python here and write ``RESULTS.md``.

Makes an environment for each Python, with the pinned versions of the peers, in ``benchmarks/.work``, which
may be deleted at any time. pip fetches them from the index that it is configured with.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks import interpreters
from benchmarks.makers import PACKAGES
from benchmarks.report import Result, document

HERE = Path(__file__).resolve().parent
WORK = HERE / ".work"


def environment(version: str, python: str) -> Path:
    """The interpreter of an environment with the peers in their pinned versions."""
    folder = WORK / f"venv-{version}"
    inner = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready.txt"
    pins = (HERE / "requirements.txt").read_text(encoding="utf-8")
    if not ready.exists() or ready.read_text(encoding="utf-8") != pins:
        # Without pip inside, because not every Python brings ensurepip; the running one's does the work.
        subprocess.run([python, "-m", "venv", "--without-pip", "--clear", str(folder)], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(inner), "install", "--disable-pip-version-check"]
        subprocess.run([*pip, "-q", "-c", str(HERE / "requirements.txt"), *PACKAGES], check=True)
        ready.write_text(pins, encoding="utf-8")
    return inner


def measure(python: Path, quick: bool) -> Result:
    """What `benchmarks.measure` says in a process of its own."""
    command = [str(python), "-m", "benchmarks.measure", *(["--quick"] if quick else [])]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SSOT_IDS"))}
    done = subprocess.run(
        command,
        cwd=HERE.parent,
        env={**kept, "PYTHONPATH": str(HERE.parent)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: Result = json.loads(done.stdout)
    return result


def machine() -> str:
    """Cores and memory; no names."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}"


def main() -> int:
    """See the module's first lines. The exit code is 1 if a figure was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything; RESULTS.md stays")
    parser.add_argument(
        "--python", action="append", choices=interpreters.SUPPORTED, help="only this version (repeatable)"
    )
    parser.add_argument("--output", type=Path, help="default: benchmarks/RESULTS.md")
    options = parser.parse_args()
    found = interpreters.find()
    chosen = {version: found[version] for version in options.python or found if version in found}
    if not chosen:
        parser.error("no such Python here")
    results = [measure(environment(version, python), options.quick) for version, python in chosen.items()]
    text = document(results, machine())
    output = options.output or (None if options.quick or options.python else HERE / "RESULTS.md")
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        print(text)
    missed = [
        f"Python {r['python']}: {f['name']}: {f['measured']}"
        for r in results
        for f in r["figures"]
        if not f["held"]
    ]
    for line in missed:
        print(f"missed on {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
