"""The bridge by example: what matches, what must not, what is refused, and ids translated by known values."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from ssot_ids import (
    Alias,
    IdMigrationBridge,
    UnifiedIdGenerator,
    UnifiedIDManager,
    parse_id,
    set_observer,
    validate,
)
from ssot_ids import bridge as bridge_module
from ssot_ids.bridge import ContextKey, MissingKeyError, context_key
from ssot_ids.observer import NullObserver

KEY = b"sixteen bytes at the least"
THREAD = "thread_chat_1700000000000_1500000000_0123abcd"
RUN = f"run_{THREAD}_1700000000000_1500000001_0123abcd"
LATER_RUN = f"run_{THREAD}_1800000000000_1600000000_ffffffff"
REQUEST = "request_chat_1700000000000_1500000002_0123abcd"
CONTEXT = [THREAD, RUN, LATER_RUN, REQUEST]
SESSION = "session_auth_0a1b2c3d4e_1700000000000_1500000009_" + "0123abcd" * 4
OTHER_SESSION = "session_auth_0a1b2c3d4e_1700000000000_1500000010_" + "0123abcd" * 4
UUID = "3f2c8c4e-52a1-4d3b-9f6a-0123456789ab"


# One context


def test_each_id_of_a_context_finds_the_others_in_their_order() -> None:
    bridge = IdMigrationBridge()
    for target in CONTEXT:
        assert bridge.find_matching_ids(target, CONTEXT, owner="alice") == CONTEXT
        assert bridge.find_matching_ids(target, CONTEXT[::-1], owner=None) == CONTEXT[::-1]


def test_repeats_stay() -> None:
    found = IdMigrationBridge().find_matching_ids(THREAD, [RUN, "x", RUN, THREAD, RUN], owner="alice")
    assert found == [RUN, RUN, THREAD, RUN]


@pytest.mark.parametrize(
    "operation", ["", "chat", "agent_execution", "a" * 40, "Ärger\n; DROP", "thread_x", "7"]
)
@pytest.mark.parametrize("user", [None, "", "alice", "thread_1700000000000_1000000000_deadbeef"])
def test_what_the_generator_makes_is_found(operation: str, user: str | None) -> None:
    own = list(UnifiedIdGenerator.generate_user_context_ids(user, operation))
    other = list(UnifiedIdGenerator.generate_user_context_ids(user, operation))
    own.append(UnifiedIDManager.generate_run_id(own[0]))
    bridge = IdMigrationBridge()
    for target in own:
        assert bridge.find_matching_ids(target, [*other, *own, *other], owner=user) == own


def test_context_key_holds_the_counter_of_the_thread() -> None:
    expected = ("chat", 1_700_000_000_000, 1_500_000_000, "0123abcd")
    assert [context_key(each) for each in CONTEXT] == [expected] * 4
    key = IdMigrationBridge.context_key(REQUEST)
    assert key is not None
    assert (key.operation, key.timestamp_ms, key.counter, key.random) == expected
    assert (
        repr(key)
        == "ContextKey(operation='chat', timestamp_ms=1700000000000, counter=1500000000, random='0123abcd')"
    )
    assert pickle.loads(pickle.dumps(key)) == key
    assert type(copy.copy(key)) is ContextKey


def test_context_without_an_operation() -> None:
    thread = "thread_1700000000000_1500000000_0123abcd"
    run = f"run_{thread}_1700000000000_1500000001_0123abcd"
    request = "request_1700000000000_1500000002_0123abcd"
    assert {context_key(each) for each in (thread, run, request)} == {
        ("", 1_700_000_000_000, 1_500_000_000, "0123abcd")
    }


STRONG = "0123abcd" * 4
OWN = "_1700000000000_1500000001_0123abcd"
"""A run's own fields."""
NO_CONTEXT = {
    "strong thread": f"thread_chat_1700000000000_1500000000_{STRONG}",
    "strong run": f"run_{THREAD}_1700000000000_1500000001_{STRONG}",
    "strong request": f"request_chat_1700000000000_1500000002_{STRONG}",
    "run of a strong thread": f"run_thread_1700000000000_1500000000_{STRONG}{OWN}",
    "that strong thread": f"thread_1700000000000_1500000000_{STRONG}",
    "that damaged thread": "thread_chat_170000000000_1500000000_0123abcd",
    "run of a long operation": f"run_thread_{'a' * 19}_1700000000000_1500000000_0123abcd{OWN}",
    "run alone": "run_1700000000000_1500000001_0123abcd",
    "run of an operation": "run_chat_1700000000000_1500000001_0123abcd",
    "run of a request": f"run_request_1700000000000_1500000002_0123abcd{OWN}",
    "run of a damaged thread": f"run_thread_chat_170000000000_1500000000_0123abcd{OWN}",
    "thread of a long operation": f"thread_{'a' * 19}_1700000000000_1500000000_0123abcd",
    "request of a long operation": f"request_{'a' * 19}_1700000000000_1500000002_0123abcd",
    "request before the first counter": "request_chat_1700000000000_1000000001_0123abcd",
    "what that request would give": "thread_chat_1700000000000_999999999_0123abcd",
    "other kind": "message_chat_1700000000000_1500000000_0123abcd",
    "longer word": "threads_1700000000000_1500000000_0123abcd",
    "session": SESSION,
    "uuid": UUID,
    "line end": THREAD + "\n",
    "capital": THREAD.replace("thread", "Thread"),
    "capital digit": THREAD.replace("abcd", "abcD"),
    "other digits": THREAD.replace("1700", "\u0661700"),
    "NUL": THREAD + "\0",
    "empty": "",
}


