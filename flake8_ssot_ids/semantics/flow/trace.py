"""Follows one value through its file: names, attributes, keys, arguments, returns.

A token says that the value may be found at an expression: there itself, within an aggregate (``path`` leads
to it), or as what a callable gives (``factory``). Tokens wait in a list, each is looked at once, so that
cycles end and the depth of a tree is no limit.

Followed are, within the file: assigned names where the assignment reaches, unpacking, attributes of the
file's own classes, keys of dictionaries, elements of lists, arguments of the file's own functions and
classes, what these return, fixtures, validators of a field, ``x or y``, ``x if y else z``, ``str(x)``,
``UserID(x)``. Not followed: other files, keys and attributes whose names are computed, ``global`` state in
objects from elsewhere, text that the value is glued into.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from flake8_ssot_ids.semantics.flow import calls as flows_calls
from flake8_ssot_ids.semantics.flow import handing
from flake8_ssot_ids.semantics.flow import tests as flows_tests
from flake8_ssot_ids.semantics.flow.classes import Definitions, is_fixture
from flake8_ssot_ids.semantics.flow.cuts import only_logged
from flake8_ssot_ids.semantics.flow.exits import Exit, note_attribute
from flake8_ssot_ids.semantics.flow.index import Function, Index, dotted, last_name, position, spelled
from flake8_ssot_ids.semantics.flow.reads import Reads, parameters
from flake8_ssot_ids.semantics.flow.sinks import GLUED, NOT_FOLLOWED, UUID_TYPED, Sink
from flake8_ssot_ids.semantics.flow.token import Token
from flake8_ssot_ids.semantics.flow.types import Path, key_of, narrow_type, typed_as_uuid
from flake8_ssot_ids.semantics.module.literals import text_of
from flake8_ssot_ids.semantics.module.syntax import by_default, is_value_of

#: So many calls and returns are followed, one within the other.
_HOPS = 3
#: An aggregate in an aggregate in an aggregate, no deeper.
_LONGEST_PATH = 3
_MANAGERS = frozenset({"*contextmanager", "*asynccontextmanager"})
_DISPLAYS = (ast.Tuple, ast.List, ast.Set)


def _has_starred(display: ast.Tuple | ast.List | ast.Set) -> bool:
    return any(isinstance(item, ast.Starred) for item in display.elts)


class Trace:
    """The way of one value: what is to be looked at, and the places found."""

    def __init__(self, index: Index, reads: Reads, definitions: Definitions) -> None:
        self.index = index
        self.reads = reads
        self.definitions = definitions
        self.sinks: dict[tuple[str, ast.AST], Sink] = {}
        #: Where the value leaves the file.
        self.exits: list[Exit] = []
        self._pending: list[Token] = []
        self._seen: set[tuple[ast.AST, Path, bool, ast.Call | None]] = set()
        self._fields: set[tuple[ast.ClassDef, str, Path, bool, bool]] = set()

    def run(self, node: ast.expr, *, factory: bool) -> list[Sink]:
        """All places that the value of ``node`` ends up in; with ``factory`` what calling it gives."""
        self.push(Token(node, factory=factory, form=flows_tests.form_of(node, self.index)))
        return self.go_on()

    def go_on(self) -> list[Sink]:
        """Look at all that waits; all places that were found."""
        while self._pending:
            self._step(self._pending.pop())
        return [*self.sinks.values()]

    def push(self, token: Token) -> None:
        """Look at a token later, unless the value was there already."""
        key = (token.node, token.path, token.factory, token.instance)
        self.index.steps_left -= 1
        if self.index.steps_left < 0:
            self._pending.clear()
            self.sinks.setdefault((NOT_FOLLOWED, self.index.tree), Sink(NOT_FOLLOWED, token.node, ""))
        elif key not in self._seen and len(token.path) <= _LONGEST_PATH:
            self._seen.add(key)
            self._pending.append(token)

    def found(self, sink: Sink) -> None:
        """Note a place; the first way there counts."""
        self.sinks.setdefault((sink.kind, sink.node), sink)

    def glued(self, node: ast.expr, token: Token) -> None:
        """Note that other text is put around the value, unless only readers see it."""
        if not only_logged(node, self.index, self.reads):
            self.found(Sink(GLUED, node, f"`{spelled(node, '…')}`", token.through))

    # -- one step --------------------------------------------------------------------------------

    def _step(self, token: Token) -> None:
        node, parent = token.node, self.index.parents.get(token.node)
        if token.factory:
            if isinstance(parent, ast.Call) and parent.func is node:
                self.push(token.at(parent, factory=False))
                return
        elif token.path:
            if self._unwrapped(token, parent):
                return
        elif flows_tests.tested(self, token, parent):
            return
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            self._assigned(token, parent)
        elif isinstance(parent, ast.Call):
            if parent.func is not node:
                flows_calls.argument(self, token, parent, node)
        elif isinstance(parent, ast.keyword):
            call = self.index.parents.get(parent)
            if isinstance(call, ast.Call):
                flows_calls.argument(self, token, call, parent)
        elif isinstance(parent, (ast.Return, ast.Yield)):
            function = self.index.function_of(parent)
            if function is not None:
                self._returned(token, function, yielded=isinstance(parent, ast.Yield))
        elif isinstance(parent, ast.Await):
            self.push(token.at(parent))
        elif isinstance(parent, ast.BoolOp):
            if is_value_of(node, parent):
                self.push(token.at(parent))
        elif isinstance(parent, ast.IfExp):
            if parent.test is not node:
                self.push(token.at(parent))
        elif isinstance(parent, ast.Lambda):
            if parent.body is node:
                self.push(token.at(parent, factory=True))
        elif isinstance(parent, ast.arguments):
            self._default(token, parent)
        elif isinstance(parent, _DISPLAYS):
            starred = self.index.parents.once("starred", parent, _has_starred)
            ordered = not (starred or isinstance(parent, ast.Set))
            at = self.index.parents.place(node, parent.elts) if ordered else None
            self.push(token.at(parent, path=(("item", at), *token.path)))
        elif isinstance(parent, ast.Dict):
            self._entry(token, parent)
        elif isinstance(parent, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            self.push(token.at(parent, path=(("item", None), *token.path)))
        elif isinstance(parent, ast.DictComp):
            if parent.value is node:
                self.push(token.at(parent, path=(("key", None), *token.path)))
        elif isinstance(parent, ast.withitem):
            if token.path and token.path[0][0] == "with" and parent.optional_vars is not None:
                self._stored(token.at(node, path=token.path[1:]), parent.optional_vars)
        elif isinstance(parent, (ast.comprehension, ast.For, ast.AsyncFor)):
            self._iterated(token, parent)

    def _iterated(self, token: Token, parent: ast.comprehension | ast.For | ast.AsyncFor) -> None:
        if parent.iter is token.node and token.path and token.path[0][0] == "item":
            self._stored(token.at(token.node, path=token.path[1:]), parent.target)

    def _unwrapped(self, token: Token, parent: ast.AST | None) -> bool:
        """Take the value out of an aggregate; whether ``parent`` is done with."""
        (kind, name), rest = token.path[0], token.path[1:]
        if isinstance(parent, ast.Attribute):
            call = self.index.parents.get(parent)
            called = isinstance(call, ast.Call) and call.func is parent
            if kind == "attr" and parent.attr == name and not called:
                self.push(token.at(parent, dotted(parent) or f".{name}", path=rest))
            elif isinstance(call, ast.Call) and called:
                handing.method_of_aggregate(self, token, parent.attr, call)
            return True
        if not isinstance(parent, ast.Subscript) or parent.value is not token.node:
            return False
        at = parent.slice.value if isinstance(parent.slice, ast.Constant) else None
        if kind == "key":
            if name is None or name == key_of(parent.slice):
                self.push(
                    token.at(parent, f"{dotted(token.node)}[{key_of(parent.slice) or '…'!r}]", path=rest)
                )
        elif kind == "item" and isinstance(parent.slice, ast.Slice):
            self.push(token.at(parent, path=(("item", None), *rest)))
        elif kind == "item" and not isinstance(at, str) and (name is None or at is None or at == name):
            self.push(token.at(parent, path=rest))
        return True

    def _entry(self, token: Token, parent: ast.Dict) -> None:
        at = self.index.parents.place(token.node, parent.values)
        if at is None:
            return
        key = parent.keys[at]
        text = None if key is None else text_of(key)
        if key is None:
            self.push(token.at(parent))
        elif text is not None:
            self.push(token.at(parent, f"[{text!r}]", path=(("key", text), *token.path)))

    def _default(self, token: Token, arguments: ast.arguments) -> None:
        parameter = self.index.parents.once("defaults", arguments, by_default).get(token.node)
        if parameter is not None:
            self.parameter(token, parameter)

    # -- where values are kept -------------------------------------------------------------------

    def _assigned(self, token: Token, parent: ast.Assign | ast.AnnAssign | ast.NamedExpr) -> None:
        if parent.value is not token.node:
            return
        if isinstance(parent, ast.NamedExpr):
            self.push(token.at(parent))
        for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
            self._stored(token, target)
            if isinstance(parent, ast.AnnAssign):
                self.typed(token, parent.annotation, parent, parent.target)

    def _stored(self, token: Token, target: ast.expr) -> None:
        """The value is assigned to ``target``."""
        pending = [(token, target)]
        while pending:
            token, target = pending.pop()
            if isinstance(target, ast.Name):
                cls = self.index.class_of(target)
                if cls is not None:
                    self.field(token, cls, target.id, through=target.id)
                for read in self.reads.of(target):
                    self.push(token.at(read, target.id))
            elif isinstance(target, ast.Attribute):
                self.attribute(token, target.value, target.attr, target)
            elif isinstance(target, ast.Subscript):
                key = key_of(target.slice)
                if key is not None:
                    self.changed(token, target.value, ("key", key), target)
            elif isinstance(target, (ast.Tuple, ast.List)) and token.path and token.path[0][0] == "item":
                at, inner = token.path[0][1], replace(token, path=token.path[1:])
                starred = [isinstance(item, ast.Starred) for item in target.elts]
                for number, item in enumerate(target.elts):
                    if starred[number]:
                        assert isinstance(item, ast.Starred)
                        if at is None or (isinstance(at, int) and at >= number):
                            pending.append(
                                (replace(token, path=(("item", None), *token.path[1:])), item.value)
                            )
                    elif (
                        at is None
                        or number == at
                        or (isinstance(at, int) and any(starred[:number]) and at >= number)
                    ):
                        pending.append((inner, item))

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
        if not classes:
            note_attribute(self, token, base, name, place)
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

    # -- functions -------------------------------------------------------------------------------

    def parameter(self, token: Token, parameter: ast.arg, *, rest: bool = False) -> None:
        """The value goes to a parameter: its annotation, its reads. ``rest``: of ``*args``, ``**kwargs``."""
        token = replace(token, through=parameter.arg)
        if not rest:
            self.typed(token, parameter.annotation, parameter, None)
            self.narrow(token, parameter.annotation)
        for read in self.reads.of(parameter):
            self.push(token.at(read))

    def _returned(self, token: Token, function: Function, *, yielded: bool) -> None:
        """The value is returned: to the calls of the function, or to those that ask for it as a fixture."""
        if is_fixture(function, self.index):
            self.typed(token, function.returns, function.returns or token.node, None)
            for other in (one for found in self.index.functions.values() for one in found):
                for parameter in parameters(other.args):
                    if parameter.arg == function.name and other is not function:
                        self.parameter(token, parameter)
            return
        if yielded:
            with_ = self.index.decorated(function, _MANAGERS)
            token = token.at(token.node, path=(("with" if with_ else "item", None), *token.path))
        self.typed(token, function.returns, function.returns or token.node, None)
        if token.hops >= _HOPS:
            return
        for reference, called in self.definitions.references(function):
            self.push(
                token.at(
                    reference,
                    f"{function.name}()" if called else function.name,
                    factory=token.factory if called else True,
                    further=1,
                    leave=True,
                )
            )
