"""Typed ids: every maker against every check, new ids and old ones, whole and damaged."""

from __future__ import annotations

import ast
import os
import pickle
import random
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ssot_ids
from ssot_ids import IdPolicy, UnifiedIdGenerator, UnifiedIDManager, configure, set_observer, typed
from ssot_ids.observer import NullObserver
from ssot_ids.policy import DEFAULT_KINDS
from ssot_ids.recognise import classify
from ssot_ids.typed import LEGACY_NAMES, InvalidIdError, legacy_kind
from ssot_ids.validation import REASONS, Reason, validate

MANY = 20 if os.environ.get("SSOT_IDS_MANY") else 1
TAIL = "1763888000123_1500000000_ab12cd34"
UUID4 = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

Ensure = Callable[..., str]
ENSURES: dict[str, Ensure] = {
    "user": ssot_ids.ensure_user_id,
    "thread": ssot_ids.ensure_thread_id,
    "run": ssot_ids.ensure_run_id,
    "request": ssot_ids.ensure_request_id,
    "session": ssot_ids.ensure_session_id,
    "ws": ssot_ids.ensure_websocket_id,
    "agent": ssot_ids.ensure_agent_execution_id,
}
_new_thread = UnifiedIDManager.generate_thread_id
_make = UnifiedIdGenerator
# Every method of the generator and the facade that makes ids, and whose check takes what it makes.
MAKERS: dict[str, tuple[str | None, Callable[[], str]]] = {
    "generate_base_id": (None, _make.generate_base_id),
    "generate_batch_ids": (None, lambda: _make.generate_batch_ids("order", 2)[1]),
    "generate_websocket_connection_id": ("ws", lambda: _make.generate_websocket_connection_id("u")),
    "generate_websocket_client_id": ("ws", lambda: _make.generate_websocket_client_id("u")),
    "generate_session_id": ("session", lambda: _make.generate_session_id("u", "user")),
    "generate_agent_execution_id": ("agent", lambda: _make.generate_agent_execution_id("run", "u")),
    "generate_tool_execution_id": (None, lambda: _make.generate_tool_execution_id("user", "u")),
    "generate_message_id": (None, lambda: _make.generate_message_id("user", "u")),
    "generate_user_context_ids, thread": ("thread", lambda: _make.generate_user_context_ids("u", "run")[0]),
    "generate_user_context_ids, run": ("run", lambda: _make.generate_user_context_ids("u", "run")[1]),
    "generate_user_context_ids, request": ("request", lambda: _make.generate_user_context_ids("u", "run")[2]),
    "create_user_execution_context_factory": (
        "thread",
        lambda: _make.create_user_execution_context_factory("u")["thread_id"],
    ),
    "generate_thread_id": ("thread", _new_thread),
    "generate_run_id": ("run", lambda: UnifiedIDManager.generate_run_id(_new_thread("user"))),
    **{f"generate_base_id, {kind}": (kind, partial(_make.generate_base_id, kind)) for kind in ENSURES},
}


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    observer = set_observer(None)
    yield
    set_observer(observer)


def accepted_by(value: object, accept: str = "ssot") -> set[str]:
    """The kinds whose check takes the value."""
    kinds = set()
    for kind, ensure in ENSURES.items():
        try:
            result = ensure(value, accept=accept)
        except InvalidIdError:
            continue
        assert result is value
        kinds.add(kind)
    return kinds


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("accept", ["ssot", "both"])
def test_every_maker_against_every_check(maker: str, accept: str) -> None:
    kind, make = MAKERS[maker]
    for _ in range(20):
        assert accepted_by(make(), accept) == ({kind} if kind else set())


def test_the_matrix_is_whole() -> None:
    for maker in (UnifiedIdGenerator, UnifiedIDManager):
        methods = {name for name in vars(maker) if name.startswith(("generate_", "create_"))}
        # What it gives is a UUID, which no type of ids takes.
        methods.discard("generate_uuid")
        assert methods <= {name.split(",")[0] for name in MAKERS}
    checks = {name for name in vars(typed) if name.startswith("ensure_")}
    assert checks == {ensure.__name__ for ensure in ENSURES.values()}
    assert checks == {name for name in ssot_ids.__all__ if name.startswith("ensure_")}
    assert set(LEGACY_NAMES) == set(ENSURES)


