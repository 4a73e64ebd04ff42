"""What git tracks is checked whatever ignores it, and what counts as ignored is what counts for git."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.runs.discover import DiscoverResult, discover
from flake8_ssot_ids.runs.ignorefiles import MOST_BYTES
from flake8_ssot_ids.system import git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
needs_posix = pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")
RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository in the working directory, of a user without any settings."""
    home = tmp_path / "home"
    home.mkdir()
    top = tmp_path / "project"
    top.mkdir()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(top)
    run("init", "-q")
    return top


def run(*arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def write(*names: str, text: str = RAW) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def commit(*names: str) -> None:
    run("add", "-f", *names)
    run("commit", "-q", "-m", "x")


def find(*paths: str) -> list[str]:
    result = search(*paths)
    assert result.errors == []
    assert result.notes == []
    return names_of(result)


def search(*paths: str) -> DiscoverResult:
    return discover(paths or ["."], Policy(root=Path.cwd().as_posix()))


def names_of(result: DiscoverResult) -> list[str]:
    return [Path(path).relative_to(Path.cwd()).as_posix() for path in result.files]


class TestTracked:
    @pytest.mark.parametrize("where", [".gitignore", ".git/info/exclude", "../home/.config/git/ignore"])
    def test_a_tracked_file_is_found_whatever_ignores_it(self, where: str) -> None:
        write(
            "a.py", "b.py", "gen/c.py", "gen/deep/d.py", "gen/new.py", "gen/deep/new.py", "gen/other/new.py"
        )
        commit("a.py", "gen/c.py", "gen/deep/d.py")
        write(where, text="*.py\n/gen/\n")
        assert find() == ["a.py", "gen/c.py", "gen/deep/d.py"]
        run("rm", "-q", "--cached", "-r", "gen/deep")
        assert find() == ["a.py", "gen/c.py"]

    def test_what_is_only_added_is_tracked_and_what_is_removed_is_not(self) -> None:
        write(".gitignore", text="*\n")
        write("a.py", "b.py")
        assert find() == []
        run("add", "-f", "a.py")
        assert find() == ["a.py"]
        run("rm", "-q", "--cached", "a.py")
        assert find() == []

    def test_dot_ignore_is_no_file_of_git_and_decides(self) -> None:
        write("a.py", "b.py")
        commit("a.py", "b.py")
        write(".ignore", text="a.py\n")
        assert find() == ["b.py"]

    def test_default_exclusions_still_count_for_what_is_tracked(self) -> None:
        write("a.py", "node_modules/a.py")
        commit("a.py", "node_modules/a.py")
        write(".gitignore", text="*.py\n")
        assert find() == ["a.py"]

    @pytest.mark.skipif(os.name == "nt", reason="such names cannot be there")
    def test_names_that_are_quoted_elsewhere(self) -> None:
        names = [
            "new\nline/x.py",
            'quo"te.py',
            "t\tab.py",
            "\xfcber.py",
            b"bad_\xff.py".decode("utf-8", "surrogateescape"),
        ]
        for name in names:
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(RAW)
        commit(".")
        write(".gitignore", text="*\n")
        assert find() == sorted(names)

    def test_from_a_folder_below_the_top(self) -> None:
        write("sub/a.py", "sub/b.py", "sub/deep/c.py")
        commit("sub/a.py", "sub/deep/c.py")
        write(".gitignore", text="sub/*\n")
        assert find("sub") == ["sub/a.py", "sub/deep/c.py"]
        assert find("sub/deep") == ["sub/deep/c.py"]

    @needs_posix
    def test_from_a_link_to_the_work_tree(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write("sub/a.py", "sub/b.py")
        commit("sub/a.py")
        write(".gitignore", text="*.py\n")
        elsewhere = repository.parent / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "link").symlink_to(repository / "sub", target_is_directory=True)
        monkeypatch.chdir(elsewhere)
        assert find("link") == ["link/a.py"]

    def test_in_another_work_tree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("a.py", "b.py")
        commit("a.py", "b.py")
        run("worktree", "add", "-q", "-b", "other", "../other")
        run("rm", "-q", "--cached", "a.py")  # in the index of this one only
        write(".git/info/exclude", text="*.py\n")
        assert find() == ["b.py"]
        monkeypatch.chdir("../other")
        assert find() == ["a.py", "b.py"]

    def test_in_a_submodule(self, repository: Path) -> None:
        inner = repository.parent / "inner"
        inner.mkdir()
        subprocess.run(["git", "init", "-q", str(inner)], check=True)
        write(str(inner / "x.py"), str(inner / "y.py"))
        run("-C", str(inner), "add", "x.py", "y.py")
        run("-C", str(inner), "commit", "-q", "-m", "x")
        run("submodule", "add", "-q", str(inner), "mod")
        write(".gitignore", text="mod/\n")
        write("mod/z.py", "mod/new.py", "mod/.gitignore", text="y.py\nz.py\n")
        assert find() == ["mod/new.py", "mod/x.py", "mod/y.py"]

    @pytest.mark.parametrize(
        "setting", ["core.splitIndex=true", "index.version=4", "core.untrackedCache=true"]
    )
    def test_with_any_kind_of_index(self, setting: str) -> None:
        write("a.py", "b.py", "c.py")
        run("config", *setting.split("="))
        commit("a.py")
        run("update-index", "--split-index" if "split" in setting else "--refresh")
        commit("b.py")
        write(".gitignore", text="*.py\n")
        assert find() == ["a.py", "b.py"]

    def test_git_is_asked_once_a_work_tree_and_not_for_what_is_not_ignored(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        real = git.answer

        def answer(top: str, *arguments: str, filters: bool = True) -> str:
            asked.append(arguments[0])
            return real(top, *arguments, filters=filters)

        monkeypatch.setattr(git, "answer", answer)
        write("a.py", "b/c.py", "b/d.py", "node_modules/n.py")
        commit("a.py")
        assert find() == ["a.py", "b/c.py", "b/d.py"]
        assert asked == ["config"]
        write(".gitignore", text="*.py\n")
        assert find() == ["a.py"]
        assert asked == ["config", "config", "ls-files"]


class TestExcludes:
    """``core.excludesFile``, from wherever git reads it."""

    def _home(self, repository: Path) -> Path:
        return repository.parent / "home"

    def test_by_default(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write("a.py", "b.py")
        write(str(self._home(repository) / ".config/git/ignore"), text="a.py\n")
        assert find() == ["b.py"]
        monkeypatch.setenv("XDG_CONFIG_HOME", str(repository.parent / "xdg"))
        assert find() == ["a.py", "b.py"]
        write(str(repository.parent / "xdg/git/ignore"), text="b.py\n")
        assert find() == ["a.py"]

    @pytest.mark.parametrize(
        ("place", "text"),
        [
            (".git/config", "[core]\n\texcludesFile = ~/mine\n"),
            (".git/config", "[core]\n\texcludesFile = ../home/mine\n"),
            (".git/config", '[core]\n\tEXCLUDESFILE = "~/mi"ne ; comment\n'),
            (".git/config", "[core]\n\texcludesFile = ~/other\n[core] excludesfile = ~/mi\\\nne\n"),
            ("../home/.gitconfig", "[core]\n\texcludesFile = ~/mine\n"),
            ("../home/.config/git/config", "[core]\n\texcludesFile = ~/mine\n"),
            ("../home/.gitconfig", "[include]\n\tpath = more\n"),
            ("../home/.gitconfig", '[includeIf "gitdir:**/project/"]\n\tpath = more\n'),
            ("../home/named", "[core]\n\texcludesFile = ~/mine\n"),
        ],
    )
    def test_by_configuration(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch, place: str, text: str
    ) -> None:
        home = self._home(repository)
        write("a.py", "b.py", "sub/a.py")
        write(str(home / "mine"), text="/a.py\n")
        write(str(home / "more"), text="[core]\n\texcludesFile = ~/mine\n")
        write(str(home / ".config/git/ignore"), text="b.py\n")  # the default, which does not count
        with_old = Path(place).read_text() if Path(place).exists() else ""
        write(place, text=with_old + text)
        if place.endswith("named"):
            monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "named"))
        assert find() == ["b.py", "sub/a.py"]
        assert find("sub") == ["sub/a.py"]

    def test_by_the_environment_and_by_the_system(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = self._home(repository)
        write("a.py", "b.py")
        write(str(home / "mine"), text="a.py\n")
        write(str(home / "system"), text="[core]\n\texcludesFile = ~/mine\n")
        monkeypatch.delenv("GIT_CONFIG_NOSYSTEM")
        monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(home / "system"))
        assert find() == ["b.py"]
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "")
        assert find() == ["a.py", "b.py"]

    def test_info_exclude_goes_before_them_and_gitignore_before_that(self, repository: Path) -> None:
        write("a.py", "b.py", "c.py")
        write(str(self._home(repository) / ".config/git/ignore"), text="*.py\n")
        write(".git/info/exclude", text="!a.py\n!b.py\n")
        write(".gitignore", text="a.py\n")
        assert find() == ["b.py"]


