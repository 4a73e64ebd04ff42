"""Open sockets: whose they are, what they hold, and how to clean up behind them."""

from dataclasses import asdict, dataclass, field
from typing import Any

from shared.id_generation.migration_bridge import IdMigrationBridge
from shared.id_generation.unified_id_generator import UnifiedIdGenerator
from shared.types.typed_ids import ensure_websocket_id
from shared.utils.ids import generate_event_id

MAX_PER_USER = 3


class TooManyConnectionsError(Exception):
    """A user has as many open sockets as one may have."""


@dataclass
class Connection:
    """One socket of one user. A message finds it by its route."""

    connection_id: str
    user_id: str
    session_id: str
    route_id: str
    client_id: str
    channel_id: str
    queue_ids: dict[str, str] = field(default_factory=dict)


class WebSocketConnectionManager:
    """The sockets of this process, and those that the process before it has left open."""

    def __init__(self, bridge: IdMigrationBridge | None = None) -> None:
        self._bridge = bridge or IdMigrationBridge()
        self._connections: dict[str, Connection] = {}
        self._resources: dict[tuple[str, str], Any] = {}
        self.events: list[dict[str, str]] = []

    def open(self, connection_id: str, user_id: str, session_id: str) -> Connection:
        """Take in a socket."""
        if len(self.connections_of(user_id)) >= MAX_PER_USER:
            raise TooManyConnectionsError(user_id)
        connection = Connection(
            connection_id=ensure_websocket_id(connection_id, accept="both"),
            user_id=user_id,
            session_id=session_id,
            route_id=UnifiedIdGenerator.generate_websocket_connection_id(user_id),
            client_id=UnifiedIdGenerator.generate_websocket_client_id(user_id),
            channel_id=UnifiedIdGenerator.generate_base_id("channel"),
        )
        for kind in ("inbound", "outbound"):
            connection.queue_ids[kind] = UnifiedIdGenerator.generate_base_id(kind)
        self._connections[connection.connection_id] = connection
        self._tell("opened", connection)
        return connection

    def resume(self, connection_id: str, user_id: str) -> Connection | None:
        """The open socket of this name, old or new, if it is this user's."""
        own = [connection.connection_id for connection in self.connections_of(user_id)]
        found = self._bridge.find_matching_ids(connection_id, own, owner=user_id)
        return self._connections[found[0]] if found else None

    def hold(self, connection: Connection, name: str, value: Any) -> None:
        """Keep something for a socket until it is closed."""
        self._resources[connection.channel_id, name] = value

    def held_by(self, connection: Connection) -> list[tuple[str, str]]:
        """What is kept for a socket."""
        channels = {channel_id for channel_id, _ in self._resources}
        found = self._bridge.find_matching_ids(connection.channel_id, channels, owner=connection.user_id)
        return [key for key in self._resources if key[0] in found]

    def close(self, connection_id: str) -> bool:
        """Forget a socket and what is kept for it; whether it was open."""
        connection = self._connections.pop(connection_id, None)
        if connection is None:
            return False
        for key in self.held_by(connection):
            del self._resources[key]
        self._tell("closed", connection)
        return True

    def close_user(self, user_id: str) -> int:
        """Close every socket of a user; how many there were."""
        return sum(self.close(connection.connection_id) for connection in self.connections_of(user_id))

    def connections_of(self, user_id: str) -> list[Connection]:
        """The open sockets of a user."""
        return [connection for connection in self._connections.values() if connection.user_id == user_id]

    def hand_over(self) -> list[dict[str, Any]]:
        """All open sockets as data, for the process that comes after this one."""
        records = []
        for connection in self._connections.values():
            held = {name: self._resources[channel, name] for channel, name in self.held_by(connection)}
            records.append({**asdict(connection), "held": held})
        return records

    def take_over(self, records: list[dict[str, Any]]) -> None:
        """Take in the sockets that the process before this one has left open."""
        for record in records:
            fields = dict(record)
            held = fields.pop("held")
            connection = Connection(**fields)
            self._connections[connection.connection_id] = connection
            for name, value in held.items():
                self.hold(connection, name, value)

    def _tell(self, what: str, connection: Connection) -> None:
        self.events.append(
            {
                "event_id": generate_event_id(),
                "what": what,
                "connection_id": connection.connection_id,
                "alert_id": UnifiedIdGenerator.generate_base_id("alert"),
            }
        )
