"""What the rest of a project wants of a module: names it hands on, names that tests patch, import cycles."""

from __future__ import annotations

import ast
import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from flake8_ssot_ids.fixes.evidence.index import FactIndex
from flake8_ssot_ids.fixes.evidence.looks import FileLook, look_at
from flake8_ssot_ids.fixes.evidence.patches import Patch, Patches, names_of
from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.semantics.module.syntax import absolute
from flake8_ssot_ids.semantics.project.exports import imported_names
from flake8_ssot_ids.semantics.project.modules import Home
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.source.sourcefile import parse
from flake8_ssot_ids.system.files import is_below, read
from flake8_ssot_ids.uuids import catalog

_FIXTURES = "conftest.py"


class Readers:
    """Asks the files of a project, each read once, when the first question comes.

    Args:
        files: the absolute paths of the project's files.
        project: tells where each stands.
        is_test: whether a file holds tests.
        looks: what was seen of some of the files already.
    """

    def __init__(
        self,
        files: Sequence[str],
        project: Project,
        is_test: Callable[[str], bool] = lambda _: True,
        looks: Iterable[FileLook] = (),
    ) -> None:
        self._files = files
        self._looks = {look.path: look for look in looks}
        self._project = project
        self._is_test = is_test
        self._imported: dict[str, set[str]] | None = None
        #: What other modules read, or replace, through a module.
        self._read: set[str] = set()
        self._patches = Patches()
        #: What a ``conftest.py`` replaces, by its folder.
        self._fixtures: dict[str, list[Patch]] = {}
        self._tested: dict[str, list[Patch]] = {}
        self._constants: dict[str, str | None] = {}
        self._evidence = FactIndex()
        self._reached: dict[str, frozenset[str]] = {}

    def module_name(self, path: str) -> str:
        """The dotted name of the module at ``path``, from its root."""
        name = path.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
        package = self._project.home(path).package
        if name == "__init__":
            return package
        return f"{package}.{name}" if package else name

    def wants(self, path: str, name: str) -> bool:
        """Whether another module imports ``name`` from the one at ``path``, or somebody patches it there."""
        self._look()
        assert self._imported is not None
        module = self.module_name(path)
        names = self._imported.get(module, set())
        if name in names or "*" in names:
            return True
        dotted = f"{module}.{name}"
        return any(
            one == dotted or dotted.endswith(f".{one}") or f".{one}.".startswith(f".{dotted}.")
            for one in self._read
        )

    def tests_of(self, beginning: str) -> list[Patch]:
        """Where a file asks whether a text begins with ``beginning``, a literal or the name of a constant."""
        self._look()
        return self._tested.get(beginning, [])

    def patch_of(self, path: str, reference: str) -> Patch | None:
        """Where another file replaces ``reference``, as the module at ``path`` spells it, by its name."""
        self._look()
        return self._patches.in_module(path, self.module_name(path), reference)

    def patch_of_all(self, path: str) -> Patch | None:
        """Where another file replaces the source itself, and may ask the module at ``path`` for an id."""
        self._look()
        return self._patches.everywhere(path, self.module_name(path))

    def evidence(self) -> FactIndex:
        """What the files say of the names that values go by."""
        self._look()
        return self._evidence

    def beginnings(self) -> list[str]:
        """All that is asked about in the project."""
        self._look()
        return [*self._tested]

    def constant(self, name: str) -> str | None:
        """The text of a constant of this name, if all of that name in the project have the same."""
        if name not in self._constants:
            pattern = re.compile(
                rb"""^[ \t]*%s[ \t]*(?::[^=\n]+)?=[ \t]*["']([^"'\n]*)["']""" % name.encode(), re.MULTILINE
            )
            texts: set[str] = set()
            for data in self._data():
                if name.encode() in data:
                    texts.update(
                        match.group(1).decode("utf-8", "replace") for match in pattern.finditer(data)
                    )
            self._constants[name] = next(iter(texts)) if len(texts) == 1 else None
        return self._constants[name]

    def _data(self) -> Iterator[bytes]:
        for file in self._files:
            with contextlib.suppress(OSError, ValueError):
                yield read(file)

    def _look(self) -> None:
        if self._imported is not None:
            return
        self._imported = {}
        for file in self._files:
            look = self._looks.pop(file, None) or look_at(file, self._project.home(file).package)
            if look is not None:
                self._take(look, self._imported)
        self._looks.clear()
        self._fill_fixtures()

    def _take(self, look: FileLook, imported: dict[str, set[str]]) -> None:
        for asked, place in look.tested:
            self._tested.setdefault(asked, []).append(place)
        self._evidence.add(look.path, look.facts)
        self._read |= look.read
        for module, name in look.imported:
            imported.setdefault(module, set()).add(name)
        for target, place in look.replaced:
            if target and target.partition(".")[0] != catalog.MODULE:
                self._read.add(target)
            self._patches.add(target, place, self._with_packages(look.modules, look.path))
        if look.replaced and os.path.basename(look.path) == _FIXTURES:
            self._fixtures[os.path.dirname(look.path)] = [place for _, place in look.replaced]

    def _fill_fixtures(self) -> None:
        """Let what a ``conftest.py`` replaces everywhere count for what the tests below it import."""
        for folder, places in self._fixtures.items():
            modules: set[str] = set()
            for file in self._files:
                if is_below(file, folder) and self._is_test(file):
                    with contextlib.suppress(OSError, ValueError):
                        modules |= names_of(imported_names(read(file), self._project.home(file).package))[1]
            for place in places:
                self._patches.add(catalog.MODULE, place, self._with_packages(frozenset(modules), folder))

    def _with_packages(self, modules: frozenset[str], file: str) -> frozenset[str]:
        """The modules, and those from which packages among them take what they hand on."""
        found = set(modules)
        home = self._project.home(file)
        for module in modules:
            here = self._project.locate(module, home) if self._project.is_ours(module, home) else None
            if here is not None and here[0] is not None and os.path.basename(here[0]) == "__init__.py":
                with contextlib.suppress(OSError, ValueError):
                    package = self._project.home(here[0]).package
                    found |= names_of(imported_names(read(here[0]), package))[1]
        return frozenset(found)

    def leads_to(self, dotted: str, path: str) -> bool:
        """Whether importing the module of ``dotted`` runs the module at ``path``, by top-level imports."""
        home = self._project.home(path)
        if dotted not in self._reached:
            self._reached[dotted] = frozenset(self._run_by(dotted, home))
        return path in self._reached[dotted]

    def _run_by(self, dotted: str, home: Home) -> Iterator[str]:
        """The files of the project that importing ``dotted`` runs."""
        pending = [dotted]
        seen: set[str] = set()
        files: set[str] = set()
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            parts = name.split(".")
            # A package's __init__ is run before what is in it.
            pending += (".".join(parts[:count]) for count in range(1, len(parts)))
            here = self._project.locate(name, home)
            if here is None or here[0] is None or here[0] in files:
                continue
            files.add(here[0])
            yield here[0]
            pending += self._top_imports(here[0])

    def _top_imports(self, file: str) -> Iterator[str]:
        try:
            tree = parse(read(file))
        except (OSError, UnreadableError):
            return
        package = self._project.home(file).package
        pending: list[ast.AST] = [*tree.body]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = absolute(package, node.level, node.module)
                if module is not None:
                    plain = module.removeprefix(".")
                    yield plain
                    yield from (f"{plain}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.If | ast.Try | ast.TryStar | ast.With | ast.ClassDef):
                if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)):
                    pending += (child for child in ast.iter_child_nodes(node))
            elif isinstance(node, ast.ExceptHandler):
                pending += node.body
