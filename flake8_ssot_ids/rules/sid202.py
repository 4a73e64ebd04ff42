"""SID202: an id source reached through another module of the project."""

from __future__ import annotations

from flake8_ssot_ids.ids.entropy import and_what_is_left
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.rules.rule import Rule
from flake8_ssot_ids.semantics.module.values import REEXPORTED


def matches(use: Use) -> bool:
    """A reference through an own module, called or not."""
    return use.via == REEXPORTED


def message(use: Use, advice: str) -> str:
    """What is wrong at this place."""
    what = (
        f"this is `{use.spelling}`, re-exported by a module of the project, so a raw id is made out of sight"
    )
    return f"{what}{and_what_is_left(use)}; {advice}"


RULE = Rule(
    code="SID202",
    name="reexported-source",
    title="A uuid function is reached through another module of the project",
    what=(
        "Reports a reference to an id source that another module of the project imported, aliased or "
        "star-imported first. Chains and cycles of such modules are followed from the `src` roots."
    ),
    why=(
        "The place names neither the module `uuid` nor any of its functions. A ban on the import is kept to "
        "the letter while raw ids go on being made."
    ),
    example="""\
### file: app/compat.py
from uuid import uuid4 as new_id

### file: app/jobs.py
from app.compat import new_id


def submit(queue):
    job_id = str(new_id())
    #            ^^^^^^ SID202
    queue.put(job_id)
""",
    instead="""\
### file: app/jobs.py
from ssot_ids import UnifiedIdGenerator


def submit(queue):
    job_id = UnifiedIdGenerator.generate_base_id("job")
    queue.put(job_id)
""",
    safety=(
        "Safe with `generate_uuid`, which keeps the format. Unsafe as text, with evidence that it is an id "
        "and nothing against it."
    ),
    matches=matches,
    message=message,
)
