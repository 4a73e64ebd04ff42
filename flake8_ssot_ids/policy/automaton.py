"""Many path patterns at once, matched in one step a character.

A pattern is a row of states. A state may stay where it is (a star), and it has one piece that leads to the
next state. All states of all patterns are bits of one number, so reading a character is a handful of
operations on that number, whatever the patterns are: nothing is ever tried again, and no pattern can take
exponential time. Numbers that have turned up are kept, so most characters are one look into a dictionary.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    #: One character, or a class of them: negated or not, characters, ranges. No class matches ``/``.
    Piece = str | tuple[bool, frozenset[str], tuple[tuple[str, str], ...]]
    #: What leads on (None: the pattern ends here), what the state stays for, whether it may be passed over.
    State = tuple[Piece | None, int, bool]

#: A state stays for nothing, for all but ``/`` (``*``), for everything (``**``).
NOTHING, NAME, EVERYTHING = 0, 1, 2
#: ``?``: any character but ``/``.
ANY_OF_A_NAME: Piece = (True, frozenset(), ())
#: Bits that may be kept in all, and the fewest and the most numbers.
_ROOM = 1 << 25
_FEWEST, _MOST = 16, 4096
_MOST_CHARACTERS = 512


class _Node(dict[str, "_Node"]):
    """The states after some text; what follows each character that has been read from here."""

    __slots__ = ("automaton", "bits")

    def __init__(self, bits: int, automaton: Automaton) -> None:
        self.bits = bits
        self.automaton = automaton

    def __missing__(self, character: str) -> _Node:
        return self.automaton.follow(self, character)


class Automaton:
    """Matches whole texts against ``patterns``."""

    __slots__ = ("_anything", "_masks", "_names", "_nodes", "_pieces", "_skips", "_start", "ends")

    def __init__(self, patterns: Iterable[Sequence[State]]) -> None:
        """Lay the patterns out, one after the other; each ends with a state that leads nowhere."""
        self._pieces: list[Piece | None] = []
        starts: list[int] = []
        names: list[int] = []
        anything: list[int] = []
        skips: list[int] = []
        #: The bit with which each pattern ends.
        self.ends: list[int] = []
        for pattern in patterns:
            starts.append(len(self._pieces))
            for piece, stays_for, skip in pattern:
                at = len(self._pieces)
                self._pieces.append(piece)
                if stays_for:
                    (names if stays_for == NAME else anything).append(at)
                if skip:
                    skips.append(at)
            self.ends.append(len(self._pieces) - 1)
        self._names = self.bits(names + anything)
        self._anything = self.bits(anything)
        self._skips = self.bits(skips)
        self._masks: dict[str, int] = {}
        self._nodes: dict[int, _Node] = {}
        bits = self.bits(starts)
        self._start = _Node(bits | (bits & self._skips) << 1, self)

    def bits(self, positions: Iterable[int]) -> int:
        """The number that has the bits at ``positions``."""
        data = bytearray(len(self._pieces) // 8 + 1)
        for position in positions:
            data[position >> 3] |= 1 << (position & 7)
        return int.from_bytes(data, "little")

    def states(self, text: str) -> int:
        """The bits of the states after ``text``: those of the patterns that match it are among :attr:`ends`.

        None at all: nothing that begins with ``text`` matches.
        """
        node = self._start
        for character in text:
            node = node[character]
        return node.bits

    def follow(self, node: _Node, character: str) -> _Node:
        """What follows ``character`` after ``node``, for the first time."""
        mask = self._masks.get(character)
        if mask is None:
            mask = self._mask(character)
        bits = (node.bits & mask) << 1
        bits |= (bits & self._skips) << 1
        bits |= node.bits & (self._anything if character == "/" else self._names)
        after = self._nodes.get(bits)
        if after is None:
            if len(self._nodes) >= max(_FEWEST, min(_MOST, _ROOM // len(self._pieces))):
                self._forget()
            after = self._nodes[bits] = _Node(bits, self)
        node[character] = after
        return after

    def _mask(self, character: str) -> int:
        """The bits of the states that ``character`` leads on from."""
        if len(self._masks) >= _MOST_CHARACTERS:
            self._masks.clear()
        found = [at for at, piece in enumerate(self._pieces) if piece is not None and _fits(piece, character)]
        mask = self._masks[character] = self.bits(found)
        return mask

    def _forget(self) -> None:
        for node in (self._start, *self._nodes.values()):
            node.clear()
        self._nodes.clear()


def _fits(piece: Piece, character: str) -> bool:
    if isinstance(piece, str):
        return piece == character
    negated, characters, ranges = piece
    if character == "/":
        return False
    inside = character in characters or any(low <= character <= high for low, high in ranges)
    return inside is not negated
