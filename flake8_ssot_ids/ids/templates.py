"""The three small languages of text templates: ``%``, ``str.format`` and format specifications."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from flake8_ssot_ids.semantics.module.literals import HIDDEN, constant, integer, is_known, text_of
from flake8_ssot_ids.uuids.layouts import UNKNOWN

# The patterns are compiled when they are needed, which is in few files.
_SPECIFICATION = (
    r"(?:(?P<fill>.)?(?P<align>[<>=^]))?(?P<sign>[-+ ]?)z?(?P<alternate>#?)(?P<zero>0?)"
    rf"(?P<width>\d+|{UNKNOWN})?(?P<group>[,_]?)(?:\.(?P<precision>\d+|{UNKNOWN}))?(?P<kind>[a-zA-Z%]?)"
)
#: Name, flags, width, precision and kind of a ``%`` conversion.
_PERCENT = r"%(?:\((\w+)\))?([-#0 +]*)(\d+|\*)?(?:\.(\d+|\*|))?([a-zA-Z])"
#: A width that would make long text of a short template.
_WIDE = r"\d{4}"
#: Digits of a number that nobody means.
_LONG = 10


class Specification(NamedTuple):
    """A format specification. A width or a precision of None is left out; one that is text is not known.

    ``align`` is ``0`` where only a leading zero asks to fill.
    """

    fill: str
    align: str
    sign: str
    alternate: bool
    width: int | str | None
    group: bool
    precision: int | str | None
    kind: str


class Conversion(NamedTuple):
    """A value that a ``%`` template takes, with the literal text before it; a ``*`` has no kind."""

    before: str
    name: str = ""
    flags: str = ""
    width: str = ""
    precision: str | None = None
    kind: str = ""


class TemplateField(NamedTuple):
    """A replacement field of a ``str.format`` template, with the literal text before it.

    ``key`` is the number or the name of the argument, None behind the last field; ``path`` are the
    attributes and indices behind it; ``spec`` has :data:`UNKNOWN` for each value that is not known.
    """

    before: str
    key: int | str | None
    path: str = ""
    spec: str = ""
    conversion: str | None = None


def specification(text: str) -> Specification | None:
    """Read a format specification; None if it is not one for text or numbers."""
    found = re.fullmatch(_SPECIFICATION, text, re.DOTALL)
    if found is None:
        return None
    zero = "0" if found["zero"] else ""
    return Specification(
        fill=found["fill"] or zero or " ",
        align=found["align"] or zero,
        sign=found["sign"],
        alternate=bool(found["alternate"]),
        width=_amount(found["width"]),
        group=bool(found["group"]),
        precision=_amount(found["precision"]),
        kind=found["kind"],
    )


def _amount(text: str | None) -> int | str | None:
    if text is None or text == UNKNOWN:
        return text
    return int(text) if len(text) < _LONG else UNKNOWN


def amounts(item: Conversion, before: Sequence[ast.expr]) -> tuple[int | str | None, int | str | None]:
    """Width and precision of a conversion; a ``*`` takes them from the values ``before`` its own."""
    found: list[int | str | None] = []
    stars = list(before[-((item.width == "*") + (item.precision == "*")) :])
    for text in (item.width or None, item.precision):
        if text == "*":
            number = integer(stars.pop(0)) if stars else None
            found.append(UNKNOWN if number is None else number)
        else:
            found.append(_amount("0" if text == "" else text))
    return found[0], found[1]


@lru_cache(maxsize=4)
def conversions(template: str) -> tuple[Sequence[Conversion], str]:
    """What a ``%`` template takes, in order, each with the literal text before it; the text at its end."""
    pieces = re.split(_PERCENT, template.replace("%%", "\0"))
    found: list[Conversion] = []
    for at in range(0, len(pieces) - 1, 6):
        before, name, flags, width, precision, kind = pieces[at : at + 6]
        before = before.replace("\0", "%")
        for _ in range((width == "*") + (precision == "*")):
            found.append(Conversion(before))
            before = ""
        found.append(Conversion(before, name or "", flags, width or "", precision, kind))
    return found, pieces[-1].replace("\0", "%")


def converted(item: Conversion, value: ast.expr) -> str | ast.expr:
    """The text that ``item`` makes of a literal; of another value itself, or HIDDEN if it is changed."""
    precision = "" if item.precision is None else f".{item.precision}"
    template = f"%{item.flags}{item.width}{precision}{item.kind}"
    other = value if template == "%s" and not isinstance(value, ast.Starred) else HIDDEN
    if not is_known(value) or "*" in template or re.search(_WIDE, template):
        return other
    try:
        return str(template % (constant(value),))
    except (TypeError, ValueError, OverflowError):
        return HIDDEN


def formatted(value: ast.expr, spec: str = "", conversion: str | None = None) -> str | ast.expr:
    """The text that a field makes of a literal; of another value itself, or HIDDEN if it is changed."""
    known = constant(value)
    if not is_known(value) or re.search(_WIDE, spec):
        return HIDDEN if spec or conversion not in (None, "s") or isinstance(value, ast.Starred) else value
    try:
        if conversion is not None:
            known = str(known) if conversion == "s" else repr(known) if conversion == "r" else ascii(known)
        return format(known, spec)
    except (TypeError, ValueError):
        return HIDDEN


def spec_of(field: ast.FormattedValue) -> str:
    """The format specification of a part of an f-string, with UNKNOWN for each value that is not known."""
    if not isinstance(field.format_spec, ast.JoinedStr):
        return ""
    pieces = [piece_of(part) for part in field.format_spec.values]
    return "".join(piece if isinstance(piece, str) else UNKNOWN for piece in pieces)


def piece_of(part: ast.expr) -> str | ast.expr:
    """A part of an f-string: its literal text, or the expression whose text stands there."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    if not isinstance(part, ast.FormattedValue):
        return part
    conversion = None if part.conversion == -1 else chr(part.conversion)
    piece = formatted(part.value, spec_of(part), conversion)
    return part if piece is HIDDEN else piece


