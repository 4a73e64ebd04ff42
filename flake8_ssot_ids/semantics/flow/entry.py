"""How a value comes in from another module: as an argument, as a field of a class."""

from __future__ import annotations

import ast

from flake8_ssot_ids.semantics.flow.calls import argument
from flake8_ssot_ids.semantics.flow.classes import STATIC, parameter_for
from flake8_ssot_ids.semantics.flow.exits import Exit, targets_of
from flake8_ssot_ids.semantics.flow.index import Function, NodeIndex
from flake8_ssot_ids.semantics.flow.token import Token
from flake8_ssot_ids.semantics.flow.way import Way


def enter(way: Way, token: Token, names: tuple[str, ...], leaving: Exit) -> list[str] | None:
    """Take up a value that another module gives to ``names`` of this one.

    None where it has been taken up or there is no such thing; else the dotted names of the classes from
    elsewhere that the field may be inherited from.
    """
    cls = next(iter(way.index.classes.get(names[0], ())), None) if names else None
    if cls is None:
        function = _function(way.index, names)
        if function is not None:
            _to_function(way, token, function, leaving, bound=False)
        elif names:
            _to_alias(way, token, names, leaving)
        return None
    if len(names) > 1:
        method = way.definitions.method(cls, names[1])
        if method is not None and len(names) == 2:
            static = way.index.decorated(method, STATIC)
            _to_function(way, token, method, leaving, bound=not static)
        return None
    return _to_class(way, token, cls, leaving)


def _function(index: NodeIndex, names: tuple[str, ...]) -> Function | None:
    if len(names) != 1:
        return None
    for function in index.functions.get(names[0], ()):
        if index.class_of(function) is None and index.function_of(function) is None:
            return function
    return None


def _to_alias(way: Way, token: Token, names: tuple[str, ...], leaving: Exit) -> None:
    """The value is given to what a name of the module is assigned, such as ``partial(UUID)``."""
    site, value = leaving.site, way.index.value_of(names[0])
    if value is None or site is None or leaving.given is None:
        return
    for name in names[1:]:
        value = ast.copy_location(ast.Attribute(value, name, ast.Load()), value)
    call = ast.Call(value, site.args, [*site.keywords, *site.call.keywords])
    argument(way, token, ast.copy_location(call, value), leaving.given)


def _to_function(way: Way, token: Token, function: Function, leaving: Exit, *, bound: bool) -> None:
    if leaving.given is None or leaving.site is None:
        return
    found = parameter_for(function, leaving.site, leaving.given, bound=bound)
    if found is not None and not found[1]:
        way.parameter(token, found[0])


def _to_class(way: Way, token: Token, cls: ast.ClassDef, leaving: Exit) -> list[str] | None:
    name = leaving.attribute
    if leaving.given is not None and leaving.site is not None:
        init = way.definitions.method(cls, "__init__")
        if init is not None:
            _to_function(way, token, init, leaving, bound=True)
            return None
        if isinstance(leaving.given, ast.keyword):
            name = leaving.given.arg or ""
        else:
            name = way.definitions.field_at(cls, leaving.site.place(leaving.given)) or ""
    if not name:
        return None
    way.field(token, cls, name, through=f"{cls.name}.{name}")
    if way.definitions.field(cls, name) is not None:
        return None
    bases = [base for one in way.definitions.ancestors(cls) for base in one.bases]
    return [target for base in bases for target in targets_of(base, way.index)]
