"""What becomes of a fresh id within its own expression: text, a part of it, glued to other text.

:func:`shape_of` climbs from the reference to an id source up to the widest expression that
still is the id and follows the value in the letters of :mod:`flake8_ssot_ids.catalog`: a slice
of the text is a slice of the layout, so what is left of the random bits can be counted.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from flake8_ssot_ids import catalog
from flake8_ssot_ids.names.syntax import possible_values

OBJECT, TEXT, CUT, GLUED, FACTORY = "object", "text", "cut", "glued", "factory"

#: Random bits of one letter of a layout. ``L`` and ``-`` are other text, ``U`` is other text of
#: unknown length; ``d``, ``b``, ``q``, ``y`` are decimal, base64, base32 and base85 digits.
_BITS: Mapping[str, float] = {"r": 4, "n": 2, "d": math.log2(10), "b": 6, "q": 5, "y": math.log2(85)}
_BIT_PATTERN = {"r": "1111", "n": "0011"}
_OTHER_TEXT = frozenset("L-U")
_UUID_BITS = 122
#: A format specification of a text: ``.8``, ``>40``, ``40.8s``.
_TEXT_FORMAT = re.compile(r"(?:.?(?P<align>[<>^]))?0?(?P<width>\d+)?(?:\.(?P<precision>\d+))?s?")
#: Flags, width, precision and kind of a ``%`` conversion.
_PERCENT = re.compile(r"%(?:\(\w+\))?([-#0 +]*)(\d+|\*)?(\.(?:\d+|\*)?)?([a-zA-Z])")
_WIDEST = 1000
_URN = "urn:uuid:"
#: Attributes of a UUID object that are a part of it, as slices of the 32 digits.
_PARTS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "time_low": ((0, 8),),
    "time_mid": ((8, 12),),
    "time_hi_version": ((12, 16),),
    "clock_seq_hi_variant": ((16, 18),),
    "clock_seq_low": ((18, 20),),
    "node": ((20, 32),),
    "time": ((13, 16), (8, 12), (0, 8)),
    "clock_seq": ((16, 20),),
}
#: Conversions ``!r`` and ``!a`` of a replacement field.
_REPRESENT = (ord("r"), ord("a"))
_FIELDS = ("time_low", "time_mid", "time_hi_version", "clock_seq_hi_variant", "clock_seq_low", "node")
_SAME_TEXT = frozenset(
    {"upper", "lower", "casefold", "swapcase", "title", "capitalize", "strip", "lstrip", "rstrip"}
    | {"encode", "decode", "zfill", "ljust", "rjust", "center", "__str__", "format"}
)
_ENCODERS: Mapping[str, tuple[str, int]] = {
    "b64encode": ("b", 22),
    "urlsafe_b64encode": ("b", 22),
    "standard_b64encode": ("b", 22),
    "b32encode": ("q", 26),
    "b85encode": ("y", 20),
    "a85encode": ("y", 20),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The form in which an id leaves its expression.

    ``node`` is the widest expression that still is the id, ``end`` the one that its value was
    followed up to. ``bits`` are the random bits that are
    left, None where they cannot be told. ``head`` are the parts of the text before the id:
    literal text, or the expression whose text stands there. ``tail`` is the literal text after it.
    ``called`` tells a call of the source from a mere reference.
    """

    kind: str
    node: ast.expr
    end: ast.AST
    called: bool
    bits: float | None
    head: tuple[str | ast.expr, ...] = ()
    tail: str = ""

    @property
    def prefix(self) -> str | None:
        """The literal text before the id, None where there is none or not all of it is literal."""
        if not self.head or not all(isinstance(part, str) for part in self.head):
            return None
        return "".join(str(part) for part in self.head)


def random_bits(layout: str) -> float:
    """The random bits of the letters in ``layout``, at most those of a whole UUID."""
    return min(_UUID_BITS, sum(_BITS.get(letter, 0) for letter in layout))


