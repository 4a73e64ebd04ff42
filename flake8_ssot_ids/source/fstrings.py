"""Where things stand inside f-strings.

Python 3.11 gives wrong positions to nodes inside f-strings that span lines, are concatenated or have nested
format specs; :func:`locate` finds the real ones. :func:`scan` reads one f-string the way the tokenizer of
3.12 does; each f-string that 3.11 accepts reads the same.
"""

from __future__ import annotations

import ast
import re
import sys
from itertools import accumulate

from flake8_ssot_ids.model import Position, Span, UnreadableError
from flake8_ssot_ids.source.sourcefile import Lines, parse

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The tokenizer looks into f-strings (PEP 701): newlines in replacement fields end lines, positions are right.
TOKENIZED_INSIDE = sys.version_info >= (3, 12)
_POSITIONS_ARE_RIGHT = TOKENIZED_INSIDE
_PREFIXES = frozenset(("r", "u", "b", "br", "rb", "f", "fr", "rf"))
_PREFIX_BEFORE = re.compile(r"\w{1,3}\Z")
_BETWEEN_STRINGS = re.compile(r"(?:\s|\\\n|#[^\n]*)*")
_STRING_START = re.compile(r"([a-zA-Z]*)(\"\"\"|'''|\"|')")
_IN_FIELD = re.compile(r"""["'#\\()\[\]{}:!=<>]""")
_IN_LITERAL = {quote: re.compile(rf"[\\{{}}\n]|{quote}") for quote in ('"', "'", '"""', "'''")}
# From after the opening quote to after the closing one.
_PLAIN_REST = {
    quote: re.compile(rf"(?:[^\\{quote[0]}]++|\\.{lone_quote})*+{quote}", re.DOTALL)
    for quote, lone_quote in (('"', ""), ("'", ""), ('"""', '|"(?!"")'), ("'''", "|'(?!'')"))
}


class Replacement:
    """One replacement field: offsets of ``{``, of the end of its expression, and after ``}``.

    ``fields`` are those of its format spec, in order.
    """

    __slots__ = ("end", "expression_end", "fields", "spec_start", "start")

    def __init__(self, start: int) -> None:
        """Open a field at the offset of its ``{``."""
        self.start = start
        self.expression_end = -1
        self.spec_start = -1
        self.end = -1
        self.fields: list[Replacement] = []


class _Nesting:
    """One nested context of the scan: a literal part (``quote`` is set) or the inside of a field."""

    __slots__ = ("depth", "field", "fields", "quote", "raw")

    def __init__(self, fields: list[Replacement], quote: str, raw: bool, field: Replacement | None) -> None:
        self.fields = fields
        self.quote = quote
        self.raw = raw
        self.field = field  # the field that we are in, or whose format spec we are in
        self.depth = 0


def scan(text: str, opening: int, prefix: str, quote: str) -> tuple[int, list[Replacement], list[int]]:
    """Read the f-string whose ``quote`` opens at offset ``opening``; newlines in ``text`` are ``\\n``.

    Returns the offset after the string, its replacement fields, and the offsets of all newlines in it that
    do not end a line for the tokenizer (those in literal text, in nested plain strings and after a
    backslash). Raises ``ValueError`` if the string does not end or is malformed.
    """
    fields: list[Replacement] = []
    joins: list[int] = []
    levels = [_Nesting(fields, quote, "r" in prefix.lower(), None)]
    at = opening + len(quote)
    while levels:
        step = _literal_step if levels[-1].quote else _field_step
        at = step(text, at, levels, joins)
    return at, fields, joins


def _literal_step(text: str, at: int, levels: list[_Nesting], joins: list[int]) -> int:
    """Move over literal text to the next thing that matters in it, and past that."""
    level = levels[-1]
    found = _IN_LITERAL[level.quote].search(text, at)
    if found is None:
        raise ValueError("f-string without an end")
    at, char = found.start(), found[0]
    if char == "\n":
        joins.append(at)
        return at + 1
    if char == "\\":
        follower = text[at + 1 : at + 2]
        if follower == "N" and not level.raw and text[at + 2 : at + 3] == "{":
            return text.index("}", at) + 1
        if follower == "\n":
            joins.append(at + 1)
        # A brace after a backslash is still a brace.
        return at + 1 if follower in "{}" else at + 2
    if char == "{":
        if level.field is None and text.startswith("{{", at):
            return at + 2
        field = Replacement(at)
        level.fields.append(field)
        levels.append(_Nesting(level.fields, "", level.raw, field))
        return at + 1
    if char == "}":
        if level.field is not None:
            level.field.end = at + 1
            del levels[-2:]
            return at + 1
        return at + 2
    if level.field is not None:
        raise ValueError("f-string ends in a format spec")
    levels.pop()
    return found.end()


