"""Whether a text is an id, of which kind, and why not."""

from __future__ import annotations

import copy
import os
import pickle
import random
import re
import time
from collections.abc import Iterator
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssot_ids import IdPolicy, Kind, UnifiedIdGenerator, UnifiedIDManager, configure, parse_id, set_observer
from ssot_ids.grammar import PYTHON_PATTERN, is_prefix
from ssot_ids.observer import NullObserver
from ssot_ids.policy import DEFAULT_KINDS
from ssot_ids.validation import REASONS, Reason, Validation, judge, validate

MANY = 20 if os.environ.get("SSOT_IDS_MANY") else 1
GRAMMAR = re.compile(PYTHON_PATTERN)
TAIL = "1763888000123_1500000000_ab12cd34"
LONG_TAIL = TAIL + "ab12cd34ab12cd34ab12cd34"
USER = f"user_{TAIL}"
THREAD = f"thread_chat_{TAIL}"
RUN = f"run_{THREAD}_{TAIL}"
SESSION = f"session_web_{LONG_TAIL}"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    policy = configure(IdPolicy())
    observer = set_observer(None)
    yield
    configure(policy)
    set_observer(observer)


ACCEPTED: list[tuple[str, str | None, str | None]] = [
    # text, kind asked for, declared kind found
    (USER, None, "user"),
    (USER, "user", "user"),
    (f"user_x_{TAIL}", "user", "user"),
    (f"user_x_{TAIL}", "user_x", "user"),
    (f"user_{LONG_TAIL}", "user", "user"),  # more random bits than needed do no harm
    (f"a_{TAIL}", "a", None),
    (f"order_{TAIL}", None, None),
    (f"order_{TAIL}", "order", None),
    (f"order_line_{TAIL}", "order", None),
    (f"ws_conn_{TAIL}", "ws", "ws_conn"),
    (f"ws_conn_{TAIL}", "ws_conn", "ws_conn"),
    (f"ws_{TAIL}", "ws", "ws"),
    (SESSION, "session", "session"),
    (f"session_{LONG_TAIL}", None, "session"),
    (f"sessions_{TAIL}", None, None),
    (THREAD, "thread", "thread"),
    (f"thread_{TAIL}", "thread", "thread"),
    (f"thread_{'x' * 18}_{TAIL}", "thread", "thread"),
    (f"threads_{LONG_TAIL}", "threads", None),
    (RUN, "run", "run"),
    (RUN, "run_thread", "run"),
    (RUN, "run_thread_chat", "run"),
    (f"run_{TAIL}", "run", "run"),
    (f"run_batch_{TAIL}", "run", "run"),
    (f"run_threads_{TAIL}", "run", "run"),
    (f"run_thread_{'x' * 18}_{TAIL}_{TAIL}", "run", "run"),
    (f"runs_{LONG_TAIL}", "runs", None),
    (f"request_chat_{TAIL}", "request", "request"),
    (f"requested_{LONG_TAIL}", None, None),
    (f"{'x' * 63}_{LONG_TAIL}", "x" * 63, None),
]
REFUSED: list[tuple[object, object, Reason]] = [
    (None, None, "not_text"),
    (5, None, "not_text"),
    (USER.encode(), None, "not_text"),
    (parse_id(USER), None, "not_text"),
    (mock.Mock(spec=str), None, "not_text"),
    ("", None, "empty"),
    ("", "user", "empty"),
    ("x", None, "length"),
    ("3f2504e04f8941d39a0c0305e82c3301", None, "length"),
    (f"{'x' * 64}_{LONG_TAIL}", None, "length"),
    ("a" * 2**20, None, "length"),
    ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", None, "spelling"),
    ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "user", "spelling"),
    (f"User_{TAIL}", "user", "spelling"),
    (USER + "\n", None, "spelling"),
    (f"\ud800ser_{TAIL}", None, "spelling"),
    (USER, "session", "kind"),
    (USER, "use", "kind"),
    (USER, "user_x", "kind"),
    (f"users_{TAIL}", "user", "kind"),
    (f"ws_{TAIL}", "ws_conn", "kind"),
    (THREAD, "run", "kind"),
    (RUN, "thread", "kind"),
    (f"session_{TAIL}", "user", "kind"),
    (USER, "", "unknown_kind"),
    (USER, "User", "unknown_kind"),
    (USER, "user_", "unknown_kind"),
    (USER, "user\n", "unknown_kind"),
    (USER, "_user", "unknown_kind"),
    (USER, "1", "unknown_kind"),
    (USER, "x" * 64, "unknown_kind"),
    (USER, "\ud800", "unknown_kind"),
    (USER, 5, "unknown_kind"),
    (USER, b"user", "unknown_kind"),
    (USER, ["user"], "unknown_kind"),
    (None, "User", "unknown_kind"),
    (f"session_{TAIL}", None, "weak"),
    (f"session_{TAIL}", "session", "weak"),
    (f"session_web_{TAIL}", "session_web", "weak"),
    (f"request_{LONG_TAIL}", "request", "strong"),
    (f"run_{LONG_TAIL}", None, "strong"),
    (f"run_{THREAD}_{LONG_TAIL}", None, "strong"),
    (f"thread_{LONG_TAIL}", None, "thread"),
    (f"thread_{'x' * 19}_{TAIL}", "thread", "thread"),
    (f"run_thread_{TAIL}", "run", "thread"),
    (f"run_thread_chat_{TAIL}", "run", "thread"),
    (f"run_thread_chat_1763888000123_{TAIL}", None, "thread"),
    (f"run_thread_{'x' * 19}_{TAIL}_{TAIL}", None, "spelling"),  # longer than a prefix can be
    (f"run_{USER}_{TAIL}", None, "thread"),
    (f"run_run_{TAIL}_{TAIL}", None, "thread"),
    (f"run_hread_{TAIL}_{TAIL}", None, "thread"),
    (f"run_thread_{TAIL[:-1]}_{TAIL}", None, "thread"),
    (f"run_0hread_chat_{TAIL}_{TAIL}", None, "thread"),
]


