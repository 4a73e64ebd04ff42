"""Every face gives the same places and codes for files that decode and parse."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
import sysconfig
import warnings
from collections import Counter
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.commands.configs import Configurations
from flake8_ssot_ids.findings.suppress import Suppressions
from flake8_ssot_ids.flake8_plugin import SsotIdsPlugin
from flake8_ssot_ids.runs.session import Session
from flake8_ssot_ids.source.sourcefile import Lines, decode
from tests.rules import test_sid204, test_sid302, test_sid305, test_sid306, test_sid401
from tests.rules.cases import parts
from tests.test_cases import CASES

ROOT = Path(__file__).resolve().parent.parent
#: flake8 without pyflakes, which dies of deep expressions; all else of it is real.
SOLO = [sys.executable, str(ROOT / "benchmarks" / "flake8_solo.py"), "SID", "--select=SID"]
SHOWN = re.compile(r"^(.+?):(\d+):(\d+): (SID\d+) ", re.MULTILINE)
#: One case of so many is looked at, and each one under the marker.
PART = pytest.mark.parametrize("each", [6, pytest.param(1, marks=pytest.mark.corpora)])
#: (path, row, column, code)
Places = Counter[tuple[str, int, int, str]]


def parses(path: Path) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError):
            return False
    return True


def by_engine(paths: list[str]) -> Places:
    configurations = Configurations(None, False, {})
    sessions: dict[str, Session] = {}
    found: Places = Counter()
    for path in paths:
        policy = configurations.above(str(Path(path).parent))
        session = sessions.setdefault(policy.root, Session(policy))
        for finding in session.check(Path(path).read_bytes(), path).findings:
            start = finding.span.start
            found[path, start.row, start.column, finding.code] += 1
    assert not configurations.broken
    return found


def by_plugin(paths: list[str]) -> Places:
    """The plugin class alone, with the tree and the lines that flake8 would hand it."""
    found: Places = Counter()
    for path in paths:
        text = decode(Path(path).read_bytes()).text.replace("\r\n", "\n").replace("\r", "\n")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        comments = Suppressions(Lines(text), text)
        for row, column, message, _ in SsotIdsPlugin(tree, path, text.splitlines(True)).run():
            code = message.partition(" ")[0]
            if not comments.suppressed_by(row, code):
                found[path, row, column + 1, code] += 1
    return found


def by_flake8(paths: list[str], *flags: str) -> Places:
    done = subprocess.run([*SOLO, *flags, *paths], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    return shown(done.stdout)


def by_cli(paths: list[str], *flags: str) -> str:
    command = [sys.executable, "-m", "flake8_ssot_ids", "check", "-q", *flags, *paths]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    return done.stdout


def shown(text: str) -> Places:
    return Counter((path, int(row), int(column), code) for path, row, column, code in SHOWN.findall(text))


def rows_of(text: str) -> Places:
    return Counter(
        (row["filename"], row["location"]["row"], row["location"]["column"], row["code"])
        for row in json.loads(text)
    )


def by_stdin(path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Places:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(path).read_bytes())))
        main(["check", "--output-format=json", "-q", "--stdin-filename", path, "-"])
    return rows_of(capsys.readouterr().out)


def agree(
    paths: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    at_least: int,
    large: bool = False,
) -> Places:
    """Ask all faces, and return what they say.

    The working directory holds no configuration and no files. A ``large`` set is not also given to
    flake8 in one process: that differs only in how flake8 shares the files out.
    """
    expected = by_engine(paths)
    assert expected.total() >= at_least
    assert by_plugin(paths) == expected
    assert by_flake8(paths, "-j2") == expected
    if not large:
        assert by_flake8(paths, "-j1") == expected
    parallel = by_cli(paths, "--no-cache", "--output-format=json", "-j2", "--all-files")
    assert rows_of(parallel) == expected
    # The first of these three finds, the others are told by the cache what it has found.
    kept = "--cache-dir=cache"
    assert rows_of(by_cli(paths, kept, "--output-format=json", "-j1")) == expected
    assert shown(by_cli(paths, kept, "--output-format=concise")) == expected
    lines = by_cli(paths, kept, "--output-format=json-lines").splitlines()
    assert rows_of(f"[{','.join(lines)}]") == expected
    from_stdin: Places = Counter()
    for path in paths:
        from_stdin += by_stdin(path, monkeypatch, capsys)
    assert from_stdin == expected
    return expected


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "surveys"))
    for name in ("SSOT_IDS_OUTPUT_FORMAT", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(SsotIdsPlugin, "_sessions", type(SsotIdsPlugin._sessions)())


@PART
def test_the_acceptance_cases(
    each: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = []
    for number, case in enumerate(list(CASES.values())[::each]):
        folder = tmp_path / f"project{number}"
        folder.mkdir()
        (folder / "ssot-ids.toml").write_text(case.config or "", encoding="utf-8")
        for name, text in case.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
            if path.suffix == ".py" and parses(path):
                paths.append(str(path))
    agree(paths, monkeypatch, capsys, at_least=300 // each)


@PART
def test_the_rules_in_preview(
    each: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each marked program of these rules, in a project of its own."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "runtime"))  # where `ssot_ids` is
    paths = []
    tables = (test_sid204, test_sid302, test_sid305, test_sid306, test_sid401)
    sides = [list(side.values())[::each] for module in tables for side in (module.FIRING, module.SILENT)]
    cases = [case for side in sides for case in side]
    for number, case in enumerate(cases):
        source, files, config = parts(case, "preview = true\n")
        folder = tmp_path / f"project{number}"
        for name, text in {**files, "case.py": source, "ssot-ids.toml": config}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        paths += [str(path) for path in sorted(folder.rglob("*.py")) if parses(path)]
    found = agree(paths, monkeypatch, capsys, at_least=100 // each, large=True)
    assert {row[3] for row in found} >= {"SID204", "SID302", "SID305", "SID306", "SID401"}


@pytest.mark.parametrize(
    "folders",
    [
        pytest.param(("examples/quickstart", "examples/chat_platform/before"), id="raw"),
        pytest.param(
            ("examples", "flake8_ssot_ids", "tests", "benchmarks"), id="all", marks=pytest.mark.corpora
        ),
    ],
)
def test_the_examples_and_this_project(
    folders: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [
        str(path)
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts) and parses(path)
    ]
    agree(paths, monkeypatch, capsys, at_least=10, large=True)


@pytest.mark.parametrize(
    ("patterns", "at_least"),
    [
        pytest.param(("[fg]*.py", "unittest/*.py", "test/support/*.py"), 15, id="few"),
        pytest.param(
            ("[a-g]*.py", "importlib/*.py", "multiprocessing/*.py", "unittest/*.py", "test/support/*.py"),
            25,
            id="many",
            marks=pytest.mark.corpora,
        ),
    ],
)
def test_a_part_of_the_standard_library(
    patterns: tuple[str, ...],
    at_least: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It makes no ids, so in a copy of it every joined path becomes one: real code, in all its forms."""
    library = Path(sysconfig.get_path("stdlib")).resolve()
    paths = []
    for pattern in patterns:
        for path in sorted(library.glob(pattern)):
            data = path.read_bytes()
            planted = re.sub(rb"^import os$", b"import uuid as os", data, flags=re.MULTILINE)
            planted = re.sub(rb"\bos\.path\.join\b", b"os.uuid4", planted)
            copy = tmp_path / "lib" / path.relative_to(library)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(planted)
            if (planted != data or b"uuid" in data) and parses(copy):
                paths.append(str(copy))
    agree(paths, monkeypatch, capsys, at_least=at_least)


