"""`ssot_ids.testing`: what it promises to tests that want to know their ids beforehand."""

from __future__ import annotations

import asyncio
import contextvars
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ssot_ids import (
    IdPolicy,
    NullObserver,
    UnifiedIdGenerator,
    UnifiedIDManager,
    configure,
    create_user_execution_context_factory,
    parse_id,
    set_observer,
)
from ssot_ids.grammar import COUNTER_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN
from ssot_ids.testing import START_MS, assert_ssot, deterministic

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
new = UnifiedIdGenerator.generate_base_id

SAMPLE = """
from ssot_ids import UnifiedIdGenerator as G, UnifiedIDManager as M
from ssot_ids.testing import deterministic
with deterministic() as ids:
    print(G.generate_base_id("user"))
    ids.advance(1_000)
    print(G.generate_session_id("alice"))
    print(*G.generate_user_context_ids("alice", "chat"), sep="\\n")
    print(*G.generate_batch_ids("m", 2), sep="\\n")
"""
SAMPLE_IDS = [
    "user_1704067200000_1000000000_f012abef",
    "session_user_2d6b44435a_1704067201000_1000000001_cabbe679b6421d24cc2834a044d0af34",
    "thread_chat_1704067201000_1000000002_16c5f8ac",
    "run_thread_chat_1704067201000_1000000002_16c5f8ac_1704067201000_1000000003_16c5f8ac",
    "request_chat_1704067201000_1000000004_16c5f8ac",
    "m_1704067201000_1000000005_f1ec6d57",
    "m_1704067201000_1000000006_8b33d963",
]


@pytest.fixture(autouse=True)
def _not_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSOT_IDS_ENV", raising=False)


def everything() -> list[str]:
    """One id of every method."""
    generator = UnifiedIdGenerator
    thread = UnifiedIDManager.generate_thread_id("chat")
    return [
        new("user"),
        generator.generate_websocket_connection_id("alice"),
        generator.generate_websocket_client_id("alice"),
        generator.generate_session_id("alice", "auth"),
        generator.generate_agent_execution_id("triage", "alice"),
        generator.generate_tool_execution_id("search", "alice"),
        generator.generate_message_id("reply", "alice"),
        *generator.generate_user_context_ids("alice", "chat"),
        *generator.generate_batch_ids("metric", 3),
        thread,
        UnifiedIDManager.generate_run_id(thread),
        create_user_execution_context_factory("alice")["run_id"],
    ]


def random_of(text: str) -> str:
    parts = parse_id(text)
    assert parts is not None
    return parts.random


def test_the_ids_are_the_same_on_every_python_and_day() -> None:
    with deterministic() as ids:
        made = [new("user")]
        ids.advance(1_000)
        made.append(UnifiedIdGenerator.generate_session_id("alice"))
        made += UnifiedIdGenerator.generate_user_context_ids("alice", "chat")
        made += UnifiedIdGenerator.generate_batch_ids("m", 2)
    assert made == SAMPLE_IDS


