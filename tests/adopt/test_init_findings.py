"""What ``ssot-ids init`` takes for which kind of code, for the generator, for an import root."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from flake8_ssot_ids.adopt import api, generators, layout, plan, signals
from flake8_ssot_ids.adopt.code import ProjectCode
from flake8_ssot_ids.adopt.layout import Repository

WS, AUTH, CONTEXT = signals.KINDS


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("a/websocket_manager.py", {WS}),
        ("a/web_socket.py", {WS}),
        ("a/ws/__init__.py", {WS}),
        ("a/ws_api/protocol.py", {WS}),
        ("a/jwt_handler.py", {AUTH}),
        ("auth_service/models.py", {AUTH}),
        ("a/oauth2.py", {AUTH}),
        ("a/check_password.py", {AUTH}),
        ("a/agent_execution_context_manager.py", {CONTEXT}),
        ("a/websocket_auth.py", {WS, AUTH}),
        ("a/author.py", set()),
        ("a/aws_session.py", set()),
        ("a/news.py", set()),
        ("a/session_manager.py", set()),
        ("a/context_manager.py", set()),
        ("a/socket_server.py", set()),
        ("a/execution.py", set()),
    ],
)
def test_kinds_by_name(path: str, kinds: set[str]) -> None:
    assert {signal.kind for signal in signals.of_path(path)} == kinds


CODE = [
    (WS, "from fastapi import WebSocket"),
    (WS, "from starlette.websockets import WebSocketDisconnect"),
    (WS, "import socketio"),
    (WS, "import websockets as w"),
    (WS, "@app.websocket('/x')\nasync def f(s): ..."),
    (WS, "@sio.on('connect')\ndef f(s): ..."),
    (WS, "class WebSocketManager: ..."),
    (WS, "import uuid\nx = f'ws_{uuid.uuid4().hex[:8]}'"),
    (WS, "x = G.generate_base_id('websocket_setup')"),
    (WS, "class B:\n    def find_matching_ids(self, a): ..."),
    (None, "x = f'ws_{user_id}'"),
    (None, "print('websocket_setup')"),
    (None, "import socket"),
    (AUTH, "import jwt\nx = jwt.encode({}, 'k')"),
    (AUTH, "from jose import jwt as j\nx = j.decode('t', 'k')"),
    (AUTH, "from jwt import encode\nx = encode({})"),
    (AUTH, "from flask_jwt_extended import create_access_token"),
    (AUTH, "from passlib.context import CryptContext"),
    (AUTH, "from werkzeug.security import check_password_hash as c\nx = c(a, b)"),
    (AUTH, "class User(Base):\n    email = Column(String)\n    hashed_password = Column(String)"),
    (AUTH, "class Login(BaseModel):\n    password: str"),
    (AUTH, "class Member(AbstractUser): ..."),
    (AUTH, "class RefreshToken(Base):\n    user_id = Column(String)"),
    (AUTH, "class UserSession(Base):\n    user_id = Column(String)\n    expires_at = Column(Float)"),
    (AUTH, "class SessionManager:\n    def open(self, user_id): ..."),
    (AUTH, "class AuthService: ..."),
    (None, "import jwt\nx = jwt.PyJWTError"),
    (None, "jwt = make()\nx = jwt.encode({})"),
    (None, "class Postgres(BaseModel):\n    host: str\n    user: str\n    password: str"),
    (None, "class Smtp(BaseModel):\n    password: str"),
    (None, "class SessionManager:\n    def open(self, engine): ..."),
    (None, "class ChatSession(Base):\n    user_id = Column(String)\n    title = Column(String)"),
    (None, "class Token(Base):\n    text = Column(String)"),
    (None, "class AuthError(Exception): ..."),
    (CONTEXT, "class UserExecutionContext: ..."),
    (CONTEXT, "class RunContext:\n    run_id: str\n    user_id: str"),
    (CONTEXT, "class AgentContextManager:\n    def make(self, run_id): ..."),
    (CONTEXT, "def create_user_execution_context_factory(user_id): ..."),
    (None, "class RequestContext:\n    request: object"),
    (None, "class LockContextManager:\n    def __enter__(self): self.run_id = 1"),
    (None, "class FooContextManager(AbstractContextManager):\n    def f(self, run_id): ..."),
    (None, "class ExecutionContextError(Exception): ..."),
    (None, "def execution_context(): ..."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "code"), CODE, ids=[code for _, code in CODE])
def test_kinds_by_code(kind: str | None, code: str) -> None:
    found = {signal.kind for signal in signals.of_code(ast.parse(code))}
    assert found == ({kind} if kind else set())
    # What is passed over for its bytes would have said nothing.
    assert signals.may_tell(code.encode()) or not found


def index_of(files: dict[str, str], roots: tuple[str, ...] = (".",)) -> ProjectCode:
    return ProjectCode({name: textwrap.dedent(text).encode() for name, text in files.items()}, [*roots])


MAKER = """
    import uuid
    class {name}:
        @staticmethod
        def generate_base_id(kind): return kind + uuid.uuid4().hex
        @staticmethod
        def generate_run_id(thread_id): return thread_id
