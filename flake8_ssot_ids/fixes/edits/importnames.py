"""What the generator is called in a module: the name that an import there gives it, or a free one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count

from flake8_ssot_ids.fixes.edits.mentions import Mentions
from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.scopes import (
    CLASS,
    COMPREHENSION,
    FUNCTION,
    UNBOUND,
    Binding,
    Bindings,
    Scope,
)
from flake8_ssot_ids.semantics.module.values import Value, Values
from flake8_ssot_ids.source.edits import Offsets
from flake8_ssot_ids.source.sourcefile import Lines

Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class EditedModule:
    """A module that is being edited.

    ``flow`` is a walk over it that watches :func:`asked_names`; ``values_of`` tells what bindings of that
    walk stand for, by the names under which things are defined.
    """

    tree: ast.Module
    lines: Lines
    offsets: Offsets
    mentions: Mentions
    flow: Flow
    values_of: Callable[[Iterable[Binding]], Values]
    #: The names of the generator's methods.
    methods: frozenset[str] = frozenset()
    #: The generator's dotted name in the policy; it may be handed on by that module.
    spelled: str = ""

    @cached_property
    def imported(self) -> list[tuple[str, Import]]:
        """The names that always run imports at its top bind, with the import: the last one of each name."""
        found: dict[str, Import] = {}
        for statement, alias in top_imports(self.tree):
            if alias.name != "*":
                found[alias.asname or alias.name.partition(".")[0]] = statement
        return [*found.items()]

    @cached_property
    def _generators(self) -> dict[str, list[tuple[str, Import]]]:
        return {}

    def names_of(self, dotted: str) -> list[tuple[str, Import]]:
        """The ways in which its own names lead to the class ``dotted``, with the import that each needs.

        ``UnifiedIdGenerator``, an alias of it, or ``ids.UnifiedIdGenerator`` after ``import app.ids as ids``.
        """
        known = self._generators.get(dotted)
        if known is None:
            known = self._generators[dotted] = list(self._names_of(dotted))
        return known

    def _names_of(self, dotted: str) -> Iterator[tuple[str, Import]]:
        """Plain names first."""
        modules: list[tuple[str, Import]] = []
        last = dotted.rpartition(".")[2]
        for name, statement in self.imported:
            # To follow every import through the project would cost more than all the rest.
            if not self.may_be(last, name, statement):
                continue
            values = self._values(name)
            if values == {dotted}:
                yield name, statement
            elif len(values) == 1:
                module = next(iter(values))
                for way in dict.fromkeys((self.spelled, dotted)):
                    whole = way.rpartition(".")[0]
                    plain = isinstance(statement, ast.Import) and any(
                        alias.name == whole and not alias.asname for alias in statement.names
                    )
                    if plain or (module == whole and not isinstance(statement, ast.Import)):
                        modules.append((way if plain else f"{name}.{way.rpartition('.')[2]}", statement))
                        break
                    if module == whole and all(alias.asname for alias in statement.names):
                        modules.append((f"{name}.{way.rpartition('.')[2]}", statement))
                        break
        yield from modules

    def may_be(self, last: str, name: str, statement: Import) -> bool:
        """Whether what ``statement`` binds to ``name`` is worth a closer look: for its name or its calls."""
        if statement not in self._named:
            self._named[statement] = frozenset(alias.name for alias in statement.names)
        return last == name or last in self._named[statement] or name in self._callers

    @cached_property
    def _named(self) -> dict[Import, frozenset[str]]:
        """What each import statement names, as far as it was asked."""
        return {}

    @cached_property
    def _callers(self) -> frozenset[str]:
        return callers(self.mentions, self.methods)

    def _values(self, name: str) -> frozenset[Value]:
        """What the module's own name surely is when its functions run; empty if that is not sure."""
        return self.surely(self.flow.module.at_end(name, deleted=False))

    def surely(self, bindings: Bindings) -> frozenset[Value]:
        """What a name with these bindings stands for; empty if it may be unbound."""
        if UNBOUND in bindings:
            return frozenset()
        return frozenset(value for value, _ in self.values_of(bindings))