def test_every_check_returns_its_own_type() -> None:
    with open(typed.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    returned = {
        node.name: ast.unparse(node.returns)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.returns and node.name.startswith("ensure_")
    }
    assert returned == {
        "ensure_user_id": "UserID",
        "ensure_thread_id": "ThreadID",
        "ensure_run_id": "RunID",
        "ensure_request_id": "RequestID",
        "ensure_session_id": "SessionID",
        "ensure_websocket_id": "WebSocketID",
        "ensure_agent_execution_id": "AgentExecutionID",
    }
    assert {getattr(ssot_ids, name).__supertype__ for name in returned.values()} == {str}


# Older ids

PAYLOADS = [
    "ab12cd34",
    "a1b2",
    "ab12cd34ab12cd34ab12cd34ab12cd34",
    UUID4,
    "1763888000123",
    "1763888000.25",
    "20251123_075311",
    "1763888000123_ab12cd34",
    "1763888000123_7_ab12cd34",
    "42",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_older_id_is_taken_by_the_kind_that_its_prefix_names_and_by_no_other(payload: str) -> None:
    for kind, names in LEGACY_NAMES.items():
        for name in names:
            for text in (
                f"{name}_{payload}",
                f"{name}-{payload}",
                f"{name}_x1_{payload}",
                f"{name.title()}:{payload}",
            ):
                assert classify(text).startswith("prefixed_"), text
                assert accepted_by(text, "both") == {kind}, text
                assert legacy_kind(text) == kind
                assert accepted_by(text) == set()


@pytest.mark.parametrize(
    "text",
    [UUID4, UUID4.replace("-", ""), str(uuid.UUID(int=0)), str(uuid.UUID(int=7, version=1))],
)
def test_a_uuid_has_no_prefix_to_contradict_any_kind(text: str) -> None:
    assert accepted_by(text, "both") == set(ENSURES)
    assert accepted_by(text) == set()
    assert legacy_kind(text) == ""


NEVER = [
    None, 5, b"user_ab12cd34", "", " ", "user", "user_", "x", "unknown",
    # of no kind, or of one that has no check
    "order_ab12cd34", "tool_ab12cd34", "message_42", f"x_user_{UUID4}", "users_ab12cd34", "my-user-42",
    # of two kinds: English puts the noun last, our prefixes put the kind first
    "user_session_ab12cd34", "session_user_ab12cd34", "agent_run_42", "run_request_42", "ws_user_ab12cd34",
    "client-session-ab12cd34", "user_tool_42", "thread_message_42", "run_msg_42", "Run:Agent_42",
    # without a prefix, or without a format
    "ab12cd34", "42", "user_decade", "user_name", "user@example.org", "user_ab12cd34 ", "user_AB12CD34",
    # no spelling of a uuid but the canonical one and its digits
    UUID4.upper(), f"{{{UUID4}}}", f"urn:uuid:{UUID4}", f"user_{UUID4.upper()}", UUID4 + "\n",
    # ids of ours that are damaged, cut, or of another kind
    f"user_{TAIL[:-1]}", f"user_{TAIL}".upper(), f"user-{TAIL}", f"user_{TAIL}\n", f"order_{TAIL}",
    f"session_{TAIL}", f"user_{TAIL[:24]}", f"user_{TAIL[:12]}", f"thread_{'x' * 19}_{TAIL}",
    f"run_thread_{TAIL}", f"uuid_{UUID4}",
]  # fmt: skip


@pytest.mark.parametrize("value", NEVER, ids=ascii)
def test_what_no_check_takes(value: object) -> None:
    assert accepted_by(value) == set()
    assert accepted_by(value, "both") == set()


def test_no_name_stands_for_two_kinds() -> None:
    names = [name for names in LEGACY_NAMES.values() for name in names]
    assert len(names) == len(set(names))
    assert {name.split("_")[0] for name in (kind.name for kind in DEFAULT_KINDS)} <= {
        *names,
        "tool",
        "message",
    }


def test_what_a_maker_of_old_made_is_taken_whatever_the_chance() -> None:
    chance = random.Random(3)
    for _ in range(3000 * MANY):
        value = uuid.UUID(int=chance.getrandbits(128), version=4)
        clock = int(chance.uniform(1.4e12, 2.2e12))
        for text in (
            f"user_{value}",
            f"user_{value.hex}",
            f"user_{value.hex[:24]}",
            f"user_{value.hex[:16]}",
            f"user_{value.hex[:10]}",
            f"user_{value.hex[:8]}",
            f"user_{clock}",
            f"user_{clock // 1000}",
            f"user_{clock}_{chance.randrange(10**5)}_{value.hex[:8]}",
        ):
            assert accepted_by_user(text), text


def accepted_by_user(text: str) -> bool:
    try:
        return ssot_ids.ensure_user_id(text, accept="both") == text
    except InvalidIdError:
        return False


# Damage


@pytest.mark.parametrize("maker", [maker for maker, (kind, _) in MAKERS.items() if kind])
def test_one_character_off_is_never_another_kind_and_never_an_older_id(maker: str) -> None:
    kind, make = MAKERS[maker]
    text = make()
    for at in range(len(text) + 1):
        here = text[at : at + 1]
        edits = {
            text[:at] + other + text[at + skip :] for other in ("", *"09afgzA_-: \né") for skip in (0, 1)
        }
        edits |= {text[:at] + here + text[at:], text[:at] + text[at + 1 : at + 2] + here + text[at + 2 :]}
        for edited in edits - {text}:
            taken = accepted_by(edited, "both")
            assert taken <= {kind}, edited
            assert bool(taken) == validate(edited, kind).ok, edited


@pytest.mark.parametrize("maker", [maker for maker, (kind, _) in MAKERS.items() if kind])
def test_a_cut_id_is_never_another_kind(maker: str) -> None:
    kind, make = MAKERS[maker]
    text = make()
    for size in range(len(text)):
        assert accepted_by(text[:size], "both") <= {kind}
        assert accepted_by(text[size + 1 :], "both") <= ({kind} | _inner(text[size + 1 :]))


def _inner(text: str) -> set[str]:
    """What the rest of an id is, cut from the left: an id that it holds, or a name that it ends in."""
    kinds = {kind for kind in ENSURES if validate(text, kind).ok}
    return kinds or (set(ENSURES) if classify(text) == "uuid_hex32" else set())


# Anything


class Hostile(str):
    __slots__ = ()

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError("no")

    __str__ = __len__ = __eq__ = __hash__ = __getitem__ = __iter__ = __bool__ = None  # type: ignore[assignment]


def test_a_text_of_a_subclass_comes_back_as_it_is() -> None:
    for text, accept in ((f"user_{TAIL}", "ssot"), ("user_ab12cd34", "both"), (UUID4, "both")):
        value = Hostile(text)
        assert ENSURES["user"](value, accept=accept) is value
    with pytest.raises(InvalidIdError):
        ssot_ids.ensure_run_id(Hostile("user_ab12cd34"), accept="both")


@settings(max_examples=300 * MANY, deadline=None)
@given(
    st.one_of(
        st.text(st.characters(exclude_categories=()), max_size=200),
        st.integers() | st.binary() | st.floats() | st.none() | st.lists(st.text()),
        st.builds(
            "{}{}{}".format,
            st.sampled_from(
                [name for names in LEGACY_NAMES.values() for name in names] + ["x", "tool", "", "Ü"]
            ),
            st.sampled_from(["_", "-", ":", "", "__", "_user_", "_x_", "."]),
            st.sampled_from([*PAYLOADS, TAIL, "decade", "abc123", ""]),
        ),
    )
)
def test_anything_is_taken_by_one_kind_or_none_or_has_no_prefix(value: object) -> None:
    taken = accepted_by(value, "both")
    assert len(taken) <= 1 or classify(value) in {"uuid4", "uuid_other", "uuid_hex32"}
    assert accepted_by(value) <= taken
    if taken:
        assert classify(value) not in {
            "unknown",
            "ssot_damaged",
            "uuid_odd_spelling",
            "bare_hex",
            "number",
            "empty",
        }


# The error


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        (None, "user", "not_text"),
        ("", "run", "empty"),
        ("sesame-open-the-door", "session", "length"),
        (f"session_{TAIL}", "session", "weak"),
        (f"user_{TAIL}", "thread", "kind"),
        (f"USER_{TAIL}", "agent", "spelling"),
        (f"request_{TAIL}ab12cd34ab12cd34ab12cd34", "request", "strong"),
        (f"run_thread_{TAIL}", "run", "thread"),
    ],
)
def test_the_error_says_the_kind_and_the_reason_but_not_the_value(
    value: object, kind: str, reason: Reason
) -> None:
    for accept in ("ssot", "both"):
        with pytest.raises(InvalidIdError) as caught:
            ENSURES[kind](value, accept=accept)
        error = caught.value
        assert isinstance(error, ValueError)
        assert (error.kind, error.reason) == (kind, reason)
        assert str(error) == f"not an id of kind {kind}: {reason}. {REASONS[reason]}"
        assert error.__cause__ is error.__context__ is None
        if value:
            assert str(value) not in f"{error!s}{error!r}{error.args}"
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), again.kind, again.reason) == (str(error), kind, reason)