"""
USER = "from {module} import {name}\n"


def choose(files: dict[str, str]) -> generators.Choice:
    code = index_of(files)
    return generators.choose(generators.find(code, Repository("/nowhere", files), bool))


def test_the_generator_that_more_modules_import_wins() -> None:
    choice = choose(
        {
            "a/one.py": MAKER.format(name="OneIdGenerator"),
            "a/two.py": MAKER.format(name="TwoIdGenerator"),
            "a/x.py": USER.format(module="a.one", name="OneIdGenerator"),
            "a/y.py": USER.format(module="a.two", name="TwoIdGenerator"),
            "a/z.py": "from .two import TwoIdGenerator\n",
        }
    )
    assert [item.dotted for item in choice.approved] == ["a.two.TwoIdGenerator"]
    assert [item.dotted for item in choice.others] == ["a.one.OneIdGenerator"]
    assert choice.approved[0].evidence == (
        "imported by 2 modules, 2 id-making methods (generate_base_id, generate_run_id), "
        "made from 1 raw source"
    )


def test_each_service_may_have_its_own() -> None:
    choice = choose(
        {
            "shared/ids.py": MAKER.format(name="IdGenerator"),
            "auth/ids.py": MAKER.format(name="AuthIdGenerator"),
            "auth/x.py": USER.format(module="auth.ids", name="AuthIdGenerator"),
            "back/x.py": USER.format(module="shared.ids", name="IdGenerator"),
            "back/y.py": USER.format(module="shared.ids", name="IdGenerator"),
            "dead/ids.py": MAKER.format(name="DeadIdGenerator"),
        }
    )
    assert [item.dotted for item in choice.approved] == ["shared.ids.IdGenerator", "auth.ids.AuthIdGenerator"]


def test_the_runtime_counts_where_it_is_imported_or_where_a_module_hands_it_on() -> None:
    direct = choose({"a/x.py": "from ssot_ids import UnifiedIdGenerator as U\nX = U.parse_id\n"})
    assert [item.dotted for item in direct.approved] == ["ssot_ids.UnifiedIdGenerator"]
    door = choose(
        {
            "a/door.py": "from ssot_ids import UnifiedIdGenerator\n\n__all__ = ['UnifiedIdGenerator']\n",
            "a/x.py": USER.format(module="a.door", name="UnifiedIdGenerator"),
        }
    )
    assert [item.dotted for item in door.approved] == ["a.door.UnifiedIdGenerator"]


@pytest.mark.parametrize(
    "code",
    [
        "class TraceIdGenerator:\n    def generate_trace_id(self): ...\n    def generate_span_id(self): ...",
        "class OrderIdGenerator:\n    name = 'x'",
        "class IdManagerError(Exception):\n    def generate_id(self): ...",
        "class Handler:\n    def generate_connection_id(self): ...\n    def generate_message_id(self): ...",
    ],
)
def test_no_generator(code: str) -> None:
    choice = choose({"a/things.py": code})
    assert (choice.approved, choice.others) == ([], [])


def test_little_evidence_and_functions_are_only_mentioned() -> None:
    choice = choose(
        {
            "a/tags.py": "class TagIDManager:\n    def generate_id(self): ...\n",
            "a/ids.py": "def new_id(): ...\n",
            "a/x.py": "from a.ids import new_id\n",
        }
    )
    assert choice.approved == []
    assert [(item.dotted, item.functions) for item in choice.others] == [
        ("a.tags.TagIDManager", False),
        ("a.ids", True),
    ]


def test_parts_are_certain_where_there_is_one() -> None:
    code = index_of(
        {
            "a/types.py": "def ensure_run_id(x): ...\ndef ensure_user_id(x): ...\n",
            "a/manager.py": "class MyIDManager:\n    def generate_run_id(self, thread_id): ...\n",
            "a/users.py": "import typing\nUserId = typing.NewType('UserId', str)\nclass RequestId: ...\n",
            "a/bridge1.py": "class OldBridge:\n    def find_matching_ids(self, a): ...\n",
            "a/bridge2.py": "class NewBridge:\n    def find_matching_ids(self, a): ...\n",
        }
    )
    found = api.find(code, [], bool)
    assert found.certain == {
        "manager": "a.manager.MyIDManager",
        "typed-ids": "a.types",
        "user-id": "a.users.UserId",
    }
    assert found.possible == {"bridge": ["a.bridge1.OldBridge", "a.bridge2.NewBridge"]}
    assert found.hints == {"context-factory": "package.module.create_user_execution_context_factory"}


@pytest.mark.parametrize(
    ("chosen", "others", "globs"),
    [
        ({"a/ws_x.py", "a/ws_y.py"}, {"a/b.py"}, ["a/ws_*.py"]),
        ({"a/ws_x.py", "a/ws_y.py"}, {"a/ws_z.py"}, ["a/ws_x.py", "a/ws_y.py"]),
        ({"a/x.py", "a/y.py"}, {"a/__init__.py", "b.py"}, ["a"]),
        ({"a/x.py"}, {"a/__init__.py"}, ["a/x.py"]),
        ({"a/__init__.py", "a/x.py"}, {"b.py"}, ["a"]),
        ({"a/x.py", "a/b/y.py"}, {"a/b/z.py"}, ["a/x.py", "a/b/y.py"]),
        ({"a[1].py"}, set(), ["a[[]1].py"]),
    ],
)
def test_globs(chosen: set[str], others: set[str], globs: list[str]) -> None:
    assert layout.compress(chosen, chosen | others) == globs


def test_services_and_import_roots(tmp_path: Path) -> None:
    files = {
        "services/auth/pyproject.toml": "",
        "services/auth/auth_app/__init__.py": "",
        "services/auth/auth_app/main.py": "",
        "services/chat/setup.py": "",
        "services/chat/src/chat_app/__init__.py": "",
        "services/chat/src/chat_app/main.py": "import auth_app\n",
        "lib/tools/__init__.py": "",
        "pkg/__init__.py": "",
        "pkg/sub/deep/__init__.py": "",
        "pkg/x.py": "import deep\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = plan.survey(str(tmp_path))
    assert found.src == [".", "services/auth", "services/chat/src"]
    shown = {draft.zone.name: (draft.zone.paths, draft.zone.service) for draft in found.zones}
    assert shown["auth"] == (("services/auth",), "auth")
    assert shown["chat"] == (("services/chat",), "chat")
    assert shown["pkg"] == (("pkg",), "pkg")


def test_tests_beyond_the_default_list(tmp_path: Path) -> None:
    for name, text in {
        "e2e/flow.py": "import pytest\n\ndef test_x(): ...\n",
        "app/checks.py": "import unittest\n\nclass TestX(unittest.TestCase): ...\n",
        "app/testing_tools.py": "import pytest\n",
        "app/main.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = plan.survey(str(tmp_path))
    assert found.test_paths[-2:] == ["e2e/", "app/checks.py"]
    assert [(draft.zone.name, draft.zone.paths) for draft in found.zones] == [
        ("tests", ("app/checks.py", "e2e")),
        ("app", ("app",)),
    ]


@pytest.mark.parametrize("folder", ["execution", "websockets_core", "my_context", "socket"])
def test_no_zone_of_the_rest_is_taken_for_a_critical_one(folder: str, tmp_path: Path) -> None:
    from flake8_ssot_ids.compliance.contracts import zones_of
    from flake8_ssot_ids.policy.policy import Policy

    (tmp_path / folder).mkdir()
    (tmp_path / folder / "a.py").write_text("")
    policy = Policy(root=str(tmp_path), zones=tuple(draft.zone for draft in plan.survey(str(tmp_path)).zones))
    critical = {zone.name for contract in ("C02", "C03", "C04") for zone in zones_of(contract, policy)}
    assert critical <= set(signals.KINDS)
    assert [zone.tier for zone in policy.zones if zone.name not in critical] == ["standard"] * (
        1 - len(critical)
    )


def test_a_second_service_names_its_contract(tmp_path: Path) -> None:
    for name in ("auth/a.py", "auth/b.py", "back/jwt_handler.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    zones = [draft.zone for draft in plan.survey(str(tmp_path)).zones]
    assert [(zone.name, zone.paths, zone.service, zone.contracts) for zone in zones] == [
        ("auth", ("auth",), "auth", ()),
        ("auth-back", ("back/jwt_handler.py",), "back", ("C02",)),
    ]
