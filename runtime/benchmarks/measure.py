"""``python -m benchmarks.measure``: measures in this process and writes JSON to the standard output.

The makers take turns, round by round, each round beginning with another one, so that a slow moment of the
machine hits all alike. Ratios are taken within a round, and the median of them is given.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
import timeit
import tracemalloc
from importlib.metadata import version
from typing import Any

from benchmarks import figures
from benchmarks.makers import IMPORTS, MAKERS, PACKAGES, REFERENCE, SETUP, Maker

Numbers = dict[str, float]
THREADS = 8
#: A timed stretch lasts about as long as a thread's turn at the interpreter, so few are interrupted.
STRETCH_NS = 2_000_000


def medians(scope: dict[str, Any], rounds: int) -> tuple[Numbers, Numbers]:
    """Nanoseconds for one id, and the ratio to the reference, for each statement."""
    timers = {maker: timeit.Timer(maker.statement, globals=scope) for maker in MAKERS}
    loops = {maker: max(1, round(STRETCH_NS / (once(timer) * 1e9))) for maker, timer in timers.items()}
    times: dict[str, list[float]] = {maker.statement: [] for maker in MAKERS}
    for turn in range(rounds):
        for maker in rotated(turn):
            # One execution over a hundred thousand candidates is a stretch of its own; few rounds will do.
            if maker.per < 10_000 or turn % 10 == 0:
                seconds = timers[maker].timeit(loops[maker])
                times[maker.statement].append(seconds / loops[maker] / maker.per * 1e9)
    reference = times[REFERENCE]
    ratios = {}
    for maker in MAKERS:
        own = times[maker.statement]
        beside = reference if len(own) == len(reference) else reference[::10]
        ratios[maker.statement] = statistics.median(a / b for a, b in zip(own, beside, strict=True))
    return {name: statistics.median(own) for name, own in times.items()}, ratios


def once(timer: timeit.Timer) -> float:
    """Seconds for one execution, roughly."""
    timer.timeit(1)
    loops, seconds = timer.autorange()
    return seconds / loops


def rotated(turn: int) -> tuple[Maker, ...]:
    """All makers, each turn beginning with the next one."""
    first = turn % len(MAKERS)
    return MAKERS[first:] + MAKERS[:first]


def tails(scope: dict[str, Any], rounds: int, calls: int) -> Numbers:
    """The 99th percentile of single calls in nanoseconds, with the clock's own cost, which ``pass`` gives.

    The median of the rounds' own percentiles: a round in which the machine was busy elsewhere does not count
    more than another.
    """
    names = ["pass", *(maker.statement for maker in MAKERS if maker.per < 1000)]
    times: list[int] = []
    timers = {
        name: timeit.Timer(
            f"began = clock()\n{name}\nnote(clock() - began)",
            globals={**scope, "clock": time.perf_counter_ns, "note": times.append},
        )
        for name in names
    }
    found: dict[str, list[int]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, timer in timers.items():
            times.clear()
            timer.timeit(calls)
            found[name].append(sorted(times)[calls * 99 // 100])
    return {name: statistics.median(own) for name, own in found.items()}


def throughput(scope: dict[str, Any], rounds: int, total: int) -> Numbers:
    """Ids made or judged in a second by eight threads together."""
    rates: dict[str, list[float]] = {maker.statement: [] for maker in MAKERS}
    for turn in range(rounds):
        for maker in rotated(turn):
            if maker.per < 10_000:
                rates[maker.statement].append(_threads_at_once(maker, scope, total))
    return {name: statistics.median(own) for name, own in rates.items() if own}


def _threads_at_once(maker: Maker, scope: dict[str, Any], total: int) -> float:
    executions = max(1, total // THREADS // maker.per)
    gate = threading.Barrier(THREADS + 1)

    def work() -> None:
        timer = timeit.Timer(maker.statement, globals=scope)
        gate.wait()
        timer.timeit(executions)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return THREADS * executions * maker.per / (time.perf_counter() - began)


def memory(scope: dict[str, Any], ids: int) -> tuple[Numbers, Numbers]:
    """Bytes that the process grew by over so many ids, and the peak of Python's objects in a tenth of them.

    Nothing is kept of the ids, so what grows is the maker's own.
    """
    growth: Numbers = {}
    peaks: Numbers = {}
    for maker in MAKERS:
        if maker.per > 3:
            continue  # what a list of ids takes is no secret
        timer = timeit.Timer(maker.statement, globals=scope)
        timer.timeit(1000)
        gc.collect()
        before = resident()
        timer.timeit(ids // maker.per)
        gc.collect()
        growth[maker.statement] = resident() - before
        tracemalloc.start()
        started = tracemalloc.get_traced_memory()[0]
        timer.timeit(ids // 10 // maker.per)
        peaks[maker.statement] = tracemalloc.get_traced_memory()[1] - started
        tracemalloc.stop()
    return growth, peaks


def resident() -> int:
    """Bytes of this process that are in memory; the most there ever were, where the system says no more."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def import_times(runs: int) -> tuple[dict[str, list[float]], list[str]]:
    """Milliseconds of each import, in fresh processes, and what ours loads beside the standard library."""
    times: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for turn in range(runs + 1):
        for name in IMPORTS:
            program = (
                f"import time; began = time.perf_counter_ns(); import {name}; "
                "print(time.perf_counter_ns() - began)"
            )
            spent = int(_output(program)) / 1e6
            if turn:  # the first fills the file caches
                times[name].append(spent)
    program = (
        "import sys; before = set(sys.modules); import ssot_ids; "
        "print(*sorted({n.partition('.')[0] for n in set(sys.modules) - before} - sys.stdlib_module_names))"
    )
    loaded = _output(program).split()
    return times, loaded


def _output(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def main() -> None:
    """See the module's first lines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    quick = parser.parse_args().quick
    share = 10 if quick else 1
    scope: dict[str, Any] = {}
    exec(SETUP, scope)  # noqa: S102 - the statements that are timed share these names
    say("medians")
    median, ratio = medians(scope, 300 // share)
    say("single calls")
    p99 = tails(scope, 100 // share, 1000)
    say("threads")
    rate = throughput(scope, 7 if share == 1 else 1, 80_000 // share)
    say("memory")
    growth, peak = memory(scope, 1_000_000 // share)
    say("imports")
    imported, loaded = import_times(15 if share == 1 else 3)
    say("figures to hold")
    held = [figures.ratio(ratio['UnifiedIdGenerator.generate_base_id("user")'])]
    held += [figures.imports(statistics.median(imported["ssot_ids"]), loaded)]
    held += figures.measured(share)
    held += [figures.flat({name: growth[name] for name in growth if "Unified" in name}, 1_000_000 // share)]
    result = {
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "median": median,
        "ratio": ratio,
        "p99": p99,
        "rate": rate,
        "ids": 1_000_000 // share,
        "growth": growth,
        "peak": peak,
        "imports": imported,
        "figures": held,
    }
    print(json.dumps(result))


def say(text: str) -> None:
    """Progress, on standard error."""
    print(f"{platform.python_version()}: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
