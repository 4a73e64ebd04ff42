"""SID105: an id source is handed on uncalled."""

from __future__ import annotations

from flake8_ssot_ids.ids.shapes import FACTORY
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.rules.rule import Rule, direct


def matches(use: Use) -> bool:
    """A reference that is not called where it stands."""
    return direct(use) and use.shape.kind == FACTORY


def message(use: Use, advice: str) -> str:
    """What is wrong at this place."""
    what = f"`{use.spelling}` is handed on as a factory, so every id made with it bypasses the generator"
    return f"{what}; {advice}"


RULE = Rule(
    code="SID105",
    name="uuid-factory",
    title="A uuid function is handed on as a factory of ids",
    what=(
        "Reports a reference to an id source that is not called: `default_factory=uuid4`, "
        "`default=uuid.uuid4`, `map(uuid4, ...)`, `make = uuid.uuid4`."
    ),
    why=(
        "One such reference makes every id of a table or a model, and no search for `uuid4()` finds it. "
        "The alias then travels on to places that never name the module."
    ),
    example="""\
from dataclasses import dataclass, field
from uuid import UUID, uuid4


@dataclass
class Message:
    message_id: UUID = field(default_factory=uuid4)
    #                                        ^^^^^ SID105
""",
    instead="""\
from dataclasses import dataclass, field

from ssot_ids import UnifiedIdGenerator


@dataclass
class Message:
    message_id: str = field(default_factory=lambda: UnifiedIdGenerator.generate_base_id("message"))
""",
    safety=(
        "Safe: `generate_uuid` keeps type, format and distribution. Manual where the function itself is "
        "looked at."
    ),
    matches=matches,
    message=message,
)
