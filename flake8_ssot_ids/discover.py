"""From paths to Python files, the way ruff finds them.

A path that names a file is always taken, also an excluded one, unless exclusions are forced.
A folder is walked: excluded and ignored entries are left out, symbolic links to folders are
not followed, so no loop can form. What cannot be walked or is missing is reported, never
passed over in silence.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from flake8_ssot_ids.ignorefiles import (
    Level,
    git_files,
    global_excludes_file,
    level_for,
    read_global_excludes,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flake8_ssot_ids.ignorefiles import IgnoreFile
    from flake8_ssot_ids.policy import Policy

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
        self._global_excludes: IgnoreFile | None = None
        if respect_gitignore:
            self._global_excludes = read_global_excludes(os.getcwd())

    def take(self, path: str, policy: Policy) -> None:
        self._policies.setdefault(id(policy), policy)
        self._found.setdefault(path, id(policy))

    def walk(self, root: str, policy: Policy) -> None:
        self._policies.setdefault(id(policy), policy)
        level = level_for(root) if self._respect else None
        found = self._found
        # A folder that is named itself is walked even if a pattern excludes it.
        lenient_key = id(policy) if policy.excluded(root, True) else 0
        lenient = _exclusion_below(policy, root) if lenient_key else policy.excluded
        pending: list[tuple[str, Policy, Level | None]] = [(root, policy, level)]
        while pending:
            folder, policy, level = pending.pop()
            try:
                with os.scandir(folder) as entries:
                    listing = list(entries)
            except OSError as error:
                self.errors[folder] = _reason(error)
                continue
            names = {entry.name for entry in listing}
            self._consulted.append(folder)
            self._consulted.extend(os.path.join(folder, name) for name in names & _TELLING_NAMES)
            if ".git" in names:
                self._consulted.extend(git_files(folder))
            if self._policy_for is not None and not names.isdisjoint(CONFIG_NAMES):
                policy = self._policy_for(folder)
                self._policies.setdefault(id(policy), policy)
            if self._respect and not names.isdisjoint(_IGNORE_NAMES):
                level = Level(folder, names, level)
            if self._many is not None and len(found) > _MANY:
                self._many()
                self._many = None
            key = id(policy)
            excluded = lenient if key == lenient_key else policy.excluded
            for entry in listing:
                name = entry.name
                try:
                    is_dir = entry.is_dir(follow_symlinks=False)
                    if not is_dir:
                        if not name.endswith(PYTHON_SUFFIXES):
                            continue
                        # A link to a folder or a pipe is no file; a dangling link is one that cannot be read.
                        if not entry.is_file() and (not entry.is_symlink() or os.path.exists(entry.path)):
                            continue
                except OSError as error:
                    self.errors[entry.path] = _reason(error)
                    continue
                path = entry.path
                if excluded(path, is_dir):
                    continue
                if level is not None and level.ignored(path, name, is_dir, self._global_excludes):
                    continue
                if is_dir:
                    pending.append((path, policy, level))
                else:
                    found.setdefault(path, key)

    def result(self) -> DiscoverResult:
        files = sorted(self._found)
        groups: dict[int, list[str]] = {}
        for path in files:
            groups.setdefault(self._found[path], []).append(path)
        return DiscoverResult(
            files,
            sorted(self.errors.items()),
            [(policy, groups[key]) for key, policy in self._policies.items() if key in groups],
            self._consulted,
        )


def surroundings(paths: Sequence[str]) -> list[str]:
    """Files above ``paths`` and in the home folder that may govern them, whether they exist or not."""
    home = os.path.expanduser("~")
    config_home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    found = [
        os.path.join(home, ".gitconfig"),
        os.path.join(config_home, "git", "config"),
        os.path.abspath(global_excludes_file()),
    ]
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
    from flake8_ssot_ids.globs import Globs

    globs = Globs(policy.exclude, anywhere=True)
    globs.keep(policy.relative(root))
    return lambda path, is_dir: globs.matches(policy.relative(path), is_dir)


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
