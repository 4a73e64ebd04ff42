"""The plugin in the real flake8, as its users run it: each test is a flake8 process of its own."""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_ids.flake8_plugin import ConfigurationError, SsotIdsPlugin
from tests import forking

RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"
CUT = 'import uuid\n\nsession_id = f"ws_{uuid.uuid4().hex[:8]}"\n'
ROW = re.compile(r"(.+?):(\d+):(\d+): ([A-Z]+\d+) (.*)")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8", newline="")


def start(*argv: str, stdin: bytes = b"", cwd: str = ".") -> subprocess.CompletedProcess[str]:
    return shown(forking.run("flake8", *argv, stdin=stdin, cwd=cwd))


def shown(done: subprocess.CompletedProcess[bytes]) -> subprocess.CompletedProcess[str]:
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err, out + err
    return subprocess.CompletedProcess(done.args, done.returncode, out.replace("\r\n", "\n"), err)


def start_anew(*argv: str) -> subprocess.CompletedProcess[str]:
    """A flake8 process, and one more where it does not end.

    A pool of CPython may hang when it is terminated while a process of it answers, and flake8 terminates its
    pool when a plugin raises: https://github.com/python/cpython/issues/96995
    """
    command = [sys.executable, "-m", "flake8", *argv]
    for _ in range(9):
        with suppress(subprocess.TimeoutExpired):
            return shown(subprocess.run(command, capture_output=True, timeout=60))
    return shown(subprocess.run(command, capture_output=True, timeout=600))


def flake8(*argv: str, stdin: bytes = b"", cwd: str = ".") -> list[tuple[str, int, int, str]]:
    """The places and codes that flake8 shows; its exit code must say the same."""
    done = start(*argv, stdin=stdin, cwd=cwd)
    rows = [ROW.fullmatch(line) for line in done.stdout.splitlines()]
    assert all(rows), done.stdout
    assert (done.returncode, done.stderr) == (1 if rows else 0, "")
    return [
        (row[1].removeprefix("./").replace("\\", "/"), int(row[2]), int(row[3]), row[4])
        for row in rows
        if row
    ]


def sid(*argv: str, stdin: bytes = b"") -> list[tuple[int, int, str]]:
    """What ``flake8 --select SID`` shows for the file case.py, or for what ``argv`` names."""
    paths = argv if any(not word.startswith("--") for word in argv) else (*argv, "case.py")
    return [row[1:] for row in flake8("--select=SID", *paths, stdin=stdin)]


class TestSilencing:
    """Comments and options of flake8 itself."""

    @pytest.mark.parametrize(
        ("comment", "silent"),
        [
            ("", False),
            ("  # noqa", True),
            ("  # noqa: SID103", True),
            ("  # noqa:SID103", True),
            ("  # NOQA: SID103", True),
            ("  # noqa: sid103", False),
            ("  # noqa: E501,SID103", True),
            ("  # noqa: SID1", True),
            ("  # noqa: S", True),  # no code without digits, so it is a blanket comment
            ("  # noqa: SID102", False),
            ("  # noqa: E501", False),
        ],
    )
    def test_a_comment_on_the_line(self, comment: str, silent: bool) -> None:
        write("case.py", CUT.rstrip("\n") + comment + "\n")
        assert sid() == ([] if silent else [(3, 20, "SID103")])
        assert sid("--disable-noqa") == [(3, 20, "SID103")]

    @pytest.mark.parametrize("line", ["# flake8: noqa", "# flake8: noqa: SID103", "# flake8: NOQA: SID1,E5"])
    def test_a_comment_for_the_file(self, line: str) -> None:
        write("case.py", f"{line}\n{CUT}y_id = str(uuid.uuid4())\n")
        # flake8 7 leaves the whole file out whatever codes the line names.
        assert sid() == []

    def test_per_file_ignores(self) -> None:
        write("case.py", CUT)
        write("other.py", CUT)
        write("setup.cfg", "[flake8]\nselect = SID\nper-file-ignores =\n    case.py: SID103\n")
        assert flake8() == [("other.py", 3, 20, "SID103")]
        assert flake8("--per-file-ignores=other.py:SID1") == [("case.py", 3, 20, "SID103")]

    @pytest.mark.parametrize(
        ("options", "codes"),
        [
            ((), {"F401", "SID103"}),
            (("--select=SID",), {"SID103"}),
            (("--select=SID103",), {"SID103"}),
            (("--select=SID104",), set()),
            (("--select=E",), set()),
            (("--select=E", "--extend-select=SID1"), {"SID103"}),
            (("--ignore=SID",), {"F401"}),
            (("--ignore=S",), {"F401"}),
            (("--extend-ignore=SID103",), {"F401"}),
            (("--extend-ignore=SID102",), {"F401", "SID103"}),
            (("--ignore=S", "--extend-select=SID"), {"F401", "SID103"}),
            (("--ignore=F,S", "--select=SID"), {"SID103"}),
            (("--select=SID", "--extend-ignore=SID103"), set()),
        ],
    )
    def test_selection(self, options: tuple[str, ...], codes: set[str]) -> None:
        write("case.py", "import os\n" + CUT)
        assert {row[3] for row in flake8(*options)} == codes

    @pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8"])
    def test_each_of_the_files_that_flake8_reads(self, name: str) -> None:
        write("case.py", CUT)
        write(name, "[flake8]\nselect = SID\nextend-ignore = SID102\nssot-ids-config = policy/house.toml\n")
        write("policy/house.toml", "generator = 'app.ids.Maker'\n")
        done = start("--format=%(text)s")
        assert done.stdout.rstrip().endswith(
            "create it with `Maker`, whose source could not be read: no module named `app`"
        )

    def test_what_flake8_excludes(self) -> None:
        write("case.py", CUT)
        write("old/case.py", CUT)
        assert flake8("--select=SID", "--exclude=old") == [("case.py", 3, 20, "SID103")]


