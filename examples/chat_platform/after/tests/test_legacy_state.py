"""What the platform issued before its migration stays valid, is cleaned up, and crosses no user.

``legacy_state`` was written by ``before/scripts/dump_state.py``: databases, open sockets and log-ins of two
users, all of them with ids of the old kinds.
"""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auth_service.auth_core.core.jwt_handler import InvalidTokenError
from netra_backend.app.core.id_migration_bridge import load_bridge
from netra_backend.app.core.websocket_transport import connect
from netra_backend.app.db.connection import Database
from netra_backend.app.main import ChatPlatform
from scripts.write_alias_rows import write_alias_rows
from shared.id_generation.unified_id_generator import UnifiedIdGenerator
from shared.id_generation.unified_id_manager import UnifiedIDManager

LEGACY = Path(__file__).parent / "legacy_state"
STATE = json.loads((LEGACY / "state.json").read_text(encoding="utf-8"))
KEY = "the key of the tests, equal in every service"


@dataclass
class OldUser:
    """Somebody who has been there before the migration, and what is in their hands."""

    name: str
    email: str
    password: str
    user_id: str
    session_id: str
    token: str
    connection_id: str
    thread_id: str
    run_id: str

    def new_name(self, platform: ChatPlatform, old: str) -> str:
        """What an old id of this user is called now."""
        rows = platform.bridge.aliases_of(self.user_id)
        return next(row.ssot_id for row in rows if row.legacy_id == old)


@pytest.fixture
def alice() -> OldUser:
    return OldUser(**STATE["users"][0])


@pytest.fixture
def bob() -> OldUser:
    return OldUser(**STATE["users"][1])


@pytest.fixture
def platform(tmp_path: Path):
    """The migrated platform over the old databases, with the old process's sockets."""
    urls = {}
    for name in ("auth", "backend"):
        file = tmp_path / f"{name}.db"
        connection = sqlite3.connect(file)
        connection.executescript((LEGACY / f"{name}.sql").read_text(encoding="utf-8"))
        connection.close()
        urls[name] = f"sqlite:///{file}"
    migration = Database(urls["backend"])
    assert write_alias_rows(migration, STATE["sockets"], KEY) == 6
    assert write_alias_rows(migration, STATE["sockets"], KEY) == 0
    migration.close()
    made = ChatPlatform(urls["auth"], urls["backend"], STATE["secret"])
    made.connections.take_over(STATE["sockets"])
    yield made
    made.close()


async def resume(platform: ChatPlatform, token: str, connection_id: str) -> tuple[Any, dict[str, Any]]:
    """A socket that asks for an open one, and the answer."""
    socket = await connect(platform.server.port)
    message = {"type": "resume", "token": token, "connection_id": connection_id}
    return socket, await socket.request(message)


def test_log_ins_stay_valid_until_they_are_ended(platform, alice, bob):
    for user in (alice, bob):
        identity = platform.auth.verify(user.token)
        assert (identity.user_id, identity.session_id) == (user.user_id, user.session_id)
        assert platform.auth.get_user(user.user_id).email == user.email
    platform.auth.logout(alice.token)
    with pytest.raises(InvalidTokenError):
        platform.auth.verify(alice.token)
    assert platform.forget_sessions()["sessions"] == 1
    assert platform.auth.verify(bob.token).user_id == bob.user_id


def test_an_old_user_gets_new_ids_for_what_is_new(platform, alice):
    session_id, token = platform.auth.login(alice.email, alice.password)
    assert UnifiedIdGenerator.is_valid_id(session_id, "session")
    assert platform.auth.verify(token).user_id == alice.user_id
    assert [row["action"] for row in platform.auth.export_audit()].count("login") == 3


def test_old_sockets_are_resumed_by_either_name_and_by_their_user_alone(platform, alice, bob, running):
    names = [alice.connection_id, alice.new_name(platform, alice.connection_id)]

    async def scene():
        for name in names:
            for user, kind in ((alice, "resume"), (bob, "error")):
                socket, answer = await resume(platform, user.token, name)
                assert answer["type"] == kind
                await socket.close()

    running(scene)


def test_closing_an_old_socket_leaves_nothing_of_it_and_all_of_others(platform, alice, bob, running):
    async def scene():
        fresh = await connect(platform.server.port)
        opened = await fresh.request({"type": "connect", "token": bob.token})
        assert UnifiedIdGenerator.is_valid_id(opened["connection_id"], "ws")
        await fresh.request({"type": "hold", "name": "draft", "value": "new"})
        socket, _ = await resume(platform, alice.token, alice.connection_id)
        held = await socket.request({"type": "hold", "name": "cursor", "value": 1})
        assert len(held["held"]) == 2
        assert (await socket.request({"type": "close"}))["closed"]
        await socket.close()
        assert platform.connections.connections_of(alice.user_id) == []
        still = await fresh.request({"type": "hold", "name": "cursor", "value": 2})
        assert len(still["held"]) == 2
        await fresh.close()
        socket, _ = await resume(platform, bob.token, bob.connection_id)
        assert len((await socket.request({"type": "hold", "name": "cursor", "value": 3}))["held"]) == 2
        await socket.close()

    running(scene)


def test_old_threads_go_on_with_new_runs(platform, alice, bob, running):
    new_name = alice.new_name(platform, alice.thread_id)
    assert platform.history(alice.user_id, new_name) == platform.history(alice.user_id, alice.thread_id)
    assert len(platform.history(alice.user_id, new_name)) == 2
    assert platform.history(bob.user_id, alice.thread_id) == platform.history(bob.user_id, new_name) == []

    async def scene():
        socket, _ = await resume(platform, alice.token, alice.connection_id)
        answer = await socket.request({"type": "chat", "text": "I am back", "thread_id": new_name})
        assert answer["thread_id"] == alice.thread_id
        assert UnifiedIDManager.validate_run_id(answer["run_id"])
        await socket.close()

    running(scene)
    assert len(platform.history(alice.user_id, alice.thread_id)) == 4


def test_all_of_an_old_user_is_cleaned_up(platform, alice, bob):
    counts = platform.clean_up(alice.user_id)
    assert (counts["sockets"], counts["threads"]) == (1, 1)
    assert platform.history(alice.user_id, alice.thread_id) == []
    assert len(platform.history(bob.user_id, bob.thread_id)) == 2
    assert len(platform.connections.connections_of(bob.user_id)) == 1


def test_an_alias_row_counts_for_its_owner_alone(platform, alice, bob):
    bridge = load_bridge(platform.database)
    new_name = alice.new_name(platform, alice.connection_id)
    olds = [alice.connection_id, bob.connection_id]
    assert bridge.find_matching_ids(new_name, olds, owner=alice.user_id) == [alice.connection_id]
    assert bridge.find_matching_ids(new_name, olds, owner=bob.user_id) == []
