"""The baseline of the base branch, from real repositories."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from flake8_ssot_ids.findings.basebranch import BaseBranch, NotJudged, base_rows
from flake8_ssot_ids.findings.baseline import Baseline, added, load
from flake8_ssot_ids.system import git as git_calls
from tests import repositories
from tests.repositories import alone

FILE = "ssot-ids-baseline.txt"
OLD = "a.py | SID101 | f | uuid.uuid4() | 0\n"
NEW = "b.py | SID101 | f | uuid.uuid4() | 0\n"
OTHER = "c.py | SID101 | f | uuid.uuid4() | 0\n"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of the user, nothing that a hook or a CI sets."""
    alone(monkeypatch)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def git(folder: Path, *arguments: str) -> str:
    return repositories.git(folder, *arguments).strip()


def commit(folder: Path, text: str | None, path: str = FILE) -> str:
    """Commit the baseline with this text, or without one; return the commit."""
    file = folder / path
    if text is None:
        file.unlink(missing_ok=True)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, text: str | None = OLD, branch: str = "main", path: str = FILE) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", branch)
    commit(folder, text, path)
    return folder


def texts(found: BaseBranch | NotJudged) -> tuple[str, str]:
    """The name of the base and the rows there."""
    assert isinstance(found, BaseBranch), found
    return found.ref, "".join(f"{row.text}\n" for row in found.baseline.rows)


def reason(found: BaseBranch | NotJudged) -> str:
    assert isinstance(found, NotJudged), found
    assert str(found) == f"not judged: {found.reason}"
    return found.reason


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo")


