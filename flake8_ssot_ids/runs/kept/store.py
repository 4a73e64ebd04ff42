"""What is kept from one run to the next: where it lies, whether it is believed, how it is read and written.

Whoever can write into the folder decides what a check says. So a folder is only used if nobody but the user
can: a commit cannot have filled it or have led to it, it belongs to the user, and not everybody may write to
it. That is what pip asks of its cache and ssh of its keys; a group may write to it.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
import zlib
from functools import cache

from flake8_ssot_ids import __version__
from flake8_ssot_ids.system import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_MARK = b"ssot-ids cache 1\n"
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def cache_folder(chosen: str | None = None) -> str:
    """The absolute folder for what is kept: the one that was chosen, else the one that the platform has.

    ``SSOT_IDS_CACHE_DIR`` in the environment chooses one, too.
    """
    chosen = chosen or os.environ.get("SSOT_IDS_CACHE_DIR")
    if chosen:
        return os.path.abspath(chosen)
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.abspath(os.path.join(base, "flake8-ssot-ids"))


def code_stamp() -> str:
    """What tells this program from another version of it, and this interpreter from another."""
    return f"{__version__} {_sources()} {sys.implementation.cache_tag} {sys.version}"


@cache
def _sources() -> str:
    """A checksum of the names, sizes and times of all modules of this package."""
    found = sorted(_modules(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))))
    return f"{zlib.crc32(repr(found).encode('utf-8', 'surrogatepass')):08x}"


def _modules(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                status = entry.stat()
                yield entry.path, status.st_mtime_ns, status.st_size
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                yield from _modules(entry.path)


def why_not(folder: str) -> str:
    """Why an absolute folder may not be used; empty if it may, or does not exist yet."""
    tops = [*filter(None, (files.outermost_top_of(folder), files.top_of(folder)))]
    if tops and _is_behind_link(folder, tops[0]):
        return "a link in the work tree leads to it"
    try:
        status = os.stat(folder)
    except OSError:
        return ""  # whoever needs it will say so
    if not stat.S_ISDIR(status.st_mode):
        return "it is not a folder"
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        return "it belongs to another user"
    if os.name == "posix" and status.st_mode & stat.S_IWOTH:
        return "every user may write to it"
    return _tracked(folder) if tops else ""


def _is_behind_link(folder: str, top: str) -> bool:
    """Whether a link leads from ``top`` to ``folder``, which lies below it."""
    inside = os.path.join(os.path.realpath(top), os.path.relpath(folder, top))
    return folder.startswith(os.path.join(top, "")) and os.path.realpath(folder) != inside


def _tracked(folder: str) -> str:
    """Why a folder in a work tree may not be used: git tracks a file in it, or does not say."""
    real = os.path.realpath(folder)
    top = files.top_of(real)
    if top is None:
        return "it lies in what git keeps for itself"
    try:
        status = os.stat(os.path.join(top, ".git", "index"))
    except OSError:
        return _asked(top, real)
    return _asked_before(top, real, (status.st_mtime_ns, status.st_ctime_ns, status.st_size))


def _asked(top: str, real: str) -> str:
    from flake8_ssot_ids.system import git

    path = os.path.relpath(real, top)
    # Where names differ by more than their case, git need not: it is given no path then.
    alike = sys.platform in ("win32", "darwin")
    try:
        git.check_top(top)
        listed = git.answer(top, "ls-files", "-z", *(() if alike else ("--", path)))
    except git.NoRepositoryError:
        return ""  # nothing has been checked out there
    except git.GitError as error:
        return f"git does not say whether it tracks files in it: {error}"
    beginning = "" if path == "." else path.replace(os.sep, "/").lower()
    for name in filter(None, listed.split("\0")):
        if not alike or f"{name.lower()}/".startswith(f"{beginning}/".lstrip("/")):
            return f"git tracks {name}"
    return ""


@cache
def _asked_before(top: str, real: str, _index: tuple[int, int, int]) -> str:
    """The answer of git, once a process for each state of its index."""
    return _asked(top, real)


class KeptFile:
    """Some plain values in a file of the cache folder. They hold only under the text that they were kept for.

    Args:
        folder: an absolute folder; it is made when needed.
        kind: the ending of the file's name, which says what is in it.
        key: a text that changes with everything, apart from files, that the values depend on. Each has a
            file of its own.
        context: a text that may change from run to run, in the same file.
    """

    def __init__(self, folder: str, kind: str, key: str, context: str = "") -> None:
        text = f"{code_stamp()}\n{key}"
        number = zlib.crc32(text.encode("utf-8", "surrogatepass"))
        self._text = text + context
        self._path = os.path.join(folder, f"{number:08x}{len(text):x}.{kind}")
        #: Why nothing can be kept there; empty if it can.
        self.refusal = why_not(folder)
        #: What is wrong with the file.
        self.notes: list[str] = []

    def load(self) -> tuple[Any, Any] | None:
        """What :meth:`keep` has written; None if there is nothing that holds."""
        if self.refusal:
            return None
        try:
            data = files.read(self._path, flags=files.TO_READ | _NO_LINK)
        except FileNotFoundError:
            return None
        except (OSError, MemoryError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._note(f"cannot be read: {'it is a link' if os.path.islink(self._path) else reason}")
            return None
        payload = unseal(data)
        if payload is None:
            self.note_damage()
        return payload[1:] if payload is not None and payload[0] == self._text else None

    def note_damage(self) -> None:
        """Note that the file holds something else."""
        self._note("is damaged or not ours; it is ignored")

    def _note(self, what: str) -> None:
        self.notes.append(f"the cache {self._path} {what}")

    def keep(self, first: object, second: object, most: int | None = None) -> None:
        """Keep two plain values, if they take no more than ``most`` bytes; what fails is only a note."""
        if self.refusal:
            return
        data = seal((self._text, first, second))
        if most is not None and len(data) > most:
            return
        try:
            write_atomically(self._path, data)
        except OSError as error:
            self._note(f"cannot be written: {error.strerror or error}")


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
        # The checksum has been compared, and nobody but the user can write to the folder: our own bytes.
        payload = marshal.loads(data[start:])  # noqa: S302
    except (ValueError, EOFError, TypeError, MemoryError, SystemError, RecursionError):
        return None
    return payload if isinstance(payload, tuple) and len(payload) == 3 else None


def write_atomically(path: str, data: bytes) -> None:
    """Replace ``path`` as a whole; a reader sees the old bytes or the new ones.

    Raises:
        OSError: it could not be written; nothing is left behind.
    """
    from flake8_ssot_ids.system import atomic

    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    atomic.replace(path, (data,))
