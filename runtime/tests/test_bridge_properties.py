"""The bridge against an oracle that knows how each text was made, and 100,000 pairs of users who look alike.

The oracle never looks into a text: it remembers the context a text was made for, and closes the rows of one
owner by hand. Times, counters and random parts come from tiny ranges, so that nearly equal ids abound.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ssot_ids import (
    Alias,
    IdMigrationBridge,
    UnifiedIdGenerator,
    UnifiedIDManager,
    generator,
    parse_id,
    validate,
)
from ssot_ids.bridge import context_key
from ssot_ids.core import Core

MANY = os.environ.get("SSOT_IDS_MANY") == "1"
KEY = b"sixteen bytes at the least"

PROFILE = settings(
    max_examples=2000 if MANY else 75,
    deadline=None,
    derandomize=not MANY,
    suppress_health_check=[HealthCheck.too_slow],
)

Made = tuple[str, object]
"""A text, and what it was made for: equal exactly if two texts match without any row."""

Context = tuple[str, int, int, str]
"""Operation, time, counter of the thread, random part."""

UUID = "3f2c8c4e-52a1-4d3b-9f6a-0123456789ab"
OPERATIONS = ("", "chat", "chat_1", "chat_10", "cha", "thread", "a" * 18, "1700000000000", "1700000000000_1")
TIMES = (10**12, 10**12 + 1, 10**13 - 1)
RANDOMS = ("00000000", "00000001", "0123abcd")
OWNERS = (
    "alice",
    "alice ",
    "Alice",
    "alic",
    "user_123_a",
    "user_123_b",
    "é",
    "e\u0301",
    "a",
    "a:b",
    "a\0b",
    "\ud800",
)
OLD = (
    "ws_ab12cd34",
    "c",
    "b:c",
    "é",
    "e\u0301",
    "user_12345678",
    "user_12345679",
    UUID,
    f"run_{UUID}",
    " ",
    "\0",
)


def _joined(kind: str, operation: object, *fields: object) -> str:
    return "_".join(str(part) for part in (kind, operation, *fields) if part != "")


FIRSTS = (*range(10**9, 10**9 + 5), 10**10 - 3)
CONTEXTS = st.tuples(
    st.sampled_from(OPERATIONS), st.sampled_from(TIMES), st.sampled_from(FIRSTS), st.sampled_from(RANDOMS)
)


@st.composite
def in_a_context(draw: st.DrawFn, near: Context | None = None) -> Made:
    """A thread, run or request of a context, often of ``near`` or of one beside it."""
    context = draw(CONTEXTS)
    if near is not None and draw(st.integers(0, 3)):
        operation, when, first, rnd = near
        first += draw(st.sampled_from((0, 0, 0, 1, 2, 3, -1, -2)))
        context = operation, when, min(max(first, 10**9), 10**10 - 3), rnd
    operation, when, first, rnd = context
    thread = _joined("thread", *context)
    kind = draw(st.sampled_from(("thread", "run", "later run", "request")))
    if kind == "thread":
        return thread, context
    if kind == "run":
        return f"run_{thread}_{when}_{first + 1}_{rnd}", context
    if kind == "later run":
        _, *other = draw(CONTEXTS)
        return _joined("run", thread, *other), context
    return _joined("request", operation, when, first + 2, rnd), context


@st.composite
def in_no_context(draw: st.DrawFn, near: Context | None = None) -> Made:
    """A canonical id of another kind, or strong, or of a long operation: it matches itself only."""
    made = draw(in_a_context(near))[0]
    fields = made.rsplit("_", 3)[1:]
    change = draw(st.sampled_from(("strong", "session", "other", "long", "run", "below")))
    if change == "strong" and len(made) < 70:
        text = made + "01234567" * 3
    elif change == "session":
        text = _joined("session", "", *fields) + "01234567" * 3
    elif change == "other":
        text = _joined("ws_conn_0a1b2c3d4e", "", *fields)
    elif change == "long":
        text = _joined(draw(st.sampled_from(("thread", "request", "run_thread"))), "b" * 19, *fields)
    elif change == "below":
        text = _joined("request", near[0] if near else "", fields[0], 10**9 + 1, fields[2])
    else:
        text = _joined("run_request", "", *fields)
    return text, text


DAMAGE: tuple[Callable[[str], str], ...] = (
    lambda text: text + "\n",
    lambda text: text + "_",
    lambda text: text + "0",
    lambda text: " " + text,
    lambda text: text[:-1],
    lambda text: text[0].upper() + text[1:],
    lambda text: text.replace("_", "__", 1),
    lambda text: text.replace("_", "-"),
    lambda text: text.replace("0", "\u0660", 1),
    lambda text: text + "\0",
    lambda text: text + "\ufe0f",
    lambda text: "x-" + text,
    lambda text: text.replace("_1000000000_", "_999999999_"),
    lambda text: text.replace("_1000000000_", "_999999998_"),
    lambda text: text.replace("_1000000000_", "_"),
)


@st.composite
def no_id(draw: st.DrawFn, near: Context | None = None) -> Made:
    """A text that is no id of ours: a damaged one, an old one, or anything."""
    damaged = st.builds(
        lambda made, damage: damage(made[0]), in_a_context(near), st.sampled_from(DAMAGE)
    ).filter(lambda text: parse_id(text) is None)
    text = draw(
        damaged
        | st.sampled_from(OLD)
        | st.text(min_size=1, max_size=5)
        | st.text("ab", min_size=1, max_size=2)
    )
    return text, text


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Made], list[Alias]]:
    """Texts with what they were made for, and rows of several owners that do not contradict each other."""
    near = draw(CONTEXTS)
    canonical = draw(st.lists(in_a_context(near) | in_no_context(near), min_size=1, max_size=8))
    old = draw(st.lists(no_id(near), min_size=1, max_size=6))
    rows: dict[tuple[str, str], Alias] = {}
    owners = st.sampled_from(draw(st.lists(st.sampled_from(OWNERS), min_size=1, max_size=3)))
    ends = st.tuples(st.sampled_from(old), st.sampled_from(canonical), owners)
    for legacy, new, owner in draw(st.lists(ends, max_size=10)):
        rows.setdefault((owner, legacy[0]), Alias(legacy[0], new[0], owner))
    return [*canonical, *old], list(rows.values())


def _classes(made: list[Made], rows: list[Alias], owner: str | None) -> dict[str, frozenset[object]]:
    """For each text all labels that are one with its own, for this owner, closed by brute force."""
    label = dict(made)
    groups = [{each} for each in set(label.values())]
    for row in rows:
        if owner and row.owner == owner:
            wanted = {label[row.legacy_id], label[row.ssot_id]}
            touched = [group for group in groups if group & wanted]
            groups = [group for group in groups if not group & wanted]
            groups.append(set().union(*touched))
    return {text: frozenset(next(group for group in groups if label[text] in group)) for text in label}


@PROFILE
@given(worlds(), st.sampled_from((*OWNERS, "", None)))
def test_the_bridge_agrees_with_the_oracle(world: tuple[list[Made], list[Alias]], owner: str | None) -> None:
    made, rows = world
    pool = [text for text, _ in made]
    bridge = IdMigrationBridge(aliases=rows)
    classes = _classes(made, rows, owner)
    for target in pool:
        expected = [text for text in pool if classes[text] == classes[target]]
        assert bridge.find_matching_ids(target, pool, owner=owner) == expected
        for other in pool:
            assert bridge.matches(target, other, owner=owner) is (other in expected)


@PROFILE
@given(worlds(), st.sampled_from((*OWNERS, "", None)), st.randoms(use_true_random=False))
def test_rows_of_others_and_the_order_of_rows_change_nothing(
    world: tuple[list[Made], list[Alias]], owner: str | None, rng: random.Random
) -> None:
    made, rows = world
    pool = [text for text, _ in made]
    own = IdMigrationBridge(aliases=[row for row in rows if row.owner == owner])
    shuffled = rows * 2
    rng.shuffle(shuffled)
    everyone = IdMigrationBridge(aliases=shuffled)
    for target in pool:
        assert everyone.find_matching_ids(target, pool, owner=owner) == own.find_matching_ids(
            target, pool, owner=owner
        )


@PROFILE
@given(worlds(), st.sampled_from(OWNERS))
def test_matching_is_an_equivalence(world: tuple[list[Made], list[Alias]], owner: str) -> None:
    made, rows = world
    bridge = IdMigrationBridge(aliases=rows)
    pool = [text for text, _ in made]
    found = {target: set(bridge.find_matching_ids(target, pool, owner=owner)) for target in pool}
    for first in pool:
        assert first in found[first]
        for second in found[first]:
            assert first in found[second]
            assert found[second] == found[first]


ANYTHING = (
    st.text(max_size=40)
    | st.sampled_from(OLD)
    | in_a_context().map(lambda made: made[0])
    | st.none()
    | st.integers()
    | st.binary(max_size=5)
    | st.lists(st.none(), max_size=2)
)


@PROFILE
@given(ANYTHING, st.lists(ANYTHING, max_size=8), ANYTHING)
def test_nothing_raises(target: object, candidates: list[object], owner: object) -> None:
    bridge = IdMigrationBridge()
    found = bridge.find_matching_ids(target, candidates, owner=owner)  # type: ignore[arg-type]
    assert all(isinstance(each, str) for each in found)
    context_key(target)
    bridge.detect(target)
    bridge.aliases_of(owner)  # type: ignore[arg-type]


@st.composite
def old_texts(draw: st.DrawFn) -> str:
    """An old id, often one that is made to become somebody else's run or thread."""
    if not draw(st.integers(0, 3)):
        return draw(st.text(min_size=1) | no_id().map(lambda made: made[0]))
    victim = draw(in_a_context())[0]
    heads = st.sampled_from(("run_", "run-", "RUN_", "run_run_")) | st.sampled_from(("", "thread_", "x_"))
    tail = draw(st.just(UUID) | st.sampled_from(("ab12cd34", "1700000000000", "x", "")))
    return draw(heads) + victim + draw(st.sampled_from("_-:")) + tail


