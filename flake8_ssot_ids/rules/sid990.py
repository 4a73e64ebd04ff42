"""SID990: a file that may hold a use cannot be read as Python."""

from __future__ import annotations

from flake8_ssot_ids.rules.rule import Rule

RULE = Rule(
    code="SID990",
    name="unreadable-file",
    title="A file that may hold raw ids cannot be read as Python",
    what=(
        "Reports a file that cannot be read, does not decode in its declared encoding, or that the running "
        "interpreter does not parse, where its bytes do not rule out a use of an id source (those of UTF-16 "
        "never do), and a file that was named and is not a Python file. The exit code is 2. It cannot be "
        "suppressed and enters no baseline."
    ),
    why=(
        "A file that was not looked at is not clean. Counting it as clean hides the ids in it, and the first "
        "repair of its syntax brings them back unnoticed."
    ),
    example="""\
import uuid
session_id = str(uuid.uuid4()
#! SID990 17-17
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator

session_id = UnifiedIdGenerator.generate_base_id("session")
""",
    safety="None: a person has to repair the file.",
)
