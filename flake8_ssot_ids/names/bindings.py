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
import sys
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Sequence

MODULE, CLASS, FUNCTION, COMPREHENSION = "module", "class", "function", "comprehension"

#: Context managers that swallow exceptions: what their body binds may not have happened.
_SWALLOWING = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
_NO_CODE = frozenset({"ctx", "op", "ops", "annotation", "returns", "kind", "type_params", "conversion"})


class Binding:
    """One thing that a name may stand for.

    ``kind`` is ``import`` (``dotted`` names it), ``assign`` (``value`` is the expression),
    ``star`` (``dotted`` is the module, ``name`` the name asked for, ``before`` what was in
    force), ``opaque`` (anything else) or ``unbound``.
    """

    __slots__ = ("before", "dotted", "kind", "name", "value")

    def __init__(
        self,
        kind: str,
        *,
        dotted: str = "",
        name: str = "",
        value: ast.expr | None = None,
        before: Bindings | None = None,
    ) -> None:
        self.kind = kind
        self.dotted = dotted
        self.name = name
        self.value = value
        self.before = before

    # The body of a loop is walked until nothing changes, so the binding that one place makes must
    # equal the one that it made in the round before.

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Binding) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, str, str, int]:
        return self.kind, self.dotted, self.name, id(self.value)


Bindings = frozenset[Binding]
State = dict[str, Bindings]

UNBOUND = Binding("unbound")
OPAQUE = Binding("opaque")
_UNBOUND: Bindings = frozenset({UNBOUND})
_OPAQUE: Bindings = frozenset({OPAQUE})


class Scope:
    """One Python scope while its body is walked, and what is left of it afterwards."""

    __slots__ = (
        "bound",
        "collectors",
        "dead",
        "declared",
        "deleted",
        "exits",
        "injected",
        "kind",
        "loops",
        "node",
        "parent",
        "state",
        "symbol",
    )

    def __init__(self, kind: str, node: ast.AST | None, parent: Scope | None, symbol: str) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.symbol = symbol
        self.state: State = {}
        self.dead = False
        self.bound: set[str] = set()
        #: Names under ``global`` or ``nonlocal``, with the scope that owns them (None: not found).
        self.declared: dict[str, Scope | None] = {}
        #: Bindings of this scope's names that inner functions make.
        self.injected: dict[str, set[Binding]] = {}
        #: What names stood for when they were deleted.
        self.deleted: dict[str, set[Binding]] = {}
        self.exits: list[State] = []
        self.collectors: list[dict[str, set[Binding]]] = []
        self.loops: list[_Loop] = []

    def at_end(self, name: str, *, deleted: bool = True) -> Bindings:
        """The bindings of ``name`` when this scope has run to one of its ends.

        A function that reads a name that is deleted in the end can only have run before that, so
        what was ``deleted`` counts where nothing else is left.
        """
        states = self.exits if self.dead and self.exits else [*self.exits, self.state]
        found: set[Binding] = set()
        for state in states:
            found |= state.get(name, _UNBOUND)
        if deleted and found == _UNBOUND:
            found |= self.deleted.get(name, set())
        return frozenset(found | self.injected.get(name, set()))


class _Loop:
    __slots__ = ("breaks", "continues")

    def __init__(self) -> None:
        self.breaks: list[State] = []
        self.continues: list[State] = []


class Load:
    """What one read of a name can see.

    ``bindings`` were in force; ``owners`` are the scopes that hold them, which inner functions
    may bind in, too; ``onward`` is the scope whose surroundings come next, None if none does.
    """

    __slots__ = ("bindings", "onward", "owners")

    def __init__(self) -> None:
        self.bindings: set[Binding] = set()
        self.owners: set[Scope] = set()
        self.onward: Scope | None = None


class Place:
    """Where a candidate expression stands."""

    __slots__ = ("scope", "statement")

    def __init__(self, scope: Scope, statement: ast.stmt) -> None:
        self.scope = scope
        self.statement = statement


def _merge(first: State, second: State) -> State:
    if first == second:
        return dict(first)
    merged = dict(first)
    for name, bindings in second.items():
        merged[name] = merged.get(name, _UNBOUND) | bindings
    for name in first.keys() - second.keys():
        merged[name] = first[name] | _UNBOUND
    return merged


