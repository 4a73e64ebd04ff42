"""What one name, or one attribute of a name, may hold before each statement of a body.

A walk over the statements in the order of execution, with the facts of ``states.facts``.
Branches add up, conditions narrow, a loop begins with all that its body may bind, and a handler with all that
was in force anywhere in its ``try``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from flake8_ssot_ids.semantics.module.syntax import (
    always_true,
    called_name,
    executed,
    irrefutable,
    swallows,
    unpack,
)
from flake8_ssot_ids.semantics.states import facts as states
from flake8_ssot_ids.semantics.states.declared import Walruses
from flake8_ssot_ids.semantics.states.facts import GOOD, NONE, UNBOUND, USELESS
from flake8_ssot_ids.semantics.states.key import Key

#: Conditions nested deeper than this narrow nothing.
_DEEPEST = 40

#: What an expression may be, evaluated at a statement where the name itself may be as the number says.
ValueOf = Callable[[ast.expr, ast.stmt, int], int]


class Definite(Key):
    """What ``key`` may be before each statement of ``body``, and where the body ends.

    Args:
        key: ``name`` or ``base.attribute``.
        body: the statements of one function or module.
        entry: what it may be before the first one.
        value_of: what an expression may be.
        interrupts: what a statement's calls may make of it beside what is seen.
        walruses: the assignment expressions of the module, found once for all keys.
    """

    def __init__(
        self,
        key: str,
        body: Sequence[ast.stmt],
        entry: int,
        value_of: ValueOf,
        interrupts: Callable[[ast.AST], int] = lambda _: 0,
        walruses: Walruses | None = None,
    ) -> None:
        self._walruses = walruses or Walruses()
        super().__init__(key)
        self._value_of = value_of
        self._interrupts = interrupts
        self.before: dict[ast.stmt, int] = {}
        self._body = body
        self._made: dict[ast.stmt, int] = {}
        self._seen = 0
        self._breaks: list[list[int]] = []
        self._continues: list[list[int]] = []
        self._returns = 0
        self._statement: ast.stmt = ast.Pass()
        #: Where the last statement ends, and where any way out of the body does; 0: nothing gets there.
        self.end = self._block(body, entry)
        self.exit = self.end | self._returns

    # -- statements ------------------------------------------------------------------------------

    def _block(self, body: Sequence[ast.stmt], state: int) -> int:
        for statement in body:
            if not state:
                return 0
            self._seen |= state
            self.before[statement] = self.before.get(statement, 0) | state
            self._statement = statement
            state = self._run(statement, state)
            self._seen |= state
        return state

    def _run(self, statement: ast.stmt, state: int) -> int:
        step = _STEPS.get(statement.__class__)
        return self.effect(statement, state) if step is None else step(self, statement, state)

    def _assert(self, statement: ast.Assert, state: int) -> int:
        return self.when(statement.test, state)[0]

    def _return(self, statement: ast.Return, state: int) -> int:
        self._returns |= self.effect(statement, state)
        return 0

    def _jump(self, statement: ast.Break | ast.Continue, state: int) -> int:
        targets = self._breaks if isinstance(statement, ast.Break) else self._continues
        if targets:
            targets[-1].append(state)
        return 0

    def effect(self, node: ast.AST, state: int) -> int:
        """What is there after ``node``, a simple statement or an expression, was executed."""
        state |= self._interrupts(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return self._bound(node.name, state)
        if isinstance(node, ast.Assign):
            state = self.inside(node.value, state)
            for target in node.targets:
                state = self._target(target, node.value, state)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                state = self._target(node.target, node.value, self.inside(node.value, state))
        elif isinstance(node, ast.AugAssign):
            state = self.inside(node.value, state)
            if self.is_key(node.target):
                # A list stays one, whatever is added to it, and is one if a list was added.
                made = state | self._value(node.value, state)
                state = GOOD | made & USELESS
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name == "*":
                    state |= USELESS
                state = self._bound(alias.asname or alias.name.partition(".")[0], state)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if any(self._concerns(part) for part in ast.walk(target)):
                    state = UNBOUND
        elif type(node).__name__ == "TypeAlias":
            # ``type user_id = int``, which Python 3.11 does not know.
            state = self._bound(called_name(next(ast.iter_child_nodes(node))), state)
        else:
            state = self.inside(node, state)
        return state

    def _bound(self, name: str, state: int) -> int:
        return USELESS if name == self._base else state

    def _target(self, target: ast.expr, value: ast.expr | None, state: int) -> int:
        """After ``value`` was assigned to ``target``."""
        if self.is_key(target):
            return GOOD if value is None else self._value(value, state)
        if isinstance(target, ast.Starred):
            return USELESS if self.is_key(target.value) else self._target(target.value, None, state)
        if isinstance(target, (ast.Tuple, ast.List)):
            for part, given in unpack(target.elts, value):
                state = self._target(part, given, state)
            return state
        if self._attribute and isinstance(target, ast.Name):
            return self._bound(target.id, state)
        return state

    def _value(self, value: ast.expr, state: int) -> int:
        """What ``value`` may be; a conditional expression about the name itself narrows it."""
        found = 0
        while isinstance(value, ast.IfExp) and state:
            inside, state = self.when(value.test, state)
            found |= self._value_of(value.body, self._statement, inside) if inside else 0
            value = value.orelse
        return found | (self._value_of(value, self._statement, state) if state or not found else 0)

    def inside(self, node: ast.AST, state: int) -> int:
        """What assignment expressions in ``node`` add."""
        if self._attribute:
            return state
        for part in self._walruses.within(node):
            if part.target.id == self._base:
                state |= self._value(part.value, state)
        return state

    def ever(self) -> int:
        """All that the body ever makes of it."""
        found = 0
        for statement in self._body:
            found |= self.made(statement)
        return found

    def made(self, statement: ast.stmt) -> int:
        """All that ``statement`` and what is in it may make of it; None, too, where that leads back here."""
        if statement not in self._made:
            self._made[statement] = NONE | USELESS
            self._made[statement] = self._stores(statement)
        return self._made[statement]

    def _stores(self, node: ast.AST) -> int:
        """All that ``node`` and what is in it may make of it, in whatever order."""
        found = 0
        for part in executed(node):
            if isinstance(part, (ast.For, ast.AsyncFor)):
                found |= self.iterated(part.target, part.iter, 0)
            elif isinstance(part, (ast.With, ast.AsyncWith)):
                found |= self.managed(part, 0)
            elif isinstance(part, ast.ExceptHandler):
                found |= UNBOUND | USELESS if part.name == self._base else 0
            elif isinstance(part, ast.Match):
                for case in part.cases:
                    found |= self.captured(case.pattern, part.subject, 0)
            elif isinstance(part, ast.stmt) and not isinstance(
                part, (ast.If, ast.While, ast.Try, ast.TryStar)
            ):
                outer, self._statement = self._statement, part
                found |= self.effect(part, 0)
                self._statement = outer
            elif isinstance(part, ast.NamedExpr):
                found |= self.inside(part, 0)
        return found

    # -- compound statements ---------------------------------------------------------------------

    def _if(self, statement: ast.If, state: int) -> int:
        ends = 0
        while True:
            state, otherwise = self.when(statement.test, state)
            ends |= self._block(statement.body, state)
            orelse = statement.orelse
            if len(orelse) == 1 and isinstance(orelse[0], ast.If) and otherwise:
                statement, state = orelse[0], otherwise
                self.before[statement] = self.before.get(statement, 0) | state
                self._statement = statement
                continue
            return ends | self._block(orelse, otherwise)

    def _loop(self, statement: ast.For | ast.AsyncFor | ast.While, state: int) -> int:
        head = state | self.made(statement)
        self._breaks.append([])
        self._continues.append([])
        if isinstance(statement, ast.While):
            self.before[statement] |= head
            inside, leaving = self.when(statement.test, head)
            end = self._block(statement.body, inside)
            if always_true(statement.test):
                leaving = 0
        else:
            inside = self.iterated(statement.target, statement.iter, head)
            end = self._block(statement.body, inside)
            leaving = state | end
        for continued in self._continues.pop():
            leaving |= 0 if isinstance(statement, ast.While) else continued
        broken = self._breaks.pop()
        leaving = self._block(statement.orelse, leaving)
        for state in broken:
            leaving |= state
        return leaving

    def iterated(self, target: ast.expr, values: ast.expr, state: int = 0) -> int:
        """After one round over ``values`` has bound ``target``."""
        if states.gives_pairs(values) and self.is_key(target):
            return USELESS
        if isinstance(values, (ast.List, ast.Tuple, ast.Set)):
            found = 0
            for value in values.elts:
                found |= self._target(target, value, state)
            return found or self._target(target, None, state)
        return self._target(target, None, state)

    def _try(self, statement: ast.Try | ast.TryStar, state: int) -> int:
        outer, self._seen = self._seen, state
        jumps = [*self._breaks[-1:], *self._continues[-1:]]
        marks = [len(jump) for jump in jumps]
        returns, self._returns = self._returns, 0
        end = self._block(statement.body, state)
        raised = self._seen
        ends = self._block(statement.orelse, end)
        for handler in statement.handlers:
            entry = USELESS if handler.name == self._base else raised
            end = self._block(handler.body, entry)
            ends |= UNBOUND if handler.name == self._base and end else end
        if statement.finalbody:
            # However the body is left, this is executed.
            everything = self._seen
            ends = self._block(statement.finalbody, ends)
            for jump, mark in zip(jumps, marks, strict=True):
                jump[mark:] = [self._block(statement.finalbody, one) for one in jump[mark:]]
            self._returns = self._block(statement.finalbody, self._returns)
            self._block(statement.finalbody, everything)
        self._returns |= returns
        self._seen |= outer
        return ends

    def _with(self, statement: ast.With | ast.AsyncWith, state: int) -> int:
        state = self.managed(statement, state)
        outer, self._seen = self._seen, state
        end = self._block(statement.body, state)
        if any(swallows(item.context_expr) for item in statement.items):
            end |= self._seen
        self._seen |= outer
        return end

    def managed(self, statement: ast.With | ast.AsyncWith, state: int) -> int:
        """After the header of a ``with``."""
        for item in statement.items:
            state = self.inside(item.context_expr, state | self._interrupts(item.context_expr))
            if item.optional_vars is not None:
                before = state
                state = self._target(item.optional_vars, None, state)
                if state != before and states.gives_none(item.context_expr):
                    state = NONE
        return state

    def _match(self, statement: ast.Match, state: int) -> int:
        state = self.inside(statement.subject, state | self._interrupts(statement.subject))
        of_key = self.is_key(statement.subject)
        ends = 0
        for case in statement.cases:
            self._statement = statement
            pattern = case.pattern
            entry = states.matched(pattern, state) if of_key else state
            after = state
            if of_key and case.guard is None and entry == NONE:
                after &= GOOD | USELESS
            captured = self.captured(pattern, statement.subject, state)
            entry = captured or entry
            after |= captured
            if case.guard is not None:
                entry, refused = self.when(case.guard, entry)
                after |= refused
            ends |= self._block(case.body, entry)
            state = after
            if case.guard is None and irrefutable(pattern):
                return ends
        return ends | state

    def captured(self, pattern: ast.pattern, value: ast.expr | None, state: int) -> int:
        """What ``pattern`` makes of it where it matches ``value`` (None: not known); 0: nothing."""
        found = 0
        for part, one in states.captured_values(pattern, value):
            found |= self.captured(part, one, state)
        name = getattr(pattern, "rest" if isinstance(pattern, ast.MatchMapping) else "name", None)
        if name != self._base:
            return found
        if self._attribute or isinstance(pattern, (ast.MatchMapping, ast.MatchStar)):
            return USELESS
        return found | states.matched(pattern, GOOD if value is None else self._value(value, state))

    # -- conditions ------------------------------------------------------------------------------

    def when(self, test: ast.expr, state: int, depth: int = 0) -> tuple[int, int]:
        """What it may be where ``test`` is true, and where it is false."""
        state |= self._interrupts(test) if not depth else 0
        if depth > _DEEPEST:
            return self.inside(test, state), self.inside(test, state)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yes, no = self.when(test.operand, state, depth + 1)
            return no, yes
        if isinstance(test, ast.BoolOp):
            return self._operands(test, state, depth)
        if isinstance(test, ast.Constant):
            return (state, 0) if test.value else (0, state)
        named = test.target if isinstance(test, ast.NamedExpr) else test
        if self.is_key(named):
            if isinstance(test, ast.NamedExpr):
                state = self._value(test.value, self.inside(test.value, state))
            # What is false may be None, whatever was expected.
            return state & (GOOD | USELESS), states.only_none(state)
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            narrowed = self._compared(test, state)
            if narrowed is not None:
                return narrowed
        if isinstance(test, ast.Call) and states.asks_for_class(test) and self.is_key(test.args[0]):
            return states.of_class(test.args[1], state), state
        state = self.inside(test, state)
        return state, state

    def _operands(self, test: ast.BoolOp, state: int, depth: int) -> tuple[int, int]:
        is_and = isinstance(test.op, ast.And)
        ended = 0
        for operand in test.values:
            yes, no = self.when(operand, state, depth + 1)
            state, out = (yes, no) if is_and else (no, yes)
            ended |= out
        return (state, ended) if is_and else (ended, state)

    def _compared(self, test: ast.Compare, state: int) -> tuple[int, int] | None:
        left, right, operator = test.left, test.comparators[0], test.ops[0]
        if isinstance(left, ast.Constant) and left.value is None:
            left, right = right, left
        if not (isinstance(right, ast.Constant) and right.value is None):
            return None
        if not isinstance(operator, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)):
            return None
        named = left.target if isinstance(left, ast.NamedExpr) else left
        if not self.is_key(named):
            return None
        if isinstance(left, ast.NamedExpr):
            state = self._value(left.value, self.inside(left.value, state))
        found = states.only_none(state), state & (GOOD | USELESS)
        return found if isinstance(operator, (ast.Is, ast.Eq)) else found[::-1]


#: What a statement makes of it that is more than the effect of its expressions; 0: nothing comes after it.
_STEPS: dict[type[ast.stmt], Callable[[Definite, Any, int], int]] = {
    ast.If: Definite._if,
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.While), Definite._loop),
    **dict.fromkeys((ast.Try, ast.TryStar), Definite._try),
    **dict.fromkeys((ast.With, ast.AsyncWith), Definite._with),
    ast.Match: Definite._match,
    ast.Assert: Definite._assert,
    ast.Return: Definite._return,
    ast.Raise: lambda *_: 0,
    **dict.fromkeys((ast.Break, ast.Continue), Definite._jump),
}
