"""``python -m benchmarks``: compare with the peers on the pinned packages and write ``RESULTS.md``.

The tools run in turn, A B C A B C, so that a slow minute of the machine hits all of them; the table shows
median, minimum and maximum. Everything is fetched into ``benchmarks/.corpora`` and environments below it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import example, measure, peers
from benchmarks.corpora import Corpus, corpora, ensure, home
from benchmarks.report import CorpusResult, Inside, Row, document

HERE = Path(__file__).resolve().parent
#: flake8 takes seconds per megabyte: where a corpus is larger it gets every n-th file up to this much.
FLAKE8_BYTES = 6_000_000


def python_files(folder: Path) -> list[Path]:
    """Every ``.py`` file below ``folder``, sorted."""
    found = []
    for parent, _, names in os.walk(folder):
        found += [Path(parent, name) for name in names if name.endswith(".py")]
    return sorted(found)


def sample(files: Sequence[Path], limit: int) -> list[Path]:
    """Every n-th file, with n as small as ``limit`` bytes in total allow."""
    total = sum(file.stat().st_size for file in files)
    return list(files[:: max(1, -(-total // limit))])


def rounds(peer: peers.Peer, runs: int) -> int:
    """How many timed rounds a peer gets after its first run; 0 means that the first run is the timed one."""
    if peer.slow or (peer.flake8 and runs < 3):
        return 0
    return min(runs, 3) if peer.flake8 else runs


def compare(corpus: Corpus, chosen: Sequence[peers.Peer], work: Path, runs: int) -> CorpusResult:
    """Time every chosen peer on one corpus; then read what it found."""
    folder = ensure(corpus)
    files = python_files(folder)
    part = sample(files, FLAKE8_BYTES)
    rows = {}
    commands = {}
    for peer in chosen:
        own = work / corpus.name / peer.name.replace(" ", "_")
        own.mkdir(parents=True, exist_ok=True)
        paths = [str(file) for file in part] if peer.flake8 else [str(folder)]
        commands[peer] = [*peer.argv(peers.environment(work, peer.packages), own), *paths], own / "out"
        rows[peer] = Row(peer.name, of_part=peer.flake8)
        # The first run is the one in which memory is sampled and caches are filled. A tool that takes
        # minutes has no other.
        say(f"{corpus.name}: {peer.name}, first run")
        command, output = commands[peer]
        first = measure.run(command, output=output, cwd=folder, env=clean_environment(), memory=True)
        if peer.warm:
            # What a warm run needs is what counts, not what it took to get there.
            first = measure.run(command, output=output, cwd=folder, env=clean_environment(), memory=True)
        rows[peer].note(first, counted=rounds(peer, runs) == 0)
    for turn in range(runs):
        for peer, (command, output) in commands.items():
            if turn < rounds(peer, runs):
                say(f"{corpus.name}: {peer.name}, round {turn + 1}")
                cost = measure.run(command, output=output, cwd=folder, env=clean_environment())
                rows[peer].note(cost, counted=True)
    for peer, (_, output) in commands.items():
        text = output.read_text(encoding="utf-8", errors="replace")
        errors = Path(f"{output}.err").read_text(encoding="utf-8", errors="replace")
        rows[peer].died = "Traceback" in errors
        if not rows[peer].died:
            rows[peer].findings = len(peer.read(text))
    inside = time_inside(work, part, folder, runs) if any(p.flake8 for p in chosen) else None
    size = sum(f.stat().st_size for f in files)
    share = sum(f.stat().st_size for f in part) / max(1, size)
    return CorpusResult(corpus, len(files), size, len(part), share, list(rows.values()), inside)


def time_inside(work: Path, files: Sequence[Path], folder: Path, runs: int) -> Inside | None:
    """Seconds inside our plugin, inside tidy-imports, and of flake8 without both; median run."""
    binaries = peers.environment(work, (".", "flake8-tidy-imports"))
    bans = "--banned-modules=" + "\n".join(f"{name} = no" for name in peers.SOURCES)
    seen = []
    for _ in range(max(1, min(runs, 3))):
        done = subprocess.run(
            [str(binaries / "python"), str(HERE / "inside.py"), bans, *map(str, files)],
            capture_output=True,
            text=True,
            cwd=folder,
            env=clean_environment(),
        )
        if done.returncode:
            say(done.stderr[-500:])
            return None
        row = json.loads(done.stdout.splitlines()[-1])
        ours, tidy = row["flake8-ssot-ids"], row["flake8-tidy-imports"]
        seen.append(Inside(ours, tidy, row["total"] - ours - tidy))
    return sorted(seen, key=lambda one: one.ours / one.bare)[len(seen) // 2]


def clean_environment() -> dict[str, str]:
    """The environment without what would change a tool's behaviour or drop files into the corpora."""
    changers = ("PYTHON", "RUFF_", "SEMGREP_", "SSOT_IDS")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(changers)}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}


def machine() -> str:
    """Cores and memory, and the interpreter that everything ran on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    system = f"{platform.system()}, CPython {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """See the module's first lines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--corpus", action="append", choices=list(corpora()), help="only this (repeatable)")
    parser.add_argument("--runs", type=int, default=5, help="timed rounds (default: 5)")
    parser.add_argument("--quick", action="store_true", help="the small corpora, one round, no slow peers")
    parser.add_argument("--peer", action="append", help="only peers whose name contains this (repeatable)")
    parser.add_argument("--example", action="store_true", help="only print the table for examples/quickstart")
    parser.add_argument("--output", type=Path, help="default: benchmarks/RESULTS.md")
    options = parser.parse_args()
    work = home() / ".bench"
    work.mkdir(parents=True, exist_ok=True)
    if options.example:
        print(example.table(work))
        return
    chosen = [
        peer
        for peer in peers.PEERS
        if any(word in peer.name for word in options.peer or [""]) and not (options.quick and peer.slow)
    ]
    names = options.corpus or [c.name for c in corpora().values() if c.ci or not options.quick]
    found = {}
    for peer in chosen:
        found.update(peers.versions(peers.environment(work, peer.packages)))
    runs = 1 if options.quick else options.runs
    results = [compare(corpora()[name], chosen, work, runs) for name in names]
    text = document(results, machine(), found, statistics.median)
    output = options.output or (None if options.quick or options.peer else HERE / "RESULTS.md")
    if output:
        output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