def _merge_all(states: Sequence[State]) -> State:
    merged = states[0]
    for state in states[1:]:
        merged = _merge(merged, state)
    return dict(merged)


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    fields = tuple(name for name in kind._fields if name not in _NO_CODE)
    _FIELDS[kind] = fields
    return fields


def children(node: ast.AST) -> list[ast.AST]:
    """The child nodes that hold executed code (annotations and operators do not)."""
    found: list[ast.AST] = []
    for name in _FIELDS.get(node.__class__) or _fields(node.__class__):
        value = getattr(node, name, None)
        if value.__class__ is list:
            found.extend(item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def may_hand_on(value: ast.expr) -> bool:
    """Whether the value of this expression may be an id source or a module, by its form alone."""
    return isinstance(
        value,
        (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.IfExp, ast.BoolOp, ast.NamedExpr),
    )


def possible_values(node: ast.BoolOp) -> list[ast.expr]:
    """The operands that a function or a module may come out of: these are true, so `and` goes on."""
    return node.values[-1:] if isinstance(node.op, ast.And) else node.values


class Everything:
    """A container that holds every name."""

    def __contains__(self, name: object) -> bool:
        return True


class Hits:
    """The rows on which a watched word stands."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Iterable[int] | None) -> None:
        """``rows``: any order; None: every row."""
        self._rows = None if rows is None else sorted(set(rows))

    def between(self, first: int, last: int) -> bool:
        """Whether there is one from row ``first`` to row ``last``, both included."""
        rows = self._rows
        if rows is None:
            return True
        at = bisect_left(rows, first)
        return at < len(rows) and rows[at] <= last


class Flow:
    """The walk over one module. Results: ``loads``, ``candidates``, ``parents``, ``module``.

    Args:
        tree: the module, never written to.
        watched: the names whose bindings matter.
        attributes: attribute and string-constant names that make an expression a candidate.
        hits: rows on which watched words stand.
        package: the dotted package of the module, to resolve relative imports.
        walruses: whether there is an assignment expression at all.
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
    ) -> None:
        self.walruses = walruses
        self.watched = watched
        self.attributes = attributes
        self.hits = hits
        self.package = package
        self.inside = inside
        self.loads: dict[ast.Name, Load] = {}
        self.candidates: dict[ast.expr, Place] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        #: Names that an import of a watched thing binds.
        self.aliases: set[str] = set()
        #: Names that are not watched, with a value that a watched name stands in.
        self.suspects: list[tuple[str, ast.expr]] = []
        self.stars: list[str] = []
        self._star_names = tuple(names)
        self.module = self.scope = Scope(MODULE, tree, None, "")
        self._deferred: list[Callable[[], None]] = []
        self._seen: set[ast.AST] = set()
        self._loop_heads: dict[ast.stmt, State] = {}
        self._statement: ast.stmt = ast.Pass()
        #: False under ``if TYPE_CHECKING``: names are bound there, but nothing is used.
        self._executed = True
        self._block(tree.body)
        while self._deferred:
            self._deferred.pop()()

    # -- names ---------------------------------------------------------------------------

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
                load.bindings |= bindings
                load.owners.add(scope)
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
                if value is not None and may_hand_on(value):
                    if target.id not in self.watched and self._mentions(value):
                        self.suspects.append((target.id, value))
                    self._bind(target.id, Binding("assign", value=value))
                else:
                    self._bind(target.id, OPAQUE)
            elif isinstance(target, (ast.Tuple, ast.List)):
                pending.extend(_unpack(target.elts, value))
            elif isinstance(target, ast.Starred):
                pending.append((target.value, None))
            else:
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

    # -- expressions -----------------------------------------------------------------------

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
                    if any(self._names_source(argument) for argument in node.args):
                        self._candidate(node)
                elif (
                    isinstance(node, ast.Subscript)
                    and node.ctx.__class__ is ast.Load
                    and self._names_source(node.slice)
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
            scope.state = _merge(states.pop(), scope.state)

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
                scope.bound.update(_names(generator.target))

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
            steps.append(lambda: setattr(around, "state", _merge(before.pop(), around.state)))
        steps.append(leave)
        stack.extend(reversed(steps))

    # -- statements ------------------------------------------------------------------------

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        handlers = _HANDLERS
        between = self.hits.between
        for statement in statements:
            handler = handlers.get(statement.__class__)
            if handler is not None:
                handler(self, statement)
            elif between(statement.lineno, statement.end_lineno or statement.lineno):
                self._statement = statement
                self._simple(statement)

    def _simple(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign):
            self._expression(statement.value)
            for target in statement.targets:
                self._bind_target(target, statement.value)
        elif isinstance(statement, ast.AnnAssign):
            self._annotation(statement.annotation)
            self._expression(statement.value)
            if statement.value is not None:
                self._bind_target(statement.target, statement.value)
            elif isinstance(statement.target, ast.Name):
                if statement.target.id not in self.scope.declared:
                    self.scope.bound.add(statement.target.id)
            else:
                self._expression(statement.target)
        elif isinstance(statement, ast.AugAssign):
            self._expression(statement.value)
            self._bind_target(statement.target, None)
        elif isinstance(statement, ast.Delete):
            for target in statement.targets:
                self._delete(target)
        elif isinstance(statement, ast.Import):
            self._import(statement)
        elif isinstance(statement, ast.ImportFrom):
            self._import_from(statement)
        elif isinstance(statement, (ast.Global, ast.Nonlocal)):
            self._declare(statement)
        elif sys.version_info >= (3, 12) and isinstance(statement, ast.TypeAlias):
            self._bind(statement.name.id, OPAQUE)
        else:
            for child in children(statement):
                if isinstance(child, ast.expr):
                    self._expression(child)

    def _delete(self, target: ast.expr) -> None:
        pending = [target]
        while pending:
            target = pending.pop()
            if isinstance(target, ast.Name):
                before = self.scope.state.get(target.id, _UNBOUND)
                self.scope.deleted.setdefault(target.id, set()).update(before)
                self._bind(target.id, UNBOUND)
            elif isinstance(target, (ast.Tuple, ast.List)):
                pending += target.elts
            else:
                self._expression(target)

    def _import(self, statement: ast.Import) -> None:
        for alias in statement.names:
            if alias.asname:
                name, dotted = alias.asname, alias.name
            else:
                name = dotted = alias.name.partition(".")[0]
            if name not in self.watched and dotted in self.watched:
                self.aliases.add(name)
            self._bind(name, Binding("import", dotted=dotted))

    def _import_from(self, statement: ast.ImportFrom) -> None:
        module = absolute(self.package, statement.level, statement.module)
        for alias in statement.names:
            if alias.name == "*":
                self._star(module)
                continue
            name = alias.asname or alias.name
            if name not in self.watched and (alias.name in self.attributes or alias.name in self.watched):
                self.aliases.add(name)
            if module is None:
                self._bind(name, OPAQUE)
            else:
                self._bind(name, Binding("import", dotted=member(module, alias.name)))

    def _star(self, module: str | None) -> None:
        if module is None:
            return
        self.stars.append(module)
        for name in {*self._star_names, *self.scope.state}:
            before = self.scope.state.get(name, _UNBOUND)
            self._bind(name, Binding("star", dotted=module, name=name, before=before))

    def _declare(self, statement: ast.Global | ast.Nonlocal) -> None:
        for name in statement.names:
            owner: Scope | None = self.module
            if isinstance(statement, ast.Nonlocal):
                owner = self.scope.parent
                while owner is not None and not (owner.kind is FUNCTION and name in owner.bound):
                    owner = owner.parent
            self.scope.declared[name] = owner

    def _expression_statement(self, statement: ast.stmt) -> None:
        if not self.hits.between(statement.lineno, statement.end_lineno or statement.lineno):
            return
        self._statement = statement
        for child in children(statement):
            if isinstance(child, ast.expr):
                self._expression(child)

    def _return(self, statement: ast.stmt) -> None:
        self._expression_statement(statement)
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

    def _if(self, statement: ast.stmt) -> None:
        assert isinstance(statement, ast.If)
        scope = self.scope
        ends: list[tuple[State, bool]] = []
        while True:
            self._statement = statement
            self._expression(statement.test)
            state, dead = dict(scope.state), scope.dead
            executed, self._executed = self._executed, self._executed and not _type_checking(statement.test)
            self._block(statement.body)
            self._executed = executed
            ends.append((scope.state, scope.dead))
            scope.state, scope.dead = state, dead
            orelse = statement.orelse
            if len(orelse) == 1 and isinstance(orelse[0], ast.If):
                statement = orelse[0]
                continue
            self._block(orelse)
            ends.append((scope.state, scope.dead))
            break
        self._join(ends)

    def _join(self, ends: Sequence[tuple[State, bool]]) -> None:
        """Go on from the ends that are alive; from all of them, dead, where none is."""
        alive = [state for state, dead in ends if not dead]
        self.scope.dead = not alive
        self.scope.state = _merge_all(alive or [state for state, _ in ends])

    def _loop(self, statement: ast.stmt) -> None:
        assert isinstance(statement, (ast.For, ast.AsyncFor, ast.While))
        scope = self.scope
        if not isinstance(statement, ast.While):
            self._statement = statement
            self._expression(statement.iter)
        endless = isinstance(statement, ast.While) and _always_true(statement.test)
        dead = scope.dead
        head = dict(scope.state)
        earlier = self._loop_heads.get(statement)
        if earlier is not None:
            head = _merge(head, earlier)
        while True:
            loop = _Loop()
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
                    leaving = _merge(leaving, scope.state)
            self._block(statement.body)
            scope.loops.pop()
            again = [*loop.continues] if scope.dead else [*loop.continues, scope.state]
            new = _merge_all([head, *again])
            if new == head:
                break
            head = new
        self._loop_heads[statement] = head
        if endless:
            scope.exits.extend(again)
        scope.state, scope.dead = leaving, dead or endless
        self._block(statement.orelse)
        self._join([(scope.state, scope.dead), *((state, dead) for state in loop.breaks)])

    def _try(self, statement: ast.stmt) -> None:
        assert isinstance(statement, (ast.Try, ast.TryStar))
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
        interrupted = _extend(entry, partial)
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
            self._finally(statement.finalbody, _extend(entry, everything))

    def _finally(self, body: Sequence[ast.stmt], interrupted: State) -> None:
        scope = self.scope
        normal, dead = scope.state, scope.dead
        scope.state, scope.dead = _merge(normal, interrupted), False
        bound: dict[str, set[Binding]] = {}
        scope.collectors.append(bound)
        self._block(body)
        scope.collectors.pop()
        for name in bound:
            # Where the body ends dead, what it binds after that is in no state.
            normal[name] = scope.state.get(name, _UNBOUND)
        scope.state, scope.dead = normal, dead or scope.dead

    def _with(self, statement: ast.stmt) -> None:
        assert isinstance(statement, (ast.With, ast.AsyncWith))
        scope = self.scope
        self._statement = statement
        swallows = False
        for item in statement.items:
            self._expression(item.context_expr)
            swallows = swallows or _swallows(item.context_expr)
            if item.optional_vars is not None:
                target = item.optional_vars
                if self.hits.between(target.lineno, target.end_lineno or target.lineno):
                    self._bind_target(target, None)
        if not swallows:
            self._block(statement.body)
            return
        entry, dead = dict(scope.state), scope.dead
        partial: dict[str, set[Binding]] = {}
        scope.collectors.append(partial)
        self._block(statement.body)
        scope.collectors.pop()
        self._join([(scope.state, scope.dead), (_extend(entry, partial), dead)])

    def _match(self, statement: ast.stmt) -> None:
        assert isinstance(statement, ast.Match)
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
            self._block(case.body)
            ends.append((scope.state, scope.dead))
            if case.guard is None and _irrefutable(case.pattern):
                break
        else:
            ends.append((entry, dead))
        self._join(ends)

    def _pattern(self, pattern: ast.pattern) -> None:
        pending: list[ast.AST] = [pattern]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.expr):
                self._expression(node)
                continue
            name = node.rest if isinstance(node, ast.MatchMapping) else getattr(node, "name", None)
            if name is not None:
                self._bind(name, OPAQUE)
            pending.extend(children(node))

    def _function(self, statement: ast.stmt) -> None:
        assert isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
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
        self._bind(statement.name, OPAQUE)
        if statement in self._seen or not self._enters(statement):
            return
        self._seen.add(statement)
        scope = Scope(FUNCTION, statement, outer, _join_symbol(outer.symbol, statement.name))

        def run() -> None:
            self.scope, self._statement = scope, statement
            for parameter in getattr(statement, "type_params", ()):
                self._bind(parameter.name, OPAQUE)
            self._parameters(arguments)
            self._block(statement.body)

        self._deferred.append(run)

    def _enters(self, statement: ast.stmt) -> bool:
        inside = self.inside
        return inside is None or inside.between(statement.lineno, statement.end_lineno or statement.lineno)

    def _parameters(self, arguments: ast.arguments) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults += arguments.defaults
        pairs = [*zip(positional, defaults, strict=True)]
        pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        pairs += ((rest, None) for rest in (arguments.vararg, arguments.kwarg) if rest is not None)
        for parameter, default in pairs:
            if default is not None and may_hand_on(default):
                if parameter.arg not in self.watched and self._mentions(default):
                    self.suspects.append((parameter.arg, default))
                self._bind(parameter.arg, Binding("assign", value=default))
            else:
                self._bind(parameter.arg, OPAQUE)

    def _class(self, statement: ast.stmt) -> None:
        assert isinstance(statement, ast.ClassDef)
        first = min((d.lineno for d in statement.decorator_list), default=statement.lineno)
        if not self.hits.between(first, statement.end_lineno or statement.lineno):
            return
        self._statement = statement
        outer = self.scope
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
            self.scope = Scope(CLASS, statement, self.scope, _join_symbol(outer.symbol, statement.name))
            if outer.kind is not MODULE:
                self.scope.bound.update(_bound_in(statement.body))
            self._block(statement.body)
        self.scope = outer
        self._bind(statement.name, OPAQUE)


