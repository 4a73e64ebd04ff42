"""Sockets on the loopback interface: one JSON object a line, both ways."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from shared.id_generation.unified_id_generator import UnifiedIdGenerator

Serve = Callable[["Socket"], Awaitable[None]]


class Socket:
    """One end of an open socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, message: dict[str, Any]) -> None:
        """Send one message; each frame has an id, so that a client can drop what it has seen."""
        frame = {**message, "frame_id": UnifiedIdGenerator.generate_base_id("frame")}
        self._writer.write(json.dumps(frame).encode() + b"\n")
        await self._writer.drain()

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None when the other end has closed."""
        line = await self._reader.readline()
        return json.loads(line) if line else None

    async def request(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a message and wait for the answer."""
        await self.send(message)
        answer = await self.receive()
        if answer is None:
            raise ConnectionError("the other end has closed")
        return answer

    async def close(self) -> None:
        """Close this end, also if the other one has gone without a word."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


class SocketServer:
    """Listens on a free port and serves each socket in a task of its own."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], Socket] = {}
        self.boot_id = UnifiedIdGenerator.generate_base_id("boot")
        self.port = 0

    async def start(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop to listen, and close the sockets that are open."""
        if self._server is not None:
            self._server.close()
            await asyncio.gather(*(socket.close() for socket in self._open.values()))
            await asyncio.gather(*self._open)
            await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = socket = Socket(reader, writer)
        try:
            with suppress(ConnectionError):  # Who has gone gets no answer.
                await self._serve(socket)
        finally:
            await socket.close()
            del self._open[task]


async def connect(port: int) -> Socket:
    """Open a socket to a server on this machine."""
    return Socket(*await asyncio.open_connection("127.0.0.1", port))