def shape_of(reference: ast.expr, source: str, parents: Mapping[ast.AST, ast.AST]) -> Shape:
    """The shape of the id that ``reference`` to ``source`` (such as ``uuid4``) makes."""
    node: ast.AST = reference
    parent = parents.get(node)
    while isinstance(parent, (ast.IfExp, ast.BoolOp)) and _hands_on(parent, node):
        node, parent = parent, parents.get(parent)
    if not (isinstance(parent, ast.Call) and parent.func is node):
        return Shape(FACTORY, reference, node, False, None)
    climb = _Climb(parent, catalog.LAYOUTS[source], parents)
    climb.run()
    kind = OBJECT
    if climb.cut:
        kind = CUT
    elif climb.glued:
        kind = GLUED
    elif climb.form != "object":
        kind = TEXT
    return Shape(kind, climb.whole, climb.node, True, climb.bits(), tuple(climb.head), climb.tail)


def _hands_on(parent: ast.IfExp | ast.BoolOp, node: ast.AST) -> bool:
    """Whether the value of ``parent`` may be that of its part ``node``, which is a function."""
    return parent.test is not node if isinstance(parent, ast.IfExp) else node in possible_values(parent)


class _Climb:
    """The value of one id while its expression is climbed."""

    def __init__(self, call: ast.expr, digits: str, parents: Mapping[ast.AST, ast.AST]) -> None:
        self.node: ast.AST = call
        self.whole: ast.expr = call
        self.parents = parents
        #: object, text, bytes, number, or list (of layouts).
        self.form = "object"
        self.layout: str | None = digits
        self.parts: list[str] = []
        self.cut = False
        self.glued = False
        self.head: list[str | ast.expr] = []
        self.tail = ""
        self._limit: float | None = None
        self._frozen = False

    def bits(self) -> float | None:
        if self.layout is not None:
            left = random_bits(self.layout)
            return left if self._limit is None else min(left, self._limit)
        return self._limit

    def run(self) -> None:
        """Climb while the parent still holds the id."""
        while True:
            parent = self.parents.get(self.node)
            if parent is None:
                return
            step = self._step(parent)
            if step is None:
                return
            self.node = step
            if isinstance(step, ast.expr) and not self._frozen and not _is_passage(step):
                self.whole = step

    def _step(self, parent: ast.AST) -> ast.AST | None:
        """Take the value through ``parent``; the node reached, or None where the id has arrived."""
        node = self.node
        if isinstance(parent, ast.Attribute):
            return self._attribute(parent)
        if isinstance(parent, ast.Subscript):
            return self._subscript(parent) if parent.value is node else None
        if isinstance(parent, ast.Call):
            return self._call(parent) if node in parent.args else None
        if isinstance(parent, ast.FormattedValue):
            return self._formatted(parent)
        if isinstance(parent, ast.BinOp):
            return self._operator(parent)
        if isinstance(parent, (ast.Tuple, ast.List, ast.GeneratorExp, ast.ListComp)):
            return self._member(parent)
        if isinstance(parent, ast.keyword):
            return self._keyword(parent)
        if isinstance(parent, ast.Dict):
            return self._mapping(parent)
        if isinstance(parent, (ast.BoolOp, ast.IfExp, ast.NamedExpr)):
            if isinstance(parent, ast.IfExp) and parent.test is node:
                return None
            # What is made of `x or str(uuid4())` is made of the id, but the id ends before it.
            after = self.parents.get(parent)
            if isinstance(after, (ast.Attribute, ast.Subscript, ast.FormattedValue, ast.BinOp, ast.Call)):
                if isinstance(after, ast.Call) and not _is_text_call(after, parent):
                    return None
                self._frozen = True
                return parent
        return None

    # -- attributes and methods --------------------------------------------------------------

    def _attribute(self, parent: ast.Attribute) -> ast.AST | None:
        call = self.parents.get(parent)
        method = isinstance(call, ast.Call) and call.func is parent
        name = parent.attr
        if method and isinstance(call, ast.Call):
            return call if self._method(call, name) else None
        if self.form != "object" or self.layout is None:
            return None
        digits = self.layout
        if name in ("hex", "int"):
            self.form = "text" if name == "hex" else "number"
        elif name == "urn":
            self.form, self.layout = "text", "L" * len(_URN) + _dashed(digits)
        elif name in ("bytes", "bytes_le"):
            self.form = "bytes"
        elif name == "fields":
            self.form, self.parts, self.layout = "list", [_part(digits, field) for field in _FIELDS], None
        elif name in _PARTS:
            self.form, self.layout, self.cut = "number", _part(digits, name), True
        else:
            return None
        return parent

    def _method(self, call: ast.Call, name: str) -> bool:
        arguments = [_constant(argument) for argument in call.args]
        if self.form == "object" and name in ("__str__", "__repr__", "__format__"):
            self._to_text(name == "__repr__")
            return True
        if self.form == "bytes" and name == "hex":
            self.form = "text"
            return True
        if self.form == "number" and name == "to_bytes":
            self.form = "bytes"
            return True
        if self.form not in ("text", "bytes"):
            return False
        if name in _SAME_TEXT:
            return True
        if name == "replace" and len(arguments) >= 2:
            old, new = arguments[:2]
            if old == "-" and isinstance(new, str) and self.layout is not None:
                self.layout = self.layout.replace("-", _plain(new))
            return True
        if name == "removeprefix" and arguments:
            if self.layout is not None and arguments[0] == _URN:
                self.layout = self.layout.removeprefix("L" * len(_URN))
            return True
        if name in ("split", "rsplit", "partition", "rpartition") and self.layout is not None:
            return self._split(name, arguments)
        return False

    def _split(self, name: str, arguments: Sequence[object]) -> bool:
        if not arguments or arguments[0] != "-" or self.layout is None or "U" in self.layout:
            return False
        if name == "partition":
            self.parts = list(self.layout.partition("-"))
        elif name == "rpartition":
            self.parts = list(self.layout.rpartition("-"))
        else:
            most = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], int) else -1
            self.parts = self.layout.split("-", most) if name == "split" else self.layout.rsplit("-", most)
        self.form, self.layout = "list", None
        return True

    def _to_text(self, represent: bool = False) -> None:
        """``str()`` of the value or its ``repr()``: of an object ``UUID('…')``, of a text the same in quotes."""
        if self.form == "object" and self.layout is not None:
            self.layout = _dashed(self.layout)
            if represent:
                self.layout = f"{'L' * 6}{self.layout}LL"
        elif self.form == "text" and represent and self.layout is not None:
            self.layout = f"L{self.layout}L"
        elif self.form == "number":
            self.layout = self._decimal()
        self.form = "text"

    def _decimal(self) -> str | None:
        if self.layout is None:
            return None
        return "d" * max(1, math.ceil(len(self.layout) * 4 / math.log2(10)))

    # -- calls ---------------------------------------------------------------------------------

    def _call(self, call: ast.Call) -> ast.AST | None:
        function = call.func
        if isinstance(function, ast.Attribute):
            if function.attr == "format" and _text(function.value) is not None:
                return self._format_method(call, _text(function.value) or "")
            if function.attr == "join" and self.form == "list":
                return self._join_parts(call, function)
            if function.attr == "from_bytes" and self.form == "bytes":
                self.form = "number"
                return call
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if self.form == "bytes":
            if name in _ENCODERS and call.args[0] is self.node:
                letter, length = _ENCODERS[name]
                kept = 0 if self.layout is None else len(self.layout)
                self._limit = self.bits()
                self.layout = letter * max(1, round(length * kept / 32))
                return call
            if name == "hexlify":
                return call
        if not isinstance(function, ast.Name) or call.args[0] is not self.node:
            return None
        if name in ("str", "repr", "ascii") and self.form != "list":
            self._to_text(name != "str")
        elif name == "format" and self.form != "list":
            self._format(_constant(call.args[1]) if len(call.args) > 1 else "")
        elif name == "int" and self.form in ("object", "number", "text"):
            if self.form == "text" and self.layout is not None:
                self.layout = self.layout.replace("-", "")
            self.form = "number"
        elif name == "hex" and self.form == "number":
            self.form = "text"
            self.layout = None if self.layout is None else "LL" + self.layout
        elif name == "bytes" and self.form == "object":
            self.form = "bytes"
        else:
            return None
        return call

    def _join_parts(self, call: ast.Call, function: ast.Attribute) -> ast.AST:
        separator = _text(function.value)
        if separator is None:
            self.layout = None
        else:
            self.layout = ("-" * len(separator)).join(self.parts)
        self.form = "text"
        return call

    def _member(self, parent: ast.AST) -> ast.AST | None:
        """An element of a list that ``join`` or ``%`` makes text of."""
        if self.form == "object" and not isinstance(parent, ast.Tuple):
            return None
        if self.form not in ("object", "text", "number"):
            return None
        if isinstance(parent, (ast.GeneratorExp, ast.ListComp)) and parent.elt is not self.node:
            return None
        outer = self.parents.get(parent)
        if (
            isinstance(outer, ast.Call)
            and isinstance(outer.func, ast.Attribute)
            and outer.func.attr == "join"
        ):
            if outer.args != [parent] or self.form != "text":
                return None
            separator = _text(outer.func.value)
            if isinstance(parent, (ast.Tuple, ast.List)):
                if len(parent.elts) > 1:
                    at = parent.elts.index(self.node) if isinstance(self.node, ast.expr) else 0
                    head: list[str | ast.expr] = []
                    for element in parent.elts[:at]:
                        text = _text(element)
                        head += [element if text is None else text, separator or "_"]
                    self._glue(head, "" if at == len(parent.elts) - 1 else separator or "_")
            else:
                self._glue([], "")
            return outer
        if isinstance(parent, ast.Tuple) and isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Mod):
            template = _text(outer.left)
            if template is not None and isinstance(self.node, ast.expr) and outer.right is parent:
                self._percent(template, parent.elts.index(self.node), parent.elts)
                return outer
        return None

    def _keyword(self, keyword: ast.keyword) -> ast.AST | None:
        call = self.parents.get(keyword)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "format":
            template = _text(call.func.value)
            if template is not None and self.form != "list":
                self._template(template, keyword.arg or "", call)
                return call
        return None

    def _mapping(self, parent: ast.Dict) -> ast.AST | None:
        """A value of the mapping behind ``%``."""
        outer = self.parents.get(parent)
        if not (isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Mod) and outer.right is parent):
            return None
        template = _text(outer.left)
        if template is None or self.form == "list":
            return None
        key = next((k for k, v in zip(parent.keys, parent.values, strict=True) if v is self.node), None)
        names = re.findall(r"%\((\w+)\)", template.replace("%%", ""))
        by_name = {_text(k): v for k, v in zip(parent.keys, parent.values, strict=True) if k is not None}
        name = None if key is None else _text(key)
        if name not in names:
            return None
        values = [by_name.get(other, ast.Constant(value=None)) for other in names]
        self._percent(template, names.index(name), values)
        return outer

    # -- slices ----------------------------------------------------------------------------------

    def _subscript(self, parent: ast.Subscript) -> ast.AST | None:
        index = parent.slice
        if self.form == "list":
            return self._item(parent, index)
        if self.form not in ("text", "bytes"):
            return None
        if isinstance(index, ast.Slice):
            bounds = [_bound(part) for part in (index.lower, index.upper, index.step)]
            if bounds != [None, None, None]:
                self._slice(bounds)
        else:
            at = integer(index)
            self._slice([at, None if at == -1 else at + 1, None] if at is not None else ["?", None, None])
        return parent

    def _item(self, parent: ast.Subscript, index: ast.expr) -> ast.AST | None:
        whole = sum(_digits(part) for part in self.parts)
        if isinstance(index, ast.Slice):
            bounds = [_bound(part) for part in (index.lower, index.upper, index.step)]
            if "?" in bounds:
                return None
            self.parts = self.parts[_as_slice(bounds)]
            self.cut = self.cut or sum(map(_digits, self.parts)) < whole
            return parent
        at = integer(index)
        before = self.cut
        self.form, self.cut = "text", True
        if at is None or not -len(self.parts) <= at < len(self.parts):
            self.layout = None
            return parent
        self.layout = self.parts[at]
        self.cut = before or _digits(self.layout) < whole
        return parent

    def _slice(self, bounds: Sequence[int | str | None]) -> None:
        scale = (
            2 if self.form == "bytes" and self.layout is not None and not set(self.layout) & set("bqy") else 1
        )
        layout = self.layout
        if "?" in bounds:
            self.cut, self.layout = True, None
            return
        cut = _as_slice(bounds)
        lower, upper = cut.start, cut.stop
        if layout is None or "U" in layout:
            self._slice_unknown(layout, lower, upper)
            return
        if scale == 2:
            pairs = [layout[at : at + 2] for at in range(0, len(layout), 2)]
            kept = "".join(pairs[cut])
        else:
            kept = layout[cut]
        self.cut = self.cut or _digits(kept) < _digits(layout)
        self.layout = kept

    def _slice_unknown(self, layout: str | None, lower: int | None, upper: int | None) -> None:
        """A slice of a text whose beginning has an unknown length."""
        after = "" if layout is None else layout.rpartition("U")[2]
        if lower is not None and lower < 0 and upper is None and -lower <= len(after):
            self.cut = self.cut or _digits(after[lower:]) < _digits(layout or "")
            self.layout = after[lower:]
            return
        if upper is not None and (
            upper < 0 or upper - (lower or 0) < (32 if layout is None else _digits(layout))
        ):
            self.cut, self.layout = True, None

    # -- text around -------------------------------------------------------------------------------

    def _formatted(self, parent: ast.FormattedValue) -> ast.AST | None:
        if parent.value is not self.node or self.form == "list":
            return None
        joined = self.parents.get(parent)
        if not isinstance(joined, ast.JoinedStr):
            return None
        spec = parent.format_spec
        text: object = ""
        if isinstance(spec, ast.JoinedStr):
            text = "".join(str(p.value) for p in spec.values if isinstance(p, ast.Constant))
            if any(not isinstance(p, ast.Constant) for p in spec.values):
                text = None
        if parent.conversion in _REPRESENT:
            self._to_text(True)
        self._format(text)
        at = next(i for i, value in enumerate(joined.values) if value is parent)
        head = [_piece(value) for value in joined.values[:at]]
        tail = [_piece(value) for value in joined.values[at + 1 :]]
        if head or tail:
            self._glue([piece for piece in head if piece is not None], tail)
        return joined

    def _format(self, spec: object) -> None:
        """Formatting with a specification such as ``.8`` or ``032x``; None: not known."""
        if spec is None:
            self.cut, self.layout = True, None
            return
        if self.form == "number" and str(spec).endswith(("x", "X")):
            self.form = "text"
        else:
            self._to_text()
        found = _TEXT_FORMAT.fullmatch(str(spec))
        if found is None:
            return
        if found["precision"]:
            self._slice([None, int(found["precision"]), None])
        if found["width"]:
            self._pad(int(found["width"]), found["align"] or "<")

    def _pad(self, width: int, align: str) -> None:
        """Other text fills the value up to ``width``: after it (``<``), before it (``>``) or on both sides."""
        if self.layout is None:
            return
        if "U" in self.layout:
            # How much is missing is not known either.
            self.layout = f"U{self.layout}U"
            return
        missing = max(0, min(width, _WIDEST) - len(self.layout))
        before = missing if align == ">" else missing // 2 if align == "^" else 0
        self.layout = "L" * before + self.layout + "L" * (missing - before)

    def _operator(self, parent: ast.BinOp) -> ast.AST | None:
        if isinstance(parent.op, ast.Mod) and parent.right is self.node:
            template = _text(parent.left)
            if template is None or self.form == "list":
                return None
            self._percent(template, 0, [parent.right])
            return parent
        if self.form == "number":
            return self._arithmetic(parent)
        if isinstance(parent.op, ast.Add) and self.form in ("text", "bytes"):
            if parent.left is self.node:
                text = _text(parent.right)
                if text != "":
                    self._glue([], parent.right if text is None else text)
            else:
                pieces = _sum(parent.left)
                if pieces:
                    self._glue(pieces, "")
            return parent
        return None

    def _arithmetic(self, parent: ast.BinOp) -> ast.AST | None:
        if isinstance(parent.op, ast.BitAnd):
            mask = integer(parent.right if parent.left is self.node else parent.left)
            self._keep(None if mask is None else mask)
            return parent
        if parent.left is not self.node:
            return None
        amount = integer(parent.right)
        if isinstance(parent.op, ast.Mod):
            left = self.bits()
            self.cut, self.layout = True, None
            self._limit = math.log2(amount) if amount and amount > 0 else None
            if self._limit is not None and left is not None:
                self._limit = min(left, self._limit)
            return parent
        if isinstance(parent.op, (ast.RShift, ast.FloorDiv)):
            if isinstance(parent.op, ast.FloorDiv) and amount:
                amount = int(math.log2(abs(amount)))
            self._keep(None if amount is None else (1 << 128) - (1 << max(0, min(amount, 128))))
            return parent
        return None

    def _keep(self, mask: int | None) -> None:
        """Keep the bits of the number that are set in ``mask``; None: it is not known which."""
        if mask is not None and self.layout is not None:
            pattern = "".join(_BIT_PATTERN.get(letter, "0000") for letter in self.layout)
            width = len(pattern)
            kept = [bit for at, bit in enumerate(pattern) if mask >> (width - 1 - at) & 1]
            if len(kept) == width:
                return
            self._limit = float(kept.count("1"))
        else:
            self._limit = None
        self.cut, self.layout = True, None

    def _percent(self, template: str, at: int, values: Sequence[ast.expr]) -> None:
        """``template % values``, where the id is number ``at``."""
        items = _conversions(template)
        if at >= len(items) or not items[at].kind:
            self._glue([], "")
            return
        item = items[at]
        if item.kind in "ra":
            self._to_text(True)
        if item.kind in "xX":
            self._format("x")
        elif "*" in item.precision:
            self._format(None)
        else:
            align = "<" if "-" in item.flags else ">"
            self._format(f"{align}{item.width.strip('*')}{item.precision}")
            if item.width == "*" and self.layout is not None:
                self.layout = f"U{self.layout}U"
        head: list[str | ast.expr] = []
        for number in range(at):
            head.append(items[number].before)
            if items[number].kind:
                head.append(values[number])
        head.append(item.before)
        tail = _PERCENT.split(template.replace("%%", "\0"))[-1].replace("\0", "%")
        after = "".join(other.before for other in items[at + 1 :]) + tail
        self._surround([piece for piece in head if piece != ""], after, at < len(items) - 1)

    def _format_method(self, call: ast.Call, template: str) -> ast.AST | None:
        if self.form == "list":
            return None
        at = next(i for i, argument in enumerate(call.args) if argument is self.node)
        self._template(template, at, call)
        return call

    def _template(self, template: str, key: int | str, call: ast.Call) -> None:
        """``template.format(…)``, where the id is the argument ``key``."""
        import string

        head: list[str | ast.expr] = []
        tail, more, seen, number = "", False, False, 0
        try:
            fields = list(string.Formatter().parse(template))
        except ValueError:
            fields = []
        for literal, field, spec, conversion in fields:
            if seen:
                tail += literal
            elif literal:
                head.append(literal)
            if field is None:
                continue
            name = re.split(r"[.\[]", field)[0]
            here: int | str = int(name) if name.isdigit() else name
            if not name:
                here, number = number, number + 1
            if here == key and not seen:
                seen = True
                if conversion in ("r", "a"):
                    self._to_text(True)
                self._format(spec or "")
            elif seen:
                more = True
            else:
                value = call.args[here] if isinstance(here, int) and here < len(call.args) else None
                value = next((k.value for k in call.keywords if k.arg == here), value)
                head.append(value if value is not None else ast.Constant(value=None))
        if not seen:
            self._to_text()
        self._surround(head, tail, more)

    def _surround(self, head: list[str | ast.expr], tail: str, more: bool) -> None:
        if head or tail or more:
            self._glue(head, tail)

    def _glue(self, head: Sequence[str | ast.expr], tail: object) -> None:
        """Other text stands before or after the id."""
        self.glued = True
        if self.form in ("object", "number"):
            self._to_text()
        self.head[:0] = head
        literal = all(isinstance(piece, str) for piece in head)
        if isinstance(tail, list):
            self.tail += "".join(piece for piece in tail if isinstance(piece, str))
            known = all(isinstance(piece, str) for piece in tail)
            after = "".join(_plain(piece) for piece in tail if isinstance(piece, str))
        else:
            self.tail += tail if isinstance(tail, str) else ""
            known, after = isinstance(tail, str), _plain(tail) if isinstance(tail, str) else ""
        if self.layout is None:
            return
        before = "".join(_plain(piece) for piece in head if isinstance(piece, str)) if literal else "U"
        self.layout = before + self.layout + (after if known else "U")


