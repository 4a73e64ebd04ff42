"""Lines of ignore files mean what git makes of them."""

from __future__ import annotations

import random
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flake8_ssot_ids.runs.ignorefiles import MOST_BYTES, IgnoreFile, IgnoreFileError, read_ignore_file

_PIECES = (
    *("a", "b", "x", "c", "foo", ".", ":", "é", " ", "#", "-", "^", "!", "\t", "\r", "\x7f"),
    *(
        "*",
        "**",
        "/",
        "?",
        "\\",
        "**/",
        "/**",
        "\\*",
        "*a",
        "[",
        "]",
        "[a-c]",
        "[!a]",
        "[^b]",
        "[]a]",
        "[a-]",
    ),
    *("[--a]", "[a--b]", "[[]", "[é]", "[a-\\c]", "[\\]]", "[[:alpha:]]", "[[:digit:]", "[:x:]", "[[:"),
    *(
        "[[:alnum:]]",
        "[[:punct:]-z]",
        "[![:space:]]",
        "[[:xdigit:]",
        "[[:upper:][:lower:]]",
        "[[::]",
        "[b-a]",
    ),
)
_NAME_CHARACTERS = "aabcfox-é!]*[ \\:7#^.\x7f"


def _lines(text: str) -> list[str]:
    return text.encode().decode("latin-1").split("\n")


def _verdict(rules: IgnoreFile, base: str, path: str) -> bool | None:
    """What git says of a path of which only the last part may be a file."""
    parts = path.split("/")
    for number in range(1, len(parts)):
        if rules.verdict(f"{base}/{'/'.join(parts[:number])}", parts[number - 1], True):
            return True
    return rules.verdict(f"{base}/{path}", parts[-1], False)


def _case(chosen: random.Random) -> tuple[str, str]:
    """Some lines, and a path that they may speak of."""
    lines = [
        "".join(chosen.choices(_PIECES, k=chosen.randint(1, 6))) for _ in range(chosen.choice((1, 1, 1, 3)))
    ]
    if chosen.random() < 0.6:
        text = (
            chosen.choice(lines).replace("**", "a/b").replace("*", "ab").replace("?", "c").replace("\\", "")
        )
    else:
        text = "".join(chosen.choices(_NAME_CHARACTERS + "//", k=chosen.randint(1, 8)))
    parts = [part.strip("\r\t") for part in text.split("/")]
    path = "/".join(part for part in parts if part not in ("", ".", "..", ".git")) or "a"
    return "\n".join(lines), path


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("seed", [1, 2, 3, 50904])
def test_random_lines_mean_what_git_says(seed: int, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    chosen = random.Random(seed)  # noqa: S311
    cases = []
    for number in range(2000):
        lines, path = _case(chosen)
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / ".gitignore").write_bytes(lines.encode())
        cases.append((number, lines, path))
    asked = "\0".join(f"{number}/{path}" for number, _, path in cases)
    command = ["git", "-C", str(tmp_path), "check-ignore", "-z", "-v", "-n", "--no-index", "--stdin"]
    done = subprocess.run(command, input=asked.encode(), capture_output=True, check=False)
    parts = done.stdout.decode().split("\0")
    rows = [parts[at : at + 4] for at in range(0, len(parts) - 1, 4)]
    assert len(rows) == len(cases), done.stderr
    matched = 0
    for (number, lines, path), (source, _, line, _) in zip(cases, rows, strict=True):
        base = f"{tmp_path}/{number}"
        ours = _verdict(IgnoreFile(base, _lines(lines)), base, path)
        matched += bool(source)
        # A folder that is taken back in says nothing about what is in it; git names its line all the same.
        theirs = None if not source or (line.startswith("!") and ours is None) else not line.startswith("!")
        assert ours is theirs, (lines, path, line)
    assert matched > 200


_GLOBS = st.text("ab.c*?[]/-!", min_size=1, max_size=7)
_LINES = st.lists(st.one_of(_GLOBS, st.text("ab.c*", min_size=1, max_size=4)), max_size=5)


@given(lines=_LINES, name=st.text("ab.c", min_size=1, max_size=4), is_dir=st.booleans())
@example(lines=["[[]", "a"], name="a", is_dir=False)
@example(lines=["a[[]b"], name="a[b", is_dir=False)
@example(lines=["[a--b]"], name="a", is_dir=False)
@example(lines=["*", "!*.a", "b.a", "*/"], name="b.a", is_dir=True)
def test_the_last_matching_line_wins(lines: list[str], name: str, is_dir: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        together = IgnoreFile("/r", lines).verdict(f"/r/{name}", name, is_dir)
        alone = [IgnoreFile("/r", [line]).verdict(f"/r/{name}", name, is_dir) for line in lines]
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
        ("*.py", "py", False, None),
        ("#a", "#a", False, None),
        (r"\#a", "#a", False, True),
        (r"\!a", "!a", False, True),
        ("a ", "a", False, True),
        ("a\t", "a", False, None),
        (r"a\ ", "a ", False, True),
        (r"a\  ", "a ", False, True),
        (r"a\\ ", "a\\", False, True),
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
        ("[[]", "[", False, True),
        ("a[[]b", "a[b", False, True),
        ("[a--b]", "-", False, None),
        ("[[:alpha:]]x.py", "ax.py", False, True),
        ("[[:alpha:]]x.py", "7x.py", False, None),
        ("[[:alpha:]]x.py", ":x.py", False, None),
        ("[[:nonsense:]]", "n", False, None),
        ("a\\", "a", False, None),
        ("??", "\xe9", False, True),
        ("?", "\xe9", False, None),
        ("a\0b", "a", False, True),
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


def test_a_name_that_is_no_text_is_compared_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbfbad_\xff.py\nb\xc3\xa9.py\n")
    rules = read_ignore_file("/r", str(tmp_path / ".gitignore"))
    assert rules is not None
    names = ("bad_\udcff.py", "b\xe9.py", "bad_\udcfe.py")
    assert [rules.verdict(f"/r/{name}", name, False) for name in names] == [True, True, None]


def test_a_file_that_is_too_long_or_no_file_is_an_error_and_a_missing_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / ".gitignore"
    assert read_ignore_file("/r", str(path)) is None
    with path.open("wb") as stream:
        stream.truncate(MOST_BYTES)
    assert read_ignore_file("/r", str(path)) is not None
    with path.open("wb") as stream:
        stream.truncate(2 << 30)  # it has no blocks on the disk
    with pytest.raises(IgnoreFileError, match="larger than 1,048,576 bytes"):
        read_ignore_file("/r", str(path))
    path.unlink()
    path.mkdir()
    assert read_ignore_file("/r", str(path)) is None
