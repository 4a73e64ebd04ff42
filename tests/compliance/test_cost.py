"""The one timed contract: what it says does not depend on what else the machine does."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from itertools import cycle

import pytest

from flake8_ssot_ids.compliance.inside import cost


class Maker:
    """Makes ids; of every ``each`` it keeps one."""

    def __init__(self, each: int) -> None:
        self.made = 0
        self.kept: list[str] = []
        self._each = each

    def __call__(self, prefix: str) -> str:
        self.made += 1
        made = f"{prefix}_{self.made}"
        if self._each and not self.made % self._each:
            self.kept.append(made)
        return made


def test_a_slow_generator_is_seen_where_the_machine_is_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def slow(prefix: str) -> str:
        calls.append(prefix)
        time.sleep(0.001)
        return prefix

    waits = cycle([0.002, 0.002, 0])

    def interrupted() -> uuid.UUID:
        wait = next(waits)
        if wait:
            time.sleep(wait)
        return uuid.UUID(int=0)

    monkeypatch.setattr(uuid, "uuid4", interrupted)
    monkeypatch.setattr(cost, "_LONG_NS", 10**7)
    monkeypatch.setattr(cost, "_LONGEST_NS", 10**8)
    ratio, p99 = cost._too_much(slow)
    assert "times as much as `str(uuid.uuid4())`; 1.25 is the limit" in ratio
    assert p99.startswith("one id in a hundred takes ")
    assert len(calls) < 500, "it is not asked for a million"


def _blocks(make: Maker, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(cost, "_ratio", lambda _: 1.0)
    monkeypatch.setattr(cost, "_p99", lambda _: 1)
    return cost._too_much(make)


@pytest.mark.parametrize(("each", "left"), [(400, "2,5"), (7, "142,")])
def test_a_generator_that_keeps_some_ids_is_seen(
    each: int, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Maker(each)
    (message,) = _blocks(make, monkeypatch)
    assert message.startswith(f"a million ids leave {left}")
    assert message.endswith(" blocks of memory behind")


def test_a_generator_that_keeps_nothing_is_not_asked_for_a_million(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker(0)
    assert list(_blocks(make, monkeypatch)) == []
    assert make.made < 200_000


def test_a_generator_that_takes_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "_LONGEST_NS", 0)
    make = Maker(1)
    assert list(_blocks(make, monkeypatch)) == []
    assert make.made < 1_100
    monkeypatch.setattr(cost, "_LONGEST_NS", 10**7)
    monkeypatch.setattr(cost, "_BLOCKS", 500)
    (message,) = _blocks(make, monkeypatch)
    assert " ids leave " in message
