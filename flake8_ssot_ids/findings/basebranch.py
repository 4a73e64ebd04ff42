"""The baseline as the base branch has it, asked of git.

The base is the commit where HEAD left the base branch (their merge base), so what others have merged
since does not count. On the base branch itself that commit is HEAD. Nothing is fetched, written or
locked; what git cannot answer is a reason, never an exception.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from flake8_ssot_ids.findings import baseline
from flake8_ssot_ids.findings.baseline import Baseline, BaselineError
from flake8_ssot_ids.system import git
from flake8_ssot_ids.system.git import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the base branch may be called, where nobody says it; the first that exists is taken.
CANDIDATES = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)
_FILE_MODES = ("100644", "100755")
_UNTRACKED = "git does not track it"
#: How ``ls-files -v`` marks a file that is compared with what was committed.
_TRACKED = "H"


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
    except GitError as error:
        return NotJudged(str(error))


def not_restorable(top: str, paths: Sequence[str]) -> dict[str, str] | NotJudged:
    """What git could not bring back: files that differ from HEAD, and which of ``paths`` it does not keep.

    Args:
        top: the top folder of the work tree.
        paths: real paths of files in it.

    Returns:
        For each file, by its absolute path, the reason. Of the other files in the work tree those are there
        that have uncommitted changes, or that git neither tracks nor ignores.
    """
    try:
        git.check_top(top)
        changed = git.answer(
            top,
            *("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"),
            "--ignore-submodules=all",
            filters=False,
        )
        # Whatever the status is silent about; and a list of paths could be too long for a command.
        listed = git.answer(top, "ls-files", "-v", "-z")
    except GitError as error:
        return NotJudged(str(error))
    found = {
        os.path.join(top, entry[3:]): _UNTRACKED if entry.startswith("??") else "it has uncommitted changes"
        for entry in changed.split("\0")
        if len(entry) > 3
    }
    tags = {entry[2:]: entry[0] for entry in listed.split("\0") if entry}
    for path in paths:
        tag = tags.get(os.path.relpath(path, top).replace(os.sep, "/"))
        if tag is None:
            found.setdefault(path, "git ignores it")
        elif tag != _TRACKED:
            found.setdefault(path, "git is told not to look at it (assume-unchanged, skip-worktree)")
    return found


def _base_rows(path: str, ref: str | None) -> BaseBranch:
    folder, name = os.path.split(os.path.abspath(path))
    top = git.top_of(folder)
    if top is None:
        raise GitError(f"{folder} is in no work tree of git")
    git.check_top(top)
    head = _commit(top, "HEAD")
    if head is None:
        raise GitError("the repository has no commit yet")
    chosen, tip = _base_branch(top, ref)
    shown = chosen.removeprefix("refs/remotes/").removeprefix("refs/heads/")
    commit = _merge_base(top, head, tip, shown)
    inside = os.path.relpath(os.path.join(os.path.realpath(folder), name), top).replace(os.sep, "/")
    data = _file(top, commit, inside)
    if data is None:
        return BaseBranch(shown, commit, Baseline(), existed=False)
    try:
        found = baseline.decode(data, f"{name} of {shown}")
    except BaselineError as error:
        raise GitError(f"the base branch has a baseline that cannot be used: {error}") from None
    return BaseBranch(shown, commit, found, existed=True)


def _base_branch(top: str, ref: str | None) -> tuple[str, str]:
    """Return the name and the commit of the base branch."""
    if ref is not None:
        tip = _commit(top, ref)
        if tip is None:
            raise GitError(f"git knows no commit {ref}")
        return ref, tip
    target = os.environ.get("GITHUB_BASE_REF")
    if target and git.run(top, "config", "--get", "remote.origin.url").code == 0:
        # Any other branch would be the wrong one to compare with.
        tip = _commit(top, f"refs/remotes/origin/{target}")
        if tip is None:
            raise GitError(
                f"origin/{target}, which the pull request goes to, has not been fetched (fetch-depth: 0)"
            )
        return f"refs/remotes/origin/{target}", tip
    for candidate in CANDIDATES:
        tip = _commit(top, candidate)
        if tip is not None:
            return candidate, tip
    names = [name.removeprefix("refs/remotes/").removeprefix("refs/heads/") for name in CANDIDATES]
    raise GitError(f"there is no base branch: none of {', '.join(names)} is here")


def _commit(top: str, name: str) -> str | None:
    """Return the id of the commit that a name stands for; None if it stands for none."""
    # With the ending no name is an option.
    done = git.run(top, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return os.fsdecode(done.stdout).strip() if done.code == 0 else None


def _merge_base(top: str, head: str, tip: str, shown: str) -> str:
    done = git.run(top, "merge-base", head, tip)
    if done.code == 0:
        return os.fsdecode(done.stdout).split("\n", 1)[0]
    if git.answer(top, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise GitError(
            f"the clone is too shallow to hold the commit where HEAD left {shown} (fetch-depth: 0)"
        )
    if done.code == 1:
        raise GitError(f"HEAD and {shown} have no commit in common")
    raise GitError(done.complaint)


def _file(top: str, commit: str, path: str) -> bytes | None:
    """Return the bytes that ``path``, relative to the top of the work tree, has in a commit."""
    entry = git.answer(top, "ls-tree", "--full-tree", commit, "--", path)
    if not entry:
        return None
    mode, _, rest = entry.partition(" ")
    if mode not in _FILE_MODES:
        raise GitError(f"{path} is no regular file on the base branch")
    done = git.run(top, "cat-file", "blob", rest.split(" ", 1)[1].partition("\t")[0])
    if done.code != 0:  # a partial clone may lack it
        raise GitError(f"this clone does not hold {path} of the base branch: {done.complaint}")
    return done.stdout
