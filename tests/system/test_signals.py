"""Signals, kills and closed pipes: how the command ends, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flake8_ssot_ids.runs import pool

RAW = "import uuid\n\n\ndef f() -> str:\n    session_id = str(uuid.uuid4())\n    return session_id\n"
FIXED = (
    "from ids import G\n\n\ndef f() -> str:\n"
    '    session_id = G.generate_base_id("session")\n    return session_id\n'
)
GENERATOR = """\
class G:
    @staticmethod
    def generate_base_id(prefix: str) -> str:
        return prefix
"""
COMMAND = [sys.executable, "-m", "flake8_ssot_ids"]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))
    Path("pyproject.toml").write_text('[tool.ssot-ids]\ngenerator = "ids.G"\n')
    Path("ids.py").write_text(GENERATOR)
    Path("a.py").write_text(RAW)
    # What a shell starts in the background ignores Ctrl-C, and so would all that is started here.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def strays(*folders: str) -> list[str]:
    return [name for folder in folders for name in os.listdir(folder) if name.startswith(".ssot-ids-")]


# -- during start -------------------------------------------------------------------------------

#: Forks one child after the other; the n-th gets the signal when it looks for the n-th module after it has
#: begun. Prints how it ended and what it said.
STARTING = """
import os, signal, sys
number, step, argv = getattr(signal, sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
signal.signal(signal.SIGINT, signal.default_int_handler)
at = 1
while True:
    at += step
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(theirs, 1)
        os.dup2(theirs, 2)
        class Finder:
            seen = 0
            @classmethod
            def find_spec(cls, *_):
                cls.seen += 1
                if cls.seen == at:
                    os.kill(os.getpid(), number)
        from flake8_ssot_ids.cli import main
        sys.meta_path.insert(0, Finder)
        sys.argv = ["ssot-ids", *argv]
        code = main()
        os._exit(98 if Finder.seen >= at and code not in (130, 143) else code)
    os.close(theirs)
    said = b""
    while data := os.read(ours, 65536):
        said += data
    os.close(ours)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), b"Traceback" in said or b"Exception" in said, flush=True)
    if os.waitstatus_to_exitcode(status) not in (130, 143):
        break
"""


@pytest.mark.parametrize(("name", "expected"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_at_every_import_the_command_ends_quietly(name: str, expected: int) -> None:
    argv = [sys.executable, "-c", STARTING, name, "11", "check", "--no-cache", "-j1", "-q"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    rows = [line.split() for line in done.stdout.splitlines()]
    assert len(rows) > 5
    assert rows[:-1] == [[str(expected), "False"]] * (len(rows) - 1)
    assert rows[-1] == ["1", "False"]  # the last one has come to its end: a finding


# -- while it writes ----------------------------------------------------------------------------

#: Forks one child after the other; the n-th gets the signal at its n-th call of the system to open, write,
#: sync, rename or remove a file. Prints how it ended, what each file is, and what is left.
WRITING = """
import os, signal, sys
from flake8_ssot_ids.system import atomic
from flake8_ssot_ids.cli import main
number, cache = getattr(signal, sys.argv[1]), os.environ["SSOT_IDS_CACHE_DIR"]
raw = open("a.py").read()
argv = ["ssot-ids", "fix", "--unsafe-fixes", "--allow-dirty", "-j1", "--silent", "--report", "report.json"]
names = ["a.py", "b.py"]
main([*argv[1:], "--diff", "--no-cache"])  # so that all is loaded
new = sys.argv[2]
at = 0
while True:
    at += 1
    for name in names:
        with open(name, "w") as stream:
            stream.write(raw)
    child = os.fork()
    if not child:
        calls = 0
        def heard(function):
            def call(*given, **named):
                global calls
                calls += 1
                if calls == at:
                    os.kill(os.getpid(), number)
                answer = function(*given, **named)
                calls += 1
                if calls == at:
                    os.kill(os.getpid(), number)
                return answer
            return call
        for name in ("write", "fsync", "replace", "unlink", "chmod"):
            setattr(os, name, heard(getattr(os, name)))
        atomic.sweep.cache_clear()  # it is another process
        sys.argv = argv
        os._exit(main())
    _, status = os.waitpid(child, 0)
    texts = [open(name).read() for name in names]
    what = ["old" if text == raw else "new" if text == new else "broken" for text in texts]
    left = [n for folder in (".", cache) if os.path.isdir(folder) for n in os.listdir(folder) if "tmp" in n]
    code = os.waitstatus_to_exitcode(status)
    print(code, "broken" in what, len(left), flush=True)
    if code not in (143, 130, -9):
        break
