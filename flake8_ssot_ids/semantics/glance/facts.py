"""What the bytes of a file say of the values that names hold: that one is a UUID, is cut, is measured.

A look at the text, without a parser: each file of a project is looked at once. A fact is no proof. It says
where a reader of a name may mind the format of what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: What a fact says. Those of the first row speak of a UUID, of the second of parts or of the length.
PARSED, TYPED, COLUMN, SQL, MATCHED, NUMBER = "parsed", "typed", "column", "sql", "matched", "number"
SLICED, SPLIT, MEASURED, SEARCHED, PACKED = "sliced", "split", "measured", "searched", "packed"
#: The name holds what a call of ``exact`` gives.
MADE = "made"
SURE = frozenset({PARSED, TYPED, COLUMN, SQL, MATCHED, NUMBER})


@dataclass(frozen=True, slots=True)
class Fact:
    """What is said of one name at one place.

    ``name`` and ``owner`` are folded, see :func:`folded`; ``owner`` is the receiver, the class around an
    attribute or a column, empty where there is none. ``exact`` is the name as it is written, where
    a call of it, or a constant, is meant. ``row`` is 1-based; ``code`` is what stands there.
    """

    kind: str
    name: str
    owner: str
    exact: str
    row: int
    code: str


@lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """``threadId``, ``thread-id``, ``_THREAD_ID`` -> ``thread_id``."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^0-9A-Za-z]+", "_", text).strip("_").lower()


