"""What is ignored in a work tree of git: by which files, and whether git tracks it all the same.

Git itself is asked for two things, once a work tree: where the user's excludes are, and which files are
tracked. Where it has no answer, nothing counts as ignored by git, so that nothing is passed over unchecked.
"""

from __future__ import annotations

import contextlib
import os

from flake8_ssot_ids.runs.ignorefiles import IgnoreFile, IgnoreFileError, read_ignore_file
from flake8_ssot_ids.system import files, git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_BYTES_OF_A_POINTER = 1 << 16
#: What a walk does with an entry: take it, leave it out, or take it (of a folder: what git tracks below it)
#: although git ignores it, because git tracks it.
SEEN, IGNORED, TRACKED = range(3)


class Trees:
    """The work trees of one walk by the folder that holds ``.git``, and what is to be told about them."""

    def __init__(self) -> None:
        self.notes: dict[str, None] = {}
        self._known: dict[str, WorkTree] = {}

    def at(self, folder: str) -> WorkTree:
        """The work tree whose top is ``folder``."""
        if folder not in self._known:
            self._known[folder] = WorkTree(folder, self)
        return self._known[folder]

    def read(self, base: str, path: str) -> IgnoreFile | None:
        """Read an ignore file; note why it cannot be read."""
        try:
            return read_ignore_file(base, path)
        except IgnoreFileError as error:
            self.notes[f"{path}: {error}; none of its patterns count"] = None
            return None

    @property
    def consulted(self) -> Iterator[str]:
        """The files on which answers depend, beside those of each folder; some may be missing."""
        for tree in self._known.values():
            yield from tree.consulted


class WorkTree:
    """One work tree; ``top`` is its folder with ``.git``, links resolved."""

    def __init__(self, top: str, trees: Trees) -> None:
        self.top = top
        #: Whether git has no answer: then its ignore files do not count.
        self.silent = False
        self.consulted: list[str] = []
        self._trees = trees
        self._excludes: list[IgnoreFile] | None = None
        self._tracked: tuple[frozenset[str], frozenset[str]] | None = None

    def verdict(self, path: str, name: str, is_dir: bool) -> bool | None:
        """What ``info/exclude``, and after it the user's excludes, say of an entry; None: nothing."""
        if self._excludes is None:
            self._excludes = [*self._read_excludes()]
        for excludes in self._excludes:
            verdict = excludes.verdict(path, name, is_dir)
            if verdict is not None:
                return verdict
        return None

    def tracks(self, path: str, is_dir: bool) -> bool:
        """Whether git tracks a file, or a file below a folder. True where git cannot tell."""
        if self._tracked is None:
            self._tracked = self._ask()
        if self.silent:
            return True
        tracked, folders = self._tracked
        relative = path[len(self.top) :].replace(os.sep, "/").lstrip("/")
        return relative in tracked or (is_dir and relative in folders)

    def _ask(self) -> tuple[frozenset[str], frozenset[str]]:
        own, _ = git_folders(self.top)
        index = os.path.join(own, "index")
        self.consulted.append(index)
        found: set[str] = set()
        folders: set[str] = set()
        # A repository without an index tracks nothing; that needs no git.
        if os.path.lexists(index) or not os.path.isdir(own):
            try:
                found.update(git.answer(self.top, "ls-files", "-z").split("\0"))
            except git.GitError as error:
                self.silent = True
                self._trees.notes[
                    f"{self.top}: git cannot tell which files it tracks ({error}), so files that it ignores "
                    "are checked, too"
                ] = None
        for path in found:
            folder = path.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found - {""}), frozenset(folders)

    def _read_excludes(self) -> Iterator[IgnoreFile]:
        own, common = git_folders(self.top)
        paths = [os.path.join(common, "info", "exclude")]
        self.consulted += (os.path.join(common, "config"), os.path.join(own, "config.worktree"))
        self.consulted.append(os.path.join(own, "HEAD"))  # what is included may depend on the branch
        settings = ""
        with contextlib.suppress(git.GitError):  # without them, less is ignored
            settings = git.answer(self.top, "config", "--list", "--show-origin", "-z")
        paths.append(self._excludes_file(settings))
        for path in filter(None, paths):
            self.consulted.append(path)
            excludes = self._trees.read(self.top, path)
            if excludes is not None:
                yield excludes

    def _excludes_file(self, settings: str) -> str:
        """The file of the user's excludes, by all settings of git and where these stand."""
        found: str | None = None
        parts = settings.split("\0")
        for origin, setting in zip(parts[::2], parts[1::2], strict=False):
            name, _, value = setting.partition("\n")
            place = ""
            if origin.startswith("file:"):
                place = os.path.join(self.top, origin.removeprefix("file:"))
                self.consulted.append(place)
            if name == "core.excludesfile":
                found = os.path.join(self.top, os.path.expanduser(value)) if value else ""
            elif name.startswith(("include.", "includeif.")) and place:
                # It may be missing now.
                self.consulted.append(os.path.join(os.path.dirname(place), os.path.expanduser(value)))
        return os.path.join(_git_home(), "ignore") if found is None else found


