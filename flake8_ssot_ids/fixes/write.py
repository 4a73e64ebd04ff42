"""Replace a file as a whole, or leave it as it is.

What is decided here:

- A symbolic link stays; what it leads to is replaced.
- A hard link is cut: the name that was given leads to the new file, all other names to the old one. Whoever
  shares files between trees (a package cache) must not find them changed.
- A file that may not be written is not replaced, though the folder would let us.
- A run that is killed may leave a file ``.ssot-ids-*.tmp``, never half of yours; the next run that writes in
  this folder removes it when it is an hour old.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
import time
from functools import cache

from flake8_ssot_ids.files import read
from flake8_ssot_ids.model import SsotIdsError

_PREFIX, _SUFFIX = ".ssot-ids-", ".tmp"
_LEFT_BEHIND_SECONDS = 3600


class ChangedError(SsotIdsError):
    """The file is not any more what it was when it was read, so nothing is written."""


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Write ``new`` in the place of ``old``: a reader, or a kill at any moment, finds the one or the other.

    Mode and, where that is allowed, owner and extended attributes are kept. The new bytes are on the disk
    before the name leads to them.

    Raises:
        ChangedError: the file is not ``old`` any more, or is gone.
        OSError: it cannot be written; the file is as it was, and nothing else is left behind. It names
            ``path``.
    """
    target = os.path.realpath(path)
    try:
        _replace(target, old, new)
    except FileNotFoundError:
        raise ChangedError(f"{path}: it is gone; nothing was written") from None
    except ChangedError:
        raise ChangedError(f"{path}: it has changed while it was being fixed; nothing was written") from None
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), path) from None


def _replace(target: str, old: bytes, new: bytes) -> None:
    status = os.stat(target)
    if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
        raise OSError(errno.EACCES, "it may not be written")
    folder = os.path.dirname(target)
    _sweep(folder)
    descriptor, temporary = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(new)
            stream.flush()
            os.fsync(stream.fileno())
        _dress(temporary, target, status)
        if read(target) != old:
            raise ChangedError
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _dress(temporary: str, target: str, status: os.stat_result) -> None:
    """Give the new file what belongs to the old one beside its bytes."""
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(temporary, status.st_uid, status.st_gid)
    # After the owner, whose change takes some bits away.
    os.chmod(temporary, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):  # not every file system has them, and some are not ours to set
            for name in os.listxattr(target):
                os.setxattr(temporary, name, os.getxattr(target, name))


@cache
def _sweep(folder: str) -> None:
    """Remove what killed runs have left in a folder, once a process."""
    with contextlib.suppress(OSError):
        with os.scandir(folder) as entries:
            old = [
                entry.path
                for entry in entries
                if entry.name.startswith(_PREFIX)
                and entry.name.endswith(_SUFFIX)
                and time.time() - entry.stat(follow_symlinks=False).st_mtime > _LEFT_BEHIND_SECONDS
            ]
        for path in old:
            os.unlink(path)
