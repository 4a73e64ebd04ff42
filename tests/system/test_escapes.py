"""What is printed has no effect but to be read, and all that is printed goes through one door."""

from __future__ import annotations

import ast
import json
import sys
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from flake8_ssot_ids.policy.kinds import toml
from flake8_ssot_ids.render.terminal import BOLD, PLAIN, RESET, TAB, Palette
from flake8_ssot_ids.system import escapes

PACKAGE = Path(__file__).resolve().parents[2] / "flake8_ssot_ids"
_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_MARKS = (0x061C, 0x200E, 0x200F)
#: Not control characters by their category, but they change how others are shown.
_ODD = (*range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC))


def _has_effect(char: str) -> bool:
    if 0xDC00 <= ord(char) < 0xE000:
        # Bytes of file names that are not text; a terminal may take some for control characters.
        return 0xDC80 <= ord(char) < 0xDCA0
    return (
        unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs")
        or unicodedata.bidirectional(char) in _DIRECTIONS
        or ord(char) in (*_MARKS, *_ODD)
    )


def test_every_character_with_an_effect_is_made_visible_and_no_other_is_touched() -> None:
    wrong = [
        hex(code)
        for code in (*range(0x3000), *range(0xD000, 0x12000), *range(0xE0000, 0xE0200))
        if (escapes.harmless(chr(code)) != chr(code)) is not _has_effect(chr(code))
    ]
    assert wrong == []
    assert all(len(text) == 1 and not _has_effect(text) for text in escapes.TABLE.values())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 日本, e\u0301, 🧑\u200d💻, \xa0", "plain, 日本, e\u0301, 🧑\u200d💻, \xa0"),
        ("a\n::error::b", "a␊::error::b"),
        ("a\r\x1b[31m\x07\x0b", "a␍␛[31m␇␋"),
        ("x ##[error]y", "x \ufffd#[error]y"),
        ("###[error]y", "#\ufffd#[error]y"),
        ("a ##vso[task.x]y ##teamcity[z]", "a \ufffd#vso[task.x]y \ufffd#teamcity[z]"),
        ("## heading #[x] ##x[", "## heading #[x] ##x["),
        ("::error::y", "\ufffd:error::y"),
        (" \xa0::error::y", " \xa0\ufffd:error::y"),
        ("a::error::y", "a::error::y"),
        (": :x", ": :x"),
    ],
)
def test_a_line_is_one_line_and_no_command(text: str, shown: str) -> None:
    assert escapes.line(text) == shown
    assert PLAIN.shown(text) == shown
    assert escapes.line(shown) == shown


def test_only_marks_of_the_palette_become_colours() -> None:
    colours = Palette(True)
    line = f"{colours.bold}a\x1b[0m{colours.reset}{TAB}\t"
    assert colours.shown(line) == f"{BOLD}a␛[0m{RESET}\t␉"
    assert PLAIN.shown(line) == "\ufffda␛[0m\ufffd\t␉"
    assert f"{PLAIN.bold}{PLAIN.red}{PLAIN.blue}{PLAIN.cyan}{PLAIN.reset}" == ""


@pytest.mark.parametrize("text", ["\x7f\x9b\u202e\u2028 ##[x] ###[y] ##vso[z] \\ \" '", "日本 ## [", "plain"])
def test_json_and_toml_keep_the_value(text: str) -> None:
    written = escapes.quoted(json.dumps(text, ensure_ascii=False))
    assert escapes.line(written) == written
    assert json.loads(written) == text
    assert escapes.line(toml(text)) == toml(text)
    assert tomllib.loads(f"x = {toml([text])}") == {"x": [text]}


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/a b/日本's.py", "/a b/日本's.py"),
        ("/a\n\t\x1b.py", r'"/a\n\t\033.py"'),
        ('/a"b.py', r'"/a\"b.py"'),
        ("/\u202ea.py", r'"/\342\200\256a.py"'),
        ("/##[x] #.py", r'"/\043\043[x] \043.py"'),
        ("/\udc9b\udcff\n.py", '"/\\233\udcff\\n.py"'),
        pytest.param(
            r"/a\b.py", r'"/a\\b.py"', marks=pytest.mark.skipif(sys.platform == "win32", reason="/")
        ),
    ],
)
def test_a_file_name_is_quoted_as_git_does(path: str, shown: str) -> None:
    assert escapes.file_name(path) == shown
    assert escapes.line(shown) == shown


