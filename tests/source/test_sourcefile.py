"""Files are decoded, parsed and measured as the running interpreter's parser does it."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
import threading
import unicodedata
import warnings
from collections.abc import Callable
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_ssot_ids.model import Position, Span, UnreadableError
from flake8_ssot_ids.source.sourcefile import Lines, SourceFile, decode, parse, reencode

READABLE: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "", "utf-8"),
    "UTF-8": ("é = '😀'".encode(), "é = '😀'", "utf-8"),
    "BOM": (b"\xef\xbb\xbfx = 1", "x = 1", "utf-8"),
    "BOM only": (b"\xef\xbb\xbf", "", "utf-8"),
    "BOM and cookie": (b"\xef\xbb\xbf# coding: utf-8\nx", "# coding: utf-8\nx", "utf-8"),
    "BOM and odd spelling": (b"\xef\xbb\xbf# coding: UTF_8-unix\nx", "# coding: UTF_8-unix\nx", "utf-8"),
    "utf-8-sig without a BOM": (b"# coding: utf-8-sig\nx", "# coding: utf-8-sig\nx", "utf-8"),
    "latin-1": (b"# coding: latin-1\n\xe9 = 1", "# coding: latin-1\né = 1", "iso-8859-1"),
    "Latin_1-dos": (b"# coding: Latin_1-dos\n\xe9 = 1", "# coding: Latin_1-dos\né = 1", "iso-8859-1"),
    "cp1252": (
        b"# vim: set fileencoding=cp1252 :\nx = '\x80'",
        "# vim: set fileencoding=cp1252 :\nx = '€'",
        "cp1252",
    ),
    "shift_jis": (
        "# coding: shift_jis\nあ = '表'".encode("shift_jis"),
        "# coding: shift_jis\nあ = '表'",
        "shift_jis",
    ),
    "cookie on row 2": (
        b"#!/usr/bin/python\n# coding: latin-1\n\xe9",
        "#!/usr/bin/python\n# coding: latin-1\né",
        "iso-8859-1",
    ),
    "cookie on row 2 after CR": (b"\r# coding: latin-1\r\xe9", "\r# coding: latin-1\ré", "iso-8859-1"),
    "cookie line that is no UTF-8": (
        b"# \xe9 coding: latin-1 \xe9\n\xe9",
        "# é coding: latin-1 é\né",
        "iso-8859-1",
    ),
    "cookie after a form feed": (b"\x0c # coding: latin-1\n\xe9", "\x0c # coding: latin-1\né", "iso-8859-1"),
    "cookie after code": (b"x\n# coding: latin-1\n", "x\n# coding: latin-1\n", "utf-8"),
    "cookie on row 3": (b"\n\n# coding: latin-1\n", "\n\n# coding: latin-1\n", "utf-8"),
    "cookie in a string": (b"'# coding: latin-1'\n", "'# coding: latin-1'\n", "utf-8"),
    "comment that is no UTF-8": (b"x = 1  # \xe9\ny", "x = 1  # \udce9\ny", "utf-8"),
    "newlines": (b"a\r\nb\rc\nd\r\n", "a\r\nb\rc\nd\r\n", "utf-8"),
    "UTF-7": (b"# coding: utf-7\nx = '+AOk-'", "# coding: utf-7\nx = 'é'", "utf-7"),
}

# Where CPython sees a bad escape: at the string, once at its end.
ESCAPE_COLUMN = 5 if sys.version_info >= (3, 12) else 24

UNREADABLE: dict[str, tuple[bytes, str, int, int]] = {
    "unknown codec": (b"\n# coding: klingon\nx", "unknown encoding: klingon", 2, 1),
    "no text codec": (b"# coding: rot13\nx", "'rot13' is not a text encoding", 1, 1),
    "bytes codec": (b"# coding: hex\nx", "'hex' is not a text encoding", 1, 1),
    "undefined codec": (b"# coding: undefined\nx", "undefined encoding", 1, 1),
    "BOM against cookie": (
        b"\xef\xbb\xbf# coding: latin-1\nx",
        "encoding problem: iso-8859-1 with BOM",
        1,
        1,
    ),
    "BOM against utf8": (b"\xef\xbb\xbf# coding: utf8\nx", "encoding problem: utf8 with BOM", 1, 1),
    "string that is no UTF-8": (
        b"x\n\xc3\xa9 = '\xe9'\n",
        "(unicode error) 'utf-8' codec can't decode byte 0xe9",
        2,
        6,
    ),
    "name that is no UTF-8": (
        b"# \xff\nx\xe9 = 1\n",
        "(unicode error) 'utf-8' codec can't decode byte 0xe9",
        2,
        2,
    ),
    "UTF-8 surrogate": (b"x = '\xed\xa0\x80'", "(unicode error) 'utf-8' codec can't decode byte 0xed", 1, 6),
    "declared ASCII": (b"# coding: ascii\r\n# \xe9\r\n", "'ascii' codec can't decode byte 0xe9", 2, 3),
    "declared ASCII, with CR": (
        b"# coding: ascii\r\rx = '\xe9'",
        "'ascii' codec can't decode byte 0xe9",
        3,
        6,
    ),
    "UTF-16": ("x = 1\n".encode("utf-16"), "source code string cannot contain null bytes", 1, 1),
    "NUL": ("é\né\0".encode(), "source code string cannot contain null bytes", 2, 2),
    "NUL in a comment": (b"x\r\n# \0", "source code string cannot contain null bytes", 2, 3),
    "invalid syntax": (b"x = 1\ny = = 2\n", "invalid syntax", 2, 5),
    "invalid syntax after non-ASCII": ("'é😀'; x = = 1".encode(), "invalid syntax", 1, 11),
    "invalid syntax in latin-1": (b"# coding: latin-1\n'\xe9'; x = = 1", "invalid syntax", 2, 10),
    "invalid character": ("'é'; €".encode(), "invalid character '€' (U+20AC)", 1, 6),
    "never closed": ("'é'; f(\n\n".encode(), "'(' was never closed", 1, 7),
    "indentation": (b"if x:\ny\n", "expected an indented block after 'if' statement on line 1", 2, 1),
    "vertical tab": (b"x\x0by", "invalid non-printable character U+000B", 1, 2),
    "second BOM": (b"\xef\xbb\xbf\xef\xbb\xbfx", "invalid non-printable character U+FEFF", 1, 1),
    "escape": (
        b"x = '\\N{no such thing}'",
        "(unicode error) 'unicodeescape' codec can't decode bytes",
        1,
        ESCAPE_COLUMN,
    ),
    "too many parentheses": (b"(" * 201 + b")" * 201, "too many nested parentheses", 1, 201),
}


@pytest.mark.parametrize(("data", "text", "encoding"), READABLE.values(), ids=READABLE)
def test_decode(data: bytes, text: str, encoding: str) -> None:
    source = decode(data)
    assert source == SourceFile(text, encoding, data.startswith(b"\xef\xbb\xbf"))
    assert ast.dump(parse(data)) == ast.dump(ast.parse(data))
    if encoding != "utf-7":  # which can spell one text in many ways
        assert reencode(text, source) == data


@pytest.mark.parametrize(("data", "reason", "row", "column"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(data: bytes, reason: str, row: int, column: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(data)
    # CPython's wording and its columns may vary with the release where they say the same.
    assert reason in caught.value.reason
    assert (caught.value.row, caught.value.column) == (row, column)


@pytest.mark.parametrize(
    "name",
    [
        "unknown codec",
        "no text codec",
        "bytes codec",
        "undefined codec",
        "BOM against utf8",
        "BOM against cookie",
        "string that is no UTF-8",
        "declared ASCII",
    ],
)
def test_undecodable(name: str) -> None:
    """Decoding refuses with the words of the parser, and at the same place."""
    data, reason, row, column = UNREADABLE[name]
    with pytest.raises(UnreadableError) as caught:
        decode(data)
    assert reason in caught.value.reason
    assert (caught.value.row, caught.value.column) == (row, column)


COOKIES = st.sampled_from(
    [
        *(
            b"# coding: latin-1",
            b"#coding=utf-8",
            b"# -*- coding: cp1252 -*-",
            b"# coding : latin-1",
            b"#",
            b"\x0c\t #",
        ),
        *(
            b"# encoding:utf8 coding: latin-1",
            b"# coding:",
            b"# coding:\t iso-latin-1-unix",
            b"# coding: \xe9 coding=ascii",
        ),
        *(
            b"x",
            b"# \xe9",
            b"\\",
            b"''",
            b"",
            b" ",
            b"# coding: no-such",
            b"# coding: utf-8\xe9",
            b"# CODING: latin-1",
        ),
    ]
)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(st.tuples(COOKIES, st.sampled_from([b"\n", b"\r", b"\r\n"])), max_size=3),
    st.sampled_from([b"a = '\xe9'", b"a = '\xc3\xa9'", b"a", b"", b"# \xe9"]),
)
def test_decode_agrees_with_the_parser(bom: bytes, head: list[tuple[bytes, bytes]], rest: bytes) -> None:
    """The text is what the parser saw: strings that it decoded stand in it, and it refuses what we refuse."""
    data = bom + b"".join(line + newline for line, newline in head) + rest
    try:
        tree = ast.parse(data)
    except SyntaxError:
        with pytest.raises(UnreadableError):
            parse(data)
        return
    source = decode(data)
    assert reencode(source.text, source) == data
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert f"'{node.value}'" in source.text


@pytest.mark.parametrize(
    "text",
    [
        "alpha\rbeta\r\ngamma\ndelta",
        "x = '''\r\r\n\n'''; alpha\r(beta,\r\ngamma)",
        "'é😀\u2028\x0b\x0c\x1c\x85'; alpha; 'ü'; beta\ngamma",
        "\x0calpha\n\x0c\nif beta:\n  \x0c  gamma",
        "é = ñandú; 'é'; ﬁn, \U0001d431 = 1\n\U0001d530now = 1",
        "alpha = 1 + \\\n  beta\n'''a\\\né''' ; gamma",
        "(\n\talpha\n\t + 'é'\n\t + beta)",
        "alpha\n\n\n",
    ],
)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: f"# coding: gb18030\n{text}".encode("gb18030"),
    ],
    ids=["UTF-8", "BOM", "declared"],
)
def test_each_name_stands_at_its_place(text: str, wrap: Callable[[str], bytes]) -> None:
    data = wrap(text)
    lines = Lines(decode(data).text)
    names = [node for node in ast.walk(parse(data)) if isinstance(node, ast.Name)]
    assert names
    for node in names:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = Position(node.lineno, lines.column(node.lineno, node.col_offset))
        end = Position(node.end_lineno, lines.column(node.end_lineno, node.end_col_offset))
        assert unicodedata.normalize("NFKC", lines.segment(Span(start, end))) == node.id
        assert lines.utf8(start.row, start.column) == node.col_offset


def test_lines_are_those_of_the_parser() -> None:
    inner = "\x0bd\x0ce\x1c\x85\u2028f"
    assert Lines(f"a\r\nb\rc\n{inner}\r\r\n").lines == ["a", "b", "c", inner, "", ""]
    assert Lines("").lines == [""]


def test_columns() -> None:
    lines = Lines("abc\né😀x\n\udce9y")
    assert [lines.column(1, offset) for offset in (0, 2, 3)] == [1, 3, 4]
    assert [lines.column(2, offset) for offset in (0, 2, 6, 7)] == [1, 2, 3, 4]
    assert [lines.utf8(2, column) for column in (1, 2, 3, 4)] == [0, 2, 6, 7]
    assert (lines.column(3, 1), lines.utf8(3, 2), lines.utf8(1, 3)) == (2, 1, 2)


def test_segments() -> None:
    lines = Lines("one\r\ntwo\rthree")
    assert lines.segment(Span(Position(1, 2), Position(1, 3))) == "n"
    assert lines.segment(Span(Position(1, 2), Position(3, 3))) == "ne\ntwo\nth"


def test_text_that_the_encoding_lacks() -> None:
    with pytest.raises(UnicodeEncodeError):
        reencode("€", SourceFile("", "iso-8859-1", False))


BIG = {
    "sum": b"x = " + b"+".join([b"1"] * 2000),
    "elif": b"if a: pass\n" + b"elif b: pass\n" * 2500,
    "parentheses": b"(" * 190 + b"x" + b")" * 190,
    "attributes": b"x" + b".y" * 2900,
    "not": b"not " * 2900 + b"x",
}


def deep(depth: int, action: Callable[[], object]) -> object:
    """Call ``action`` under ``depth`` frames of Python, every third of them entered from C."""
    if depth == 0:
        return action()
    if depth % 3 == 0:
        return next(map(deep, [depth - 1], [action]))
    return deep(depth - 1, action)


@pytest.mark.parametrize("depth", [0, 300, 600])
@pytest.mark.parametrize("data", BIG.values(), ids=BIG)
def test_big_trees_parse_however_deep_the_caller_stands(data: bytes, depth: int) -> None:
    limit, stack = sys.getrecursionlimit(), threading.stack_size()
    assert isinstance(deep(depth, lambda: parse(data)), ast.Module)
    assert (sys.getrecursionlimit(), threading.stack_size()) == (limit, stack)


def test_a_low_recursion_limit_does_not_weaken_the_parser() -> None:
    code = (
        "import sys; from flake8_ssot_ids.source.sourcefile import parse; data = b'+'.join([b'1'] * 2000)\n"
        "sys.setrecursionlimit(120); parse(data); print(sys.getrecursionlimit())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "120\n"


def test_accepts_as_much_as_a_fresh_interpreter() -> None:
    """The longest sum that ``ast.parse`` takes at top level is taken from a deep stack, too."""
    code = textwrap.dedent(
        """
        import ast
        low, high = 1000, 50000
        while low < high:
            n = (low + high + 1) // 2
            try:
                ast.parse(b"+".join([b"1"] * n))
                low = n
            except RecursionError:
                high = n - 1
        print(low)
        """
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    longest = int(run.stdout)
    assert isinstance(deep(300, lambda: parse(b"+".join([b"1"] * longest))), ast.Module)
    with pytest.raises(UnreadableError, match="too deeply nested: maximum recursion depth exceeded"):
        parse(b"+".join([b"1"] * (longest + 1000)))


LOUD = b"'\\d'; 1if 2else 3; '\\400'; 1 is 1; f'\\d{x}'; b'\\d'\nassert (x, 'y')\n"


def test_the_code_s_own_warnings_stay_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse(LOUD)
        decode(b"# coding: unicode_escape\n" + LOUD)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        parse(LOUD)
    assert caught == []


def test_warnings_stay_silent_under_w_error() -> None:
    code = "from flake8_ssot_ids.source.sourcefile import parse; parse(b\"'\\\\d'; 1if 2else 3\")"
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_threads_leave_the_warning_filters_alone() -> None:
    before = list(warnings.filters)
    threads = [threading.Thread(target=lambda: [parse(b"'\\d'") for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters == before


def test_a_codec_that_breaks_is_an_unreadable_file() -> None:
    import codecs

    def broken(*_: object) -> NoReturn:
        raise RuntimeError("out of order")

    def search(name: str) -> codecs.CodecInfo | None:
        return codecs.CodecInfo(broken, broken, name=name) if name == "broken_codec" else None

    codecs.register(search)
    try:
        for read in (parse, decode):
            with pytest.raises(UnreadableError, match="out of order"):
                read(b"# coding: broken_codec\nx")
    finally:
        codecs.unregister(search)
