"""Bytes of a Python file to text, tree and positions, as the running interpreter reads them.

``ast`` counts columns in UTF-8 bytes from 0, people and ruff's JSON in code points from 1, editors in
UTF-16 units from 0. :class:`Lines` translates; everything above this module speaks code points.
"""

from __future__ import annotations

import _thread
import ast
import re
import sys
import warnings
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from flake8_ssot_ids.model import Span, UnreadableError

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from typing import Any

#: How the name of a Python file ends.
NAMES = (".py", ".pyw", ".pyi")
_SCRIPT = re.compile(rb"#![^\r\n]*(?:python|pypy|\buv[ \t]+run\b)")
_BOM = b"\xef\xbb\xbf"
_FIRST_TWO_LINES = re.compile(rb"([^\r\n]*)(?:\r\n?|\n)?([^\r\n]*)")
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NO_CODE = re.compile(rb"[ \t\f]*(?:#|$)")
# ``warnings.catch_warnings`` changes the whole process; threads take turns.
_parsing = _thread.allocate_lock()
# Enough C stack for the deepest tree that any interpreter agrees to build.
_FRESH_STACK_BYTES = 32 * 1024 * 1024
_USUAL_RECURSION_LIMIT = 1000
#: Longer lines are encoded once, not for each column that is asked for.
_LONG_LINE = 1000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A decoded file.

    ``text`` has the newlines of the file and no BOM. Bytes of a comment that are not UTF-8 (the parser
    passes over them) stand in it as lone surrogates, so that :func:`reencode` gives back the same bytes.
    """

    text: str
    encoding: str
    bom: bool


def unix(text: str) -> str:
    """``text`` with ``\\n`` line ends, as Python reads it."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class Lines:
    """The physical lines of a text as the parser counts them, and its coordinates.

    Only ``\\n``, ``\\r\\n`` and ``\\r`` end a line. ``lines`` are without their ends; after a final newline
    stands one empty line more. ``memory`` is kept for who reads more of the text.
    """

    __slots__ = ("_starts", "lines", "memory")

    lines: list[str]
    memory: dict[object, Any]

    def __init__(self, text: str) -> None:
        """Split ``text``, which must not begin with a BOM."""
        self.lines = unix(text).split("\n")
        self.memory = {}
        #: Of long rows that are not ASCII: the offset of each code point in UTF-8.
        self._starts: dict[int, list[int]] = {}

    def column(self, row: int, utf8_offset: int) -> int:
        """Turn an ``ast`` column (UTF-8 bytes from 0) into a column in code points from 1."""
        line = self.lines[row - 1]
        if line.isascii():
            return utf8_offset + 1
        if len(line) > _LONG_LINE:
            return bisect_right(self._starts_of(row), utf8_offset)
        head = line.encode("utf-8", "surrogateescape")[:utf8_offset]
        return len(head.decode("utf-8", "surrogateescape")) + 1

    def _starts_of(self, row: int) -> list[int]:
        starts = self._starts.get(row)
        if starts is None:
            sizes = (len(char.encode("utf-8", "surrogateescape")) for char in self.lines[row - 1])
            starts = self._starts[row] = [*accumulate(sizes, initial=0)]
        return starts

    def utf8(self, row: int, column: int) -> int:
        """Turn a column in code points from 1 into an ``ast`` column (UTF-8 bytes from 0)."""
        line = self.lines[row - 1]
        if line.isascii():
            return column - 1
        if len(line) > _LONG_LINE:
            starts = self._starts_of(row)
            return starts[min(column, len(starts)) - 1]
        return len(line[: column - 1].encode("utf-8", "surrogateescape"))

    def segment(self, span: Span) -> str:
        """Return the text of ``span``, its lines joined by ``\\n``."""
        first, last = span.start.row - 1, span.end.row - 1
        if first == last:
            return self.lines[first][span.start.column - 1 : span.end.column - 1]
        return "\n".join(
            (
                self.lines[first][span.start.column - 1 :],
                *self.lines[first + 1 : last],
                self.lines[last][: span.end.column - 1],
            )
        )


def why_not_python(path: str, data: bytes) -> str:
    """Why a file that somebody named is not taken for Python, by its name and first line; empty if it is.

    What parses need not be Python: notebooks and many texts do. Standard input without a name is Python.
    """
    name = path.lower()
    if path == "-" or name.endswith(NAMES):
        return ""
    if name.endswith(".ipynb"):
        return "notebooks are not supported; `jupyter nbconvert --to script` makes a Python file of one"
    if _SCRIPT.match(data):
        return ""
    return (
        "it is not a Python file: neither its name (`.py`, `.pyw`, `.pyi`) nor its first line (`#!`) says so"
    )


def decode(data: bytes) -> SourceFile:
    """Decode a file as the parser does: BOM, PEP 263 cookie, else UTF-8.

    Raises :class:`UnreadableError` where the parser refuses the encoding.
    """
    encoding, bom, _ = _declared(data)
    body = data[3:] if bom else data
    try:
        if encoding == "utf-8":
            return SourceFile(body.decode(), encoding, bom)
        if not bom:
            # Codecs such as unicode_escape may warn about the text.
            with _parsing, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return SourceFile(body.decode(encoding), encoding, bom)
        reason = f"encoding problem: {encoding} with BOM"
    except Exception as error:  # a registered codec may raise anything
        reason = str(error) or type(error).__name__
    parse(data)  # normally raises, with the parser's own reason and the place
    if encoding == "utf-8":
        return SourceFile(body.decode("utf-8", "surrogateescape"), encoding, bom)
    raise UnreadableError(reason)


