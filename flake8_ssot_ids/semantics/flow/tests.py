"""What is asked of a value right where it is read, by an operator, an attribute, a part: all but calls."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from flake8_ssot_ids.semantics.flow.cuts import LONGEST, SAME, cut_at, only_logged
from flake8_ssot_ids.semantics.flow.index import NodeIndex, spelled, words
from flake8_ssot_ids.semantics.flow.patches import is_source
from flake8_ssot_ids.semantics.flow.sinks import (
    ARITHMETIC,
    LENGTH_CHECKED,
    PREFIX_MATCHED,
    SLICED,
    SPLIT,
    UUID_ATTRIBUTE,
    Sink,
)
from flake8_ssot_ids.semantics.flow.token import ANY, LENGTH, NUMBER, OBJECT, TEXT, Token
from flake8_ssot_ids.semantics.flow.way import Way
from flake8_ssot_ids.semantics.module.literals import text_of

#: Attributes that, among the things that are used as ids, only a UUID has.
_TELLING = words(
    "bytes_le clock_seq clock_seq_hi_variant clock_seq_low hex time_hi_version time_low time_mid urn"
)
#: What attributes of a UUID are.
_FORMS = {"hex": TEXT, "urn": TEXT, "int": NUMBER}
_ATTRIBUTES = _TELLING | {"bytes", "fields", "int", "node", "time", "variant", "version"}
#: Lengths of ids of the SSOT grammar, shortest and longest, and of raw ones: hex, with dashes.
_LENGTHS = (27, LONGEST, 32, 36)
_COMPARE: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
#: What some callables give.
_GIVES = {
    **dict.fromkeys(("builtins.str", "builtins.hex", "builtins.repr", "builtins.format"), TEXT),
    **dict.fromkeys((".hex", ".format", ".join", ".replace", ".lower", ".upper", ".decode"), TEXT),
    "builtins.int": NUMBER,
}
_NUMERIC = (
    ast.Mod,
    ast.FloorDiv,
    ast.RShift,
    ast.LShift,
    ast.BitAnd,
    ast.BitXor,
    ast.BitOr,
    ast.Sub,
    ast.Div,
)


def form_of(node: ast.expr, index: NodeIndex) -> str:
    """What an expression gives, by its form and by what it calls: a UUID object, text, a number."""
    while isinstance(node, (ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.Await, ast.Lambda)):
        if isinstance(node, ast.BoolOp):
            node = node.values[-1]
        else:
            node = node.value if isinstance(node, (ast.NamedExpr, ast.Await)) else node.body
    if isinstance(node, (ast.JoinedStr, ast.Subscript)):
        return TEXT
    if isinstance(node, ast.BinOp):
        return _form_of_sum(node, index)
    if isinstance(node, ast.Constant):
        return TEXT if isinstance(node.value, str) else ANY
    if isinstance(node, ast.Call):
        called = index.means(node.func)
        return OBJECT if any(map(is_source, called.words)) else called.entry(_GIVES) or ANY
    if isinstance(node, ast.Attribute) and node.attr in _FORMS:
        return _FORMS[node.attr]
    if isinstance(node, (ast.Name, ast.Attribute)):
        return OBJECT if any(map(is_source, index.means(node).words)) else ANY
    return ANY


def _form_of_sum(node: ast.BinOp, index: NodeIndex) -> str:
    left = node.left
    while isinstance(left, ast.BinOp):
        left = left.left
    if isinstance(node.op, ast.Add):
        forms = (form_of(left, index), form_of(node.right, index))
        return TEXT if TEXT in forms or text_of(left) is not None else ANY
    return TEXT if text_of(left) is not None else NUMBER


def tested(way: Way, token: Token, parent: ast.AST | None) -> bool:
    """Note what ``parent`` asks of the value itself; whether that is the end of its way there."""
    node = token.node
    if token.form == LENGTH and isinstance(
        parent, (ast.Attribute, ast.Subscript, ast.FormattedValue, ast.BinOp)
    ):
        return True
    if isinstance(parent, (ast.Attribute, ast.Subscript)):
        if isinstance(parent, ast.Subscript) and parent.value is not node:
            return True
        _read(way, token, parent)
        return True
    if isinstance(parent, ast.Compare):
        _compared(way, token, parent)
        return True
    if isinstance(parent, ast.FormattedValue):
        _formatted(way, token, parent)
        return True
    if isinstance(parent, ast.BinOp):
        _operated(way, token, parent)
        return True
    return isinstance(parent, ast.AugAssign)


def _read(way: Way, token: Token, parent: ast.Attribute | ast.Subscript) -> None:
    """An attribute, a method or a part of the value."""
    index = way.index
    if token.form == NUMBER:
        return
    cut = cut_at(token.node, token.through, index)
    if cut is not None:
        sink, result = cut
        if token.form == OBJECT:
            return
        if sink.kind == PREFIX_MATCHED or not only_logged(result, index, way.reads):
            way.found(sink)
        if sink.kind == SPLIT and sink.method == "replace":
            way.push(token.at(result, form=TEXT))
        return
    if not isinstance(parent, ast.Attribute):
        if isinstance(parent.slice, ast.Slice):
            way.push(token.at(parent, form=TEXT))
        return
    call = index.parents.get(parent)
    called = isinstance(call, ast.Call) and call.func is parent
    if called and isinstance(call, ast.Call):
        if parent.attr in SAME:
            way.push(token.at(call, form=TEXT))
        return
    wanted = _ATTRIBUTES if token.form == OBJECT else _TELLING if token.form == ANY else frozenset[str]()
    if parent.attr in wanted:
        if token.through:
            detail = f"`{spelled(parent, '.' + parent.attr)}`"
            way.found(Sink(UUID_ATTRIBUTE, parent, detail, token.through))
        way.push(token.at(parent, form=TEXT if parent.attr == "bytes" else _FORMS.get(parent.attr, ANY)))


def _compared(way: Way, token: Token, parent: ast.Compare) -> None:
    """``"ws_" in value``, ``len(value) == 36``."""
    if token.form == LENGTH:
        if _tells_lengths_apart(parent, token.node, way.index):
            detail = f"`{spelled(parent, 'len(…)')}`"
            way.found(Sink(LENGTH_CHECKED, parent, detail, token.through))
        return
    operands = [parent.left, *parent.comparators]
    for number, operation in enumerate(parent.ops):
        if isinstance(operation, (ast.In, ast.NotIn)) and operands[number + 1] is token.node:
            text = text_of(operands[number])
            if text:
                detail = f"`{spelled(parent, f'{text!r} in …')}`"
                way.found(Sink(PREFIX_MATCHED, parent, detail, token.through, method="in", text=text))


def _formatted(way: Way, token: Token, parent: ast.FormattedValue) -> None:
    joined = way.index.parents.get(parent)
    if not isinstance(joined, ast.JoinedStr) or parent.value is not token.node:
        return
    if len(joined.values) > 1:
        way.glued(joined, token)
        return
    precision = _precision(parent)
    if precision is None:
        way.push(token.at(joined, form=TEXT))
    elif not only_logged(joined, way.index, way.reads):
        detail = f"`{spelled(joined, f'.{precision}')}`"
        way.found(Sink(SLICED, joined, detail, token.through, bounds=(None, precision, None)))


def _precision(value: ast.FormattedValue) -> int | None:
    """How many characters a format such as ``{value:.8}`` leaves; None for all."""
    spec = value.format_spec
    if not isinstance(spec, ast.JoinedStr) or len(spec.values) != 1:
        return None
    text = (text_of(spec.values[0]) or "").rstrip("s").rpartition(".")[2]
    return int(text) if text.isdecimal() and "." in (text_of(spec.values[0]) or "") else None


def _operated(way: Way, token: Token, parent: ast.BinOp) -> None:
    if token.form == NUMBER:
        if isinstance(parent.op, _NUMERIC) and parent.left is token.node:
            detail = f"`{spelled(parent, '…')}`"
            way.found(Sink(ARITHMETIC, parent, detail, token.through))
    elif isinstance(parent.op, ast.Add) or (
        isinstance(parent.op, ast.Mod) and text_of(parent.left) is not None
    ):
        way.glued(parent, token)


def _tells_lengths_apart(compare: ast.Compare, call: ast.expr, index: NodeIndex) -> bool:
    """Whether a comparison of a length differs between raw and SSOT ids, or among the latter."""
    operands = [compare.left, *compare.comparators]
    for number, operation in enumerate(compare.ops):
        left, right = operands[number], operands[number + 1]
        if call not in (left, right):
            continue
        other, kind = (right, type(operation)) if left is call else (left, type(operation))
        if right is call:
            kind = _MIRRORED.get(kind, kind)
        if kind in (ast.In, ast.NotIn) and left is call:
            items = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else []
            if items and all(isinstance(index.constant(item), int) for item in items):
                return True
        limit = index.constant(other)
        compared = _COMPARE.get(kind)
        if compared is not None and isinstance(limit, int) and not isinstance(limit, bool):
            if len({compared(length, limit) for length in _LENGTHS}) > 1:
                return True
            if kind in (ast.Eq, ast.NotEq) and limit > 1:
                return True
    return False