KINDS = ("user", "session", "thread", "thread_chat", "run", "request_chat", "invoice", "ws_conn")


@PROFILE
@given(old_texts(), old_texts(), st.none() | st.sampled_from(KINDS))
def test_translated_ids_are_valid_and_join_no_context(old: str, other: str, kind: str | None) -> None:
    bridge = IdMigrationBridge(key=KEY)
    new = bridge.translate(old, kind=kind)
    assert bridge.translate(old, kind=kind) == new
    assert IdMigrationBridge(key=KEY.decode()).translate(old, kind=kind) == new
    assert bridge.translate(new, kind=kind) == new
    if parse_id(old) is not None:
        assert new == old
        return
    assert validate(new, kind).ok
    key = context_key(new)
    assert key is None or key.timestamp_ms == 10**12
    victims = [_joined("thread", *each) for each in product(OPERATIONS, TIMES, FIRSTS, RANDOMS)]
    assert bridge.find_matching_ids(new, victims, owner="mallory") == []
    if other != old:
        assert bridge.translate(other, kind=kind) != new
    assert IdMigrationBridge(key=KEY[::-1]).translate(old, kind=kind) != new


# 100,000 pairs of users


@pytest.fixture(params=["real", "frozen"])
def share(request: pytest.FixtureRequest) -> Iterator[int]:
    """The process's own core, or one that differs in the counter only: one time, one random part.

    Yields the share of the pairs, in per cent.
    """
    if request.param == "real":
        yield 70
        return
    frozen = Core(clock=lambda: 1_700_000_000_000_000_000, entropy=lambda size: b"\x5a" * size)
    token = generator._override.set(generator.Replacement(frozen, None))
    yield 30
    generator._override.reset(token)


LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_-:@.éß\u0301\0 "


def _alike(rng: random.Random, earlier: str) -> list[str]:
    """Six different users whom a careless comparison takes for one."""
    name = "".join(rng.choices(LETTERS, k=8)) + rng.choice(("", "_", "_1", "_alice", "@example.com"))
    users = {
        name,
        name[:8] + "_2",  # equal first eight characters
        name + "_",
        name + "0",
        "_" + name,
        name.upper() + "!",
        name.replace("_", "") + "__",
        name + "\0",
        "é" + name,
        "e\u0301" + name,
        "",
        earlier,  # an id as a user id
        "user_" + earlier,
    }
    return rng.sample(sorted(users), 6)


def test_no_pair_of_users_ever_matches(share: int) -> None:
    rng = random.Random(20261123)
    wanted = (1_000_000 if MANY else 100_000) * share // 100
    pairs = foreign = missing = 0
    earlier = "user_1"
    while pairs < wanted:
        users = _alike(rng, earlier)
        # One old text of all of them, as 32 bits are not many; a row leads each to a context of theirs.
        shared = f"run_{pairs % 7}"
        ids: list[list[str]] = []
        rows: list[Alias] = []
        for user in users:
            operation = rng.choice(("", "chat", user))
            own = [*UnifiedIdGenerator.generate_user_context_ids(user, operation)]
            own.append(UnifiedIDManager.generate_run_id(own[0]))
            if user:
                rows += Alias(shared, rng.choice(own), user), Alias(f"{user}:{pairs}", rng.choice(own), user)
                own += shared, f"{user}:{pairs}"
            ids.append(own)
        earlier = ids[0][pairs % 3]
        pool = list(dict.fromkeys(text for own in ids for text in own))
        bridge = IdMigrationBridge(aliases=rows)
        for user, own in zip(users, ids, strict=True):
            expected = set(own)
            for target in own if MANY else [rng.choice(own)]:
                found = set(bridge.find_matching_ids(target, pool, owner=user))
                foreign += len(found - expected)
                missing += len(expected - found)
        pairs += 15  # of six users, each searched for among the ids of all
    assert (foreign, missing) == (0, 0)
