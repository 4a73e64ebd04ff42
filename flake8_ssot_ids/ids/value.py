"""The value of one id on its way out of its expression: what is known of it, what of it is left.

:class:`IdValue` is spelled in the letters of :mod:`flake8_ssot_ids.uuids.layouts`. Here are its parts and its
bits; :mod:`~flake8_ssot_ids.ids.numbers`, :mod:`~flake8_ssot_ids.ids.texts` and
:mod:`~flake8_ssot_ids.ids.calls` do to it what its expression does.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence

from flake8_ssot_ids.semantics.module.literals import as_slice
from flake8_ssot_ids.uuids import layouts
from flake8_ssot_ids.uuids.layouts import MIXED, UNKNOWN

#: A longer text is not followed: neither is there an id of that length, nor shall time be lost on it.
_LONGEST = 4000


class IdValue:
    """One id while its expression is climbed; ``digits`` are those of its source in the catalog.

    ``form`` is object, text, bytes, number or list. ``layout`` is its text; of bytes that are no text a
    letter for each of them, of a number its bits; None where it is not known. ``parts`` are the layouts
    of the items of a list, which have the form ``items``; None where they are not known. ``exact`` says
    whether there are as many in truth, or UNKNOWN in one may stand for more. Other text
    around the id is ``head`` and ``after``, if it is ``glued``.

    A value without a layout has ``limit`` random bits (None: not known); a number without one has one of
    ``size`` values (0: not known). ``several`` says that other ids may follow that are made alike.
    """

    __slots__ = (
        *("_lost", "_mixed", "_random", "after", "exact", "form", "glued", "head", "items", "layout"),
        *("letters", "limit", "parts", "several", "size"),
    )

    def __init__(self, digits: str) -> None:
        self.form = "object"
        self.layout: str | None = layouts.DIGITS
        self.parts: list[str] | None = []
        self.items = "text"
        self.exact = True
        self.letters = layouts.Letters()
        self.glued = False
        self.head: list[str | ast.expr] = []
        self.after: list[str | ast.expr] = []
        self.several = False
        self.limit: float | None = None
        self.size = 0
        self._random = layouts.random_mask(digits)
        self._lost = False
        #: How many letters MIXED hold all that there is, and the random bits of one.
        self._mixed = (0, 0.0)

    @property
    def cut(self) -> bool:
        """Whether a part of the id is lost."""
        text = self._text()
        if self._lost or text is None:
            return self._lost
        if self._mixed[0]:
            return text.count(MIXED) < self._mixed[0]
        return bool(layouts.CONTENT & ~self.letters.mask(text))

    def bits(self) -> float | None:
        """The random bits that are left, None where they cannot be told."""
        text = self._text()
        if self.several and self.cut:
            return None
        if text is None:
            return self.limit
        whole, each = self._mixed
        if not whole:
            return (self.letters.mask(text) & self._random).bit_count()
        left = text.count(MIXED)
        if self.limit is None or left >= whole:
            return self.limit
        return min(self.limit, left * each)

    def _text(self) -> str | None:
        if self.form == "list":
            return None if self.parts is None else "".join(self.parts)
        return self.layout

    def put(self, layout: str | None) -> None:
        """Take what an operation made of the layout; None: it is not known, but nothing is lost."""
        if layout is None or len(layout) > _LONGEST:
            self.blur()
        else:
            self.layout = layout

    def blur(self, *, lost: bool = False, counted: bool = True) -> None:
        """Forget the layout.

        What it held is left, unless a part is ``lost``, nobody knows how much. Not ``counted``: a few bits
        may be gone.
        """
        self._lost, self.limit = lost or self.cut, self.bits() if counted and not lost else None
        self.layout, self._mixed = None, (0, 0.0)

    def mix(self, count: int, each: float) -> None:
        """Spell the value with ``count`` characters of ``each`` bits that depend on all of it."""
        self.blur()
        self.layout, self._mixed = MIXED * count, (count, each)

    def twin(self) -> IdValue:
        """The same value, to go another way; its layouts have the same letters."""
        other = IdValue.__new__(IdValue)
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        other.head, other.after = self.head[:], self.after[:]
        return other

    # -- parts -----------------------------------------------------------------------------------

    def join(self, separator: str | None) -> None:
        """Join the parts of a list again."""
        if self.parts is None:
            self.blur()
            self.form = "text"
            return
        between = UNKNOWN if separator is None else layouts.other_text(separator)
        self.form, self.layout = "text", between.join(self.parts)
        self.put(self.layout)

    def item(self, at: int | None) -> bool:
        """Take one item (None: not known which); whether the id goes on."""
        if self.form != "list":
            return self.slice(["?", None, None] if at is None else [at, None if at == -1 else at + 1, None])
        self.form, self.layout = self.items, self._text()
        parts = self.parts
        if parts is not None and at is not None and -len(parts) <= at < len(parts):
            beside = parts[at:] if at < 0 else parts[: at + 1]
            if self.exact or not any(UNKNOWN in part for part in beside):
                self.layout = parts[at]
                return True
        self.blur(lost=True)
        return True

    def slice(self, bounds: Sequence[int | str | None]) -> bool:
        """Take a slice with bounds as `literals.bounds_of` gives them; whether the id goes on."""
        if self.form == "list":
            unknown = not self.exact and any(UNKNOWN in part for part in self.parts or ())
            if self.parts is None or "?" in bounds or unknown:
                self.blur(lost=True)
                self.parts = None
            else:
                self.parts = self.parts[as_slice(bounds)]
            return True
        if self.form not in ("text", "bytes"):
            return False
        if bounds == [None, None, None]:
            return True
        if "?" in bounds:
            self.blur(lost=True)
        elif self.layout is None or UNKNOWN in self.layout:
            self._slice_unknown(self.layout, bounds)
        else:
            self.layout = self.layout[as_slice(bounds)]
        return True

    def _slice_unknown(self, layout: str | None, bounds: Sequence[int | str | None]) -> None:
        """A slice of a text of which some parts have an unknown length."""
        cut = as_slice(bounds)
        lower, upper, step = cut.start, cut.stop, cut.step
        if layout is not None and step in (None, 1):
            front, back = layout.index(UNKNOWN), len(layout) - 1 - layout.rindex(UNKNOWN)
            from_front = lower is None or 0 <= lower <= front
            to_front = upper is not None and 0 <= upper <= front
            from_back = lower is not None and -back <= lower < 0
            to_back = upper is None or -back <= upper < 0
            if (from_front and (to_front or to_back)) or (from_back and to_back):
                self.layout = layout[cut]
                return
        most = math.inf
        if upper is not None and upper >= 0:
            most = upper - max(lower or 0, 0)
        elif lower is not None and lower < 0:
            most = (upper or 0) - lower
        whole = 32 if layout is None else self.letters.count(layout)
        self.blur(lost=most < whole or step not in (None, 1, -1), counted=False)
