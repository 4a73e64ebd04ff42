"""What becomes of an argument: of the file's functions and classes, and of what is from elsewhere."""

from __future__ import annotations

import ast
from dataclasses import replace

from flake8_ssot_ids.semantics.flow.asked import called_with
from flake8_ssot_ids.semantics.flow.classes import OF_CLASS, STATIC, parameter_for
from flake8_ssot_ids.semantics.flow.cuts import is_log_call
from flake8_ssot_ids.semantics.flow.exits import Exit, from_elsewhere
from flake8_ssot_ids.semantics.flow.handing import CALLERS, handed_on, put_into
from flake8_ssot_ids.semantics.flow.index import FUNCTIONS, Function, dotted, last_name, spelled
from flake8_ssot_ids.semantics.flow.reads import parameters
from flake8_ssot_ids.semantics.flow.sinks import UUID_TYPED, Sink
from flake8_ssot_ids.semantics.flow.sites import Site
from flake8_ssot_ids.semantics.flow.token import Token
from flake8_ssot_ids.semantics.flow.types import NEW_TYPE, typed_as_uuid
from flake8_ssot_ids.semantics.flow.way import Way
from flake8_ssot_ids.semantics.module.literals import text_of

_PARAMETRIZE = frozenset({"*parametrize"})
_CREATES = frozenset({"create", "get_or_create", "update_or_create", "acreate"})


def argument(way: Way, token: Token, call: ast.Call, given: ast.expr | ast.keyword) -> None:
    """The value is ``given`` to ``call``, itself, in an aggregate or as what a callable makes."""
    if not is_log_call(call, way.index):
        for site in way.definitions.sites(call):
            _argument(way, token, site, given)


