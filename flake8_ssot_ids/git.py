"""Asking git about a work tree that nobody vouches for: the one place that starts git.

Nothing that a commit brings along may make git run a program or look elsewhere. So git is started in the top
folder of the work tree only, next to the ``.git`` that a clone made; it takes no folder that merely looks
like a bare repository; file system monitors, hooks, filters, pagers and transports are off; and the variables
that would send it to another repository or index are taken away. Its time to answer is bounded.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

from flake8_ssot_ids.model import SsotIdsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 30
#: Variables of git's that say where git itself and the user's own settings are; no other is passed on.
_KEPT = frozenset(
    ("GIT_EXEC_PATH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT")
)
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


@dataclass(frozen=True, slots=True)
class Done:
    """How a call of git ended: its exit code and what it wrote."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def complaint(self) -> str:
        """The first line of what git complained about."""
        text = self.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
        return text.split("\n", 1)[0] or f"git ended with {self.code}"


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


def run(top: str, *arguments: str, filters: bool = True) -> Done:
    """Run git in ``top``, the top folder of a work tree.

    Args:
        top: a folder that :func:`top_of` has returned.
        arguments: the command and its arguments. A path among them is taken as it is written.
        filters: False where the command reads files of the work tree: then also the clean, smudge and process
            filters that any configuration names are off.

    Raises:
        GitError: git is not installed, cannot be started or does not end within :data:`SECONDS`.
    """
    settings = [*_SETTINGS]
    if not filters:
        settings += _filters_off(top)
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


def _filters_off(top: str) -> list[tuple[str, str]]:
    """Return the settings that turn off every filter driver that git would use in ``top``."""
    done = _start(top, ("config", "--name-only", "-z", "--get-regexp", r"^filter\."), _SETTINGS)
    if done.code not in (0, 1):  # 1: there are none
        raise GitError(done.complaint)
    found = {name.rpartition(".")[0] for name in os.fsdecode(done.stdout).split("\0") if name}
    off = [(f"{driver}.{key}", "") for driver in sorted(found) for key in _FILTER_SETTINGS]
    return off + [(f"{driver}.required", "false") for driver in sorted(found)]


def _start(top: str, arguments: tuple[str, ...], settings: Sequence[tuple[str, str]]) -> Done:
    import subprocess

    program = _program()
    if program is None:
        raise GitError("git is not installed")
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
    with process:
        try:
            stdout, stderr = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise GitError(f"git did not answer within {SECONDS} seconds") from None
        finally:
            if process.poll() is None:
                _end(process.pid)
    return Done(process.returncode, stdout, stderr)


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
        "GIT_LITERAL_PATHSPECS": "1",
    }


def _program() -> str | None:
    """Return the git on the user's PATH; an entry that depends on the working folder does not count."""
    names = ("git.exe",) if os.name == "nt" else ("git",)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and os.access(path, os.X_OK):
                    return path
    return None
