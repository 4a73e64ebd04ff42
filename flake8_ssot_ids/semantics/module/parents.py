"""The way up a syntax tree, and the places of nodes in long lists, each looked for once.

A list, a sum or a call may have tens of thousands of parts with an id in each, so nothing that is asked for
each id may go through all the parts.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

#: In a list that is shorter, a place is found as fast as it is looked up.
_SHORT = 16
Result = TypeVar("Result")
Node = TypeVar("Node", bound=ast.AST)


class Parents(dict[ast.AST, ast.AST]):
    """The parent of each node that was looked at, and what was found out on the way."""

    __slots__ = ("_fstrings", "_known", "_places", "_sums")

    def __init__(self) -> None:
        self._places: dict[int, dict[int, int]] = {}
        self._sums: dict[ast.BinOp, Sum] = {}
        self._known: dict[tuple[str, ast.AST], Any] = {}
        self._fstrings: dict[ast.AST, ast.JoinedStr | None] = {}

    def place(self, node: ast.AST, siblings: Sequence[ast.AST]) -> int | None:
        """The index of ``node`` in ``siblings``, a list of the tree, by identity; None if it is not in it."""
        if len(siblings) < _SHORT:
            return next((at for at, one in enumerate(siblings) if one is node), None)
        places = self._places.get(id(siblings))
        if places is None:
            places = self._places[id(siblings)] = {id(one): at for at, one in enumerate(siblings)}
        return places.get(id(node))

    def once(self, what: str, node: Node, make: Callable[[Node], Result]) -> Result:
        """What ``make`` says of ``node``; it is not asked again for the same ``what``."""
        if (what, node) not in self._known:
            self._known[what, node] = make(node)
        known: Result = self._known[what, node]
        return known

    def sum_around(self, node: ast.BinOp) -> Sum:
        """The whole sum that an addition is a part of."""
        known = self._sums.get(node)
        if known is None:
            known = Sum(self, node)
            self._sums.update(dict.fromkeys(known.additions, known))
        return known

    def fstring_around(self, node: ast.AST) -> ast.JoinedStr | None:
        """The outermost f-string that ``node`` is, or stands in, within its statement."""
        passed: list[ast.AST] = []
        found: ast.JoinedStr | None = None
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.stmt):
            if current in self._fstrings:
                found = self._fstrings[current]
                break
            passed.append(current)
            current = self.get(current)
        for one in reversed(passed):
            if found is None and isinstance(one, ast.JoinedStr):
                found = one
            self._fstrings[one] = found
        return found


class WholeParents(Parents):
    """The parents that a walk has ``noted``, and those of other nodes of ``tree`` when they are asked for."""

    __slots__ = ("_completed", "_tree")

    def __init__(self, tree: ast.Module, noted: Mapping[ast.AST, ast.AST]) -> None:
        super().__init__()
        self.update(noted)
        self._tree = tree
        self._completed: set[ast.AST] = set()

    def __missing__(self, node: ast.AST) -> ast.AST:
        self._complete(node)
        if node not in self:
            raise KeyError(node)
        return self[node]

    def get(self, node: ast.AST, default: Any = None) -> Any:
        """The parent of a node of the tree; ``default`` for the tree itself."""
        found = super().get(node)
        if found is None:
            self._complete(node)
            found = super().get(node, default)
        return found

    def _complete(self, node: ast.AST) -> None:
        """Note the parents in the statement of the module where ``node`` seems to stand, else all of them."""
        at = bisect_right(self._tree.body, getattr(node, "lineno", 0), key=lambda one: one.lineno)
        for root in (*self._tree.body[max(0, at - 1) : at], self._tree):
            if root not in self._completed and node not in self:
                self._completed.add(root)
                for holder in ast.walk(root):
                    for child in ast.iter_child_nodes(holder):
                        self.setdefault(child, holder)


class Sum:
    """A chain of additions: ``whole``, its ``terms`` in order, and its ``additions``, the innermost first."""

    __slots__ = ("_levels", "additions", "terms", "whole")

    def __init__(self, parents: Mapping[ast.AST, ast.AST], node: ast.BinOp) -> None:
        parent = parents.get(node)
        while isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add) and parent.left is node:
            node, parent = parent, parents.get(parent)
        self.whole = node
        self.additions: list[ast.BinOp] = []
        part: ast.expr = node
        terms: list[ast.expr] = []
        while isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            self.additions.append(part)
            terms.append(part.right)
            part = part.left
        self.additions.reverse()
        self.terms = [part, *reversed(terms)]
        self._levels = {addition: at for at, addition in enumerate(self.additions)}

    def place(self, addition: ast.BinOp, node: ast.AST) -> int:
        """The index of the term ``node``, an operand of ``addition``."""
        return self._levels[addition] + (addition.right is node)


def parents_of(parents: Mapping[ast.AST, ast.AST]) -> Parents:
    """``parents`` with what is found out on the way; those of a walk are such already."""
    if isinstance(parents, Parents):
        return parents
    found = Parents()
    found.update(parents)
    return found
