"""Range bounds, against brute force and against the order of a real PostgreSQL."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssot_ids.grammar import (
    COUNTER_MAX,
    COUNTER_MIN,
    TIMESTAMP_MAX,
    TIMESTAMP_MIN,
    IdParts,
    bounds,
    parse_id,
)

TIMES = [
    TIMESTAMP_MIN,
    TIMESTAMP_MIN + 1,
    1700000000000,
    1700000000001,
    1799999999999,
    TIMESTAMP_MAX - 1,
    TIMESTAMP_MAX,
]
EDGES = [-1, 0, *TIMES, TIMESTAMP_MAX + 1, 10**20]
PREFIXES = [
    "user",
    "user_1",
    "user_17a",
    "user_1700000000000",
    "user_9",
    "user_a",
    "user_2fa",
    "use",
    "users",
    "a",
    "a_b",
]


def _ids() -> list[str]:
    chance = random.Random(7)
    return [
        str(
            IdParts(
                prefix,
                ts,
                chance.randint(COUNTER_MIN, COUNTER_MAX),
                f"{chance.getrandbits(bits):0{bits // 4}x}",
            )
        )
        for prefix in PREFIXES
        for ts in TIMES
        for bits in (32, 128)
    ]


def _own(prefix: str, texts: list[str]) -> list[tuple[int, str]]:
    """The ids of exactly this prefix, with their times."""
    return [
        (parts.timestamp_ms, text)
        for text, parts in ((text, parse_id(text)) for text in texts)
        if parts is not None and parts.prefix == prefix
    ]


def test_bounds_hold_exactly_the_ids_of_a_time_by_brute_force() -> None:
    ids = _ids()
    strangers = 0
    for prefix in PREFIXES:
        own = _own(prefix, ids)
        for since in EDGES:
            for until in EDGES:
                low, high = bounds(prefix, since, until)
                inside = [text for text in ids if low <= text < high]
                first = min(since, TIMESTAMP_MAX)  # a time behind the last is brought to it
                expected = [text for ts, text in own if first <= ts < until]
                assert [text for _, text in _own(prefix, inside)] == expected
                # Whatever else lies inside has a longer prefix that goes on with a digit.
                others = {*inside} - {*expected}
                assert all(re.match(prefix + "_[0-9]", text) for text in others)
                strangers += len(others)
    assert strangers > 0


@settings(deadline=None)
@given(
    st.integers(TIMESTAMP_MIN, TIMESTAMP_MAX),
    st.integers(TIMESTAMP_MIN, TIMESTAMP_MAX),
    st.integers(COUNTER_MIN, COUNTER_MAX),
    st.integers(COUNTER_MIN, COUNTER_MAX),
)
def test_the_order_of_texts_is_the_order_of_times_and_counters(
    first: int, second: int, one: int, two: int
) -> None:
    texts = f"{IdParts('a_b', first, one, '0' * 8)}", f"{IdParts('a_b', second, two, '0' * 8)}"
    assert (texts[0] < texts[1]) is ((first, one) < (second, two))
    low, high = bounds("a_b", first, second)
    assert (low <= texts[0] < high) is (first < second)
    assert not low <= texts[1] < high


def test_bounds_by_example() -> None:
    assert bounds("user", 1700000000000, 1700000001000) == ("user_1700000000000_", "user_1700000001000_")
    assert bounds("user", 0, 10**20) == ("user_1000000000000_", "user_:")
    assert bounds("user", 0, 1) == ("user_1000000000000_", "user_1000000000000_")


@pytest.mark.parametrize("time", [1.7e12, True, None, "1700000000000", float("nan")])
def test_bounds_refuse_what_is_no_time(time: object) -> None:
    with pytest.raises(ValueError, match="^since_ms: "):
        bounds("user", time, TIMESTAMP_MAX)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="^until_ms: "):
        bounds("user", TIMESTAMP_MIN, time)  # type: ignore[arg-type]


def test_bounds_refuse_what_is_no_prefix() -> None:
    class Name(str, Enum):  # noqa: UP042 (whose format() is not its text)
        USER = "user"

    for prefix in ("", "User", "user_", "a" * 64, b"user", None):
        with pytest.raises(ValueError, match="^prefix: "):
            bounds(prefix, TIMESTAMP_MIN, TIMESTAMP_MAX)  # type: ignore[arg-type]
    assert bounds(Name.USER, TIMESTAMP_MIN, TIMESTAMP_MAX) == ("user_1000000000000_", "user_9999999999999_")


def test_bounds_and_order_hold_in_postgresql(postgresql: Callable[[str], list[str]]) -> None:
    ids = _ids()
    values = ", ".join(f"('{text}')" for text in ids)
    table = (
        f'CREATE TEMP TABLE held (id varchar(121) COLLATE "C" PRIMARY KEY); INSERT INTO held VALUES {values};'
    )
    assert postgresql(f"{table} SELECT id FROM held ORDER BY id;") == sorted(ids)
    questions = [bounds(prefix, since, until) for prefix in PREFIXES for since in EDGES for until in EDGES]
    asked = ", ".join(f"({n}, '{low}', '{high}')" for n, (low, high) in enumerate(questions))
    rows = postgresql(
        f"{table} CREATE TEMP TABLE asked (n int, low text, high text); INSERT INTO asked VALUES {asked};"
        "SELECT n, count(id), coalesce(string_agg(id, ',' ORDER BY id), '') FROM asked"
        " LEFT JOIN held ON id >= low AND id < high GROUP BY n ORDER BY n;"
    )
    answers = [[text for text in sorted(ids) if low <= text < high] for low, high in questions]
    assert rows == [f"{n}|{len(answer)}|{','.join(answer)}" for n, answer in enumerate(answers)]
    assert any(answers)
    # The range is answered from the index, which a cast to another collation would prevent.
    plan = postgresql(
        f"{table} SET enable_seqscan = off; EXPLAIN (COSTS off) SELECT id FROM held"
        f" WHERE id >= '{questions[0][0]}' AND id < '{questions[0][1]}';"
    )
    assert any("Index Cond" in line or "Index Only Scan" in line for line in plan), plan