@pytest.mark.parametrize("text", NO_CONTEXT.values(), ids=NO_CONTEXT)
def test_what_has_no_context_matches_itself_alone(text: str) -> None:
    assert context_key(text) is None
    pool = [*CONTEXT, *NO_CONTEXT.values()]
    assert IdMigrationBridge().find_matching_ids(text, pool, owner="alice") == ([text] if text else [])


NEAR = {
    "operation": "thread_chat2_1700000000000_1500000000_0123abcd",
    "operation cut": "thread_cha_1700000000000_1500000000_0123abcd",
    "operation longer": "thread_chat_x_1700000000000_1500000000_0123abcd",
    "no operation": "thread_1700000000000_1500000000_0123abcd",
    "time": "thread_chat_1700000000001_1500000000_0123abcd",
    "random": "thread_chat_1700000000000_1500000000_0123abce",
    "next counter": "thread_chat_1700000000000_1500000001_0123abcd",
    "thread at the request's counter": "thread_chat_1700000000000_1500000002_0123abcd",
    "request at the thread's counter": "request_chat_1700000000000_1500000000_0123abcd",
    "request at the run's counter": "request_chat_1700000000000_1500000001_0123abcd",
    "request one on": "request_chat_1700000000000_1500000003_0123abcd",
    "request of the next context": "request_chat_1700000000000_1500000005_0123abcd",
    "run of another thread": f"run_thread_chat_1700000000000_1500000003_0123abcd{OWN}",
}


@pytest.mark.parametrize("text", NEAR.values(), ids=NEAR)
def test_nearly_the_same_context_is_another(text: str) -> None:
    assert parse_id(text) is not None
    bridge = IdMigrationBridge()
    assert bridge.find_matching_ids(text, CONTEXT, owner="alice") == []
    assert [bridge.find_matching_ids(own, [text], owner="alice") for own in CONTEXT] == [[]] * 4


# Equal texts and what is no text


@pytest.mark.parametrize("text", ["x", " ", "\0", "user_1", UUID, SESSION, "\ud800", "a" * 10_000, "é"])
def test_equal_texts_match_whoever_asks(text: str) -> None:
    bridge = IdMigrationBridge()
    for owner in ("alice", "", None):
        assert bridge.matches(text, "".join(list(text)), owner=owner) is True


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("é", "e\u0301"),
        ("\ufb01", "fi"),
        ("k", "\u212a"),
        ("a", "A"),
        ("x", "x\0"),
        ("x", "x "),
        ("user_1", "user_10"),
        ("alice_long_name_1", "alice_long_name_2"),
        ("\U0001f600", "\ud83d\ude00"),
        (UUID, UUID.upper()),
        (UUID, UUID.replace("-", "")),
        (UUID, f"client_{UUID}"),
        (UUID[:8], UUID),
    ],
)
def test_similar_texts_are_different(first: str, second: str) -> None:
    bridge = IdMigrationBridge()
    assert bridge.matches(first, second, owner="alice") is False
    assert bridge.find_matching_ids(second, [first, second, first], owner="alice") == [second]