PLACES = {
    "bom": "\ufeffimport uuid; a_id = uuid.uuid4()\n".encode(),
    "latin": "# coding: latin-1\nimport uuid\nö = 'äöü'; a_id = uuid.uuid4()\n".encode("latin-1"),
    "cp1251": "# -*- coding: cp1251 -*-\nimport uuid\nx = 'я'; a_id = f'я{uuid.uuid4()}'\n".encode("cp1251"),
    "crlf": b"import uuid\r\nx = '''\r\n'''; a_id = uuid.uuid4()\r\n",
    "cr": b"import uuid\rx = '''\r'''; a_id = uuid.uuid4()\r",
    "mixed": b"import uuid\r\na_id = uuid.uuid4()\rb_id = uuid.uuid4()\nc_id = uuid.uuid4()",
    "feed": b"import uuid\n\x0c\na_id = uuid.uuid4()\n\x0cb_id = uuid.uuid4()\n",
    "separators": "import uuid\nx = '\u2028\u2029\x85\x0b\x1c'; a_id = uuid.uuid4()\n".encode(),
    "astral": "import uuid\nx = '\U0001f600'; a_id = f'\U0001f600{uuid.uuid4()}'\n".encode(),
    "tabs": b"import uuid\nif uuid:\n\tx = '\t'; a_id = uuid.uuid4()\n",
    "joined": b"import uuid\na_id = uuid.uuid4() + '''\n'''  # noqa\nb_id = (uuid.uuid4(),\n  1)  # noqa\n",
    "noqa": b"import uuid\na_id = uuid.uuid4()  # noqa: SID101\nb_id = uuid.uuid4()  # noqa : SID2\n",
    "noqa_crlf": b"import uuid\r\na_id = uuid.uuid4()  # noqa: SID101\r\nb_id = uuid.uuid4()  # noqa: E1\r\n",
    "whole": b"# flake8: noqa: E501\nimport uuid\na_id = uuid.uuid4()\n",
    "nested": "import uuid\na_id = f'ä{f\"ö{uuid.uuid4().hex:>{uuid.uuid4().int}}\"}'\n".encode(),
    "rows": "import uuid\na_id = f'''ä\n{uuid.uuid4()} {\n uuid.uuid4()}''' 'ö' f'{uuid.uuid4()}'\n".encode(),
    "nfkc": "import uuid\na_id = uuid.u\uff55id4()\nb_id = u\uff55id.uuid4()\n".encode(),
    "empty": b"",
    "white": b"\n\n  \n\x0c\n",
}


def test_odd_encodings_line_ends_and_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = []
    for name, data in PLACES.items():
        path = tmp_path / f"{name}.py"
        path.write_bytes(data)
        assert parses(path), name
        paths.append(str(path))
    agree(paths, monkeypatch, capsys, at_least=21)


def test_a_face_that_differs_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "case.py"
    path.write_text("import uuid\na_id = uuid.uuid4()\n")
    monkeypatch.setattr(sys.modules[__name__], "by_plugin", lambda _: Counter())
    with pytest.raises(AssertionError):
        agree([str(path)], monkeypatch, capsys, at_least=1)