# -- one door -------------------------------------------------------------------------------------

#: What may write to the standard streams. The others print lines or JSON by way of these.
DOORS = ("render/terminal.py", "render/output.py", "render/progress_line.py")
#: Who else uses what writes text as it is: rendered answers, JSON, the bytes of files and diffs.
AS_IT_IS = {
    "to_stdout": ("commands/printing.py", "render/machine.py"),
    "bytes_to_stdout": ("commands/fix.py",),
}
#: Prints the documentation of this package, from nothing but its own text.
NO_DATA = ("compliance/__main__.py",)
_STREAMS = ("stdout", "stderr", "__stdout__", "__stderr__")
_QUESTIONS = ("wants_colour", "is_terminal", "fileno", "isatty")


def faults(source: str, name: str) -> list[str]:
    """What in a module writes to a standard stream beside the doors."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and _writes(node, parents, name)
    ]


def _writes(node: ast.expr, parents: dict[ast.AST, ast.AST], name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id in ("print", "print_exc", "print_exception", "print_stack", "print_tb")
    if not isinstance(node, ast.Attribute):
        return False
    if node.attr in AS_IT_IS:
        return name not in (*DOORS, *AS_IT_IS[node.attr])
    if node.attr.startswith("print_") and ast.unparse(node.value) == "traceback":
        return True
    if node.attr not in _STREAMS or ast.unparse(node.value) != "sys":
        return False
    above = parents[node]
    if isinstance(above, ast.IfExp):
        above = parents[above]
    asked = above.func if isinstance(above, ast.Call) else above
    return not (isinstance(asked, ast.Compare) or ast.unparse(asked).rpartition(".")[2] in _QUESTIONS)


def modules() -> Iterator[tuple[str, str]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        name = file.relative_to(PACKAGE).as_posix()
        # Those of `inside` run in the process of the target and answer through a pipe.
        if name not in (*DOORS, *NO_DATA) and not name.startswith("compliance/inside/"):
            yield name, file.read_text(encoding="utf-8")


def test_nothing_writes_beside_the_doors() -> None:
    found = [fault for name, source in modules() for fault in faults(source, name)]
    # It asks whether the streams are terminals, of both in a loop.
    assert [fault for fault in found if not fault.startswith("runs/kept/replay.py:")] == []
    assert len(found) == 2


@pytest.mark.parametrize(
    "source",
    [
        "print('x')",
        "import sys\nprint('x', file=sys.stderr)",
        "import sys\nsys.stderr.write('x')",
        "import sys\nsys.stdout.buffer.write(b'x')",
        "import sys\nstream = sys.__stderr__",
        "import traceback\ntraceback.print_exc()",
        "from traceback import print_exc\nprint_exc()",
        "output.to_stdout(('x',))",
        "output.bytes_to_stdout((b'x',))",
        "from functools import partial\nsay = partial(print, end='')",
    ],
)
def test_what_writes_beside_the_doors_is_found(source: str) -> None:
    assert faults(source, "commands/check.py") != []


@pytest.mark.parametrize(
    "source",
    [
        "terminal.say('x')",
        "output.to_people(['x'])",
        "import sys\nterminal.wants_colour('auto', sys.stderr if x else sys.stdout)",
        "import sys\nx = file is sys.stdout",
        "import sys\nx = sys.stdout.fileno()",
        "done.stdout.decode()",
    ],
)
def test_what_asks_or_goes_through_a_door_is_none(source: str) -> None:
    assert faults(source, "commands/check.py") == []
