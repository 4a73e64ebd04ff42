"""The names that a value goes by: variables, attributes, keys, parameters, functions that return it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flake8_ssot_ids.semantics.flow.index import FUNCTIONS, NodeIndex, last_name
from flake8_ssot_ids.semantics.flow.types import Path
from flake8_ssot_ids.semantics.module.literals import text_of

_DISPLAYS = (ast.keyword, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Starred)
_SELF = frozenset({"self", "cls"})


@dataclass(frozen=True, slots=True)
class Named:
    """One name, as it is written.

    ``owner`` is the class or the object that has it, or the callable of a keyword; empty where there is none.
    ``exact``: it is a function that gives the value, or a constant of the module.
    """

    name: str
    owner: str = ""
    exact: bool = False


def names_at(places: Iterable[tuple[ast.expr, Path]], index: NodeIndex) -> list[Named]:
    """The names of a value that was found at ``places``, in the order in which it came there."""
    found: dict[Named, None] = {}
    for node, path in places:
        for name in _in_path(node, path) if path else _around(node, index):
            if name.name:
                found.setdefault(name)
    return [*found]


def _in_path(node: ast.expr, path: Path) -> Iterator[Named]:
    """The key or the attribute that leads to the value in an aggregate."""
    kind, name = path[-1]
    if kind in ("key", "attr") and isinstance(name, str):
        yield Named(name, last_name(node) if len(path) == 1 else "")


def _around(node: ast.expr, index: NodeIndex) -> Iterator[Named]:
    if isinstance(node, ast.Call):
        yield Named(last_name(node.func), exact=True)
    else:
        yield from _of(node, index)
    parent = index.parents.get(node)
    while isinstance(parent, (ast.BoolOp, ast.IfExp, ast.Await, ast.NamedExpr)):
        if isinstance(parent, ast.NamedExpr):
            yield from _of(parent.target, index)
        parent = index.parents.get(parent)
    if isinstance(parent, ast.keyword):
        call = index.parents.get(parent)
        if isinstance(call, ast.Call):
            yield Named(parent.arg or "", last_name(call.func))
    elif isinstance(parent, ast.Dict):
        at = next((at for at, value in enumerate(parent.values) if value is node), None)
        key = None if at is None else parent.keys[at]
        yield Named((text_of(key) or "") if key is not None else "")
    elif isinstance(parent, ast.Assign):
        for target in parent.targets:
            yield from _of(target, index)
    elif isinstance(parent, (ast.AnnAssign, ast.AugAssign)):
        yield from _of(parent.target, index)
    elif isinstance(parent, (ast.Return, ast.Yield)):
        function = index.function_of(parent)
        if isinstance(function, FUNCTIONS):
            yield Named(function.name, exact=True)


def _of(node: ast.expr, index: NodeIndex) -> Iterator[Named]:
    if isinstance(node, ast.Name):
        top = index.function_of(node) is None and index.class_of(node) is None
        yield Named(node.id, _class_name(node, index) if not top else "", exact=top and node.id.isupper())
    elif isinstance(node, ast.Attribute):
        owner = last_name(node.value)
        yield Named(node.attr, _class_name(node, index) if owner in _SELF else owner)
    elif isinstance(node, ast.Subscript):
        yield Named(text_of(node.slice) or "", last_name(node.value))


def _class_name(node: ast.expr, index: NodeIndex) -> str:
    """The class around the node, for a field or for ``self``."""
    current = index.parents.get(node)
    while current is not None:
        if isinstance(current, ast.ClassDef):
            return current.name
        current = index.parents.get(current)
    return ""


def calls_at(places: Iterable[tuple[ast.expr, Path]], index: NodeIndex) -> list[ast.Call]:
    """The calls to which a value is given that was found at ``places``, itself or in a display."""
    found: dict[ast.Call, None] = {}
    for node, _ in places:
        current: ast.AST = node
        parent = index.parents.get(current)
        while isinstance(parent, _DISPLAYS):
            current, parent = parent, index.parents.get(parent)
        if isinstance(parent, ast.Call) and parent.func is not current:
            found.setdefault(parent)
    return [*found]
