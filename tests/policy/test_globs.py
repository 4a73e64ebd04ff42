"""The grammar of path patterns."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_ssot_ids.policy.globs import GlobError, Globs, escape, fault, is_base_name, rebase

MATCHING = [
    ("a.py", "a.py"),
    ("*.py", "a.py"),
    ("*.py", ".py"),
    ("*.py", ".hidden.py"),
    ("a?.py", "ab.py"),
    ("[ab].py", "b.py"),
    ("[a-c]x", "bx"),
    ("[!a]x", "bx"),
    ("[^a]x", "bx"),
    ("[]]x", "]x"),
    ("[a-]x", "-x"),
    ("[[]x]", "[x]"),
    ("[*]", "*"),
    ("[a&&b~~c||d]x", "|x"),
    ("a", "a/b/c.py"),
    ("a/", "a/b.py"),
    ("a/b", "a/b/c/d.py"),
    ("a*", "ab/c.py"),
    ("./a.py", "a.py"),
    ("a//b.py", "a/b.py"),
    ("a/x/../b.py", "a/b.py"),
    ("a\\b.py", "a/b.py"),
    ("**/a.py", "a.py"),
    ("**/a.py", "x/y/a.py"),
    ("a/**/b.py", "a/b.py"),
    ("a/**/b.py", "a/x/y/b.py"),
    ("a/**", "a/x/y.py"),
    ("a/**/**/b.py", "a/b.py"),
    ("a/**.py", "a/x/y.py"),
    ("a/**.py", "a/y.py"),
    ("**", "a/b.py"),
    (".", "a/b.py"),
    ("../b.py", "../b.py"),
    ("../b", "../b/c.py"),
    ("backend/app/websocket*.py", "backend/app/websocket_core.py"),
    ("a+(b).py", "a+(b).py"),
    ("{a,b}.py", "{a,b}.py"),
    ("a\n", "a\n"),
    ("*x", "a\nx"),
    ("é*", "éa"),
]
NOT_MATCHING = [
    ("a.py", "b/a.py"),
    ("*.py", "a.pyc"),
    ("*.py", "a/b.py"),
    ("a.py", "axpy"),
    ("a?.py", "a.py"),
    ("a?b", "a/b"),
    ("[ab].py", "c.py"),
    ("[a-c]x", "dx"),
    ("[!a]x", "ax"),
    ("[^a]x", "ax"),
    ("a[!b]c", "a/c"),
    ("a[--0]c", "a/c"),
    ("[*]", "a"),
    ("a", "ab"),
    ("a", "b/a/c.py"),
    ("a/", "a"),
    ("a/b", "a/bc"),
    ("a/b", "x/a/b"),
    ("a*", "b/ac.py"),
    ("a/*.py", "a/b/c.py"),
    ("A.py", "a.py"),
    ("**/a.py", "xa.py"),
    ("**/a.py", "x/ba.py"),
    ("a/**/b.py", "ab.py"),
    ("a/**/b.py", "a/xb.py"),
    ("a/**", "a"),
    ("a/**", "ab/c"),
    ("a/**.py", "b/x.py"),
    ("../b.py", "b.py"),
    ("b.py", "../b.py"),
    ("../b", "../../b"),
    ("backend/app/websocket*.py", "backend/app/routes/websocket.py"),
    ("a+(b).py", "aa(b).py"),
    ("{a,b}.py", "a.py"),
    ("a", "a\n"),
    ("*x", "x\n"),
    ("é", "e"),
    ("a/./b/", "a/b"),
    ("*/*", "a"),
    ("?", ""),
]


@pytest.mark.parametrize(("pattern", "path"), MATCHING)
def test_matches_from_the_root(pattern: str, path: str) -> None:
    assert Globs([pattern], anywhere=False).matches(path) is True


@pytest.mark.parametrize(("pattern", "path"), NOT_MATCHING)
def test_does_not_match_from_the_root(pattern: str, path: str) -> None:
    assert Globs([pattern], anywhere=False).matches(path) is False


def test_there_are_as_many_silent_rows() -> None:
    assert len(NOT_MATCHING) >= len(MATCHING)


@pytest.mark.parametrize(
    ("pattern", "path", "anywhere"),
    [
        ("a.py", "a.py", True),
        ("a.py", "x/y/a.py", True),
        ("a", "x/a/b.py", True),
        ("a/", "x/a/b.py", True),
        ("*_pb2.py", "x/m_pb2.py", True),
        ("backup*/", "x/backup_1/m.py", True),
        ("a/b.py", "a/b.py", True),
        ("a", "../a/b.py", True),
        ("a/", "x/a", False),
        ("backup*/", "x/backup.py", False),
        ("a.py", "x/ba.py", False),
        ("./a.py", "x/a.py", False),
        ("a/b.py", "x/a/b.py", False),
        ("*_pb2.py", "x/m_pb2.pyi", False),
        ("..", "../a.py", False),
        ("a\\b.py", "x/a/b.py", False),
    ],
)
def test_a_name_without_a_slash_is_found_at_any_depth(pattern: str, path: str, anywhere: bool) -> None:
    assert Globs([pattern], anywhere=True).matches(path) is anywhere


def test_a_pattern_that_ends_in_a_slash_names_folders_only() -> None:
    for anywhere in (True, False):
        globs = Globs(["build/", "o*/"], anywhere=anywhere)
        assert [globs.matches("build", True), globs.matches("build", False)] == [True, False]
        assert [globs.matches("out", True), globs.matches("out", False)] == [True, False]
    assert [Globs(["./x/"], anywhere=True).matches("x", is_dir) for is_dir in (True, False)] == [True, False]


def test_the_verdict_of_a_folder_is_inherited_and_remembered() -> None:
    globs = Globs(["a/b", "c"], anywhere=True)
    for _ in range(2):
        assert globs.matches("a/b/x/y.py")
        assert globs.matches("a/b/x", True)
        assert not globs.matches("a", True)
        assert not globs.matches("a/x.py")
        assert globs.matches("q/c/d", True)
    assert not globs.matches(".", True)
    assert not globs.matches("..", True)


def test_a_very_deep_path_is_no_problem() -> None:
    assert Globs(["z.py"], anywhere=True).matches("a/" * 20_000 + "z.py")


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 40 + "b", "a" * 250),
        ("a**" * 20 + "b", "a/" * 40 + "a" * 60),
        ("**/a/" * 20 + "b", "a/" * 100),
        ("a**" * 20 + "/*b", "a/" * 40 + "a" * 60),
    ],
)
def test_many_stars_take_no_exponential_time(pattern: str, path: str) -> None:
    started = time.process_time()
    assert not Globs([pattern], anywhere=False).matches(path)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a[b", "`[` is not closed (write `[[]` for the character itself)"),
        ("[]", "`[` is not closed (write `[[]` for the character itself)"),
        ("[a/b]", "`[` is not closed (write `[[]` for the character itself)"),
        ("x/[z-a]", "the range `z-a` is empty"),
    ],
)
def test_a_faulty_pattern_is_named(pattern: str, message: str) -> None:
    assert fault(pattern) == message
    with pytest.raises(GlobError, match=re.escape(message)):
        Globs([pattern], anywhere=False)


def test_good_patterns_have_no_fault() -> None:
    assert [fault(pattern) for pattern, _ in MATCHING + NOT_MATCHING] == [None] * (len(MATCHING) * 2)


@pytest.mark.parametrize(
    ("pattern", "base", "anywhere", "result"),
    [
        ("a/*.py", "/r", True, "a/*.py"),
        ("a/*.py", "/r/sub", True, "sub/a/*.py"),
        ("a.py", "/r/sub", True, "a.py"),
        ("a/", "/r/sub", True, "a/"),
        ("./a.py", "/r/sub", True, "sub/a.py"),
        ("./a.py", "/r", True, "./a.py"),
        ("a.py", "/r/sub", False, "sub/a.py"),
        ("../a.py", "/r/sub", False, "a.py"),
        ("../a.py", "/r/sub", True, "./a.py"),
        ("../../a.py", "/r/sub", False, "../a.py"),
        ("a/b.py", "/", False, "../a/b.py"),
        ("r/b.py", "/", False, "b.py"),
        ("r/b/", "/", True, "./b/"),
        ("/r/a/b.py", "/x", False, "a/b.py"),
        ("/r/a.py", "/x", True, "./a.py"),
        ("/r", "/x", False, "."),
        ("/r/", "/x", True, "."),
        ("/q/a.py", "/x", False, "../q/a.py"),
        ("C:/r/a.py", "/x", False, "../C:/r/a.py"),
        ("a\\b.py", "/r/sub", False, "sub/a/b.py"),
        ("a.py", "/r/[x]*", False, "[[]x]" + "[*]/a.py"),
    ],
)
def test_rebase(pattern: str, base: str, anywhere: bool, result: str) -> None:
    assert rebase(pattern, base, "/r", anywhere=anywhere) == result


def test_rebase_below_a_root_with_special_characters() -> None:
    assert rebase("a.py", "/[r]/s", "/[r]", anywhere=False) == "s/a.py"
    assert rebase("/[r]/s/*.py", "/x", "/[r]", anywhere=False) == "s/*.py"


def test_is_base_name() -> None:
    assert [is_base_name(text) for text in ("a", "a/", "*.py", "a/b", "./a", "a\\b")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


NAMES = st.text(alphabet="ab.*?[", min_size=1, max_size=4).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PATTERNS = st.lists(
    st.one_of(st.just("**"), st.text(alphabet="ab.*?", min_size=1, max_size=5)), min_size=1, max_size=4
).map("/".join)


def reference(pattern: str, path: str) -> bool:
    """Match by plain recursion: the meaning of the grammar, without folders that cover."""
    if pattern.startswith("**/"):
        rest = pattern[3:]
        return reference(rest, path) or any(
            reference(rest, path[i + 1 :]) for i, char in enumerate(path) if char == "/" and i > 0
        )
    if pattern == "**":
        return path != ""
    if not pattern:
        return not path
    if pattern.startswith("*"):
        stars = len(pattern) - len(pattern.lstrip("*"))
        rest = pattern[stars:]
        for length in range(len(path) + 1):
            if stars == 1 and "/" in path[:length]:
                break
            if _tail(rest, path[length:]):
                return True
        return False
    if not path:
        return False
    if pattern[0] == "/" and path[0] == "/":
        return reference(pattern[1:], path[1:])
    if (pattern[0] == "?" and path[0] != "/") or (pattern[0] == path[0] and path[0] != "/"):
        return _tail(pattern[1:], path[1:])
    return False


def _tail(pattern: str, path: str) -> bool:
    """Match on within a segment, where ``**/`` has no special meaning."""
    if pattern.startswith("**"):
        stars = len(pattern) - len(pattern.lstrip("*"))
        return any(_tail(pattern[stars:], path[length:]) for length in range(len(path) + 1))
    return reference(pattern, path)


@settings(max_examples=400, deadline=None)
@given(PATTERNS, PATHS)
def test_equals_the_slow_reference(pattern: str, path: str) -> None:
    parts: list[str] = []
    for part in pattern.split("/"):
        if part == ".." and parts and not set(parts[-1]) & set("*?") and parts[-1] != "..":
            parts.pop()
        elif part != "." and not (part == "**" and parts[-1:] == ["**"]):
            parts.append(part)
    plain = "/".join(parts)
    steps = path.split("/")
    heads = ["/".join(steps[: index + 1]) for index in range(len(steps))]
    expected = not plain or any(reference(plain, head) for head in heads)
    assert Globs([pattern], anywhere=False).matches(path) is expected


@given(PATHS)
def test_an_escaped_text_matches_itself_only(path: str) -> None:
    globs = Globs([escape(path)], anywhere=False)
    assert globs.matches(path)
    assert not globs.matches(path + "x")
    assert not globs.matches("x" + path)
