"""Replace a file as a whole, or leave it as it is."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile

from flake8_ssot_ids.files import read
from flake8_ssot_ids.model import SsotIdsError


class ChangedError(SsotIdsError):
    """The file is not any more what it was when it was read, so nothing is written."""


def replace_file(path: str, old: bytes, new: bytes) -> None:
    """Write ``new`` in the place of ``old``: a reader, or a kill at any moment, finds the one or the other.

    A symbolic link stays one; what it leads to is replaced. Mode and, where that is allowed, the owner are
    kept. The new bytes are on the disk before the name leads to them.

    Raises:
        ChangedError: the file is not ``old`` any more.
        OSError: it cannot be written; the file is as it was, and nothing else is left behind.
    """
    target = os.path.realpath(path)
    status = os.stat(target)
    descriptor, temporary = tempfile.mkstemp(prefix=".ssot-ids-", suffix=".tmp", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(new)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
        if hasattr(os, "chown"):
            with contextlib.suppress(PermissionError):
                os.chown(temporary, status.st_uid, status.st_gid)
        if read(target) != old:
            raise ChangedError(f"{path}: it has changed while it was being fixed; nothing was written")
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
