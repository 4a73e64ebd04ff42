"""What a message says of an id of which only a part is kept: the random bits and where they run out."""

from __future__ import annotations

import math

from flake8_ssot_ids.ids.shapes import CUT
from flake8_ssot_ids.ids.uses import Use

_CLOCKED = frozenset({"uuid1", "uuid6", "uuid7"})
#: Where a collision is this likely, the message names the number of ids.
_LIKELY = 0.01


#: With fewer bits the ids are counted one by one: there the birthday bound is off by up to a half.
_FEW = 16


def collision_at(bits: float, probability: float = _LIKELY) -> int:
    """The number of ids at which two are equal with ``probability``.

    With few bits this is the least number that reaches it, at least 2. With more it is the birthday bound
    ``n = sqrt(2 * 2**bits * ln(1 / (1 - probability)))``.
    """
    if bits < _FEW:
        values = 2**bits
        count, alone = 1, 1.0
        while 1 - alone < probability:
            alone *= 1 - count / values
            count += 1
        return count
    return math.floor(math.sqrt(2 * 2**bits * math.log(1 / (1 - probability))))


def what_is_left(use: Use, name: str) -> str:
    """A clause about the part that is kept of a cut id, which the clause calls ``name``."""
    bits = use.shape.bits
    if bits is None:
        return f"only a part of {name} is kept, so ids collide early"
    if bits < 1:
        what = "the clock and the machine" if use.source in _CLOCKED else "fixed digits"
        return f"the part of {name} that is kept holds {what} and no random bit, so ids repeat"
    count = collision_at(bits)
    # Two ids of few bits are equal more often than the message would say.
    likely = max(_LIKELY, 2**-bits) if count == 2 else _LIKELY
    kept = f"1 random bit of {name} is" if round(bits) == 1 else f"{bits:.0f} random bits of {name} are"
    return f"only {kept} kept, so a collision is {100 * likely:.3g} % likely at {count:,} ids"


def and_what_is_left(use: Use) -> str:
    """The same as an addition to what a message says of the id otherwise; empty if the id is whole."""
    return f", and {what_is_left(use, 'it')}" if use.shape.kind == CUT else ""
