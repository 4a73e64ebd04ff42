"""Results of earlier runs: one file for each policy, keyed by what a result depends on.

A stored result holds as long as nothing that was read, or looked for in vain, has changed: the
file itself, the modules that its names led to, the folders that were searched for them.

The file is replaced as a whole, so concurrent runs lose at most each other's additions. What is not of
the right form is left aside with a note.
"""

from __future__ import annotations

from flake8_ssot_ids.runs.kept.stamps import is_as_before, is_stamp
from flake8_ssot_ids.runs.kept.store import KeptFile
from flake8_ssot_ids.runs.packed import is_packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeGuard

    from flake8_ssot_ids.runs.kept.stamps import Stamp

    #: (stamp, judged, findings, number of suppressed ones, indexes into the table of dependencies)
    Entry = tuple[Stamp, bool, tuple[tuple[object, ...], ...], int, tuple[int, ...]]

#: More entries than this and those of other runs are dropped.
_MOST = 60_000


class Cache:
    """The results under one key.

    Args:
        folder: where the files lie; it is made when needed. None: nothing is kept.
        key: a text that changes with everything, apart from files, that a result depends on.
        context: a text that may change from run to run; results under another one do not hold.
    """

    def __init__(self, folder: str | None, key: str, context: str = "") -> None:
        self._file = KeptFile(folder, "results", key, context) if folder is not None else None
        self.notes: list[str] = self._file.notes if self._file is not None else []
        self._table: list[tuple[str, Stamp]] = []
        self._index: dict[str, int] = {}
        self._entries: dict[str, Entry] = {}
        self._fresh: dict[str, Entry] = {}
        self._changed: set[int] = set()
        if self._file is not None:
            if self._file.refusal:
                self.notes.append(f"the cache folder {folder} is not used: {self._file.refusal}")
            self._load(self._file)

    def _load(self, file: KeptFile) -> None:
        found = file.load()
        if found is None:
            return
        table, entries = found
        if not (isinstance(entries, dict) and isinstance(table, list) and all(map(_is_row, table))):
            file.note_damage()
            return
        self._entries = entries
        self._table = table
        self._index = {path: at for at, (path, _) in enumerate(table)}
        self._changed = {at for at, row in enumerate(table) if not is_as_before(*row)}

    def dependencies(self) -> list[tuple[str, Stamp]]:
        """What stored results depend on beside their own files."""
        return self._table

    def get(self, path: str) -> Entry | None:
        """The stored result for ``path``, if all that it depends on is as it was."""
        entry = self._entries.get(path)
        if entry is None:
            return None
        if not _is_entry(entry, len(self._table)):
            assert self._file is not None
            self._entries = {}  # who has spoilt this one may have spoilt others
            self._file.note_damage()
            return None
        return entry if self._changed.isdisjoint(entry[4]) and is_as_before(path, entry[0]) else None

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
        if self._file is None or not self._fresh:
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
        self._file.keep([self._table[at] for at in used], packed)


def _is_row(value: object) -> TypeGuard[tuple[str, Stamp]]:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) and is_stamp(value[1])


def _is_entry(value: object, size: int) -> TypeGuard[Entry]:
    """Whether a stored result has the form of one, in a table with ``size`` rows."""
    if not (isinstance(value, tuple) and [*map(type, value[1:])] == [bool, tuple, int, tuple]):
        return False
    stamp, _, findings, _, places = value
    return (
        is_stamp(stamp)
        and all(type(place) is int and 0 <= place < size for place in places)
        and all(map(is_packed, findings))
    )
