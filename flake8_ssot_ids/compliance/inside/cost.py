"""C12: an id costs about what ``str(uuid.uuid4())`` costs; the memory stays flat."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from statistics import median
from time import perf_counter_ns

from flake8_ssot_ids.compliance.inside.target import Facts, Target

#: The ratio that has to hold, and the plan's own bound of 5 ms, of which the slowest may take a tenth.
_RATIO = 1.25
_P99_NS = 500_000
_ROUNDS, _BATCH = 21, 1_500
_TRIES = 3
_MILLION = 1_000_000
#: Blocks of memory that may be left over from a million ids: what a first call keeps.
_BLOCKS = 2_000


def probe(target: Target) -> Facts:
    """Measure in one process, in turns, so that a busy machine slows both."""
    make = target.method(target.generator, "generate_base_id")
    facts: list[tuple[str, str]] = []
    ratio = min(_ratio(make) for _ in range(_TRIES))
    if ratio > _RATIO:
        facts.append(
            (
                "generate_base_id",
                f"an id costs {ratio:.2f} times as much as `str(uuid.uuid4())`; {_RATIO} is the limit",
            )
        )
    p99 = min(_p99(make) for _ in range(_TRIES))
    if p99 > _P99_NS:
        facts.append(("generate_base_id", f"one id in a hundred takes more than {p99 / 1e6:.2f} ms"))
    if ratio < 100 * _RATIO:
        left = _left_over(make)
        if left > _BLOCKS:
            facts.append(("generate_base_id", f"a million ids leave {left} blocks of memory behind"))
    return {"cost": facts}


def _ratio(make: Callable[[str], str]) -> float:
    ours: list[int] = []
    theirs: list[int] = []
    for _ in range(_ROUNDS):
        start = perf_counter_ns()
        for _ in range(_BATCH):
            make("probe")
        middle = perf_counter_ns()
        for _ in range(_BATCH):
            str(uuid.uuid4())
        ours.append(middle - start)
        theirs.append(perf_counter_ns() - middle)
        if ours[-1] > 100 * theirs[-1]:
            break  # so slow that there is nothing left to measure
    return median(ours) / median(theirs)


def _p99(make: Callable[[str], str]) -> int:
    times = []
    for _ in range(3_000):
        start = perf_counter_ns()
        make("probe")
        times.append(perf_counter_ns() - start)
        if len(times) > 30 and times[-1] > 20_000_000:
            break
    return sorted(times)[int(len(times) * 0.99)]


def _left_over(make: Callable[[str], str]) -> int:
    for _ in range(1_000):
        make("probe")
    before = sys.getallocatedblocks()
    for _ in range(_MILLION):
        make("probe")
    return sys.getallocatedblocks() - before
