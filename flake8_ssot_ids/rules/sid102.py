"""SID102: the whole value of a UUID as text or as a number."""

from __future__ import annotations

from flake8_ssot_ids.ids.shapes import TEXT
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.rules.rule import Rule, direct


def matches(use: Use) -> bool:
    """A call whose whole value leaves its expression in another form."""
    return direct(use) and use.shape.kind == TEXT


def message(use: Use, advice: str) -> str:
    """What is wrong at this place."""
    what = f"the text of `{use.spelling}()` is used as an id that no format check can tell from another"
    return f"{what}; {advice}"


RULE = Rule(
    code="SID102",
    name="raw-uuid-text",
    title="The text of a raw UUID is used as an id",
    what=(
        "Reports a UUID whose whole value is turned into text, bytes or a number: `str()`, `.hex`, `.urn`, "
        "`.int`, `.bytes`, an f-string with no other text."
    ),
    why=(
        "The text says nothing of what it names, and it has many spellings (with dashes, without, as a "
        "number), so equal ids compare unequal and a user id passes for a session id."
    ),
    example="""\
from uuid import uuid4


def register(users, name):
    user_id = str(uuid4())
    #             ^^^^^ SID102
    users[user_id] = name
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def register(users, name):
    user_id = UnifiedIdGenerator.generate_base_id("user")
    users[user_id] = name
""",
    safety=(
        "Safe with `generate_uuid`, which keeps the format. Unsafe as text, with evidence that it is an id "
        "and nothing against it."
    ),
    matches=matches,
    message=message,
)
