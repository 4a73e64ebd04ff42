"""What the whole project says of the names that a value goes by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flake8_ssot_ids.semantics.flow.named import Named
from flake8_ssot_ids.semantics.glance.facts import MADE, SURE, Fact, folded

#: Names that many different things have: what is said of one elsewhere says nothing of another.
_GENERIC = frozenset(
    [
        "id",
        "ids",
        "_id",
        "uid",
        "pk",
        "key",
        "keys",
        "name",
        "value",
        "val",
        "v",
        "k",
        "x",
        "y",
        "i",
        "s",
        "item",
        "items",
        "data",
        "obj",
        "object",
        "result",
        "ref",
        "code",
        "text",
        "string",
        "content",
        "arg",
        "args",
        "param",
        "params",
        "kwargs",
        "identifier",
        "ident",
        "self",
        "other",
        "row",
        "record",
        "body",
        "payload",
        "field",
        "hex",
        "output",
        "input",
        "response",
        "request",
        "path",
        "uuid",
        "guid",
        "num",
        "number",
        "index",
        "new",
        "old",
        "prefix",
        "suffix",
        "label",
        "tag",
        "type",
        "kind",
        "raw",
    ]
)


@dataclass(frozen=True, slots=True)
class Said:
    """A fact, and the file that it stands in."""

    path: str
    fact: Fact


class FactIndex:
    """The facts of a project, by the names that they are about."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Said]] = {}
        self._calls: dict[str, list[Said]] = {}
        self._made: dict[str, list[Said]] = {}

    def add(self, path: str, facts: Iterable[Fact]) -> None:
        """Take the facts of a file."""
        for fact in facts:
            said = Said(path, fact)
            if fact.kind == MADE:
                self._made.setdefault(fact.exact, []).append(said)
            else:
                self._by_name.setdefault(fact.name, []).append(said)
                if fact.exact:
                    self._calls.setdefault(fact.exact, []).append(said)

    def against(self, names: Iterable[Named], path: str, own: Iterable[Fact]) -> Said | None:
        """The first place where somebody may mind another format of a value that goes by ``names``.

        Args:
            names: the names.
            path: the file that makes the value.
            own: the facts of that file, of all names.
        """
        here: dict[str, list[Fact]] = {}
        for fact in own:
            if fact.kind != MADE:
                here.setdefault(fact.name, []).append(fact)
        for named in names:
            for fact in here.get(folded(named.name), ()):
                return Said(path, fact)
            for said in self._elsewhere(named, path):
                return said
        return None

    def _elsewhere(self, named: Named, path: str) -> Iterator[Said]:
        name, owner = folded(named.name), folded(named.owner)
        if named.exact:
            yield from (said for said in self._calls.get(named.name, ()) if said.path != path)
            for made in self._made.get(named.name, ()):
                yield from (
                    said for said in self._by_name.get(made.fact.name, ()) if said.path == made.path != path
                )
        for said in self._by_name.get(name, ()):
            if said.path == path:
                continue
            same = bool(owner) and said.fact.owner == owner
            if same or (said.fact.kind in SURE and name not in _GENERIC):
                yield said
