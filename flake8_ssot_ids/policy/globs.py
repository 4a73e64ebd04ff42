"""The one grammar of path patterns: ``*``, ``**``, ``?``, ``[...]``.

``*`` and ``?`` stay within one name, ``**`` crosses folders, and ``**/`` also stands for
no folder at all. A pattern that names a folder covers all that lies below it; one that
ends in ``/`` names folders only. Paths and patterns use ``/``, and are relative to the
same folder; ``\\`` in a pattern is read as ``/``, so a special character is quoted by
brackets: ``[*]``.
"""

from __future__ import annotations

import re

from flake8_ssot_ids.policy.automaton import ANY_OF_A_NAME, EVERYTHING, NAME, NOTHING, Automaton

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from flake8_ssot_ids.policy.automaton import Piece, State

_NOT_HERE = frozenset((".", "..", ""))


class GlobError(ValueError):
    """A pattern that cannot be read; the text says why."""


def escape(text: str) -> str:
    """Return the pattern that matches exactly ``text``."""
    return re.sub(r"([*?\[])", r"[\1]", text)


def fault(pattern: str) -> str | None:
    """Say what is wrong with a pattern, or None."""
    try:
        _translate(_segments(pattern))
    except GlobError as error:
        return str(error)
    return None


def is_base_name(pattern: str) -> bool:
    """Is there no ``/`` in the pattern, except perhaps at its end?"""
    return "/" not in pattern.replace("\\", "/").rstrip("/")


def starts_with_wildcard(pattern: str) -> bool:
    """Does the first segment of the pattern stand for more than one name, or is it the root?"""
    segments = _segments(pattern)
    return not segments or _has_special(segments[0])


def rebase(pattern: str, base: str, root: str, *, anywhere: bool) -> str:
    """Turn a pattern relative to the folder ``base`` into one relative to ``root``.

    Both folders are absolute, with ``/``. Absolute patterns are accepted. With
    ``anywhere`` a pattern without a slash means a name at any depth and stays as it is.
    """
    text = pattern.replace("\\", "/")
    if anywhere and is_base_name(text):
        return text
    if text.startswith("/") or text[1:3] == ":/":
        whole = text
        home = root
    elif base == root:
        return text
    else:
        whole = f"{escape(base)}/{text}"
        home = escape(root)
    folder_only = whole.endswith("/")
    there = _segments(whole)
    here = _segments(home)
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    parts = [".."] * (len(here) - shared) + there[shared:]
    if len(parts) == 1 and anywhere:
        parts.insert(0, ".")  # keeps a single name tied to the root
    return "/".join(parts or ["."]) + ("/" if folder_only and parts else "")


class Globs:
    """A set of patterns that is cheap to ask for thousands of paths.

    With ``anywhere`` a pattern without a slash matches a name at any depth; otherwise
    each pattern starts at the root. Verdicts on folders are remembered, so a path costs
    one look at its last name. Raises :class:`GlobError` for a pattern that cannot be read.
    """

    __slots__ = ("_all", "_folder_texts", "_folders", "_names", "_paths", "_texts")

    def __init__(self, patterns: Iterable[str], *, anywhere: bool) -> None:
        """Compile the patterns."""
        self._all = False
        plain: tuple[set[str], set[str]] = (set(), set())
        names: tuple[list[list[State]], list[list[State]]] = ([], [])
        paths: tuple[list[list[State]], list[list[State]]] = ([], [])
        for pattern in patterns:
            text = pattern.replace("\\", "/")
            segments = _segments(text)
            kind = text.endswith("/")
            if not segments or segments == ["**"]:
                self._all = True
            elif not (anywhere and is_base_name(text)):
                paths[kind].append(_translate(segments))
            elif _has_special(segments[0]):
                names[kind].append(_translate(segments))
            else:
                plain[kind].add(segments[0])
        self._texts = frozenset(plain[0])
        self._folder_texts = frozenset(plain[0] | plain[1])
        self._names = _set(*names)
        self._paths = _set(*paths)
        self._folders: dict[str, bool] = {"": self._all, ".": self._all, "..": self._all}

    def matches(self, path: str, is_dir: bool = False) -> bool:
        """Is this root-relative path, or a folder above it, named by one of the patterns?"""
        if is_dir:
            return self._folder(path)
        head, _, name = path.rpartition("/")
        known = self._folders.get(head)
        if known is None:
            known = self._folder(head)
        return (
            known
            or name in self._texts
            or (self._names is not None and self._names.matches(name, False))
            or (self._paths is not None and self._paths.matches(path, False))
        )

    def may_match_below(self, folder: str) -> bool:
        """May this root-relative folder hold anything that one of the patterns names?

        Only for patterns that each start at the root.
        """
        return self._folder(folder) or (self._paths is not None and self._paths.goes_on(f"{folder}/"))

    def keep(self, folder: str) -> None:
        """Do not count this folder, nor those above it, as matched: the user named it himself."""
        self._folders[folder] = False

    def _folder(self, path: str) -> bool:
        pending: list[str] = []
        verdict = self._folders.get(path)
        while verdict is None:
            pending.append(path)
            path = path.rpartition("/")[0]
            verdict = self._folders.get(path)
        for folder in reversed(pending):
            name = folder.rpartition("/")[2]
            verdict = verdict or (
                name not in _NOT_HERE
                and (
                    name in self._folder_texts
                    or (self._names is not None and self._names.matches(name, True))
                    or (self._paths is not None and self._paths.matches(folder, True))
                )
            )
            self._folders[folder] = verdict
        return verdict


