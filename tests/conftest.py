"""What several test modules share."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.engine import check_source
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy import Policy
from flake8_ssot_ids.signatures import Sources


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
