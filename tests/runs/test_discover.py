"""Files are found as ruff finds them; nothing is passed over in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.runs.discover import DiscoverResult, discover


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def tree(*files: str, **texts: str) -> None:
    for name in (*files, *texts):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts.get(name, ""))


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def policy(**settings: object) -> Policy:
    return Policy(root=Path.cwd().as_posix(), **settings)  # type: ignore[arg-type]


def names(result: DiscoverResult) -> list[str]:
    return [Path(path).relative_to(Path.cwd()).as_posix() for path in result.files]


def find(*paths: str, **options: object) -> list[str]:
    result = discover(paths or ["."], policy(), **options)  # type: ignore[arg-type]
    assert result.errors == []
    return names(result)


def test_only_python_files_are_found_sorted_and_once() -> None:
    tree("b.py", "a/z.pyw", "a/b.py", "a/stub.pyi", "a/notes.txt", "a/py", ".hidden/x.py")
    expected = [".hidden/x.py", "a/b.py", "a/z.pyw", "b.py"]
    assert find() == expected
    assert find("a", ".", "a/b.py", "./a/../a") == expected


def test_a_file_that_is_named_is_taken_whatever_it_is_called_and_though_excluded() -> None:
    tree("script", "node_modules/n.py", "x.pyi")
    assert find("script", "node_modules/n.py", "x.pyi") == ["node_modules/n.py", "script", "x.pyi"]


def test_forced_exclusion_also_covers_what_is_named() -> None:
    tree("a.py", "node_modules/deep/n.py")
    assert find("a.py", "node_modules/deep/n.py", "node_modules", force_exclude=True) == ["a.py"]


def test_default_exclusions_and_what_is_called_a_backup() -> None:
    tree(
        "venv/a.py",
        "backup/a.py",
        "backups_2024/a.py",
        "backup.py",
        ".venv/a.py",
        "src/dist/a.py",
        "src/a.py",
    )
    assert find() == ["backup.py", "backup/a.py", "backups_2024/a.py", "src/a.py"]


def test_a_folder_that_is_named_is_walked_though_excluded() -> None:
    tree("node_modules/n.py", "node_modules/sub/q.py", "node_modules/venv/v.py")
    assert find("node_modules") == ["node_modules/n.py", "node_modules/sub/q.py"]
    assert find("node_modules/sub") == ["node_modules/sub/q.py"]


def test_exclude_matches_names_and_paths_from_the_root() -> None:
    tree("a/gen/x.py", "a/keep.py", "b/gen/y.py", "b/old_1.py")
    result = discover(["."], policy(exclude=("a/gen", "old_*.py")))
    assert names(result) == ["a/keep.py", "b/gen/y.py"]


def test_missing_paths_are_reported_and_the_rest_is_found() -> None:
    tree("a.py")
    result = discover(["gone", "a.py", "gone.py"], policy())
    assert names(result) == ["a.py"]
    assert result.errors == [("gone", "No such file or directory"), ("gone.py", "No such file or directory")]


@pytest.mark.skipif(os.name == "nt", reason="NUL is another error there")
def test_a_path_that_the_system_cannot_have_is_reported() -> None:
    result = discover(["a\0b"], policy())
    assert [path for path, _ in result.errors] == ["a\0b"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_folder_is_reported() -> None:
    tree("a.py", "locked/b.py")
    Path("locked").chmod(0)
    try:
        result = discover(["."], policy())
    finally:
        Path("locked").chmod(0o755)
    assert names(result) == ["a.py"]
    assert result.errors == [(str(Path.cwd() / "locked"), "Permission denied")]


def test_a_folder_that_cannot_be_listed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    tree("a.py", "locked/b.py")
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    result = discover(["."], policy())
    assert names(result) == ["a.py"]
    assert result.errors == [(str(Path.cwd() / "locked"), "Permission denied")]


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links and pipes")
class TestLinks:
    def test_links_to_folders_are_not_followed_so_loops_end(self) -> None:
        tree("a/x.py")
        Path("a/loop").symlink_to("..", target_is_directory=True)
        Path("b").symlink_to("a", target_is_directory=True)
        assert find() == ["a/x.py"]

    def test_a_link_that_is_named_is_walked(self) -> None:
        tree("a/x.py")
        Path("b").symlink_to("a", target_is_directory=True)
        assert find("b") == ["b/x.py"]

    def test_a_link_to_a_file_is_a_file_and_a_dangling_one_is_not_lost(self) -> None:
        tree("a.py")
        Path("same.py").symlink_to("a.py")
        Path("gone.py").symlink_to("nowhere")
        assert find() == ["a.py", "gone.py", "same.py"]
        assert find("gone.py") == ["gone.py"]

    def test_a_pipe_is_passed_over_because_reading_it_would_never_end(self) -> None:
        tree("a.py")
        os.mkfifo("pipe.py")
        Path("link.py").symlink_to("pipe.py")
        assert find() == ["a.py"]

    def test_a_folder_may_be_called_like_a_file(self) -> None:
        tree("pkg.py/in.py")
        assert find() == ["pkg.py/in.py"]

    @pytest.mark.skipif(sys.platform == "darwin", reason="that file system only has text")
    def test_names_that_are_no_text(self) -> None:
        with open(b"bad_\xff.py", "wb"):
            pass
        write(".gitignore", "x\n")
        Path(".git").mkdir()
        assert find() == ["bad_\udcff.py"]


class TestIgnoreFiles:
    def test_gitignore_counts_only_in_a_repository(self) -> None:
        tree("a.py", "gen/b.py")
        write(".gitignore", "gen/\n")
        assert find() == ["a.py", "gen/b.py"]
        Path(".git").mkdir()
        assert find() == ["a.py"]
        assert find(respect_gitignore=False) == ["a.py", "gen/b.py"]

    def test_dot_ignore_counts_everywhere_and_goes_first(self) -> None:
        tree("a.py", "b.py", "c.py")
        write(".ignore", "a.py\n!b.py\n")
        assert find() == ["b.py", "c.py"]
        Path(".git").mkdir()
        write(".gitignore", "b.py\nc.py\n")
        assert find() == ["b.py"]

    def test_the_nearest_file_decides_and_the_last_line_of_it(self) -> None:
        tree("gen_a.py", "sub/gen_b.py", "sub/gen_c.py")
        Path(".git").mkdir()
        write(".gitignore", "gen_*.py\n")
        write("sub/.gitignore", "!gen_*.py\ngen_c.py\n")
        assert find() == ["sub/gen_b.py"]

    def test_files_above_the_walked_folder_count_up_to_the_repository(self) -> None:
        tree("sub/a.py", "sub/gen/b.py")
        write("../.gitignore", "a.py\n")
        write(".gitignore", "/sub/gen\n")
        Path(".git").mkdir()
        assert find("sub") == ["sub/a.py"]

    def test_an_ignored_folder_that_is_named_is_walked(self) -> None:
        tree("gen/a.py", "gen/b_x.py")
        Path(".git").mkdir()
        write(".gitignore", "gen/\n*_x.py\n")
        assert find("gen") == ["gen/a.py"]
        assert find("gen/b_x.py") == ["gen/b_x.py"]

    def test_what_git_alone_knows(self) -> None:
        tree("a.py", "b.py", "c.py", "d.py")
        write(".git/info/exclude", "a.py\n")
        home = Path(os.environ["HOME"])
        write(str(home / ".config/git/ignore"), "b.py\n")
        assert find() == ["c.py", "d.py"]
        write(str(home / ".gitconfig"), "[core]\n\texcludesFile = ~/mine\n")
        write(str(home / "mine"), "c.py\n")
        assert find() == ["b.py", "d.py"]

    def test_a_worktree_has_its_excludes_in_the_main_repository(self) -> None:
        tree("a.py", "b.py")
        write("../main/.git/info/exclude", "a.py\n")
        write("../main/.git/worktrees/w/commondir", "../..\n")
        write(".git", f"gitdir: {Path('../main/.git/worktrees/w').resolve()}\n")
        assert find() == ["b.py"]

    def test_a_nested_repository_starts_anew(self) -> None:
        tree("x.py", "inner/x.py", "inner/y.py")
        Path(".git").mkdir()
        Path("inner/.git").mkdir()
        write(".gitignore", "x.py\n")
        assert find() == ["inner/x.py", "inner/y.py"]

    @pytest.mark.parametrize(
        "patterns",
        [
            "gen/\n!gen/keep.py\n",
            "gen/*\n!gen/keep.py\n",
            "gen/**\n!gen/keep.py\n",
            "**/deep/*.py\n",
            "/a.py\nsub/a.py\n",
            "*.py\n!sub/\n!a.py\n",
            "su?\n",
            "[a-b].py\n",
            "[!a].py\n",
            "\\#x.py\n#a.py\n",
            "a.py   \nb.py\\ \n",
            "sub/**/x.py\n",
            "*\n!*/\n!keep.py\n",
            "k*p.py\r\n",
            "/\n//\n!\n\n   \n",
            "a[.py\n",
        ],
    )
    def test_the_same_files_as_ruff(self, patterns: str, ruff: str) -> None:
        tree(
            "a.py",
            "b.py",
            "gen/a.py",
            "gen/keep.py",
            "sub/a.py",
            "sub/deep/x.py",
            "sub/x.py",
            "#x.py",
            "keep.py",
        )
        Path(".git").mkdir()
        write(".gitignore", patterns)
        command = [ruff, "check", "--isolated", "--show-files", "."]
        theirs = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
        assert find() == sorted(Path(p).relative_to(Path.cwd()).as_posix() for p in theirs if p)


class TestConfigurations:
    def test_files_are_grouped_by_the_nearest_configuration(self) -> None:
        tree("a.py", "sub/b.py", "sub/deep/c.py", "sub/deep/gen.py", "other/d.py")
        for folder in ("sub", "other"):
            write(f"{folder}/pyproject.toml", "")
        outer = policy()
        inner = Policy(root=(Path.cwd() / "sub").as_posix(), exclude=("gen.py",))
        asked: list[str] = []

        def above(folder: str) -> Policy:
            asked.append(Path(folder).name)
            return inner if "sub" in Path(folder).parts else outer

        result = discover(["."], outer, policy_for=above)
        assert [(p is inner, [Path(f).name for f in files]) for p, files in result.groups] == [
            (False, ["a.py", "d.py"]),
            (True, ["b.py", "c.py"]),
        ]
        assert sorted(asked) == ["other", "project", "sub"]

    def test_each_path_has_the_configuration_above_it(self) -> None:
        tree("one/a.py", "two/b.py")
        policies = {name: Policy(root=(Path.cwd() / name).as_posix()) for name in ("one", "two")}
        result = discover(
            ["one", "two/b.py"],
            policy(),
            policy_for=lambda folder: policies[Path(folder).name],
        )
        assert [(p.root, [Path(f).name for f in files]) for p, files in result.groups] == [
            (policies["one"].root, ["a.py"]),
            (policies["two"].root, ["b.py"]),
        ]
