"""The list of uses: each reference in executed code that resolves to an id source, with what rules need."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from flake8_ssot_ids.ids.roles import role_of
from flake8_ssot_ids.ids.shapes import Shape, shape_of
from flake8_ssot_ids.semantics.module.names import ModuleNames
from flake8_ssot_ids.semantics.module.parents import parents_of
from flake8_ssot_ids.semantics.module.scopes import Scope
from flake8_ssot_ids.semantics.module.values import ASSIGNED, DIRECT, DYNAMIC, REEXPORTED, Value
from flake8_ssot_ids.uuids import catalog

_PRECEDENCE = {DIRECT: 0, ASSIGNED: 1, REEXPORTED: 2, DYNAMIC: 3}


@dataclass(frozen=True, slots=True)
class Use:
    """One use of an id source.

    ``reference`` is the expression that resolves to ``source`` (such as ``uuid4``); ``via`` is the
    most telling step on the way there. ``role`` and ``subject`` say what the id is for.
    ``others`` are what it may stand for instead. ``shadow`` is the file of the project that stands in the
    place of the source's module, as messages show it; empty: the module is the real one.
    """

    reference: ast.expr
    source: str
    via: str
    shape: Shape
    role: str | None
    subject: str | None
    symbol: str
    scope: Scope
    statement: ast.stmt
    others: tuple[Value, ...] = ()
    shadow: str = ""

    @property
    def spelling(self) -> str:
        """The qualified name of the source, as a message shows it."""
        return f"{catalog.MODULE}.{self.source}"


def uses_of(names: ModuleNames) -> list[Use]:
    """All uses in a module, in the order of their positions."""
    found: list[Use] = []
    parents = names.flow.parents
    for reference, place in names.flow.candidates.items():
        values = names.sources_of(reference)
        if not values:
            continue
        dotted, via = max(values, key=lambda value: _PRECEDENCE[value[1]])
        source = dotted.partition(".")[2]
        shape = shape_of(reference, source, parents)
        symbol = place.scope.symbol
        role, subject = role_of(shape.end, parents, symbol)
        others = tuple({value for value, _ in names.resolver.resolve(reference) if value != dotted})
        found.append(
            Use(reference, source, via, shape, role, subject, symbol, place.scope, place.statement, others)
        )
    found.sort(key=lambda use: (use.reference.lineno, use.reference.col_offset))
    return found


def path_to(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> list[ast.AST] | None:
    """The chain from the outermost f-string around ``node`` down to it; None outside of one."""
    outermost = parents_of(parents).fstring_around(node)
    if outermost is None:
        return None
    chain = [node]
    while chain[-1] is not outermost:
        chain.append(parents[chain[-1]])
    return chain[::-1]
