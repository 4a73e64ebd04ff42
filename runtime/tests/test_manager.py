"""Threads and runs: a run leads back to its thread, and a damaged one to no other."""

from __future__ import annotations

import copy
import pickle
import random
import string
from collections.abc import Iterator
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssot_ids import UnifiedIdGenerator, UnifiedIDManager, parse_id
from ssot_ids.grammar import COUNTER_MAX, COUNTER_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN, IdParts
from ssot_ids.manager import RunParts
from ssot_ids.policy import is_thread_id

TAIL = "_1700000000000_1234567890_0a1b2c3d"
THREAD = "thread_chat" + TAIL
RUN = f"run_{THREAD}_1700000000001_1234567891_ffffffff"
STRONG = "00112233445566778899aabbccddeeff"
manager = UnifiedIDManager()

OPERATIONS = st.one_of(
    st.text(max_size=40), st.text("abcz019_", max_size=30), st.sampled_from(["", "thread", THREAD, RUN])
)


def test_a_run_holds_its_thread() -> None:
    assert manager.extract_thread_id(RUN) == THREAD
    assert manager.validate_run_id(RUN)
    parts = manager.parse_run_id(RUN)
    assert parts is not None
    assert parts.thread_id == THREAD
    assert parts.thread == IdParts("thread_chat", 1700000000000, 1234567890, "0a1b2c3d")
    assert parts.run == IdParts("run_" + THREAD, 1700000000001, 1234567891, "ffffffff")
    assert repr(parts) == f"RunParts(thread_id={THREAD!r}, thread={parts.thread!r}, run={parts.run!r})"
    for twin in (copy.copy(parts), copy.deepcopy(parts), pickle.loads(pickle.dumps(parts))):
        assert (type(twin), twin) == (RunParts, parts)


@settings(deadline=None, max_examples=200)
@given(OPERATIONS)
def test_every_thread_that_can_be_made_is_found_again(operation: str) -> None:
    triple = UnifiedIdGenerator.generate_user_context_ids("alice", operation)
    for thread in (manager.generate_thread_id(operation), triple[0]):
        assert is_thread_id(thread)
        run = manager.generate_run_id(thread)
        assert len(run) <= 97
        assert manager.extract_thread_id(run) == thread
        assert parse_id(run) is not None
    assert manager.extract_thread_id(triple[1]) == triple[0]


@settings(deadline=None)
@given(
    st.text(string.ascii_lowercase + string.digits, min_size=0, max_size=18),
    st.integers(TIMESTAMP_MIN, TIMESTAMP_MAX),
    st.integers(COUNTER_MIN, COUNTER_MAX),
    st.integers(0, 2**32 - 1),
)
def test_every_thread_of_any_time_is_found_again(
    operation: str, moment: int, counter: int, number: int
) -> None:
    thread = str(IdParts(f"thread_{operation}".rstrip("_"), moment, counter, f"{number:08x}"))
    assert manager.extract_thread_id(manager.generate_run_id(thread)) == thread


def _damages(text: str) -> Iterator[str]:
    alphabet = string.printable + "\0\xe4\u0660\uff11\ud800"
    for at in range(len(text)):
        yield text[:at] + text[at + 1 :]
        yield text[: at + 1] + text[at:]
        yield text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        for character in alphabet:
            yield text[:at] + character + text[at:]
            yield text[:at] + character + text[at + 1 :]
    yield from (text + character for character in alphabet)
    yield from (text[:at] for at in range(len(text)))
    yield from (text[at:] for at in range(1, len(text)))


