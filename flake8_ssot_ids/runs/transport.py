"""Messages through the pipes between a run and its helper processes."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LENGTH_BYTES = 8


def send(descriptor: int, message: object) -> None:
    """Write one message to a pipe. Raises OSError."""
    import pickle

    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    left = memoryview(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    while left:
        left = left[os.write(descriptor, left) :]


def receive(descriptor: int) -> Any:
    """Read one message from a pipe. Raises OSError, and EOFError where it has been closed."""
    import pickle

    length = int.from_bytes(_exactly(descriptor, _LENGTH_BYTES), "big")
    # The other end is a process that this one has started, or the one that has started it.
    return pickle.loads(_exactly(descriptor, length))  # noqa: S301


def _exactly(descriptor: int, length: int) -> bytes:
    parts = []
    while length:
        part = os.read(descriptor, min(length, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
