"""Asking git about a work tree that nobody vouches for: the one place that starts git.

Nothing that a commit brings along may make git run a program or look elsewhere. So git is started in the top
folder of the work tree only, next to the ``.git`` that a clone made; it takes no folder that merely looks
like a bare repository; file system monitors, hooks, filters, pagers and transports are off; and the variables
that would send it to another repository or index are taken away. Its time to answer is bounded.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass

from flake8_ssot_ids.model import SsotIdsError
from flake8_ssot_ids.system import signals
from flake8_ssot_ids.system.files import top_of as top_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from subprocess import Popen
    from typing import BinaryIO

#: How long git may take, and how much it may write: the names of some million files.
SECONDS = 30
MOST_BYTES = 256 << 20
#: Variables of git's that say where the user's own settings are; no other is passed on.
_KEPT = frozenset(("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT"))
_KEPT_BEGINNINGS = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
#: Settings that win over those of the repository, because git reads them last.
_SETTINGS = (
    ("safe.bareRepository", "explicit"),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.pager", "cat"),
    ("core.sshCommand", "false"),
    ("core.gitProxy", ""),
    ("core.askPass", ""),
    ("core.alternateRefsCommand", ""),
    ("credential.helper", ""),
    ("diff.external", ""),
    ("submodule.recurse", "false"),
    ("log.showSignature", "false"),
)
_FILTER_SETTINGS = ("clean", "smudge", "process")


class GitError(SsotIdsError):
    """Git has no answer; the text says why."""


class NoRepositoryError(GitError):
    """What is called ``.git`` is no repository."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a call of git ended: its exit code and what it wrote."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def complaint(self) -> str:
        """The line that says why git gave up."""
        lines = self.stderr.decode("utf-8", "replace").strip().split("\n")
        fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
        return (fatal or lines)[0] or f"git ended with {self.code}"


def run(top: str, *arguments: str, filters: bool = True) -> Done:
    """Run git in ``top``, the top folder of a work tree.

    Args:
        top: a folder that :func:`top_of` has returned.
        arguments: the command and its arguments. A path among them is taken as it is written.
        filters: False where the command reads files of the work tree: then also the clean, smudge and process
            filters, and the hooks, that any configuration names are off.

    Raises:
        GitError: git is not installed, cannot be started or does not end within :data:`SECONDS`.
    """
    settings = [*_SETTINGS]
    if not filters:
        settings += _drivers_off(top)
    return _start(top, arguments, settings)


def answer(top: str, *arguments: str, filters: bool = True) -> str:
    """Return what git writes to standard output, decoded as a path is.

    Raises:
        GitError: as :func:`run` does, and where git ends with another exit code than 0.
    """
    done = run(top, *arguments, filters=filters)
    if done.code != 0:
        raise GitError(done.complaint)
    return os.fsdecode(done.stdout)


def check_top(top: str) -> None:
    """Make sure that git takes ``top`` for the top folder of a work tree.

    ``.git`` may be a file, or hold a ``core.worktree``, that makes it speak of another folder.

    Raises:
        GitError: it does not.
    """
    done = run(top, "rev-parse", "--is-inside-work-tree", "--show-toplevel")
    if done.code != 0:
        error = NoRepositoryError if done.complaint.startswith("not a git repository") else GitError
        raise error(done.complaint)
    inside, _, found = os.fsdecode(done.stdout).partition("\n")
    if inside != "true" or os.path.realpath(found.removesuffix("\n")) != top:
        raise GitError(f"{top} is no work tree of git")


def _drivers_off(top: str) -> list[tuple[str, str]]:
    """Return the settings that turn off every driver of filters, and every hook, that git would use."""
    done = _start(top, ("config", "--name-only", "-z", "--get-regexp", r"^(filter|hook)\."), _SETTINGS)
    if done.code not in (0, 1):  # 1: there are none
        raise GitError(done.complaint)
    off: dict[str, str] = {}
    for name in sorted(os.fsdecode(done.stdout).split("\0")):
        driver = name.rpartition(".")[0]
        if driver.startswith("filter."):
            off |= dict.fromkeys((f"{driver}.{key}" for key in _FILTER_SETTINGS), "")
            off[f"{driver}.required"] = "false"
        elif driver.startswith("hook."):  # hooks in the configuration, which newer versions of git have
            off[f"{driver}.enabled"] = "false"
    return [*off.items()]


def _start(top: str, arguments: tuple[str, ...], settings: Sequence[tuple[str, str]]) -> Done:
    import subprocess

    program = _program(top)
    if program is None:
        raise GitError("git is not installed")
    signals.tidy_up()
    try:
        # A list and no shell; which git it is is up to the user's PATH.
        process = subprocess.Popen(  # noqa: S603
            [program, *arguments],
            cwd=top,
            env=_environment(top, settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise GitError(f"git could not be started: {error}") from None
    return _result(process)


def _result(process: Popen[bytes]) -> Done:
    """Wait for git, for a bounded time and a bounded output."""
    assert process.stdout is not None
    assert process.stderr is not None
    found: dict[BinaryIO, bytes] = {}
    streams: tuple[BinaryIO, BinaryIO] = (process.stdout, process.stderr)  # type: ignore[assignment]

    def take(stream: BinaryIO) -> None:
        found[stream] = stream.read(MOST_BYTES + 1)
        if len(found[stream]) > MOST_BYTES:
            _end(process.pid)

    readers = [threading.Thread(target=take, args=(stream,), daemon=True) for stream in streams]
    limit = time.monotonic() + SECONDS
    with process:
        try:
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join(max(0.0, limit - time.monotonic()))
        finally:
            # Git may have ended: what it has started can hold the pipes open.
            late = any(reader.is_alive() for reader in readers)
            if late:
                _end(process.pid)
    if late:
        raise GitError(f"git did not answer within {SECONDS} seconds")
    if any(len(data) > MOST_BYTES for data in found.values()):
        raise GitError(f"git answered with more than {MOST_BYTES >> 20} MB")
    return Done(process.returncode, found[streams[0]], found[streams[1]])


def _end(leader: int) -> None:
    """End git and all that it may have started, which would keep its pipes open."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(leader, signal.SIGKILL)
        else:
            os.kill(leader, signal.SIGTERM)
    except OSError:
        return  # it has ended meanwhile


def _environment(top: str, settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT or name.startswith(_KEPT_BEGINNINGS)
    }
    try:
        count = int(environment.get("GIT_CONFIG_COUNT", "0"))
    except ValueError:
        count = 0
    for number, (name, value) in enumerate(settings, count):
        environment[f"GIT_CONFIG_KEY_{number}"] = name
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment | {
        "GIT_CONFIG_COUNT": str(count + len(settings)),
        "GIT_CEILING_DIRECTORIES": os.path.dirname(top),
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks
        "GIT_NO_LAZY_FETCH": "1",  # the same, for newer versions
        "GIT_LITERAL_PATHSPECS": "1",
    }


def _program(top: str) -> str | None:
    """Return the git on the user's PATH.

    An entry that depends on the working folder, or lies in the work tree that is asked about, does not count.
    """
    name = "git.exe" if os.name == "nt" else "git"
    tree = os.path.join(top, "")
    for folder in filter(os.path.isabs, os.environ.get("PATH", os.defpath).split(os.pathsep)):
        path = os.path.join(folder, name)
        ways = (os.path.join(os.path.realpath(folder), ""), os.path.realpath(path))
        if (
            not any(way.startswith(tree) for way in ways)
            and os.path.isfile(path)
            and os.access(path, os.X_OK)
        ):
            return path
    return None
