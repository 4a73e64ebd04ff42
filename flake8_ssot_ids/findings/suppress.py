"""``noqa`` comments, read exactly as flake8 7 reads them.

All 7.x releases agree. What surprises people, and holds here too: a line ``# flake8: noqa: E501`` silences
the whole file for every code; ``# noqa : X`` is a blanket one; codes match by prefix and by case; a comment
speaks for all rows that a multi-line string or a backslash joins, but not for the other rows of a
parenthesised expression.
"""

from __future__ import annotations

import re

from flake8_ssot_ids.source import fstrings

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from flake8_ssot_ids.source.sourcefile import Lines

_INLINE = re.compile(r"#\x20noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+[,\s]*)+))?", re.IGNORECASE)
_FILE = re.compile(r"#\x20flake8[:=]\s*noqa", re.IGNORECASE)
_FILE_LINE = re.compile(rf"\s*{_FILE.pattern}", re.IGNORECASE)
# What can hide or join a line end: a comment, a string, a backslash.
_NOTABLE = re.compile(r"""\#[^\n]*|(?P<quote>\"\"\"|\'\'\'|"|')|\\.""", re.DOTALL)
# What cannot: comments, and strings of one line that are no f-strings.
_NOT_NOTABLE = re.compile(
    r"""(?:[^\#"'\\]++|\#[^\n]*+|(?<![fF])(?<![fF][rR])"""
    r"""(?:"(?!"")(?:[^"\\\n]|\\[^\n])*+"|'(?!'')(?:[^'\\\n]|\\[^\n])*+'))*+"""
)


class Suppressions:
    """The ``noqa`` comments of one file that parses; costs next to nothing if there are none.

    ``whole_file`` is True if a line of its own says ``# flake8: noqa``, with or without codes.
    """

    def __init__(self, lines: Lines, text: str) -> None:
        """Look for comments in ``text``, which ``lines`` are the lines of."""
        self._lines = lines.lines
        self._blocks: dict[int, tuple[int, int]] | None = None
        self._tokenized: dict[int, tuple[int, int]] | None = None
        #: By first and last row: what the comment that counts there says; None: there is none.
        self._comments: dict[tuple[int, int], tuple[str, ...] | None] = {}
        self._any = "noqa" in text.lower()
        self.whole_file = bool(
            self._any and _FILE.search(text) and any(_FILE_LINE.match(line) for line in self._lines)
        )

    def noqa_row(self, row: int) -> int:
        """Return the row where a comment for a violation on ``row`` belongs: the last one joined to it."""
        return self._block(row)[1]

    def suppressed_by(self, row: int, code: str) -> str | None:
        """Say what silences ``code`` on ``row``: a comment for its ``"line"``, the ``"file"``, or None."""
        if not self._any:
            return None
        if self.whole_file:
            return "file"
        first, last = self._block(row)
        if not 1 <= first <= last <= len(self._lines):
            return None
        if first < last and self._silenced(first, last) is not None:
            # Only the tokenizer that flake8 uses can say for certain what it joins, or whether it fails.
            first, last = self._tokenized_block(row)
        silenced = self._silenced(first, last)
        return "line" if silenced is not None and code.startswith(silenced) else None

    def _silenced(self, first: int, last: int) -> tuple[str, ...] | None:
        """Return the beginnings of the codes that the comment in some rows silences; None without one.

        The rows are what flake8 reads as one text, and the leftmost comment in it counts.
        """
        if (first, last) not in self._comments:
            comment = _INLINE.search("".join(f"{line}\n" for line in self._lines[first - 1 : last]))
            codes = "" if comment is None else comment["codes"]
            silenced = ("",) if codes is None else tuple(dict.fromkeys(codes.replace(",", " ").split()))
            self._comments[first, last] = None if comment is None else silenced
        return self._comments[first, last]

    def _block(self, row: int) -> tuple[int, int]:
        """Return the first and the last row that are joined to ``row``."""
        if self._blocks is None:
            self._blocks = _blocks(_joined_rows("\n".join(self._lines)))
        return self._blocks.get(row, (row, row))

    def _tokenized_block(self, row: int) -> tuple[int, int]:
        if self._tokenized is None:
            self._tokenized = _tokenized_blocks(self._lines)
        return self._tokenized.get(row, (row, row))


def _blocks(rows: list[int]) -> dict[int, tuple[int, int]]:
    """Map each row of each block to the block; ``rows`` are those whose end does not end the block."""
    blocks: dict[int, tuple[int, int]] = {}
    start = 0
    while start < len(rows):
        stop = start + 1
        while stop < len(rows) and rows[stop] == rows[stop - 1] + 1:
            stop += 1
        first, last = rows[start], rows[stop - 1] + 1
        blocks.update(dict.fromkeys(range(first, last + 1), (first, last)))
        start = stop
    return blocks


def _joined_rows(text: str) -> list[int]:
    """List the rows whose newline is inside a string or escaped, without the cost of a tokenizer."""
    rows: list[int] = []
    row, counted = 1, 0
    at = 0
    while found := _NOTABLE.search(text, _after_plain(text, at)):
        start, at = found.span()
        quote = found["quote"]
        if quote is None:
            joins = [at - 1] if text[start] == "\\" and text[at - 1] == "\n" else []
        else:
            try:
                at, joins = _string(text, start, quote)
            except ValueError:  # does not parse
                return rows
        for newline in joins:
            row += text.count("\n", counted, newline)
            counted = newline
            rows.append(row)
    return rows


def _after_plain(text: str, at: int) -> int:
    plain = _NOT_NOTABLE.match(text, at)
    return plain.end() if plain is not None else at


def _string(text: str, start: int, quote: str) -> tuple[int, list[int]]:
    """Return the offset after a string, and the offsets of the newlines in it that end no line."""
    prefix = fstrings.prefix_before(text, start)
    if "f" in prefix and fstrings.TOKENIZED_INSIDE:
        end, _, joins = fstrings.scan(text, start, prefix, quote)
        return end, joins
    end = fstrings.plain_end(text, start + len(quote), quote)
    return end, list(fstrings.newlines(text, start, end))


def _tokenized_blocks(lines: list[str]) -> dict[int, tuple[int, int]]:
    """Map rows to blocks by the standard tokenizer, as flake8 does; empty if it refuses the text."""
    import tokenize

    ended = [f"{line}\n" for line in lines[:-1]]
    if lines[-1]:
        ended.append(lines[-1])
    # Undecodable bytes in comments; flake8 reads them as some letter too.
    ended = [line.encode("utf-8", "replace").decode() for line in ended]
    blocks: dict[int, tuple[int, int]] = {}
    first, last = len(lines) + 1, 0
    try:
        for token in tokenize.generate_tokens(iter(ended).__next__):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                blocks.update(dict.fromkeys(range(first, last + 1), (first, last)))
                first, last = len(lines) + 1, 0
    except (tokenize.TokenError, SyntaxError):
        return {}
    return blocks
