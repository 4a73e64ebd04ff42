"""What to write instead: the generator's call for a role, with arguments that are surely bound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flake8_ssot_ids.ids.shapes import Shape
from flake8_ssot_ids.ids.templates import piece_of
from flake8_ssot_ids.semantics.module.literals import HIDDEN, near
from flake8_ssot_ids.semantics.module.parents import parents_of
from flake8_ssot_ids.semantics.module.scopes import FUNCTION, Scope
from flake8_ssot_ids.semantics.states.bound import Memory, is_bound

DEFAULT_GENERATOR = "UnifiedIdGenerator"
#: A part of the text around an id: literal text, or an expression whose text stands there.
Piece = str | ast.expr
#: At most this long, so that the whole id keeps within the runtime's grammar.
_PREFIX_LIMIT = 63
_CONNECTIONS = frozenset({"connection_id", "websocket_id", "ws_id", "websocket_connection_id"})
_CLIENTS = frozenset({"client_id", "ws_client_id", "websocket_client_id"})
_EXECUTIONS = frozenset({"execution_id", "agent_id", "agent_execution_id"})
#: Where the user of an id may be found, in the order of preference.
_USERS = ("user_id", "self.user_id", "context.user_id", "user_context.user_id")
#: Text that makes no id: white space, slashes, colons, and what an address or a query has.
_NO_ID = re.compile(r"[\s/:@?&=<>(){}\[\]\"'#,;|]")
_VERB = re.compile(
    r"^(?:generate|make|create|new|get|build|start|open|begin|init|initialize|setup|set_up|run|do|handle)_+(?=.)"
)
#: The ids of one context of a user, in the order in which one call gives them.
CONTEXT_ROLES = ("thread_id", "run_id", "request_id")
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
    """What a remedy may rely on at one place.

    ``generator`` is the name of the class there, ``methods`` what the house calls its methods.
    ``operation`` is the function, where it makes the thread, run and request id of one context, else
    empty. ``quote`` is the one to write texts in; ``inner_quote`` the one for texts inside of the text
    around the place, empty where there is none to use. ``place`` is the raw id itself; ``migration``: it
    stands in a migration of the database. ``memory`` is kept for one module.
    """

    generator: str
    zone: str
    roles: Mapping[str, str]
    scope: Scope
    statement: ast.stmt
    parents: Mapping[ast.AST, ast.AST]
    operation: str = ""
    methods: Mapping[str, str] = field(default_factory=dict)
    quote: str = '"'
    inner_quote: str = ""
    place: ast.expr | None = None
    migration: bool = False
    memory: Memory = field(default_factory=Memory)

    def call(self, method: str, *arguments: str) -> str:
        """A call of the generator's method with arguments that are source text."""
        return f"{self.generator}.{self.methods.get(method, method)}({', '.join(arguments)})"

    def text(self, value: str) -> str:
        """A literal with that quote, or with whatever one takes the text."""
        plain = value.isprintable() and not {"\\", self.quote} & {*value}
        return f"{self.quote}{value}{self.quote}" if plain else ascii(value)

    def first_bound(self, *candidates: str) -> str | None:
        """The first of the names and attributes that surely is bound here, and not known to be None."""
        return next((one for one in candidates if self.has(one)), None)

    def has(self, name: str) -> bool:
        """Whether a name or attribute surely is bound here, and not known to be None."""
        return is_bound(name, self.scope, self.statement, self.place, self.parents, self.memory)


def is_context_id(shape: Shape, role: str | None) -> bool:
    """Whether this makes the thread, run or request id of a context, with at most its own kind before it."""
    if not shape.called or role not in CONTEXT_ROLES or (shape.head and shape.prefix is None):
        return False
    return slug(shape.prefix) in ("", role.removesuffix("_id"), "req" if role == "request_id" else "")


def contexts(ids: Iterable[tuple[Scope, str | None]]) -> frozenset[Scope]:
    """The functions that make all three ids of one context; ``ids`` are a scope and a role for each id."""
    roles: dict[Scope, set[str | None]] = {}
    for scope, role in ids:
        if scope.kind is FUNCTION:
            roles.setdefault(scope, set()).add(role)
    return frozenset(scope for scope, made in roles.items() if made.issuperset(CONTEXT_ROLES))


