"""The baseline as the base branch has it, asked of git.

The base is the commit where HEAD left the base branch (their merge base), so what others have merged
since does not count. On the base branch itself that commit is HEAD. Nothing is fetched, written or
locked; what git cannot answer is a reason, never an exception.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from flake8_ssot_ids import baseline
from flake8_ssot_ids.baseline import Baseline, BaselineError

#: What the base branch may be called, where nobody says it; the first that exists is taken.
CANDIDATES = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)
_SECONDS = 30
_FILE_MODES = ("100644", "100755")
#: Set where git runs us as a hook, for a repository or an index that need not be the one in question.
_NOT_INHERITED = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
)


@dataclass(frozen=True, slots=True)
class BaseBranch:
    """What the base branch has.

    ``ref`` is its name as people write it, ``commit`` the full id of the merge base. ``existed`` is
    False where that commit has no baseline file; ``baseline`` is empty then.
    """

    ref: str
    commit: str
    baseline: Baseline
    existed: bool


@dataclass(frozen=True, slots=True)
class NotJudged:
    """Why the base branch cannot be asked; as text it begins with ``not judged:``."""

    reason: str

    def __str__(self) -> str:
        """``not judged: <reason>``."""
        return f"not judged: {self.reason}"


class _CannotSayError(Exception):
    """Git has no answer, for this reason."""


def base_rows(root: str, path: str, ref: str | None = None) -> BaseBranch | NotJudged:
    """Read the baseline file of the base branch.

    Args:
        root: the folder that a relative ``path`` is relative to.
        path: the baseline file; it need not exist.
        ref: the base branch or commit. None: the branch that ``GITHUB_BASE_REF`` names, else the first
            of :data:`CANDIDATES` that exists.
    """
    try:
        return _base_rows(os.path.join(root, path), ref)
    except _CannotSayError as error:
        return NotJudged(str(error))


def dirty(folder: str) -> tuple[str, ...] | NotJudged:
    """The files below the work tree of ``folder`` that differ from HEAD, as git shows them; absolute.

    Files that git does not track, and does not ignore, count too: it could not bring them back.
    """
    try:
        top = os.fsdecode(os.fsencode(_answer(folder, "rev-parse", "--show-toplevel").rstrip("\n")))
        listed = _answer(folder, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
    except _CannotSayError as error:
        return NotJudged(str(error))
    return tuple(os.path.join(top, entry[3:]) for entry in listed.split("\0") if len(entry) > 3)


def _base_rows(path: str, ref: str | None) -> BaseBranch:
    folder, name = os.path.split(os.path.abspath(path))
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder, last = os.path.split(folder)
        name = f"{last}/{name}"
    inside, _, prefix = _answer(folder, "rev-parse", "--is-inside-work-tree", "--show-prefix").partition("\n")
    if inside != "true":
        raise _CannotSayError(f"{folder} is in no work tree of git")
    head = _commit(folder, "HEAD")
    if head is None:
        raise _CannotSayError("the repository has no commit yet")
    chosen, tip = _base_branch(folder, ref)
    shown = chosen.removeprefix("refs/remotes/").removeprefix("refs/heads/")
    commit = _merge_base(folder, head, tip, shown)
    data = _file(folder, commit, prefix.removesuffix("\n") + name)
    if data is None:
        return BaseBranch(shown, commit, Baseline(), existed=False)
    try:
        found = baseline.decode(data, f"{name} of {shown}")
    except BaselineError as error:
        raise _CannotSayError(f"the base branch has a baseline that cannot be used: {error}") from None
    return BaseBranch(shown, commit, found, existed=True)


def _base_branch(folder: str, ref: str | None) -> tuple[str, str]:
    """Return the name and the commit of the base branch."""
    if ref is not None:
        tip = _commit(folder, ref)
        if tip is None:
            raise _CannotSayError(f"git knows no commit {ref}")
        return ref, tip
    target = os.environ.get("GITHUB_BASE_REF")
    if target and _run(folder, "config", "--get", "remote.origin.url").returncode == 0:
        # Any other branch would be the wrong one to compare with.
        tip = _commit(folder, f"refs/remotes/origin/{target}")
        if tip is None:
            raise _CannotSayError(
                f"origin/{target}, which the pull request goes to, has not been fetched (fetch-depth: 0)"
            )
        return f"refs/remotes/origin/{target}", tip
    for candidate in CANDIDATES:
        tip = _commit(folder, candidate)
        if tip is not None:
            return candidate, tip
    names = [name.removeprefix("refs/remotes/").removeprefix("refs/heads/") for name in CANDIDATES]
    raise _CannotSayError(f"there is no base branch: none of {', '.join(names)} is here")


def _commit(folder: str, name: str) -> str | None:
    """Return the id of the commit that a name stands for; None if it stands for none."""
    # With the ending no name is an option.
    done = _run(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None


def _merge_base(folder: str, head: str, tip: str, shown: str) -> str:
    done = _run(folder, "merge-base", head, tip)
    if done.returncode == 0:
        return os.fsdecode(done.stdout).split("\n", 1)[0]
    if _answer(folder, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise _CannotSayError(
            f"the clone is too shallow to hold the commit where HEAD left {shown} (fetch-depth: 0)"
        )
    if done.returncode == 1:
        raise _CannotSayError(f"HEAD and {shown} have no commit in common")
    raise _CannotSayError(_complaint(done))


def _file(folder: str, commit: str, path: str) -> bytes | None:
    """Return the bytes that ``path``, relative to the top of the work tree, has in a commit."""
    entry = _answer(folder, "ls-tree", "--full-tree", commit, "--", path)
    if not entry:
        return None
    mode, _, rest = entry.partition(" ")
    if mode not in _FILE_MODES:
        raise _CannotSayError(f"{path} is no regular file on the base branch")
    done = _run(folder, "cat-file", "blob", rest.split(" ", 1)[1].partition("\t")[0])
    if done.returncode != 0:  # a partial clone may lack it
        raise _CannotSayError(f"this clone does not hold {path} of the base branch: {_complaint(done)}")
    return done.stdout


def _answer(folder: str, *arguments: str) -> str:
    done = _run(folder, *arguments)
    if done.returncode != 0:
        raise _CannotSayError(_complaint(done))
    return os.fsdecode(done.stdout)


def _complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    text = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
    return text.split("\n", 1)[0] or f"git ended with {done.returncode}"


def _run(folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder.

    Raises:
        _CannotSayError: it is not there, cannot be started or does not end.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    environment |= {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks
        "GIT_LITERAL_PATHSPECS": "1",
    }
    try:
        # A list and no shell; which git it is is up to the user's PATH.
        return subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise _CannotSayError("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise _CannotSayError(f"git did not answer within {_SECONDS} seconds") from None
    except (OSError, ValueError) as error:
        raise _CannotSayError(f"git could not be started: {error}") from None
