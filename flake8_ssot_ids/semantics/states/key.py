"""The name, or the attribute of a name, that a question is about."""

from __future__ import annotations

import ast


class Key:
    """``name`` or ``base.attribute``, as it is spelled in one scope."""

    def __init__(self, key: str) -> None:
        self._base, _, self._attribute = key.partition(".")

    def is_key(self, node: ast.AST) -> bool:
        """Whether ``node`` spells the name or attribute that this is about."""
        if not self._attribute:
            return isinstance(node, ast.Name) and node.id == self._base
        return (
            isinstance(node, ast.Attribute)
            and node.attr == self._attribute
            and isinstance(node.value, ast.Name)
            and node.value.id == self._base
        )

    def _concerns(self, node: ast.AST) -> bool:
        return self.is_key(node) or (
            isinstance(node, ast.Name) and node.id == self._base and not self._attribute
        )
