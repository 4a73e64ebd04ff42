"""What a house decides about its ids: kinds, which of them are strong, how much of a user they may show."""

from __future__ import annotations

import os

from .grammar import PREFIX_MAX, TIMESTAMP_MIN, brief, is_prefix, not_a_prefix, parse_id, plain, slug

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from hashlib import blake2b
    from typing import Literal

    UserTag = Literal["digest", "prefix8", "none"]
    Head = tuple[str, int, str, bool]
    """How an id begins, with the ``_``; random bytes; label of the kind; whether the prefix was legal."""

TAG_DIGITS = 10
"""Hexadecimal digits of a user tag: 40 bits."""
KEY_MIN = 16
"""Fewest bytes of a key."""
OPERATION_MAX = 18
"""Most characters of a context's operation: so a run id, which holds a whole thread id, fits the grammar."""
ANONYMOUS = "anon"
"""Stands where no user is known."""

_CONTEXT = ("thread", "run", "request")
_THREAD_MAX = len("thread_") + OPERATION_MAX
_TAGS = ("digest", "prefix8", "none")
_PROCESS_KEY = os.urandom(32)
# A prefix may hold text from a request, so what is remembered of it is bounded in number and length.
_REMEMBERED = 1024
_REMEMBERED_LENGTH = 64


class PolicyError(ValueError):
    """A kind or policy that cannot be. ``problems`` holds all of them, each ``field: reason``."""

    problems: tuple[str, ...]

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))

    def __reduce__(self) -> tuple[object, ...]:  # for copy and pickle
        return type(self), (self.problems,)


class Kind:
    """A kind of id: every id whose prefix is ``name`` or begins with ``name`` and ``_``.

    Parameters:
        name: a legal prefix.
        strong: whether ids of this kind carry 128 random bits, not 32. For ids that are also a credential.

    Raises PolicyError.
    """

    __slots__ = ("name", "strong")

    name: str
    strong: bool

    def __init__(self, name: str, *, strong: bool = False) -> None:
        problems = _kind_problems(name, strong)
        if problems:
            raise PolicyError(problems)
        object.__setattr__(self, "name", str.__str__(name))
        object.__setattr__(self, "strong", strong)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Kind is immutable: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Kind is immutable: {name}")

    def __reduce__(self) -> tuple[object, ...]:  # for copy and pickle
        return _kind, (self.name, self.strong)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kind) and (self.name, self.strong) == (other.name, other.strong)

    def __hash__(self) -> int:
        return hash((self.name, self.strong))

    def __repr__(self) -> str:
        return f"Kind({self.name!r}, strong={self.strong})"


def _kind_problems(name: object, strong: object) -> list[str]:
    problems = []
    if not is_prefix(name):
        problems.append(f"name: {not_a_prefix(name)}")
    elif strong is True and str(name).split("_", 1)[0] in _CONTEXT:
        problems.append(f"strong: {name!r} cannot be; the ids of one context share one short random part")
    if not isinstance(strong, bool):
        problems.append(f"strong: {brief(strong)} is not True or False")
    return problems


def _kind(name: str, strong: bool) -> Kind:
    return Kind(name, strong=strong)


DEFAULT_KINDS = (
    Kind("user"),
    Kind("session", strong=True),
    Kind("thread"),
    Kind("run"),
    Kind("request"),
    Kind("ws"),
    Kind("ws_conn"),
    Kind("ws_client"),
    Kind("agent"),
    Kind("tool"),
    Kind("message"),
)
"""The kinds that the generator's own methods make."""

LEGACY_NAMES: dict[str, tuple[str, ...]] = {
    "user": ("user", "usr"),
    "thread": ("thread",),
    "run": ("run",),
    "request": ("request", "req"),
    "session": ("session", "sess"),
    "ws": ("ws", "websocket", "conn", "connection", "client"),
    "agent": ("agent", "execution", "exec"),
}
"""How older ids of each kind begin. No name stands for two kinds."""

# Names of the kinds that have no typed id, which a prefix may end in as well.
_UNTYPED = ("tool", "message", "msg")
_LEGACY = {name: kind for kind, names in LEGACY_NAMES.items() for name in names} | dict.fromkeys(_UNTYPED, "")


