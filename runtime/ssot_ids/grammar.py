"""The grammar of an id: one spelling, fixed widths, parsed from the right.

::

    id     = prefix "_" timestamp "_" counter "_" random     35 to 121 characters, ASCII
    prefix = segment *( "_" segment )                        1 to 63 characters
    segment: a-z and 0-9; the first segment starts with a letter
    timestamp: 13 digits, the first not 0                    Unix milliseconds, 2001-09-09 to 2286-11-20
    counter: 10 digits, the first not 0
    random: 8 or 32 lower-case hexadecimal digits

This module alone knows it. It imports nothing, so that it costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PREFIX_MAX = 63
"""Most characters of a prefix."""
TIMESTAMP_MIN = 10**12
"""2001-09-09T01:46:40Z, in Unix milliseconds: the first instant with 13 digits."""
TIMESTAMP_MAX = 10**13 - 1
"""2286-11-20T17:46:39.999Z, in Unix milliseconds: the last instant with 13 digits."""
COUNTER_MIN = 10**9
COUNTER_MAX = 10**10 - 1
RANDOM_DIGITS = 8
"""Hexadecimal digits of an ordinary id: 32 random bits."""
STRONG_RANDOM_DIGITS = 32
"""Hexadecimal digits of a strong id: 128 random bits."""
ID_MIN = 1 + 1 + 13 + 1 + 10 + 1 + RANDOM_DIGITS
ID_MAX = PREFIX_MAX + 1 + 13 + 1 + 10 + 1 + STRONG_RANDOM_DIGITS

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_HEX = _DIGITS + "abcdef"
_PREFIX_CHARACTERS = _LETTERS + _DIGITS + "_"

_SEGMENTS = "[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_NUMBERS = "_[1-9][0-9]{12}_[1-9][0-9]{9}_"
_FIELDS = _NUMBERS + "(?:[0-9a-f]{8}|[0-9a-f]{32})"
# The lookahead bounds the prefix and thereby the work: no text makes the rest go back over more than that.
_BODY = f"(?=[a-z0-9_]{{1,{PREFIX_MAX}}}{_FIELDS}{{end}}){_SEGMENTS}{_FIELDS}"

PYTHON_PATTERN = "^" + _BODY.replace("{end}", r"\Z") + r"\Z"
r"""For Python's ``re``; anchored with ``\Z``, since ``$`` accepts a line end behind the id."""
# Not "$", which Python's ``re`` lets accept a line end too.
_ECMA_END = r"(?![\s\S])"
ECMA_PATTERN = "^" + _BODY.replace("{end}", _ECMA_END) + _ECMA_END
"""For ECMAScript's ``RegExp`` without the flag ``m``, and for Python's ``re`` as well."""
POSTGRESQL_PATTERN = "^" + _BODY.replace("{end}", "$") + "$"
"""For PostgreSQL's ``~`` operator (an advanced regular expression)."""
JSON_SCHEMA: Mapping[str, object] = {
    "type": "string",
    "minLength": ID_MIN,
    # Python's ``re`` lets "$" accept a line end too, so it is refused here.
    "not": {"pattern": "[^a-z0-9_]"},
    "anyOf": [
        {
            "maxLength": ID_MAX - STRONG_RANDOM_DIGITS + digits,
            "pattern": f"^{_SEGMENTS}{_NUMBERS}[0-9a-f]{{{digits}}}$",
        }
        for digits in (RANDOM_DIGITS, STRONG_RANDOM_DIGITS)
    ],
}
"""A JSON Schema for an id. Its patterns look neither ahead nor back, as validators in Go and Rust cannot:
lengths bound the prefix."""


class IdParts(tuple[str, int, int, str]):
    """The parts of an id: ``prefix``, ``timestamp_ms``, ``counter``, ``random``; unpacks like a tuple.

    ``str()`` of it is the id. Raises ValueError, with the field and the reason, for parts that make no id.
    """

    __slots__ = ()

    def __new__(cls, prefix: str, timestamp_ms: int, counter: int, random: str) -> IdParts:
        """Check and hold the parts."""
        if not is_prefix(prefix):
            raise ValueError(f"prefix: {not_a_prefix(prefix)}")
        if not _within(timestamp_ms, TIMESTAMP_MIN, TIMESTAMP_MAX):
            raise ValueError(f"timestamp_ms: {brief(timestamp_ms)} is not {TIMESTAMP_MIN} to {TIMESTAMP_MAX}")
        if not _within(counter, COUNTER_MIN, COUNTER_MAX):
            raise ValueError(f"counter: {brief(counter)} is not {COUNTER_MIN} to {COUNTER_MAX}")
        if not _is_random(random):
            raise ValueError(
                f"random: {brief(random)} is not {RANDOM_DIGITS} or {STRONG_RANDOM_DIGITS} digits of 0-9a-f"
            )
        # Plain texts: an enum of texts would format as its member's name.
        return tuple.__new__(cls, (str.__str__(prefix), timestamp_ms, counter, str.__str__(random)))

    def __getnewargs__(self) -> tuple[str, int, int, str]:  # for copy and pickle
        return self[0], self[1], self[2], self[3]

    @property
    def prefix(self) -> str:
        """Everything before the last three fields."""
        return self[0]

    @property
    def timestamp_ms(self) -> int:
        """Unix time in milliseconds."""
        return self[1]

    @property
    def counter(self) -> int:
        """The process-wide counter."""
        return self[2]

    @property
    def random(self) -> str:
        """8 or 32 hexadecimal digits."""
        return self[3]

    @property
    def strong(self) -> bool:
        """Whether the id has 128 random bits."""
        return len(self[3]) == STRONG_RANDOM_DIGITS

    @property
    def time(self) -> datetime:
        """When the id was made, in UTC."""
        from datetime import UTC, datetime, timedelta

        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self[1])

    def __str__(self) -> str:
        return f"{self[0]}_{self[1]}_{self[2]}_{self[3]}"

    def __repr__(self) -> str:
        return f"IdParts(prefix={self[0]!r}, timestamp_ms={self[1]}, counter={self[2]}, random={self[3]!r})"