"""


@pytest.mark.parametrize(("name", "expected"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGKILL", -9)])
def test_at_every_step_of_writing_nothing_is_broken(name: str, expected: int) -> None:
    Path("b.py").write_text(RAW)
    argv = [sys.executable, "-c", WRITING, name, FIXED]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert len(rows) > 15
    assert {row[1] for row in rows} == {"False"}
    assert {row[0] for row in rows[:-1]} == {str(expected)}
    assert rows[-1] == ["0", "False", "0"]
    # A kill leaves at most one file, which the next run removes; the others remove theirs themselves.
    assert {row[2] for row in rows} <= ({"0", "1"} if name == "SIGKILL" else {"0"})
    assert name != "SIGKILL" or "1" in {row[2] for row in rows}
    assert Path("report.json").stat().st_size > 0


def test_kills_from_outside_leave_nothing_that_the_next_run_does_not_remove() -> None:
    names = [f"m{number}.py" for number in range(12)]
    argv = [*COMMAND, "fix", "--unsafe-fixes", "--allow-dirty", "-j1", "--silent"]
    for number in (0, 4, 9):
        for name in names:
            Path(name).write_text(RAW)
        # It is killed once so many files are written; how far it gets after that is up to the machine.
        with subprocess.Popen(argv) as process:
            while process.poll() is None and Path(names[number]).read_text() == RAW:
                time.sleep(0.001)
            process.kill()
        for name in names:
            assert Path(name).read_text() in (RAW, Path("m0.py").read_text())
    for name in names:
        Path(name).write_text(RAW)
    assert subprocess.run(argv, check=False).returncode == 0
    assert strays(".", os.environ["SSOT_IDS_CACHE_DIR"]) == []


def test_a_second_signal_ends_it_at_once() -> None:
    source = """
        import os, signal, sys
        from flake8_ssot_ids.system import signals
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signals.heed()
        signals.tidy_up()
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            print("not reached")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")


def test_a_signal_where_nothing_can_be_raised_ends_it_too() -> None:
    source = """
        import os, signal
        from flake8_ssot_ids.system import signals
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signals.heed()
        signals.tidy_up()
        class Last:
            def __del__(self):
                os.kill(os.getpid(), signal.SIGINT)
        Last()
        print("not reached")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_what_the_caller_ignores_stays_ignored() -> None:
    source = """
        import signal, sys
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        from flake8_ssot_ids.cli import main
        sys.argv = ["ssot-ids", "check", "-q"]
        code = main()
        print(code, *(signal.getsignal(n) is signal.SIG_IGN for n in (signal.SIGINT, signal.SIGTERM)))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "1 True True"


def test_a_program_that_calls_it_keeps_its_own() -> None:
    from flake8_ssot_ids.cli import main

    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), sys.unraisablehook
    assert main(["check", "-q", "--silent"]) == 1
    assert before == (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), sys.unraisablehook)


# -- with helpers -------------------------------------------------------------------------------


