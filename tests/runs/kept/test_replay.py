"""The recorded answer: used when nothing has changed, and never when anything has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.findings import engine
from flake8_ssot_ids.runs.kept import stamps, store
from flake8_ssot_ids.runs.kept.store import seal, unseal

RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"
#: As long as RAW, and without a finding.
CLEAN = RAW.replace("uuid.uuid4", "uuid.uuid5")
MARKER = "planted-by-the-test"
#: Longer than a tick of the clock that file systems use.
TICK = 0.02
POSIX = os.name != "nt"


class Shell:
    """Asks in this process, in a project with a cache of its own."""

    def __init__(self, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.outer = home / "outer"
        self.project = self.outer / "project"
        self.cache = home / "cache"
        self._capfd = capfd

    def ask(self, *argv: str) -> tuple[int, str, str]:
        self._capfd.readouterr()
        code = main(["check", *argv])
        out, err = self._capfd.readouterr()
        return code, out, err

    def records(self) -> list[Path]:
        return sorted(self.cache.glob("*.replay"))

    def plant(self) -> None:
        """Make each record tell on itself when it is used."""
        for path in self.records():
            question, marks, answer = unseal(path.read_bytes()) or (None, None, None)
            assert isinstance(answer, dict)
            answer["text"] = MARKER
            path.write_bytes(seal((question, marks, answer)))

    def is_used(self, *argv: str) -> bool:
        return MARKER in self.ask(*argv)[1]

    def prepare(self, *argv: str) -> None:
        """Leave a record for the question that tells on itself, and make sure that it does."""
        before = set(self.records())
        self.ask(*argv)
        assert len(set(self.records()) - before) == 1
        self.plant()
        assert self.is_used(*argv)
        time.sleep(TICK)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path, capfd)
    write(shell.project / "a.py", RAW)
    write(shell.project / "pkg" / "b.py", RAW)
    monkeypatch.chdir(shell.project)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(shell.cache))
    for name in ("NO_COLOR", "FORCE_COLOR", "SSOT_IDS_OUTPUT_FORMAT", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    # What was written before the run is old enough; the real two seconds are waited for further below.
    monkeypatch.setattr(stamps, "RECENT_NS", 0)
    time.sleep(TICK)
    return shell


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def disguise(path: Path, text: str) -> None:
    """Change a file so that its size and modification time stay."""
    status = path.stat()
    assert len(text.encode()) == status.st_size
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_mtime_ns == status.st_mtime_ns


# -- that it is used ---------------------------------------------------------------------------


FORMS: list[Sequence[str]] = [
    (),
    ("--output-format", "concise"),
    ("--output-format=json",),
    ("--output-format=json-lines",),
    ("--output-format=github",),
    ("--statistics",),
    ("--statistics", "--output-format=json"),
    ("-q",),
    ("--quiet", "--output-format=concise"),
    ("-e",),
    ("--exit-zero", "--color=always"),
    ("--select", "SID101"),
    ("--ignore=SID102",),
    ("--exclude=pkg",),
    ("--per-file-ignores=a.py:SID",),
    ("--isolated",),
    ("--all-files", "--ignore-noqa"),
    ("--jobs=1",),
    ("-j", "1"),
    ("--no-respect-gitignore", "--force-exclude"),
    ("a.py",),
    ("a.py", "pkg"),
]


def without_seconds(text: str) -> str:
    head, found, _ = text.rpartition(" checked in ")
    return head + found


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_an_answer_from_the_record_is_the_answer(shell: Shell, form: Sequence[str]) -> None:
    truth = shell.ask("--no-cache", *form)
    assert not shell.records()
    first = shell.ask(*form)
    assert len(shell.records()) == 1
    again = shell.ask(*form)
    for code, out, err in (first, again):
        assert (code, without_seconds(err)) == (truth[0], without_seconds(truth[2]))
        if "checked in" in truth[1]:
            assert without_seconds(out) == without_seconds(truth[1])
        else:
            assert out == truth[1]
    shell.plant()
    assert shell.is_used(*form)


def test_a_zone_has_a_record_of_its_own(shell: Shell) -> None:
    zones = ("a.py", "pkg/**")
    write(
        shell.project / "ssot-ids.toml",
        "".join(f'[[zone]]\nname = "z{at}"\npaths = ["{glob}"]\n' for at, glob in enumerate(zones)),
    )
    time.sleep(TICK)
    shell.prepare("--zone", "z0")
    assert not shell.is_used("--zone", "z1")
    assert not shell.is_used("--zone", "z0", "--zone", "z1")
    assert shell.is_used("--zone", "z0")
    write(shell.project / "ssot-ids.toml", '[[zone]]\nname = "z0"\npaths = ["pkg/**"]\n')
    assert not shell.is_used("--zone", "z0")


def test_the_summary_has_the_seconds_of_this_run(shell: Shell) -> None:
    shell.ask("--output-format=json")
    _, out, err = shell.ask("--output-format=json")
    assert out.startswith("[")
    assert re.fullmatch(
        r"Found 2 findings in 2 files: 2 production, 0 test \(2 files checked in \d+\.\d\ds\)\.\n", err
    )
    assert "\0" not in err


def test_a_clean_project_and_one_that_does_not_parse_are_answered_too(shell: Shell) -> None:
    write(shell.project / "a.py", "x = 1\n")
    write(shell.project / "pkg" / "b.py", "x = 1\n")
    time.sleep(TICK)
    assert shell.ask("-q") == (0, "", "")
    assert shell.ask("-q") == (0, "", "")
    shell.prepare()
    write(shell.project / "a.py", "import uuid\nx = uuid.uuid4(\n")
    time.sleep(TICK)
    first = shell.ask("--output-format=concise", "-q")
    assert first[0] == 2
    assert "SID990" in first[1]
    assert shell.ask("--output-format=concise", "-q") == first


# -- that it is not used -----------------------------------------------------------------------

Change = Callable[[Shell], object]
TOML = 'ignore = ["SID102"]\n'
TABLE = "[tool.ssot-ids]\n" + TOML

CHANGES: dict[str, Change] = {
    "a file, with its size and time as before": lambda s: disguise(s.project / "a.py", CLEAN),
    "a file in a subfolder, likewise": lambda s: disguise(s.project / "pkg" / "b.py", CLEAN),
    "a file that could hold no use": lambda s: disguise(s.project / "idle.py", RAW),
    "only the mode of a file": lambda s: (s.project / "a.py").chmod(0o600),
    "a new file": lambda s: write(s.project / "c.py", RAW),
    "a new file in a subfolder": lambda s: write(s.project / "pkg" / "c.py", RAW),
    "a new file in a folder without files": lambda s: write(s.project / "empty" / "c.py", RAW),
    "a new folder": lambda s: write(s.project / "new" / "c.py", RAW),
    "a removed file": lambda s: (s.project / "a.py").unlink(),
    "a file removed from a subfolder": lambda s: (s.project / "pkg" / "b.py").unlink(),
    "a renamed file": lambda s: (s.project / "a.py").rename(s.project / "z.py"),
    "a renamed folder": lambda s: (s.project / "pkg").rename(s.project / "gkp"),
    "two files that change places": lambda s: swap(s.project / "a.py", s.project / "idle.py"),
    "a new .gitignore": lambda s: write(s.project / ".gitignore", "a.py\n"),
    "a new .gitignore in a subfolder": lambda s: write(s.project / "pkg" / ".gitignore", "b.py\n"),
    "a new .gitignore above": lambda s: write(s.outer / ".gitignore", "a.py\n"),
    "a changed .gitignore two above": lambda s: disguise(s.home / ".gitignore", "a.py\n"),
    "a new .ignore": lambda s: write(s.project / ".ignore", "a.py\n"),
    "a new .ignore above": lambda s: write(s.outer / ".ignore", "a.py\n"),
    "a changed .ignore in a subfolder": lambda s: disguise(s.project / "empty" / ".ignore", "a.py\n"),
    "a new pyproject.toml": lambda s: write(s.project / "pyproject.toml", TABLE),
    "a new pyproject.toml in a subfolder": lambda s: write(s.project / "pkg" / "pyproject.toml", TABLE),
    "a new pyproject.toml above": lambda s: write(s.outer / "pyproject.toml", TABLE),
    "a new pyproject.toml two above": lambda s: write(s.home / "pyproject.toml", TABLE),
    "a changed one in a subfolder": lambda s: disguise(s.project / "empty" / "pyproject.toml", "#2\n"),
    "a new ssot-ids.toml": lambda s: write(s.project / "ssot-ids.toml", TOML),
    "a new ssot-ids.toml in a subfolder": lambda s: write(s.project / "pkg" / "ssot-ids.toml", TOML),
    "a new ssot-ids.toml above": lambda s: write(s.outer / "ssot-ids.toml", TOML),
    "a repository begins here": lambda s: write(s.project / ".git" / "HEAD", "ref: refs/heads/main\n"),
    "a repository further above is gone": lambda s: shutil.rmtree(s.home / ".git"),
    "a repository begins above": lambda s: write(s.outer / ".git" / "HEAD", "ref: refs/heads/main\n"),
    "excludes of a repository above": lambda s: write(s.outer / ".git" / "info" / "exclude", "a.py\n"),
    "the user's own excludes": lambda s: write(s.home / ".config" / "git" / "ignore", "a.py\n"),
    "the user's git configuration": lambda s: write(s.home / ".gitconfig", "[core]\n\texcludesFile = ~/x\n"),
}


def swap(one: Path, other: Path) -> None:
    third = one.with_name("third")
    one.rename(third)
    other.rename(one)
    third.rename(other)


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_is_seen(shell: Shell, change: str) -> None:
    write(shell.project / "idle.py", "# " + "x" * (len(RAW) - 3) + "\n")
    write(shell.home / ".git" / "HEAD", "ref: refs/heads/main\n")
    write(shell.home / ".gitignore", "a.py\n" if "gone" in change else "z.py\n")
    write(shell.project / "empty" / ".ignore", "z.py\n")
    write(shell.project / "empty" / "pyproject.toml", "#1\n")
    time.sleep(TICK)
    shell.prepare("--output-format=concise")
    CHANGES[change](shell)
    answer = shell.ask("--output-format=concise", "-q", "--no-cache")
    assert MARKER not in answer[1]
    code, out, _ = shell.ask("--output-format=concise")
    findings = "".join(line for line in out.splitlines(keepends=True) if ": SID" in line)
    assert (code, findings) == answer[:2]


GIT_CHANGES: dict[str, Change] = {
    "the file that core.excludesFile names": lambda s: disguise(s.home / "mine", "a.py\n"),
    "the excludes of a repository in the folder": lambda s: disguise(exclude(s.project / "inner"), "c.py\n"),
    "the excludes of a repository above": lambda s: disguise(exclude(s.outer), "a.py\n"),
    "a worktree in the folder that belongs elsewhere": lambda s: disguise(
        s.project / "tree" / ".git", "gitdir: ../../../away2\n"
    ),
    "the excludes of a worktree": lambda s: disguise(s.home / "away1" / "info" / "exclude", "d.py\n"),
    "a worktree begins here": lambda s: write(s.project / ".git", "gitdir: ../../away2\n"),
    "a worktree begins in a subfolder": lambda s: write(
        s.project / "pkg" / ".git", "gitdir: ../../../away2\n"
    ),
}


def exclude(repository: Path) -> Path:
    return repository / ".git" / "info" / "exclude"


@pytest.mark.parametrize("change", sorted(GIT_CHANGES))
def test_a_change_of_what_git_ignores_is_seen(shell: Shell, change: str) -> None:
    write(shell.home / ".gitconfig", "[core]\n\texcludesFile = ~/mine\n")
    write(shell.home / "mine", "z.py\n")
    for repository in (shell.outer, shell.project / "inner"):
        write(repository / ".git" / "HEAD", "ref: refs/heads/main\n")
        write(exclude(repository), "z.py\n")
    write(shell.project / "inner" / "c.py", RAW)
    write(shell.project / "tree" / "d.py", RAW)
    write(shell.project / "tree" / ".git", "gitdir: ../../../away1\n")
    write(shell.home / "away1" / "info" / "exclude", "z.py\n")
    write(shell.home / "away2" / "info" / "exclude", "*.py\n")
    time.sleep(TICK)
    argv = ("--output-format=concise", "-q", ".")
    before = shell.ask("--no-cache", *argv)
    shell.prepare(*argv)
    GIT_CHANGES[change](shell)
    answer = shell.ask("--no-cache", *argv)
    assert answer[1].count("SID102") < before[1].count("SID102") == 4
    assert shell.ask(*argv) == answer


def test_a_changed_configuration_file_that_was_named_is_seen(shell: Shell) -> None:
    config = shell.home / "house.toml"
    write(config, 'ignore = ["SID102"]\n')
    time.sleep(TICK)
    argv = ("--config", str(config), "--output-format=concise")
    shell.prepare(*argv)
    disguise(config, 'ignore = ["SID101"]\n')
    code, out, _ = shell.ask(*argv)
    assert (code, out.count("SID102")) == (1, 2)


def test_a_changed_module_outside_of_the_checked_paths_is_seen(shell: Shell) -> None:
    write(shell.project / "lib" / "common.py", "from uuid import uuid4 as make\n")
    write(shell.project / "pkg" / "b.py", "from lib.common import make\n\nx = make()\n")
    time.sleep(TICK)
    shell.prepare("pkg", "--output-format=concise")
    disguise(shell.project / "lib" / "common.py", "from uuid import UUID_ as make\n")
    assert shell.ask("pkg", "-q") == (0, "", "")
    shell.prepare("pkg", "-q", "--output-format=concise")
    disguise(shell.project / "lib" / "common.py", "from uuid import uuid4 as make\n")
    code, out, _ = shell.ask("pkg", "-q", "--output-format=concise")
    assert (code, out.count("SID202")) == (1, 1)


def test_a_module_that_appears_or_hides_another_one_is_seen(shell: Shell) -> None:
    write(shell.project / "pkg" / "b.py", "from late import make\n\nx = make()\n")
    time.sleep(TICK)
    shell.prepare("pkg", "-q")
    write(shell.project / "late.py", "from uuid import uuid4 as make\n")
    time.sleep(TICK)
    code, out, _ = shell.ask("pkg", "-q", "--output-format=concise")
    assert (code, out.count("SID202")) == (1, 1)
    shell.prepare("pkg", "-q", "--color=never")
    write(shell.project / "late" / "__init__.py", "def make() -> int: return 1\n")
    assert shell.ask("pkg", "-q", "--color=never") == (0, "", "")


def test_another_question_is_another_record(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.prepare("--output-format=concise")
    for other in (
        (),
        ("--output-format", "concise"),
        ("--output-format=concise", "."),
        ("--output-format=concise", "-q"),
        ("--output-format=concise", "--select=SID1"),
        ("--output-format=concise", "--exit-zero"),
        ("--output-format=concise", "a.py"),
    ):
        assert not shell.is_used(*other)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "HOME", "XDG_CONFIG_HOME", "SSOT_IDS_OUTPUT_FORMAT"):
        with monkeypatch.context() as patch:
            patch.setenv(name, "json" if name.startswith("SSOT") else str(shell.home / "other"))
            assert not shell.is_used("--output-format=concise"), name
    with monkeypatch.context() as patch:
        patch.setenv("SSOT_IDS_CACHE_DIR", str(shell.home / "elsewhere"))
        assert not shell.is_used("--output-format=concise")
    with monkeypatch.context() as patch:
        patch.chdir(shell.project / "pkg")
        code, out, _ = shell.ask("--output-format=concise")
        assert (code, out.count("SID102"), out.count("b.py")) == (1, 1, 1)
    assert shell.is_used("--output-format=concise")


def test_a_record_of_another_version_is_not_used(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.prepare()
    with monkeypatch.context() as patch:
        patch.setattr(store, "__version__", "0.0.0")
        assert not shell.is_used()
    assert shell.is_used()


def test_a_record_of_another_question_under_the_same_name_is_not_used(shell: Shell) -> None:
    shell.prepare("a.py")
    shell.prepare("a.py", "-q")
    one, other = shell.records()
    data = one.read_bytes(), other.read_bytes()
    one.write_bytes(data[1])
    other.write_bytes(data[0])
    assert not shell.is_used("a.py")
    assert not shell.is_used("a.py", "-q")


@pytest.mark.parametrize("damage", ["truncated", "empty", "longer", "foreign", "flipped", "folder"])
def test_a_damaged_record_is_passed_over(shell: Shell, damage: str) -> None:
    shell.prepare("-q", "--output-format=concise")
    truth = shell.ask("-q", "--output-format=concise", "--no-cache")
    (record,) = shell.records()
    data = record.read_bytes()
    if damage == "folder":
        record.unlink()
        record.mkdir()
    else:
        changed = {
            "truncated": data[:-3],
            "empty": b"",
            "longer": data + b"x",
            "foreign": b"\x80\x04",
            "flipped": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        }
        record.write_bytes(changed[damage])
    assert shell.ask("-q", "--output-format=concise") == truth
    assert not list(shell.cache.glob("*.tmp"))


# -- that none is left -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        ("--no-cache",),
        ("-n",),
        ("--output-file=out.txt",),
        ("--output-file", "out.txt"),
        ("-o", "out.txt"),
        ("-s",),
        ("--silent",),
        ("a.py", "missing.py"),
        ("--stdin-filename=x.py", "a.py"),
        ("--help",),
        ("--no-such-option",),
        ("--config=missing.toml",),
    ],
    ids=" ".join,
)
def test_some_questions_leave_no_record(shell: Shell, form: Sequence[str]) -> None:
    shell.ask(*form)
    assert not shell.records()


def test_standard_input_leaves_no_record(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(shell.project / "a.py", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        code, out, _ = shell.ask("-", "--output-format=concise", "-q")
    assert (code, out.count("SID102")) == (1, 1)
    assert not shell.records()


def test_notes_and_errors_leave_no_record(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (shell.project / "bare").mkdir()
    assert shell.ask("bare")[2].startswith("note: no Python files were found")
    assert not shell.records()
    write(shell.project / "ssot-ids.toml", "unknown-key = 1\n")
    assert shell.ask()[0] == 2
    assert not shell.records()
    (shell.project / "ssot-ids.toml").unlink()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "check_source", broken)
        assert shell.ask()[0] == 2
    assert not shell.records()


@pytest.mark.skipif(not POSIX or os.geteuid() == 0, reason="needs a folder that this user may not write to")
def test_a_cache_that_cannot_be_written_leaves_none(shell: Shell) -> None:
    shell.cache.mkdir()
    shell.cache.chmod(0o500)
    try:
        first = shell.ask("-q", "--output-format=concise")
        assert shell.ask("-q", "--output-format=concise") == first
    finally:
        shell.cache.chmod(0o700)
    assert not shell.records()


def test_young_files_leave_no_record(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "RECENT_NS", 3600 * 10**9)  # a busy machine may need the two seconds
    shell.ask()
    assert not shell.records()
    # An old modification time does not make a file old: it was changed just now.
    os.utime(shell.project / "a.py", (1, 1))
    shell.ask("a.py")
    assert not shell.records()


# -- the real command --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose files are old enough for a record."""
    home = tmp_path_factory.mktemp("aged")
    for name in ("edited", "kept", "grown"):
        write(home / name / "a.py", RAW)
        write(home / name / "pkg" / "b.py", RAW)
    time.sleep(stamps.RECENT_NS / 1e9 + 0.2)
    return home


