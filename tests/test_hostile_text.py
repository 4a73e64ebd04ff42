"""Nothing that a repository, its surroundings or an argument holds acts on a log or a terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from flake8_ssot_ids.compliance.checks import Check, Evidence
from tests.conftest import Cli
from tests.test_cli import RAW, write

#: Every kind of thing that acts: ends of lines before commands, escapes, directions, commands inside a line.
ACTS = (
    "\n::error::PWN\r::error::PWN\r\n  ::add-mask::PWN\v::error::PWN\f\x1b[31m\x1b]0;PWN\x07\x9b31m"
    "\x85::error::PWN\u2028::error::PWN\u2029::error::PWN\u202e\u2066\u200f\u061c\x7f"
    " ##[error]PWN ##vso[task.x]PWN"
)
#: The same as far as the name of a file may hold it.
NAME = ACTS.replace("/", "")
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]")
COMMAND = re.compile(r"^\s*::|##\[|##vso\[", re.MULTILINE)
FORMATS = ("full", "concise", "json", "json-lines", "github")

posix_only = pytest.mark.skipif(os.name == "nt", reason="such names")


def assert_harmless(text: str, *, github: bool = False, tabs: bool = False) -> None:
    """Nothing acts in ``text``; ``github`` is the format that begins its lines with commands of its own."""
    assert FORBIDDEN.findall(text) == []
    assert tabs or "\t" not in text
    lines = text.split("\n")
    if github:
        lines = [line.removeprefix("::error title=ssot-ids (SID") for line in lines]
    assert [line for line in lines if COMMAND.search(line)] == []


def assert_told(got: tuple[int, str, str], code: int, **more: bool) -> None:
    """The exit code is right, the plant was reached, and nothing acts on either stream."""
    assert got[0] == code, got
    assert "PWN" in got[1] + got[2]
    assert_harmless(got[1], **more)
    assert_harmless(got[2])


def toml_string(text: str) -> str:
    return json.dumps(text)


def test_what_is_asserted_here_can_fail() -> None:
    for char in ACTS:
        if not char.isprintable() and char != "\n":
            with pytest.raises(AssertionError):
                assert_harmless(f"a{char}b")
    for line in ("::error::x", "a\n ::error::x", "a ##[error]x", "##vso[x]"):
        with pytest.raises(AssertionError):
            assert_harmless(line)
    assert_harmless("::error title=ssot-ids (SID101),file=x::y\n", github=True)
    assert_harmless("a::error::x # [x] ## [y]\n")


# -- configuration ---------------------------------------------------------------------------------

BAD = {
    "a key": f"{toml_string(ACTS)} = 1",
    "a nested key": f"[api]\n{toml_string(ACTS)} = 'x'",
    "a generator": f"generator = {toml_string('x' + ACTS)}",
    "a code": f"select = [{toml_string('S' + ACTS)}]",
    "a glob": f"exclude = [{toml_string(ACTS + 'a[')}]",
    "a zone": f"[[zone]]\nname = {toml_string('a' + ACTS)}",
    "a date": f"[[exemption]]\npath = {toml_string(ACTS)}\ncodes = ['SID101']\nuntil = {toml_string(ACTS)}",
    "a contract": f"[not-applicable]\n{toml_string(ACTS)} = 'x'",
    "a recipe": f"generator = 'a.B'\n[[recipes]]\npattern = 'f($'\nmessage = {toml_string(ACTS)}\nPWN = 1",
    "no TOML": f"# PWN\nx = '''{ACTS.replace(chr(0), '')}",
}


@pytest.mark.parametrize("verb", ["check", "fix", "config", "compliance"])
@pytest.mark.parametrize("text", BAD.values(), ids=[*BAD])
def test_a_configuration_that_cannot_be_used(cli: Cli, verb: str, text: str) -> None:
    write("a.py")
    Path("ssot-ids.toml").write_bytes(text.encode())
    code, out, err = cli(verb)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    # No line but ours: a planted end of line makes none.
    assert all(line.startswith("error: ") for line in err.splitlines())
    assert_harmless(err)


@pytest.mark.parametrize("text", [BAD["a key"], BAD["a generator"]], ids=["a key", "a generator"])
def test_a_configuration_that_flake8_cannot_use(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(RAW)
    (tmp_path / "ssot-ids.toml").write_bytes(text.encode())
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "a.py"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert_told((done.returncode, done.stdout.decode(), done.stderr.decode()), 2)


GOOD = f"""
extend-exclude = [{toml_string("PWN" + ACTS)}]
[[zone]]
name = {toml_string("web" + ACTS)}
paths = ["*.py"]
service = {toml_string("web" + ACTS)}
[[exemption]]
path = {toml_string("gone" + ACTS)}
codes = ["SID101"]
reason = {toml_string("because" + ACTS)}
until = 2999-01-01
"""


def test_a_configuration_that_is_printed(cli: Cli) -> None:
    Path("ssot-ids.toml").write_text(GOOD, encoding="utf-8")
    got = cli("config")
    assert_told(got, 0)
    assert tomllib.loads(got[1])["zone"][0]["name"] == "web" + ACTS
    assert tomllib.loads(got[1])["exemption"][0]["reason"] == "because" + ACTS


@posix_only
@pytest.mark.skipif(sys.platform == "darwin", reason="that file system only has text")
def test_a_configuration_in_a_folder_without_a_name_in_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/PWN\xff\x9b\x1b"
    os.mkdir(folder)
    done = subprocess.run(
        [sys.executable, "-m", "flake8_ssot_ids", "config"],
        cwd=folder, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert_told((done.returncode, done.stdout.decode(), done.stderr.decode()), 0)
    assert tomllib.loads(done.stdout.decode())["zone"] == []


@pytest.mark.parametrize("chosen", FORMATS)
def test_a_zone_in_a_remedy(cli: Cli, chosen: str) -> None:
    Path("ssot-ids.toml").write_text('generator = "ids.Ids"\n' + GOOD, encoding="utf-8")
    write("ids.py", "class Ids:\n    @staticmethod\n    def generate_session_id(user_id, operation): ...\n")
    write("a.py", "import uuid\ndef f(user_id):\n    session_id = str(uuid.uuid4())\n    return session_id\n")
    assert_told(cli("check", f"--output-format={chosen}"), 1, github=chosen == "github")


@pytest.mark.parametrize("chosen", FORMATS)
def test_a_recipe_in_a_message(cli: Cli, chosen: str) -> None:
    pytest.importorskip("ast_grep_py")
    rewrite = toml_string(f"new($A, '''PWN{ACTS}''')")
    Path("ssot-ids.toml").write_text(f'[[recipes]]\npattern = "make($A)"\nrewrite = {rewrite}\n')
    write("a.py", "x = make(1)\n")
    assert_told(cli("check", "--select=SID390", f"--output-format={chosen}"), 1, github=chosen == "github")


def test_a_recipe_in_a_message_of_flake8(tmp_path: Path) -> None:
    pytest.importorskip("ast_grep_py")
    rewrite = toml_string(f"new($A, '''PWN{ACTS}''')")
    (tmp_path / "ssot-ids.toml").write_text(f'[[recipes]]\npattern = "make($A)"\nrewrite = {rewrite}\n')
    (tmp_path / "a.py").write_text("x = make(1)\n")
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--select=SID390", "a.py"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert_told((done.returncode, done.stdout.decode(), done.stderr.decode()), 1)
    assert done.stdout.count(b"\n") == 1


# -- names of files --------------------------------------------------------------------------------


@posix_only
@pytest.mark.parametrize("name", [f"PWN{NAME}.py", "::error::PWN.py", " ::error::PWN.py", f"PWN{NAME}/a.py"])
@pytest.mark.parametrize(
    "argv",
    [
        *(("check", f"--output-format={chosen}") for chosen in FORMATS),
        ("check", "--show-files"),
        ("fix",),
        ("fix", "--allow-dirty", "--unsafe-fixes", "--report=report.json"),
    ],
    ids=" ".join,
)
def test_a_file_with_findings(cli: Cli, name: str, argv: tuple[str, ...]) -> None:
    Path("ssot-ids.toml").write_text('generator = "gone.Ids"\n')
    write(name, "import uuid\ntoken = uuid.uuid4()\nx = uuid.uuid4()\n")
    code, out, err = cli(*argv)
    assert code == (2 if argv[0] == "fix" else 0 if "--show-files" in argv else 1), (out, err)
    assert_harmless(out, github="github" in argv[-1])
    assert_harmless(err)
    assert argv[0] == "fix" or "PWN" in out


@posix_only
@pytest.mark.parametrize("chosen", FORMATS)
def test_a_file_that_cannot_be_parsed(cli: Cli, chosen: str) -> None:
    write(f"PWN{NAME}.py", f"import uuid\nx = uuid.uuid4(\n'''{ACTS}")
    assert_told(cli("check", f"--output-format={chosen}"), 2, github=chosen == "github")
    assert_told(cli("fix", "--allow-dirty"), 2)


@posix_only
def test_the_names_in_json_are_the_real_ones(cli: Cli) -> None:
    write(f"PWN{NAME}.py")
    (row,) = json.loads(cli("check", "--output-format=json")[1])
    assert row["filename"] == str(Path(f"PWN{NAME}.py").absolute())


@posix_only
def test_a_file_name_as_git_shows_it(cli: Cli) -> None:
    write('PWN\n"\x1b.py')
    assert cli("check", "--show-files") == (0, f'"{Path.cwd()}/PWN\\n\\"\\033.py"\n', "")


@posix_only
def test_a_proposal_names_folders_and_files(cli: Cli) -> None:
    for folder in (f"auth{NAME}", f"service{NAME}"):
        write(f"{folder}/__init__.py", "")
        write(f"{folder}/sessions.py", "import uuid\nsession_id = str(uuid.uuid4())\n")
        write(f"{folder}/broken.py", "import uuid\nx = uuid.uuid4(\n")
    got = cli("init")
    assert_told(got, 0)
    assert cli("init", "--write")[0] == 0
    assert Path("ssot-ids.toml").read_text(encoding="utf-8") == got[1]
    tomllib.loads(got[1])
    assert_told(cli("config"), 0)


# -- source text -----------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", FORMATS)
def test_what_a_file_holds_around_a_finding(cli: Cli, chosen: str) -> None:
    write(
        "a.py",
        "import uuid\n"
        "a = '''PWN\n::error::PWN\n  ::error::PWN ##[error]PWN\n"
        "\x1b[31m \x07 \u202e \u2028 \x85 \x7f\n'''\n"
        "b = uuid.uuid4()  # ##[error]PWN \x1b[31m \u2066 # noqa: PWN\n"
        "c = f'PWN\\n::error::PWN\\x1b[31m\\u202e\\ud900-{uuid.uuid4()}'\n"
        "d = '::error::PWN##[error]PWN' + str(uuid.uuid4())\n",
    )
    assert_told(cli("check", f"--output-format={chosen}"), 1, github=chosen == "github")
    assert_told(cli("check", f"--output-format={chosen}", "--color=never"), 1, github=chosen == "github")


def test_colours_survive_and_are_ours(cli: Cli) -> None:
    write("a.py", "import uuid\nc = f'PWN\\x1b[31m\\ud900\\ud903-{uuid.uuid4()}'  # \x1b[0m\n")
    for chosen in ("full", "concise"):
        code, out, _ = cli("check", f"--output-format={chosen}", "--color=always")
        assert code == 1
        assert "\x1b[1;91mSID" in out
        assert set(re.findall("\x1b.*?m", out)) <= {
            "\x1b[0m",
            "\x1b[1m",
            "\x1b[1;91m",
            "\x1b[1;94m",
            "\x1b[36m",
        }
        assert_harmless(re.sub("\x1b.*?m", "", out))


# -- arguments and the environment -----------------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [
        (f"PWN{ACTS}",),
        ("check", f"PWN{ACTS}"),
        ("check", f"--PWN{ACTS}"),
        ("check", f"--output-format=PWN{ACTS}"),
        ("check", f"--select=PWN{ACTS}"),
        ("check", f"--per-file-ignores=PWN{ACTS}"),
        ("check", f"--config=PWN{ACTS}"),
        ("check", f"--zone=PWN{ACTS}"),
        ("check", "-o", f"no/../PWN{ACTS}/../.."),
        ("check", "--show-files", "-o", f"no/../PWN{ACTS}/../.."),
        ("fix", f"--zone=PWN{ACTS}"),
        ("fix", f"PWN{ACTS}"),
        ("fix", f"--config=PWN{ACTS}"),
        ("rule", f"PWN{ACTS}"),
        ("config", f"PWN{ACTS}"),
        ("init", f"PWN{ACTS}"),
        ("compliance", f"PWN{ACTS}"),
        ("compliance", "-n", f"PWN{ACTS}"),
        ("compliance", f"--config=PWN{ACTS}"),
    ],
    ids=lambda argv: re.sub(r"PWN\s.*", "…", " ".join(argv), flags=re.DOTALL),
)
def test_arguments(cli: Cli, argv: tuple[str, ...]) -> None:
    write("a.py", "")
    assert_told(cli(*argv), 2)


def test_the_environment(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.py")
    monkeypatch.setenv("SSOT_IDS_OUTPUT_FORMAT", f"PWN{ACTS}")
    assert_told(cli("check"), 2)
    assert_harmless(cli("check", "--help")[1])
    monkeypatch.delenv("SSOT_IDS_OUTPUT_FORMAT")
    write(f"PWN{ACTS.replace('/', '')}", "no folder")
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", f"PWN{ACTS}/cache")
    assert_told(cli("check"), 1)


# -- errors ----------------------------------------------------------------------------------------


def test_an_internal_error(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from flake8_ssot_ids.commands import check
    from flake8_ssot_ids.findings import engine

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(f"PWN{ACTS}")

    write("a.py")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "check_tree", fails)
        assert_told(cli("check", "-j1", "--no-cache"), 2)
    monkeypatch.setattr(check, "make_parser", fails)
    got = cli("check")
    assert_told(got, 2)
    assert got[2].startswith("Traceback (most recent call last):\n")
    assert got[2].endswith("ssot-ids: internal error; please report it with the lines above\n")


# -- the contracts ---------------------------------------------------------------------------------


@posix_only
def test_the_contracts(cli: Cli) -> None:
    write(f"PWN{NAME}.py", f"import uuid\nsession_id = str(uuid.uuid4())  # {ACTS.splitlines()[-1]}\n")
    write("rows.txt", f"PWN{ACTS}\n")
    Path("ssot-ids.toml").write_text(
        f'baseline = "rows.txt"\n{GOOD}[not-applicable]\nC04 = {toml_string("PWN" + ACTS)}\n'
    )
    got = cli("compliance", "--static", "--json=-")
    assert_told(got, 1)
    found = {row["id"]: row for row in json.loads(got[1])["contracts"]}
    assert f"PWN{NAME}.py" in found["C01"]["evidence"][0]["where"]
    assert "PWN" in got[2]


def test_a_broken_contract_in_pytest() -> None:
    from flake8_ssot_ids.pytest_plugin import ContractError

    facts = [Evidence(f"PWN{ACTS}", "SID101", ACTS), Evidence("", "", f"::error::PWN{ACTS}")]
    text = str(ContractError(Check("C01", f"files{ACTS}", lambda _: ()), facts))
    assert_harmless(text)
    assert len(text.splitlines()) == 6


@posix_only
@pytest.mark.parametrize(
    "text", [GOOD, BAD["a key"]], ids=["contracts", "a configuration that cannot be used"]
)
def test_the_contracts_in_pytest(text: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / f"PWN{NAME}.py").write_text(f"import uuid\nx = uuid.uuid4()  # {ACTS.splitlines()[-1]}\n")
    reason = f"[not-applicable]\nC04 = {toml_string('PWN' + ACTS)}\n" if text == GOOD else ""
    (root / "ssot-ids.toml").write_text(text + reason)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "flake8_ssot_ids.pytest_plugin",
        "-p",
        "no:cacheprovider",
    ]
    command += [
        "--pyargs",
        "flake8_ssot_ids.compliance_tests",
        f"--ssot-root={root}",
        "--ssot-static",
        "-q",
        "-rs",
    ]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=False)
    got = done.returncode, done.stdout.decode(), done.stderr.decode()
    assert_told(got, 1 if text == GOOD else 4)
    if text == GOOD:
        assert "not applicable: PWN\u240a::error::PWN" in got[1]
