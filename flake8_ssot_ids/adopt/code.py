"""The project's modules by dotted name, and what their code defines and imports; each is read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.semantics.module.syntax import statements
from flake8_ssot_ids.source.sourcefile import parse


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a module imports: ``module.name`` as ``bound``; ``name`` is empty for a whole module."""

    module: str
    name: str
    bound: str


class ProjectCode:
    """The modules of a project.

    Args:
        texts: the bytes of each file, by its path relative to the root.
        roots: the folders that modules are imported from, relative to the root; the root is ``"."``.
    """

    def __init__(self, texts: Mapping[str, bytes], roots: list[str]) -> None:
        self.texts = texts
        prefixes = sorted(("" if root == "." else f"{root}/" for root in roots), key=len, reverse=True)
        #: Dotted name to file. A file has the name that the deepest root gives it.
        self.files: dict[str, str] = {}
        self.names: dict[str, str] = {}
        for file in texts:
            prefix = next((prefix for prefix in prefixes if file.startswith(prefix)), "")
            parts = file[len(prefix) :].removesuffix(".py").split("/")
            if parts[-1] == "__init__":
                parts.pop()
            if parts and all(map(str.isidentifier, parts)):
                self.names[file] = ".".join(parts)
                self.files.setdefault(".".join(parts), file)
        #: Files that do not decode or parse, with the reason.
        self.unreadable: dict[str, str] = {}
        self._trees: dict[str, ast.Module | None] = {}
        self._imports: dict[str, tuple[Import, ...]] = {}

    def tree(self, file: str) -> ast.Module | None:
        """The syntax tree of a file; None if it has none, which is noted."""
        if file not in self._trees:
            try:
                self._trees[file] = parse(self.texts[file])
            except UnreadableError as error:
                self.unreadable[file] = str(error)
                self._trees[file] = None
        return self._trees[file]

    def imports(self, file: str) -> tuple[Import, ...]:
        """What a file imports, relative names made absolute."""
        if file not in self._imports:
            tree = self.tree(file)
            self._imports[file] = tuple(self._read_imports(file, tree)) if tree is not None else ()
        return self._imports[file]

    def _read_imports(self, file: str, tree: ast.Module) -> Iterator[Import]:
        package = self.names.get(file, "").split(".")
        if not file.endswith("/__init__.py") and file != "__init__.py":
            package = package[:-1]
        for node in statements(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(alias.name, "", alias.asname or alias.name)
            elif isinstance(node, ast.ImportFrom):
                base = [node.module] if node.module else []
                if node.level:
                    base = [*package[: len(package) - node.level + 1], *base]
                for alias in node.names:
                    yield Import(".".join(base), alias.name, alias.asname or alias.name)

    def imported_modules(self, file: str) -> set[str]:
        """The project's files that a file imports something from."""
        found = set()
        for item in self.imports(file):
            for dotted in (f"{item.module}.{item.name}", item.module):
                if dotted in self.files:
                    found.add(self.files[dotted])
                    break
        return found

    def containing(self, word: bytes) -> list[str]:
        """The files in whose bytes ``word`` stands, sorted."""
        return sorted(file for file, data in self.texts.items() if word in data)
