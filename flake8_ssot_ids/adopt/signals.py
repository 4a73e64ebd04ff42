"""What a module is, as far as its name and its code tell: websocket, auth or execution-context code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from flake8_ssot_ids.ids.roles import snake
from flake8_ssot_ids.semantics.module.syntax import statements

WEBSOCKET, AUTH, CONTEXT = "websocket", "auth", "execution-context"
KINDS = (WEBSOCKET, AUTH, CONTEXT)


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason why a module is of a kind; the heaviest decides between kinds."""

    kind: str
    weight: int
    reason: str


#: The name of the file says more than a class in it, that more than the folder, that more than an import.
_FILE, _CODE, _FOLDER, _USE = 4, 3, 2, 1
HEAVIEST = _FILE
#: The bridge from old ids to new ones is cleaned with the sockets that it cleans up behind, if there are any.
BRIDGE = "finds what belongs to a socket"

_WEBSOCKET_LIBRARIES = frozenset((
    "websockets", "websocket", "socketio", "flask_socketio", "flask_sock", "simple_websocket",
    "wsproto", "aiohttp_sockjs", "picows", "fastapi_websocket_pubsub", "fastapi_socketio",
))  # fmt: skip
_WEBSOCKET_MODULES = (
    "starlette.websockets", "fastapi.websockets", "tornado.websocket",
    "sanic.server.websockets", "channels.generic.websocket", "channels.consumer",
    "autobahn.asyncio.websocket", "autobahn.twisted.websocket",
)  # fmt: skip
_TYPING_WEBSOCKET = re.compile(
    r"^(?:fastapi|starlette\.websockets|aiohttp\.web|litestar|quart|sanic)\.Web[Ss]ocket"
)
_JWT_MODULES = ("jwt", "jose.jwt", "jose.jws", "authlib.jose", "joserfc.jwt", "jwcrypto.jwt", "python_jwt")
_JWT_LIBRARIES = frozenset(
    ("flask_jwt_extended", "fastapi_jwt_auth", "rest_framework_simplejwt", "flask_jwt", "jwcrypto")
)
_JWT_CALLS = frozenset(("encode", "decode", "JWT", "JsonWebToken", "sign", "verify"))
_HASHING = frozenset(("passlib", "bcrypt", "argon2", "pwdlib", "flask_bcrypt", "flask_login"))
_HASHING_CALLS = frozenset(
    ("generate_password_hash", "check_password_hash", "make_password", "check_password")
)
_AUTH_WORDS = frozenset((
    "auth", "authentication", "authenticate", "authenticator", "authenticators", "authorization",
    "authorizer", "authn", "authz", "oauth", "oauth2", "oidc", "openid", "saml", "sso", "jwt", "login",
    "logins", "signin",
))  # fmt: skip
_AUTH_OWNERS = ("middleware", "service", "manager", "handler", "backend", "interface")
_PERSON = frozenset((
    "user", "users", "account", "member", "login", "signup", "register", "registration", "identity",
    "principal", "admin",
))  # fmt: skip
_SESSION_OWNERS = ("manager", "store", "handler", "backend", "service", "registry", "repository")
_TOKEN_CLASS = re.compile(r"(?:refresh|access|reset|session|auth|api|bearer|personal)_(?:token|key)s?$")
_MODEL_BASES = frozenset((
    "Base", "Model", "BaseModel", "SQLModel", "DeclarativeBase", "AbstractUser", "AbstractBaseUser",
    "Document", "EmbeddedDocument", "SqlalchemyBase", "Entity",
))  # fmt: skip
_COLUMNS = frozenset(("Column", "mapped_column", "relationship"))
_CONTEXT_IDS = frozenset((
    "user_id", "thread_id", "run_id", "request_id", "session_id", "execution_id", "trace_id",
    "correlation_id", "conversation_id",
))  # fmt: skip
_CONTEXT_CLASS = re.compile(r"_(?:run|request|user|agent|invocation|session|task)_context$")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NO_CONTEXT = ("Error", "Exception", "Warning", "Enum", "TestCase")
_WEBSOCKET_ID = re.compile(r"(?:websocket|ws)_\w*$")
_MAKES_RAW = re.compile(r"uuid|token_|urandom|rand(?:int|om|bits)|time\(|now\(")
_ID_MAKER = re.compile(r"(?:generate|new|make|create|next)_\w*id$|^\w*_?id$")
_MAKES_CONTEXT = re.compile(r"(?:create|make|new|build)_\w*execution_context\w*$")


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in any spelling, in small letters: ``OAuthSessionManager`` has three."""
    text = (snake(name) or "").replace("web_socket", "websocket").replace("o_auth", "oauth")
    return tuple(re.sub(r"socket_io", "socketio", text).split("_"))


def of_path(path: str) -> Iterator[Signal]:
    """What the names of a module and of its folders say; ``path`` is relative to the root, with ``/``."""
    *folders, file = path.removesuffix(".py").split("/")
    for folder in folders:
        yield from _of_name(folder, _FOLDER, f"in `{folder}/`")
    if file != "__init__":
        yield from _of_name(file, _FILE, "its name")
        if {"id", "bridge"} <= {*words_of(file)}:
            yield Signal(WEBSOCKET, _FILE, BRIDGE)
        if not {"password", "passwords"}.isdisjoint(words_of(file)):
            yield Signal(AUTH, _FILE, "its name")


def _of_name(name: str, weight: int, reason: str) -> Iterator[Signal]:
    words = words_of(name)
    if not {"websocket", "websockets", "ws", "socketio"}.isdisjoint(words):
        yield Signal(WEBSOCKET, weight, reason)
    if not _AUTH_WORDS.isdisjoint(words):
        yield Signal(AUTH, weight, reason)
    if _adjacent(words, "execution", ("context", "contexts")):
        yield Signal(CONTEXT, weight, reason)


def _adjacent(words: tuple[str, ...], first: str, second: tuple[str, ...]) -> bool:
    return any(a == first and b in second for a, b in pairwise(words))


#: Without any of these in its bytes, the code of a module says nothing, and is not parsed. Each pattern
#: begins with plain text: so it is found ten times as fast.
_WORDS = (
    b"WebSocket", b"Websocket", b"find_matching_ids", b"AbstractUser", b"AbstractBaseUser",
    b"ExecutionContext", b"execution_context", b"OAuth2PasswordBearer", b"password_hash", b"make_password",
    b"check_password",
    b'"ws_', b"'ws_", b'"websocket_', b"'websocket_",
)  # fmt: skip
_LIBRARIES = "|".join(sorted(_WEBSOCKET_LIBRARIES | _JWT_LIBRARIES | _HASHING)).encode() + (
    rb"|channels|autobahn|tornado\.websocket|starlette\.websockets|jwt|jose|authlib|joserfc|python_jwt"
)
_TELLING = (
    re.compile(rb"from (?:" + _LIBRARIES + rb")\b"),
    re.compile(rb"import (?:" + _LIBRARIES + rb")\b"),
    re.compile(rb"@\w*(?:sio|socketio|\.websocket)"),
    re.compile(
        rb"class \w*(?:(?:Run|Request|User|Agent|Invocation|Session|Task)Context|ContextManager"
        rb"|Session(?:Manager|Store|Handler|Backend|Service|Registry|Repository)"
        rb"|(?:Auth|Login|JWT|Jwt|SSO|OIDC|SAML)\w*(?:Middleware|Service|Manager|Handler|Backend|Interface))\b"
    ),
)
#: A password, a token or a session is only told from others by the model that it is a part of.
_MODEL = re.compile(
    rb"\bclass \w+\([^)]*(?:Base|Model|User|Document|Entity)\b"
    rb"|\bColumn\(|mapped_column\(|dataclass|__tablename__"
)
_ROWS = re.compile(rb"class \w*(?:Session|Token|Key)s?\b")


def may_tell(data: bytes) -> bool:
    """Whether the code of a module may say anything; ``data`` is what stands in the file."""
    if any(word in data for word in _WORDS) or any(pattern.search(data) for pattern in _TELLING):
        return True
    rows = b"passw" in data or (_ROWS.search(data) is not None and (b"user" in data or b"owner_id" in data))
    return rows and _MODEL.search(data) is not None


#: Without one of these in its bytes, no call and no text of a module says anything.
_CALLED = (
    b"jwt", b"jose", b"authlib", b"jwcrypto", b"password_hash", b"make_password", b"check_password",
    b"OAuth2PasswordBearer", b'"ws_', b"'ws_", b'"websocket_', b"'websocket_",
)  # fmt: skip


def of_code(tree: ast.Module, data: bytes | None = None) -> list[Signal]:
    """What the code of a module says; ``data`` is what stands in its file."""
    return [*_Reader(tree, data is None or any(word in data for word in _CALLED)).signals()]


class _Reader:
    def __init__(self, tree: ast.Module, calls: bool) -> None:
        self._tree = tree
        self._statements = [*statements(tree)]
        #: Whether a call or a text in it may say something.
        self._calls = calls
        #: What each name that an import binds stands for.
        self._names: dict[str, str] = {}
        self._modules: list[str] = []
        for node in self._statements:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._modules.append(alias.name)
                    self._names[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                self._modules.append(node.module)
                for alias in node.names:
                    self._names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        self._tops = {source.partition(".")[0] for source in self._names.values()}

    def signals(self) -> Iterator[Signal]:
        yield from self._imports()
        for node in self._statements:
            if isinstance(node, ast.ClassDef):
                yield from self._class(node)
            elif isinstance(node, _FUNCTIONS):
                yield from self._function(node)
        for inner in ast.walk(self._tree) if self._calls else ():
            if isinstance(inner, ast.Call):
                yield from self._call(inner)
            elif isinstance(inner, ast.JoinedStr) and len(inner.values) > 1:
                head = inner.values[0]
                # With other text or a name behind it, it is a message or a key.
                if (
                    isinstance(head, ast.Constant)
                    and isinstance(head.value, str)
                    and _WEBSOCKET_ID.match(head.value)
                    and _MAKES_RAW.search(ast.unparse(inner))
                ):
                    yield Signal(WEBSOCKET, _USE, f"makes ids that begin with `{head.value}`")
        for statement in self._tree.body:
            if isinstance(statement, _FUNCTIONS) and _MAKES_CONTEXT.match(statement.name):
                yield Signal(CONTEXT, _CODE, f"`{statement.name}`")

    def _imports(self) -> Iterator[Signal]:
        for module in self._modules:
            top = module.partition(".")[0]
            if top in _WEBSOCKET_LIBRARIES or module.startswith(_WEBSOCKET_MODULES):
                yield Signal(WEBSOCKET, _USE, f"imports `{module}`")
            if top in _JWT_LIBRARIES or top in _HASHING:
                yield Signal(AUTH, _USE, f"imports `{module}`")
        for source in self._names.values():
            if _TYPING_WEBSOCKET.match(source):
                yield Signal(WEBSOCKET, _USE, f"imports `{source}`")

    def _dotted(self, node: ast.expr) -> str:
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self._names.get(node.id, node.id), *reversed(parts)])

    def _call(self, node: ast.Call) -> Iterator[Signal]:
        dotted = self._dotted(node.func)
        module, _, name = dotted.rpartition(".")
        if name in _JWT_CALLS and module in _JWT_MODULES and module.partition(".")[0] in self._tops:
            yield Signal(AUTH, _USE, f"calls `{module.rpartition('.')[2]}.{name}`")
        if name in _HASHING_CALLS and module.startswith(("werkzeug.security", "django.contrib.auth")):
            yield Signal(AUTH, _USE, f"calls `{name}`")
        if name == "OAuth2PasswordBearer":
            yield Signal(AUTH, _USE, "calls `OAuth2PasswordBearer`")
        first = node.args[0] if node.args else None
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else name
        if (
            isinstance(first, ast.Constant)
            and isinstance(first.value, str)
            and _WEBSOCKET_ID.match(first.value)
            and _ID_MAKER.match(attribute)
        ):
            yield Signal(WEBSOCKET, _USE, f"makes ids that begin with `{first.value}`")

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Signal]:
        for decorator in node.decorator_list:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            if not isinstance(target, ast.Attribute):
                continue
            owner = target.value.id if isinstance(target.value, ast.Name) else ""
            if target.attr in ("websocket", "websocket_route") or (
                owner in ("sio", "socketio") and target.attr in ("on", "event")
            ):
                yield Signal(
                    WEBSOCKET, _CODE, f"`@{owner}.{target.attr}`" if owner else f"`@….{target.attr}`"
                )
        if node.name == "find_matching_ids":
            yield Signal(WEBSOCKET, _CODE, BRIDGE)

    def _class(self, node: ast.ClassDef) -> Iterator[Signal]:
        bases = [self._dotted(base).rpartition(".")[2] for base in node.bases]
        if any(base.endswith(_NO_CONTEXT) for base in (node.name, *bases)):
            return
        words = words_of(node.name)
        fields = _fields(node)
        if "websocket" in words or "websockets" in words:
            yield Signal(WEBSOCKET, _CODE, f"`class {node.name}`")
        reason = _auth_class(words, node, bases, fields)
        if reason is not None:
            yield Signal(AUTH, _CODE, f"`class {node.name}`{reason}")
        if _is_context(words, node, bases):
            yield Signal(CONTEXT, _CODE, f"`class {node.name}`")


def _fields(node: ast.ClassDef) -> dict[str, ast.expr | None]:
    found: dict[str, ast.expr | None] = {}
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found[statement.target.id] = statement.value
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found[statement.targets[0].id] = statement.value
    return found


def _names(node: ast.ClassDef) -> set[str]:
    """What a class and its methods call things: fields, parameters, attributes."""
    found = set(_fields(node))
    for inner in ast.walk(node):
        if isinstance(inner, ast.arg):
            found.add(inner.arg)
        elif isinstance(inner, ast.Attribute):
            found.add(inner.attr)
        elif isinstance(inner, ast.keyword) and inner.arg:
            found.add(inner.arg)
    return found


def _auth_class(
    words: tuple[str, ...],
    node: ast.ClassDef,
    bases: list[str],
    fields: dict[str, ast.expr | None],
) -> str | None:
    """What of a class belongs to authentication, as the end of a sentence; None if nothing does."""
    if not {"AbstractUser", "AbstractBaseUser"}.isdisjoint(bases):
        return ""
    if "session" in words and words[-1] in _SESSION_OWNERS:
        # A manager of database or HTTP sessions has no users.
        return "" if any("user" in words_of(name) for name in _names(node)) else None
    if words[-1] in _AUTH_OWNERS and not _AUTH_WORDS.isdisjoint(words):
        return ""
    if not _is_model(node, bases, fields):
        return None
    secret = next((field for field in fields if not {"password", "passwd"}.isdisjoint(words_of(field))), None)
    server = {"host", "port", "dsn", "database", "url", "hostname", "server"}
    held = {part for field in fields for part in words_of(field)}
    person = not _PERSON.isdisjoint(words) or not {"email", "username", "user_name"}.isdisjoint(fields)
    if secret is not None and person and server.isdisjoint(held):
        return f" with `{secret}`"
    owner = next((field for field in fields if field in ("user_id", "user", "owner_id")), None)
    if owner is None:
        return None
    if _TOKEN_CLASS.search("_".join(words)):
        return f" with `{owner}`"
    if words[-1] in ("session", "sessions") and not held.isdisjoint(
        ("token", "expires", "expiry", "revoked", "jti")
    ):
        return f" with `{owner}` and an end"
    return None


def _is_model(node: ast.ClassDef, bases: list[str], fields: dict[str, ast.expr | None]) -> bool:
    if (
        any(base in _MODEL_BASES or base.endswith(("Base", "Model")) for base in bases)
        or "__tablename__" in fields
    ):
        return True
    if any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
        return True
    for value in fields.values():
        if isinstance(value, ast.Call):
            function = value.func
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if called in _COLUMNS:
                return True
    return False


def _is_context(words: tuple[str, ...], node: ast.ClassDef, bases: list[str]) -> bool:
    if _adjacent(words, "execution", ("context", "contexts")):
        return True
    if words[-2:] == ("context", "manager"):
        own = {statement.name for statement in node.body if isinstance(statement, _FUNCTIONS)}
        # What `with` takes is another kind of context.
        return (
            own.isdisjoint(("__enter__", "__aenter__"))
            and not any(base.endswith("ContextManager") for base in bases)
            and not _CONTEXT_IDS.isdisjoint(_names(node))
        )
    return bool(_CONTEXT_CLASS.search("_" + "_".join(words))) and len(_names(node) & _CONTEXT_IDS) > 1
