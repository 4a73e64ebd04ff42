"""What is known of the text of an id, letter by letter.

A *layout* spells a text with one letter for each of its characters: those of
:mod:`flake8_ssot_ids.catalog` for hexadecimal digits, ``d``, ``b``, ``q`` and ``y`` for decimal,
base64, base32 and base85 digits, ``L`` and ``-`` for other text and ``U`` for other text of unknown
length. So a slice of the text is a slice of the layout.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

#: Random bits of one letter of a layout.
_BITS: Mapping[str, float] = {"r": 4, "n": 2, "d": math.log2(10), "b": 6, "q": 5, "y": math.log2(85)}
_BIT_PATTERN = {"r": "1111", "n": "0011"}
_OTHER_TEXT = frozenset("L-U")
_UUID_BITS = 122
URN = "urn:uuid:"
#: Attributes of a UUID object that are a part of it, as slices of the 32 digits.
PARTS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "time_low": ((0, 8),),
    "time_mid": ((8, 12),),
    "time_hi_version": ((12, 16),),
    "clock_seq_hi_variant": ((16, 18),),
    "clock_seq_low": ((18, 20),),
    "node": ((20, 32),),
    "time": ((13, 16), (8, 12), (0, 8)),
    "clock_seq": ((16, 20),),
}
#: The six parts that the attribute ``fields`` of a UUID object lists.
FIELDS = ("time_low", "time_mid", "time_hi_version", "clock_seq_hi_variant", "clock_seq_low", "node")


def random_bits(layout: str) -> float:
    """The random bits of the letters in ``layout``, at most those of a whole UUID."""
    return min(_UUID_BITS, sum(_BITS.get(letter, 0) for letter in layout))


def digits(layout: str) -> int:
    """How many characters belong to the id and not to other text."""
    return sum(1 for letter in layout if letter not in _OTHER_TEXT)


def dashed(layout: str) -> str:
    """The 32 digits of a UUID in five groups, as ``str()`` shows them."""
    if len(layout) != 32:
        return layout
    groups = (0, 8, 12, 16, 20, 32)
    return "-".join(layout[a:b] for a, b in pairwise(groups))


def part(layout: str, name: str) -> str:
    """The digits of the 32 that an attribute such as ``time_low`` holds."""
    return "".join(layout[a:b] for a, b in PARTS[name])


def decimal(layout: str) -> str:
    """The decimal digits of a number that has the hexadecimal digits ``layout``."""
    return "d" * max(1, math.ceil(len(layout) * 4 / math.log2(10)))


def other_text(text: str) -> str:
    """The layout of other text; its dashes count, since a text is split at them."""
    return "".join("-" if letter == "-" else "L" for letter in text)


def bit_pattern(layout: str) -> str:
    """A binary digit for each bit of the hexadecimal digits ``layout``: 1 where it is random."""
    return "".join(_BIT_PATTERN.get(letter, "0000") for letter in layout)
