"""What an id is for, read from where its value goes: a name, a key, a keyword, a column, a function."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from flake8_ssot_ids.semantics.module.parents import Parents, parents_of
from flake8_ssot_ids.semantics.module.syntax import by_default

_MAKER = re.compile(r"^(?:generate|make|create|new|get|build|gen|next|fresh|random|unique|default|mint)_+")
#: Keywords whose value fills the field that the call describes, not a parameter of that name.
_FACTORIES = frozenset(
    {"default", "default_factory", "factory", "insert_default", "server_default", "onupdate", "missing"}
)
_KEYED = frozenset(
    {"get", "setdefault", "pop", "getattr", "setattr", "getenv", "putenv", "set", "hset", "put"}
)
_BARE = frozenset({"id", "_id", "uid", "guid", "uuid", "pk", "key"})
_SECRET = re.compile(
    r"(?:^|_)(?:token|secret|nonce|csrf|xsrf|csrf_?token|otp|password|passwd|passphrase|api_?key|salt|cookie"
    r"|code_verifier|code_challenge|client_secret|oauth_state)$"
)

#: Tokens that keep no secret: they tell one request, one page or one place from another.
_NO_SECRET = re.compile(
    r"(?:^|_)(?:idempotency|client_request|request|page|next|continuation|cursor|cancel|cancellation|lock"
    r"|fencing|placeholder|sentinel)_token$"
)


def role_of(node: ast.AST, parents: Mapping[ast.AST, ast.AST], symbol: str) -> tuple[str | None, str | None]:
    """The role of the id that ``node`` makes, and a word for the thing that a bare ``id`` belongs to.

    Both in snake case: ``("session_id", None)``, ``("id", "auth_user")``; None where nothing tells.
    """
    parents = parents_of(parents)
    current: ast.AST = node
    wrapper: str | None = None
    field = False
    while True:
        parent = parents.get(current)
        if parent is None:
            return snake(wrapper), None
        if isinstance(parent, ast.Call):
            name = _callee(parent)
            if current is parent.func:
                return snake(wrapper), None
            key = parents.once("key", parent, _key_of) if name in _KEYED else None
            if key:
                return snake(key), None
            if field and not parent.keywords and len(parent.args) == 1:
                current = parent
                continue
            if len(parent.args) == 1 and not parent.keywords and is_type_name(name):
                wrapper = wrapper or name
                current = parent
                continue
            if field or name in ("staticmethod", "partial", "Depends", "Factory", "LazyFunction"):
                current = parent
                continue
            return snake(wrapper), None
        if isinstance(parent, ast.keyword):
            call = parents.get(parent)
            if parent.arg in _FACTORIES and isinstance(call, ast.Call):
                current, field = call, True
                continue
            role = snake(parent.arg)
            return role, _subject(call, None) if role in _BARE else None
        if isinstance(parent, ast.Dict):
            at = parents.place(current, parent.values)
            value = None if at is None else parent.keys[at]
            key = _text(value) if value is not None else None
            role = snake(key)
            return role or snake(wrapper), _subject(parent, parents) if role in _BARE else None
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign)):
            role = _target(parent)
            owner = (
                snake(symbol.rpartition(".")[2])
                if symbol and is_type_name(symbol.rpartition(".")[2])
                else None
            )
            return role or snake(wrapper), owner if role in _BARE else None
        if isinstance(parent, (ast.Return, ast.Yield)):
            name = symbol.rpartition(".")[2]
            role = snake(_MAKER.sub("", name.strip("_"))) if name else None
            # `return UserID(str(uuid4()))`: the type says more than the function's name.
            return snake(wrapper) or role, None
        if isinstance(parent, ast.arguments):
            parameter = parents.once("defaults", parent, by_default).get(current)
            return snake(parameter.arg if parameter else None) or snake(wrapper), None
        if isinstance(
            parent,
            (
                ast.BoolOp, ast.IfExp, ast.Lambda, ast.Await, ast.Starred, ast.Tuple, ast.List, ast.Set,
                ast.ListComp, ast.SetComp, ast.GeneratorExp,
            ),
        ):  # fmt: skip
            if isinstance(parent, (ast.Tuple, ast.List)):
                found = _position(parents, parent, current)
                if found is not None:
                    return found, None
            current = parent
            continue
        return snake(wrapper), None


def is_secret(role: str | None) -> bool:
    """Whether a thing of this name is a credential, which no id may be (it belongs to ``secrets``)."""
    return role is not None and _SECRET.search(role) is not None and not _NO_SECRET.search(role)


def snake(name: str | None) -> str | None:
    """``requestId``, ``X-Request-ID``, ``UserID`` -> ``request_id``, ``x_request_id``, ``user_id``."""
    if not name:
        return None
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    text = re.sub(r"[^0-9A-Za-z]+", "_", text).strip("_").lower()
    return re.sub(r"_ids$|^ids$", lambda match: match.group()[:-1], text) or None


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _key_of(call: ast.Call) -> str | None:
    return next((_text(argument) for argument in call.args if _text(argument)), None)


def _callee(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_type_name(name: str) -> bool:
    """Whether a callable of this name is a class by convention: ``UserID``, not ``make`` or ``MAKE``."""
    return name.lstrip("_")[:1].isupper() and not name.isupper()


def _target(parent: ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign) -> str | None:
    return _named(parent.targets[0] if isinstance(parent, ast.Assign) else parent.target)


def _named(target: ast.expr) -> str | None:
    if isinstance(target, ast.Name):
        return snake(target.id)
    if isinstance(target, ast.Attribute):
        return snake(target.attr)
    if isinstance(target, ast.Subscript):
        return snake(_text(target.slice))
    return None


def _position(parents: Parents, display: ast.Tuple | ast.List, value: ast.AST) -> str | None:
    """``a_id, b_id = uuid4(), uuid4()``: the name at the same position."""
    outer = parents.get(display)
    if not isinstance(outer, ast.Assign) or not isinstance(outer.targets[0], (ast.Tuple, ast.List)):
        return None
    names = outer.targets[0].elts
    if len(names) != len(display.elts):
        return None
    return _named(names[parents.place(value, display.elts) or 0])


def _subject(holder: ast.AST | None, parents: Mapping[ast.AST, ast.AST] | None) -> str | None:
    """What has the id: the class that is called, or the name that the dictionary goes to."""
    if isinstance(holder, ast.Call):
        name = _callee(holder)
        return snake(name) if is_type_name(name) else None
    parent = parents.get(holder) if parents is not None and holder is not None else None
    if isinstance(parent, (ast.Assign, ast.AnnAssign)) and holder is not None:
        return _target(parent)
    return None
