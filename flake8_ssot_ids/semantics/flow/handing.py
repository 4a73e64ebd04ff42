"""Callables that hand an argument on: in another container, as a part of one, as what a factory makes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeVar

from flake8_ssot_ids.semantics.flow.index import FUNCTIONS, dotted, spelled, words
from flake8_ssot_ids.semantics.flow.sinks import PARSED_AS_UUID, Sink
from flake8_ssot_ids.semantics.flow.sites import PARTIAL, Site
from flake8_ssot_ids.semantics.flow.token import Token
from flake8_ssot_ids.semantics.flow.types import Path, key_of
from flake8_ssot_ids.semantics.flow.way import Way
from flake8_ssot_ids.semantics.module.literals import text_of

Row = TypeVar("Row")
#: Keywords whose value fills the field that the call describes, or makes such values.
_FACTORIES = words(
    "default default_factory factory insert_default onupdate missing load_default dump_default"
)
_AS_DICT = words("model_dump dict to_dict asdict as_dict _asdict")


def handed_on(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> bool:
    """Functions that hand their argument on; whether this was one."""
    call, meaning = site.call, site.meaning
    if isinstance(given, ast.keyword):
        if given.arg not in _FACTORIES or way.definitions.called(call):
            return False
        if not token.path:
            way.narrow(token, call)
        way.push(token.at(call, factory=False))
        return True
    at = site.place(given)
    if at is None:
        return False
    if token.factory:
        return _from_factory(way, token, site, at)
    kept = meaning.entry(_KEPT)
    if kept is not None and token.path and token.path[0][0] in kept[0] and at in (kept[1] or (at,)):
        way.push(token.at(call, path=kept[2](token.path, at)))
        return True
    if meaning.among(_DEFAULTING) and 0 < at == len(site.args) - 1:
        way.push(token.at(call))
        return True
    special = meaning.entry(_SPECIAL)
    return special is not None and special(way, token, site, at)


def _from_factory(way: Way, token: Token, site: Site, at: int) -> bool:
    """A function that takes what makes the value: it calls it, for each item or once, or keeps it."""
    if site.meaning.among(_CALLED):
        way.push(token.at(site.call, factory=False))
    elif at == 0 and site.meaning.among(_MAP):
        way.push(token.at(site.call, factory=False, path=(("item", None), *token.path)))
    elif at == 0 and site.meaning.among(_WRAPPING):
        way.push(token.at(site.call))
    else:
        return False
    return True


def put_into(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> bool:
    """Methods and functions that put their argument into something; whether this was one."""
    puts = site.meaning.entry(_PUTS)
    return puts is not None and puts(way, token, site, given)


def method_of_aggregate(way: Way, token: Token, name: str, call: ast.Call) -> None:
    """A method is called on an aggregate that holds the value."""
    (kind, step), rest = token.path[0], token.path[1:]
    if kind == "key" and name in ("get", "pop", "setdefault", "__getitem__"):
        key = key_of(call.args[0]) if call.args else None
        if key is not None and step in (None, key):
            way.push(token.at(call, f"{dotted(call.func)}({key!r})", path=rest))
    elif (kind == "item" and name in ("pop", "popleft", "__getitem__")) or (
        kind == "key" and name == "values"
    ):
        way.push(token.at(call, path=rest if kind == "item" else (("item", None), *rest)))
    elif kind == "key" and name == "items":
        way.push(token.at(call, path=(("item", None), ("item", 1), *rest)))
    elif name in ("copy", "model_copy", "union") and not call.args:
        way.push(token.at(call))
    elif kind == "attr" and name in _AS_DICT:
        way.push(token.at(call, path=(("key", step), *rest)))


def _joined(way: Way, token: Token, site: Site, at: int) -> bool:
    if len(token.path) != 1 or token.path[0][0] != "item":
        return False
    items = site.args[at]
    if isinstance(items, (ast.List, ast.Tuple)) and len(items.elts) == 1:
        way.push(token.at(site.call, path=()))
    else:
        way.glued(site.call, token)
    return True


def _mapped(way: Way, token: Token, site: Site, at: int) -> bool:
    if at != 1 or not token.path or token.path[0][0] != "item":
        return False
    function, index = site.args[0], way.index
    meaning = index.means(function)
    if len(token.path) == 1 and index.is_uuid_class(function):
        detail = f"`{spelled(site.call, 'map(UUID, …)')}`"
        way.found(Sink(PARSED_AS_UUID, site.call, detail, token.through))
    elif "builtins.str" in meaning.keys:
        way.push(token.at(site.call))
    for one in meaning.definitions:
        if isinstance(one, FUNCTIONS) and index.class_of(one) is None:
            parameters = [*one.args.posonlyargs, *one.args.args]
            if parameters:
                way.parameter(token.at(token.node, path=token.path[1:], further=1), parameters[0])
    return True


# -- containers ----------------------------------------------------------------------------------------

Puts = Callable[[Way, Token, Site, ast.expr | ast.keyword], bool]


def _set_attribute(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> bool:
    args = site.args
    if len(args) == 3 and args[2] is given:
        attribute = text_of(args[1])
        if attribute is not None:
            way.attribute(token, args[0], attribute, site.call)
        return True
    return False


def _in_dict(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> bool:
    if not isinstance(given, ast.keyword) or not given.arg:
        return False
    way.push(token.at(site.call, f"[{given.arg!r}]", path=(("key", given.arg), *token.path)))
    return True


def _owner(site: Site) -> ast.expr | None:
    return site.function.value if isinstance(site.function, ast.Attribute) else None


def _by_default(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> bool:
    owner, args = _owner(site), site.args
    if owner is None or len(args) != 2 or args[1] is not given:
        return False
    key = key_of(args[0])
    if key is not None:
        way.changed(token, owner, ("key", key), site.call)
    way.push(token.at(site.call))
    return True


def _updated(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> bool:
    owner = _owner(site)
    if owner is None or way.definitions.called(site.call):
        return False
    if isinstance(given, ast.keyword) and given.arg:
        way.changed(token, owner, ("key", given.arg), site.call)
    elif token.path and token.path[0][0] == "key":
        way.changed(token.at(token.node, path=token.path[1:]), owner, token.path[0], site.call)
    return True


def _added(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> bool:
    owner = _owner(site)
    if owner is None or not site.call.args or site.call.args[-1] is not given:
        return False
    if way.definitions.called(site.call):
        return False
    way.changed(token, owner, ("item", None), site.call)
    return True


def _extended(way: Way, token: Token, site: Site, given: ast.expr | ast.keyword) -> bool:
    if not token.path or token.path[0][0] != "item":
        return False
    return _added(way, token.at(token.node, path=token.path[1:]), site, given)


def _table(*rows: tuple[Row, str]) -> dict[str, Row]:
    return {name: does for does, names in rows for name in names.split()}


_CALLED = words("*Depends *Security")
_MAP = words("builtins.map")
_WRAPPING = words("builtins.staticmethod functools.partial functools.wraps *Factory *LazyFunction")
_DEFAULTING = words("*get *pop *getenv builtins.getattr builtins.next")
#: How the value lies in an argument, at which places (none: any), and how it lies in the result.
_KEPT: dict[str, tuple[frozenset[str], tuple[int, ...], Callable[[Path, int], Path]]] = _table(
    (
        (words("key attr item with"), (0,), lambda path, _: path),
        "builtins.list builtins.tuple builtins.set builtins.frozenset builtins.sorted builtins.reversed "
        "builtins.iter builtins.dict copy.copy copy.deepcopy .copy .deepcopy",
    ),
    (
        (words("item"), (), lambda path, _: (("item", None), ("item", 1), *path[1:])),
        "builtins.enumerate",
    ),
    ((words("item"), (), lambda path, at: (("item", None), ("item", at), *path[1:])), "builtins.zip"),
    ((words("attr"), (0,), lambda path, _: (("key", path[0][1]), *path[1:])), "builtins.vars *asdict"),
    ((words("item"), (0,), lambda path, _: path[1:]), "builtins.min builtins.max builtins.next"),
)
_SPECIAL: dict[str, Callable[[Way, Token, Site, int], bool]] = _table(
    (_joined, ".join builtins.str.join"),
    (_mapped, "builtins.map"),
)
_PUTS: dict[str, Puts] = _table(
    (_set_attribute, "builtins.setattr *setattr"),
    (_in_dict, "builtins.dict"),
    (_by_default, "*setdefault"),
    (_updated, "*update"),
    (_added, "*append *add *appendleft *insert"),
    (_extended, "*extend"),
)
#: Functions that call their first or second argument with the rest.
CALLERS = PARTIAL | words("*submit *to_thread *run_in_executor *call_soon *call_later *add_task *apply_async")
