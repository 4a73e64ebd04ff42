"""Imports, deletions, declarations and patterns: what they bind."""

from __future__ import annotations

import ast

from flake8_ssot_ids.semantics.module.expressions import Expressions
from flake8_ssot_ids.semantics.module.scopes import (
    FUNCTION,
    NOT_BOUND,
    OPAQUE,
    UNBOUND,
    Binding,
    Scope,
)
from flake8_ssot_ids.semantics.module.syntax import (
    absolute,
    children,
    imported,
)


class Declarations(Expressions):
    """The part of a walk that knows the statements with names alone."""

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
        path = self._module_named(statement.module or "") or None
        module = absolute(self.package, statement.level, path)
        for alias in statement.names:
            if alias.name == "*":
                self._star(module, alias)
                continue
            given = self._named(alias.name)
            name = self._named(alias.asname) if alias.asname else given
            if name not in self.watched and (given in self.attributes or given in self.watched):
                self.aliases.add(name)
            if module is None:
                self._bind(name, OPAQUE)
            else:
                self._bind(name, Binding("import", dotted=imported(module, given)))

    def _star(self, module: str | None, node: ast.alias) -> None:
        if module is None:
            return
        self.stars.append(module)
        for name in {*self._star_names, *self.scope.state}:
            before = self.scope.state.get(name, NOT_BOUND)
            self._bind(name, Binding("star", dotted=module, name=name, before=before, node=node))

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