def operation_of(symbol: str) -> str:
    """A name for what the function ``symbol`` does: its own without its verb, or its class's."""
    outer, _, name = symbol.rpartition(".")
    if name.startswith("__"):
        name = outer.rpartition(".")[2]
    bare = _VERB.sub("", slug(name))
    return (bare or slug(name))[:_OPERATION_LIMIT].rstrip("_") or "context"


def remedy(prefix: str, role: str | None, subject: str | None, context: Context) -> str:
    """The expression to write at this place, as Python source; for a context, the assignment of its ids.

    ``prefix`` is the one that stands in the text, which the new id begins with, too; empty: its role tells.
    """
    if context.operation:
        user = context.first_bound(*_USERS)
        if user is not None:
            call = context.call("generate_user_context_ids", user, context.text(context.operation))
            return f"{', '.join(CONTEXT_ROLES)} = {call}"
    custom = None if prefix else _custom(role, context)
    plain = context.call("generate_base_id", context.text(prefix or base(role, subject)))
    return custom or _with_user(prefix, role, context) or plain


def _custom(role: str | None, context: Context) -> str | None:
    """What the policy says to write for a role, if all the names in it are bound."""
    custom = context.roles.get(role or "")
    if not custom:
        return None
    text = f"{context.generator}.{custom}" + ("" if "(" in custom else "()")
    call = ast.parse(text, mode="eval").body
    arguments = [*call.args, *(k.value for k in call.keywords)] if isinstance(call, ast.Call) else []
    names = [inner for part in arguments for inner in ast.walk(part) if isinstance(inner, ast.Name)]
    if not all(context.has(name.id) for name in names):
        return None
    return text


def _with_user(prefix: str, role: str | None, context: Context) -> str | None:
    """The method for a role that needs to know the user; None if there is none, or no user."""
    if prefix == "ws" or (not prefix and role in _CONNECTIONS):
        method = "generate_websocket_connection_id"
    elif prefix == "client" or (not prefix and role in _CLIENTS):
        method = "generate_websocket_client_id"
    elif not prefix and role == "session_id":
        method = "generate_session_id"
    elif not prefix and role in _EXECUTIONS:
        return _execution(context)
    else:
        return None
    user = context.first_bound(*_USERS)
    if user is None:
        return None
    if method == "generate_session_id":
        return context.call(method, user, context.text(context.zone))
    return context.call(method, user)


def _execution(context: Context) -> str | None:
    """The call for an agent's execution, where its type and its user are bound."""
    if context.first_bound("self.agent_type") and context.first_bound("self.user_id"):
        return context.call(
            "generate_agent_execution_id", "agent_type=self.agent_type", "user_id=self.user_id"
        )
    agent, user = context.first_bound("agent_type"), context.first_bound(*_USERS)
    if agent is None or user is None:
        return None
    return context.call("generate_agent_execution_id", agent, user)


def around(shape: Shape, parents: Mapping[ast.AST, ast.AST]) -> tuple[list[Piece], list[Piece]]:
    """The text before and after the id in the expression that is the id: literals, and expressions."""
    whole = shape.node
    if isinstance(whole, ast.JoinedStr):
        node: ast.AST = shape.reference
        while parents.get(node) is not whole and node in parents:
            node = parents[node]
        at = parents_of(parents).place(node, whole.values)
        if at is not None:
            return near(whole.values, at, _piece)
    return list(shape.head), list(shape.after)


def _piece(part: ast.expr) -> Piece:
    if isinstance(part, ast.Constant):
        return str(part.value)
    if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Constant):
        return piece_of(part)
    if isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None:
        return part.value
    return part


def is_part_of_text(head: Sequence[Piece], tail: Sequence[Piece]) -> bool:
    """Whether the text around an id has to stay: a sentence, a path, an address, a key, what is hidden."""
    return any(
        _NO_ID.search(piece) is not None if isinstance(piece, str) else piece is HIDDEN
        for piece in (*head, *tail)
    )


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
