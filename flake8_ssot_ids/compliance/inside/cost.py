"""C12: an id costs about what ``str(uuid.uuid4())`` costs; the memory stays flat."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter_ns

from flake8_ssot_ids.compliance.inside.target import Fact, Probed

#: The ratio that has to hold, and the plan's own bound of 5 ms, of which the slowest may take a tenth.
_RATIO = 1.25
_P99_NS = 500_000
_ROUNDS, _BATCH = 21, 1_500
_TRIES = 3
#: Times the cost of a uuid4; such a generator is not asked for a million ids.
_TOO_SLOW = 100
#: One id that takes longer than that, at the best of some tries, is slow.
_SLOW_NS = 500_000
#: So much time and so many ids are enough to see that one is slow.
_LONG_NS, _FEW = 1_000_000_000, 30
_MILLION = 1_000_000
#: Blocks of memory that may be left over from a million ids: what a first call keeps.
_BLOCKS = 2_000
#: Where a tenth of them leaves less than a hundredth of that, a million would not leave too much either.
_FIRST, _FLAT = _MILLION // 10, _BLOCKS // 100
#: So long, in nanoseconds, ids are made to see what they leave behind.
_LONGEST_NS = 20_000_000_000


def cost(target: Probed) -> Iterator[Fact]:
    """Measure in one process, in turns, so that a busy machine slows both."""
    for dotted, owner in target.generators.items():
        name = f"{dotted.rpartition('.')[2]}.{target.real('generate_base_id')}"
        yield from ((name, message) for message in _too_much(target.method(owner, "generate_base_id")))


def _too_much(make: Callable[[str], str]) -> Iterator[str]:
    ratio = _least(lambda: _ratio(make), _RATIO)
    if ratio > _RATIO:
        yield f"an id costs {ratio:.2f} times as much as `str(uuid.uuid4())`; {_RATIO} is the limit"
    p99 = _least(lambda: _p99(make), _P99_NS)
    if p99 > _P99_NS:
        yield f"one id in a hundred takes {p99 / 1e6:.2f} ms or more; {_P99_NS / 1e6} ms is the limit"
    if ratio < _TOO_SLOW * _RATIO and min(_once(make) for _ in range(_TRIES)) < _SLOW_NS:
        made, left = _left_over(make)
        if left > _BLOCKS:
            number = "a million" if made == _MILLION else f"{made:,}"
            yield f"{number} ids leave {left:,} blocks of memory behind"


def _least(measure: Callable[[], float], limit: float) -> float:
    """The least of some measurements, as many as are needed: other work only ever makes one greater."""
    least = measure()
    for _ in range(_TRIES - 1):
        if least <= limit:
            break
        least = min(least, measure())
    return least


def _ratio(make: Callable[[str], str]) -> float:
    least = min(_once(make) for _ in range(_TRIES))
    if least >= _SLOW_NS:
        # One that sleeps would take a minute for a batch.
        return least / min(_once(lambda _: str(uuid.uuid4())) for _ in range(_ROUNDS))
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
        if ours[-1] > _TOO_SLOW * theirs[-1]:
            return ours[-1] / theirs[-1]  # so slow that there is nothing left to measure
    return median(ours) / median(theirs)


def _once(make: Callable[[str], str]) -> int:
    start = perf_counter_ns()
    make("probe")
    return perf_counter_ns() - start


def _p99(make: Callable[[str], str]) -> int:
    times = []
    for _ in range(3_000):
        times.append(_once(make))
        if len(times) >= _FEW and sum(times) > _LONG_NS:
            break
    return sorted(times)[int(len(times) * 0.99)]


def _left_over(make: Callable[[str], str]) -> tuple[int, int]:
    """How many ids were made, and the blocks of memory that they left behind."""
    for _ in range(1_000):
        make("probe")
    end = perf_counter_ns() + _LONGEST_NS
    before = sys.getallocatedblocks()
    made = left = 0
    while made < _MILLION and perf_counter_ns() < end:
        for _ in range(1_000):
            make("probe")
        made += 1_000
        left = sys.getallocatedblocks() - before
        if made == _FIRST and left < _FLAT:
            break
    return made, left