@pytest.mark.parametrize(("text", "kind", "found"), ACCEPTED)
def test_what_is_accepted(text: str, kind: str | None, found: str | None) -> None:
    assert validate(text, kind) == Validation(True, found, None, parse_id(text))
    assert UnifiedIdGenerator.is_valid_id(text, kind) is True


def name_of(value: object) -> str:
    """What a case is called: the same in every process, so without the address of an object."""
    return type(value).__name__ if isinstance(value, mock.Mock) else ascii(value)[:60]


@pytest.mark.parametrize(("text", "kind", "reason"), REFUSED, ids=name_of)
def test_what_is_refused(text: object, kind: object, reason: Reason) -> None:
    result = validate(text, kind)  # type: ignore[arg-type]
    assert (result.ok, result.reason) == (False, reason)
    # The kind and the parts are told of an id only, and of any that was looked at.
    assert result.parts == (None if reason == "unknown_kind" else parse_id(text))
    if result.parts is None:
        assert result.kind is None
    else:
        declared = IdPolicy().kind_of(result.parts.prefix)
        assert result.kind == (None if declared is None else declared.name)
    assert UnifiedIdGenerator.is_valid_id(text, kind) is False  # type: ignore[arg-type]


def test_every_reason_is_explained_and_shown_above() -> None:
    assert {reason for _, _, reason in REFUSED} == set(REASONS)
    for sentence in REASONS.values():
        assert re.fullmatch(r"[A-Z][^\n]*\.", sentence)


# The policy in force


def test_a_kind_that_is_declared_strong_needs_strong_ids_and_a_longer_name_decides() -> None:
    configure(
        IdPolicy(kinds=[Kind("api_key", strong=True), Kind("session_guest"), Kind("user", strong=True)])
    )
    assert validate(f"api_key_{TAIL}").reason == "weak"
    assert validate(f"api_key_web_{TAIL}", "api").reason == "weak"
    assert validate(f"api_{TAIL}", "api").ok
    assert validate(f"api_key_{LONG_TAIL}", "api_key").ok
    assert validate(f"session_guest_{TAIL}", "session") == judge(f"session_guest_{TAIL}")
    assert validate(f"session_guest_{TAIL}", "session").kind == "session_guest"
    assert validate(f"session_guests_{TAIL}").reason == "weak"
    assert validate(USER).reason == "weak"
    configure(IdPolicy(kinds=[Kind("session")]))
    assert validate(f"session_{TAIL}").ok
    assert validate(f"api_key_{TAIL}").ok


# What the generator makes

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=80),
    st.sampled_from(
        [
            "",
            "user",
            "thread",
            "run",
            "session",
            "request",
            "ws_conn",
            THREAD,
            RUN,
            USER,
            TAIL,
            "_",
            "É",
            "a" * 500,
        ]
    ),
)