def test_a_house_names_what_its_older_ids_begin_with() -> None:
    older = [
        "triage_ab12cd34",
        "Triage-ab12cd34",
        f"triage:{UUID4}",
        "triage_run_ab12cd34ef56_1763888000123_ab12cd34",
        "triage_sub_agent_ab12cd34",
    ]
    doubtful = [
        "triage_session_ab12cd34",
        "user_triage_ab12cd34",
        "triage_tool_ab12cd34",
        "triages_ab12cd34",
        "my_triage_ab12cd34",
        "triage",
    ]
    assert [accepted_by(text, "both") for text in older] == [set()] * len(older)
    before = configure(IdPolicy(legacy_names={"agent": ["triage"]}))
    try:
        assert [accepted_by(text, "both") for text in older] == [{"agent"}] * len(older)
        assert [accepted_by(text) for text in older] == [set()] * len(older)
        assert [accepted_by(text, "both") & {"agent"} for text in doubtful] == [set()] * len(doubtful)
    finally:
        configure(before)


@pytest.mark.parametrize("accept", ["", "SSOT", "legacy", None, True])
def test_another_word_for_what_to_accept_is_an_error_of_the_caller(accept: object) -> None:
    with pytest.raises(ValueError, match=r"accept: .* is neither 'ssot' nor 'both'") as caught:
        ENSURES["user"](f"user_{TAIL}", accept=accept)
    assert not isinstance(caught.value, InvalidIdError)


