"""The text of one file as ast-grep sees it: concrete nodes at exact places, and matches of patterns.

The only importer of ``ast_grep_py``, and only when a document is made. All offsets are code points of the
text, as those of :mod:`flake8_ssot_ids.source.edits`; ast-grep counts them so from 0.39 on.

ast-grep's parser forgives everything, so it never decides what a finding is: it says where the concrete
syntax of something stands that Python's own parser has found, or where something may stand that Python's
parser then has to confirm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flake8_ssot_ids.model import SsotIdsError
from flake8_ssot_ids.policy.metavariables import bound_by
from flake8_ssot_ids.source.edits import TextEdit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ast_grep_py import SgNode

_SURROGATE = re.compile("[\ud800-\udfff]")
#: The kind of a node that ast-grep's parser made no sense of.
_MISSING = "ast-grep-py cannot be used: {}"
_BROKEN = "ERROR"


def module_file() -> str:
    """The file that ast-grep's parser is in; another version may match otherwise."""
    try:
        from ast_grep_py import ast_grep_py
    except ImportError as error:
        raise SsotIdsError(_MISSING.format(error)) from None
    return ast_grep_py.__file__ or ""


class PatternError(SsotIdsError):
    """ast-grep cannot search for a pattern."""


@dataclass(frozen=True, slots=True)
class Match:
    """A place that a pattern matches, and the range of what each meta-variable stands for there."""

    start: int
    end: int
    bound: Mapping[str, tuple[int, int]]


class Document:
    """The text of one file as concrete syntax.

    Args:
        text: the file without its BOM, with whatever line ends.

    Raises:
        SsotIdsError: ast-grep-py is not installed.
    """

    def __init__(self, text: str) -> None:
        try:
            from ast_grep_py import SgRoot
        except ImportError as error:
            raise SsotIdsError(_MISSING.format(error)) from None
        # What stands for a byte that did not decode is no character for ast-grep, and a lone carriage return
        # is no line end. Both are replaced by one code point each, so that all offsets stay.
        if "\r" in text:
            text = re.sub(r"\r(?!\n)", "\n", text)
        self._text = _SURROGATE.sub("?", text)
        self._root = _Place(SgRoot(self._text, "python").root())
        #: From the root to the node that was asked for last.
        self._way = [self._root]

    def edit(self, start: int, end: int, content: str) -> TextEdit | None:
        """The replacement of the node that is exactly at this range; None where there is no such node."""
        node = self._node(start, end)
        if node is None:
            return None
        edit = node.replace(content)
        return TextEdit(edit.start_pos, edit.end_pos, edit.inserted_text)

    def kind(self, start: int, end: int) -> str | None:
        """What ast-grep calls the outermost node that is exactly at this range; None where there is none."""
        node = self._node(start, end)
        return None if node is None else node.kind()

    def matches(self, pattern: str) -> list[Match]:
        """All places that ``pattern`` matches, in source order, also those within others.

        Comments do not count: for some versions of ast-grep one is a part of the syntax around it.

        Raises:
            PatternError: it cannot be searched for.
        """
        try:
            nodes = self._without_comments.find_all(pattern=pattern)
        except (RuntimeError, ValueError) as error:
            # The first lines tell what is wrong, the rest is the stack of ast-grep itself.
            text = str(error).partition("Stack backtrace")[0]
            raise PatternError(" ".join(text.split())) from None
        names = bound_by(pattern)
        found = []
        for node in nodes:
            bound: dict[str, tuple[int, int]] = {}
            start, end = _range(node)
            for name, is_several in names.items():
                if is_several:
                    several = [_range(one) for one in node.get_multiple_matches(name)]
                    bound[name] = (several[0][0], several[-1][1]) if several else (start, start)
                else:
                    one = node.get_match(name)
                    if one is not None:
                        bound[name] = _range(one)
            found.append(Match(start, end, bound))
        return found

    def piece(self, start: int, end: int) -> str:
        """The text of a range, with spaces in the place of comments."""
        return self._blank[start:end]

    @cached_property
    def _blank(self) -> str:
        """The text with spaces in the place of comments."""
        if "#" not in self._text:
            return self._text
        import io
        import tokenize

        rows = re.split(r"(?<=\n)", self._text)
        try:
            for token in tokenize.generate_tokens(io.StringIO(self._text, newline="").readline):
                if token.type == tokenize.COMMENT:
                    row, start = token.start
                    line = rows[row - 1]
                    rows[row - 1] = line[:start] + " " * len(token.string) + line[start + len(token.string) :]
        except (tokenize.TokenError, SyntaxError):
            # Python's parser reads more than its tokenizer; then comments count as they do for ast-grep.
            return self._text
        return "".join(rows)

    @cached_property
    def _without_comments(self) -> SgNode:
        from ast_grep_py import SgRoot

        return self._root.node if self._blank is self._text else SgRoot(self._blank, "python").root()

    def _node(self, start: int, end: int) -> SgNode | None:
        """The outermost node at exactly this range."""
        way = self._way
        # Questions come in the order of the text, so the next node is near the last one.
        while len(way) > 1 and not (way[-1].start <= start < end <= way[-1].end):
            way.pop()
        while len(way) > 1 and (way[-2].start, way[-2].end) == (start, end):
            way.pop()
        while (way[-1].start, way[-1].end) != (start, end):
            place = way[-1].around(start)
            if place is None:
                return None
            way.append(place)
        return None if way[-1].node.kind() == _BROKEN else way[-1].node


class _Place:
    """A node, and what was asked of it: each question goes through the whole of ast-grep."""

    __slots__ = ("_children", "end", "node", "start")

    def __init__(self, node: SgNode) -> None:
        self.node = node
        self.start, self.end = _range(node)
        self._children: list[SgNode | _Place] | None = None

    def around(self, start: int) -> _Place | None:
        """The last child that begins at ``start`` or before."""
        if self._children is None:
            self._children = [*self.node.children()]
        children = self._children
        low, high = 0, len(children)
        while low < high:
            middle = (low + high) // 2
            if self._child(children, middle).start <= start:
                low = middle + 1
            else:
                high = middle
        return self._child(children, low - 1) if low else None

    @staticmethod
    def _child(children: list[SgNode | _Place], at: int) -> _Place:
        child = children[at]
        if not isinstance(child, _Place):
            child = children[at] = _Place(child)
        return child


def _range(node: SgNode) -> tuple[int, int]:
    found = node.range()
    return found.start.index, found.end.index
