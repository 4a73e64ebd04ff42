"""Writes the vectors: ids that every reader must accept, with their parts, and texts that it must refuse.

``python tests/make_vectors.py`` writes them anew; a test compares. Nothing of the package is used: they are a
second opinion on the grammar, for readers in any language.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "ssot_ids", "vectors")

TS, CTR, RND, STRONG = "1700000000000", "1234567890", "0a1b2c3d", "00112233445566778899aabbccddeeff"
TAIL = f"_{TS}_{CTR}_{RND}"
PLAIN = "user" + TAIL
THREAD = f"thread_agent_execution{TAIL}"
LONG = "a" * 63
UUID = "550e8400-e29b-41d4-a716-446655440000"


def accepted() -> Iterator[tuple[str, str, str, str, str]]:
    """Prefix, timestamp, counter, random and a note for each id."""
    yield "user", TS, CTR, RND, "an ordinary id"
    yield "session_auth_0123456789", TS, CTR, STRONG, "a strong id with a user tag"
    yield "ws_conn_0123456789", TS, CTR, RND, "a websocket connection"
    for rnd in ("00000000", "ffffffff", "01234567", "89abcdef", "12345678", "abcdefab", "deadbeef"):
        yield "user", TS, CTR, rnd, "a random part of 8 digits"
    for rnd in ("0" * 32, "f" * 32, STRONG, "1" * 32):
        yield "user", TS, CTR, rnd, "a random part of 32 digits"
    yield "user", "1000000000000", CTR, RND, "the first instant, 2001-09-09T01:46:40Z"
    yield "user", "9999999999999", CTR, RND, "the last instant, 2286-11-20T17:46:39.999Z"
    yield "user", "1000000000001", CTR, RND, "the second instant"
    yield "user", TS, "1000000000", RND, "the least counter"
    yield "user", TS, "9999999999", RND, "the greatest counter"
    yield "user", TS, "4294967296", RND, "a counter above 32 bits"
    yield "a", "1000000000000", "1000000000", "00000000", "the shortest id, 35 characters"
    yield LONG, "9999999999999", "9999999999", "f" * 32, "the longest id, 121 characters"
    yield LONG, TS, CTR, RND, "the longest prefix with 8 random digits"
    yield "a_" * 31 + "a", TS, CTR, RND, "the longest prefix of the shortest segments"
    yield "a" * 61 + "_b", TS, CTR, RND, "the longest prefix, its last segment one letter"
    for prefix, note in (
        ("z", "the last letter"),
        ("a0", "a digit behind the first letter"),
        ("a_0", "a segment of one digit"),
        ("a_0_1_2", "segments of digits"),
        ("id", "the prefix that stands for none"),
        ("abcdefghijklmnopqrstuvwxyz_0123456789", "every letter and digit"),
        ("cafe", "a prefix of hexadecimal digits"),
        ("deadbeef", "a prefix like a random part"),
        ("a_1700000000000", "a prefix that ends like a timestamp"),
        ("a_1700000000000_1234567890", "a prefix that ends like a timestamp and a counter"),
        ("a_0a1b2c3d", "a prefix that ends like a random part"),
        ("a_00000000000000000000000000000000", "a prefix that ends like a strong random part"),
        ("a_17000000000000", "a prefix that ends in 14 digits"),
        ("a_0700000000000", "a prefix that ends like a damaged timestamp"),
        ("null", "a word of a program"),
        ("select", "a word of SQL"),
        ("user" + TAIL, "a whole id as the prefix"),
        (PLAIN + "user", "one id directly behind another: the first is the prefix of the second"),
        ("run_user" + TAIL, "a run of something that is no thread: an id all the same"),
        ("run_thread" + TAIL, "a run id, which holds its thread id"),
        ("run_" + THREAD, "a run id of a longer thread id"),
        ("run_" + f"thread_a23456789012345678{TAIL}", "the longest run id: its prefix has 63 characters"),
    ):
        yield prefix, TS, CTR, RND, note
    yield "user" + TAIL, "1000000000000", "9999999999", STRONG, "an id as the prefix of a strong id"


def refused() -> Iterator[tuple[str, str, str]]:
    """Text, reason and note. The reason names the first field from the right that is wrong, or the shape."""
    yield from _shape()
    yield from _fields()
    yield from _prefixes()
    yield from _ends()
    yield from _foreign_characters()
    yield from _other_formats()
    yield from _single_damage()


def _shape() -> Iterator[tuple[str, str, str]]:
    for text, note in (
        ("", "nothing"),
        ("_", "one separator"),
        ("___", "separators only"),
        ("_" * 121, "separators only, as long as the longest id"),
        ("user", "a prefix only"),
        (TAIL, "no prefix, but its separator"),
        (TAIL[1:], "no prefix"),
        (f"user_{CTR}_{RND}", "no timestamp"),
        (f"user_{TS}_{RND}", "no counter"),
        (f"user_{TS}_{CTR}", "no random part"),
        (f"user_{TS}_{CTR}_", "an empty random part"),
        (f"user__{CTR}_{RND}", "an empty timestamp"),
        (f"user_{TS}__{RND}", "an empty counter"),
        (f"user_{CTR}_{TS}_{RND}", "timestamp and counter swapped"),
        (f"user_{TS}_{RND}_{CTR}", "counter and random part swapped"),
        (f"user_{RND}_{CTR}_{TS}", "all fields in the opposite order"),
        (f"{TS}_{CTR}_{RND}_user", "the prefix behind"),
        (PLAIN + "_" + RND, "one more random part"),
        (PLAIN[::-1], "backwards"),
        (PLAIN.replace("_", "-"), "hyphens for separators"),
        (PLAIN.replace("_", ":"), "colons for separators"),
        (PLAIN.replace("_", "."), "full stops for separators"),
        (PLAIN.replace("_", "/"), "slashes for separators"),
        (PLAIN.replace("_", " "), "spaces for separators"),
        (PLAIN.replace("_", ""), "no separators"),
        (PLAIN.replace("_", "__"), "double separators"),
        (PLAIN.replace("_", "\uff3f"), "full-width low lines for separators"),
        (PLAIN.replace("_", "\u203f"), "undertie characters for separators"),
        (f'"{PLAIN}"', "quoted"),
        (f"'{PLAIN}'", "quoted"),
        (f"{{{PLAIN}}}", "in braces"),
        (f"urn:ssot:{PLAIN}", "with a scheme"),
        (f"{PLAIN},{PLAIN}", "two ids"),
    ):
        yield text, "shape", note
    yield "a" * 64 + f"_{TS}_{CTR}_{RND}", "length", "a prefix of 64 characters"
    yield "a" * 64 + f"_{TS}_{CTR}_{STRONG}", "length", "122 characters"
    yield "a_" * 32 + f"{TS}_{CTR}_{RND}", "length", "a prefix of 64 characters, its last a separator"
    yield "a" * 88 + TAIL, "length", "a prefix of 88 characters: no longer than the longest id all the same"
    yield "a" * 1000 + TAIL, "length", "a prefix of 1,000 characters"
    yield f"run_thread_a234567890123456789{TAIL}{TAIL}", "length", "a run id with 19 characters of operation"
    yield f"run_user{TAIL}{TAIL}{TAIL}", "length", "ids nested too deep"


def _fields() -> Iterator[tuple[str, str, str]]:
    for ts, note in (
        ("0000000000000", "nought"),
        ("0999999999999", "the instant before the first"),
        ("0700000000000", "a leading nought"),
        ("10000000000000", "the instant behind the last"),
        ("999999999999", "12 digits"),
        ("1700000000", "seconds"),
        ("1700000000000000", "microseconds"),
        ("1700000000000000000", "nanoseconds"),
        ("170000000000a", "a letter"),
        ("-170000000000", "a sign"),
        ("+170000000000", "a sign"),
        ("1700000000.00", "a fraction"),
        ("1_70000000000", "a grouping"),
        ("1.70000000e12", "a power of ten"),
        ("18bcfe56800", "hexadecimal"),
        ("2023-11-14T22", "a date"),
    ):
        yield f"user_{ts}_{CTR}_{RND}", "timestamp", f"timestamp: {note}"
    for ctr, note in (
        ("0000000000", "nought"),
        ("0999999999", "one less than the least"),
        ("10000000000", "one more than the greatest"),
        ("1", "one digit"),
        ("123456789", "9 digits"),
        ("12345678901", "11 digits"),
        ("123456789a", "a letter"),
        ("-123456789", "a sign"),
        ("+123456789", "a sign"),
        ("12345678.9", "a fraction"),
        ("1e00000000", "a power of ten"),
        ("0x12345678", "hexadecimal"),
    ):
        yield f"user_{TS}_{ctr}_{RND}", "counter", f"counter: {note}"
    for rnd in (
        "0A1B2C3D",
        "0a1b2c3D",
        "0a1b2c3g",
        "0a1b2c3z",
        "0x1b2c3d",
        "-a1b2c3d",
        "0a1b 2c3",
        "0a1b-2c3",
    ):
        yield (
            f"user_{TS}_{CTR}_{rnd}",
            "random",
            "random: a character that is no lower-case hexadecimal digit",
        )
    for digits in (1, 4, 7, 9, 10, 12, 15, 16, 17, 24, 31, 33, 40, 64):
        yield f"user_{TS}_{CTR}_{'a' * digits}", "random", f"random: {digits} digits"
    yield f"user_{TS}_{CTR}_{STRONG.upper()}", "random", "random: 32 capital digits"
    yield f"user_{TS}_{CTR}_{STRONG[:-1]}g", "random", "random: 32 characters, the last no digit"
    yield f"user_{TS}_{CTR}_{UUID}", "random", "random: a uuid"
    yield f"user_{TS}_{CTR}_{UUID.replace('-', '')[:31]}-", "random", "random: 31 digits and a hyphen"


def _prefixes() -> Iterator[tuple[str, str, str]]:
    for prefix, note in (
        ("User", "a capital letter"),
        ("USER", "capital letters"),
        ("useR", "a capital letter at the end"),
        ("1user", "a digit first"),
        ("1", "a digit only"),
        ("1_user", "a segment of digits first"),
        ("_user", "a separator first"),
        ("user_", "a separator last"),
        ("_", "a separator only"),
        ("__", "separators only"),
        ("a__b", "an empty segment"),
        ("a_b__c_d", "an empty segment"),
        ("user-name", "a hyphen"),
        ("user.name", "a full stop"),
        ("user:name", "a colon"),
        ("user name", "a space"),
        ("user/name", "a slash"),
        ("user\\name", "a backslash"),
        ("user%name", "a per cent sign"),
        ("user@name", "an at sign"),
        ("us'er", "an apostrophe"),
        ('us"er', "a quotation mark"),
        ("x; drop table users", "a statement"),
        ("user\nname", "a line end inside"),
        ("user\x00name", "NUL inside"),
        ("\x00", "NUL only"),
        ("a" * 62 + "_", "63 characters, a separator last"),
        ("1" + "a" * 62, "63 characters, a digit first"),
        ("A" + "a" * 62, "63 characters, a capital letter first"),
    ):
        yield prefix + TAIL, "prefix", f"prefix: {note}"


def _ends() -> Iterator[tuple[str, str, str]]:
    for end, note in (
        ("\n", "a line feed"),
        ("\r", "a carriage return"),
        ("\r\n", "a carriage return and a line feed"),
        ("\n\n", "two line feeds"),
        (" ", "a space"),
        ("\t", "a tab"),
        ("\v", "a vertical tab"),
        ("\f", "a form feed"),
        ("\x00", "NUL"),
        ("\x1c", "a file separator"),
        ("\x85", "a next-line character"),
        ("\xa0", "a no-break space"),
        ("\u200b", "a zero-width space"),
        ("\u2028", "a line separator"),
        ("\u2029", "a paragraph separator"),
        ("\ufeff", "a byte order mark"),
        ("\u0301", "a combining accent"),
        ("\u202e", "a right-to-left override"),
        ("\ud800", "half a surrogate pair"),
        ("\U0001f600", "a character above U+FFFF"),
    ):
        yield PLAIN + end, "shape", f"behind it {note}"
        yield end + PLAIN, "shape", f"before it {note}"
    yield f"{PLAIN}\n{PLAIN}", "shape", "two lines"
    yield f"x\n{PLAIN}", "shape", "an id on the second line"
    yield f"{PLAIN}\nx", "shape", "an id on the first line"


def _foreign_characters() -> Iterator[tuple[str, str, str]]:
    """Characters that some readers take for digits or letters."""
    for zero, script in (
        ("\u0660", "Arabic-Indic"),
        ("\u06f0", "Persian"),
        ("\u0966", "Devanagari"),
        ("\uff10", "full-width"),
        ("\U0001d7ce", "mathematical bold"),
    ):
        for field, old in (("timestamp", TS), ("counter", CTR), ("random", RND)):
            first = next(at for at, character in enumerate(old) if character.isdigit())
            digit = chr(ord(zero) + int(old[first]))
            new = old[:first] + digit + old[first + 1 :]
            yield PLAIN.replace(old, new), field, f"{field}: its first digit is a {script} digit"
        all_digits = "".join(chr(ord(zero) + int(digit)) for digit in TS)
        yield PLAIN.replace(TS, all_digits), "timestamp", f"timestamp: {script} digits"
        yield f"user{zero}{TAIL}", "prefix", f"prefix: a {script} digit"
    for character, note in (
        ("\u00b2", "superscript two"),
        ("\u2460", "circled one"),
        ("\u4e00", "the Han numeral one"),
        ("\u2167", "the Roman numeral eight"),
        ("\ud800", "half a surrogate pair"),
        ("\udfff", "the other half of a surrogate pair"),
        ("\x00", "NUL"),
    ):
        yield f"user_1{character}{TS[2:]}_{CTR}_{RND}", "timestamp", f"timestamp: {note}"
        yield f"user_{TS}_1{character}{CTR[2:]}_{RND}", "counter", f"counter: {note}"
        yield f"user_{TS}_{CTR}_0{character}{RND[2:]}", "random", f"random: {note}"
    for character, note in (
        ("\u0430", "the Cyrillic letter a"),
        ("\u0435", "the Cyrillic letter ie, which looks like e"),
        ("\u03b1", "the Greek letter alpha"),
        ("\uff41", "the full-width letter a"),
        ("\u00e4", "the letter a with a diaeresis"),
        ("a\u0308", "the letter a and a combining diaeresis"),
        ("\u0131", "the dotless i"),
        ("\u017f", "the long s, whose capital is S"),
        ("\u212a", "the Kelvin sign, whose small letter is k"),
        ("\u00df", "the sharp s"),
        ("\ufb01", "the ligature fi"),
        ("\u202e", "a right-to-left override"),
        ("\u200d", "a zero-width joiner"),
        ("\u05d0", "the Hebrew letter alef"),
        ("\U0001f600", "a character above U+FFFF"),
        ("\ud83d", "half a surrogate pair"),
    ):
        yield f"us{character}r{TAIL}", "prefix", f"prefix: {note}"
        yield f"user_{TS}_{CTR}_0{character}1b2c3d"[: 35 + 4], "random", f"random: {note}"


def _other_formats() -> Iterator[tuple[str, str, str]]:
    for text, note in (
        (UUID, "a uuid"),
        (UUID.upper(), "a uuid in capitals"),
        (UUID.replace("-", ""), "the 32 digits of a uuid"),
        (f"user_{UUID}", "a uuid with a prefix"),
        (f"user_{UUID[:8]}", "the beginning of a uuid with a prefix"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "a ULID"),
        ("user_01h455vb4pex5vsknk084sn02q", "a TypeID"),
        ("V1StGXR8_Z5jdHi6B-myT", "a nanoid"),
        ("507f1f77bcf86cd799439011", "an ObjectId"),
        ("user_1700000000000", "a prefix and a clock"),
        (f"user_1700000000000_{RND}", "a prefix, a clock and a random part"),
        ("user_1700000000000_1_0a1b2c3d", "a counter that is not of fixed width"),
        ("12345", "a number"),
        ("null", "a word"),
        ("../../etc/passwd", "a path"),
        ("<script>alert(1)</script>", "markup"),
        ("' OR '1'='1", "a piece of SQL"),
        ("${jndi:x}", "a lookup"),
        ("%s%s%s%n", "a format"),
    ):
        yield text, "shape", note


def _single_damage() -> Iterator[tuple[str, str, str]]:
    """Every deletion and insertion behind the prefix, and a foreign character at every place."""
    boundary = PLAIN.index("_")
    for at in range(boundary, len(PLAIN)):
        yield PLAIN[:at] + PLAIN[at + 1 :], "shape", f"character {at} is lost"
    for at in range(boundary + 1, len(PLAIN) + 1):
        yield PLAIN[:at] + "1" + PLAIN[at:], "shape", f"one more digit at {at}"
    for at in range(boundary, len(PLAIN)):
        yield PLAIN[:at] + "_" + PLAIN[at:], "shape", f"one more separator at {at}"
    for at, character in enumerate(PLAIN):
        yield PLAIN[:at] + "-" + PLAIN[at + 1 :], "shape", f"a hyphen at {at}"
        if character.isalpha():
            yield PLAIN[:at] + character.upper() + PLAIN[at + 1 :], "shape", f"a capital letter at {at}"
    for at in range(1, len(PLAIN)):
        yield PLAIN[:at], "shape", f"cut behind {at} characters"
        if at >= boundary:
            yield PLAIN[at:], "shape", f"the first {at} characters are lost"
    for at in range(boundary, len(PLAIN) - 1):
        if at > boundary and "_" in PLAIN[at : at + 2]:
            yield PLAIN[:at] + PLAIN[at + 1] + PLAIN[at] + PLAIN[at + 2 :], "shape", f"swapped at {at}"


def documents() -> dict[str, str]:
    """The two files: name and content."""
    valid = [
        {
            "id": f"{prefix}_{ts}_{ctr}_{rnd}",
            "parts": {"prefix": prefix, "timestamp_ms": int(ts), "counter": int(ctr), "random": rnd},
            "note": note,
        }
        for prefix, ts, ctr, rnd, note in accepted()
    ]
    taken = {vector["id"] for vector in valid}
    invalid = []
    for text, reason, note in refused():
        if text not in taken:  # once only
            taken.add(text)
            invalid.append({"text": text, "reason": reason, "note": note})
    return {"valid.json": _written(valid), "invalid.json": _written(invalid)}


def _written(vectors: Sequence[object]) -> str:
    """A JSON array, ASCII only, one vector a line."""
    return "[\n" + ",\n".join(json.dumps(vector) for vector in vectors) + "\n]\n"


if __name__ == "__main__":
    for name, content in documents().items():
        with open(os.path.join(FOLDER, name), "w", encoding="ascii", newline="\n") as file:
            file.write(content)
