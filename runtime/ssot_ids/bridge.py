"""`IdMigrationBridge`: which ids mean the same while old and new ids live side by side.

Two texts match for one of three reasons, tried in this order, and for no other:

1. They are the same text, and not the empty one.
2. They are ids of one context: a thread, a run or a request of ours with the same operation, time, random
   part and counter, each less its place in the context (see `context_key`).
3. An alias row of exactly the owner asked about says so.

For one owner this is an equivalence: reflexive, symmetric and transitive. There is no normal form, no prefix
match and no guess: texts that differ in case or in Unicode form are different texts. What a text looks like
by `ssot_ids.recognise` plays no part in it.

A match says that ids belong together, never that somebody may see what they name.
"""

from __future__ import annotations

import re

from . import observer
from .generator import current_policy
from .grammar import (
    COUNTER_MAX,
    COUNTER_MIN,
    ID_MAX,
    TIMESTAMP_MIN,
    IdParts,
    is_prefix,
    not_a_prefix,
    parse_id,
    plain,
    slug,
)
from .policy import KEY_MIN, OPERATION_MAX, key_bytes, keyed_digest
from .recognise import LegacyParts, classify, legacy_parts
from .validation import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_REQUEST_SLOT = 2
"""What a request's counter is ahead of its thread's. A run needs no such number: it holds its thread's id."""
_SHORT = ("thread", "run", "request")
"""The kinds of a context, which have a random part of 8 digits."""
_PURPOSE = b"ssot-ids-map"
_OWNED = b"ssot-ids-map-own"
_UNNAMED = "legacy"
"""The prefix of a translated id whose old text shows none."""
# A name, and what may stand behind it: a uuid, a slice of one, numbers. This stays as it is for ever,
# whatever `recognise` learns: two services with two versions of this package must translate alike.
_NAMED = re.compile(
    r"([A-Za-z][A-Za-z0-9]*(?:[_:-][A-Za-z0-9]+)*?)[_:-]"
    r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:[0-9]+[_:-])*(?:[0-9]+|[0-9a-f]{8,32}))\Z"
)
_NAMED_MAX = 255


class MissingKeyError(ValueError):
    """`IdMigrationBridge.translate` was called on a bridge that was made without a key."""


class Alias(tuple[str, str, str]):
    """A row of an alias map: for ``owner``, the old id ``legacy_id`` is called ``ssot_id`` now. Immutable.

    Parameters:
        legacy_id: the old text, in full. An id of our own grammar has its context in itself, so that no row
            can give it another: it is taken only as an alias of itself, which links nothing.
        ssot_id: an id of our grammar.
        owner: the user the row belongs to, in full; rows of others never count for anyone.

    Raises ValueError with every field and reason; the values, which may be private, are not in the message.
    """

    __slots__ = ()

    def __new__(cls, legacy_id: str, ssot_id: str, owner: str) -> Alias:
        """Check and hold the row."""
        old, new, user = plain(legacy_id), plain(ssot_id), plain(owner)
        problems = []
        if not old:
            problems.append(f"legacy_id: {_fault(old)}")
        elif old != new and parse_id(old) is not None:
            problems.append("legacy_id: is an id of this grammar, and no row may link it to another")
        if not new:
            problems.append(f"ssot_id: {_fault(new)}")
        elif parse_id(new) is None:
            problems.append("ssot_id: is no id of this grammar")
        if not user:
            problems.append(f"owner: {_fault(user)}")
        if problems:
            raise ValueError("; ".join(problems))
        return tuple.__new__(cls, (old, new, user))

    def __getnewargs__(self) -> tuple[str, str, str]:  # for copy and pickle
        return self[0], self[1], self[2]

    @property
    def legacy_id(self) -> str:
        """The old text."""
        return self[0]

    @property
    def ssot_id(self) -> str:
        """The id that names the same now."""
        return self[1]

    @property
    def owner(self) -> str:
        """Whose row it is."""
        return self[2]

    def __repr__(self) -> str:
        return f"Alias(legacy_id={self[0]!r}, ssot_id={self[1]!r}, owner={self[2]!r})"


class ContextKey(tuple[str, int, int, str]):
    """What the ids of one context share: ``operation``, ``timestamp_ms``, ``counter``, ``random``."""

    __slots__ = ()

    @property
    def operation(self) -> str:
        """What the context was made for; ``""`` if it was not said."""
        return self[0]

    @property
    def timestamp_ms(self) -> int:
        """When, in Unix milliseconds."""
        return self[1]

    @property
    def counter(self) -> int:
        """The counter of the context's thread, its first id."""
        return self[2]

    @property
    def random(self) -> str:
        """The random part, 8 hexadecimal digits."""
        return self[3]

    def __repr__(self) -> str:
        operation, timestamp, counter, random = self
        return f"ContextKey({operation=}, timestamp_ms={timestamp}, {counter=}, {random=})"


