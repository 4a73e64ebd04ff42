"""The formats by example: what is of each, and as much that is not."""

from __future__ import annotations

import re
from typing import NoReturn

import pytest

from ssot_ids.recognise import FORMATS, Format, classify, legacy_parts

UUID4 = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
OURS = "user_1763888000123_1500000000_ab12cd34"
STRONG = "session_web_1763888000123_1500000000_ab12cd34ab12cd34ab12cd34ab12cd34"

# Texts of each format, and texts close to them that are something else.
TABLE: dict[Format, tuple[list[str], list[tuple[str, Format]]]] = {
    "ssot": (
        [
            OURS,
            STRONG,
            "a_1000000000000_1000000000_00000000",
            "z9_9_9999999999999_9999999999_ffffffff",
            f"run_thread_chat_1763888000123_1500000000_ab12cd34_{OURS[5:]}",
            "deadbeef_1763888000123_1500000000_ab12cd34",
            "x" * 63 + "_1763888000123_1500000000_" + "0" * 32,
        ],
        [
            ("_1763888000123_1500000000_ab12cd34", "ssot_damaged"),
            ("x" * 64 + "_1763888000123_1500000000_ab12cd34", "ssot_damaged"),
            ("user_0763888000123_1500000000_ab12cd34", "ssot_damaged"),
            ("user_1763888000123_0500000000_ab12cd34", "ssot_damaged"),
            (OURS + "\n", "ssot_damaged"),
            ("cache:eu:" + OURS, "unknown"),
            (f"see {OURS} for more", "unknown"),
            (OURS + "_2", "unknown"),
            (OURS + OURS, "ssot"),  # a prefix may hold an id
            (OURS * 2 + " x", "unknown"),
        ],
    ),
    "ssot_damaged": (
        [
            OURS.upper(),
            OURS.title(),
            OURS.replace("_", "-"),
            f" {OURS}",
            f'"{OURS}"',
            f"<{OURS}>",
            OURS[:-1],
            OURS[:-8],
            OURS[:-9],
            OURS + "0",
            STRONG[:-1],
            STRONG + "0",
            OURS[5:],
            "_1763888000123_1500000000",
            "1763888000123_1500000000_ab12cd34",
            "x1763888000123_1500000000_ab12cd34",
            "user_1763888000123_150000000_0ab12cd34",
            "9" + OURS,
            "user__1763888000123_1500000000_ab12cd34",
            "üser_1763888000123_1500000000_ab12cd34",
            "user_176388800012_1500000000_ab12cd34",
            "user_17638880001234_1500000000_ab12cd34",
            "user_1763888000123_150000000_ab12cd34",
            "user_17638880001231500000000_ab12cd34",
            "user1763888000123_1500000000_ab12cd34",
            "user_1763888000123_1500000000ab12cd34",
            "user_1763888000123_1500000000_ab12cd3g",
            "user_l763888000123_1500000000_ab12cd34",
            "user_176388800O123_1500000000_ab12cd34",
            "user_1763888000123_15000_00000_ab12cd34",
            "user_1763888000123_1500000000_a_b12cd34",
        ],
        [
            (OURS[:-10], "unknown"),  # nine digits of the counter are left
            (OURS[:18], "prefixed_clock"),
            (OURS[:17], "unknown"),
            (OURS[:12], "prefixed_number"),
            (OURS[18:], "unknown"),
            ("user_1763888000123_15000000_ab12cd34", "prefixed_clock_counter_hex"),
            ("user_1763888000_1500000000_ab12cd34", "unknown"),
            ("user_17638880001_1500000000_ab12cd34", "unknown"),
            ("user_1763888000123456_15000000001_ab12cd34", "unknown"),
            ("user_1763888000123_15000000001_ab12cd34x", "unknown"),
            ("user.1763888000123.1500000000.ab12cd34", "unknown"),
            ("a/b/user_1763888000123_1500000000_ab12cd34", "unknown"),
            ("id=1 user_1763888000123_1500000000_ab12cd34", "unknown"),
            (OURS.replace("1", "\u0661"), "unknown"),
            (OURS + ", " + OURS, "unknown"),
            (OURS + " for you", "unknown"),
            ("_176388800012_1500000000", "unknown"),
            ("63888000123_1500000000_ab12cd34", "unknown"),
            ("cache:eu:user_1763888000123_150000000_ab12cd34", "unknown"),
            ("user_1763888000123_1500000000_xyz2cd34", "unknown"),
            ("user_1763888000123_1500000000_ab12cdxyz", "unknown"),
            (OURS * 5 + "_x", "unknown"),
            (OURS[::-1], "unknown"),
            ("user_1763888000123_1500000000_" + "a" * 41, "unknown"),
            (UUID4, "uuid4"),
            ("user_" + UUID4, "prefixed_uuid"),
            ("user_1763888000123", "prefixed_clock"),
            ("user_1763888000123_ab12cd34", "prefixed_clock_hex"),
            ("user_ab12cd34", "prefixed_hex"),
            ("763888000123_1500000000_ab12cd34", "uuid_odd_spelling"),  # uuid.UUID() takes underscores
            ("", "empty"),
            ("_", "unknown"),
        ],
    ),
    "uuid4": (
        [UUID4, "00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"],
        [
            (UUID4[:-1], "unknown"),
            (UUID4 + "0", "unknown"),
            (UUID4 + "\n", "unknown"),
            (" " + UUID4, "unknown"),
            (UUID4.replace("3f", "3g"), "unknown"),
            (UUID4.replace("-", "_"), "unknown"),
            (UUID4.replace("3f", "3F"), "uuid_odd_spelling"),
            (UUID4.replace("-41d3", "-51d3"), "uuid_other"),
            (UUID4.replace("-9a0c", "-ca0c"), "uuid_other"),
        ],
    ),
    "uuid_other": (
        [
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "2c1d43b8-e0d7-11ee-bf70-325096b39f47",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
            "886313e1-3b8a-5372-9b90-0c9aee199e5d",
            "3f2504e0-4f89-41d3-1a0c-0305e82c3301",
        ],
        [
            ("00000000-0000-0000-0000-00000000000", "unknown"),
            ("00000000-0000-0000-0000-0000000000000", "unknown"),
            ("00000000_0000_0000_0000_000000000000", "unknown"),
            ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "uuid_odd_spelling"),
            ("017f22e2-79b0-7cc3-98c4dc0c0c07398f", "uuid_odd_spelling"),
            ("017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "uuid4"),
        ],
    ),
    "uuid_hex32": (
        [
            UUID4.replace("-", ""),
            "0" * 32,
            "12345678901234567890123456789012",
            "d41d8cd98f00b204e9800998ecf8427e",
            "deadbeefdeadbeefdeadbeefdeadbeef",
        ],
        [
            ("0" * 31, "unknown"),
            ("0" * 33, "unknown"),
            (UUID4.replace("-", "").upper(), "uuid_odd_spelling"),
            (UUID4.replace("-", "")[:-1] + "g", "unknown"),
            ("da39a3ee5e6b4b0d3255bfef95601890afd80709", "unknown"),
        ],
    ),
    "uuid_odd_spelling": (
        [
            UUID4.upper(),
            "{" + UUID4 + "}",
            "urn:uuid:" + UUID4,
            "uuid:" + UUID4,
            "urn:" + UUID4,
            "{{" + UUID4 + "}",
            "-" + UUID4,
            UUID4 + "-",
            "3f2504e04f89-41d3-9a0c-0305e82c3301",
            "3-f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "3f2504e0--4f89-41d3-9a0c-0305e82c3301",
            "0x" + UUID4[2:],
            "+" + UUID4[1:],
            UUID4[:-1] + "\n",
            " " + UUID4[1:],
            "3_2504e0-4f89-41d3-9a0c-0305e82c3301",
            "٣f2504e0-4f89-41d3-9a0c-0305e82c3301",  # a digit of another script
            "facade1_ab12cd34ab12cd34ab12cd34",
        ],
        [
            ("(" + UUID4 + ")", "unknown"),
            ("[" + UUID4 + "]", "unknown"),
            ("URN:UUID:" + UUID4, "prefixed_uuid"),
            ("guid:" + UUID4, "prefixed_uuid"),
            ("{" + UUID4, "uuid_odd_spelling"),
            ("{" + UUID4 + "}}x", "unknown"),
            ("0x" + UUID4.replace("-", ""), "unknown"),
            (UUID4 + "}x", "unknown"),
            (UUID4.replace("3f", "3\u00a0"), "unknown"),
            ("3__504e0-4f89-41d3-9a0c-0305e82c3301", "unknown"),
            ("_f2504e0-4f89-41d3-9a0c-0305e82c3301", "unknown"),
            (UUID4[:-1] + "_", "unknown"),
            ("0y" + UUID4[2:], "unknown"),
            ("++" + UUID4[2:], "unknown"),
            (UUID4[:-1] + "\0", "unknown"),
            ("\ud800" + UUID4[1:], "unknown"),
            ("²" + UUID4[1:], "unknown"),
            ("{" + UUID4.replace("-", "\u2013") + "}", "unknown"),
            ("-" * 224 + "a" * 32, "unknown"),
        ],
    ),
    "prefixed_uuid": (
        [
            "client_" + UUID4,
            "client-" + UUID4,
            "client:" + UUID4,
            "WS-Conn_2_" + UUID4,
            "run_" + UUID4 + "_" + UUID4,
            "x_1763888000123_" + UUID4,
            "deed_00000000-0000-0000-0000-000000000000",
        ],
        [
            ("client" + UUID4, "unknown"),
            ("client." + UUID4, "unknown"),
            ("client/" + UUID4, "unknown"),
            ("client__" + UUID4, "unknown"),
            ("_" + UUID4, "unknown"),
            ("1client_" + UUID4, "unknown"),
            ("the client_" + UUID4, "unknown"),
            ("clïent_" + UUID4, "unknown"),
            ("client_" + UUID4.upper(), "unknown"),
            ("client_" + UUID4 + "_", "unknown"),
            ("client_" + UUID4 + "\n", "unknown"),
            ("client_" + UUID4[:-1], "unknown"),
            ("client_{" + UUID4 + "}", "unknown"),
            ("deed-" + UUID4, "unknown"),  # a uuid with a group too many
            ("f" + UUID4[1:] + "_" + UUID4, "unknown"),
        ],
    ),
    "prefixed_hex": (
        [
            "ws_ab12cd34",
            "ws-ab12cd34",
            "ws:ab12cd34",
            "ws_a1b2",
            "user_a1b2c3",
            "user_deadbeef",
            "x_abcdefabcd",
            "x_ab12cd34ab12",
            "x_ab12cd34ab12cd34",
            "x_ab12cd34ab12cd34ab12cd34",
            "x_ab12cd34ab12cd34ab12cd34ab12cd34",
            "e2e_ab12cd34",
            "ad_ab12cd34",
            "feed_ab12cd34",
            "agent_" + UUID4 + "_ab12cd34",
            "ws_conn_user_123456789_ab12cd34",
        ],
        [
            ("user_decade", "unknown"),
            ("user_facade", "unknown"),
            ("user_face", "unknown"),
            ("user_1234", "prefixed_number"),
            ("user_12345678", "prefixed_number"),
            ("user_abc123", "unknown"),
            ("user_12ab", "unknown"),
            ("host_fe80", "unknown"),
            ("ws_ab12cd3", "unknown"),
            ("ws_ab12cd345", "unknown"),
            ("ws_ab12cd3g", "unknown"),
            ("ws_AB12CD34", "unknown"),
            ("wsab12cd34", "unknown"),
            ("ws.ab12cd34", "unknown"),
            ("ws__ab12cd34", "unknown"),
            ("_ab12cd34", "unknown"),
            ("ws_ab12cd34_", "unknown"),
            ("ws_ab12cd34\n", "unknown"),
            ("a ws_ab12cd34", "unknown"),
            ("ab12cd34_ef56ab78", "unknown"),
            ("ad-ab12cd34", "unknown"),
            ("client_3f2504e0-4f89", "unknown"),
            ("client_3f2504e0-4f89-41d3-9a0c-0305e82c", "unknown"),
            ("f2504e04-4f89", "unknown"),
            ("f2504e04-4f89-41d3-9a0c", "unknown"),
            ("x_da39a3ee5e6b4b0d3255bfef95601890afd80709", "unknown"),
            ("x_1234567890123456789012345678901234", "unknown"),
        ],
    ),
    "prefixed_clock": (
        [
            "run_1763888000",
            "run_1763888000123",
            "run-1763888000123456",
            "run:1763888000123456789",
            "run_1763888000.123456",
            "run_1763888000.1",
            "run_1262304000",
            "run_2524607999",
            "run_20251123_075311",
            "run_20251123075311",
            "run_20251123-075311",
            "run_2025-11-23T07:53:11",
            "run_2025-11-23T07:53:11.123456",
            "run:2025-11-23T07:53:11+00:00",
            "run-2025-11-23T07:53:11Z",
            "run_2025-11-23_07-53-11",
        ],
        [
            ("run_1262303999", "prefixed_number"),
            ("run_2524608000", "prefixed_number"),
            ("tel_5550123456", "prefixed_number"),
            ("run_1234567890", "prefixed_number"),
            ("run_17638880001234", "prefixed_number"),
            ("run_176388800012", "unknown"),  # what is left of milliseconds?
            ("run_17638880001", "unknown"),
            ("run_123456789012", "prefixed_number"),
            ("run_1763888000.", "unknown"),
            ("run_763888000.12", "unknown"),
            ("run_1163888000.12", "unknown"),
            ("1_1763888000", "unknown"),
            ("run_1763888000_1763888001", "unknown"),
            ("run_20251323_075311", "prefixed_number"),
            ("run_20251123_075361", "prefixed_number"),
            ("run_20251123_245311", "prefixed_number"),
            ("run_20251123", "prefixed_number"),
            ("2025-11-23T07:53:11", "unknown"),
            ("run_2025-11-23T07:53:11 ", "unknown"),
            ("run_2025-11-23T07:53:11.", "unknown"),
            ("run 1_2025-11-23T07:53:11", "unknown"),
            ("run_20251123075361", "prefixed_number"),
            ("run_19991123_075311", "prefixed_number"),
        ],
    ),
    "prefixed_clock_hex": (
        [
            "agent_run_1_1763888000123_ab12cd34",
            "triage_run_1763888000_ab12cd34",
            f"triage_{UUID4}_1763888000123_ab12cd34",
            "x-1763888000123-a1b2",
            "x_1763888000123_face",
            "x_1763888000123_12345678",
            "x_1763888000123_123456789012",
            "x_1763888000123_123456789012345678901234",
            "x_1763888000123456789_ab12cd34ab12cd34ab12cd34ab12cd34",
        ],
        [
            ("x_1763888000123_00000012", "unknown"),
            ("x_1763888000123_1234", "unknown"),
            ("x_1763888000123_1234567890", "ssot_damaged"),
            ("x_1763888000123_1234567890123456", "unknown"),
            ("x_1763888000123_ab12cd3", "unknown"),
            ("x_1763888000123_ab12cd3g", "unknown"),
            ("x_1763888000123_AB12CD34", "unknown"),
            ("1763888000123_ab12cd34", "unknown"),
            ("x_9763888000123_ab12cd34", "prefixed_hex"),
            ("x_176388800012_ab12cd34", "prefixed_hex"),
        ],
    ),
    "prefixed_clock_counter_hex": (
        [
            "ws_conn_user_1_1763888000123_7_ab12cd34",
            "thread_1763888000123_1_ab12cd34",
            "x_1763888000_12345678_ab12cd34",
            "x_1763888000123_00000001_12345678",
            "x_1763888000123_7_00345678",
        ],
        [
            ("x_1763888000123_123456789_ab12cd34", "ssot_damaged"),
            ("x_1763888000123_1234567890_ab12cd34", "ssot"),
            ("x_1763888000123_7_7_ab12cd34", "prefixed_hex"),
            ("x_1763888000_123456789_ab12cd34", "unknown"),
            ("x_1763888000123_ab1_ab12cd34", "prefixed_hex"),
            ("x_y_7_ab12cd34", "prefixed_hex"),
            ("1763888000123_7_ab12cd34", "unknown"),
            ("x_1763888000123__ab12cd34", "unknown"),
            ("x_7_1763888000123_ab12cd34", "prefixed_clock_hex"),
        ],
    ),
    "prefixed_number": (
        ["user_1", "user_1234", "user-0042", "order_2024_0001", "u_12345678901234567890", "A:5"],
        [
            ("user1234", "unknown"),
            ("user_", "unknown"),
            ("user_12a", "unknown"),
            ("user_-5", "unknown"),
            ("user_1.5", "unknown"),
            ("u_123456789012345678901", "unknown"),
            ("12_34", "unknown"),
            ("user_١٢٣", "unknown"),
            ("user_123456789_1", "unknown"),
            ("beef-1234", "unknown"),
            ("client_3f2504e0-4189", "unknown"),
        ],
    ),
    "bare_hex": (
        ["a1b2c3", "3f2504e0", "3f2504e04f", "ab12cd34ab12", "ab12cd34ab12cd34", "ab12cd34ab12cd34ab12cd34"],
        [
            ("a1b2", "unknown"),
            ("abc123", "unknown"),
            ("facade", "unknown"),
            ("deadbeef", "unknown"),
            ("AB12CD34", "unknown"),
            ("ab12cd3", "unknown"),
            ("ab12cd3g", "unknown"),
            ("ab12cd34\n", "unknown"),
            ("12345678", "number"),
            ("3f2504e0-4f89", "unknown"),
            ("123456789012345678901234", "unknown"),
        ],
    ),
    "number": (
        ["0", "007", "42", "1763888000123", "12345678901234567890"],
        [
            ("-1", "unknown"),
            ("+1", "unknown"),
            ("1.0", "unknown"),
            ("1e5", "unknown"),
            ("1_000", "unknown"),
            ("1\n", "unknown"),
            (" 1", "unknown"),
            ("٣", "unknown"),
            ("²", "unknown"),
            ("123456789012345678901", "unknown"),
        ],
    ),
    "empty": ([""], [(" ", "unknown"), ("\0", "unknown"), ("\n", "unknown"), ("_", "unknown")]),
    "unknown": (
        [
            "null",
            "None",
            "undefined",
            "anonymous",
            "default_user",
            "user@example.org",
            "https://example.org/a_1",
            "images/2024ab12",
            "eyJhbGciOiJIUzI1NiJ9.e30.abc",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "V1StGXR8_Z5jdHi6B-myT",
            "🦄_ab12cd34",
            "\ud800",
            "a" * 256,
            "user_\u202e1234",
        ],
        [
            ("01h2xcejqtf2nbrexx3vqjhp41", "unknown"),
            ("prefix_01h2xcejqtf2nbrexx3vqjhp41", "unknown"),
        ],
    ),
}