def _field_step(text: str, at: int, levels: list[_Nesting], joins: list[int]) -> int:
    """Move to the next thing that matters in a replacement field, and past that."""
    level = levels[-1]
    field = level.field
    found = _IN_FIELD.search(text, at)
    if found is None or field is None:
        raise ValueError("replacement field without an end")
    at, char = found.start(), found[0]
    if char in "\"'":
        return _nested_string(text, at, levels, joins)
    if char == "#":
        return _find(text, "\n", at)
    if char == "\\":
        if text.startswith("\n", at + 1):
            joins.append(at + 1)
        return at + 2
    if char in "([{":
        level.depth += 1
    elif level.depth:
        if char in ")]}":
            level.depth -= 1
    elif char in "<>=!" and text.startswith("=", at + 1):
        return at + 2
    elif char in "=!:}":
        if field.expression_end < 0:
            field.expression_end = at
        if char == "}":
            field.end = at + 1
            levels.pop()
        elif char == ":":
            field.spec_start = at + 1
            quote = next(outer.quote for outer in reversed(levels) if outer.quote)
            levels.append(_Nesting(field.fields, quote, level.raw, field))
    return at + 1


def _nested_string(text: str, at: int, levels: list[_Nesting], joins: list[int]) -> int:
    """Step over a plain string, or into an f-string, whose quote opens at ``at`` inside a field."""
    quote = text[at] * 3 if text.startswith(text[at] * 3, at) else text[at]
    prefix = prefix_before(text, at)
    if "f" in prefix:
        levels.append(_Nesting([], quote, "r" in prefix, None))
        return at + len(quote)
    end = plain_end(text, at + len(quote), quote)
    joins.extend(newlines(text, at, end))
    return end


def prefix_before(text: str, quote: int) -> str:
    """Return the string prefix, lower-case, that stands right before the quote at this offset."""
    word = _PREFIX_BEFORE.search(text, max(0, quote - 3), quote)
    prefix = word[0].lower() if word else ""
    return prefix if prefix in _PREFIXES else ""


def plain_end(text: str, inside: int, quote: str) -> int:
    """Return the offset after a string that is no f-string; ``inside`` is the one after its opening quote."""
    rest = _PLAIN_REST[quote].match(text, inside)
    if rest is None:
        raise ValueError("string without an end")
    return rest.end()


