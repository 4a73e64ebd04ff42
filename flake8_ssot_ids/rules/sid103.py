"""SID103: only a part of a UUID is kept."""

from __future__ import annotations

from flake8_ssot_ids.ids.entropy import what_is_left
from flake8_ssot_ids.ids.shapes import CUT
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.rules.rule import Rule, direct


def matches(use: Use) -> bool:
    """A call of whose value only a part leaves its expression."""
    return direct(use) and use.shape.kind == CUT


def message(use: Use, advice: str) -> str:
    """What is wrong at this place: the bits that are left and where that ends."""
    return f"{what_is_left(use, f'`{use.spelling}()`')}; {advice}"


RULE = Rule(
    code="SID103",
    name="truncated-uuid",
    title="A UUID is cut, so that ids collide",
    what=(
        "Reports a UUID of which only a part is kept: a slice of its text, one of its fields, a remainder, a "
        "shift or a mask of its number, a format precision. `hex[:32]` and `str(...)[:36]` lose nothing and "
        "are not reported."
    ),
    why=(
        "A uuid4 has 122 random bits; its version digit and the two bits of its variant are fixed. Eight "
        "hexadecimal digits are 32 bits: one per cent of systems with 9,291 such ids have two that are "
        "equal, "
        "half of those with 77,162. The head of a uuid1, uuid6 or uuid7 is the clock and not random at all."
    ),
    example="""\
import uuid


def open_socket(sockets, socket, user_id):
    connection_id = f"ws_{uuid.uuid4().hex[:8]}"
    #                     ^^^^^^^^^^ SID103
    sockets[connection_id] = socket
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def open_socket(sockets, socket, user_id):
    connection_id = UnifiedIdGenerator.generate_websocket_connection_id(user_id)
    sockets[connection_id] = socket
""",
    safety=(
        "Safe with `generate_uuid`, which keeps the format. Unsafe as text, with evidence that it is an id "
        "and nothing against it."
    ),
    matches=matches,
    message=message,
)
