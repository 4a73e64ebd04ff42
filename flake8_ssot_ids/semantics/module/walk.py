"""What a walk over one module knows: the bindings in force, and who reads them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterable, Mapping, Set

from flake8_ssot_ids.semantics.module.conditions import Conditions, is_flag
from flake8_ssot_ids.semantics.module.parents import Parents
from flake8_ssot_ids.semantics.module.scopes import (
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
)
from flake8_ssot_ids.semantics.module.syntax import (
    may_be_text,
    may_hand_on,
    possible_values,
    unpack,
)

#: Functions, lambdas among them, and what they may return.
Makers = Mapping[ast.AST, list[ast.expr]]
_NO_MAKERS: Makers = {}


class Walk(Conditions):
    """What the walk over one module knows, and its way through names and expressions.

    Args:
        tree: the module, never written to.
        watched: the names whose bindings matter.
        attributes: attribute and string-constant names that make an expression a candidate.
        hits: rows on which watched words stand.
        package: the dotted package of the module, to resolve relative imports.
        walruses: whether there is an assignment expression at all.
        keeps_functions: bind the name of a function to its definition, not to something unknown, and keep
            apart each target.
        inside: rows that make the body of a function or class worth a look; None: all are.
        flags: names that conditions on what type checkers see are written with.
        is_flag: whether a dotted name is the flag that such conditions are about.
        makers: functions that return a source or its module, with the expressions that they return.
        callables: names of such functions, here and in other modules.
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
        flags: frozenset[str] = frozenset(),
        is_flag: Callable[[str], bool] = is_flag,
        makers: Makers = _NO_MAKERS,
        callables: Set[str] = frozenset(),
    ) -> None:
        super().__init__(flags, is_flag)
        self._tree = tree
        self.makers = makers
        self.callables = callables
        #: The classes that have such functions for methods.
        self.makes_instances: set[str] = set()
        #: Functions, and what they return where a watched name stands in it.
        self.returns: list[tuple[ast.AST, ast.expr]] = []
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
        #: Those of functions and lambdas, where functions are kept.
        self.functions: dict[ast.AST, Scope] = {}
        self.stars: list[str] = []
        self._star_names = tuple(names)
        self._rows_of_stars: dict[ast.ImportFrom, list[ast.ImportFrom]] | None = None
        self.module = self.scope = Scope(MODULE, tree, None, "")
        self._deferred: list[Callable[[], None]] = []
        self._seen: set[ast.AST] = set()
        self._loop_heads: dict[ast.stmt, State] = {}
        self._statement: ast.stmt = ast.Pass()
        #: False where code is never run, as under ``if TYPE_CHECKING``: nothing is used there, and what
        #: it binds counts only where nothing else binds the name.
        self._executed = True

    def _load(self, node: ast.Name, name: str) -> None:
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
        name = self._named(name)
        if name not in self.watched:
            return
        if not self._executed and binding is not UNBOUND:
            binding = Binding(
                "unrun",
                dotted=binding.dotted,
                name=binding.kind,
                before=frozenset({binding}),
                node=binding.node,
            )
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
                if value is not None and (
                    may_hand_on(value)
                    or may_be_text(value)
                    or target.id in self.flags
                    or value in self.makers
                ):
                    name = self._named(target.id)
                    if (name not in self.watched or self.makers or self.callables) and (
                        value in self.makers or self._mentions(value)
                    ):
                        self.suspects.append((name, value))
                    self._bind(target.id, self._assigned(target, value))
                else:
                    self._bind(target.id, self._assigned(target, None))
            elif isinstance(target, (ast.Tuple, ast.List)):
                pending.extend([*unpack(target.elts, value)][::-1])
            elif isinstance(target, ast.Starred):
                pending.append((target.value, None))
            else:
                if isinstance(target, ast.Attribute) and (
                    self._named(target.attr, target) in self.attributes
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
                if self._named(node.id) in self.watched:
                    return True
            elif isinstance(node, ast.Attribute):
                if self._named(node.attr) in self.attributes:
                    return True
                pending.append(node.value)
            elif isinstance(node, ast.IfExp):
                pending += (node.body, node.orelse)
            elif isinstance(node, ast.BoolOp):
                pending += possible_values(node)
            elif isinstance(node, (ast.NamedExpr, ast.Subscript, ast.Await)):
                pending.append(node.value)
                if isinstance(node, ast.Subscript):
                    pending.append(node.slice)
            elif isinstance(node, ast.Call):
                if (self.callables or self.makers) and self._names_maker(node.func):
                    return True
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
                name = self._named(parameter.arg)
                if name not in self.watched and self._mentions(default):
                    self.suspects.append((name, default))
                self._bind(parameter.arg, self._assigned(parameter, default))
            else:
                self._bind(parameter.arg, self._assigned(parameter, None))

    def _expression(self, root: ast.expr | None, parent: ast.AST | None = None) -> None:
        """Walk one expression in evaluation order."""
        raise NotImplementedError

    def _candidate(self, node: ast.expr) -> None:
        if self._executed:
            self.candidates[node] = Place(self.scope, self._statement)

    def _names_source(self, node: ast.expr) -> bool:
        return (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in self.attributes
        )

    def _names_maker(self, function: ast.expr) -> bool:
        """Whether a function is called by a name that is looked for."""
        if isinstance(function, ast.Name):
            return self._named(function.id) in self.callables
        if isinstance(function, ast.Attribute):
            return self._named(function.attr) in self.callables
        return function in self.makers

    def _returned(self, value: ast.expr) -> None:
        """Take note of what the function around returns, if it may be a source or a module."""
        if may_hand_on(value) and self._executed and self.scope.node is not None and self._mentions(value):
            self.returns.append((self.scope.node, value))

    def _assigned(self, target: ast.Name | ast.arg, value: ast.expr | None) -> Binding:
        """What binds ``target``; each is one of its own where functions are kept."""
        if self.keeps_functions:
            return Binding("opaque" if value is None else "assign", value=value, node=target)
        return OPAQUE if value is None else Binding("assign", value=value)

    def _function_binding(self, statement: ast.stmt) -> Binding:
        if self.keeps_functions or statement in self.makers:
            return Binding("function", node=statement)
        return OPAQUE
