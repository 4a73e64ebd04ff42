"""The names of one module: watch the id sources, follow their aliases until none is new."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Set

from flake8_ssot_ids.semantics.glance.assignments import returned_words
from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.conditions import flag_words, is_flag
from flake8_ssot_ids.semantics.module.dynamic import Dynamic, Expand
from flake8_ssot_ids.semantics.module.makers import makers_of
from flake8_ssot_ids.semantics.module.members import members_of
from flake8_ssot_ids.semantics.module.privates import private_forms
from flake8_ssot_ids.semantics.module.resolver import Resolver
from flake8_ssot_ids.semantics.module.scopes import Hits
from flake8_ssot_ids.semantics.module.syntax import descendants
from flake8_ssot_ids.semantics.module.values import DIRECT, Made, Value, Values
from flake8_ssot_ids.uuids import catalog

_GLOBAL = re.compile(r"^[ \t]+global\b", re.MULTILINE)
#: After so many rounds, each of which follows aliases by one assignment, the rest is followed at once.
_PATIENCE = 4
_STAR = re.compile(r"import[\s\\]*\*")


class ModuleNames:
    """Resolved names of one parsed module.

    Args:
        tree: the module; it is read only.
        text: its source with ``\\n`` line ends.
        package: dotted package for relative imports.
        attributes: names of sources, and of project exports that hand one on.
        words: further names to watch.
        expand: follows dotted names through the project.
        exports: look at the whole top level, and elsewhere only at what binds for it.
        handing: names that imports bind to ``uuid`` or what is in it, wherever they stand.
        makers_elsewhere: names of functions of other modules that return a source or its module.
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
        exports: bool = False,
        handing: Iterable[str] = (),
        makers_elsewhere: Iterable[str] = (),
    ) -> None:
        def is_source(value: Value) -> bool:
            return isinstance(value, str) and catalog.source_name(value, sources) is not None

        # A bound method would tie a knot that only the collector, which is off, could undo.
        self._is_source = is_source
        watched = {catalog.MODULE, *attributes, *words}
        dynamic = Dynamic(text)
        rounds = 0
        makers: dict[ast.AST, list[ast.expr]] = {}
        callables = set(makers_elsewhere)
        telling = {catalog.MODULE, *attributes, *handing}
        flags = flag_words(text)
        watched |= flags

        def is_type_checking(dotted: str) -> bool:
            found = expand(frozenset({(dotted, DIRECT)}))
            return bool(found) and all(isinstance(value, str) and is_flag(value) for value, _ in found)

        inside = _inside(text, telling) if exports else None
        while True:
            self.flow = Flow(
                tree,
                watched=watched,
                attributes=attributes,
                hits=Hits(None if exports else rows(text, watched, attributes)),
                package=package,
                names=watched,
                inside=inside,
                makers=makers,
                callables=callables,
                walruses=":=" in text,
                flags=flags,
                is_flag=is_type_checking,
            ).run()
            self.resolver = Resolver(self.flow, _with_star_of_uuid(expand), is_source, dynamic, exports)
            for candidate in self.flow.candidates:
                self.resolver.resolve(candidate)
            known, makers = makers, makers_of(self.flow, self.resolver)
            named = {getattr(function, "name", "") for function in makers} - {""}
            bound = [(name, self.resolver.resolve(value)) for name, value in self.flow.suspects]
            aliases = self.flow.aliases.union(name for name, values in bound if values)
            named.update(name for name, values in bound if any(isinstance(one, Made) for one, _ in values))
            if exports and not aliases <= telling:
                telling |= aliases
                inside = _inside(text, telling)
            settled = makers == known and named <= callables
            callables |= named
            found = (named | aliases | self.resolver.wanted) - watched
            new = frozenset() if exports else members_of(self.flow, self.resolver) - attributes
            attributes |= new | named
            if not found and not new and settled:
                break
            rounds += 1
            if rounds >= _PATIENCE:
                found |= _reached_from(tree, found) - watched
            watched |= found
        self.watched = watched

    def sources_of(self, node: ast.expr) -> list[tuple[str, str]]:
        """The id sources that ``node`` may be, each with the step that led there, sorted."""
        found = [(value, via) for value, via in self.resolver.resolve(node) if isinstance(value, str)]
        return sorted(one for one in found if self._is_source(one[0]))


