"""The methods that the body of one class defines, decorators and assignments included."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from flake8_ssot_ids.semantics.classes.body import UNBOUND, Bound, Bounds
from flake8_ssot_ids.semantics.classes.lookup import Found, Lookup, Table
from flake8_ssot_ids.semantics.classes.method import Kind, Method, unknown
from flake8_ssot_ids.semantics.module.syntax import descendants

#: Decorators that make a method of another kind.
_KINDS: dict[str, Kind] = {
    "builtins.staticmethod": "static",
    "abc.abstractstaticmethod": "static",
    "builtins.classmethod": "class",
    "abc.abstractclassmethod": "class",
    "builtins.property": "property",
    "abc.abstractproperty": "property",
    "functools.cached_property": "property",
    "enum.property": "property",
    "types.DynamicClassAttribute": "property",
}
#: Decorators that give back what they get.
_SAME = frozenset(
    {
        *("abc.abstractmethod", "atexit.register", "typing.final"),
        *("typing.no_type_check", "typing.overload", "typing.override"),
    }
)
#: Decorators that give a function back that takes what theirs takes.
_LIKE = frozenset(
    {
        *("functools.cache", "functools.lru_cache", "contextlib.contextmanager"),
        *("contextlib.asynccontextmanager", "typing.deprecated", "warnings.deprecated"),
    }
)
_KNOWN = frozenset({*_KINDS, *_SAME, *_LIKE})
_ACCESSORS = frozenset({"setter", "getter", "deleter"})
_IMPLIED: dict[str, Kind] = {"__new__": "static", "__init_subclass__": "class", "__class_getitem__": "class"}
_LITERALS = (ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_WRITERS = frozenset({"setattr", "__setattr__"})


def name_of(lookup: Lookup, bounds: Bounds, table: Table, known: Iterable[str] = _KNOWN) -> str:
    """The dotted path of what the bounds certainly are; empty: that cannot be told.

    Names in ``known`` are taken as they are imported, so that no module has to be read for them.
    """
    if len(bounds) != 1:
        return ""
    bound = bounds[0]
    if bound.module:
        path = ".".join((bound.module, *bound.names)).replace("typing_extensions.", "typing.")
        if path in known:
            return path
    found = lookup.follow(bounds, table)
    one = found[0]
    if len(found) > 1 or isinstance(one, str) or one.rest:
        return ""
    return one.dotted.replace("typing_extensions.", "typing.") if one.node or not one.table else ""


def described(lookup: Lookup, found: Found, name: str, owner: str, kind: Kind) -> Method:
    """The method that a function is, seen through its decorators; before them it is of this kind."""
    node, table = found.node, found.table
    if not isinstance(node, _FUNCTIONS) or table is None or found.rest:
        return unknown(name, owner)
    method = Method(name, _IMPLIED.get(name, kind) if kind == "instance" else kind, node.args, owner)
    decorators = table.body.decorators.get(node, [])
    for bounds, decorator in zip(reversed(decorators), reversed(node.decorator_list), strict=True):
        method = _decorated(lookup, method, bounds, table, isinstance(decorator, ast.Call))
    return method


def _decorated(lookup: Lookup, method: Method, bounds: Bounds, table: Table, called: bool) -> Method:
    """The method behind one more decorator, which is ``called`` if it is written with arguments."""
    if method.arguments is None:
        return method
    if all(
        isinstance(one.node, _FUNCTIONS) and one.names[-1:] and one.names[-1] in _ACCESSORS for one in bounds
    ):
        return replace(method, kind="property")
    name = name_of(lookup, bounds, table)
    if name in _SAME or gives_back(lookup, bounds, table, called):
        return method
    if method.kind in ("instance", "function") or method.name in _IMPLIED:
        if name in _KINDS:
            return replace(method, kind=_KINDS[name])
        if name in _LIKE:
            return method
    return unknown(method.name, method.owner)


def gives_back(lookup: Lookup, bounds: Bounds, table: Table, called: bool) -> bool:
    """Whether a decorator surely gives back what it gets, unchanged, as one that only registers it does."""
    found = lookup.follow(bounds, table)
    node = found[0].node if len(found) == 1 and isinstance(found[0], Found) and not found[0].rest else None
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return False
    if called:
        name = _only_return(node)
        inner = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == name]
        if len(inner) != 1 or inner[0].decorator_list:
            return False
        node = inner[0]
    first = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)[:1]]
    return first == [_only_return(node)] and all(name not in first for name, _ in _stored(ast.walk(node)))


def _only_return(function: ast.FunctionDef) -> str:
    """The name whose value all ways through a function return, if it is bound only once; else empty."""
    if not isinstance(function.body[-1], ast.Return):
        return ""
    names = set()
    pending: list[ast.AST] = [*function.body]
    bound: list[str] = []
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.append(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Return):
            names.add(node.value.id if isinstance(node.value, ast.Name) else "")
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.append(node.id)
        pending.extend(ast.iter_child_nodes(node))
    name = names.pop() if len(names) == 1 else ""
    arguments = function.args
    bound += (argument.arg for argument in (*arguments.posonlyargs, *arguments.args))
    return name if bound.count(name) == 1 else ""


@dataclass(slots=True)
class Own:
    """What a class itself defines: its methods, each in every way that it may be defined.

    ``certain`` are those that are defined whatever way is taken. ``assigned`` are attributes that
    code sets later, to the class or to its instances; ``open`` says that there may be more.
    """

    methods: dict[str, list[Method]] = field(default_factory=dict)
    certain: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    open: bool = False


def own_of(lookup: Lookup, found: Found) -> Own:
    """What the class ``found`` defines in its body, and what its module assigns to it."""
    assert isinstance(found.node, ast.ClassDef)
    assert found.table is not None
    body = lookup.body_of(found)
    own = Own(assigned={*body.declared}, open=body.open)
    for name, bounds in body.names.items():
        methods = [_method(lookup, found, name, bound) for bound in bounds if bound != UNBOUND]
        if methods:
            own.methods[name] = methods
            if UNBOUND not in bounds:
                own.certain.add(name)
    slots = body.names.get("__slots__", ())
    for slot in slots:
        if slot.node is not None:
            own.assigned.update(_texts(slot.node))
    receivers = {found.node.name}
    for statement in descendants(found.node):
        if isinstance(statement, _FUNCTIONS):
            receivers.update(
                argument.arg for argument in (*statement.args.posonlyargs, *statement.args.args)[:1]
            )
    of_module = found.table.body
    if of_module.stored is None:
        of_module.stored = {}
        for receiver, stored in _stored(descendants(found.table.tree)):
            of_module.stored.setdefault(receiver, set()).add(stored)
    later = {stored for receiver, stored in _stored(descendants(found.node)) if receiver in receivers}
    later |= of_module.stored.get(found.node.name, set())
    own.open |= not later.isdisjoint((None, "__dict__"))
    own.assigned.update(filter(None, later))
    return own


def _method(lookup: Lookup, found: Found, name: str, bound: Bound) -> Method:
    owner, table = found.dotted, found.table
    assert table is not None
    node = bound.node
    if isinstance(node, ast.Lambda) and not bound.names:
        return Method(name, "instance", node.args, owner)
    if isinstance(node, ast.Call) and not bound.names and node in table.body.calls:
        function, argument = table.body.calls[node]
        inner = _method(lookup, found, name, argument[0]) if len(argument) == 1 else unknown(name, owner)
        return _decorated(lookup, inner, function, table, called=False)
    if bound.module or isinstance(node, _FUNCTIONS):
        several = lookup.follow((bound,), table, owner)
        if len(several) == 1 and isinstance(several[0], Found):
            return described(lookup, several[0], name, owner, "instance")
    plain = isinstance(node, _LITERALS) or (
        isinstance(node, ast.Constant) and node.value is not None and node.value is not Ellipsis
    )
    return replace(unknown(name, owner), plain=plain and not bound.names)


def _texts(node: ast.AST) -> Iterator[str]:
    return (
        inner.value
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    )


def _stored(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str | None]]:
    """The names in whose attributes code stores something, each with the attribute; None: one it makes up."""
    for node in nodes:
        if isinstance(node, ast.Attribute):
            if isinstance(node.ctx, ast.Load):
                if node.attr in ("update", "setdefault"):
                    yield _namespace_of(node.value), None
            else:
                yield _name(node.value), node.attr
        elif isinstance(node, ast.Subscript):
            if isinstance(node.ctx, ast.Store):
                yield _namespace_of(node.value), None
        elif isinstance(node, ast.Call) and len(node.args) == 3:
            function = _name(node.func) or getattr(node.func, "attr", "")
            if function in _WRITERS:
                name = node.args[1]
                spelled = name.value if isinstance(name, ast.Constant) else None
                yield _name(node.args[0]), spelled if isinstance(spelled, str) else None


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _namespace_of(node: ast.expr) -> str:
    """``self`` of ``self.__dict__`` and of ``vars(self)``."""
    if isinstance(node, ast.Attribute):
        return _name(node.value) if node.attr == "__dict__" else ""
    if isinstance(node, ast.Call) and _name(node.func) == "vars" and len(node.args) == 1:
        return _name(node.args[0])
    return ""