class Level:
    """The ignore files of one folder, chained to those of its parents."""

    __slots__ = ("_git", "_local", "parent", "starts_tree", "tree")

    def __init__(self, folder: str, names: Iterable[str], parent: Level | None, trees: Trees) -> None:
        """``names`` are the entries of the folder, or as much of them as concerns ignore files."""
        self.parent = parent
        self._local = self._git = None
        self.starts_tree = ".git" in names
        #: The work tree that the folder is part of.
        self.tree: WorkTree | None = parent.tree if parent is not None else None
        if self.starts_tree:
            self.tree = trees.at(folder)
        if ".ignore" in names:
            self._local = trees.read(folder, os.path.join(folder, ".ignore"))
        if ".gitignore" in names and self.tree is not None:
            path = os.path.join(folder, ".gitignore")
            if os.path.islink(path):
                trees.notes[f"{path}: git does not follow a link; none of its patterns count"] = None
            else:
                self._git = trees.read(folder, path)

    def state(self, path: str, name: str, is_dir: bool) -> int:
        """Tell whether the entry of this folder is :data:`SEEN`, :data:`IGNORED` or :data:`TRACKED`.

        The nearest folder decides; ``.ignore`` goes before ``.gitignore``, that before ``info/exclude``, that
        before the user's excludes. Git's files count only inside a work tree, and only up to its top.
        """
        by_git: bool | None = None
        tree = self.tree
        inside = tree is not None
        level: Level | None = self
        while level is not None:
            if level._local is not None:
                verdict = level._local.verdict(path, name, is_dir)
                if verdict is not None:
                    return IGNORED if verdict else SEEN
            if inside:
                if by_git is None and level._git is not None:
                    by_git = level._git.verdict(path, name, is_dir)
                inside = not level.starts_tree
            level = level.parent
        if by_git is None and tree is not None:
            by_git = tree.verdict(path, name, is_dir)
        return self.if_tracked(path, is_dir) if by_git else SEEN

    def if_tracked(self, path: str, is_dir: bool) -> int:
        """What :meth:`state` is of an entry that git ignores, itself or with the folder that it is in."""
        return TRACKED if self.tree is not None and self.tree.tracks(path, is_dir) else IGNORED


def level_for(folder: str, trees: Trees) -> Level | None:
    """Build the chain of the folders *above* ``folder``; None where nothing is to be respected."""
    parent_path = os.path.dirname(folder)
    if parent_path == folder:
        return None
    parent = level_for(parent_path, trees)
    names = [n for n in (".git", ".gitignore", ".ignore") if os.path.lexists(os.path.join(parent_path, n))]
    return Level(parent_path, names, parent, trees) if names else parent


def git_folders(top: str) -> tuple[str, str]:
    """The folder of git's own files of a work tree, and the one that it shares with others of its kind.

    Both are ``.git``, unless that is a file that points elsewhere.
    """
    own = common = os.path.join(top, ".git")
    first = _first_line(own)
    if first is not None and first.startswith("gitdir:"):
        own = common = os.path.join(top, first.removeprefix("gitdir:").strip())
        shared = _first_line(os.path.join(own, "commondir"))
        if shared is not None:
            common = os.path.join(own, shared.strip())
    return own, common


def _first_line(path: str) -> str | None:
    try:
        return os.fsdecode(files.read(path, _MOST_BYTES_OF_A_POINTER)).split("\n", 1)[0]
    except (OSError, ValueError):
        return None


def git_files(folder: str) -> tuple[str, str]:
    """The files by which a repository in ``folder`` rules what is ignored, its excludes last.

    They need not exist. The first tells whether there is a repository at all: ``.git`` where it is a
    file, or missing; in a folder something that each repository has.
    """
    git = os.path.join(folder, ".git")
    # The folder itself changes with every command of git.
    exclude = os.path.join(git_folders(folder)[1], "info", "exclude")
    return (os.path.join(git, "HEAD") if os.path.isdir(git) else git), exclude


def _git_home() -> str:
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "git")


def user_files() -> list[str]:
    """The user's and the system's files of git that may rule what is ignored; some may be missing."""
    places = [os.path.join(os.path.expanduser("~"), ".gitconfig"), "/etc/gitconfig"]
    places += [os.path.join(_git_home(), name) for name in ("config", "ignore")]
    places += [os.environ.get(name, "") for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM")]
    return [os.path.abspath(place) for place in places if place]