def children(number: int) -> list[int]:
    try:
        return [*map(int, Path(f"/proc/{number}/task/{number}/children").read_text().split())]
    except OSError:
        return []


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="needs /proc")
@pytest.mark.parametrize("everyone", [True, False], ids=["all processes", "the first"])
@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_helpers_end_with_it_and_say_nothing(number: int, expected: int, everyone: bool) -> None:
    many = "import uuid\n" + "session_id = str(uuid.uuid4())\n" * 4000
    for name in range(120):
        Path(f"m{name}.py").write_text(many)
    with subprocess.Popen(
        [*COMMAND, "check", "--no-cache", "-j3"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        helpers: list[int] = []
        while len(helpers) < 2:
            assert process.poll() is None, "it is done before it was disturbed"
            helpers = children(process.pid)
        (os.killpg if everyone else os.kill)(process.pid, number)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (expected, b"", b"")
    for helper in helpers:
        with pytest.raises(ProcessLookupError):
            os.kill(helper, 0)


#: A helper that says it is up and then never answers.
STUCK = """
import os, sys, time
sys.path.append(sys.argv[1])
from flake8_ssot_ids.runs.transport import send
send(1, "ready")
time.sleep(600)
"""


def test_a_helper_that_never_answers_is_ended_when_the_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_PROGRAM", STUCK)
    helped = pool.Pool(2)
    helped.start()
    assert helped._helpers is not None
    helped._helpers[0]._greeter.join()
    assert helped._helpers[0].ready
    helped.__exit__(KeyboardInterrupt)


#: A helper that sends itself what Ctrl-C at a terminal sends to all, before it is up.
DISTURBED = """
import os, signal, sys
os.kill(os.getpid(), signal.SIGINT)
sys.path.append(sys.argv[1])
from flake8_ssot_ids.runs.helper import main
main()
"""


def test_ctrl_c_at_a_terminal_does_not_reach_a_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_PROGRAM", DISTURBED)
    with pool.Pool(2) as helped:
        helped.start()
        assert helped._helpers is not None
        helped._helpers[0]._greeter.join()
        assert (helped._helpers[0].ready, helped._helpers[0].dead) == (True, False)


def test_a_file_that_is_written_is_tidied_up_without_any_helpers() -> None:
    source = """
        import os, signal, sys
        from flake8_ssot_ids.system import atomic, signals
        signals.heed()
        def write(descriptor):
            os.kill(os.getpid(), signal.SIGTERM)
        try:
            atomic.write_new(".", write, print)
        except signals.TerminatedError:
            print("tidied")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "tidied\n", "")
    assert strays(".") == []


# -- a reader that has gone ---------------------------------------------------------------------


def closed() -> int:
    """The end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


ENDINGS = {
    ("check", "--no-cache"): 1,
    ("check", "--no-cache", "--output-format=json"): 1,
    ("check", "--statistics"): 1,
    ("check", "ids.py"): 0,
    ("check", "gone.py"): 2,
    ("fix", "--unsafe-fixes", "--diff"): 1,
    ("fix", "--allow-dirty"): 1,
    ("fix",): 1,
    ("check", "--diff", "--unsafe-fixes"): 1,
    ("rule", "--all"): 0,
    ("rule", "SID999"): 2,
    ("config",): 0,
    ("init",): 2,
    ("--help",): 0,
    ("check", "--help"): 0,
    ("--version",): 0,
    ("nonsense",): 2,
    ("check", "--nonsense"): 2,
    (): 2,
    ("compliance", "--static", "--json", "-"): 1,
    ("compliance", "gone"): 2,
}


@pytest.mark.parametrize("argv", ENDINGS, ids=" ".join)
def test_the_exit_code_is_what_it_would_have_been(argv: tuple[str, ...]) -> None:
    seen = []
    for stream in ("stdout", "stderr", "both"):
        writer = closed()
        other = subprocess.PIPE
        out, err = (other if stream == "stderr" else writer), (other if stream == "stdout" else writer)
        done = subprocess.run(
            [*COMMAND, *argv], stdout=out, stderr=err, stdin=subprocess.DEVNULL, check=False
        )
        os.close(writer)
        assert b"Traceback" not in (done.stderr or b"")
        assert b"Exception" not in (done.stderr or b"")
        seen.append(done.returncode)
        if argv[:1] == ("compliance",):
            break  # it takes a second
    assert set(seen) == {ENDINGS[argv]}
