"""``noqa`` is read as flake8 reads it: the installed flake8 is the judge."""

from __future__ import annotations

import argparse
import ast
import linecache
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from flake8.processor import FileProcessor
from flake8.violation import Violation
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_ssot_ids.findings import suppress
from flake8_ssot_ids.findings.suppress import Suppressions
from flake8_ssot_ids.source.sourcefile import Lines, decode

CODES = ("TST103", "TST204", "E501")

FILES: dict[str, str] = {
    "no comment": "x = 1\n",
    "empty": "",
    "only newlines": "\n\n\n",
    "blanket": "x = 1  # noqa\ny = 2\n",
    "blanket with a reason": "x = 1  # noqa because of this\ny = 2  #noqa\nz = 3  #  noqa\n",
    "one code": "x = 1  # noqa: TST103\ny = 1  # noqa:TST103\nz = 1  # noqa:  TST103\n",
    "other code": "x = 1  # noqa: E501\n",
    "many codes": "x = 1  # noqa: E1,TST103\ny = 1  # noqa: E1 TST103\nz = 1  # noqa: E1, ,\tTST2,,E5\n",
    "glued codes": "x = 1  # noqa: E1TST103\ny = 1  # noqa: TST103E501\n",
    "prefixes": "x = 1  # noqa: TST1\ny = 1  # noqa: TST\nz = 1  # noqa: T\na = 1  # noqa: TST2034\n",
    "lower case": "x = 1  # NOQA: tst103\ny = 1  # NoQa: TST103\nz = 1  # noqa:e501\n",
    "space before the colon": "x = 1  # noqa : E501\ny = 1  # noqa:\nz = 1  # noqa: reason\n",
    "code then text": "x = 1  # noqa: TST103 is fine here\ny = 1  # noqa: TST103:a\nz = 1 # noqa: TST103-x\n",
    "dash": "x = 1  # noqa - E501\ny = 1  # noqa-E501\nz = 1  # noqa=E501\n",
    "word goes on": "x = 1  # noqaX\ny = 1  # xnoqa\nz = 1  # no qa\n",
    "two comments": "x = 1  # noqa: E501 # noqa: TST103\ny = 1  # noqa # noqa: E501\n",
    "odd spaces": "x = 1  #\xa0noqa\ny = 1  # noqa:\xa0TST103\nz = 1  # noqa: E1\u2003TST103\n",
    "in a string": "x = '# noqa'\ny = '# noqa: TST103'\n",
    "letters that fold to ASCII": "x = 1  # noqa: T\u017fT103\ny = 1  # fla\u212ae8: noqa\n",
    "multi-line string": 'x = """a\nb\nc"""  # noqa: TST103\ny = 2\n',
    "comment text inside a multi-line string": 'x = """a\n# noqa: E501\nc"""  # noqa: TST103\ny = 2\n',
    "codes on the next line of a string": 'x = """a # noqa:\nTST103 # noqa"""\n',
    "codes that run into the next line": 'x = """a # noqa: E501,\nTST103 x"""\n',
    "two strings on one line": "x = '''a\nb''' + '''c\nd'''  # noqa\ny = 1\n",
    "docstring": 'def f():\n    """Text.\n\n    More.\n    """  # noqa: TST\n    return 1\n',
    "parentheses": "x = f(\n    1,  # noqa: TST103\n    2,\n)  # noqa: E501\n",
    "backslash": "x = 1 + \\\n    2 + \\\n    3  # noqa: TST103\ny = 2\n",
    "backslash in parentheses": "x = (1 + \\\n    2 +\n    3)  # noqa: TST103\n",
    "backslash first": "\\\nx = 1  # noqa\n",
    "backslash before a blank line": "x = 1 \\\n\n# noqa\ny = 1\n",
    "backslash in a string": "x = 'a\\\nb'  # noqa\ny = 'c \\' # noqa'\nz = 1\n",
    "backslash in a comment": "x = 1  # noqa \\\ny = 1\n",
    "quotes in a comment": 'x = 1  # it\'s\ny = 2  # noqa\nz = 3  # """\na = 4  # noqa\n',
    "hash in a string": 'x = \'#\'; y = """\n#\n"""  # noqa\n',
    "f-string over lines": "x = f'''a\n{b}\nc'''  # noqa: TST103\ny = 1\n",
    "f-string with a field over lines": "x = f'''a {\nb\n}\nc'''  # noqa: TST103\ny = 1\n",
    "f-string with a spec over lines": "x = f'''{b:\n{c}}\nd'''  # noqa\n",
    "f-string with quotes": "x = f'''{b['#']} ' \\\n \" # noqa\n'''\ny = 1\n",
    "f-string with doubled braces": "x = f'''{{\n}}{b}\n'''  # noqa\ny = 1\n",
    "f-string in an f-string": "x = f'''{f\"{b}\"}\n'''  # noqa\ny = 1\n",
    "raw strings": "x = r'\\'  # noqa'; y = 1\nz = rb'''\\\n'''  # noqa\n",
    "prefix that is none": "x = 1if'a'else'b'  # noqa\n",
    "file": "# flake8: noqa\nx = 1\n",
    "file with codes": "# flake8: noqa: TST103\nx = 1\n",
    "file, other spellings": "x = 1\n    # FLAKE8=NoQA: E501 and so on\ny = 1\n",
    "file without a space": "#flake8: noqa\nx = 1\n",
    "file, no space after the colon": "# flake8:noqa\nx = 1\n",
    "file comment behind code": "x = 1  # flake8: noqa\ny = 2\n",
    "file comment in a string": 'x = """\n# flake8: noqa\n"""\n',
    "file comment over two lines": 'x = """\n# flake8:\nnoqa\n"""\n',
    "file comment after a form feed": "x = 1\n\x0c\u2003# flake8: noqa\n",
    "file comment after a line separator": "x = 1  \u2028# flake8: noqa\ny = 1\n",
    "no newline at the end": "x = 1  # noqa",
    "comment in a string that ends the file": 'x = """a\n# noqa"""',
    "codes in a string that ends the file": 'x = 1\ny = f(), """a\n# noqa: TST103"""',
    "comment in the first row of a string that ends the file": 'y = f(), """a # noqa: TST\nb"""',
    "strings that end the file in one row": 'x = """a\n# noqa"""; y = """b\n"""',
    "comment in an f-string that ends the file": 'x = f"""{a}\n# noqa: TST103"""',
    "backslash before the last row": "x = 1 + \\\n    2  # noqa: TST103",
    "comment in brackets that end the file": 'x = (1,\n  f("""a\n# noqa: TST103"""))',
    "no newline after a string": 'x = """\n"""',
    "carriage returns": 'x = 1  # noqa\ry = """\r"""  # noqa: TST103\r\nz = 1\r',
    "form feed": "x = 1\n\x0cy = 1  # noqa\n\x0c\n  \x0c\nz = 1\n",
    "line separator": "x = '\u2028'  # noqa\ny = '''\u2028\n'''  # noqa\nz = 1\n",
    "non-ASCII": "é = '''é\n😀'''  # noqa: TST103 é\nü = 1\n",
    "BOM": "\ufeffx = 1  # noqa\ny = 1\n",
    "BOM and file": "\ufeff# flake8: noqa\ny = 1\n",
    "declared latin-1": "# coding: latin-1\nx = '''é\n'''  # noqa\n",
    "does not tokenize": 'x = """a\n# noqa\n',
    "does not tokenize, brackets": "x = (1,\n\\\n  2  # noqa\n",
    "bad dedent": "if x:\n        y = '''\n'''  # noqa\n    z = 1\n",
}
if sys.version_info >= (3, 12):
    FILES |= {
        "comment in a field": "x = f'''{\nb  # noqa\n}\n'''  # noqa: TST103\n",
        "field over lines in single quotes": "x = f'a{\nb\n} c'  # noqa: TST103\n",
        "strings in a field over lines": "x = f'''{g('''a\nb''', \"#\")\n}'''  # noqa: TST103\n",
        "same quotes": "x = f'{f'{'#'}'}{\n1}'  # noqa\ny = f'{f'{'''\\n'''}'}'  # noqa\nz = 1\n",
        "backslash in a field": "x = f'{1 + \\\n2}'  # noqa\ny = 1\n",
    }


