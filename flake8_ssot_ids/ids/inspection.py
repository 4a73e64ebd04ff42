"""A second, closer look at one module, for the rules that speak of more than a raw use.

It resolves every name, knows the calls of the approved generator and follows values; a plain check does none
of that. Parts are made when a rule asks for them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Set
from functools import cached_property

from flake8_ssot_ids.ids.generatorcalls import (
    Family,
    GeneratorCall,
    GeneratorCalls,
    family_of,
)
from flake8_ssot_ids.ids.hints import Hints, words_of
from flake8_ssot_ids.ids.offer import UUID_METHOD
from flake8_ssot_ids.ids.signatures import ClassSource, Sources, sources_of
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.ids.wrappers import LookedAt, Wrappers
from flake8_ssot_ids.model import Scope, UnreadableError
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.flow.flow import ModuleFlow
from flake8_ssot_ids.semantics.glance.imports import defined_in
from flake8_ssot_ids.semantics.module.allnames import AllNames, is_meant
from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.conditions import flag_words
from flake8_ssot_ids.semantics.module.dynamic import Dynamic
from flake8_ssot_ids.semantics.module.occurrences import nodes_on, rows_with
from flake8_ssot_ids.semantics.module.resolver import Resolver
from flake8_ssot_ids.semantics.module.scopes import Hits
from flake8_ssot_ids.semantics.module.syntax import last_name
from flake8_ssot_ids.semantics.module.values import Reached, Values
from flake8_ssot_ids.semantics.project.modules import Home
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.source.sourcefile import decode, parse, unix
from flake8_ssot_ids.system.files import read

#: The flows of so many other modules are kept at a time.
_KEPT = 4


class Inspection:
    """What the closer look at one module may ask for.

    Args:
        tree: the module; it is read only.
        text: its source with ``\\n`` line ends.
        path: its path.
        policy: what counts where.
        project: finds other modules.
        uses: the raw uses in it.
        follows: it will be asked for the flow of values, also where nothing speaks of the generator.
    """

    def __init__(
        self,
        tree: ast.Module,
        text: str,
        path: str,
        policy: Policy,
        project: Project,
        uses: list[Use],
        *,
        follows: bool = False,
    ) -> None:
        self._follows = follows
        self.tree = tree
        self.text = text
        self.path = path
        self.policy = policy
        self.project = project
        self.uses = uses
        self.scope: Scope = policy.scope_of(path)
        self.home = project.home(path)
        self._shared = _Shared.of(project, policy)
        # What answers for this file depend on, not those before.
        self.sources.touched = set()

    @property
    def names(self) -> AllNames:
        """Every name of the module, resolved to where things are defined."""
        return self.module.names

    @cached_property
    def module(self) -> LookedAt:
        """The module as one that may hold wrappers."""
        uses = self.uses  # and not self, which would tie a knot
        followed = self._follows or self._speaks_of_generator
        return LookedAt(
            self.path, self.tree, self.text, self.home, self._shared, lambda: uses, followed=followed
        )

    @property
    def wrappers(self) -> Wrappers:
        """Tells which functions of the project only return a raw id."""
        return self._shared.wrappers

    @property
    def family(self) -> Family:
        """The approved generator and its kin."""
        return self._shared.family(self.home)

    @property
    def sources(self) -> Sources:
        """What classes offer, read from their source."""
        return self._shared.sources(self.home)

    @cached_property
    def calls(self) -> list[GeneratorCall]:
        """The calls of the approved generator and its kin."""
        if not self._speaks_of_generator:
            return []
        return GeneratorCalls(self.names, self.family, self.module.instances, self._inherits).all()

    @property
    def uuid_method(self) -> str:
        """What the house calls the method that gives a UUID."""
        return self.policy.api.get(UUID_METHOD, UUID_METHOD)

    @cached_property
    def _speaks_of_generator(self) -> bool:
        return self._shared.hints.speaks_of_generator(self._data, self.home)

    def _inherits(self, dotted: str) -> bool:
        """Whether this is a class of the project that inherits from the generator."""
        if dotted in self.family.classes or not self.project.is_ours(dotted, self.home):
            return False
        owner = self.sources.class_of(dotted)
        return not isinstance(owner, str) and any(
            method.owner in self.family.generators for method in owner.methods.values()
        )

    @cached_property
    def wrapper_words(self) -> frozenset[str]:
        """The last names of all references that may stand for a wrapper."""
        return words_of(self.module, self._shared.hints.imported_words(self._data, self.home))

    def refers_to(self, words: Set[str]) -> bool:
        """Whether a name or an attribute that is read is one of the words."""
        if not words:
            return False
        nodes = nodes_on(self.tree, Hits(rows_with(self.text, (), words)))
        return any(
            isinstance(node, (ast.Name, ast.Attribute))
            and isinstance(node.ctx, ast.Load)
            and last_name(node) in words
            for node in nodes
        )

    @cached_property
    def _data(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")

    @cached_property
    def flow(self) -> ModuleFlow:
        """Where values go within the module."""
        module = self.module
        return ModuleFlow(self.tree, lambda: module.names)

    def flow_of(self, path: str) -> ModuleFlow | None:
        """Where values go within another module of the project; None where that is no Python."""
        return self._shared.flow(path)

    def names_walked(self, asked: Set[str], others: Set[str]) -> tuple[Flow, Resolver]:
        """A walk that watches a few names, and what tells what they stand for, by where that is defined.

        The values of ``asked`` names of the module matter, of ``others`` only their places.
        """
        canonical, dynamic = self._shared.canonical(self.home), Dynamic(self.text)
        flags = flag_words(self.text)
        watched = {*asked, *others, *flags}
        while True:
            flow = Flow(
                self.tree,
                watched=watched,
                attributes=frozenset(),
                hits=Hits(rows_with(self.text, watched, ())),
                package=self.home.package,
                names=watched,
                walruses=":=" in self.text,
                flags=flags,
                keeps_functions=True,
            ).run()
            resolver = Resolver(flow, canonical, is_meant, dynamic)
            for name in asked:
                resolver.values_of(flow.module.at_end(name, deleted=False))
            if resolver.wanted <= watched:
                return flow, resolver
            watched |= resolver.wanted

    def class_of(self, dotted: str) -> ClassSource | str:
        """What the class offers, or why that cannot be told."""
        return self.sources.class_of(dotted)

    def finish(self) -> None:
        """Note in the project what the answers depended on."""
        self.project.depend_on(self.sources.touched)


def may_interest(data: bytes, path: str, policy: Policy, project: Project) -> bool:
    """Whether a closer look at a file without raw uses can find anything in it."""
    shared = _Shared.of(project, policy)
    home = project.home(path)
    shared.sources(home).touched = set()
    hints = shared.hints
    found = bool(hints.imported_words(data, home)) or hints.speaks_of_generator(data, home)
    project.depend_on(shared.sources(home).touched)
    return found


class _Shared:
    """What the modules of one project have in common."""

    def __init__(self, project: Project, policy: Policy) -> None:
        self._project = project
        self._policy = policy
        self._defined: dict[str, frozenset[str]] = {}
        self._flows: dict[str, ModuleFlow | None] = {}
        self._families: dict[tuple[str, ...], tuple[Family, frozenset[str]]] = {}
        self._canonical: dict[tuple[str, ...], Callable[[Values], Values]] = {}
        self.wrappers = Wrappers(project, policy, self)
        self.hints = Hints(project, self.wrappers, self.family)

    @staticmethod
    def of(project: Project, policy: Policy) -> _Shared:
        """Of this project and policy; made once."""
        key = f"inspection {policy.digest()}"
        known = project.memory.get(key)
        if not isinstance(known, _Shared):
            known = project.memory[key] = _Shared(project, policy)
        return known

    def sources(self, home: Home) -> Sources:
        """What classes offer, with absolute imports as they are at ``home``."""
        return sources_of(self._project, home)

    def family(self, home: Home) -> Family:
        """The approved classes and functions, as they are defined."""
        known = self._families.get(home.roots)
        sources = self.sources(home)
        if known is None:
            outer, sources.touched = sources.touched, set()
            family = family_of(self._policy, sources.canonical)
            known = self._families[home.roots] = family, frozenset(sources.touched)
            sources.touched = outer
        sources.touched.update(known[1])
        return known[0]

    def apart(self, home: Home, ask: Callable[[], bool]) -> tuple[bool, frozenset[str]]:
        """An answer, and the paths that it depends on."""
        sources = self.sources(home)
        outer, sources.touched = sources.touched, set()
        answer, paths = self._project.apart(ask)
        paths |= sources.touched
        sources.touched = outer
        return answer, paths

    def flow(self, path: str) -> ModuleFlow | None:
        """Where values go within a module; None where it cannot be read: whoever imports it fails before."""
        if path not in self._flows:
            try:
                data = read(path)
                tree, text = parse(data), unix(decode(data).text)
            except (OSError, UnreadableError):
                self._flows[path] = None
            else:
                home = self._project.home(path)
                canonical = self.canonical(home)
                self._flows[path] = ModuleFlow(tree, lambda: AllNames(tree, text, home.package, canonical))
            if len(self._flows) > _KEPT:
                del self._flows[next(iter(self._flows))]
        return self._flows[path]

    def holds(self, home: Home) -> Callable[[str], str | None]:
        """For names at ``home``: the class of the instance that a dotted name stands for."""
        sources = self.sources(home)

        def held(dotted: str) -> str | None:
            return sources.instance_of(dotted) if self._is_near(dotted, home) else None

        return held

    def _is_near(self, dotted: str, home: Home) -> bool:
        """Whether a name leads into the project, or to where the approved generator is."""
        family = self.family(home)
        top = dotted.partition(".")[0]
        return top in family.tops or self._project.is_ours(dotted, home)

    def _is_defined_at(self, here: tuple[str | None, tuple[str, ...], str] | None, sources: Sources) -> bool:
        """Whether a name is that of a class or function right there, by a glance that needs no parser."""
        if here is None or here[0] is None or len(here[1]) != 1 or here[2]:
            return False
        path = here[0]
        if path not in self._defined:
            try:
                self._defined[path] = defined_in(read(path))
            except OSError:
                self._defined[path] = frozenset()
        sources.touched.add(path)
        return here[1][0] in self._defined[path]

    def canonical(self, home: Home) -> Callable[[Values], Values]:
        """For names at ``home``: replaces dotted names by those under which the things are defined."""
        sources = self.sources(home)
        tops = self.family(home).tops

        def follow(dotted: str) -> str:
            plain = dotted.removeprefix(".").replace(":", "")
            near = plain.partition(".")[0] in tops or self._project.is_ours(dotted, home)
            if not near or (self._is_defined_at(self._project.locate(dotted, home), sources)):
                return plain
            return sources.canonical(plain)

        def star(dotted: str) -> str:
            module, _, name = dotted.rpartition(".*")
            wanted = f"{module.removeprefix('.').replace(':', '')}.{name}"
            found = follow(wanted) if not name.startswith("*") else wanted
            return found if found != wanted or _is_defined(sources, wanted) else dotted

        def expand(values: Values) -> Values:
            found: set[Reached] = set()
            for dotted, via in values:
                if not isinstance(dotted, str):
                    found.add((dotted, via))
                else:
                    found.add((star(dotted) if "*" in dotted else follow(dotted), via))
            return frozenset(found)

        return expand


def _is_defined(sources: Sources, dotted: str) -> bool:
    return not (isinstance(sources.class_of(dotted), str) and isinstance(sources.function_of(dotted), str))
