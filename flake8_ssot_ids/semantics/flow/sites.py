"""What a call calls in the end, and with which arguments: aliases, ``partial`` and bound functions undone."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from flake8_ssot_ids.semantics.flow.index import NodeIndex
from flake8_ssot_ids.semantics.flow.meaning import Meaning
from flake8_ssot_ids.semantics.flow.reads import NameReads
from flake8_ssot_ids.semantics.module.parents import Parents

PARTIAL = frozenset({"functools.partial"})
_STATIC = frozenset({"builtins.staticmethod"})
#: So many callables are looked at that one callee may be.
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
    """What a callee may be, what that means, and the arguments that it has got already."""

    node: ast.expr
    meaning: Meaning
    before: tuple[ast.expr, ...] = ()
    keywords: tuple[ast.keyword, ...] = ()

    def given(self, inner: _Inner) -> _Callee:
        """The same with more arguments."""
        if not inner.before and not inner.keywords:
            return self
        before, keywords = (*self.before, *inner.before), (*self.keywords, *inner.keywords)
        return _Callee(self.node, self.meaning, before, keywords)


@dataclass(frozen=True, slots=True)
class _Inner:
    """An expression that another stands for, and the arguments that it gets there."""

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
        self._callees: dict[ast.expr, list[_Callee]] = {}

    def of(self, call: ast.Call) -> list[Site]:
        """All that a call may call."""
        known = self._known.get(call)
        if known is None:
            parents = self._index.parents
            known = self._known[call] = [
                Site(call, one.node, one.meaning, parents, one.before, one.keywords)
                for one in self._of(call.func)
            ]
        return known

    def _of(self, node: ast.expr) -> list[_Callee]:
        """What an expression may be as a callee; aliases may be chained or in a circle."""
        known = self._callees
        pending: list[tuple[ast.expr, list[_Inner] | None]] = [(node, None)]
        active: set[ast.expr] = set()
        while pending:
            one, inner = pending.pop()
            if inner is None:
                if one in known or one in active:
                    continue
                active.add(one)
                inner = self._inside(one)
                pending.append((one, inner))
                pending += ((each.node, None) for each in inner)
                continue
            found = self._besides(one, inner)
            for each in inner:
                callees = known.get(each.node)
                if callees is None:
                    callees = [_Callee(each.node, self._index.means(each.node))]
                found += (callee.given(each) for callee in callees)
            known[one] = found[:_MOST]
        return known[node]

    def _inside(self, node: ast.expr) -> list[_Inner]:
        """What an expression stands for."""
        if isinstance(node, ast.Name):
            return [*map(_Inner, self._assigned(node))]
        if isinstance(node, ast.Attribute):
            return [self._bound(node, value, bound) for value, bound in self._attribute(node)]
        if isinstance(node, ast.IfExp):
            return [_Inner(node.body), _Inner(node.orelse)]
        if isinstance(node, ast.BoolOp):
            return [*map(_Inner, node.values)]
        if isinstance(node, ast.NamedExpr):
            return [_Inner(node.value)]
        if isinstance(node, ast.Call) and node.args:
            called = self._index.means(node.func)
            if called.among(PARTIAL):
                return [_Inner(node.args[0], tuple(node.args[1:]), tuple(node.keywords))]
            if called.among(_STATIC):
                return [_Inner(node.args[0])]
        return []

    def _besides(self, node: ast.expr, inner: list[_Inner]) -> list[_Callee]:
        """What a callee means besides the values that it stands for."""
        meaning = self._index.means(node)
        if inner:
            if not isinstance(node, ast.Name):
                return []
            meaning = meaning.without([self._index.means(one.node) for one in inner])
            if not meaning.dotted and not meaning.definitions:
                return []
        return [_Callee(node, meaning)]

    def _assigned(self, name: ast.Name) -> list[ast.expr]:
        found = []
        for target in self._reads.bindings(name):
            parent = self._index.parents.get(target)
            if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and parent.value is not None:
                found.append(parent.value)
        return found

    def _bound(self, node: ast.Attribute, value: ast.expr, bound: bool) -> _Inner:
        is_function = isinstance(value, ast.Lambda) or (
            isinstance(value, (ast.Name, ast.Attribute))
            and any(not isinstance(found, ast.ClassDef) for found in self._index.means(value).definitions)
        )
        return _Inner(value, (node.value,) if bound and is_function else ())