def _cases() -> list[tuple[str, Format]]:
    cases = []
    for form, (members, others) in TABLE.items():
        cases += [(text, form) for text in members] + others
    return cases


@pytest.mark.parametrize(("text", "form"), _cases())
def test_table(text: str, form: Format) -> None:
    assert classify(text) == form


def test_the_table_is_about_every_format_and_as_much_about_what_is_none() -> None:
    assert list(TABLE) == [form for form in FORMATS if form in TABLE]
    assert set(TABLE) == set(FORMATS)
    for form, (members, others) in TABLE.items():
        if form != "unknown":
            foreign = [text for text, actual in others if actual != form]
            assert len(foreign) >= len(members), form


def test_every_format_is_described_in_one_sentence() -> None:
    for form, sentence in FORMATS.items():
        assert re.fullmatch(r"[A-Z0-9][^\n]*\.", sentence), form


class Hostile(str):
    """A text whose own methods all fail."""

    __slots__ = ()

    def _no(self, *_: object, **__: object) -> NoReturn:
        raise RuntimeError("no")

    __str__ = __repr__ = __len__ = __iter__ = __getitem__ = __contains__ = __hash__ = _no
    __eq__ = __ne__ = __lt__ = __format__ = __add__ = __bool__ = _no
    strip = lower = replace = split = rsplit = rfind = startswith = isascii = encode = _no


@pytest.mark.parametrize(("text", "form"), _cases())
def test_a_text_of_a_subclass_counts_by_its_characters(text: str, form: Format) -> None:
    assert classify(Hostile(text)) == form
    parts = legacy_parts(text)
    assert legacy_parts(Hostile(text)) == parts
    if parts is not None:
        assert {type(part) for part in parts} == {str}