def test_a_damaged_run_is_refused_or_leads_to_no_other_thread_that_was_made() -> None:
    made = {
        manager.generate_thread_id(operation)
        for operation in ("", "chat", "cha", "chat_a", "hat", "c")
        for _ in range(50)
    }
    thread = sorted(made)[len(made) // 2]
    refused = kept = strange = 0
    for run in (manager.generate_run_id(thread), manager.generate_run_id(min(made))):
        own = manager.extract_thread_id(run)
        assert own is not None
        start = len("run_")
        for damaged in _damages(run):
            if damaged == run:
                continue
            found = manager.extract_thread_id(damaged)
            assert found is None or found == own or found not in made
            if found is None:
                refused += 1
            elif found == own:
                kept += 1  # the damage is in the fields of the run itself, behind the whole thread id
                assert damaged.startswith(f"run_{own}_")
            else:
                strange += 1  # the damage is inside the thread id, which lost nothing at its ends
                assert damaged[start : start + len(found)] == found
                assert is_thread_id(found)
    assert refused > 10 * (kept + strange) > 0
    assert min(kept, strange) > 0


@pytest.mark.parametrize(
    "text",
    [
        *("", "run", "run_", THREAD, "run" + TAIL, "run_x" + TAIL, "run_thread" + TAIL, f"run_{THREAD}"),
        *(f"{RUN}\n", f" {RUN}", RUN + TAIL, RUN.upper(), f"request_chat{TAIL}", "run_" * 30, "x" * 10**6),
        *(f"run_user{TAIL}{TAIL}", f"run_threads{TAIL}{TAIL}", f"run_threadx_y{TAIL}{TAIL}"),
        *(f"Run_{THREAD}{TAIL}", f"run__{THREAD}{TAIL}", f"run_x_{THREAD}{TAIL}", f"runs_{THREAD}{TAIL}"),
        *(f"run_run_{THREAD}{TAIL}", f"x_run_{THREAD}{TAIL}", f"run_{THREAD}_x{TAIL}"),
        f"run_{THREAD}_1700000000001_1234567891_{STRONG}",
        f"run_thread_1700000000000_1234567890_{STRONG}{TAIL}",
        f"run_thread_a234567890123456789{TAIL}{TAIL}",
        f"run_thread_1700000000000_0234567890_0a1b2c3d{TAIL}",
        f"run_thread_170000000000_1234567890_0a1b2c3d{TAIL}",
        f"run_thread_1700000000000_1234567890_0a1b2c3g{TAIL}",
    ],
    ids=lambda text: ascii(text)[:60],
)
def test_what_is_no_run_with_a_thread_is_refused(text: str) -> None:
    assert manager.parse_run_id(text) is None
    assert manager.extract_thread_id(text) is None
    assert manager.validate_run_id(text) is False


def test_any_other_object_is_no_run() -> None:
    class Liar:
        def __getattribute__(self, name: str) -> object:
            raise RuntimeError(name)

    for thing in (
        None,
        7,
        RUN.encode(),
        [RUN],
        {RUN: RUN},
        Liar(),
        object,
        manager.parse_run_id(RUN),
        parse_id(RUN),
    ):
        assert manager.parse_run_id(thing) is None
        assert manager.validate_run_id(thing) is False


@pytest.mark.parametrize(
    "thread_id",
    [
        *("", "thread", RUN, "user" + TAIL, "threads" + TAIL, f"{THREAD}\n", THREAD.upper(), f"x_{THREAD}"),
        *(THREAD[:-1], THREAD + "0", "alice; secret", None, 7, THREAD.encode(), [THREAD]),
        f"thread_1700000000000_1234567890_{STRONG}",
        f"thread_a234567890123456789{TAIL}",
    ],
    ids=lambda thing: ascii(thing)[:60],
)
def test_a_run_of_what_is_no_thread_is_refused(thread_id: object) -> None:
    with pytest.raises(ValueError, match="^thread_id: ") as caught:
        manager.generate_run_id(thread_id)  # type: ignore[arg-type]
    assert "secret" not in str(caught.value)
    assert not is_thread_id(thread_id)


def test_a_text_enum_counts_by_its_text() -> None:
    class Held(str, Enum):  # noqa: UP042 (whose format() is not its text)
        THREAD = THREAD
        RUN = RUN

    assert manager.extract_thread_id(manager.generate_run_id(Held.THREAD)) == THREAD
    assert manager.extract_thread_id(Held.RUN) == THREAD
    assert type(manager.extract_thread_id(Held.RUN)) is str


def test_no_thread_leads_to_another_s_runs(many: int) -> None:
    chance = random.Random(5)
    operations = ["", "chat", "agent_execution", "a", "a_b"]
    threads = [manager.generate_thread_id(chance.choice(operations)) for _ in range(1_000 * many)]
    runs = {manager.generate_run_id(thread): thread for thread in threads for _ in range(2)}
    assert len(runs) == 2 * len(threads)
    assert all(manager.extract_thread_id(run) == thread for run, thread in runs.items())
