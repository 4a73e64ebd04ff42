"""Open sockets and what is kept for them."""

import pytest

from netra_backend.app.core.websocket_connection_manager import (
    Connection,
    TooManyConnectionsError,
    WebSocketConnectionManager,
)
from shared.id_generation.unified_id_generator import UnifiedIdGenerator
from shared.types.typed_ids import UserID


def open_socket(connections: WebSocketConnectionManager, user_id: str) -> Connection:
    connection_id = UnifiedIdGenerator.generate_websocket_connection_id(user_id)
    return connections.open(connection_id, user_id, session_id=UnifiedIdGenerator.generate_base_id("session"))


def test_a_user_has_three_sockets_at_most():
    connections = WebSocketConnectionManager()
    user_id = UserID(UnifiedIdGenerator.generate_base_id("user"))
    opened = [open_socket(connections, user_id) for _ in range(3)]
    with pytest.raises(TooManyConnectionsError):
        open_socket(connections, user_id)
    assert len({connection.route_id for connection in opened}) == 3
    assert connections.close_user(UnifiedIdGenerator.generate_base_id("user")) == 0
    open_socket(connections, user_id=UserID(UnifiedIdGenerator.generate_base_id("user")))
    assert connections.close_user(user_id) == 3


def test_closing_a_socket_keeps_what_others_hold():
    connections = WebSocketConnectionManager()
    alice = open_socket(connections, user_id=UserID(UnifiedIdGenerator.generate_base_id("user")))
    bob = open_socket(connections, user_id=UserID(UnifiedIdGenerator.generate_base_id("user")))
    connections.hold(
        alice,
        "draft",
        {
            "draft_id": UnifiedIdGenerator.generate_base_id("draft"),
            "revision_id": UnifiedIdGenerator.generate_base_id("rev"),
        },
    )
    connections.hold(
        bob,
        "draft",
        {
            "draft_id": UnifiedIdGenerator.generate_base_id("draft"),
            "revision_id": UnifiedIdGenerator.generate_base_id("rev"),
        },
    )
    assert connections.close(alice.connection_id)
    assert not connections.close(alice.connection_id)
    assert (len(connections.held_by(alice)), len(connections.held_by(bob))) == (0, 1)


def test_sockets_are_handed_over_to_the_next_process():
    before = WebSocketConnectionManager()
    user_id = UserID(UnifiedIdGenerator.generate_base_id("user"))
    connection = open_socket(before, user_id)
    before.hold(connection, "draft", "half a sentence")
    after = WebSocketConnectionManager()
    after.take_over(before.hand_over())
    resumed = after.resume(connection.connection_id, user_id)
    assert resumed == connection
    assert len(after.held_by(resumed)) == 1
    assert not after.resume(
        connection.connection_id,
        user_id=UserID(UnifiedIdGenerator.generate_base_id("user")),
    )


def test_events_have_ids():
    connections = WebSocketConnectionManager()
    open_socket(connections, user_id=UserID(UnifiedIdGenerator.generate_base_id("user")))
    event = connections.events[0]
    assert event["what"] == "opened"
    assert event["event_id"] != event["alert_id"]
