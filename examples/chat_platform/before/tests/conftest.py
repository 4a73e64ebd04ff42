"""A platform of its own for each test, and users in it."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netra_backend.app.main import ChatPlatform

SECRET = "a secret of the tests, long enough for HS256"


@dataclass
class Person:
    """A user who is logged in."""

    user_id: str
    session_id: str
    token: str
    email: str
    password: str


@pytest.fixture
def platform(tmp_path: Path):
    """A platform with empty databases."""
    auth_file = tmp_path / f"auth_{uuid.uuid4().hex[:8]}.db"
    made = ChatPlatform(f"sqlite:///{auth_file}", "sqlite://", SECRET)
    yield made
    made.close()


@pytest.fixture
def person(platform: ChatPlatform) -> Callable[..., Person]:
    """Registers somebody and logs in."""

    def make(name: str = "user", device: dict[str, str] | None = None) -> Person:
        email = f"{name}_{uuid.uuid4().hex[:8]}@example.org"
        password = f"pw_{uuid.uuid4()}"
        user = platform.auth.accounts.register(email, password)
        session_id, token = platform.auth.login(email, password, device)
        return Person(user.user_id, session_id, token, email, password)

    return make


@pytest.fixture
def running(platform: ChatPlatform) -> Callable[[Callable[[], Coroutine[Any, Any, None]]], None]:
    """Runs a coroutine function while the platform listens."""

    def run(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def play() -> None:
            async with platform.server_running():
                await scene()

        asyncio.run(asyncio.wait_for(play(), 60))

    return run
