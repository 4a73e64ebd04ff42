"""The command in a real process: terminals, pipes, signals, locales, and what it loads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"
COMMAND = [sys.executable, "-m", "flake8_ssot_ids"]

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR", "SSOT_IDS_OUTPUT_FORMAT", "PYTHONWARNINGS"):
        monkeypatch.delenv(name, raising=False)
    Path("a.py").write_text(RAW)


def run(*argv: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *argv], capture_output=True, env={**os.environ, **environ}, check=False)


def in_terminal(command: list[str], **environ: str) -> tuple[int, str]:
    """Run with all streams on a pseudo-terminal; return the exit code and what was shown."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, **environ}
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:  # Linux says so when the other side is closed
                break
            if not data:
                break
            shown += data
    os.close(ours)
    return process.returncode, shown.decode().replace("\r\n", "\n")


def test_exit_codes_of_the_process() -> None:
    assert run("check", "-q").returncode == 1
    assert run("check", "-q", "--exit-zero").returncode == 0
    assert run("check", "gone").returncode == 2
    assert run("nonsense").returncode == 2


def test_the_process_writes_the_same_on_a_second_run_from_the_cache() -> None:
    first = run("check", "-q")
    second = run("check", "-q")
    assert (first.returncode, first.stdout, first.stderr) == (second.returncode, second.stdout, second.stderr)
    assert first.stdout.count(b"SID102") == 1


@posix_only
class TestTerminal:
    def test_colour_on_a_terminal(self) -> None:
        code, shown = in_terminal([*COMMAND, "check"])
        assert code == 1
        assert shown.startswith("\x1b[1;91mSID102\x1b[0m\x1b[1m the text of")
        assert "\x1b[1;91m^^^^^^^^^^\x1b[0m\n" in shown
        assert "Checking files" not in shown

    @pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
    def test_no_colour_when_it_is_not_wanted(self, environ: dict[str, str]) -> None:
        code, shown = in_terminal([*COMMAND, "check"], **environ)
        assert code == 1
        assert "\x1b" not in shown
        assert shown.startswith("SID102 the text of")

    def test_a_terminal_never_colours_machine_formats_and_files(self) -> None:
        assert "\x1b" not in in_terminal([*COMMAND, "check", "--output-format=json"])[1]
        in_terminal([*COMMAND, "check", "-o", "out.txt"])
        assert "\x1b" not in Path("out.txt").read_text()

    def test_force_color_in_a_pipe(self) -> None:
        assert b"\x1b[" in run("check", FORCE_COLOR="1").stdout
        assert b"\x1b[" in run("check", "--color=always").stdout
        assert b"\x1b[" not in run("check").stdout

    def test_a_diff_is_harmless_on_a_terminal_and_exact_in_a_pipe(self) -> None:
        Path("ssot-ids.toml").write_text('generator = "ids.Ids"\n')
        Path("ids.py").write_text(
            "class Ids:\n    @staticmethod\n    def generate_base_id(prefix: str) -> str: ...\n"
        )
        Path("a.py").write_text(RAW + 'if 1:\n\tx = """\n::error::\x1b[31m ##[error]\u202e"""\n')
        argv = ["fix", "--unsafe-fixes", "--diff", "-q", "a.py"]
        exact = run(*argv)
        assert exact.returncode == 1
        assert b'\n \tx = """\n' in exact.stdout
        code, shown = in_terminal([*COMMAND, *argv])
        assert code == 1
        stand_ins = {"\x1b": "␛", "##": "\ufffd#", "\u202e": "\ufffd", "\n ::": "\n \ufffd:"}
        expected = exact.stdout.decode()
        for hostile, stand_in in stand_ins.items():
            assert hostile in expected
            expected = expected.replace(hostile, stand_in)
        # The terminal itself puts blanks for tabs.
        assert shown.expandtabs() == expected.expandtabs()
        subprocess.run(["git", "apply", "-"], input=exact.stdout, check=True)
        assert "\x1b[31m" in Path("a.py").read_text()
        assert "Ids.generate_base_id" in Path("a.py").read_text()

    def test_progress_is_one_line_that_disappears(self) -> None:
        for number in range(5):
            Path(f"b{number}.py").write_text(RAW)
        impatient = (
            "import sys; from flake8_ssot_ids.render import progress_line as p;"
            "p.PATIENCE_SECONDS = p.INTERVAL_SECONDS = 0.0;"
            "from flake8_ssot_ids.cli import main; sys.exit(main(sys.argv[1:]))"
        )
        argv = ["check", "--output-format=concise", "--no-cache", "-j1"]
        code, shown = in_terminal([sys.executable, "-c", impatient, *argv])
        assert code == 1
        assert "\r\x1b[2KChecking files: 6 of 6\r\x1b[2K" in shown
        before, _, after = shown.rpartition("\r\x1b[2K")
        assert "SID102" not in before
        assert after.count("SID102") == 6
        shown = in_terminal([sys.executable, "-c", impatient, *argv, "-q"])[1]
        assert "Checking" not in shown


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize(
    "argv",
    [
        ("check",),
        ("check", "-q", "--output-format=json"),
        ("check", "-o", "out.txt"),
        ("check", "--help"),
        ("rule", "--all"),
        ("config",),
        ("--help",),
        ("--version",),
    ],
    ids=" ".join,
)
def test_a_full_disk_behind_stdout_is_2_and_no_internal_error(argv: tuple[str, ...]) -> None:
    for _ in range(2):  # the second answer of a check may come from a record
        with open("/dev/full", "wb") as full:
            done = subprocess.run([*COMMAND, *argv], stdout=full, stderr=subprocess.PIPE, check=False)
        assert (done.returncode, done.stderr) == (2, b"error: standard output: No space left on device\n")


