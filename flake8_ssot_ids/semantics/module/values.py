"""What an expression may stand for: the answers of the resolver.

A dotted name (``uuid.uuid4``, ``app.ids.make``) is a plain ``str``: most values are, and who wants no others
asks ``isinstance(value, str)``. Everything else has a class of its own. Two classes, or two functions, are
the same value where their definition is the same node of the tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A text that may be a part of a dotted name, as in ``getattr(uuid, "uuid4")``."""

    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """A function whose call gives ``dotted``: an id source, or the module that has them."""

    dotted: str


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A class of this module."""

    node: ast.AST


@dataclass(frozen=True, slots=True)
class OwnInstance:
    """An instance of a class of this module."""

    node: ast.AST


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A function of this module; None: one that no node of the tree is known for."""

    node: ast.AST | None


@dataclass(frozen=True, slots=True)
class OwnNames:
    """The names of this very module, as ``globals()`` gives them."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """What another module defines, and is neither an id source nor the module that has them."""


Value = str | Text | Made | OwnClass | OwnInstance | OwnFunction | OwnNames | Foreign

#: How a value was reached; the order is that of precedence where one place has several.
DIRECT, ASSIGNED, REEXPORTED, DYNAMIC = "direct", "assigned", "reexported", "dynamic"
#: However it was reached, the module is not the real one.
SHADOWED = "shadowed"

#: A value, and the most telling step on the way to it.
Reached = tuple[Value, str]
Values = frozenset[Reached]
NOTHING: Values = frozenset()


def names_among(values: Iterable[Value]) -> frozenset[str]:
    """The dotted names among ``values``."""
    return frozenset(value for value in values if isinstance(value, str))
