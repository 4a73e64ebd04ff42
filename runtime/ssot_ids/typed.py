"""Typed ids: texts that a type checker keeps apart, and checks that make one of any object or refuse it."""

from __future__ import annotations

from typing import Literal, NewType

from . import observer
from .grammar import brief
from .recognise import classify, legacy_parts
from .validation import REASONS, Reason, judge, label_of, report

UserID = NewType("UserID", str)
ThreadID = NewType("ThreadID", str)
RunID = NewType("RunID", str)
RequestID = NewType("RequestID", str)
SessionID = NewType("SessionID", str)
WebSocketID = NewType("WebSocketID", str)
AgentExecutionID = NewType("AgentExecutionID", str)

Accept = Literal["ssot", "both"]
"""``ssot``: ids of the grammar only. ``both``: also older ids that can be of the kind, for a while."""

LEGACY_NAMES: dict[str, tuple[str, ...]] = {
    "user": ("user", "usr"),
    "thread": ("thread",),
    "run": ("run",),
    "request": ("request", "req"),
    "session": ("session", "sess"),
    "ws": ("ws", "websocket", "conn", "connection", "client"),
    "agent": ("agent", "execution", "exec"),
}
"""How older ids of each kind begin. No name stands for two kinds."""

_NAMELESS = frozenset(("uuid4", "uuid_other", "uuid_hex32"))
# Names of the kinds that have no type here, which a prefix may end in as well.
_OTHERS = frozenset(("tool", "message", "msg"))
_KIND_OF = {name: kind for kind, names in LEGACY_NAMES.items() for name in names}


class InvalidIdError(ValueError):
    """An object is no id of the kind that is needed. The message never shows it.

    Attributes:
        kind: the kind that was asked for.
        reason: a key of `ssot_ids.validation.REASONS`.
    """

    def __init__(self, kind: str, reason: Reason) -> None:
        super().__init__(kind, reason)
        self.kind = kind
        self.reason = reason

    def __str__(self) -> str:
        return f"not an id of kind {self.kind}: {self.reason}. {REASONS[self.reason]}"


def ensure_user_id(value: object, *, accept: Accept = "ssot", where: str = "") -> UserID:
    """``value``, unchanged, if it is the id of a user. InvalidIdError otherwise."""
    return UserID(_ensure(value, "user", accept, where))


def ensure_thread_id(value: object, *, accept: Accept = "ssot", where: str = "") -> ThreadID:
    """``value``, unchanged, if it is the id of a thread. InvalidIdError otherwise."""
    return ThreadID(_ensure(value, "thread", accept, where))


def ensure_run_id(value: object, *, accept: Accept = "ssot", where: str = "") -> RunID:
    """``value``, unchanged, if it is the id of a run. InvalidIdError otherwise."""
    return RunID(_ensure(value, "run", accept, where))


def ensure_request_id(value: object, *, accept: Accept = "ssot", where: str = "") -> RequestID:
    """``value``, unchanged, if it is the id of a request. InvalidIdError otherwise."""
    return RequestID(_ensure(value, "request", accept, where))


def ensure_session_id(value: object, *, accept: Accept = "ssot", where: str = "") -> SessionID:
    """``value``, unchanged, if it is the id of a session. InvalidIdError otherwise."""
    return SessionID(_ensure(value, "session", accept, where))


def ensure_websocket_id(value: object, *, accept: Accept = "ssot", where: str = "") -> WebSocketID:
    """``value``, unchanged, if it is the id of a websocket connection or client. InvalidIdError otherwise."""
    return WebSocketID(_ensure(value, "ws", accept, where))


def ensure_agent_execution_id(value: object, *, accept: Accept = "ssot", where: str = "") -> AgentExecutionID:
    """``value``, unchanged, if it is the id of an agent's execution. InvalidIdError otherwise."""
    return AgentExecutionID(_ensure(value, "agent", accept, where))


def legacy_kind(text: object) -> str | None:
    """Of which kind an older id can be: a key of `LEGACY_NAMES`, ``""`` for any, None for none. Never raises.

    The first word of its prefix tells. A last word that names another kind (``user_session_…``) leaves a
    doubt, so such an id is of none.
    """
    parts = legacy_parts(text)
    if parts is None:
        return None
    if parts.format in _NAMELESS:
        return ""
    words = parts.prefix.lower().replace("-", "_").replace(":", "_").split("_")
    kind = _KIND_OF.get(words[0])
    last = words[-1]
    if last in _OTHERS or _KIND_OF.get(last, kind) != kind:
        return None
    return kind


def _ensure(value: object, kind: str, accept: Accept, where: str) -> str:
    if accept != "ssot" and accept != "both":
        raise ValueError(f"accept: {brief(accept)} is neither 'ssot' nor 'both'")
    found = judge(value, kind)
    accepted = found.ok or (accept == "both" and legacy_kind(value) in (kind, ""))
    if observer.current() is not None:
        if accepted:
            observer.tell("seen", label_of(kind, found), classify(value), where)
        else:
            report(value, kind, found, where)
    if not accepted:
        assert found.reason is not None
        raise InvalidIdError(kind, found.reason)
    assert isinstance(value, str)
    return value
