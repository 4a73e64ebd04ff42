"""What is to become of one raw id: another format, the same format from the one source, or nothing.

One function decides for messages, edits and reports alike. In doubt the format stays: a new one needs
evidence that this is an id of ours, and nothing that speaks against it. What only the rest of the project
tells makes the decision stricter afterwards, in :mod:`flake8_ssot_ids.fixes`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from flake8_ssot_ids.ids.offer import UUID_METHOD, Offer
from flake8_ssot_ids.ids.purpose import (
    Reason,
    against_text,
    beside,
    evidence_of,
    is_called_id,
    names_beside,
    wrapped_in,
)
from flake8_ssot_ids.ids.remedies import Context, around, base, remedy, slug
from flake8_ssot_ids.ids.roles import is_secret, keeps_no_secret, snake
from flake8_ssot_ids.ids.shapes import FACTORY
from flake8_ssot_ids.ids.spelling import changed_by, dropped, is_param
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.module.parents import parents_of
from flake8_ssot_ids.semantics.module.syntax import last_name

TEXT: Literal["text"] = "text"
UUID: Literal["uuid"] = "uuid"
MANUAL: Literal["manual"] = "manual"
Kind = Literal["text", "uuid", "manual"]

#: What to write for a secret.
FOR_SECRETS = "secrets.token_urlsafe(32)"
UUID_OBJECT = "uuid-object"
#: What keeps a format because nothing says that it may change, and not because something speaks against it.
UNPROVEN = frozenset({"no-evidence", "text-around", "unproven-call"})
_NOT_INSIDE = "it cannot be written inside this text in a way that Python 3.11 reads"
#: One-time values of a sign-in: whoever guesses them gets in.
_GRANTS = re.compile(
    r"^(?:state|oauth2?_state|sso_state|(?:\w+_)?(?:auth|authorization|device|verification|reset|invite|magic)_code)$"
)
#: Callables that read the signature of the function that they are given.
_READS_SIGNATURE = frozenset({"Depends", "Security", "signature", "inject", "validate_call", "wraps"})


@dataclass(frozen=True, slots=True)
class Written:
    """What is written: ``text`` in the place of ``node``."""

    node: ast.expr | ast.stmt
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one raw id.

    ``written`` is None for manual. ``reason`` says why it is not more: for ``uuid`` why the format stays, for
    ``manual`` why nothing is written. ``evidence`` says what a ``text`` relies on.
    """

    kind: Kind
    written: Written | None = None
    reason: Reason | None = None
    evidence: str = ""

    @property
    def text(self) -> str:
        """The source that is written; empty for manual."""
        return self.written.text if self.written is not None else ""


def decide(use: Use, context: Context, offer: Offer) -> Decision:
    """What becomes of ``use``, as far as its own file tells."""
    never = _never(use, context)
    if never is not None:
        return Decision(MANUAL, reason=never)
    against = _no_text(use, context.parents) or against_text(use, context.parents)
    if against is None:
        found = _text(use, context, offer)
        if isinstance(found, Decision):
            return found
        against = found
    return keep_format(use, context, offer, against)


def keep_format(use: Use, context: Context, offer: Offer, because: Reason) -> Decision:
    """The decision where the format has to stay ``because`` of something."""
    problem = _no_uuid(use, context.parents, offer)
    if problem is None:
        reference = use.reference
        return Decision(UUID, Written(reference, f"{context.generator}.{_named(offer)}"), because)
    if problem.kind in ("no-such-call", "other-version") and because.kind not in UNPROVEN:
        kind = problem.kind if problem.kind == "other-version" else because.kind
        problem = replace(because, kind=kind, text=f"{because.text}; {problem.text}")
    return Decision(MANUAL, reason=problem)


def _named(offer: Offer) -> str:
    return offer.methods.get(UUID_METHOD, UUID_METHOD)


def _never(use: Use, context: Context) -> Reason | None:
    """Why nothing is ever written here."""
    role = use.role or ""
    if context.migration:
        return Reason("migration", "a migration of the database must do tomorrow what it did yesterday")
    keeps_none = any(keeps_no_secret(name) for name in names_beside(use, context.parents))
    if (is_secret(role) and not keeps_none) or _GRANTS.search(role):
        return Reason("secret", f"`{role}` is a secret: write `{FOR_SECRETS}`")
    if is_param(use, context.parents):
        return Reason("injected", f"a caller may pass another maker than `{ast.unparse(use.reference)}`")
    return None


def _no_text(use: Use, parents: Mapping[ast.AST, ast.AST]) -> Reason | None:
    """Why a text cannot take the place of the value, or not without a loss; None if it can."""
    shape = use.shape
    if shape.kind == FACTORY:
        return Reason(UUID_OBJECT, "it makes UUID objects, not text")
    if shape.form == "object":
        return Reason(UUID_OBJECT, "it is a UUID object, not text")
    if shape.form != "text":
        what = {"number": "a number", "bytes": "bytes"}.get(shape.form, "a list of parts")
        return Reason("not-text", f"it is {what}, not text")
    changed = changed_by(use, parents)
    if changed is not None:
        return Reason("text-around", f"`{ast.unparse(changed)}` does more than spell the id", changed)
    return None


