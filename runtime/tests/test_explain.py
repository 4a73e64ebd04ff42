"""`ssot_ids.explain` and ``python -m ssot_ids explain``."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ssot_ids import (
    IdMigrationBridge,
    IdPolicy,
    Kind,
    NullObserver,
    UnifiedIdGenerator,
    UnifiedIDManager,
    __version__,
    configure,
    parse_id,
    set_observer,
)
from ssot_ids.__main__ import main
from ssot_ids.explain import TAGGED, damage, explain, render, shown
from ssot_ids.policy import DEFAULT_KINDS
from ssot_ids.recognise import FORMATS
from ssot_ids.testing import START_MS, deterministic
from ssot_ids.validation import validate

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
USER = "user_1704067200000_1000000000_f012abef"
SESSION = "session_user_2d6b44435a_1704067201000_1000000001_cabbe679b6421d24cc2834a044d0af34"
THREAD = "thread_chat_1704067201000_1000000002_16c5f8ac"
RUN = f"run_{THREAD}_1704067201000_1000000003_16c5f8ac"
NO_CREDENTIAL = (
    "It is no credential: its random part can be guessed, and whoever has seen the id knows it.",
    "It proves nothing about an owner: ask the store that holds what it names.",
    "It is no UUID: a reader or a column that wants 36 characters refuses it.",
)


@pytest.fixture(autouse=True)
def _not_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSOT_IDS_ENV", raising=False)


def test_an_ordinary_id() -> None:
    told = explain(USER, now_ms=START_MS + 61_000)
    assert told == {
        "id": USER,
        "valid": True,
        "format": "ssot",
        "about": FORMATS["ssot"],
        "kind": "user",
        "prefix": "user",
        "time": "2024-01-01T00:00:00.000Z",
        "age_ms": 61_000,
        "counter": 1_000_000_000,
        "random": "f012abef",
        "random_bits": 32,
        "strong": False,
        "notes": list(NO_CREDENTIAL),
    }
    assert render(told) == (
        f"{USER}\n"
        "  an id of kind user\n"
        "  format    ssot: An id in the one spelling of the grammar.\n"
        "  prefix    user\n"
        "  time      2024-01-01 00:00:00.000 UTC (1 minute ago)\n"
        "  counter   1000000000\n"
        "  random    32 bits\n"
        "  strong    no\n" + "".join(f"  - {note}\n" for note in NO_CREDENTIAL)
    )


def test_a_strong_id_with_a_tag() -> None:
    told = explain(SESSION, now_ms=START_MS)
    assert (told["kind"], told["user_tag"], told["random_bits"], told["strong"]) == (
        "session",
        "2d6b44435a",
        128,
        True,
    )
    assert told["notes"][0].endswith("where it serves as a credential, keep it out of logs.")
    assert told["notes"][-1] == (
        "The user tag is a hint for readers of logs: other users may have the same one."
    )
    assert "  user tag  2d6b44435a\n" in render(told)
    assert "  strong    yes\n" in render(told)


def test_a_run_shows_its_thread() -> None:
    told = explain(RUN, now_ms=START_MS)
    assert (told["kind"], told["valid"], told["thread_id"]) == ("run", True, THREAD)
    assert f"  thread    {THREAD}\n" in render(told)
    assert "thread_id" not in explain(THREAD)
    assert "thread_id" not in explain("run_nightly_1704067201000_1000000003_16c5f8ac")


def test_a_run_with_a_damaged_thread() -> None:
    told = explain("run_thread_chat_170406720100_1000000002_16c5f8ac_1704067201000_1000000003_16c5f8ac")
    assert (told["valid"], told["reason"], told["kind"]) == (False, "thread", "run")
    assert "thread_id" not in told
    assert "  not valid: thread (It is a thread id that no run id can hold" in render(told)


def test_a_weak_session_is_explained_as_far_as_it_goes() -> None:
    told = explain("session_1704067200000_1000000000_f012abef", now_ms=START_MS)
    assert (told["valid"], told["reason"], told["kind"], told["random_bits"]) == (
        False,
        "weak",
        "session",
        32,
    )
    assert told["notes"] == list(NO_CREDENTIAL)
    assert "  not valid: weak (Its kind is declared strong" in render(told)


def test_every_method_is_explained_with_its_kind_and_tag() -> None:
    generator = UnifiedIdGenerator
    with deterministic():
        made = {
            "ws_conn": generator.generate_websocket_connection_id("alice"),
            "ws_client": generator.generate_websocket_client_id("alice"),
            "session": generator.generate_session_id("alice", "auth"),
            "agent": generator.generate_agent_execution_id("triage", "alice"),
            "tool": generator.generate_tool_execution_id("search", "alice"),
            "message": generator.generate_message_id("reply", "alice"),
        }
        untagged = [
            *generator.generate_user_context_ids("alice", "chat"),
            generator.generate_base_id("user"),
            generator.generate_message_id("reply"),
            UnifiedIDManager.generate_thread_id(),
            generator.generate_base_id("user_2d6b44435a"),
        ]
    assert {explain(text)["kind"]: explain(text)["user_tag"] for text in made.values()} == dict.fromkeys(
        made, "2d6b44435a"
    )
    assert tuple(sorted(made)) == TAGGED
    assert [text for text in untagged if "user_tag" in explain(text)] == []
    assert set(TAGGED) <= {kind.name for kind in DEFAULT_KINDS}


def test_an_unknown_user_is_no_hint() -> None:
    told = explain(UnifiedIdGenerator.generate_tool_execution_id("search"))
    assert told["user_tag"] == "anon"
    assert "  user tag  anon (no user was known)\n" in render(told)
    assert len(told["notes"]) == 3


def test_kinds_come_from_the_policy_in_force() -> None:
    text = "invoice_2024_1704067200000_1000000000_f012abef"
    assert "kind" not in explain(text)
    assert "  an id of no declared kind\n" in render(explain(text))
    before = configure(IdPolicy(kinds=[Kind("invoice", strong=True)]))
    try:
        told = explain(text)
    finally:
        configure(before)
    assert (told["valid"], told["reason"], told["kind"]) == (False, "weak", "invoice")


def test_a_translated_id_has_no_time() -> None:
    told = explain(IdMigrationBridge(key="k" * 16).translate(str(uuid.UUID(int=7)), kind="user"))
    assert told["valid"]
    assert told["translated"]
    assert not {"time", "age_ms", "counter"} & set(told)
    assert told["notes"][0].startswith("IdMigrationBridge.translate makes such ids of older ones")


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (0, "now"),
        (999, "now"),
        (-999, "now"),
        (1_000, "1 second ago"),
        (59_999, "59 seconds ago"),
        (3_600_000, "1 hour ago"),
        (86_399_999, "23 hours ago"),
        (172_800_000, "2 days ago"),
        (31_557_600_000, "1 year ago"),
        (-60_000, "in 1 minute"),
        (-172_800_000, "in 2 days"),
    ],
)
def test_the_age_in_words(age: int, words: str) -> None:
    assert f" UTC ({words})\n" in render(explain(USER, now_ms=START_MS + age))


@pytest.mark.parametrize(("ahead", "doubt"), [(60_000, False), (60_001, True)])
def test_an_id_of_the_future_is_doubted(ahead: int, doubt: bool) -> None:
    notes = explain(USER, now_ms=START_MS - ahead)["notes"]
    assert any("one of the two clocks is wrong" in note for note in notes) == doubt


V4 = "550e8400-e29b-41d4-a716-446655440000"
NEW_YEAR = "2024-01-01T00:00:00.000Z"
IN_MS = "2024-01-01T00:00:00.123Z"


@pytest.mark.parametrize(
    ("text", "form", "expected", "note"),
    [
        (V4, "uuid4", {"uuid_version": 4, "random_bits": 122}, ""),
        (f"client_{V4}", "prefixed_uuid", {"prefix": "client", "uuid_version": 4, "random_bits": 122}, ""),
        (V4.replace("-", ""), "uuid_hex32", {"uuid_version": 4, "random_bits": 122}, ""),
        ("d41d8cd98f004204e9800998ecf8427e", "uuid_hex32", {}, "may be something else, like a digest"),
        ("d41d8cd98f009204a9800998ecf8427e", "uuid_hex32", {}, "may be something else, like a digest"),
        ("d41d8cd98f000204a9800998ecf8427e", "uuid_hex32", {}, "may be something else, like a digest"),
        ("d41d8cd98f008204a9800998ecf8427e", "uuid_hex32", {"uuid_version": 8}, ""),
        (
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "uuid_other",
            {"uuid_version": 1, "time": "1998-02-04T22:13:53.151Z", "random_bits": 14},
            "network address",
        ),
        (
            "1d19dad6-ba7b-6810-80b4-00c04fd430c8",
            "uuid_other",
            {"uuid_version": 6, "time": "1998-02-04T22:13:53.151Z", "random_bits": 14},
            "network address",
        ),
        (
            "018cc251-f400-7000-8000-000000000000",
            "uuid_other",
            {"uuid_version": 7, "time": NEW_YEAR, "random_bits": 74},
            "",
        ),
        # after the year 9999
        ("ffffffff-ffff-7fff-bfff-ffffffffffff", "uuid_other", {"uuid_version": 7, "random_bits": 74}, ""),
        (
            "886313e1-3b8a-5372-9b90-0c9aee199e5d",
            "uuid_other",
            {"uuid_version": 5, "random_bits": 0},
            "digest of a name",
        ),
        ("00000000-0000-0000-0000-000000000000", "uuid_other", {"random_bits": 0}, "the nil or the max"),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", "uuid_other", {"random_bits": 0}, "the nil or the max"),
        (
            f"{{{V4.upper()}}}",
            "uuid_odd_spelling",
            {"uuid_version": 4, "random_bits": 122},
            f"which is {V4}.",
        ),
        (
            f"urn:uuid:{V4}",
            "uuid_odd_spelling",
            {"uuid_version": 4, "random_bits": 122},
            f"which is {V4}.",
        ),
        ("\N{ARABIC-INDIC DIGIT ZERO}" * 32, "uuid_odd_spelling", {}, ""),
        ("ws_ab12cd34", "prefixed_hex", {"prefix": "ws", "random_bits": 32}, "a part of a UUID"),
        ("ab12cd34", "bare_hex", {"random_bits": 32}, "a part of a UUID"),
        (
            "job_1704067200",
            "prefixed_clock",
            {"prefix": "job", "time": NEW_YEAR, "random_bits": 0},
            "nothing random",
        ),
        ("job_1704067200123", "prefixed_clock", {"prefix": "job", "time": IN_MS, "random_bits": 0}, ""),
        ("job_1704067200123456", "prefixed_clock", {"prefix": "job", "time": IN_MS, "random_bits": 0}, ""),
        ("job_1704067200123456789", "prefixed_clock", {"prefix": "job", "time": IN_MS, "random_bits": 0}, ""),
        ("job_1704067200.5", "prefixed_clock", {"prefix": "job", "time": NEW_YEAR, "random_bits": 0}, ""),
        ("job_20240101_120000", "prefixed_clock", {"prefix": "job", "random_bits": 0}, "nothing random"),
        (
            "triage_run_1704067200123_ab12cd34",
            "prefixed_clock_hex",
            {"prefix": "triage_run", "time": IN_MS, "random_bits": 32},
            "",
        ),
        (
            "ws_1704067200123_1_ab12cd34",
            "prefixed_clock_counter_hex",
            {"prefix": "ws", "time": IN_MS, "random_bits": 32},
            "",
        ),
        ("user_179", "prefixed_number", {"prefix": "user", "random_bits": 0}, "nothing random"),
        ("12345", "number", {"random_bits": 0}, "nothing random"),
        ("hello", "unknown", {}, "Nothing here knows such a text"),
        ("", "empty", {}, "Nothing here knows such a text"),
        (USER.upper(), "ssot_damaged", {}, "It has capital letters; an id has none."),
    ],
)
def test_what_is_no_id_of_ours(text: str, form: str, expected: dict[str, object], note: str) -> None:
    told = explain(text, now_ms=START_MS)
    assert told["format"] == form
    assert told["about"] == FORMATS[told["format"]]
    assert not told["valid"]
    always = ("about", "age_ms", "format", "id", "notes", "reason", "valid")
    assert {key: value for key, value in told.items() if key not in always} == expected
    assert ("age_ms" in told) == ("time" in told)
    assert note in " ".join(told["notes"])
    older = any("It is an older id and can stay" in line for line in told["notes"])
    assert older == (form not in ("unknown", "empty", "ssot_damaged"))


def test_every_format_is_in_the_table_above() -> None:
    mark = test_what_is_no_id_of_ours.pytestmark[0]  # type: ignore[attr-defined] # pytest sets it
    assert {row[1] for row in mark.args[1]} == set(FORMATS) - {"ssot"}


def test_random_bits_of_a_foreign_text_are_an_upper_bound() -> None:
    assert "  random    at most 122 bits\n" in render(explain("550e8400-e29b-41d4-a716-446655440000"))
    assert "  random    0 bits\n" in render(explain("12345"))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (USER, []),
        (f" {USER}\n", ["There is white space, or a sign that is no part of it, around it."]),
        (f"'{USER}'", ["There is white space, or a sign that is no part of it, around it."]),
        (USER.upper(), ["It has capital letters; an id has none."]),
        (USER.replace("_", "-"), ["It has '-' where '_' belongs."]),
        (USER[:-1], ["The random part has 7 digits, not 8 or 32."]),
        (USER + USER[-8:], ["The random part has 16 digits, not 8 or 32."]),
        (USER[:-1] + "g", ["The random part is not made of 0-9 and a-f."]),
        (USER[:-9], ["It has fewer than four fields with '_' between them."]),
        ("x_" + USER[:-9], ["The time is not made of digits.", "The counter has 13 digits, not 10.", "10"]),
        ("user_170406720000_1000000000_f012abef", ["The time has 12 digits, not 13."]),
        ("user_0704067200000_1000000000_f012abef", ["The time begins with 0."]),
        ("user_1704067200000_0000000000_f012abef", ["The counter begins with 0."]),
        ("user_1704067200000_10000000001_f012abef", ["The counter has 11 digits, not 10."]),
        ("user_1704067200000_100000000x_f012abef", ["The counter is not made of digits."]),
        ("user_1704067200000__f012abef", ["The counter is not made of digits."]),
        ("user__1704067200000_1000000000_f012abef", ["Its prefix is not 1 to 63 characters"]),
        ("1user_1704067200000_1000000000_f012abef", ["Its prefix is not 1 to 63 characters"]),
        ("u" * 64 + USER[4:], ["Its prefix is not 1 to 63 characters"]),
    ],
)
def test_damage_is_named(text: str, faults: list[str]) -> None:
    found = damage(text)
    assert len(found) == len(faults)
    for one, other in zip(found, faults, strict=True):
        assert other in one


CHANGES = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["", "x", "0", "_", "-", "A", "é", " ", "٣"])), max_size=3
)


@settings(deadline=None)
@given(base=st.sampled_from([USER, SESSION, THREAD]), changes=CHANGES)
@example(base="", changes=[])
def test_damage_is_named_exactly_where_the_text_is_no_id(base: str, changes: list[tuple[int, str]]) -> None:
    text = base
    for at, letters in changes:
        text = text[:at] + letters + text[at + 1 :]
    assert (damage(text) == []) == (parse_id(text) is not None)


@settings(deadline=None)
@given(st.one_of(st.text(), st.from_regex(r"[a-z]{1,5}[_:-][0-9a-f_-]{0,40}", fullmatch=True)))
@example("\ud800")
@example("x" * 5_000)
@example("0" * 19)
@example("9" * 19)
@example("e_" + "9" * 19)
@example("urn:uuid:" * 20 + "0" * 32)
def test_any_text_is_explained_in_ascii(text: str) -> None:
    told = explain(text)
    assert told["valid"] == validate(text).ok
    assert ("reason" in told) != told["valid"]
    shown_text = render(told)
    assert shown_text.isascii()
    assert shown_text.replace("\n", "").isprintable()
    assert len(shown_text) < 4_000
    assert json.loads(json.dumps(told)) == told
    if told["valid"]:
        assert len(told["notes"]) >= 3


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", "(the empty text)"),
        ("plain text", "plain text"),
        ("a\x1b[31mb\r\n", r"a\x1b[31mb\r\n"),
        ("ä€\udcff\U0001f600", r"\xe4\u20ac\udcff\U0001f600"),
        ("x" * 160, "x" * 160),
        ("x" * 161, "x" * 160 + "..."),
    ],
)
def test_a_terminal_gets_no_control_characters(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_no_observer_hears_of_it() -> None:
    heard: list[str] = []

    class Listener(NullObserver):
        def seen(self, kind: str, format: str, where: str) -> None:  # noqa: A002
            heard.append(kind + format + where)

    before = set_observer(Listener())
    try:
        explain(USER)
        explain("hello")
        validate(USER)
    finally:
        set_observer(before)
    assert heard == ["userssot"]


# The command line


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ([USER], 0),
        ([USER, SESSION, RUN], 0),
        ([USER, "hello"], 1),
        ([""], 1),
        ([USER[:-1]], 1),
        (["--", "-x"], 1),
    ],
)
def test_exit_codes(ids: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *ids]) == code
    captured = capsys.readouterr()
    assert captured.out.count("  format  ") == len([text for text in ids if text != "--"])
    assert captured.err == ""


@pytest.mark.parametrize(
    "arguments", [[], ["explain"], ["explain", "--csv", USER], ["new", "user"], ["--json"]]
)
def test_usage_errors(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main(arguments)
    assert ending.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m ssot_ids")


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main([flag])
    assert ending.value.code == 0
    assert capsys.readouterr().out == f"ssot-ids-runtime {__version__}\n"


def test_several_ids_are_set_apart(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "a", "b"])
    out = capsys.readouterr().out
    first, second = out.split("\n\n")
    assert first.startswith("a\n  not valid")
    assert second.startswith("b\n  not valid")


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json", USER, "ä\n\udcff"]) == 1
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first.pop("age_ms") > 0
    expected = explain(USER)
    del expected["age_ms"]
    assert first == expected
    assert second == explain("ä\n\udcff")


Read = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Read:
    def run(data: bytes, *arguments: str) -> tuple[int, list[str]]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))
        code = main(["explain", "--json", *arguments])
        return code, [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.mark.parametrize(
    ("data", "ids", "code"),
    [
        (f"{USER}\n{RUN}\n".encode(), [USER, RUN], 0),
        (f"{USER}\r\n\r\n\n{RUN}".encode(), [USER, RUN], 0),
        (f" {USER}\n".encode(), [f" {USER}"], 1),
        (b"\xff\n\xc3\xa4\n", ["\udcff", "ä"], 1),
        (b"\xef\xbb\xbf" + USER.encode() + b"\n", [USER], 0),
        (b"x" * 4096 + b"\n" + USER.encode(), ["x" * 4096, USER], 1),
        (b"x" * 9000 + b"\n" + USER.encode(), ["x" * 4096, USER], 1),
        (b"x" * 4095 + b"\n" + USER.encode(), ["x" * 4095, USER], 1),
    ],
)
def test_standard_input(read: Read, data: bytes, ids: list[str], code: int) -> None:
    assert read(data, "-") == (code, ids)


def test_standard_input_between_arguments(read: Read) -> None:
    assert read(b"b\nc\n", "a", "-", "d", "-") == (1, ["a", "b", "c", "d"])


@pytest.mark.parametrize("data", [b"", b"\n\r\n"])
def test_nothing_to_read_is_no_success(
    data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["explain", "-"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "python -m ssot_ids: there is no id on standard input\n"


def process(command: str, **variables: str) -> tuple[int, bytes, bytes]:
    environment = {**os.environ, "PYTHONPATH": ROOT, "PY": sys.executable, "ID": USER, **variables}
    environment.pop("PYTHONUNBUFFERED", None)  # with a buffer there is something left to write at the end
    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, timeout=600)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="written for a POSIX shell")
@pytest.mark.parametrize(
    ("command", "code", "out", "err"),
    [
        ('"$PY" -m ssot_ids explain "$ID"', 0, b"an id of kind user", b""),
        ("printf 'a\\377\\n' | PYTHONIOENCODING=ascii \"$PY\" -m ssot_ids explain -", 1, b"a\\udcff\n", b""),
        ('"$PY" -m ssot_ids explain "$ID" >&-', 0, b"", b""),
        ('"$PY" -m ssot_ids explain - <&-', 2, b"", b"there is no standard input"),
        ('"$PY" -m ssot_ids explain "$ID" 2>&- >/dev/full', 2, b"", b""),
        (
            '{ yes "$ID" | "$PY" -m ssot_ids explain -; echo "code $?" >&2; } | head -n 1',
            0,
            b"user_",
            b"code 1\n",
        ),
        ('{ "$PY" -m ssot_ids explain "$ID"; echo "code $?" >&2; } | true', 0, b"", b"code 1\n"),
    ],
    ids=["plain", "ascii", "stdout closed", "stdin closed", "disk full", "reader gone", "reader gone early"],
)
def test_in_a_process_there_is_never_a_traceback(command: str, code: int, out: bytes, err: bytes) -> None:
    if "/dev/full" in command and not os.path.exists("/dev/full"):
        pytest.skip("there is no full disk on this system")
    done = process(command)
    assert done[0] == code
    assert out in done[1]
    assert err in done[2]
    assert b"Traceback" not in done[2]
    assert b"Exception" not in done[2]
