"""How a file or folder was when it was looked at: what is kept holds as long as that is so.

What changed only just before it was looked at is told by its content, since a file system's clock is too
coarse to tell two writes within one tick apart.
"""

from __future__ import annotations

import os

from flake8_ssot_ids.system.files import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

    #: (mtime ns, ctime ns, size, hash of the content or "") of a file, a folder; None: missing.
    Stamp = tuple[int, int, int, str] | None

#: Two seconds is the tick of FAT, the coarsest in use.
RECENT_NS = 2_000_000_000


def stamp_of(path: str, now_ns: int = 0) -> Stamp:
    """The stamp of ``path`` as it is now; with its content where it :func:`is_young` at ``now_ns``."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, "")
    return (*stamp[:3], _content(path)) if now_ns and is_young(stamp, now_ns) else stamp


def with_content(stamp: Stamp, now_ns: int, data: bytes) -> Stamp:
    """A stamp from before ``data`` was read; with that content where the file :func:`is_young`."""
    return (*stamp[:3], _hash(data)) if stamp is not None and is_young(stamp, now_ns) else stamp


def is_young(stamp: Stamp, now_ns: int) -> bool:
    """Whether what has this stamp changed so shortly before ``now_ns`` that it may change again unseen."""
    return stamp is not None and max(stamp[0], stamp[1]) > now_ns - RECENT_NS


def is_as_before(path: str, old: Stamp) -> bool:
    """Whether ``path`` is what it was when it had the stamp ``old``; False for what is no stamp."""
    new = stamp_of(path)
    if new == old:
        return True
    if not is_stamp(old) or old is None or new is None or not old[3]:
        return False
    return old[2] == new[2] and _content(path) == old[3]


def is_stamp(value: object) -> TypeGuard[Stamp]:
    """Whether this has the form of a stamp."""
    return value is None or (isinstance(value, tuple) and [*map(type, value)] == [int, int, int, str])


def _content(path: str) -> str:
    """A hash of a file's bytes or of the names in a folder; empty where it cannot be read."""
    try:
        if os.path.isdir(path):
            data = "\0".join(sorted(os.listdir(path))).encode("utf-8", "surrogateescape")
        else:
            data = read(path)
    except OSError:
        return ""
    return _hash(data)


def _hash(data: bytes) -> str:
    from hashlib import blake2b

    return blake2b(data, digest_size=16).hexdigest()
