"""What a call calls in the end, and with which arguments: aliases, ``partial`` and bound functions undone."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flake8_ssot_ids.semantics.flow.index import NodeIndex
from flake8_ssot_ids.semantics.flow.meaning import Meaning
from flake8_ssot_ids.semantics.flow.reads import NameReads
from flake8_ssot_ids.semantics.module.parents import Parents

PARTIAL = frozenset({"functools.partial"})
_STATIC = frozenset({"builtins.staticmethod"})
#: So many expressions are looked at to learn what one callee may be.
_MOST = 64


@dataclass(frozen=True, slots=True)
class Site:
    """A call as one of the callables that it may be sees it.

    ``function`` is what is called; the arguments are ``before``, which it has got already, and then those of
    ``call`` but for the first ``skipped``.
    """

    call: ast.Call
    function: ast.expr
    meaning: Meaning
    parents: Parents
    before: tuple[ast.expr, ...] = ()
    keywords: tuple[ast.keyword, ...] = ()
    skipped: int = 0

    @property
    def args(self) -> list[ast.expr]:
        """The positional arguments."""
        return [*self.before, *self.call.args[self.skipped :]]

    def place(self, given: ast.expr | ast.keyword) -> int | None:
        """The place of an argument of the call; None for a keyword, and behind ``*values``."""
        args = self.call.args
        at = self.parents.place(given, args)
        if at is None or at < self.skipped:
            return None
        starred = self.parents.once("starred arguments", self.call, _first_starred)
        return None if starred <= at else at - self.skipped + len(self.before)

    def where(self, given: ast.expr | ast.keyword) -> int | str | None:
        """The place of an argument, or its keyword."""
        return given.arg if isinstance(given, ast.keyword) else self.place(given)

    def argument(self, at: int, name: str = "") -> ast.expr | None:
        """An argument by its place, or its name."""
        at_call = at - len(self.before) + self.skipped
        if at < len(self.before):
            return self.before[at]
        if at_call < len(self.call.args):
            return self.call.args[at_call]
        return next((one.value for one in (*self.keywords, *self.call.keywords) if one.arg == name), None)


def _first_starred(call: ast.Call) -> int:
    return next((at for at, one in enumerate(call.args) if isinstance(one, ast.Starred)), len(call.args))


@dataclass(frozen=True, slots=True)
class _Callee:
    node: ast.expr
    before: tuple[ast.expr, ...] = ()
    keywords: tuple[ast.keyword, ...] = ()


class Sites:
    """Finds what the calls of a module call.

    Args:
        index: the module.
        reads: its names.
        attribute: the values that an attribute of a class of the file has, each with whether it is bound to
            the instance, if it is a function.
    """

    def __init__(
        self,
        index: NodeIndex,
        reads: NameReads,
        attribute: Callable[[ast.Attribute], list[tuple[ast.expr, bool]]],
    ) -> None:
        self._index = index
        self._reads = reads
        self._attribute = attribute
        self._known: dict[ast.Call, list[Site]] = {}

    def of(self, call: ast.Call) -> list[Site]:
        """All that a call may call."""
        known = self._known.get(call)
        if known is None:
            known = self._known[call] = [*self._sites(call)]
        return known

    def _sites(self, call: ast.Call) -> Iterator[Site]:
        pending = [_Callee(call.func)]
        seen: set[ast.expr] = set()
        while pending and len(seen) < _MOST:
            one = pending.pop()
            if one.node in seen:
                continue
            seen.add(one.node)
            inner, meaning = self._inside(one)
            pending += inner
            if not inner or meaning.dotted or meaning.definitions:
                yield Site(call, one.node, meaning, self._index.parents, one.before, one.keywords)

    def _inside(self, one: _Callee) -> tuple[list[_Callee], Meaning]:
        """What a callee stands for, and what it means apart from that."""
        index, node = self._index, one.node
        values: list[ast.expr] = []
        meaning = index.means(node)
        if isinstance(node, ast.Name):
            values = self._assigned(node)
        elif isinstance(node, ast.Attribute):
            found = self._attribute(node)
            if found:
                return [self._bound(one, node, value, bound) for value, bound in found], Meaning()
        elif isinstance(node, ast.IfExp):
            values = [node.body, node.orelse]
        elif isinstance(node, ast.BoolOp):
            values = node.values
        elif isinstance(node, ast.NamedExpr):
            values = [node.value]
        elif isinstance(node, ast.Call) and node.args:
            called = index.means(node.func)
            if called.among(PARTIAL):
                before, keywords = (*node.args[1:], *one.before), (*node.keywords, *one.keywords)
                return [_Callee(node.args[0], before, keywords)], Meaning()
            if called.among(_STATIC):
                values = node.args[:1]
        return [
            _Callee(value, one.before, one.keywords) for value in values
        ], meaning if not values else self._rest(meaning, values)

    def _assigned(self, name: ast.Name) -> list[ast.expr]:
        found = []
        for target in self._reads.bindings(name):
            parent = self._index.parents.get(target)
            if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and parent.value is not None:
                found.append(parent.value)
        return found

    def _bound(self, one: _Callee, node: ast.Attribute, value: ast.expr, bound: bool) -> _Callee:
        is_function = isinstance(value, ast.Lambda) or (
            isinstance(value, (ast.Name, ast.Attribute))
            and any(not isinstance(found, ast.ClassDef) for found in self._index.means(value).definitions)
        )
        if bound and is_function:
            return _Callee(value, (node.value, *one.before), one.keywords)
        return _Callee(value, one.before, one.keywords)

    def _rest(self, meaning: Meaning, values: list[ast.expr]) -> Meaning:
        """What a name means besides the values that it is assigned."""
        others = [self._index.means(value) for value in values]
        return meaning.without(others)
