"""What is known of the text of an id, character by character.

A *layout* is a text with holes. What is known of it, such as a prefix or a dash, stands there as it
is; each character that the id decides is a *letter* from Unicode's private use area, and
:data:`UNKNOWN` is other text of unknown length. So the methods of ``str`` do to a layout what they
do to the text: a slice of the one is a slice of the other.

A letter knows which of the 128 bits of the UUID decide its character. They are written as text, too:
a private character for each bit of the UUID, ``0`` and ``1`` for a bit that is always the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

UUID_BITS = 128
#: Other text of unknown length.
UNKNOWN = "\uf8fe"
#: A character that all bits of a number or of some bytes decide together: a decimal or base85 digit.
MIXED = "\uf8fd"
#: A longer text is nothing to count with.
_LONGEST = 1000
URN = "urn:uuid:"
_FIRST_DIGIT, _FIRST_BIT, _FIRST_OWN = 0xE000, 0xE100, 0xF0000
#: The characters that are letters; compiled when it is needed.
_PRIVATE = "[\ue000-\uf8ff\U000f0000-\U0010ffff]"


class Alphabet:
    """How bits become characters: ``width`` of them choose one of ``symbols``.

    ``by_case`` says whether the case of a letter tells something.
    """

    __slots__ = ("by_case", "symbols", "width")

    def __init__(self, width: int, symbols: str, *, by_case: bool = False) -> None:
        self.width = width
        self.symbols = symbols
        self.by_case = by_case


BINARY = Alphabet(1, "01")
OCTAL = Alphabet(3, "01234567")
HEX = Alphabet(4, "0123456789abcdef")
BASE32 = Alphabet(5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
BASE64 = Alphabet(6, _ALPHANUMERIC + "+/", by_case=True)
URLSAFE64 = Alphabet(6, _ALPHANUMERIC + "-_", by_case=True)
BYTE = Alphabet(8, "".join(map(chr, range(256))), by_case=True)


class Hole:
    """A character that the id decides: ``bits`` choose one of an ``alphabet``; ``mask`` has them as a set."""

    __slots__ = ("alphabet", "bits", "mask")

    def __init__(self, bits: str, alphabet: Alphabet) -> None:
        self.bits = bits
        self.alphabet = alphabet
        self.mask = mask_of(bits)


#: All bits of a UUID, the most significant one first.
ALL_BITS = "".join(chr(_FIRST_BIT + at) for at in range(UUID_BITS))
#: The 32 digits of a UUID.
DIGITS = "".join(chr(_FIRST_DIGIT + at) for at in range(UUID_BITS // 4))


def mask_of(bits: str) -> int:
    """The bits of the UUID among ``bits`` as a set: a number in which they are set."""
    found = 0
    for bit in bits:
        if bit >= "\ue100":
            found |= 1 << (_FIRST_BIT + UUID_BITS - 1 - ord(bit))
    return found


_DIGIT_BITS: Mapping[str, str] = dict(
    zip(DIGITS, [ALL_BITS[at : at + 4] for at in range(0, UUID_BITS, 4)], strict=True)
)
_LETTERS: Mapping[str, str] = {bits: letter for letter, bits in _DIGIT_BITS.items()}
_HOLES: Mapping[str, Hole] = {
    **{letter: Hole(bits, HEX) for letter, bits in _DIGIT_BITS.items()},
    **{bit: Hole(bit, BINARY) for bit in ALL_BITS},
}

_FIELD_ENDS = {
    "time_low": (0, 32),
    "time_mid": (32, 48),
    "time_hi_version": (48, 64),
    "clock_seq_hi_variant": (64, 72),
    "clock_seq_low": (72, 80),
    "node": (80, 128),
}
#: The numbers that the attribute ``fields`` of a UUID object lists.
FIELDS: tuple[str, ...] = tuple(ALL_BITS[start:end] for start, end in _FIELD_ENDS.values())
#: Attributes of a UUID object that are numbers, as bits.
NUMBERS: Mapping[str, str] = {
    "int": ALL_BITS,
    **dict(zip(_FIELD_ENDS, FIELDS, strict=True)),
    "time": ALL_BITS[52:64] + ALL_BITS[32:48] + ALL_BITS[:32],
    "clock_seq": ALL_BITS[66:80],
}
#: The bytes of a UUID as bits, in the order of ``bytes_le``.
LITTLE_ENDIAN = "".join(
    ALL_BITS[at * 8 : at * 8 + 8] for at in (3, 2, 1, 0, 5, 4, 7, 6, *range(8, UUID_BITS // 8))
)
DASHED = "-".join((DIGITS[:8], DIGITS[8:12], DIGITS[12:16], DIGITS[16:20], DIGITS[20:]))


#: All but the version digit and the two bits of the variant, which are the same in all UUIDs of a kind.
CONTENT = (1 << UUID_BITS) - 1 - (15 << 76) - (3 << 62)


class Letters:
    """The letters in the layouts of one id: those of its 32 digits, and those that come up on its way."""

    __slots__ = ("_holes", "_letters")

    def __init__(self) -> None:
        self._holes: dict[str, Hole] = {}
        self._letters: dict[tuple[str, str], str] = {}

    def hole(self, letter: str) -> Hole | None:
        """What ``letter`` stands for; None for known text, :data:`UNKNOWN` and :data:`MIXED`."""
        return _HOLES.get(letter) or self._holes.get(letter)

    def spell(self, bits: str, alphabet: Alphabet, *, to_the_left: bool = True) -> str:
        """The layout of ``bits`` in ``alphabet``; zeros fill the first character, or the last one."""
        width = alphabet.width
        zeros = "0" * (-len(bits) % width)
        bits = zeros + bits if to_the_left else bits + zeros
        return "".join(self._letter(bits[at : at + width], alphabet) for at in range(0, len(bits), width))

    def _letter(self, bits: str, alphabet: Alphabet) -> str:
        if not bits.strip("01"):
            return alphabet.symbols[int(bits, 2)]
        if alphabet is BINARY:
            return bits
        if alphabet is HEX and bits in _LETTERS:
            return _LETTERS[bits]
        key = (bits, alphabet.symbols)
        if key not in self._letters:
            letter = chr(_FIRST_OWN + len(self._holes))
            self._letters[key] = letter
            self._holes[letter] = Hole(bits, alphabet)
        return self._letters[key]

    def read(self, layout: str, alphabet: Alphabet) -> str | None:
        """The bits of a layout that is spelled in ``alphabet``, None if it is not."""
        found = ""
        for letter in layout:
            hole = self.hole(letter)
            symbol = letter if alphabet.by_case else letter.lower()
            if hole is not None and hole.alphabet is alphabet:
                found += hole.bits
            elif hole is None and symbol in alphabet.symbols:
                found += f"{alphabet.symbols.index(symbol):0{alphabet.width}b}"
            else:
                return None
        return found

    def mask(self, layout: str) -> int:
        """The bits of the UUID that decide anything in ``layout``, as a set."""
        found = 0
        for letter in layout:
            hole = self.hole(letter)
            if hole is not None:
                found |= hole.mask
        return found

    def is_letter(self, letter: str) -> bool:
        """Whether the id decides this character."""
        return letter == MIXED or self.hole(letter) is not None

    def count(self, layout: str) -> int:
        """How many characters of ``layout`` the id decides."""
        return sum(map(self.is_letter, layout))

    def by_case(self, layout: str) -> bool:
        """Whether the case of a letter in ``layout`` tells something of the id."""
        holes = (self.hole(letter) for letter in layout)
        return any(hole is not None and hole.alphabet.by_case for hole in holes)

    def may_be(self, letter: str, character: str) -> bool:
        """Whether ``character`` may stand where ``letter`` holds a place."""
        if letter in (UNKNOWN, MIXED):
            return True
        hole = self.hole(letter)
        if hole is None:
            return letter == character
        return character in hole.alphabet.symbols or (
            not hole.alphabet.by_case and character.swapcase() in hole.alphabet.symbols
        )

    def finds_surely(self, layout: str, text: str) -> bool:
        """Whether ``text`` can only be found in known text, so that ``str`` finds it in ``layout``, too."""
        if UNKNOWN in layout:
            return False
        for start in range(len(layout) - len(text) + 1):
            window = layout[start : start + len(text)]
            if window != text and all(map(self.may_be, window, text)):
                return False
        return True


def other_text(text: str) -> str:
    """The layout of known text: itself, but for very long text and the characters that are letters."""
    if len(text) > _LONGEST:
        return UNKNOWN
    return text if text.isascii() else re.sub(_PRIVATE, "\ufffd", text)


def random_mask(digits: str) -> int:
    """The random bits, as a set, of a UUID that has these ``digits`` in the catalog."""
    return int("".join({"r": "f", "n": "3"}.get(digit, "0") for digit in digits), 16)
