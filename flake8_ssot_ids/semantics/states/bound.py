"""Whether a name, or an attribute such as ``self.user_id``, surely is bound and not known to be None.

What a remedy writes must neither raise ``NameError`` nor hand on None. Where that is not certain by the
structure of the code alone, the answer is no.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from flake8_ssot_ids.semantics.module.scopes import CLASS, COMPREHENSION, FUNCTION, Scope
from flake8_ssot_ids.semantics.module.syntax import binds, targets_of
from flake8_ssot_ids.semantics.states.declared import (
    Bodies,
    Interrupts,
    Method,
    Resets,
    Walruses,
    always_set,
    annotation_of,
    first_parameter,
    is_useless_by,
    may_give_none,
    method_of,
    module_of,
    nothing,
    parameter_state,
    parameters,
)
from flake8_ssot_ids.semantics.states.definite import Definite
from flake8_ssot_ids.semantics.states.facts import GOOD, NONE, UNBOUND, USELESS, is_useless


class Memory:
    """What is known of the bodies of one module, and of its classes.

    Args:
        text: the source of the module, or None if it is not at hand.
        resets: what methods set to no id.
    """

    def __init__(self, text: str | None = None, resets: Resets | None = None) -> None:
        #: The walks by body and name; None: under way.
        self.walks: dict[tuple[ast.AST, str], Definite | None] = {}
        self.bodies = Bodies(text is None or "global" in text or "nonlocal" in text)
        self.walruses = Walruses()
        self.resets = resets or Resets(text)
        self.always: dict[tuple[ast.ClassDef, str], bool] = {}

    def always_set(self, owner: ast.ClassDef, attribute: str) -> bool:
        """Whether each instance has the attribute from its making on, and no method sets it to None."""
        key = (owner, attribute)
        if key not in self.always:
            self.always[key] = not self.resets.is_reset(owner, attribute) and always_set(
                owner, attribute, self._exit_of
            )
        return self.always[key]

    def _exit_of(self, method: Method, owner: ast.ClassDef, attribute: str) -> int:
        return exit_of(method, owner, attribute, self.resets)

    def forget(self) -> None:
        """Let go of the walks, which know this memory: nothing else would untie that knot."""
        self.walks.clear()


#: Following one name to another goes no further than this.
_DEEPEST = 8
#: So many names of one expression are followed.
_MOST_NAMES = 8
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def is_bound(
    text: str,
    scope: Scope,
    statement: ast.stmt,
    node: ast.AST | None = None,
    parents: Mapping[ast.AST, ast.AST] | None = None,
    memory: Memory | None = None,
) -> bool:
    """Whether ``text``, a name or one attribute of a name, can be written in ``statement`` of ``scope``.

    ``node`` is the expression at whose place it would be written, ``parents`` lead from there upward: without
    them the conditions within the statement are not seen. ``memory`` is kept for one module.
    """
    at = _Spot(scope, statement, node, parents or {}, memory or Memory(), 0)
    return at.state(text) == GOOD


class _Spot:
    """One place in its scope."""

    def __init__(
        self,
        scope: Scope,
        statement: ast.stmt,
        node: ast.AST | None,
        parents: Mapping[ast.AST, ast.AST],
        memory: Memory,
        depth: int,
    ) -> None:
        self._scope = scope
        self._statement = statement
        self._node = node
        self._parents = parents
        self._memory = memory
        self._depth = depth

    def state(self, key: str) -> int:
        """What ``key`` may be at this place."""
        name = key.partition(".")[0]
        scope: Scope | None = self._scope
        at: ast.AST = self._statement
        late = False
        while scope is not None:
            node = scope.node
            if scope.kind is CLASS:
                if scope is self._scope:
                    return USELESS
            elif isinstance(node, _COMPREHENSIONS):
                if any(name in targets_of(generator) for generator in node.generators):
                    return self._in_comprehension(node, key)
                late = late or isinstance(node, ast.GeneratorExp)
            elif scope.kind is not COMPREHENSION:
                found = self._in_scope(scope, at, key, late)
                if found is not None:
                    return found
                late = True
            if isinstance(node, ast.stmt):
                at = node
            scope = scope.parent
        return UNBOUND

    def _in_scope(self, scope: Scope, at: ast.AST, key: str, late: bool) -> int | None:
        """What it may be, as this scope has it; None if the scope does not bind the name."""
        name = key.partition(".")[0]
        node = scope.node
        if not isinstance(node, (*_FUNCTIONS, ast.Module)):
            return None
        body = [] if isinstance(node, ast.Lambda) else node.body
        facts = self._memory.bodies.facts_of(node)
        if isinstance(node, ast.Module):
            if late or name in facts.inner:
                # A function may run before the module has bound the name, and after it has bound it again.
                return UNBOUND | (self._stored(scope, body, key) if facts.may_bind(key) else 0)
            return self._at(scope, body, at, key, late)
        if name in facts.declares:
            return UNBOUND
        parameter = parameter_state(node, name)
        if parameter is None and name not in facts.binds:
            return None
        if name in facts.inner:
            return NONE
        return self._at(scope, body, at, key, late)

    def _at(self, scope: Scope, body: Sequence[ast.stmt], at: ast.AST, key: str, late: bool) -> int:
        """What it may be at ``at``, in the scope that binds the name."""
        node = scope.node
        assert node is not None
        if isinstance(node, ast.Lambda):
            known, state = self._nowhere(key, scope), _entry(scope, key, self._memory)
        else:
            found = self._definite(scope, body, key)
            if found is None or not isinstance(at, ast.stmt):
                # A name that is made of itself by way of others.
                return NONE | USELESS
            known, state = found, found.before.get(at, 0)
        if late:
            # What runs later sees what was bound last.
            state |= self._stored(scope, body, key)
            if _interrupts(scope, key, self._memory):
                return NONE
        if not state:
            return USELESS
        if at is self._statement and (not late or not self._stored(scope, body, key)):
            state = self._narrowed(known, state, node)
        return state

    def _definite(self, scope: Scope, body: Sequence[ast.stmt], key: str) -> Definite | None:
        """The walk over a body; None while it is under way."""
        at = (scope.node or ast.Pass(), key)
        walks = self._memory.walks
        if at not in walks:
            walks[at] = None
            walks[at] = Definite(
                key,
                body,
                _entry(scope, key, self._memory),
                self._value_of(scope, key),
                _interrupts(scope, key, self._memory) or nothing,
                self._memory.walruses,
            )
        return walks[at]

    def _nowhere(self, key: str, scope: Scope) -> Definite:
        """A walk over no statements, to ask what expressions make of the name."""
        return Definite(key, [], 0, self._value_of(scope, key), walruses=self._memory.walruses)

    def _stored(self, scope: Scope, body: Sequence[ast.stmt], key: str) -> int:
        """All that the statements of a body ever make of it."""
        known = self._definite(scope, body, key)
        return NONE | USELESS if known is None else known.ever()

    def _narrowed(self, known: Definite, state: int, until: ast.AST) -> int:
        """``state`` as the conditions around the place within its statement leave it."""
        if isinstance(self._statement, (ast.With, ast.AsyncWith)):
            state |= known.managed(self._statement, 0)
        way = [*self._upward(until)]
        if not way:
            # Anything in the statement may come before the place.
            return state | known.made(self._statement)
        top = way[-1][0]
        if isinstance(self._statement, ast.Match) and top is not self._statement.subject:
            # In a guard; what an earlier case captured may stay, even if that did not match in the end.
            for case in self._statement.cases:
                state |= known.captured(case.pattern, self._statement.subject, state)
        state |= known.inside(top, 0)
        for child, parent in reversed(way):
            if isinstance(parent, ast.IfExp) and child is not parent.test:
                state = known.when(parent.test, state)[child is not parent.body]
            elif isinstance(parent, ast.BoolOp):
                for operand in parent.values:
                    if operand is child:
                        break
                    state = known.when(operand, state)[isinstance(parent.op, ast.Or)]
            elif isinstance(parent, _COMPREHENSIONS) and not isinstance(child, ast.comprehension):
                for test in (test for generator in parent.generators for test in generator.ifs):
                    state = known.when(test, state)[0]
        return state or USELESS

    def _upward(self, until: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Child and parent from the place up to ``until``, or to its statement."""
        child = self._node
        while child is not None and child is not self._statement and child is not until:
            parent = self._parents.get(child)
            if parent is None:
                return
            yield child, parent
            child = parent

    def _in_comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, key: str
    ) -> int:
        """What a name that a comprehension binds may be in it; an attribute of that is not known."""
        way = [*self._upward(node)]
        if "." in key or not way:
            return USELESS
        part = way[-1][0]
        known = self._nowhere(key, self._scope)
        state = UNBOUND
        for generator in node.generators:
            if part is generator and way[-2][0] is generator.iter:
                return state
            if key in targets_of(generator):
                state = known.iterated(generator.target, generator.iter)
            if part is generator:
                return state
        return self._narrowed(known, state, node) if state != UNBOUND else state

    def _value_of(self, scope: Scope, key: str) -> _Values:
        return _Values(key, scope, self._memory, self._depth)


