"""Typed ids: texts that a type checker keeps apart, and checks that make one of any object or refuse it."""

from __future__ import annotations

from typing import Literal, NewType

from . import observer
from .generator import current_policy
from .grammar import brief
from .policy import LEGACY_NAMES as LEGACY_NAMES
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

_NAMELESS = frozenset(("uuid4", "uuid_other", "uuid_hex32"))


class InvalidIdError(ValueError):
    """An object is no id of the kind that is needed. The message never shows it.

    Attributes:
        kind: the kind that was asked for.
        reason: a key of `ssot_ids.validation.REASONS`.
    """

    kind: str
    reason: Reason

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

    The first word of its prefix tells, by `LEGACY_NAMES` and what the policy in force adds to them. A last
    word that names another kind (``user_session_…``) leaves a doubt, so such an id is of none.
    """
    parts = legacy_parts(text)
    if parts is None:
        return None
    if parts.format in _NAMELESS:
        return ""
    words = parts.prefix.lower().replace("-", "_").replace(":", "_").split("_")
    kind_of = current_policy().legacy_kind_of
    kind, last = kind_of(words[0]), kind_of(words[-1])
    return None if last is not None and last != kind else kind or None


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
