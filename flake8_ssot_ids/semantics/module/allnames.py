"""All names of one module resolved, not only those that may lead to an id source.

The walk is that of ``ModuleNames`` with every name watched, so it costs
several times as much; the rules in preview and the codemods need it, a plain check does not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.conditions import flag_words
from flake8_ssot_ids.semantics.module.dynamic import Dynamic, Expand
from flake8_ssot_ids.semantics.module.occurrences import may_have_star
from flake8_ssot_ids.semantics.module.resolver import Resolver
from flake8_ssot_ids.semantics.module.scopes import (
    CLASS,
    EVERYTHING,
    FUNCTION,
    Binding,
    Hits,
    Load,
    Place,
    Scope,
)
from flake8_ssot_ids.semantics.module.syntax import descendants
from flake8_ssot_ids.semantics.module.values import (
    DIRECT,
    Made,
    OwnClass,
    OwnFunction,
    OwnInstance,
    Value,
    names_among,
)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def _is_source(value: Value) -> bool:
    """Every name counts here."""
    return isinstance(value, (str, Made))


def _names_in(tree: ast.Module) -> set[str]:
    return {node.id for node in descendants(tree) if isinstance(node, ast.Name)}


class AllNames:
    """Every name of a parsed module.

    Args:
        tree: the module; it is read only.
        text: its source with ``\\n`` line ends.
        package: dotted package for relative imports.
        expand: follows dotted names through the project.
    """

    def __init__(self, tree: ast.Module, text: str, package: str, expand: Expand) -> None:
        self._expand = expand
        self.flow = Flow(
            tree,
            watched=EVERYTHING,
            attributes=EVERYTHING,
            hits=Hits(None),
            package=package,
            names=_names_in(tree) if may_have_star(text) else (),
            walruses=":=" in text,
            flags=flag_words(text),
            keeps_functions=True,
        ).run()
        self._resolver = Resolver(self.flow, expand, _is_source, Dynamic(text))

    def resolve(self, node: ast.expr) -> frozenset[Value]:
        """The dotted names, and the functions and classes of this module, that ``node`` may stand for."""
        return frozenset(value for value, _ in self._resolver.resolve(node))

    def dotted(self, node: ast.expr) -> frozenset[str]:
        """The dotted names alone."""
        return names_among(self.resolve(node))

    def values_of(self, bindings: Iterable[Binding]) -> frozenset[Value]:
        """What a name with these bindings may stand for."""
        return frozenset(value for value, _ in self._resolver.values_of(bindings))

    def function(self, value: Value) -> Definition | None:
        """The function of this module that a value of :meth:`resolve` stands for."""
        node = value.node if isinstance(value, OwnFunction) else None
        return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None

    def definition(self, value: Value) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
        """The function or class, not an instance of one, that a value of :meth:`resolve` stands for."""
        if isinstance(value, OwnClass):
            return self.class_node(value)
        found = self.function(value)
        return None if isinstance(found, ast.Lambda) else found

    def stands_in(self, node: ast.Name, around: ast.AST | None) -> None:
        """Let a name that no code reads, as one of an annotation, be read in the body of ``around``.

        ``around`` is a function or a class; None: the module. The name sees what is in force in the end.
        """
        flow = self.flow
        if node in flow.loads or node in self._resolver.late:
            return
        load = self._resolver.late[node] = Load()
        scope = flow.classes.get(around) or flow.functions.get(around) if around is not None else None
        scope = scope or flow.module
        if scope.kind is CLASS and node.id in scope.bound:
            load.bindings, load.owners = scope.at_end(node.id), (scope,)
        else:
            load.onward = Scope(FUNCTION, None, scope, "")

    def load(self, node: ast.Name) -> Load | None:
        """What was in force where ``node`` is read; None where that is no executed code."""
        return self.flow.loads.get(node)

    def place(self, node: ast.expr) -> Place | None:
        """The scope and the statement that ``node``, a name or an attribute, stands in."""
        return self.flow.candidates.get(node)

    def class_node(self, value: Value) -> ast.ClassDef | None:
        """The class of this module that a value of :meth:`resolve` stands for, or is an instance of."""
        node = value.node if isinstance(value, (OwnClass, OwnInstance)) else None
        return node if isinstance(node, ast.ClassDef) else None

    def symbol_of(self, node: ast.ClassDef) -> str:
        """The qualified name of a class of this module."""
        return self.flow.classes[node].symbol

    def at_module_end(self, node: ast.expr) -> frozenset[Value]:
        """What a name, or a chain of attributes, stands for when the module has run to its end."""
        links: list[str] = []
        while isinstance(node, ast.Attribute):
            links.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return frozenset()
        values = self.values_of(self.flow.module.at_end(node.id))
        if links:
            rest = ".".join(reversed(links))
            values = frozenset(f"{value}.{rest}" for value in values if isinstance(value, str))
            values = frozenset(
                value for value, _ in self._expand(frozenset((value, DIRECT) for value in values))
            )
        return values
