"""How a repository is laid out: its services, the folders that modules are imported from, where tests lie."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from flake8_ssot_ids.adopt.signals import words_of
from flake8_ssot_ids.policy.globs import escape

#: What makes a folder a project of its own.
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_HOLDERS = frozenset(("services", "apps", "packages", "libs", "projects", "components"))
_SOURCES = frozenset(("src", "lib", "python"))
#: Folders at the top, or at the top of a service, whose code is not deployed.
_ASIDE = frozenset((
    "scripts", "script", "examples", "example", "docs", "doc", "benchmarks", "benchmark", "demo",
    "demos", "samples", "sample", "notebooks", "ci", ".github", "cookbook", "tutorials",
))  # fmt: skip
_ASIDE_FILES = frozenset(("setup.py", "build.py", "noxfile.py", "tasks.py", "fabfile.py"))
_TEST_WORDS = frozenset(("test", "tests", "e2e", "spec", "specs", "testing"))
_TEST_IMPORT = re.compile(rb"^[ \t]*(?:import|from)[ \t]+(?:pytest|unittest)\b", re.MULTILINE)
_TEST_CODE = re.compile(
    rb"^[ \t]*(?:async[ \t]+)?def[ \t]+test_\w|^class[ \t]+\w*(?:Test\w*|\(.*TestCase\))", re.MULTILINE
)
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)[\w.]*[ \t]+import\b|import[ \t]+([A-Za-z_]\w*))", re.MULTILINE
)


class Repository:
    """Where things are. All paths are relative to the root, with ``/``; the root itself is ``""``.

    Args:
        root: absolute.
        files: all Python files that are checked.
    """

    def __init__(self, root: str, files: Iterable[str]) -> None:
        self.root = root
        self.files = sorted(files)
        folders = {""}
        for file in self.files:
            folder = file.rpartition("/")[0]
            while folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        self._known = set(self.files)
        #: The folders below the root that are projects of their own.
        self.projects = sorted(
            folder
            for folder in folders - {""}
            # A package may have a module called `setup`.
            if f"{folder}/__init__.py" not in self._known
            and any(os.path.isfile(os.path.join(root, folder, name)) for name in PROJECT_FILES)
        )
        self.folders = folders

    def service_of(self, file: str) -> str:
        """The folder of the service that a file belongs to; empty for a module at the root."""
        parts = file.split("/")[:-1]
        for length in range(len(parts), 0, -1):
            if "/".join(parts[:length]) in self.projects:
                return "/".join(parts[:length])
        if (
            len(parts) > 1
            and parts[0] in _SOURCES | _HOLDERS
            and f"{parts[0]}/__init__.py" not in self._known
        ):
            return "/".join(parts[:2])
        return "/".join(parts[:1])

    def is_aside(self, file: str) -> bool:
        """Whether a file is not deployed: a script, an example, a page of the documentation."""
        service = self.service_of(file)
        parts = file.split("/")
        inner = file[len(service) + 1 :].split("/") if service in self.projects else []
        for steps in (parts, inner):
            if len(steps) > 1 and steps[0] in _ASIDE:
                return True
            if len(steps) == 1 and steps[0] in _ASIDE_FILES:
                return True
        return False

    def aside_folder(self, file: str) -> str:
        """The topmost folder, or the file itself, that :meth:`is_aside` speaks of."""
        parts = file.split("/")
        at = next((n for n, part in enumerate(parts[:-1]) if part in _ASIDE), None)
        return escape(file if at is None else "/".join(parts[: at + 1]))

    def src(self, texts: Mapping[str, bytes]) -> list[str]:
        """The folders that modules are imported from, if others than the default ones are needed; else empty.

        A folder is one if it is a project of its own, or if modules elsewhere import its packages by name.
        """
        tops: dict[str, set[str]] = {}
        for file in self.files:
            folder = file.rpartition("/")[0]
            if folder and not file.endswith("/__init__.py") and f"{folder}/__init__.py" not in self._known:
                continue
            top = folder
            while top and f"{top.rpartition('/')[0]}/__init__.py".lstrip("/") in self._known:
                top = top.rpartition("/")[0]
            parent, _, name = top.rpartition("/")
            if top:
                tops.setdefault(name, set()).add(parent)
        usual = {"", "src"}
        found = {""} | ({"src"} if "src" in self.folders else set())
        imported: dict[str, Counter[str]] = {}
        for file, data in texts.items():
            for match in _IMPORT.finditer(data):
                name = (match[1] or match[2]).decode()
                if name in tops:
                    imported.setdefault(name, Counter())[file] += 1
        for name, parents in tops.items():
            if parents & usual:
                continue
            for parent in parents:
                inside = re.compile(re.escape(f"{parent}/{name}/"))
                if self._in_package(parent):
                    continue
                own = parent in self.projects or parent.rpartition("/")[0] in self.projects
                if own or (len(parents) == 1 and not all(map(inside.match, imported.get(name, ())))):
                    found.add(parent)
        return [] if found <= usual else [folder or "." for folder in sorted(found)]

    def _in_package(self, folder: str) -> bool:
        """Whether the folder is a package, or below one, as parts of one that lack an ``__init__`` are."""
        while folder:
            if f"{folder}/__init__.py" in self._known:
                return True
            folder = folder.rpartition("/")[0]
        return False

    def test_patterns(self, texts: Mapping[str, bytes]) -> list[str]:
        """What looks like tests among ``texts``, which the default patterns do not cover, as globs."""
        folders: dict[str, None] = {}
        single: list[str] = []
        for file, data in sorted(texts.items()):
            if self.is_aside(file) or _TEST_IMPORT.search(data) is None:
                continue
            parts = file.split("/")[:-1]
            at = next((n for n, part in enumerate(parts) if _is_test_folder(part)), None)
            if at is not None:
                folders["/".join(parts[: at + 1])] = None
            elif _TEST_CODE.search(data) is not None:
                single.append(file)
        names = Counter(folder.rpartition("/")[2] for folder in folders)
        patterns = [
            f"{escape(name)}/" if count > 1 or name in folders else f"{escape(folder)}/"
            for folder in folders
            for name, count in [(folder.rpartition("/")[2], names[folder.rpartition("/")[2]])]
        ]
        patterns += [escape(file) if "/" in file else f"./{escape(file)}" for file in single]
        return [*dict.fromkeys(patterns)]


def _is_test_folder(name: str) -> bool:
    words = words_of(name)
    return not _TEST_WORDS.isdisjoint((words[0], words[-1]))


def service_label(folder: str) -> str | None:
    """What a service is called: its folder's name without a ``_service`` at its end."""
    name = folder.rpartition("/")[2]
    label = re.sub(r"[-_]?service$", "", name, flags=re.IGNORECASE)
    return (label or name) or None


