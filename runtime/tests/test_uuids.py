"""UUIDs from the one source: version 4, from `uuid.uuid4` itself, predictable where ids are."""

from __future__ import annotations

import inspect
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import ssot_ids
from ssot_ids import UnifiedIdGenerator
from ssot_ids.observer import NullObserver
from ssot_ids.testing import deterministic

if TYPE_CHECKING:
    import pytest

make = UnifiedIdGenerator.generate_uuid


def test_it_is_a_random_uuid_of_version_4() -> None:
    made = [make() for _ in range(10_000)]
    assert {type(one) for one in made} == {uuid.UUID}
    assert {(one.version, one.variant) for one in made} == {(4, uuid.RFC_4122)}
    assert len(set(made)) == len(made)
    # Of each of the 122 random bits about half are set: 6 standard deviations are 300.
    ones = [sum(one.int >> bit & 1 for one in made) for bit in range(128)]
    free = [count for bit, count in enumerate(ones) if bit not in (62, 63, 76, 77, 78, 79)]
    assert len(free) == 122
    assert all(4_700 < count < 5_300 for count in free)


def test_it_needs_no_argument_and_has_a_name() -> None:
    """As a default: of Django, which writes the name down, of SQLAlchemy, which counts the arguments."""
    assert make.__qualname__ == "UnifiedIdGenerator.generate_uuid"
    assert make.__module__ == "ssot_ids.generator"
    (kind,) = inspect.signature(make).parameters.values()
    assert (kind.name, kind.default) == ("kind", None)


def test_who_replaces_the_source_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = uuid.UUID(int=7, version=4)
    monkeypatch.setattr(uuid, "uuid4", lambda: fixed)
    assert make() is fixed


def test_it_is_predictable_in_tests() -> None:
    with deterministic(seed=1):
        first = [make(), make()]
    with deterministic(seed=1):
        assert [make(), make()] == first
    with deterministic(seed=2):
        assert make() not in first
    assert first[0] != first[1]
    assert {(one.version, one.variant) for one in first} == {(4, uuid.RFC_4122)}


def test_threads_make_no_two_alike() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [*pool.map(lambda _: make(), range(8_000))]
    assert len(set(made)) == 8_000


def test_the_observer_is_told() -> None:
    class Heard(NullObserver):
        def __init__(self) -> None:
            self.told: list[tuple[str, int]] = []

        def generated(self, kind: str, count: int) -> None:
            self.told.append((kind, count))

    heard = Heard()
    before = ssot_ids.set_observer(heard)
    try:
        make()
        make("order")
    finally:
        ssot_ids.set_observer(before)
    assert [count for _, count in heard.told] == [1, 1]
