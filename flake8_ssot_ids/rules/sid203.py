"""SID203: an id source reached dynamically."""

from __future__ import annotations

from flake8_ssot_ids.ids.entropy import and_what_is_left
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.rules.rule import Rule
from flake8_ssot_ids.semantics.module.values import DYNAMIC


def matches(use: Use) -> bool:
    """A reference by way of text, called or not."""
    return use.via == DYNAMIC


def message(use: Use, advice: str) -> str:
    """What is wrong at this place."""
    what = f"this is `{use.spelling}` by dynamic access, which hides a raw id from every search"
    return f"{what}{and_what_is_left(use)}; {advice}"


RULE = Rule(
    code="SID203",
    name="dynamic-source",
    title="A uuid function is reached by dynamic access",
    what=(
        'Reports a reference to an id source by way of text: `getattr(uuid, "uuid4")`, `__import__("uuid")`, '
        '`importlib.import_module("uuid")`, `sys.modules["uuid"]`, `vars(uuid)["uuid4"]`, '
        '`globals()["uuid4"]`, `operator.attrgetter("uuid4")`. The text may be a constant of the module.'
    ),
    why="Nobody writes this by accident where a plain import would do; it keeps a ban from seeing the id.",
    example="""\
import uuid


def event_id():
    return getattr(uuid, "uuid4")().hex
    #      ^^^^^^^^^^^^^^^^^^^^^^ SID203
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def event_id():
    return UnifiedIdGenerator.generate_base_id("event")
""",
    safety=(
        "Safe with `generate_uuid`, which keeps the format. Unsafe as text, with evidence that it is an id "
        "and nothing against it."
    ),
    matches=matches,
    message=message,
)