def encoded(text: str) -> bytes:
    return text.encode("latin-1" if "coding: latin-1" in text else "utf-8")


def processor_for(path: Path) -> FileProcessor:
    """Open a file as the installed flake8 does."""
    options = argparse.Namespace(
        disable_noqa=False,
        hang_closing=False,
        indent_size=4,
        max_line_length=79,
        max_doc_length=None,
        verbose=0,
    )
    linecache.clearcache()
    return FileProcessor(str(path), options)


def verdict_of_flake8(path: Path, rows: int) -> set[tuple[int, str]]:
    """Ask the machinery of the installed flake8 which codes it suppresses on which rows."""
    processor = processor_for(path)
    places = {(row, code) for row in range(1, rows + 1) for code in CODES}
    if processor.should_ignore_file():
        return places
    return {
        (row, code)
        for row, code in places
        if Violation(code, str(path), row, 1, "x", processor.noqa_line_for(row)).is_inline_ignored(False)
    }


def our_verdict(data: bytes) -> tuple[int, set[tuple[int, str]]]:
    """Return the number of rows, and what we suppress."""
    text = decode(data).text
    lines = Lines(text)
    suppressions = Suppressions(lines, text)
    rows = len(lines.lines)
    return rows, {
        (row, code) for row in range(1, rows + 1) for code in CODES if suppressions.suppressed_by(row, code)
    }


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_same_as_flake8(text: str, tmp_path: Path) -> None:
    path = tmp_path / "case.py"
    path.write_bytes(encoded(text))
    rows, ours = our_verdict(encoded(text))
    assert ours == verdict_of_flake8(path, rows)


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_the_row_of_the_comment_is_that_of_flake8(text: str, tmp_path: Path) -> None:
    path = tmp_path / "case.py"
    path.write_bytes(encoded(text))
    try:
        ast.parse(encoded(text))
    except SyntaxError:
        return
    texts = processor_for(path)._noqa_line_mapping
    # Rows that flake8 reads as one text share one object (so do equal texts of one character).
    last_rows = {
        row: max(other for other in texts if texts[other] is seen) if "\n" in seen[:-1] else row
        for row, seen in texts.items()
    }
    source = decode(encoded(text)).text
    judged = Suppressions(Lines(source), source)
    assert {row: judged.noqa_row(row) for row in texts} == last_rows


