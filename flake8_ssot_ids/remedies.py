"""What to write instead: the generator's call for a role, with arguments that are surely bound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from flake8_ssot_ids.names.scopes import CLASS, FUNCTION, Scope
from flake8_ssot_ids.roles import is_secret
from flake8_ssot_ids.shapes import Shape

DEFAULT_GENERATOR = "UnifiedIdGenerator"
#: At most this long, so that the whole id keeps within the runtime's grammar.
_PREFIX_LIMIT = 63
_USER_ROLES = frozenset(
    {
        "connection_id",
        "websocket_id",
        "ws_id",
        "client_id",
        "ws_client_id",
        "session_id",
        "execution_id",
        "agent_id",
    }
)
#: The ids of one context of a user, in the order in which one call gives them.
_CONTEXT_ROLES = ("thread_id", "run_id", "request_id")
#: So many characters of the operation get into a thread id.
_OPERATION_LIMIT = 18
_BARE = frozenset({"id", "uid", "guid", "uuid", "uuid4", "pk", "key", "value", "result"})
#: Words that tell one id from another, not what it is the id of: ``new_id``, ``random_uuid``, ``uuid_str``.
_TELLS_NOTHING = re.compile(
    r"^(?:(?:the|my|our|its|this|some|new|fresh|next|random|rand|unique|generated|gen|raw|short|full)_)+"
    r"(?=(?:id|uuid|uid|guid|uuid4|pk|key)(?:_|$))|(?<=id)_(?:str|string|text|hex|value)$|(?<=uuid4)_(?:str|string|text|hex|value)$"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What a remedy may rely on at one place."""

    generator: str
    zone: str
    roles: Mapping[str, str]
    scope: Scope
    #: The function, where it makes the thread, run and request id of one context; else empty.
    operation: str = ""


def is_context_id(shape: Shape, role: str | None) -> bool:
    """Whether this makes the thread, run or request id of a context, with at most its own kind before it."""
    if not shape.called or role not in _CONTEXT_ROLES or (shape.head and shape.prefix is None):
        return False
    return slug(shape.prefix) in ("", role.removesuffix("_id"), "req" if role == "request_id" else "")


def contexts(ids: Iterable[tuple[Scope, str | None]]) -> frozenset[Scope]:
    """The functions that make all three ids of one context; ``ids`` are a scope and a role for each id."""
    roles: dict[Scope, set[str | None]] = {}
    for scope, role in ids:
        if scope.kind is FUNCTION:
            roles.setdefault(scope, set()).add(role)
    return frozenset(scope for scope, made in roles.items() if made.issuperset(_CONTEXT_ROLES))


def operation_of(symbol: str) -> str:
    """A name for what the function ``symbol`` does: its own, or its class's for a special method."""
    outer, _, name = symbol.rpartition(".")
    if name.startswith("__"):
        name = outer.rpartition(".")[2]
    return slug(name)[:_OPERATION_LIMIT].rstrip("_") or "context"


def remedy(shape: Shape, role: str | None, subject: str | None, context: Context) -> str:
    """The expression to write at this place, as Python source; for a context, the assignment of its ids."""
    if is_secret(role):
        return "secrets.token_urlsafe(32)"
    call = context.generator + "."
    prefix = slug(shape.prefix)
    custom = context.roles.get(role or "")
    if custom and not prefix:
        return call + (custom if "(" in custom else f"{custom}()")
    if context.operation and is_context_id(shape, role) and _bound("user_id", context.scope):
        names = ", ".join(_CONTEXT_ROLES)
        return f'{names} = {call}generate_user_context_ids(user_id, "{context.operation}")'
    asks = prefix in ("ws", "client") or (not shape.head and role in _USER_ROLES)
    if asks and _bound("user_id", context.scope):
        if prefix == "ws" or (not prefix and role in ("connection_id", "websocket_id", "ws_id")):
            return f"{call}generate_websocket_connection_id(user_id)"
        if prefix == "client" or (not prefix and role in ("client_id", "ws_client_id")):
            return f"{call}generate_websocket_client_id(user_id)"
        if not shape.head and role == "session_id":
            return f'{call}generate_session_id(user_id, "{context.zone}")'
        if not shape.head and role in ("execution_id", "agent_id") and _bound("agent_type", context.scope):
            return f"{call}generate_agent_execution_id(agent_type, user_id)"
    if prefix:
        return f'{call}generate_base_id("{prefix}")'
    dynamic = _dynamic(shape)
    if dynamic:
        return f"{call}generate_base_id({dynamic})"
    return f'{call}generate_base_id("{base(role, subject)}")'


