"""What a repository, or the environment, could bring along for git, and what does not come of it.

Each attack is shown to work on plain git first, so that its test can fail.
"""

from __future__ import annotations

import ast
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.findings.basebranch import NotJudged, base_rows, not_restorable
from flake8_ssot_ids.system import git
from tests import repositories
from tests.repositories import alone

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or os.name != "posix", reason="needs git and a shell"
)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone(monkeypatch, str(tmp_path / "user-config"))


class Repo:
    """A repository with one committed file, and a program that tells when it is run."""

    def __init__(self, folder: Path) -> None:
        self.top = folder / "repo"
        self.mark = folder / "was-run"
        self.evil = folder / "evil.sh"
        self.evil.write_text(f"#!/bin/sh\necho x >> {shlex.quote(str(self.mark))}\ncat\n")
        self.evil.chmod(0o755)
        self.top.mkdir()
        self("init", "-q", "-b", "main")
        self.write("a.py", "x = 1\n")
        self("add", "-A")
        self("commit", "-q", "-m", "x")
        self.file = str(self.top / "a.py")
        self.clock = 0

    def __call__(self, *arguments: str, cwd: Path | None = None, check: bool = True) -> str:
        return repositories.git(cwd or self.top, *arguments, check=check)

    def write(self, name: str, text: str) -> Path:
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, name: str) -> Path:
        """A program in the work tree that tells when it is run."""
        path = self.write(name, self.evil.read_text())
        path.chmod(0o755)
        return path

    def age(self) -> None:
        """Make git look at the contents of the file again, which it does when its times have changed."""
        self.clock += 1
        os.utime(self.file, (self.clock, self.clock))

    def was_run(self) -> bool:
        found = self.mark.exists()
        self.mark.unlink(missing_ok=True)
        return found

    def judge(self) -> dict[str, str] | NotJudged:
        return not_restorable(str(self.top), [self.file])


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(Path(os.path.realpath(tmp_path)))


def bare(folder: Path, *settings: str) -> None:
    """A folder that git takes for a bare repository, made of ordinary files."""
    (folder / "objects").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n" + "".join(f"\t{line}\n" for line in settings)
    )


# -- by configuration ---------------------------------------------------------------------------

Attack = Callable[[Repo], object]


def _filtered(repo: Repo, key: str) -> None:
    repo("config", f"filter.house.{key}", str(repo.evil))
    repo.write(".gitattributes", "*.py filter=house\n")


def _user(repo: Repo, text: str) -> None:
    """Prepare a configuration of the user's own."""
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text(text)
    repo.write(".gitattributes", "*.py filter=my.own\n")


def _included(repo: Repo) -> None:
    more = repo.evil.with_name("more")
    more.write_text(f'[filter "my.own"]\nclean = {repo.evil}\n')
    _user(repo, f'[includeIf "gitdir:{repo.top}/"]\npath = {more}\n')


