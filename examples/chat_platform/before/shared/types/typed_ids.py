"""Typed ids: texts that a type checker keeps apart, and the checks at the platform's borders."""

import re
import uuid
from typing import NewType

UserID = NewType("UserID", str)
ThreadID = NewType("ThreadID", str)
RunID = NewType("RunID", str)
RequestID = NewType("RequestID", str)
SessionID = NewType("SessionID", str)
WebSocketID = NewType("WebSocketID", str)

_RUN = re.compile(r"(?:run|websocket_run)_[0-9a-f]{8,12}")
_REQUEST = re.compile(r"(?:req|websocket_setup)_[0-9a-f]{8,12}")


def ensure_user_id(value: str) -> UserID:
    """A user's id is a UUID."""
    return UserID(_uuid(value, "user"))


def ensure_thread_id(value: str) -> ThreadID:
    """A thread's id begins with its kind."""
    if not value.startswith("thread"):
        raise ValueError("not a thread id")
    return ThreadID(value)


def ensure_run_id(value: str) -> RunID:
    """A run's id is its kind and up to twelve hexadecimal digits."""
    if _RUN.fullmatch(value) is None:
        raise ValueError("not a run id")
    return RunID(value)


def ensure_request_id(value: str) -> RequestID:
    """A request's id is its kind and up to twelve hexadecimal digits."""
    if _REQUEST.fullmatch(value) is None:
        raise ValueError("not a request id")
    return RequestID(value)


def ensure_session_id(value: str) -> SessionID:
    """A session's id is any text of at least twelve characters."""
    if len(value) < 12:
        raise ValueError("not a session id")
    return SessionID(value)


def ensure_websocket_id(value: str) -> WebSocketID:
    """A socket's id is a UUID."""
    return WebSocketID(_uuid(value, "websocket"))


def _uuid(value: str, kind: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise ValueError(f"not a {kind} id") from None
