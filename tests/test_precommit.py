"""The hooks of .pre-commit-hooks.yaml: what they say, and how the real pre-commit runs them."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pre_commit.clientlib import load_manifest

from flake8_ssot_ids.commands import check, fix
from tests.conftest import ROOT

HOOKS = {hook["id"]: hook for hook in load_manifest(ROOT / ".pre-commit-hooks.yaml")}
RAW = "import uuid\n\n\ndef open_session():\n    session_id = str(uuid.uuid4())\n    return session_id\n"
CLEAN = "def open_session(session_id):\n    return session_id\n"
GENERATOR = """\
import itertools

_counter = itertools.count()


class IdGenerator:
    @staticmethod
    def generate_base_id(prefix: str) -> str:
        return f"{prefix}_{next(_counter)}"
"""
PYPROJECT = '[tool.ssot-ids]\ngenerator = "shop.ids.IdGenerator"\nextend-exclude = ["vendor"]\n'


def test_there_are_two_hooks_and_both_take_python_files_in_one_process() -> None:
    assert sorted(HOOKS) == ["ssot-ids", "ssot-ids-fix"]
    for hook in HOOKS.values():
        assert hook["language"] == "python"
        assert (hook["types"], hook["types_or"]) == (["python"], [])
        assert (hook["pass_filenames"], hook["require_serial"]) == (True, True)


@pytest.mark.parametrize(
    ("name", "verb", "parser"),
    [("ssot-ids", "check", check.make_parser()), ("ssot-ids-fix", "fix", fix.make_parser())],
)
def test_the_entry_is_an_installed_command_with_options_that_exist(
    name: str, verb: str, parser: argparse.ArgumentParser
) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    program, first, *flags = HOOKS[name]["entry"].split()
    assert (scripts[program], first) == ("flake8_ssot_ids.cli:main", verb)
    options = parser.parse_intermixed_args([*flags, "a.py", "b c.py"])
    assert options.paths == ["a.py", "b c.py"]
    assert options.force_exclude


class Repository:
    """A repository of a stranger that commits with our hooks.

    Args:
        root: an empty folder.
        hooks: the repository with the hooks.
        home: where pre-commit keeps the environments that it makes.
    """

    def __init__(self, root: Path, hooks: Path, home: Path) -> None:
        self.root = root
        self._environment = _environment() | {"PRE_COMMIT_HOME": str(home)}
        self._hooks = hooks
        self.git("init", "-q")
        self.write("pyproject.toml", PYPROJECT)
        self.write("shop/__init__.py", "")
        self.write("shop/ids.py", GENERATOR)

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def use(self, hook: str, *more: str) -> None:
        """Have this hook run before each commit, with further lines of its configuration."""
        commit = self.git("-C", str(self._hooks), "rev-parse", "HEAD").stdout.strip()
        lines = [f"- repo: {self._hooks.as_posix()}", f"  rev: {commit}", "  hooks:", f"  - id: {hook}"]
        lines += [f"    {line}" for line in more]
        self.write(".pre-commit-config.yaml", "repos:\n" + "\n".join(lines) + "\n")
        self.run(sys.executable, "-m", "pre_commit", "install")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=self.root, env=self._environment, capture_output=True, text=True, encoding="utf-8"
        )
        assert "An unexpected error has occurred" not in done.stdout, done.stdout
        return done

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("git", *arguments)

    def commit(self) -> tuple[int, str]:
        """Try to commit everything; the exit code and what was said."""
        self.git("add", "-A")
        done = self.git("commit", "-m", "a change")
        return done.returncode, done.stdout + done.stderr


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHON"))}
    roles = ("AUTHOR", "COMMITTER")
    return kept | {f"GIT_{role}_{key}": "a@b.example" for role in roles for key in ("NAME", "EMAIL")}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit-home")


@pytest.fixture
def repository(tmp_path: Path, clone: Path, home: Path) -> Repository:
    return Repository(tmp_path, clone, home)


@pytest.mark.corpora
class TestRealPreCommit:
    def test_a_raw_id_is_refused_and_passes_after_the_fix(self, repository: Repository) -> None:
        repository.use("ssot-ids")
        repository.write("shop/sessions.py", RAW)
        code, said = repository.commit()
        assert code == 1, said
        assert "SID102" in said
        assert "shop/sessions.py:5:22" in said
        repository.use("ssot-ids-fix", "args: [--unsafe-fixes]")
        code, said = repository.commit()
        assert code == 1, said  # a hook that changes files stops the commit, so that someone looks
        assert "files were modified by this hook" in said
        assert "IdGenerator.generate_base_id(" in (repository.root / "shop/sessions.py").read_text()
        assert repository.commit()[0] == 0
        repository.use("ssot-ids")
        code, said = repository.commit()
        assert code == 0, said

    def test_clean_code_and_files_that_are_not_python_pass(self, repository: Repository) -> None:
        repository.use("ssot-ids")
        repository.write("shop/sessions.py", CLEAN)
        repository.write("shop/sessions.pyi", "import uuid\nsession_id = str(uuid.uuid4())\n")
        repository.write("notes.txt", RAW)
        code, said = repository.commit()
        assert code == 0, said
        assert "Passed" in said

    def test_only_files_of_the_commit_are_checked(self, repository: Repository) -> None:
        repository.write("shop/old.py", RAW)
        assert repository.commit()[0] == 0
        repository.use("ssot-ids")
        repository.write("shop/sessions.py", CLEAN)
        assert repository.commit()[0] == 0
        done = repository.run(sys.executable, "-m", "pre_commit", "run", "--all-files")
        assert done.returncode == 1
        assert "shop/old.py:5:22" in done.stdout

    def test_other_modules_of_the_project_are_read(self, repository: Repository) -> None:
        repository.write("shop/compat.py", "from uuid import uuid4 as fresh  # noqa\n")
        assert repository.commit()[0] == 0
        repository.use("ssot-ids")
        repository.write("shop/jobs.py", "from shop.compat import fresh\n\njob_id = str(fresh())\n")
        code, said = repository.commit()
        assert code == 1, said
        assert "SID202" in said

    @pytest.mark.parametrize("hook", ["ssot-ids", "ssot-ids-fix"])
    def test_what_the_configuration_excludes_is_left_out(self, hook: str, repository: Repository) -> None:
        repository.use(hook, *(["args: [--unsafe-fixes]"] if hook == "ssot-ids-fix" else []))
        repository.write("vendor/copied.py", RAW)
        code, said = repository.commit()
        assert code == 0, said
        assert (repository.root / "vendor/copied.py").read_text() == RAW

    def test_what_pre_commit_excludes_is_left_out(self, repository: Repository) -> None:
        repository.use("ssot-ids", "exclude: ^shop/legacy")
        repository.write("shop/legacy.py", RAW)
        assert repository.commit()[0] == 0
        repository.write("shop/other.py", RAW)
        assert repository.commit()[0] == 1

    def test_without_file_names_the_whole_project_is_checked(self, repository: Repository) -> None:
        repository.write("shop/old.py", RAW)
        assert repository.commit()[0] == 0
        repository.use("ssot-ids", "pass_filenames: false")
        repository.write("shop/sessions.py", CLEAN)
        code, said = repository.commit()
        assert code == 1, said
        assert "shop/old.py:5:22" in said

    def test_the_fix_writes_nothing_unsafe_unless_it_is_told_to(self, repository: Repository) -> None:
        repository.use("ssot-ids-fix")
        repository.write("shop/sessions.py", RAW)
        code, said = repository.commit()
        assert code == 1, said
        assert "--unsafe-fixes" in said
        assert (repository.root / "shop/sessions.py").read_text() == RAW

    def test_changes_that_are_not_staged_are_neither_checked_nor_lost(self, repository: Repository) -> None:
        repository.use("ssot-ids-fix", "args: [--unsafe-fixes]")
        repository.write("shop/a.py", CLEAN)
        assert repository.commit()[0] == 0
        repository.write("shop/a.py", RAW)
        repository.write("shop/b.py", CLEAN)
        repository.git("add", "shop/b.py")
        done = repository.git("commit", "-m", "only b")
        assert done.returncode == 0, done.stdout + done.stderr
        assert (repository.root / "shop/a.py").read_text() == RAW
