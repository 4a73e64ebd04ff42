"""What the analysis of names keeps: scopes, bindings, and the places where they are read."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

MODULE, CLASS, FUNCTION, COMPREHENSION = "module", "class", "function", "comprehension"


class Binding:
    """One thing that a name may stand for.

    ``kind`` is ``import`` (``dotted`` names it), ``assign`` (``value`` is the expression),
    ``star`` (``dotted`` is the module, ``name`` the name asked for, ``before`` what was in
    force, ``node`` the import), ``class`` or ``self`` (a class, or an instance of one, whose
    definition is ``node``), ``function`` (only where a walk keeps them; the definition is
    ``node``), ``unrun`` (what code that is never run binds; ``before`` has it), ``opaque`` (anything
    else) or ``unbound``.
    """

    __slots__ = ("_before", "dotted", "kind", "name", "node", "value")

    def __init__(
        self,
        kind: str,
        *,
        dotted: str = "",
        name: str = "",
        value: ast.expr | None = None,
        before: Bindings | Callable[[], Bindings] | None = None,
        node: ast.AST | None = None,
    ) -> None:
        self.kind = kind
        self.dotted = dotted
        self.name = name
        self.value = value
        self._before = before
        self.node = node or value

    @property
    def before(self) -> Bindings | None:
        """What was in force before; it may be made when it is first asked for."""
        if callable(self._before):
            self._before = self._before()
        return self._before

    # The body of a loop is walked until nothing changes, so the binding that one place makes must
    # equal the one that it made in the round before.

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Binding) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, str, str, int]:
        return self.kind, self.dotted, self.name, id(self.node)


Bindings = frozenset[Binding]
State = dict[str, Bindings]

UNBOUND = Binding("unbound")
OPAQUE = Binding("opaque")
NOT_BOUND: Bindings = frozenset({UNBOUND})


def starred(name: str, row: Sequence[tuple[str, ast.AST]], at: int, before: Bindings) -> Binding:
    """What ``name`` is after the star imports of ``row``, modules and nodes, up to ``at``.

    Those before it are made when they are asked for, as few names ever are.
    """
    dotted, node = row[at]
    beneath = (lambda: frozenset((starred(name, row, at - 1, before),))) if at else before
    return Binding("star", dotted=dotted, name=name, before=beneath, node=node)


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
        self.loops: list[Loop] = []

    def at_end(self, name: str, *, deleted: bool = True) -> Bindings:
        """The bindings of ``name`` when this scope has run to one of its ends.

        A function that reads a name that is deleted in the end can only have run before that, so
        what was ``deleted`` counts where nothing else is left.
        """
        states = self.exits if self.dead and self.exits else [*self.exits, self.state]
        found: set[Binding] = set()
        for state in states:
            found |= state.get(name, NOT_BOUND)
        if deleted and found == NOT_BOUND:
            found |= self.deleted.get(name, set())
        return frozenset(found | self.injected.get(name, set()))


class Loop:
    """The states at the ``break`` and ``continue`` statements of a loop that is being walked."""

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
        # Most reads see what the one before saw, so they share it.
        self.bindings: Bindings = frozenset()
        self.owners: tuple[Scope, ...] = ()
        self.onward: Scope | None = None


class Store:
    """An assignment to the attribute ``target``; ``value`` is None where it is not known."""

    __slots__ = ("target", "value")

    def __init__(self, target: ast.Attribute, value: ast.expr | None) -> None:
        self.target = target
        self.value = value


class Place:
    """Where a candidate expression stands."""

    __slots__ = ("scope", "statement")

    def __init__(self, scope: Scope, statement: ast.stmt) -> None:
        self.scope = scope
        self.statement = statement


def merge(first: State, second: State) -> State:
    """What may be in force after one of two ways."""
    if first == second:
        return dict(first)
    merged = dict(first)
    for name, bindings in second.items():
        merged[name] = merged.get(name, NOT_BOUND) | bindings
    for name in first.keys() - second.keys():
        merged[name] = first[name] | NOT_BOUND
    return merged


def merge_all(states: Sequence[State]) -> State:
    """What may be in force after one of several ways, as a new state."""
    merged = states[0]
    for state in states[1:]:
        merged = merge(merged, state)
    return dict(merged)


def extend(state: State, made: dict[str, set[Binding]]) -> State:
    """``state`` where each of the bindings in ``made`` may or may not have happened."""
    extended = dict(state)
    for name, bindings in made.items():
        extended[name] = extended.get(name, NOT_BOUND) | bindings
    return extended


class _Everything:
    def __contains__(self, name: object) -> bool:
        return True


#: A container that holds every name.
EVERYTHING = _Everything()


class Hits:
    """The rows on which a watched word stands."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Iterable[int] | None) -> None:
        """``rows``: any order; None: every row."""
        self._rows = None if rows is None else sorted(set(rows))

    @property
    def everywhere(self) -> bool:
        """Whether that is every row."""
        return self._rows is None

    def between(self, first: int, last: int) -> bool:
        """Whether there is one from row ``first`` to row ``last``, both included."""
        rows = self._rows
        if rows is None:
            return True
        at = bisect_left(rows, first)
        return at < len(rows) and rows[at] <= last
