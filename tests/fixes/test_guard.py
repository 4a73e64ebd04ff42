"""What ``fix`` and ``check --fix`` do not write without being asked twice, and what they never write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_ssot_ids.fixes.edits import write
from flake8_ssot_ids.system import git as git_calls
from tests.conftest import Cli
from tests.repositories import alone, git

RAW = "import uuid\n\n\ndef f() -> str:\n    session_id = str(uuid.uuid4())\n    return session_id\n"
GENERATOR = """\
import uuid


class G:
    @staticmethod
    def generate_base_id(prefix: str) -> str:
        return f"{prefix}_{uuid.uuid4().hex}"
"""
CONFIG = '[tool.ssot-ids]\ngenerator = "ids.G"\n'

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or os.name != "posix", reason="needs git and links"
)


class House:
    """A project with a generator in the folder of the test, and what a fix of it comes to."""

    def __init__(self, cli: Cli) -> None:
        self.top = Path.cwd()
        self._cli = cli
        self.write("pyproject.toml", CONFIG)
        self.write("ids.py", GENERATOR)
        self.write("a.py", RAW)

    def write(self, name: str, text: str = RAW) -> Path:
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def commit(self) -> None:
        if not (self.top / ".git").exists():
            git(self.top, "init", "-q")
        git(self.top, "add", "-A")
        git(self.top, "commit", "-q", "--allow-empty", "-m", "x")

    def fix(self, *argv: str, verb: tuple[str, ...] = ("fix",)) -> tuple[int, str, str]:
        return self._cli(*verb, "--unsafe-fixes", "--no-cache", *argv)

    def refused(self, *argv: str) -> list[str]:
        """The lines that say why nothing was written: by both verbs, and nothing was."""
        before = self.state()
        code, _, err = self.fix(*argv)
        assert code == 2
        assert self.fix(*argv, verb=("check", "--fix"))[0] == 2
        assert self.state() == before
        first, *reasons = err.splitlines()
        assert first == (
            "error: nothing was written: git could not bring back these files; commit or stash the changes, "
            "or pass --allow-dirty:"
        )
        return [line.removeprefix("error:   ") for line in reasons if line.startswith("error:   ")]

    def state(self) -> dict[str, bytes]:
        found = {path: path.read_bytes() for path in self.top.parent.rglob("*.py") if path.is_file()}
        return {str(path.relative_to(self.top.parent)): data for path, data in found.items()}

    def is_fixed(self, name: str) -> bool:
        text = (self.top / name).read_text()
        assert text == RAW or "G.generate_base_id" in text
        return text != RAW


@pytest.fixture
def house(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> House:
    alone(monkeypatch)
    return House(cli)


# -- what git could not bring back --------------------------------------------------------------


class TestGuard:
    @pytest.mark.parametrize("verb", [("fix",), ("check", "--fix")], ids=" ".join)
    def test_what_is_committed_is_written(self, house: House, verb: tuple[str, ...]) -> None:
        house.commit()
        code, _, err = house.fix(verb=verb)
        assert (code, err.count("error")) == (0, 0)
        assert house.is_fixed("a.py")

    @pytest.mark.parametrize("verb", [("fix",), ("check", "--fix")], ids=" ".join)
    def test_outside_of_git_it_is_asked_for(self, house: House, verb: tuple[str, ...]) -> None:
        assert house.refused() == ["a.py: it lies in no work tree of git"]
        assert house.fix("--allow-dirty", verb=verb)[0] == 0
        assert house.is_fixed("a.py")

    def test_a_diff_and_standard_input_write_nothing_and_ask_for_nothing(self, house: House) -> None:
        code, out, err = house.fix("--diff")
        assert (code, out.count("generate_base_id"), "error" in err) == (1, 1, False)

    def test_changes(self, house: House) -> None:
        house.commit()
        house.write("a.py", f"# mine\n{RAW}")
        assert house.refused() == ["a.py: it has uncommitted changes"]
        git(house.top, "add", "-A")
        assert house.refused() == ["a.py: it has uncommitted changes"]

    def test_changes_in_another_file(self, house: House) -> None:
        house.commit()
        house.write("ids.py", GENERATOR + "\n")
        house.write("new.txt", "x")
        assert house.refused() == ["ids.py: it has uncommitted changes", "new.txt: git does not track it"]

    def test_a_file_that_git_does_not_track(self, house: House) -> None:
        house.commit()
        house.write("b.py")
        assert house.refused() == ["b.py: git does not track it"]

    @pytest.mark.parametrize("how", [".gitignore", ".git/info/exclude"])
    def test_a_file_that_git_ignores(self, house: House, how: str) -> None:
        house.commit()
        with open(house.write(how, ""), "a") as stream:
            stream.write("b.py\n")
        if how == ".gitignore":
            house.commit()
        house.write("b.py")
        assert git(house.top, "status", "--porcelain") == ""
        assert house.refused("b.py") == ["b.py: git ignores it"]
        assert house.refused("--no-respect-gitignore") == ["b.py: git ignores it"]

    def test_a_file_that_is_ignored_and_tracked(self, house: House) -> None:
        house.commit()
        house.write(".gitignore", "a.py\n")
        house.commit()
        assert house.fix("a.py")[0] == 0
        assert house.is_fixed("a.py")

    @pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
    def test_a_file_that_git_is_told_not_to_look_at(self, house: House, flag: str) -> None:
        house.commit()
        git(house.top, "update-index", flag, "a.py")
        house.write("a.py", f"# mine\n{RAW}")
        assert git(house.top, "status", "--porcelain") == ""
        assert house.refused() == ["a.py: git is told not to look at it (assume-unchanged, skip-worktree)"]

    def test_without_any_commit(self, house: House) -> None:
        git(house.top, "init", "-q")
        assert "a.py: git does not track it" in house.refused()
        git(house.top, "add", "-A")
        assert "a.py: it has uncommitted changes" in house.refused()

    def test_a_damaged_index(self, house: House) -> None:
        house.commit()
        (house.top / ".git" / "index").write_bytes(b"DIRC nonsense")
        (line,) = house.refused()
        assert line.startswith("a.py: git gives no answer: ")

    def test_a_damaged_repository(self, house: House) -> None:
        house.commit()
        (house.top / ".git" / "HEAD").unlink()
        (line,) = house.refused()
        assert line.startswith("a.py: git gives no answer: not a git repository")

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
    def test_a_repository_of_another_user(self, house: House) -> None:
        house.commit()
        os.chown(house.top, 12345, 12345)
        os.chown(house.top / ".git", 12345, 12345)
        (line,) = house.refused()
        assert line.startswith("a.py: git gives no answer: detected dubious ownership")

    def test_no_git_and_one_that_is_late(
        self, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house.commit()
        slow = tmp_path / "slow"
        slow.mkdir()
        (slow / "git").write_text("#!/bin/sh\nsleep 100\n")
        (slow / "git").chmod(0o755)
        with monkeypatch.context() as patch:
            patch.setattr(git_calls, "SECONDS", 0.2)
            patch.setenv("PATH", f"{slow}{os.pathsep}{os.environ['PATH']}")
            assert house.refused() == ["a.py: git gives no answer: git did not answer within 0.2 seconds"]
        monkeypatch.setenv("PATH", str(tmp_path))
        assert house.refused() == ["a.py: git gives no answer: git is not installed"]

    def test_many_files_with_long_and_odd_names(self, house: House) -> None:
        names = [f"{'long' * 45}/{'name' * 40}{number:04}.py" for number in range(400)]
        names += ["-n.py", "glob[a]*.py", ":(top)x.py", "tab\tand\nline.py", "ünï.py", 'quo"te.py']
        for name in names:
            house.write(name, "x = 1\n")
        for name in names[-7:]:
            house.write(name)
        house.commit()
        assert house.fix()[0] == 0
        assert all(house.is_fixed(name) for name in names[-7:])

    def test_only_ten_are_listed(self, house: House) -> None:
        for number in range(14):
            house.write(f"b{number:02}.py")
        lines = house.refused()
        assert (len(lines), lines[-1]) == (11, "… and 5 more")

    def test_what_a_killed_run_has_left_is_no_change(self, house: House) -> None:
        house.commit()
        child = subprocess.Popen(["true"])
        child.wait()
        from flake8_ssot_ids.system import atomic

        stray = house.write(f".ssot-ids-{atomic._machine()}-{child.pid}-0123.tmp", "half of")
        foreign = house.write(".ssot-ids-0badc0de-1-0123.tmp", "half of")
        assert house.refused() == [f"{foreign.name}: git does not track it"]
        assert not stray.exists()
        foreign.unlink()
        assert house.fix()[0] == 0


# -- outside of what was given ------------------------------------------------------------------


class TestOutside:
    @pytest.fixture
    def other(self, house: House) -> Path:
        path = house.top.parent / "out" / "other.py"
        path.parent.mkdir()
        path.write_text(RAW)
        return path

    def never(self, house: House, other: Path, *argv: str, named: str = "link.py") -> None:
        """Neither verb writes the other file, and both name it and end with 2."""
        for verb in (("fix",), ("check", "--fix"), ("fix", "--diff")):
            code, out, err = house.fix("--allow-dirty", *argv, verb=verb)
            assert code == 2
            assert f"{named}: it leads to {other}, outside of the given paths" in err
            assert "+++ b/" not in out
        assert other.read_text() == RAW

    def test_a_tracked_link(self, house: House, other: Path) -> None:
        (house.top / "a.py").unlink()
        (house.top / "link.py").symlink_to("../out/other.py")
        house.commit()
        self.never(house, other)
        self.never(house, other, "link.py")
        self.never(house, other, str(house.top / "link.py"))
        self.never(house, other, "../project/link.py", named="/project/link.py")

    def test_the_others_are_written(self, house: House, other: Path) -> None:
        (house.top / "link.py").symlink_to("../out/other.py")
        house.commit()
        assert house.fix()[0] == 2
        assert house.is_fixed("a.py")
        assert other.read_text() == RAW

    def test_outside_of_git(self, house: House, other: Path) -> None:
        (house.top / "a.py").unlink()
        (house.top / "link.py").symlink_to(other)
        self.never(house, other)
        self.never(house, other, "link.py")

    def test_a_chain_of_links(self, house: House, other: Path) -> None:
        (house.top / "a.py").unlink()
        (house.top / "third").symlink_to("../out/other.py")
        (house.top / "sub").mkdir()
        (house.top / "sub" / "second.txt").symlink_to("../third")
        (house.top / "link.py").symlink_to("sub/second.txt")
        house.commit()
        self.never(house, other)

    @pytest.mark.parametrize("repository", [True, False])
    def test_a_folder_that_is_a_link(self, house: House, other: Path, repository: bool) -> None:
        (house.top / "a.py").unlink()
        (house.top / "linked").symlink_to("../out")
        if repository:
            house.commit()
        self.never(house, other, "linked", named="other.py")
        self.never(house, other, "linked/other.py", named="other.py")
        self.never(house, other, "linked/../linked/other.py", named="other.py")

    def test_a_link_to_a_folder_that_is_a_work_tree_itself(self, house: House, other: Path) -> None:
        (house.top / "a.py").unlink()
        git(other.parent, "init", "-q")
        (house.top / "linked").symlink_to("../out")
        house.commit()
        self.never(house, other, "linked", named="other.py")

    def test_what_git_keeps_for_itself(self, house: House) -> None:
        house.commit()
        hook = house.write(".git/hooks/post.py")
        (house.top / "link.py").symlink_to(".git/hooks/post.py")
        assert house.fix("--allow-dirty")[0] == 2
        assert hook.read_text() == RAW

    def test_a_neighbour_with_the_same_beginning(self, house: House) -> None:
        (house.top / "a.py").unlink()
        other = house.write("../project2/other.py")
        (house.top / "link.py").symlink_to("../project2/other.py")
        house.commit()
        self.never(house, Path(os.path.realpath(other)))

    def test_a_link_within_is_followed_once(self, house: House) -> None:
        (house.top / "aa.py").symlink_to("sub/b.py")
        (house.top / "a.py").unlink()
        house.write("sub/b.py")
        (house.top / "sub" / "z.py").symlink_to("b.py")
        house.commit()
        code, out, err = house.fix("--diff")
        assert (code, out.count("+++ "), "+++ b/sub/b.py\n" in out, "error" in err) == (1, 1, True, False)
        code, out, _ = house.fix()
        assert (code, "Fixed 1 finding in 1 file" in out) == (0, True)
        assert house.is_fixed("sub/b.py")
        assert os.readlink(house.top / "aa.py") == "sub/b.py"

    def test_a_link_within_whose_file_is_not_given(self, house: House) -> None:
        (house.top / "a.py").unlink()
        house.write("other/b.py")
        (house.top / "sub").mkdir()
        (house.top / "sub" / "link.py").symlink_to("../other/b.py")
        house.commit()
        assert "+++ b/other/b.py\n" in house.fix("--diff", "sub")[1]
        assert house.fix("sub")[0] == 0
        assert house.is_fixed("other/b.py")
        assert (house.top / "sub" / "link.py").is_symlink()

    def test_a_path_that_leads_to_the_work_tree_may_hold_a_link(self, house: House) -> None:
        house.commit()
        link = house.top.parent / "way"
        link.symlink_to(house.top)
        assert house.fix(str(link))[0] == 0
        assert house.is_fixed("a.py")

    def test_what_is_given_by_name_elsewhere(self, house: House, other: Path) -> None:
        house.write("../out/ids.py", GENERATOR)
        house.write("../out/pyproject.toml", CONFIG)
        house.commit()
        assert house.fix("--allow-dirty", "../out", ".")[0] == 0
        assert house.is_fixed("a.py")
        assert other.read_text() != RAW


class TestSwapped:
    """A link that comes into being between the look at the path and the writing."""

    def test_the_file_becomes_a_link(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        other = house.write("../out/other.py")
        real = os.fsync

        def swap(descriptor: int) -> None:
            real(descriptor)
            (house.top / "a.py").unlink()
            (house.top / "a.py").symlink_to(other)

        monkeypatch.setattr(os, "fsync", swap)
        with pytest.raises(write.ChangedError):
            write.replace_file(str(house.top / "a.py"), RAW.encode(), b"new\n", [str(house.top)])
        assert other.read_text() == RAW
        assert sorted(os.listdir(house.top)) == ["a.py", "ids.py", "pyproject.toml"]

    @pytest.mark.parametrize("when", ["before", "later"])
    def test_a_folder_becomes_a_link(self, house: House, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
        file, other = house.write("sub/deep/b.py"), house.write("../out/deep/b.py")
        real = os.fsync

        def swap() -> None:
            if not (house.top / "sub").is_symlink():
                os.rename(house.top / "sub", house.top / "away")
                (house.top / "sub").symlink_to("../out")

        if when == "before":
            found = write.is_within

            def looked(target: str, folders: list[str]) -> bool:
                answer = found(target, folders)
                swap()
                return answer

            monkeypatch.setattr(write, "is_within", looked)
        else:

            def synced(descriptor: int) -> None:
                real(descriptor)
                swap()

            monkeypatch.setattr(os, "fsync", synced)
        try:
            write.replace_file(str(file), RAW.encode(), b"new\n", [str(house.top)])
        except write.ChangedError:
            assert when == "before"
        assert other.read_text() == RAW
        assert os.listdir(other.parent) == ["b.py"]
        # What is held stays the same folder, wherever its name leads to.
        assert (house.top / "away" / "deep" / "b.py").read_text() == (RAW if when == "before" else "new\n")


# -- in the middle of many ----------------------------------------------------------------------


@pytest.mark.parametrize("error", [28, 30])
def test_a_disk_that_fills_up_loses_nothing(
    house: House, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "bcdef":
        house.write(f"{name}.py")
    house.commit()
    real, count = os.fsync, [0]

    def full(descriptor: int) -> None:
        count[0] += 1
        if count[0] > 3:
            raise OSError(error, os.strerror(error))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    code, out, err = house.fix("-j1")
    assert code == 2
    assert [house.is_fixed(f"{name}.py") for name in "abcdef"] == [True] * 3 + [False] * 3
    assert err.count(f"it cannot be written: {os.strerror(error)}; it is as it was") == 3
    assert "Fixed 3 findings in 3 files" in out
    assert not list(house.top.glob(".ssot-ids-*"))


# -- names in a diff ----------------------------------------------------------------------------

NAMES = [
    b"plain.py", b"a b.py", b"tab\t.py", b"line\nbreak.py", b'quo"te.py', b"back\\slash.py", b"bell\x07.py",
    b"\xff\xfe.py", "ünï.py".encode(), b"del\x7f.py", b"sub dir/x y.py", b"-n.py", b"a/b.py", b" lead.py",
    b"'single'.py", b"\x01\x1b[31m.py", b"trail .py", b"b -> c.py", b"::error::x.py",
]  # fmt: skip


def headers(diff: bytes) -> list[bytes]:
    return sorted(line for line in diff.split(b"\n") if line.startswith((b"--- ", b"+++ ")))


def test_git_takes_the_diff_whatever_the_files_are_called(house: House, tmp_path: Path) -> None:
    (house.top / "a.py").unlink()
    paths = [os.path.join(os.fsencode(house.top), name) for name in NAMES]
    for path in paths:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as stream:
            stream.write(RAW)
    house.commit()
    argv = [sys.executable, "-m", "flake8_ssot_ids", "fix", "--unsafe-fixes", "--no-cache", "--diff"]
    done = subprocess.run(argv, capture_output=True, check=False)
    assert done.returncode == 1
    (tmp_path / "patch").write_bytes(done.stdout)
    git(house.top, "apply", str(tmp_path / "patch"))
    for path in paths:
        with open(path) as stream:
            assert "G.generate_base_id" in stream.read()
    # And these are the names that git itself writes.
    own = subprocess.run(["git", "diff"], cwd=house.top, capture_output=True, check=True).stdout
    assert len(headers(own)) == 2 * len(NAMES)
    assert headers(done.stdout) == headers(own)
