"""What becomes of an argument: of the file's functions and classes, of containers, of fields."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_ssot_ids.semantics.flow import tests as flows_tests
from flake8_ssot_ids.semantics.flow.classes import parameter_for
from flake8_ssot_ids.semantics.flow.cuts import is_log_call
from flake8_ssot_ids.semantics.flow.exits import note_argument
from flake8_ssot_ids.semantics.flow.index import FUNCTIONS, Function, dotted, last_name, position, spelled
from flake8_ssot_ids.semantics.flow.reads import parameters
from flake8_ssot_ids.semantics.flow.sinks import PARSED_AS_UUID, UUID_TYPED, Sink
from flake8_ssot_ids.semantics.flow.token import Token
from flake8_ssot_ids.semantics.flow.types import is_uuid_class, key_of, typed_as_uuid
from flake8_ssot_ids.semantics.module.literals import text_of

if TYPE_CHECKING:
    from flake8_ssot_ids.semantics.flow.trace import Trace

#: Keywords whose value fills the field that the call describes, or makes such values.
_FACTORIES = frozenset(
    {
        "default",
        "default_factory",
        "factory",
        "insert_default",
        "onupdate",
        "missing",
        "load_default",
        "dump_default",
    }
)
_HANDED = frozenset({"Depends", "Security"})
_WRAPPING = frozenset({"staticmethod", "partial", "Factory", "LazyFunction", "wraps"})
#: Functions that give the same things in another container.
_COPIES = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "dict", "copy", "deepcopy"}
)
_ADDS = frozenset({"append", "add", "appendleft", "insert"})
_DEFAULTING = frozenset({"get", "pop", "getattr", "getenv", "next"})
_AS_DICT = frozenset({"model_dump", "dict", "to_dict", "asdict", "as_dict", "_asdict"})
#: Functions that call their first or second argument with the rest.
_CALLERS = frozenset(
    {
        "partial",
        "submit",
        "to_thread",
        "run_in_executor",
        "call_soon",
        "call_later",
        "add_task",
        "apply_async",
    }
)
_CREATES = frozenset({"create", "get_or_create", "update_or_create", "acreate"})


def argument(trace: Trace, token: Token, call: ast.Call, given: ast.expr | ast.keyword) -> None:
    """The value is ``given`` to ``call``, itself, in an aggregate or as what a callable makes."""
    if is_log_call(call):
        return
    if last_name(call.func) == "parametrize":
        _parametrized(trace, token, call, given)
        return
    if not token.path and not token.factory and flows_tests.called_with(trace, token, call, given):
        return
    if _handed_on(trace, token, call, given) or _to_container(trace, token, call, given):
        return
    if isinstance(given, ast.keyword) and given.arg is None:
        _spread(trace, token, call)
        return
    inner = _deferred(call, given) if last_name(call.func) in _CALLERS else None
    if inner is not None:
        call = inner
    if isinstance(call.func, ast.Lambda):
        _to_parameter(trace, token, call, call.func, given, bound=False)
        return
    definitions = trace.definitions.called(call)
    for found in definitions:
        if isinstance(found, ast.ClassDef):
            _to_class(trace, token, call, found, given)
        else:
            _to_function(trace, token, call, found, given)
    if not definitions:
        _to_unknown(trace, token, call, given)


def method_of_aggregate(trace: Trace, token: Token, name: str, call: ast.Call) -> None:
    """A method is called on an aggregate that holds the value."""
    (kind, step), rest = token.path[0], token.path[1:]
    if kind == "key" and name in ("get", "pop", "setdefault", "__getitem__"):
        key = key_of(call.args[0]) if call.args else None
        if key is not None and step in (None, key):
            trace.push(token.at(call, f"{dotted(call.func)}({key!r})", path=rest))
    elif (kind == "item" and name in ("pop", "popleft", "__getitem__")) or (
        kind == "key" and name == "values"
    ):
        trace.push(token.at(call, path=rest if kind == "item" else (("item", None), *rest)))
    elif kind == "key" and name == "items":
        trace.push(token.at(call, path=(("item", None), ("item", 1), *rest)))
    elif name in ("copy", "model_copy", "union") and not call.args:
        trace.push(token.at(call))
    elif kind == "attr" and name in _AS_DICT:
        trace.push(token.at(call, path=(("key", step), *rest)))


def _handed_on(trace: Trace, token: Token, call: ast.Call, given: ast.expr | ast.keyword) -> bool:
    """Functions that hand their argument on; whether this was one."""
    name = last_name(call.func)
    if isinstance(given, ast.keyword):
        if given.arg in _FACTORIES and not trace.definitions.called(call):
            if not token.path:
                trace.narrow(token, call)
            trace.push(token.at(call, factory=False))
            return True
        return False
    at = call.args.index(given)
    if token.factory:
        if name in _HANDED:
            trace.push(token.at(call, factory=False))
        elif name == "map" and at == 0:
            trace.push(token.at(call, factory=False, path=(("item", None), *token.path)))
        elif name in _WRAPPING and at == 0:
            trace.push(token.at(call))
        else:
            return False
        return True
    if name == "join" and len(token.path) == 1 and token.path[0][0] == "item":
        if isinstance(given, (ast.List, ast.Tuple)) and len(given.elts) == 1:
            trace.push(token.at(call, path=()))
        else:
            trace.glued(call, token)
        return True
    if token.path and name == "map" and at == 1 and token.path[0][0] == "item":
        if len(token.path) == 1 and is_uuid_class(call.args[0], trace.index):
            trace.found(Sink(PARSED_AS_UUID, call, f"`{spelled(call, 'map(UUID, …)')}`", token.through))
        elif last_name(call.args[0]) == "str":
            trace.push(token.at(call))
        elif last_name(call.args[0]) in trace.index.functions:
            for function in trace.index.functions[last_name(call.args[0])]:
                parameters = [*function.args.posonlyargs, *function.args.args]
                if trace.index.class_of(function) is None and parameters:
                    inner = token.at(token.node, path=token.path[1:], further=1)
                    trace.parameter(inner, parameters[0])
        return True
    if token.path and name in _COPIES and at == 0:
        trace.push(token.at(call))
        return True
    if token.path and name in ("enumerate", "zip") and token.path[0][0] == "item":
        number = at if name == "zip" else 1
        trace.push(token.at(call, path=(("item", None), ("item", number), *token.path[1:])))
        return True
    if token.path and token.path[0][0] == "attr" and name in ("asdict", "vars") and at == 0:
        trace.push(token.at(call, path=(("key", token.path[0][1]), *token.path[1:])))
        return True
    if token.path and name in ("next", "min", "max") and at == 0 and token.path[0][0] == "item":
        trace.push(token.at(call, path=token.path[1:]))
        return True
    if name in _DEFAULTING and at == len(call.args) - 1 and at > 0:
        trace.push(token.at(call))
        return True
    return False


def _to_container(trace: Trace, token: Token, call: ast.Call, given: ast.expr | ast.keyword) -> bool:
    """Methods and functions that put their argument into something; whether this was one."""
    function, name = call.func, last_name(call.func)
    if name == "setattr" and len(call.args) == 3 and call.args[2] is given:
        attribute = text_of(call.args[1])
        if attribute is not None:
            trace.attribute(token, call.args[0], attribute, call)
        return True
    if name == "dict" and isinstance(function, ast.Name) and isinstance(given, ast.keyword) and given.arg:
        trace.push(token.at(call, f"[{given.arg!r}]", path=(("key", given.arg), *token.path)))
        return True
    if not isinstance(function, ast.Attribute):
        return False
    if name == "setdefault" and len(call.args) == 2 and call.args[1] is given:
        key = key_of(call.args[0])
        if key is not None:
            trace.changed(token, function.value, ("key", key), call)
        trace.push(token.at(call))
        return True
    if name == "update" and not trace.definitions.called(call):
        if isinstance(given, ast.keyword) and given.arg:
            trace.changed(token, function.value, ("key", given.arg), call)
        elif token.path and token.path[0][0] == "key":
            inner = token.at(token.node, path=token.path[1:])
            trace.changed(inner, function.value, token.path[0], call)
        return True
    if isinstance(given, ast.keyword) or call.args[-1] is not given or trace.definitions.called(call):
        return False
    if name in _ADDS:
        trace.changed(token, function.value, ("item", None), call)
        return True
    if name == "extend" and token.path and token.path[0][0] == "item":
        inner = token.at(token.node, path=token.path[1:])
        trace.changed(inner, function.value, ("item", None), call)
        return True
    return False


def _deferred(call: ast.Call, given: ast.expr | ast.keyword) -> ast.Call | None:
    """The call that ``submit(function, value)`` or ``partial(function, value)`` will make."""
    for at, function in enumerate(call.args[:2]):
        if function is given:
            return None
        if isinstance(function, (ast.Name, ast.Attribute)):
            return ast.Call(function, call.args[at + 1 :], call.keywords)
    return None


def _parametrized(trace: Trace, token: Token, call: ast.Call, given: ast.expr | ast.keyword) -> None:
    """``@pytest.mark.parametrize("a, b", [(1, value)])``: the parameters of the test."""
    test = trace.index.parents.get(call)
    if not isinstance(test, FUNCTIONS) or len(call.args) < 2 or call.args[1] is not given or not token.path:
        return
    names = [name.strip() for name in (text_of(call.args[0]) or "").split(",")]
    path = token.path[1:]
    if len(names) > 1:
        at = path[0][1] if path and path[0][0] == "item" else None
        names, path = (names[at : at + 1], path[1:]) if isinstance(at, int) else ([], path)
    for parameter in parameters(test.args):
        if parameter.arg in names:
            trace.parameter(token.at(token.node, path=path), parameter)


def _spread(trace: Trace, token: Token, call: ast.Call) -> None:
    """``call(**values)``: the entry that holds the value is a keyword."""
    if not token.path or token.path[0][0] != "key" or not isinstance(token.path[0][1], str):
        return
    keyword = ast.keyword(token.path[0][1], token.node)
    inner = token.at(token.node, path=token.path[1:])
    definitions = trace.definitions.called(call)
    if not definitions:
        note_argument(trace, inner, call, keyword)
    for found in definitions:
        if isinstance(found, ast.ClassDef):
            _to_class(trace, inner, call, found, keyword)
        else:
            _to_function(trace, inner, call, found, keyword)


def _to_function(
    trace: Trace, token: Token, call: ast.Call, function: Function, given: ast.expr | ast.keyword
) -> None:
    bound = trace.index.class_of(function) is not None
    if any(last_name(one) == "staticmethod" for one in function.decorator_list):
        bound = False
    elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        of_class = any(last_name(one) == "classmethod" for one in function.decorator_list)
        named = call.func.value.id in trace.index.classes and not trace.reads.bindings(call.func.value)
        bound = bound and (of_class or not named)
    _to_parameter(trace, token.at(token.node, leave=True), call, function, given, bound=bound)


def _to_parameter(
    trace: Trace,
    token: Token,
    call: ast.Call,
    function: Function | ast.Lambda,
    given: ast.expr | ast.keyword,
    *,
    bound: bool,
) -> None:
    found = parameter_for(function, call, given, bound=bound)
    if found is None or token.hops >= 3:
        return
    parameter, rest = found
    inner = token.at(token.node, further=1)
    if rest:
        step = ("key", given.arg) if isinstance(given, ast.keyword) else ("item", None)
        inner = inner.at(inner.node, path=(step, *inner.path))
    trace.parameter(inner, parameter, rest=rest)


def _to_class(
    trace: Trace, token: Token, call: ast.Call, cls: ast.ClassDef, given: ast.expr | ast.keyword
) -> None:
    """``Session(session_id=value)`` for a class of this file."""
    init = trace.definitions.method(cls, "__init__")
    if init is not None:
        _to_parameter(trace, replace(token, instance=call), call, init, given, bound=True)
        taken = parameter_for(init, call, given, bound=True)
        name = given.arg if isinstance(given, ast.keyword) else None
        # `super().__init__(**kwargs)` fills a declared field.
        if name is None or taken is None or not taken[1] or trace.definitions.field(cls, name) is None:
            return
    if isinstance(given, ast.keyword):
        name = given.arg
    else:
        fields, at = trace.definitions.fields(cls), call.args.index(given)
        name = fields[at] if at < len(fields) else None
    if name is None:
        return
    through = f"{cls.name}({name}=…)"
    inner = token.at(token.node, through, leave=True)
    trace.field(inner, cls, name, everywhere=False, through=through)
    kind = "key" if any(last_name(base) == "TypedDict" for base in cls.bases) else "attr"
    trace.push(inner.at(call, path=((kind, name), *token.path)))


def _to_unknown(trace: Trace, token: Token, call: ast.Call, given: ast.expr | ast.keyword) -> None:
    """A call of something from elsewhere."""
    note_argument(trace, token, call, given)
    function = call.func
    name = last_name(function)
    if isinstance(given, ast.keyword):
        owner = dotted(function).split(".")
        if name in _CREATES and owner[1:2] == ["objects"]:
            # Model.objects.create(session_id=value)
            for cls in sorted(trace.index.classes.get(owner[0], ()), key=position):
                if given.arg:
                    trace.field(
                        token,
                        cls,
                        given.arg,
                        reads=False,
                        through=f"{dotted(function)}({given.arg}=…)",
                    )
            name = owner[0]
        if name[:1].isupper() and given.arg:
            through = f"{name}({given.arg}=…)"
            trace.push(token.at(call, through, path=(("attr", given.arg), *token.path)))
        return
    if token.path or token.factory or len(call.args) != 1 or call.keywords:
        return
    alias = trace.index.value_of(name) if isinstance(function, ast.Name) else None
    if isinstance(alias, ast.Call) and last_name(alias.func) == "NewType":
        if typed_as_uuid(function, (), trace.index):
            trace.found(Sink(UUID_TYPED, call, f"`{spelled(call, name)}`", token.through))
        trace.push(token.at(call))
    elif name[:1].isupper() and name.lower().endswith("id"):
        # UserID(value): a type of ids from elsewhere.
        trace.push(token.at(call))
