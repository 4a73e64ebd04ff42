"""What an id is for, read from where its value goes: a name, a key, a keyword, a column, a function."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from flake8_ssot_ids.semantics.module.parents import Parents, parents_of
from flake8_ssot_ids.semantics.module.syntax import by_default, last_name

_MAKER = re.compile(r"^(?:generate|make|create|new|get|build|gen|next|fresh|random|unique|default|mint)_+")
#: Keywords whose value fills the field that the call describes, not a parameter of that name.
_FACTORIES = frozenset(
    {"default", "default_factory", "factory", "insert_default", "server_default", "onupdate", "missing"}
)
#: What hands on, or calls, what it is given.
_PASSING = frozenset({"staticmethod", "partial", "Depends", "Factory", "LazyFunction"})
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
    r"(?:^|_)(?:idempotency|client_request|client|request|page|next|continuation|cursor|cancel|cancellation|lock"
    r"|fencing|placeholder|sentinel|claim|form|form_data|upload|resume|sync|dedup|deduplication|ack|worker)_token$"
)


#: A role, and a word for the thing that a bare ``id`` belongs to.
Role = tuple[str | None, str | None]


def role_of(node: ast.AST, parents: Mapping[ast.AST, ast.AST], symbol: str) -> Role:
    """The role of the id that ``node`` makes, and a word for the thing that a bare ``id`` belongs to.

    Both in snake case: ``("session_id", None)``, ``("id", "auth_user")``; None where nothing tells.
    """
    return _Errand(node, parents_of(parents), symbol).role()


class _Errand:
    """The way of a value up to where it is kept: each step says what the id is for, or goes on (None)."""

    def __init__(self, node: ast.AST, parents: Parents, symbol: str) -> None:
        self._current = node
        self._parents = parents
        self._symbol = symbol
        #: The first class that the value was given to: ``UserID`` of ``UserID(str(uuid4()))``.
        self._wrapper: str | None = None
        #: Whether it fills the field that a call describes: ``Column(default=uuid4)``.
        self._fills_field = False

    def role(self) -> Role:
        """What the id is for."""
        while True:
            parent = self._parents.get(self._current)
            step = _STEPS.get(parent.__class__)
            if parent is None or step is None:
                return self._by_wrapper()
            found = step(self, parent)
            if found is not None:
                return found
            if not isinstance(parent, ast.keyword):
                self._current = parent

    def _by_wrapper(self, role: str | None = None) -> Role:
        return snake(self._wrapper) or role, None

    def _in_call(self, call: ast.Call) -> Role | None:
        name = last_name(call.func)
        if self._current is call.func:
            return self._by_wrapper()
        key = self._parents.once("key", call, _key_of) if name in _KEYED else None
        if key:
            return snake(key), None
        alone = len(call.args) == 1 and not call.keywords
        if self._fills_field and alone:
            return None
        if alone and is_type_name(name):
            self._wrapper = self._wrapper or name
            return None
        return None if self._fills_field or name in _PASSING else self._by_wrapper()

    def _in_keyword(self, keyword: ast.keyword) -> Role | None:
        call = self._parents.get(keyword)
        if keyword.arg in _FACTORIES and isinstance(call, ast.Call):
            self._current, self._fills_field = call, True
            return None
        role = snake(keyword.arg)
        return role, _subject(call, None) if role in _BARE else None

    def _in_dict(self, mapping: ast.Dict) -> Role:
        at = self._parents.place(self._current, mapping.values)
        key = None if at is None else mapping.keys[at]
        role = snake(_text(key)) if key is not None else None
        return role or snake(self._wrapper), _subject(mapping, self._parents) if role in _BARE else None

    def _assigned(self, parent: ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign) -> Role:
        role = _target(parent)
        owner = self._symbol.rpartition(".")[2]
        of_class = snake(owner) if role in _BARE and is_type_name(owner) else None
        return role or snake(self._wrapper), of_class

    def _returned(self, _: ast.AST) -> Role:
        # `return UserID(str(uuid4()))`: the type says more than the function's name.
        return self._by_wrapper(snake(_MAKER.sub("", self._symbol.rpartition(".")[2].strip("_"))))

    def _by_default(self, arguments: ast.arguments) -> Role:
        parameter = self._parents.once("defaults", arguments, by_default).get(self._current)
        return snake(parameter.arg if parameter else None) or snake(self._wrapper), None

    def _in_display(self, display: ast.Tuple | ast.List) -> Role | None:
        found = _position(self._parents, display, self._current)
        return None if found is None else (found, None)

    def _on(self, _: ast.AST) -> None:
        """It hands the value on."""


#: What each class of nodes around a value tells; where there is none, the value is lost from sight.
_STEPS: dict[type, Callable[[_Errand, Any], Role | None]] = {
    ast.Call: _Errand._in_call,
    ast.keyword: _Errand._in_keyword,
    ast.Dict: _Errand._in_dict,
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign), _Errand._assigned),
    **dict.fromkeys((ast.Return, ast.Yield), _Errand._returned),
    ast.arguments: _Errand._by_default,
    **dict.fromkeys((ast.Tuple, ast.List), _Errand._in_display),
    **dict.fromkeys((ast.BoolOp, ast.IfExp, ast.Lambda, ast.Await, ast.Starred), _Errand._on),
    **dict.fromkeys((ast.Set, ast.ListComp, ast.SetComp, ast.GeneratorExp), _Errand._on),
}


def is_secret(role: str | None) -> bool:
    """Whether a thing of this name is a credential, which no id may be (it belongs to ``secrets``)."""
    return role is not None and _SECRET.search(role) is not None and not keeps_no_secret(role)


def keeps_no_secret(role: str) -> bool:
    """Whether a token of this name only tells one request, page or place from another."""
    return _NO_SECRET.search(role) is not None


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
        name = last_name(holder.func)
        return snake(name) if is_type_name(name) else None
    parent = parents.get(holder) if parents is not None and holder is not None else None
    if isinstance(parent, (ast.Assign, ast.AnnAssign)) and holder is not None:
        return _target(parent)
    return None
