"""Attributes of the classes of a module: which of them hold an id source, and where that is certain.

``class A: make = uuid4`` makes ``A.make`` the source; ``self.make = uuid4`` in a method makes it
``self.make`` in all methods of that class. Subclasses and other instances are not followed.
"""

from __future__ import annotations

import ast
from typing import Protocol

from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.scopes import UNBOUND, Binding, Bindings

Values = frozenset[tuple[str, str]]
_NOTHING: Values = frozenset()
_CLASS, _SELF, _FUNCTION = "<class ", "<self ", "<function "
_MADE = "()"


class Resolves(Protocol):
    """What is asked of a resolver."""

    def resolve(self, node: ast.expr) -> Values:
        """The values of an expression."""

    def values_of(self, bindings: Bindings) -> Values:
        """The values of a name with these bindings."""

    def leads_to_source(self, dotted: str) -> bool:
        """Whether this is an id source or the module that has them."""


def owner_value(binding: Binding) -> str:
    """The value of a name that stands for a class of this module or for an instance of it."""
    return f"{_CLASS if binding.kind == 'class' else _SELF}{id(binding.node)}>"


def made(dotted: str) -> str:
    """The value of a function whose call gives ``dotted``."""
    return f"{_MADE}{dotted}"


def given(value: str) -> str | None:
    """What a call of this value gives, if that is known; see :func:`made`."""
    return value.removeprefix(_MADE) if value.startswith(_MADE) else None


def function_value(node: ast.AST | None) -> str:
    """The value of a name that stands for a function of this module."""
    return f"{_FUNCTION}{id(node)}>"


def is_owner(dotted: str) -> bool:
    """Whether the value is a class of this module or an instance of it."""
    return dotted.startswith((_CLASS, _SELF))


def instance_value(owner: str) -> str:
    """The value of an instance of a class of this module, from the value of that or of the class."""
    return owner.replace(_CLASS, _SELF, 1)


def members_of(flow: Flow, resolver: Resolves) -> frozenset[str]:
    """The names of attributes that may hold a source."""
    found: set[str] = set()
    for scope in flow.classes.values():
        for name in scope.bound:
            values = resolver.values_of(scope.at_end(name, deleted=False))
            if any(resolver.leads_to_source(dotted) for dotted, _ in values):
                found.add(name)
    for store in flow.stores:
        if store.value is not None and any(
            resolver.leads_to_source(dotted) for dotted, _ in resolver.resolve(store.value)
        ):
            found.add(flow.name_of(store.target))
    return frozenset(found)


def member_values(flow: Flow, resolver: Resolves, owner: str, name: str) -> Values:
    """What the attribute ``name`` of the class or instance ``owner`` surely holds."""
    node = next((node for node in flow.classes if f"{id(node)}>" == owner.split()[1]), None)
    if node is None:
        return _NOTHING
    scope = flow.classes[node]
    own: list[ast.expr | None] = []
    of_class, of_instance = f"{_CLASS}{id(node)}>", f"{_SELF}{id(node)}>"
    for store in flow.stores:
        if flow.name_of(store.target) != name:
            continue
        owners = {dotted for dotted, _ in resolver.resolve(store.target.value)}
        if not owners or of_class in owners or not all(map(is_owner, owners)):
            # Any object may be this one, and what is assigned to a class holds from then on only.
            return _NOTHING
        if of_instance in owners:
            own.append(store.value)
    if own and owner == of_instance:
        return _of_instance(own, resolver)
    bindings = scope.at_end(name, deleted=False)
    values = resolver.values_of(bindings)
    if owner.startswith(_SELF) and not _stay_functions(bindings):
        # A function in a class takes the instance for its first argument.
        return frozenset(value for value in values if "." not in value[0])
    return values


def _of_instance(stored: list[ast.expr | None], resolver: Resolves) -> Values:
    found: set[tuple[str, str]] = set()
    for value in stored:
        if isinstance(value, ast.Constant) and value.value is None:
            continue
        values = resolver.resolve(value) if value is not None else _NOTHING
        if not any(resolver.leads_to_source(dotted) for dotted, _ in values):
            return _NOTHING
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


__all__ = [
    "function_value",
    "given",
    "instance_value",
    "is_owner",
    "made",
    "member_values",
    "members_of",
    "owner_value",
]