def context_key(text: object) -> ContextKey | None:
    """The key of the context of a thread, run or request id; None for anything else. Never raises.

    A run belongs to the context of the thread id that it holds, whatever its own time, counter and random
    part; a run without a whole thread id in it belongs to none. So do ids with 128 random bits and operations
    of more than 18 characters, which no context has.
    """
    word = plain(text)
    thread = None if word is None else parse_id(_thread_of(word))
    if thread is None:
        return None
    prefix, timestamp, counter, random = thread
    return tuple.__new__(ContextKey, (prefix[len("thread_") :], timestamp, counter, random))


class IdMigrationBridge:
    """Matches and translates ids while old and new ones live side by side.

    Parameters:
        key: at least 16 bytes for `translate`, the same in every service and for as long as old ids live;
            text counts in UTF-8. It is never read from the environment: the key of user tags may change, this
            one not.
        aliases: rows to begin with, of any owners.

    Raises ValueError for a key that is too short or neither bytes nor text, and for rows that contradict each
    other. All methods may be called from several threads at once; a search sees a row that is added
    meanwhile, or does not see it yet, and nothing between.
    """

    __slots__ = ("_key", "_rows")

    context_key: staticmethod[[object], ContextKey | None] = staticmethod(context_key)

    def __init__(self, *, key: bytes | str | None = None, aliases: Iterable[Alias] = ()) -> None:
        try:
            self._key = None if key is None else key_bytes(key)
        except ValueError as error:
            raise ValueError(f"key: {error}") from None
        # Owner -> old text -> the row and the node that the old text is one with. Since an old text is never
        # an id of ours and has one row, rows make no chains: all that is linked to one node is linked to it
        # directly, and no two contexts ever grow together. Rows are only ever added, whole.
        self._rows: dict[str, dict[str, tuple[Alias, str]]] = {}
        for at, alias in enumerate(aliases):
            try:
                self.add(alias)
            except ValueError as error:
                raise ValueError(f"aliases[{at}]: {error}") from None

    def find_matching_ids(
        self, target: str | None, candidates: Iterable[str] | None, *, owner: str | None
    ) -> list[str]:
        """Those of ``candidates`` that match ``target`` for ``owner``, in their order, repeats included.

        Never raises on any text or object: what is no text matches nothing, and neither does the empty text.
        A single text is no collection of candidates, and neither is None; they hold none. Errors of a
        generator's own pass through. Without an owner (None, ``""``) no alias row counts.
        """
        wanted = plain(target)
        if not wanted or candidates is None or issubclass(type(candidates), (str, bytes, bytearray)):
            return []
        try:
            each = iter(candidates)
        except TypeError:
            return []
        rows = self._rows_of(owner)
        node = _node(wanted, rows)
        # Without a row, only what holds the end of the node, of a context its random part, is worth parsing.
        # A text that is too long for an id is not searched, and hashed only where there are rows.
        end = node[-8:]
        found = []
        for candidate in each:
            text = plain(candidate)
            if text and (
                text == wanted
                or (
                    ((len(text) <= ID_MAX and end in text) or (rows and text in rows))
                    and _node(text, rows) == node
                )
            ):
                found.append(candidate)
        return found

    def matches(self, first: str | None, second: str | None, *, owner: str | None) -> bool:
        """Whether two ids match for ``owner``. Never raises on any text or object."""
        one, other = plain(first), plain(second)
        if not one or not other:
            return False
        rows = self._rows_of(owner)
        return one == other or _node(one, rows) == _node(other, rows)

    def translate(self, old: str, *, kind: str | None = None, owner: str | None = None) -> str:
        """The id that stands for the text ``old``: the same in every process and service with this key.

        An id of our grammar comes back unchanged. ``kind`` is the prefix of the new id; without it the name
        that the old text begins with is used, made legal, or ``legacy``. Say it where you can: it also tells
        apart two kinds of id with one text. The new id has the first time of the grammar
        (2001-09-09T01:46:40Z), so that it can be told from others and sorts before them. Its counter and
        random part are a keyed digest of prefix and text, of 65 bits for a thread, run or request and of 161
        for other kinds. One text gives one id, so two users who share an old id (of eight digits, say) share
        the new one, unless their full user ids are given as ``owner``.

        Raises MissingKeyError without a key; ValueError for an ``old`` or an ``owner`` that is empty or no
        text, and for a ``kind`` that is no legal prefix, or that no valid thread or run has.
        """
        if self._key is None:
            raise MissingKeyError(
                f"translate needs IdMigrationBridge(key=…), {KEY_MIN} bytes or more, equal in every service"
            )
        text = plain(old)
        if not text:
            raise ValueError(f"old: {_fault(text)}")
        user = plain(owner)
        if owner is not None and not user:
            raise ValueError(f"owner: {_fault(user)}")
        parts = parse_id(text)
        if kind is not None:
            prefix = plain(kind) or ""
            if not is_prefix(prefix):
                raise ValueError(f"kind: {not_a_prefix(kind)}")
        else:
            prefix = _shown_prefix(text) if parts is None else parts.prefix
        if observer.current() is not None:
            told = current_policy().kind_of(prefix)
            observer.tell("seen", "other" if told is None else told.name, classify(text), "bridge")
        if parts is not None:
            return text
        data = prefix.encode() + b"\0" + text.encode("utf-8", "surrogatepass")
        purpose = _PURPOSE
        if user is not None:
            # Its length first, so that no owner and text make up the same bytes as two others.
            whose = user.encode("utf-8", "surrogatepass")
            purpose, data = _OWNED, len(whose).to_bytes(8, "big") + whose + data
        digest = keyed_digest(self._key, purpose, data, 24)
        counter = COUNTER_MIN + int.from_bytes(digest[:8], "big") % (COUNTER_MAX + 1 - COUNTER_MIN)
        size = 4 if prefix.split("_", 1)[0] in _SHORT else 16
        new = str(IdParts(prefix, TIMESTAMP_MIN, counter, digest[8 : 8 + size].hex()))
        refused = judge(new).reason
        if refused is not None:
            raise ValueError(f"kind: {refused}: no id with this prefix is valid (see ssot_ids.validation)")
        return new

    def alias_for(self, old: str, owner: str, *, kind: str | None = None) -> Alias:
        """The row that links ``old`` to its translation for ``owner``, not yet added. Raises as both do.

        The new id is the owner's own: another owner of the same old text gets another.
        """
        # `or`: None is refused here as any other owner that is none, and not taken for "no owner".
        return Alias(old, self.translate(old, kind=kind, owner=owner or ""), owner)

    def add(self, alias: Alias) -> None:
        """Add a row. ValueError if it is no Alias, or its owner has another ``ssot_id`` for the old id."""
        if type(alias) is not Alias:
            raise ValueError(f"{type(alias).__name__} is not an Alias")
        legacy_id, ssot_id, owner = alias
        if legacy_id == ssot_id:
            return
        # setdefault is one step, so that of two threads with rows that contradict each other one raises.
        rows = self._rows.setdefault(owner, {})
        if rows.setdefault(legacy_id, (alias, _thread_of(ssot_id) or ssot_id))[0] != alias:
            raise ValueError("legacy_id: its owner has another ssot_id for it")

    def aliases_of(self, owner: str | None) -> tuple[Alias, ...]:
        """The rows of ``owner`` that link anything, in the order in which they were added."""
        # A copy is one step, iterating is not.
        return tuple(alias for alias, _ in self._rows_of(owner).copy().values())

    @staticmethod
    def detect(text: object) -> LegacyParts | None:
        """What an old text shows of itself: format, prefix, payload; None for all else. Never raises."""
        return legacy_parts(text)

    def _rows_of(self, owner: object) -> dict[str, tuple[Alias, str]]:
        user = plain(owner)
        return (self._rows.get(user) or {}) if user else {}