def callers(mentions: Mentions, methods: frozenset[str]) -> frozenset[str]:
    """The names on which, or on an attribute of which, one of the generator's ``methods`` is called."""
    found: set[str] = set()
    for node in mentions.near_any(methods):
        if isinstance(node, ast.Attribute) and node.attr in methods:
            base: ast.expr = node
            while isinstance(base, ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name):
                found.add(base.id)
    return frozenset(found)


def asked_names(mentions: Mentions, dotted: Collection[str], methods: frozenset[str]) -> set[str]:
    """The names of a module that may lead to the generator with these ``dotted`` names, or hide its name."""
    wanted = {one.rpartition(".")[2] for one in dotted}
    found = {*wanted, *callers(mentions, methods)}
    for last in wanted:
        for node in mentions.near(last):
            if isinstance(node, ast.Import | ast.ImportFrom) and not wanted.isdisjoint(
                name for alias in node.names for name in (alias.name, alias.asname)
            ):
                found.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
    return found


def existing_name(
    module: EditedModule, dotted: str, scope: Scope, statement: ast.stmt | None = None
) -> str | None:
    """What ``scope`` calls the class ``dotted``, by an import of the module or of the function; or None.

    ``dotted`` is where the class is defined; re-exports and aliases of it are the same. ``statement`` is the
    one that needs it: an import of the function has to stand before it, and one of the module too where the
    statement runs with the module.
    """
    at_once = function_of(scope) is None
    for name, imported in module.names_of(dotted):
        late = at_once and statement is not None and imported.lineno > statement.lineno
        if not late and not is_shadowed(name.partition(".")[0], scope):
            return name
    if statement is not None:
        return _own_name(module, dotted, scope, statement)
    return None


def _own_name(module: EditedModule, dotted: str, scope: Scope, statement: ast.stmt) -> str | None:
    """The name that an import in the function itself gives the class, before ``statement``."""
    if scope.kind is not FUNCTION or not isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    for inner in scope.node.body:
        if not isinstance(inner, ast.ImportFrom) or inner.lineno >= statement.lineno:
            continue
        for alias in inner.names:
            name = alias.asname or alias.name
            if not module.may_be(dotted.rpartition(".")[2], name, inner):
                continue
            if module.surely(scope.at_end(name, deleted=False)) == {dotted}:
                return name
    return None


def is_shadowed(name: str, scope: Scope) -> bool:
    """Whether ``scope`` or one around it, below the module, binds ``name`` itself."""
    current: Scope | None = scope
    innermost = True
    while current is not None and current.parent is not None:
        if (innermost or current.kind is not CLASS) and name in current.bound:
            return True
        if name in current.declared and current.declared[name] is None:
            return True
        innermost = innermost and current.kind is COMPREHENSION
        current = current.parent
    return False


def top_imports(tree: ast.Module) -> Iterator[tuple[Import, ast.alias]]:
    """The imports at the module's top level that always run."""
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                yield statement, alias


def free_name(module: EditedModule, wanted: str, scope: Scope) -> str:
    """``wanted``, or a name like it, that can be bound at the top of the module and is seen in ``scope``."""
    if not module.mentions.binds(wanted) or _is_free(module, wanted, scope):
        return wanted
    numbered = (f"{wanted}{number}" for number in count(2))
    return next(
        name
        for name in chain((f"Ssot{wanted}", f"Approved{wanted}"), numbered)
        if not module.mentions.binds(name)
    )


def _is_free(module: EditedModule, wanted: str, scope: Scope) -> bool:
    """Whether only other functions call something ``wanted``, for themselves."""
    if wanted in module.flow.module.bound or is_shadowed(wanted, scope):
        return False
    for node in module.mentions.near(wanted):
        if isinstance(node, (ast.Global, ast.Nonlocal)) and wanted in node.names:
            return False
        if isinstance(node, ast.alias) and node.name == "*":
            return False
        if isinstance(node, ast.Name) and node.id == wanted and isinstance(node.ctx, ast.Load):
            load = module.flow.loads.get(node)
            if load is None or load.onward is not None or UNBOUND in load.bindings:
                return False
    return True


def function_of(scope: Scope) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The innermost function around ``scope``; None at the top and in classes, whose bodies run at once."""
    current: Scope | None = scope
    while current is not None and current.kind is not CLASS:
        if current.kind is FUNCTION and isinstance(current.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return current.node
        current = current.parent
    return None