def damage(repository: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / ".git/index").write_bytes(b"nothing of the kind")


def uninstall(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.parent / "home"))


def lead_nowhere(repository: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(repository / ".git")
    write(".git", text="gitdir: /nowhere/at/all\n")


def give_away(repository: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("only the superuser can give a folder away")
    for path in (repository, repository / ".git"):
        os.chown(path, 12345, 12345)


@pytest.mark.parametrize("trouble", [damage, uninstall, lead_nowhere, give_away])
class TestNoAnswer:
    def test_what_git_would_ignore_is_checked(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch, trouble: Callable[..., None]
    ) -> None:
        write("a.py", "gen/b.py", "gen/new.py", "node_modules/c.py", "hidden.py", "plain.py")
        commit("a.py", "gen/b.py")
        write(".gitignore", text="*\n!plain.py\n")
        write(".ignore", text="hidden.py\n")
        trouble(repository, monkeypatch)
        result = search()
        assert names_of(result) == ["a.py", "gen/b.py", "gen/new.py", "plain.py"]
        assert len(result.notes) == 1
        assert "git cannot tell which files it tracks" in result.notes[0]

    def test_nothing_is_said_where_nothing_is_ignored(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch, trouble: Callable[..., None]
    ) -> None:
        write("a.py")
        commit("a.py")
        trouble(repository, monkeypatch)
        assert find() == ["a.py"]


@needs_posix
class TestNoFiles:
    """Whatever a file of git's is, nothing waits and nothing fills the memory."""

    @pytest.mark.parametrize(
        "name", [".gitignore", ".ignore", ".git/info/exclude", "../home/.config/git/ignore"]
    )
    @pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "device", "too long"])
    def test_patterns(self, repository: Path, name: str, kind: str) -> None:
        write("a.py")
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if kind == "device":
            path.symlink_to("/dev/zero")
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind == "too long":
            with path.open("wb") as stream:
                stream.write(b"a.py\n")
                stream.truncate(MOST_BYTES + 1)
        else:
            os.mkfifo(repository.parent / "pipe")
            path.symlink_to(repository.parent / "pipe")
        result = search()
        assert names_of(result) == ["a.py"]
        assert len(result.notes) == 1
        assert result.notes[0].startswith(f"{path.parent.resolve() / path.name}: ")

    def test_git_does_not_follow_a_linked_gitignore(self) -> None:
        write("a.py")
        write("../patterns", text="a.py\n")
        Path(".gitignore").symlink_to("../patterns")
        result = search()
        assert names_of(result) == ["a.py"]
        assert [note.rpartition(": ")[2] for note in result.notes] == [
            "git does not follow a link; none of its patterns count"
        ]
        os.unlink(".gitignore")
        Path(".ignore").symlink_to("../patterns")
        assert find() == []

    def test_a_pipe_in_place_of_the_repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        write("a.py")
        write(".gitignore", text="*.py\n")
        os.mkfifo(".git")
        result = search()
        assert names_of(result) == ["a.py"]
        assert len(result.notes) == 1

    def test_a_pipe_in_place_of_commondir(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        write("a.py")
        write(".gitignore", text="*.py\n")
        write(".git", text="gitdir: own\n")
        Path("own").mkdir()
        os.mkfifo("own/commondir")
        assert find() == []  # without an index, nothing is tracked


class TestReplay:
    """A recorded answer is used until what git says may have changed."""

    def _check(self, capfd: pytest.CaptureFixture[str]) -> int:
        code = main(["check", "--isolated", "-q", "."])
        capfd.readouterr()
        return code

    def test_the_warm_run_starts_no_process_and_follows_the_index(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        from flake8_ssot_ids.runs.kept import stamps

        monkeypatch.setattr(stamps, "RECENT_NS", -(10**12))
        write("a.py")
        commit("a.py")
        write(".gitignore", text="*.py\n")
        assert self._check(capfd) == 1
        with monkeypatch.context() as patch:
            patch.setattr(subprocess, "Popen", None)
            assert self._check(capfd) == 1
        run("rm", "-q", "--cached", "a.py")
        assert self._check(capfd) == 0
        run("add", "-f", "a.py")
        assert self._check(capfd) == 1
        write("../home/.gitconfig", text="[include]\n\tpath = later\n")
        os.unlink(".gitignore")
        write("b.py")
        os.unlink("a.py")
        assert self._check(capfd) == 1
        write("../home/excludes", text="b.py\n")
        write("c.py", text="x = 1\n")
        write("../home/later", text="[core]\n\texcludesFile = ~/excludes\n")
        assert self._check(capfd) == 0
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        assert self._check(capfd) == 1
