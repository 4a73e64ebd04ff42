"""The one grammar of path patterns: ``*``, ``**``, ``?``, ``[...]``.

``*`` and ``?`` stay within one name, ``**`` crosses folders, and ``**/`` also stands for
no folder at all. A pattern that names a folder covers all that lies below it; one that
ends in ``/`` names folders only. Paths and patterns use ``/``, and are relative to the
same folder; ``\\`` in a pattern is read as ``/``, so a special character is quoted by
brackets: ``[*]``.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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

    __slots__ = (
        "_all",
        "_entry",
        "_folder_entry",
        "_folder_names",
        "_folder_texts",
        "_folders",
        "_names",
        "_texts",
    )

    def __init__(self, patterns: Iterable[str], *, anywhere: bool) -> None:
        """Compile the patterns."""
        self._all = False
        plain: tuple[set[str], set[str]] = (set(), set())
        names: tuple[list[str], list[str]] = ([], [])
        paths: tuple[list[str], list[str]] = ([], [])
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
        self._names = _union(names[0])
        self._folder_names = _union(names[0] + names[1])
        self._entry = _union(paths[0])
        self._folder_entry = _union(paths[0] + paths[1])
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
            or (self._names is not None and self._names(name) is not None)
            or (self._entry is not None and self._entry(path) is not None)
        )

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
                    or (self._folder_names is not None and self._folder_names(name) is not None)
                    or (self._folder_entry is not None and self._folder_entry(folder) is not None)
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


def _translate(segments: list[str]) -> str:
    """Translate the segments; what stands between two ``**`` is taken where it fits first.

    That is exact, since the second ``**`` then has the more to choose from, and it keeps
    ``**/a/**/a/**/a`` from taking exponential time.
    """
    groups: list[list[str]] = [[]]  # what stands before, between and after the segments `**`
    for segment in segments:
        if segment == "**":
            groups.append([])
        else:
            groups[-1].append(segment)
    out: list[str] = []
    for index, group in enumerate(groups):
        last = index == len(groups) - 1
        text = "".join(_translate_name(segment) + "/" for segment in group)
        if index == 0:
            out.append(text)
        elif not group:
            out.append(".+")
        elif last or any("**" in segment for segment in group):
            out.append("(?:[^/]+/)*" + text)
        else:
            out.append(f"(?>(?:[^/]+/)*?{text})")
    joined = "".join(out)
    return joined[:-1] if groups[-1] else joined


def _translate_name(segment: str) -> str:
    """Translate one segment; where that is exact, a star is tried leftmost first and never again.

    Without the atomic groups a pattern such as ``*a*a*a*a*`` would take exponential time.
    """
    chunks = [""]  # what stands before, between and after the stars
    stars: list[str] = []
    index = 0
    while index < len(segment):
        char = segment[index]
        if char == "*":
            start = index
            while segment[index + 1 : index + 2] == "*":
                index += 1
            stars.append("[^/]*" if index == start else ".*")
            chunks.append("")
        elif char == "?":
            chunks[-1] += "[^/]"
        elif char == "[":
            text, index = _translate_class(segment, index)
            chunks[-1] += text
        else:
            chunks[-1] += re.escape(char)
        index += 1
    out = [chunks[0]]
    for number, (star, chunk) in enumerate(zip(stars, chunks[1:], strict=True), 1):
        exact = number < len(stars) and (star != ".*" or stars[number] == ".*")
        out.append(f"(?>{star}?{chunk})" if exact else star + chunk)
    return "".join(out)


def _translate_class(segment: str, start: int) -> tuple[str, int]:
    """Translate ``[...]`` that opens at ``start``; also return where it closes."""
    index = start + 1
    negated = segment[index : index + 1] in ("!", "^")
    index += negated
    close = segment.find("]", index + 1)
    if close < 0:
        raise GlobError("`[` is not closed (write `[[]` for the character itself)")
    body = segment[index:close]
    out: list[str] = []
    index = 0
    while index < len(body):
        if body[index + 1 : index + 2] == "-" and index + 2 < len(body):
            low, high = body[index], body[index + 2]
            if low > high:
                raise GlobError(f"the range `{low}-{high}` is empty")
            out.append(f"{re.escape(low)}-{re.escape(high)}")
            index += 3
        else:
            out.append(re.escape(body[index]))
            index += 1
    return f"(?!/)[{'^' if negated else ''}{''.join(out)}]", close


def _union(regexes: list[str]) -> Callable[[str], object] | None:
    if not regexes:
        return None
    return re.compile("|".join(f"(?:{regex})" for regex in regexes), re.DOTALL).fullmatch
