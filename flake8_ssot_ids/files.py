"""Opening files that somebody named: what is no file must not keep a run waiting."""

from __future__ import annotations

import errno
import os
import stat

_DO_NOT_WAIT = getattr(os, "O_NONBLOCK", 0)


def regular(path: str, flags: int) -> int:
    """Open a file, as an ``opener`` for ``open``; reading a pipe or a device might never end.

    Raises OSError.
    """
    descriptor = os.open(path, flags | _DO_NOT_WAIT)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):  # of a folder ``open`` itself says what it is
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file", path)
