"""Tests that patch an id source by its name: ``patch("uuid.uuid4")`` stops biting when its use goes away."""

from __future__ import annotations

import ast

from flake8_ssot_ids.semantics.flow.classes import is_fixture
from flake8_ssot_ids.semantics.flow.index import FUNCTIONS, NodeIndex, dotted, last_name
from flake8_ssot_ids.semantics.module.literals import text_of
from flake8_ssot_ids.uuids import catalog

_PATCHERS = frozenset({"setattr", "multiple"})
_SET_UP = frozenset({"setUp", "setUpClass", "asyncSetUp", "setup_method", "setup_class", "setup_module"})


def is_source(name: str) -> bool:
    """Whether a dotted name ends in the name of an id source."""
    return name.rpartition(".")[2] in catalog.LAYOUTS


def patches_in(index: NodeIndex) -> list[tuple[str, ast.Call]]:
    """The dotted targets that end in an id source and are patched, with the calls, in source order."""
    found = []
    for name, calls in index.calls.items():
        for call in calls:
            target = _target(call)
            if is_source(target) or (target.endswith(".uuid") and text_of(call.args[0]) == target):
                words = index.means(call.func).words | {name}
                if _patches(call, words, index):
                    found.append((target, call))
    return sorted(found, key=lambda pair: (pair[1].lineno, pair[1].col_offset))


def _target(call: ast.Call) -> str:
    """What ``patch("a.b")``, ``setattr(a, "b", …)``, ``patch.object(a, "b")`` name; empty if unknown."""
    if not call.args:
        return ""
    first = text_of(call.args[0])
    if first is not None:
        return first if "." in first else ""
    second = text_of(call.args[1]) if len(call.args) > 1 else None
    return "" if second is None else f"{dotted(call.args[0])}.{second}"


def _patches(call: ast.Call, words: frozenset[str], index: NodeIndex) -> bool:
    """Whether a function of these names patches what its arguments name."""
    of_text = text_of(call.args[0]) is not None
    if "patch" in words:
        return of_text
    if "object" in words:
        owner = getattr(call.func, "value", None)
        return of_text or last_name(owner) == "patch" or "patch" in index.means(owner).words
    return not words.isdisjoint(_PATCHERS)


def reaches(target: str, patch: ast.Call, node: ast.expr, index: NodeIndex) -> bool:
    """Whether the patch may be in force where ``node`` is evaluated, and is of a source that it names."""
    source = target.rpartition(".")[2]
    if not any(
        last_name(inner) == source or (source == "uuid" and is_source(last_name(inner)))
        for inner in ast.walk(node)
    ):
        return False
    region = _region(patch, index)
    if region is None or _inside(node, region, index):
        return True
    function = index.function_of(node)
    if function is None:
        return False
    return any(_inside(call, region, index) for call in index.calls.get(function.name, ()))


def _region(patch: ast.Call, index: NodeIndex) -> ast.AST | None:
    """The statement in which a patch is in force; None for the whole file."""
    node: ast.AST = patch
    while True:
        parent = index.parents.get(node)
        if parent is None:
            return None
        if isinstance(parent, ast.withitem):
            return index.parents.get(parent)
        if isinstance(parent, (*FUNCTIONS, ast.ClassDef)):
            if node in parent.decorator_list or isinstance(parent, ast.ClassDef):
                return parent
            if is_fixture(parent, index) or parent.name in _SET_UP:
                return index.class_of(parent)
            return parent
        node = parent


def _inside(node: ast.AST, region: ast.AST, index: NodeIndex) -> bool:
    current: ast.AST | None = node
    while current is not None and current is not region:
        current = index.parents.get(current)
    return current is region