@pytest.mark.parametrize("hash_seed", ["0", "77"])
def test_the_ids_are_the_same_in_another_process(hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": ROOT, "SSOT_IDS_KEY": "k" * 16}
    done = subprocess.run([sys.executable, "-c", SAMPLE], env=environment, capture_output=True, check=True)
    assert done.stdout.decode().split() == SAMPLE_IDS


def test_every_method_gives_a_legal_id_and_the_same_again() -> None:
    with deterministic():
        first = everything()
    with deterministic():
        second = everything()
    assert first == second
    assert len(set(first)) == len(first)
    assert all(parse_id(text) is not None for text in first)


def test_another_seed_gives_other_random_parts_and_tags_and_the_same_rest() -> None:
    seeds = (-(2**80), -1, 0, 1, 2, 255, 256, 2**80)
    made = []
    for seed in seeds:
        with deterministic(seed=seed):
            made.append(UnifiedIdGenerator.generate_agent_execution_id("triage", "alice"))
    assert len({random_of(text) for text in made}) == len(seeds)
    assert len({text.split("_")[2] for text in made}) == len(seeds)
    assert {text.rsplit("_", 1)[0].replace(text.split("_")[2], "tag") for text in made} == {
        f"agent_triage_tag_{START_MS}_{COUNTER_MIN}"
    }


def test_outside_a_block_ids_are_ordinary() -> None:
    before = new("a")
    with deterministic():
        inside = new("a")
    after = new("a")
    assert inside.startswith(f"a_{START_MS}_{COUNTER_MIN}_")
    assert before < after
    assert str(START_MS) not in before + after


def test_an_error_in_the_block_ends_it_and_comes_through() -> None:
    with pytest.raises(KeyError, match="x"), deterministic():
        raise KeyError("x")
    assert str(START_MS) not in new("a")


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        (1_700_000_000_123, 1_700_000_000_123),
        (TIMESTAMP_MIN, TIMESTAMP_MIN),
        (TIMESTAMP_MAX, TIMESTAMP_MAX),
        (datetime(2024, 1, 1, tzinfo=UTC), START_MS),
        (datetime(2024, 1, 1, 1, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=1))), START_MS + 123),
        (datetime(2286, 11, 20, 17, 46, 39, 999_999, tzinfo=UTC), TIMESTAMP_MAX),
    ],
)
def test_the_clock_starts_where_it_is_told(start: datetime | int, shown: int) -> None:
    with deterministic(start) as ids:
        assert ids.now_ms == shown
        parts = parse_id(new("a"))
    assert parts is not None
    assert parts.timestamp_ms == shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": TIMESTAMP_MIN - 1}, "start: 999999999999 Unix milliseconds are not 10"),
        ({"start": TIMESTAMP_MAX + 1}, "start: 10000000000000 Unix"),
        ({"start": 0}, "start: 0 Unix"),
        ({"start": 10**5000}, "start: a int Unix"),
        ({"start": True}, "start: True is neither"),
        ({"start": 1.7e12}, "start: 1700000000000.0 is neither"),
        ({"start": None}, "start: None is neither"),
        ({"start": "2024-01-01"}, "start: '2024-01-01' is neither"),
        ({"start": datetime(2024, 1, 1)}, r"start: datetime.datetime\(2024, 1, 1, 0, 0\) has no time zone"),
        ({"start": datetime(1999, 1, 1, tzinfo=UTC)}, "start: 915148800000 Unix"),
        ({"start": datetime.max.replace(tzinfo=timezone(timedelta(hours=-23)))}, "start: 2534"),
        ({"seed": "1"}, "seed: '1' is not a whole number"),
        ({"seed": 1.0}, "seed: 1.0 is not"),
        ({"seed": True}, "seed: True is not"),
        ({"seed": None}, "seed: None is not"),
    ],
)
def test_what_cannot_be_is_refused_with_field_and_reason(arguments: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match="^" + message):
        deterministic(**arguments)


def test_the_clock_stands_until_it_is_moved() -> None:
    with deterministic(1_700_000_000_000) as ids:
        times = [new("a").split("_")[1]]
        times.append(new("a").split("_")[1])
        ids.advance(0)
        ids.advance(1)
        times.append(new("a").split("_")[1])
        ids.advance(86_400_000)
        times.append(new("a").split("_")[1])
    assert times == ["1700000000000", "1700000000000", "1700000000001", "1700086400001"]


def test_a_clock_that_goes_back_is_held_as_in_production() -> None:
    held: list[int] = []

    class Listener(NullObserver):
        def clock_held(self, milliseconds: int) -> None:
            held.append(milliseconds)

    before = set_observer(Listener())
    try:
        with deterministic() as ids:
            first = new("a")
            ids.advance(-5_000)
            second = new("a")
            ids.advance(5_001)
            third = new("a")
    finally:
        set_observer(before)
    assert [text.rsplit("_", 1)[0] for text in (first, second, third)] == [
        f"a_{START_MS}_1000000000",
        f"a_{START_MS}_1000000001",
        f"a_{START_MS + 1}_1000000002",
    ]
    assert held == [5_000]


@pytest.mark.parametrize("step", [1.5, "1", None, True, timedelta(seconds=1)])
def test_the_clock_moves_by_whole_milliseconds_only(step: int) -> None:
    with deterministic() as ids:
        with pytest.raises(ValueError, match=r"^milliseconds: .* is not a whole number"):
            ids.advance(step)
        assert ids.now_ms == START_MS


@pytest.mark.parametrize("step", [TIMESTAMP_MAX - START_MS + 1, TIMESTAMP_MIN - START_MS - 1])
def test_the_clock_does_not_leave_the_times_of_the_grammar(step: int) -> None:
    with deterministic() as ids:
        with pytest.raises(ValueError, match=r"^milliseconds: .* are not 1000000000000 to 9999999999999"):
            ids.advance(step)
        assert ids.now_ms == START_MS


def test_an_inner_block_begins_anew_and_the_outer_one_goes_on() -> None:
    with deterministic(seed=1) as outer:
        first = [new("user")]
        with deterministic(start=START_MS + 5, seed=2) as inner:
            inner.advance(7)
            assert new("user").startswith(f"user_{START_MS + 12}_{COUNTER_MIN}_")
            with deterministic(seed=1):
                assert new("user") == first[0]
        assert outer.now_ms == START_MS
        first.append(new("user"))
    with deterministic(seed=1):
        assert first == [new("user"), new("user")]