class IdPolicy:
    """The decisions of one house. Immutable; `configure` puts one in force.

    Parameters:
        kinds: added to `DEFAULT_KINDS`; one of the same name replaces it.
        user_tag: what an id shows of its user: ``digest`` (a keyed 40-bit digest), ``prefix8`` (the first
            eight characters, for a house that needs them: they leak names and collide) or ``none``. A tag is
            a hint for a reader of logs, never proof of ownership.
        key: at least 16 bytes for the digest; text counts in UTF-8. Without one, ``SSOT_IDS_KEY`` of the
            environment is used, or else a random key, so that tags mean something within one process only.
        legacy_names: more of `LEGACY_NAMES`: for kinds of it, words that older ids of this house begin with,
            like ``{"agent": ["triage"]}`` for ``triage_ab12cd34``. No word stands for two kinds.

    Raises PolicyError with all problems at once.
    """

    __slots__ = ("_heads", "_key", "_legacy", "_named", "declares", "kinds", "user_tag")

    kinds: tuple[Kind, ...]
    user_tag: UserTag
    declares: bool
    """Whether there are kinds besides the generator's own."""
    _heads: dict[str, Head]
    _named: dict[str, Kind]
    _key: bytes
    _legacy: dict[str, str]

    def __init__(
        self,
        *,
        kinds: Iterable[Kind] = (),
        user_tag: UserTag = "digest",
        key: bytes | str | None = None,
        legacy_names: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        problems = []
        own: list[object] = []
        try:
            own.extend(kinds)
        except TypeError:
            problems.append(f"kinds: {brief(kinds)} is not a sequence of Kind")
        names: set[str] = set()
        for at, kind in enumerate(own):
            if not isinstance(kind, Kind):
                problems.append(f"kinds[{at}]: {brief(kind)} is not a Kind")
            elif kind.name in names:
                problems.append(f"kinds[{at}]: {kind.name!r} is there twice")
            else:
                names.add(kind.name)
        if plain(user_tag) not in _TAGS:
            problems.append(f"user_tag: {brief(user_tag)} is not one of {', '.join(_TAGS)}")
        secret, field = key, "key"
        if secret is None:
            secret, field = os.environ.get("SSOT_IDS_KEY") or _PROCESS_KEY, "SSOT_IDS_KEY"
        try:
            secret = key_bytes(secret)
        except ValueError as error:
            problems.append(f"{field}: {error}")
        legacy = _LEGACY if legacy_names is None else _more_names(legacy_names, problems)
        if problems:
            raise PolicyError(problems)
        every = [kind for kind in (*own, *DEFAULT_KINDS) if isinstance(kind, Kind)]
        hold = object.__setattr__
        named = {kind.name: kind for kind in reversed(every)}  # of two that have one name, the house's own
        hold(self, "_named", named)
        hold(self, "kinds", tuple(sorted(named.values(), key=lambda kind: (-len(kind.name), kind.name))))
        hold(self, "user_tag", user_tag)
        hold(self, "declares", bool(own))
        hold(self, "_key", secret)
        hold(self, "_heads", {})
        hold(self, "_legacy", legacy)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an IdPolicy is immutable: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"an IdPolicy is immutable: {name}")

    def __copy__(self) -> IdPolicy:
        return self

    def __deepcopy__(self, memo: object) -> IdPolicy:
        return self

    def __reduce__(self) -> tuple[object, ...]:  # before anything is written: no pickle holds the key
        raise TypeError("an IdPolicy holds a key and is not pickled: make one in each process")

    def __repr__(self) -> str:  # without the key
        return f"IdPolicy(kinds={self.kinds!r}, user_tag={self.user_tag!r})"

    def kind_of(self, prefix: str) -> Kind | None:
        """The kind with the longest name that ``prefix`` is or begins with, or None."""
        name = prefix[: PREFIX_MAX + 1]  # no name is longer, so what is cut off here is dropped below anyway
        while name:
            kind = self._named.get(name)
            if kind is not None:
                return kind
            name = name.rpartition("_")[0]
        return None

    def legacy_kind_of(self, word: str) -> str | None:
        """The kind that older ids with this first word are of: a key of `LEGACY_NAMES`; None if none is.

        ``""`` says that they are of a kind that is none of these.
        """
        return self._legacy.get(word)

    def head(self, prefix: object) -> Head:
        """How ids with this prefix begin, as legal as it must be made, so that they are valid. Never raises.

        A thread's prefix is cut so that a run can hold the id; a prefix that would look like a run which has
        lost its thread becomes ``run``.
        """
        text = prefix if type(prefix) is str else text_of(prefix)
        known: Head | None = self._heads.get(text)
        if known is not None:
            return known
        clean = slug(text) or "id"
        if clean.startswith("thread_"):
            clean = clean[:_THREAD_MAX].rstrip("_")
        elif breaks_thread(clean):
            clean = "run"
        head = (clean + "_", *self.measure(clean), clean == text)
        if len(text) <= _REMEMBERED_LENGTH:
            if len(self._heads) >= _REMEMBERED:
                self._heads.clear()
            self._heads[text] = head
        return head

    def measure(self, prefix: str) -> tuple[int, str]:
        """Random bytes of an id with this prefix, and the label of its kind."""
        kind = self.kind_of(prefix)
        return (4, "other") if kind is None else (16 if kind.strong else 4, kind.name)

    def tag(self, user_id: object, key: bytes | None = None) -> str:
        """What an id shows of ``user_id``: a segment, or ``""`` by the policy. Never raises.

        ``anon`` stands for a user that is None or empty. ``key`` replaces the policy's own for once.
        """
        if self.user_tag == "none":
            return ""
        text = text_of(user_id)
        if not text:
            return ANONYMOUS
        if self.user_tag == "prefix8":
            return slug(text[:8], leading=False) or ANONYMOUS
        data = text.encode("utf-8", "surrogatepass")
        return keyed_digest(key or self._key, b"ssot-ids-tag", data, TAG_DIGITS // 2).hex()


def _more_names(more: object, problems: list[str]) -> dict[str, str]:
    """`_LEGACY` and what a house adds to it."""
    every = dict(_LEGACY)
    try:
        given = [(kind, [*names]) for kind, names in more.items() if plain(names) is None]  # type: ignore[attr-defined]
        whole = len(given) == len(more)  # type: ignore[arg-type]
    except (AttributeError, TypeError, ValueError):
        whole = False
    if not whole:
        problems.append(f"legacy_names: {brief(more)} is not a mapping of kinds to sequences of words")
        return every
    for kind, names in given:
        if plain(kind) not in LEGACY_NAMES:
            problems.append(f"legacy_names: {brief(kind)} is not one of {', '.join(LEGACY_NAMES)}")
            continue
        for name in names:
            word = plain(name) or ""
            if not is_prefix(word) or "_" in word:
                problems.append(
                    f"legacy_names[{kind!r}]: {brief(name)} is not one word of a-z and 0-9, a letter first"
                )
            elif every.setdefault(word, str.__str__(kind)) != kind:
                other = every[word] or "another kind"
                problems.append(f"legacy_names[{kind!r}]: {word!r} stands for {other} already")
    return every


def is_thread_id(text: object) -> bool:
    """Whether ``text`` is a thread id as the generator makes them: short enough to stand in a run id."""
    parts = parse_id(text)
    return (
        parts is not None
        and not parts.strong
        and (parts.prefix == "thread" or parts.prefix.startswith("thread_"))
        and len(parts.prefix) <= len("thread_") + OPERATION_MAX
    )


def breaks_thread(prefix: str) -> bool:
    """Whether a run's prefix was to hold a thread id and does not: it holds another id, or a damaged one.

    A run without a thread is a run. But what begins with ``run_thread`` may be a run id that was cut, and
    what ends in a counter and a random part an id that lost its name; neither is taken for a name.
    """
    if not prefix.startswith("run_") or is_thread_id(held := prefix[len("run_") :]):
        return False
    words = held.rsplit("_", 2)
    return (
        held == "thread"
        or held.startswith("thread_")
        or (len(words) == 3 and parse_id(f"id_{TIMESTAMP_MIN}_{words[1]}_{words[2]}") is not None)
    )


def key_bytes(key: object) -> bytes:
    """A key as bytes; text counts in UTF-8. ValueError with the reason if it is none."""
    data = key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key
    if not isinstance(data, bytes):
        raise ValueError(f"{type(key).__name__} is neither bytes nor text")
    if len(data) < KEY_MIN:
        raise ValueError(f"has {len(data)} bytes, at least {KEY_MIN} are needed")
    return data


_blake2b: type[blake2b] | None = None  # hashlib is loaded with the first digest, and asked only then


def keyed_digest(key: bytes, purpose: bytes, data: bytes, size: int) -> bytes:
    """Keyed BLAKE2b (RFC 7693) of ``data``, bound to a purpose of at most 16 bytes; ``size`` is 1 to 64."""
    global _blake2b
    blake2b = _blake2b
    if blake2b is None:
        import hashlib

        blake2b = _blake2b = hashlib.blake2b
    if len(key) > 64:
        key = blake2b(key).digest()
    return blake2b(data, digest_size=size, key=key, person=purpose).digest()


def text_of(value: object) -> str:
    """Any object as text. Never raises: what has no text is ``""``, and so is None, which says nothing."""
    if value is None:
        return ""
    # Of a subclass the characters, whatever its methods say: an enum of texts gives its value.
    text = plain(value)
    if text is not None:
        return text
    try:
        if issubclass(type(value), (bytes, bytearray)):
            return str(value, "utf-8", "surrogateescape")  # type: ignore[call-overload, no-any-return]
        return str.__str__(str(value))
    except Exception:  # anything may come out of a foreign __str__
        return ""
