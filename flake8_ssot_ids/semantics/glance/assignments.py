"""The assignments at the top level of a file, read off its bytes without parsing it.

Like ``glance.imports``, this finds a superset of what the parser would see. It
only decides which other modules are worth a look.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from keyword import iskeyword
from unicodedata import normalize

from flake8_ssot_ids.uuids import catalog

#: A top-level statement begins where a line does not begin with white space.
_STATEMENT = re.compile(rb"\n(?=[A-Za-z_(\[\f\x80-\xff])")
_BODY = (b"def ", b"class ", b"async ", b"@")
_NESTED = re.compile(rb"^[ \t]+(?:def|class|async)\b", re.MULTILINE)
_STRING = re.compile(rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_DECLARED = re.compile(rb"^[ \t]+global[ \t]+([^\r\n#;]*)", re.MULTILINE)
#: An assignment: its targets, chained ones included.
_ALIAS = re.compile(
    rb"(?:^|[;:])[ \t\f]*([\w(\[*\x80-\xff][\w \t,*()\[\]\x80-\xff]*(?::[^=\n]*)?=(?!=)"
    rb"(?:[\w \t,*()\[\]\x80-\xff]*=(?!=))*)[\s(\[\\]*",
    re.MULTILINE,
)
_WALRUS = re.compile(rb"([A-Za-z_\x80-\xff][\w\x80-\xff]*)[ \t]*:=[\s(]*([A-Za-z_\x80-\xff][\w\x80-\xff]*)")
#: Builtins and modules of the standard library that hand a function or a module through.
THROUGH = frozenset(
    {"getattr", "vars", "__import__", "builtins", "functools", "importlib", "operator", "sys"}
)
#: More than one value: `a if b else c`, `a or b`.
_CHOICE = re.compile(rb"\b(?:if|or|and)\b")
#: A name or a chain of attributes that is not called.
_UNCALLED = re.compile(
    rb"(?<![\w.\x80-\xff\"'])([A-Za-z_\x80-\xff][\w\x80-\xff]*+)(?:[ \t]*\.[ \t]*\w+)*+(?![ \t]*\()"
)
#: A call that may hand its first argument through: `partial(make)`, `import_module("uuid")`.
_THROUGH_CALL = re.compile(
    rb"(?:[\w.\x80-\xff]+[ \t]*\(\s*|"
    rb"\b(?:[\w.\x80-\xff]+\.)?(?:import_module|__import__|get)[ \t]*\(\s*[\"'])"
    rb"([A-Za-z_\x80-\xff][\w\x80-\xff]*)[\w.\x80-\xff]*[\"']?\s*[,)]"
)
_VALUE_BYTES = 400
_BY_TEXT = (b"import_module", b"__import__", b"modules")
_LAMBDA = re.compile(rb"\Alambda\b[^:\n]*:[\s(\\]*")
_DEF = re.compile(rb"^([ \t]*)(?:async[ \t]+)?def[ \t]+([\w\x80-\xff]+)", re.MULTILINE)
_RETURN = re.compile(rb"return(?<![\w.\x80-\xff]return)(?![\w\x80-\xff])[\s(\\]*(?:await\b[\s(\\]*)?")
LEADING = THROUGH | {catalog.MODULE}
_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")


def assigned_names(
    data: bytes, telling: re.Pattern[bytes] | None = None, near: Sequence[int] = ()
) -> Iterator[tuple[list[str], set[str]]]:
    """Names of the module that an assignment in ``data`` may make an alias; a superset.

    Each with the words that its value may go through: those of a chain of attributes, of the first
    argument of a call. With ``telling``, only those with a match of it in their value;
    ``near`` are ascending offsets, all such matches among them.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    places = None if telling is None else near
    declared: set[str] = set()
    if b"global" in data:
        declared = {_decoded(word) for names in _DECLARED.finditer(data) for word in _WORD.findall(names[1])}
    starts = [0, *(match.end() for match in _STATEMENT.finditer(data))]
    for start, end in pairwise([*starts, len(data)]):
        if places is not None:
            # A value may begin where its statement seems to end.
            at = bisect_left(places, start)
            if at == len(places) or places[at] >= end + _VALUE_BYTES:
                continue
        if data.find(b"=", start, end) < 0:
            continue
        here = None if places is None else places[at : bisect_left(places, end + _VALUE_BYTES, at)]
        inner = data.startswith(_BODY, start)
        nested = not inner and _NESTED.search(data, start, end) is not None
        if nested:
            block = _without_bodies(data[start:end])
            yield from _assignments(block, 0, len(block), telling)
        elif not inner:
            yield from _assignments(data, start, end, telling, here)
        if (inner or nested) and declared and data.find(b"global", start, end) >= 0:
            # In a function, only what it declares `global` is a name of the module.
            for names, words in _assignments(data, start, end, telling, here):
                if not declared.isdisjoint(names):
                    yield names, words


def _without_bodies(block: bytes) -> bytes:
    """An indented block without the functions and classes in it."""
    kept: list[bytes] = []
    limit: int | None = None
    for line in block.splitlines(keepends=True):
        code = line.lstrip(b" \t")
        indent = len(line) - len(code)
        if limit is not None and (indent > limit or code.startswith((b")", b"#")) or not code.strip()):
            continue
        limit = indent if code.startswith(_BODY) else None
        if limit is None:
            kept.append(line)
    return b"".join(kept)