#: What a fact is said of, up to where it ends: ``self.job.id``, ``row["id"]``, ``row.get("id")``, ``make()``.
_SUBJECT = (
    rb"(?P<chain>(?:\w+(?:\(\))?\.){0,5})(?P<name>(?!get\()[A-Za-z_]\w*)"
    rb"(?:\[\s*[\"'](?P<key>[\w-]+)[\"']\s*\]|\.get\(\s*[\"'](?P<got>[\w-]+)[\"'][^()\n]{0,40}\)|(?P<call>\(\)))?"
    rb"(?P<more>\.(?:hex|value|encode\(\)|strip\(\)|lower\(\)))?"
)
_BACK = re.compile(_SUBJECT + rb"\s*\Z")
_AHEAD = re.compile(rb"\s*(?:\w+\s*=\s*)?+(?:str\(\s*)?(?:json\.loads\([^()\n]*\))?" + _SUBJECT)
#: The text of one key on what is no name: ``json.loads(text)["event_id"]``.
_LAST_KEY = re.compile(rb"\[\s*[\"']([\w-]+)[\"']\s*\]\s*\Z")
_UUID = re.compile(rb"(?:uuid|UUID|Uuid|GUID|Guid)\w*")
_WORD_START = re.compile(rb"\w*\Z")
#: Callables that make ids, or hash whatever they are given.
_MAKES = re.compile(
    rb"(?i)^_*(?:gen|make|new|create|random|build|fresh|next|get_new|mint)|uuid[1-8]$|^_*to_|_to_|from_name"
)
_TYPE = re.compile(
    rb"^(?:Py)?(?:UUID[1-8]?|Uuid|GUID|Guid|UUIDField|UUIDType|UUIDString|UuidType|PG_UUID|PGUUID|pgUUID)$"
)
_AFTER_TYPE = re.compile(rb"\s*(?:[\],)|=#\"'(}:]|\n|\Z|is\b|if\b)")
#: ``name: Optional[`` before the name of a type, and the function or the class is not looked at.
_BEFORE_TYPE = re.compile(rb"(\w+)\s*:\s*(?:[\w.]+\s*\[\s*|[\w.]+\s*\|\s*|[\"'])*(?:\w+\.)*\Z")
#: ``name = Column(``, ``Column("name", `` before the name of a type.
_BEFORE_COLUMN = re.compile(
    rb"(?:(\w+)\s*(?::[^=\n]{1,80})?=\s*(?:\w+\.)*)?(?:\w*[cC]olumn|[fF]ield|ib|Mapped)\(\s*(?:[\"'](\w+)[\"']\s*,\s*)?"
    rb"(?:[\w.]+\(\s*)*(?:\w+\.)*\Z"
)
_FIELD = re.compile(rb"(\w+)\s*(?::[^=\n]{1,80})?=\s*(?:\w+\.)*\Z")
#: A width in which no id of the generator fits, and what stands before and after it.
_WIDTH = re.compile(rb"(?:\(|length=)(?:1[0-9]|2[0-9]|3[0-9]|40)(?=[,)])")
_WIDE_TYPE = re.compile(rb"\w*(?:String|Char|CHAR|char|Unicode|Text|CharField)\Z")
_NARROW = re.compile(rb"\s*(?:(\w+)\s*(?::[^=\n]{1,80})?=|[\w.]*[cC]olumn\(\s*[\"'](\w+)[\"'])")
_BEFORE_SQL = re.compile(
    rb"(?i)(?:[\"'`\s(,.](?P<column>\w+)[\"'`]?\s+|(?P<cast>\w+)[\"']?\s*(?:=|<>|!=|in)\s*[%$:@?{][\w()}]*::"
    rb"|(?P<other>\w+)[\"']?::|cast\(\s*(?P<casted>\w+)\s+as\s+)\Z"
)
_AFTER_SQL = re.compile(rb"(?i)\s*(?:,|\)|\n|not\b|null\b|primary\b|default\b|references\b|unique\b|[\"';])")
#: Words before a type in a sentence, where no column is meant.
_NO_COLUMN = frozenset(
    b"as uuid type is a an the not return import from default of by valid invalid random with for and or"
    b" in to no".split()
)
_INSTANCE = re.compile(rb"isinstance\(\s*" + _SUBJECT + rb"\s*,[^)\n]*\bUUID\b")
#: A pattern that an id of the generator matches, too.
_PERMISSIVE = re.compile(rb"\\w[-\]+*]|\[[^\]]*_[^\]]*\][+*]|\.[+*]")
#: A pattern of hexadecimal digits, such as a UUID matches and hardly anything else.
_HEXADECIMAL = re.compile(rb"\[(?:0-9|a-f|A-F|\\d|\\-|-){2,}\][{*+]|\.\{(?:32|36)\}|[{](?:8|12|32|36)[}]")
_MATCHES = re.compile(rb"(?:match|search|findall|finditer)\(\s*")
_PATTERN = re.compile(rb"(?:[rRbB]{0,2}(?:\"[^\"\n]*\"|'[^'\n]*')|\w+)\s*,\s*")
#: What is done to a text, where it has ended.
_DONE = (
    rb"(?:\[\s*(?P<slice>-?\w*\s*:\s*-?\w*|-?\d+)\s*\]"
    rb"|\.(?:(?P<split>r?split|r?partition|translate|replace|count|zfill)\((?!\s*[\"'](?:\\.|[^\w\"'\\-])+[\"'])"
    rb"|(?P<search>isalnum|isdecimal|isdigit|isidentifier|isalpha)\())"
)
#: What may follow the last letter of a name before that: the end of a key or of a call, another spelling.
_TAIL = rb"(?:\(\)|[\"'][^()\n]{0,40}\)|[\"']\s*\])?(?:\.(?:hex|value|encode\(\)|strip\(\)|lower\(\)))?"
_OF_ANY = re.compile(rb"(?<=[\w\])\"'])" + _DONE)
_OF_ID = re.compile(rb"(?:id|ID|Id|jti|identifier)" + _TAIL + rb"(?=[.\[])" + _DONE)
_LEN = re.compile(rb"len\(\s*" + _SUBJECT + rb"\s*\)\s*(?:[=!<>]=?+\s*+(?![0-7]\b)|[-+*/%])")
_NUMBER = re.compile(
    rb"int\(\s*" + _SUBJECT + rb"\s*,\s*16|(?:fromhex|unhexlify|a2b_hex)\(\s*(?P<text>[\w.]+)"
)
_PACK = re.compile(rb"pack\([^()\n]*?,\s*(?P<text>[\w.]+)")
_LOGS = re.compile(rb"(?i)\b(?:log|logger|logging|_log|LOG)\.\w+\(|\bprint\(|\braise\b")
_CLASS = re.compile(rb"^class\s+(\w+)", re.MULTILINE)
_CALLED = re.compile(rb" = (?:await )?(?:\w+\.)*(\w*(?:id|ID|Id)\w*)\(")
_LIKE_ID = re.compile(rb"(?:id|ID|Id|jti|identifier)$")
_SELF = frozenset({b"self", b"cls"})


