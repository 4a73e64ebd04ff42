"""What can be said of a text that may be an id, for the person who found it in a log or a table.

Nothing is looked up anywhere and nothing is guessed: what cannot be read from the text is not said.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

from .generator import current_policy
from .grammar import STRONG_RANDOM_DIGITS, TIMESTAMP_MIN, IdParts, is_prefix, parse_id
from .policy import ANONYMOUS, TAG_DIGITS, is_thread_id
from .recognise import FORMATS, classify, legacy_parts
from .validation import REASONS, judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    from .recognise import Format
    from .validation import Reason

    class _Always(TypedDict):
        id: str
        valid: bool
        format: Format
        about: str
        notes: list[str]

    class Explanation(_Always, total=False):
        """What is known of one text. A key is there only if it says something; see `explain`."""

        reason: Reason
        kind: str
        prefix: str
        user_tag: str
        time: str
        age_ms: int
        counter: int
        random: str
        random_bits: int
        strong: bool
        thread_id: str
        translated: bool
        uuid_version: int


TAGGED = ("agent", "message", "session", "tool", "ws_client", "ws_conn")
"""The kinds whose ids end their prefix with the tag of a user."""

_TAG = re.compile(rf"[0-9a-f]{{{TAG_DIGITS}}}")
_HEX32 = re.compile(r"[0-9a-f]{32}")
_CLOCK = re.compile(r"(?:[0-9]{19}|[0-9]{16}|[0-9]{13}|[0-9]{10})(?![0-9])")
_EPOCH = datetime.fromtimestamp(0, UTC)
_FIRST_UUID_DAY = datetime(1582, 10, 15, tzinfo=UTC)
_UUID_FORMATS = frozenset({"prefixed_uuid", "uuid4", "uuid_hex32", "uuid_odd_spelling", "uuid_other"})
_AROUND = " \t\r\n\"'`<>()[]{},;"

_NO_CREDENTIAL = "It is no credential: its random part can be guessed, and whoever has seen the id knows it."
_NO_STRONG_CREDENTIAL = (
    "Its random part cannot be guessed, but whoever has seen the id knows it: "
    "where it serves as a credential, keep it out of logs."
)
_NO_PROOF = "It proves nothing about an owner: ask the store that holds what it names."
_NO_UUID = "It is no UUID: a reader or a column that wants 36 characters refuses it."
_TAG_HINT = "The user tag is a hint for readers of logs: other users may have the same one."
_KEEP = (
    "It is an older id and can stay: ensure_*(…, accept='both') takes it where its form fits the kind, and "
    "IdMigrationBridge names it in the new spelling."
)
_NOT_RANDOM = "It holds nothing random, so it can be guessed and may be given twice."


def explain(text: str, *, now_ms: int | None = None) -> Explanation:
    """What ``text`` says of itself. Never raises on any text.

    ``valid`` is what `validate` says of any kind, with the ``reason`` if it is not; ``format`` is what
    `classify` says and ``about`` that in words. Times are ISO 8601 in UTC, ``age_ms`` counts from ``now_ms``
    (Unix milliseconds; the present, if None) and is negative for the future. ``random_bits`` is the most that
    the random part can be worth. ``notes`` are whole sentences: what it is not, and what to do.
    """
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    verdict = judge(text)
    form = classify(text)
    told: Explanation = {
        "id": text,
        "valid": verdict.ok,
        "format": form,
        "about": FORMATS[form],
        "notes": [],
    }
    if not verdict.ok and verdict.reason is not None:
        told["reason"] = verdict.reason
    parts = parse_id(text)
    if parts is not None:
        _of_ours(told, parts, now)
    elif form == "ssot_damaged":
        told["notes"] = [*damage(text), "Do not mend it in code: ids are compared as texts."]
    else:
        _of_another(told, text, now)
    return told


def damage(text: str) -> list[str]:
    """What keeps ``text`` from being an id, one sentence for each fault that can be named."""
    faults = []
    clean = text.strip(_AROUND)
    if clean != text:
        faults.append("There is white space, or a sign that is no part of it, around it.")
    if clean.lower() != clean:
        faults.append("It has capital letters; an id has none.")
    if "-" in clean:
        faults.append("It has '-' where '_' belongs.")
    fields = clean.lower().replace("-", "_").rsplit("_", 3)
    if len(fields) < 4:
        return [*faults, "It has fewer than four fields with '_' between them."]
    prefix, timestamp, counter, random = fields
    if not is_prefix(prefix):
        faults.append("Its prefix is not 1 to 63 characters of a-z, 0-9 and single '_'.")
    for name, field, digits in (("time", timestamp, 13), ("counter", counter, 10)):
        if field.strip("0123456789") or not field:
            faults.append(f"The {name} is not made of digits.")
        elif len(field) != digits:
            faults.append(f"The {name} has {len(field)} digits, not {digits}.")
        elif field[0] == "0":
            faults.append(f"The {name} begins with 0.")
    if random.strip("0123456789abcdef"):
        faults.append("The random part is not made of 0-9 and a-f.")
    elif len(random) not in (8, 32):
        faults.append(f"The random part has {len(random)} digits, not 8 or 32.")
    return faults


def render(told: Explanation) -> str:
    """The explanation as lines for a terminal, in ASCII whatever the text was."""
    lines = [shown(told["id"])]
    if told["valid"]:
        head = f"an id of kind {told['kind']}" if "kind" in told else "an id of no declared kind"
    else:
        head = f"not valid: {told['reason']} ({REASONS[told['reason']]})"
    lines.append(f"  {head}")
    rows = [("format", f"{told['format']}: {told['about']}")]
    if "prefix" in told:
        rows.append(("prefix", told["prefix"]))
    if "user_tag" in told:
        tag = told["user_tag"]
        rows.append(("user tag", "anon (no user was known)" if tag == ANONYMOUS else tag))
    if "uuid_version" in told:
        rows.append(("version", str(told["uuid_version"])))
    if "time" in told:
        age = f" ({_age(told['age_ms'])})" if "age_ms" in told else ""
        rows.append(("time", f"{told['time'].replace('T', ' ').removesuffix('Z')} UTC{age}"))
    if "counter" in told:
        rows.append(("counter", str(told["counter"])))
    if "random_bits" in told:
        most = "" if "random" in told or told["random_bits"] == 0 else "at most "
        rows.append(("random", f"{most}{told['random_bits']} bits"))
    if "strong" in told:
        rows.append(("strong", "yes" if told["strong"] else "no"))
    if "thread_id" in told:
        rows.append(("thread", told["thread_id"]))
    lines += [f"  {name:<10}{shown(value, 400)}" for name, value in rows]
    lines += [f"  - {shown(note, 400)}" for note in told["notes"]]
    return "\n".join(lines) + "\n"


def shown(text: str, limit: int = 160) -> str:
    """A text that a terminal can show: ASCII, no control characters, its beginning only if it is long."""
    clean = text[:limit].replace("…", "...")
    if not (clean.isascii() and clean.isprintable()):
        clean = "".join(
            letter if letter.isascii() and letter.isprintable() else ascii(letter)[1:-1] for letter in clean
        )
    return clean + ("..." if len(text) > limit else "") or "(the empty text)"


def _of_ours(told: Explanation, parts: IdParts, now: int) -> None:
    prefix, timestamp, counter, random = parts
    kind = current_policy().kind_of(prefix)
    told["prefix"] = prefix
    if kind is not None:
        told["kind"] = kind.name
        tag = prefix[len(kind.name) + 1 :].rpartition("_")[2]
        if kind.name in TAGGED and (tag == ANONYMOUS or _TAG.fullmatch(tag)):
            told["user_tag"] = tag
    notes = told["notes"]
    if timestamp == TIMESTAMP_MIN:
        told["translated"] = True
        notes.append(
            "IdMigrationBridge.translate makes such ids of older ones: "
            "its time stands for none, its counter and random part are a keyed digest."
        )
    else:
        _tell_time(told, timestamp, now)
        told["counter"] = counter
        if told.get("age_ms", 0) < -60_000:
            notes.append("By this machine's clock it is not made yet: one of the two clocks is wrong.")
    told["random"] = random
    told["random_bits"] = 4 * len(random)
    told["strong"] = parts.strong
    thread_id = prefix.removeprefix("run_")
    if thread_id != prefix and is_thread_id(thread_id):
        told["thread_id"] = thread_id
    notes += [_NO_STRONG_CREDENTIAL if parts.strong else _NO_CREDENTIAL, _NO_PROOF, _NO_UUID]
    if told.get("user_tag", ANONYMOUS) != ANONYMOUS:
        notes.append(_TAG_HINT)


def _of_another(told: Explanation, text: str, now: int) -> None:
    form = told["format"]
    legacy = legacy_parts(text)
    payload = text if legacy is None else legacy.payload
    notes = told["notes"]
    if legacy is not None and legacy.prefix:
        told["prefix"] = legacy.prefix
    if form in ("empty", "unknown"):
        notes.append("Nothing here knows such a text, and nothing takes it for an id.")
        return
    if form in _UUID_FORMATS:
        _of_uuid(told, payload, now)
    elif legacy is not None:
        told["random_bits"] = legacy.random_bits
        if form.startswith("prefixed_clock"):
            clock = _CLOCK.match(payload)
            if clock is not None:
                digits = clock.group()
                _tell_time(told, int(digits) * 1_000 // 10 ** (len(digits) - 10), now)
        elif legacy.random_bits and len(payload) < STRONG_RANDOM_DIGITS:
            notes.append("It looks like a part of a UUID, so it repeats much sooner than a whole one.")
        if not legacy.random_bits:
            notes.append(_NOT_RANDOM)
    notes += [_NO_PROOF, _KEEP]


def _of_uuid(told: Explanation, payload: str, now: int) -> None:
    digits = payload.lower().removeprefix("urn:").removeprefix("uuid:").strip("{}").replace("-", "")
    if not _HEX32.fullmatch(digits):
        return
    notes = told["notes"]
    if told["format"] == "uuid_odd_spelling":
        spelled = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        notes.append(f"It is not the usual spelling of a UUID, which is {spelled}.")
    if len(set(digits)) == 1 and digits[0] in "0f":
        told["random_bits"] = 0
        notes.append("It is the nil or the max UUID, which stand for none: many rows may hold it.")
        return
    version = int(digits[12], 16)
    if digits[16] not in "89ab" or not 1 <= version <= 8:
        notes.append(
            "It has the variant or version of no usual UUID, and may be something else, like a digest."
        )
        return
    told["uuid_version"] = version
    if version == 4:
        told["random_bits"] = 122
    elif version == 7:
        told["random_bits"] = 74
        _tell_time(told, int(digits[:12], 16), now)
    elif version in (1, 6):
        ticks = (
            digits[13:16] + digits[8:12] + digits[:8]
            if version == 1
            else digits[:8] + digits[8:12] + digits[13:16]
        )
        moment = _FIRST_UUID_DAY - _EPOCH + timedelta(microseconds=int(ticks, 16) // 10)
        _tell_time(told, moment // timedelta(milliseconds=1), now)
        told["random_bits"] = 14
        notes.append("Its end may be the network address of the machine that made it.")
    elif version in (3, 5):
        told["random_bits"] = 0
        notes.append("It is the digest of a name: the same name gives it again, and who knows the name can.")


def _tell_time(told: Explanation, milliseconds: int, now: int) -> None:
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:  # after the year 9999
        return
    told["time"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told["age_ms"] = now - milliseconds


def _age(milliseconds: int) -> str:
    size = abs(milliseconds)
    for unit, length in (
        ("year", 31_557_600_000),
        ("day", 86_400_000),
        ("hour", 3_600_000),
        ("minute", 60_000),
        ("second", 1_000),
    ):
        if size >= length:
            number = size // length
            amount = f"{number} {unit}{'' if number == 1 else 's'}"
            return f"{amount} ago" if milliseconds > 0 else f"in {amount}"
    return "now"
