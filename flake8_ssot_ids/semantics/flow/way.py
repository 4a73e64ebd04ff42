"""The way of one value through its file: what is still to be looked at, and the places that were found.

Where a value is put, :class:`Way` knows where it is read again; who walks the way is the ``trace``.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from flake8_ssot_ids.semantics.flow.classes import Definitions
from flake8_ssot_ids.semantics.flow.cuts import only_logged
from flake8_ssot_ids.semantics.flow.exits import Exit, exits_of_attribute
from flake8_ssot_ids.semantics.flow.index import NodeIndex, dotted, last_name, position, spelled
from flake8_ssot_ids.semantics.flow.reads import NameReads
from flake8_ssot_ids.semantics.flow.sinks import GLUED, NOT_FOLLOWED, UUID_TYPED, Sink
from flake8_ssot_ids.semantics.flow.token import Token
from flake8_ssot_ids.semantics.flow.types import Path, narrow_type, typed_as_uuid

#: An aggregate in an aggregate in an aggregate, no deeper.
_LONGEST_PATH = 3


class Way:
    """The way of one value: what is to be looked at, and the places found."""

    def __init__(self, index: NodeIndex, reads: NameReads, definitions: Definitions) -> None:
        self.index = index
        self.reads = reads
        self.definitions = definitions
        self.sinks: dict[tuple[str, ast.AST], Sink] = {}
        #: Where the value leaves the file.
        self.exits: list[Exit] = []
        self.pending: list[Token] = []
        self._seen: dict[tuple[ast.expr, Path, bool, ast.Call | None], None] = {}
        self._fields: set[tuple[ast.ClassDef, str, Path, bool, bool]] = set()

    def push(self, token: Token) -> None:
        """Look at a token later, unless the value was there already."""
        key = (token.node, token.path, token.factory, token.instance)
        self.index.steps_left -= 1
        if self.index.steps_left < 0:
            self.pending.clear()
            self.sinks.setdefault((NOT_FOLLOWED, self.index.tree), Sink(NOT_FOLLOWED, token.node, ""))
        elif key not in self._seen and len(token.path) <= _LONGEST_PATH:
            self._seen[key] = None
            self.pending.append(token)

    def places(self) -> list[tuple[ast.expr, Path]]:
        """Where the value was, in the order in which it came there; not where a function is that makes it."""
        return [(node, path) for node, path, factory, _ in self._seen if not factory]

    def found(self, sink: Sink) -> None:
        """Note a place; the first way there counts."""
        self.sinks.setdefault((sink.kind, sink.node), sink)

    def glued(self, node: ast.expr, token: Token) -> None:
        """Note that other text is put around the value, unless only readers see it."""
        if not only_logged(node, self.index, self.reads):
            self.found(Sink(GLUED, node, f"`{spelled(node, '…')}`", token.through))

    # -- where values are kept -------------------------------------------------------------------

    def attribute(self, token: Token, base: ast.expr, name: str, place: ast.expr) -> None:
        """The value is assigned to the attribute ``name`` of ``base``."""
        own = self.definitions.class_of_self(base)
        if own is not None:
            if token.instance is not None:
                self.push(
                    token.at(token.instance, path=(("attr", name), *token.path), further=-1, leave=True)
                )
            self.field(
                token, own, name, everywhere=token.instance is None, through=f"{last_name(base)}.{name}"
            )
            return
        classes = self.definitions.classes_of(base)
        if not classes and not token.path and not token.factory:
            self.exits += exits_of_attribute(base, name, place, self.index, self.reads)
        for cls in sorted(classes, key=position):
            self.field(token, cls, name, reads=False, through=dotted(place) or name)
        self.changed(token, base, ("attr", name), place)

    def changed(
        self, token: Token, base: ast.expr, step: tuple[str, str | int | None], place: ast.expr
    ) -> None:
        """The value becomes a part of the aggregate ``base``, whose later reads hold it."""
        path = (step, *token.path)
        targets = self.reads.bindings(base) if isinstance(base, ast.Name) else []
        if isinstance(base, ast.Name):
            if not targets:
                # Something imported: by its name, in the same function.
                for read in self.index.names.get(base.id, ()):
                    same = self.index.function_of(read) is self.index.function_of(base)
                    if read is not base and same and self.index.may_follow(read, place):
                        self.push(token.at(read, path=path))
            for target in targets:
                for read in self.reads.of(target):
                    if read is not base and self.index.may_follow(read, place):
                        self.push(token.at(read, path=path))
        elif isinstance(base, ast.Attribute):
            own = self.definitions.class_of_self(base.value)
            if own is not None:
                for attribute in self.definitions.attribute_reads(own, base.attr, everywhere=False):
                    if attribute is not base:
                        self.push(token.at(attribute, path=path, leave=True))
            else:
                chain, home = dotted(base), self.index.function_of(base)
                for attribute in self.index.attributes.get(base.attr, ()):
                    same = self.index.function_of(attribute) is home and dotted(attribute) == chain
                    if chain and same and attribute is not base and self.index.may_follow(attribute, place):
                        self.push(token.at(attribute, path=path))

    def field(
        self,
        token: Token,
        cls: ast.ClassDef,
        name: str,
        *,
        everywhere: bool = True,
        reads: bool = True,
        through: str = "",
    ) -> None:
        """The value is in a field of the class: look at its type, column, validators and reads."""
        key = (cls, name, token.path, token.factory, everywhere and reads)
        if key in self._fields:
            return
        self._fields.add(key)
        through = through or f"self.{name}"
        declared = self.definitions.field(cls, name)
        if declared is not None:
            if isinstance(declared, ast.AnnAssign):
                self.typed(token.at(token.node, through), declared.annotation, declared, declared.target)
                self.narrow(token.at(token.node, through), declared.annotation)
            if declared.value is not None:
                self.narrow(token.at(token.node, through), declared.value)
        for parameter in self.definitions.validators(cls, name):
            self.parameter(token, parameter)
        if reads:
            for read in self.definitions.attribute_reads(cls, name, everywhere=everywhere):
                self.push(token.at(read, dotted(read) or through, leave=True))

    def typed(
        self,
        token: Token,
        annotation: ast.expr | None,
        place: ast.arg | ast.AnnAssign | ast.expr,
        of: ast.AST | None,
    ) -> None:
        """Note a type that asks for a UUID where the value is."""
        if annotation is None:
            return
        if (
            token.factory
            and isinstance(annotation, ast.Subscript)
            and "Callable" in self.index.means(annotation.value).words
        ):
            parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
            annotation = parts[-1] if parts else annotation
        if typed_as_uuid(annotation, token.path, self.index):
            shown = spelled(annotation, "UUID")
            name = place.arg if isinstance(place, ast.arg) else "" if of is None else dotted(of)
            self.found(
                Sink(UUID_TYPED, place, f"`{name}: {shown}`" if name else f"`-> {shown}`", token.through)
            )

    def narrow(self, token: Token, holder: ast.expr | None) -> None:
        """Note a column, a field or a constrained type that is too narrow."""
        narrow = None if token.path else narrow_type(holder, self.index)
        if narrow is not None:
            place, kind, words = narrow
            self.found(Sink(kind, place, words, token.through))

    def parameter(self, token: Token, parameter: ast.arg, *, rest: bool = False) -> None:
        """The value goes to a parameter: its annotation, its reads. ``rest``: of ``*args``, ``**kwargs``."""
        token = replace(token, through=parameter.arg)
        if not rest:
            self.typed(token, parameter.annotation, parameter, None)
            self.narrow(token, parameter.annotation)
        for read in self.reads.of(parameter):
            self.push(token.at(read))
