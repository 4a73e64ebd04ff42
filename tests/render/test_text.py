"""What people see: exact lines, carets under the right columns, no colour unless wanted."""

from __future__ import annotations

import os

import pytest

from flake8_ssot_ids.model import Edit, Finding, Fix, Position, Span
from flake8_ssot_ids.render import text
from flake8_ssot_ids.render.terminal import (
    Palette,
    cells,
    display_path,
    encode,
    is_terminal,
    wants_colour,
)
from flake8_ssot_ids.system.escapes import harmless

PLAIN = Palette(False)


def finding(row: int, column: int, end_row: int, end_column: int, **changes: object) -> Finding:
    span = Span(Position(row, column), Position(end_row, end_column))
    settings: dict[str, object] = {
        "path": "/p/a.py",
        "code": "SID101",
        "name": "raw-uuid",
        "message": "wrong; write `good()`",
        "span": span,
        "id_span": span,
        "noqa_row": row,
        "scope": "production",
        "symbol": "<module>",
    }
    return Finding(**(settings | changes))  # type: ignore[arg-type]


def frame(source: str, *place: int, **changes: object) -> str:
    lines = source.split("\n")
    row, column, end_row, end_column = place
    found = finding(row, column, end_row, end_column, **changes)
    return "".join(PLAIN.rows(text.full([found], PLAIN, "/p", lambda _path: lines)))


def test_concise() -> None:
    rows = text.concise([finding(3, 15, 3, 25), finding(4, 1, 4, 2, path="/q/b.py")], PLAIN, "/p")
    assert list(rows) == [
        "a.py:3:15: SID101 wrong; write `good()`",
        "/q/b.py:4:1: SID101 wrong; write `good()`",
    ]


def test_full_shows_two_rows_around_and_splits_off_the_advice() -> None:
    source = "one\ntwo\nthree\nx = uuid.uuid4()\nfive\n\nseven\n"
    assert frame(source, 4, 5, 4, 15) == (
        "SID101 wrong\n"
        " --> a.py:4:5\n"
        "  |\n"
        "2 | two\n"
        "3 | three\n"
        "4 | x = uuid.uuid4()\n"
        "  |     ^^^^^^^^^^\n"
        "5 | five\n"
        "  |\n"
        "help: write `good()`\n"
        "\n"
    )


def test_row_numbers_are_aligned() -> None:
    source = "\n".join(f"row{n}" for n in range(1, 12))
    assert frame(source, 9, 1, 9, 4) == (
        "SID101 wrong\n"
        "  --> a.py:9:1\n"
        "   |\n"
        " 7 | row7\n"
        " 8 | row8\n"
        " 9 | row9\n"
        "   | ^^^\n"
        "10 | row10\n"
        "11 | row11\n"
        "   |\n"
        "help: write `good()`\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "carets"),
    [
        ("x = u()", 5, 6, "x = u()", "    ^"),
        ("\treturn u()", 9, 10, "    return u()", "           ^"),
        ("ab\tu()", 4, 5, "ab  u()", "    ^"),
        ('"日本", u()', 7, 8, '"日本", u()', "        ^"),
        ('"e\u0301", u()', 7, 8, '"e\u0301", u()', "     ^"),
        ("日本()", 1, 3, "日本()", "^^^^"),
        ('"\x1b[31m", u', 10, 11, '"␛[31m", u', "         ^"),
        ('"\u202e", u', 6, 7, '"\ufffd", u', "     ^"),
    ],
)
def test_carets_stand_under_what_is_shown(line: str, column: int, end: int, shown: str, carets: str) -> None:
    got = frame(line, 1, column, 1, end).split("\n")
    assert got[3] == f"1 | {shown}"
    assert got[4] == f"  | {carets}"


def test_a_reference_over_two_rows_is_underlined_on_both() -> None:
    assert frame("x = (uuid\n     .uuid4())", 1, 6, 2, 12) == (
        "SID101 wrong\n"
        " --> a.py:1:6\n"
        "  |\n"
        "1 | x = (uuid\n"
        "  |      ^^^^\n"
        "2 |      .uuid4())\n"
        "  |      ^^^^^^\n"
        "  |\n"
        "help: write `good()`\n"
        "\n"
    )


def test_a_point_after_the_last_character_has_one_caret() -> None:
    assert frame("def (", 1, 6, 1, 6).split("\n")[3:5] == ["1 | def (", "  |      ^"]