def newlines(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the offsets of the newlines in a range of ``text``."""
    at = text.find("\n", start, end)
    while at >= 0:
        yield at
        at = text.find("\n", at + 1, end)


def _find(text: str, what: str, start: int) -> int:
    at = text.find(what, start)
    if at < 0:
        raise ValueError(f"no {what!r}")
    return at


def locate(lines: Lines, joined: ast.JoinedStr, path: Sequence[ast.AST]) -> tuple[int, int, int, int]:
    """Return the real place of the node ``path[-1]`` inside the f-string ``joined``.

    ``path`` is the chain of nodes from ``joined`` (itself no part of another f-string) down to the node,
    each a child of the one before. The answer is in the terms of ``ast``: row from 1, UTF-8 column from 0,
    end row, end column. Where the text cannot be made sense of, it is the place of the whole f-string.
    """
    node = path[-1]
    if _POSITIONS_ARE_RIGHT:
        return _own(node)
    first, last = _own(joined)[:2], _own(joined)[2:]
    text = lines.memory.get(joined)
    if text is None:
        span = Span(Position(first[0], lines.column(*first)), Position(last[0], lines.column(*last)))
        text = lines.memory[joined] = _FString(lines.segment(span))
    if text.is_simple and first[0] == last[0] and _is_in_one_field(path):
        return _own(node)
    try:
        start, end = text.offsets(path)
    except (UnreadableError, ValueError, LookupError):
        return _own(joined)
    return (*_place(text.source, start, first), *_place(text.source, end, first))


def _is_in_one_field(path: Sequence[ast.AST]) -> bool:
    """Whether the path ends in the expression of a field, in no inner f-string; a format spec is one."""
    return len(path) > 2 and not any(isinstance(node, ast.JoinedStr) for node in path[2:])


def _own(node: ast.AST) -> tuple[int, int, int, int]:
    # Only expressions and their parts that carry positions are ever asked for.
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]


def _place(source: str, offset: int, first: tuple[int, int]) -> tuple[int, int]:
    """Turn an offset in ``source`` into row and UTF-8 column; ``first`` is the place of its start."""
    start_of_line = source.rfind("\n", 0, offset) + 1
    width = len(source[start_of_line:offset].encode("utf-8", "surrogateescape"))
    if start_of_line == 0:
        return first[0], first[1] + width
    return first[0] + source.count("\n", 0, offset), width


class _FString:
    """The text of one f-string, and what was read of it: an f-string may hold thousands of ids."""

    __slots__ = ("_codes", "_fields", "_places", "is_simple", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        #: One string, not several, in ASCII: on one line, the parser's places of what is in it are right.
        quote = source[-1:]
        opening = _STRING_START.match(source)
        self.is_simple = (
            opening is not None and opening[2] == quote and source.count(quote) == 2 and source.isascii()
        )
        self._fields: dict[ast.AST, list[Replacement]] = {}
        self._places: dict[ast.AST, dict[ast.AST, int]] = {}
        self._codes: dict[ast.AST, _Code] = {}

    def offsets(self, path: Sequence[ast.AST]) -> tuple[int, int]:
        """Return start and end of ``path[-1]`` in the text, which is that of the f-string ``path[0]``."""
        start, end = 0, len(self.source)
        while True:
            # path[0] is an f-string that fills source[start:end].
            if path[0] not in self._fields:
                self._fields[path[0]] = _fields(self.source, start, end)
            fields = self._fields[path[0]]
            while True:
                if len(path) == 1 or not isinstance(path[1], ast.FormattedValue):
                    return start, end  # the string itself, or literal text in it
                field = fields[self._place_of(path[1], path[0])]
                if len(path) == 2:
                    return field.start, field.end
                if path[2] is not path[1].format_spec:
                    break
                fields, start, end = field.fields, field.spec_start, field.end - 1
                path = path[2:]
            code = self._codes.get(path[1])
            if code is None:
                text = self.source[field.start + 1 : field.expression_end]
                code = self._codes[path[1]] = _Code(text, path[1].value)
            path = [code.twins[id(node)] for node in path[2:]]
            nested = next((n for n, node in enumerate(path[:-1]) if isinstance(node, ast.JoinedStr)), -1)
            row, column, end_row, end_column = _own(path[nested])
            start = field.start + code.offset(row, column)
            end = field.start + code.offset(end_row, end_column)
            if nested < 0:
                return start, end
            path = path[nested:]

    def _place_of(self, field: ast.AST, joined: ast.AST) -> int:
        """The number of a replacement field in its f-string or format specification."""
        places = self._places.get(joined)
        if places is None:
            formatted = (
                node for node in ast.iter_child_nodes(joined) if isinstance(node, ast.FormattedValue)
            )
            places = self._places[joined] = {node: at for at, node in enumerate(formatted)}
        return places[field]


class _Code:
    """The expression of one replacement field, parsed alone.

    In parentheses it gets right positions; but in a nested f-string only the string itself does, so that the
    search goes on there.
    """

    __slots__ = ("_lines", "_starts", "twins")

    def __init__(self, text: str, value: ast.expr) -> None:
        code = f"({text})"
        expression = parse(code.encode()).body[0]
        if not isinstance(expression, ast.Expr):
            raise ValueError("a replacement field holds an expression")
        self._lines = Lines(code)
        self._starts = [*accumulate((len(line) + 1 for line in self._lines.lines), initial=0)]
        #: For each node within ``value``, the one at the same place of the expression.
        self.twins = dict(zip(map(id, ast.walk(value)), ast.walk(expression.value), strict=True))

    def offset(self, row: int, utf8_column: int) -> int:
        """Turn a place in the code into an offset in it."""
        return self._starts[row - 1] + self._lines.column(row, utf8_column) - 1


def _fields(source: str, start: int, end: int) -> list[Replacement]:
    """List the replacement fields of adjacent string tokens in ``source[start:end]``."""
    fields: list[Replacement] = []
    while True:
        gap = _BETWEEN_STRINGS.match(source, start, end)
        start = gap.end() if gap else start
        if start >= end:
            return fields
        opening = _STRING_START.match(source, start, end)
        if opening is None:
            raise ValueError("not a string")
        if "f" in opening[1].lower():
            start, more, _ = scan(source, opening.start(2), opening[1], opening[2])
            fields += more
        else:
            start = plain_end(source, opening.end(), opening[2])
