"""The value of one id on its way out of its expression: what has become of it so far.

:class:`IdValue` goes through the same operations as the value at run time, in the letters of
:mod:`flake8_ssot_ids.layouts`: it is sliced, formatted, padded, masked and glued to other text.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence

from flake8_ssot_ids import layouts
from flake8_ssot_ids.literals import as_slice
from flake8_ssot_ids.templates import TEXT_FORMAT

_WIDEST = 1000
_SAME_TEXT = frozenset(
    {"upper", "lower", "casefold", "swapcase", "title", "capitalize", "strip", "lstrip", "rstrip"}
    | {"encode", "decode", "zfill", "ljust", "rjust", "center", "__str__", "format"}
)
_ENCODERS: Mapping[str, tuple[str, int]] = {
    "b64encode": ("b", 22),
    "urlsafe_b64encode": ("b", 22),
    "standard_b64encode": ("b", 22),
    "b32encode": ("q", 26),
    "b85encode": ("y", 20),
    "a85encode": ("y", 20),
}


class IdValue:
    """One id while its expression is climbed.

    ``form`` is object, text, bytes, number or list; of a list, ``parts`` are the layouts of its items.
    ``layout`` is None where it is not known. ``cut`` says that a part of the id is lost, ``glued`` that
    other text stands around it: ``head`` before it, ``tail`` after it.
    """

    __slots__ = ("_limit", "cut", "form", "glued", "head", "layout", "parts", "tail")

    def __init__(self, digits: str) -> None:
        self.form = "object"
        self.layout: str | None = digits
        self.parts: list[str] = []
        self.cut = False
        self.glued = False
        self.head: list[str | ast.expr] = []
        self.tail = ""
        self._limit: float | None = None

    def bits(self) -> float | None:
        """The random bits that are left, None where they cannot be told."""
        if self.layout is not None:
            left = layouts.random_bits(self.layout)
            return left if self._limit is None else min(left, self._limit)
        return self._limit

    # -- attributes, methods and functions -------------------------------------------------------

    def attribute(self, name: str) -> bool:
        """Take the attribute ``name``; whether that still is the id or a part of it."""
        if self.form != "object" or self.layout is None:
            return False
        digits = self.layout
        if name in ("hex", "int"):
            self.form = "text" if name == "hex" else "number"
        elif name == "urn":
            self.form, self.layout = "text", "L" * len(layouts.URN) + layouts.dashed(digits)
        elif name in ("bytes", "bytes_le"):
            self.form = "bytes"
        elif name == "fields":
            self.parts = [layouts.part(digits, field) for field in layouts.FIELDS]
            self.form, self.layout = "list", None
        elif name in layouts.PARTS:
            self.form, self.layout, self.cut = "number", layouts.part(digits, name), True
        else:
            return False
        return True

    def method(self, name: str, arguments: Sequence[object]) -> bool:
        """Call the method ``name`` with constant ``arguments`` (None: not known); whether the id goes on."""
        if self.form == "object" and name in ("__str__", "__repr__", "__format__"):
            self.to_text(name == "__repr__")
            return True
        if self.form == "bytes" and name == "hex":
            self.form = "text"
            return True
        if self.form == "number" and name == "to_bytes":
            self.form = "bytes"
            return True
        if self.form not in ("text", "bytes"):
            return False
        if name in _SAME_TEXT:
            return True
        if name == "replace" and len(arguments) >= 2:
            old, new = arguments[:2]
            if old == "-" and isinstance(new, str) and self.layout is not None:
                self.layout = self.layout.replace("-", layouts.other_text(new))
            return True
        if name == "removeprefix" and arguments:
            if self.layout is not None and arguments[0] == layouts.URN:
                self.layout = self.layout.removeprefix("L" * len(layouts.URN))
            return True
        if name in ("split", "rsplit", "partition", "rpartition") and self.layout is not None:
            return self._split(name, arguments)
        return False

    def function(self, name: str) -> bool:
        """Call one of the functions that take the id alone; whether the id goes on."""
        if name in ("str", "repr", "ascii") and self.form != "list":
            self.to_text(name != "str")
        elif name == "int" and self.form in ("object", "number", "text"):
            if self.form == "text" and self.layout is not None:
                self.layout = self.layout.replace("-", "")
            self.form = "number"
        elif name == "hex" and self.form == "number":
            self.form = "text"
            self.layout = None if self.layout is None else "LL" + self.layout
        elif name == "bytes" and self.form == "object":
            self.form = "bytes"
        else:
            return False
        return True

    def encode(self, name: str) -> bool:
        """Encode bytes by a function of ``base64`` or ``binascii``; whether the id goes on."""
        if self.form != "bytes":
            return False
        if name in _ENCODERS:
            letter, length = _ENCODERS[name]
            kept = 0 if self.layout is None else len(self.layout)
            self._limit = self.bits()
            self.layout = letter * max(1, round(length * kept / 32))
            return True
        return name == "hexlify"

    def from_bytes(self) -> bool:
        """Make a number of bytes; whether the id goes on."""
        if self.form != "bytes":
            return False
        self.form = "number"
        return True

    def to_text(self, represent: bool = False) -> None:
        """Take ``str()`` or ``repr()``: of an object ``UUID('…')``, of a text the same in quotes."""
        if self.form == "object" and self.layout is not None:
            self.layout = layouts.dashed(self.layout)
            if represent:
                self.layout = f"{'L' * 6}{self.layout}LL"
        elif self.form == "text" and represent and self.layout is not None:
            self.layout = f"L{self.layout}L"
        elif self.form == "number":
            self.layout = None if self.layout is None else layouts.decimal(self.layout)
        self.form = "text"

    # -- parts -----------------------------------------------------------------------------------

    def _split(self, name: str, arguments: Sequence[object]) -> bool:
        if not arguments or arguments[0] != "-" or self.layout is None or "U" in self.layout:
            return False
        if name == "partition":
            self.parts = list(self.layout.partition("-"))
        elif name == "rpartition":
            self.parts = list(self.layout.rpartition("-"))
        else:
            most = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], int) else -1
            self.parts = self.layout.split("-", most) if name == "split" else self.layout.rsplit("-", most)
        self.form, self.layout = "list", None
        return True

    def join(self, separator: str | None) -> None:
        """Join the parts of a list again."""
        self.layout = None if separator is None else ("-" * len(separator)).join(self.parts)
        self.form = "text"

    def item(self, at: int | None) -> bool:
        """Take one item (None: not known which); whether the id goes on."""
        if self.form == "list":
            before, whole = self.cut, sum(map(layouts.digits, self.parts))
            self.form, self.cut = "text", True
            if at is None or not -len(self.parts) <= at < len(self.parts):
                self.layout = None
            else:
                self.layout = self.parts[at]
                self.cut = before or layouts.digits(self.layout) < whole
            return True
        return self.slice(["?", None, None] if at is None else [at, None if at == -1 else at + 1, None])

    def slice(self, bounds: Sequence[int | str | None]) -> bool:
        """Take a slice with bounds as `literals.bounds_of` gives them; whether the id goes on."""
        if self.form == "list":
            if "?" in bounds:
                return False
            whole = sum(map(layouts.digits, self.parts))
            self.parts = self.parts[as_slice(bounds)]
            self.cut = self.cut or sum(map(layouts.digits, self.parts)) < whole
            return True
        if self.form not in ("text", "bytes"):
            return False
        if bounds != [None, None, None]:
            self._slice_text(bounds)
        return True

    def _slice_text(self, bounds: Sequence[int | str | None]) -> None:
        layout = self.layout
        if "?" in bounds:
            self.cut, self.layout = True, None
            return
        cut = as_slice(bounds)
        if layout is None or "U" in layout:
            self._slice_unknown(layout, cut.start, cut.stop)
            return
        if self.form == "bytes" and not set(layout) & set("bqy"):
            pairs = [layout[at : at + 2] for at in range(0, len(layout), 2)]
            kept = "".join(pairs[cut])
        else:
            kept = layout[cut]
        self.cut = self.cut or layouts.digits(kept) < layouts.digits(layout)
        self.layout = kept

    def _slice_unknown(self, layout: str | None, lower: int | None, upper: int | None) -> None:
        """A slice of a text whose beginning has an unknown length."""
        after = "" if layout is None else layout.rpartition("U")[2]
        if lower is not None and lower < 0 and upper is None and -lower <= len(after):
            self.cut = self.cut or layouts.digits(after[lower:]) < layouts.digits(layout or "")
            self.layout = after[lower:]
            return
        if upper is not None and (
            upper < 0 or upper - (lower or 0) < (32 if layout is None else layouts.digits(layout))
        ):
            self.cut, self.layout = True, None

    # -- arithmetic ------------------------------------------------------------------------------

    def remainder(self, amount: int | None) -> None:
        """``value % amount``."""
        left = self.bits()
        self.cut, self.layout = True, None
        self._limit = math.log2(amount) if amount and amount > 0 else None
        if self._limit is not None and left is not None:
            self._limit = min(left, self._limit)

    def shift(self, amount: int | None) -> None:
        """``value >> amount``."""
        self.mask(None if amount is None else (1 << 128) - (1 << max(0, min(amount, 128))))

    def mask(self, mask: int | None) -> None:
        """Keep the bits of the number that are set in ``mask``; None: it is not known which."""
        if mask is not None and self.layout is not None:
            pattern = layouts.bit_pattern(self.layout)
            width = len(pattern)
            kept = [bit for at, bit in enumerate(pattern) if mask >> (width - 1 - at) & 1]
            if len(kept) == width:
                return
            self._limit = float(kept.count("1"))
        else:
            self._limit = None
        self.cut, self.layout = True, None

    # -- formatting and other text ---------------------------------------------------------------

    def format(self, spec: object) -> None:
        """Formatting with a specification such as ``.8`` or ``032x``; None: not known."""
        if spec is None:
            self.cut, self.layout = True, None
            return
        if self.form == "number" and str(spec).endswith(("x", "X")):
            self.form = "text"
        else:
            self.to_text()
        found = TEXT_FORMAT.fullmatch(str(spec))
        if found is None:
            return
        if found["precision"]:
            self._slice_text([None, int(found["precision"]), None])
        if found["width"]:
            self.pad(int(found["width"]), found["align"] or "<")

    def pad(self, width: int | None, align: str) -> None:
        """Fill up to ``width`` with other text: after it (``<``), before it (``>``) or on both sides."""
        if self.layout is None:
            return
        if "U" in self.layout or width is None:
            # How much is missing is not known either.
            self.layout = f"U{self.layout}U"
            return
        missing = max(0, min(width, _WIDEST) - len(self.layout))
        before = missing if align == ">" else missing // 2 if align == "^" else 0
        self.layout = "L" * before + self.layout + "L" * (missing - before)

    def glue(self, head: Sequence[str | ast.expr], tail: Sequence[str | ast.expr | None]) -> None:
        """Put other text before and after the id; None in ``tail`` is a text that is not known."""
        self.glued = True
        if self.form in ("object", "number"):
            self.to_text()
        self.head[:0] = head
        self.tail += "".join(piece for piece in tail if isinstance(piece, str))
        if self.layout is not None:
            self.layout = _text_layout(head) + self.layout + _text_layout(tail)


def _text_layout(pieces: Sequence[str | ast.expr | None]) -> str:
    texts = [piece for piece in pieces if isinstance(piece, str)]
    return "".join(map(layouts.other_text, texts)) if len(texts) == len(pieces) else "U"
