"""A look at the bytes of all modules at once: which names could hand on an id source at all?

In most projects none can, apart from the names of the sources themselves, and then no import of
any file needs to be followed. The words found are a superset: a file without any of them (and
without the name of a source) can hold no use; a file with one is looked at closely.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

from flake8_ssot_ids import catalog
from flake8_ssot_ids.files import regular
from flake8_ssot_ids.names.assignments import THROUGH, assigned_names
from flake8_ssot_ids.names.imports import imports_of
from flake8_ssot_ids.prefilter import mentions_module, searchable

#: More modules than this outside of what is checked are not worth a look.
_MOST_OTHERS = 2_000
_RENAMED = re.compile(rb"uuid[1-8]?[\s\\]+as\b")
_UNCALLED = re.compile(rb"(?<!\w)uuid[1-8]?(?!\w)(?![ \t]*[.(])")
_DYNAMIC = (b"__import__", b"import_module", b"modules", b"getattr")


def words_of(data: bytes, known: frozenset[str], sources: frozenset[str]) -> set[str]:
    """The names that ``data`` may bind to what one of ``known``, or of the ``sources``, stands for."""
    if not known and not _hands_on(data):
        return set()
    base = sources | {catalog.MODULE}
    telling = base | known
    found: set[str] = set()
    for _, module, names in imports_of(data):
        for name, local in names or ():
            if name in telling:
                found.add(local)
        if names is None and " " in module:
            dotted, _, local = module.partition(" ")
            if dotted == catalog.MODULE:
                found.add(local)
    through = telling | found
    assigned = list(assigned_names(data))
    # An alias may be assigned before the name that it goes through, so twice is not once too often.
    for _ in range(2):
        for targets, words in assigned:
            if not through.isdisjoint(words) or (not THROUGH.isdisjoint(words) and b"uuid" in data):
                found.update(targets)
                through |= found
    return found - base - {""}


def _hands_on(data: bytes) -> bool:
    """Whether ``data`` may give a source, or its module, another name: it stands there uncalled."""
    if _RENAMED.search(data):
        return True
    data = data.replace(b"\r", b"\n") if b"\r" in data else data
    for match in _UNCALLED.finditer(data):
        start = data.rfind(b"\n", 0, match.start()) + 1
        before = data[start : match.start()].lstrip()
        if b";" in before or not before.startswith((b"import ", b"from ")):
            return True
    return not data.isascii() or (b"\\" in data and any(word in data for word in _DYNAMIC))


class Survey:
    """The words under which the modules of a project may hand on an id source.

    Args:
        sources: attribute names of the module ``uuid`` that count.
    """

    def __init__(self, sources: frozenset[str]) -> None:
        self.words: frozenset[str] = frozenset()
        self._sources = sources

    def run(self, paths: Iterable[str], look: Callable[[str, bytes, bool], None]) -> None:
        """Read ``paths`` until no new word turns up; ``look`` sees each once.

        It gets the path, the bytes, and whether they may name the module ``uuid`` at all.

        What cannot be read is passed over here; who checks it will say so.
        """
        paths = list(paths)
        new = self._pass(paths, look)
        while new:
            self.words |= new
            new = self._pass(paths, None) - self.words

    def _pass(self, paths: Iterable[str], look: Callable[[str, bytes, bool], None] | None) -> set[str]:
        found: set[str] = set()
        encoded = [word.encode() for word in self.words]
        whole = re.compile(rb"(?<!\w)(?:" + b"|".join(map(re.escape, encoded)) + rb")(?!\w)")
        for path in paths:
            try:
                with open(path, "rb", opener=regular) as file:
                    data = file.read()
            except (OSError, ValueError):
                continue
            if look is None:
                text = searchable(data)
                telling = any(word in text for word in encoded) and whole.search(text) is not None
            else:
                telling = mentions_module(data)
                look(path, data, telling)
            if telling:
                found |= words_of(data, self.words, self._sources)
        return found


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


def survey_of(roots: Iterable[str], sources: frozenset[str], most: int) -> tuple[bytes, ...] | None:
    """The words of all modules below ``roots``; None if these are more than ``most``."""
    beside = other_modules(dict.fromkeys(map(os.path.abspath, roots)), set(), most)
    if beside is None:
        return None
    survey = Survey(sources)
    survey.run(beside[0], lambda *_: None)
    return tuple(sorted(word.encode() for word in survey.words))
