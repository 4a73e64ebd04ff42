"""The patterns of ``.gitignore`` and its kin, read and matched as git does.

A walk asks about every entry on its way down, so an entry is matched by itself and never by its parents:
what lies in an ignored folder is never asked for. Git compares bytes; here, each byte is a character.
"""

from __future__ import annotations

import errno
import os

from flake8_ssot_ids.policy.automaton import ANY_OF_A_NAME, EVERYTHING, NAME, NOTHING, Automaton
from flake8_ssot_ids.system import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from flake8_ssot_ids.policy.automaton import Piece, State

#: A longer file of patterns is not read. (The longest ones of real projects have 50 KB.)
MOST_BYTES = 1 << 20
_SPECIAL = "*?[\\"
_NAMED = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "blank": lambda char: char in " \t",
    "cntrl": lambda char: char < " " or char == "\x7f",
    "digit": str.isdigit,
    "graph": lambda char: "!" <= char <= "~",
    "lower": str.islower,
    "print": lambda char: " " <= char <= "~",
    "punct": lambda char: "!" <= char <= "~" and not char.isalnum(),
    "space": lambda char: char in " \t\n\r",
    "upper": str.isupper,
    "xdigit": lambda char: char in "0123456789abcdefABCDEF",
}


class IgnoreFile:
    """The patterns of one ignore file; ``base`` is the folder that they are relative to."""

    __slots__ = ("_every", "_lengths", "_names", "_patterns", "_suffixes", "base")

    def __init__(self, base: str, lines: Iterable[str]) -> None:
        """Read the lines, a character for each byte; one that git cannot understand has no effect."""
        self.base = base
        # For files and for folders: the number of the line (the last one that matches wins), twice, and one
        # more where it ignores. Nearly all lines of real files are names or suffixes.
        self._names: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._suffixes: tuple[dict[str, int], dict[str, int]] = ({}, {})
        rows: tuple[list[_Row], list[_Row]] = ([], [])
        for number, line in enumerate(lines):
            self._add(number, line, rows)
        self._every = tuple(found.pop("", -1) for found in self._suffixes)
        self._lengths = tuple(_lengths(found) for found in self._suffixes)
        self._patterns = tuple(_Patterns(found) if found else None for found in rows)

    def _add(self, number: int, line: str, rows: tuple[list[_Row], list[_Row]]) -> None:
        text = _without_trailing_blanks(line.removesuffix("\r").partition("\0")[0])
        if text.startswith("#"):
            return
        verdict = 2 * number + (not text.startswith("!"))
        glob = text.removeprefix("!")
        folder_only = glob.endswith("/")
        glob = glob.removesuffix("/")
        if not glob:
            return
        plain = next((at for at, char in enumerate(glob) if char in _SPECIAL), len(glob))
        in_path = "/" in glob
        if not in_path and plain == len(glob):
            for table in self._names[folder_only:]:
                table[glob] = verdict
        elif not in_path and glob[0] == "*" and not any(char in _SPECIAL for char in glob[1:]):
            for table in self._suffixes[folder_only:]:
                table[glob[1:]] = verdict
        else:
            states = _states(glob, plain, in_path)
            if states is not None:
                rows[in_path].append((states, verdict, folder_only))

    def verdict(self, path: str, name: str, is_dir: bool) -> bool | None:
        """Tell whether the entry is ignored (True), taken back in (False) or not mentioned (None)."""
        if not name.isascii():
            name = _bytes(name)
        best = self._every[is_dir]
        verdict = self._names[is_dir].get(name, -1)
        if verdict > best:
            best = verdict
        for length in self._lengths[is_dir].get(name[-1:], ()):
            verdict = self._suffixes[is_dir].get(name[-length:], -1)
            if verdict > best:
                best = verdict
        by_name, by_path = self._patterns
        if by_name is not None:
            best = max(best, by_name.verdict(name, is_dir))
        if by_path is not None:
            relative = path[len(self.base) :].replace(os.sep, "/").lstrip("/")
            best = max(best, by_path.verdict(relative if relative.isascii() else _bytes(relative), is_dir))
        return None if best < 0 else best % 2 == 1


if TYPE_CHECKING:
    _Row = tuple[list[State], int, bool]


def _lengths(suffixes: Iterable[str]) -> dict[str, list[int]]:
    """How long the suffixes are that end with a character."""
    found: dict[str, set[int]] = {}
    for suffix in suffixes:
        found.setdefault(suffix[-1], set()).add(len(suffix))
    return {last: sorted(lengths) for last, lengths in found.items()}


