"""Scopes and bindings: which assignments can reach each use of a name.

One :class:`Flow` walks the statements of a module in execution order and keeps, for every
name that it was asked to *watch*, the set of bindings that may be in force. Only statements
near a watched word are looked into; a binding or a use of a watched name cannot be anywhere
else. Expressions are walked with an explicit stack and an ``elif`` chain with a loop, so the
depth of a tree is no limit. What remains recursive is the nesting of blocks, which the
tokenizer of Python itself bounds at 100.

The semantics, in short: a binding in straight-line code replaces what was there; branches,
handlers and loops add up; a function body sees what is in force when its enclosing scope
has run to an end; ``global`` and ``nonlocal`` bindings may have happened at any time.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from flake8_ssot_ids.semantics.module.declarations import SIMPLE, Declarations
from flake8_ssot_ids.semantics.module.scopes import (
    CLASS,
    COMPREHENSION,
    FUNCTION,
    MODULE,
    NOT_BOUND,
    OPAQUE,
    UNBOUND,
    Binding,
    Loop,
    Scope,
    State,
    extend,
    merge,
    merge_all,
)
from flake8_ssot_ids.semantics.module.syntax import (
    always_true,
    bound_in,
    irrefutable,
    join_symbol,
    swallows,
)


class Flow(Declarations):
    """The walk over one module. Results: ``loads``, ``candidates``, ``parents``, ``module``."""

    def run(self) -> Flow:
        """Walk the module, then the bodies of its functions; the walk itself is the result."""
        self._block(self._tree.body)
        while self._deferred:
            self._deferred.pop()()
        return self

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        handlers, simple = _HANDLERS, SIMPLE
        between = self.hits.between
        for statement in statements:
            kind = statement.__class__
            handler = handlers.get(kind)
            if handler is not None:
                handler(self, statement)
            elif between(statement.lineno, statement.end_lineno or statement.lineno):
                self._statement = statement
                simple.get(kind, Declarations._expressions)(self, statement)

    def _return(self, statement: ast.stmt) -> None:
        if self.hits.between(statement.lineno, statement.end_lineno or statement.lineno):
            self._statement = statement
            self._expressions(statement)
        if isinstance(statement, ast.Return) and statement.value is not None:
            self._returned(statement.value)
        if not self.scope.dead:
            self.scope.exits.append(dict(self.scope.state))
        self.scope.dead = True

    def _break(self, statement: ast.stmt) -> None:
        scope = self.scope
        if scope.loops and not scope.dead:
            loop = scope.loops[-1]
            target = loop.breaks if isinstance(statement, ast.Break) else loop.continues
            target.append(dict(scope.state))
        scope.dead = True

    def _if(self, statement: ast.If) -> None:
        scope = self.scope
        ends: list[tuple[State, bool]] = []
        unrun: dict[str, set[Binding]] = {}
        while True:
            self._statement = statement
            self._expression(statement.test)
            truth = None
            if self.hits.between(statement.body[0].lineno, statement.end_lineno or statement.lineno):
                truth = self._truth(statement.test)
            state, dead = dict(scope.state), scope.dead
            if truth is False:
                self._never_run(statement.body, unrun)
            else:
                self._block(statement.body)
                ends.append((scope.state, scope.dead))
            scope.state, scope.dead = state, dead
            orelse = statement.orelse
            if truth is True:
                self._never_run(orelse, unrun)
                break
            if len(orelse) == 1 and isinstance(orelse[0], ast.If):
                statement = orelse[0]
                continue
            self._block(orelse)
            ends.append((scope.state, scope.dead))
            break
        self._join(ends)
        if unrun:
            scope.state = extend(scope.state, unrun)

    def _never_run(self, body: Sequence[ast.stmt], bound: dict[str, set[Binding]]) -> None:
        """Walk statements that are never run; what they bind is added to ``bound``."""
        scope = self.scope
        before, executed = (scope.exits, scope.loops, scope.collectors), self._executed
        scope.exits, scope.loops, self._executed = [], [Loop()], False
        scope.collectors = [*scope.collectors, bound]
        self._block(body)
        (scope.exits, scope.loops, scope.collectors), self._executed = before, executed

    def _join(self, ends: Sequence[tuple[State, bool]]) -> None:
        """Go on from the ends that are alive; from all of them, dead, where none is."""
        alive = [state for state, dead in ends if not dead]
        self.scope.dead = not alive
        self.scope.state = merge_all(alive or [state for state, _ in ends])

    def _loop(self, statement: ast.For | ast.AsyncFor | ast.While) -> None:
        scope = self.scope
        if not isinstance(statement, ast.While):
            self._statement = statement
            self._expression(statement.iter)
        endless = isinstance(statement, ast.While) and always_true(statement.test)
        dead = scope.dead
        head = dict(scope.state)
        earlier = self._loop_heads.get(statement)
        if earlier is not None:
            head = merge(head, earlier)
        while True:
            loop = Loop()
            scope.loops.append(loop)
            scope.state, scope.dead = dict(head), dead
            self._statement = statement
            if isinstance(statement, ast.While):
                self._expression(statement.test)
                leaving = dict(scope.state)
            else:
                leaving = dict(scope.state)
                if self.hits.between(statement.target.lineno, statement.target.end_lineno or 0):
                    self._bind_target(statement.target, None)
                    leaving = merge(leaving, scope.state)
            self._block(statement.body)
            scope.loops.pop()
            again = [*loop.continues] if scope.dead else [*loop.continues, scope.state]
            new = merge_all([head, *again])
            if new == head:
                break
            head = new
        self._loop_heads[statement] = head
        if endless:
            scope.exits.extend(again)
        scope.state, scope.dead = leaving, dead or endless
        self._block(statement.orelse)
        self._join([(scope.state, scope.dead), *((state, dead) for state in loop.breaks)])

    def _try(self, statement: ast.Try | ast.TryStar) -> None:
        scope = self.scope
        entry, dead = dict(scope.state), scope.dead
        everything: dict[str, set[Binding]] = {}
        scope.collectors.append(everything)
        partial: dict[str, set[Binding]] = {}
        scope.collectors.append(partial)
        self._block(statement.body)
        scope.collectors.pop()
        self._block(statement.orelse)
        ends = [(scope.state, scope.dead)]
        interrupted = extend(entry, partial)
        for handler in statement.handlers:
            scope.state, scope.dead = dict(interrupted), dead
            self._statement = statement
            self._expression(handler.type)
            if handler.name:
                self._bind(handler.name, OPAQUE)
            self._block(handler.body)
            if handler.name:
                self._bind(handler.name, UNBOUND)
            ends.append((scope.state, scope.dead))
        scope.collectors.pop()
        self._join(ends)
        if statement.finalbody:
            self._finally(statement.finalbody, extend(entry, everything))

    def _finally(self, body: Sequence[ast.stmt], interrupted: State) -> None:
        scope = self.scope
        normal, dead = scope.state, scope.dead
        scope.state, scope.dead = merge(normal, interrupted), False
        bound: dict[str, set[Binding]] = {}
        scope.collectors.append(bound)
        self._block(body)
        scope.collectors.pop()
        for name in bound:
            # Where the body ends dead, what it binds after that is in no state.
            normal[name] = scope.state.get(name, NOT_BOUND)
        scope.state, scope.dead = normal, dead or scope.dead

    def _with(self, statement: ast.With | ast.AsyncWith) -> None:
        scope = self.scope
        self._statement = statement
        swallowed = False
        for item in statement.items:
            self._expression(item.context_expr)
            swallowed = swallowed or swallows(item.context_expr)
            if item.optional_vars is not None:
                target = item.optional_vars
                if self.hits.between(target.lineno, target.end_lineno or target.lineno):
                    self._bind_target(target, None)
        if not swallowed:
            self._block(statement.body)
            return
        entry, dead = dict(scope.state), scope.dead
        partial: dict[str, set[Binding]] = {}
        scope.collectors.append(partial)
        self._block(statement.body)
        scope.collectors.pop()
        self._join([(scope.state, scope.dead), (extend(entry, partial), dead)])

    def _match(self, statement: ast.Match) -> None:
        scope = self.scope
        self._statement = statement
        self._expression(statement.subject)
        entry, dead = dict(scope.state), scope.dead
        ends: list[tuple[State, bool]] = []
        for case in statement.cases:
            scope.state, scope.dead = dict(entry), dead
            self._statement = statement
            self._pattern(case.pattern)
            self._expression(case.guard)
            if case.guard is not None:
                # Where the guard is false, what the pattern has bound stays bound.
                refused = dict(scope.state)
                entry = refused if irrefutable(case.pattern) else merge(entry, refused)
            self._block(case.body)
            ends.append((scope.state, scope.dead))
            if case.guard is None and irrefutable(case.pattern):
                break
        else:
            ends.append((entry, dead))
        self._join(ends)

    def _function(self, statement: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        first = min((d.lineno for d in statement.decorator_list), default=statement.lineno)
        if not self.hits.between(first, statement.end_lineno or statement.lineno):
            return
        self._statement = statement
        for decorator in statement.decorator_list:
            self._expression(decorator)
        arguments = statement.args
        self.parents[arguments] = statement
        for default in (*arguments.defaults, *arguments.kw_defaults):
            self._expression(default, arguments)
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self._annotation(argument.annotation)
        outer = self.scope
        self._bind(statement.name, self._function_binding(statement))
        if statement in self._seen or not self._executed or not self._enters(statement):
            return
        self._seen.add(statement)
        if statement in self.makers and isinstance(outer.node, ast.ClassDef):
            self.makes_instances.add(outer.node.name)
        first_parameter = owner_of(statement, outer) if outer.kind is CLASS else None
        scope = Scope(FUNCTION, statement, outer, join_symbol(outer.symbol, statement.name))
        if self.keeps_functions:
            self.functions[statement] = scope
        owner = self.owner

        def run() -> None:
            self.scope, self._statement, self.owner = scope, statement, owner
            for parameter in getattr(statement, "type_params", ()):
                self._bind(parameter.name, OPAQUE)
            self._parameters(arguments)
            if first_parameter is not None:
                name = self._named(first_parameter[0])
                given = scope.state.get(name)
                self._bind(*first_parameter)
                if self.keeps_functions and given is not None:
                    # Who calls it by its class gives it what he likes.
                    scope.state[name] |= given
            self._block(statement.body)

        self._deferred.append(run)

    def _enters(self, statement: ast.stmt) -> bool:
        inside = self.inside
        return inside is None or inside.between(statement.lineno, statement.end_lineno or statement.lineno)

    def _class(self, statement: ast.ClassDef) -> None:
        first = min((d.lineno for d in statement.decorator_list), default=statement.lineno)
        if not self.hits.between(first, statement.end_lineno or statement.lineno):
            return
        self._statement = statement
        outer, owner = self.scope, self.owner
        for decorator in statement.decorator_list:
            self._expression(decorator)
        parameters = getattr(statement, "type_params", ())
        if parameters:
            # PEP 695: type parameters live in a scope of their own between the two.
            self.scope = Scope(COMPREHENSION, statement, outer, outer.symbol)
            for parameter in parameters:
                self._bind(parameter.name, OPAQUE)
        for base in statement.bases:
            self._expression(base)
        for keyword in statement.keywords:
            self.parents[keyword] = statement
            self._expression(keyword.value, keyword)
        if self._enters(statement):
            self.scope = Scope(CLASS, statement, self.scope, join_symbol(outer.symbol, statement.name))
            self.classes[statement] = self.scope
            self.owner = statement.name.lstrip("_")
            if outer.kind is not MODULE:
                self.scope.bound.update(map(self._named, bound_in(statement.body)))
            self._block(statement.body)
        self.scope, self.owner = outer, owner
        self._bind(statement.name, Binding("class", node=statement))


def owner_of(method: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> tuple[str, Binding] | None:
    """The first parameter of a method, and the class (``class``) or instance (``self``) that it is."""
    parameters = [*method.args.posonlyargs, *method.args.args]
    decorators = {getattr(decorator, "id", "") for decorator in method.decorator_list}
    if not parameters or "staticmethod" in decorators:
        return None
    of_class = "classmethod" in decorators or method.name in _OF_CLASS
    return parameters[0].arg, Binding("class" if of_class else "self", node=scope.node)


_OF_CLASS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
_HANDLERS: dict[type[ast.stmt], Callable[[Flow, Any], None]] = {
    ast.If: Flow._if,
    ast.For: Flow._loop,
    ast.AsyncFor: Flow._loop,
    ast.While: Flow._loop,
    ast.Try: Flow._try,
    ast.TryStar: Flow._try,
    ast.With: Flow._with,
    ast.AsyncWith: Flow._with,
    ast.Match: Flow._match,
    ast.FunctionDef: Flow._function,
    ast.AsyncFunctionDef: Flow._function,
    ast.ClassDef: Flow._class,
    ast.Return: Flow._return,
    ast.Raise: Flow._return,
    ast.Break: Flow._break,
    ast.Continue: Flow._break,
}