class TestPolicy:
    """``[tool.ssot-ids]``, the same table as on the command line."""

    def test_it_is_found_upward_from_each_file(self) -> None:
        write("one/pyproject.toml", "[tool.ssot-ids]\nignore = ['SID103']\n")
        write("one/deep/down/case.py", CUT + "y_id = uuid.uuid4()\n")
        write("two/ssot-ids.toml", "ignore = ['SID101']\n")
        write("two/case.py", CUT + "y_id = uuid.uuid4()\n")
        expected = [("one/deep/down/case.py", 4, 8, "SID101"), ("two/case.py", 3, 20, "SID103")]
        assert flake8("--select=SID", "-j1") == expected
        assert flake8("--select=SID", "-j2") == expected

    def test_the_pointer_goes_before_it(self) -> None:
        write("pyproject.toml", "[tool.ssot-ids]\nignore = ['SID103']\n")
        write("house.toml", "ignore = ['SID101']\nallow-raw-in = ['lib/ids.py']\n")
        write("case.py", CUT + "y_id = uuid.uuid4()\n")
        write("lib/ids.py", CUT)
        assert flake8("--select=SID") == [("case.py", 4, 8, "SID101")]
        # The globs of a file that is named are relative to the working directory.
        assert flake8("--select=SID", "--ssot-ids-config=house.toml") == [("case.py", 3, 20, "SID103")]

    def test_its_per_file_ignores_and_its_selection(self) -> None:
        write(
            "ssot-ids.toml",
            "extend-select = ['SID103']\nignore = ['SID1']\n[per-file-ignores]\n'old*.py' = ['SID103']\n",
        )
        for name in ("case.py", "old_case.py"):
            write(name, CUT + "y_id = uuid.uuid4()\n")
        assert flake8("--select=SID") == [("case.py", 3, 20, "SID103")]

    def test_what_it_excludes_also_where_flake8_is_given_the_file(self) -> None:
        write("ssot-ids.toml", "extend-exclude = ['legacy/']\n")
        for name in ("case.py", "legacy/case.py", "_build/case.py"):
            write(name, CUT)
        assert flake8("--select=SID") == [("case.py", 3, 20, "SID103")]
        assert flake8("--select=SID", "legacy/case.py") == []

    def test_an_excluding_name_above_the_root_is_no_reason(self) -> None:
        write("venv/project/ssot-ids.toml", "")
        write("venv/project/case.py", CUT)
        write("venv/loose/case.py", CUT)
        assert flake8("--select=SID", "venv/project") == [("venv/project/case.py", 3, 20, "SID103")]
        assert flake8("--select=SID", "../loose", cwd="venv/project") == [
            ("../loose/case.py", 3, 20, "SID103")
        ]

    def test_the_generator_may_use_what_it_wraps(self) -> None:
        write("ssot-ids.toml", "generator = 'app.ids.Maker'\n")
        write("app/__init__.py", "")
        write("app/ids.py", CUT)
        write("app/case.py", CUT)
        assert flake8("--select=SID") == [("app/case.py", 3, 20, "SID103")]

    def test_reexports_through_src_roots(self) -> None:
        write("pyproject.toml", "[tool.ssot-ids]\nsrc = ['lib']\n")
        write("lib/house/__init__.py", "from .compat import fresh\n")
        write("lib/house/compat.py", "from uuid import uuid4 as fresh  # noqa: F401\n")
        write("app/case.py", "from house import fresh\n\nsession_id = fresh()\n")
        assert flake8("--select=SID", "-j1") == [("app/case.py", 3, 14, "SID202")]
        assert flake8("--select=SID", "-j2") == [("app/case.py", 3, 14, "SID202")]
        stdin = Path("app/case.py").read_bytes()
        assert flake8("--select=SID", "--stdin-display-name=app/case.py", "-", stdin=stdin) == [
            ("app/case.py", 3, 14, "SID202")
        ]