def facts_of(data: bytes, *, every: bool = False) -> list[Fact]:
    """The facts in the bytes of a file.

    With ``every``, of all names; else facts that speak of parts are only those of what is called like an id.
    """
    reader = _FactReader(data, every)
    found = [*reader.of_parts()]
    if _mentions(data):
        found += reader.of_uuids()
    found.sort(key=lambda fact: fact.row)
    return found


def _mentions(data: bytes) -> bool:
    return any(word in data for word in (b"uuid", b"UUID", b"Uuid", b"GUID", b"Guid"))


class _FactReader:
    """Reads the facts of one file."""

    def __init__(self, data: bytes, every: bool) -> None:
        self._data = data
        self._every = every
        self._classes = [(match.start(), match[1]) for match in _CLASS.finditer(data)]

    # -- facts that speak of a UUID --------------------------------------------------------------

    def of_uuids(self) -> Iterator[Fact]:
        """Those around the word."""
        data = self._data
        for match in _UUID.finditer(data):
            line = data.rfind(b"\n", 0, match.start()) + 1
            before = _WORD_START.search(data, line, match.start())
            start = match.start() if before is None else before.start()
            word, end = data[start : match.end()], match.end()
            called = data[end : end + 1] == b"("
            if called and not _MAKES.search(word) and not _defines(data, line, start):
                yield from self._ahead(PARSED, end + 1)
            if _TYPE.match(word) and _AFTER_TYPE.match(data, end):
                yield from self._typed(start, max(line, start - 200))
            if word.lower() == b"uuid" and not called:
                yield from self._sql(line, start, end)
        for match in _INSTANCE.finditer(data):
            yield from self._of(TYPED, match)

    def _sql(self, line: int, start: int, end: int) -> Iterator[Fact]:
        found = _BEFORE_SQL.search(self._data, max(line, start - 120), start)
        if found is None or self._data[line:start].lstrip()[:1] == b"#":
            return
        name = next(filter(None, found.groups()))
        if found["column"] and (name.lower() in _NO_COLUMN or not _AFTER_SQL.match(self._data, end)):
            return
        yield self._fact(SQL, start, name, b"")

    def _typed(self, start: int, line: int) -> Iterator[Fact]:
        before = self._data[line:start]
        found = _BEFORE_TYPE.search(before)
        if found is not None:
            yield self._fact(TYPED, start, found[1], self._class_at(start))
            return
        wide = self._data[max(0, start - 200) : start]
        found = _BEFORE_COLUMN.search(wide) or _FIELD.search(before)
        if found is not None:
            kind = COLUMN if found.re is _BEFORE_COLUMN else TYPED
            for name in filter(None, found.groups()):
                yield self._fact(kind, start, name, self._class_at(start))

    # -- facts that speak of parts ---------------------------------------------------------------

    def of_parts(self) -> Iterator[Fact]:
        """Slices, splits, lengths, patterns."""
        data = self._data
        for match in (_OF_ANY if self._every else _OF_ID).finditer(data):
            kind = SLICED if match["slice"] else SPLIT if match["split"] else SEARCHED
            yield from self._back(
                kind, match.start("slice") - 1 if match["slice"] else data.rfind(b".", 0, match.end())
            )
        for match in _LEN.finditer(data):
            yield from self._of(MEASURED, match)
        for match in _NUMBER.finditer(data) if b"16)" in data or b"hex" in data else ():
            if match["text"]:
                yield from self._back(NUMBER, match.end("text"))
            else:
                yield from self._of(NUMBER, match)
        for match in _WIDTH.finditer(data):
            yield from self._narrow(match.start())
        for match in _PACK.finditer(data):
            yield from self._back(PACKED, match.end("text"))
        for match in _MATCHES.finditer(data):
            pattern = _PATTERN.match(data, match.end())
            if pattern is not None:
                if _PERMISSIVE.search(pattern[0]) and not _HEXADECIMAL.search(pattern[0]):
                    continue
                kind = MATCHED if _HEXADECIMAL.search(pattern[0]) else SEARCHED
                yield from self._ahead(kind, pattern.end())
            else:
                yield from self._ahead(SEARCHED, match.end())
        for match in _CALLED.finditer(data):
            before = _WORD_START.search(data, max(0, match.start() - 60), match.start())
            if before is not None and before[0]:
                yield self._fact(MADE, match.start(), before[0], match[1], match[1])

    def _narrow(self, at: int) -> Iterator[Fact]:
        """``name = Column(String(36)``, ``name: str = Field(max_length=36``, ``name CHAR(36)``."""
        line = self._data.rfind(b"\n", 0, at) + 1
        named = _WIDE_TYPE.search(self._data, line, at)
        if named is None and self._data[at : at + 1] == b"(":
            return
        start = at if named is None else named.start()
        found = _NARROW.match(self._data, line, at) or _BEFORE_SQL.search(self._data, line, start)
        name = next(filter(None, found.groups()), b"") if found is not None else b""
        if name and name.lower() not in _NO_COLUMN:
            yield self._fact(COLUMN, at, name, self._class_at(at))

    # -- names -----------------------------------------------------------------------------------

    def _ahead(self, kind: str, at: int) -> Iterator[Fact]:
        """Of what is given first to a call whose arguments begin at ``at``."""
        match = _AHEAD.match(self._data, at, at + 200)
        if match is not None:
            yield from self._of(kind, match)
        end = self._end_of(at)
        key = _LAST_KEY.search(self._data, at, end)
        if key is not None and (match is None or key[1] not in (match["key"], match["got"])):
            yield self._fact(kind, at, key[1], b"")

    def _end_of(self, at: int) -> int:
        """Where the first argument ends."""
        depth, end = 0, min(len(self._data), at + 200)
        for place in range(at, end):
            letter = self._data[place]
            if letter in b"([{":
                depth += 1
            elif letter in b")]}":
                depth -= 1
            if depth < 0 or (letter == 44 and not depth):
                return place
        return end

    def _back(self, kind: str, end: int) -> Iterator[Fact]:
        start = max(0, end - 100)
        match = _BACK.search(self._data, start, end)
        if match is not None:
            yield from self._of(kind, match)
            return
        key = _LAST_KEY.search(self._data, start, end)
        if key is not None:
            yield self._fact(kind, end, key[1], b"")

    def _of(self, kind: str, match: re.Match[bytes]) -> Iterator[Fact]:
        place = match.start("name")
        if kind not in SURE and self._only_logged(place):
            return
        chain = match["chain"].replace(b"()", b"").split(b".")
        called = self._data[match.end() : match.end() + 1] == b"("
        if called and len(chain) > 1 and not match["key"]:
            # `row.split(",")`: what is made of the receiver.
            yield self._fact(kind, place, chain[-2], b"")
            return
        receiver = chain[-2] if len(chain) > 1 else b""
        key = match["key"] or match["got"]
        owner = match["name"] if key else receiver
        if owner in _SELF:
            owner = self._class_at(place)
        name = key or match["name"]
        if kind not in SURE and not self._every and not _LIKE_ID.search(name):
            return
        exact = name if match["call"] or called or (name.isupper() and not key) else b""
        yield self._fact(kind, place, name, owner, exact)

    def _only_logged(self, place: int) -> bool:
        """Whether the line only shows the value to people."""
        start = self._data.rfind(b"\n", 0, place) + 1
        return _LOGS.search(self._data, start, place) is not None

    def _class_at(self, place: int) -> bytes:
        found = b""
        for start, name in self._classes:
            if start > place:
                break
            found = name
        return found

    def _fact(self, kind: str, place: int, name: bytes, owner: bytes, exact: bytes = b"") -> Fact:
        start = self._data.rfind(b"\n", 0, place) + 1
        end = self._data.find(b"\n", place)
        code = self._data[start : end if end >= 0 else None].strip()[:80]
        decoded = name.decode("utf-8", "replace")
        return Fact(
            kind,
            folded(decoded),
            folded(owner.decode("utf-8", "replace")),
            exact.decode("utf-8", "replace"),
            self._data.count(b"\n", 0, place) + 1,
            code.decode("utf-8", "replace"),
        )


def _defines(data: bytes, line: int, start: int) -> bool:
    """Whether the word is the name of a function or of a class that is defined there."""
    return data[line:start].strip().endswith((b"def", b"class"))
