"""The survey of a project that stays from one run to the next: only files that have changed are looked at.

For runs that check few files of many, again and again: an editor, a commit, flake8. What is kept are
the words and, for each module, the stamp of the bytes that were looked at. A word stays known when the
module that brought it has gone or changed, since too many words only cost time; every now and then,
when much has changed, all is looked at anew.
"""

from __future__ import annotations

import os
import time

from flake8_ssot_ids.runs.kept.stamps import is_young, stamp_of
from flake8_ssot_ids.runs.kept.store import KeptFile, cache_folder
from flake8_ssot_ids.semantics.glance.survey import Survey, other_modules, settle
from flake8_ssot_ids.system import collector

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flake8_ssot_ids.runs.kept.stamps import Stamp

    Kept = tuple[tuple[str, ...], Mapping[str, Stamp]]

#: More modules than this are not worth a look.
_MOST_MODULES = 20_000
#: When more than one in so many modules has changed, the words are found anew.
_MANY = 4


def kept_words(
    roots: Iterable[str], sources: frozenset[str], most: int = _MOST_MODULES, folder: str | None = None
) -> tuple[bytes, ...] | None:
    """The words of all modules below ``roots``; None if these are more than ``most``.

    Args:
        roots: absolute folders.
        sources: attribute names of the module ``uuid`` that count.
        most: modules that are worth a look.
        folder: where it is kept; None: the user's cache folder.
    """
    roots = [*dict.fromkeys(map(os.path.abspath, roots))]
    now = time.time_ns()
    beside = other_modules(roots, set(), most)
    if beside is None:
        return None
    # Where nothing can be kept nobody is told: it only takes longer.
    file = KeptFile(cache_folder(folder), "survey", repr((roots, sorted(sources))))
    marks = {path: _mark(path, now) for path in beside[0]}
    words, known = _load(file)
    changed = [path for path, mark in marks.items() if mark is None or known.get(path) != mark]
    if len(changed) * _MANY > len(marks):
        words, changed = (), [*marks]
    if not changed and known.keys() == marks.keys():
        return tuple(word.encode() for word in words)
    with collector.paused():
        found = _settled(Survey(sources), [*marks], changed, words)
    kept = {path: mark for path, mark in marks.items() if mark is not None}
    file.keep(tuple(word.decode() for word in found), kept)
    return found


def _settled(
    survey: Survey, paths: list[str], changed: list[str], words: tuple[str, ...]
) -> tuple[bytes, ...]:
    """The words of ``paths``, where those of all but the ``changed`` ones are among ``words``."""

    def first() -> tuple[set[str], list[str]]:
        found, idle = survey.first(changed)
        if words:
            found = found | survey.again(changed, words)[0]
        return found, idle

    return settle(first, lambda new: survey.again(paths, new), words)[0]


def _mark(path: str, now: int) -> Stamp:
    """The stamp of a file; None where it may change unseen, or cannot be read."""
    stamp = stamp_of(path)
    return None if is_young(stamp, now) else stamp


def _load(file: KeptFile) -> Kept:
    words, marks = file.load() or ((), {})
    if isinstance(words, tuple) and isinstance(marks, dict) and all(type(word) is str for word in words):
        return words, marks
    return (), {}
