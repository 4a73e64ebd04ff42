"""Which reads of a name may see one assignment to it, and the other way round."""

from __future__ import annotations

import ast

from flake8_ssot_ids.semantics.flow.index import NodeIndex, position

Target = ast.Name | ast.arg


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, in order; ``*args`` and ``**kwargs`` last."""
    rest = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


class NameReads:
    """The reads of one module, as the name engine knows them; a name is looked at when it is asked about."""

    def __init__(self, index: NodeIndex) -> None:
        self._index = index
        self._seen: dict[ast.Name, list[Target]] = {}
        self._reads: dict[str, dict[Target, list[ast.Name]]] = {}

    def of(self, target: Target) -> list[ast.Name]:
        """The reads that the binding by ``target`` may reach, in source order."""
        name = target.arg if isinstance(target, ast.arg) else target.id
        return self._of(name).get(target, [])

    def bindings(self, load: ast.Name) -> list[Target]:
        """The targets and parameters whose value ``load`` may read; not imports, functions, classes."""
        self._of(load.id)
        return self._seen.get(load, [])

    def _of(self, name: str) -> dict[Target, list[ast.Name]]:
        known = self._reads.get(name)
        if known is None:
            known = self._reads[name] = {}
            for load in self._index.names.get(name, ()):
                bindings = self._index.engine.in_force(load)
                targets = {one.node for one in bindings if isinstance(one.node, (ast.Name, ast.arg))}
                self._seen[load] = sorted(targets, key=position)
                for target in targets:
                    known.setdefault(target, []).append(load)
        return known
