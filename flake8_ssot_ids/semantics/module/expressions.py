"""Names and expressions in execution order: what each reads, and what a walrus or a target binds.

The walk uses an explicit stack: the depth of an expression is no limit.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from flake8_ssot_ids.semantics.module.scopes import (
    COMPREHENSION,
    EVERYTHING,
    FUNCTION,
    Scope,
    State,
    merge,
)
from flake8_ssot_ids.semantics.module.syntax import (
    TEXTS,
    children,
    names_in,
)
from flake8_ssot_ids.semantics.module.walk import Walk

#: What is still to be done: nodes to walk through, and steps between them.
Stack = list[ast.AST | Callable[[], None]]


class Expressions(Walk):
    """The way of a walk through names and expressions."""

    def _expression(self, root: ast.expr | None, parent: ast.AST | None = None) -> None:
        """Walk one expression in evaluation order, with an explicit stack."""
        if root is None:
            return
        between = self.hits.between
        if not between(root.lineno, root.end_lineno or root.lineno):
            return
        parents, everywhere = self.parents, self.hits.everywhere
        parents[root] = parent or self._statement
        stack: Stack = [root]
        unpruned: set[ast.AST] = set()
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind is ast.Constant:
                continue
            if not isinstance(node, ast.AST):
                node()
                continue
            step = _STEPS.get(kind)
            if step is not None and step(self, node, stack):
                continue
            # Positions inside an f-string are not to be trusted before Python 3.12.
            free = everywhere or node in unpruned or kind is ast.JoinedStr
            for child in reversed(children(node)):
                if not free:
                    if isinstance(child, ast.expr) and not between(
                        child.lineno, child.end_lineno or child.lineno
                    ):
                        continue
                elif not everywhere:
                    unpruned.add(child)
                parents[child] = node
                stack.append(child)

    def _read_name(self, node: ast.Name, _: Stack) -> bool:
        if node.ctx.__class__ is ast.Load:
            name = self._named(node.id, node) if self.owner and node.id[:2] == "__" else node.id
            if self.watched is EVERYTHING or name in self.watched:
                self._load(node, name)
        return True

    def _read_attribute(self, node: ast.Attribute, _: Stack) -> bool:
        if node.ctx.__class__ is ast.Load:
            name = self._named(node.attr, node) if self.owner and node.attr[:2] == "__" else node.attr
            if self.attributes is EVERYTHING or name in self.attributes:
                self._candidate(node)
        return False

    def _called(self, node: ast.Call, _: Stack) -> bool:
        if self._may_get_source(node):
            self._candidate(node)
        return False

    def _subscripted(self, node: ast.Subscript, _: Stack) -> bool:
        if (
            node.ctx.__class__ is ast.Load
            and isinstance(node.slice, TEXTS)
            and (node.slice.__class__ is not ast.Constant or self._names_source(node.slice))
        ):
            self._candidate(node)
        return False

    def _conditional(self, node: ast.IfExp, stack: Stack) -> bool:
        truth = self._truth(node.test) if self.flags else None
        if truth is None:
            return self._alternatives(node, stack)
        run, unrun = (node.body, node.orelse) if truth else (node.orelse, node.body)
        self.unrun.add(unrun)
        self.parents[node.test] = self.parents[run] = node
        stack += (run, node.test)
        return True

    def _annotation(self, annotation: ast.expr | None) -> None:
        """Walk the metadata of ``Annotated[...]``: it is no type, and frameworks call what is in it."""
        if annotation is None or not self.hits.between(annotation.lineno, annotation.end_lineno or 0):
            return
        for node in ast.walk(annotation):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
                name = (
                    node.value.attr
                    if isinstance(node.value, ast.Attribute)
                    else getattr(node.value, "id", "")
                )
                if name == "Annotated":
                    for metadata in node.slice.elts[1:]:
                        self._expression(metadata, node)

    def _may_get_source(self, node: ast.Call) -> bool:
        """Whether a call may be one of ``getattr``, or the like, that gives a source."""
        arguments = node.args
        if (self.callables or self.makers) and self._names_maker(node.func):
            return True
        if any(self._names_source(argument) for argument in arguments):
            return True
        function = node.func
        if isinstance(function, ast.Call):
            return any(self._names_source(argument) for argument in function.args)
        if len(arguments) > 1 and isinstance(arguments[1], TEXTS):
            return (
                function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            ) in (
                "getattr",
                "__getattribute__",
            )
        return False

    def _walrus(self, node: ast.NamedExpr, stack: Stack) -> bool:

        def bind() -> None:
            inner, self.scope = self.scope, self._walrus_scope()
            self._bind_target(node.target, node.value)
            self.scope = inner

        self.parents[node.value] = node
        stack += (bind, node.value)
        return True

    def _alternatives(self, node: ast.BoolOp | ast.IfExp, stack: Stack) -> bool:
        """Parts of an expression that may not run: what a walrus binds in them may not be bound."""
        if not self.walruses:
            return False
        scope = self._walrus_scope()
        states: list[State] = []
        steps: Stack

        def remember() -> None:
            states.append(dict(scope.state))

        def join() -> None:
            scope.state = merge(states.pop(), scope.state)

        def swap() -> None:
            states[-1], scope.state = scope.state, states[-1]

        if isinstance(node, ast.IfExp):
            parts: list[ast.expr] = [node.test, node.body, node.orelse]
            steps = [node.test, remember, node.body, swap, node.orelse, join]
        else:
            parts = node.values
            steps = [node.values[0]]
            for value in node.values[1:]:
                steps += (remember, value)
            steps += [join] * (len(node.values) - 1)
        for part in parts:
            self.parents[part] = node
        stack.extend(reversed(steps))
        return True

    def _walrus_scope(self) -> Scope:
        """The scope that a walrus binds in: that around all comprehensions."""
        scope = self.scope
        while scope.kind is COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        return scope

    def _defines(self, node: ast.Lambda) -> None:
        """Take note of a lambda where it is made."""

    def _lambda(self, node: ast.Lambda, stack: Stack) -> bool:
        self._defines(node)
        arguments = node.args
        self.parents[arguments] = node
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.parents[default] = arguments
                stack.append(default)
        if node in self._seen or not self._executed:
            return True
        self._seen.add(node)
        scope = Scope(FUNCTION, node, self.scope, self.scope.symbol)
        statement, owner = self._statement, self.owner

        def run() -> None:
            self.scope, self._statement, self.owner = scope, statement, owner
            self._parameters(arguments)
            self._expression(node.body, node)
            self._returned(node.body)

        self._deferred.append(run)
        return True

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, stack: Stack
    ) -> bool:
        outer = self.scope
        scope = Scope(COMPREHENSION, node, outer, outer.symbol)
        steps: Stack = []

        def enter() -> None:
            self.scope = scope
            for generator in node.generators:
                scope.bound.update(map(self._named, names_in(generator.target)))

        def leave() -> None:
            self.scope = outer

        def target(of: ast.comprehension) -> Callable[[], None]:
            return lambda: self._bind_target(of.target, None)

        for number, generator in enumerate(node.generators):
            self.parents[generator] = node
            for part in (generator.iter, *generator.ifs):
                self.parents[part] = generator
            steps.append(generator.iter)
            if number == 0:
                # The first iterable is evaluated in the scope around the comprehension.
                steps.append(enter)
            steps.append(target(generator))
            steps.extend(generator.ifs)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in parts:
            self.parents[part] = node
        steps.extend(parts)
        if self.walruses:
            # Nothing after the first iterable needs to run.
            around = self._walrus_scope()
            before: list[State] = []
            steps.insert(1, lambda: before.append(dict(around.state)))
            steps.append(lambda: setattr(around, "state", merge(before.pop(), around.state)))
        steps.append(leave)
        stack.extend(reversed(steps))
        return True


#: What is special about a class of expressions: whether nothing is left to be walked of them.
_STEPS: dict[type, Callable[[Expressions, Any, Stack], bool]] = {
    ast.Name: Expressions._read_name,
    ast.Attribute: Expressions._read_attribute,
    ast.Call: Expressions._called,
    ast.Subscript: Expressions._subscripted,
    ast.NamedExpr: Expressions._walrus,
    ast.Lambda: Expressions._lambda,
    ast.IfExp: Expressions._conditional,
    ast.BoolOp: Expressions._alternatives,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
}
