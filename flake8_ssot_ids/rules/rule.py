"""What a rule is: a predicate over one use, a message, and the prose that documents it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flake8_ssot_ids.ids.decision import FOR_SECRETS, MANUAL, TEXT, Decision
from flake8_ssot_ids.ids.offer import Offer
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.module.values import ASSIGNED, DIRECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from flake8_ssot_ids.ids.inspection import Inspection

    class Finder(Protocol):
        """Finds what the engine itself does not know how to find: the recipes of a house."""

        def may_find(self, data: bytes) -> bool:
            """Whether a file with these bytes may hold a hit."""
            ...

        def __call__(self, inspection: Inspection) -> Iterable[Hit]:
            """The hits in a module."""
            ...


@dataclass(frozen=True, slots=True)
class Hit:
    """What a closer look at a module has found: a place, a message, and what it is about.

    ``node`` is the place of the finding, ``whole`` the expression that its identity is made of
    (default: ``node``), ``symbol`` the qualified name of the function or class around it.
    """

    node: ast.expr | ast.stmt
    message: str
    symbol: str
    whole: ast.expr | None = None
    role: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One code.

    ``title`` says in a line what is wrong; ``what`` and ``why`` are paragraphs; ``example`` is a
    caret-marked case (see :mod:`flake8_ssot_ids.testing`) and ``instead`` is clean code, both
    executed by the tests. ``safety`` says what a fix may change. A rule has ``matches`` and ``message`` (of a
    use, and of the advice that ends it), or ``inspect`` where it speaks of more than one use; neither, where
    the engine itself raises it, or whoever calls it hands the hits in. ``config`` is the TOML without which
    the example stays silent.
    """

    code: str
    name: str
    title: str
    what: str
    why: str
    example: str
    instead: str
    safety: str
    matches: Callable[[Use], bool] | None = None
    message: Callable[[Use, str], str] | None = None
    inspect: Callable[[Inspection], Iterable[Hit]] | None = None
    preview: bool = False
    config: str = ""


def instead(use: Use, decision: Decision, offer: Offer) -> str:
    """The closing half sentence of a message: what to write at this very place, or where to decide."""
    reason = decision.reason
    if reason is not None and reason.kind == "secret":
        return f"this is a secret, not an id: write `{FOR_SECRETS}`"
    if not offer.dotted:
        return "no generator is configured: `ssot-ids init` proposes one"
    if offer.unread:
        return f"create it with `{offer.name}`, whose source could not be read: {offer.unread}"
    if decision.kind == MANUAL:
        assert reason is not None  # who decides so says why
        return f"decide by hand: {reason.text}"
    if decision.kind == TEXT and " = " in decision.text:
        return f"thread, run and request id belong together, take them from one call: `{decision.text}`"
    if decision.kind == TEXT:
        return f"write `{decision.text}`"
    return f"call `{decision.text}()` instead" if use.shape.called else f"pass `{decision.text}` instead"


def direct(use: Use) -> bool:
    """Whether the source is named openly, so that its shape decides the code."""
    return use.via == DIRECT or (use.via == ASSIGNED and not use.shape.called)
