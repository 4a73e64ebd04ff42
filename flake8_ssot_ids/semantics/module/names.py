"""The names of one module: watch the id sources, follow their aliases until none is new."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Set
from itertools import count

from flake8_ssot_ids.semantics.glance.assignments import returned_words
from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.conditions import flag_words, is_flag
from flake8_ssot_ids.semantics.module.dynamic import Dynamic, Expand
from flake8_ssot_ids.semantics.module.makers import makers_of
from flake8_ssot_ids.semantics.module.members import members_of
from flake8_ssot_ids.semantics.module.occurrences import rows_at, rows_with
from flake8_ssot_ids.semantics.module.resolver import Resolver
from flake8_ssot_ids.semantics.module.scopes import Hits
from flake8_ssot_ids.semantics.module.syntax import descendants
from flake8_ssot_ids.semantics.module.values import DIRECT, Made, Value, Values
from flake8_ssot_ids.uuids import catalog

_GLOBAL = re.compile(r"^[ \t]+global\b", re.MULTILINE)
#: It begins with plain text, which is searched for fast.
_AS = re.compile(r" as +(\w+)")
_WORD_BEFORE = re.compile(r"\w+\Z")
#: A longer name is no source.
_LONG = 60
#: After so many rounds, each of which follows aliases by one assignment, the rest is followed at once.
_PATIENCE = 4


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

        def is_type_checking(dotted: str) -> bool:
            found = expand(frozenset({(dotted, DIRECT)}))
            return bool(found) and all(isinstance(value, str) and is_flag(value) for value, _ in found)

        # A bound method would tie a knot that only the collector, which is off, could undo.
        self._is_source = is_source
        flags = flag_words(text)
        self.watched = {catalog.MODULE, *attributes, *words, *flags}
        if not exports:
            # Most aliases are of imports; to watch those at once mostly makes one walk enough.
            self.watched |= _aliases_of(self.watched, text)
        self._attributes = attributes
        self._makers: dict[ast.AST, list[ast.expr]] = {}
        self._callables = set(makers_elsewhere)
        #: Words that make the body of a function worth a look; None: each is.
        self._telling = {catalog.MODULE, *attributes, *handing} if exports else None
        walruses, dynamic = ":=" in text, Dynamic(text)
        inside = _inside(text, self._telling)
        for number in count(1):
            self.flow = Flow(
                tree,
                watched=self.watched,
                attributes=self._attributes,
                hits=Hits(None if exports else rows_with(text, self.watched, self._attributes)),
                package=package,
                names=self.watched,
                inside=inside,
                makers=self._makers,
                callables=self._callables,
                walruses=walruses,
                flags=flags,
                is_flag=is_type_checking,
            ).run()
            self.resolver = Resolver(self.flow, _with_star_of_uuid(expand), is_source, dynamic, exports)
            for candidate in self.flow.candidates:
                self.resolver.resolve(candidate)
            new = self._new_names()
            if new is None:
                break
            inside = _inside(text, self._telling)
            self.watched |= new | (_reached_from(tree, new) if number >= _PATIENCE else set())

    def _new_names(self) -> set[str] | None:
        """What another walk has to watch beside; None if it would find no more than this one."""
        flow, resolver = self.flow, self.resolver
        known, self._makers = self._makers, makers_of(flow, resolver)
        named = {getattr(function, "name", "") for function in self._makers} - {""}
        bound = [(name, resolver.resolve(value)) for name, value in flow.suspects]
        aliases = flow.aliases.union(name for name, values in bound if values)
        named.update(name for name, values in bound if any(isinstance(one, Made) for one, _ in values))
        members: frozenset[str] = frozenset()
        if self._telling is None:
            members = members_of(flow, resolver) - self._attributes
        else:
            self._telling |= aliases
        settled = self._makers == known and named <= self._callables
        self._callables |= named
        self._attributes |= members | named
        found = (named | aliases | resolver.wanted) - self.watched
        return None if settled and not found and not members else found

    def sources_of(self, node: ast.expr) -> list[tuple[str, str]]:
        """The id sources that ``node`` may be, each with the step that led there, sorted."""
        found = [(value, via) for value, via in self.resolver.resolve(node) if isinstance(value, str)]
        return sorted(one for one in found if self._is_source(one[0]))


def _aliases_of(words: Set[str], text: str) -> set[str]:
    """Names that may be bound as other names of the words, as in ``import uuid as u``."""
    found: set[str] = set()
    for match in _AS.finditer(text):
        given = _WORD_BEFORE.search(text, max(0, match.start() - _LONG), match.start())
        if given is not None and given[0] in words:
            found.add(match[1])
    return found


def _inside(text: str, words: Set[str] | None) -> Hits | None:
    """The rows for which the body of a function is worth a look: it binds or returns something there."""
    if words is None:
        return None
    found = rows_at(text, [match.end() for match in _GLOBAL.finditer(text)])
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