def base(role: str | None, subject: str | None = None) -> str:
    """The prefix for a role: ``session_id`` -> ``session``; ``jti`` is the id of a token."""
    if role == "jti":
        return "jwt_token"
    role = _TELLS_NOTHING.sub("", role or "")
    if role in _BARE or not role:
        role = subject or role
    text = re.sub(r"(?:_(?:id|uid)|_?(?:uuid4?|guid))$", "", role)
    return ("" if text in _BARE else slug(text)) or "id"


def slug(text: str | None) -> str:
    """Text in the grammar of a prefix: segments of a-z and 0-9, joined by ``_``, a letter first."""
    segments = re.findall(r"[a-z0-9]+", (text or "").lower())
    while segments and not segments[0][0].isalpha():
        segments.pop(0)
    return "_".join(segments)[:_PREFIX_LIMIT].rstrip("_")


def _dynamic(shape: Shape) -> str:
    """The head of a text with other values in it, as an f-string or a plain name."""
    pieces: list[str] = []
    for piece in shape.head:
        if isinstance(piece, str):
            pieces.append(piece.replace("{", "{{").replace("}", "}}"))
        elif _is_plain(piece):
            pieces.append("{" + ast.unparse(piece) + "}")
        elif pieces:
            pieces[-1] = pieces[-1].rstrip("_-:. ")
    text = "".join(pieces).rstrip("_-:./ ")
    if "{" not in text:
        return ""
    whole = re.fullmatch(r"\{([\w.]+)\}", text)
    if whole:
        return whole[1]
    return "" if '"' in text or "\\" in text or "\n" in text else f'f"{text}"'


def _is_plain(node: ast.expr) -> bool:
    depth = 0
    while isinstance(node, ast.Attribute) and depth < 8:
        node, depth = node.value, depth + 1
    return isinstance(node, ast.Name)


def _bound(name: str, scope: Scope) -> bool:
    """Whether ``name`` is a parameter around ``scope`` that is not None and never bound again."""
    current: Scope | None = scope
    while current is not None:
        if current.kind is CLASS and current is scope:
            return False
        node = current.node
        if current.kind is FUNCTION and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            found = _parameter(node, name)
            if found is not None:
                return found
        current = current.parent
    return False


def _parameter(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> bool | None:
    """Whether the parameter ``name`` of ``function`` can be relied on; None if it has none."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: dict[str, ast.expr | None] = dict(
        zip((a.arg for a in reversed(positional)), reversed(arguments.defaults), strict=False)
    )
    defaults |= {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)}
    parameter = next((a for a in (*positional, *arguments.kwonlyargs) if a.arg == name), None)
    if parameter is None:
        # A name that the function binds itself may not be bound yet at the place in question.
        return False if _stores(function, name) else None
    default = defaults.get(name)
    if isinstance(default, ast.Constant) and default.value is None:
        return False
    return not (_optional(parameter.annotation) or _stores(function, name))


@lru_cache(maxsize=8)
def _stores(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> bool:
    """Whether anything in the body of ``function`` binds ``name``; functions in it count, too."""
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    return any(_binds(inner, name) for statement in body for inner in ast.walk(statement))


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.alias) and node.asname:
        return node.asname == name
    # Functions, classes, handlers and patterns have the name as a text.
    return name in (getattr(node, "name", None), getattr(node, "rest", None))


def _optional(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(
        (isinstance(inner, ast.Constant) and (inner.value is None or "None" in str(inner.value)))
        or (isinstance(inner, ast.Name) and inner.id in ("Optional", "Any", "object"))
        or (isinstance(inner, ast.Attribute) and inner.attr in ("Optional", "Any"))
        or (isinstance(inner, ast.Constant) and "Optional" in str(inner.value))
        for inner in ast.walk(annotation)
    )