@posix_only
def test_a_reader_that_goes_away_is_no_error() -> None:
    Path("many.py").write_text("import uuid\n" + "session_id = str(uuid.uuid4())\n" * 4_000)
    with subprocess.Popen(
        [*COMMAND, "check", "--output-format=concise", "--no-cache"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"a.py:3:18: ")
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (1, b"")


@pytest.fixture
def _heeds_ctrl_c() -> Iterator[None]:
    """What a shell starts in the background ignores Ctrl-C, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@posix_only
@pytest.mark.parametrize("verb", ["check", "config"])
def test_a_working_directory_that_has_gone_is_2_without_a_trace(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    done = run(verb)
    expected = b"error: the working directory: No such file or directory\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", expected)
    assert run("rule", "SID101").returncode == 0


@posix_only
@pytest.mark.usefixtures("_heeds_ctrl_c")
def test_ctrl_c_is_130_without_a_trace() -> None:
    with subprocess.Popen(
        [*COMMAND, "check", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        # A pipe with room for 64 KiB takes this only once the process has begun to read.
        process.stdin.write(b"#" * 200_000)
        process.stdin.flush()
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stderr is not None
        out, errors = process.stdout.read(), process.stderr.read()
        process.stdin.close()
    assert (process.returncode, out, errors) == (130, b"", b"")


@posix_only
@pytest.mark.skipif(sys.platform == "darwin", reason="that file system only has text")
@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C.UTF-8"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    ],
)
def test_no_file_name_and_no_locale_is_too_strange(environ: dict[str, str]) -> None:
    with open(b"bad_\xff\n.py", "w") as stream:
        stream.write(RAW + "name = '日本', uuid.uuid4()\n")
    for chosen in ("full", "concise", "json", "json-lines", "github"):
        done = run("check", f"--output-format={chosen}", "-q", **environ)
        assert (done.returncode, done.stderr) == (1, b""), chosen
        assert done.stdout.count(b"bad_") >= 2, chosen
        if chosen in ("json", "json-lines", "github"):
            done.stdout.decode("utf-8")


@posix_only
def test_results_do_not_depend_on_open_streams() -> None:
    closed = subprocess.run(
        ["sh", "-c", '"$0" "$@" >&- 2>&-', *COMMAND, "check"], capture_output=True, check=False
    )
    assert (closed.returncode, closed.stdout, closed.stderr) == (1, b"", b"")


def test_an_unfinished_output_file_leaves_the_old_one() -> None:
    Path("out.json").write_text("old")
    code = (
        "import sys; from flake8_ssot_ids.render import machine;"
        "machine.as_object = lambda finding: 1 / 0;"
        "from flake8_ssot_ids.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    argv = ["check", "-o", "out.json", "--output-format=json"]
    done = subprocess.run([sys.executable, "-c", code, *argv], capture_output=True, check=False)
    assert done.returncode == 2
    assert Path("out.json").read_text() == "old"
    assert sorted(os.listdir()) == ["a.py", "out.json"]


def test_a_plain_run_loads_nothing_that_it_does_not_need() -> None:
    run("check", "-q")
    code = (
        "import sys; before = set(sys.modules); from flake8_ssot_ids.cli import main; main(['check', '-q']);"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    loaded = set(done.stdout.splitlines()[-1].split())
    heavy = {
        "json",
        "pathlib",
        "shutil",
        "asyncio",
        "multiprocessing",
        "concurrent.futures",
        "pathspec",
        "flake8",
    }
    assert loaded & (heavy | {"difflib", "textwrap", "ast_grep_py", "traceback"}) == set()
