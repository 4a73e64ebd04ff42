"""What the statements of a module or of a class body bind, whatever way is taken through them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from flake8_ssot_ids.semantics.module.syntax import (
    absolute,
    is_type_checking,
    names_in,
    possible_values,
    swallows,
    unpack,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
#: Calls that may bind names which the source does not spell.
_WRITERS = frozenset({"exec", "locals", "vars", "globals"})


@dataclass(frozen=True, slots=True)
class Bound:
    """Something that a name may be bound to: a definition, a value or an import, and attributes of it.

    ``node`` is a definition or an expression; of an import ``module`` is the absolute name of the
    module. ``names`` are the attributes that are taken of it. Without both, the name is not bound.
    """

    node: ast.stmt | ast.expr | None = None
    module: str = ""
    names: tuple[str, ...] = ()


UNBOUND = Bound()
Bounds = tuple[Bound, ...]
#: The names that ``from module import *`` binds; None: that cannot be told.
Star = Callable[[str], Set[str] | None]


@dataclass(slots=True)
class Body:
    """What a body binds: the ways through it are alternatives, the likelier one first.

    ``bases`` and ``decorators`` hold, of each definition, what these expressions stood for where it was
    made, ``metaclass`` that of a class (None: not known), and ``calls`` the function and the argument of
    a value like ``staticmethod(f)``. ``declared`` are names that have an annotation and no value. ``open``
    says that there may be names that are not listed. ``stored``, which is filled when it is first needed,
    are the attributes that code anywhere in it sets in what a name stands for (None: any).
    """

    names: dict[str, Bounds] = field(default_factory=dict)
    bases: dict[ast.stmt, list[Bounds]] = field(default_factory=dict)
    decorators: dict[ast.stmt, list[Bounds]] = field(default_factory=dict)
    metaclass: dict[ast.stmt, Bounds | None] = field(default_factory=dict)
    calls: dict[ast.expr, tuple[Bounds, Bounds]] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    open: bool = False
    stored: dict[str, set[str | None]] | None = None


def dotted(node: ast.expr) -> tuple[str, tuple[str, ...]] | None:
    """The name and the attributes that an expression like ``a.b.c`` consists of."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, tuple(reversed(names))) if isinstance(node, ast.Name) else None


def join(ways: Sequence[Mapping[str, Bounds]]) -> dict[str, Bounds]:
    """What names are bound to after one of several ways; where all ways agree nothing is copied."""
    if len(ways) == 1:
        return {**ways[0]}
    none = (UNBOUND,)
    joined: dict[str, Bounds] = {}
    for name in dict.fromkeys(name for way in ways for name in way):
        several = [way.get(name, none) for way in ways]
        first = several[0]
        if all(bounds is first for bounds in several):
            joined[name] = first
        else:
            joined[name] = tuple(dict.fromkeys(bound for bounds in several for bound in bounds))
    return joined


