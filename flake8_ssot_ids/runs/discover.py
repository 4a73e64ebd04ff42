"""From paths to Python files, the way ruff finds them.

A path that names a file is always taken, also an excluded one, unless exclusions are forced.
A folder is walked: excluded and ignored entries are left out, unless they are part of a critical
zone; so are symbolic links to folders, so no loop can form. Links in a critical zone are followed
within the project. What cannot be walked or is missing is reported, never passed over in silence.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from flake8_ssot_ids.runs.worktree import (
    IGNORED,
    SEEN,
    TRACKED,
    Level,
    Trees,
    git_files,
    level_for,
    user_files,
)
from flake8_ssot_ids.system import git
from flake8_ssot_ids.system.files import is_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flake8_ssot_ids.policy.policy import Policy

PYTHON_SUFFIXES = (".py", ".pyw")
CONFIG_NAMES = ("ssot-ids.toml", "pyproject.toml")
_IGNORE_NAMES = frozenset((".git", ".gitignore", ".ignore"))
_TELLING_NAMES = frozenset((*CONFIG_NAMES, ".gitignore", ".ignore"))
#: With more files than this, the work is worth another process.
_MANY = 150


@dataclass(slots=True)
class DiscoverResult:
    """The files found, absolute, sorted and each once, and what could not be searched.

    ``errors`` are (path, reason). ``groups`` gives the same files by the policy that governs
    them, in the order in which the policies were met.
    """

    files: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    groups: list[tuple[Policy, list[str]]] = field(default_factory=list)
    #: Folders that were walked, and configuration and ignore files that were met on the way.
    consulted: list[str] = field(default_factory=list)
    #: Of links in critical zones: the folder where each leads, and the link.
    links: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def through_links(self, path: str) -> list[str]:
        """The other paths under which links in critical zones lead to a file."""
        return [link + path[len(folder) :] for folder, link in self.links if is_below(path, folder)]


def discover(
    paths: Sequence[str],
    policy: Policy,
    *,
    respect_gitignore: bool = True,
    force_exclude: bool = False,
    policy_for: Callable[[str], Policy] | None = None,
    many: Callable[[], None] | None = None,
) -> DiscoverResult:
    """Find the Python files that ``paths`` stand for.

    ``policy`` governs everything, unless ``policy_for`` gives the policy that is found upward
    from a folder; it is asked for each path and for each folder with a configuration file.
    What it raises passes through. ``many`` is called as soon as it is clear that there are many.
    """
    search = _Search(policy, respect_gitignore, policy_for, many)
    for path in paths:
        absolute = os.path.abspath(path)
        try:
            is_dir = os.path.isdir(absolute)
            if not is_dir:
                os.lstat(absolute)
        except (OSError, ValueError) as error:
            search.errors[path] = _reason(error)
            continue
        start = absolute if is_dir else os.path.dirname(absolute)
        governing = policy_for(start) if policy_for is not None else policy
        if force_exclude and governing.excluded(absolute, is_dir):
            continue
        if is_dir:
            search.walk(absolute, governing)
        else:
            search.take(absolute, governing)
    return search.result()


class _Folder:
    """A folder to walk; ``above`` is the state of all that is in it, unless it is ``SEEN``."""

    __slots__ = ("above", "level", "path", "policy")

    def __init__(self, path: str, policy: Policy, level: Level | None, above: int) -> None:
        self.path = path
        self.policy = policy
        self.level = level
        self.above = above

    def state_of(
        self, real: str, path: str, name: str, is_dir: bool, excluded: Callable[[str, bool], bool]
    ) -> int:
        """Whether an entry is left out, apart from being critical."""
        level = self.level
        if excluded(path, is_dir):
            # What others wrote is still part of a zone of the project where git tracks it.
            if level is None or level.tree is None or not self.policy.is_critical(path, is_dir, others=True):
                return IGNORED
            return SEEN if level.tree.tracks(real, is_dir) else IGNORED
        if level is None or self.above == IGNORED:
            return self.above
        return level.state(real, name, is_dir) if self.above == SEEN else level.if_tracked(real, is_dir)


class _Search:
    def __init__(
        self,
        policy: Policy,
        respect_gitignore: bool,
        policy_for: Callable[[str], Policy] | None,
        many: Callable[[], None] | None,
    ) -> None:
        self._many = many
        self.errors: dict[str, str] = {}
        self._respect = respect_gitignore
        self._policy_for = policy_for
        self._policies: dict[int, Policy] = {id(policy): policy}
        self._found: dict[str, int] = {}
        self._consulted: list[str] = []
        self._trees = Trees()
        #: Folders that were walked, and links in critical zones that were met, each with its policy.
        self._roots: list[str] = []
        self._met: list[tuple[str, Policy]] = []
        self._links: list[tuple[str, str]] = []
        #: Where files that were reached through a link really are.
        self._behind: set[str] = set()

    def take(self, path: str, policy: Policy) -> None:
        self._policies.setdefault(id(policy), policy)
        self._found.setdefault(path, id(policy))

    def walk(self, root: str, policy: Policy, *, linked: bool = False) -> None:
        """Walk a folder; of one that is ``linked`` from a critical zone only what is part of that."""
        self._policies.setdefault(id(policy), policy)
        # What git and the ignore files say depends on where a folder really is.
        real = os.path.realpath(root)
        self._roots.append(real)
        level = level_for(real, self._trees) if self._respect else None
        found = self._found
        # A folder that is named itself is walked even if a pattern excludes it.
        lenient_key = id(policy) if not linked and policy.excluded(root, True) else 0
        lenient = _exclusion_below(policy, root) if lenient_key else policy.excluded
        pending = [_Folder(real, policy, level, IGNORED if linked else SEEN)]
        while pending:
            here = pending.pop()
            shown = _shown(here.path, real, root)
            try:
                with os.scandir(here.path) as entries:
                    listing = list(entries)
            except OSError as error:
                self.errors[shown] = _reason(error)
                continue
            self._enter(here, shown, {entry.name for entry in listing})
            key = id(here.policy)
            excluded = lenient if key == lenient_key else here.policy.excluded
            for entry in listing:
                name = entry.name
                try:
                    is_dir = entry.is_dir(follow_symlinks=False)
                    if not is_dir and (
                        (not name.endswith(PYTHON_SUFFIXES) or not entry.is_file(follow_symlinks=False))
                        and (not entry.is_symlink() or not self._takes_link(entry, real, root, here.policy))
                    ):
                        continue
                except OSError as error:
                    self.errors[_shown(entry.path, real, root)] = _reason(error)
                    continue
                path = entry.path if real == root else _shown(entry.path, real, root)
                state = here.state_of(entry.path, path, name, is_dir, excluded)
                if state == IGNORED and not here.policy.is_critical(path, is_dir):
                    continue
                if is_dir:
                    pending.append(_Folder(entry.path, here.policy, here.level, state))
                elif not (linked and (entry.path in found or entry.path in self._behind)):
                    found.setdefault(path, key)
                    if real != root:
                        self._behind.add(entry.path)

    def _enter(self, here: _Folder, shown: str, names: set[str]) -> None:
        """Note what the answers for this folder depend on, and find what governs it."""
        self._consulted.append(shown)
        self._consulted.extend(os.path.join(shown, name) for name in names & _TELLING_NAMES)
        if ".git" in names:
            self._consulted.extend(git_files(here.path))
        # What is only looked at for its zone stays under the configuration that has the zone.
        if self._policy_for is not None and here.above != IGNORED and not names.isdisjoint(CONFIG_NAMES):
            here.policy = self._policy_for(shown)
            self._policies.setdefault(id(here.policy), here.policy)
        if self._respect and not names.isdisjoint(_IGNORE_NAMES):
            here.level = Level(here.path, names, here.level, self._trees)
            if here.level.starts_tree and here.above == TRACKED:  # a submodule
                here.above = SEEN
        if self._many is not None and len(self._found) > _MANY:
            self._many()
            self._many = None

    def _takes_link(self, entry: os.DirEntry[str], real: str, root: str, policy: Policy) -> bool:
        """Whether to take a link; one to a folder is noted where a critical zone has it."""
        # A link to a pipe is no file; a dangling link is one that cannot be read.
        if entry.name.endswith(PYTHON_SUFFIXES) and (entry.is_file() or not os.path.exists(entry.path)):
            return True
        path = _shown(entry.path, real, root)
        if policy.is_critical(path, True) and os.path.isdir(entry.path):
            self._met.append((path, policy))
        return False

    def follow_links(self) -> None:
        """Follow the links in critical zones, each folder once, or report them."""
        followed: set[str] = set()
        while self._met:
            self._met.sort(key=lambda met: met[0], reverse=True)
            link, policy = self._met.pop()
            target = os.path.realpath(link)
            place = os.path.realpath(os.path.dirname(link))
            inside = (os.path.realpath(policy.root), git.top_of(place), *self._roots)
            if not any(top is not None and is_below(target, top) for top in inside):
                self.errors[link] = f"a link in a critical zone leads out of the project, to {target}"
            elif not is_below(place, target):  # else it is a loop
                self._links.append((target, link))
                if target not in followed:
                    followed.add(target)
                    self.walk(link, policy, linked=True)

    def result(self) -> DiscoverResult:
        self.follow_links()
        files = sorted(self._found)
        groups: dict[int, list[str]] = {}
        for path in files:
            groups.setdefault(self._found[path], []).append(path)
        return DiscoverResult(
            files,
            sorted(self.errors.items()),
            [(policy, groups[key]) for key, policy in self._policies.items() if key in groups],
            [*self._consulted, *self._trees.consulted],
            sorted(self._links),
            [*self._trees.notes],
        )


def surroundings(paths: Sequence[str]) -> list[str]:
    """Files above ``paths`` and in the home folder that may govern them, whether they exist or not."""
    found = user_files()
    folders: dict[str, None] = {}
    for path in (os.getcwd(), *map(os.path.abspath, paths)):
        while path not in folders:
            folders[path] = None
            path = os.path.dirname(path)
    for folder in folders:
        found.extend(os.path.join(folder, name) for name in sorted(_TELLING_NAMES))
        found.extend(git_files(folder))
    return found


def _exclusion_below(policy: Policy, root: str) -> Callable[[str, bool], bool]:
    from flake8_ssot_ids.policy.globs import Globs

    globs = Globs(policy.exclude, anywhere=True)
    globs.keep(policy.relative(root))
    return lambda path, is_dir: (
        globs.matches(policy.relative(path), is_dir) and not policy.is_critical(path, is_dir)
    )


def _shown(path: str, real: str, root: str) -> str:
    """The path as it is reached from ``root``, which really is at ``real``."""
    return root + path[len(real) :] if real != root else path


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