def test_the_table_has_both_answers() -> None:
    """The comparison with flake8 is worth something only if much is suppressed and much is not."""
    verdicts = [our_verdict(encoded(text)) for text in FILES.values()]
    suppressed = sum(len(places) for _, places in verdicts)
    total = sum(rows * len(CODES) for rows, _ in verdicts)
    assert total * 0.2 < suppressed < total * 0.8


def test_same_as_the_flake8_command(tmp_path: Path) -> None:
    """All files of the table that parse, in one run of the real program; its plugin reports every row."""
    (tmp_path / "every_row.py").write_text(
        textwrap.dedent(
            f"""
            class EveryRow:
                name, version = "every-row", "1"

                def __init__(self, tree, lines):
                    self.rows = len(lines)

                def run(self):
                    for row in range(1, self.rows + 1):
                        for code in {CODES!r}:
                            yield row, 0, code + " here", type(self)
            """
        )
    )
    config = tmp_path / "flake8.cfg"
    config.write_text("[flake8:local-plugins]\nextension = TST = every_row:EveryRow\npaths = .\n")
    expected = set()
    for number, text in enumerate(FILES.values()):
        data = encoded(text)
        try:
            ast.parse(data)
        except SyntaxError:
            continue
        (tmp_path / f"case{number}.py").write_bytes(data)
        rows, ours = our_verdict(data)
        rows -= Lines(decode(data).text).lines[-1] == ""
        expected |= {
            f"case{number}.py:{row}:{code}"
            for row in range(1, rows + 1)
            for code in CODES
            if (row, code) not in ours
        }
    command = ["-m", "flake8", "--config", config.name, "--select=TST", "-j1", "--exclude=every_row.py"]
    command += ["--format=%(path)s:%(row)d:%(code)s", "--extend-select=E501", "--max-line-length=9999", "."]
    run = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert {line.removeprefix("./") for line in run.stdout.splitlines()} == expected, run.stderr[-3000:]


