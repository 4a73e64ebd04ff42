"""Whatever comes in, the generator makes legal ids of it, and of a user shows what the policy allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, StrEnum
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ssot_ids
from ssot_ids import IdPolicy, UnifiedIdGenerator, parse_id
from ssot_ids.generator import generate_run_id, generate_thread_id
from ssot_ids.grammar import COUNTER_MIN, PREFIX_MAX, IdParts, slug
from ssot_ids.policy import is_thread_id, text_of

NOW = 1_700_000_000_000
KEY = b"a key of sixteen bytes or more"
MODES = ["digest", "prefix8", "none"]


class Mute:
    def __str__(self) -> str:
        raise RuntimeError


class Liar:
    """Answers no question, not even after its class."""

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError


class Mixed(str, Enum):  # noqa: UP042 (whose str() is not its text)
    ALICE = "alice"


class Plain(StrEnum):
    ALICE = "alice"


ID = "user_1700000000000_1234567890_0a1b2c3d"
PREFIXES = [
    *("thread", "thread_", "thread_x", "run_x", "request_x", "session", "session_x", "agent", "agent_x"),
    *("tool_", "message_x", "ws_conn", "run_thread", "run_" + ID, "run_thread_" + ID, ID, ID * 3),
]
TEXTS = [
    *("", " ", "\n", "\0", "_", "__", "-", "7", "1st", "a", "A", "x\n; DROP TABLE", "a_b", "_a_", "a__b"),
    *(
        "\ud800",
        "\udfff\ud800",
        "\u202eabc",
        "e\u0301",
        "\u0661\u0662",
        "\uff41",
        "\U0001f600",
        "\u0131\u0130",
    ),
    *("%s%n", "{0}", "../..", "<b>", "' OR 1=1 --", "$(x)", "550e8400-e29b-41d4-a716-446655440000"),
    *("a" * 62, "a" * 63, "a" * 64, "a_" * 40),
    *("x" * 50_000, "\u00e4" * 50_000, "_" * 50_000, "_" * 50_000 + "a"),
]
OTHERS: list[object] = [
    *(b"alice", b"\xff\xfe", bytearray(b"alice"), memoryview(b"alice"), Mixed.ALICE, Plain.ALICE),
    *(None, 0, -1, 10**5000, 1.5, float("nan"), True, (), [], {}, object(), object, Mute(), Liar()),
    IdParts("user", NOW, COUNTER_MIN, "0" * 8),
]
HOSTILE: list[object] = [*PREFIXES, *TEXTS, *OTHERS]
NAMES = [
    "",
    "auth",
    "\n",
    "1",
    "thread_x",
    ID,
    "a" * 63,
    "a_" * 40,
    "x" * 50_000,
    None,
    b"a",
    Mute(),
    Liar(),
    Mixed.ALICE,
]

Maker = Callable[[object, object], str]
TAGGED: dict[str, Maker] = {  # how an id begins: what makes it, of a name and a user
    "ws_conn": lambda _name, user: UnifiedIdGenerator.generate_websocket_connection_id(user),  # type: ignore[arg-type]
    "ws_client": lambda _name, user: UnifiedIdGenerator.generate_websocket_client_id(user),  # type: ignore[arg-type]
    "session": lambda name, user: UnifiedIdGenerator.generate_session_id(user, name),  # type: ignore[arg-type]
    "agent": lambda name, user: UnifiedIdGenerator.generate_agent_execution_id(name, user),  # type: ignore[arg-type]
    "tool": lambda name, user: UnifiedIdGenerator.generate_tool_execution_id(name, user),  # type: ignore[arg-type]
    "message": lambda name, user: UnifiedIdGenerator.generate_message_id(name, user),  # type: ignore[arg-type]
}


@pytest.fixture(autouse=True)
def _policy() -> Iterator[None]:
    before = ssot_ids.configure(IdPolicy(key=KEY))
    yield
    ssot_ids.configure(before)


def parts_of(text: object) -> IdParts:
    assert type(text) is str
    parts = parse_id(text)
    assert parts is not None, ascii(text)
    assert ssot_ids.format_id(parts) == text
    return parts


@pytest.mark.parametrize("mode", MODES)
def test_any_prefix_makes_a_legal_id(mode: str) -> None:
    ssot_ids.configure(IdPolicy(user_tag=mode, key=KEY))  # type: ignore[arg-type]
    for prefix in (*HOSTILE, "x" * 1_000_000, "_" * 1_000_000):
        text = text_of(prefix)
        parts = parts_of(UnifiedIdGenerator.generate_base_id(prefix))  # type: ignore[arg-type]
        expected = slug(text) or "id"
        if expected.startswith("thread_"):
            expected = expected[:25].rstrip("_")
        elif (
            expected.startswith("run_thread") and expected != f"run_thread_{ID}"
        ) or expected == f"run_{ID}":
            expected = "run"  # what would look like a run that has lost its thread
        assert parts.prefix == expected
        assert UnifiedIdGenerator.is_valid_id(str(parts))
        assert parts.strong is (expected.split("_")[0] == "session")
        batch = UnifiedIdGenerator.generate_batch_ids(prefix, 2)  # type: ignore[arg-type]
        assert [parts_of(one).prefix for one in batch] == [expected] * 2


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", TAGGED)
def test_any_name_and_user_make_a_legal_id_of_their_kind(kind: str, mode: str) -> None:
    policy = IdPolicy(user_tag=mode, key=KEY)  # type: ignore[arg-type]
    ssot_ids.configure(policy)
    for name, user in (*product(NAMES, HOSTILE), *product(HOSTILE, (None, "", "alice"))):
        parts = parts_of(TAGGED[kind](name, user))
        assert parts.prefix == kind or parts.prefix.startswith(kind + "_")
        assert parts.strong is (kind == "session")
        if kind == "message" and user is None:
            continue
        tag = policy.tag(user)
        # The kind and the name are cut to make room for the tag, which is whole and the last.
        text = text_of(name)
        if kind in ("ws_conn", "ws_client"):  # which have no name
            text = kind
        elif not (text == kind or text.startswith(kind + "_")):
            text = f"{kind}_{text}"
        tail = "_" + tag if tag else ""
        assert parts.prefix == slug(text)[: PREFIX_MAX - len(tail)].rstrip("_") + tail


@pytest.mark.parametrize("kind", TAGGED)
def test_ids_show_of_a_user_no_more_than_the_policy_allows(kind: str) -> None:
    for mode, shown in (("digest", None), ("prefix8", "jonathan"), ("none", None)):
        ssot_ids.configure(IdPolicy(user_tag=mode, key=KEY))  # type: ignore[arg-type]
        for user in ("jonathan.livingston@example.org", "jonathan_x", "jonathan" + "\0" * 9):
            parts = parts_of(TAGGED[kind]("x", user))
            assert ("jonathan" in parts.prefix) is (shown is not None)
            for piece in ("livingston", "example", "org", "_x_x", "jonathan_"):
                assert piece not in parts.prefix
            assert parts.prefix.endswith("_jonathan") or "jona" not in parts.prefix


@pytest.mark.parametrize("mode", MODES)
def test_the_ids_of_a_context_do_not_show_the_user_at_all(mode: str) -> None:
    ssot_ids.configure(IdPolicy(user_tag=mode, key=KEY))  # type: ignore[arg-type]
    for user in HOSTILE:
        ids = UnifiedIdGenerator.generate_user_context_ids(user)  # type: ignore[arg-type]
        prefixes = [parts_of(text).prefix for text in ids]
        assert prefixes == ["thread_context", f"run_{ids[0]}", "request_context"]
        context = ssot_ids.create_user_execution_context_factory(user)  # type: ignore[arg-type]
        assert context["user_id"] is user


def test_any_operation_makes_a_context_that_belongs_together() -> None:
    for operation in HOSTILE:
        thread_id, run_id, request_id = UnifiedIdGenerator.generate_user_context_ids("u", operation)  # type: ignore[arg-type]
        thread, run, request = parts_of(thread_id), parts_of(run_id), parts_of(request_id)
        assert is_thread_id(thread_id)
        assert len(thread.prefix) <= len("thread_") + 18
        assert run.prefix == f"run_{thread_id}"
        assert request.prefix == "request" + thread.prefix[len("thread") :]
        assert {thread.timestamp_ms} == {run.timestamp_ms, request.timestamp_ms}
        assert [run.counter, request.counter] == [thread.counter + 1, thread.counter + 2]
        assert {thread.random} == {run.random, request.random}
        assert len(thread.random) == 8
        assert ssot_ids.UnifiedIDManager.extract_thread_id(run_id) == thread_id
        assert is_thread_id(generate_thread_id(operation))  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    st.one_of(st.text(), st.binary()),
    st.one_of(st.none(), st.text(), st.binary(), st.integers()),
    st.sampled_from(MODES),
)
def test_any_text_makes_legal_ids(name: object, user: object, mode: str) -> None:
    ssot_ids.configure(IdPolicy(user_tag=mode, key=KEY))  # type: ignore[arg-type]
    for kind, maker in TAGGED.items():
        parts = parts_of(maker(name, user))
        assert parts.prefix.startswith(kind)
    parts_of(UnifiedIdGenerator.generate_base_id(name))  # type: ignore[arg-type]
    assert is_thread_id(UnifiedIdGenerator.generate_user_context_ids(user, name)[0])  # type: ignore[arg-type]


def test_a_text_enum_counts_by_its_text() -> None:
    thread = UnifiedIdGenerator.generate_user_context_ids("u", Mixed.ALICE)[0]
    assert parts_of(thread).prefix == "thread_alice"
    assert parts_of(UnifiedIdGenerator.generate_base_id(Mixed.ALICE)).prefix == "alice"

    class Held(str, Enum):  # noqa: UP042
        THREAD = thread

    assert parts_of(generate_run_id(Held.THREAD)).prefix == f"run_{thread}"


def test_what_was_made_is_valid_and_of_its_kind() -> None:
    assert UnifiedIdGenerator.parse_id(ID) == IdParts("user", NOW, 1234567890, "0a1b2c3d")
    assert UnifiedIdGenerator.parse_id(ID + "\n") is None
    for kind, maker in TAGGED.items():
        text = maker("x", "alice")
        assert UnifiedIdGenerator.is_valid_id(text)
        assert UnifiedIdGenerator.is_valid_id(text, kind)
        assert not UnifiedIdGenerator.is_valid_id(text, "user")
        assert not UnifiedIdGenerator.is_valid_id(text + " ", kind)
    for thing in HOSTILE:
        assert UnifiedIdGenerator.is_valid_id(thing) is (thing in (ID, f"run_{ID}"))
        assert (UnifiedIdGenerator.parse_id(thing) is not None) is (
            thing in (ID, f"run_{ID}", f"run_thread_{ID}")
        )


BYTES = """
from ssot_ids import UnifiedIdGenerator as G, parse_id, IdPolicy, configure
for mode in ("digest", "prefix8", "none"):
    configure(IdPolicy(user_tag=mode))
    for thing in (b"alice", bytearray(b"alice"), memoryview(b"alice"), [b"alice"], b""):
        made = [G.generate_base_id(thing), G.generate_session_id(thing, thing)]
        made += G.generate_batch_ids(thing, 2)
        made += [G.generate_agent_execution_id(thing, thing), *G.generate_user_context_ids(thing, thing)]
        assert all(map(parse_id, made)), made
        assert parse_id(thing) is None
        assert not G.is_valid_id(thing)
        assert not G.is_valid_id(made[0], thing)
try:
    IdPolicy(user_tag=b"digest", key="short")
except ValueError as error:
    print(len(error.problems))
"""


def test_under_the_flag_that_forbids_mixing_bytes_and_text(run_python: Callable[..., str]) -> None:
    assert run_python(BYTES, "-bb", "-W", "error") == "2\n"