# The observer


class Ear(NullObserver):
    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []

    def seen(self, kind: str, format: str, where: str) -> None:  # noqa: A002
        self.heard.append(("seen", kind, format, where))

    def invalid(self, kind: str, reason: str, where: str) -> None:
        self.heard.append(("invalid", kind, reason, where))


@pytest.mark.parametrize(
    ("value", "accept", "heard"),
    [
        (f"user_{TAIL}", "ssot", [("seen", "user", "ssot", "door")]),
        (f"user_{TAIL}", "both", [("seen", "user", "ssot", "door")]),
        (UUID4, "both", [("seen", "user", "uuid4", "door")]),
        (UUID4, "ssot", [("seen", "user", "uuid4", "door"), ("invalid", "user", "spelling", "door")]),
        ("usr_42", "both", [("seen", "user", "prefixed_number", "door")]),
        (
            "run_7",
            "both",
            [("seen", "user", "prefixed_number", "door"), ("invalid", "user", "length", "door")],
        ),
        (None, "both", [("seen", "user", "unknown", "door"), ("invalid", "user", "not_text", "door")]),
    ],
)
def test_the_observer_hears_once_and_of_a_refusal_only_if_it_is_one(
    value: object, accept: str, heard: list[tuple[str, ...]]
) -> None:
    ear = Ear()
    set_observer(ear)
    try:
        ENSURES["user"](value, accept=accept, where="door")
    except InvalidIdError:
        assert heard[-1][0] == "invalid"
    assert ear.heard == heard


def test_the_time_is_bounded() -> None:
    for value in ("a" * 4096, "_" * 2**20, "user_" * 51, f"user_{'1763888000123_' * 17}"):
        took = []
        for _ in range(30):
            start = time.perf_counter()
            assert not accepted_by_user(value)
            took.append(time.perf_counter() - start)
        assert min(took) < 400e-6  # 2 to 50 microseconds on a slow machine