class _Values:
    """What expressions of one scope may be."""

    def __init__(self, key: str, scope: Scope, memory: Memory, depth: int) -> None:
        self._key = key
        self._scope = scope
        self._memory = memory
        self._depth = depth

    def __call__(self, value: ast.expr, statement: ast.stmt, current: int) -> int:
        """What ``value`` may be; what is not known to be None, or of no use, is good."""
        found = 0
        names = 0
        # Each with what of it can get into the value.
        pending: list[tuple[ast.expr, int]] = [(value, UNBOUND | NONE | USELESS | GOOD)]
        while pending:
            node, kept = pending.pop()
            others, one = _parts(node)
            if isinstance(node, ast.Name):
                names += 1
                one = current if node.id == self._key else self._name(node.id, statement, names)
            elif isinstance(node, ast.Attribute):
                one = self._of_attribute(node)
            elif isinstance(node, ast.Call) and not is_useless(node):
                none, given = may_give_none(node, module_of(self._scope))
                one = NONE | GOOD if none else GOOD
                others = [(other, NONE | USELESS | GOOD) for other in given]
            found |= one & kept
            pending += [(other, mask & kept) for other, mask in others if mask & kept]
        return found

    def _name(self, name: str, statement: ast.stmt, number: int) -> int:
        if self._depth > _DEEPEST or number > _MOST_NAMES:
            return NONE | USELESS
        place = _Spot(self._scope, statement, None, {}, self._memory, self._depth + 1)
        state = place.state(name)
        # A name that is bound elsewhere, such as one of the module, is not known to be None.
        return GOOD if state == UNBOUND else state & ~UNBOUND or NONE

    def _of_attribute(self, node: ast.Attribute) -> int:
        resets = self._memory.resets
        method, owner = method_of(self._scope)
        if (
            method is not None
            and owner is not None
            and isinstance(node.value, ast.Name)
            and node.value.id == first_parameter(method)
            and (resets.is_reset(owner, node.attr) or is_useless_by(annotation_of(owner, node.attr)))
        ):
            return NONE | GOOD
        return GOOD


