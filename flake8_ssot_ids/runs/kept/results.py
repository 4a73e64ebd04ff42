"""Results of earlier runs: one file for each policy, keyed by what a result depends on.

A stored result holds as long as nothing that was read, or looked for in vain, has changed: the
file itself, the modules that its names led to, the folders that were searched for them. What
changed only just before it was read is compared by content, since a file system's clock is too
coarse to tell two writes within one tick apart.

The file is replaced as a whole, so concurrent runs lose at most each other's additions. What is not of
the right form is left aside with a note.
"""

from __future__ import annotations

import os

from flake8_ssot_ids.runs.kept import store as kept
from flake8_ssot_ids.system.files import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeGuard

    #: (mtime ns, ctime ns, size, hash of the content or "") of a file, a folder; None: missing.
    Stamp = tuple[int, int, int, str] | None
    #: (stamp, judged, findings, number of suppressed ones, indexes into the table of dependencies)
    Entry = tuple[Stamp, bool, tuple[tuple[object, ...], ...], int, tuple[int, ...]]

_TEXT, _NUMBER, _MAYBE, _SPAN = (str,), (int,), (str, type(None)), (tuple,)
#: The types of a finding as plain values; a span is four numbers.
_PACKED = (
    *(_TEXT, _TEXT, _TEXT, _SPAN, _SPAN, _NUMBER, _TEXT, _TEXT),
    *(_MAYBE, _MAYBE, _MAYBE, _TEXT, _NUMBER, _TEXT, _TEXT),
)
#: Younger changes are compared by content. Two seconds is the tick of FAT, the coarsest in use.
RECENT_NS = 2_000_000_000
#: More entries than this and those of other runs are dropped.
_MOST = 60_000


def stamp_of(path: str, now_ns: int = 0) -> Stamp:
    """The stamp of ``path`` as it is now; with its content where it is younger than ``now_ns`` allows."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if now_ns and max(status.st_mtime_ns, status.st_ctime_ns) > now_ns - RECENT_NS:
        content = content_hash(path)
    else:
        content = ""
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, content)


def content_hash(path: str) -> str:
    """A hash of a file's bytes or of the names in a folder; empty where it cannot be read."""
    from hashlib import blake2b

    try:
        if os.path.isdir(path):
            data = "\0".join(sorted(os.listdir(path))).encode("utf-8", "surrogateescape")
        else:
            data = read(path)
    except OSError:
        return ""
    return blake2b(data, digest_size=16).hexdigest()


def _same(path: str, old: Stamp) -> bool:
    new = stamp_of(path)
    if old is None or new is None:
        return old is new
    if old[3]:
        return old[2] == new[2] and content_hash(path) == old[3]
    return old[:3] == new[:3]


class Cache:
    """The results under one key.

    Args:
        folder: where the files lie; it is made when needed. None: nothing is kept.
        key: a text that changes with everything, apart from files, that a result depends on.
        context: a text that may change from run to run; results under another one do not hold.
    """

    def __init__(self, folder: str | None, key: str, context: str = "") -> None:
        from hashlib import blake2b

        self.notes: list[str] = []
        self._path = None
        self._context = context
        self._table: list[tuple[str, Stamp]] = []
        self._index: dict[str, int] = {}
        self._entries: dict[str, Entry] = {}
        self._fresh: dict[str, Entry] = {}
        self._changed: set[int] = set()
        if folder is not None and not self._refused(folder):
            name = blake2b(
                f"{kept.code_stamp()}\n{key}".encode("utf-8", "surrogatepass"), digest_size=16
            ).hexdigest()
            self._path = os.path.join(folder, f"{name}.results")
            self._load(self._path)

    def _refused(self, folder: str) -> bool:
        reason = kept.why_not(folder)
        if reason:
            self.notes.append(f"the cache folder {folder} is not used: {reason}")
        return bool(reason)

    def _load(self, path: str) -> None:
        payload, note = kept.load(path)
        if note:
            self.notes.append(note)
        if payload is None:
            return
        context, table, entries = payload
        if context != self._context:
            return
        if not (isinstance(entries, dict) and isinstance(table, list) and all(map(_is_row, table))):
            self.notes.append(kept.damaged(path))
            return
        self._entries = entries
        self._table = table
        self._index = {path: at for at, (path, _) in enumerate(table)}
        self._changed = {at for at, (path, stamp) in enumerate(table) if not _same(path, stamp)}

    def dependencies(self) -> list[tuple[str, Stamp]]:
        """What stored results depend on beside their own files."""
        return self._table

    def get(self, path: str) -> Entry | None:
        """The stored result for ``path``, if all that it depends on is as it was."""
        entry = self._entries.get(path)
        if entry is None:
            return None
        if not _is_entry(entry, len(self._table)):
            self._entries = {}  # who has spoilt this one may have spoilt others
            self.notes.append(kept.damaged(self._path or ""))
            return None
        if not _same(path, entry[0]):
            return None
        if self._changed and not self._changed.isdisjoint(entry[4]):
            return None
        return entry

    def put(
        self,
        path: str,
        stamp: Stamp,
        judged: bool,
        findings: tuple[tuple[object, ...], ...],
        suppressed: int,
        touched: Iterable[str],
        stamps: Mapping[str, Stamp],
    ) -> None:
        """Store a result; ``stamps`` has that of each path in ``touched``, as of before it was read."""
        indexes = []
        for other in touched:
            at = self._index.get(other)
            if at is None or at in self._changed:
                at = self._index[other] = len(self._table)
                self._table.append((other, stamps[other]))
            indexes.append(at)
        self._fresh[path] = (stamp, judged, findings, suppressed, tuple(indexes))

    def save(self) -> None:
        """Write what is new, if anything is; a cache that cannot be written is only a note."""
        if self._path is None or not self._fresh:
            return
        old = self._entries if len(self._entries) + len(self._fresh) < _MOST else {}
        size = len(self._table)
        entries = {
            path: entry
            for path, entry in old.items()
            if _is_entry(entry, size) and self._changed.isdisjoint(entry[4])
        }
        entries.update(self._fresh)
        used = sorted({at for entry in entries.values() for at in entry[4]})
        place = {old: new for new, old in enumerate(used)}
        packed = {path: (*entry[:4], tuple(place[at] for at in entry[4])) for path, entry in entries.items()}
        try:
            kept.keep(self._path, (self._context, [self._table[at] for at in used], packed))
        except OSError as error:
            self.notes.append(f"the cache {self._path} cannot be written: {error.strerror or error}")


def _is_stamp(value: object) -> TypeGuard[Stamp]:
    return value is None or (isinstance(value, tuple) and [*map(type, value)] == [int, int, int, str])


def _is_row(value: object) -> TypeGuard[tuple[str, Stamp]]:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) and _is_stamp(value[1])


def _is_entry(value: object, size: int) -> TypeGuard[Entry]:
    """Whether a stored result has the form of one, in a table with ``size`` rows."""
    if not (isinstance(value, tuple) and [*map(type, value[1:])] == [bool, tuple, int, tuple]):
        return False
    stamp, _, findings, _, places = value
    return (
        _is_stamp(stamp)
        and all(type(place) is int and 0 <= place < size for place in places)
        and all(map(_is_packed, findings))
    )


def _is_packed(value: object) -> bool:
    """Whether this is a finding as plain values; see :func:`flake8_ssot_ids.runs.worker.pack`."""
    if not isinstance(value, tuple) or len(value) != len(_PACKED):
        return False
    return all(
        type(part) in kinds and (kinds is not _SPAN or [*map(type, part)] == [int] * 4)
        for part, kinds in zip(value, _PACKED, strict=True)
    )
