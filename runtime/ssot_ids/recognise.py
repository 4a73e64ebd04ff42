"""Recognise the format of an id: our own, a uuid in one of its spellings, or what houses made before.

Everything here is total: any object comes in, one of a few fixed words comes out, in bounded time. Nothing is
guessed: where a text may as well be something else, it is ``"unknown"``. A format says what a text looks
like, never where it comes from.
"""

from __future__ import annotations

import re

from .grammar import ID_MIN, RANDOM_DIGITS, STRONG_RANDOM_DIGITS, parse_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Format = Literal[
        "ssot",
        "ssot_damaged",
        "uuid4",
        "uuid_other",
        "uuid_hex32",
        "uuid_odd_spelling",
        "prefixed_uuid",
        "prefixed_hex",
        "prefixed_clock",
        "prefixed_clock_hex",
        "prefixed_clock_counter_hex",
        "prefixed_number",
        "bare_hex",
        "number",
        "empty",
        "unknown",
    ]
else:
    Format = str  # typing alone costs more than all the rest

LENGTH_MAX = 255
"""Most characters of a text that is looked at; a longer one is ``"unknown"`` at once."""

FORMATS: dict[Format, str] = {
    "ssot": "An id in the one spelling of the grammar.",
    "ssot_damaged": (
        "Looks like an id of the grammar but is none: one or two characters off in its last three "
        "fields, another case or separator, an illegal prefix, or cut within its random part."
    ),
    "uuid4": "A uuid of version 4 in its canonical spelling: lower case, 8-4-4-4-12.",
    "uuid_other": "A uuid in its canonical spelling, of another version or variant, or the nil uuid.",
    "uuid_hex32": (
        "32 lower-case hexadecimal digits, as uuid4().hex gives them; a digest of 128 bits looks the same."
    ),
    "uuid_odd_spelling": (
        "Not canonical, but uuid.UUID() would take it: upper case, braces, urn:uuid:, misplaced hyphens, "
        "underscores, 0x, blanks or digits of other scripts."
    ),
    "prefixed_uuid": "A name, one of _ - : and a canonical uuid.",
    "prefixed_hex": (
        "A name, one of _ - : and 4, 6, 8, 10, 12, 16, 24 or 32 lower-case hexadecimal digits that are no "
        "word and no number: of 4 and 6 only those that change between letters and digits at least twice."
    ),
    "prefixed_clock": (
        "A name, one of _ - : and a time of 2010 to 2049: Unix time in seconds, milliseconds, microseconds "
        "or nanoseconds, seconds with a fraction, or a date with a time of day."
    ),
    "prefixed_clock_hex": "A name, a Unix time and hexadecimal digits.",
    "prefixed_clock_counter_hex": (
        "A name, a Unix time, a counter of at most 8 digits and hexadecimal digits: the grammar's fields "
        "without its fixed widths."
    ),
    "prefixed_number": "A name, one of _ - : and at most 20 digits that are no time.",
    "bare_hex": (
        "6, 8, 10, 12, 16 or 24 lower-case hexadecimal digits alone, letters among them and digits, like a "
        "slice of a uuid."
    ),
    "number": "1 to 20 digits alone.",
    "empty": "The empty text.",
    "unknown": "Anything else: no text, a text too long, or one that may be many things.",
}
"""Every format in one sentence."""

_DIGITS = "0123456789"
_HEX = _DIGITS + "abcdef"
_SEPARATORS = "_-:"
_HEX_SIZES = frozenset((4, 6, 8, 10, 12, 16, 24, 32))
_COUNTER_MAX = 8
"""Most digits of a counter without a fixed width. One digit less than ours has is a damaged id of ours."""
_NUMBER_MAX = 20

# 2010-01-01 to 2050-01-01: narrow, because a telephone number has ten digits too.
_CLOCK_FROM, _CLOCK_TO = 1_262_304_000, 2_524_608_000
_CLOCK_SIZES = frozenset((10, 13, 16, 19))

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{12}\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_:-][A-Za-z0-9]+)*\Z")
_HEX_NAME = re.compile(r"[0-9a-fA-F_:-]+\Z")
_GROUP = re.compile(r"[_:-](?:[0-9a-f]{4}|[0-9a-f]{8})\Z")
_CHANGE = re.compile(r"[0-9](?=[a-f])|[a-f](?=[0-9])")
_FRACTION = re.compile(r"[0-9]{10}\.[0-9]{1,9}\Z")
_DATE = re.compile(r"20[1-4][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])\Z")
_TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]\Z")
_ISO = re.compile(
    r"[_:-]20[1-4][0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"[T_-](?:[01][0-9]|2[0-3])([:-])[0-5][0-9]\1[0-5][0-9]"
    r"(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})?\Z"
)
_LONG_NUMBER = re.compile(r"(?<![A-Za-z0-9])[0-9]{9,}(?![A-Za-z0-9])")
_ALIEN = re.compile(r"[^a-z0-9_]")
_CUT = re.compile(r"_[1-9][0-9]{12}_[1-9][0-9]{9}(?:_[0-9a-f]{0,40})?\Z")
_DAMAGED_MIN = ID_MIN - len("x") - len("_") - RANDOM_DIGITS
_AROUND = " \t\r\n\"'`<>()[]{},;"

