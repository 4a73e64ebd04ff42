"""Where the value of an expression goes afterwards, within one file.

A rewrite that changes the format of an id is safe only if nobody takes it apart later. :class:`ModuleFlow`
finds who does: the codemods call such a finding manual, with that place as the reason.

What is followed, and what is not, stands in :mod:`~flake8_ssot_ids.semantics.flow.trace`. Cuts that end in
log text, in ``print``, in the text of an exception or in a ``repr`` are none: nobody compares these.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cached_property

from flake8_ssot_ids.semantics.flow.classes import Definitions
from flake8_ssot_ids.semantics.flow.cuts import cut_at, only_logged
from flake8_ssot_ids.semantics.flow.entry import enter
from flake8_ssot_ids.semantics.flow.exits import Exit, from_elsewhere
from flake8_ssot_ids.semantics.flow.index import NodeIndex, last_name, position
from flake8_ssot_ids.semantics.flow.named import Named, calls_at, names_at
from flake8_ssot_ids.semantics.flow.patches import is_source, patches_in, reaches
from flake8_ssot_ids.semantics.flow.reads import NameReads
from flake8_ssot_ids.semantics.flow.sinks import GLUED, PATCHED, PREFIX_MATCHED, Sink
from flake8_ssot_ids.semantics.flow.token import Token
from flake8_ssot_ids.semantics.flow.trace import Trace
from flake8_ssot_ids.semantics.module.allnames import AllNames
from flake8_ssot_ids.semantics.module.literals import text_of

_STR = frozenset({"builtins.str"})


class ModuleFlow:
    """The flow of values in one module.

    Args:
        tree: the module; it is only read.
        names: makes the name engine of the module when it is first asked.
        parents: the parent of each node, as far as the caller knows it; completed here.

    The indexes are built when they are first needed, once.
    """

    def __init__(
        self,
        tree: ast.Module,
        names: Callable[[], AllNames],
        parents: Mapping[ast.AST, ast.AST] | None = None,
    ) -> None:
        self._tree = tree
        self._names = names
        self._given = parents
        self._known: dict[tuple[ast.expr, bool], list[Sink]] = {}
        self._exits: dict[tuple[ast.expr, bool], list[Exit]] = {}
        self._names_of: dict[ast.expr, list[Named]] = {}
        self._calls_of: dict[ast.expr, list[ast.Call]] = {}

    @cached_property
    def _index(self) -> NodeIndex:
        return NodeIndex(self._tree, self._names, self._given)

    @cached_property
    def _reads(self) -> NameReads:
        return NameReads(self._index)

    @cached_property
    def _definitions(self) -> Definitions:
        return Definitions(self._index, self._reads)

    @cached_property
    def _patches(self) -> list[tuple[str, ast.Call]]:
        return patches_in(self._index)

    def sinks(self, node: ast.expr, *, factory: bool | None = None) -> list[Sink]:
        """The places where the value of ``node`` meets what asks for its format, in source order.

        With ``factory`` the value is what calling ``node`` gives, as for ``default_factory=uuid4``; None: it
        is so for a lambda, and for what is named or imported as a source of the module ``uuid``.
        """
        return [sink for sink in self._all(node, factory) if sink.kind != GLUED]

    def glued(self, node: ast.expr, *, factory: bool | None = None) -> list[Sink]:
        """The places where other text is put around the value of ``node``, in source order."""
        return [sink for sink in self._all(node, factory) if sink.kind == GLUED]

    def exits(self, node: ast.expr, *, factory: bool | None = None) -> list[Exit]:
        """Where the value of ``node`` is given to what another module may define."""
        factory = self._is_factory(node) if factory is None else factory
        self._all(node, factory)
        return self._exits[node, factory]

    def names(self, node: ast.expr) -> list[Named]:
        """The names that the value of ``node`` goes by, in the order in which it is given them."""
        self._all(node, False)
        return self._names_of[node]

    def calls(self, node: ast.expr) -> list[ast.Call]:
        """The calls that the value of ``node`` is given to, itself or among other things."""
        self._all(node, False)
        return self._calls_of[node]

    def callees(self, call: ast.Call) -> tuple[bool, list[str]]:
        """Whether this module defines what is called, and the names from elsewhere that may be called."""
        own, elsewhere = False, set[str]()
        for site in self._definitions.sites(call):
            own = own or bool(self._definitions.callees(site))
            elsewhere.update(from_elsewhere(site.meaning))
        return own, sorted(elsewhere)

    def entered(self, names: tuple[str, ...], leaving: Exit) -> tuple[list[Sink], list[str]]:
        """The places that a value of another module ends up in which gives it to ``names`` of this one.

        Second, the classes from elsewhere (by :attr:`Exit.target`) that the field may be inherited from.
        """
        trace = Trace(self._index, self._reads, self._definitions)
        bases = enter(trace, Token(leaving.place), names, leaving)
        found = [sink for sink in trace.go_on() if sink.kind != GLUED]
        return sorted(found, key=lambda sink: (*position(sink.node), sink.kind)), bases or []

    def cuts_of(self, name_predicate: Callable[[str], bool]) -> list[Sink]:
        """The slices, splits and prefix tests of names, attributes and keys that satisfy the predicate.

        The predicate gets ``run_id`` of ``self.context.run_id``, ``data["run_id"]``, ``data.get("run_id")``.
        In source order, without those for readers only.
        """
        index, found = self._index, []
        for read in self._texts():
            name = _name_of(read)
            if not name or not name_predicate(name):
                continue
            cut = cut_at(_outermost(read, index), name, index)
            if cut is not None and (
                cut[0].kind == PREFIX_MATCHED or not only_logged(cut[1], index, self._reads)
            ):
                found.append(cut[0])
        return sorted(found, key=lambda sink: position(sink.node))

    def patches(self) -> list[tuple[str, ast.Call]]:
        """The id sources that this file patches by name (``app.ids.uuid4``), with the patching call."""
        return self._patches

    def _all(self, node: ast.expr, factory: bool | None) -> list[Sink]:
        if factory is None:
            factory = self._is_factory(node)
        known = self._known.get((node, factory))
        if known is None:
            trace = Trace(self._index, self._reads, self._definitions)
            known = trace.run(node, factory=factory)
            self._exits[node, factory] = trace.exits
            if not factory:
                places = trace.places()
                self._names_of[node] = names_at(places, self._index)
                self._calls_of[node] = calls_at(places, self._index)
            for target, call in self._patches:
                if reaches(target, call, node, self._index):
                    known.append(Sink(PATCHED, call, f"`{target}` is patched"))
            known.sort(key=lambda sink: (*position(sink.node), sink.kind))
            self._known[node, factory] = known
        return known

    def _is_factory(self, node: ast.expr) -> bool:
        if isinstance(node, (ast.Name, ast.Attribute)):
            return any(map(is_source, self._index.means(node).words))
        return isinstance(node, ast.Lambda)

    def _texts(self) -> list[ast.expr]:
        """All reads that may be of a text."""
        index = self._index
        found: list[ast.expr] = []
        for table in (index.names, index.attributes):
            for reads in table.values():
                found += reads
        found += index.slices
        found += index.calls.get("get", ())
        return found


def _name_of(node: ast.expr) -> str:
    """The last part of the way to a value: a name, an attribute, a key."""
    if isinstance(node, ast.Subscript):
        return text_of(node.slice) or ""
    if isinstance(node, ast.Call):
        return (text_of(node.args[0]) or "") if node.args else ""
    return last_name(node)


def _outermost(node: ast.expr, index: NodeIndex) -> ast.expr:
    """``str(name)``, ``name or ""``: the expression that still is the text that ``node`` reads."""
    while True:
        parent = index.parents.get(node)
        whole = isinstance(parent, ast.Call) and parent.args == [node]
        if isinstance(parent, (ast.BoolOp, ast.Await)) or (
            isinstance(parent, ast.Call) and whole and index.means(parent.func).among(_STR)
        ):
            assert isinstance(parent, ast.expr)
            node = parent
        else:
            return node