def _argument(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> None:
    if site.meaning.among(_PARAMETRIZE):
        _parametrized(way, token, site, given)
        return
    own = any(isinstance(one, FUNCTIONS) for one in way.definitions.callees(site))
    if not own or site.meaning.dotted:
        if not token.path and not token.factory and called_with(way, token, site, site.where(given)):
            return
        if handed_on(way, token, site, given) or put_into(way, token, site, given):
            return
    if isinstance(given, ast.keyword) and given.arg is None:
        _spread(way, token, site)
        return
    if site.meaning.among(CALLERS):
        site = _deferred(way, site, given) or site
    if isinstance(site.function, ast.Lambda):
        _to_parameter(way, token, site, site.function, given, bound=False)
        return
    _to_callee(way, token, site, given)


def _to_callee(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> None:
    definitions = way.definitions.callees(site)
    for found in definitions:
        if isinstance(found, ast.ClassDef):
            _to_class(way, token, site, found, given)
        else:
            _to_function(way, token, site, found, given)
    if not definitions:
        _to_unknown(way, token, site, given)


def _deferred(way: Way, site: Site, given: ast.expr | ast.keyword) -> Site | None:
    """The call that ``submit(function, value)`` or ``partial(function, value)`` will make."""
    args = site.call.args
    for at, function in enumerate(args[site.skipped : site.skipped + 2], site.skipped):
        if function is given:
            return None
        if isinstance(function, (ast.Name, ast.Attribute)):
            return replace(
                site, function=function, meaning=way.index.means(function), before=(), skipped=at + 1
            )
    return None


def _parametrized(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> None:
    """``@pytest.mark.parametrize("a, b", [(1, value)])``: the parameters of the test."""
    test, call = way.index.parents.get(site.call), site.call
    if not isinstance(test, FUNCTIONS) or len(call.args) < 2 or call.args[1] is not given or not token.path:
        return
    names = [name.strip() for name in (text_of(call.args[0]) or "").split(",")]
    path = token.path[1:]
    if len(names) > 1:
        at = path[0][1] if path and path[0][0] == "item" else None
        names, path = (names[at : at + 1], path[1:]) if isinstance(at, int) else ([], path)
    for parameter in parameters(test.args):
        if parameter.arg in names:
            way.parameter(token.at(token.node, path=path), parameter)


def _spread(way: Way, token: Token, site: Site) -> None:
    """``call(**values)``: the entry that holds the value is a keyword."""
    if token.path and token.path[0][0] == "key" and isinstance(token.path[0][1], str):
        keyword = ast.keyword(token.path[0][1], token.node)
        _to_callee(way, token.at(token.node, path=token.path[1:]), site, keyword)


def _to_function(
    way: Way, token: Token, site: Site, function: Function, given: ast.expr | ast.keyword
) -> None:
    definitions, called = way.definitions, site.function
    bound = way.index.class_of(function) is not None and not way.index.decorated(function, STATIC)
    if bound and isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        of_class = bool(definitions.classes_named(called.value))
        bound = not of_class or way.index.decorated(function, OF_CLASS)
    _to_parameter(way, token.at(token.node, leave=True), site, function, given, bound=bound)


def _to_parameter(
    way: Way,
    token: Token,
    site: Site,
    function: Function | ast.Lambda,
    given: ast.expr | ast.keyword,
    *,
    bound: bool,
) -> None:
    found = parameter_for(function, site, given, bound=bound)
    if found is None or token.hops >= 3:
        return
    parameter, rest = found
    inner = token.at(token.node, further=1)
    if rest:
        step = ("key", given.arg) if isinstance(given, ast.keyword) else ("item", None)
        inner = inner.at(inner.node, path=(step, *inner.path))
    way.parameter(inner, parameter, rest=rest)


def _to_class(way: Way, token: Token, site: Site, cls: ast.ClassDef, given: ast.expr | ast.keyword) -> None:
    """``Session(session_id=value)`` for a class of this file."""
    name = given.arg if isinstance(given, ast.keyword) else None
    init = way.definitions.method(cls, "__init__")
    if init is not None:
        _to_parameter(way, replace(token, instance=site.call), site, init, given, bound=True)
        taken = parameter_for(init, site, given, bound=True)
        # `super().__init__(**kwargs)` fills a declared field.
        if name is None or taken is None or not taken[1] or way.definitions.field(cls, name) is None:
            return
    name = name or way.definitions.field_at(cls, site.place(given))
    if name is None:
        return
    through = f"{cls.name}({name}=…)"
    inner = token.at(token.node, through, leave=True)
    way.field(inner, cls, name, everywhere=False, through=through)
    typed_dict = any("TypedDict" in way.index.means(base).words for base in cls.bases)
    way.push(inner.at(site.call, path=(("key" if typed_dict else "attr", name), *token.path)))


def _to_unknown(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> None:
    """A call of something from elsewhere."""
    if not token.path and not token.factory:
        way.exits += (Exit(target, site.call, site, given) for target in from_elsewhere(site.meaning))
    function, call = site.function, site.call
    name = last_name(call.func)
    if not name[:1].isupper():
        name = last_name(function) or name
    if isinstance(given, ast.keyword):
        if isinstance(function, ast.Attribute) and name in _CREATES:
            name = _created(way, token, function, given) or name
        if name[:1].isupper() and given.arg:
            through = f"{name}({given.arg}=…)"
            way.push(token.at(call, through, path=(("attr", given.arg), *token.path)))
        return
    if token.path or token.factory or len(site.args) != 1 or call.keywords:
        return
    if isinstance(function, ast.Call) and way.index.means(function.func).among(NEW_TYPE):
        if len(function.args) > 1 and typed_as_uuid(function.args[1], (), way.index):
            detail = f"`{spelled(call, last_name(call.func))}`"
            way.found(Sink(UUID_TYPED, call, detail, token.through))
        way.push(token.at(call))
    elif name[:1].isupper() and name.lower().endswith("id"):
        # UserID(value): a type of ids from elsewhere.
        way.push(token.at(call))


def _created(way: Way, token: Token, function: ast.Attribute, given: ast.keyword) -> str | None:
    """``Model.objects.create(session_id=value)``: the name of the model."""
    manager = function.value
    if not isinstance(manager, ast.Attribute) or manager.attr != "objects":
        return None
    for cls in way.definitions.classes_named(manager.value):
        if given.arg:
            through = f"{dotted(function)}({given.arg}=…)"
            way.field(token, cls, given.arg, reads=False, through=through)
    return last_name(manager.value)