# What each character of the last three fields may be, with the "_" before each.
_TAILS = tuple(
    ("_", *(_DIGITS,) * 13, "_", *(_DIGITS,) * 10, "_", *(_HEX,) * size)
    for size in (RANDOM_DIGITS, STRONG_RANDOM_DIGITS)
)

_UNKNOWN: tuple[Format, str, str] = ("unknown", "", "")


class LegacyParts(tuple[Format, str, str]):
    """A text of an older format: ``format``, ``prefix`` (without its separator) and ``payload``."""

    __slots__ = ()

    @property
    def format(self) -> Format:
        """A key of `FORMATS`."""
        return self[0]

    @property
    def prefix(self) -> str:
        """The name in front, or ``""``."""
        return self[1]

    @property
    def payload(self) -> str:
        """What makes the id unique: a uuid, digits, a time, or a time and digits."""
        return self[2]

    @property
    def random_bits(self) -> int:
        """How many random bits it holds at most; 0 for a number, a time, a uuid that is not of version 4."""
        return _random_bits(self[0], self[2])

    def __repr__(self) -> str:
        return f"LegacyParts(format={self[0]!r}, prefix={self[1]!r}, payload={self[2]!r})"


def classify(text: object) -> Format:
    """The format of ``text``: a key of `FORMATS`. Never raises; the time is bounded whatever comes."""
    return _judge(text)[0]


def legacy_parts(text: object) -> LegacyParts | None:
    """The parts of a text in an older format; None for an id of ours, also a damaged one, and the rest."""
    judged = _judge(text)
    if judged[2]:
        return tuple.__new__(LegacyParts, judged)
    return None


def looks_damaged(text: str) -> bool:
    """Whether a short text looks like an id of the grammar; if it is none, it is ``ssot_damaged``."""
    text = text.strip(_AROUND).lower().replace("-", "_")
    cut = _CUT.search(text)
    if cut is not None:
        return _is_nearly_prefix(text[: cut.start()])
    return any(_is_near(text, tail) for tail in _TAILS)


def _judge(text: object) -> tuple[Format, str, str]:
    """Format, prefix and payload; the payload is empty for a format that is not an older one."""
    # The type is asked, not the object, which may lie about its class (a mock) or raise.
    if type(text) is not str:
        if not issubclass(type(text), str):
            return _UNKNOWN
        text = str.__str__(text)
    size = len(text)
    if size > LENGTH_MAX:
        return _UNKNOWN
    if not size:
        return "empty", "", ""
    if size == 36:
        uuid = _canonical(text)
        if uuid is not None:
            return uuid, "", text
    elif size == 32 and not text.strip(_HEX):
        return "uuid_hex32", "", text
    if parse_id(text) is not None:
        return "ssot", "", ""
    if size >= 32 and _uuid_would_take(text):
        return "uuid_odd_spelling", "", text
    if size >= _DAMAGED_MIN and looks_damaged(text):
        return "ssot_damaged", "", ""
    return _legacy(text) if text.isascii() else _UNKNOWN


def _canonical(text: str) -> Format | None:
    match = _CANONICAL.match(text)
    if match is None:
        return None
    return "uuid4" if match[1] == "4" and match[2] in "89ab" else "uuid_other"


def _uuid_would_take(text: str) -> bool:
    """Whether `uuid.UUID` would make a uuid of it: the same steps, without the module."""
    digits = text.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "")
    if len(digits) != 32:
        return False
    try:
        int(digits, 16)
    except ValueError:
        return False
    return True


def _is_near(text: str, tail: tuple[str, ...]) -> bool:
    """Whether ``text`` ends like ``tail`` but for one character too many or missing, or two neighbours.

    Compared from the right. Behind the first difference there is one way of going on for each of these, so
    the work is bounded by a few times the length of the tail.
    """
    at, to = _compare(text, len(text) - 1, tail, len(tail) - 1)
    for left, right in ((at, to), (at - 1, to), (at, to - 1), (at - 1, to - 1), (at - 2, to - 2)):
        if left >= -1:
            end, rest = _compare(text, left, tail, right)
            if rest < 0 and _is_nearly_prefix(text[: end + 1]):
                return True
    return False


def _compare(text: str, at: int, tail: tuple[str, ...], to: int) -> tuple[int, int]:
    """The first place, from the right, where text and tail differ or one of them ends."""
    while at >= 0 and to >= 0 and text[at] in tail[to]:
        at -= 1
        to -= 1
    return at, to


def _is_nearly_prefix(text: str) -> bool:
    """A key or an address with an id at its end is no damaged id, so at most one character is foreign."""
    return len(_ALIEN.findall(text)) <= 1


