"""Which paths git and its kin ignore: ``.gitignore``, ``.ignore``, ``info/exclude``, global excludes.

The grammar of one line is read by ``pathspec``; this module only arranges its answers so that
a tree of thousands of files is judged quickly. A walk asks about every entry on its way down,
so an entry is matched by itself and never by its parents: what lies in an ignored folder is
never asked for.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_GLOB_CHARACTERS = frozenset("*?[]\\")


class IgnoreFile:
    """The patterns of one ignore file; ``base`` is the folder that they are relative to."""

    __slots__ = ("_any_glob", "_any_path", "_any_suffix", "_globs", "_names", "_paths", "_suffixes", "base")

    def __init__(self, base: str, lines: Iterable[str]) -> None:
        """Read the lines; one that cannot be understood has no effect, as in git."""
        self.base = base
        # Each row has the number of its line, because the last line that matches wins.
        self._names: dict[str, list[tuple[int, bool, bool]]] = {}
        self._suffixes: list[tuple[int, bool, bool, str]] = []
        self._globs: list[tuple[int, bool, bool, re.Pattern[str]]] = []
        self._paths: list[tuple[int, bool, bool, re.Pattern[str]]] = []
        for number, line in enumerate(lines):
            self._add(number, line)
        self._suffixes.reverse()
        self._globs.reverse()
        self._paths.reverse()
        # Most entries match none, which one search says.
        self._any_suffix = tuple(suffix for _, _, _, suffix in self._suffixes)
        self._any_glob = _any_of(self._globs)
        self._any_path = _any_of(self._paths)

    def _add(self, number: int, line: str) -> None:
        text = _without_trailing_blanks(line)
        if not text or text[0] == "#":
            return
        include = text[0] != "!"
        glob = text if include else text[1:]
        folder_only = glob.endswith("/")
        if folder_only:
            glob = glob[:-1]
        if not glob:
            return
        if "/" not in glob and _GLOB_CHARACTERS.isdisjoint(glob):
            self._names.setdefault(glob, []).append((number, include, folder_only))
        elif glob[0] == "*" and len(glob) > 1 and "/" not in glob and _GLOB_CHARACTERS.isdisjoint(glob[1:]):
            self._suffixes.append((number, include, folder_only, glob[1:]))
        else:
            try:
                regex = _plain_regex(glob) or _regex(glob)
            except ValueError:
                return  # git drops a line that it cannot read
            if regex is not None:
                table = self._paths if "/" in glob else self._globs
                table.append((number, include, folder_only, re.compile(regex)))

    def verdict(self, path: str, name: str, is_dir: bool) -> bool | None:
        """Tell whether the entry is ignored (True), taken back in (False) or not mentioned (None)."""
        best = -1
        ignored: bool | None = None
        for number, include, folder_only in self._names.get(name, ()):
            if is_dir or not folder_only:
                best, ignored = number, include
        for number, include, folder_only, suffix in self._suffixes if name.endswith(self._any_suffix) else ():
            if number < best:
                break
            if name.endswith(suffix) and (is_dir or not folder_only):
                best, ignored = number, include
                break
        for number, include, folder_only, regex in self._globs if self._any_glob(name) else ():
            if number < best:
                break
            if (is_dir or not folder_only) and regex.match(name):
                best, ignored = number, include
                break
        if self._paths and self._any_path(
            relative := path[len(self.base) :].replace(os.sep, "/").lstrip("/")
        ):
            for number, include, folder_only, regex in self._paths:
                if number < best:
                    break
                if (is_dir or not folder_only) and regex.match(relative):
                    return include
        return ignored


def _any_of(table: list[tuple[int, bool, bool, re.Pattern[str]]]) -> Callable[[str], object]:
    """What tells whether a text matches any pattern of ``table``."""
    if any(regex.groups for *_, regex in table):  # they may bear the same names
        return bool  # a name is never empty
    return re.compile("|".join(f"(?:{regex.pattern})" for *_, regex in table) or r"(?!)").match


def _without_trailing_blanks(line: str) -> str:
    text = line.rstrip("\r")
    while text.endswith((" ", "\t")) and not text.endswith("\\ "):
        text = text[:-1]
    return text


# Loading pathspec takes longer than walking a thousand files, and almost every line of real
# ignore files needs nothing of it: stars, question marks, plain classes, anchored paths.
_PLAIN = re.compile(r"(?:[^\\*?\[\]!^/]|\*(?!\*)|\?|/(?!/)|\[[A-Za-z0-9_.]+\])+\Z")
_PART = re.compile(r"\*|\?|\[[^]]+\]|[^*?\[]+")


def _plain_regex(glob: str) -> str | None:
    """Translate a glob without escapes, ``**`` and odd classes; None if it has any of them."""
    if not _PLAIN.match(glob):
        return None
    special = {"*": "[^/]*", "?": "[^/]"}
    parts = _PART.findall(glob.removeprefix("/"))
    return "".join(special.get(p) or (p if p[0] == "[" else re.escape(p)) for p in parts) + r"\Z"


# How the regexes of pathspec 1.x and 0.12 end where they also match what lies below.
_BELOW_TOO = ("(?:(?P<ps_d>/)|$)", "(?:/.*)?$")


def _regex(glob: str) -> str | None:
    try:
        from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern as Pattern
    except ImportError:  # pathspec 0.12
        from pathspec.patterns.gitwildmatch import GitWildMatchPattern as Pattern
    regex: str | None = Pattern.pattern_to_regex(glob)[0]
    # A file below a match does not match by itself: its folder may have been taken back in.
    for tail in _BELOW_TOO:
        if regex is not None and regex.endswith(tail):
            return regex[: -len(tail)] + r"\Z"
    return regex


def read_ignore_file(base: str, path: str) -> IgnoreFile | None:
    """Read an ignore file; None if it does not exist or cannot be read."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError:
        return None
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    return IgnoreFile(base, text.split("\n"))


