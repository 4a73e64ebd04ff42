"""The names of one module: watch the id sources, follow their aliases until none is new."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from flake8_ssot_ids import catalog
from flake8_ssot_ids.names.bindings import Flow, Hits
from flake8_ssot_ids.names.resolver import Expand, Resolver, Value, Values

_STAR = r"|\bimport\b[\s\\]*\*"


class ModuleNames:
    """Resolved names of one parsed module.

    Args:
        tree: the module; it is read only.
        text: its source with ``\\n`` line ends.
        package: dotted package for relative imports.
        attributes: names of sources, and of project exports that hand one on.
        words: further names to watch.
        expand: follows dotted names through the project.
        functions: False looks at the top level alone, at all of it.
    """

    def __init__(
        self,
        tree: ast.Module,
        text: str,
        *,
        package: str,
        sources: frozenset[str],
        attributes: frozenset[str],
        words: Iterable[str],
        expand: Expand,
        functions: bool = True,
    ) -> None:
        self._sources = sources
        watched = {catalog.MODULE, *attributes, *words}
        while True:
            self.flow = Flow(
                tree,
                watched=watched,
                attributes=attributes,
                hits=Hits(rows(text, watched, attributes) if functions else None),
                package=package,
                names=watched,
                functions=functions,
            )
            self.resolver = Resolver(self.flow, _with_star_of_uuid(expand), self.is_source)
            for candidate in self.flow.candidates:
                self.resolver.resolve(candidate)
            found = (self.flow.aliases | self.resolver.wanted) - watched
            if not found:
                break
            watched |= found
        self.watched = watched

    def is_source(self, dotted: str) -> bool:
        """Whether ``dotted`` names an id source."""
        return catalog.source_name(dotted, self._sources) is not None

    def sources_of(self, node: ast.expr) -> list[Value]:
        """The id sources that ``node`` may be, sorted."""
        return sorted(value for value in self.resolver.resolve(node) if self.is_source(value[0]))


def _with_star_of_uuid(expand: Expand) -> Expand:
    prefix = f"{catalog.MODULE}.*"

    def expanded(values: Values) -> Values:
        if any(dotted.startswith(prefix) for dotted, _ in values):
            values = frozenset(
                (dotted.replace(".*", "."), via) if dotted.removeprefix(prefix) in catalog.STAR_EXPORTS else (dotted, via)
                for dotted, via in values
            )
        return expand(values)

    return expanded


def rows(text: str, words: Iterable[str], attributes: Iterable[str]) -> list[int]:
    """The 1-based rows of ``text`` on which a name of ``words`` or ``attributes`` stands, or a star import.

    Python compares identifiers in NFKC form, so rows that are not ASCII are looked at in that
    form, too.
    """
    # A name after a dot is an attribute; only those in `attributes` matter.
    anywhere = "|".join(sorted(map(re.escape, attributes), key=len, reverse=True)) or r"(?!)"
    names = "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or r"(?!)"
    pattern = re.compile(rf"(?<!\w)(?:(?:{anywhere})|(?<!\.)(?:{names}))(?!\w){_STAR}")
    found: list[int] = []
    row, seen = 1, 0
    for match in pattern.finditer(text):
        at = match.start()
        row += text.count("\n", seen, at)
        seen = at
        found.append(row)
        if match.group().startswith("import"):
            found.append(row + match.group().count("\n"))
    if not text.isascii():
        from unicodedata import normalize

        for number, line in enumerate(text.split("\n"), 1):
            if not line.isascii() and pattern.search(normalize("NFKC", line)):
                found.append(number)
    return found