def _segments(pattern: str) -> list[str]:
    """Split at slashes; drop empty parts, ``.``, ``x/..`` and a ``**`` that follows a ``**``."""
    parts: list[str] = []
    for part in pattern.replace("\\", "/").split("/"):
        if part == ".." and parts and parts[-1] != ".." and not _has_special(parts[-1]):
            parts.pop()
        elif part not in ("", ".") and not (part == "**" and parts[-1:] == ["**"]):
            parts.append(part)
    return parts


def _has_special(text: str) -> bool:
    return "*" in text or "?" in text or "[" in text


def _translate(segments: list[str]) -> list[State]:
    """Translate a pattern; ``**/`` also stands for no folder at all."""
    found: list[State] = []
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment == "**" and not last:
            found.append(("/", EVERYTHING, True))
            continue
        found += _translate_name(segment)
        if not last:
            found[-1] = ("/", *found[-1][1:])
    return found


def _translate_name(segment: str) -> list[State]:
    """Translate one segment; its last state leads nowhere."""
    found: list[State] = []
    stays_for = NOTHING
    index = 0
    while index < len(segment):
        char = segment[index]
        index += 1
        if char == "*":
            stays_for = EVERYTHING if segment[index : index + 1] == "*" else max(stays_for, NAME)
            continue
        piece: Piece = char
        if char == "?":
            piece = ANY_OF_A_NAME
        elif char == "[":
            piece, index = _translate_class(segment, index - 1)
        found.append((piece, stays_for, False))
        stays_for = NOTHING
    return [*found, (None, stays_for, False)]


def _translate_class(segment: str, start: int) -> tuple[Piece, int]:
    """Translate ``[...]`` that opens at ``start``; also return what comes after it."""
    index = start + 1
    negated = segment[index : index + 1] in ("!", "^")
    index += negated
    close = segment.find("]", index + 1)
    if close < 0:
        raise GlobError("`[` is not closed (write `[[]` for the character itself)")
    body = segment[index:close]
    characters: set[str] = set()
    ranges: list[tuple[str, str]] = []
    index = 0
    while index < len(body):
        if body[index + 1 : index + 2] == "-" and index + 2 < len(body):
            low, high = body[index], body[index + 2]
            if low > high:
                raise GlobError(f"the range `{low}-{high}` is empty")
            ranges.append((low, high))
            index += 3
        else:
            characters.add(body[index])
            index += 1
    return (negated, frozenset(characters), tuple(ranges)), close + 1


class _Set:
    """Patterns of which those that name folders only come last; asked whether any matches."""

    __slots__ = ("_automaton", "_ends")

    def __init__(self, of_all: list[list[State]], of_folders: list[list[State]]) -> None:
        self._automaton = Automaton(of_all + of_folders)
        ends = self._automaton.ends
        self._ends = (self._automaton.bits(ends[: len(of_all)]), self._automaton.bits(ends))

    def matches(self, text: str, is_dir: bool) -> bool:
        return self._automaton.states(text) & self._ends[is_dir] != 0

    def goes_on(self, text: str) -> bool:
        """Whether anything that begins with ``text`` matches."""
        return self._automaton.states(text) != 0


def _set(of_all: list[list[State]], of_folders: list[list[State]]) -> _Set | None:
    return _Set(of_all, of_folders) if of_all or of_folders else None
