"""The identity of a finding as one line of text, free of line numbers: its row in a baseline.

``path | code | enclosing symbol | normalised expression | ordinal``. What would break a line or be
taken for a separator is escaped with a backslash, so every row has one text and every text one row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

_SEPARATOR = " | "
_FIELDS = 5
#: Longer expressions, in which many ids may stand, are not made or hashed anew for each of these.
LONG = 500
_CODE = re.compile(r"SID[0-9]{3}")
_ORDINAL = re.compile(r"0|[1-9][0-9]{0,8}")
# Line ends of every kind, what no editor shows, halves of surrogate pairs (from undecodable file names);
# at the start what would be stripped or begin a comment. A fixed set, since what Python calls printable
# differs from version to version.
_SPECIAL = re.compile(r"[\\|\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]|\A[ #]")
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.?))", re.DOTALL)
_SHORT = {"\\": "\\", "|": "|", "\n": "n", "\r": "r", "\t": "t"}
_LONG = {short: char for char, short in _SHORT.items()}


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One finding: where and what it is, and the how-manieth of its kind from 0.

    ``path`` is relative to the root of the policy; the other fields are those of the
    :class:`~flake8_ssot_ids.model.Finding`.
    """

    path: str
    code: str
    symbol: str
    expression: str
    ordinal: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it shares with others of its kind: all but the ordinal."""
        return (self.path, self.code, self.symbol, self.expression)

    @property
    def text(self) -> str:
        """The line of a baseline, without a line end; :func:`read_row` takes it back."""
        return _SEPARATOR.join((*map(_escaped, self.key), str(self.ordinal)))

    @property
    def fingerprint(self) -> str:
        """A short hash of :attr:`text`, for machines."""
        return blake2b(self.text.encode("utf-8"), digest_size=16).hexdigest()


class Fingerprints:
    """The fingerprints of the findings of one file; a long expression is hashed once for all ids in it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._hashes: dict[tuple[str, str, str], blake2b] = {}

    def of(self, code: str, symbol: str, expression: str, ordinal: int) -> str:
        """The fingerprint of the :class:`Row` with these fields."""
        if len(expression) <= LONG:
            return Row(self._path, code, symbol, expression, ordinal).fingerprint
        key = (code, symbol, expression)
        known = self._hashes.get(key)
        if known is None:
            before = Row(self._path, *key, 0).text.removesuffix("0")
            known = self._hashes[key] = blake2b(before.encode("utf-8"), digest_size=16)
        known = known.copy()
        known.update(str(ordinal).encode())
        return known.hexdigest()


def read_row(text: str) -> Row:
    """Read :attr:`Row.text`.

    Raises:
        ValueError: it is none; the message says why.
    """
    fields = text.split(_SEPARATOR)
    if len(fields) != _FIELDS:
        raise ValueError(
            f"expected `path | code | symbol | expression | ordinal`, found {len(fields)} "
            f"field{'s' * (len(fields) != 1)}"
        )
    path, code, symbol, expression = map(_unescaped, fields[:-1])
    if not path:
        raise ValueError("the path is empty")
    if not _CODE.fullmatch(code):
        raise ValueError(f"`{fields[1]}` is not a code")
    if not symbol:
        raise ValueError("the symbol is empty")
    if not _ORDINAL.fullmatch(fields[-1]):
        raise ValueError(f"`{fields[-1]}` is not an ordinal from 0")
    return Row(path, code, symbol, expression, int(fields[-1]))


def _escaped(field: str) -> str:
    return _SPECIAL.sub(lambda found: _escape(found[0]), field)


def _escape(char: str) -> str:
    short = _SHORT.get(char)
    if short is not None:
        return f"\\{short}"
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def _unescaped(field: str) -> str:
    return _ESCAPE.sub(_char, field)


def _char(found: re.Match[str]) -> str:
    number = found[1] or found[2]
    if number:
        return chr(int(number, 16))
    if found[3] not in _LONG:
        raise ValueError(f"`{found[0]}` is not an escape")
    return _LONG[found[3]]