def _parts(node: ast.expr) -> tuple[list[tuple[ast.expr, int]], int]:
    """The parts of an expression that its value may be, or be made of, and what else it may be.

    With each part goes what of it can get into the value.
    """
    anything = UNBOUND | NONE | USELESS | GOOD
    if isinstance(node, ast.IfExp):
        return [(node.body, anything), (node.orelse, anything)], 0
    if isinstance(node, ast.BoolOp):
        # What `or` takes before the last operand is true; `and` may end at each of them.
        others = GOOD | USELESS if isinstance(node.op, ast.Or) else anything
        return [*((one, others) for one in node.values[:-1]), (node.values[-1], anything)], 0
    if isinstance(node, (ast.Await, ast.NamedExpr)):
        return [(node.value, anything)], 0
    if isinstance(node, ast.BinOp):
        # Only collections make a collection; `%` puts one into a text.
        return [(node.left, USELESS)] + [(node.right, USELESS)] * (not isinstance(node.op, ast.Mod)), GOOD
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return [(node.value, USELESS)], GOOD
    if isinstance(node, ast.Constant) and node.value is None:
        return [], NONE
    if isinstance(node, ast.Yield):
        return [], NONE | GOOD
    return [], USELESS if is_useless(node) else GOOD


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _entry(scope: Scope, key: str, memory: Memory) -> int:
    """What ``key`` may be when the scope begins."""
    name, _, attribute = key.partition(".")
    node = scope.node
    if not isinstance(node, _FUNCTIONS):
        return UNBOUND
    state = parameter_state(node, name)
    if not attribute:
        return UNBOUND if state is None else state
    anything = UNBOUND | NONE | GOOD
    if state != GOOD:
        return anything
    method, owner = method_of(scope)
    if method is node and owner is not None and name == first_parameter(method):
        return GOOD if method.name != "__init__" and memory.always_set(owner, attribute) else anything
    if isinstance(node, ast.Lambda):
        return anything
    parameter = next(one for one in parameters(node) if one.arg == name)
    wanted = parameter.annotation
    if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
        wanted = ast.Name(wanted.value)
    if not isinstance(wanted, ast.Name):
        return anything
    named = _class_called(wanted.id, scope)
    return GOOD if named is not None and memory.always_set(named, attribute) else anything


def _class_called(name: str, scope: Scope) -> ast.ClassDef | None:
    """The class of the module with this name, if nothing else there has it."""
    body = getattr(module_of(scope), "body", [])
    owner = next((one for one in body if isinstance(one, ast.ClassDef) and one.name == name), None)
    return owner if owner is not None and not binds([one for one in body if one is not owner], name) else None


def exit_of(method: Method, owner: ast.ClassDef, attribute: str, resets: Resets) -> int:
    """What ``self.<attribute>`` may be where ``method`` of the class ends."""
    first = first_parameter(method)
    if first is None:
        return UNBOUND
    scope = Scope(FUNCTION, method, Scope(CLASS, owner, None, ""), "")
    memory = Memory(resets=resets)
    found = Definite(f"{first}.{attribute}", method.body, UNBOUND, _Values("", scope, memory, 0)).exit
    memory.forget()
    return found


def _interrupts(scope: Scope, key: str, memory: Memory) -> Interrupts | None:
    """What calls may make of an attribute, if other methods set it to None."""
    base, _, attribute = key.partition(".")
    method, owner = method_of(scope)
    if not attribute or method is None or owner is None:
        return None
    return Interrupts(base) if memory.resets.is_reset(owner, attribute, method) else None
