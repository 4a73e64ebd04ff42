"""What is kept between runs, in the hands of somebody else: nothing of it is believed, or ends in a trace."""

from __future__ import annotations

import copy
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.runs.kept import stamps
from flake8_ssot_ids.runs.kept.store import seal, unseal, why_not
from flake8_ssot_ids.system import atomic
from tests.repositories import alone, git

RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"
ROOT = Path(__file__).resolve().parents[3]
#: Longer than a tick of the clock that file systems use.
TICK = 0.02

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or os.name != "posix", reason="needs git and links"
)


class Desk:
    """A project with findings, a cache that a test may spoil, and checks in this process."""

    def __init__(self, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.top = home / "project"
        self.cache = home / "kept"
        self._capfd = capfd
        for name in ("a.py", "pkg/b.py"):
            path = self.top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(RAW)

    def ask(self, *argv: str) -> tuple[int, str, str]:
        self._capfd.readouterr()
        code = main(["check", "--output-format=concise", *argv])
        out, err = self._capfd.readouterr()
        assert "Traceback" not in err
        return code, "".join(line for line in out.splitlines(keepends=True) if "SID" in line), err

    def truth(self) -> tuple[int, str]:
        return self.ask("--no-cache")[:2]

    def records(self, kind: str) -> list[Path]:
        return sorted(self.cache.glob(f"*.{kind}"))

    def commit(self) -> None:
        if not (self.top / ".git").exists():
            git(self.top, "init", "-q")
        git(self.top, "add", "-A")
        git(self.top, "commit", "-q", "--allow-empty", "-m", "x")

    def forge(self, change: Callable[[Any], Any], kind: str) -> None:
        """Change what is kept, with the right checksum."""
        for path in self.records(kind):
            path.write_bytes(seal(change(unseal(path.read_bytes()))))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    home = Path(os.path.realpath(tmp_path))
    made = Desk(home, capfd)
    monkeypatch.chdir(made.top)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(made.cache))
    alone(monkeypatch)
    for name in ("NO_COLOR", "FORCE_COLOR", "SSOT_IDS_OUTPUT_FORMAT", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    # What was written before the run is old enough for a record and needs no hash.
    monkeypatch.setattr(stamps, "RECENT_NS", 0)
    time.sleep(TICK)
    return made


# -- where it lies ------------------------------------------------------------------------------


def inside(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str = ".kept") -> None:
    desk.cache = desk.top / name
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", name)
    # It is there before the first run: what changes during a run leaves no record.
    desk.cache.parent.mkdir(parents=True, exist_ok=True)
    desk.cache.mkdir(mode=0o700)
    time.sleep(TICK)


def without_findings(desk: Desk) -> None:
    """Forge both kinds of records so that nothing is found."""

    def clean(payload: tuple[Any, ...]) -> tuple[Any, ...]:
        context, table, entries = payload
        return context, table, {path: (entry[0], True, (), 0, entry[4]) for path, entry in entries.items()}

    desk.forge(lambda p: (p[0], p[1], {**p[2], "text": "", "summary": "", "code": 0}), "replay")
    desk.forge(clean, "results")


class TestFolder:
    def test_one_in_a_checkout_that_git_does_not_track_is_used(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inside(desk, monkeypatch)
        desk.commit()
        (desk.top / ".git" / "info" / "exclude").write_text(".kept/\n")
        time.sleep(TICK)
        truth = desk.ask()
        assert (truth[0], truth[2]) == (1, "")
        assert len(desk.records("replay")) == len(desk.records("results")) == 1
        without_findings(desk)
        assert desk.ask()[0] == 0, "a forged record is believed there, so the next test can fail"

    @pytest.mark.parametrize("kind", ["replay", "results", "survey"])
    @pytest.mark.parametrize("name", ["box/.kept", "box/deep/in/it", "box/glob*", "box/:(top)x"])
    def test_one_with_a_tracked_file_is_not_used(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
    ) -> None:
        (desk.top / ".ignore").write_text("box/\n")  # a folder that is walked changes while it is written to
        inside(desk, monkeypatch, name)
        truth = desk.truth()
        desk.ask()
        without_findings(desk)
        if kind == "survey":
            (desk.cache / "x.survey").write_bytes(b"x")
        git(desk.top, "init", "-q")
        git(desk.top, "add", "--force", *(f"./{path.relative_to(desk.top)}" for path in desk.records(kind)))
        before = {path: path.read_bytes() for path in desk.cache.iterdir()}
        code, out, err = desk.ask()
        assert (code, out) == truth
        (tracked,) = {path.relative_to(desk.top) for path in desk.records(kind)}
        assert err == f"note: the cache folder {desk.cache} is not used: git tracks {tracked}\n"
        assert {path: path.read_bytes() for path in desk.cache.iterdir()} == before

    @pytest.mark.parametrize("repository", ["above", "beside"])
    def test_one_behind_a_link_in_the_checkout(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, repository: str
    ) -> None:
        target = desk.top / "data" if repository == "above" else desk.top.parent / "data"
        target.mkdir()
        inside(desk, monkeypatch, ".kept")
        desk.cache.rmdir()
        desk.cache.symlink_to(target)
        desk.commit()
        truth = desk.truth()
        expected = f"note: the cache folder {desk.cache} is not used: a link in the work tree leads to it\n"
        assert desk.ask() == (*truth, expected)
        assert desk.ask("--cache-dir", ".kept/new") == (*truth, expected.replace(".kept ", ".kept/new "))
        assert os.listdir(target) == []

    def test_a_link_outside_of_any_checkout_is_the_users_own(self, desk: Desk) -> None:
        real = desk.cache.with_name("real")
        real.mkdir(mode=0o700)
        desk.cache.symlink_to(real)
        assert desk.ask()[2] == ""
        assert len(os.listdir(real)) == 2

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
    def test_one_of_another_user(self, desk: Desk) -> None:
        desk.cache.mkdir()
        os.chown(desk.cache, 12345, 12345)
        code, _, err = desk.ask()
        assert (code, os.listdir(desk.cache)) == (1, [])
        assert err == f"note: the cache folder {desk.cache} is not used: it belongs to another user\n"

    @pytest.mark.parametrize(
        ("mode", "used"), [(0o777, False), (0o1777, False), (0o775, True), (0o700, True)]
    )
    def test_one_that_others_may_write_to(self, desk: Desk, mode: int, used: bool) -> None:
        desk.cache.mkdir()
        desk.cache.chmod(mode)
        code, _, err = desk.ask()
        assert (code, bool(os.listdir(desk.cache))) == (1, used)
        note = f"note: the cache folder {desk.cache} is not used: every user may write to it\n"
        assert err == ("" if used else note)

    @pytest.mark.parametrize("damage", ["index", "none"])
    def test_where_git_does_not_say(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
        inside(desk, monkeypatch)
        desk.commit()
        if damage == "index":
            (desk.top / ".git" / "index").write_bytes(b"DIRC nonsense")
        else:
            monkeypatch.setenv("PATH", "/nowhere")
        code, _, err = desk.ask()
        assert (code, os.listdir(desk.cache)) == (1, [])
        assert f"note: the cache folder {desk.cache} is not used: git does not say whether it tracks" in err

    def test_a_git_folder_that_is_no_repository_has_checked_out_nothing(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inside(desk, monkeypatch)
        (desk.top / ".git").mkdir()
        assert why_not(str(desk.cache)) == ""

    def test_the_top_itself_and_what_git_keeps(self, desk: Desk) -> None:
        desk.commit()
        assert why_not(str(desk.top)) == "git tracks a.py"
        assert why_not(str(desk.top / ".git" / "objects")) == "it lies in what git keeps for itself"
        assert why_not(str(desk.top / "a.py")) == "it is not a folder"
        assert why_not(str(desk.top / "not-yet")) == ""

    def test_the_survey_of_flake8_is_not_taken_from_there(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from flake8_ssot_ids.runs.kept.survey import kept_words
        from flake8_ssot_ids.uuids import catalog

        inside(desk, monkeypatch)
        sources = catalog.attributes(False)
        (desk.top / "a.py").write_text("from uuid import uuid4 as make\n")
        os.utime(desk.top / "a.py", (1, 1))
        assert kept_words([str(desk.top)], sources) == (b"make",)
        desk.forge(lambda p: (p[0], (), p[2]), "survey")
        desk.commit()
        assert kept_words([str(desk.top)], sources) == (b"make",)


# -- what lies in it ----------------------------------------------------------------------------


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path) -> None:
    other = path.with_suffix(".moved")
    path.rename(other)
    path.symlink_to(other)


def _device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


THINGS = {"pipe": _pipe, "folder": _folder, "link": _link, "device": _device}


@pytest.mark.parametrize("kind", ["replay", "results"])
@pytest.mark.parametrize("thing", THINGS)
def test_what_is_no_file_is_a_note(desk: Desk, thing: str, kind: str) -> None:
    truth = desk.truth()
    desk.ask()
    (record,) = desk.records(kind)
    THINGS[thing](record)
    if kind == "results":
        (other,) = desk.records("replay")
        other.unlink()
    code, out, err = desk.ask()
    assert (code, out) == truth
    assert err.startswith(f"note: the cache {record} cannot be read: ")
    if thing in ("link", "device"):
        assert err.splitlines()[0].endswith("it is a link")
    # It is replaced, if it can be, and not written through.
    assert desk.ask()[:2] == truth
    assert record.is_file() == (thing != "folder")
    assert not record.is_symlink()


def test_a_temporary_file_that_was_foreseen_is_not_written_through(desk: Desk, tmp_path: Path) -> None:
    desk.ask()
    (record,) = desk.records("results")
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for path in desk.cache.iterdir():
        path.unlink()
    for name in (
        f"{record.name}.{os.getpid()}.tmp",
        f"{record.name}.tmp",
        f".{record.name}.{os.getpid()}.tmp",
    ):
        (desk.cache / name).symlink_to(victim)
    desk.ask()
    assert victim.read_text() == "mine"
    assert record.is_file()


def test_an_output_file_is_not_written_through_either(desk: Desk, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (desk.top / f".out.txt.{os.getpid()}.tmp").symlink_to(victim)
    desk.ask("-o", "out.txt")
    assert victim.read_text() == "mine"
    assert "SID102" in (desk.top / "out.txt").read_text()


@pytest.mark.parametrize("marks", [{}, {"/nowhere": None}, {"/nowhere": None, "/else": None}])
def test_an_answer_that_depends_on_nothing_is_not_believed(desk: Desk, marks: dict[str, None]) -> None:
    truth = desk.truth()
    desk.ask()
    desk.forge(lambda p: (p[0], marks, {**p[2], "text": "", "summary": "", "code": 0}), "replay")
    (record,) = desk.records("replay")
    code, out, err = desk.ask()
    assert (code, out) == truth
    assert err == f"note: the cache {record} is damaged or not ours; it is ignored\n"
    assert desk.ask() == (*truth, "")


WRONG: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    b"x",
    (),
    (1,),
    [],
    ["x"],
    {},
    {"a": 1},
    {1: ()},
)


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The way to each part of a plain value."""
    found = [path]
    if isinstance(value, dict):
        for key, part in value.items():
            found += places(part, (*path, key))
    elif isinstance(value, (tuple, list)):
        for at, part in enumerate(value):
            found += places(part, (*path, at))
    return found


def changed(value: Any, path: tuple[Any, ...], new: object) -> Any:
    """A copy of a plain value with another part."""
    if not path:
        return new
    if isinstance(value, tuple):
        return tuple(changed([*value], path, new))
    value = copy.copy(value)
    value[path[0]] = changed(value[path[0]], path[1:], new)
    return value


@pytest.mark.parametrize("kind", ["replay", "results"])
def test_no_part_of_another_type_ends_in_a_trace_or_changes_the_verdict(desk: Desk, kind: str) -> None:
    truth = desk.truth()
    desk.ask()
    (record,) = desk.records(kind)
    good = record.read_bytes()
    payload = unseal(good)
    assert payload is not None
    # Without the answer itself, of which any text is one.
    ways = [way for way in places(payload) if way and not (kind == "replay" and way[:1] == (2,) and way[1:])]
    choose = random.Random(1)  # noqa: S311
    for way in ways:
        for wrong in choose.sample(WRONG, 2 if kind == "results" else 4):
            if kind == "results":
                for other in desk.records("replay"):
                    other.unlink()
            record.write_bytes(seal(changed(payload, way, wrong)))
            code, out, _ = desk.ask("-q")
            if type(wrong) is type(_at(payload, way)) and kind == "results":
                continue  # another finding of the right form
            assert (code, out) == truth, (way, wrong)


def _at(value: Any, way: tuple[Any, ...]) -> object:
    for step in way:
        value = value[step]
    return value


ANSWERS = {"text": 1, "for_people": "yes", "summary": None, "code": "0", "day": 5}


@pytest.mark.parametrize("key", ANSWERS)
def test_no_part_of_an_answer_may_be_of_another_type(desk: Desk, key: str) -> None:
    truth = desk.truth()
    desk.ask()
    desk.forge(lambda p: (p[0], p[1], {**p[2], key: ANSWERS[key]}), "replay")
    assert desk.ask("-q")[:2] == truth  # the record of another question stays aside
    code, out, err = desk.ask()
    assert (code, out) == truth
    assert err.startswith("note: the cache ")


@pytest.mark.parametrize("kind", ["replay", "results", "survey"])
def test_no_change_of_bytes_ends_in_a_trace_or_changes_the_verdict(desk: Desk, kind: str) -> None:
    truth = desk.truth()
    desk.ask()
    if kind == "survey":
        (desk.cache / "x.survey").write_bytes(b"x")
    (record,) = desk.records(kind)[:1]
    good = record.read_bytes()
    choose = random.Random(2)  # noqa: S311
    for _ in range(60):
        at, to = sorted(choose.choices(range(len(good)), k=2))
        data = choose.choice(
            (
                good[:at] + bytes([good[at] ^ choose.choice((1, 128, 255))]) + good[at + 1 :],
                good[:at],
                good[:at] + good[to:] + good[at:to],
                good[:at] + good[to:],
            )
        )
        record.write_bytes(data)
        for other in desk.records("replay"):
            if kind != "replay":
                other.unlink()
        assert desk.ask("-q")[:2] == truth


# -- what it depends on -------------------------------------------------------------------------


def test_every_module_of_the_package_is_in_the_stamp(tmp_path: Path) -> None:
    copy_of = tmp_path / "flake8_ssot_ids"
    shutil.copytree(ROOT / "flake8_ssot_ids", copy_of, ignore=shutil.ignore_patterns("__pycache__"))

    def stamp() -> str:
        code = "from flake8_ssot_ids.runs.kept import store; print(store.__file__, store.code_stamp())"
        done = subprocess.run(
            [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith(str(copy_of))
        return done.stdout

    stamps = [stamp()]
    assert stamp() == stamps[0]
    folders = sorted({path.parent for path in copy_of.rglob("*.py")})
    assert len(folders) > 9
    (copy_of / "new" / "deep").mkdir(parents=True)
    for path in (copy_of / "new" / "deep" / "late.py", copy_of / "adopt" / "late.py"):
        path.write_text("x = 1\n")
        os.utime(path, (1, 1))  # older than all others
        stamps.append(stamp())
    (copy_of / "adopt" / "zones.py").unlink()
    stamps.append(stamp())
    os.utime(copy_of / "compliance" / "inside" / "cost.py", (2, 2))
    stamps.append(stamp())
    (copy_of / "adopt" / "late.py").rename(copy_of / "adopt" / "later.py")
    stamps.append(stamp())
    assert len(set(stamps)) == len(stamps)
    # What Python or an editor leaves there is no change.
    (copy_of / "adopt" / "notes.txt").write_text("x")
    assert stamp() == stamps[-1]


# -- strays -------------------------------------------------------------------------------------


class TestStrays:
    def sweep(self, folder: Path, *names: str) -> list[str]:
        for name in names:
            (folder / name).write_text("half of")
        atomic.sweep.cache_clear()
        atomic.sweep(str(folder))
        return sorted(os.listdir(folder))

    def test_those_of_the_dead_go_and_those_of_the_living_stay(self, tmp_path: Path) -> None:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        machine = atomic._machine()
        try:
            names = [f".ssot-ids-{machine}-{number}-00.tmp" for number in (child.pid, os.getpid(), 1)]
            assert self.sweep(tmp_path, *names) == sorted(names)
        finally:
            assert child.stdin is not None
            child.stdin.close()
            child.wait()
        assert self.sweep(tmp_path) == sorted(names[1:])

    def test_those_of_other_machines_and_of_other_programs_stay_for_an_hour(self, tmp_path: Path) -> None:
        ours = [".ssot-ids-0badc0de-999999-00.tmp", ".ssot-ids-x.tmp", ".ssot-ids--.tmp"]
        theirs = [".ssot-ids-old", "ssot-ids-x.tmp", ".other.tmp", ".ssot-ids.toml"]
        assert self.sweep(tmp_path, *ours, *theirs) == sorted(ours + theirs)
        for path in tmp_path.iterdir():
            os.utime(path, (time.time() - 3700,) * 2)
        assert self.sweep(tmp_path) == sorted(theirs)

    def test_a_folder_or_link_of_such_a_name_does_no_harm(self, tmp_path: Path) -> None:
        (tmp_path / ".ssot-ids-a.tmp").mkdir()
        victim = tmp_path / "victim"
        victim.write_text("mine")
        (tmp_path / ".ssot-ids-b.tmp").symlink_to(victim)
        os.utime(tmp_path / ".ssot-ids-b.tmp", (1, 1), follow_symlinks=False)
        assert self.sweep(tmp_path) == [".ssot-ids-a.tmp", "victim"]

    def test_what_a_run_writes_names_its_process(self, tmp_path: Path) -> None:
        seen: list[str] = []
        target = tmp_path / "file"

        def finish(name: str) -> None:
            seen.append(os.path.basename(name))
            os.replace(name, target)

        atomic.write_new(str(tmp_path), lambda number: os.write(number, b"x"), finish)
        (name,) = seen
        assert name.startswith(f".ssot-ids-{atomic._machine()}-{os.getpid()}-")
        assert os.listdir(tmp_path) == ["file"]
