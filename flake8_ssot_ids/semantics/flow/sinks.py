"""What the end of a value's way is: the kinds of places that a change of format breaks or cuts."""

from __future__ import annotations

import ast
from dataclasses import dataclass

PARSED_AS_UUID = "parsed-as-uuid"
UUID_ATTRIBUTE = "uuid-attribute"
UUID_TYPED = "uuid-typed"
NARROW_COLUMN = "narrow-column"
LENGTH_CHECKED = "length-checked"
MATCHED_AS_UUID = "matched-as-uuid"
TYPE_CHECKED = "type-checked"
SLICED = "sliced"
SPLIT = "split"
PREFIX_MATCHED = "prefix-matched"
TO_NUMBER = "to-number"
ARITHMETIC = "arithmetic"
PATCHED = "patched"
#: The value goes further than values are followed in one file, so nobody knows.
NOT_FOLLOWED = "not-followed"
#: Other text put around the value; no reason against a rewrite, so apart from the others.
GLUED = "glued"

#: The parameters of ``[start:stop:step]``, None where one is left out or not a literal; or one index.
Bounds = tuple[int | None, int | None, int | None] | int


@dataclass(frozen=True, slots=True)
class Sink:
    """One place where a value ends up.

    ``node`` is the place, ``detail`` a short text for a message (with backticks), ``through`` the name,
    attribute or keyword that the value came by, empty for the expression itself.

    A cut can be done again to another id, see :meth:`apply`. SLICED: ``bounds``, None if not known. SPLIT:
    ``method`` (such as ``split``), ``text`` (the separator, None if there is none or it is not known),
    ``limit`` (``maxsplit``) and ``index``, the item taken then (None: not known). PREFIX_MATCHED: ``method``
    (``startswith``, ``endswith``, ``in``) and ``text``.
    """

    kind: str
    node: ast.expr | ast.arg | ast.AnnAssign
    detail: str
    through: str = ""
    bounds: Bounds | None = None
    method: str = ""
    text: str | None = None
    limit: int = -1
    index: int | None = None

    def apply(self, value: str) -> str | None:
        """What the cut leaves of ``value``; None if it is no cut or not all of it is known."""
        try:
            if self.kind == SLICED and self.bounds is not None:
                return value[self.bounds] if isinstance(self.bounds, int) else value[slice(*self.bounds)]
            if self.kind != SPLIT:
                return None
            if self.method == "replace" and self.text is not None:
                return value.replace(self.text, "")
            if self.method in ("removeprefix", "removesuffix") and self.text is not None:
                return str(getattr(value, self.method)(self.text))
            if self.index is None or (self.text is None and not self.method.endswith("split")):
                return None
            limit = (self.limit,) if self.method.endswith("split") else ()
            parts: list[str] = getattr(value, self.method)(self.text, *limit)
            return parts[self.index]
        except (AttributeError, IndexError, ValueError):
            # What the code itself would raise for this id: too few parts, an empty separator.
            return None
