"""Messages of a socket: what comes in, what goes out."""

from collections.abc import Awaitable, Callable
from typing import Any

from auth_service.auth_core.auth_interface import AuthInterface, Identity
from auth_service.auth_core.core.jwt_handler import InvalidTokenError
from netra_backend.app.core.websocket_connection_manager import (
    Connection,
    TooManyConnectionsError,
    WebSocketConnectionManager,
)
from netra_backend.app.core.websocket_transport import Socket
from shared.id_generation.unified_id_generator import UnifiedIdGenerator

RunAgent = Callable[[Connection, dict[str, Any]], Awaitable[dict[str, Any]]]


class WebSocketMessageHandler:
    """Serves one socket after the other: log in, then messages until it is closed."""

    def __init__(
        self, auth: AuthInterface, connections: WebSocketConnectionManager, run_agent: RunAgent
    ) -> None:
        self._auth = auth
        self._connections = connections
        self._run_agent = run_agent
        self.last_error: dict[str, str] = {}

    def generate_connection_id(self, user_id: str) -> str:
        """The name of a new socket."""
        return UnifiedIdGenerator.generate_websocket_connection_id(user_id)

    def generate_message_id(self) -> str:
        """The name of a message that the client has not named."""
        return UnifiedIdGenerator.generate_base_id("message")

    async def serve(self, socket: Socket) -> None:
        """Serve a socket to its end."""
        connection = await self._greet(socket)
        if connection is None:
            return
        while (message := await socket.receive()) is not None:
            if message["type"] == "close":
                self._connections.close(connection.connection_id)
                await socket.send(self._answer(message, closed=True))
                return
            await socket.send(await self._handle(connection, message))

    async def _greet(self, socket: Socket) -> Connection | None:
        message = await socket.receive()
        if message is None:
            return None
        try:
            connection = self._connect(message)
        except (InvalidTokenError, TooManyConnectionsError, ValueError) as error:
            await socket.send(self._refusal(str(error)))
            return None
        answer = self._answer(message, connection_id=connection.connection_id, route_id=connection.route_id)
        await socket.send(answer)
        return connection

    def _connect(self, message: dict[str, Any]) -> Connection:
        identity: Identity = self._auth.verify(message["token"])
        if message["type"] == "resume":
            connection = self._connections.resume(message["connection_id"], identity.user_id)
            if connection is None:
                raise ValueError("no such socket")
            return connection
        connection_id = self.generate_connection_id(identity.user_id)
        return self._connections.open(connection_id, identity.user_id, identity.session_id)

    async def _handle(self, connection: Connection, message: dict[str, Any]) -> dict[str, Any]:
        if message["type"] == "hold":
            self._connections.hold(connection, message["name"], message["value"])
            return self._answer(message, held=self._connections.held_by(connection))
        if message["type"] == "chat":
            message["message_id"] = message.get("message_id") or self.generate_message_id()
            return self._answer(message, **await self._run_agent(connection, message))
        return self._refusal(f"unknown type {message['type']}")

    def _answer(self, message: dict[str, Any], **fields: Any) -> dict[str, Any]:
        message_type = message["type"]
        return {
            "type": message_type,
            "request_id": message.get("request_id", UnifiedIdGenerator.generate_base_id("request")),
            "correlation_id": UnifiedIdGenerator.generate_base_id(message_type),
            **fields,
        }

    def _refusal(self, reason: str) -> dict[str, Any]:
        error_id = UnifiedIdGenerator.generate_base_id("err")
        self.last_error = {"error_id": error_id, "reason": reason}
        return {"type": "error", **self.last_error, "event_id": UnifiedIdGenerator.generate_base_id("evt")}
