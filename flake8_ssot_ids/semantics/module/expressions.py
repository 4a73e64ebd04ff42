"""Names and expressions in execution order: what each reads, and what a walrus or a target binds.

The walk uses an explicit stack: the depth of an expression is no limit.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from flake8_ssot_ids.semantics.module.scopes import (
    COMPREHENSION,
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


class Expressions(Walk):
    """The way of a walk through names and expressions."""

    def _expression(self, root: ast.expr | None, parent: ast.AST | None = None) -> None:
        """Walk one expression in evaluation order, with an explicit stack."""
        if root is None:
            return
        hits = self.hits
        if not hits.between(root.lineno, root.end_lineno or root.lineno):
            return
        parents, attributes, watched, owner = self.parents, self.attributes, self.watched, self.owner
        parents[root] = parent or self._statement
        stack: list[ast.AST | Callable[[], None]] = [root]
        unpruned: set[ast.AST] = set()
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind is ast.Name:
                assert isinstance(node, ast.Name)
                name = self._named(node.id, node) if owner and node.id[:2] == "__" else node.id
                if name in watched and node.ctx.__class__ is ast.Load:
                    self._load(node, name)
                continue
            if kind is ast.Constant:
                continue
            if not isinstance(node, ast.AST):
                node()
                continue
            inner: list[ast.AST]
            if isinstance(node, ast.Attribute):
                name = self._named(node.attr, node) if owner and node.attr[:2] == "__" else node.attr
                if name in attributes and node.ctx.__class__ is ast.Load:
                    self._candidate(node)
                inner = [node.value]
            elif isinstance(node, ast.NamedExpr):
                parents[node.value] = node
                stack += (self._walrus(node), node.value)
                continue
            elif isinstance(node, ast.Lambda):
                self._lambda(node, stack)
                continue
            elif self.flags and isinstance(node, ast.IfExp) and self._truth(node.test) is not None:
                run, unrun = node.body, node.orelse
                if not self._truth(node.test):
                    run, unrun = unrun, run
                self.unrun.add(unrun)
                parents[node.test] = parents[run] = node
                stack += (run, node.test)
                continue
            elif self.walruses and isinstance(node, (ast.BoolOp, ast.IfExp)):
                self._alternatives(node, stack)
                continue
            elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                self._comprehension(node, stack)
                continue
            else:
                if isinstance(node, ast.Call):
                    if self._may_get_source(node):
                        self._candidate(node)
                elif (
                    isinstance(node, ast.Subscript)
                    and node.ctx.__class__ is ast.Load
                    and isinstance(node.slice, TEXTS)
                    and (node.slice.__class__ is not ast.Constant or self._names_source(node.slice))
                ):
                    self._candidate(node)
                inner = children(node)
            # Positions inside an f-string are not to be trusted before Python 3.12.
            free = node in unpruned or isinstance(node, ast.JoinedStr)
            for child in reversed(inner):
                if free:
                    unpruned.add(child)
                elif isinstance(child, ast.expr) and not hits.between(
                    child.lineno, child.end_lineno or child.lineno
                ):
                    continue
                parents[child] = node
                stack.append(child)

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

    def _walrus(self, node: ast.NamedExpr) -> Callable[[], None]:
        def bind() -> None:
            inner, self.scope = self.scope, self._walrus_scope()
            self._bind_target(node.target, node.value)
            self.scope = inner

        return bind

    def _alternatives(self, node: ast.BoolOp | ast.IfExp, stack: list[ast.AST | Callable[[], None]]) -> None:
        """Parts of an expression that may not run: what a walrus binds in them may not be bound."""
        scope = self._walrus_scope()
        states: list[State] = []
        steps: list[ast.AST | Callable[[], None]]

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

    def _walrus_scope(self) -> Scope:
        """The scope that a walrus binds in: that around all comprehensions."""
        scope = self.scope
        while scope.kind is COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        return scope

    def _lambda(self, node: ast.Lambda, stack: list[ast.AST | Callable[[], None]]) -> None:
        arguments = node.args
        self.parents[arguments] = node
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.parents[default] = arguments
                stack.append(default)
        if node in self._seen or not self._executed:
            return
        self._seen.add(node)
        scope = Scope(FUNCTION, node, self.scope, self.scope.symbol)
        statement, owner = self._statement, self.owner

        def run() -> None:
            self.scope, self._statement, self.owner = scope, statement, owner
            self._parameters(arguments)
            self._expression(node.body, node)
            self._returned(node.body)

        self._deferred.append(run)

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        stack: list[ast.AST | Callable[[], None]],
    ) -> None:
        outer = self.scope
        scope = Scope(COMPREHENSION, node, outer, outer.symbol)
        steps: list[ast.AST | Callable[[], None]] = []

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
