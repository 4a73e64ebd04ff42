"""SID104: the full value of a UUID glued to other text."""

from __future__ import annotations

from flake8_ssot_ids.ids.shapes import GLUED
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.rules.rule import Rule, direct


def matches(use: Use) -> bool:
    """A call whose whole value leaves its expression between other text."""
    return direct(use) and use.shape.kind == GLUED


def message(use: Use, advice: str) -> str:
    """What is wrong at this place."""
    prefix = use.shape.prefix
    shown = (
        f" `{prefix}`" if prefix and prefix.isprintable() and len(prefix) < 40 and "`" not in prefix else ""
    )
    what = f"text{shown} is glued to `{use.spelling}()`, a format of its own that no other place knows"
    return f"{what}; {advice}"


RULE = Rule(
    code="SID104",
    name="hand-prefixed-id",
    title="An id is glued together from text and a raw UUID",
    what=(
        "Reports a UUID whose full value is joined to other text: in an f-string, with `+`, `%`, "
        "`.format` or `join`."
    ),
    why=(
        "Each hand-made prefix is a format that only this line knows. Parsers, clean-up jobs and checks "
        "elsewhere match another one, and nothing tells when they part."
    ),
    example="""\
import uuid


def connect(clients, client):
    client_id = f"client_{uuid.uuid4()}"
    #                     ^^^^^^^^^^ SID104
    clients[client_id] = client
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def connect(clients, client):
    client_id = UnifiedIdGenerator.generate_base_id("client")
    clients[client_id] = client
""",
    safety=(
        "Safe with `generate_uuid`, which keeps the format. Unsafe as text, with evidence that it is an id "
        "and nothing against it."
    ),
    matches=matches,
    message=message,
)