def _names(target: ast.expr) -> Iterable[str]:
    """The names that an assignment to ``target`` binds."""
    return (
        node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )


def _bound_in(body: Sequence[ast.stmt]) -> set[str]:
    """The names that the statements of a class body bind, wherever in it."""
    found: set[str] = set()
    declared: set[str] = set()
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            declared.update(node.names)
        elif isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            continue
        elif isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        else:
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(name, str):
                found.add(name)
            pending.extend(ast.iter_child_nodes(node))
    return found - declared


def _join_symbol(outer: str, name: str) -> str:
    return f"{outer}.{name}" if outer else name


def _unpack(
    targets: Sequence[ast.expr], value: ast.expr | None
) -> Iterable[tuple[ast.expr, ast.expr | None]]:
    """Pair the targets of an unpacking with the expressions they get, where these are written out."""
    unknown = [(target, None) for target in targets]
    if not isinstance(value, (ast.Tuple, ast.List)):
        return unknown
    values = value.elts
    if any(isinstance(item, ast.Starred) for item in values):
        return unknown
    starred = next((at for at, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if starred is None:
        return list(zip(targets, values, strict=True)) if len(targets) == len(values) else unknown
    after = len(targets) - starred - 1
    if len(values) < len(targets) - 1:
        return unknown
    pairs: list[tuple[ast.expr, ast.expr | None]] = list(zip(targets[:starred], values, strict=False))
    pairs.append((targets[starred], None))
    if after:
        pairs += zip(targets[-after:], values[-after:], strict=True)
    return pairs


def _extend(state: State, made: dict[str, set[Binding]]) -> State:
    """``state`` where each of the bindings in ``made`` may or may not have happened."""
    extended = dict(state)
    for name, bindings in made.items():
        extended[name] = extended.get(name, _UNBOUND) | bindings
    return extended


def _always_true(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _swallows(manager: ast.expr) -> bool:
    function = manager.func if isinstance(manager, ast.Call) else manager
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _SWALLOWING


def _irrefutable(pattern: ast.pattern) -> bool:
    while isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    if isinstance(pattern, ast.MatchOr):
        return any(isinstance(part, ast.MatchAs) and part.pattern is None for part in pattern.patterns)
    return isinstance(pattern, ast.MatchAs)


def absolute(package: str, level: int, module: str | None) -> str | None:
    """The absolute name of the module of a ``from`` import; None if it leaves the top package.

    A leading dot marks a relative import, which never is a module from elsewhere: with the package
    ``a.b``, ``from ..c import d`` gives ``.a.c`` and ``from ... import d`` gives ``.``.
    """
    if not level:
        return module
    parts = package.split(".") if package else []
    if level - 1 > len(parts):
        return None
    if level > 1:
        parts = parts[: len(parts) - (level - 1)]
    if module:
        parts.append(module)
    return "." + ".".join(parts)


def member(module: str, name: str) -> str:
    """The dotted name of ``name`` in ``module``."""
    return module + name if module.endswith(".") else f"{module}.{name}"


_HANDLERS: dict[type[ast.stmt], Callable[[Flow, ast.stmt], None]] = {
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