def prefix_before(use: Use, parents: Mapping[ast.AST, ast.AST]) -> str | None:
    """The prefix in the text before the id, if the generator writes all of that text: ``ws`` of ``ws_``.

    Empty where there is no other text; None where there is some that would be lost.
    """
    head, tail = around(use.shape, parents)
    if not head and not tail:
        return ""
    text = "".join(piece for piece in head if isinstance(piece, str))
    if tail or not all(isinstance(piece, str) for piece in head) or not text.endswith("_"):
        return None
    return text[:-1] if len(text) > 1 and slug(text) == text[:-1] else None


def _text(use: Use, context: Context, offer: Offer) -> Decision | Reason:
    """The decision for another format; or the reason against it."""
    if context.operation:
        return _together(use, context, offer)
    prefix = prefix_before(use, context.parents)
    if prefix is None:
        return Reason("text-around", "the text around it would be lost", use.shape.node)
    evidence = evidence_of(use, f"{prefix}_" if prefix else "", context.parents)
    if not evidence:
        what = f"`{use.role}`" if use.role else "where it goes"
        return Reason("no-evidence", f"nothing says that it is an id: {what} may be anything")
    node = use.shape.node
    lost = dropped(use, context.parents)
    if lost is not None:
        return Reason("text-around", f"`{ast.unparse(lost)}` would be lost", lost)
    quote = quote_at(node, context)
    if quote is None:
        return Reason("f-string", _NOT_INSIDE, node)
    here = replace(context, quote=quote)
    role = use.role
    if not is_called_id(role):
        role = beside(use, context.parents) or snake(wrapped_in(use, context.parents)) or role
    text = remedy(prefix, role, use.subject, here)
    plain = here.call("generate_base_id", here.text(prefix or base(role, use.subject)))
    problem = offer.problem(text, here.generator)
    if problem is not None:
        text, problem = plain, offer.problem(plain, here.generator)
    if problem is not None:
        return Reason("no-such-call", problem)
    if _breaks_text(text, node, here):
        return Reason("f-string", _NOT_INSIDE, node)
    return Decision(TEXT, Written(node, text), evidence=evidence)


def _together(use: Use, context: Context, offer: Offer) -> Decision | Reason:
    """One of the three ids of a context, which one call makes."""
    text = remedy("", use.role, use.subject, context)
    if " = " not in text or offer.lacks("generate_user_context_ids"):
        return _text(use, replace(context, operation=""), offer)
    problem = offer.problem(text, context.generator)
    if problem is not None:
        return _text(use, replace(context, operation=""), offer)
    return Decision(TEXT, Written(use.shape.node, text), evidence=f"it is called `{use.role}`")


def _no_uuid(use: Use, parents: Mapping[ast.AST, ast.AST], offer: Offer) -> Reason | None:
    """Why the source alone cannot be replaced."""
    if use.source != "uuid4":
        return Reason("other-version", f"`{offer.name}.{_named(offer)}` makes no UUID like `{use.spelling}`")
    if not _makes_the_same(use):
        return Reason("ambiguous", f"`{ast.unparse(use.reference)}` may stand for something else, too")
    if offer.lacks(UUID_METHOD):
        return Reason("no-such-call", f"`{offer.name}` has no `{_named(offer)}`")
    return _handed_on(use, parents) if use.shape.kind == FACTORY else None


def _makes_the_same(use: Use) -> bool:
    """Whether what it may stand for instead gives the same, as the ``uuid4`` of a faster module does."""
    alike = all(isinstance(one, str) and one.endswith(f".{use.source}") for one in use.others)
    return alike and (not use.others or use.shape.form != "object")


def _handed_on(use: Use, parents: Mapping[ast.AST, ast.AST]) -> Reason | None:
    """Where the function itself is looked at, and not only called."""
    node: ast.AST = use.reference
    parent = parents.get(node)
    if isinstance(parent, ast.Attribute):
        return Reason("handed-on", f"`{ast.unparse(parent)}` asks the function itself", parent)
    if isinstance(parent, ast.Compare):
        return Reason("handed-on", f"`{ast.unparse(parent)}` compares the function itself", parent)
    call = parents.get(parent) if isinstance(parent, ast.keyword) else parent
    if isinstance(call, ast.Call) and last_name(call.func) in _READS_SIGNATURE:
        return Reason("handed-on", f"`{last_name(call.func)}` reads the signature of the function", call)
    return None


def quote_at(node: ast.expr, context: Context) -> str | None:
    """The quote to write texts with at ``node``; None inside of texts with both kinds.

    Within an f-string, Python 3.11 and older take only the other kind of quote.
    """
    parent = context.parents.get(node)
    inside = parent is not None and parents_of(context.parents).fstring_around(parent) is not None
    return None if inside and not context.inner_quote else (context.inner_quote if inside else '"')


def _breaks_text(text: str, node: ast.expr, context: Context) -> bool:
    if context.quote == '"' and not context.inner_quote:
        return False
    current: ast.AST | None = context.parents.get(node)
    while current is not None and not isinstance(current, ast.stmt):
        if isinstance(current, ast.JoinedStr):
            outer = '"' if context.quote == "'" else "'"
            return outer in text or "\\" in text or "\n" in text
        current = context.parents.get(current)
    return False
