"""The survey of a project that stays from one run to the next: only files that have changed are looked at.

For runs that check few files of many, again and again: an editor, a commit, flake8. What is kept are
the words and, for each module, the stamp of the bytes that were looked at. A word stays known when the
module that brought it has gone or changed, since too many words only cost time; every now and then,
when much has changed, all is looked at anew.
"""

from __future__ import annotations

import gc
import os
import time
from hashlib import blake2b

from flake8_ssot_ids.runs.kept import store as kept
from flake8_ssot_ids.runs.kept.results import RECENT_NS
from flake8_ssot_ids.semantics.glance.survey import Survey, other_modules, settle

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    #: When the file and its entry were changed, in nanoseconds, and how large it was.
    Mark = tuple[int, int, int]
    Kept = tuple[tuple[str, ...], Mapping[str, Mark]]

#: More modules than this are not worth a look.
_MOST_MODULES = 20_000
#: When more than one in so many modules has changed, the words are found anew.
_MANY = 4


def standing_survey(
    roots: Iterable[str], sources: frozenset[str], most: int = _MOST_MODULES, folder: str | None = None
) -> tuple[bytes, ...] | None:
    """The words of all modules below ``roots``; None if these are more than ``most``.

    Args:
        roots: absolute folders.
        sources: attribute names of the module ``uuid`` that count.
        most: modules that are worth a look.
        folder: where it is kept; None: the user's cache folder.
    """
    if folder is None:
        folder = os.environ.get("SSOT_IDS_CACHE_DIR") or kept.default_cache_dir()
    roots = [*dict.fromkeys(map(os.path.abspath, roots))]
    now = time.time_ns()
    beside = other_modules(roots, set(), most)
    if beside is None:
        return None
    key = repr((kept.code_stamp(), roots, sorted(sources)))
    name = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    folder = os.path.abspath(folder)
    # Nobody is told: it only takes longer.
    file = "" if kept.why_not(folder) else os.path.join(folder, f"{name}.survey")
    marks = {path: _mark(path, now) for path in beside[0]}
    words, known = _load(file, key)
    changed = [path for path, mark in marks.items() if mark is None or known.get(path) != mark]
    if len(changed) * _MANY > len(marks):
        words, changed = (), [*marks]
    if not changed and known.keys() == marks.keys():
        return tuple(word.encode() for word in words)
    enabled = gc.isenabled()
    # Nothing here makes cycles, and flake8 has many objects that the collector would walk over.
    gc.disable()
    try:
        found = _settled(Survey(sources), [*marks], changed, words)
    finally:
        if enabled:
            gc.enable()
    _save(file, key, found, {path: mark for path, mark in marks.items() if mark is not None})
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


def _mark(path: str, now: int) -> Mark | None:
    """What tells the bytes of a file from others; None where it may change unseen, or cannot be read."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    if max(status.st_mtime_ns, status.st_ctime_ns) > now - RECENT_NS:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size


def _load(file: str, key: str) -> Kept:
    payload = kept.load(file)[0] if file else None
    if payload is None or payload[0] != key:
        return (), {}
    words, marks = payload[1:]
    if isinstance(words, tuple) and isinstance(marks, dict) and all(type(word) is str for word in words):
        return words, marks
    return (), {}


def _save(file: str, key: str, words: tuple[bytes, ...], marks: Mapping[str, Mark]) -> None:
    if not file:
        return
    try:
        kept.keep(file, (key, tuple(word.decode() for word in words), marks))
    except OSError:
        # It is looked at anew next time; flake8 has no place to say so.
        return
