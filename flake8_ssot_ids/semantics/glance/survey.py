"""A look at the bytes of all modules at once: which names could hand on an id source at all?

In most projects none can, apart from the names of the sources themselves, and then no import of
any file needs to be followed. The words found are a superset: a file without any of them (and
without the name of a source) can hold no use; a file with one is looked at closely.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from flake8_ssot_ids.semantics.glance.assignments import THROUGH, assigned_names, returned_words
from flake8_ssot_ids.semantics.glance.imports import imports_of
from flake8_ssot_ids.system.files import read
from flake8_ssot_ids.uuids import catalog
from flake8_ssot_ids.uuids.prefilter import (
    is_pieced_together,
    may_hold_use,
    mentions_module,
    searchable,
    whole_word,
)

#: More modules than this outside of what is checked are not worth a look.
_MOST_OTHERS = 2_000
#: So many bytes of files are kept for the next look at them.
_MOST_KEPT = 24_000_000
#: White space, comments and joined lines, which may stand between any two words.
_GAP = rb"(?:[\s\\]|#[^\n]*\n)+"
#: From so many words on, all words of a file are looked up at once.
_MANY = 12
_WORD = re.compile(rb"[\w\x80-\xff]+")
_NEW_NAME = _GAP + rb"as" + _GAP
#: One that is called, or that an attribute is taken of, is not itself handed on.
_END = rb"(?![\w\x80-\xff])(?![ \t]*[.(])"
_BASE = frozenset({catalog.MODULE, *(f"{catalog.MODULE}{version}" for version in range(1, 9))})
_BASE_RENAMED = re.compile(rb"uuid(?<![\w\x80-\xff]uuid)[1-8]?(?![\w\x80-\xff])" + _NEW_NAME)
_BASE_UNCALLED = re.compile(rb"uuid(?<![\w\x80-\xff]uuid)[1-8]?" + _END)
_THROUGH_WORDS = sorted(word.encode() for word in THROUGH)
_THROUGH = rb"(?<!\w)(?:" + b"|".join(_THROUGH_WORDS) + rb")(?!\w)"

#: Words, and some of the paths that were looked at.
Look = tuple[set[str], list[str]]


def words_of(data: bytes, known: Iterable[str] = ()) -> set[str]:
    """The names that ``data`` may bind to what one of ``known`` stands for.

    Without ``known``, to what the module ``uuid`` and its sources stand for.
    """
    known = frozenset(known)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = searchable(data, ascii_only=all(map(str.isascii, known)))
    if known:
        codes = [word.encode() for word in known]
        renamed = any(code in text and whole_word(code, _NEW_NAME).search(text) for code in codes)
        patterns = [whole_word(code, _END) for code in codes]
    else:
        renamed = _BASE_RENAMED.search(text) is not None
        patterns = [_BASE_UNCALLED]
    worth = any(
        not _is_imported(text, match.start()) for pattern in patterns for match in pattern.finditer(text)
    )
    # What is handed through may not be spelled out.
    pieced = not known and is_pieced_together(data)
    if not (renamed or worth or pieced):
        return set()
    telling = known or _BASE
    found, through = _imported(text, telling)
    functions: set[str] = set()
    while True:
        if not known and catalog.MODULE.encode() in text:
            # Only functions that themselves return what is of `uuid`.
            functions |= {name for name, _ in returned_words(text, through - functions, normal=True)}
        new = functions - through
        near = _places(text, through | known, not known, pieced)
        if not near and not new:
            return found - telling - _BASE - {""}
        for targets, words in assigned_names(text, _telling(frozenset(through), telling, pieced), near):
            if not (words.isdisjoint(through) and words.isdisjoint(telling) and words.isdisjoint(THROUGH)):
                new.update(targets)
        new -= through
        if not new:
            return found - telling - _BASE - {""}
        found |= new
        through |= new


def _places(text: bytes, words: Iterable[str], base: bool, pieced: bool) -> list[int]:
    """Where one of the words stands uncalled, or one of ``uuid``, or what hands something through."""
    patterns = [whole_word(word, _END) for word in map(str.encode, words) if word in text]
    patterns += [_BASE_UNCALLED] if base else []
    # One after the other, they are found sooner than by one pattern that begins with none of them.
    patterns += [whole_word(word) for word in _THROUGH_WORDS if word in text] if pieced else []
    return sorted(match.start() for pattern in patterns for match in pattern.finditer(text))


def _imported(text: bytes, telling: frozenset[str]) -> tuple[set[str], set[str]]:
    """What an import in ``text`` may bind to ``telling`` names: new names, and all names.

    A name that is not imported does not stand here for what it stands for elsewhere.
    """
    found: set[str] = set()
    bound: set[str] = set()
    for _, module, names in imports_of(text):
        if names is None:
            dotted, _, local = module.partition(" ")
            bound.add(local or dotted.partition(".")[0])
            if local and dotted.rpartition(".")[2] in telling:
                found.add(local)
        else:
            bound.update(local for _, local in names)
            found.update(local for name, local in names if name in telling)
    return found, found | (telling if "*" in bound else telling & bound)


@lru_cache(maxsize=200)
def _telling(names: frozenset[str], attributes: frozenset[str], pieced: bool) -> re.Pattern[bytes]:
    """What a value that hands something on has in it: one of the names, or of the attributes or texts."""
    tail = b"|".join(sorted(re.escape(word.encode()) for word in attributes))
    forms = [rb"[.\"'][\s\\]*(?:" + tail + rb")" + _END]
    if names:
        head = b"|".join(sorted(re.escape(word.encode()) for word in names))
        forms.append(rb"(?<![\w\x80-\xff.])(?:" + head + rb")" + _END)
    if pieced:
        forms.append(_THROUGH)
    return re.compile(b"|".join(forms))


def _is_imported(text: bytes, at: int) -> bool:
    """Whether the word at this offset stands on the line of an import, and no other statement does."""
    start = text.rfind(b"\n", 0, at) + 1
    before = text[start:at].lstrip()
    return before.startswith((b"import ", b"from ")) and b";" not in before


class Survey:
    """Looks at the bytes of files, all of them or a share.

    What cannot be read is passed over here; who checks it will say so.

    Args:
        sources: attribute names of the module ``uuid`` that count.
    """

    def __init__(self, sources: frozenset[str]) -> None:
        self._sources = sources
        self._kept: dict[str, bytes] = {}
        #: Paths in which no word stands that has the name of the module in it.
        self._silent: set[str] = set()
        self._room = _MOST_KEPT

    def first(self, paths: Iterable[str]) -> Look:
        """The words by which ``paths`` hand on what is of ``uuid``; those that hold no use of their own."""
        words: set[str] = set()
        idle: list[str] = []
        for path in paths:
            try:
                data = read(path)
            except (OSError, ValueError):
                continue
            if self._room > len(data):
                self._room -= len(data)
                self._kept[path] = data
            mentioned = mentions_module(data)
            if mentioned:
                words |= words_of(data)
            else:
                self._silent.add(path)
            if not (mentioned and may_hold_use(data, self._sources)):
                idle.append(path)
        return words, idle

    def again(self, paths: Iterable[str], new: Sequence[str]) -> Look:
        """The words by which ``paths`` hand on what ``new`` words stand for; those that hold one of these."""
        words: set[str] = set()
        holding: list[str] = []
        in_ascii = all(map(str.isascii, new))
        encoded = {word.encode(): word for word in new}
        if all(catalog.MODULE in word for word in new):
            paths = [path for path in paths if path not in self._silent]
        for path in paths:
            data = self._kept.get(path)
            if data is None:
                try:
                    data = read(path)
                except (OSError, ValueError):
                    continue
            text = searchable(data, ascii_only=in_ascii)
            if len(encoded) > _MANY:
                here = [encoded[code] for code in encoded.keys() & set(_WORD.findall(text))]
            else:
                here = [encoded[code] for code in encoded if code in text and whole_word(code).search(text)]
            if here:
                holding.append(path)
                words |= words_of(data, here)
        return words, holding


def settle(
    first: Callable[[], Look], again: Callable[[list[str]], Look], words: Iterable[str] = ()
) -> tuple[tuple[bytes, ...], set[str]]:
    """Look again until no new word turns up: all words, and the paths in which neither they nor a use are.

    ``words`` are such as are known to begin with, which need no other look.
    """
    known = set(words)
    new, idle = first()
    new = new - known
    idle_ones = set(idle)
    while new:
        known |= new
        found, holding = again(sorted(new))
        idle_ones.difference_update(holding)
        new = found - known
    return tuple(sorted(word.encode() for word in known)), idle_ones


def other_modules(
    roots: Iterable[str], checked: set[str], most: int = _MOST_OTHERS
) -> tuple[list[str], list[str]] | None:
    """The modules below ``roots`` that are not ``checked``, and all folders of modules.

    None if there are more than ``most`` to look at.
    """
    found: list[str] = []
    seen: set[str] = set()
    linked: set[str] = set()
    pending = [root for root in roots if os.path.isdir(root)]
    while pending:
        folder = pending.pop()
        if folder in seen:
            continue
        seen.add(folder)
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.endswith(".py"):
                        path = os.path.join(folder, name)
                        if path not in checked and name[:-3].isidentifier():
                            found.append(path)
                    elif "." not in name and name.isidentifier() and entry.is_dir():
                        path = os.path.join(folder, name)
                        if entry.is_symlink():  # an import goes through it; each once, so no loop can form
                            real = os.path.realpath(path)
                            if real in linked or real in seen:
                                continue
                            linked.add(real)
                        pending.append(path)
        except OSError:
            continue
        if len(found) > most or len(seen) > 10 * most:
            return None
    return sorted(found), sorted(seen)
