"""What tests, or other code, replace by name: in one module, or the source itself wherever it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flake8_ssot_ids.uuids import catalog


@dataclass(frozen=True, slots=True)
class Patch:
    """One replacement: the file, the place in it, and what stands there."""

    path: str
    row: int
    column: int
    code: str


class Patches:
    """All replacements in the files of a project."""

    def __init__(self) -> None:
        self._by_target: dict[str, Patch] = {}
        #: Those of a module that is computed, with those that it may be.
        self._computed: list[tuple[Patch, frozenset[str]]] = []
        #: Those of the source itself, with the modules whose ids that may change.
        self._everywhere: list[tuple[Patch, frozenset[str]]] = []

    def add(self, target: str, place: Patch, imported: frozenset[str]) -> None:
        """Take a replacement of ``target`` (empty: computed) in a file that has imported these names."""
        module = target.partition(".")[0]
        if not target:
            self._computed.append((place, imported))
        elif module == catalog.MODULE:
            self._everywhere.append((place, imported))
        else:
            self._by_target.setdefault(target, place)

    def targets(self) -> Iterable[str]:
        """All that is replaced in one module."""
        return self._by_target

    def in_module(self, path: str, dotted: str, reference: str) -> Patch | None:
        """Where another file replaces ``reference``, or a part of it, in the module ``dotted``."""
        whole = f"{dotted}.{reference}"
        parts = reference.split(".")
        wanted = {".".join((dotted, *parts[: count + 1])) for count in range(len(parts))} | {whole}
        for target, place in self._by_target.items():
            if place.path == path:
                continue
            # What a test calls the module may begin at another root.
            if any(one == target or one.endswith(f".{target}") for one in wanted) and target.count("."):
                return place
        return _first(self._computed, path, dotted)

    def everywhere(self, path: str, dotted: str) -> Patch | None:
        """Where another file replaces the source itself, and uses the module ``dotted`` at ``path``."""
        return _first(self._everywhere, path, dotted)


def _first(found: Iterable[tuple[Patch, frozenset[str]]], path: str, dotted: str) -> Patch | None:
    """The first replacement in another file that uses the module ``dotted`` at ``path``."""
    for place, imported in found:
        if place.path != path and any(dotted == one or dotted.endswith(f".{one}") for one in imported):
            return place
    return None


def names_of(imported: Iterable[tuple[str, str | None, str]]) -> tuple[Mapping[str, str], frozenset[str]]:
    """What the names that a file imports stand for, and the modules that it may use."""
    local: dict[str, str] = {}
    modules: set[str] = set()
    for module, name, given in imported:
        plain = module.removeprefix(".")
        if name is None:
            local[given] = plain if given != plain.partition(".")[0] else given
            modules.add(plain)
        else:
            local[given] = f"{plain}.{name}"
            modules |= {plain, f"{plain}.{name}"}
    return local, frozenset(modules)
