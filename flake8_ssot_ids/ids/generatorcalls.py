"""Calls of the approved generator and its kin in one module: which, of what, and what for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from flake8_ssot_ids.ids.roles import role_of
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.classes.instances import Instances
from flake8_ssot_ids.semantics.module.allnames import AllNames
from flake8_ssot_ids.semantics.module.scopes import Place, Scope
from flake8_ssot_ids.semantics.module.values import names_among

On = Literal["class", "instance", "function"]
_FUNCTIONS = ("context-factory",)
#: What the runtime has beside the generator, under the keys of ``[tool.ssot-ids.api]``.
_RUNTIME = {
    "manager": "ssot_ids.UnifiedIDManager",
    "bridge": "ssot_ids.IdMigrationBridge",
    "context-factory": "ssot_ids.create_user_execution_context_factory",
}
_MAKING = ("generate_", "new_", "make_", "create_", "next_")


@dataclass(frozen=True, slots=True)
class Family:
    """The approved classes and functions, by the dotted names under which they are defined."""

    classes: frozenset[str]
    functions: frozenset[str]
    #: Those of the classes that are the generator itself.
    generators: frozenset[str]
    #: A module without one of these words calls none of them.
    words: frozenset[str]
    #: The top packages that they are in, as defined and as the policy spells them.
    tops: frozenset[str]


def named(policy: Policy) -> dict[str, tuple[str, ...]]:
    """The approved things as the policy spells them, by what they are; else those of the runtime.

    The keys are ``generator`` and those of ``[tool.ssot-ids.api]`` that name a class or a function.
    """
    found = {key: (policy.api.get(key, dotted),) for key, dotted in _RUNTIME.items()}
    return {**found, "generator": policy.generators or ("ssot_ids.UnifiedIdGenerator",)}


def family_words(policy: Policy) -> frozenset[str]:
    """The last names of the approved classes and functions, as the policy spells them."""
    return frozenset(dotted.rpartition(".")[2] for group in named(policy).values() for dotted in group)


@dataclass(frozen=True, slots=True)
class GeneratorCall:
    """One reference in executed code to a member of the family, called or not.

    ``reference`` is ``G.generate_base_id``; ``call`` the call of it, None where it is handed on. ``owner``
    is the class (``on`` says whether the class or an instance of it is asked) or, for the
    function itself, its dotted name; ``method`` is empty for a function and for a call of the class.
    """

    reference: ast.expr
    call: ast.Call | None
    owner: str
    method: str
    on: On
    role: str | None
    subject: str | None
    symbol: str
    scope: Scope
    statement: ast.stmt


class GeneratorCalls:
    """Finds the :class:`GeneratorCall` objects of one module.

    Args:
        names: the module's names, resolved to where things are defined.
        family: what is looked for.
        instances: tells what names may hold instances.
        inherits: whether a dotted name is a class of the project that inherits from the generator.
    """

    def __init__(
        self, names: AllNames, family: Family, instances: Instances, inherits: Callable[[str], bool]
    ) -> None:
        self._inherits = inherits
        self._names = names
        self._instances = instances
        self._family = family
        self._parents = names.flow.parents

    def all(self) -> list[GeneratorCall]:
        """All of them in the order of their positions."""
        found: list[GeneratorCall] = []
        for node, place in self._names.flow.candidates.items():
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                for owner, on in sorted(self.owners(node.value)):
                    found.append(self._made(node, place, owner, node.attr, on))
            if isinstance(node, (ast.Name, ast.Attribute)):
                found += self._itself(node, place)
        found.sort(key=lambda item: (item.reference.lineno, item.reference.col_offset, item.method))
        return found

    def owners(self, node: ast.expr) -> set[tuple[str, On]]:
        """The classes of the family that ``node`` may be, or be an instance of."""
        values = self._names.dotted(node)
        found: set[tuple[str, On]] = {(dotted, "class") for dotted in values & self._family.classes}
        found |= {(dotted, "class") for dotted in values if self._inherits(dotted)}
        return found or {
            (dotted, "instance")
            for dotted in names_among(self._instances.classes_of(node))
            if dotted in self._family.classes or self._inherits(dotted)
        }

    def _itself(self, node: ast.Name | ast.Attribute, place: Place) -> Iterator[GeneratorCall]:
        parent = self._parents.get(node)
        if not isinstance(parent, ast.Call) or parent.func is not node:
            return
        values = self._names.dotted(node)
        for dotted in sorted(values & self._family.functions):
            yield self._made(node, place, dotted, "", "function")
        for dotted in sorted(values & self._family.classes):
            yield self._made(node, place, dotted, "", "class")

    def _made(self, node: ast.expr, place: Place, owner: str, method: str, on: On) -> GeneratorCall:
        parent = self._parents.get(node)
        call = parent if isinstance(parent, ast.Call) and parent.func is node else None
        symbol = place.scope.symbol
        role, subject = role_of(call or node, self._parents, symbol)
        return GeneratorCall(
            node, call, owner, method, on, role, subject, symbol, place.scope, place.statement
        )


def makes_id(call: GeneratorCall) -> bool:
    """Whether the call gives ids, by the convention that the generator's methods follow."""
    return call.call is not None and call.method.startswith(_MAKING)


def family_of(policy: Policy, canonical: Callable[[str], str]) -> Family:
    """The family; ``canonical`` gives the name under which something is defined."""
    defined = {key: frozenset(map(canonical, group)) for key, group in named(policy).items()}
    functions = frozenset().union(*(defined[key] for key in _FUNCTIONS))
    classes = frozenset().union(*(group for key, group in defined.items() if key not in _FUNCTIONS))
    words = family_words(policy) | {dotted.rpartition(".")[2] for dotted in (*classes, *functions)}
    spelled = [dotted for group in named(policy).values() for dotted in group]
    tops = frozenset(dotted.partition(".")[0] for dotted in (*classes, *functions, *spelled))
    return Family(classes, functions, defined["generator"], words, tops)
