"""SID101: the UUID object is used as it is."""

from __future__ import annotations

from flake8_ssot_ids.ids.shapes import OBJECT
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.rules.rule import Rule, direct


def matches(use: Use) -> bool:
    """A call whose value leaves its expression as an object."""
    return direct(use) and use.shape.kind == OBJECT


def message(use: Use, advice: str) -> str:
    """What is wrong at this place."""
    what = f"`{use.spelling}()` makes an id that bypasses the generator, so its kind and owner cannot be told"
    return f"{what}; {advice}"


RULE = Rule(
    code="SID101",
    name="raw-uuid",
    title="An id is made by the uuid module instead of the approved generator",
    what="Reports a call of `uuid1`, `uuid4`, `uuid6`, `uuid7` or `uuid8` whose object is used as it is.",
    why=(
        "An id from anywhere but the one generator carries no kind, no time and no owner. What compares, "
        "routes or cleans up ids has to guess, and two services that guess differently leave sockets and "
        "sessions behind. A UUID object also becomes text in different spellings at different places."
    ),
    example="""\
import uuid


def open_session(store):
    session_id = uuid.uuid4()
    #            ^^^^^^^^^^ SID101
    store.add(session_id)
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def open_session(store):
    session_id = UnifiedIdGenerator.generate_base_id("session")
    store.add(session_id)
""",
    safety="Safe: `generate_uuid` keeps type, format and distribution.",
    matches=matches,
    message=message,
)
