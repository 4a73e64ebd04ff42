"""A byte search that tells, without parsing, that a file can hold no use of an id source.

It may say "look" for nothing, but never "clean" for a file with a use of its own. Sources that
come in through another module of the project are the business of
:mod:`flake8_ssot_ids.names.project`.
"""

from __future__ import annotations

import re

_DYNAMIC = (b"__import__", b"import_module", b"modules")
_IMPORTED = re.compile(rb"\bimport\b(?:[^\r\n;#\\]|\\\r?\n)*\buuid\b|\bfrom[\s\\]+uuid\b")
#: In a text, what may stand for a letter or a digit, or for nothing: the backslash at the end of a line.
_ESCAPE = re.compile(rb"\\[xuUN0-7\r\n]")
#: A text that is the beginning or the end of a name, and no more.
_PIECE = re.compile(rb"[\"'](?:u|uu|uui|uuid)[\"'{]|[\"'}](?:uid|id|d)?[1-8][\"']")
_MODULE_PIECE = re.compile(rb"[\"'](?:u|uu|uui)[\"'{]")
#: What looks something up by a text.
_BY_TEXT = (b"getattr", b"__dict__", b"vars", b"globals", b"attrgetter", b"methodcaller", *_DYNAMIC)
#: Characters with an ASCII letter, digit or underscore in their NFKC form; some others, too.
_COMPATIBLE = re.compile(
    rb"\xc2[\xaa\xb2\xb3\xb9\xba\xbc-\xbe]|\xc4[\xb2\xb3\xbf]|\xc5[\x80\x89\xbf]|\xc7[\x84-\x8c\xb1-\xb3]"
    rb"|\xca[\xb0-\xbf]|\xcb[\xa0-\xa4]|\xe1(?:[\xb4-\xb7]|\xba\x9a)"
    rb"|\xe2(?:\x81[\xb0-\xbf]|\x82[\x80-\xa8]|[\x84\x85\x92\x93]|\x86[\x80-\x8f]|\x91[\xa0-\xbf]|\xb1[\xbc-\xbf])"
    rb"|\xe3[\x88-\x8f]|\xea[\x9e\x9f\xad]"
    rb"|\xef(?:\xac[\x80-\x86]|\xb8[\xb3\xb4]|\xb9[\x8d-\x8f]|\xbc[\x90-\xbf]|\xbd[\x80-\x9a])"
    rb"|\xf0(?:\x90\x9e|\x9d|\x9f[\x84-\x86\xaf])"
)
_COOKIE = re.compile(rb"[^\n]*\n?[^\n]*coding[:=][ \t]*([-\w.]+)")
#: Encodings in which ASCII bytes stand for themselves and nothing else does.
_PLAIN = re.compile(
    rb"(?i)utf-?8(?:-sig)?|(?:us-)?ascii|(?:iso-?)?latin-?1|iso-?8859-\d+|(?:windows-?|cp)125\d|koi8-[ru]"
)


def may_hold_use(data: bytes, sources: frozenset[str]) -> bool:
    """Whether ``data`` may name an id source: one of ``sources`` of the module ``uuid``.

    The name stands there, in whatever letters, or the module is imported. (A file that only imports the
    module has no use, but one that does not parse should not pass for clean, and there are few of them.)
    """
    data = searchable(data)
    if b"uuid" in data and (
        any(name.encode() in data for name in sources) or _IMPORTED.search(data) is not None
    ):
        return True
    return _in_disguise(data)


def mentions_module(data: bytes) -> bool:
    """Whether ``data`` may name the module ``uuid`` or one of its sources in any way."""
    return b"uuid" in data or b"uuid" in searchable(data) or _in_disguise(data)


def searchable(data: bytes, *, ascii_only: bool = True) -> bytes:
    """``data`` in the form in which Python compares identifiers, as UTF-8.

    With ``ascii_only``, it may be ``data`` itself where this form has no ASCII word that is not there, too.
    """
    if data.isascii() or (ascii_only and _COMPATIBLE.search(data) is None):
        return data
    from unicodedata import normalize

    return normalize("NFKC", data.decode("utf-8", "replace")).encode("utf-8", "replace")


def is_pieced_together(data: bytes) -> bool:
    """Whether a text that is looked up may spell a name without holding it: by an escape, or in pieces."""
    if not any(word in data for word in _BY_TEXT):
        return False
    return _ESCAPE.search(data) is not None or _PIECE.search(data) is not None


def _in_disguise(data: bytes) -> bool:
    """Whether the name of the module may be put together from text, or the bytes may be no ASCII."""
    if any(word in data for word in _DYNAMIC) and (_ESCAPE.search(data) or _MODULE_PIECE.search(data)):
        return True
    return not is_plain(data)


def is_plain(data: bytes) -> bool:
    """Whether ASCII words of the text stand as such in the bytes."""
    if b"coding" not in data[:400]:
        return True
    match = _COOKIE.match(data)
    return match is None or _PLAIN.fullmatch(match[1]) is not None