class TestBrokenPolicy:
    """One message with all problems and a non-zero exit code; never a traceback, never one for each file."""

    TABLE = "[tool.ssot-ids]\nselct = ['SID1']\nignore = 3\n"
    PROBLEMS = ("selct: unknown key (did you mean `select`?)", "ignore: expected a list of codes")

    @pytest.mark.parametrize("jobs", ["-j1", "-j2"])
    def test_above_the_paths_that_are_named(self, jobs: str) -> None:
        write("pyproject.toml", self.TABLE)
        for name in "abc":
            write(f"{name}.py", CUT)
        for argv, stdin in (((), b""), (("a.py", "b.py", "c.py"), b""), (("-",), b"x = 1\n")):
            done = start(jobs, *argv, stdin=stdin)
            assert (done.returncode, done.stdout) == (2, "")
            lines = done.stderr.splitlines()
            assert len(lines) == 3
            assert lines[1].startswith(f"flake8: error: flake8-ssot-ids: pyproject.toml: {self.PROBLEMS[0]}")
            assert lines[2].startswith(f"pyproject.toml: {self.PROBLEMS[1]}")

    @pytest.mark.parametrize("jobs", ["-j1", "-j2"])
    @pytest.mark.parametrize("source", [CUT, "x = 1\n"])
    def test_in_a_folder_below(self, jobs: str, source: str) -> None:
        write("below/pyproject.toml", self.TABLE)
        for name in "abc":
            write(f"below/{name}.py", source)
        done = start_anew(jobs)
        assert (done.returncode, done.stderr) == (1, "")
        lines = done.stdout.splitlines()
        assert len(lines) == 4
        assert lines[0].endswith(
            '"flake8-ssot-ids[SID]" failed during execution due to a configuration that cannot be used:'
        )
        assert lines[1].startswith(f"below/pyproject.toml: {self.PROBLEMS[0]}")
        assert lines[2].startswith(f"below/pyproject.toml: {self.PROBLEMS[1]}")

    def test_above_the_name_of_standard_input(self) -> None:
        write("below/pyproject.toml", self.TABLE)
        done = start("--stdin-display-name=below/a.py", "-", stdin=b"x = 1\n")
        assert (done.returncode, done.stdout) == (2, "")
        assert self.PROBLEMS[0] in done.stderr

    def test_a_pointer_to_nothing(self) -> None:
        write("case.py", CUT)
        done = start("--ssot-ids-config=gone.toml")
        assert (done.returncode, done.stdout) == (2, "")
        assert "error: flake8-ssot-ids: gone.toml: file: cannot be read: No such file" in done.stderr

    def test_the_version_is_shown_all_the_same(self) -> None:
        write("pyproject.toml", self.TABLE)
        done = start("--version")
        assert done.returncode == 0
        assert "flake8-ssot-ids" in done.stdout

    def test_the_error_survives_the_way_between_processes(self) -> None:
        import pickle

        error = pickle.loads(pickle.dumps(ConfigurationError("a\nb")))  # noqa: S301
        assert (type(error), str(error)) == (ConfigurationError, "a\nb")
        assert repr(error) == "a configuration that cannot be used:\na\nb"


