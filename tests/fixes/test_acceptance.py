"""Each row of the table of acceptance: what stands there before, in a realistic file, and after."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

Make = Callable[..., object]
#: The zone that the rows about sign-in stand in.
AUTH = '[[zone]]\nname = "auth"\npaths = ["auth/**"]\ntier = "critical"\nphase = 1\n'
HEAD = "from ssot_ids import UnifiedIdGenerator as G\n\n\n"


def fixed(workshop: Make, before: str, name: str = "app.py", rest: str = "") -> str:
    """The file after its fix, without the import of the generator, which is there already as ``G``."""
    text = f"import uuid\n\n{HEAD}{textwrap.dedent(before)}"
    after: str = workshop({name: text}, rest).fixed(name)  # type: ignore[attr-defined]
    assert after.startswith(HEAD), "`import uuid` is dead and has to go, and nothing else"
    return after.removeprefix(HEAD)


ROWS = {
    "a connection id from a method that is given the user": (
        """\
        class WebSocketManager:
            def generate_connection_id(self, user_id: str) -> str:
                return str(uuid.uuid4())
        """,
        "return G.generate_websocket_connection_id(user_id)",
    ),
    "a message id": (
        """\
        class WebSocketManager:
            def generate_message_id(self) -> str:
                return str(uuid.uuid4())
        """,
        'return G.generate_base_id("message")',
    ),
    "a literal prefix as a keyword argument": (
        """\
        async def connect(websocket, create_context):
            return await create_context(
                request_id=f"websocket_setup_{uuid.uuid4().hex[:8]}",
                websocket=websocket,
            )
        """,
        'request_id=G.generate_base_id("websocket_setup"),',
    ),
    "the prefix ws with a user": (
        """\
        def open_socket(user_id: str):
            name = f"ws_{uuid.uuid4().hex[:8]}"
            return name
        """,
        "name = G.generate_websocket_connection_id(user_id)",
    ),
    "the prefix ws without a user": (
        """\
        def open_socket():
            name = f"ws_{uuid.uuid4().hex[:8]}"
            return name
        """,
        'name = G.generate_base_id("ws")',
    ),
    "the prefix client with a user": (
        """\
        def open_socket(user_id: str):
            name = f"client_{str(uuid.uuid4())}"
            return name
        """,
        "name = G.generate_websocket_client_id(user_id)",
    ),
    "a session without a user": (
        """\
        def login(email: str) -> dict:
            session_id = str(uuid.uuid4())
            return {"session_id": session_id, "email": email}
        """,
        'session_id = G.generate_base_id("session")',
    ),
    "a session of a user that may be None": (
        """\
        def login(user_id: str | None) -> dict:
            session_id = str(uuid.uuid4())
            return {"session_id": session_id, "user": user_id}
        """,
        'session_id = G.generate_base_id("session")',
    ),
    "a token's id by subscript": (
        """\
        def encode(payload: dict) -> dict:
            payload["jti"] = str(uuid.uuid4())
            return payload
        """,
        'payload["jti"] = G.generate_base_id("jwt_token")',
    ),
    "a token's id in a dictionary": (
        """\
        def claims(subject: str, now: int) -> dict:
            return {"sub": subject, "iat": now, "jti": str(uuid.uuid4())}
        """,
        'return {"sub": subject, "iat": now, "jti": G.generate_base_id("jwt_token")}',
    ),
    "an execution id of an agent that knows its type and user": (
        """\
        class ExecutionContext:
            def __init__(self, agent_type: str, user_id: str, execution_id: str = ""):
                self.agent_type = agent_type
                self.user_id = user_id
                self.execution_id = execution_id or str(uuid.uuid4())
        """,
        "self.execution_id = execution_id or "
        "G.generate_agent_execution_id(agent_type=self.agent_type, user_id=self.user_id)",
    ),
    "an execution id where these attributes are set only later": (
        """\
        class ExecutionContext:
            def __init__(self, agent_type: str, user_id: str, execution_id: str = ""):
                self.execution_id = execution_id or str(uuid.uuid4())
                self.agent_type = agent_type
                self.user_id = user_id
        """,
        "self.execution_id = execution_id or G.generate_agent_execution_id(agent_type, user_id)",
    ),
    "an execution id without these attributes": (
        """\
        class ExecutionContext:
            def __init__(self, execution_id: str = ""):
                self.execution_id = execution_id or str(uuid.uuid4())
        """,
        'self.execution_id = execution_id or G.generate_base_id("execution")',
    ),
    "an agent's id with its type before it, and a user": (
        """\
        def start(agent_type, user_id: str):
            agent_id = f"{agent_type.value}_{uuid.uuid4().hex[:8]}"
            return agent_id
        """,
        'agent_id = f"{agent_type.value}_{G.generate_uuid().hex[:8]}"',
    ),
    "an agent's id with its type before it, without a user": (
        """\
        def start(agent_type):
            agent_id = f"{agent_type.value}_{uuid.uuid4().hex[:8]}"
            return agent_id
        """,
        'agent_id = f"{agent_type.value}_{G.generate_uuid().hex[:8]}"',
    ),
    "a name, a run and the clock before the id": (
        """\
        import time

        def track(agent_name: str, run_id: str) -> str:
            execution = f"{agent_name}_{run_id}_{int(time.time() * 1000)}_{uuid.uuid4().hex[:8]}"
            return execution
        """,
        'execution = f"{agent_name}_{run_id}_{int(time.time() * 1000)}_{G.generate_uuid().hex[:8]}"',
    ),
    "the key of a model": (
        """\
        from sqlalchemy import Column, String
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()

        class AuthUser(Base):
            __tablename__ = "auth_users"
            id = Column(String, primary_key=True, default=lambda: str(uuid.uuid4()))
        """,
        'id = Column(String, primary_key=True, default=lambda: G.generate_base_id("auth_user"))',
    ),
    "a default of dict.get": (
        """\
        def handle(message: dict) -> str:
            correlation_id = message.get("correlation_id", str(uuid.uuid4()))
            return correlation_id
        """,
        'correlation_id = message.get("correlation_id", G.generate_base_id("correlation"))',
    ),
    "a lazy default": (
        """\
        def handle(trace=None, event_id: str = "") -> str:
            return event_id or str(uuid.uuid4())
        """,
        "return event_id or G.generate_base_id(",
    ),
    "a comprehension": (
        """\
        def make(count: int) -> list[str]:
            job_ids = [str(uuid.uuid4()) for _ in range(count)]
            return job_ids
        """,
        'job_ids = [G.generate_base_id("job") for _ in range(count)]',
    ),
    "a keyword in a dictionary of them": (
        """\
        def make(**kwargs):
            kwargs["id"] = str(uuid.uuid4())
            return kwargs
        """,
        'kwargs["id"] = G.generate_base_id("id")',
    ),
    "a wrapped id": (
        """\
        from typing import NewType

        UserID = NewType("UserID", str)

        def register() -> UserID:
            return UserID(str(uuid.uuid4()))
        """,
        'return UserID(G.generate_base_id("user"))',
    ),
}


@pytest.mark.parametrize(("before", "line"), ROWS.values(), ids=ROWS)
def test_a_row_of_the_table(workshop: Make, before: str, line: str) -> None:
    after = fixed(workshop, before)
    old = [row.strip() for row in textwrap.dedent(before).splitlines()]
    new = [row.strip() for row in after.splitlines()]
    changed = [row for row, was in zip(new, old, strict=True) if row != was]
    assert len(changed) == 1, "everything else stays"
    assert changed[0].startswith(line)


SESSION = """\
    class SessionManager:
        def create_session(self, user_id: str) -> str:
            session_id = str(uuid.uuid4())
            return session_id
    """


def test_a_session_names_the_zone_that_it_is_made_in(workshop: Make) -> None:
    after = fixed(workshop, SESSION, "auth/sessions.py", AUTH)
    assert 'session_id = G.generate_session_id(user_id, "auth")' in after


TRIPLES = {
    "plain": (
        """\
        def create_context(user_id: str) -> tuple:
            thread_id = str(uuid.uuid4())
            run_id = str(uuid.uuid4())
            request_id = str(uuid.uuid4())
            return thread_id, run_id, request_id
        """,
        """\
        def create_context(user_id: str) -> tuple:
            thread_id, run_id, request_id = G.generate_user_context_ids(user_id, "context")
            return thread_id, run_id, request_id
        """,
    ),
    "in another order, with their own prefixes": (
        """\
        def start_chat(user_id: str) -> dict:
            run_id = f"run_{uuid.uuid4().hex[:8]}"
            thread_id = f"thread_{uuid.uuid4().hex[:8]}"
            request_id = f"req_{uuid.uuid4().hex[:8]}"
            return {"r": run_id, "t": thread_id, "q": request_id}
        """,
        """\
        def start_chat(user_id: str) -> dict:
            thread_id, run_id, request_id = G.generate_user_context_ids(user_id, "chat")
            return {"r": run_id, "t": thread_id, "q": request_id}
        """,
    ),
    "in wrappers": (
        """\
        from ids import RequestID, RunID, ThreadID

        def create_context(user_id: str) -> dict:
            return dict(
                thread_id=ThreadID(str(uuid.uuid4())),
                run_id=RunID(str(uuid.uuid4())),
                request_id=RequestID(str(uuid.uuid4())),
            )
        """,
        """\
        from ids import RequestID, RunID, ThreadID

        def create_context(user_id: str) -> dict:
            thread_id, run_id, request_id = G.generate_user_context_ids(user_id, "context")
            return dict(
                thread_id=ThreadID(thread_id),
                run_id=RunID(run_id),
                request_id=RequestID(request_id),
            )
        """,
    ),
}


@pytest.mark.parametrize(("before", "expected"), TRIPLES.values(), ids=TRIPLES)
def test_three_ids_of_one_context_come_from_one_call(workshop: Make, before: str, expected: str) -> None:
    assert fixed(workshop, before) == textwrap.dedent(expected)


NEIGHBOURS = {
    "no user": "def create_context():\n{ids}    return thread_id, run_id, request_id\n",
    "a user that may be None": "def f(user_id=None):\n{ids}    return thread_id, run_id, request_id\n",
    "only two of three": (
        "def f(user_id: str):\n    thread_id = str(uuid.uuid4())\n    run_id = str(uuid.uuid4())\n"
        "    return thread_id, run_id\n"
    ),
    "one of them in a branch": (
        "def f(user_id: str, new: bool):\n    thread_id = str(uuid.uuid4())\n    run_id = str(uuid.uuid4())\n"
        "    request_id = ''\n    if new:\n        request_id = str(uuid.uuid4())\n"
        "    return thread_id, run_id, request_id\n"
    ),
    "one of them lazy": (
        "def f(user_id: str, run_id: str = ''):\n    thread_id = str(uuid.uuid4())\n"
        "    run_id = run_id or str(uuid.uuid4())\n    request_id = str(uuid.uuid4())\n"
        "    return thread_id, run_id, request_id\n"
    ),
    "two threads": "def f(user_id: str):\n{ids}    thread_id = str(uuid.uuid4())\n    return thread_id, run_id\n",
}
IDS = "".join(f"    {name} = str(uuid.uuid4())\n" for name in ("thread_id", "run_id", "request_id"))


@pytest.mark.parametrize("before", NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_what_is_no_whole_context_is_written_one_by_one(workshop: Make, before: str) -> None:
    after = fixed(workshop, before.replace("{ids}", IDS))
    assert "generate_user_context_ids" not in after
    assert "uuid4" not in after
    assert 'G.generate_base_id("thread")' in after


FALLBACKS = {
    "bound only later": "def f():\n    session_id = str(uuid.uuid4())\n    user_id = g()\n    return session_id\n",
    "bound in one branch": (
        "def f(x):\n    if x:\n        user_id = 'a'\n    session_id = str(uuid.uuid4())\n    return session_id\n"
    ),
    "deleted": "def f(user_id: str):\n    del user_id\n    session_id = str(uuid.uuid4())\n    return session_id\n",
    "in a class body": "class A:\n    user_id = 'x'\n    session_id = str(uuid.uuid4())\n",
    "an attribute that nobody sets": "class A:\n    def f(self):\n        session_id = str(uuid.uuid4())\n        return session_id\n",
    "of a module that may not have it": "def f():\n    session_id = str(uuid.uuid4())\n    return session_id\n",
}


@pytest.mark.parametrize("before", FALLBACKS.values(), ids=FALLBACKS)
def test_a_user_that_is_not_surely_bound_is_not_named(workshop: Make, before: str) -> None:
    assert 'session_id = G.generate_base_id("session")' in fixed(workshop, "def g(): return 'u'\n\n" + before)
