"""Assignments, imports, deletions, declarations and patterns: what they bind."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable
from typing import Any

from flake8_ssot_ids.semantics.module.expressions import Expressions
from flake8_ssot_ids.semantics.module.scopes import (
    FUNCTION,
    NOT_BOUND,
    OPAQUE,
    UNBOUND,
    Binding,
    Scope,
    starred,
)
from flake8_ssot_ids.semantics.module.syntax import (
    absolute,
    children,
    imported,
)


class Declarations(Expressions):
    """The part of a walk that knows the statements that hold no others."""

    def _assign(self, statement: ast.Assign) -> None:
        self._expression(statement.value)
        for target in statement.targets:
            self._bind_target(target, statement.value)

    def _annotated(self, statement: ast.AnnAssign) -> None:
        self._annotation(statement.annotation)
        self._expression(statement.value)
        if statement.value is not None:
            self._bind_target(statement.target, statement.value)
        elif isinstance(statement.target, ast.Name):
            name = self._named(statement.target.id)
            if name not in self.scope.declared:
                self.scope.bound.add(name)
        else:
            self._expression(statement.target)

    def _augmented(self, statement: ast.AugAssign) -> None:
        self._expression(statement.value)
        self._bind_target(statement.target, None)

    def _deleted(self, statement: ast.Delete) -> None:
        for target in statement.targets:
            self._delete(target)

    def _expressions(self, statement: ast.stmt) -> None:
        for child in children(statement):
            if isinstance(child, ast.expr):
                self._expression(child)

    def _delete(self, target: ast.expr) -> None:
        pending = [target]
        while pending:
            target = pending.pop()
            if isinstance(target, ast.Name):
                name = self._named(target.id)
                before = self.scope.state.get(name, NOT_BOUND)
                self.scope.deleted.setdefault(name, set()).update(before)
                self._bind(target.id, UNBOUND)
            elif isinstance(target, (ast.Tuple, ast.List)):
                pending += target.elts
            else:
                self._expression(target)

    def _import(self, statement: ast.Import) -> None:
        for alias in statement.names:
            if alias.asname:
                name, dotted = alias.asname, self._module_named(alias.name)
            else:
                name = dotted = alias.name.partition(".")[0]
            if name == dotted:
                name = dotted = self._named(name)
            if name not in self.watched and dotted in self.watched:
                self.aliases.add(name)
            self._bind(name, Binding("import", dotted=dotted))

    def _import_from(self, statement: ast.ImportFrom) -> None:
        if statement.names[0].name == "*":
            self._star(statement)
            return
        module = self._module_of(statement)
        for alias in statement.names:
            given = self._named(alias.name)
            name = self._named(alias.asname) if alias.asname else given
            if name not in self.watched and (given in self.attributes or given in self.watched):
                self.aliases.add(name)
            if module is None:
                self._bind(name, OPAQUE)
            else:
                self._bind(name, Binding("import", dotted=imported(module, given)))

    def _module_of(self, statement: ast.ImportFrom) -> str | None:
        path = self._module_named(statement.module or "") or None
        return absolute(self.package, statement.level, path)

    def _star(self, statement: ast.ImportFrom) -> None:
        """Bind every name to what the module may have of it.

        Star imports of the module that follow each other are bound with the first of them: all names again
        for each of them would be too much.
        """
        if self._rows_of_stars is None:
            self._rows_of_stars = _rows_of_stars(self._tree.body)
        row = [
            (module, one.names[0])
            for one in self._rows_of_stars.get(statement, [statement])
            if (module := self._module_of(one)) is not None
        ]
        self.stars += (module for module, _ in row)
        if row:
            for name in {*self._star_names, *self.scope.state}:
                self._bind(name, starred(name, row, len(row) - 1, self.scope.state.get(name, NOT_BOUND)))

    def _declare(self, statement: ast.Global | ast.Nonlocal) -> None:
        for name in map(self._named, statement.names):
            owner: Scope | None = self.module
            if isinstance(statement, ast.Nonlocal):
                owner = self.scope.parent
                while owner is not None and not (owner.kind is FUNCTION and name in owner.bound):
                    owner = owner.parent
            self.scope.declared[name] = owner

    def _pattern(self, pattern: ast.pattern) -> None:
        pending: list[ast.AST] = [pattern]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.expr):
                self._expression(node)
                continue
            name = node.rest if isinstance(node, ast.MatchMapping) else getattr(node, "name", None)
            if name is not None:
                self._bind(name, OPAQUE)
            pending.extend(children(node))


def _rows_of_stars(body: Iterable[ast.stmt]) -> dict[ast.ImportFrom, list[ast.ImportFrom]]:
    """The star imports of ``body``: the first of those that follow each other has all, the rest none."""
    rows: dict[ast.ImportFrom, list[ast.ImportFrom]] = {}
    row: list[ast.ImportFrom] = []
    for statement in body:
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            rows[statement] = [] if row else row
            row.append(statement)
        else:
            row = []
    return rows


#: The statements that hold no others; what is not here only has expressions.
SIMPLE: dict[type[ast.stmt], Callable[[Declarations, Any], None]] = {
    ast.Assign: Declarations._assign,
    ast.AnnAssign: Declarations._annotated,
    ast.AugAssign: Declarations._augmented,
    ast.Delete: Declarations._deleted,
    ast.Import: Declarations._import,
    ast.ImportFrom: Declarations._import_from,
    ast.Global: Declarations._declare,
    ast.Nonlocal: Declarations._declare,
}
if sys.version_info >= (3, 12):
    SIMPLE[ast.TypeAlias] = lambda flow, statement: flow._bind(statement.name.id, OPAQUE)
