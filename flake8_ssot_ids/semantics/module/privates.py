"""Private names: within a class ``__make`` is ``_Class__make``, for names, attributes and imports alike."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable


def private_forms(words: Iterable[str]) -> set[str]:
    """The private names that may be one of ``words`` in some class: ``_Box__make`` is ``__make``."""
    return {
        word[match.start() :]
        for word in words
        if word[0] == "_"
        for match in re.finditer("(?=__)", word)
        if match.start() > 1
    }


class Privates:
    """The part of a walk that knows the class around, by whose name private names are spelt.

    ``owner`` is the name of that class without the underscores before it, empty outside of classes.
    ``mangled`` are the names and attributes that are spelt otherwise.
    """

    def __init__(self) -> None:
        self.owner = ""
        self.mangled: dict[ast.AST, str] = {}

    def _named(self, name: str, node: ast.AST | None = None) -> str:
        """``name`` as the class around spells it; ``node`` is where it stands."""
        if not self.owner or not name.startswith("__") or name.endswith("__"):
            return name
        name = f"_{self.owner}{name}"
        if node is not None:
            self.mangled[node] = name
        return name

    def _module_named(self, path: str) -> str:
        """As :meth:`_named`, for the path of a module: one with a dot stays as it is."""
        return path if "." in path else self._named(path)

    def name_of(self, node: ast.Name | ast.Attribute) -> str:
        """The name that a name or an attribute really has."""
        return self.mangled.get(node) or (node.id if isinstance(node, ast.Name) else node.attr)
