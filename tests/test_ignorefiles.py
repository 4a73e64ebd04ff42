"""Our quick reading of plain ignore lines is the reading of pathspec."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_ids import ignorefiles
from flake8_ssot_ids.ignorefiles import IgnoreFile

pathspec = pytest.importorskip("pathspec")

_NAMES = st.text("ab.c*", min_size=1, max_size=4)
_GLOBS = st.text("ab.c*?[]/-!", min_size=1, max_size=7)


@given(glob=_GLOBS, path=st.lists(st.text("ab.c", min_size=1, max_size=3), min_size=1, max_size=3))
def test_plain_globs_mean_what_pathspec_says(glob: str, path: list[str]) -> None:
    plain = ignorefiles._plain_regex(glob)
    if plain is None or glob.endswith("/"):
        return
    theirs = ignorefiles._regex(glob)
    # A glob without a slash is only ever asked about the last name of a path.
    ours = re.match(plain, "/".join(path) if "/" in glob else path[-1])
    expected = theirs is not None and re.match(theirs, "/".join(path)) is not None
    assert bool(ours) == expected, (glob, path, plain, theirs)


@given(lines=st.lists(st.one_of(_GLOBS, _NAMES), max_size=5), name=st.text("ab.c", min_size=1, max_size=4))
def test_the_last_matching_line_wins(lines: list[str], name: str) -> None:
    together = IgnoreFile("/r", lines).verdict(f"/r/{name}", name, False)
    alone = [IgnoreFile("/r", [line]).verdict(f"/r/{name}", name, False) for line in lines]
    said = [verdict for verdict in alone if verdict is not None]
    assert together == (said[-1] if said else None)


@pytest.mark.parametrize(
    ("line", "name", "is_dir", "verdict"),
    [
        ("a", "a", False, True),
        ("a/", "a", False, None),
        ("a/", "a", True, True),
        ("!a", "a", False, False),
        ("!a/", "a", True, False),
        ("*.py", "x.py", False, True),
        ("*.py/", "x.py", False, None),
        ("#a", "#a", False, None),
        (r"\#a", "#a", False, True),
        (r"\!a", "!a", False, True),
        ("a ", "a", False, True),
        (r"a\ ", "a ", False, True),
        ("a\r", "a", False, True),
        ("", "a", False, None),
        ("!", "a", False, None),
        ("/", "a", True, None),
        ("/a", "a", False, True),
        ("*", "anything", False, True),
        ("**", "anything", False, True),
        ("x[0-9]", "x7", False, True),
        ("x[!0-9]", "x7", False, None),
        ("[", "[", False, None),
    ],
)
def test_lines(line: str, name: str, is_dir: bool, verdict: bool | None) -> None:
    assert IgnoreFile("/r", [line]).verdict(f"/r/{name}", name, is_dir) is verdict


def test_paths_are_relative_to_the_file() -> None:
    rules = IgnoreFile("/r", ["sub/x", "**/deep", "one/**/two"])
    assert rules.verdict("/r/sub/x", "x", False) is True
    assert rules.verdict("/r/x", "x", False) is None
    assert rules.verdict("/r/o/sub/x", "x", False) is None
    assert rules.verdict("/r/a/b/deep", "deep", True) is True
    assert rules.verdict("/r/one/two", "two", True) is True
    assert rules.verdict("/r/one/x/y/two", "two", True) is True


def test_what_lies_below_a_match_does_not_match_by_itself() -> None:
    rules = IgnoreFile("/r", ["**/ab", "one/**/two", "all/**"])
    assert rules.verdict("/r/x/ab", "ab", True) is True
    assert rules.verdict("/r/x/ab/f.py", "f.py", False) is None
    assert rules.verdict("/r/one/two/f.py", "f.py", False) is None
    assert rules.verdict("/r/all", "all", True) is None
    assert rules.verdict("/r/all/x/f.py", "f.py", False) is True


def test_pathspec_is_not_loaded_for_plain_lines() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from flake8_ssot_ids.ignorefiles import IgnoreFile;"
        "IgnoreFile('/r', ['*.pyc', '__pycache__/', '/build', 'a/b', 'x?', '*.py[cod]', '# c', '!k']);"
        "print('pathspec' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"