class TestPlaces:
    """Rows and columns as flake8 counts them: code points from 1, tabs as one."""

    @pytest.mark.parametrize(
        ("source", "place"),
        [
            ("import uuid\nif uuid:\n\tx_id = uuid.uuid4()\n", (3, 9, "SID101")),
            ("import uuid\nx = 'äöü𝄞'; y_id = uuid.uuid4()\n", (2, 20, "SID101")),
            ("import uuid\nx_id = f'ä{1}{uuid.uuid4()}'\n", (2, 15, "SID104")),
            ("import uuid\nx_id = ('a'\n        f'ö_{uuid.uuid4()}')\n", (3, 14, "SID104")),
            ("import uuid\nx_id = f'''\nä{\n  uuid.uuid4()}'''\n", (4, 3, "SID104")),
            ("import uuid\n\fx_id = uuid.uuid4()\n", (2, 9, "SID101")),
            ("\ufeffimport uuid\nx_id = uuid.uuid4()\n", (2, 8, "SID101")),
            ("\ufeffimport uuid; x_id = uuid.uuid4()\n", (1, 21, "SID101")),
            ("import uuid\r\nx_id = uuid.uuid4()\r\n", (2, 8, "SID101")),
            ("import uuid\rx_id = uuid.uuid4()\r", (2, 8, "SID101")),
            ("import uuid\nx = '\u2028\x0b'; y_id = uuid.uuid4()\n", (2, 18, "SID101")),
            ("import uuid\nx_id = uuid.uuid4()", (2, 8, "SID101")),
            ("import uuid\nx_id = uuid \\\n    .uuid4()\n", (2, 8, "SID101")),
        ],
    )
    def test_file_and_standard_input(self, source: str, place: tuple[int, int, str]) -> None:
        write("case.py", source)
        assert sid() == [place]
        if "\r" not in source.replace("\r\n", "\n"):  # flake8 splits lone CRs of a file only
            assert sid("-", stdin=source.encode()) == [place]

    def test_latin_1(self) -> None:
        source = "# coding: latin-1\nimport uuid\nx = 'äöü'; y_id = uuid.uuid4()\n".encode("latin-1")
        Path("case.py").write_bytes(source)
        assert sid() == [(3, 19, "SID101")]
        assert sid("-", stdin=source) == [(3, 19, "SID101")]

    def test_the_name_of_standard_input(self) -> None:
        shown = flake8("--select=SID", "--stdin-display-name=src/app.py", "-", stdin=RAW.encode())
        assert shown == [("src/app.py", 3, 18, "SID102")]
        assert flake8("--select=SID", "-", stdin=RAW.encode()) == [("stdin", 3, 18, "SID102")]

    def test_more_processes_say_the_same(self) -> None:
        for number in range(7):
            write(f"case{number}.py", "\n" * number + CUT)
        expected = [(f"case{number}.py", 3 + number, 20, "SID103") for number in range(7)]
        assert flake8("--select=SID", "-j1") == expected
        assert flake8("--select=SID", "-j2") == expected

    def test_a_file_that_does_not_parse_is_the_business_of_flake8(self) -> None:
        write("case.py", RAW + "def (:\n")
        assert [row[3] for row in flake8("--select=SID,E9")] == ["E999"]


SENTINEL = '''
import ast

class Sentinel:
    """Runs after flake8-ssot-ids and before pyflakes: is the tree still as the parser made it?"""

    name, version = "sentinel", "1"

    def __init__(self, tree, lines):
        self.tree, self.lines = tree, lines

    def run(self):
        fresh = ast.parse("".join(self.lines))
        same = ast.dump(self.tree, include_attributes=True) == ast.dump(fresh, include_attributes=True)
        for one, other in zip(ast.walk(self.tree), ast.walk(fresh)):
            same = same and type(one) is type(other) and sorted(vars(one)) == sorted(vars(other))
        yield 1, 0, f"ZZZ{200 if same else 400} {type(self.tree.body[0]).__name__}", type(self)
'''
WRITER = """
class Writer:
    name, version = "awriter", "1"

    def __init__(self, tree):
        tree.body[0].parent = tree

    def run(self):
        return iter(())
"""


