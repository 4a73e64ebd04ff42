"""What several test modules share."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.engine import check_source
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy import Policy
from flake8_ssot_ids.signatures import Sources

# A busy machine makes an example slow, and the making of one, too: neither is a fault.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


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