# -- small helpers --------------------------------------------------------------------------------


class _Conversion(NamedTuple):
    """A value that a ``%`` template takes; one that a ``*`` takes has no kind."""

    before: str
    flags: str = ""
    width: str = ""
    precision: str = ""
    kind: str = ""


def _conversions(template: str) -> list[_Conversion]:
    """What a ``%`` template takes, in order, each with the literal text before it."""
    pieces = [piece or "" for piece in _PERCENT.split(template.replace("%%", "\0"))]
    found: list[_Conversion] = []
    for at in range(0, len(pieces) - 1, 5):
        before, flags, width, precision, kind = pieces[at : at + 5]
        before = before.replace("\0", "%")
        for _ in range((width == "*") + (precision == ".*")):
            found.append(_Conversion(before))
            before = ""
        found.append(_Conversion(before, flags, width, precision, kind))
    return found


def _dashed(digits: str) -> str:
    if len(digits) != 32:
        return digits
    groups = (0, 8, 12, 16, 20, 32)
    return "-".join(digits[a:b] for a, b in pairwise(groups))


def _part(digits: str, name: str) -> str:
    return "".join(digits[a:b] for a, b in _PARTS[name])


def _digits(layout: str) -> int:
    return sum(1 for letter in layout if letter not in _OTHER_TEXT)


