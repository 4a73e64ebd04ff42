"""Which reads of a name may see one assignment to it, and the other way round.

The walk of ``semantics.module.bindings`` knows what is in force where; here it keeps apart every
binding, and it is let loose on one function at a time, or on the names of the module.
"""

from __future__ import annotations

import ast

from flake8_ssot_ids.semantics.flow.index import Function, Index, position
from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.scopes import (
    CLASS,
    COMPREHENSION,
    Binding,
    Hits,
    Load,
    Scope,
)

Target = ast.Name | ast.arg


class _Apart(Flow):
    """A walk in which each target and each parameter is a binding of its own, ``node``.

    ``around`` is what was in force where a function or lambda was defined, as it may be called at once.
    """

    def __init__(self, tree: ast.Module, name: str, rows: list[int]) -> None:
        super().__init__(tree, watched=frozenset({name}), attributes=frozenset(), hits=Hits(rows), package="")
        self.around: dict[ast.AST | None, set[Binding]] = {}
        self._name = name

    def _enters(self, statement: ast.stmt) -> bool:
        self._remember(statement)
        return super()._enters(statement)

    def _defines(self, node: ast.Lambda) -> None:
        self._remember(node)

    def _remember(self, node: ast.AST) -> None:
        scope: Scope | None = self.scope
        while scope is not None and scope.kind in (CLASS, COMPREHENSION):
            scope = scope.parent
        if scope is not None:
            self.around.setdefault(node, set()).update(scope.state.get(self._name, ()))

    def _bind_target(self, target: ast.expr, value: ast.expr | None) -> None:  # noqa: ARG002
        pending = [target]
        while pending:
            target = pending.pop()
            if isinstance(target, ast.Name):
                self._bind(target.id, Binding("assign", node=target))
            elif isinstance(target, (ast.Tuple, ast.List)):
                pending += reversed(target.elts)
            elif isinstance(target, ast.Starred):
                pending.append(target.value)
            else:
                self._expression(target)

    def _parameters(self, arguments: ast.arguments) -> None:
        for parameter in parameters(arguments):
            self._bind(parameter.arg, Binding("assign", node=parameter))


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, in order; ``*args`` and ``**kwargs`` last."""
    rest = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


#: The reads that a target reaches, and the targets that a read may see.
_Found = tuple[dict[ast.AST, list[ast.Name]], dict[ast.Name, list[Target]]]


class Reads:
    """The reads of one module; a name of a function, or of the module, is followed when first asked about."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: dict[tuple[Function | None, str], _Found] = {}

    def of(self, target: Target) -> list[ast.Name]:
        """The reads that the binding by ``target`` may reach, in source order."""
        name = target.arg if isinstance(target, ast.arg) else target.id
        region = self._index.function_of(target)
        while region is not None:
            is_global = self._index.declared.get(region, {}).get(name)
            if is_global is None:
                break
            region = None if is_global else self._index.function_of(region)
        return self._found(region, name)[0].get(target, [])

    def bindings(self, load: ast.Name) -> list[Target]:
        """The targets and parameters whose value ``load`` may read; not imports, functions, classes."""
        index, name = self._index, load.id
        region = index.function_of(load)
        while region is not None:
            found = self._found(region, name)[1].get(load) if name in index.local.get(region, ()) else None
            if found:
                return found
            region = index.function_of(region)
        if name not in index.stored and not any(names.get(name) for names in index.declared.values()):
            return []
        return self._found(None, name)[1].get(load, [])

    def _found(self, region: Function | None, name: str) -> _Found:
        """What is found of ``name`` within a function, or as a name of the module or of class bodies."""
        found = self._known.get((region, name))
        if found is None:
            index = self._index
            tree = index.tree if region is None else ast.Module([region], [])
            rows = [node.lineno for table in (index.names, index.targets) for node in table.get(name, ())]
            walk = _Apart(tree, name, [*rows, *index.bound_on.get(name, ()), *index.rows])
            walk.run()
            found = self._known[region, name] = _sorted(walk)
        return found


def _sorted(walk: _Apart) -> _Found:
    reads: dict[ast.AST, list[ast.Name]] = {}
    seen: dict[ast.Name, list[Target]] = {}
    for node, load in walk.loads.items():
        for binding in _in_force(node.id, load, walk):
            target = binding.node
            if isinstance(target, (ast.Name, ast.arg)):
                reads.setdefault(target, []).append(node)
                seen.setdefault(node, []).append(target)
    for names in reads.values():
        names.sort(key=position)
    for targets in seen.values():
        targets.sort(key=position)
    return reads, seen


def _in_force(name: str, load: Load, walk: _Apart) -> set[Binding]:
    """The bindings that a read may see, those of the functions around it included."""
    found = set(load.bindings)
    for owner in load.owners:
        found |= owner.injected.get(name, set())
    inner: Scope | None = load.onward
    while inner is not None:
        if name in inner.declared:
            declared = inner.declared[name]
            return found if declared is None else found | declared.at_end(name)
        scope = inner.parent
        while scope is not None and scope.kind is CLASS:
            scope = scope.parent
        if scope is not None and (name in scope.bound or name in scope.injected):
            return found | scope.at_end(name) | walk.around.get(inner.node, set())
        inner = scope
    return found