def test_blocks_that_end_out_of_order_leave_nothing_behind() -> None:
    one, two, three = deterministic(seed=1), deterministic(seed=2), deterministic(seed=3)
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    still = new("a")
    three.__enter__()
    two.__exit__(None, None, None)
    third = new("a")
    three.__exit__(None, None, None)
    with deterministic(seed=2):
        assert still == new("a")
    with deterministic(seed=3):
        assert third == new("a")
    assert str(START_MS) not in new("a")


def test_one_object_can_be_used_again_but_not_twice_at_once() -> None:
    block = deterministic()
    with block:
        first = new("a")
        with pytest.raises(RuntimeError, match="in force already"):
            block.__enter__()
        assert new("a") != first
    with block:
        assert new("a") == first
    with pytest.raises(RuntimeError, match="is not in force"):
        block.__exit__(None, None, None)


def test_a_decorated_function_gets_a_context_for_each_call() -> None:
    @deterministic(seed=3)
    def three(prefix: str, *, count: int) -> list[str]:
        """Three ids."""
        return UnifiedIdGenerator.generate_batch_ids(prefix, count)

    assert three.__name__ == "three"
    assert three.__doc__ == "Three ids."
    assert three("a", count=3) == three("a", count=3)
    with deterministic(seed=3):
        assert three("a", count=3)[0] == new("a")


def test_a_decorated_function_may_call_itself() -> None:
    @deterministic()
    def nested(depth: int) -> list[str]:
        return [new("a"), *(nested(depth - 1) if depth else []), new("b")]

    made = nested(2)
    assert made[0] == made[1] == made[2]
    assert made[3] == made[4] == made[5]


def test_a_decorated_coroutine_function_gets_a_context_for_each_call() -> None:
    @deterministic(seed=3)
    async def two() -> list[str]:
        made = [new("a")]
        await asyncio.sleep(0)
        return [*made, new("a")]

    async def both() -> list[list[str]]:
        return [await two(), *await asyncio.gather(two(), two())]

    with deterministic(seed=3):
        expected = [new("a"), new("a")]
    assert asyncio.run(both()) == [expected] * 3


def test_what_only_makes_a_generator_cannot_be_decorated() -> None:
    def generator() -> Iterator[str]:
        yield new("a")

    async def async_generator() -> object:
        yield new("a")

    class Case:
        pass

    for thing in (generator, async_generator, Case):
        with pytest.raises(TypeError, match="use a with block"):
            deterministic()(thing)


def test_tasks_have_contexts_of_their_own() -> None:
    async def worker(seed: int) -> list[str]:
        with deterministic(seed=seed):
            made = []
            for _ in range(3):
                made.append(new("a"))
                await asyncio.sleep(0)
            return made

    async def main() -> tuple[list[list[str]], str]:
        results = await asyncio.gather(worker(1), worker(2), worker(1))
        return list(results), new("a")

    (first, second, third), outside = asyncio.run(main())
    assert first == third
    assert first != second
    assert str(START_MS) not in outside
    for seed, made in ((1, first), (2, second)):
        with deterministic(seed=seed):
            assert made == UnifiedIdGenerator.generate_batch_ids("a", 3)


def test_a_task_started_in_the_block_shares_its_counter() -> None:
    async def child() -> str:
        return new("a")

    async def main() -> list[str]:
        with deterministic():
            return [new("a"), await asyncio.create_task(child()), new("a")]

    made = asyncio.run(main())
    with deterministic():
        assert made == [new("a"), new("a"), new("a")]


def test_a_block_may_end_in_another_task_than_it_began_in() -> None:
    block = deterministic()

    async def begin() -> str:
        block.__enter__()
        return new("a")

    async def end() -> str:
        block.__exit__(None, None, None)
        return new("a")

    async def main() -> tuple[str, str]:
        return await asyncio.create_task(begin()), await asyncio.create_task(end())

    first, last = asyncio.run(main())
    assert str(START_MS) in first
    assert str(START_MS) not in last


def test_a_new_thread_makes_ordinary_ids_unless_it_runs_in_a_copy_of_the_context() -> None:
    made: list[str] = []

    def work() -> None:
        made.append(new("a"))

    def run(target: object) -> None:
        assert callable(target)
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()

    with deterministic():
        run(work)
        context = contextvars.copy_context()
        run(lambda: context.run(work))
        own = new("a")
    assert str(START_MS) not in made[0]
    with deterministic():
        assert [made[1], own] == [new("a"), new("a")]


def test_a_block_in_one_thread_leaves_the_others_alone() -> None:
    entered, done = threading.Event(), threading.Event()

    def hold() -> None:
        with deterministic():
            entered.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert entered.wait(10)
    outside = new("a")
    done.set()
    thread.join()
    assert str(START_MS) not in outside


