"""What a message says of an id of which only a part is kept: the random bits and where they run out."""

from __future__ import annotations

import math

from flake8_ssot_ids.shapes import CUT
from flake8_ssot_ids.uses import Use

_CLOCKED = frozenset({"uuid1", "uuid6", "uuid7"})
#: Where a collision is this likely, the message names the number of ids.
_LIKELY = 0.01


def collision_at(bits: float, probability: float = _LIKELY) -> int:
    """The number of ids at which two are equal with ``probability``, by the birthday bound.

    ``n = sqrt(2 * 2**bits * ln(1 / (1 - probability)))``
    """
    return math.floor(math.sqrt(2 * 2**bits * math.log(1 / (1 - probability))))


def what_is_left(use: Use, name: str) -> str:
    """A clause about the part that is kept of a cut id, which the clause calls ``name``."""
    bits = use.shape.bits
    if bits is None:
        return f"only a part of {name} is kept, so ids collide early"
    if bits < 1:
        what = "the clock and the machine" if use.source in _CLOCKED else "fixed digits"
        return f"the part of {name} that is kept holds {what} and no random bit, so ids repeat"
    count = max(2, collision_at(bits))
    amount = f"{bits:.0f} random bit{'' if round(bits) == 1 else 's'}"
    return f"only {amount} of {name} are kept, so a collision is 1 % likely at {count:,} ids"


def and_what_is_left(use: Use) -> str:
    """The same as an addition to what a message says of the id otherwise; empty if the id is whole."""
    return f", and {what_is_left(use, 'it')}" if use.shape.kind == CUT else ""
