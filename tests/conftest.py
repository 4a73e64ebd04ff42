"""What several test modules share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flake8_ssot_ids.engine import check_source
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy import Policy


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