def test_very_long_lines_are_cut_around_the_mark() -> None:
    got = frame("a" * 300 + "uuid4" + "b" * 300, 1, 301, 1, 306).split("\n")
    assert got[3] == "1 | …" + "a" * 46 + "uuid4" + "b" * 89 + "…"
    assert got[4] == "  | " + " " * 47 + "^^^^^"
    got = frame("a" * 300 + "b" * 300, 1, 301, 1, 601).split("\n")
    assert got[3] == "1 | …" + "a" * 46 + "b" * 94 + "…"
    assert got[4] == "  | " + " " * 47 + "^" * 94


def test_a_file_that_has_changed_or_gone_has_no_frame() -> None:
    expected = "SID101 wrong\n --> a.py:9:1\nhelp: write `good()`\n\n"
    assert frame("one", 9, 1, 9, 2) == expected
    found = text.full([finding(9, 1, 9, 2)], PLAIN, "/p", lambda _path: None)
    assert "".join(PLAIN.rows(found)) == expected


def test_a_span_beyond_the_end_of_its_line_does_not_fail() -> None:
    assert frame("one", 1, 40, 1, 50).split("\n")[3:5] == ["1 | one", "  |    ^"]


def test_the_fix_is_the_advice_if_there_is_one() -> None:
    fix = Fix("Replace it", "safe", (Edit(Span(Position(1, 1), Position(1, 2)), "y"),))
    got = frame("x", 1, 1, 1, 2, fix=fix).split("\n")
    assert (got[0], got[-3]) == ("SID101 wrong; write `good()`", "help: Replace it")


def test_a_message_without_advice_stays_whole() -> None:
    got = frame("x", 1, 1, 1, 2, message="unreadable: `x`; see there").split("\n")
    assert got[0] == "SID101 unreadable: `x`; see there"
    assert got[-3:] == ["  |", "", ""]


def test_colour_is_a_matter_of_the_palette() -> None:
    colours = Palette(True)
    row = "".join(colours.rows(text.concise([finding(1, 2, 1, 3)], colours, "/p")))
    assert row == (
        "\x1b[1ma.py\x1b[0m\x1b[36m:\x1b[0m1\x1b[36m:\x1b[0m2\x1b[36m:\x1b[0m "
        "\x1b[1;91mSID101\x1b[0m wrong; write `good()`\n"
    )
    block = "".join(colours.rows(text.full([finding(1, 1, 1, 2)], colours, "/p", lambda _path: ["x"])))
    assert "\x1b[1;91m^\x1b[0m\n" in block


class Stream:
    encoding = "utf-8"

    def __init__(self, tty: bool) -> None:
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("choice", "tty", "environ", "wanted"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"FORCE_COLOR": ""}, False),
        ("auto", True, {"FORCE_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "0"}, False),
        ("auto", False, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_when_colour_is_wanted(choice: str, tty: bool, environ: dict[str, str], wanted: bool) -> None:
    assert wants_colour(choice, Stream(tty), environ) is wanted  # type: ignore[arg-type]


def test_no_stream_is_no_terminal() -> None:
    assert not is_terminal(None)


def test_display_path() -> None:
    assert display_path("/a/b/c.py", "/a") == "b/c.py"
    assert display_path("/a/b", "/a/b") == "/a/b"
    assert display_path("/ab/c", "/a") == "/ab/c"
    assert display_path("/a/c", "/") == "a/c"
    assert display_path("-", "/a") == "-"
    assert display_path("/a/::error::b.py", "/a") == os.path.join(".", "::error::b.py")
    assert display_path("/a/ ::error::b.py", "/a") == os.path.join(".", " ::error::b.py")
    assert display_path("/a/b/::c.py", "/a") == "b/::c.py"


def test_control_characters_lose_their_power() -> None:
    assert harmless("a\nb\x7f\x9b") == "a␊b␡\ufffd"
    assert harmless("日本") == "日本"
    assert cells("\t\u200b") == [("    ", 4), ("\u200b", 0)]


def test_encoding_never_fails() -> None:
    assert encode("bad_\udcff.py", "utf-8") == b"bad_\xff.py"
    assert encode("日 \udcff", "ascii") == rb"\u65e5 \udcff"
    assert encode("\ud800", "utf-8") == rb"\ud800"
    assert encode("ä", None) == b"\xc3\xa4"
