"""Functions that return an id source, or the module that has them: what their calls give."""

from __future__ import annotations

import ast

from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.dynamic import DynamicAccess
from flake8_ssot_ids.semantics.module.members import Resolves
from flake8_ssot_ids.semantics.module.syntax import decorators_of, executed, last_name
from flake8_ssot_ids.semantics.module.values import (
    ASSIGNED,
    DIRECT,
    DYNAMIC,
    NOTHING,
    REEXPORTED,
    Made,
    OwnClass,
    OwnInstance,
    Reached,
    Value,
    Values,
)


class MakerAccess(DynamicAccess):
    """The part of a resolver that follows calls of such functions."""

    def leads_to_source(self, value: Value) -> bool:
        """Whether this is an id source or the module that has them."""
        raise NotImplementedError

    def _made_by(self, function: ast.AST) -> Values:
        """The value of a function that returns a source or its module; for a property, what that is."""
        is_property = any(name.endswith("property") for name in map(last_name, decorators_of(function)))
        return frozenset(
            (dotted if is_property else Made(dotted), via)
            for value in self._flow.makers[function]
            for dotted, via in self.resolve(value)
            if isinstance(dotted, str) and self.leads_to_source(dotted)
        )

    def _given(self, call: ast.Call) -> Values:
        """What the call of a function that returns a source gives, or of a class that has such a method."""
        function, flow = call.func, self._flow
        if isinstance(function, (ast.Name, ast.Attribute)):
            name = flow.name_of(function)
            if name not in flow.callables and name not in flow.makes_instances:
                return NOTHING
        elif function not in flow.makers:
            return NOTHING
        found: set[Reached] = set()
        for value, via in self.resolve(function):
            if isinstance(value, Made):
                found.add((value.dotted, via if via in (DYNAMIC, REEXPORTED) else ASSIGNED))
            elif isinstance(value, (OwnClass, OwnInstance)) and flow.makes_instances:
                found.add((OwnInstance(value.node), DIRECT))
        return frozenset(found)


def makers_of(flow: Flow, resolver: Resolves) -> dict[ast.AST, list[ast.expr]]:
    """The functions that return a source or its module, with the expressions that they return."""
    found: dict[ast.AST, list[ast.expr]] = {}
    for function, value in flow.returns:
        if any(resolver.leads_to_source(found) for found, _ in resolver.resolve(value)):
            found.setdefault(function, []).append(value)
    return {function: values for function, values in found.items() if not _yields(function)}


def _yields(function: ast.AST) -> bool:
    body = getattr(function, "body", [])
    nodes = executed(*(body if isinstance(body, list) else [body]))
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes)
