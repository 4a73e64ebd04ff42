"""How time and memory grow with a program: sizes n, 2n and 4n of each kind of input that once took too long.

    python -m benchmarks.growth [KIND…] [--mode=check,preview,fix,flake8] [--over=1.3]

For each kind and each way to run the tool: processor seconds at each size without what an empty program
takes, the exponent (1 is linear, 2 is quadratic) and the peak memory at 4n. The exponent is by the bytes of
the program: where each of n modules imports all others, these grow as n squared. A kind is chosen by a part
of its name.
``--over`` prints only what grows faster than that. Needs the package installed in the running interpreter.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.inputs import KINDS

HERE = Path(__file__).resolve().parent
RUNTIME = HERE.parent / "runtime"
POLICY = 'generator = "ssot_ids.UnifiedIdGenerator"\nsrc = ["."]\n'
_OURS = (sys.executable, "-m", "flake8_ssot_ids")
MODES: Mapping[str, tuple[str, ...]] = {
    "check": (*_OURS, "check", "-j1", "--no-cache", "."),
    "preview": (*_OURS, "check", "--preview", "-j1", "--no-cache", "."),
    "fix": (*_OURS, "fix", "--unsafe-fixes", "--diff", "--no-cache", "."),
    "flake8": (sys.executable, str(HERE / "flake8_solo.py"), "SID", "--isolated", "--select=SID", "-j1", "."),
}
FACTORS = (1, 2, 4)
#: Seconds after which a run is given up.
LIMIT = 120
#: Less than so many seconds tell nothing of the growth.
TELLING = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds (None: given up) and peak memory in MB of one run; the bytes of its program."""

    seconds: float | None
    memory: float
    size: int


def run(mode: str, files: Mapping[str, str]) -> Cost:
    """Run the tool in one way over a program of these files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for path, text in files.items():
            (folder / path).write_text(text, encoding="utf-8")
        (folder / "ssot-ids.toml").write_text(POLICY)
        environ = {**os.environ, "PYTHONPATH": str(RUNTIME), "SSOT_IDS_CACHE_DIR": str(folder / "cache")}
        with (folder / "out").open("wb") as out:
            process = subprocess.Popen(MODES[mode], cwd=folder, env=environ, stdout=out, stderr=out)
            limit = threading.Timer(LIMIT, process.kill)
            limit.start()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            limit.cancel()
        if process.returncode not in (-9, 0, 1, 2) or b"Traceback" in (folder / "out").read_bytes():
            raise RuntimeError(f"{mode}: exit code {process.returncode}")
        seconds = None if process.returncode == -9 else used.ru_utime + used.ru_stime
        return Cost(seconds, used.ru_maxrss / 1024, sum(map(len, files.values())))


def exponent(seconds: Sequence[float | None], sizes: Sequence[int] = FACTORS) -> float | None:
    """The growth from the first size to the last; None where the runs are too short, or one was given up."""
    first, last = seconds[0], seconds[-1]
    if first is None or last is None or last < TELLING:
        return None
    return math.log(last / max(first, 0.01)) / math.log(sizes[-1] / sizes[0])


def measure(words: Sequence[str], modes: Sequence[str]) -> Iterator[tuple[str, str, int, list[Cost]]]:
    """Kind, mode, n and the costs of each size, for kinds that one of ``words`` is part of."""
    empty = {mode: run(mode, {"m.py": "import uuid\n"}).seconds or 0.0 for mode in modes}
    for kind, (number, make) in KINDS.items():
        if words and not any(word in kind for word in words):
            continue
        for mode in modes:
            costs: list[Cost] = []
            for factor in FACTORS:
                cost = run(mode, make(number * factor))
                costs.append(cost)
                if cost.seconds is None:
                    break
            yield (
                kind,
                mode,
                number,
                [
                    replace(one, seconds=None if one.seconds is None else max(0.0, one.seconds - empty[mode]))
                    for one in costs
                ],
            )


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 if something was given up."""
    options = dict(one[2:].partition("=")[::2] for one in arguments if one.startswith("--"))
    words = [one for one in arguments if not one.startswith("--")]
    over = float(options.get("over", "-inf"))
    modes = options.get("mode", ",".join(MODES)).split(",")
    status = 0
    print(f"| input | n | run | s at n | 2n | 4n | exponent | MB at 4n |\n{'| --- ' * 8}|", flush=True)
    for kind, mode, number, costs in measure(words, modes):
        seconds = [one.seconds for one in costs]
        given_up = None in seconds
        status |= given_up
        grows = exponent(seconds, [one.size for one in costs])
        if given_up or (math.inf if over == math.inf else grows if grows is not None else -math.inf) >= over:
            cells = [f"> {LIMIT}" if one is None else f"{one:.2f}" for one in seconds]
            cells += [""] * (len(FACTORS) - len(cells))
            shown = "" if grows is None else f"{grows:.2f}"
            print(
                f"| {kind} | {number:,} | {mode} | {' | '.join(cells)} | {shown} | {costs[-1].memory:.0f} |",
                flush=True,
            )
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