class TestWhichBase:
    def test_a_branch_is_compared_with_where_it_left(self, repo: Path) -> None:
        left = git(repo, "rev-parse", "HEAD")
        git(repo, "checkout", "-q", "-b", "feature")
        commit(repo, OLD + NEW)
        git(repo, "checkout", "-q", "main")
        commit(repo, OTHER)
        git(repo, "checkout", "-q", "feature")
        found = base_rows(str(repo), FILE)
        assert texts(found) == ("main", OLD)
        assert isinstance(found, BaseBranch)
        assert (found.commit, found.existed) == (left, True)
        assert "".join(row.text + "\n" for row in added(load(str(repo / FILE)), found.baseline)) == NEW

    def test_on_the_base_branch_it_is_the_committed_file(self, repo: Path) -> None:
        (repo / FILE).write_text(OLD + NEW)
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)
        git(repo, "add", "-A")
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)
        head = commit(repo, OLD + NEW)
        found = base_rows(str(repo), FILE)
        assert texts(found) == ("main", OLD + NEW)
        assert isinstance(found, BaseBranch)
        assert found.commit == head

    def test_a_merged_branch_is_the_base_itself(self, repo: Path) -> None:
        git(repo, "checkout", "-q", "-b", "feature")
        commit(repo, NEW)
        git(repo, "branch", "-f", "main")
        assert texts(base_rows(str(repo), FILE)) == ("main", NEW)

    def test_the_merge_that_a_pull_request_is_tested_as(self, repo: Path) -> None:
        git(repo, "checkout", "-q", "-b", "feature")
        commit(repo, NEW, "other.txt")
        git(repo, "checkout", "-q", "main")
        commit(repo, OTHER)
        git(repo, "checkout", "-q", "--detach")
        git(repo, "merge", "-q", "feature")
        commit(repo, OTHER + NEW)
        assert texts(base_rows(str(repo), FILE)) == ("main", OTHER)

    def test_a_detached_head(self, repo: Path) -> None:
        git(repo, "checkout", "-q", "--detach")
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)
        commit(repo, NEW)
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)

    def test_the_order_of_the_candidates(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        origin = repository(tmp_path / "origin", branch="develop")
        for branch in ("main", "master", "release/2"):
            git(origin, "branch", branch)
        clone = tmp_path / "clone"
        git(tmp_path, "clone", "-q", str(origin), str(clone))
        for branch in ("main", "master"):
            git(clone, "branch", branch, f"origin/{branch}")
        # A tag of that name is another thing.
        git(clone, "tag", "origin/HEAD")
        monkeypatch.setenv("GITHUB_BASE_REF", "release/2")
        expected = ["origin/release/2", "origin/HEAD", "origin/main", "origin/master", "main", "master"]
        for name in expected:
            assert texts(base_rows(str(clone), FILE)) == (name, OLD)
            if name == "origin/release/2":
                monkeypatch.setenv("GITHUB_BASE_REF", "")
            elif name == "origin/HEAD":
                git(clone, "symbolic-ref", "-d", "refs/remotes/origin/HEAD")
            else:
                kind = "remotes/origin" if name.startswith("origin/") else "heads"
                git(clone, "update-ref", "-d", f"refs/{kind}/{name.rpartition('/')[2]}")
        assert reason(base_rows(str(clone), FILE)) == (
            "there is no base branch: none of origin/HEAD, origin/main, origin/master, main, master is here"
        )

    def test_a_remote_head_that_leads_nowhere_is_passed_over(self, repo: Path) -> None:
        git(repo, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)

    def test_the_branch_of_the_pull_request_or_none(
        self, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_BASE_REF", "release")
        # Without a remote, the pull request is another repository's.
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)
        clone = tmp_path / "clone"
        git(tmp_path, "clone", "-q", str(repo), str(clone))
        assert reason(base_rows(str(clone), FILE)) == (
            "origin/release, which the pull request goes to, has not been fetched (fetch-depth: 0)"
        )

    def test_a_base_that_is_named(self, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        first = git(repo, "rev-parse", "HEAD")
        commit(repo, NEW)
        git(repo, "tag", "v1")
        commit(repo, OTHER)
        monkeypatch.setenv("GITHUB_BASE_REF", "nowhere")
        assert texts(base_rows(str(repo), FILE, "v1")) == ("v1", NEW)
        assert texts(base_rows(str(repo), FILE, first)) == (first, OLD)
        assert texts(base_rows(str(repo), FILE, "HEAD~2")) == ("HEAD~2", OLD)
        for ref in ("nowhere", "", "--all", "-h", "main..v1", f"main:{FILE}", "a b", "a\0b"):
            assert reason(base_rows(str(repo), FILE, ref)), ref
        assert reason(base_rows(str(repo), FILE, "nowhere")) == "git knows no commit nowhere"


class TestWhere:
    def test_a_root_below_that_of_the_repository(self, tmp_path: Path) -> None:
        repo = repository(tmp_path / "repo", path=f"services/auth/{FILE}")
        commit(repo, OTHER)  # another one at the top
        root = repo / "services" / "auth"
        assert texts(base_rows(str(root), FILE)) == ("main", OLD)
        assert texts(base_rows(str(root), f"../../{FILE}")) == ("main", OTHER)
        assert texts(base_rows(str(root), str(repo / FILE))) == ("main", OTHER)

    @pytest.mark.parametrize(
        "path", ["Bäse Zeilen/mit ü.txt", "日本/b.txt", 'a"b/$x;y.txt', "*.txt", ":(top)b.txt", "-b.txt"]
    )
    def test_odd_paths(self, path: str, tmp_path: Path) -> None:
        if sys.platform == "win32" and any(char in path for char in '"*:'):
            pytest.skip("no such file names here")
        repo = repository(tmp_path / "re po ä", path=path)
        commit(repo, OTHER, "z.txt")
        assert texts(base_rows(str(repo), path)) == ("main", OLD)

    def test_a_worktree(self, repo: Path, tmp_path: Path) -> None:
        tree = tmp_path / "work tree"
        git(repo, "worktree", "add", "-q", "-b", "feature", str(tree))
        commit(tree, NEW)
        assert texts(base_rows(str(tree), FILE)) == ("main", OLD)

    def test_a_repository_within_another(self, repo: Path) -> None:
        inner = repository(repo / "vendor", text=NEW)
        assert texts(base_rows(str(inner), FILE)) == ("main", NEW)
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)

    def test_a_link_to_a_folder_of_the_repository(self, repo: Path, tmp_path: Path) -> None:
        link = tmp_path / "link"
        try:
            link.symlink_to(repo, target_is_directory=True)
        except OSError:
            pytest.skip("no links here")
        assert texts(base_rows(str(link), FILE)) == ("main", OLD)

    def test_what_a_hook_sets_is_not_taken_over(
        self, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = repository(tmp_path / "other", text=NEW)
        monkeypatch.setenv("GIT_DIR", str(other / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(other))
        monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)

    def test_line_ends_do_not_matter(self, tmp_path: Path) -> None:
        repo = repository(tmp_path / "repo", text=OLD.replace("\n", "\r\n"))
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)


class TestNothingThere:
    @pytest.mark.parametrize("path", [FILE, f"no/such/folder/{FILE}", "seed.txt/b.txt"])
    def test_a_base_without_the_file(self, path: str, tmp_path: Path) -> None:
        repo = repository(tmp_path / "repo", text="x", path="seed.txt")
        git(repo, "checkout", "-q", "-b", "feature")
        found = base_rows(str(repo), path)
        assert isinstance(found, BaseBranch)
        assert (found.ref, found.baseline, found.existed) == ("main", Baseline(), False)

    def test_a_file_of_the_base_that_is_gone_here(self, repo: Path) -> None:
        git(repo, "checkout", "-q", "-b", "feature")
        commit(repo, None)
        assert texts(base_rows(str(repo), FILE)) == ("main", OLD)

    def test_an_empty_file_exists(self, tmp_path: Path) -> None:
        found = base_rows(str(repository(tmp_path / "repo", text="")), FILE)
        assert isinstance(found, BaseBranch)
        assert (found.baseline, found.existed) == (Baseline(), True)


class TestNotJudged:
    def test_outside_a_repository(self, tmp_path: Path) -> None:
        assert reason(base_rows(str(tmp_path), FILE)) == f"{tmp_path} is in no work tree of git"

    def test_in_the_inside_of_a_repository(self, repo: Path) -> None:
        assert reason(base_rows(str(repo / ".git"), FILE)) == f"{repo / '.git'} is in no work tree of git"

    def test_without_git(self, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path / "empty"))
        assert reason(base_rows(str(repo), FILE)) == "git is not installed"

    @pytest.mark.skipif(os.name == "nt", reason="needs a script that is a program")
    def test_a_git_that_does_not_answer(
        self, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake = tmp_path / "bin" / "git"
        fake.parent.mkdir()
        fake.write_text("#!/bin/sh\nexec sleep 60\n")
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setattr(git_calls, "SECONDS", 0.2)
        assert reason(base_rows(str(repo), FILE)) == "git did not answer within 0.2 seconds"
        fake.write_text("")
        monkeypatch.setenv("PATH", str(fake.parent))
        assert reason(base_rows(str(repo), FILE)).startswith("git could not be started: ")

    def test_no_commit_yet(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q", "repo")
        assert reason(base_rows(str(tmp_path / "repo"), FILE)) == "the repository has no commit yet"

    def test_no_base_branch(self, tmp_path: Path) -> None:
        repo = repository(tmp_path / "repo", branch="trunk")
        assert reason(base_rows(str(repo), FILE)).startswith("there is no base branch: none of origin/HEAD,")
        assert texts(base_rows(str(repo), FILE, "trunk")) == ("trunk", OLD)

    def test_nothing_in_common(self, repo: Path) -> None:
        git(repo, "checkout", "-q", "--orphan", "alone")
        commit(repo, NEW)
        assert reason(base_rows(str(repo), FILE)) == "HEAD and main have no commit in common"

    def test_a_shallow_clone(self, repo: Path, tmp_path: Path) -> None:
        git(repo, "checkout", "-q", "-b", "feature")
        commit(repo, NEW)
        git(repo, "checkout", "-q", "main")
        commit(repo, OTHER)
        clone = tmp_path / "clone"

        def shallow(*options: str) -> BaseBranch | NotJudged:
            shutil.rmtree(clone, ignore_errors=True)
            git(tmp_path, "clone", "-q", *options, repo.as_uri(), str(clone))
            return base_rows(str(clone), FILE)

        both = ("--no-single-branch", "-b", "feature")
        assert reason(shallow("--depth=1", *both)) == (
            "the clone is too shallow to hold the commit where HEAD left origin/HEAD (fetch-depth: 0)"
        )
        assert texts(shallow("--depth=2", *both)) == ("origin/HEAD", OLD)
        assert reason(shallow("--depth=1", "-b", "feature")).startswith("there is no base branch")
        # On the base branch itself the depth does not matter.
        assert texts(shallow("--depth=1", "-b", "main")) == ("origin/HEAD", OTHER)

    def test_a_clone_without_the_old_contents_fetches_none(self, repo: Path, tmp_path: Path) -> None:
        git(repo, "config", "uploadpack.allowFilter", "true")
        git(repo, "checkout", "-q", "-b", "feature")
        commit(repo, NEW)
        clone = tmp_path / "clone"
        git(tmp_path, "clone", "-q", "--filter=blob:none", "-b", "feature", repo.as_uri(), str(clone))
        # Older and newer versions of git say something else after that.
        assert reason(base_rows(str(clone), FILE, "HEAD~1")).startswith(
            f"this clone does not hold {FILE} of the base branch: "
        )
        assert texts(base_rows(str(clone), FILE, "HEAD")) == ("HEAD", NEW)
        git(clone, "cat-file", "-p", f"HEAD~1:{FILE}")  # which fetches it
        assert texts(base_rows(str(clone), FILE, "HEAD~1")) == ("HEAD~1", OLD)

    def test_a_folder_or_a_link_of_that_name(self, tmp_path: Path) -> None:
        repo = repository(tmp_path / "repo", path=f"{FILE}/inner.txt")
        assert reason(base_rows(str(repo), FILE)) == f"{FILE} is no regular file on the base branch"
        link = repository(tmp_path / "link", text=None)
        blob = git(link, "hash-object", "-w", "--stdin")
        git(link, "update-index", "--add", "--cacheinfo", f"120000,{blob},{FILE}")
        git(link, "commit", "-q", "-m", "x")
        assert reason(base_rows(str(link), FILE)) == f"{FILE} is no regular file on the base branch"

    @pytest.mark.parametrize("text", ["nonsense\n", "\x00"])
    def test_a_baseline_there_that_cannot_be_used(self, text: str, tmp_path: Path) -> None:
        repo = repository(tmp_path / "repo", text=text)
        assert reason(base_rows(str(repo), FILE)) == (
            f"the base branch has a baseline that cannot be used: {FILE} of main:1: "
            "expected `path | code | symbol | expression | ordinal`, found 1 field"
        )


def test_nothing_is_written(repo: Path) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(repo.rglob("*"))}

    os.utime(repo / FILE)  # git would like to note that in its index
    before = state()
    assert texts(base_rows(str(repo), FILE)) == ("main", OLD)
    assert state() == before