def fields(template: str, given: Mapping[int | str, ast.expr]) -> tuple[list[TemplateField], bool]:
    """The fields of a ``str.format`` template in the order of its text, and whether it is well formed.

    ``given`` are the :func:`arguments` of the call.
    """
    import string

    parse = string.Formatter().parse
    numbers = iter(range(len(template)))

    def key_of(name: str) -> int | str:
        return next(numbers) if not name else int(name) if name.isdecimal() else name

    def resolved(spec: str) -> str:
        """``spec`` with the values of the fields in it."""
        text = ""
        for literal, field, inner, conversion in parse(spec):
            text += literal
            if field is not None:
                value = given.get(key_of(field)) if field.isalnum() or not field else None
                shown = None if value is None else formatted(value, inner or "", conversion)
                text += shown if isinstance(shown, str) else UNKNOWN
        return text

    found: list[TemplateField] = []
    try:
        for literal, field, spec, conversion in parse(template):
            if field is None:
                found.append(TemplateField(literal, None))
                continue
            name = re.split(r"[.\[]", field, maxsplit=1)[0]
            key = key_of(name)
            found.append(TemplateField(literal, key, field[len(name) :], resolved(spec or ""), conversion))
    except ValueError:
        return [], False
    return found, True


def arguments(call: ast.Call) -> dict[int | str, ast.expr]:
    """The arguments that a field may show, as far as they are written out, by number or name."""
    given: dict[int | str, ast.expr] = {}
    for at, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            break
        given[at] = argument
    for keyword in call.keywords:
        if keyword.arg is not None:
            given.setdefault(keyword.arg, keyword.value)
    return given


def by_name(operator: ast.BinOp) -> tuple[dict[str | None, int], list[ast.expr]]:
    """Of ``template % mapping``: where each key is first asked for, and the values in that order."""
    mapping = operator.right
    assert isinstance(mapping, ast.Dict)
    names = [item.name for item in conversions(text_of(operator.left) or "")[0]]
    values = {text_of(k): v for k, v in zip(mapping.keys, mapping.values, strict=True) if k is not None}
    places: dict[str | None, int] = {}
    for at, name in enumerate(names):
        places.setdefault(name, at)
    return places, [values.get(name, HIDDEN) for name in names]


class Fields:
    """The fields of a ``str.format`` template: what each shows, and where each argument is shown."""

    def __init__(self, call: ast.Call) -> None:
        """Read the call of ``format``."""
        template = text_of(call.func.value) if isinstance(call.func, ast.Attribute) else None
        self._given = arguments(call)
        self.fields, self.sound = fields(template or "", self._given)
        self.places: dict[int | str | None, list[int]] = {}
        for at, field in enumerate(self.fields):
            self.places.setdefault(field.key, []).append(at)

    def pieces(self, places: Iterable[int]) -> list[str | ast.expr]:
        """The text of the fields at ``places``, each with the literal text before it."""
        found: list[str | ast.expr] = []
        for at in places:
            field = self.fields[at]
            found.append(field.before)
            if field.key is not None:
                argument = self._given.get(field.key)
                if argument is None or field.path:
                    found.append(HIDDEN)
                else:
                    found.append(formatted(argument, field.spec, field.conversion))
        return found
