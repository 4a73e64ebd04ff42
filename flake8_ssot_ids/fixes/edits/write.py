"""Replace a file as a whole, or leave it as it is.

What is decided here:

- A symbolic link stays; what it leads to is replaced, if that lies in a folder that may be written in.
- A hard link is cut: the name that was given leads to the new file, all other names to the old one. Whoever
  shares files between trees (a package cache) must not find them changed.
- A file that may not be written is not replaced, though the folder would let us.
- A run that is killed may leave a file ``.ssot-ids-*.tmp``, never half of yours; the next run that writes in
  this folder removes it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from flake8_ssot_ids.model import SsotIdsError
from flake8_ssot_ids.system import atomic, files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
#: Whether a folder can be held by a descriptor: it stays the same one whatever its path leads to meanwhile.
_HOLDS = {os.open, os.unlink, os.rename, os.access} <= os.supports_dir_fd
_CHANGES_MODE = os.chmod in os.supports_fd


class ChangedError(SsotIdsError):
    """The file is not any more what it was when it was read, so nothing is written."""


class OutsideError(SsotIdsError):
    """The file lies where nothing may be written; the text says where it is."""


def replace_file(path: str, old: bytes, new: bytes, within: Sequence[str] | None = None) -> None:
    """Write ``new`` in the place of ``old``: a reader, or a kill at any moment, finds the one or the other.

    Mode and, where that is allowed, owner and extended attributes are kept. The new bytes are on the disk
    before the name leads to them.

    Args:
        path: the file, or a link to it.
        old: what it was when it was read.
        new: what it is to be.
        within: real paths of the folders in one of which the file itself must lie; None: it may lie anywhere.

    Raises:
        ChangedError: the file is not ``old`` any more, or is gone.
        OutsideError: it does not lie in ``within``.
        OSError: it cannot be written; the file is as it was, and nothing else is left behind. It names
            ``path``.
    """
    target = os.path.realpath(path)
    if within is not None and not is_within(target, within):
        raise OutsideError(outside(path, target))
    try:
        with _held(os.path.dirname(target)) as held:
            _replace(target, held, old, new)
    except FileNotFoundError:
        raise ChangedError(f"{path}: it is gone; nothing was written") from None
    except ChangedError:
        raise ChangedError(f"{path}: it has changed while it was being fixed; nothing was written") from None
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), path) from None


def is_within(target: str, folders: Sequence[str]) -> bool:
    """Whether a real path lies in one of the folders, and not in what git keeps for itself there."""
    for folder in folders:
        beginning = folder.rstrip(os.sep) + os.sep
        if target.startswith(beginning):
            return ".git" not in target[len(beginning) :].lower().split(os.sep)
    return False


def outside(path: str, target: str) -> str:
    """What to say of a file that may not be written where it is."""
    return (
        f"{path}: it leads to {target}, outside of the given paths and their work tree; nothing was written"
    )


@contextlib.contextmanager
def _held(folder: str) -> Iterator[int | None]:
    """A descriptor of a folder whose path is real; None on systems without.

    Each step is taken from the one before and follows no link, so that a folder that has become a link since
    the path was found is noticed. Raises ChangedError, and OSError.
    """
    if not _HOLDS:
        yield None
        return
    held = os.open(os.sep, _FOLDER)
    try:
        for name in filter(None, folder.split(os.sep)):
            try:
                inner = os.open(name, _FOLDER, dir_fd=held)
            except NotADirectoryError:  # a link, too
                raise ChangedError from None
            os.close(held)
            held = inner
        yield held
    finally:
        os.close(held)


def _replace(target: str, held: int | None, old: bytes, new: bytes) -> None:
    folder, name = os.path.split(target)
    place = target if held is None else name

    def write(descriptor: int) -> None:
        atomic.write_all(descriptor, (new,))
        os.fsync(descriptor)
        before = _open(place, held)
        try:
            status = os.fstat(before)
            _dress(descriptor, before, status)
            if files.rest(before) != old:
                raise ChangedError
        finally:
            os.close(before)

    status = os.stat(place, dir_fd=held, follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        raise ChangedError
    writable = status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    if not writable or not os.access(place, os.W_OK, dir_fd=held):
        raise OSError(errno.EACCES, "it may not be written")
    atomic.write_new(
        folder, write, lambda made: os.replace(made, place, src_dir_fd=held, dst_dir_fd=held), held=held
    )


def _open(place: str, held: int | None) -> int:
    try:
        return files.regular(place, files.TO_READ | _NO_LINK, held)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ChangedError from None
        raise


def _dress(made: int, before: int, status: os.stat_result) -> None:
    """Give the new file what belongs to the old one beside its bytes."""
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(made, status.st_uid, status.st_gid)
    # After the owner, whose change takes some bits away.
    if _CHANGES_MODE:
        os.chmod(made, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):  # not every file system has them, and some are not ours to set
            for name in os.listxattr(before):
                os.setxattr(made, name, os.getxattr(before, name))