@settings(max_examples=150 * MANY, deadline=None)
@given(TEXTS, st.none() | TEXTS, st.sampled_from(["digest", "prefix8", "none"]))
def test_every_id_that_a_method_makes_is_of_its_kind(name: str, user: str | None, mode: str) -> None:
    make = UnifiedIdGenerator
    before = configure(IdPolicy(user_tag=mode))  # type: ignore[arg-type]
    try:
        thread, run, request = make.generate_user_context_ids(user, name)
        made = {
            "ws_conn": make.generate_websocket_connection_id(user),
            "ws_client": make.generate_websocket_client_id(user),
            "session": make.generate_session_id(user, name),
            "agent": make.generate_agent_execution_id(name, user),
            "tool": make.generate_tool_execution_id(name, user),
            "message": make.generate_message_id(name, user),
            "thread": thread,
            "run": run,
            "request": request,
        }
        assert {kind: validate(text, kind).reason for kind, text in made.items()} == dict.fromkeys(made)
        assert {kind: validate(text).kind for kind, text in made.items()} == {kind: kind for kind in made}
        own = UnifiedIDManager.generate_thread_id(name)
        assert validate(own, "thread").ok
        assert validate(UnifiedIDManager.generate_run_id(own), "run").ok
    finally:
        configure(before)


@pytest.mark.parametrize("kind", [kind.name for kind in DEFAULT_KINDS])
def test_a_base_id_of_every_declared_kind_is_of_that_kind_only(kind: str) -> None:
    text = UnifiedIdGenerator.generate_base_id(kind)
    accepted = {other.name for other in DEFAULT_KINDS if validate(text, other.name)}
    assert accepted == ({kind, "ws"} if kind.startswith("ws") else {kind})
    for text in UnifiedIdGenerator.generate_batch_ids(kind, 3):
        assert validate(text, kind).kind == kind


# Any text, any kind


@settings(max_examples=400 * MANY, deadline=None)
@given(
    st.one_of(TEXTS, st.text(st.sampled_from("thread_run0123456789abcdef"), max_size=130)),
    st.one_of(st.none(), TEXTS, st.sampled_from(["user", "run", "thread", "ws"])),
)
def test_any_text_is_judged_and_only_ids_are_accepted(text: str, kind: str | None) -> None:
    result = validate(text, kind)
    assert bool(result) is result.ok is (result.reason is None)
    assert result.reason is None or result.reason in REASONS
    if kind is not None and not is_prefix(kind):
        assert result.reason == "unknown_kind"
    elif result.ok:
        assert GRAMMAR.search(text)
        assert str(result.parts) == text
        assert kind is None or f"{text}".startswith(f"{kind}_")
    else:
        assert (result.parts is not None) == bool(GRAMMAR.search(text))


def test_the_thread_that_a_run_holds_is_whole_or_the_run_is_refused() -> None:
    # Every single character of the held thread id less, or changed, except where it stays a thread id.
    held = range(len("run_"), len("run_") + len(THREAD))
    for at in held:
        for other in ("", "0", "z", "_"):
            text = RUN[:at] + other + RUN[at + 1 :]
            result = validate(text, "run")
            embedded = text[len("run_") : -len(TAIL) - 1]
            whole = validate(embedded, "thread").ok
            if parse_id(text) is None:
                assert result.reason == "spelling"
            else:
                assert result.ok == whole, text
                assert result.reason == (None if whole else "thread")


def test_damage_of_the_kind_is_never_another_kind() -> None:
    kinds = [kind.name for kind in DEFAULT_KINDS]
    for kind in kinds:
        text = UnifiedIdGenerator.generate_base_id(kind)
        for at in range(len(text) + 1):
            edits = {text[:at] + other + text[at + skip :] for other in ("", *"aersu_1") for skip in (0, 1)}
            for edited in edits - {text}:
                family = kind.split("_")[0]
                assert {k.split("_")[0] for k in kinds if validate(edited, k)} <= {family}, edited


class Hostile(str):
    __slots__ = ()

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError("no")

    __str__ = __len__ = __eq__ = __hash__ = __getitem__ = __iter__ = __bool__ = None  # type: ignore[assignment]


def test_texts_and_kinds_of_a_subclass_count_by_their_characters() -> None:
    assert validate(Hostile(USER), Hostile("user")) == validate(USER, "user")
    assert validate(Hostile(USER), Hostile("run")).reason == "kind"
    assert validate(Hostile(""), None).reason == "empty"
    assert validate(USER, Hostile("")).reason == "unknown_kind"


