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
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flake8_ssot_ids.semantics.flow import calls as flows_calls
from flake8_ssot_ids.semantics.flow import handing
from flake8_ssot_ids.semantics.flow import tests as flows_tests
from flake8_ssot_ids.semantics.flow.classes import is_fixture
from flake8_ssot_ids.semantics.flow.index import dotted
from flake8_ssot_ids.semantics.flow.reads import parameters
from flake8_ssot_ids.semantics.flow.sinks import Sink
from flake8_ssot_ids.semantics.flow.token import Token
from flake8_ssot_ids.semantics.flow.types import key_of
from flake8_ssot_ids.semantics.flow.way import Way
from flake8_ssot_ids.semantics.module.literals import text_of
from flake8_ssot_ids.semantics.module.syntax import by_default, is_value_of

#: So many calls and returns are followed, one within the other.
_HOPS = 3
_MANAGERS = frozenset({"*contextmanager", "*asynccontextmanager"})


def _has_starred(display: ast.Tuple | ast.List | ast.Set) -> bool:
    return any(isinstance(item, ast.Starred) for item in display.elts)


class Trace(Way):
    """Walks the way of one value."""

    def run(self, node: ast.expr, *, factory: bool) -> list[Sink]:
        """All places that the value of ``node`` ends up in; with ``factory`` what calling it gives."""
        self.push(Token(node, factory=factory, form=flows_tests.form_of(node, self.index)))
        return self.go_on()

    def go_on(self) -> list[Sink]:
        """Look at all that waits; all places that were found."""
        while self.pending:
            self._step(self.pending.pop())
        return [*self.sinks.values()]

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
        step = None if parent is None else _STEPS.get(parent.__class__)
        if step is not None:
            step(self, token, parent)

    def _argument(self, token: Token, parent: ast.Call | ast.keyword) -> None:
        call = self.index.parents.get(parent) if isinstance(parent, ast.keyword) else parent
        given = parent if isinstance(parent, ast.keyword) else token.node
        if isinstance(call, ast.Call) and call.func is not given:
            flows_calls.argument(self, token, call, given)

    def _same(self, token: Token, parent: ast.Await | ast.IfExp | ast.BoolOp) -> None:
        if isinstance(parent, ast.BoolOp):
            passed = is_value_of(token.node, parent)
        else:
            passed = isinstance(parent, ast.Await) or parent.test is not token.node
        if passed:
            self.push(token.at(parent))

    def _lambda(self, token: Token, parent: ast.Lambda) -> None:
        self.push(token.at(parent, factory=True))

    def _item(self, token: Token, parent: ast.Tuple | ast.List | ast.Set) -> None:
        starred = self.index.parents.once("starred", parent, _has_starred)
        ordered = not (starred or isinstance(parent, ast.Set))
        at = self.index.parents.place(token.node, parent.elts) if ordered else None
        self.push(token.at(parent, path=(("item", at), *token.path)))

    def _each(self, token: Token, parent: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self.push(token.at(parent, path=(("item", None), *token.path)))

    def _each_value(self, token: Token, parent: ast.DictComp) -> None:
        if parent.value is token.node:
            self.push(token.at(parent, path=(("key", None), *token.path)))

    def _entered(self, token: Token, parent: ast.withitem) -> None:
        if token.path and token.path[0][0] == "with" and parent.optional_vars is not None:
            self._stored(token.at(token.node, path=token.path[1:]), parent.optional_vars)

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
                for item in self._targets_of(target, at):
                    if isinstance(item, ast.Starred):
                        pending.append((replace(token, path=(("item", None), *token.path[1:])), item.value))
                    else:
                        pending.append((inner, item))

    def _targets_of(self, targets: ast.Tuple | ast.List, at: object) -> list[ast.expr]:
        """The targets that may get the item at a place (None: at any), by the first one with a star."""
        if not isinstance(at, int):
            return targets.elts if at is None else []
        star = self.index.parents.once("first star", targets, _first_star)
        return targets.elts[min(at, star) : at + 1] if at >= 0 else []

    # -- functions -------------------------------------------------------------------------------

    def _returned(self, token: Token, parent: ast.Return | ast.Yield) -> None:
        """The value is returned: to the calls of the function, or to those that ask for it as a fixture."""
        function = self.index.function_of(parent)
        if function is None:
            return
        if is_fixture(function, self.index):
            self.typed(token, function.returns, function.returns or token.node, None)
            for other in (one for found in self.index.functions.values() for one in found):
                for parameter in parameters(other.args):
                    if parameter.arg == function.name and other is not function:
                        self.parameter(token, parameter)
            return
        if isinstance(parent, ast.Yield):
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


def _first_star(targets: ast.Tuple | ast.List) -> int:
    return next(
        (at for at, one in enumerate(targets.elts) if isinstance(one, ast.Starred)), len(targets.elts)
    )


_STEPS: dict[type[ast.AST], Callable[[Trace, Token, Any], None]] = {
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.NamedExpr), Trace._assigned),
    **dict.fromkeys((ast.Call, ast.keyword), Trace._argument),
    **dict.fromkeys((ast.Return, ast.Yield), Trace._returned),
    **dict.fromkeys((ast.Await, ast.IfExp, ast.BoolOp), Trace._same),
    **dict.fromkeys((ast.Tuple, ast.List, ast.Set), Trace._item),
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.GeneratorExp), Trace._each),
    **dict.fromkeys((ast.comprehension, ast.For, ast.AsyncFor), Trace._iterated),
    ast.Lambda: Trace._lambda,
    ast.arguments: Trace._default,
    ast.Dict: Trace._entry,
    ast.DictComp: Trace._each_value,
    ast.withitem: Trace._entered,
}
