"""All names of one module resolved, not only those that may lead to an id source.

The walk is that of ``ModuleNames`` with every name watched, so it costs
several times as much; the rules in preview and the codemods need it, a plain check does not.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.conditions import flag_words
from flake8_ssot_ids.semantics.module.dynamic import Dynamic, Expand
from flake8_ssot_ids.semantics.module.occurrences import may_have_star
from flake8_ssot_ids.semantics.module.resolver import Resolver
from flake8_ssot_ids.semantics.module.scopes import (
    CLASS,
    COMPREHENSION,
    EVERYTHING,
    FUNCTION,
    Binding,
    Hits,
    Load,
    Place,
    Scope,
    State,
)
from flake8_ssot_ids.semantics.module.values import (
    DIRECT,
    Made,
    OwnClass,
    OwnFunction,
    OwnInstance,
    Value,
    names_among,
)

_NOTHING: State = {}
_WORD = re.compile(r"[^\W\d]\w*")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def is_meant(value: Value) -> bool:
    """Every name counts here."""
    return isinstance(value, (str, Made))


class _Whole(Flow):
    """A walk that also notes what was in force where a function was defined, as it may be called at once.

    ``around`` has that for the names that stand in it.
    """

    def __init__(self, tree: ast.Module, text: str, **options: Any) -> None:
        super().__init__(tree, **options)
        self.around: dict[ast.AST, State] = {}
        self._rows = text.split("\n") if text else []

    def _enters(self, statement: ast.stmt) -> bool:
        self._remember(statement)
        return super()._enters(statement)

    def _defines(self, node: ast.Lambda) -> None:
        self._remember(node)

    def _remember(self, node: ast.stmt | ast.Lambda) -> None:
        scope: Scope | None = self.scope
        while scope is not None and scope.kind in (CLASS, COMPREHENSION):
            scope = scope.parent
        if scope is None or not self._rows or isinstance(node, ast.ClassDef):
            return
        known = self.around.setdefault(node, {})
        state = scope.state
        for name in _words("\n".join(self._rows[node.lineno - 1 : node.end_lineno])) & state.keys():
            known[name] = known.get(name, frozenset()) | state[name]


def _words(text: str) -> set[str]:
    """All names that may stand in a text, and more."""
    return set(_WORD.findall(text if text.isascii() else unicodedata.normalize("NFKC", text)))


class AllNames:
    """Every name of a parsed module.

    Args:
        tree: the module; it is read only.
        text: its source with ``\\n`` line ends.
        package: dotted package for relative imports.
        expand: follows dotted names through the project.
        apart: it is known what functions see that are called at once, which :meth:`in_force` asks for.
    """

    def __init__(
        self, tree: ast.Module, text: str, package: str, expand: Expand, *, apart: bool = True
    ) -> None:
        self._expand = expand
        walk = _Whole(
            tree,
            text if apart else "",
            watched=EVERYTHING,
            attributes=EVERYTHING,
            hits=Hits(None),
            package=package,
            names=_words(text) if may_have_star(text) else (),
            walruses=":=" in text,
            flags=flag_words(text),
            keeps_functions=True,
        )
        self.flow = walk.run()
        self._around = walk.around
        self._resolver = Resolver(self.flow, expand, is_meant, Dynamic(text))

    def resolve(self, node: ast.expr) -> frozenset[Value]:
        """The dotted names, and the functions and classes of this module, that ``node`` may stand for."""
        return frozenset(value for value, _ in self._resolver.resolve(node))

    def dotted(self, node: ast.expr) -> frozenset[str]:
        """The dotted names alone."""
        return names_among(self.resolve(node))

    def values_of(self, bindings: Iterable[Binding]) -> frozenset[Value]:
        """What a name with these bindings may stand for."""
        return frozenset(value for value, _ in self._resolver.values_of(bindings))

    def function(self, value: Value) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function of this module that a value of :meth:`resolve` stands for."""
        node = value.node if isinstance(value, OwnFunction) else None
        return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None

    def definition(self, value: Value) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
        """The function or class, not an instance of one, that a value of :meth:`resolve` stands for."""
        if isinstance(value, OwnClass):
            return self.class_node(value)
        return self.function(value)

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

    def in_force(self, node: ast.Name) -> set[Binding]:
        """All bindings that a read may see, those of the functions around it included."""
        load, name = self.flow.loads.get(node), self.flow.name_of(node)
        if load is None:
            return set()
        found = set(load.bindings)
        for owner in load.owners:
            found |= owner.injected.get(name, set())
        inner = load.onward
        while inner is not None:
            if name in inner.declared:
                declared = inner.declared[name]
                return found if declared is None else found | declared.at_end(name)
            scope = inner.parent
            while scope is not None and scope.kind is CLASS:
                scope = scope.parent
            if scope is not None and (name in scope.bound or name in scope.injected):
                around = self._around.get(inner.node) if inner.node is not None else None
                return found | scope.at_end(name) | (around or _NOTHING).get(name, frozenset())
            inner = scope
        return found

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
