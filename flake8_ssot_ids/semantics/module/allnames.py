"""All names of one module resolved, not only those that may lead to an id source.

The walk is that of ``ModuleNames`` with every name watched, so it costs
several times as much; the rules in preview and the codemods need it, a plain check does not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.conditions import flag_words
from flake8_ssot_ids.semantics.module.members import function_value, is_owner
from flake8_ssot_ids.semantics.module.resolver import DIRECT, Dynamic, Expand, Resolver
from flake8_ssot_ids.semantics.module.scopes import Binding, Everything, Hits, Load, Place

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def is_named(dotted: str) -> bool:
    """Whether a value is a dotted name: no text, and no function or class of the module itself."""
    return dotted[:1] not in ("'", "<")


class AllNames:
    """Every name of a parsed module.

    Args:
        tree: the module; it is read only.
        text: its source with ``\\n`` line ends.
        package: dotted package for relative imports.
        expand: follows dotted names through the project.
    """

    def __init__(self, tree: ast.Module, text: str, package: str, expand: Expand) -> None:
        names: set[str] = set()
        functions: dict[str, Definition] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions[function_value(node)] = node
        self._functions = functions
        self._expand = expand
        self.flow = Flow(
            tree,
            watched=Everything(),
            attributes=Everything(),
            hits=Hits(None),
            package=package,
            names=names,
            walruses=":=" in text,
            flags=flag_words(text),
            keeps_functions=True,
        ).run()
        self._classes = {f"{id(node)}>": node for node in self.flow.classes if isinstance(node, ast.ClassDef)}
        self._resolver = Resolver(self.flow, expand, is_named, Dynamic(text))

    def resolve(self, node: ast.expr) -> frozenset[str]:
        """The dotted names, and the functions and classes of this module, that ``node`` may stand for."""
        return frozenset(dotted for dotted, _ in self._resolver.resolve(node))

    def dotted(self, node: ast.expr) -> frozenset[str]:
        """The dotted names alone."""
        return frozenset(filter(is_named, self.resolve(node)))

    def values_of(self, bindings: Iterable[Binding]) -> frozenset[str]:
        """What a name with these bindings may stand for."""
        return frozenset(dotted for dotted, _ in self._resolver.values_of(bindings))

    def function(self, value: str) -> Definition | None:
        """The function of this module that a value of :meth:`resolve` stands for."""
        return self._functions.get(value)

    def load(self, node: ast.Name) -> Load | None:
        """What was in force where ``node`` is read; None where that is no executed code."""
        return self.flow.loads.get(node)

    def place(self, node: ast.expr) -> Place | None:
        """The scope and the statement that ``node``, a name or an attribute, stands in."""
        return self.flow.candidates.get(node)

    def class_node(self, value: str) -> ast.ClassDef | None:
        """The class of this module that a value of :meth:`resolve` stands for, or is an instance of."""
        return self._classes.get(value.rpartition(" ")[2]) if is_owner(value) else None

    def symbol_of(self, node: ast.ClassDef) -> str:
        """The qualified name of a class of this module."""
        return self.flow.classes[node].symbol

    def at_module_end(self, node: ast.expr) -> frozenset[str]:
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
            values = frozenset(f"{value}.{rest}" for value in values if is_named(value))
            values = frozenset(
                value for value, _ in self._expand(frozenset((value, DIRECT) for value in values))
            )
        return values