def may_have_star(text: str) -> bool:
    """Whether the module may have a star import."""
    return _STAR.search(text) is not None


def _inside(text: str, words: Set[str]) -> Hits:
    """The rows for which the body of a function is worth a look: it binds or returns something there."""
    found = _rows_at(text, [match.end() for match in _GLOBAL.finditer(text)])
    if "return" in text and any(word in text for word in words):
        data = text.encode("utf-8", "surrogatepass")
        found += [data.count(b"\n", 0, at) + 1 for _, at in returned_words(data, words)]
    return Hits(found)


def _reached_from(tree: ast.Module, names: Iterable[str]) -> set[str]:
    """The names that a chain of assignments may lead to from ``names``; rather too many than too few."""
    onward: dict[str, set[str]] = {}
    for node in descendants(tree):
        if isinstance(node, ast.arguments):
            values: list[ast.expr | None] = [*node.defaults, *node.kw_defaults]
            targets = {inner.arg for inner in (*node.posonlyargs, *node.args, *node.kwonlyargs)}
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            values = [node.value]
            into = node.targets if isinstance(node, ast.Assign) else [node.target]
            targets = {
                inner.id for target in into for inner in ast.walk(target) if isinstance(inner, ast.Name)
            }
        else:
            continue
        for value in filter(None, values):
            for inner in descendants(value):
                if isinstance(inner, ast.Name):
                    onward.setdefault(inner.id, set()).update(targets)
    reached: set[str] = set()
    pending = [*names]
    while pending:
        following = onward.pop(pending.pop(), set()) - reached
        reached |= following
        pending += following
    return reached


def _with_star_of_uuid(expand: Expand) -> Expand:
    def expanded(values: Values) -> Values:
        if any(isinstance(one, str) and ".*" in one for one, _ in values):
            values = frozenset(
                (catalog.without_star(one) if isinstance(one, str) else one, via) for one, via in values
            )
        return expand(values)

    return expanded


def rows(text: str, words: Iterable[str], attributes: Iterable[str]) -> list[int]:
    """The 1-based rows of ``text`` on which a name of ``words`` or ``attributes`` stands, or a star import.

    Python compares identifiers in NFKC form, so rows that are not ASCII are looked at in that
    form, too. A class may have a name in its private form.
    """
    attributes = frozenset(attributes)
    attributes |= private_forms(attributes)
    words = {*words, *private_forms(words), *attributes}
    places = sorted(place for word in words for place in _places(text, word, word in attributes))
    for match in _STAR.finditer(text):
        places += (match.start(), match.end())
    places.sort()
    found = _rows_at(text, places)
    if not text.isascii():
        from unicodedata import normalize

        for number, line in enumerate(text.split("\n"), 1):
            if not line.isascii():
                line = normalize("NFKC", line)
                if any(word in line for word in words):
                    found.append(number)
    return found


def _rows_at(text: str, places: Iterable[int]) -> list[int]:
    """The rows of ascending offsets."""
    found: list[int] = []
    row, seen = 1, 0
    for place in places:
        row += text.count("\n", seen, place)
        seen = place
        found.append(row)
    return found


def _places(text: str, word: str, attribute: bool) -> Iterator[int]:
    """The offsets at which ``word`` stands as a whole word; after a dot only for an ``attribute``."""
    at = text.find(word)
    length = len(word)
    while at >= 0:
        before = text[at - 1] if at else " "
        after = text[at + length : at + length + 1]
        if not (
            after == "_"
            or after.isalnum()
            or before == "_"
            or before.isalnum()
            or (before == "." and not attribute)
        ):
            yield at
        at = text.find(word, at + length)