def _fault(text: str | None) -> str:
    return "is no text" if text is None else "is empty"


def _node(text: str, rows: dict[str, tuple[Alias, str]]) -> str:
    """The one text that stands for all that ``text`` matches."""
    row = rows.get(text)
    return row[1] if row is not None else _thread_of(text) or text


def _thread_of(text: str) -> str | None:
    """The thread id of the context that a thread, run or request id belongs to; None for every other text.

    A context has exactly one such id, made or not, since the parts of a thread id are those of the key.
    """
    if not text.startswith(("thread_", "run_thread_", "request_")):
        return None  # most texts end here
    parts = parse_id(text)
    if parts is None or parts.strong:
        return None
    prefix, timestamp, counter, random = parts
    kind, _, operation = prefix.partition("_")
    if kind == "run":
        return _thread_of(operation)  # which begins with "thread", so that it is no run again
    if len(operation) > OPERATION_MAX:
        return None
    if kind == "thread":
        return text
    counter -= _REQUEST_SLOT
    if counter < COUNTER_MIN:
        return None
    return f"thread{prefix[len('request') :]}_{timestamp}_{counter}_{random}"


def _shown_prefix(text: str) -> str:
    """The prefix for an old text, which may come from anybody: its name, but never a thread of a context.

    An old text made up of ``run_``, another user's thread id and a tail must not become a run of that thread.
    """
    named = _NAMED.match(text) if len(text) <= _NAMED_MAX else None
    if named is None or not named[1].strip("0123456789abcdefABCDEF_:-"):
        return _UNNAMED  # a name of such digits alone may as well be the beginning of a uuid
    prefix = slug(named[1])
    if prefix == "urn_uuid":
        return _UNNAMED
    kind, _, operation = prefix.partition("_")
    if kind == "run":
        return kind
    if kind in _SHORT:
        return f"{kind}_{operation[:OPERATION_MAX]}".rstrip("_")
    return prefix
