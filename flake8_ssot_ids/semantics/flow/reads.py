"""Which reads of a name may see one assignment to it, and the other way round."""

from __future__ import annotations

import ast

from flake8_ssot_ids.semantics.flow.index import NodeIndex, position
from flake8_ssot_ids.semantics.module.scopes import Binding

Target = ast.Name | ast.arg


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, in order; ``*args`` and ``**kwargs`` last."""
    rest = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


class NameReads:
    """The reads of one module, as the name engine knows them."""

    def __init__(self, index: NodeIndex) -> None:
        names = index.engine
        self._seen: dict[ast.Name, list[Target]] = {}
        self._reads: dict[Target, list[ast.Name]] = {}
        for load in names.flow.loads:
            targets = _targets(names.in_force(load))
            if targets:
                self._seen[load] = sorted(targets, key=position)
                for target in targets:
                    self._reads.setdefault(target, []).append(load)
        for loads in self._reads.values():
            loads.sort(key=position)

    def of(self, target: Target) -> list[ast.Name]:
        """The reads that the binding by ``target`` may reach, in source order."""
        return self._reads.get(target, [])

    def bindings(self, load: ast.Name) -> list[Target]:
        """The targets and parameters whose value ``load`` may read; not imports, functions, classes."""
        return self._seen.get(load, [])


def _targets(bindings: set[Binding]) -> set[Target]:
    return {one.node for one in bindings if isinstance(one.node, (ast.Name, ast.arg))}
