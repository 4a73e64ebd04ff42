"""The counter and the clock of a process: order and uniqueness, whatever the clock and the threads do."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssot_ids import core as core_module
from ssot_ids.core import PROCESS, Core
from ssot_ids.grammar import COUNTER_MAX, COUNTER_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN
from ssot_ids.observer import NullObserver, set_observer

NOW = 1_700_000_000_000


class Clock:
    """Shows what it is told to, in milliseconds."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now * 1_000_000 + 999_999


def zeros(size: int) -> bytes:
    return bytes(size)


class Held(NullObserver):
    """Notes how far the clock went back."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def clock_held(self, milliseconds: int) -> None:
        self.steps.append(milliseconds)


@pytest.fixture
def held() -> Iterator[Held]:
    listener = Held()
    before = set_observer(listener)
    yield listener
    set_observer(before)


def test_the_time_is_the_clock_s_and_counters_follow_each_other() -> None:
    clock = Clock()
    core = Core(clock, zeros)
    assert [core.take() for _ in range(3)] == [
        (NOW, COUNTER_MIN),
        (NOW, COUNTER_MIN + 1),
        (NOW, COUNTER_MIN + 2),
    ]
    clock.now += 7
    assert core.take(5) == (NOW + 7, COUNTER_MIN + 3)
    assert core.take() == (NOW + 7, COUNTER_MIN + 8)


@pytest.mark.parametrize(
    ("entropy", "first"),
    [
        (0, COUNTER_MIN),
        (1, COUNTER_MIN + 1),
        (COUNTER_MIN - 1, 2 * COUNTER_MIN - 1),
        (COUNTER_MIN, COUNTER_MIN),
        (2**64 - 1, COUNTER_MIN + (2**64 - 1) % COUNTER_MIN),
    ],
)
def test_the_first_counter_is_random_in_its_range(entropy: int, first: int) -> None:
    asked: list[int] = []

    def source(size: int) -> bytes:
        asked.append(size)
        return entropy.to_bytes(size, "big")

    assert Core(Clock(), source).take() == (NOW, first)
    assert asked == [8]


def test_a_clock_that_goes_back_five_seconds_holds_and_is_told_once(held: Held) -> None:
    clock = Clock()
    core = Core(clock, zeros)
    core.take()
    clock.now -= 5_000
    assert [core.take()[0] for _ in range(10)] == [NOW] * 10
    clock.now += 4_999
    assert core.take() == (NOW, COUNTER_MIN + 11)
    clock.now += 1  # caught up, and no more
    assert core.take() == (NOW, COUNTER_MIN + 12)
    assert held.steps == [5_000]
    clock.now += 1
    assert core.take() == (NOW + 1, COUNTER_MIN + 13)
    clock.now -= 3
    core.take()
    assert held.steps == [5_000, 3]


def test_two_ids_of_one_millisecond_hold_nothing_but_the_step_back_after_them_is_told(held: Held) -> None:
    clock = Clock()
    core = Core(clock, zeros)
    assert [core.take(), core.take()] == [(NOW, COUNTER_MIN), (NOW, COUNTER_MIN + 1)]
    assert held.steps == []
    clock.now -= 20
    assert [core.take(), core.take()] == [(NOW, COUNTER_MIN + 2), (NOW, COUNTER_MIN + 3)]
    clock.now -= 20  # further back: still the same hold
    core.take()
    assert held.steps == [20]
    clock.now = NOW  # no later than the last id, so the hold goes on
    core.take()
    clock.now = NOW - 1
    core.take()
    assert held.steps == [20]
    clock.now = NOW + 1
    core.take()
    core.take()
    clock.now = NOW
    core.take()
    assert held.steps == [20, 1]


@pytest.mark.parametrize("now", [0, 1, -1, -10_000_000, TIMESTAMP_MIN - 1, TIMESTAMP_MIN])
def test_a_clock_before_the_first_instant_stands_at_it(now: int, held: Held) -> None:
    clock = Clock(now)
    core = Core(clock, zeros)
    assert [core.take() for _ in range(2)] == [(TIMESTAMP_MIN, COUNTER_MIN), (TIMESTAMP_MIN, COUNTER_MIN + 1)]
    assert held.steps == [TIMESTAMP_MIN - now] * (now < TIMESTAMP_MIN)
    clock.now = NOW
    assert core.take() == (NOW, COUNTER_MIN + 2)


@pytest.mark.parametrize("now", [TIMESTAMP_MAX, TIMESTAMP_MAX + 1, 10**15, 2**70])
def test_a_clock_behind_the_last_instant_stands_at_it(now: int) -> None:
    core = Core(Clock(now), zeros)
    assert [core.take() for _ in range(2)] == [(TIMESTAMP_MAX, COUNTER_MIN), (TIMESTAMP_MAX, COUNTER_MIN + 1)]
    core._state.counter = COUNTER_MAX
    # There is no later time to step to, so the counter alone begins anew.
    assert [core.take() for _ in range(2)] == [(TIMESTAMP_MAX, COUNTER_MAX), (TIMESTAMP_MAX, COUNTER_MIN)]


@pytest.mark.parametrize("count", [1, 2, 3, 1000, 1_000_000])
def test_a_counter_that_ends_within_what_is_taken_begins_anew_a_millisecond_later(
    count: int, held: Held
) -> None:
    clock = Clock()
    for left in range(min(count, 4)):  # how many counters are left: too few by at least one
        core = Core(clock, zeros)
        core.take()
        core._state.counter = COUNTER_MAX + 1 - left
        assert core.take(count) == (NOW + 1, COUNTER_MIN)
        assert core.take() == (NOW + 1, COUNTER_MIN + count)  # ahead of the clock
        clock.now += 1
        assert core.take() == (NOW + 1, COUNTER_MIN + count + 1)
        clock.now += 1
        assert core.take() == (NOW + 2, COUNTER_MIN + count + 2)
        clock.now -= 2
    core = Core(clock, zeros)
    core._state.counter = COUNTER_MAX + 1 - count  # exactly enough
    assert core.take(count) == (NOW, COUNTER_MAX + 1 - count)
    assert core.take() == (NOW + 1, COUNTER_MIN)
    assert held.steps == []  # being ahead of the clock on purpose is no news


@settings(deadline=None)
@given(
    st.integers(COUNTER_MIN, COUNTER_MAX + 1),
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from([-5000, -1, 0, 0, 0, 1, 1000]), st.integers(-(10**13), 10**12)),
            st.one_of(st.integers(1, 3), st.just(10**6), st.just(10**9)),
        ),
        max_size=40,
    ),
)
def test_what_is_taken_only_grows_and_never_overlaps(start: int, steps: list[tuple[int, int]]) -> None:
    clock = Clock()
    core = Core(clock, zeros)
    core._state.counter = start
    before = (0, 0)
    for step, count in steps:
        clock.now += step
        moment, first = core.take(count)
        assert (moment, first) > before
        assert TIMESTAMP_MIN <= moment <= TIMESTAMP_MAX
        assert COUNTER_MIN <= first <= first + count - 1 <= COUNTER_MAX
        before = (moment, first + count - 1)


def _owner_may_enter_again(core: Core) -> bool:
    """Else the tests below would wait for ever."""
    with core._state.lock:
        again = core._state.lock.acquire(blocking=False)
        if again:
            core._state.lock.release()
    return again


def test_what_is_taken_inside_the_taking_comes_first(held: Held) -> None:
    """As a signal handler or a finaliser may do, which runs in the call of the clock."""
    inner: list[tuple[int, int]] = []
    depth = 0

    def clock() -> int:
        nonlocal depth
        if depth < 3:
            depth += 1
            inner.append(core.take(2))
            depth -= 1
        return NOW * 1_000_000

    core = Core(clock, zeros)
    assert _owner_may_enter_again(core)
    outer = core.take()
    taken = [*sorted(counter for _, counter in inner), outer[1]]
    assert len(inner) == 3
    assert taken == [COUNTER_MIN, COUNTER_MIN + 2, COUNTER_MIN + 4, COUNTER_MIN + 6]
    assert held.steps == []


def test_finalisers_and_weak_references_may_take_inside_the_taking() -> None:
    taken: list[tuple[int, int]] = []
    asked = 0

    class Dying:
        def __del__(self) -> None:
            taken.append(core.take())

    def clock() -> int:
        nonlocal asked
        asked += 1
        if asked == 1:
            mortal, ring = Dying(), Dying()
            ring.me = ring  # type: ignore[attr-defined]
            kept = weakref.ref(mortal, lambda _: taken.append(core.take()))
            del mortal, ring  # the first dies at once, the second when it is collected
            gc.collect()
            assert kept() is None
        return NOW * 1_000_000

    core = Core(clock, zeros)
    assert _owner_may_enter_again(core)
    taken.append(core.take())
    assert [counter for _, counter in taken] == [COUNTER_MIN + n for n in range(4)]
    assert asked == 4


def test_threads_get_different_counters_in_order(many: int) -> None:
    threads, each = 8, 2_000 * many
    taken: list[list[tuple[int, int]]] = [[] for _ in range(threads)]
    start = threading.Barrier(threads)

    def work(mine: list[tuple[int, int]]) -> None:
        start.wait()
        mine.extend(PROCESS.take() for _ in range(each))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        workers = [threading.Thread(target=work, args=(mine,)) for mine in taken]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        sys.setswitchinterval(interval)
    for mine in taken:
        assert len(mine) == each
        assert mine == sorted(mine)
    assert len({pair for mine in taken for pair in mine}) == threads * each


@pytest.mark.parametrize("new_process", [False, True])
def test_threads_that_change_at_every_instruction_get_different_counters(
    monkeypatch: pytest.MonkeyPatch, new_process: bool
) -> None:
    """The interpreter seldom changes threads inside the taking; here it does at each instruction.

    In a new process that nobody told of itself, they must also agree on one new state.
    """
    threads, each = 4, 25
    core = Core(Clock(), zeros)
    if new_process:
        pid = core._state.pid
        monkeypatch.setattr(core_module, "_getpid", lambda: pid + 1)
    taken: list[list[tuple[int, int]]] = [[] for _ in range(threads)]
    start = threading.Barrier(threads)
    watched = (Core.take.__code__, Core._inherit.__code__)

    def trace(frame: FrameType, _event: str, _detail: object) -> object:
        if frame.f_code not in watched:
            return None
        frame.f_trace_opcodes = True
        time.sleep(0)
        return trace

    def work(mine: list[tuple[int, int]]) -> None:
        start.wait()
        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            mine.extend(core.take() for _ in range(each))
        finally:
            sys.settrace(None)

    workers = [threading.Thread(target=work, args=(mine,)) for mine in taken]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    counters = sorted(counter for mine in taken for _, counter in mine)
    assert counters == list(range(COUNTER_MIN, COUNTER_MIN + threads * each))
    assert all(mine == sorted(mine) for mine in taken)


def test_tasks_get_different_counters_in_order() -> None:
    async def work() -> list[tuple[int, int]]:
        mine = []
        for _ in range(20):
            mine.append(PROCESS.take())
            await asyncio.sleep(0)
        return mine

    async def main() -> list[list[tuple[int, int]]]:
        return await asyncio.gather(*(work() for _ in range(50)))

    taken = asyncio.run(main())
    assert all(mine == sorted(mine) for mine in taken)
    assert len({pair for mine in taken for pair in mine}) == 1_000


def test_a_reseeded_core_counts_on_from_a_new_start_and_not_from_an_earlier_time() -> None:
    clock = Clock()
    core = Core(clock, zeros)
    core.take(1000)
    lock = core._state.lock
    core.entropy = lambda size: (41).to_bytes(size, "big")
    clock.now -= 5_000
    core.reseed()
    assert core._state.lock is not lock
    assert core.take() == (NOW, COUNTER_MIN + 41)


def test_what_is_taken_while_the_process_forks_is_the_child_s_own() -> None:
    """As when a signal handler or a finaliser, which runs in the call of the clock, forks."""
    forks = [True]

    def clock() -> int:
        if forks and forks.pop():
            core.entropy = lambda size: (41).to_bytes(size, "big")
            core.reseed()  # what the hook does in the child
        return NOW * 1_000_000

    core = Core(clock, zeros)
    assert core.take(3) == (NOW, COUNTER_MIN + 41)
    assert core.take() == (NOW, COUNTER_MIN + 44)


def test_a_process_without_the_hook_gets_a_state_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    core = Core(Clock(), zeros)
    core.take(10)
    inherited = core._state
    core.entropy = lambda size: (41).to_bytes(size, "big")
    pid = inherited.pid
    monkeypatch.setattr(core_module, "_getpid", lambda: pid + 1)
    with inherited.lock:  # which nobody will ever release
        assert core.take() == (NOW, COUNTER_MIN + 41)
    assert core._state is not inherited
    assert core.take() == (NOW, COUNTER_MIN + 42)
    monkeypatch.setattr(core_module, "_getpid", lambda: pid + 2)
    assert core.take() == (NOW, COUNTER_MIN + 41)


def test_the_hook_is_there() -> None:
    calls: list[Callable[[], None]] = []

    # Registered hooks cannot be listed, so a copy of the module is run with a function that notes them.
    class System:
        urandom = staticmethod(zeros)
        getpid = staticmethod(lambda: 1)

        @staticmethod
        def register_at_fork(*, after_in_child: Callable[[], None]) -> None:
            calls.append(after_in_child)

    import importlib.util

    spec = importlib.util.find_spec("ssot_ids.core")
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    real = sys.modules["os"]
    sys.modules["os"] = System  # type: ignore[assignment]
    try:
        spec.loader.exec_module(copy)
    finally:
        sys.modules["os"] = real
    assert calls == [copy.PROCESS.reseed]