def _legacy(text: str) -> tuple[Format, str, str]:
    """One of the older formats, read from the right, of an ASCII text."""
    size = len(text)
    cut = _last_separator(text)
    if cut < 0:
        if not text.strip(_DIGITS):
            return ("number", "", text) if size <= _NUMBER_MAX else _UNKNOWN
        return ("bare_hex", "", text) if _is_bare_hex(text) else _UNKNOWN
    if size > 37 and text[-37] in _SEPARATORS and _CANONICAL.match(text, size - 36):
        return _named("prefixed_uuid", text, size - 37)
    moment = _ISO.search(text)
    if moment is not None:
        return _named("prefixed_clock", text, moment.start())
    last = text[cut + 1 :]
    before = _last_separator(text, cut)
    field = text[before + 1 : cut]
    if not last.strip(_HEX) and len(last) in _HEX_SIZES:
        found = _after_clock(text, before, field, last)
        if found is not _UNKNOWN:
            return found
    if not last.strip(_DIGITS):
        return _with_digits(text, cut, last, before, field)
    if _FRACTION.match(last):
        return _named("prefixed_clock", text, cut) if _is_clock(last[:10]) else _UNKNOWN
    return _named("prefixed_hex", text, cut) if _is_hex(last) else _UNKNOWN


def _after_clock(text: str, before: int, field: str, last: str) -> tuple[Format, str, str]:
    """A text whose last field is hexadecimal, if a time, or a time and a counter, stand before it."""
    letters = last.strip(_DIGITS)
    if before < 0 or (not letters and len(last) not in (8, 12, 24)):
        return _UNKNOWN  # a number, or a second time
    if _is_clock(field):
        if not letters and last.startswith("00"):
            return _UNKNOWN  # a counter of fixed width
        return _named("prefixed_clock_hex", text, before)
    if 0 < len(field) <= _COUNTER_MAX and not field.strip(_DIGITS):
        more = _last_separator(text, before)
        if more >= 0 and _is_clock(text[more + 1 : before]):
            return _named("prefixed_clock_counter_hex", text, more)
    return _UNKNOWN


def _with_digits(text: str, cut: int, last: str, before: int, field: str) -> tuple[Format, str, str]:
    """A text whose last field is all digits."""
    if before >= 0 and _DATE.match(field) and _TIME_OF_DAY.match(last):
        return _named("prefixed_clock", text, before)
    if _is_clock(last) or (_DATE.match(last[:8]) and _TIME_OF_DAY.match(last[8:])):
        return _named("prefixed_clock", text, cut)
    if not last or len(last) > _NUMBER_MAX or (len(last) in (11, 12) and _is_clock(last[:10])):
        return _UNKNOWN  # eleven and twelve digits may be what is left of milliseconds
    return _named("prefixed_number", text, cut)


def _named(form: Format, text: str, cut: int) -> tuple[Format, str, str]:
    """``form`` if what stands before ``cut`` is a name, with no time or long number in it to doubt it."""
    prefix = text[:cut]
    if _NAME.match(prefix) is None:
        return _UNKNOWN
    if _HEX_NAME.match(prefix) and (text[cut] == "-" or (len(prefix) >= 4 and not prefix.isalpha())):
        return _UNKNOWN  # slices of uuids, or the beginning of one
    if form != "prefixed_uuid":
        if text[cut] == "-" and _GROUP.search(prefix):
            return _UNKNOWN  # a uuid that was cut, or slices of one
        numbers = _LONG_NUMBER.findall(prefix)
        if len(numbers) > (form == "prefixed_hex"):
            return _UNKNOWN
    return form, prefix, text[cut + 1 :]


def _last_separator(text: str, end: int | None = None) -> int:
    return max(text.rfind("_", 0, end), text.rfind("-", 0, end), text.rfind(":", 0, end))


def _is_clock(digits: str) -> bool:
    """Whether it is a Unix time of 2010 to 2049 in seconds, milliseconds, microseconds or nanoseconds."""
    return (
        len(digits) in _CLOCK_SIZES
        and not digits.strip(_DIGITS)
        and _CLOCK_FROM <= int(digits[:10]) < _CLOCK_TO
    )


def _is_hex(text: str) -> bool:
    """Whether hexadecimal digits behind a name are neither a word nor a number."""
    if len(text) not in _HEX_SIZES or text.strip(_HEX):
        return False
    return len(text) >= 8 or len(_CHANGE.findall(text)) >= 2


def _is_bare_hex(text: str) -> bool:
    return 6 <= len(text) <= 24 and _is_hex(text) and not text.isalpha()


def _random_bits(form: Format, payload: str) -> int:
    if form in ("uuid4", "uuid_hex32", "uuid_odd_spelling", "prefixed_uuid"):
        digits = payload.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "")
        return 122 if digits[12:13] == "4" and digits[16:17] in set("89abAB") else 0
    if form not in ("bare_hex", "prefixed_hex", "prefixed_clock_hex", "prefixed_clock_counter_hex"):
        return 0
    size = len(payload) - 1 - _last_separator(payload)
    # The 13th digit of a uuid's head is its version, and two bits of the 17th are its variant.
    return 4 * size - 4 * (size > 12) - 2 * (size > 16)
