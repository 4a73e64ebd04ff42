"""SID201: a call by a name that was assigned an id source."""

from __future__ import annotations

from flake8_ssot_ids.ids.entropy import and_what_is_left
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.rules.rule import Rule
from flake8_ssot_ids.semantics.module.values import ASSIGNED


def matches(use: Use) -> bool:
    """A call through an assignment in this module."""
    return use.via == ASSIGNED and use.shape.called


def message(use: Use, advice: str) -> str:
    """What is wrong at this place."""
    what = f"this name is an alias of `{use.spelling}`, so a raw id is made where no search finds it"
    return f"{what}{and_what_is_left(use)}; {advice}"


RULE = Rule(
    code="SID201",
    name="aliased-source",
    title="A raw id is made through an alias of a uuid function",
    what=(
        "Reports a call by a name that an assignment, a default argument, an unpacking or "
        "`functools.partial` bound to an id source, or to the module that has it; also by an attribute of a "
        "class or of `self` that nothing else in the file assigns."
    ),
    why=(
        "An alias hides the source from every search and from every import rule, so the place is never "
        "migrated."
    ),
    example="""\
import uuid

make = uuid.uuid4
#      ^^^^^^^^^^ SID105


def new_run():
    return str(make())
    #          ^^^^ SID201
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def new_run():
    return UnifiedIdGenerator.generate_base_id("run")
""",
    safety=(
        "Safe with `generate_uuid`, which keeps the format. Unsafe as text, with evidence that it is an id "
        "and nothing against it."
    ),
    matches=matches,
    message=message,
)
