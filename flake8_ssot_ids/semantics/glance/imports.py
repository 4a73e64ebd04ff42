"""The imports of a file, read off its bytes without parsing it.

The result is a superset of what the parser would see: text in strings and comments may add
imports that do not exist. It only decides which other modules are worth a look.
"""

from __future__ import annotations

import re
from unicodedata import normalize

Import = tuple[int, str, tuple[tuple[str, str], ...] | None]

_FROM = re.compile(
    rb"(?:^|[;:])(?:[ \t\f]|\\\r?\n)*from"
    rb"(?:[ \t\f]|\\\r?\n)*(\.[\s.\\]*)?([\w.\x80-\xff \t]*?)(?:[ \t\f]|\\\r?\n)*$"
)
_PLAIN = re.compile(rb"(?:^|[;:])(?:[ \t\f]|\\\r?\n)*$")
_NAMES = re.compile(rb"(?:[ \t\f]|\\\r?\n)*(?:\(((?:[^()#]|#[^\r\n]*)*)|((?:[^\r\n;#\\]|\\\r?\n)*))")
_DEFINED = re.compile(rb"^(?:class|def|async def)[ \t]+(\w+)", re.MULTILINE)
#: What else binds names: the words in one of these groups, and maybe more.
_BOUND = re.compile(
    rb"\b(?:as|for|global|del)\b([\w \t,*()\[\].]+)|^[ \t]*(\w+)[ \t]*:[^=\r\n]*=|\b(\w+)[ \t]*:?=(?!=)"
    rb"|^[ \t]*([\w \t,*()\[\].]*,[\w \t,*()\[\].]*)=(?!=)",
    re.MULTILINE,
)
_WORD = re.compile(rb"\w+")
_COMMENT = re.compile(rb"#[^\r\n]*")


def defined_in(data: bytes) -> frozenset[str]:
    """The classes and functions at the top of a module that no import and no assignment may bind, too."""
    found = {name.decode("utf-8", "replace") for name in _DEFINED.findall(data)}
    bound = b" ".join(b" ".join(groups) for groups in _BOUND.findall(data))
    found -= {name.decode("utf-8", "replace") for name in _WORD.findall(bound)}
    for _, module, names in imports_of(data) if found else ():
        local = {module.partition(".")[0]} if names is None else {name for _, name in names}
        if "*" in local:
            return frozenset()
        found -= local
    return frozenset(filter(str.isascii, found))


def imports_of(data: bytes) -> list[Import]:
    """All imports in ``data``: ``(level, module, names)``.

    ``names`` holds ``(name, local name)`` pairs of a ``from`` import (``*`` for a star); for a
    plain ``import`` it is None, with one entry for each module.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found: list[Import] = []
    at = data.find(b"import")
    while at >= 0:
        end = at + 6
        start = _line_start(data, at)
        before = data[start:at]
        if not before.strip() or _PLAIN.search(before):
            found.extend(_modules(data, end))
        elif b"from" in before:
            match = _FROM.search(before)
            if match:
                level = (match[1] or b"").count(b".")
                module = _name(match[2].replace(b" ", b"").replace(b"\t", b""))
                names = _NAMES.match(data, end)
                if names:
                    text = names[2] if names[1] is None else names[1]
                    found.append((level, module, tuple(_pairs(text))))
        at = data.find(b"import", end)
    return found


def _line_start(data: bytes, at: int) -> int:
    """The start of the logical line around ``at``, as far as backslashes tell."""
    while True:
        start = max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1
        if start < 2 or not data[:start].endswith((b"\\\n", b"\\\r\n", b"\\\r")):
            return start
        at = start - 2


def _modules(data: bytes, end: int) -> list[Import]:
    names = _NAMES.match(data, end)
    if names is None or not names[2]:
        return []
    return [(0, name if local == name else f"{name} {local}", None) for name, local in _pairs(names[2])]


def _pairs(text: bytes) -> list[tuple[str, str]]:
    if b"#" in text:
        text = _COMMENT.sub(b"", text)
    pairs = []
    for item in text.replace(b"\\", b" ").split(b","):
        words = item.split()
        if len(words) == 1:
            name = _name(words[0])
            pairs.append((name, name))
        elif len(words) == 3 and words[1] == b"as":
            pairs.append((_name(words[0]), _name(words[2])))
    return pairs


def _name(word: bytes) -> str:
    if word.isascii():
        return word.decode("ascii")
    return normalize("NFKC", word.decode("utf-8", "replace"))