PIECES = st.sampled_from(
    [
        *("x = 1", "y", " ", "\n", "\n", "  # noqa", "# noqa: TST103", "# noqa:E501,TST2", "# flake8: noqa"),
        *(
            '"""',
            "'''",
            '"',
            "'",
            "\\",
            "\\\n",
            "(",
            ")",
            "[",
            "]",
            "#",
            ",",
            "TST103",
            ": ",
            "r",
            "b",
            "+",
            "if x:",
        ),
        *(
            'f"',
            "f'''",
            "{",
            "}",
            "{{",
            "}}",
            "{x}",
            "{x:",
            "!r",
            "=",
            "\r\n",
            "\r",
            "\x0c",
            "\t",
            "é",
            "    ",
        ),
    ]
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_same_as_flake8_for_made_up_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever parses, however odd."""
    path = tmp_path_factory.getbasetemp() / "made-up.py"
    path.write_bytes(text.encode())
    rows, ours = our_verdict(text.encode())
    try:
        ast.parse(text.encode())
    except (SyntaxError, ValueError):
        return
    assert ours == verdict_of_flake8(path, rows)


STATEMENTS = st.sampled_from(
    [
        *(
            "x = 1",
            'x = """a\nb"""',
            "x = '''# noqa\n'''",
            "x = 'a\\\nb'",
            "x = 1 + \\\n  2",
            "x = (1,\n  2)",
            "",
            "pass",
        ),
        *(
            "f'''{x}\n{y:\n{z}}'''",
            "f'''{\nx}'''",
            "f'{{# noqa}}'",
            "(\n# noqa: E501\n)",
            "x = '''\\'\n''' ''''''",
            "#",
        ),
    ]
)
COMMENTS = st.sampled_from(
    ["", "", "  # noqa", "  # noqa: TST103", "  # noqa: e501, TST2", "  # '", '  # """', "  #noqa"]
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(STATEMENTS, COMMENTS).map("".join), max_size=6), st.sampled_from(["\n", "\r\n", "\r"])
)
def test_same_as_flake8_for_made_up_programs(
    tmp_path_factory: pytest.TempPathFactory, statements: list[str], newline: str
) -> None:
    data = "".join(f"{line}\n" for line in statements).replace("\n", newline).encode()
    ast.parse(data)
    path = tmp_path_factory.getbasetemp() / "made-up.py"
    path.write_bytes(data)
    rows, ours = our_verdict(data)
    assert ours == verdict_of_flake8(path, rows)


def suppressions(text: str) -> Suppressions:
    return Suppressions(Lines(text), text)


def test_how_far_the_comment_reaches() -> None:
    assert suppressions("x = 1  # noqa: SID1\n").suppressed_by(1, "SID103") == "line"
    assert suppressions("x = 1  # noqa: SID1\n").suppressed_by(1, "SID203") is None
    assert suppressions("# flake8: noqa\nx = 1\n").suppressed_by(2, "SID103") == "file"
    assert suppressions("# flake8: noqa\n").whole_file
    assert not suppressions("x = 1  # flake8: noqa\n").whole_file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\ny = 2\n", [1, 2]),
        ('x = """\n\n"""\ny\n', [3, 3, 3, 4]),
        ("x = 1 + \\\n 2 + \\\n 3\ny\n", [3, 3, 3, 4]),
        ("f(\n 1,\n)\n", [1, 2, 3]),
        ("'''\n''' '''\n'''\n# '''\n'''\n'''", [3, 3, 3, 4, 6, 6]),
        ("f'''a{b}\n{c}'''\nd", [2, 2, 3]),
    ],
)
def test_the_row_of_the_comment(text: str, expected: list[int]) -> None:
    judged = suppressions(text)
    assert [judged.noqa_row(row) for row in range(1, len(expected) + 1)] == expected


def test_rows_outside_the_file() -> None:
    judged = suppressions("x = 1  # noqa\n")
    assert [judged.suppressed_by(row, "SID101") for row in (0, 1, 2, 3, 99)] == [
        None,
        "line",
        None,
        None,
        None,
    ]
    assert judged.noqa_row(99) == 99


def test_nothing_is_tokenized_without_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a comment on joined rows needs the slow tokenizer."""
    monkeypatch.delattr(suppress, "_tokenized_blocks")
    assert suppressions('x = """\n"""\n').suppressed_by(1, "SID101") is None
    assert suppressions('x = """\n"""\ny  # noqa\n').suppressed_by(3, "SID101") == "line"
    assert suppressions('x = """\n"""\ny  # noqa\n').suppressed_by(1, "SID101") is None
    with pytest.raises(NameError):
        suppressions('x = """\n"""  # noqa\n').suppressed_by(1, "SID101")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('x = "a \\\n b"\ny = 1\n', [2, 2, 3]),
        ("x = 'a \\\n b' \"\\\n\"\ny = 1\n", [3, 3, 3, 4]),
        ('x = "" """a\n"""\ny = 1\n', [2, 2, 3]),
        ("x = '#' '''\n'''  # \"\"\"\ny = 1\n", [2, 2, 3]),
        ("# it's\nx = '''\n'''\n", [1, 3, 3]),
        ('x = f"{1}" """\n"""\ny = 1\n', [2, 2, 3]),
        ("x = rf\"\\d\" + '\\'' + \"\\\"\"  # '''\ny = 1\n", [1, 2]),
        ('x = b"\\"#" + R"\\" + u"\'\'\'"\ny = 1\n', [1, 2]),
        ('x = (1 +  # "\n 2 + \\\n 3)\n', [1, 3, 3]),
    ],
)
def test_what_strings_and_backslashes_join(text: str, rows: list[int]) -> None:
    judged = Suppressions(Lines(text), text)
    assert [judged.noqa_row(row) for row in range(1, len(rows) + 1)] == rows