def test_the_time_is_bounded() -> None:
    chance = random.Random(1)
    texts = [
        "a" * 4096,
        "_" * 2**20,
        f"{'a_' * 43}{TAIL}",
        f"{'a' * 63}_{LONG_TAIL[:-1]}_",
        f"run_{'thread_' * 8}{TAIL}",
        f"run_{'1763888000123_' * 4}{TAIL}",
        "".join(chance.choices("_0a", k=121)),
    ]
    for text in texts:
        took = []
        for _ in range(30):
            start = time.perf_counter()
            validate(text, "run")
            took.append(time.perf_counter() - start)
        assert min(took) < 300e-6, text[:40]  # 1 to 30 microseconds on a slow machine


# The result


def test_a_result_is_immutable_and_compares_by_what_it_says() -> None:
    result = validate(USER, "user")
    for name in ("ok", "kind", "reason", "parts", "other"):
        with pytest.raises(AttributeError, match=f"immutable: {name}"):
            setattr(result, name, None)
    with pytest.raises(AttributeError, match="immutable: ok"):
        del result.ok
    assert result == validate(USER)
    assert hash(result) == hash(validate(USER))
    assert result != validate(THREAD)
    assert result != True  # noqa: E712
    assert validate("") != validate("x")
    assert pickle.loads(pickle.dumps(result)) == result
    assert copy.deepcopy(result) == result


def test_a_result_does_not_show_the_id() -> None:
    assert repr(validate(SESSION)) == "Validation(ok=True, kind='session', reason=None)"
    assert repr(validate(f"session_{TAIL}")) == "Validation(ok=False, kind='session', reason='weak')"


# The observer


class Ear(NullObserver):
    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []

    def seen(self, kind: str, format: str, where: str) -> None:  # noqa: A002
        self.heard.append(("seen", kind, format, where))

    def invalid(self, kind: str, reason: str, where: str) -> None:
        self.heard.append(("invalid", kind, reason, where))


@pytest.mark.parametrize(
    ("text", "kind", "heard"),
    [
        (USER, None, [("seen", "user", "ssot", "here")]),
        (USER, "user", [("seen", "user", "ssot", "here")]),
        (f"order_{TAIL}", "order", [("seen", "other", "ssot", "here")]),
        (USER, "order", [("seen", "other", "ssot", "here"), ("invalid", "other", "kind", "here")]),
        (USER, "run", [("seen", "run", "ssot", "here"), ("invalid", "run", "kind", "here")]),
        (USER, "run_x", [("seen", "run", "ssot", "here"), ("invalid", "run", "kind", "here")]),
        (USER, "Üser", [("seen", "other", "ssot", "here"), ("invalid", "other", "unknown_kind", "here")]),
        (USER, "user_", [("seen", "other", "ssot", "here"), ("invalid", "other", "unknown_kind", "here")]),
        (USER, 7, [("seen", "other", "ssot", "here"), ("invalid", "other", "unknown_kind", "here")]),
        ("", None, [("seen", "other", "empty", "here"), ("invalid", "other", "empty", "here")]),
        (7, None, [("seen", "other", "unknown", "here"), ("invalid", "other", "not_text", "here")]),
        (
            "ws_ab12cd34",
            "ws",
            [("seen", "ws", "prefixed_hex", "here"), ("invalid", "ws", "length", "here")],
        ),
        (
            f"session_{TAIL}",
            None,
            [("seen", "session", "ssot", "here"), ("invalid", "session", "weak", "here")],
        ),
        (
            USER[:-1],
            "user",
            [("seen", "user", "ssot_damaged", "here"), ("invalid", "user", "spelling", "here")],
        ),
    ],
)
def test_the_observer_hears_of_every_text_once_and_of_what_is_refused(
    text: object, kind: str | None, heard: list[tuple[str, ...]]
) -> None:
    ear = Ear()
    set_observer(ear)
    validate(text, kind, where="here")
    assert ear.heard == heard


@settings(max_examples=100 * MANY, deadline=None)
@given(TEXTS, st.none() | TEXTS)
def test_the_labels_are_bounded(text: str, kind: str | None) -> None:
    ear = Ear()
    before = set_observer(ear)
    try:
        validate(text, kind)
    finally:
        set_observer(before)
    assert {label for _, label, _, _ in ear.heard} <= {kind.name for kind in DEFAULT_KINDS} | {"other"}


def test_judging_tells_nobody() -> None:
    ear = Ear()
    set_observer(ear)
    judge("", "user")
    assert ear.heard == []
