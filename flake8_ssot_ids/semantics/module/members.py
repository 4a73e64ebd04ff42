"""Attributes of the classes of a module: which of them hold an id source, and where that is certain.

``class A: make = uuid4`` makes ``A.make`` the source; ``self.make = uuid4`` in a method makes it
``self.make`` in all methods of that class. Subclasses and other instances are not followed.
"""

from __future__ import annotations

import ast
from typing import Protocol

from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.scopes import UNBOUND, Bindings
from flake8_ssot_ids.semantics.module.values import (
    NOTHING,
    OwnClass,
    OwnInstance,
    Reached,
    Value,
    Values,
)


class Resolves(Protocol):
    """What is asked of a resolver."""

    def resolve(self, node: ast.expr) -> Values:
        """The values of an expression."""

    def values_of(self, bindings: Bindings) -> Values:
        """The values of a name with these bindings."""

    def leads_to_source(self, value: Value) -> bool:
        """Whether this is an id source or the module that has them."""


def is_owner(value: Value) -> bool:
    """Whether the value is a class of this module or an instance of it."""
    return isinstance(value, (OwnClass, OwnInstance))


def members_of(flow: Flow, resolver: Resolves) -> frozenset[str]:
    """The names of attributes that may hold a source."""
    found: set[str] = set()
    for scope in flow.classes.values():
        for name in scope.bound:
            values = resolver.values_of(scope.at_end(name, deleted=False))
            if any(resolver.leads_to_source(value) for value, _ in values):
                found.add(name)
    for store in flow.stores:
        if store.value is not None and any(
            resolver.leads_to_source(value) for value, _ in resolver.resolve(store.value)
        ):
            found.add(flow.name_of(store.target))
    return frozenset(found)


def member_values(flow: Flow, resolver: Resolves, owner: OwnClass | OwnInstance, name: str) -> Values:
    """What the attribute ``name`` of the class or instance ``owner`` surely holds."""
    scope = flow.classes.get(owner.node)
    if scope is None:
        return NOTHING
    own: list[ast.expr | None] = []
    of_class, of_instance = OwnClass(owner.node), OwnInstance(owner.node)
    for store in flow.stores:
        if flow.name_of(store.target) != name:
            continue
        owners = {value for value, _ in resolver.resolve(store.target.value)}
        if not owners or of_class in owners or not all(map(is_owner, owners)):
            # Any object may be this one, and what is assigned to a class holds from then on only.
            return NOTHING
        if of_instance in owners:
            own.append(store.value)
    if own and owner == of_instance:
        return _of_instance(own, resolver)
    bindings = scope.at_end(name, deleted=False)
    values = resolver.values_of(bindings)
    if isinstance(owner, OwnInstance) and not _stay_functions(bindings):
        # A function in a class takes the instance for its first argument.
        return frozenset(one for one in values if not (isinstance(one[0], str) and "." in one[0]))
    return values


def _of_instance(stored: list[ast.expr | None], resolver: Resolves) -> Values:
    found: set[Reached] = set()
    for value in stored:
        if isinstance(value, ast.Constant) and value.value is None:
            continue
        values = resolver.resolve(value) if value is not None else NOTHING
        if not any(resolver.leads_to_source(value) for value, _ in values):
            return NOTHING
        found |= values
    return frozenset(found)


def _stay_functions(bindings: Bindings) -> bool:
    """Whether what is bound is a function also when it is taken from an instance."""
    return all(
        binding is UNBOUND
        or binding.kind == "function"
        or (binding.kind == "assign" and isinstance(binding.value, ast.Call))
        for binding in bindings
    )
