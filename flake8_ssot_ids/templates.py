"""The three small languages of text templates: ``%``, ``str.format`` and format specifications."""

from __future__ import annotations

import re
from typing import NamedTuple

#: A format specification of a text: ``.8``, ``>40``, ``40.8s``.
TEXT_FORMAT = re.compile(r"(?:.?(?P<align>[<>^]))?0?(?P<width>\d+)?(?:\.(?P<precision>\d+))?s?")
#: Flags, width, precision and kind of a ``%`` conversion.
_PERCENT = re.compile(r"%(?:\(\w+\))?([-#0 +]*)(\d+|\*)?(\.(?:\d+|\*)?)?([a-zA-Z])")


class Conversion(NamedTuple):
    """A value that a ``%`` template takes; one that a ``*`` takes has no kind."""

    before: str
    flags: str = ""
    width: str = ""
    precision: str = ""
    kind: str = ""


class Field(NamedTuple):
    """A replacement field of a ``str.format`` template, with the literal text before it.

    ``key`` is the number or the name of the argument, None behind the last field.
    """

    before: str
    key: int | str | None
    spec: str = ""
    conversion: str | None = None


def conversions(template: str) -> tuple[list[Conversion], str]:
    """What a ``%`` template takes, in order, each with the literal text before it; the text at its end."""
    pieces = [piece or "" for piece in _PERCENT.split(template.replace("%%", "\0"))]
    found: list[Conversion] = []
    for at in range(0, len(pieces) - 1, 5):
        before, flags, width, precision, kind = pieces[at : at + 5]
        before = before.replace("\0", "%")
        for _ in range((width == "*") + (precision == ".*")):
            found.append(Conversion(before))
            before = ""
        found.append(Conversion(before, flags, width, precision, kind))
    return found, pieces[-1].replace("\0", "%")


def conversion_names(template: str) -> list[str]:
    """The names that a ``%`` template takes from a mapping, in order."""
    return re.findall(r"%\((\w+)\)", template.replace("%%", ""))


def fields(template: str) -> list[Field]:
    """The fields of a ``str.format`` template, in order; none if it is not well formed."""
    import string

    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError:
        return []
    found: list[Field] = []
    number = 0
    for literal, field, spec, conversion in parsed:
        if field is None:
            found.append(Field(literal, None))
            continue
        name = re.split(r"[.\[]", field)[0]
        key: int | str = int(name) if name.isdigit() else name
        if not name:
            key, number = number, number + 1
        found.append(Field(literal, key, spec or "", conversion))
    return found
