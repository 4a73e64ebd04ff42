"""Names and expressions in execution order: what each reads, and what a walrus or a target binds.

The walk uses an explicit stack: the depth of an expression is no limit.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterable

from flake8_ssot_ids.names.parents import Parents
from flake8_ssot_ids.names.scopes import (
    CLASS,
    COMPREHENSION,
    FUNCTION,
    MODULE,
    OPAQUE,
    UNBOUND,
    Binding,
    Hits,
    Load,
    Place,
    Scope,
    State,
    Store,
    merge,
)
from flake8_ssot_ids.names.syntax import (
    TEXTS,
    children,
    may_be_text,
    may_hand_on,
    names_in,
    possible_values,
    unpack,
)


class Expressions:
    """What the walk over one module knows, and its way through names and expressions.

    Args:
        tree: the module, never written to.
        watched: the names whose bindings matter.
        attributes: attribute and string-constant names that make an expression a candidate.
        hits: rows on which watched words stand.
        package: the dotted package of the module, to resolve relative imports.
        walruses: whether there is an assignment expression at all.
        keeps_functions: bind the name of a function to its definition, not to something unknown.
        inside: rows that make the body of a function or class worth a look; None: all are.
    """

    def __init__(
        self,
        tree: ast.Module,
        *,
        watched: Container[str],
        attributes: Container[str],
        hits: Hits,
        package: str,
        names: Iterable[str] = (),
        inside: Hits | None = None,
        walruses: bool = True,
        keeps_functions: bool = False,
    ) -> None:
        self._tree = tree
        self.keeps_functions = keeps_functions
        self.walruses = walruses
        self.watched = watched
        self.attributes = attributes
        self.hits = hits
        self.package = package
        self.inside = inside
        self.loads: dict[ast.Name, Load] = {}
        self.candidates: dict[ast.expr, Place] = {}
        self.parents = Parents()
        #: Names that an import of a watched thing binds.
        self.aliases: set[str] = set()
        #: Names that are not watched, with a value that a watched name stands in.
        self.suspects: list[tuple[str, ast.expr]] = []
        #: Attributes that are assigned what a watched name stands in, or that are watched.
        self.stores: list[Store] = []
        self.classes: dict[ast.AST, Scope] = {}
        self.stars: list[str] = []
        self._star_names = tuple(names)
        self.module = self.scope = Scope(MODULE, tree, None, "")
        self._deferred: list[Callable[[], None]] = []
        self._seen: set[ast.AST] = set()
        self._loop_heads: dict[ast.stmt, State] = {}
        self._statement: ast.stmt = ast.Pass()
        #: False under ``if TYPE_CHECKING``: names are bound there, but nothing is used.
        self._executed = True

    def _load(self, node: ast.Name) -> None:
        name = node.id
        load = self.loads.get(node)
        if load is None:
            load = self.loads[node] = Load()
            self._candidate(node)
        scope: Scope | None = self.scope
        innermost = True
        while scope is not None:
            if scope.kind is CLASS and not innermost:
                scope = scope.parent
                continue
            innermost = False
            bindings = scope.state.get(name)
            if bindings is not None:
                load.bindings = load.bindings | bindings if load.bindings else bindings
                if scope not in load.owners:
                    load.owners += (scope,)
                local = scope.kind is FUNCTION and name not in scope.declared
                if UNBOUND not in bindings or local:
                    return
            if scope.kind is COMPREHENSION and name in scope.bound:
                return
            if name in scope.declared:
                load.onward = scope
                return
            if scope.kind is CLASS and name in scope.bound:
                # A name that a class body binds is looked for in the module next.
                while scope.parent is not None:
                    scope = scope.parent
                continue
            if scope.kind is FUNCTION or scope.kind is MODULE:
                load.onward = scope
                return
            scope = scope.parent

    def _bind(self, name: str, binding: Binding, scope: Scope | None = None) -> None:
        if name not in self.watched:
            return
        scope = scope or self.scope
        if name in scope.declared:
            owner = scope.declared[name]
            if owner is not None and binding is not UNBOUND:
                owner.injected.setdefault(name, set()).add(binding)
        else:
            scope.bound.add(name)
        scope.state[name] = frozenset({binding})
        for collector in scope.collectors:
            collector.setdefault(name, set()).add(binding)

    def _bind_target(self, target: ast.expr, value: ast.expr | None) -> None:
        """Bind ``target``; ``value`` is the expression it gets, None if that is not known."""
        pending: list[tuple[ast.expr, ast.expr | None]] = [(target, value)]
        while pending:
            target, value = pending.pop()
            if isinstance(target, ast.Name):
                if value is not None and (may_hand_on(value) or may_be_text(value)):
                    if target.id not in self.watched and self._mentions(value):
                        self.suspects.append((target.id, value))
                    self._bind(target.id, Binding("assign", value=value))
                else:
                    self._bind(target.id, OPAQUE)
            elif isinstance(target, (ast.Tuple, ast.List)):
                pending.extend([*unpack(target.elts, value)][::-1])
            elif isinstance(target, ast.Starred):
                pending.append((target.value, None))
            else:
                if isinstance(target, ast.Attribute) and (
                    target.attr in self.attributes
                    or (value is not None and may_hand_on(value) and self._mentions(value))
                ):
                    self.stores.append(Store(target, value))
                self._expression(target)

    def _mentions(self, value: ast.expr) -> bool:
        """Whether a watched name stands where ``value`` may take its own value from."""
        pending: list[ast.expr] = [value]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Name):
                if node.id in self.watched:
                    return True
            elif isinstance(node, ast.Attribute):
                if node.attr in self.attributes:
                    return True
                pending.append(node.value)
            elif isinstance(node, ast.IfExp):
                pending += (node.body, node.orelse)
            elif isinstance(node, ast.BoolOp):
                pending += possible_values(node)
            elif isinstance(node, (ast.NamedExpr, ast.Subscript)):
                pending.append(node.value)
                if isinstance(node, ast.Subscript):
                    pending.append(node.slice)
            elif isinstance(node, ast.Call):
                # A call of a source gives an id, not a source; its first argument may be handed through.
                pending += node.args[:1]
                if len(node.args) > 1 and self._names_source(node.args[1]):
                    return True
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and (node.value in self.attributes or node.value in self.watched)
            ):
                return True
        return False

    def _parameters(self, arguments: ast.arguments) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults += arguments.defaults
        pairs = [*zip(positional, defaults, strict=True)]
        pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        pairs += ((rest, None) for rest in (arguments.vararg, arguments.kwarg) if rest is not None)
        for parameter, default in pairs:
            if default is not None and (may_hand_on(default) or may_be_text(default)):
                if parameter.arg not in self.watched and self._mentions(default):
                    self.suspects.append((parameter.arg, default))
                self._bind(parameter.arg, Binding("assign", value=default))
            else:
                self._bind(parameter.arg, OPAQUE)

    def _expression(self, root: ast.expr | None, parent: ast.AST | None = None) -> None:
        """Walk one expression in evaluation order, with an explicit stack."""
        if root is None:
            return
        hits = self.hits
        if not hits.between(root.lineno, root.end_lineno or root.lineno):
            return
        parents, attributes, watched = self.parents, self.attributes, self.watched
        parents[root] = parent or self._statement
        stack: list[ast.AST | Callable[[], None]] = [root]
        unpruned: set[ast.AST] = set()
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind is ast.Name:
                assert isinstance(node, ast.Name)
                if node.id in watched and node.ctx.__class__ is ast.Load:
                    self._load(node)
                continue
            if kind is ast.Constant:
                continue
            if not isinstance(node, ast.AST):
                node()
                continue
            inner: list[ast.AST]
            if isinstance(node, ast.Attribute):
                if node.attr in attributes and node.ctx.__class__ is ast.Load:
                    self._candidate(node)
                inner = [node.value]
            elif isinstance(node, ast.NamedExpr):
                parents[node.value] = node
                stack += (self._walrus(node), node.value)
                continue
            elif isinstance(node, ast.Lambda):
                self._lambda(node, stack)
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

    def _candidate(self, node: ast.expr) -> None:
        if self._executed:
            self.candidates[node] = Place(self.scope, self._statement)

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

    def _names_source(self, node: ast.expr) -> bool:
        return (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in self.attributes
        )

    def _may_get_source(self, node: ast.Call) -> bool:
        """Whether a call may be one of ``getattr``, or the like, that gives a source."""
        arguments = node.args
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
        if node in self._seen:
            return
        self._seen.add(node)
        scope = Scope(FUNCTION, node, self.scope, self.scope.symbol)
        statement = self._statement

        def run() -> None:
            self.scope, self._statement = scope, statement
            self._parameters(arguments)
            self._expression(node.body, node)

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
                scope.bound.update(names_in(generator.target))

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
