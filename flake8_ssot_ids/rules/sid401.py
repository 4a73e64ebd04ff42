"""SID401: a secret is made from an id source."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_ids.ids.purpose import names_beside
from flake8_ssot_ids.ids.roles import is_secret, keeps_no_secret
from flake8_ssot_ids.rules.rule import Hit, Rule

TYPE_CHECKING = False  # a plain check loads nothing of this
if TYPE_CHECKING:
    from flake8_ssot_ids.ids.inspection import Inspection


def inspect(inspection: Inspection) -> Iterator[Hit]:
    """Every raw id and every generated one whose target is named like a secret."""
    from flake8_ssot_ids.ids.generatorcalls import makes_id

    for use in inspection.uses:
        names = names_beside(use, inspection.names.flow.parents) if is_secret(use.role) else []
        if is_secret(use.role) and not any(map(keeps_no_secret, names)):
            yield Hit(
                use.reference,
                _message(use.role or "", f"`{use.spelling}`"),
                use.symbol,
                whole=use.shape.node,
                role=use.role,
                source=use.spelling,
            )
    for call in inspection.calls:
        if is_secret(call.role) and makes_id(call):
            name = call.owner.rpartition(".")[2]
            message = _message(call.role or "", f"`{name}.{call.method}`")
            yield Hit(call.reference, message, call.symbol, whole=call.call, role=call.role)


def _message(role: str, source: str) -> str:
    return (
        f"`{role}` is a secret and is made by {source}, which makes ids that may be seen and partly guessed; "
        "write `secrets.token_urlsafe(32)`"
    )


RULE = Rule(
    code="SID401",
    name="secret-made-from-id-source",
    title="A secret is made from an id source",
    what=(
        "Reports an id, raw or from the approved generator, that goes to a target named like a secret: a "
        "token, secret, nonce, CSRF or OTP value, password, API key, salt, cookie, or the state of an OAuth "
        "request. Such a value is no id."
    ),
    why=(
        "An id is made to be logged, shown and compared; a secret must never be. A uuid1 or an SSOT id tells "
        "its time, a cut uuid4 has as few as 32 random bits. Turning a nonce or a refresh token into an id "
        "makes it guessable."
    ),
    example="""\
import uuid


def reset_password(user, mailer):
    reset_token = uuid.uuid4().hex
    #             ^^^^^^^^^^ SID102
    #             ^^^^^^^^^^ SID401
    mailer.send(user, reset_token)
""",
    instead="""\
import secrets


def reset_password(user, mailer):
    reset_token = secrets.token_urlsafe(32)
    mailer.send(user, reset_token)
""",
    safety="Never rewritten: what a secret needs is a decision.",
    inspect=inspect,
    preview=True,
)