class Lying(str):
    """A text that says it is every other text."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return hash(THREAD)

    def startswith(self, *_args: object) -> bool:
        return True

    def __str__(self) -> str:
        return THREAD


class Raising(str):
    """A text all of whose methods raise."""

    __slots__ = ()

    def _raise(self, *_args: object) -> bool:
        raise RuntimeError("no")

    __eq__ = __ne__ = __bool__ = startswith = __contains__ = rsplit = _raise  # type: ignore[assignment]
    __len__ = __hash__ = __iter__ = __str__ = __repr__ = _raise  # type: ignore[assignment]


class Claiming:
    """No text, but it says that its class is."""

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return str

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(THREAD)


class Refusing:
    """An object that cannot even be asked for its class."""

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = None  # type: ignore[assignment]


# Made in the test: pytest itself asks a parameter for its class.
NO_TEXT: dict[str, Callable[[], object]] = {
    "None": lambda: None,
    "int": lambda: 0,
    "float": lambda: 1.5,
    "bytes": THREAD.encode,
    "bytearray": lambda: bytearray(b"x"),
    "list": lambda: [THREAD],
    "empty": list,
    "object": object,
    "class": lambda: str,
    "claiming": Claiming,
    "refusing": Refusing,
}


@pytest.mark.parametrize("make", NO_TEXT.values(), ids=NO_TEXT)
def test_what_is_no_text_matches_nothing(make: Callable[[], object]) -> None:
    value = make()
    bridge = IdMigrationBridge(aliases=[Alias("old", THREAD, "alice")])
    mixed: list[object] = [value, THREAD, value, RUN, "old"]
    assert bridge.find_matching_ids(THREAD, mixed, owner="alice") == [THREAD, RUN, "old"]  # type: ignore[arg-type]
    assert bridge.find_matching_ids(value, mixed, owner="alice") == []  # type: ignore[arg-type]
    assert bridge.matches(value, value, owner="alice") is False  # type: ignore[arg-type]
    assert bridge.matches(value, THREAD, owner="alice") is False  # type: ignore[arg-type]
    assert bridge.matches(THREAD, value, owner="alice") is False  # type: ignore[arg-type]
    assert bridge.matches("old", THREAD, owner=value) is False  # type: ignore[arg-type]
    assert bridge.aliases_of(value) == ()  # type: ignore[arg-type]
    assert context_key(value) is None


def test_the_empty_text_is_no_id() -> None:
    bridge = IdMigrationBridge()
    assert bridge.matches("", "", owner="alice") is False
    assert bridge.find_matching_ids("", ["", THREAD], owner="alice") == []


def test_a_text_of_a_subclass_counts_by_its_characters() -> None:
    bridge = IdMigrationBridge(key=KEY, aliases=[Alias("old", THREAD, "alice")])
    assert bridge.find_matching_ids(THREAD, [Lying("x"), RUN], owner="alice") == [RUN]
    assert bridge.find_matching_ids(Lying("x"), CONTEXT, owner="alice") == []
    assert bridge.matches("old", THREAD, owner=Lying("bob")) is False
    assert bridge.matches(Lying("bob"), Lying("alice"), owner="alice") is False
    for make in (Lying, Raising):
        target, owner = make(REQUEST), make("alice")
        candidates = [make("x"), make(RUN), make("old"), make("")]
        found = bridge.find_matching_ids(target, candidates, owner=owner)
        assert [id(each) for each in found] == [id(candidates[1]), id(candidates[2])]
        assert bridge.translate(make("x"), kind=make("legacy")) == bridge.translate("x", kind="legacy")
        row = Alias(make("old"), make(THREAD), make("alice"))
        assert [type(field) for field in row] == [str, str, str]
        assert row == Alias("old", THREAD, "alice")


# Candidates


def test_candidates_may_come_from_anything_iterable() -> None:
    def one_by_one() -> Iterator[str]:
        yield from CONTEXT

    bridge = IdMigrationBridge()
    assert bridge.find_matching_ids(THREAD, one_by_one(), owner=None) == CONTEXT
    assert bridge.find_matching_ids(THREAD, dict.fromkeys(CONTEXT), owner=None) == CONTEXT
    assert set(bridge.find_matching_ids(THREAD, set(CONTEXT), owner=None)) == set(CONTEXT)
    assert bridge.find_matching_ids(THREAD, (), owner=None) == []


@pytest.mark.parametrize(
    "make", [lambda: "x", lambda: Lying("x"), *NO_TEXT.values()], ids=["text", "lying", *NO_TEXT]
)
def test_what_is_no_collection_of_texts_holds_no_candidates(make: Callable[[], object]) -> None:
    assert IdMigrationBridge().find_matching_ids("x", make(), owner="alice") == []  # type: ignore[arg-type]


def test_the_error_of_a_generator_is_the_callers() -> None:
    def broken() -> Iterator[str]:
        yield THREAD
        raise ConnectionError("the database has gone away")

    with pytest.raises(ConnectionError, match="gone away"):
        IdMigrationBridge().find_matching_ids(THREAD, broken(), owner="alice")


def test_rows_may_be_added_while_candidates_are_made() -> None:
    bridge = IdMigrationBridge(aliases=[Alias("old 0", THREAD, "alice")])

    def growing() -> Iterator[str]:
        for at in range(1, 100):
            bridge.add(Alias(f"old {at}", THREAD, "alice"))
            bridge.add(Alias(f"old {at}", SESSION, "bob"))
            yield f"old {at}"

    assert len(bridge.find_matching_ids(RUN, growing(), owner="alice")) == 99


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.thread_time()  # which the other processes of a busy machine do not count in
        work()
        times.append(time.thread_time() - start)
    return min(times)


def test_time_is_linear_in_the_candidates() -> None:
    rows = [Alias(f"old {at}", SESSION, "alice") for at in range(1000)]
    bridge = IdMigrationBridge(aliases=rows)
    few = [*CONTEXT, "old 7", SESSION, "x" * 4096, "thread_" * 600] * 500
    many = few * 16
    taken = _best(lambda: bridge.find_matching_ids(RUN, few, owner="alice"))
    longer = _best(lambda: bridge.find_matching_ids(RUN, many, owner="alice"))
    assert len(bridge.find_matching_ids(RUN, many, owner="alice")) == 4 * 500 * 16
    assert longer < 64 * taken  # 16 times the candidates; 256 if it were quadratic


def test_of_a_text_that_is_too_long_nothing_is_looked_at() -> None:
    bridge = IdMigrationBridge(aliases=[Alias("old", SESSION, "bob")])
    short, long = [["x" * size + THREAD[-8:-1]] * 100 for size in (4_096, 4_000_000)]
    taken = _best(lambda: bridge.find_matching_ids(RUN, short, owner="alice"))
    longer = _best(lambda: bridge.find_matching_ids(RUN, long, owner="alice"))
    assert longer < 20 * taken  # about 1,000 times if they were searched


# Alias rows


def test_an_alias_names_the_whole_context() -> None:
    bridge = IdMigrationBridge(
        aliases=[
            Alias(UUID, REQUEST, "alice"),
            Alias("old run", LATER_RUN, "alice"),
            Alias("x", SESSION, "alice"),
        ]
    )
    own = [UUID, "old run", *CONTEXT]
    for target in own:
        assert bridge.find_matching_ids(target, [*own, "x", SESSION, OTHER_SESSION], owner="alice") == own
    assert bridge.find_matching_ids("x", [*own, "x", SESSION, OTHER_SESSION], owner="alice") == ["x", SESSION]


def test_rows_of_others_never_count() -> None:
    bridge = IdMigrationBridge(aliases=[Alias(UUID, THREAD, "alice")])
    for owner in ("bob", "alic", "alice ", "Alice", "alice\0", "", None):
        assert bridge.find_matching_ids(UUID, [UUID, *CONTEXT], owner=owner) == [UUID]
        assert bridge.find_matching_ids(RUN, [UUID, *CONTEXT], owner=owner) == CONTEXT
        assert bridge.aliases_of(owner) == ()


@pytest.mark.parametrize(
    ("owner", "legacy", "other", "other_legacy"),
    [
        ("a:b", "c", "a", "b:c"),
        ("a\0b", "c", "a", "b\0c"),
        ("a", "b", "ab", ""),
        ("a_b", "c", "a", "b_c"),
        ("é", "x", "e\u0301", "x"),
        ("user_1234_a", "x", "user_1234_b", "x"),
        (THREAD, "x", RUN, "x"),
        ("x", "alice", "alice", "x"),
        ("\U0001f600", "x", "\ud83d\ude00", "x"),
        ("0", "x", "00", "x"),
    ],
)
def test_owner_and_old_text_do_not_run_into_each_other(
    owner: str, legacy: str, other: str, other_legacy: str
) -> None:
    bridge = IdMigrationBridge(aliases=[Alias(legacy, SESSION, owner)])
    assert bridge.matches(legacy, SESSION, owner=owner) is True
    assert bridge.matches(other_legacy, SESSION, owner=other) is False
    assert bridge.find_matching_ids(SESSION, [legacy, other_legacy], owner=other) == []
    assert bridge.aliases_of(other) == ()


def test_an_old_id_that_two_users_share_leads_each_to_their_own() -> None:
    shared = "ws_ab12cd34"  # 32 bits: it happens
    bridge = IdMigrationBridge(aliases=[Alias(shared, SESSION, "alice"), Alias(shared, OTHER_SESSION, "bob")])
    pool = [shared, SESSION, OTHER_SESSION]
    assert bridge.find_matching_ids(shared, pool, owner="alice") == [shared, SESSION]
    assert bridge.find_matching_ids(shared, pool, owner="bob") == [shared, OTHER_SESSION]
    assert bridge.find_matching_ids(SESSION, pool, owner="bob") == [SESSION]
    assert bridge.find_matching_ids(shared, pool, owner="carol") == [shared]


def test_two_owners_of_one_new_id_stay_apart() -> None:
    bridge = IdMigrationBridge(aliases=[Alias("a", SESSION, "alice"), Alias("b", SESSION, "bob")])
    assert bridge.find_matching_ids("a", ["b", SESSION], owner="alice") == [SESSION]
    assert bridge.find_matching_ids("a", ["b", SESSION], owner="bob") == []


def test_no_row_can_make_one_of_two_contexts() -> None:
    other = "thread_chat_1700000000000_1500000003_0123abcd"
    with pytest.raises(ValueError, match=r"^legacy_id: is an id of this grammar"):
        Alias(THREAD, other, "alice")
    with pytest.raises(ValueError, match=r"^legacy_id: is an id of this grammar"):
        Alias(RUN, THREAD, "alice")  # although it would tell nothing new
    bridge = IdMigrationBridge(aliases=[Alias("old", THREAD, "alice")])
    for new in (other, RUN, SESSION):
        with pytest.raises(ValueError, match=r"^legacy_id: its owner has another ssot_id for it$"):
            bridge.add(Alias("old", new, "alice"))
    assert bridge.find_matching_ids("old", [*CONTEXT, other, SESSION], owner="alice") == CONTEXT
    assert bridge.aliases_of("alice") == (Alias("old", THREAD, "alice"),)


def test_an_id_may_be_an_alias_of_itself_which_links_nothing() -> None:
    bridge = IdMigrationBridge(aliases=[Alias(SESSION, SESSION, "alice"), Alias("x", SESSION, "alice")])
    assert bridge.aliases_of("alice") == (Alias("x", SESSION, "alice"),)
    assert bridge.matches(SESSION, OTHER_SESSION, owner="alice") is False


def test_adding_a_row_again_changes_nothing() -> None:
    bridge = IdMigrationBridge()
    rows = [Alias(f"old {at}", SESSION, "alice") for at in (2, 0, 1)]
    for row in [*rows, *rows]:
        bridge.add(row)
    assert bridge.aliases_of("alice") == tuple(rows)


@pytest.mark.parametrize(
    ("legacy", "new", "owner", "message"),
    [
        ("", SESSION, "alice", "legacy_id: is empty"),
        (None, SESSION, "alice", "legacy_id: is no text"),
        (b"old", SESSION, "alice", "legacy_id: is no text"),
        ("old", "", "alice", "ssot_id: is empty"),
        ("old", None, "alice", "ssot_id: is no text"),
        ("old", UUID, "alice", "ssot_id: is no id of this grammar"),
        ("old", SESSION + "\n", "alice", "ssot_id: is no id of this grammar"),
        ("old", SESSION.upper(), "alice", "ssot_id: is no id of this grammar"),
        ("old", SESSION, "", "owner: is empty"),
        ("old", SESSION, None, "owner: is no text"),
        ("old", SESSION, 7, "owner: is no text"),
        (None, 7, [], "legacy_id: is no text; ssot_id: is no text; owner: is no text"),
    ],
)
def test_a_row_that_cannot_be_is_refused(legacy: str, new: str, owner: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^") as caught:
        Alias(legacy, new, owner)
    assert str(caught.value) == message


def test_an_alias_is_an_immutable_value() -> None:
    row = Alias("old", SESSION, "alice")
    assert (row.legacy_id, row.ssot_id, row.owner) == ("old", SESSION, "alice")
    with pytest.raises(AttributeError):
        row.owner = "bob"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        row.note = "x"  # type: ignore[attr-defined]
    for twin in (pickle.loads(pickle.dumps(row)), copy.copy(row), copy.deepcopy(row)):
        assert type(twin) is Alias
        assert twin == row
        assert hash(twin) == hash(row)
    assert repr(row) == f"Alias(legacy_id='old', ssot_id='{SESSION}', owner='alice')"


def test_rows_that_are_none_are_refused_with_their_place() -> None:
    row = Alias("old", SESSION, "alice")
    with pytest.raises(ValueError, match=r"^aliases\[1\]: tuple is not an Alias$"):
        IdMigrationBridge(aliases=[row, tuple(row)])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"^aliases\[2\]: legacy_id: its owner has another ssot_id for it$"):
        IdMigrationBridge(aliases=[row, row, Alias("old", OTHER_SESSION, "alice")])
    with pytest.raises(ValueError, match=r"^NoneType is not an Alias$"):
        IdMigrationBridge().add(None)  # type: ignore[arg-type]


# Translation


def _expected(key: bytes, prefix: str, old: bytes, digits: int) -> str:
    """As the README says it, without a line of the bridge."""
    digest = hashlib.blake2b(prefix.encode() + b"\0" + old, digest_size=24, key=key, person=b"ssot-ids-map")
    counter = 10**9 + int(digest.hexdigest()[:16], 16) % (9 * 10**9)
    return f"{prefix}_1000000000000_{counter}_{digest.hexdigest()[16 : 16 + digits]}"


GOLDEN = {
    ("x", "user"): "user_1000000000000_4221182025_5fc984206cde36efe2a85110d45bdc5b",
    ("x", "session"): "session_1000000000000_1261246504_b88875fed9d866ad2bb69afcb872e0ba",
    ("y", "user"): "user_1000000000000_4279089759_1a0cffa3c21c690915b50b1b0a874383",
    (UUID, "ws_conn"): "ws_conn_1000000000000_2274262154_4a90ef29e1cebbe1bc8800271bffd47b",
    (UUID.upper(), "ws_conn"): "ws_conn_1000000000000_1345895192_77ee26ae78bd591d565ce72c5041040d",
    ("old", "thread"): "thread_1000000000000_2395218499_b390074a",
    ("old", "thread_chat"): "thread_chat_1000000000000_8391013105_9818748e",
    ("old", "run"): "run_1000000000000_3811731641_9d389f83",
    ("old", "request_agent"): "request_agent_1000000000000_6717125247_0e261a23",
    ("Ä\0\n", "message"): "message_1000000000000_9454466412_45b762d1ac35c52dbf5b7bc2b7cea7bf",
    ("\xe9", "tool"): "tool_1000000000000_5942435897_07d33433053ed997cdba06cd9ddd1923",
    ("e\u0301", "tool"): "tool_1000000000000_4801389360_ffd0db5816942a64b18f1d955b0c8416",
    ("\ud800", "tool"): "tool_1000000000000_8652902370_2b7083ba7e2fdfec4095079a9df1c5b3",
    ("a" * 1000, "agent"): "agent_1000000000000_8286077473_f5a290a51f095131dac931c43e8c4690",
}
"""Computed once. A release that changes one of them breaks every house that has translated anything."""


@pytest.mark.parametrize(("old", "kind"), GOLDEN)
def test_translation_is_what_it_was(old: str, kind: str) -> None:
    digits = 8 if kind.split("_")[0] in ("thread", "run", "request") else 32
    translated = IdMigrationBridge(key=KEY).translate(old, kind=kind)
    assert translated == GOLDEN[old, kind]
    assert translated == _expected(KEY, kind, old.encode("utf-8", "surrogatepass"), digits)


SHOWN = {
    UUID: "legacy",
    UUID.replace("-", ""): "legacy",
    UUID.upper(): "legacy",
    f"{{{UUID}}}": "legacy",
    f"urn:uuid:{UUID}": "legacy",
    "abcdefab-1234-4abc-8abc-0123456789ab": "legacy",
    "ab12cd34": "legacy",
    "42": "legacy",
    "legacy": "legacy",
    f"client_{UUID}": "client",
    f"client-{UUID}": "client",
    f"Client:{UUID}": "client",
    "ws_ab12cd34": "ws",
    "ws_conn_ab12cd34": "ws_conn",
    "WS-ab12cd34": "ws",
    "sess_ab12cd34ef56": "sess",
    "user_1234": "user",
    "user_decade": "legacy",
    "user_179_deadbeef": "user",
    "trace_1700000000000": "trace",
    "agent_run_1700000000_ab12cd34": "agent_run",
    "backup_20240101_120000": "backup",
    "face_ab12cd34": "legacy",
    "alice@example.com": "legacy",
    "alice_smith": "legacy",
    "a b_ab12cd34": "legacy",
    "Ä_ab12cd34": "legacy",
    "ws_ab12cd34\n": "legacy",
    "_ab12cd34": "legacy",
    "9lives_ab12cd34": "legacy",
    "thread_ab12cd34": "thread",
    "thread_1700000000_3_deadbeef": "thread",
    f"thread_agent_execution_run_{UUID}": "thread_agent_execution_ru",
    f"thread_agent_execution_1_x_{UUID}": "thread_agent_execution_1",
    f"request_{'a' * 30}_{UUID}": "request_" + "a" * 18,
    f"run_{UUID}": "run",
    f"run_{THREAD}_{UUID}": "run",
    f"run-{THREAD}-{UUID}": "run",
    f"RUN_{THREAD}_ab12cd34": "run",
    f"{THREAD}_{UUID}": "thread_chat_1700000000000",
    THREAD.upper(): "legacy",
    "x" * 70 + "_ab12cd34": "x" * 63,
    "x" * 255 + "_ab12cd34": "legacy",
}


@pytest.mark.parametrize(("old", "prefix"), SHOWN.items(), ids=SHOWN)
def test_the_prefix_is_the_name_that_the_old_text_shows(old: str, prefix: str) -> None:
    bridge = IdMigrationBridge(key=KEY)
    translated = bridge.translate(old)
    parts = parse_id(translated)
    assert parts is not None
    assert parts.prefix == prefix
    assert translated == bridge.translate(old, kind=prefix)
    assert validate(translated).ok


def test_nobody_can_write_an_old_id_that_becomes_a_run_of_another_thread() -> None:
    bridge = IdMigrationBridge(key=KEY)
    for separator in "_-:":
        for name in (f"run_{THREAD}", RUN, f"run{separator}{THREAD}", f"Run_{THREAD}", f"run_{RUN}", REQUEST):
            for tail in (UUID, "ab12cd34", "1700000000000", "1700000000000_ab12cd34", "1_2_3_ab12cd34"):
                new = bridge.translate(f"{name}{separator}{tail}")
                assert bridge.find_matching_ids(new, CONTEXT, owner="mallory") == []


def test_detect_tells_what_an_old_id_shows() -> None:
    found = IdMigrationBridge.detect(f"client_{UUID}")
    assert found is not None
    assert (found.format, found.prefix, found.payload) == ("prefixed_uuid", "client", UUID)
    assert [IdMigrationBridge.detect(each) for each in (SESSION, "hello", "", None, Refusing())] == [None] * 5


def test_key_counts_by_its_bytes() -> None:
    wanted = IdMigrationBridge(key="ключ от всех дверей").translate("x", kind="user")
    assert wanted == IdMigrationBridge(key="ключ от всех дверей".encode()).translate("x", kind="user")
    assert wanted != IdMigrationBridge(key=KEY).translate("x", kind="user")
    long = b"k" * 65
    assert IdMigrationBridge(key=long).translate("x", kind="user") == _expected(
        hashlib.blake2b(long).digest(), "user", b"x", 32
    )


def test_translation_needs_a_key() -> None:
    for old in ("x", THREAD, ""):
        with pytest.raises(MissingKeyError, match=r"IdMigrationBridge\(key=…\), 16 bytes or more"):
            IdMigrationBridge().translate(old)
    assert issubclass(MissingKeyError, ValueError)


def test_key_is_not_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSOT_IDS_KEY", "k" * 32)
    with pytest.raises(MissingKeyError):
        IdMigrationBridge().translate("x", kind="user")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (b"", "key: has 0 bytes, at least 16 are needed"),
        ("k" * 15, "key: has 15 bytes, at least 16 are needed"),
        (7, "key: int is neither bytes nor text"),
        (bytearray(16), "key: bytearray is neither bytes nor text"),
    ],
)
def test_a_key_that_cannot_be_is_refused(key: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=r"^") as caught:
        IdMigrationBridge(key=key)
    assert str(caught.value) == message


def test_the_key_is_not_shown() -> None:
    assert "sixteen" not in repr(IdMigrationBridge(key=KEY))


@pytest.mark.parametrize("text", [*CONTEXT, SESSION, "user_1700000000000_1500000000_0123abcd"])
@pytest.mark.parametrize("kind", [None, "user", "thread"])
def test_an_id_of_ours_comes_back_unchanged(text: str, kind: str | None) -> None:
    assert IdMigrationBridge(key=KEY).translate(text, kind=kind) == text


@pytest.mark.parametrize("make", [str, *NO_TEXT.values()], ids=["text", *NO_TEXT])
def test_what_is_no_old_id_is_neither_translated_nor_named(make: Callable[[], str]) -> None:
    old = make()
    with pytest.raises(ValueError, match=r"^legacy_id: is (empty|no text); owner: is (empty|no text)$"):
        Alias(old, THREAD, old)
    with pytest.raises(ValueError, match=r"^old: is (empty|no text)$"):
        IdMigrationBridge(key=KEY).translate(old, kind="user")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("", "''"),
        ("User", "'User'"),
        ("user_", "'user_'"),
        ("a" * 64, "'" + "a" * 36 + "..."),
        (7, "7"),
    ],
)
def test_a_kind_that_is_no_prefix_is_refused(kind: str, message: str) -> None:
    for old in ("x", THREAD):
        with pytest.raises(ValueError, match=r"^kind: ") as caught:
            IdMigrationBridge(key=KEY).translate(old, kind=kind)
        assert str(caught.value) == (
            f"kind: {message} is not 1 to 63 characters of a-z, 0-9 and single '_', a letter first"
        )


@pytest.mark.parametrize("kind", ["thread_" + "a" * 19, "run_thread", "run_thread_x", f"run_{THREAD[:-1]}"])
def test_a_kind_that_no_valid_id_has_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=r"^kind: thread: no id with this prefix is valid"):
        IdMigrationBridge(key=KEY).translate("x", kind=kind)


def test_a_run_is_translated_into_the_thread_that_is_asked_for() -> None:
    bridge = IdMigrationBridge(key=KEY)
    thread = bridge.translate("old thread", kind="thread_agent_execution_12")
    run = bridge.translate("old run", kind=f"run_{thread}")
    assert UnifiedIDManager.extract_thread_id(run) == thread
    assert bridge.matches(thread, run, owner=None) is True


def test_alias_for_is_translation_and_row() -> None:
    bridge = IdMigrationBridge(key=KEY)
    row = bridge.alias_for(UUID, "alice", kind="session")
    assert row == Alias(UUID, bridge.translate(UUID, kind="session", owner="alice"), "alice")
    assert bridge.aliases_of("alice") == ()
    assert bridge.matches(UUID, row.ssot_id, owner="alice") is False
    bridge.add(row)
    assert bridge.matches(UUID, row.ssot_id, owner="alice") is True
    assert bridge.matches(UUID, row.ssot_id, owner="bob") is False
    with pytest.raises(ValueError, match=r"^owner: is empty$"):
        bridge.alias_for(UUID, "", kind="session")
    with pytest.raises(ValueError, match=r"^owner: is empty$"):
        bridge.alias_for(UUID, None, kind="session")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^owner: is no text$"):
        bridge.alias_for(UUID, 7, kind="session")  # type: ignore[arg-type]


OWNED = {
    ("x", "user", "alice"): "user_1000000000000_8335198943_6a7fe4ba2384005179a6408ba02b0ce3",
    ("old", "thread", "alice"): "thread_1000000000000_3404934303_44336878",
}
"""Computed once, as `GOLDEN`."""


@pytest.mark.parametrize(("old", "kind", "owner"), OWNED)
def test_translation_for_an_owner_is_what_it_was(old: str, kind: str, owner: str) -> None:
    translated = IdMigrationBridge(key=KEY).translate(old, kind=kind, owner=owner)
    assert translated == OWNED[old, kind, owner]
    whose = owner.encode()
    data = len(whose).to_bytes(8, "big") + whose + kind.encode() + b"\0" + old.encode()
    digest = hashlib.blake2b(data, digest_size=24, key=KEY, person=b"ssot-ids-map-own").hexdigest()
    counter = 10**9 + int(digest[:16], 16) % (9 * 10**9)
    assert translated == f"{kind}_1000000000000_{counter}_{digest[16 : 24 if kind == 'thread' else 48]}"


def test_two_owners_of_one_old_id_have_two_new_ones() -> None:
    bridge = IdMigrationBridge(key=KEY)
    # The last pairs would be the same bytes if owner and text were only put side by side.
    pairs = [("ws_ab12cd34", owner) for owner in ("alice", "alice2", "Alice", "bob", "a", "", None)]
    pairs += [("c", "ab"), ("bc", "a"), ("ws\0c", "a"), ("c", "aws\0")]
    made = [bridge.translate(old, kind="ws", owner=owner) for old, owner in pairs if owner != ""]
    assert len(set(made)) == len(made) == len(pairs) - 1
    assert bridge.translate(SESSION, owner="bob") == SESSION
    one, other = (bridge.alias_for("ws_ab12cd34", owner, kind="ws") for owner in ("alice", "bob"))
    bridge.add(one)
    bridge.add(other)
    assert bridge.find_matching_ids("ws_ab12cd34", [one.ssot_id, other.ssot_id], owner="bob") == [
        other.ssot_id
    ]


def test_other_processes_compute_the_same() -> None:
    olds = [UUID, "ws_ab12cd34", "user\ud800", "Ä\0", THREAD]
    code = (
        "from ssot_ids import IdMigrationBridge\n"
        f"bridge = IdMigrationBridge(key={KEY!r})\n"
        f"print(ascii([bridge.translate(old) for old in {olds!a}]))\n"
    )
    bridge = IdMigrationBridge(key=KEY)
    expected = ascii([bridge.translate(old) for old in olds])
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "SSOT_IDS_KEY": "k" * (16 + int(seed))},
            cwd=Path(__file__).parents[1],
        )
        assert done.stdout.strip() == expected


class Listener(NullObserver):
    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str]] = []

    def seen(self, kind: str, format: str, where: str) -> None:  # noqa: A002
        self.heard.append((kind, format, where))


def test_the_observer_hears_what_is_translated() -> None:
    listener = Listener()
    before = set_observer(listener)
    try:
        bridge = IdMigrationBridge(key=KEY)
        bridge.translate(UUID, kind="ws_conn_1")
        bridge.translate(UUID, kind="invoice")
        bridge.translate(UUID)
        bridge.translate(SESSION)
        bridge.matches(UUID, UUID, owner="alice")
    finally:
        set_observer(before)
    assert listener.heard == [
        ("ws_conn", "uuid4", "bridge"),
        ("other", "uuid4", "bridge"),
        ("other", "uuid4", "bridge"),
        ("session", "ssot", "bridge"),
    ]


# Threads


@pytest.fixture
def fast_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("fast_switches")
def test_rows_may_be_added_while_others_search() -> None:
    bridge = IdMigrationBridge()
    olds = [f"old {at}" for at in range(2000)]
    faults: list[object] = []
    done = threading.Event()

    def search(owner: str, own: str, other: str) -> None:
        seen = 0
        while not done.is_set():
            found = bridge.find_matching_ids(own, [*olds, own, other], owner=owner)
            if other in found or own not in found or len(found) < seen:
                faults.append(found)
            seen = len(found)
            rows = bridge.aliases_of(owner)
            if any(row.owner != owner for row in rows):
                faults.append(rows)

    def add(owner: str, new: str) -> None:
        for old in olds:
            bridge.add(Alias(old, new, owner))

    searching = [
        threading.Thread(target=search, args=("alice", SESSION, OTHER_SESSION)),
        threading.Thread(target=search, args=("bob", OTHER_SESSION, SESSION)),
    ]
    adding = [
        threading.Thread(target=add, args=("alice", SESSION)),
        threading.Thread(target=add, args=("bob", OTHER_SESSION)),
    ]
    for each in (*searching, *adding):
        each.start()
    for each in adding:
        each.join()
    done.set()
    for each in searching:
        each.join()
    assert faults == []
    assert bridge.find_matching_ids(SESSION, [*olds, OTHER_SESSION], owner="alice") == olds


def _giving_way(frame: FrameType, _event: str, _argument: object) -> Any:
    """Traces lines of the bridge, and lets the other threads go first at each."""
    if frame.f_code.co_filename != bridge_module.__file__:
        return None
    time.sleep(0)
    return _giving_way


def _at_once(*works: Callable[[], None]) -> list[BaseException]:
    """Run works in threads that give way at each line of the bridge; the errors they end with."""
    barrier = threading.Barrier(len(works))
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        before = sys.gettrace()
        barrier.wait()
        sys.settrace(_giving_way)
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            sys.settrace(before)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return errors


def test_of_rows_that_contradict_each_other_one_wins() -> None:
    ids = UnifiedIdGenerator.generate_batch_ids("user", 4)
    for _ in range(30):
        bridge = IdMigrationBridge()
        errors = _at_once(*(partial(bridge.add, Alias("old", each, "alice")) for each in ids))
        assert [str(each) for each in errors] == ["legacy_id: its owner has another ssot_id for it"] * 3
        (row,) = bridge.aliases_of("alice")
        assert [each for each in ids if bridge.matches("old", each, owner="alice")] == [row.ssot_id]


def test_rows_may_be_listed_while_others_are_added() -> None:
    bridge = IdMigrationBridge(aliases=[Alias(f"old {at}", SESSION, "alice") for at in range(50)])
    counts: list[int] = []

    def listing() -> None:
        counts.extend(len(bridge.aliases_of("alice")) for _ in range(10))

    def adding() -> None:
        for at in range(50, 100):
            bridge.add(Alias(f"old {at}", SESSION, "alice"))

    assert _at_once(listing, adding) == []
    assert counts == sorted(counts)
    assert len(bridge.aliases_of("alice")) == 100
