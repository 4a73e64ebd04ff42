"""The generator: exact ids, their order under threads and tasks, entropy, and the policy in force."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import ssot_ids
from ssot_ids import IdPolicy, Kind, PolicyError, UnifiedIdGenerator, parse_id
from ssot_ids.core import Core
from ssot_ids.generator import (
    BATCH_MAX,
    Replacement,
    _override,
    generate_run_id,
    generate_thread_id,
)
from ssot_ids.grammar import COUNTER_MAX, COUNTER_MIN, IdParts

NOW = 1_700_000_000_000
KEY = b"a key of sixteen bytes or more"
MODES = ["digest", "prefix8", "none"]


@pytest.fixture(autouse=True)
def _policy() -> Iterator[None]:
    before = ssot_ids.configure(IdPolicy(key=KEY))
    yield
    ssot_ids.configure(before)


@pytest.fixture
def exact() -> Iterator[Core]:
    """A clock that stands, counters from 10^9, and random parts 00000001, 00000002…"""
    made = 0

    def entropy(size: int) -> bytes:
        nonlocal made
        made += 1
        return made.to_bytes(size, "big")

    core = Core(lambda: NOW * 1_000_000, bytes)
    core.entropy = entropy
    token = _override.set(Replacement(core, None))
    yield core
    _override.reset(token)


def parts_of(text: object) -> IdParts:
    assert type(text) is str
    parts = parse_id(text)
    assert parts is not None, ascii(text)
    assert ssot_ids.format_id(parts) == text
    return parts


def test_exact_ids(exact: Core) -> None:
    generator = UnifiedIdGenerator
    tag = IdPolicy(key=KEY).tag("alice")
    assert exact.take() == (NOW, COUNTER_MIN)
    assert [
        generator.generate_base_id("user"),
        generator.generate_base_id(),
        generator.generate_websocket_connection_id("alice"),
        generator.generate_websocket_client_id(),
        generator.generate_session_id("alice", "auth"),
        generator.generate_session_id(),
        generator.generate_agent_execution_id(agent_type="Triage Agent", user_id="alice"),
        generator.generate_tool_execution_id("search", "alice"),
        generator.generate_message_id("chat", "alice"),
        generator.generate_message_id("chat"),
        generator.generate_message_id(),
    ] == [
        f"user_{NOW}_1000000001_00000001",
        f"id_{NOW}_1000000002_00000002",
        f"ws_conn_{tag}_{NOW}_1000000003_00000003",
        f"ws_client_anon_{NOW}_1000000004_00000004",
        f"session_auth_{tag}_{NOW}_1000000005_{5:032x}",
        f"session_user_anon_{NOW}_1000000006_{6:032x}",
        f"agent_triage_agent_{tag}_{NOW}_1000000007_00000007",
        f"tool_search_{tag}_{NOW}_1000000008_00000008",
        f"message_chat_{tag}_{NOW}_1000000009_00000009",
        f"message_chat_{NOW}_1000000010_0000000a",
        f"message_{NOW}_1000000011_0000000b",
    ]
    thread = f"thread_agent_execution_{NOW}_1000000012_0000000c"
    assert generator.generate_user_context_ids("alice", "agent_execution") == (
        thread,
        f"run_{thread}_{NOW}_1000000013_0000000c",
        f"request_agent_execution_{NOW}_1000000014_0000000c",
    )
    assert generator.generate_batch_ids("user", 3) == [
        f"user_{NOW}_1000000015_0000000d",
        f"user_{NOW}_1000000016_0000000e",
        f"user_{NOW}_1000000017_0000000f",
    ]
    assert generate_thread_id("chat") == f"thread_chat_{NOW}_1000000018_00000010"
    assert generate_run_id(thread) == f"run_{thread}_{NOW}_1000000019_00000011"


def test_the_shape_of_the_plan_is_kept() -> None:
    prefix, timestamp, counter, rnd = UnifiedIdGenerator.generate_base_id("user").split("_")
    assert (prefix, len(timestamp), counter.isdigit(), len(rnd)) == ("user", 13, True, 8)
    assert UnifiedIdGenerator.generate_session_id("u1", "auth").startswith("session_auth_")
    assert UnifiedIdGenerator.generate_agent_execution_id(agent_type="triage", user_id="u1").startswith(
        "agent_triage_"
    )
    thread, run, request = UnifiedIdGenerator.generate_user_context_ids("u1", "agent_execution")
    assert thread.startswith("thread_agent_execution_")
    assert run.startswith(f"run_{thread}_")
    assert request.startswith("request_agent_execution_")
    context = ssot_ids.create_user_execution_context_factory("u1", "agent_execution")
    assert list(context) == ["user_id", "thread_id", "run_id", "request_id"]
    assert context["user_id"] == "u1"
    again = UnifiedIdGenerator.create_user_execution_context_factory(
        user_id="u1", operation="agent_execution"
    )
    assert not {context["thread_id"], context["run_id"], context["request_id"]} & {*again.values()}


def test_a_counter_that_ends_inside_a_triple_or_a_batch_begins_anew(exact: Core) -> None:
    exact.take()
    for left in (0, 1, 2):
        exact._state.counter = COUNTER_MAX + 1 - left
        before = exact._state.last
        triple = [parts_of(text) for text in UnifiedIdGenerator.generate_user_context_ids("u", "x")]
        assert [(one.timestamp_ms, one.counter) for one in triple] == [
            (before + 1, COUNTER_MIN + n) for n in range(3)
        ]
    exact._state.counter = COUNTER_MAX - 2
    before = exact._state.last
    triple = [parts_of(text) for text in UnifiedIdGenerator.generate_user_context_ids("u", "x")]
    assert [(one.timestamp_ms, one.counter) for one in triple] == [
        (before, COUNTER_MAX - 2 + n) for n in range(3)
    ]
    exact._state.counter = COUNTER_MAX - 5
    batch = UnifiedIdGenerator.generate_batch_ids("x", 10)
    assert batch == sorted(batch)
    assert [parts_of(text).counter for text in batch] == list(range(COUNTER_MIN, COUNTER_MIN + 10))
    assert {parts_of(text).timestamp_ms for text in batch} == {before + 1}


@pytest.mark.parametrize(
    "count", [-1, BATCH_MAX + 1, 10**30, pytest.param(10**5_000, id="huge"), 1.0, "3", None, True, False]
)
def test_a_batch_of_no_possible_size_is_refused(count: object) -> None:
    with pytest.raises(ValueError, match="^count: "):
        UnifiedIdGenerator.generate_batch_ids("x", count)  # type: ignore[arg-type]


def test_batches_are_whole(many: int) -> None:
    assert UnifiedIdGenerator.generate_batch_ids("x", 0) == []
    size = BATCH_MAX if many > 1 else 5_000
    batch = UnifiedIdGenerator.generate_batch_ids("x", size)
    assert len({*batch}) == size
    assert batch == sorted(batch)


def test_entropy_is_asked_for_each_id_and_never_ahead() -> None:
    asked: list[int] = []

    def entropy(size: int) -> bytes:
        asked.append(size)
        return bytes(size)

    core = Core(lambda: NOW * 1_000_000, entropy)
    assert asked == [8]
    token = _override.set(Replacement(core, None))
    generator = UnifiedIdGenerator
    try:
        for make, sizes in (
            (lambda: generator.generate_base_id("user"), [4]),
            (lambda: generator.generate_base_id("session"), [16]),
            (lambda: generator.generate_session_id("u"), [16]),
            (lambda: generator.generate_agent_execution_id("x", "u"), [4]),
            (lambda: generator.generate_user_context_ids("u"), [4]),  # one random part for the three
            (lambda: generator.generate_batch_ids("user", 5), [4] * 5),
            (lambda: generator.generate_batch_ids("session", 2), [16] * 2),
            (lambda: generator.generate_batch_ids("session", 0), []),
            (lambda: core.take(), []),
            (lambda: generator.generate_message_id("m"), [4]),
        ):
            asked.clear()
            make()
            assert asked == sizes
    finally:
        _override.reset(token)


def test_threads_make_different_ids_in_order(many: int) -> None:
    each = 2_000 * many
    start = threading.Barrier(8)

    def work(_: int) -> list[str]:
        start.wait()
        return [UnifiedIdGenerator.generate_base_id("user") for _ in range(each)]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = list(pool.map(work, range(8)))
    assert all(mine == sorted(mine) for mine in made)
    assert len({text for mine in made for text in mine}) == 8 * each
    assert len({tuple(text.split("_")[1:3]) for mine in made for text in mine}) == 8 * each


def test_tasks_make_contexts_that_belong_to_nobody_else() -> None:
    async def work(name: str) -> list[tuple[str, str, str]]:
        made = []
        for _ in range(10):
            made.append(UnifiedIdGenerator.generate_user_context_ids(name, "chat"))
            await asyncio.sleep(0)
        return made

    async def main() -> list[list[tuple[str, str, str]]]:
        return await asyncio.gather(*(work(f"user{n}") for n in range(30)))

    triples = [triple for mine in asyncio.run(main()) for triple in mine]
    assert len({text for triple in triples for text in triple}) == 3 * 300
    for thread, run, request in triples:
        first = parts_of(thread).counter
        assert [parts_of(run).counter, parts_of(request).counter] == [first + 1, first + 2]


def test_a_policy_is_put_in_force_and_given_back() -> None:
    policy = IdPolicy(user_tag="none", kinds=[Kind("token", strong=True)])
    before = ssot_ids.configure(policy)
    assert ssot_ids.current_policy() is policy
    assert parts_of(UnifiedIdGenerator.generate_base_id("token_api")).strong
    assert parts_of(UnifiedIdGenerator.generate_agent_execution_id("x", "alice")).prefix == "agent_x"
    assert ssot_ids.configure(before) is policy
    assert not parts_of(UnifiedIdGenerator.generate_base_id("token_api")).strong
    wrongs: list[object] = [None, {}, IdPolicy, "digest"]
    for wrong in wrongs:
        with pytest.raises(PolicyError, match="^policy: "):
            ssot_ids.configure(wrong)  # type: ignore[arg-type]
    assert ssot_ids.current_policy() is before


def test_ids_are_as_strong_as_their_kind_wherever_its_name_ends() -> None:
    """A kind's name may reach into the tag, or be longer than what is left beside a tag."""
    long = "session_" + "a" * 50
    policy = IdPolicy(
        kinds=[Kind("agent_bot_alice", strong=True), Kind("tool_anon", strong=True), Kind(long)],
        user_tag="prefix8",
    )
    ssot_ids.configure(policy)
    for text in (
        UnifiedIdGenerator.generate_agent_execution_id("bot", "alice"),
        UnifiedIdGenerator.generate_agent_execution_id("bot", "bob"),
        UnifiedIdGenerator.generate_tool_execution_id("", None),
        UnifiedIdGenerator.generate_session_id("alicealice", "a" * 50),
        UnifiedIdGenerator.generate_base_id(long),
    ):
        parts = parts_of(text)
        kind = policy.kind_of(parts.prefix)
        assert kind is not None
        assert parts.strong is kind.strong, text
        assert ssot_ids.validate(text).ok


def test_a_name_that_is_none_is_no_name() -> None:
    generator: Any = UnifiedIdGenerator
    ids = [
        generator.generate_base_id(None),
        generator.generate_agent_execution_id(None),
        generator.generate_tool_execution_id(tool_name=None),
        generator.generate_message_id(None),
        generator.generate_session_id("alice", None),
        *generator.generate_user_context_ids("alice", None),
        ssot_ids.UnifiedIDManager.generate_thread_id(None),  # type: ignore[arg-type]
        generator.create_user_execution_context_factory(None, None)["request_id"],
    ]
    names = [parts_of(text).prefix for text in ids]
    assert names[:4] == ["id", "agent_anon", "tool_anon", "message"]
    assert names[4].removesuffix(ssot_ids.current_policy().tag("alice")) == "session_"
    thread = ids[5]
    assert names[5:] == ["thread", f"run_{thread}", "request", "thread", "request"]
