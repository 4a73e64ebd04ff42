"""Predictable ids for tests.

::

    with deterministic(seed=1) as ids:
        first = UnifiedIdGenerator.generate_base_id("user")
        ids.advance(1_000)
        later = UnifiedIdGenerator.generate_base_id("user")

The ids are legal ones, and the same on every Python, machine and day. This module needs no test framework;
the fixture for pytest is in `ssot_ids.pytest_plugin`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from itertools import count
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from .core import Core
from .generator import Replacement, _override
from .grammar import TIMESTAMP_MAX, TIMESTAMP_MIN, brief
from .policy import keyed_digest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_P = ParamSpec("_P")
_R = TypeVar("_R")

START_MS = 1_704_067_200_000
"""Where the clock stands unless told otherwise: 2024-01-01T00:00:00Z, in Unix milliseconds."""

_EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECOND = timedelta(milliseconds=1)
_PURPOSE = b"ssot-ids-testing"
_SHOWN = 80


class DeterministicIds:
    """The clock of one `deterministic` context. It stands still until it is moved."""

    __slots__ = ("_now_ms",)

    def __init__(self, start_ms: int) -> None:
        self._now_ms = start_ms

    @property
    def now_ms(self) -> int:
        """What the clock shows, in Unix milliseconds."""
        return self._now_ms

    def advance(self, milliseconds: int) -> None:
        """Move the clock. Below zero it goes back, and ids hold the later time, as they do in production.

        Raises ValueError if it is no whole number or leads out of the times that an id can have.
        """
        if type(milliseconds) is not int:
            raise ValueError(f"milliseconds: {brief(milliseconds, _SHOWN)} is not a whole number")
        self._now_ms = _in_range("milliseconds", self._now_ms + milliseconds)


class _Scope(Replacement):
    """One entered context, and what was in force around it."""

    __slots__ = ("closed", "outer")

    def __init__(self, core: Core, tag_key: bytes, outer: Replacement | None) -> None:
        super().__init__(core, tag_key)
        self.outer = outer
        self.closed = False


class deterministic:  # noqa: N801 - reads as a function, like contextlib's
    """Make predictable ids while a ``with`` block or a decorated function, async or not, runs.

    The first counter is 10^9, random parts come from ``seed``, and so does the key of user tags; the policy
    in force stays. Only this task or thread is concerned, and tasks that it starts meanwhile; a new thread
    makes ordinary ids. Blocks can be nested: each begins anew, and the outer one goes on after it. Two blocks
    with the same ``start`` and ``seed`` make the same ids; so do two processes forked off within one block.

    Parameters:
        start: where the clock stands: a datetime with a time zone, or Unix milliseconds.
        seed: any whole number.

    Raises ValueError with the field and the reason, and RuntimeError where the environment variable
    ``SSOT_IDS_ENV`` says ``production``.
    """

    __slots__ = ("_scope", "_seed", "_start_ms")

    def __init__(self, start: datetime | int = START_MS, seed: int = 1) -> None:
        _refuse_production()
        self._start_ms = _milliseconds(start)
        if type(seed) is not int:
            raise ValueError(f"seed: {brief(seed, _SHOWN)} is not a whole number")
        self._seed = seed
        self._scope: _Scope | None = None

    def __enter__(self) -> DeterministicIds:
        """Put the replacement in force; RuntimeError if this very object is in force already."""
        _refuse_production()
        if self._scope is not None:
            raise RuntimeError("this object is in force already: make another one for another block")
        ids = DeterministicIds(self._start_ms)
        size = self._seed.bit_length() // 8 + 1
        key = keyed_digest(_PURPOSE, _PURPOSE, self._seed.to_bytes(size, "big", signed=True), 32)
        core = Core(lambda: ids._now_ms * 1_000_000, bytes)  # zeros for the start of the counter
        core.entropy = _entropy(key)
        self._scope = _Scope(core, key, _override.get())
        _override.set(self._scope)
        return ids

    def __exit__(self, *error: object) -> None:
        """Put back what was in force before, also if blocks end out of order or in another task."""
        scope = self._scope
        if scope is None:
            raise RuntimeError("this object is not in force")
        self._scope = None
        scope.closed = True
        # No token of the variable is kept: a fixture may be set up in one task and torn down in another.
        current = _override.get()
        while isinstance(current, _Scope) and current.closed:
            current = current.outer
        _override.set(current)

    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        """Decorate: each call of ``function`` gets a context of its own. TypeError for generators."""
        if isinstance(function, type) or isgeneratorfunction(function) or isasyncgenfunction(function):
            raise TypeError(f"{function!r} is neither a function nor a coroutine function: use a with block")
        start, seed = self._start_ms, self._seed
        if iscoroutinefunction(function):
            coroutine = cast("Callable[_P, Awaitable[object]]", function)

            @wraps(function)
            async def run_async(*args: _P.args, **kwargs: _P.kwargs) -> object:
                with deterministic(start, seed):
                    return await coroutine(*args, **kwargs)

            return cast("Callable[_P, _R]", run_async)

        @wraps(function)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            with deterministic(start, seed):
                return function(*args, **kwargs)

        return run


def assert_ssot(value: object, kind: str | None = None) -> str:
    """``value`` itself, if it is an id (of this kind, as `ssot_ids.validate` says), else AssertionError."""
    __tracebackhide__ = True  # pytest shows the caller's line
    from .validation import REASONS, judge

    verdict = judge(value, kind)  # no observer hears of it: a test may count what one hears
    if verdict.ok and isinstance(value, str):
        return value
    wanted = "an id" if kind is None else f"an id of kind {brief(kind, _SHOWN)}"
    why = "" if verdict.reason is None else f": {verdict.reason} ({REASONS[verdict.reason]})"
    raise AssertionError(f"{brief(value, _SHOWN)} is not {wanted}{why}")


def _entropy(key: bytes) -> Callable[[int], bytes]:
    draws = count()  # next() of it is one step, so threads that share a context draw different numbers

    def draw(size: int) -> bytes:
        return keyed_digest(key, _PURPOSE, next(draws).to_bytes(8, "big"), size)

    return draw


def _milliseconds(start: object) -> int:
    if type(start) is int:
        return _in_range("start", start)
    if not isinstance(start, datetime):
        raise ValueError(f"start: {brief(start, _SHOWN)} is neither a datetime nor whole Unix milliseconds")
    if start.utcoffset() is None:
        raise ValueError(f"start: {start!r} has no time zone; say which, like tzinfo=UTC")
    return _in_range("start", (start - _EPOCH) // _MILLISECOND)


def _in_range(field: str, moment: int) -> int:
    if not TIMESTAMP_MIN <= moment <= TIMESTAMP_MAX:
        raise ValueError(
            f"{field}: {brief(moment, _SHOWN)} Unix milliseconds are not {TIMESTAMP_MIN} to {TIMESTAMP_MAX}"
        )
    return moment


def _refuse_production() -> None:
    if os.environ.get("SSOT_IDS_ENV", "").strip().lower() == "production":
        raise RuntimeError("SSOT_IDS_ENV is production: predictable ids would be the same for everyone")