def process(home: Path, name: str, *argv: str, **environ: str) -> tuple[int, str]:
    plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    done = subprocess.run(
        [sys.executable, "-m", "flake8_ssot_ids", "check", "--output-format=concise", "-q", *argv],
        cwd=home / name,
        env={**plain, "HOME": str(home), "SSOT_IDS_CACHE_DIR": str(home / f"cache-{name}"), **environ},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def plant(home: Path, name: str) -> None:
    (record,) = (home / f"cache-{name}").glob("*.replay")
    question, marks, answer = unseal(record.read_bytes()) or (None, None, None)
    assert isinstance(answer, dict)
    answer["text"] = MARKER
    record.write_bytes(seal((question, marks, answer)))


def test_the_command_answers_from_the_record(aged: Path) -> None:
    first = process(aged, "kept")
    assert (first[0], first[1].count("SID102")) == (1, 2)
    assert process(aged, "kept") == first
    plant(aged, "kept")
    assert process(aged, "kept") == (1, MARKER)
    assert process(aged, "kept", NO_COLOR="1") == first
    assert process(aged, "kept", "--no-cache") == first


def test_the_command_sees_an_edit_that_hides(aged: Path) -> None:
    process(aged, "edited")
    plant(aged, "edited")
    assert process(aged, "edited") == (1, MARKER)
    disguise(aged / "edited" / "a.py", CLEAN)
    code, out = process(aged, "edited")
    assert (code, out.count("SID102"), MARKER in out) == (1, 1, False)
    # The file has just been changed, so this answer may not be kept, and the old one is not used.
    assert MARKER not in process(aged, "edited")[1]


def test_the_command_sees_a_new_file(aged: Path) -> None:
    process(aged, "grown")
    plant(aged, "grown")
    write(aged / "grown" / "pkg" / "c.py", RAW)
    code, out = process(aged, "grown")
    assert (code, out.count("SID102")) == (1, 3)