#: What is prepared, and the plain command that it works on.
ATTACKS: dict[str, tuple[Attack, tuple[str, ...]]] = {
    "a file system monitor": (lambda r: r("config", "core.fsmonitor", str(r.evil)), ("status",)),
    "a clean filter": (lambda r: _filtered(r, "clean"), ("status",)),
    "a process filter": (lambda r: _filtered(r, "process"), ("status",)),
    "a filter of the user's": (lambda r: _user(r, f'[filter "my.own"]\nclean = {r.evil}\n'), ("status",)),
    "a filter by includeIf": (_included, ("status",)),
    "a hook": (
        lambda r: (
            r.program(".git/hooks/post-index-change"),
            r("update-index", "--force-untracked-cache"),
        ),
        ("status",),
    ),
    "a folder of hooks": (
        lambda r: (
            r.program("tools/post-index-change"),
            r("config", "core.hooksPath", str(r.top / "tools")),
        ),
        ("status",),
    ),
    "an external diff": (lambda r: r("config", "diff.external", str(r.evil)), ("diff",)),
    "a diff driver": (
        lambda r: (
            r("config", "diff.house.textconv", str(r.evil)),
            r.write(".gitattributes", "*.py diff=house\n"),
        ),
        ("diff",),
    ),
    "a pager": (
        lambda r: (r("config", "core.pager", str(r.evil)), r("config", "pager.status", "true")),
        ("-p", "status"),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_no_configuration_makes_git_run_a_program(name: str, repo: Repo) -> None:
    prepare, plain = ATTACKS[name]
    prepare(repo)
    if plain == ("diff",):
        repo.write("a.py", "x = 2\n")
    repo.age()
    repo.was_run()
    if "-p" not in plain:  # which needs a terminal
        repo(*plain, check=False)
        assert repo.was_run(), "the attack does not work on plain git"
    repo.age()
    repo.judge()
    base_rows(str(repo.top), "a.py")
    assert not repo.was_run()
    # What is asked for today writes no index; hooks are off also where something does.
    repo.age()
    git.run(str(repo.top), "update-index", "-q", "--refresh", filters=False)
    assert not repo.was_run()


def test_a_filter_that_is_required_and_off_is_no_reason_to_give_up(repo: Repo) -> None:
    _filtered(repo, "clean")
    repo("config", "filter.house.required", "true")
    repo.age()
    assert repo.judge() == {str(repo.top / ".gitattributes"): "git does not track it"}


@pytest.mark.parametrize("name", ["house", "a.b", "Big Name", 'quo"te', "back\\slash", "ümlaut", "x=y"])
def test_a_filter_of_any_name_is_off(name: str, repo: Repo) -> None:
    repo("config", f"filter.{name}.clean", str(repo.evil))
    off = dict(git._drivers_off(str(repo.top)))
    assert off == {
        **{f"filter.{name}.{key}": "" for key in ("clean", "smudge", "process")},
        f"filter.{name}.required": "false",
    }


def test_a_hook_in_the_configuration_is_off(repo: Repo) -> None:
    repo("config", "hook.house.command", str(repo.evil))
    repo("config", "hook.house.event", "post-index-change")
    assert dict(git._drivers_off(str(repo.top))) == {"hook.house.enabled": "false"}


# -- by the form of the tree --------------------------------------------------------------------


class TestTheTree:
    def test_a_folder_that_looks_like_a_bare_repository(self, repo: Repo) -> None:
        evil = repo.top / "evil"
        bare(evil, "bare = false", 'worktree = "."', f'fsmonitor = "{repo.evil}; false"')
        (evil / "app.py").write_text("x = 1\n")
        repo("add", "-A")
        repo("commit", "-q", "-m", "x")
        repo("status", cwd=evil, check=False)
        assert repo.was_run(), "the attack does not work on plain git"
        top = git.top_of(str(evil))
        assert top == str(repo.top)
        assert not_restorable(top, [str(evil / "app.py")]) == {}
        assert isinstance(base_rows(str(evil), "app.py"), NotJudged)
        assert not repo.was_run()

    def test_the_top_itself_looks_like_one_and_has_a_git_folder_that_is_none(self, tmp_path: Path) -> None:
        repo = Repo(Path(os.path.realpath(tmp_path)))
        shutil.rmtree(repo.top / ".git")
        bare(repo.top, "bare = false", 'worktree = "."', f'fsmonitor = "{repo.evil}; false"')
        (repo.top / ".git").mkdir()
        repo("status", check=False)
        assert repo.was_run(), "the attack does not work on plain git"
        assert isinstance(repo.judge(), NotJudged)
        assert not repo.was_run()

    def test_a_git_file_that_leads_elsewhere(self, repo: Repo) -> None:
        bare(repo.top / "evil", f'worktree = "{repo.top}/sub"', f"fsmonitor = {repo.evil}")
        repo.write("sub/.git", "gitdir: ../evil\n")
        file = repo.write("sub/b.py", "x = 1\n")
        repo("status", cwd=repo.top / "sub", check=False)
        assert repo.was_run(), "the attack does not work on plain git"
        found = not_restorable(str(repo.top / "sub"), [str(file)])
        assert found == {str(file): "git does not track it"}
        assert not repo.was_run()

    def test_a_git_file_that_speaks_of_another_work_tree(self, repo: Repo) -> None:
        """It would call the other tree clean, and the file in this one with it."""
        bare(repo.top / "evil", f'worktree = "{repo.top}"')
        repo.write("sub/.git", "gitdir: ../evil\n")
        file = repo.write("sub/b.py", "x = 1\n")
        found = not_restorable(str(repo.top / "sub"), [str(file)])
        assert found == NotJudged(f"{repo.top}/sub is no work tree of git")

    def test_a_repository_around_a_damaged_one_is_not_asked(self, repo: Repo) -> None:
        file = repo.write("sub/b.py", "x = 1\n")
        repo("add", "-A")
        repo("commit", "-q", "-m", "x")
        (repo.top / "sub" / ".git").mkdir()
        assert repo("status", "--porcelain", cwd=repo.top / "sub") == ""
        found = not_restorable(str(repo.top / "sub"), [str(file)])
        assert isinstance(found, NotJudged)
        assert "not a git repository" in found.reason

    def test_a_submodule_is_judged_by_itself(self, repo: Repo, tmp_path: Path) -> None:
        inner = Repo(_made(tmp_path / "inner"))
        repo("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.top), "sub")
        repo("commit", "-q", "-m", "x")
        file = repo.top / "sub" / "a.py"
        top = git.top_of(str(file.parent))
        assert top == str(repo.top / "sub")
        assert not_restorable(top, [str(file)]) == {}
        file.write_text("x = 3\n")
        assert not_restorable(top, [str(file)]) == {str(file): "it has uncommitted changes"}
        assert repo.judge() == {}

    def test_a_git_program_in_the_work_tree(self, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        program = repo.program("bin/git")
        link = repo.evil.with_name("linked")
        link.symlink_to(program.parent)
        repo("add", "-A")
        repo("commit", "-q", "-m", "x")
        before = os.environ["PATH"]
        monkeypatch.chdir(repo.top)
        for entry in (str(program.parent), str(link), "bin", "", "."):
            monkeypatch.setenv("PATH", f"{entry}{os.pathsep}{before}")
            if entry not in ("", "."):
                repo("status")
                assert repo.was_run(), "the attack does not work on plain git"
            assert repo.judge() == {}
            assert not repo.was_run()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return Path(os.path.realpath(folder))


# -- by the environment -------------------------------------------------------------------------


class TestTheEnvironment:
    @pytest.mark.parametrize(
        ("name", "value", "plain"),
        [
            ("GIT_EXTERNAL_DIFF", "{evil}", ("diff",)),
            ("GIT_CONFIG_PARAMETERS", "'core.fsmonitor'='{evil}'", ("status",)),
            ("GIT_EXEC_PATH", "{folder}", ("house",)),
        ],
    )
    def test_a_variable_does_not_run_a_program(
        self, name: str, value: str, plain: tuple[str, ...], repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copy(repo.evil, repo.evil.with_name("git-house"))
        repo.write("a.py", "x = 2\n")
        monkeypatch.setenv(name, value.format(evil=repo.evil, folder=repo.evil.parent))
        repo(*plain, check=False)
        assert repo.was_run(), "the attack does not work on plain git"
        assert repo.judge() == {repo.file: "it has uncommitted changes"}
        assert not repo.was_run()
        assert name not in git._environment(str(repo.top), ())

    def test_settings_of_the_environment_do_not_win(
        self, repo: Repo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(repo.evil))
        repo("status")
        assert repo.was_run(), "the attack does not work on plain git"
        assert repo.judge() == {}
        assert not repo.was_run()

    @pytest.mark.parametrize(
        "name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"]
    )
    def test_a_variable_does_not_lead_to_another_repository(
        self, name: str, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = Repo(_made(tmp_path / "other"))
        repo.write("a.py", "x = 2\n")
        value = {"GIT_WORK_TREE": other.top, "GIT_INDEX_FILE": other.top / ".git" / "index"}
        monkeypatch.setenv(name, str(value.get(name, other.top / ".git")))
        assert repo.judge() == {repo.file: "it has uncommitted changes"}

    def test_a_trace_is_not_written(
        self, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number, name in enumerate(("GIT_TRACE", "GIT_TRACE2_EVENT", "GIT_TRACE_SETUP")):
            monkeypatch.setenv(name, str(tmp_path / f"trace{number}"))
        repo("status")
        assert len(list(tmp_path.glob("trace*"))) == 3
        for path in tmp_path.glob("trace*"):
            path.unlink()
        assert repo.judge() == {}
        assert list(tmp_path.glob("trace*")) == []


# -- a git that does not behave -----------------------------------------------------------------


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder = _made(tmp_path / "fake")
    (folder / "git").write_text(f"#!{sys.executable}\n{script}")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


class TestBounds:
    @pytest.mark.parametrize("leave", [False, True], ids=["itself", "a child of it"])
    def test_one_that_hangs(
        self, leave: bool, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = tmp_path / "number"
        script = (
            "import os, time\n"
            f"child = os.fork() if {leave} else 0\n"
            "if child: os._exit(0)\n"
            f"open({str(number)!r}, 'w').write(str(os.getpid()))\n"
            "time.sleep(600)\n"
        )
        fake(tmp_path, monkeypatch, script)
        monkeypatch.setattr(git, "SECONDS", 1)
        assert repo.judge() == NotJudged("git did not answer within 1 seconds")
        # It is gone, and not only left alone.
        _wait_for_end(int(number.read_text()))

    def test_one_that_floods(self, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        script = "import sys\nwhile True: sys.stdout.write('x' * 65536)\n"
        fake(tmp_path, monkeypatch, script)
        monkeypatch.setattr(git, "MOST_BYTES", 2 << 20)
        assert repo.judge() == NotJudged("git answered with more than 2 MB")

    def test_one_that_does_not_start(
        self, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake(tmp_path, monkeypatch, "")
        (tmp_path / "fake" / "git").write_text("#!/nowhere\n")
        found = repo.judge()
        assert isinstance(found, NotJudged)
        assert found.reason.startswith("git could not be started: ")

    def test_none(self, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert repo.judge() == NotJudged("git is not installed")


def _wait_for_end(number: int) -> None:
    """Wait until a process that was killed is gone; it takes the system a moment."""
    for _ in range(1000):
        try:
            os.kill(number, 0)
            if Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.01)
    raise AssertionError(f"the process {number} lives on")


# -- the one place ------------------------------------------------------------------------------


_STARTERS = {"subprocess", "posix_spawn", "posix_spawnp", "system", "popen", "execv", "execvp", "spawnv"}


def starts(root: Path) -> dict[str, bool]:
    """The modules that start processes, and whether they name git."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_bytes())))
        names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        if names & _STARTERS:
            texts = [node.value for node in nodes if isinstance(node, ast.Constant)]
            found[str(path.relative_to(root))] = any(text in ("git", "git.exe", b"git") for text in texts)
    return found


def test_git_is_started_in_one_place(tmp_path: Path) -> None:
    found = starts(ROOT / "flake8_ssot_ids")
    assert {path for path, git_too in found.items() if git_too} == {"system/git.py"}
    assert found.keys() == {
        "system/git.py",
        "runs/pool.py",
        "commands/compliance.py",
        "compliance/probes.py",
        "compliance/inside/isolation.py",
    }
    (tmp_path / "other.py").write_text('import subprocess\nsubprocess.run(["git", "status"])\n')
    assert starts(tmp_path) == {"other.py": True}
