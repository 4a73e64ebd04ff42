"""A byte search that tells, without parsing, that a file can hold no use of an id source.

It may say "look" for nothing, but never "clean" for a file with a use of its own. Sources that
come in through another module of the project are the business of
:mod:`flake8_ssot_ids.semantics.project.project`.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DYNAMIC = (b"__import__", b"import_module", b"modules")
# Patterns that begin with plain letters are searched for several times as fast as others.
_IMPORTED = re.compile(rb"import(?<!\wimport)(?!\w)(?:[^\r\n;#\\]|\\\r?\n)*\buuid\b")
_FROM = re.compile(rb"from(?<!\wfrom)[\s\\]+uuid\b")
#: In a text, what may stand for a letter or a digit of a name, or for nothing: the backslash at the
#: end of a line in the middle of one. (Where it joins lines of code, the next one is seldom at the margin.)
_ESCAPE = re.compile(
    rb"\\(?:x(?:75|69|64|3[1-8])|u00(?:75|69|64|3[1-8])|U000000(?:75|69|64|3[1-8])|N\{"
    rb"|165|151|144|0?(?:6[1-7]|70)|(?:\r\n?|\n)[uid1-8\"'{\\])"
)
#: A source as a whole word, and an import that binds one, or whatever there is.
_NAME = re.compile(rb"uuid(?<![\w\x80-\xff]uuid)[1-8](?![\w\x80-\xff])")
_TAKEN = re.compile(
    rb"import(?<!\wimport)(?!\w)(?:[\s\\]*\((?:[^()#]|#[^\r\n]*+)*?|(?:[^\r\n;#\\]|\\\r?\n)*?)"
    rb"(?:\*|\buuid[1-8](?!\w))"
)
#: More white space than this on one line, and more bytes of comments, are not looked through.
_MOST_BLANKS = 200
_MOST_BYTES = 2000
#: A text that is the beginning or the end of a name, and no more.
_PIECES = tuple(
    re.compile(first + rb"(?:u(?:u|ui|uid)?[\"'{]|(?:uid|id|d)?[1-8][\"'])") for first in (b'"', b"'", b"}")
)
_MODULE_PIECES = tuple(re.compile(first + rb"u(?:u|ui)?[\"'{]") for first in (b'"', b"'"))
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
    Nothing is known of a file with NUL bytes, such as UTF-16: Python cannot read it.
    """
    if b"\0" in data:
        return True
    data = searchable(data.removeprefix(b"\xef\xbb\xbf"))
    if b"uuid" in data and (_imports(data) or _names(data, sources)):
        return True
    return _in_disguise(data)


def _imports(data: bytes) -> bool:
    return _IMPORTED.search(data) is not None or _FROM.search(data) is not None


def _names(data: bytes, sources: frozenset[str]) -> bool:
    """Whether one of ``sources`` stands where it may be more than a word in a text or a comment.

    It may be behind a dot, or what something is looked up by. A bare name means nothing unless an
    import binds it; what else might bind it (an assignment) takes its value from one of these.
    """
    bare = text = False
    for match in _NAME.finditer(data):
        if match[0].decode() not in sources:
            continue
        at = match.start()
        before = data[max(0, at - _MOST_BLANKS) : at].rstrip(b" \t\f")[-1:]
        if before == b"." or (before in b"\r\n" and _goes_on(data, at)):
            return True
        if before in b"\"'":
            text = True
        else:
            bare = True
    return (text and any(word in data for word in _BY_TEXT)) or (bare and _TAKEN.search(data) is not None)


def _goes_on(data: bytes, at: int) -> bool:
    """Whether what begins a line at ``at`` may belong to a dot at the end of a line above it."""
    first = max(0, at - _MOST_BYTES)
    # The first line may be cut off.
    for line in reversed(data[first:at].rstrip(b" \t\f").splitlines()[first > 0 :]):
        parts = line.split(b"#")
        # The code ends before one of the hashes, or not at all.
        if any(part.rstrip(b" \t\f\\").endswith(b".") for part in parts):
            return True
        if parts[0].strip(b" \t\f\\"):
            return False
    return True


def mentions_module(data: bytes) -> bool:
    """Whether ``data`` may name the module ``uuid`` or one of its sources in any way."""
    return b"uuid" in data or b"\0" in data or b"uuid" in searchable(data) or _in_disguise(data)


def searchable(data: bytes, *, ascii_only: bool = True) -> bytes:
    """``data`` in the form in which Python compares identifiers, as UTF-8.

    With ``ascii_only``, it may be ``data`` itself where this form has no ASCII word that is not there, too.
    """
    if data.isascii() or (ascii_only and _COMPATIBLE.search(data) is None):
        return data
    from unicodedata import normalize

    return normalize("NFKC", data.decode("utf-8", "replace")).encode("utf-8", "replace")


@lru_cache(maxsize=1000)
def whole_word(word: bytes, rest: bytes = b"") -> re.Pattern[bytes]:
    """A pattern for ``word`` where it is no part of a longer one, followed by the pattern ``rest``."""
    escaped = re.escape(word)
    return re.compile(escaped + rb"(?<![\w\x80-\xff]" + escaped + rb")(?![\w\x80-\xff])" + rest)


def is_pieced_together(data: bytes) -> bool:
    """Whether a text that is looked up may spell a name without holding it: by an escape, or in pieces."""
    return any(pattern.search(data) for pattern in (_ESCAPE, *_PIECES)) and any(
        word in data for word in _BY_TEXT
    )


def _in_disguise(data: bytes) -> bool:
    """Whether the name of the module may be put together from text, or the bytes may be no ASCII."""
    if any(word in data for word in _DYNAMIC) and any(
        pattern.search(data) for pattern in (_ESCAPE, *_MODULE_PIECES)
    ):
        return True
    return not is_plain(data)


def is_plain(data: bytes) -> bool:
    """Whether ASCII words of the text stand as such in the bytes."""
    if b"coding" not in data[:400]:
        return True
    match = _COOKIE.match(data)
    return match is None or _PLAIN.fullmatch(match[1]) is not None
