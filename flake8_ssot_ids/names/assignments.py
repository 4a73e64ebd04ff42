"""The assignments at the top level of a file, read off its bytes without parsing it.

Like :mod:`flake8_ssot_ids.names.imports`, this finds a superset of what the parser would see. It
only decides which other modules are worth a look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from keyword import iskeyword

from flake8_ssot_ids import catalog

#: A top-level statement begins where a line does not begin with white space.
_STATEMENT = re.compile(rb"^(?=[A-Za-z_(\[\x80-\xff])", re.MULTILINE)
_BODY = (b"def ", b"class ", b"async ", b"@")
_DECLARED = re.compile(rb"^[ \t]+global[ \t]+([^\r\n#;]*)", re.MULTILINE)
#: An assignment: its targets, chained ones included.
_ALIAS = re.compile(
    rb"(?:^|[;:])[ \t]*([\w(\[*\x80-\xff][\w \t,*()\[\]\x80-\xff]*(?::[^=\n]*)?=(?!=)"
    rb"(?:[\w \t,*()\[\]\x80-\xff]*=(?!=))*)[\s(\[\\]*",
    re.MULTILINE,
)
_WALRUS = re.compile(rb"([A-Za-z_\x80-\xff][\w\x80-\xff]*)[ \t]*:=[\s(]*([A-Za-z_\x80-\xff][\w\x80-\xff]*)")
#: Builtins and modules of the standard library that hand a function or a module through.
THROUGH = frozenset({"getattr", "vars", "__import__", "builtins", "functools", "importlib", "operator", "sys"})
#: More than one value: `a if b else c`, `a or b`.
_CHOICE = re.compile(rb"\b(?:if|or|and)\b")
LEADING = THROUGH | {catalog.MODULE}
_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")


def assigned_names(data: bytes) -> Iterator[tuple[list[str], Iterable[str]]]:
    """Names assigned at the top level of ``data``, with the first words of the value; a superset.

    An empty word stands for a value that is not known, as behind ``global``.
    """
    for declared in _DECLARED.finditer(data):
        yield [_decoded(word) for word in _WORD.findall(declared[1])], ("",)
    starts = [match.start() for match in _STATEMENT.finditer(data)]
    for start, end in pairwise([*starts, len(data)]):
        if data.startswith(_BODY, start) or data.find(b"=", start, end) < 0:
            continue
        for match in _ALIAS.finditer(data, start, end):
            value = data[match.end() : end]
            names = _targets(match[1])
            if b"," in match[1] or _CHOICE.search(value):
                yield names, {_decoded(word) for word in _WORD.findall(value)}
                continue
            first = _WORD.match(value)
            if first is not None:
                yield names, (_decoded(first[0]),)
        for match in _WALRUS.finditer(data, start, end):
            yield [_decoded(match[1])], (_decoded(match[2]),)


def _targets(text: bytes) -> list[str]:
    """The names in the targets of an assignment, without an annotation or what stands before a colon."""
    before, _, after = text.partition(b":")
    words = [_decoded(word) for word in _WORD.findall(before)]
    if after and (not words or iskeyword(words[0])):
        return [_decoded(word) for word in _WORD.findall(after)]
    return words


def _decoded(word: bytes) -> str:
    return word.decode("utf-8", "replace")