def compress(chosen: set[str], production: set[str]) -> list[str]:
    """The fewest globs that name the files ``chosen`` among all ``production`` files.

    A folder stands for its files if at least two are chosen and none is left out but ``__init__.py`` beside
    two others; ``prefix_*.py`` for those files of a folder that begin with a word; all else is named singly.
    """
    found: list[str] = []
    _compress("", sorted(chosen), chosen, production, found)
    return found


def _compress(
    folder: str, inside: list[str], chosen: set[str], production: set[str], found: list[str]
) -> None:
    prefix = f"{folder}/" if folder else ""
    everything = [file for file in production if file.startswith(prefix)]
    telling = [file for file in inside if not _is_init(file)]
    left_out = [file for file in everything if file not in chosen]
    if folder and len(inside) > 1 and (not left_out or (len(telling) > 1 and all(map(_is_init, left_out)))):
        found.append(escape(folder))
        return
    below: dict[str, list[str]] = {}
    here: list[str] = []
    for file in inside:
        head, slash, _ = file[len(prefix) :].partition("/")
        if slash:
            below.setdefault(prefix + head, []).append(file)
        else:
            here.append(file)
    names = sorted({file[len(prefix) :] for file in everything if "/" not in file[len(prefix) :]})
    groups: dict[str, list[str]] = {}
    for file in here:
        groups.setdefault(file[len(prefix) :].partition("_")[0], []).append(file)
    for word, files in groups.items():
        alike = [prefix + name for name in names if name.startswith(f"{word}_")]
        if len(files) > 1 and set(alike) == set(files):
            found.append(f"{escape(prefix + word)}_*.py")
        else:
            found.extend(map(escape, files))
    for name in sorted(below):
        _compress(name, below[name], chosen, production, found)


def _is_init(file: str) -> bool:
    return file.rpartition("/")[2] == "__init__.py"
