"""Say whether a text is an id, of which kind, and if not, why not: one fixed word."""

from __future__ import annotations

from . import generator, observer
from .grammar import ID_MAX, ID_MIN, IdParts, is_prefix, parse_id
from .policy import breaks_thread, is_thread_id
from .recognise import classify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Reason = Literal[
        "not_text", "empty", "length", "spelling", "kind", "unknown_kind", "weak", "strong", "thread"
    ]
else:
    Reason = str

REASONS: dict[Reason, str] = {
    "not_text": "It is not a text.",
    "empty": "It is the empty text.",
    "length": f"An id has {ID_MIN} to {ID_MAX} characters.",
    "spelling": "It is not in the one spelling of the grammar.",
    "kind": "It is an id of another kind.",
    "unknown_kind": "The kind that was asked for is no legal prefix.",
    "weak": "Its kind is declared strong, so it needs 128 random bits and has 32.",
    "strong": "It has 128 random bits; the ids of a context share 32.",
    "thread": (
        "It is a thread id that no run id can hold (its operation is too long, or it is strong), or a run id "
        "that holds another id or a damaged thread id where its thread should be."
    ),
}
"""Every reason for which a text is refused, in one sentence."""


class Validation:
    """What `validate` found; true exactly if the text is accepted. Immutable.

    Attributes:
        ok: whether the text is an id, of the kind that was asked for.
        kind: the declared kind of the id; None if its prefix is of none, or the text is no id.
        reason: None if ok, else a key of `REASONS`.
        parts: the parts of the id, also where it is refused for its kind; None if the text is no id.
    """

    __slots__ = ("kind", "ok", "parts", "reason")

    ok: bool
    kind: str | None
    reason: Reason | None
    parts: IdParts | None

    def __init__(
        self, ok: bool, kind: str | None = None, reason: Reason | None = None, parts: IdParts | None = None
    ) -> None:
        hold = object.__setattr__
        hold(self, "ok", ok)
        hold(self, "kind", kind)
        hold(self, "reason", reason)
        hold(self, "parts", parts)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Validation is immutable: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Validation is immutable: {name}")

    def __bool__(self) -> bool:
        return self.ok

    def _key(self) -> tuple[object, ...]:
        return self.ok, self.kind, self.reason, self.parts

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Validation) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __reduce__(self) -> tuple[type[Validation], tuple[object, ...]]:
        return Validation, self._key()

    def __repr__(self) -> str:  # without the parts: an id may be a credential
        return f"Validation(ok={self.ok}, kind={self.kind!r}, reason={self.reason!r})"


def validate(text: object, kind: str | None = None, *, where: str = "") -> Validation:
    """Whether ``text`` is an id, and one of ``kind`` if that is given. Never raises.

    An id is of a kind if its prefix is the kind or begins with it and ``_``; the kind need not be a declared
    one. What the policy in force says of the id's own kind holds in any case. ``where`` is a fixed name of
    the place, for the observer only.
    """
    found = judge(text, kind)
    if observer.current() is not None:
        report(text, kind, found, where)
    return found


def judge(text: object, kind: str | None = None) -> Validation:
    """What `validate` finds, without telling the observer."""
    if kind is not None and (not issubclass(type(kind), str) or not is_prefix(kind := str.__str__(kind))):
        return Validation(False, reason="unknown_kind")
    # The type is asked, not the object, which may lie about its class (a mock) or raise.
    if type(text) is not str:
        if not issubclass(type(text), str):
            return Validation(False, reason="not_text")
        text = str.__str__(text)
    if not text:
        return Validation(False, reason="empty")
    if not ID_MIN <= len(text) <= ID_MAX:
        return Validation(False, reason="length")
    parts = parse_id(text)
    if parts is None:
        return Validation(False, reason="spelling")
    prefix = parts.prefix
    declared = generator.current_policy().kind_of(prefix)
    name = None if declared is None else declared.name
    reason: Reason | None = None
    if kind is not None and not _is_of(prefix, kind):
        reason = "kind"
    elif declared is not None and declared.strong and not parts.strong:
        reason = "weak"
    else:
        reason = _against_context(text, parts)
    return Validation(reason is None, name, reason, parts)


def report(text: object, kind: str | None, found: Validation, where: str) -> None:
    """Tell the observer what was seen, and what was wrong with it."""
    label = label_of(kind, found)
    observer.tell("seen", label, classify(text), where)
    if found.reason is not None:
        observer.tell("invalid", label, found.reason, where)


def label_of(kind: str | None, found: Validation) -> str:
    """The observer's label: the declared kind of what was asked for, or of what came, or ``"other"``."""
    if kind is None:
        return found.kind or "other"
    if found.reason == "unknown_kind":
        return "other"
    declared = generator.current_policy().kind_of(str.__str__(kind))
    return "other" if declared is None else declared.name


def _is_of(prefix: str, kind: str) -> bool:
    return prefix.startswith(kind) and (len(prefix) == len(kind) or prefix[len(kind)] == "_")


def _against_context(text: str, parts: IdParts) -> Reason | None:
    """What forbids an id of a thread, a run or a request."""
    prefix = parts.prefix
    if _is_of(prefix, "thread"):
        return None if is_thread_id(text) else "thread"
    if _is_of(prefix, "request"):
        return "strong" if parts.strong else None
    if not _is_of(prefix, "run"):
        return None
    if parts.strong:
        return "strong"
    return "thread" if breaks_thread(prefix) else None