def _is_passage(node: ast.expr) -> bool:
    return isinstance(node, (ast.Tuple, ast.List, ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.FormattedValue))


def _is_text_call(call: ast.Call, argument: ast.expr) -> bool:
    return (
        isinstance(call.func, ast.Name)
        and call.func.id in ("str", "repr", "format", "int")
        and bool(call.args)
        and call.args[0] is argument
    )


def _plain(text: str) -> str:
    """The layout of other text; its dashes count, since a text is split at them."""
    return "".join("-" if letter == "-" else "L" for letter in text)


def _piece(value: ast.expr) -> str | ast.expr | None:
    if isinstance(value, ast.Constant):
        return str(value.value)
    return value.value if isinstance(value, ast.FormattedValue) else None


def _sum(node: ast.expr) -> list[str | ast.expr]:
    """The pieces of a chain of additions, in order."""
    pieces: list[str | ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        text = _text(node.right)
        pieces.append(node.right if text is None else text)
        node = node.left
    text = _text(node)
    pieces.append(node if text is None else text)
    return [piece for piece in reversed(pieces) if piece != ""]


def _text(node: ast.expr) -> str | None:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, (str, bytes)):
        return None
    return node.value if isinstance(node.value, str) else node.value.decode("latin-1")


def _constant(node: ast.expr) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    return integer(node)


def integer(node: ast.expr, depth: int = 8) -> int | None:
    """The value of a small arithmetic expression over integer literals, None if it is none."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, int) and not isinstance(node.value, bool) else None
    if depth == 0:
        return None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = integer(node.operand, depth - 1)
        return None if value is None else -value
    if isinstance(node, ast.BinOp):
        left, right = integer(node.left, depth - 1), integer(node.right, depth - 1)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, (ast.Pow, ast.LShift)) and 0 <= right <= 256 and abs(left) <= 1 << 64:
            return int(left**right) if isinstance(node.op, ast.Pow) else left << right
    return None


def _as_slice(bounds: Sequence[int | str | None]) -> slice:
    lower, upper, step = (bound if isinstance(bound, int) else None for bound in bounds)
    return slice(lower, upper, step or None)


def _bound(node: ast.expr | None) -> int | str | None:
    """A bound of a slice: its value, None where it is left out, ``?`` where it is not known."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return None
    value = integer(node)
    return "?" if value is None else value
