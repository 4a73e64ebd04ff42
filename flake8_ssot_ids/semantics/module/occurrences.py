"""On which rows of a text words stand, and what of its syntax tree stands there.

Words stand in few places: who looks only there need not walk through the whole module for each name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from flake8_ssot_ids.semantics.module.privates import private_forms
from flake8_ssot_ids.semantics.module.scopes import Hits
from flake8_ssot_ids.semantics.module.syntax import below, descendants

_STAR = re.compile(r"import[\s\\]*\*")


def nodes_on(root: ast.AST, hits: Hits) -> Iterator[ast.AST]:
    """``root`` and the nodes below it that stand on the rows of ``hits``, and some others."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.JoinedStr):
            # Positions inside an f-string are not to be trusted before Python 3.12.
            for child in below(node):
                yield from descendants(child)
            continue
        for child in below(node):
            first = getattr(child, "lineno", None)
            if first is not None:
                decorators = getattr(child, "decorator_list", None)
                first = decorators[0].lineno if decorators else first
                if not hits.between(first, child.end_lineno or first):  # type: ignore[attr-defined]
                    continue
            pending.append(child)


def may_have_star(text: str) -> bool:
    """Whether the module may have a star import."""
    return _STAR.search(text) is not None


def rows_with(text: str, words: Iterable[str], attributes: Iterable[str]) -> list[int]:
    """The 1-based rows of ``text`` on which a name of ``words`` or ``attributes`` stands, or a star import.

    Python compares identifiers in NFKC form, so rows that are not ASCII are looked at in that
    form, too. A class may have a name in its private form.
    """
    attributes = frozenset(attributes)
    attributes |= private_forms(attributes)
    words = {*words, *private_forms(words), *attributes}
    places = sorted(place for word in words for place in _places(text, word, word in attributes))
    for match in _STAR.finditer(text):
        places += (match.start(), match.end())
    places.sort()
    found = rows_at(text, places)
    if not text.isascii():
        from unicodedata import normalize

        for number, line in enumerate(text.split("\n"), 1):
            if not line.isascii():
                line = normalize("NFKC", line)
                if any(word in line for word in words):
                    found.append(number)
    return found


def rows_at(text: str, places: Iterable[int]) -> list[int]:
    """The rows of ascending offsets."""
    found: list[int] = []
    row, seen = 1, 0
    for place in places:
        row += text.count("\n", seen, place)
        seen = place
        found.append(row)
    return found


def _places(text: str, word: str, attribute: bool) -> Iterator[int]:
    """The offsets at which ``word`` stands as a whole word; after a dot only for an ``attribute``."""
    at = text.find(word)
    length = len(word)
    while at >= 0:
        before = text[at - 1] if at else " "
        after = text[at + length : at + length + 1]
        if not (
            after == "_"
            or after.isalnum()
            or before == "_"
            or before.isalnum()
            or (before == "." and not attribute)
        ):
            yield at
        at = text.find(word, at + length)