def test_threads_that_share_a_block_get_different_ids() -> None:
    made: list[str] = []
    with deterministic():
        contexts = [contextvars.copy_context() for _ in range(4)]
    threads = [
        threading.Thread(
            target=lambda own: own.run(lambda: made.extend([new("a") for _ in range(2_000)])), args=(own,)
        )
        for own in contexts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counters = sorted(int(text.split("_")[2]) for text in made)
    assert counters == list(range(COUNTER_MIN, COUNTER_MIN + 8_000))
    assert len({random_of(text) for text in made}) == 8_000  # of 2**32, and always the same 8,000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_two_forked_children_make_the_same_ids_and_others_than_their_parent() -> None:
    program = """
import os, sys
from ssot_ids import UnifiedIdGenerator
from ssot_ids.testing import deterministic
with deterministic():
    UnifiedIdGenerator.generate_base_id("a")
    for child in range(2):
        if not os.fork():
            print(UnifiedIdGenerator.generate_base_id("a"), flush=True)
            os._exit(0)
        os.wait()
    print(UnifiedIdGenerator.generate_base_id("a"))
"""
    environment = {**os.environ, "PYTHONPATH": ROOT}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
    one, two, parent = done.stdout.decode().split()
    assert one == two
    assert one != parent
    assert one.startswith(f"a_{START_MS}_1")


@pytest.mark.parametrize("value", ["production", "PRODUCTION", " Production\n", "\tproduction"])
def test_it_does_not_start_in_production(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = deterministic()

    @deterministic()
    def decorated() -> str:
        raise AssertionError("ran in production")

    monkeypatch.setenv("SSOT_IDS_ENV", value)
    with pytest.raises(RuntimeError, match=r"^SSOT_IDS_ENV is production"):
        deterministic()
    with pytest.raises(RuntimeError, match=r"^SSOT_IDS_ENV is production"):
        ready.__enter__()
    with pytest.raises(RuntimeError, match=r"^SSOT_IDS_ENV is production"):
        decorated()
    assert str(START_MS) not in new("a")


@pytest.mark.parametrize("value", ["", "test", "pre-production", "non_production", "productions"])
def test_it_starts_everywhere_else(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSOT_IDS_ENV", value)
    with deterministic():
        assert new("user") == SAMPLE_IDS[0]


def test_the_policy_in_force_decides_what_a_tag_shows() -> None:
    made = []
    for mode in ("digest", "prefix8", "none"):
        before = configure(IdPolicy(user_tag=mode, key="k" * 16))
        try:
            with deterministic():
                made.append(UnifiedIdGenerator.generate_session_id("alice").split("_1704")[0])
        finally:
            configure(before)
    assert made == ["session_user_2d6b44435a", "session_user_alice", "session_user"]


def test_neither_pytest_nor_a_third_party_is_loaded() -> None:
    program = "import sys, ssot_ids.testing; print(*{name.split('.')[0] for name in sys.modules})"
    environment = {**os.environ, "PYTHONPATH": ROOT}
    done = subprocess.run([sys.executable, "-Sc", program], env=environment, capture_output=True, check=True)
    assert set(done.stdout.decode().split()) - sys.stdlib_module_names == {"__main__", "ssot_ids"}


class Words(str):
    __slots__ = ()


def test_assert_ssot_gives_back_what_it_approves_of() -> None:
    text = new("user")
    assert assert_ssot(text) is text
    assert assert_ssot(text, "user") is text
    assert assert_ssot(text, kind="user") is text
    own = Words(text)
    assert assert_ssot(own) is own
    with deterministic():
        for made in everything():
            assert assert_ssot(made) == made


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ("", None, "'' is not an id: empty ("),
        (None, None, "None is not an id: not_text ("),
        (b"user", None, "b'user' is not an id: not_text ("),
        ("user_1", None, "'user_1' is not an id: length ("),
        (SAMPLE_IDS[0].upper(), None, f"'{SAMPLE_IDS[0].upper()}' is not an id: spelling ("),
        (SAMPLE_IDS[0], "run", f"'{SAMPLE_IDS[0]}' is not an id of kind 'run': kind ("),
        (SAMPLE_IDS[0], "Run", f"'{SAMPLE_IDS[0]}' is not an id of kind 'Run': unknown_kind ("),
        ("session_1704067200000_1000000000_f012abef", None, "is not an id: weak ("),
    ],
)
def test_assert_ssot_says_why_not(value: object, kind: str | None, message: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_ssot(value, kind)
    assert message in str(caught.value)
    assert not str(caught.value).endswith("()")  # there is an explanation


def test_assert_ssot_shows_the_beginning_of_a_long_text() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_ssot("x" * 100_000)
    assert str(caught.value).startswith("'" + "x" * 76 + "... is not an id: length (")
    assert len(str(caught.value)) < 300
