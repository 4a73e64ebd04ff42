"""What an observer hears: events exactly, no id and no user in any, and its errors cost nobody an id."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

import ssot_ids
from ssot_ids import IdPolicy, Kind, NullObserver, UnifiedIdGenerator, UnifiedIDManager, observer
from ssot_ids.core import Core
from ssot_ids.generator import Replacement, _override

generator = UnifiedIdGenerator
USER = "zebedee.quux@example.org"


class Notes(NullObserver):
    """Writes down every event."""

    def __init__(self) -> None:
        self.events: list[tuple[object, ...]] = []

    def generated(self, kind: str, count: int) -> None:
        self.events.append(("generated", kind, count))

    def seen(self, kind: str, format: str, where: str) -> None:  # noqa: A002
        self.events.append(("seen", kind, format, where))

    def sanitised(self, kind: str) -> None:
        self.events.append(("sanitised", kind))

    def invalid(self, kind: str, reason: str, where: str) -> None:
        self.events.append(("invalid", kind, reason, where))

    def clock_held(self, milliseconds: int) -> None:
        self.events.append(("clock_held", milliseconds))


@pytest.fixture
def notes() -> Iterator[Notes]:
    listener = Notes()
    before = ssot_ids.set_observer(listener)
    policy = ssot_ids.configure(
        IdPolicy(kinds=[Kind("token", strong=True), Kind("agent_triage")], key=b"k" * 16)
    )
    yield listener
    ssot_ids.configure(policy)
    ssot_ids.set_observer(before)


@pytest.mark.parametrize(
    ("make", "events"),
    [
        (lambda: generator.generate_base_id("user"), [("generated", "user", 1)]),
        (lambda: generator.generate_base_id("user_x"), [("generated", "user", 1)]),
        (lambda: generator.generate_base_id("token"), [("generated", "token", 1)]),
        (lambda: generator.generate_base_id("order"), [("generated", "other", 1)]),
        (lambda: generator.generate_base_id("User"), [("generated", "user", 1), ("sanitised", "user")]),
        (lambda: generator.generate_base_id(USER), [("generated", "other", 1), ("sanitised", "other")]),
        (lambda: generator.generate_base_id(""), [("generated", "other", 1), ("sanitised", "other")]),
        (lambda: generator.generate_websocket_connection_id(USER), [("generated", "ws_conn", 1)]),
        (lambda: generator.generate_websocket_client_id(USER), [("generated", "ws_client", 1)]),
        (lambda: generator.generate_session_id(USER, "auth"), [("generated", "session", 1)]),
        (
            lambda: generator.generate_session_id(USER, USER),
            [("generated", "session", 1), ("sanitised", "session")],
        ),
        (lambda: generator.generate_agent_execution_id("x", USER), [("generated", "agent", 1)]),
        (lambda: generator.generate_agent_execution_id("triage", USER), [("generated", "agent_triage", 1)]),
        (lambda: generator.generate_tool_execution_id("x", USER), [("generated", "tool", 1)]),
        (lambda: generator.generate_message_id("x", USER), [("generated", "message", 1)]),
        (lambda: generator.generate_message_id("x"), [("generated", "message", 1)]),
        (lambda: generator.generate_batch_ids("user", 7), [("generated", "user", 7)]),
        (lambda: generator.generate_batch_ids("user", 0), []),
        (lambda: UnifiedIDManager.generate_thread_id("x"), [("generated", "thread", 1)]),
        (
            lambda: generator.generate_user_context_ids(USER, "x"),
            [("generated", "thread", 1), ("generated", "run", 1), ("generated", "request", 1)],
        ),
        (lambda: generator.parse_id("x"), []),
    ],
)
def test_events_exactly(notes: Notes, make: Callable[[], object], events: list[tuple[object, ...]]) -> None:
    make()
    assert notes.events == events


def test_a_name_that_is_cut_is_told_for_each_kind(notes: Notes) -> None:
    generator.generate_user_context_ids(USER, "x" * 19)
    assert notes.events == [
        event
        for kind in ("thread", "run", "request")
        for event in (("generated", kind, 1), ("sanitised", kind))
    ]


def test_a_run_is_told_as_a_run(notes: Notes) -> None:
    thread = UnifiedIDManager.generate_thread_id()
    notes.events.clear()
    UnifiedIDManager.generate_run_id(thread)
    with pytest.raises(ValueError, match="thread_id"):
        UnifiedIDManager.generate_run_id("x")
    assert notes.events == [("generated", "run", 1)]


def test_a_clock_that_goes_back_is_told_outside_the_lock(notes: Notes) -> None:
    now = 1_700_000_000_000
    core = Core(lambda: now * 1_000_000)
    seen: list[bool] = []

    def clock_held(milliseconds: int) -> None:
        notes.events.append(("clock_held", milliseconds))
        lock = core._state.lock
        seen.append(lock._is_owned())  # type: ignore[attr-defined]

    notes.clock_held = clock_held  # type: ignore[method-assign]
    token = _override.set(Replacement(core, None))
    try:
        generator.generate_base_id("user")
        now -= 5_000
        generator.generate_base_id("user")
        generator.generate_base_id("user")
    finally:
        _override.reset(token)
    made = ("generated", "user", 1)
    assert notes.events == [made, ("clock_held", 5_000), made, made]
    assert seen == [False]


def test_no_event_shows_an_id_or_a_user(notes: Notes) -> None:
    made: list[str] = []
    for mode in ("digest", "prefix8", "none"):
        ssot_ids.configure(IdPolicy(user_tag=mode))
        made += [
            generator.generate_base_id(USER),
            generator.generate_session_id(USER, USER),
            generator.generate_message_id(USER, USER),
            generator.generate_agent_execution_id(USER, USER),
            *generator.generate_user_context_ids(USER, USER),
            *generator.generate_batch_ids(USER, 3),
        ]
        for text in (*made, USER, f"ws_{USER}", "ab12cd34"):
            for kind in (None, "user", USER, "thread"):
                ssot_ids.validate(text, kind)
                generator.is_valid_id(text, kind)
    tags = {parts.prefix.split("_")[-1] for parts in map(ssot_ids.parse_id, made) if parts}
    names = {kind.name for kind in IdPolicy().kinds} | {"other"}
    assert len(notes.events) > 100
    for event, *details in notes.events:
        shown = " ".join(map(str, details))
        assert not any(word in shown for word in ("zebedee", "quux", "example", *made, *(tags - names)))
        assert event == "clock_held" or details[0] in names


def test_kinds_are_bounded_whatever_prefixes_come(notes: Notes) -> None:
    for number in range(500):
        generator.generate_base_id(f"kind{number}")
        generator.generate_agent_execution_id(f"agent{number}", f"user{number}")
    assert {event[1] for event in notes.events} == {"other", "agent"}


class Broken(NullObserver):
    """Fails at everything."""

    def generated(self, kind: str, count: int) -> None:
        raise RuntimeError(f"{kind} {count}")

    def sanitised(self, kind: str) -> None:
        raise RecursionError(kind)

    def clock_held(self, milliseconds: int) -> None:
        raise MemoryError(milliseconds)


def test_an_observer_that_fails_costs_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[BaseException | None] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: errors.append(unraisable.exc_value))
    now = 1_700_000_000_000
    token = _override.set(Replacement(Core(lambda: now * 1_000_000), None))
    before = ssot_ids.set_observer(Broken())
    try:
        first = generator.generate_base_id("User")
        now -= 1
        others = generator.generate_user_context_ids("u"), generator.generate_batch_ids("x", 2)
    finally:
        ssot_ids.set_observer(before)
        _override.reset(token)
    made = [first, *others[0], *others[1]]
    assert all(map(ssot_ids.parse_id, made))
    assert len({*made}) == 6
    assert [type(error) for error in errors] == [
        RuntimeError,
        RecursionError,
        MemoryError,
        *[RuntimeError] * 4,
    ]
    assert [str(error) for error in errors][:2] == ["user 1", "user"]


@pytest.mark.parametrize("listener", [object(), 7, "observer", NullObserver])
def test_what_is_no_observer_costs_no_id(monkeypatch: pytest.MonkeyPatch, listener: object) -> None:
    errors: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", errors.append)
    before = ssot_ids.set_observer(listener)  # type: ignore[arg-type]
    try:
        assert ssot_ids.parse_id(generator.generate_base_id("user"))
    finally:
        ssot_ids.set_observer(before)
    assert len(errors) == 1


BROKEN = """
import sys
import ssot_ids
class Broken(ssot_ids.NullObserver):
    def generated(self, kind, count):
        raise RuntimeError("the monitoring is down")