def _windows(data: bytes, start: int, end: int, near: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The parts of ``data`` in which an assignment stands whose value begins just before one of ``near``.

    Each from the beginning of a line that ends before the white space and brackets before the value.
    """
    first, last = start, start - 1
    for place in near:
        from_ = place - _VALUE_BYTES - 1
        if from_ > last:
            if last > first:
                yield first, last
            while True:
                from_ = max(start, from_)
                line = data.rfind(b"\n", start, from_) + 1 or start
                if line == start or data[line:from_].strip(b" \t\r\f\v([\\"):
                    break
                from_ = line - 1
            first = line
        last = min(end, place + 1)
    if last > first:
        yield first, last


def _assignments(
    data: bytes, start: int, end: int, telling: re.Pattern[bytes] | None, near: Sequence[int] | None = None
) -> Iterator[tuple[list[str], set[str]]]:
    parts = [(start, end)] if near is None else _windows(data, start, end, near)
    for match in (found for part in parts for found in _ALIAS.finditer(data, *part)):
        at = match.end()
        # In brackets a value may go on, or even begin, where a line does not begin with white space.
        value = data[at : min(end, at + _VALUE_BYTES) if at < end else at + _VALUE_BYTES].lstrip(b"([")
        if telling is not None and telling.search(data, at - 1, min(at + _VALUE_BYTES, len(data))) is None:
            continue
        line = value if data[match.end(1) : at].strip(b" \t") else value.partition(b"\n")[0]
        if not line.rstrip().endswith(b"("):
            value = line
        words = _words_through(value, line, several=b"," in match[1].partition(b":")[0])
        if words:
            yield _targets(match[1]), words
    walrus = data.find(b":=", start, end) >= 0
    for match in _WALRUS.finditer(data, start, end) if walrus else ():
        yield [_decoded(match[1])], {_decoded(match[2])}


def _words_through(value: bytes, line: bytes, *, several: bool) -> set[str]:
    """The words that a value, which begins with ``line``, may go through; ``several``: it may be a tuple."""
    if value.startswith(b"lambda"):
        value = _LAMBDA.sub(b"", value)
    if several or _CHOICE.search(_STRING.sub(b"", line)):
        plain = _STRING.sub(b"", value)
        forms = [*_THROUGH_CALL.finditer(value), *_UNCALLED.finditer(plain)]
    else:
        forms = [form for form in (_THROUGH_CALL.match(value), _UNCALLED.match(value)) if form is not None]
    return {_decoded(word) for form in forms for word in _WORD.findall(form[0])}


def _returns(data: bytes, codes: Sequence[bytes], plain: bool) -> Iterator[re.Match[bytes]]:
    """The returns in ``data`` with one of ``codes`` behind them; all, unless the text is ``plain``."""
    if not plain:
        yield from _RETURN.finditer(data)
        return
    last = -1
    for place in sorted({match.start() for code in codes for match in re.finditer(re.escape(code), data)}):
        at = place
        while at > last:
            at = data.rfind(b"return", max(last + 1, place - _VALUE_BYTES), at)
            match = _RETURN.match(data, at) if at >= 0 else None
            if match is not None:
                last = at
                yield match
                break


def returned_words(data: bytes, wanted: Set[str], *, normal: bool = False) -> Iterator[tuple[str, int]]:
    """The functions in ``data`` that may return what one of ``wanted`` words stands for; a superset.

    Each with the offset of the value. What is looked up by a text is found, too. ``normal``: the bytes are
    in the form in which Python compares names.
    """
    if b"return" not in data:
        return
    if any(word in data for word in _BY_TEXT):
        wanted = wanted | {catalog.MODULE}
    codes = [word.encode() for word in wanted]
    functions: list[tuple[int, int, bytes]] = []
    starts: list[int] = []
    for match in _returns(data, codes, normal or data.isascii()):
        value = data[match.end() : match.end() + _VALUE_BYTES]
        first = value.partition(b"\n")[0]
        if wanted.isdisjoint(_words_through(value, first, several=False)):
            continue
        if not functions:
            functions += ((one.start(), len(one[1]), one[2]) for one in _DEF.finditer(data))
            starts += (start for start, _, _ in functions)
        line = data.rfind(b"\n", 0, match.start()) + 1
        indent = len(data[line : match.start()]) - len(data[line : match.start()].lstrip())
        # On the line of the function itself, or below it.
        at = bisect_left(starts, match.start()) - 1
        while at >= 0 and functions[at][0] < line and functions[at][1] >= indent:
            at -= 1
        if at >= 0:
            yield _decoded(functions[at][2]), match.end()


def _targets(text: bytes) -> list[str]:
    """The names in the targets of an assignment, without an annotation or what stands before a colon."""
    before, _, after = text.partition(b":")
    words = [_decoded(word) for word in _WORD.findall(before)]
    if after and (not words or iskeyword(words[0])):
        return [_decoded(word) for word in _WORD.findall(after)]
    return words


def _decoded(word: bytes) -> str:
    return word.decode("ascii") if word.isascii() else normalize("NFKC", word.decode("utf-8", "replace"))