class Level:
    """The ignore files of one folder, chained to those of its parents."""

    __slots__ = ("_exclude", "_git", "_local", "has_git", "in_git", "parent")

    def __init__(self, folder: str, names: Iterable[str], parent: Level | None) -> None:
        """``names`` are the entries of the folder, or as much of them as concerns ignore files."""
        self.parent = parent
        self._local = self._git = self._exclude = None
        self.has_git = ".git" in names
        self.in_git: bool = self.has_git or (parent is not None and parent.in_git)
        if ".ignore" in names:
            self._local = read_ignore_file(folder, os.path.join(folder, ".ignore"))
        if ".gitignore" in names:
            self._git = read_ignore_file(folder, os.path.join(folder, ".gitignore"))
        if self.has_git:
            self._exclude = read_ignore_file(folder, git_files(folder)[-1])

    def ignored(self, path: str, name: str, is_dir: bool, global_excludes: IgnoreFile | None) -> bool:
        """Tell whether the entry of this folder is ignored.

        The nearest folder decides; ``.ignore`` goes before ``.gitignore``, that before
        ``info/exclude``, that before the user's global excludes. Git's files count only inside
        a repository, and only up to its root.
        """
        by_git: bool | None = None
        by_exclude: bool | None = None
        level: Level | None = self
        left_repository = not self.in_git
        while level is not None:
            if level._local is not None:
                verdict = level._local.verdict(path, name, is_dir)
                if verdict is not None:
                    return verdict
            if not left_repository:
                if by_git is None and level._git is not None:
                    by_git = level._git.verdict(path, name, is_dir)
                if level._exclude is not None:
                    by_exclude = level._exclude.verdict(path, name, is_dir)
                left_repository = level.has_git
            level = level.parent
        if by_git is not None:
            return by_git
        if by_exclude is not None:
            return by_exclude
        if global_excludes is not None and self.in_git:
            return bool(global_excludes.verdict(path, name, is_dir))
        return False


def level_for(folder: str) -> Level | None:
    """Build the chain of the folders *above* ``folder``; None where nothing is to be respected."""
    parent_path = os.path.dirname(folder)
    if parent_path == folder:
        return None
    parent = level_for(parent_path)
    names = [n for n in (".git", ".gitignore", ".ignore") if os.path.lexists(os.path.join(parent_path, n))]
    return Level(parent_path, names, parent) if names else parent


def _git_folder(folder: str) -> str:
    """Find the git directory that holds ``info/`` (a worktree's ``.git`` is a file that points to it)."""
    place = os.path.join(folder, ".git")
    try:
        with open(place, encoding="utf-8", errors="surrogateescape") as stream:
            first = stream.readline()
        if first.startswith("gitdir:"):
            place = os.path.join(folder, first[len("gitdir:") :].strip())
            with open(os.path.join(place, "commondir"), encoding="utf-8", errors="surrogateescape") as stream:
                place = os.path.join(place, stream.readline().strip())
    except OSError:
        pass  # the usual case: it is a directory
    return place


def git_files(folder: str) -> tuple[str, str]:
    """The files by which a repository in ``folder`` rules what is ignored, its excludes last.

    They need not exist. The first tells whether there is a repository at all: ``.git`` where it is a
    file, or missing; in a folder something that each repository has.
    """
    exclude = os.path.join(_git_folder(folder), "info", "exclude")
    git = os.path.join(folder, ".git")
    # The folder itself changes with every command of git.
    return (os.path.join(git, "HEAD") if os.path.isdir(git) else git), exclude


def read_global_excludes(base: str) -> IgnoreFile | None:
    """Read the user's global excludes."""
    return read_ignore_file(base, global_excludes_file())


def global_excludes_file() -> str:
    """The file of the user's global excludes: git's ``core.excludesFile`` or its default place."""
    home = os.path.expanduser("~")
    config_home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    for config in (os.path.join(home, ".gitconfig"), os.path.join(config_home, "git", "config")):
        try:
            with open(config, encoding="utf-8", errors="surrogateescape") as stream:
                text = stream.read()
        except OSError:
            continue
        found = re.search(r'(?im)^[ \t]*excludesfile[ \t]*=[ \t]*"?([^"\r\n]*?)"?[ \t]*$', text)
        if found:
            return os.path.expanduser(found[1])
    return os.path.join(config_home, "git", "ignore")