class Reader:
    """Reads one body, statement by statement.

    Args:
        package: the dotted package that relative imports start from.
        star: tells what a star import binds.
        outer: the names of the module, of a class body; without, names that are not bound are builtins.
    """

    def __init__(self, package: str, star: Star, outer: Mapping[str, Bounds] | None = None) -> None:
        self._package = package
        self._star = star
        self._outer = outer or {}
        self._now: dict[str, Bounds] = {}
        self.body = Body()

    def read(self, statements: Sequence[ast.stmt]) -> Body:
        """Everything that ``statements`` bind."""
        self._run(statements)
        self.body.names = self._now
        return self.body

    def values(self, expression: ast.expr) -> Bounds:
        """What an expression may stand for at this point."""
        found: dict[Bound, None] = {}
        pending = [expression]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.IfExp):
                pending += (node.orelse, node.body)
            elif isinstance(node, ast.BoolOp):
                pending += reversed(possible_values(node))
            elif isinstance(node, ast.NamedExpr):
                pending.append(node.value)
            else:
                found.update(dict.fromkeys(self._value(node)))
        return tuple(found)

    def _value(self, node: ast.expr) -> Bounds:
        chain = dotted(node)
        if chain is None:
            if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords and dotted(node.func):
                argument = node.args[0]
                if isinstance(argument, ast.Lambda) or dotted(argument):  # calls in calls would nest
                    self.body.calls[node] = (self.values(node.func), self.values(argument))
            return (Bound(node),)
        name, attributes = chain
        bounds = self._now.get(name, (UNBOUND,))
        if UNBOUND in bounds:
            outside = self._outer.get(name)
            if outside is None:
                outside = (Bound(None, "builtins", (name,)) if hasattr(builtins, name) else Bound(node),)
            if bounds == (UNBOUND,):
                bounds = outside
        return tuple(
            replace(bound, names=bound.names + attributes) if attributes else bound
            for bound in bounds
            if bound is not UNBOUND
        ) or (Bound(node),)

    def _run(self, statements: Sequence[ast.stmt]) -> bool:
        """Read the statements; False if they surely do not come to their end."""
        for statement in statements:
            read = _READ.get(type(statement))
            if read is not None:
                read(self, statement)
            elif isinstance(statement, (ast.Raise, ast.Break, ast.Continue)):
                return False
            elif isinstance(statement, (ast.If, ast.Try, ast.With, ast.AsyncWith, ast.Match)) or hasattr(
                statement, "handlers"
            ):
                if not self._branch(statement):
                    return False
            elif isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
                self._loop(statement)
            else:
                self._expressions(statement)
        return True

    def _definition(self, statement: ast.stmt) -> None:
        assert isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        if statement.decorator_list:
            self.body.decorators[statement] = [
                self.values(_called(node)) for node in statement.decorator_list
            ]
        if isinstance(statement, ast.ClassDef):
            self.body.bases[statement] = [self.values(_unsubscripted(base)) for base in statement.bases]
            for keyword in statement.keywords:
                if keyword.arg in (None, "metaclass"):
                    self.body.metaclass[statement] = self.values(keyword.value) if keyword.arg else None
        self._now[statement.name] = (Bound(statement),)

    def _import(self, statement: ast.stmt) -> None:
        assert isinstance(statement, ast.Import)
        for alias in statement.names:
            if alias.asname:
                self._now[alias.asname] = (Bound(None, alias.name),)
            else:
                top = alias.name.partition(".")[0]
                self._now[top] = (Bound(None, top),)

    def _import_from(self, statement: ast.stmt) -> None:
        assert isinstance(statement, ast.ImportFrom)
        module = absolute(self._package, statement.level, statement.module)
        for alias in statement.names:
            if alias.name == "*":
                names = self._star(module.removeprefix(".")) if module else None
                if names is None:
                    self.body.open = True
                    for name, bounds in self._now.items():
                        if not name.startswith("_"):  # it may be bound once more
                            self._now[name] = (*bounds, Bound(statement))
                else:
                    assert module is not None
                    for name in names:
                        self._now[name] = (Bound(None, module.removeprefix("."), (name,)),)
            elif module is None:
                self._now[alias.asname or alias.name] = (Bound(statement),)
            else:
                bound = Bound(None, module.removeprefix("."), (alias.name,))
                self._now[alias.asname or alias.name] = (bound,)

    def _assign(self, statement: ast.stmt) -> None:
        assert isinstance(statement, (ast.Assign, ast.AnnAssign))
        self._expressions(statement)
        if isinstance(statement, ast.AnnAssign):
            if statement.value is None:
                if isinstance(statement.target, ast.Name):
                    self.body.declared.add(statement.target.id)
                return
            pending: list[tuple[ast.expr, ast.expr | None]] = [(statement.target, statement.value)]
        else:
            pending = [(target, statement.value) for target in reversed(statement.targets)]
        bound: dict[str, Bounds] = {}
        while pending:
            target, value = pending.pop()
            if isinstance(target, (ast.Tuple, ast.List)):
                pending += reversed(list(unpack(target.elts, value)))
            elif isinstance(target, ast.Name):
                bound[target.id] = self.values(value) if value is not None else (Bound(target),)
            else:
                bound.update((name, (Bound(target),)) for name in names_in(target))
        self._now.update(bound)

    def _delete(self, statement: ast.stmt) -> None:
        assert isinstance(statement, ast.Delete)
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
                self._now[node.id] = (UNBOUND,)

    def _expressions(self, statement: ast.AST) -> None:
        """Names that the expressions of a statement bind, to something that is not looked into."""
        for node in ast.walk(statement):
            if isinstance(node, ast.NamedExpr):
                self._now[node.target.id] = (Bound(node),)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _WRITERS:
                self.body.open = True
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            self._now[statement.target.id] = (Bound(statement.target),)
        elif type(statement).__name__ == "TypeAlias":
            self._targets(statement.name)  # type: ignore[attr-defined]  # new in Python 3.12

    def _ways(self, bodies: Iterable[tuple[Sequence[ast.stmt], dict[str, Bounds]]]) -> bool:
        """Go one of several ways; False if none of them comes to its end."""
        ends = []
        for body, before in bodies:
            self._now = {**before}
            if self._run(body):
                ends.append(self._now)
        if ends:
            self._now = join(ends)
        return bool(ends)

    def _branch(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.If):
            bodies = []
            rest: Sequence[ast.stmt] = [statement]
            while len(rest) == 1 and isinstance(rest[0], ast.If):  # a long elif must not nest
                self._expressions(rest[0].test)
                bodies.append(rest[0].body)
                typing = is_type_checking(rest[0].test)
                rest = rest[0].orelse
            bodies.append([*rest])
            if typing:  # what is there at run time goes first
                bodies[-2:] = bodies[:-3:-1]
            before = self._now
            return self._ways([(body, before) for body in bodies])
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            for item in statement.items:
                self._expressions(item.context_expr)
                if item.optional_vars is not None:
                    self._targets(item.optional_vars)
            before = self._now
            if any(swallows(item.context_expr) for item in statement.items):
                return self._ways([(statement.body, before), ([], before)])
            return self._run(statement.body)
        if isinstance(statement, ast.Match):
            self._expressions(statement.subject)
            before = self._now
            captured = {
                name: (Bound(statement), *before.get(name, (UNBOUND,)))
                for case in statement.cases
                for node in ast.walk(case.pattern)
                for name in _captured(node)
            }
            before = {**before, **captured}
            return self._ways([*((case.body, before) for case in statement.cases), ([], before)])
        return self._try(statement)

    def _try(self, statement: ast.stmt) -> bool:
        # ``except*`` has a class of its own, which has the same fields.
        assert hasattr(statement, "handlers")
        body, handlers = statement.body, statement.handlers  # type: ignore[attr-defined]
        orelse, finalbody = statement.orelse, statement.finalbody  # type: ignore[attr-defined]
        before = {**self._now}
        goes_on = self._run(body)
        after = self._now
        broken = join([before, after])
        ends = []
        if goes_on and self._run(orelse):
            ends.append(self._now)
        for handler in handlers:
            self._now = {**broken}
            if handler.name:
                self._now[handler.name] = (UNBOUND,)
            if self._run(handler.body):
                ends.append(self._now)
        self._now = join(ends or [broken])
        return self._run(finalbody) and bool(ends)

    def _loop(self, statement: ast.For | ast.AsyncFor | ast.While) -> None:
        if isinstance(statement, ast.While):
            self._expressions(statement.test)
        else:
            self._expressions(statement.iter)
        before = {**self._now}
        if not isinstance(statement, ast.While):
            self._targets(statement.target)
        self._run(statement.body)
        self._now = join([before, self._now])
        before = {**self._now}
        self._run(statement.orelse)
        self._now = join([before, self._now])

    def _targets(self, target: ast.expr) -> None:
        self._now.update((name, (Bound(target),)) for name in names_in(target))


_READ: dict[type[ast.stmt], Callable[[Reader, ast.stmt], None]] = {
    ast.FunctionDef: Reader._definition,
    ast.AsyncFunctionDef: Reader._definition,
    ast.ClassDef: Reader._definition,
    ast.Import: Reader._import,
    ast.ImportFrom: Reader._import_from,
    ast.Assign: Reader._assign,
    ast.AnnAssign: Reader._assign,
    ast.Delete: Reader._delete,
}


def _called(decorator: ast.expr) -> ast.expr:
    """What a decorator is called by: ``lru_cache`` of ``@lru_cache(maxsize=1)``."""
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _unsubscripted(base: ast.expr) -> ast.expr:
    """The class of a base like ``Generic[T]``."""
    return base.value if isinstance(base, ast.Subscript) else base


def _captured(pattern: ast.AST) -> tuple[str, ...]:
    """The name that a part of a ``match`` pattern binds."""
    name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
    return (name,) if isinstance(name, str) else ()
