"""A byte search that tells, without parsing, that a file can hold no use of an id source.

It may say "look" for nothing, but never "clean" for a file with a use of its own. Sources that
come in through another module of the project are the business of
:mod:`flake8_ssot_ids.names.project`.
"""

from __future__ import annotations

import re

_DYNAMIC = (b"__import__", b"import_module", b"modules")
_IMPORTED = re.compile(rb"\bimport\b(?:[^\r\n;#\\]|\\\r?\n)*\buuid\b|\bfrom[\s\\]+uuid\b")
_COOKIE = re.compile(rb"[^\n]*\n?[^\n]*coding[:=][ \t]*([-\w.]+)")
#: Encodings in which ASCII bytes stand for themselves and nothing else does.
_PLAIN = re.compile(
    rb"(?i)utf-?8(?:-sig)?|(?:us-)?ascii|(?:iso-?)?latin-?1|iso-?8859-\d+|(?:windows-?|cp)125\d|koi8-[ru]"
)


def may_hold_use(data: bytes, sources: frozenset[str]) -> bool:
    """Whether ``data`` may name an id source: one of ``sources`` of the module ``uuid``."""
    if b"uuid" in data and (any(name.encode() in data for name in sources) or _IMPORTED.search(data)):
        return True
    return _in_disguise(data)


def mentions_module(data: bytes) -> bool:
    """Whether ``data`` may name the module ``uuid`` or one of its sources in any way."""
    return b"uuid" in data or _in_disguise(data)


def searchable(data: bytes) -> bytes:
    """``data`` in the form in which Python compares identifiers, as UTF-8."""
    if data.isascii():
        return data
    from unicodedata import normalize

    return normalize("NFKC", data.decode("utf-8", "replace")).encode("utf-8", "replace")


def _in_disguise(data: bytes) -> bool:
    """Whether the name may be put together from text, or be spelled in other letters."""
    if any(word in data for word in _DYNAMIC) and (b"\\" in data or _split_name(data)):
        return True
    if data.isascii():
        return b"coding" in data[:400] and not _plain(data)
    if not _plain(data):
        return True
    from unicodedata import normalize

    # Python compares identifiers in NFKC form.
    return "uuid" in normalize("NFKC", data.decode("utf-8", "replace"))


def _split_name(data: bytes) -> bool:
    """Whether a text literal holds the beginning of the name: ``"uu" "id"``."""
    return re.search(rb"[\"'](?:u|uu|uui)[\"']", data) is not None


def _plain(data: bytes) -> bool:
    match = _COOKIE.match(data)
    return match is None or _PLAIN.fullmatch(match[1]) is not None
