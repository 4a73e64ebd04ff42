"""From an expression to the dotted names that it may stand for.

Each comes with the most telling step on the way to it. Imports are not followed here: the project does that
for dotted names that belong to it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.dynamic import Dynamic, Expand
from flake8_ssot_ids.semantics.module.makers import MakerAccess
from flake8_ssot_ids.semantics.module.members import member_values
from flake8_ssot_ids.semantics.module.scopes import (
    CLASS,
    COMPREHENSION,
    FUNCTION,
    MODULE,
    UNBOUND,
    Binding,
    Load,
    Scope,
)
from flake8_ssot_ids.semantics.module.syntax import may_be_text, member, possible_values
from flake8_ssot_ids.semantics.module.values import (
    ASSIGNED,
    DIRECT,
    DYNAMIC,
    NOTHING,
    REEXPORTED,
    OwnClass,
    OwnFunction,
    OwnInstance,
    Reached,
    Value,
    Values,
)
from flake8_ssot_ids.uuids import catalog

#: A chain of aliases is resolved link by link, so only nested dynamic access can go deep.
_DEEPEST = 100
#: A cycle has settled after two or three; only one that adds attributes to itself never does.
_ROUNDS = 6
Result = TypeVar("Result")


class Resolver(MakerAccess):
    """Resolves expressions of one module after its :class:`Flow` has run.

    ``wanted`` collects names that had to be looked up but were not watched; the caller
    watches them, too, and starts again. With ``open_stars``, what a star import may bind is a
    value of its own, ``module.*name``.
    """

    def __init__(
        self,
        flow: Flow,
        expand: Expand,
        is_source: Callable[[Value], bool],
        dynamic: Dynamic,
        open_stars: bool = False,
    ) -> None:
        self._open_stars = open_stars
        self._dynamic = dynamic
        self._flow = flow
        self._expand = expand
        self._is_source = is_source
        self._memo: dict[ast.expr, Values] = {}
        self._bindings: dict[Binding, tuple[Values, bool]] = {}
        #: What is being resolved just now, with its depth; a second visit is a cycle.
        self._active: dict[object, int] = {}
        self._lowest = 0
        self._asked: dict[tuple[OwnClass | OwnInstance, str], Values] = {}
        #: Where the search was broken off for the depth of the stack.
        self._too_deep: list[ast.expr] = []
        #: Results inside of cycles that still are under way, kept lest each way through a cycle be
        #: walked, and those of the round before.
        self._partial: dict[object, Any] = {}
        self._earlier: dict[object, Any] = {}
        self.wanted: set[str] = set()
        #: What names see that stand in no executed code, as far as somebody asks.
        self.late: dict[ast.Name, Load] = {}

    def resolve(self, node: ast.expr) -> Values:
        """All values that ``node`` may have, as far as they are known."""
        if self._active:
            return self._resolved(node)
        pending = [node]
        tried = {node}
        while True:
            self._too_deep.clear()
            values = self._resolved(pending[-1])
            # Beyond the depth that the stack allows: from there first, then once more from here.
            deeper = next((node for node in self._too_deep if node not in tried), None)
            if deeper is not None:
                tried.add(deeper)
                pending.append(deeper)
                continue
            last = pending.pop()
            if self._too_deep:
                # A cycle that is longer than the stack allows; another try would find no more.
                self._memo[last] = values
            if not pending:
                return values

    def _resolved(self, node: ast.expr) -> Values:
        known = self._memo.get(node)
        if known is not None:
            return known
        # A chain of attributes may be a thousand links long: walk down, then up again.
        chain: list[ast.Attribute] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute) and base not in self._memo:
            chain.append(base)
            base = base.value
        values, final = self._memo.get(base, NOTHING), True
        if base not in self._memo:
            values, final = self._guarded(base, lambda: self._expand(self._resolve(base)), NOTHING)
            if final:
                self._memo[base] = values
        for link in reversed(chain):
            if values:
                name = self._flow.name_of(link)
                members = self._members(values, name)
                values = self._expand(
                    frozenset((f"{dotted}.{name}", via) for dotted, via in values if isinstance(dotted, str))
                )
                values |= members
            if final:
                self._memo[link] = values
        return values

    def _guarded(
        self, key: ast.expr | Binding, compute: Callable[[], Result], otherwise: Result
    ) -> tuple[Result, bool]:
        """Run ``compute`` unless it is under way; the flag says whether the result is final.

        Inside a cycle a result lacks what the element further up has not contributed yet; it is
        final only for the uppermost element of the cycle, which is computed until it settles.
        """
        depth = self._active.get(key)
        # A binding goes one further than an expression, to a value that is known by now.
        if depth is not None or len(self._active) > _DEEPEST + isinstance(key, Binding):
            if depth is None:
                value = key.value if isinstance(key, Binding) else key
                self._too_deep += () if value is None else (value,)
            self._lowest = min(self._lowest, depth or 0)
            return self._earlier.get(key, otherwise), False
        if key in self._partial:
            self._lowest = min(self._lowest, 1)
            known: Result = self._partial[key]
            return known, False
        depth = len(self._active) + 1
        self._active[key] = depth
        before = len(self._partial)
        outer = self._lowest
        try:
            for _ in range(_ROUNDS):
                self._lowest = depth
                result = compute()
                final = self._lowest >= depth
                if not final or not self._unsettled(key, result, before):
                    break
        finally:
            del self._active[key]
        self._lowest = outer if final else min(outer, self._lowest)
        if not final and depth > 1:
            self._partial[key] = result
        elif depth == 1:
            self._partial.clear()
            self._earlier.clear()
        return result, final

    def _unsettled(self, key: object, result: object, before: int) -> bool:
        """Forget the partial results after number ``before``; whether any, or ``result``, is new."""
        new = len(self._partial) > before and self._earlier.get(key) != result
        self._earlier[key] = result
        while len(self._partial) > before:
            member, partial = self._partial.popitem()
            new = new or self._earlier.get(member) != partial
            self._earlier[member] = partial
        return new

    def values_of(self, bindings: Iterable[Binding]) -> Values:
        """What a name with these bindings stands for."""
        bindings = list(bindings)
        for binding in bindings:
            if binding.value is not None:
                self.resolve(binding.value)
        return frozenset(self._values(bindings)[0])

    def _resolve(self, node: ast.expr) -> Values:
        found: set[Reached] = set()
        pending = [node]
        while pending:
            part = pending.pop()
            if isinstance(part, ast.IfExp):
                pending += (way for way in (part.body, part.orelse) if way not in self._flow.unrun)
            elif isinstance(part, ast.BoolOp):
                pending += possible_values(part)
            elif isinstance(part, (ast.NamedExpr, ast.Await)):
                pending.append(part.value)
            elif part is not node and isinstance(part, (ast.Attribute, ast.Call, ast.Subscript, ast.Name)):
                found |= self.resolve(part)
            elif isinstance(part, ast.Name):
                found |= self._name(part)
            elif isinstance(part, ast.Call):
                found |= self._given(part) or self._call(part)
            elif isinstance(part, ast.Lambda) and part in self._flow.makers:
                found |= self._made_by(part)
            elif isinstance(part, ast.Subscript):
                found |= self._subscript(part)
            elif may_be_text(part):
                found |= self._text(part)
        return frozenset(found)

    def _members(self, owners: Values, name: str) -> Values:
        """What the attribute ``name`` holds in those of ``owners`` that are classes of this module."""
        found: set[Reached] = set()
        for owner, _ in owners:
            if isinstance(owner, (OwnClass, OwnInstance)):
                key = (owner, name)
                if key not in self._asked:
                    # A class that is defined by its own attributes asks for itself.
                    self._asked[key] = NOTHING
                    values = member_values(self._flow, self, owner, name)
                    self._asked[key] = frozenset((value, self._assigned(value, via)) for value, via in values)
                found |= self._asked[key]
        return frozenset(found)

    def leads_to_source(self, value: Value) -> bool:
        """Whether this is an id source or the module that has them."""
        return value == catalog.MODULE or self._is_source(value)

    # -- names ---------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Values:
        load = self._flow.loads.get(node) or self.late.get(node)
        name = self._flow.name_of(node)
        if load is None:
            if isinstance(node.ctx, ast.Load):
                self.wanted.add(name)
            return NOTHING
        bindings = set(load.bindings)
        for owner in load.owners:
            bindings |= owner.injected.get(name, set())
        values, open_end = self._values(bindings)
        found = set(values)
        if load.onward is not None:
            found |= self._onward(load.onward, name)
        elif open_end and load.owners and all(owner.kind is MODULE for owner in load.owners):
            found.add((f"builtins.{name}", DIRECT))
        return frozenset(found)

    def _onward(self, scope: Scope, name: str) -> set[Reached]:
        """What ``name`` means to code in ``scope`` that has not bound it itself so far."""
        found: set[Reached] = set()
        current: Scope | None = scope
        if name in scope.declared:
            current = scope.declared[name]
        elif scope.kind is FUNCTION:
            if name in scope.bound:
                return found
            current = scope.parent
        while current is not None:
            if current.kind is FUNCTION and name in current.declared:
                current = current.declared[name]
                continue
            if current.kind is not CLASS and (name in current.bound or current.kind is MODULE):
                values, open_end = self._values(
                    current.at_end(name) if current is not scope else current.injected.get(name, {UNBOUND})
                )
                found |= values
                if current.kind is MODULE and (open_end or current is scope):
                    found.add((f"builtins.{name}", DIRECT))
                if current.kind in (FUNCTION, COMPREHENSION):
                    return found
            current = current.parent
        return found

    def _values(self, bindings: Iterable[Binding]) -> tuple[set[Reached], bool]:
        """The values of ``bindings``, and whether the name may not be bound at all."""
        found: set[Reached] = set()
        open_end = bound = False
        unrun: list[Binding] = []
        for binding in bindings:
            if binding.kind == "unrun":
                unrun.append(binding)
                continue
            values, unbound = self._binding(binding)
            found |= values
            open_end = open_end or unbound
            bound = bound or binding is not UNBOUND
        if unrun and not bound:
            # Something binds it out of sight, and then it is what type checkers are told.
            found |= self._values(inner for binding in unrun for inner in binding.before or ())[0]
        return found, open_end

    def _binding(self, binding: Binding) -> tuple[Values, bool]:
        if binding is UNBOUND:
            return NOTHING, True
        known = self._bindings.get(binding)
        if known is not None:
            return known
        result, final = self._guarded(binding, lambda: self._bound(binding), (NOTHING, False))
        if final:
            self._bindings[binding] = result
        return result

    def _bound(self, binding: Binding) -> tuple[Values, bool]:
        if binding.kind == "import":
            return self._expand(frozenset({(binding.dotted, DIRECT)})), False
        if binding.kind == "assign" and binding.value is not None:
            values = self.resolve(binding.value)
            return frozenset((value, self._assigned(value, via)) for value, via in values), False
        if binding.kind in ("class", "self") and not self._open_stars and binding.node is not None:
            owner = OwnClass(binding.node) if binding.kind == "class" else OwnInstance(binding.node)
            return frozenset({(owner, DIRECT)}), False
        if binding.kind == "function":
            node = binding.node
            made_by = node is not None and node in self._flow.makers
            return self._made_by(node) if node is not None and made_by else frozenset(
                {(OwnFunction(node), DIRECT)}
            ), False
        if binding.kind == "star" and self._open_stars:
            return self._all_stars(binding)
        above: list[str] = []
        while binding.kind == "star":
            values, open_end = self._star(binding.dotted, binding.name), False
            before = list(binding.before or ())
            last = len(before) != 1 or before[0].kind != "star"
            if not values:
                above.append(binding.dotted)
                if last:
                    found, open_end = self._values(before)
                    values = frozenset(found)
            if values or last:
                if (values or open_end) and any(self._hides(module, binding.name) for module in above):
                    return NOTHING, False
                return values, open_end
            binding = before[0]
        return NOTHING, False

    def _all_stars(self, binding: Binding) -> tuple[Values, bool]:
        found: set[Reached] = set()
        while True:
            found.add((member(binding.dotted, f"*{binding.name}"), DIRECT))
            before = list(binding.before or ())
            if len(before) != 1 or before[0].kind != "star":
                values, open_end = self._values(before)
                return self._expand(frozenset(found)) | values, open_end
            binding = before[0]

    def _star(self, module: str, name: str) -> Values:
        """What ``from module import *`` binds ``name`` to, as far as that is known."""
        values = self._expand(frozenset({(member(module, f"*{name}"), DIRECT)}))
        return frozenset(one for one in values if not (isinstance(one[0], str) and "*" in one[0]))

    def _hides(self, module: str, name: str) -> bool:
        """Whether ``from module import *`` surely binds ``name``, to whatever it may be."""
        return not self._expand(frozenset({(member(module, f"**{name}"), DIRECT)}))

    def _assigned(self, value: Value, via: str) -> str:
        """The step of a name that was assigned ``value``, itself reached by ``via``.

        The mention of a source is a use of its own, so the alias starts afresh; the mention of a
        module is none, so the alias keeps what was noteworthy about the way to it.
        """
        if self._is_source(value) or via not in (DYNAMIC, REEXPORTED):
            return ASSIGNED
        return via
