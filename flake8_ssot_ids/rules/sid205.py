"""SID205: an id source is used where a module of the project shadows the one that has it."""

from __future__ import annotations

from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.rules.rule import Rule
from flake8_ssot_ids.semantics.module.values import SHADOWED


def matches(use: Use) -> bool:
    """A reference, called or not, to a module that another one stands in the place of."""
    return use.via == SHADOWED


def message(use: Use, _: str) -> str:
    """What is wrong at this place."""
    module = use.spelling.partition(".")[0]
    what = f"`{use.shadow}` shadows the module `{module}`, so what `{use.spelling}` makes cannot be judged"
    return f"{what}; rename that file"


RULE = Rule(
    code="SID205",
    name="shadowed-source",
    title="A module of the project shadows `uuid`",
    what=(
        "Reports a reference to `uuid.uuid4` and the other id sources where a file of the project on an "
        "import root (the folders of `src`) goes before the module of the standard library: `uuid.py`, "
        "`uuid/__init__.py`, or a compiled `uuid.pyc` or `uuid.so`. It takes the place of all other findings "
        "of raw ids there. A folder `uuid` without `__init__.py` shadows nothing, and neither does "
        "`shop/uuid.py`, which is `shop.uuid`. A shadowing file that does not parse is SID990, too."
    ),
    why=(
        "The name says `uuid`, and the code behind it may make anything. If such a file silenced the "
        "findings, one commit could hide every raw id of a project."
    ),
    example="""\
### file: uuid.py
def uuid4():
    return "1"


### file: orders.py
import uuid


def new_order():
    return str(uuid.uuid4())
    #          ^^^^^^^^^^ SID205
""",
    instead="""\
### file: orders.py
from ssot_ids import UnifiedIdGenerator


def new_order():
    return UnifiedIdGenerator.generate_base_id("order")
""",
    safety="None: a person has to rename the file, or say what it is for.",
    matches=matches,
    message=message,
)