def reencode(text: str, like: SourceFile) -> bytes:
    """Encode ``text`` in the encoding of ``like``, with its BOM.

    Raises ``UnicodeEncodeError`` if that encoding has not all the characters.
    """
    if like.encoding == "utf-8":
        return (_BOM if like.bom else b"") + text.encode("utf-8", "surrogateescape")
    return text.encode(like.encoding)


def parse(data: bytes) -> ast.Module:
    """Parse a file from its bytes; whatever the interpreter's own parser accepts is accepted.

    Silent: warnings about the code are not ours to give, also where they are errors. What the parser
    refuses is an :class:`UnreadableError` with the parser's reason.
    """
    try:
        with _parsing, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return ast.parse(data)
            except RecursionError:
                # How deep a tree may be depends on how deep the caller stands.
                return _parse_on_fresh_stack(data)
    except Exception as error:  # a registered codec may raise anything
        raise _unreadable(data, error) from None


def _parse_on_fresh_stack(data: bytes) -> ast.Module:
    """Parse in a new thread, which has the whole stack for itself, as a fresh interpreter has."""
    import threading

    trees: list[ast.Module] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            trees.append(ast.parse(data))
        except Exception as error:
            errors.append(error)

    limit = sys.getrecursionlimit()
    stack = threading.stack_size(_FRESH_STACK_BYTES)
    try:
        # The frames of the thread itself count too; they must not make it the weaker parser.
        sys.setrecursionlimit(max(limit, _USUAL_RECURSION_LIMIT) + 50)
        worker = threading.Thread(target=work, name="ssot-ids-parser", daemon=True)
        worker.start()
        worker.join()
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return trees[0]


def _declared(data: bytes) -> tuple[str, bool, int]:
    """Return the encoding (normalised as the tokenizer does), whether a BOM leads, the row of the cookie."""
    bom = data.startswith(_BOM)
    first_two = _FIRST_TWO_LINES.match(data, 3 if bom else 0)
    if first_two is None:  # cannot happen, the pattern matches the empty string
        return "utf-8", bom, 1
    row, line = 1, first_two[1]
    cookie = _COOKIE.match(line)
    if cookie is None and _NO_CODE.match(line):
        row, line = 2, first_two[2]
        cookie = _COOKIE.match(line)
    if cookie is None:
        return "utf-8", bom, 1
    name = cookie[1].decode("ascii")
    start = name[:12].lower().replace("_", "-")
    if start == "utf-8" or start.startswith("utf-8-"):
        name = "utf-8"
    elif start in _LATIN_1 or start.startswith(tuple(f"{alias}-" for alias in _LATIN_1)):
        name = "iso-8859-1"
    return name, bom, row


_LATIN_1 = ("latin-1", "iso-8859-1", "iso-latin-1")


def _unreadable(data: bytes, error: Exception) -> UnreadableError:
    """Say why and where the parser refused ``data``."""
    if isinstance(error, SyntaxError):
        reason, row, column = error.msg, error.lineno or 0, error.offset or 0
    else:
        reason, row, column = str(error), 0, 0
        if isinstance(error, MemoryError):
            reason = "too complex for the parser"
        elif isinstance(error, RecursionError):
            reason = f"too deeply nested: {reason}"
    encoding, bom, cookie_row = _declared(data)
    body = data[3:] if bom else data
    body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    undecodable = _undecodable_at(body, encoding, row)
    if undecodable and (row == 0 or "codec can't decode" in reason):
        row, column = undecodable
    elif row == 0 and b"\0" in body:
        row, column = _place(body, body.index(b"\0"), encoding)
    elif row == 0 and not isinstance(error, (MemoryError, RecursionError)):
        row = cookie_row
    elif row and not undecodable:
        column = _code_points(body, encoding, reason, row, column)
    return UnreadableError(reason or type(error).__name__, max(row, 1), max(column, 1))


def _undecodable_at(body: bytes, encoding: str, row: int) -> tuple[int, int] | None:
    """Find the first byte that does not decode; in UTF-8 from ``row`` on, as comments above may hold some."""
    start = 0
    if encoding == "utf-8":
        for _ in range(row - 1):
            start = body.find(b"\n", start) + 1
    try:
        body[start:].decode(encoding)
    except UnicodeDecodeError as error:
        return _place(body, start + error.start, encoding)
    except Exception:  # no such codec, or one that may raise anything
        return None
    return None


def _place(body: bytes, offset: int, encoding: str) -> tuple[int, int]:
    """Return row and column (1-based, code points) of the byte at ``offset``."""
    head = body[:offset]
    line = head[head.rfind(b"\n") + 1 :]
    return head.count(b"\n") + 1, len(line.decode(encoding, "replace")) + 1


def _code_points(body: bytes, encoding: str, reason: str, row: int, column: int) -> int:
    """Return a syntax error's column in code points.

    CPython 3.11 and 3.12 give bytes for some errors and code points for others. A copy of the text in
    which each other character is an ASCII letter has the same error at the column wanted.
    """
    # The parser may stop before the byte that does not decode.
    text = body.decode(encoding, "replace")
    lines = text.split("\n")
    if row > len(lines) or lines[row - 1].isascii():
        return column
    twin = "".join(char if char < "\x80" else "z" for char in text)
    try:
        with _parsing, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(twin)
    except SyntaxError as error:
        if (error.msg, error.lineno) == (reason, row):
            return error.offset or 0
    except Exception:  # the twin is only a help; without it the parser's own figure stands
        return column
    return column
