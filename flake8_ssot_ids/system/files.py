"""Opening files that somebody named: what is no file must not keep a run waiting."""

from __future__ import annotations

import errno
import os
import stat

_DO_NOT_WAIT = getattr(os, "O_NONBLOCK", 0)
TO_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_MORE = 1 << 16


def regular(path: str, flags: int, folder: int | None = None) -> int:
    """Open a file, as an ``opener`` for ``open``; reading a pipe or a device might never end.

    With ``folder``, a descriptor, ``path`` is relative to it. Raises OSError.
    """
    descriptor = os.open(path, flags | _DO_NOT_WAIT, dir_fd=folder)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):  # of a folder ``open`` itself says what it is
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file", path)


def read(path: str, most: int | None = None, *, flags: int = TO_READ) -> bytes:
    """All bytes of a regular file; as ``open(path, "rb", opener=regular)`` would, in a third of the time.

    Raises OSError, also for a file of more than ``most`` bytes, and ValueError for a path that cannot be one.
    """
    descriptor = regular(path, flags)
    try:
        return rest(descriptor, path, most)
    finally:
        os.close(descriptor)


def rest(descriptor: int, path: str = "", most: int | None = None) -> bytes:
    """All bytes from where the descriptor stands. Raises OSError, also where they are more than ``most``."""
    size = os.fstat(descriptor).st_size
    parts: list[bytes] = []
    # A file may grow meanwhile, and some have no size at all.
    while not parts or parts[-1]:
        if most is not None and max(size, sum(map(len, parts))) > most:
            raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes", path)
        parts.append(os.read(descriptor, _MORE if parts else size + 1))
    return parts[0] if len(parts) < 3 else b"".join(parts)


def folder_of(path: str) -> str:
    """The absolute folder that a path names, or in which the file lies that it names."""
    path = os.path.abspath(path)
    return path if os.path.isdir(path) else os.path.dirname(path)


def is_below(path: str, folder: str) -> bool:
    """Whether an absolute path is ``folder`` or lies in it; links are not resolved."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def top_of(folder: str) -> str | None:
    """Return the nearest folder from ``folder`` upward that holds a ``.git``, links resolved.

    None if none does, and for a folder inside of a ``.git``. Whether git can use that ``.git`` is another
    question.
    """
    folder = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder or os.path.basename(folder) == ".git":
            return None
        folder = above
    return folder


def outermost_top_of(folder: str) -> str | None:
    """The outermost folder on the way to an absolute ``folder`` that holds a ``.git``, links not resolved."""
    found = None
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            found = folder
        above = os.path.dirname(folder)
        if above == folder:
            return found
        folder = above