def format_id(parts: IdParts) -> str:
    """The one spelling of these parts: ``parse_id(format_id(parts)) == parts``.

    Raises ValueError for anything but `IdParts`, like the list that JSON makes of them: ``IdParts(*list)``.
    """
    if not issubclass(type(parts), IdParts):
        raise ValueError(f"parts: {brief(parts)} are not IdParts")
    return str(parts)


def parse_id(text: object) -> IdParts | None:
    """The parts of ``text`` if it is an id in its one spelling, else None.

    Never raises, and the time does not grow with the text.
    """
    if type(text) is not str:
        text = plain(text)
        if text is None:
            return None
    if not ID_MIN <= len(text) <= ID_MAX:
        return None
    fields = text.rsplit("_", 3)
    if len(fields) != 4:
        return None
    prefix, timestamp, counter, random = fields
    if (
        len(timestamp) != 13
        or len(counter) != 10
        or timestamp[0] == "0"
        or counter[0] == "0"
        or timestamp.strip(_DIGITS)
        or counter.strip(_DIGITS)
        or not _is_random(random)
        or not is_prefix(prefix)
    ):
        return None
    return tuple.__new__(IdParts, (prefix, int(timestamp), int(counter), random))


def plain(value: object) -> str | None:
    """The characters of a text, or None for any other object. Never raises.

    The object is asked nothing: no mock that claims to be a text misleads, and no subclass's own methods.
    """
    return str.__str__(value) if issubclass(type(value), str) else None


def is_prefix(text: object) -> bool:
    """Whether ``text`` is a legal prefix as it stands. Never raises."""
    text = plain(text)
    return (
        text is not None
        and 0 < len(text) <= PREFIX_MAX
        and text[0] in _LETTERS
        and not text.strip(_PREFIX_CHARACTERS)
        and text[-1] != "_"
        and "__" not in text
    )


def not_a_prefix(value: object) -> str:
    """Why ``value`` is no legal prefix, for an error message."""
    return f"{brief(value)} is not 1 to {PREFIX_MAX} characters of a-z, 0-9 and single '_', a letter first"


def bounds(prefix: str, since_ms: int, until_ms: int) -> tuple[str, str]:
    """Texts ``low, high``: ``low <= id < high`` for the ids of ``prefix`` made in ``[since_ms, until_ms)``.

    For range scans over a column with byte order (PostgreSQL: ``COLLATE "C"``). A longer prefix that goes on
    with a digit behind the ``_`` can lie in the range too, so a reader parses what it gets. Times outside the
    grammar's are brought to its ends. Raises ValueError for an illegal prefix or a time that is no int.
    """
    for field, time in (("since_ms", since_ms), ("until_ms", until_ms)):
        if type(time) is not int:
            raise ValueError(f"{field}: {brief(time)} is not a whole number of milliseconds")
    if not is_prefix(prefix):
        raise ValueError(f"prefix: {not_a_prefix(prefix)}")
    prefix = str.__str__(prefix)
    low = min(max(since_ms, TIMESTAMP_MIN), TIMESTAMP_MAX)
    # ":" is the character after "9": the end of all 13-digit times.
    high = ":" if until_ms > TIMESTAMP_MAX else str(max(until_ms, TIMESTAMP_MIN)) + "_"
    return f"{prefix}_{low}_", f"{prefix}_{high}"


# Lower-case letters and digits stay, capital letters become small, all else becomes "_".
_SLUG_TABLE = bytes(
    byte + 32 if 65 <= byte <= 90 else byte if chr(byte) in _LETTERS + _DIGITS else 95 for byte in range(256)
)
_SLUG_INPUT_MAX = 512


def slug(text: str, limit: int = PREFIX_MAX, *, leading: bool = True) -> str:
    """``text`` as a legal prefix of at most ``limit`` characters; ``""`` if nothing of it can stand in one.

    Letters become small, every run of other characters one ``_``; a leading digit gets an ``x``, unless the
    slug is not to be the beginning of a prefix (``leading=False``). What was cut or replaced is lost: two
    texts may give one slug. Only the first 512 characters are looked at.
    """
    data = text[:_SLUG_INPUT_MAX].encode("ascii", "replace").translate(_SLUG_TABLE)
    clean = "_".join(filter(None, data.decode("ascii").split("_")))
    if leading and clean and clean[0] in _DIGITS:
        clean = "x" + clean
    return clean[:limit].rstrip("_")


def _is_random(text: object) -> bool:
    text = plain(text)
    return text is not None and len(text) in (RANDOM_DIGITS, STRONG_RANDOM_DIGITS) and not text.strip(_HEX)


def _within(number: object, low: int, high: int) -> bool:
    return type(number) is int and low <= number <= high


def brief(value: object, limit: int = 40) -> str:
    """A value in an error message: its beginning only, since it may be long or secret. Never raises."""
    try:
        text = repr(value)
    except Exception:  # a foreign __repr__, or a number too long to be shown
        text = f"a {type(value).__name__}"
    return text if len(text) <= limit else text[: limit - 3] + "..."
