"""What an id is for, read from where it goes."""

from __future__ import annotations

import ast

import pytest

from flake8_ssot_ids.ids.roles import is_secret, role_of, snake


def role(source: str) -> tuple[str | None, str | None]:
    """Role and subject of the only ``u()`` (or bare ``u``) in ``source``."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    (node,) = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "u")
    outer = parents[node]
    value: ast.expr = outer if isinstance(outer, ast.Call) and outer.func is node else node
    symbols: list[str] = []
    parent: ast.AST | None = value
    while (parent := parents.get(parent) if parent is not None else None) is not None:
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            symbols.append(parent.name)
    return role_of(value, parents, ".".join(reversed(symbols)))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("session_id = u()", ("session_id", None)),
        ("self.session_id = u()", ("session_id", None)),
        ("session_id: str = u()", ("session_id", None)),
        ("row['thread_id'] = u()", ("thread_id", None)),
        ("row[0] = u()", (None, None)),
        ("a_id = b_id = u()", ("a_id", None)),
        ("a_id, b_id = x, u()", ("b_id", None)),
        ("a_id, *b_id = x, u()", (None, None)),
        ("[a_id, b_id] = x, u()", ("b_id", None)),
        ("[a_id, b_id] = [u(), x]", ("a_id", None)),
        ("(a_id, b_id) = [x, u()]", ("b_id", None)),
        ("self.a_id, self.b_id = u(), x", ("a_id", None)),
        ("self.a_id, self.b_id = x, u()", ("b_id", None)),
        ("row['a_id'], row['b_id'] = x, u()", ("b_id", None)),
        ("row[0], row[1] = x, u()", (None, None)),
        ("a_id, b_id, c_id = x, u()", (None, None)),
        ("a_id, b_id = f(x, u())", (None, None)),
        ("{1: u()}", (None, None)),
        ("{b'a': u()}", (None, None)),
        ("{None: u()}", (None, None)),
        ("{**u()}", (None, None)),
        ("row[None] = u()", (None, None)),
        ("row[b'a'] = u()", (None, None)),
        ("row[1, 'a'] = u()", (None, None)),
        ("row.setdefault(5, u())", (None, None)),
        ("row.setdefault(None, u())", (None, None)),
        ("row.setdefault(b'a', u())", (None, None)),
        ("row.get(5, u())", (None, None)),
        ("row.pop(1.5, u())", (None, None)),
        ("setattr(row, 5, u())", (None, None)),
        ("f(run_id=u())", ("run_id", None)),
        ("f(**{'run_id': u()})", ("run_id", None)),
        ("{'requestId': u()}", ("request_id", None)),
        ("row = {'id': u()}", ("id", "row")),
        ("User(id=u())", ("id", "user")),
        ("make(id=u())", ("id", None)),
        ("row.setdefault('X-Request-ID', u())", ("x_request_id", None)),
        ("getattr(x, 'user_id', u())", ("user_id", None)),
        ("user_id = given or u()", ("user_id", None)),
        ("user_id = given if given else u()", ("user_id", None)),
        ("user_ids = [u() for _ in x]", ("user_id", None)),
        ("user_ids = {u()}", ("user_id", None)),
        ("if user_id := u(): pass", ("user_id", None)),
        ("user_id = UserID(u())", ("user_id", None)),
        ("print(UserID(u()))", ("user_id", None)),
        ("print(u())", (None, None)),
        ("u()", (None, None)),
        ("x == u()", (None, None)),
        ("def new_user_id(): return u()", ("user_id", None)),
        ("def _make_token(): yield u()", ("token", None)),
        ("def f(user_id=u()): pass", ("user_id", None)),
        ("def f(a, *, user_id=u()): pass", ("user_id", None)),
        ("user_id = lambda: u()", ("user_id", None)),
        ("class A:\n    user_id = field(default_factory=u)", ("user_id", None)),
        ("class AuthUser:\n    id = Column(UUID, default=u)", ("id", "auth_user")),
        ("class A:\n    user_id: str = Field(default_factory=lambda: u())", ("user_id", None)),
        ("class A:\n    user_id = mapped_column(insert_default=u)", ("user_id", None)),
        ("f(key, u())", (None, None)),
    ],
)
def test_role_of(source: str, found: tuple[str | None, str | None]) -> None:
    assert role(source) == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("userId", "user_id"),
        ("UserID", "user_id"),
        ("X-Request-ID", "x_request_id"),
        ("HTTPRequestId", "http_request_id"),
        ("user_ids", "user_id"),
        ("ids", "id"),
        ("__x__", "x"),
        ("", None),
        (None, None),
        ("--", None),
    ],
)
def test_snake(name: str | None, text: str | None) -> None:
    assert snake(name) == text


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "reset_token",
        "secret",
        "nonce",
        "csrf_token",
        "otp",
        "password",
        "api_key",
        "session_cookie",
        "salt",
    ],
)
def test_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "user_id",
        "token_id",
        "session_id",
        "jti",
        "secretary",
        "password_reset_id",
        "tokenizer",
        "cookie_id",
    ],
)
def test_no_secrets(name: str | None) -> None:
    assert not is_secret(name)
