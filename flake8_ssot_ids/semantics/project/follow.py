"""What a dotted name of the project stands for, followed through imports from module to module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flake8_ssot_ids.semantics.glance.assignments import LEADING, THROUGH
from flake8_ssot_ids.semantics.module.conditions import FLAG
from flake8_ssot_ids.semantics.module.syntax import member
from flake8_ssot_ids.semantics.module.values import (
    DYNAMIC,
    REEXPORTED,
    Foreign,
    Made,
    Reached,
    Value,
    Values,
)
from flake8_ssot_ids.semantics.project.exports import EMPTY, Exports, Layers
from flake8_ssot_ids.semantics.project.modules import Home, Modules
from flake8_ssot_ids.uuids import catalog

#: A chain of re-exports longer than this is given up, and so is a name with more parts.
_LONGEST = 20_000
_MOST_PARTS = 50
#: Of these, what is known of the real module counts also where a module of the project shadows it.
_EITHER = LEADING | {"inspect"}
#: So many questions about aliases within one another are answered with a look at the tree.
_DEEPEST = 40


#: A dotted name, and the folders that absolute imports start from where it stands.
_Item = tuple[str, tuple[str, ...]]


class Targets:
    """Tells what a dotted name that leads into ``modules`` stands for; each name is followed once.

    ``roots`` are always the folders that absolute imports start from where the name stands.
    """

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        #: By name, roots and exactness: the targets, and the paths that they depend on.
        self._known: dict[tuple[str, tuple[str, ...], bool], tuple[frozenset[Value], frozenset[str]]] = {}
        #: Questions about aliases that are not answered yet: one that comes back to itself ends there.
        self._asking: set[tuple[str, str]] = set()

    def expand(self, values: Values, home: Home) -> Values:
        """Replace each dotted name of the project by what it stands for."""
        found: set[Reached] = set()
        for dotted, via in values:
            if not isinstance(dotted, str):
                found.add((dotted, via))
                continue
            if not self._modules.is_ours(dotted, home.roots):
                found.add((dotted.replace(":", "") if ":" in dotted else dotted, via))
                continue
            if ".**" in dotted:
                if not self._binds(dotted, home.roots, {}):
                    found.add((dotted, via))
                continue
            for target in self.of(dotted, home.roots, onward=True):
                kept = via == DYNAMIC or target == dotted.removeprefix(".")
                found.add((target, via if kept else REEXPORTED))
        return frozenset(found)

    def of(self, dotted: str, roots: tuple[str, ...], onward: bool = False) -> frozenset[Value]:
        """What ``dotted`` stands for; only what an exact look confirms is an id source or its module.

        The first look finds all that the exact one does and maybe more, whatever was asked before, so
        that the answer is that of the exact one, which depends on nothing but the files. That goes also
        for what leads ``onward`` to a source. A name that is not of the project stands for itself.
        """
        loose = self.resolved(dotted, roots, exact=False)
        plain = dotted.removeprefix(".").replace(":", "")
        for target in loose:
            if isinstance(target, Made):
                return self.resolved(dotted, roots, exact=True)
            if not isinstance(target, str):
                continue
            top = target.partition(".")[0]
            if top == catalog.MODULE or (
                onward
                and (
                    top in LEADING
                    or target.endswith((":", f".{FLAG}"))
                    or (target.replace(":", "") != plain and self._modules.is_module(target, roots))
                )
            ):
                return self.resolved(dotted, roots, exact=True)
        return loose

    def resolved(self, dotted: str, roots: tuple[str, ...], *, exact: bool) -> frozenset[Value]:
        """What ``dotted`` stands for: exactly, or with names that it may not stand for."""
        key = (dotted, roots, exact)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._modules.apart(
                lambda: frozenset(self._follow(dotted, roots, exact))
            )
        self._modules.touched |= known[1]
        return known[0]

    def _follow(self, dotted: str, roots: tuple[str, ...], exact: bool) -> Iterator[Value]:
        """Follow imports from module to module; cycles end, and so do very long chains."""
        #: What was followed, each with what led there first.
        seen: dict[_Item, _Item | None] = {}
        start = (dotted, roots)
        pending: list[tuple[_Item, _Item | None]] = [(start, None)]
        while pending and len(seen) < _LONGEST:
            item, before = pending.pop()
            if item in seen:
                continue
            seen[item] = before
            known = self._known.get((*item, exact)) if item != start else None
            if known is not None:
                # Somebody was here: all that is reached from here on is known.
                self._modules.touched |= known[1]
                yield from known[0]
                continue
            found, onward = self._step(item, exact, seen)
            yield from found
            pending += ((one, item) for one in onward)

    def _step(
        self, item: _Item, exact: bool, seen: Mapping[_Item, _Item | None]
    ) -> tuple[list[Value], list[_Item]]:
        """What one dotted name stands for without a further step, and where the search for it goes on."""
        dotted, roots = item
        if dotted.count(".") > _MOST_PARTS:
            # An alias in a cycle that takes an attribute of itself.
            return [], []
        relative = dotted.startswith(".")
        here = self._modules.locate(dotted, roots, exact)
        dotted = dotted.removeprefix(".")
        found: list[Value] = []
        if not relative and (here is None or dotted.partition(".")[0] in _EITHER):
            found.append(catalog.without_star(dotted.replace(":", "")))
        if here is None:
            return found, []
        file, rest, submodule = here
        if not rest:
            return [*found, dotted], []
        name, after = rest[0], rest[1:]
        onward: list[_Item] = []
        if submodule and not exact:
            onward.append((f"{submodule}:" + "".join(f".{part}" for part in after), roots))
        exports = self._modules.exports(file, exact) if file else EMPTY
        star = name.startswith("*")
        name = name.removeprefix("*")
        inner = self._modules.home(file).roots if file else roots
        if star and not exports.offers(name):
            return [*found, dotted], onward
        if file and name in exports.aliases and self._may_be_alias(file, name, exports, inner):
            exports = self._modules.exports(file, True)

        def leads_back(one: _Item) -> bool:
            return not exact or _leads_back(one, item, seen)

        starred, beneath = self._through_stars(exports.layers_over(name), name, after, inner, leads_back)
        onward += starred
        targets = exports.names.get(name)
        if targets is not None and beneath:
            found += (Foreign() if after else one for one in targets if not isinstance(one, str))
            dotted_ones = sorted(one for one in targets if isinstance(one, str))
            onward += ((".".join((one, *after)), inner) for one in dotted_ones)
        elif star and not exports.layers_over(name) and name not in exports.certain:
            found.append(dotted)
        return found, onward

    def _through_stars(
        self,
        ways: Layers,
        name: str,
        after: tuple[str, ...],
        roots: tuple[str, ...],
        leads_back: Callable[[_Item], bool],
    ) -> tuple[list[_Item], bool]:
        """Where star imports may lead that came after ``name`` was bound, and whether that counts, too."""
        onward: list[_Item] = []
        beneath = not ways
        for way in ways:
            for source in way:
                leading = (".".join((member(source, f"*{name}"), *after)), roots)
                onward.append(leading)
                # A star import that leads back here brings only what is here already.
                if not leads_back(leading) and self._binds(member(source, f"**{name}"), roots, {}):
                    break
            else:
                beneath = True
        return onward, beneath

    def _binds(self, dotted: str, roots: tuple[str, ...], asked: dict[str, bool]) -> bool:
        """Whether a star import surely binds the name ``dotted``, such as ``package.module.**name``."""
        here = self._modules.locate(dotted, roots, True)
        if here is None or here[0] is None or len(here[1]) != 1 or len(asked) > _DEEPEST:
            return False
        file, name = here[0], here[1][0].removeprefix("**")
        if file not in asked:
            asked[file] = False
            exports = self._modules.exports(file, True)
            inner = self._modules.home(file).roots
            if exports.all is None or name in exports.all:
                asked[file] = (exports.all is not None or not name.startswith("_")) and (
                    name in exports.certain
                    or (
                        any(exports.layers_over(name))
                        and all(
                            any(self._binds(member(source, f"**{name}"), inner, asked) for source in way)
                            for way in exports.layers_over(name)
                        )
                    )
                )
        return asked[file]

    def _may_be_alias(self, file: str, name: str, exports: Exports, roots: tuple[str, ...]) -> bool:
        """Whether an assignment to ``name`` in ``file`` may hand on an id source; when in doubt, yes."""
        key = (file, name)
        if key in self._asking or len(self._asking) > _DEEPEST:
            return True
        self._asking.add(key)
        try:
            for word in exports.aliases[name]:
                if not word or word in exports.aliases or word in THROUGH:
                    return True
                for dotted in exports.names.get(word, (word,)):
                    for target in self.of(dotted, roots) if isinstance(dotted, str) else ():
                        if not isinstance(target, str):
                            continue
                        if target.partition(".")[0] in LEADING or self._modules.is_module(target, roots):
                            return True
        finally:
            self._asking.discard(key)
        return False


def _leads_back(onward: _Item, item: _Item, seen: Mapping[_Item, _Item | None]) -> bool:
    """Whether ``onward`` is ``item`` or one of those that led there."""
    if onward not in seen:
        return False
    current: _Item | None = item
    while current is not None and current != onward:
        current = seen[current]
    return current is not None
