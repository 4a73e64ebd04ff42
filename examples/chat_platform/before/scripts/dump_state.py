"""Write what a running platform leaves behind: its databases, its open sockets and its log-ins.

    python scripts/dump_state.py FOLDER

Two users are registered, talk to an agent, keep something in a socket and do not close it.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from netra_backend.app.core.websocket_transport import connect  # noqa: E402
from netra_backend.app.main import ChatPlatform  # noqa: E402

SECRET = "the secret of the platform before its migration"
YEARS = 50 * 365 * 24 * 3600.0


async def live(platform: ChatPlatform) -> list[dict[str, Any]]:
    """Let the users come; who they are, and what they hold in their hands."""
    users = []
    async with platform.server_running():
        for name in ("alice", "bob"):
            email, password = f"{name}@example.org", f"the password of {name}"
            user = platform.auth.accounts.register(email, password)
            session_id, token = platform.auth.login(email, password)
            socket = await connect(platform.server.port)
            opened = await socket.request({"type": "connect", "token": token})
            await socket.request({"type": "hold", "name": "draft", "value": f"half a sentence of {name}"})
            answer = await socket.request({"type": "chat", "text": f"hello from {name}"})
            await socket.close()
            users.append(
                {
                    "name": name,
                    "email": email,
                    "password": password,
                    "user_id": user.user_id,
                    "session_id": session_id,
                    "token": token,
                    "connection_id": opened["connection_id"],
                    "thread_id": answer["thread_id"],
                    "run_id": answer["run_id"],
                }
            )
    return users


def dump(file: Path) -> str:
    """A database as SQL."""
    connection = sqlite3.connect(file)
    try:
        return "\n".join(connection.iterdump()) + "\n"
    finally:
        connection.close()


def main(folder: Path) -> None:
    """Write ``auth.sql``, ``backend.sql`` and ``state.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        auth_file, backend_file = Path(scratch, "auth.db"), Path(scratch, "backend.db")
        platform = ChatPlatform(f"sqlite:///{auth_file}", f"sqlite:///{backend_file}", SECRET, ttl=YEARS)
        users = asyncio.run(live(platform))
        state = {"secret": SECRET, "users": users, "sockets": platform.connections.hand_over()}
        platform.close()
        for name, file in (("auth", auth_file), ("backend", backend_file)):
            Path(folder, f"{name}.sql").write_text(dump(file), encoding="utf-8")
    Path(folder, "state.json").write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
