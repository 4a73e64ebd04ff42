"""An id as a number or as bytes: arithmetic on it, and the ways from and to its text."""

from __future__ import annotations

import math
from collections.abc import Mapping

from flake8_ssot_ids.ids.value import IdValue
from flake8_ssot_ids.uuids import layouts
from flake8_ssot_ids.uuids.layouts import BYTE, HEX, Alphabet

#: The longest number of bytes that is followed.
_LONGEST = 1000
_ENCODERS: Mapping[str, Alphabet] = {
    "b64encode": layouts.BASE64,
    "standard_b64encode": layouts.BASE64,
    "urlsafe_b64encode": layouts.URLSAFE64,
    "b32encode": layouts.BASE32,
    "b16encode": HEX,
    "hexlify": HEX,
    "b2a_hex": HEX,
}
#: Encoders that make five characters of four bytes.
_DENSE_ENCODERS = frozenset({"b85encode", "a85encode"})
#: Bits of a character to the characters that ``=`` fills up to.
_GROUPS: Mapping[int, int] = {6: 4, 5: 8}
RADIX: Mapping[str, Alphabet] = {"x": HEX, "X": HEX, "o": layouts.OCTAL, "b": layouts.BINARY}
_BASES: Mapping[object, Alphabet] = {16: HEX, 8: layouts.OCTAL, 2: layouts.BINARY}


# -- arithmetic ----------------------------------------------------------------------------------


def remainder(value: IdValue, amount: int | None) -> None:
    """``value % amount``; None: it is not known how much."""
    layout = value.layout
    if amount is None or amount <= 0:
        value.blur(lost=True)
    elif layout is not None and amount & (amount - 1) == 0:
        mask(value, amount - 1)
    elif layout is None or amount < 1 << len(layout):
        before, left = value.bits(), math.log2(amount)
        value.blur(lost=before is None or left < before)
        value.limit = left if before is None else min(before, left)
        value.size = min(amount, value.size or amount)


def quotient(value: IdValue, amount: int | None) -> None:
    """``value // amount``; None: it is not known how much."""
    power = abs(amount).bit_length() - 1 if amount else None
    shift(value, power)
    layout = value.layout
    if layout is None or power is None or amount is None or abs(amount) == 1 << power:
        return
    before = value.bits()
    value.blur(lost=True)
    value.size = max(1, (1 << len(layout) + power) // abs(amount))
    value.limit = None if before is None else max(0.0, before - math.log2(abs(amount) / (1 << power)))


def shift(value: IdValue, amount: int | None) -> None:
    """``value >> amount``; None: it is not known how much."""
    layout = value.layout
    if amount is None or amount < 0 or layout is None:
        value.blur(lost=True)
    else:
        value.layout = layout[: max(0, len(layout) - amount)] or "0"


def mask(value: IdValue, bits: int | None) -> None:
    """Keep the bits of the number that are set in ``bits``; None: it is not known which."""
    layout = value.layout
    if bits is None or layout is None:
        value.blur(lost=True)
        return
    top = len(layout) - 1
    kept = "".join(bit if bits >> (top - at) & 1 else "0" for at, bit in enumerate(layout))
    value.layout = kept.lstrip("0") or "0"


# -- from and to text ----------------------------------------------------------------------------


def to_number(value: IdValue, base: object) -> None:
    """``int()`` of the value, of a text with a ``base``."""
    form, value.form = value.form, "number"
    if form == "object":
        value.layout = layouts.ALL_BITS
    elif form == "text":
        text, alphabet = value.layout, _BASES.get(base)
        bits = None if text is None or alphabet is None else value.letters.read(text, alphabet)
        if bits is not None:
            value.layout = bits.lstrip("0") or "0"
            return
        value.blur()
        value.size = 10 ** min(len(text or ""), _LONGEST) if text and base in (None, 10) else 0


def spell(value: IdValue, kind: str, *, prefix: bool) -> None:
    """A number in the digits of ``x``, ``o`` or ``b``, with ``0x`` before it or without."""
    value.form = "text"
    if value.layout is not None:
        value.layout = ("0" + kind if prefix else "") + value.letters.spell(value.layout, RADIX[kind])


def decimal(value: IdValue) -> None:
    """A number in decimal digits."""
    size = value.size if value.layout is None else 1 << len(value.layout)
    value.form = "text"
    if 0 < size.bit_length() <= 8 * _LONGEST:
        value.mix(len(str(size - 1)), math.log2(10))
    else:
        value.blur()


# -- bytes ---------------------------------------------------------------------------------------


def is_text(value: IdValue) -> bool:
    """Whether the bytes are those of a text, as far as the id decides them."""
    holes = (value.letters.hole(letter) for letter in value.layout or "")
    return not any(hole is not None and hole.alphabet is BYTE for hole in holes)


def bytes_to_hex(value: IdValue, separator: object = "") -> None:
    """``hex()`` of bytes."""
    bits = None if value.layout is None else value.letters.read(value.layout, BYTE)
    value.form = "text"
    digits = None
    if bits is not None and isinstance(separator, str):
        digits = value.letters.spell(bits, HEX)
        if separator:
            digits = layouts.other_text(separator).join(
                digits[at : at + 2] for at in range(0, len(digits), 2)
            )
    value.put(digits)


def to_bytes(value: IdValue, length: object, order: object) -> None:
    """A number as ``length`` bytes in the ``order`` big or little."""
    value.form = "bytes"
    layout = None
    if value.layout is not None and isinstance(length, int) and 0 < length <= _LONGEST:
        layout = value.letters.spell(value.layout.rjust(8 * length, "0"), BYTE)
    value.put(_ordered(layout, order))


def from_bytes(value: IdValue, order: object) -> None:
    """Bytes in the ``order`` big or little as a number."""
    value.form = "number"
    layout = _ordered(value.layout, order)
    bits = None if layout is None else value.letters.read(layout, BYTE)
    value.put(None if bits is None else bits.lstrip("0") or "0")


def _ordered(layout: str | None, order: object) -> str | None:
    """``layout`` with the most significant byte first."""
    if layout is None or order not in ("big", "little"):
        return None
    return layout if order == "big" else layout[::-1]


def encode(value: IdValue, name: str) -> bool:
    """Encode bytes by a function of ``base64`` or ``binascii``; whether the id goes on."""
    if value.form != "bytes" or (name not in _ENCODERS and name not in _DENSE_ENCODERS):
        return False
    bits = None if value.layout is None else value.letters.read(value.layout, BYTE)
    if bits is None:
        value.blur()
    elif name in _DENSE_ENCODERS:
        value.mix(math.ceil(len(bits) / 32 * 5), 32 / 5)
    else:
        alphabet = _ENCODERS[name]
        text = value.letters.spell(bits, alphabet, to_the_left=False)
        value.put(text + "=" * (-len(text) % _GROUPS.get(alphabet.width, 1)))
    return True
