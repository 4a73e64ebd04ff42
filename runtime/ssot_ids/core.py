"""The one counter and clock of a process, from which every id takes its place in the order.

Safe under threads, fork (with and without Python's at-fork hook), spawn, signal handlers and finalisers that
make ids themselves, and a clock that goes back.
"""

from __future__ import annotations

import os
import time
from _thread import RLock  # as threading does, without the import of all of it

from . import observer
from .grammar import COUNTER_MAX, COUNTER_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_getpid = os.getpid


class _State:
    """What one process counts with. A forked child gets one of its own."""

    __slots__ = ("counter", "heirs", "held", "last", "lock", "pid")

    def __init__(self, pid: int, last: int, counter: int) -> None:
        self.pid = pid
        self.last = last
        self.counter = counter
        self.held = False
        # Reentrant: a signal handler or a finaliser may make an id while this thread is making one.
        self.lock = RLock()
        self.heirs: dict[int, _State] = {}


class Core:
    """A clock, a source of entropy and a counter.

    Parameters:
        clock: Unix time in nanoseconds, like `time.time_ns`.
        entropy: n -> n random bytes, like `os.urandom`. Called for each id, never ahead: a buffer would be
            copied by fork.
    """

    __slots__ = ("_clock", "_state", "entropy")

    entropy: Callable[[int], bytes]

    def __init__(
        self, clock: Callable[[], int] = time.time_ns, entropy: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._clock = clock
        self.entropy = entropy
        self._state = _State(_getpid(), TIMESTAMP_MIN, self._first())

    def take(self, count: int = 1) -> tuple[int, int]:
        """Reserve ``count`` consecutive counters: the time in Unix milliseconds and the first of them.

        Within a process the pair only grows: the time never goes back, and the counter wraps only together
        with a step of the time (at the last instant of the grammar, in 2286, it wraps without one).
        ``count`` is 1 to 10^9.
        """
        state = self._state
        if state.pid != _getpid():
            state = self._inherit(state)
        held = 0
        with state.lock:
            now = self._clock() // 1_000_000
            if state is not self._state:  # a signal handler has forked meanwhile: this is the child
                return self.take(count)
            # From here to the last assignment nothing is called, so no signal handler or finaliser of this
            # thread can come between.
            last = state.last
            if now > last:
                if now > TIMESTAMP_MAX:
                    now = TIMESTAMP_MAX
                state.last = last = now
                state.held = False
            elif now < last and not state.held:
                held = last - now
                state.held = True
            first = state.counter
            if first + count > COUNTER_MAX + 1:
                first = COUNTER_MIN
                if last < TIMESTAMP_MAX:
                    state.last = last = last + 1
                    state.held = True  # ahead of the clock on purpose: nothing to tell
            state.counter = first + count
        if held:
            observer.tell("clock_held", held)
        return last, first

    def reseed(self) -> None:
        """Count on from a new random start with a new lock: what a forked child must do first."""
        state = self._state
        self._state = _State(_getpid(), state.last, self._first())

    def _inherit(self, state: _State) -> _State:
        """The state of this process, which was forked off without the hook.

        The inherited lock may be held for ever, so it is not touched. Threads that come here together agree
        on one state, because setdefault is atomic.
        """
        pid = _getpid()
        state = state.heirs.setdefault(pid, _State(pid, state.last, self._first()))
        self._state = state
        return state

    def _first(self) -> int:
        """A random start in [10^9, 2*10^9), worth 30 bits between processes."""
        return COUNTER_MIN + int.from_bytes(self.entropy(8), "big") % COUNTER_MIN


PROCESS = Core()
"""The core of this process."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=PROCESS.reseed)
