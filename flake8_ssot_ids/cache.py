"""Results of earlier runs: one file for each policy, keyed by what a result depends on.

A stored result holds as long as nothing that was read, or looked for in vain, has changed: the
file itself, the modules that its names led to, the folders that were searched for them. What
changed only just before it was read is compared by content, since a file system's clock is too
coarse to tell two writes within one tick apart.

The file is replaced as a whole, so concurrent runs lose at most each other's additions. What does
not begin with the right mark or fails its checksum is left aside with a note.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib

from flake8_ssot_ids import __version__
from flake8_ssot_ids.files import regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    #: (mtime ns, ctime ns, size, hash of the content or "") of a file, a folder; None: missing.
    Stamp = tuple[int, int, int, str] | None
    #: (stamp, judged, findings, number of suppressed ones, indexes into the table of dependencies)
    Entry = tuple[Stamp, bool, tuple[tuple[object, ...], ...], int, tuple[int, ...]]

_MARK = b"ssot-ids cache 1\n"
#: Younger changes are compared by content. Two seconds is the tick of FAT, the coarsest in use.
RECENT_NS = 2_000_000_000
#: More entries than this and those of other runs are dropped.
_MOST = 60_000


def default_cache_dir() -> str:
    """The user's cache folder for this program, as the platform has it."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "flake8-ssot-ids")


def code_stamp() -> str:
    """What tells this program from another version of it, and this interpreter from another."""
    newest = 0
    top = os.path.dirname(os.path.abspath(__file__))
    for folder in ("", "names", "rules", "definitions", "commands", "fixes", "render"):
        with os.scandir(os.path.join(top, folder)) as entries:
            newest = max(
                newest, *(entry.stat().st_mtime_ns for entry in entries if entry.name.endswith(".py"))
            )
    return f"{__version__} {newest} {sys.implementation.cache_tag} {sys.version}"


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
            with open(path, "rb", opener=regular) as file:
                data = file.read()
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
        if folder is not None:
            name = blake2b(
                f"{code_stamp()}\n{key}".encode("utf-8", "surrogatepass"), digest_size=16
            ).hexdigest()
            self._path = os.path.join(folder, f"{name}.results")
            self._load()

    def _load(self) -> None:
        assert self._path is not None
        try:
            with open(self._path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return
        except OSError as error:
            self.notes.append(f"the cache {self._path} cannot be read: {error.strerror or error}")
            return
        payload = unseal(data)
        if payload is None:
            self.notes.append(f"the cache {self._path} is damaged or not ours; it is ignored")
            return
        context, table, entries = payload
        if context != self._context:
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
        if entry is None or not _same(path, entry[0]):
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
        kept = self._entries if len(self._entries) + len(self._fresh) < _MOST else {}
        entries = {path: entry for path, entry in kept.items() if self._changed.isdisjoint(entry[4])}
        entries.update(self._fresh)
        used = sorted({at for entry in entries.values() for at in entry[4]})
        place = {old: new for new, old in enumerate(used)}
        packed = {path: (*entry[:4], tuple(place[at] for at in entry[4])) for path, entry in entries.items()}
        try:
            write_atomically(self._path, seal((self._context, [self._table[at] for at in used], packed)))
        except OSError as error:
            self.notes.append(f"the cache {self._path} cannot be written: {error.strerror or error}")


def seal(payload: Any) -> bytes:
    """Bytes that :func:`unseal` takes back: a mark, a checksum, the payload."""
    body = marshal.dumps(payload)
    return _MARK + zlib.crc32(body).to_bytes(4, "big") + body


def unseal(data: bytes) -> Any | None:
    """The payload of :func:`seal`; None for anything else."""
    start = len(_MARK) + 4
    if not data.startswith(_MARK) or zlib.crc32(data[start:]) != int.from_bytes(
        data[start - 4 : start], "big"
    ):
        return None
    try:
        # The checksum has been compared: these are our own bytes, from the user's own cache folder.
        payload = marshal.loads(data[start:])  # noqa: S302
    except (ValueError, EOFError, TypeError):
        return None
    return payload if isinstance(payload, tuple) and len(payload) == 3 else None


def write_atomically(path: str, data: bytes) -> None:
    """Replace ``path`` as a whole; a reader sees the old bytes or the new ones.

    Raises:
        OSError: it could not be written; nothing is left behind.
    """
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
