"""The nodes of a module near a word: a search in its text says where, so that the rest is not walked."""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_ssot_ids.semantics.module.occurrences import nodes_on, rows_with
from flake8_ssot_ids.semantics.module.scopes import Hits


class Mentions:
    """Finds the nodes of one module by the words in them.

    Args:
        tree: the module; it is read only.
        text: its source with ``\\n`` line ends.
    """

    def __init__(self, tree: ast.Module, text: str) -> None:
        self._tree = tree
        self._text = text
        self._known: dict[str, list[ast.AST]] = {}

    def near(self, word: str) -> list[ast.AST]:
        """The nodes on the rows on which ``word`` stands, and those around them."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self.near_any((word,))
        return known

    def near_any(self, words: Collection[str]) -> list[ast.AST]:
        """Those near one of several words, which may stand behind a dot."""
        return [*nodes_on(self._tree, Hits(rows_with(self._text, words, words)))]

    def binds(self, name: str) -> bool:
        """Whether anything in the module has the name, in whatever scope: what it binds and reads."""
        return (name in self._text or not self._text.isascii()) and any(
            _has_name(node, name) for node in self.near(name)
        )


def _has_name(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name
    if isinstance(node, ast.arg):
        return node.arg == name
    if isinstance(node, ast.alias):
        return (node.asname or node.name.partition(".")[0]) == name
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return name in node.names
    if isinstance(node, ast.MatchMapping):
        return node.rest == name
    named = (
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.ExceptHandler,
        ast.MatchAs,
        ast.MatchStar,
    )
    return isinstance(node, named) and node.name == name
