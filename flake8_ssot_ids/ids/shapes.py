"""What becomes of a fresh id within its own expression: text, a part of it, glued to other text.

:func:`shape_of` climbs from the reference to an id source up to the widest expression that
still is the id, and takes its :class:`~flake8_ssot_ids.ids.value.IdValue` through each operation on
the way, so what is left of the random bits can be counted.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flake8_ssot_ids.ids import calls as idcalls
from flake8_ssot_ids.ids import numbers as idnumbers
from flake8_ssot_ids.ids import templates
from flake8_ssot_ids.ids import texts as idtexts
from flake8_ssot_ids.ids.value import IdValue
from flake8_ssot_ids.semantics.module.literals import (
    HIDDEN,
    NEAR,
    bounds_of,
    constant,
    integer,
    literal_or_self,
    near,
    opened,
    text_of,
)
from flake8_ssot_ids.semantics.module.parents import Parents, parents_of
from flake8_ssot_ids.semantics.module.syntax import is_value_of, last_name
from flake8_ssot_ids.uuids import catalog

OBJECT, TEXT, CUT, GLUED, FACTORY = "object", "text", "cut", "glued", "factory"

#: Conversions ``!r`` and ``!a`` of a replacement field.
_REPRESENT = (ord("r"), ord("a"))


@dataclass(frozen=True, slots=True)
class Shape:
    """The form in which an id leaves its expression.

    ``node`` is the widest expression that still is the id, ``end`` the one that its value was
    followed up to. ``bits`` are the random bits that are
    left, None where they cannot be told. ``head`` are the parts of the text before the id:
    literal text, or the expression whose text stands there. ``after`` are those after it.
    ``called`` tells a call of the source from a mere reference.
    """

    kind: str
    node: ast.expr
    end: ast.AST
    called: bool
    bits: float | None
    head: tuple[str | ast.expr, ...] = ()
    after: tuple[str | ast.expr, ...] = ()
    #: The reference that makes the id, and what kind of value it has become: ``object``, ``text``, ``bytes``,
    #: ``number`` or ``list``.
    reference: ast.expr = dataclasses.field(default_factory=lambda: ast.Constant(None))
    form: str = "object"

    @property
    def prefix(self) -> str | None:
        """The literal text before the id, None where there is none or not all of it is literal."""
        if not self.head or not all(isinstance(part, str) for part in self.head):
            return None
        return "".join(str(part) for part in self.head)

    @property
    def tail(self) -> str:
        """The literal text after the id."""
        return "".join(part for part in self.after if isinstance(part, str))


def shape_of(reference: ast.expr, source: str, parents: Mapping[ast.AST, ast.AST]) -> Shape:
    """The shape of the id that ``reference`` to ``source`` (such as ``uuid4``) makes."""
    node: ast.AST = reference
    parents = parents_of(parents)
    parent = parents.get(node)
    while isinstance(parent, (ast.IfExp, ast.BoolOp)) and _hands_on(parent, node):
        node, parent = parent, parents.get(parent)
    if not (isinstance(parent, ast.Call) and parent.func is node):
        return Shape(FACTORY, reference, node, False, None, reference=reference)
    climb = _Climb(parent, catalog.LAYOUTS[source], parents)
    climb.run()
    value = climb.value
    kind = TEXT if value.form != "object" else OBJECT
    kind = CUT if value.cut else GLUED if value.glued else kind
    around = tuple(value.head), tuple(value.after)
    return Shape(kind, climb.whole, climb.node, True, value.bits(), *around, reference, value.form)


def _hands_on(parent: ast.IfExp | ast.BoolOp, node: ast.AST) -> bool:
    """Whether the value of ``parent`` may be that of its part ``node``, which is a function."""
    return parent.test is not node if isinstance(parent, ast.IfExp) else is_value_of(node, parent)


class _Climb:
    """The way of one id up its expression: ``node`` was reached, ``whole`` still is the id."""

    def __init__(self, call: ast.expr, digits: str, parents: Parents) -> None:
        self.node: ast.AST = call
        self.whole: ast.expr = call
        self.parents = parents
        self.value = IdValue(digits)
        self._frozen = False

    def run(self) -> None:
        """Climb while the parent still holds the id."""
        while True:
            parent = self.parents.get(self.node)
            if parent is None:
                return
            step = _STEPS.get(parent.__class__)
            reached = None if step is None else step(self, parent)
            if reached is None:
                return
            self.node = reached
            if isinstance(reached, ast.expr) and not self._frozen and not _is_passage(reached):
                self.whole = reached

    def _chosen(self, parent: ast.BoolOp | ast.IfExp | ast.NamedExpr) -> ast.AST | None:
        """What is made of `x or str(uuid4())` is made of the id, but the id ends before it."""
        if isinstance(parent, ast.IfExp) and parent.test is self.node:
            return None
        after = self.parents.get(parent)
        if not isinstance(after, (ast.Attribute, ast.Subscript, ast.FormattedValue, ast.BinOp, ast.Call)):
            return None
        if isinstance(after, ast.Call) and not _is_text_call(after, parent):
            return None
        self._frozen = True
        return parent

    # -- attributes, slices and calls ------------------------------------------------------------

    def _attribute(self, parent: ast.Attribute) -> ast.AST | None:
        call = self.parents.get(parent)
        if isinstance(call, ast.Call) and call.func is parent:
            return (
                call if idcalls.method(self.value, parent.attr, _constants(call.args), _named(call)) else None
            )
        return parent if idcalls.attribute(self.value, parent.attr) else None

    def _subscript(self, parent: ast.Subscript) -> ast.AST | None:
        index = parent.slice
        if parent.value is not self.node:
            return None
        if isinstance(index, ast.Slice):
            goes_on = self.value.slice(bounds_of(index))
        else:
            of_bytes = self.value.form == "bytes"
            goes_on = self.value.item(integer(index))
            if of_bytes:
                idnumbers.from_bytes(self.value, "big")
        return parent if goes_on else None

    def _call(self, call: ast.Call) -> ast.AST | None:
        function, value = call.func, self.value
        if function is self.node:
            return None
        first = call.args[0] is self.node
        if isinstance(function, ast.Attribute):
            template = text_of(function.value) if function.attr == "format" else None
            if template is not None:
                return self._template(self.parents.place(self.node, call.args) or 0, call)
            if function.attr == "join" and value.form == "list":
                value.join(text_of(function.value))
                return call
            if function.attr == "from_bytes" and first and value.form == "bytes":
                order = constant(call.args[1]) if len(call.args) > 1 else _named(call).get("byteorder", "big")
                idnumbers.from_bytes(value, order)
                return call
            return call if first and idnumbers.encode(value, function.attr) else None
        if not isinstance(function, ast.Name) or not first:
            return None
        return call if idcalls.function(value, function.id, _constants(call.args[1:]), _named(call)) else None

    # -- other text around -----------------------------------------------------------------------

    def _operator(self, parent: ast.BinOp) -> ast.AST | None:
        value = self.value
        if isinstance(parent.op, ast.Mod) and parent.right is self.node:
            return self._percent(parent, 0, [parent.right])
        if value.form == "number":
            return self._arithmetic(parent)
        if isinstance(parent.op, ast.Add) and value.form in ("text", "bytes"):
            around = self.parents.sum_around(parent)
            at = around.place(parent, self.node)
            head, tail = near(around.terms, at, literal_or_self)
            self._surround(opened(head), opened(tail))
            return around.whole
        return None

    def _arithmetic(self, parent: ast.BinOp) -> ast.AST | None:
        value = self.value
        if isinstance(parent.op, ast.BitAnd):
            idnumbers.mask(value, integer(parent.right if parent.left is self.node else parent.left))
            return parent
        if parent.left is not self.node:
            return None
        amount = integer(parent.right)
        if isinstance(parent.op, ast.Mod):
            idnumbers.remainder(value, amount)
        elif isinstance(parent.op, ast.RShift):
            idnumbers.shift(value, amount)
        elif isinstance(parent.op, ast.FloorDiv):
            idnumbers.quotient(value, amount)
        else:
            return None
        return parent

    def _formatted(self, parent: ast.FormattedValue) -> ast.AST | None:
        joined = self.parents.get(parent)
        if parent.value is not self.node or not isinstance(joined, ast.JoinedStr):
            return None
        if self.value.form == "list":
            return None
        if parent.conversion in _REPRESENT:
            idtexts.to_text(self.value, True)
        elif parent.conversion == ord("s"):
            idtexts.to_text(self.value)
        idtexts.format_by(self.value, templates.spec_of(parent))
        at = self.parents.place(parent, joined.values) or 0
        head, tail = near(joined.values, at, templates.piece_of)
        if head or tail:
            idtexts.glue(self.value, head, tail)
        return joined

    def _member(self, parent: ast.Tuple | ast.List | ast.GeneratorExp | ast.ListComp) -> ast.AST | None:
        """An element of a list that ``join`` or ``%`` makes text of."""
        form = self.value.form
        if form == "list" or (form == "object" and not isinstance(parent, ast.Tuple)):
            return None
        if isinstance(parent, (ast.GeneratorExp, ast.ListComp)) and parent.elt is not self.node:
            return None
        outer = self.parents.get(parent)
        joins = outer.func if isinstance(outer, ast.Call) and last_name(outer.func) == "join" else None
        if isinstance(outer, ast.Call) and isinstance(joins, ast.Attribute):
            if outer.args != [parent] or form not in ("text", "bytes"):
                return None
            self._join(parent, joins.value)
            return outer
        if not (isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Mod) and outer.right is parent):
            return None
        if isinstance(parent, ast.Tuple) and isinstance(self.node, ast.expr):
            return self._percent(outer, self.parents.place(self.node, parent.elts) or 0, parent.elts)
        return None

    def _join(self, parent: ast.AST, joiner: ast.expr) -> None:
        if not isinstance(parent, (ast.Tuple, ast.List)):
            idtexts.glue(self.value, [], [HIDDEN])
            self.value.several = True
            return
        if len(parent.elts) == 1 and not isinstance(parent.elts[0], ast.Starred):
            return
        separator = literal_or_self(joiner)
        before, after = near(parent.elts, self.parents.place(self.node, parent.elts) or 0, literal_or_self)
        head = [piece for element in before for piece in (element, separator) if piece != ""]
        idtexts.glue(self.value, head, [piece for element in after for piece in (separator, element)])

    def _keyword(self, keyword: ast.keyword) -> ast.AST | None:
        call = self.parents.get(keyword)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "format":
            template = text_of(call.func.value)
            if template is not None:
                return self._template(keyword.arg or "", call)
        return None

    def _mapping(self, parent: ast.Dict) -> ast.AST | None:
        """A value of the mapping behind ``%``."""
        outer = self.parents.get(parent)
        if not (isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Mod) and outer.right is parent):
            return None
        if text_of(outer.left) is None:
            return None
        places, values = self.parents.once("%", outer, templates.by_name)
        key = parent.keys[self.parents.place(self.node, parent.values) or 0]
        at = places.get(None if key is None else text_of(key))
        return None if at is None else self._percent(outer, at, values)

    def _percent(self, operator: ast.BinOp, at: int, values: Sequence[ast.expr]) -> ast.AST | None:
        """``template % values``, where the id is number ``at``."""
        template = text_of(operator.left)
        value = self.value
        if template is None or value.form == "list":
            return None
        items, tail = templates.conversions(template)
        starred = any(isinstance(one, ast.Starred) for one in values)
        if at >= len(items) or not items[at].kind or len(values) < len(items) or starred:
            idtexts.glue(value, [], [HIDDEN])
            return operator
        first, last = max(0, at - NEAR), at + NEAR + 1
        pieces: list[str | ast.expr] = [HIDDEN] if first else []
        before = 0
        for number, item in enumerate(items[first:last], first):
            pieces.append(item.before)
            if number == at:
                before = len(pieces)
                idtexts.percent(value, item, *templates.amounts(item, values[max(0, at - 2) : at]))
            elif item.kind:
                pieces.append(templates.converted(item, values[number]))
        pieces.append(tail if last >= len(items) else HIDDEN)
        self._surround(pieces[:before], pieces[before:])
        return operator

    def _template(self, key: int | str, call: ast.Call) -> ast.AST | None:
        """``template.format(…)``, where the id is the argument ``key``."""
        value = self.value
        if value.form == "list":
            return None
        shown = self.parents.once("format", call, templates.Fields)
        places = shown.places.get(key)
        if places is None:
            # The template does not show the id, or cannot be read.
            idtexts.to_text(value)
            self._surround([], shown.pieces(range(len(shown.fields))) if shown.sound else [HIDDEN])
            return call
        first, last = places[0], places[0] + NEAR
        original = value.twin()
        _show(value, shown.fields[first])
        head = [*shown.pieces(range(max(0, first - NEAR), first)), shown.fields[first].before]
        tail: list[str | ast.expr] = []
        for at in range(first + 1, min(last, len(shown.fields))):
            field = shown.fields[at]
            if field.key != key:
                tail += shown.pieces((at,))
                continue
            tail.append(field.before)
            one = original.twin()
            _show(one, field)
            if one.layout is None or value.layout is None:
                value.several = True
            else:
                tail.append(idtexts.Layout(one.layout))
        if first > NEAR:
            head.insert(0, HIDDEN)
        if last < len(shown.fields):
            tail.append(HIDDEN)
            value.several = value.several or places[-1] >= last
        self._surround(head, tail if shown.sound else [HIDDEN])
        return call

    def _surround(self, head: Sequence[str | ast.expr], tail: Sequence[str | ast.expr]) -> None:
        head = [piece for piece in head if piece != ""]
        tail = [piece for piece in tail if piece != ""]
        if head or tail:
            idtexts.glue(self.value, head, tail)


#: What each class of nodes around an id makes of it; elsewhere it has arrived.
_STEPS: dict[type, Callable[[_Climb, Any], ast.AST | None]] = {
    ast.Attribute: _Climb._attribute,
    ast.Subscript: _Climb._subscript,
    ast.Call: _Climb._call,
    ast.FormattedValue: _Climb._formatted,
    ast.BinOp: _Climb._operator,
    **dict.fromkeys((ast.Tuple, ast.List, ast.GeneratorExp, ast.ListComp), _Climb._member),
    ast.keyword: _Climb._keyword,
    ast.Dict: _Climb._mapping,
    **dict.fromkeys((ast.BoolOp, ast.IfExp, ast.NamedExpr), _Climb._chosen),
}


def _show(value: IdValue, field: templates.TemplateField) -> None:
    """Let a replacement field of a ``str.format`` template show the id."""
    if field.path and not (field.path[0] == "." and idcalls.attribute(value, field.path[1:])):
        idtexts.to_text(value)
        value.blur()
        return
    if field.conversion is not None:
        idtexts.to_text(value, field.conversion != "s")
    idtexts.format_by(value, field.spec)


def _constants(nodes: Sequence[ast.expr]) -> list[object]:
    return [constant(node) for node in nodes]


def _named(call: ast.Call) -> dict[str, object]:
    return {keyword.arg: constant(keyword.value) for keyword in call.keywords if keyword.arg is not None}


def _is_passage(node: ast.expr) -> bool:
    return isinstance(node, (ast.Tuple, ast.List, ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.FormattedValue))


def _is_text_call(call: ast.Call, argument: ast.expr) -> bool:
    return (
        isinstance(call.func, ast.Name)
        and call.func.id in ("str", "repr", "format", "int")
        and bool(call.args)
        and call.args[0] is argument
    )
