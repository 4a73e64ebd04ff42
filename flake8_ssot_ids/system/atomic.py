"""Files that appear as a whole: written beside their place under a name of their own, then moved there.

The name says who writes: ``.ssot-ids-<machine>-<process>-<random>.tmp``. So what a killed run has left is
removed by the next run that writes in this folder, and what a living process writes stays. What was left by a
process that cannot be asked about, such as one on another machine, stays for an hour.
"""

from __future__ import annotations

import contextlib
import os
import time
import zlib
from functools import cache

from flake8_ssot_ids.system import signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PREFIX, _SUFFIX = ".ssot-ids-", ".tmp"
_LEFT_BEHIND_SECONDS = 3600
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def write_new(
    folder: str,
    write: Callable[[int], object],
    finish: Callable[[str], object],
    *,
    held: int | None = None,
    mode: int = 0o600,
) -> None:
    """Write a new file and give it its name; whatever happens, nothing else is left in the folder.

    Args:
        folder: where it is written.
        write: is given the descriptor of the new file.
        finish: is given the file's own name when it is closed, relative to ``held`` or else with its folder;
            it moves the file to its place.
        held: a descriptor of ``folder``.
        mode: the mode of the new file, without the bits of the umask.

    Raises:
        OSError: it cannot be made; and whatever ``write`` and ``finish`` raise.
    """
    signals.tidy_up()
    sweep(folder)
    own = f"{_PREFIX}{_machine()}-{os.getpid()}-{os.urandom(8).hex()}{_SUFFIX}"
    name = own if held is not None else os.path.join(folder, own)
    try:
        descriptor = os.open(name, _NEW, mode, dir_fd=held)
        try:
            write(descriptor)
        finally:
            os.close(descriptor)
        finish(name)
    finally:
        # Also where the descriptor was never known: a signal may come at any moment.
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=held)


def write_all(descriptor: int, parts: Iterable[bytes]) -> None:
    """Write bytes to a descriptor; raises OSError."""
    for part in parts:
        left = memoryview(part)
        while left:
            left = left[os.write(descriptor, left) :]


def replace(path: str, parts: Iterable[bytes], mode: int = 0o600) -> None:
    """Replace a file, or make it: a reader finds the old bytes or the new ones. Raises OSError."""
    write_new(
        os.path.dirname(path),
        lambda descriptor: write_all(descriptor, parts),
        lambda name: os.replace(name, path),
        mode=mode,
    )


@cache
def sweep(folder: str) -> None:
    """Remove what runs that were killed have left in a folder, once a process."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.name.endswith(_SUFFIX) and _is_left(entry):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def _is_left(entry: os.DirEntry[str]) -> bool:
    """Whether nobody writes this file any more."""
    machine, _, rest = entry.name.removeprefix(_PREFIX).partition("-")
    number = rest.partition("-")[0]
    if machine == _machine() and number.isdecimal() and not _lives(int(number)):
        return True
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > _LEFT_BEHIND_SECONDS


def _lives(number: int) -> bool:
    """Whether there is a process of that number; True where it cannot be asked."""
    if os.name != "posix":  # the signal 0 is another one there
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


@cache
def _machine() -> str:
    """What tells this machine since its start, and this set of process ids (a container), from others."""
    parts = [os.uname().nodename] if hasattr(os, "uname") else [os.environ.get("COMPUTERNAME", "")]
    with contextlib.suppress(OSError):
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
            parts.append(stream.read())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return f"{zlib.crc32(repr(parts).encode()):08x}"