ssot_ids.set_observer(Broken())
if {hook}:
    def hook(_):
        raise ValueError("and so is the hook")
    sys.unraisablehook = hook
sys.stderr = sys.stdout
print(ssot_ids.parse_id(ssot_ids.UnifiedIdGenerator.generate_base_id("user")).prefix)
"""


@pytest.mark.parametrize("hook", [False, True])
def test_the_interpreter_s_own_hook_and_one_that_fails_cost_no_id(
    run_python: Callable[..., str], hook: bool
) -> None:
    printed = run_python(BROKEN.format(hook=hook))
    assert printed.endswith("\nuser\n")
    assert "the monitoring is down" in printed or hook
    assert ("and so is the hook" in printed) is hook


def test_what_ends_the_program_is_not_held_back() -> None:
    class Ending(NullObserver):
        def generated(self, kind: str, count: int) -> None:  # noqa: ARG002
            raise KeyboardInterrupt

    before = ssot_ids.set_observer(Ending())
    try:
        with pytest.raises(KeyboardInterrupt):
            generator.generate_base_id("user")
    finally:
        ssot_ids.set_observer(before)


def test_an_observer_may_make_ids() -> None:
    made: list[str] = []

    class Making(NullObserver):
        def generated(self, kind: str, count: int) -> None:  # noqa: ARG002
            if len(made) < 3:
                made.append(kind)
                made.append(generator.generate_base_id("x"))

    before = ssot_ids.set_observer(Making())
    try:
        text = generator.generate_base_id("user")
    finally:
        ssot_ids.set_observer(before)
    ids = [one for one in (*made, text) if ssot_ids.parse_id(one)]
    assert len({*ids}) == len(ids) >= 3


def test_an_observer_is_set_and_given_back() -> None:
    listener = Notes()
    before = ssot_ids.set_observer(listener)
    assert observer.current() is listener
    assert ssot_ids.set_observer(None) is listener
    assert observer.current() is None
    generator.generate_base_id("user")
    assert listener.events == []
    ssot_ids.set_observer(before)
    null = NullObserver()
    for answer in (null.generated("a", 1), null.seen("a", "b", "c"), null.sanitised("a"), null.clock_held(1)):  # type: ignore[func-returns-value]
        assert answer is None
