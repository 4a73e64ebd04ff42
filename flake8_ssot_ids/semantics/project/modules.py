"""The modules of a project: in which file each lies, and what each hands on.

Modules are read only when a name leads to them. What is read, and what is looked for in vain,
is recorded in :attr:`Modules.touched`, so that a cached result knows what it depends on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from importlib.machinery import FrozenImporter
from typing import TypeVar

from flake8_ssot_ids.semantics.project.exports import EMPTY, Exports, exact_exports, loose_exports
from flake8_ssot_ids.system.files import is_below, read
from flake8_ssot_ids.uuids import catalog

_Answer = TypeVar("_Answer")
#: To parse a module and follow its names takes so many times as long as to search it.
_COST_OF_PARSING = 10
#: The folder of the standard library: what lies there shadows nothing.
_STANDARD = os.path.dirname(os.__file__)
#: How the file of a module may end, whether it can be read or not. (A stub is never imported.)
_ENDS = (".py", ".pyc", ".so", ".pyd")


class Home:
    """Where a file stands: its dotted package, and the folders that its absolute imports start from."""

    __slots__ = ("package", "roots")

    def __init__(self, package: str, roots: tuple[str, ...]) -> None:
        self.package = package
        self.roots = roots


class CostlyError(Exception):
    """To follow imports has cost more than was allowed."""


class Modules:
    """Finds and reads the modules below some folders, each once.

    A module or folder that cannot be read counts as an empty one; nothing here raises.

    Args:
        roots: the folders that the absolute imports of every file may start from.
        sources: attribute names of the module ``uuid`` that count.
    """

    def __init__(self, roots: Iterable[str], sources: frozenset[str]) -> None:
        self.roots = tuple(dict.fromkeys(os.path.abspath(root) for root in roots))
        self.sources = sources
        #: Paths that the answers depended on; for those that follow, put a new set here.
        self.touched: set[str] = set()
        #: What reading modules may cost, in bytes that are searched; None: whatever it takes.
        self.allowance: int | None = None
        self._listings: dict[str, Mapping[str, bool]] = {}
        self._homes: dict[str, Home] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}
        self._loose: dict[str, Exports] = {}
        self._exact: dict[str, Exports] = {}
        self._shadows: dict[tuple[str, tuple[str, ...]], tuple[str | None, frozenset[str]]] = {}
        #: By module and roots: all names that it hands on, and the paths that they depend on.
        self._visible: dict[tuple[str, tuple[str, ...]], tuple[frozenset[str], frozenset[str]]] = {}
        #: By module and roots: its own names, its star imports, and the paths that these depend on.
        self._handed_on: dict[
            tuple[str, tuple[str, ...]], tuple[tuple[frozenset[str], tuple[str, ...]], frozenset[str]]
        ] = {}

    def apart(self, ask: Callable[[], _Answer]) -> tuple[_Answer, frozenset[str]]:
        """The answer of ``ask``, and the paths that it depends on, which :attr:`touched` does not get.

        An answer that is remembered has to bring its paths along each time that it is given.
        """
        outer, self.touched = self.touched, set()
        try:
            answer = ask()
            paths = frozenset(self.touched)
        finally:
            self.touched = outer
        return answer, self.shared(paths)

    def shared(self, paths: frozenset[str]) -> frozenset[str]:
        """The same paths as the one object for them: many answers depend on the same hundreds."""
        return self._sets.setdefault(paths, paths)

    def listing(self, folder: str) -> Mapping[str, bool]:
        """The files and folders in ``folder``, with whether each is a folder; empty where it cannot be read.

        A link that leads nowhere, a pipe and the like are no module, and so not listed.
        """
        listing = self._listings.get(folder)
        if listing is None:
            try:
                with os.scandir(folder) as entries:
                    listing = {
                        entry.name: is_folder
                        for entry in entries
                        if (is_folder := entry.is_dir()) or entry.is_file()
                    }
            except OSError:
                listing = {}
            self._listings[folder] = listing
        self.touched.add(folder)
        return listing

    def _child(self, folder: str, name: str) -> tuple[str | None, str | None]:
        """``(file, folder)`` of the module ``name`` in ``folder``; a namespace package has no file."""
        listing = self.listing(folder)
        if listing.get(name):
            package = os.path.join(folder, name)
            if self.listing(package).get("__init__.py") is False:
                return os.path.join(package, "__init__.py"), package
            if listing.get(f"{name}.py") is not False:
                return None, package
        if listing.get(f"{name}.py") is False:
            return os.path.join(folder, f"{name}.py"), None
        return None, None

    def home(self, path: str) -> Home:
        """Where the file ``path`` stands: below the deepest root, else below its topmost package."""
        folder = os.path.dirname(os.path.abspath(path))
        known = self._homes.get(folder)
        if known is None:
            top = folder
            while self.listing(top).get("__init__.py") is False and os.path.dirname(top) != top:
                top = os.path.dirname(top)
            inside = [root for root in self.roots if is_below(folder, root)]
            root = max(inside, key=len, default=top)
            if len(root) > len(top):
                top = root
            roots = tuple(dict.fromkeys((root, *self.roots, top, *self._between(top, root))))
            relative = os.path.relpath(folder, root)
            package = "" if relative == "." else relative.replace(os.sep, ".")
            known = self._homes[folder] = Home(package, roots)
        return known

    def _between(self, folder: str, root: str) -> list[str]:
        """The folders between ``folder`` and ``root`` that a program may be started in, the nearest first.

        A project may hold several, each with its own modules, its ``src`` and its tests.
        """
        found: list[str] = []
        while len(folder) > len(root):
            folder = os.path.dirname(folder)
            listing = self.listing(folder)
            if "__init__.py" not in listing:
                found.append(folder)
                if listing.get("src"):
                    found.append(os.path.join(folder, "src"))
        return found

    def is_ours(self, dotted: str, roots: tuple[str, ...]) -> bool:
        """Whether ``dotted`` begins with a module of the project, or is relative to one."""
        if dotted.startswith("."):
            return True
        top = dotted.partition(".")[0].removesuffix(":")
        for root in self._searched(top, roots):
            listing = self.listing(root)
            if top in listing or f"{top}.py" in listing:
                file, folder = self._child(root, top)
                if file is not None or (folder is not None and not _is_foreign(top)):
                    return True
        return False

    def _searched(self, top: str, roots: tuple[str, ...]) -> tuple[str, ...]:
        """The folders to look for the module ``top`` in.

        What is built into the interpreter goes before all files. In a folder that only may be one to start
        from the standard library goes before its files.
        """
        if top in sys.stdlib_module_names and _STANDARD not in roots:
            return () if _comes_first(top) else self._import_roots(roots)
        return roots

    def _import_roots(self, roots: tuple[str, ...]) -> tuple[str, ...]:
        """Those of ``roots`` that absolute imports surely start from."""
        return (roots[0], *(root for root in roots[1:] if root in self.roots)) if len(roots) > 1 else roots

    def shadow_of(self, module: str, roots: tuple[str, ...]) -> str | None:
        """The file on an import root that is imported in the place of a module from elsewhere, if any."""
        known = self._shadows.get((module, roots))
        if known is None:
            known = self._shadows[module, roots] = self.apart(lambda: self._shadow(module, roots))
        self.touched |= known[1]
        return known[0]

    def _shadow(self, module: str, roots: tuple[str, ...]) -> str | None:
        for root in self._import_roots(self._searched(module, roots)):
            places = [(root, module)]
            if self.listing(root).get(module):
                places.insert(0, (os.path.join(root, module), "__init__"))
            for folder, name in places if root != _STANDARD else ():
                file = next(self._loaded(folder, name), None)
                if file is not None:
                    return file
        return None

    def _loaded(self, folder: str, name: str) -> Iterator[str]:
        """The files in ``folder`` that the module ``name`` can be loaded from, with a source or without."""
        for file, is_folder in sorted(self.listing(folder).items()):
            stem, end = os.path.splitext(file)
            tag = stem.removeprefix(name) if end in (".so", ".pyd") else ""
            if not is_folder and end in _ENDS and stem == name + tag and (not tag or tag[0] == "."):
                yield os.path.join(folder, file)

    def is_shadow(self, path: str) -> bool:
        """Whether Python imports the file ``path`` in the place of a module that has sources."""
        if not catalog.is_called_like_source(path):
            return False
        folder, name = os.path.split(os.path.abspath(path))
        root = os.path.dirname(folder) if name == "__init__.py" else folder
        return root != _STANDARD and root in self._import_roots(self.home(path).roots)

    def is_module(self, dotted: str, roots: tuple[str, ...]) -> bool:
        """Whether ``dotted`` is a module of the project, and not a name in one."""
        here = self.locate(dotted, roots, False) if self.is_ours(dotted, roots) else None
        return here is not None and not here[1]

    def locate(
        self, dotted: str, roots: tuple[str, ...], exact: bool
    ) -> tuple[str | None, tuple[str, ...], str] | None:
        """The file of the module that ``dotted`` begins with (None: it has none), and the names after it.

        Third, the submodule that the first of these names would be if the package did not bind it.
        None: it is not of this project.
        """
        relative = dotted.startswith(".")
        dotted = dotted.removeprefix(".")
        parts = dotted.split(".")
        #: So many parts surely are the path of a module.
        path = 1
        if ":" in dotted or "*" in dotted:
            path = next(
                at + part.endswith(":")
                for at, part in enumerate(parts)
                if part.endswith(":") or part.startswith("*")
            )
            parts = dotted.replace(":", "").split(".")
        first: tuple[str | None, tuple[str, ...], str] | None = None
        for file, folder in self._beginnings(parts[0], roots, relative):
            portion, used = file is None, 1
            while folder is not None and used < len(parts):
                # A name that the package itself binds goes before a submodule of that name.
                if file is not None and used >= path:
                    imported_from = exact and used == path and ":" in dotted
                    if self._binds_other(file, parts[: used + 1], exact, imported_from):
                        hidden = any(self._child(folder, parts[used]))
                        return file, tuple(parts[used:]), ".".join(parts[: used + 1]) if hidden else ""
                inner_file, inner_folder = self._child(folder, parts[used])
                if inner_file is None and inner_folder is None:
                    break
                file, folder, used = inner_file, inner_folder, used + 1
            if not portion or used > 1:
                return file, tuple(parts[used:]), ""
            first = first or (file, tuple(parts[used:]), "")
        return first

    def _beginnings(
        self, top: str, roots: tuple[str, ...], relative: bool
    ) -> list[tuple[str | None, str | None]]:
        """Where the module ``top`` may lie, as :meth:`_child` has it.

        A folder without ``__init__.py`` is a portion of a namespace package: a module that lies in any
        other folder goes before it, and so does what the interpreter brings along.
        """
        portions: list[tuple[str | None, str | None]] = []
        for root in self._searched(top, roots):
            file, folder = self._child(root, top)
            if file is not None or (folder is not None and relative):
                return [(file, folder)]
            if folder is not None and not _is_foreign(top):
                portions.append((None, folder))
        return portions

    def _binds_other(self, file: str, parts: list[str], exact: bool, imported_from: bool) -> bool:
        """Whether the package ``file`` binds its name ``parts[-1]`` to something else than the submodule.

        What is no import counts only for ``from package import name``: ``import package.name`` binds
        the name once more, to the submodule.
        """
        name = parts[-1]
        exports = self.exports(file, False)
        if exact and (imported_from or name in exports.aliases or name in exports.names):
            exports = self.exports(file, True)
        bound = exports.names.get(name)
        if bound is None:
            return imported_from and name in exports.certain
        return {
            target.removeprefix(".").replace(":", "") if isinstance(target, str) else target
            for target in bound
        } != {".".join(parts)}

    def exports(self, path: str, exact: bool) -> Exports:
        """What the module at ``path`` hands on: exactly, or with names that it may not hand on."""
        known = self._exact.get(path) or (None if exact else self._loose.get(path))
        self.touched.add(path)
        if known is not None:
            return known
        try:
            data = read(path)
        except OSError:
            return EMPTY
        home = self.home(path)
        if self.allowance is not None:
            self.allowance -= len(data) * (_COST_OF_PARSING if exact else 1)
            if self.allowance < 0:
                raise CostlyError
        if exact:
            exports = self._exact[path] = exact_exports(data, home.package, self.sources)
        else:
            exports = self._loose[path] = loose_exports(
                data, home.package, lambda dotted: self.is_ours(dotted, home.roots)
            )
        return exports

    def visible(self, module: str, roots: tuple[str, ...]) -> frozenset[str]:
        """The names that ``module`` and its star imports hand on."""
        known = self._visible.get((module, roots))
        if known is None:
            known = self._visible[module, roots] = self.apart(partial(self._look_through, module, roots))
        self.touched |= known[1]
        return known[0]

    def _look_through(self, start: str, roots: tuple[str, ...]) -> frozenset[str]:
        found: set[str] = set()
        seen: set[str] = set()
        pending = [start]
        while pending:
            module = pending.pop()
            if module in seen:
                continue
            seen.add(module)
            if (module, roots) in self._visible:
                found |= self.visible(module, roots)
                continue
            known = self._handed_on.get((module, roots))
            if known is None:
                known = self._handed_on[module, roots] = self.apart(partial(self._of_module, module, roots))
            (names, stars), paths = known
            found |= names
            self.touched |= paths
            pending += (star for star in stars if star not in seen)
        return frozenset(found)

    def _of_module(self, module: str, roots: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
        """The names that ``module`` itself hands on, and the modules of its star imports."""
        here = self.locate(module, roots, False)
        # A module of the project may shadow the real one; the names of both count.
        real = catalog.STAR_EXPORTS if module == catalog.MODULE else ()
        if here is None or here[1] or here[0] is None:
            return frozenset(real), ()
        exports = self.exports(here[0], False)
        return frozenset((*real, *exports.names, *exports.aliases)), exports.stars


def _is_foreign(top: str) -> bool:
    """Whether a module of this name comes with the interpreter, or is installed and has sources."""
    return top in sys.stdlib_module_names or top in catalog.MODULES


@cache
def _comes_first(top: str) -> bool:
    """Whether the interpreter has the module built in, so that no file of this name is ever imported."""
    return top in sys.builtin_module_names or FrozenImporter.find_spec(top) is not None


def is_module_below(path: str, roots: Iterable[str]) -> bool:
    """Whether the absolute ``path`` is a module below one of the folders, in packages or beside them."""
    for root in roots:
        prefix = root.rstrip(os.sep) + os.sep
        if path.startswith(prefix):
            return all(map(str.isidentifier, path[len(prefix) :].split(os.sep)[:-1]))
    return False
