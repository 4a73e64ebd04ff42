"""A plugin for pytest, for who asks for it.

Write ``pytest_plugins = ["ssot_ids.pytest_plugin"]`` in a conftest.py, or ``-p ssot_ids.pytest_plugin``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .testing import DeterministicIds, deterministic


@pytest.fixture
def deterministic_ids() -> Iterator[DeterministicIds]:
    """Predictable ids for one test, as `ssot_ids.testing.deterministic` makes them; gives the clock."""
    with deterministic() as ids:
        yield ids
