"""Where a file replaces an id source by its name, as tests do: ``patch("shop.uuid.uuid4")``.

A look at the bytes: text in strings and comments may look like it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: The whole path as one text.
_TEXT = re.compile(rb"[\"'](?P<path>(?:[A-Za-z_]\w*\.)+uuid[1-8]?)[\"']")
#: The end of a path whose beginning is computed: ``f"{MODULE}.uuid.uuid4"``, ``MODULE + ".uuid.uuid4"``.
_COMPUTED = re.compile(rb"[}\"'](?P<path>\.uuid[1-8]?(?:\.uuid[1-8])?)[\"']")
#: An object and the name of its attribute.
_OBJECT = re.compile(
    rb"(?:setattr|object|multiple|replace)\(\s*(?P<object>[A-Za-z_][\w.]*)\s*,\s*(?:\w+\s*=\s*)?(?:[\"'](?P<name>uuid[1-8]?)[\"']|(?P<key>uuid[1-8]?)\s*=)"
)
_MULTIPLE = re.compile(rb"multiple\(\s*[\"'](?P<object>[\w.]+)[\"']\s*,[^()]*?\b(?P<name>uuid[1-8]?)\s*=")
_ASSIGNED = re.compile(rb"^[ \t]*(?P<object>[A-Za-z_][\w.]*)\.(?P<name>uuid[1-8]?)[ \t]*=(?!=)", re.MULTILINE)
_MODULES = re.compile(rb"sys\.modules[\"']?\s*[,\[]\s*\{?\s*[\"'](?P<name>uuid)[\"']")


@dataclass(frozen=True, slots=True)
class Replaced:
    """One place that replaces something.

    ``target`` is its dotted name: ``uuid.uuid4`` for the source itself wherever it is used, empty where it is
    computed. ``start`` is the offset of the place in the bytes, ``code`` what stands there.
    """

    target: str
    start: int
    code: str


def replaced_in(data: bytes, imports: Mapping[str, str]) -> Iterator[Replaced]:
    """What the bytes of a file replace; ``imports`` are the dotted names behind the names that it imports."""
    if b"uuid" not in data:
        return
    for match in _TEXT.finditer(data):
        path = match["path"].decode("ascii", "replace")
        yield Replaced(path, match.start("path"), path)
    for match in _COMPUTED.finditer(data):
        yield Replaced("", match.start("path"), match["path"].decode("ascii", "replace"))
    for pattern in (_OBJECT, _MULTIPLE, _ASSIGNED):
        for match in pattern.finditer(data):
            name = (match["name"] or match["key"] if pattern is _OBJECT else match["name"]).decode()
            written = match["object"].decode("utf-8", "replace")
            dotted = written if pattern is _MULTIPLE else _resolved(written, imports)
            if dotted is not None:
                yield Replaced(f"{dotted}.{name}", match.start("object"), f"{written}.{name}")
    for match in _MODULES.finditer(data):
        yield Replaced("", match.start(), "sys.modules")


def _resolved(written: str, imports: Mapping[str, str]) -> str | None:
    """The dotted name of an object that the file has imported; None for any other object."""
    base, dot, rest = written.partition(".")
    known = imports.get(base)
    return None if known is None else known + dot + rest
