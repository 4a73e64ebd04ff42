"""Where a value is while it is followed, and what is known of it there."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_ssot_ids.semantics.flow.types import Path

#: Forms of a value, as far as its expression tells; LENGTH is that of a text.
OBJECT, TEXT, NUMBER, LENGTH, ANY = "object", "text", "number", "length", "any"


@dataclass(frozen=True, slots=True)
class Token:
    """The value is at ``node``, in that ``form``; it came ``through`` a name.

    ``instance`` is the call that makes the object whose ``__init__`` the value is in.
    """

    node: ast.expr
    path: Path = ()
    factory: bool = False
    form: str = ANY
    through: str = ""
    hops: int = 0
    instance: ast.Call | None = None

    def at(
        self,
        node: ast.expr,
        through: str | None = None,
        *,
        path: Path | None = None,
        factory: bool | None = None,
        form: str | None = None,
        further: int = 0,
        leave: bool = False,
    ) -> Token:
        """The same value elsewhere. ``further``: so many calls more. ``leave``: not in that ``__init__``."""
        return Token(
            node,
            self.path if path is None else path,
            self.factory if factory is None else factory,
            self.form if form is None else form,
            self.through if through is None else through,
            self.hops + further,
            None if leave else self.instance,
        )
