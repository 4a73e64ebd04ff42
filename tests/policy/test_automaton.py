"""Patterns are matched as a plain reading of them says, in a number of steps that is linear in everything."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_ids.policy import automaton
from flake8_ssot_ids.policy.automaton import ANY_OF_A_NAME, EVERYTHING, NAME, NOTHING, Automaton
from flake8_ssot_ids.policy.globs import Globs
from flake8_ssot_ids.runs.ignorefiles import IgnoreFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from flake8_ssot_ids.policy.automaton import State

#: A class of ``a`` to ``b`` and ``x``, and all but these.
CLASS = (False, frozenset("x"), (("a", "b"),))
NO_CLASS = (True, frozenset("x"), (("a", "b"),))
PIECES = {"a": "a", "b": "b", "/": "/", ANY_OF_A_NAME: "[^/]", CLASS: "[a-bx]", NO_CLASS: "[^a-bx/]"}
STARS = {NOTHING: "", NAME: "[^/]*", EVERYTHING: "[^\0]*"}
ROWS = st.lists(
    st.tuples(st.sampled_from(sorted(PIECES, key=str)), st.sampled_from(sorted(STARS))), max_size=5
)


def pattern(row: list[tuple[automaton.Piece, int]], last: int) -> list[State]:
    return [*((piece, stays_for, False) for piece, stays_for in row), (None, last, False)]


def slow(row: list[tuple[automaton.Piece, int]], last: int) -> str:
    return "".join(STARS[stays_for] + PIECES[piece] for piece, stays_for in row) + STARS[last]


@given(
    rows=st.lists(st.tuples(ROWS, st.sampled_from(sorted(STARS))), min_size=1, max_size=4),
    text=st.text("abx/y", max_size=7),
)
def test_each_of_many_patterns_matches_what_it_matches_alone(
    rows: list[tuple[list[tuple[automaton.Piece, int]], int]], text: str
) -> None:
    together = Automaton([pattern(row, last) for row, last in rows])
    states = together.states(text)
    found = [bool(states >> end & 1) for end in together.ends]
    assert found == [re.fullmatch(slow(row, last), text) is not None for row, last in rows]


@pytest.mark.parametrize(("text", "found"), [("x", True), ("a/x", True), ("a/b/x", True), ("ax", False)])
@pytest.mark.parametrize("before", ["", "b"])
def test_a_state_may_be_passed_over(before: str, text: str, found: bool) -> None:
    first: list[State] = [(char, NOTHING, False) for char in before]
    one = Automaton([[*first, ("/", EVERYTHING, True), ("x", NOTHING, False), (None, NOTHING, False)]])
    assert bool(one.states(before + text) & one.bits(one.ends)) is found


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "_MOST", 20)
    one = Automaton([pattern([("a", NAME), *[(ANY_OF_A_NAME, NOTHING)] * 9], NOTHING)])
    texts = ["".join("ab"[number >> at & 1] for at in range(10)) for number in range(1024)]
    found = [text for text in texts if one.states(text) & one.bits(one.ends)]
    assert found == [text for text in texts if text[0] == "a"]
    assert len(one._nodes) <= 20
    assert sum(map(len, one._nodes.values())) + len(one._start) <= 60


def test_nothing_that_begins_so_can_match_where_no_state_is_left() -> None:
    one = Automaton([pattern([("a", NOTHING), ("b", NOTHING)], NOTHING)])
    assert [one.states(text) != 0 for text in ("", "a", "ab", "b", "abb")] == [True, True, True, False, False]


def steps(work: Callable[[], object]) -> int:
    """How many lines of Python are run; what a line does is bounded by the length of the patterns."""
    number = 0

    def trace(_frame: object, _event: str, _argument: object) -> object:
        nonlocal number
        number += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        work()
    finally:
        sys.settrace(before)
    return number


HARD = {
    "stars": lambda n: ("*a" * n + "b", "a" * (2 * n)),
    "stars in a path": lambda n: ("x/" + "*a" * n + "b", "x/" + "a" * (2 * n)),
    "folders": lambda n: ("**/a/" * n + "b", "a/" * (2 * n) + "a"),
    "folders and stars": lambda n: ("**/*a*/" * n + "b", "aa/" * (2 * n) + "a"),
    "a star across": lambda n: ("**a*b" * n + "c", "ab" * (2 * n)),
    "a long class": lambda n: ("[" + "xyz" * n + "]*" * 2, "x" * n),
    "questions": lambda n: ("*" + "?" * n + "a", "b" * (2 * n)),
}


@pytest.mark.parametrize("kind", sorted(HARD))
@pytest.mark.parametrize(
    "ask",
    [
        lambda glob, path: IgnoreFile("/r", [glob]).verdict(f"/r/{path}", path.rpartition("/")[2], False),
        lambda glob, path: Globs([glob], anywhere=True).matches(path),
        lambda glob, path: Globs([glob], anywhere=False).matches(path),
    ],
    ids=["gitignore", "anywhere", "from the root"],
)
def test_the_steps_grow_no_faster_than_the_input(kind: str, ask: Callable[[str, str], object]) -> None:
    small, large = (steps(lambda size=size: ask(*HARD[kind](size))) for size in (20, 80))  # type: ignore[misc]
    # Each folder of a path is judged once by itself, so paths of many folders may cost their square. The
    # other factor is for what does not grow; exponential growth would never come to an end.
    assert large < 2 * 4 * small * (4 if "folders" in kind else 1)