class _Patterns:
    """Patterns, each with its verdict; a later one has a larger one."""

    __slots__ = ("_automaton", "_ends", "_verdicts")

    def __init__(self, rows: list[_Row]) -> None:
        self._automaton = Automaton(states for states, _, _ in rows)
        ends = self._automaton.ends
        self._verdicts = {end: verdict for end, (_, verdict, _) in zip(ends, rows, strict=True)}
        of_files = [end for end, (_, _, folder_only) in zip(ends, rows, strict=True) if not folder_only]
        self._ends = (self._automaton.bits(of_files), self._automaton.bits(ends))

    def verdict(self, text: str, is_dir: bool) -> int:
        """The verdict of the last pattern that matches; -1 where none does."""
        matching = self._automaton.states(text) & self._ends[is_dir]
        return self._verdicts[matching.bit_length() - 1] if matching else -1


def _bytes(text: str) -> str:
    return os.fsencode(text).decode("latin-1")


def _without_trailing_blanks(text: str) -> str:
    end = len(text.rstrip(" "))
    backslashes = end - len(text[:end].rstrip("\\"))
    # A backslash quotes the first of the blanks, unless it is quoted itself.
    return text[: min(len(text), end + backslashes % 2)]


def _states(glob: str, plain: int, in_path: bool) -> list[State] | None:
    """Translate a pattern; None if it matches nothing.

    ``plain`` is the length of what goes before the first special character: git compares that by itself, so
    what follows it is the beginning of a pattern. ``in_path`` says that there is a slash.
    """
    glob, plain = (glob[1:], max(plain - 1, 0)) if glob[0] == "/" else (glob, plain)
    found: list[State] = []
    stays_for, skip = NOTHING, False
    at = 0
    while at < len(glob):
        char = glob[at]
        piece: Piece | None = char
        if char == "*":
            after = at
            while glob[after : after + 1] == "*":
                after += 1
            rest = glob[after : after + 2]
            crosses = after > at + 1 and in_path and (at == plain or glob[at - 1] == "/")
            if crosses and (rest in ("", "\\/") or rest[0] == "/"):
                stays_for, skip = EVERYTHING, rest[:1] == "/"
                if skip and found and found[-1] == ("/", EVERYTHING, True):  # `**/**/` is `**/`
                    stays_for, skip, after = NOTHING, False, after + 1
            else:
                stays_for = NAME
            at = after
            continue
        if char == "?":
            piece = ANY_OF_A_NAME
        elif char == "[":
            piece, at = _class(glob, at)
        elif char == "\\":
            at += 1
            piece = glob[at : at + 1] or None
        if piece is None:
            return None
        found.append((piece, stays_for, skip))
        stays_for, skip = NOTHING, False
        at += 1
    found.append((None, stays_for, False))
    return found


def _class(glob: str, at: int) -> tuple[Piece | None, int]:
    """Read ``[...]`` that opens at ``at``, and find where it closes; None if git cannot read it."""
    at += 1
    negated = glob[at : at + 1] in ("!", "^")
    at += negated
    characters: set[str] = set()
    ranges: list[tuple[str, str]] = []
    before = ""
    first = True
    while first or glob[at : at + 1] != "]":
        first = False
        char = glob[at : at + 1]
        if char == "\\":
            at += 1
            char = glob[at : at + 1]
            characters.add(char)
        elif char == "-" and before and glob[at + 1 : at + 2] not in ("", "]"):
            at += 1 + (glob[at + 1] == "\\")
            ranges.append((before, glob[at : at + 1]))
            char = ""
        elif char == "[" and glob[at + 1 : at + 2] == ":":
            close = glob.find("]", at + 2)
            if close < 0:
                return None, at
            if close == at + 2 or glob[close - 1] != ":":
                characters.add(char)
            else:
                test = _NAMED.get(glob[at + 2 : close - 1])
                if test is None:
                    return None, at
                characters.update(filter(test, map(chr, range(128))))
                at, char = close, ""
        else:
            characters.add(char)
        if at >= len(glob):
            return None, at
        before = char
        at += 1
    return (negated, frozenset(characters), tuple(ranges)), at


class IgnoreFileError(Exception):
    """A file of patterns is there and cannot be read; the text says why."""


def read_ignore_file(base: str, path: str) -> IgnoreFile | None:
    """Read an ignore file; None if it does not exist.

    Raises:
        IgnoreFileError: it cannot be read, or is no file, or is too long.
    """
    try:
        data = files.read(path, MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.EISDIR, errno.ENOTDIR):
            return None
        raise IgnoreFileError(error.strerror or str(error)) from None
    return IgnoreFile(base, data.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n"))
