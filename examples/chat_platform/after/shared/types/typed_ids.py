"""Typed ids: texts that a type checker keeps apart, and the checks at the platform's borders.

The checks take the generator's ids. ``accept="both"`` also takes older ids that can be of the kind.
"""

from ssot_ids import (
    RequestID,
    RunID,
    SessionID,
    ThreadID,
    UserID,
    WebSocketID,
    ensure_request_id,
    ensure_run_id,
    ensure_session_id,
    ensure_thread_id,
    ensure_user_id,
    ensure_websocket_id,
)

__all__ = [
    "RequestID",
    "RunID",
    "SessionID",
    "ThreadID",
    "UserID",
    "WebSocketID",
    "ensure_request_id",
    "ensure_run_id",
    "ensure_session_id",
    "ensure_thread_id",
    "ensure_user_id",
    "ensure_websocket_id",
]
