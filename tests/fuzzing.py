"""Tests of programs that Hypothesis makes: a few of them, and many under the marker ``corpora``."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

#: How many programs one test is given.
EXAMPLES = (60, 300)
LIGHT = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def fuzzed(*strategies: st.SearchStrategy[object]) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """Turn a function of one value of each strategy into a test."""
    few, many = EXAMPLES

    def decorate(holds: Callable[..., None]) -> Callable[[int], None]:
        @pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.corpora)])
        def test(examples: int) -> None:
            settings(LIGHT, max_examples=examples)(given(*strategies)(holds))()

        test.__name__ = holds.__name__
        test.__doc__ = holds.__doc__
        return test

    return decorate
