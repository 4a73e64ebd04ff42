"""``python -m benchmarks``: compare with the peers on the pinned packages and write ``RESULTS.md``.

The tools run in turn, A B C A B C, so that a slow minute of the machine hits all of them; the table shows
median, minimum and maximum. Everything is fetched into ``benchmarks/.corpora`` and environments below it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pickle
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import example, measure, peers
from benchmarks.corpora import Corpus, corpora, ensure, home
from benchmarks.report import CorpusResult, Inside, Row, document

HERE = Path(__file__).resolve().parent
#: What follows this line in ``RESULTS.md`` is written by people and stays.
BY_HAND = "<!-- From here on written by hand; the figures are those of the tables above. -->\n"
#: Seconds after which no cache doubts a file's time of change.
SETTLED = 3
#: flake8 takes seconds per megabyte: where a corpus is larger it gets every n-th file up to this much.
FLAKE8_MEGABYTES = 2.5


def python_files(folder: Path) -> list[Path]:
    """Every ``.py`` file below ``folder``, sorted."""
    found = []
    for parent, _, names in os.walk(folder):
        found += [Path(parent, name) for name in names if name.endswith(".py")]
    return sorted(found)


def sample(files: Sequence[Path], limit: float) -> list[Path]:
    """Every n-th file, with n as small as ``limit`` bytes in total allow."""
    total = sum(file.stat().st_size for file in files)
    return list(files[:: max(1, math.ceil(total / limit))])


def rounds(peer: peers.Peer, runs: int) -> int:
    """How many timed rounds a peer gets after its first run; 0 means that the first run is the timed one."""
    if peer.slow or (peer.flake8 and runs < 3):
        return 0
    return min(runs, 3) if peer.flake8 else runs


def compare(
    corpus: Corpus, chosen: Sequence[peers.Peer], work: Path, runs: int, part_of: float
) -> CorpusResult:
    """Time every chosen peer on one corpus, each in the corpus's own folder; then read what it found."""
    folder = ensure(corpus)
    files = python_files(folder)
    part = [os.path.relpath(file, folder) for file in sample(files, part_of * 1e6)]
    rows = {}
    commands = {}
    for peer in chosen:
        own = work / corpus.name / peer.name.replace(" ", "_")
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(parents=True)
        paths = part if peer.flake8 else ["."]
        commands[peer] = [*peer.argv(peers.environment(work, peer.packages), own), *paths], own / "out"
        rows[peer] = Row(peer.name, of_part=peer.flake8)
    # What changed just now is in doubt for a cache, and a corpus may have been unpacked just now.
    time.sleep(SETTLED)
    for peer, (command, output) in commands.items():
        # In the first run memory is sampled and the cache is filled. A tool that takes minutes has no
        # other. Two runs more, and every cache is as warm as it gets.
        say(f"{corpus.name}: {peer.name}, first run")
        first = measure.run(command, output=output, cwd=folder, env=clean_environment(), memory=True)
        rows[peer].note(first, counted=rounds(peer, runs) == 0)
        for _ in range(2 if peer.warm else 0):
            time.sleep(SETTLED)
            again = measure.run(command, output=output, cwd=folder, env=clean_environment(), memory=True)
            rows[peer].note(again, counted=False)
    for turn in range(runs):
        for peer, (command, output) in commands.items():
            if turn < rounds(peer, runs):
                say(f"{corpus.name}: {peer.name}, round {turn + 1}")
                cost = measure.run(command, output=output, cwd=folder, env=clean_environment())
                rows[peer].note(cost, counted=True)
    for peer, (_, output) in commands.items():
        text = output.read_text(encoding="utf-8", errors="replace")
        errors = Path(f"{output}.err").read_text(encoding="utf-8", errors="replace")
        rows[peer].died = any(word in errors for word in ("Traceback", "internal error"))
        if not rows[peer].died:
            rows[peer].findings = len(peer.read(text))
    inside = time_inside(work, part, folder, runs) if any(p.flake8 for p in chosen) else None
    size = sum(f.stat().st_size for f in files)
    share = sum(Path(folder, f).stat().st_size for f in part) / max(1, size)
    return CorpusResult(corpus, len(files), size, len(part), share, list(rows.values()), inside)


def calmer(one: CorpusResult, other: CorpusResult) -> CorpusResult:
    """The one of two results that was disturbed less."""
    return min(one, other, key=lambda result: sum(disturbed(row) for row in result.rows))


def disturbed(row: Row) -> bool:
    """Whether something else took the machine's time in one of the runs."""
    return bool(row.walls) and max(row.walls) > 1.5 * statistics.median(row.walls) + 0.02


def result_of(
    corpus: Corpus, chosen: Sequence[peers.Peer], work: Path, runs: int, part_of: float, reuse: bool
) -> CorpusResult:
    """``compare``, once more if it was disturbed; kept in ``work`` for a report put together later."""
    kept = work / f"{corpus.name}.pickle"
    if reuse and kept.exists():
        # Our own file, of this very program.
        result: CorpusResult = pickle.loads(kept.read_bytes())  # noqa: S301
        return result
    result = compare(corpus, [p for p in chosen if corpus.ci or not p.minutes], work, runs, part_of)
    if any(disturbed(row) for row in result.rows):
        say(f"{corpus.name}: disturbed, so once more")
        again = compare(corpus, [peer for peer in chosen if not peer.slow], work, runs, part_of)
        slow = [row for row in result.rows if row.name not in {r.name for r in again.rows}]
        again.rows.extend(slow)
        result = calmer(again, result)
    kept.write_bytes(pickle.dumps(result))
    return result


def time_inside(work: Path, files: Sequence[str], folder: Path, runs: int) -> Inside | None:
    """Processor seconds inside our plugin, inside tidy-imports, and of flake8 without both; median run.

    For ours also in a run after that, which finds the survey of the project that the first one kept.
    """
    binaries = peers.environment(work, (".", "flake8-tidy-imports"))
    bans = "--banned-modules=" + "\n".join(f"{name} = no" for name in peers.SOURCES)
    command = [str(binaries / "python"), str(HERE / "inside.py"), bans, peers.neutral_policy(), *files]
    seen = []
    for _ in range(max(1, min(runs, 3))):
        rows = []
        with tempfile.TemporaryDirectory() as cache:
            for _ in range(2):
                environ = {**clean_environment(), "SSOT_IDS_CACHE_DIR": cache}
                done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environ)
                if done.returncode:
                    say(done.stderr[-500:])
                    return None
                rows.append(json.loads(done.stdout.splitlines()[-1]))
        first, again = rows
        ours, tidy = first["flake8-ssot-ids"], first["flake8-tidy-imports"]
        seen.append(Inside(ours, again["flake8-ssot-ids"], tidy, first["total"] - ours - tidy))
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
    parser.add_argument(
        "--flake8-megabytes",
        type=float,
        default=FLAKE8_MEGABYTES,
        help="of each corpus (default: %(default)s)",
    )
    parser.add_argument("--reuse", action="store_true", help="take what is stored of an earlier run")
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
    part_of = options.flake8_megabytes
    results = [result_of(corpora()[name], chosen, work, runs, part_of, options.reuse) for name in names]
    text = document(results, machine(), found, statistics.median)
    output = options.output or (None if options.quick or options.peer else HERE / "RESULTS.md")
    if output:
        kept = output.read_text(encoding="utf-8").partition(BY_HAND) if output.exists() else ("", "", "")
        output.write_text(f"{text}\n{BY_HAND}{kept[2]}", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
