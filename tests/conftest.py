"""What several test modules share."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.ids.signatures import Sources
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy.policy import Policy

ROOT = Path(__file__).resolve().parent.parent
# Tests are about results, and so must not fail on a machine that is busy.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


@pytest.fixture
def judge() -> Callable[..., FileReport]:
    """``judge(source, path=..., noqa=..., **settings)``: the report on one file without a project."""

    def check(
        source: str | bytes,
        path: str = "/project/a.py",
        *,
        noqa: bool = True,
        all_files: bool = False,
        **settings: object,
    ) -> FileReport:
        data = source if isinstance(source, bytes) else source.encode()
        settings.setdefault("generators", ("ssot_ids.UnifiedIdGenerator",))
        policy = Policy(root="/project", **settings)  # type: ignore[arg-type]
        return check_source(data, path, policy, all_files=all_files, noqa=noqa)

    return check


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Sources]:
    """``project(file=text, …)``: the sources below a folder; ``__`` in a name of a file is a slash."""

    def make(**files: str) -> Sources:
        for name, text in files.items():
            file = tmp_path / (
                name.replace("__init", "/@").replace("__", "/").replace("@", "__init__") + ".py"
            )
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
        return Sources([str(tmp_path)], search=[])

    return make


@pytest.fixture(scope="session")
def ruff() -> str:
    """The ruff of the environment that runs the tests, be it on the path or not."""
    found = shutil.which("ruff", path=sysconfig.get_path("scripts"))
    assert found is not None, "extra [test] brings ruff"
    return found


class Cli:
    """Runs the command line in this process: exit code, standard output, standard error."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *argv: str) -> tuple[int, str, str]:
        self._capfd.readouterr()
        code = main(argv)
        out, err = self._capfd.readouterr()
        return code, out, err

    def check(self, *argv: str) -> tuple[int, str, str]:
        return self("check", "--output-format=concise", *argv)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cli:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("NO_COLOR", "FORCE_COLOR", "SSOT_IDS_OUTPUT_FORMAT", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return Cli(capfd)


def texts_of(root: Path) -> list[Path]:
    """What git tracks below a root or would take up; without git, as in an unpacked sdist, all texts."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True) if (root / ".git").exists() else None
    if done is not None and done.returncode == 0:
        files = [root / os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
        return [file for file in files if file.is_file()]
    hidden = re.compile(r"(?:\.|__pycache__/|build/|dist/).*")
    found = [file for file in root.rglob("*") if file.is_file()]
    return [
        file
        for file in found
        if not any(hidden.match(f"{part}/") for part in file.relative_to(root).parts[:-1])
    ]


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This work tree as it is now, in a repository of one commit."""
    folder = tmp_path_factory.mktemp("clone") / "clone"
    for file in texts_of(ROOT):
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    who = {f"GIT_{role}_{key}": "a" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        subprocess.run(["git", *command], cwd=folder, env=kept | who, check=True)
    return folder
