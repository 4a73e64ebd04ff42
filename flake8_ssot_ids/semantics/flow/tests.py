"""What is asked of a value where it is read: its length, its type, its beginning, its number, its pattern."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_ssot_ids.semantics.flow.cuts import LONGEST, SAME, cut_at, only_logged
from flake8_ssot_ids.semantics.flow.index import Index, last_name, spelled
from flake8_ssot_ids.semantics.flow.sinks import (
    ARITHMETIC,
    LENGTH_CHECKED,
    MATCHED_AS_UUID,
    PARSED_AS_UUID,
    PREFIX_MATCHED,
    SLICED,
    SPLIT,
    TO_NUMBER,
    TYPE_CHECKED,
    UUID_ATTRIBUTE,
    UUID_TYPED,
    Sink,
)
from flake8_ssot_ids.semantics.flow.token import ANY, LENGTH, NUMBER, OBJECT, TEXT, Token
from flake8_ssot_ids.semantics.flow.types import is_uuid_class, is_uuid_pattern, pattern_of, typed_as_uuid
from flake8_ssot_ids.semantics.module.literals import text_of

if TYPE_CHECKING:
    from flake8_ssot_ids.semantics.flow.trace import Trace

#: Attributes that, among the things that are used as ids, only a UUID has.
_TELLING = frozenset(
    {"bytes_le", "clock_seq", "clock_seq_hi_variant", "clock_seq_low", "hex", "time_hi_version"}
)
_TELLING |= {"time_low", "time_mid", "urn"}
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
_MATCHES = frozenset({"match", "fullmatch", "search", "findall", "finditer"})
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
_EQUAL = frozenset({"assertEqual", "assertEquals", "assertNotEqual", "assertIs"})
_DIGITS = frozenset({"fromhex", "unhexlify", "a2b_hex"})
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


def form_of(node: ast.expr) -> str:
    """What an expression gives, by its form alone: a UUID object, text, a number."""
    while True:
        if isinstance(node, ast.BoolOp):
            node = node.values[-1]
        elif isinstance(node, ast.IfExp):
            node = node.body
        elif isinstance(node, (ast.NamedExpr, ast.Await)):
            node = node.value
        elif isinstance(node, ast.Lambda):
            node = node.body
        else:
            break
    if isinstance(node, (ast.JoinedStr, ast.Subscript)):
        return TEXT
    if isinstance(node, ast.Attribute):
        if node.attr[:4] == "uuid":
            return OBJECT
        return TEXT if node.attr in ("hex", "urn") else NUMBER if node.attr == "int" else ANY
    if isinstance(node, ast.BinOp):
        left = node.left
        while isinstance(left, ast.BinOp):
            left = left.left
        if isinstance(node.op, ast.Add):
            return TEXT if TEXT in (form_of(left), form_of(node.right)) or text_of(left) is not None else ANY
        return TEXT if text_of(left) is not None else NUMBER
    if isinstance(node, ast.Constant):
        return TEXT if isinstance(node.value, str) else ANY
    if isinstance(node, ast.Name):
        return OBJECT if node.id[:4] == "uuid" and node.id[4:].isdigit() else ANY
    if isinstance(node, ast.Call):
        name = last_name(node.func)
        if name[:4] == "uuid" and name[4:].isdigit():
            return OBJECT
        if name in ("str", "hex", "repr", "format", "join", "replace", "lower", "upper", "decode"):
            return TEXT
        return NUMBER if name == "int" else ANY
    return ANY


def tested(trace: Trace, token: Token, parent: ast.AST | None) -> bool:
    """Note what ``parent`` asks of the value itself; whether that is the end of its way there."""
    node = token.node
    if token.form == LENGTH and isinstance(
        parent, (ast.Attribute, ast.Subscript, ast.FormattedValue, ast.BinOp)
    ):
        return True
    if isinstance(parent, (ast.Attribute, ast.Subscript)):
        if isinstance(parent, ast.Subscript) and parent.value is not node:
            return True
        _read(trace, token, parent)
        return True
    if isinstance(parent, ast.Compare):
        _compared(trace, token, parent)
        return True
    if isinstance(parent, ast.FormattedValue):
        _formatted(trace, token, parent)
        return True
    if isinstance(parent, ast.BinOp):
        _operated(trace, token, parent)
        return True
    return isinstance(parent, ast.AugAssign)


def _read(trace: Trace, token: Token, parent: ast.Attribute | ast.Subscript) -> None:
    """An attribute, a method or a part of the value."""
    index = trace.index
    if token.form == NUMBER:
        return
    cut = cut_at(token.node, token.through, index)
    if cut is not None:
        sink, result = cut
        if token.form == OBJECT:
            return
        if sink.kind == PREFIX_MATCHED or not only_logged(result, index, trace.reads):
            trace.found(sink)
        if sink.kind == SPLIT and sink.method == "replace":
            trace.push(token.at(result, form=TEXT))
        return
    if not isinstance(parent, ast.Attribute):
        if isinstance(parent.slice, ast.Slice):
            trace.push(token.at(parent, form=TEXT))
        return
    call = index.parents.get(parent)
    called = isinstance(call, ast.Call) and call.func is parent
    if called and isinstance(call, ast.Call):
        if parent.attr in SAME:
            trace.push(token.at(call, form=TEXT))
        return
    wanted = _ATTRIBUTES if token.form == OBJECT else _TELLING if token.form == ANY else frozenset[str]()
    if parent.attr in wanted:
        if token.through:
            detail = f"`{spelled(parent, '.' + parent.attr)}`"
            trace.found(Sink(UUID_ATTRIBUTE, parent, detail, token.through))
        form = NUMBER if parent.attr == "int" else TEXT if parent.attr in ("hex", "urn", "bytes") else ANY
        trace.push(token.at(parent, form=form))


def _compared(trace: Trace, token: Token, parent: ast.Compare) -> None:
    """``"ws_" in value``, ``len(value) == 36``."""
    if token.form == LENGTH:
        if _tells_lengths_apart(parent, token.node, trace.index):
            detail = f"`{spelled(parent, 'len(…)')}`"
            trace.found(Sink(LENGTH_CHECKED, parent, detail, token.through))
        return
    operands = [parent.left, *parent.comparators]
    for number, operation in enumerate(parent.ops):
        if isinstance(operation, (ast.In, ast.NotIn)) and operands[number + 1] is token.node:
            text = text_of(operands[number])
            if text:
                detail = f"`{spelled(parent, f'{text!r} in …')}`"
                trace.found(Sink(PREFIX_MATCHED, parent, detail, token.through, method="in", text=text))


def _formatted(trace: Trace, token: Token, parent: ast.FormattedValue) -> None:
    joined = trace.index.parents.get(parent)
    if not isinstance(joined, ast.JoinedStr) or parent.value is not token.node:
        return
    if len(joined.values) > 1:
        trace.glued(joined, token)
        return
    precision = _precision(parent)
    if precision is None:
        trace.push(token.at(joined, form=TEXT))
    elif not only_logged(joined, trace.index, trace.reads):
        detail = f"`{spelled(joined, f'.{precision}')}`"
        trace.found(Sink(SLICED, joined, detail, token.through, bounds=(None, precision, None)))


def _precision(value: ast.FormattedValue) -> int | None:
    """How many characters a format such as ``{value:.8}`` leaves; None for all."""
    spec = value.format_spec
    if not isinstance(spec, ast.JoinedStr) or len(spec.values) != 1:
        return None
    text = (text_of(spec.values[0]) or "").rstrip("s").rpartition(".")[2]
    return int(text) if text.isdecimal() and "." in (text_of(spec.values[0]) or "") else None


def _operated(trace: Trace, token: Token, parent: ast.BinOp) -> None:
    if token.form == NUMBER:
        if isinstance(parent.op, _NUMERIC) and parent.left is token.node:
            detail = f"`{spelled(parent, '…')}`"
            trace.found(Sink(ARITHMETIC, parent, detail, token.through))
    elif isinstance(parent.op, ast.Add) or (
        isinstance(parent.op, ast.Mod) and text_of(parent.left) is not None
    ):
        trace.glued(parent, token)


def called_with(trace: Trace, token: Token, call: ast.Call, argument: ast.expr | ast.keyword) -> bool:
    """Note what a builtin or a well-known function asks of the value; whether ``call`` is done with."""
    index, function = trace.index, call.func
    name = last_name(function)
    plain = isinstance(function, ast.Name)
    first = bool(call.args) and call.args[0] is argument
    keyword = argument.arg if isinstance(argument, ast.keyword) else None

    def note(kind: str, place: ast.expr = call) -> bool:
        trace.found(Sink(kind, place, f"`{spelled(place, f'{name}(…)')}`", token.through))
        return True

    if token.form == LENGTH:
        if name in _EQUAL and len(call.args) > 1 and argument in call.args[:2]:
            limit = index.constant(call.args[1] if first else call.args[0])
            if isinstance(limit, int) and limit > 1:
                note(LENGTH_CHECKED)
        return True
    if name == "format" and isinstance(function, ast.Attribute):
        if text_of(function.value) == "{}":
            trace.push(token.at(call, form=TEXT))
        else:
            trace.glued(call, token)
        return True
    if is_uuid_class(function, index):
        return note(PARSED_AS_UUID) if first or keyword == "hex" else True
    if plain and name == "isinstance" and first and len(call.args) > 1:
        return note(TYPE_CHECKED) if _only_uuid(call.args[1], index) else True
    if plain and name == "type" and first:
        outer = index.parents.get(call)
        if isinstance(outer, ast.Compare) and any(is_uuid_class(one, index) for one in outer.comparators):
            note(TYPE_CHECKED, outer)
        return True
    if plain and name == "len" and first:
        trace.push(token.at(call, form=LENGTH))
        return True
    if name in ("assertIsInstance", "assertNotIsInstance") and first and len(call.args) > 1:
        return note(TYPE_CHECKED) if _only_uuid(call.args[1], index) else True
    if name in ("assertRegex", "assertNotRegex") and first and len(call.args) > 1:
        pattern = pattern_of(call.args[1], index)
        return note(MATCHED_AS_UUID) if pattern is not None and is_uuid_pattern(pattern) else True
    if name in ("assertIn", "assertNotIn") and call.args[1:2] == [argument]:
        text = text_of(call.args[0])
        if text:
            detail = f"`{spelled(call, name)}`"
            trace.found(Sink(PREFIX_MATCHED, call, detail, token.through, method="in", text=text))
        return True
    if plain and name in ("int", "float") and first:
        if token.form != NUMBER:
            note(TO_NUMBER)
        trace.push(token.at(call, form=NUMBER))
        return True
    if name in _DIGITS and first and token.form != NUMBER:
        return note(TO_NUMBER)
    if name in _MATCHES:
        owner = function.value if isinstance(function, ast.Attribute) else None
        dotted_name = f"re.{name}" if plain else "re"
        of_module = dotted_name in index.imports.get(last_name(function if plain else owner), ())
        pattern = pattern_of(call.args[0] if of_module and call.args else owner, index)
        subject = call.args.index(argument) if argument in call.args else 1 if keyword == "string" else None
        if pattern is not None and subject == of_module and is_uuid_pattern(pattern):
            note(MATCHED_AS_UUID)
        return of_module or pattern is not None
    if (
        name == "split"
        and isinstance(function, ast.Attribute)
        and len(call.args) > 1
        and call.args[1] is argument
    ):
        if "re" in index.imports.get(last_name(function.value), ()) and not only_logged(
            call, index, trace.reads
        ):
            trace.found(
                Sink(SPLIT, call, f"`{spelled(call, 're.split(…)')}`", token.through, method="re.split")
            )
        return True
    if name == "cast" and len(call.args) == 2 and call.args[1] is argument:
        if typed_as_uuid(call.args[0], (), index):
            trace.found(Sink(UUID_TYPED, call, f"`{spelled(call, 'cast(UUID, …)')}`", token.through))
        trace.push(token.at(call))
        return True
    if plain and name in ("str", "format", "repr", "ascii", "hex", "bytes") and first:
        trace.push(token.at(call, form=TEXT))
        return True
    return False


def _only_uuid(classes: ast.expr, index: Index) -> bool:
    """Whether the second argument of ``isinstance`` lets a UUID pass and no text."""
    pending, found = [classes], False
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Tuple):
            pending += node.elts
        elif isinstance(node, ast.BinOp):
            pending += (node.left, node.right)
        elif last_name(node) in ("str", "object"):
            return False
        found = found or is_uuid_class(node, index)
    return found


def _tells_lengths_apart(compare: ast.Compare, call: ast.expr, index: Index) -> bool:
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