class TestTree:
    """flake8 hands the same tree to every plugin."""

    @pytest.fixture
    def sentinel(self) -> None:
        write("sentinel.py", SENTINEL)
        write("writer.py", WRITER)
        write("setup.cfg", "[flake8:local-plugins]\nextension =\n  ZZZ = sentinel:Sentinel\npaths = .\n")
        source = "".join(
            path.read_text(encoding="utf-8")
            for path in sorted(Path(__file__).parent.glob("cases/shapes_*.txt"))
        )
        blocks = [block for block in re.split(r"^===.*$", source, flags=re.MULTILINE) if _parses(block)]
        assert len(blocks) > 5
        write("case.py", "".join(f"def f{number}():\n    import uuid\n" for number in range(3)) + blocks[0])
        for number, block in enumerate(blocks):
            write(f"case{number}.py", block)

    @pytest.mark.usefixtures("sentinel")
    def test_it_is_not_written_to(self) -> None:
        cases = [path.name for path in Path().glob("case*.py")]
        rows = flake8("--select=ZZZ,SID", *cases)
        assert {row[3] for row in rows} >= {"ZZZ200", "SID101", "SID103"}
        assert "ZZZ400" not in {row[3] for row in rows}

    @pytest.mark.usefixtures("sentinel")
    def test_the_sentinel_can_tell(self) -> None:
        write(
            "setup.cfg",
            "[flake8:local-plugins]\nextension =\n  AAA = writer:Writer\n"
            "  ZZZ = sentinel:Sentinel\npaths = .\n",
        )
        assert {row[3] for row in flake8("--select=ZZZ", "case.py")} == {"ZZZ400"}

    def test_it_is_not_parsed_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tree = ast.parse(CUT)
        parsed: list[int] = []

        def spy(source: str | bytes, *args: Any, **keywords: Any) -> Any:
            parsed.append(len(source))
            return real(source, *args, **keywords)

        real = builtins.compile
        found = list(SsotIdsPlugin(tree, "case.py", CUT.splitlines(True)).run())  # everything is loaded now
        with monkeypatch.context() as patch:
            patch.setattr(builtins, "compile", spy)
            again = list(SsotIdsPlugin(tree, "case.py", CUT.splitlines(True)).run())
        assert again == found
        assert [row[:2] for row in found] == [(3, 19)]
        # Python 3.11 gives wrong places inside f-strings, so their fields may be.
        assert all(length < len("uuid.uuid4().hex[:8]") + 5 for length in parsed)


def _parses(text: str) -> bool:
    try:
        return "uuid" in text and bool(ast.parse(text).body)
    except SyntaxError:
        return False


DRIVE = """
import sys

before = set(sys.modules)
from flake8_ssot_ids.flake8_plugin import SsotIdsPlugin

imported = set(sys.modules) - before
import argparse, ast

before = set(sys.modules)
SsotIdsPlugin.parse_options(None, argparse.Namespace(ssot_ids_config=None), ["."])
found = []
for source in {sources!r}:
    found += SsotIdsPlugin(ast.parse(source), "case.py", source.splitlines(True)).run()
print(len(found), *sorted(imported))
print(*sorted(set(sys.modules) - before))
"""


class TestWeight:
    """What the plugin loads, in a process without flake8, which brings some of it itself."""

    def drive(self, *sources: str) -> tuple[int, set[str], set[str]]:
        program = DRIVE.format(sources=sources)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        imported, later = done.stdout.splitlines()
        number, *names = imported.split()
        return int(number), set(names), set(later.split())

    def test_the_import_loads_nothing_else(self) -> None:
        own = {"flake8_ssot_ids", "flake8_ssot_ids.flake8_plugin"}
        # Where a package is installed in place, Python has loaded __future__ when it starts.
        assert own <= self.drive()[1] <= own | {"collections.abc", "__future__"}

    def test_files_that_hold_no_source_need_neither_engine_nor_rules(self) -> None:
        number, _, later = self.drive("import os\nx_id = os.getpid()\n", "'''uuid'''\nx = 1\n", "")
        assert number == 0
        heavy = {"ast_grep_py", "tomllib", "multiprocessing", "concurrent", "hashlib", "json", "pathlib"}
        heavy |= {"flake8", "pathspec", "logging", "subprocess", "sqlite3"}
        heavy |= {
            "flake8_ssot_ids.findings.engine",
            "flake8_ssot_ids.rules.sid101",
            "flake8_ssot_ids.ids.shapes",
        }
        assert later & heavy == set()
        assert "flake8_ssot_ids.uuids.prefilter" in later

    def test_a_file_with_a_source_needs_no_more_than_the_engine(self) -> None:
        number, _, later = self.drive(CUT)
        assert number == 1
        heavy = {"ast_grep_py", "tomllib", "multiprocessing", "concurrent", "json", "pathlib", "flake8"}
        assert later & (heavy | {"flake8_ssot_ids.runs.run", "flake8_ssot_ids.runs.kept.results"}) == set()
        assert "flake8_ssot_ids.findings.engine" in later
