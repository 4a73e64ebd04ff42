"""What a raw id is for, as far as its own file tells: an id of ours, or something whose form must stay.

The reasons here speak against another format, not against another source: where one holds, `fix` keeps the
format and replaces the source alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flake8_ssot_ids.ids.remedies import Piece, around
from flake8_ssot_ids.ids.roles import snake
from flake8_ssot_ids.ids.shapes import CUT
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.module.parents import parents_of
from flake8_ssot_ids.semantics.module.syntax import last_name


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not written, and the syntax that says so, where there is one.

    ``kind`` is the same for all findings with this kind of reason, for the summary. ``place`` is where that
    stands if it is another file: ``path:row:column``.
    """

    kind: str
    text: str
    node: ast.AST | None = None
    place: str = ""


#: Names of what is no id, though it may be made of one.
_NO_ID = re.compile(
    r"(?:^|_)(?:e?mail|email_address|path|file|filename|file_name|dir|directory|folder|tmp|temp|table|table_name"
    r"|schema|schema_name|database|db|db_name|bucket|bucket_name|url|uri|link|host|hostname|domain|username"
    r"|user_name|\w+_name|content|text|body|prompt|description|bytes|seed|etag|boundary|title|label|topic|queue"
    r"|channel|stream|group|namespace|collection|index|suffix|prefix|extension|version|message|comment|dsn)$"
)
_LOCK_OWNERS = re.compile(
    r"^(?:owner|lock|lease|lease_id|owner_token|fencing_token|(?:\w+_)?lock_(?:id|value|owner|key|token))$"
)
_NEVER = re.compile(
    r"(?:^|_)(?:non_?exist(?:ent|ing)|does_not_exist|no_such|no_match|never|never_match(?:es|ing)?|sentinel|impossible)(?:_|$)"
)
#: Ids whose form a standard of others lays down: W3C Trace Context, OpenTelemetry, B3.
_FOREIGN = re.compile(r"(?:^|_)(?:trace|span)_id$|^traceparent$|^b3$")
#: A name that says itself which format it holds.
_FORMAT = re.compile(
    r"(?:^|_)(?:uuid[1-8]?|guid|ulid|ksuid|objectid|object_id|hex|digest|hash|checksum)(?:_|$)"
)
#: Types of ids: ``UserID``.
_ID_TYPE = re.compile(r"_*[A-Z]\w*(?:ID|Id)")
#: Names of ids: ``run_id``, ``identifier``, ``jti``.
_ID = re.compile(r"(?:^|_)(?:id|identifier|jti)$")
_FILE_NAME = re.compile(r"\.[A-Za-z]\w{0,5}$")
_LIMIT = re.compile(r"(?:^|_)(?:max|maximum|limit|len|length|size|width)(?:_|$)", re.IGNORECASE)
#: What takes a path, by its last name.
_PATHS = frozenset(
    {"open", "Path", "PurePath", "PosixPath", "joinpath", "makedirs", "mkdir", "with_name", "with_suffix"}
    | {
        "with_stem",
        "FileSystemStorage",
        "NamedTemporaryFile",
        "TemporaryDirectory",
        "mkdtemp",
        "mkstemp",
        "dirname",
    }
)
#: What stands beside the id of a vector; such stores take a UUID or a number.
_VECTORS = frozenset({"vector", "vectors", "embedding", "embeddings", "payloads", "points"})
_POINTS = re.compile(r"^(?:Point|Vector|Embedding)", re.ASCII)


def evidence_of(use: Use, prefix: str | None, parents: Mapping[ast.AST, ast.AST]) -> str:
    """What says that this is an id of ours; empty where nothing does.

    ``prefix`` is the literal text before it that the generator writes, too, letter by letter.
    """
    role = "" if _stands_beside(use, parents) else use.role or ""
    if is_called_id(role):
        return f"it is called `{role}`"
    instead = beside(use, parents)
    if instead:
        return f"it stands for `{instead}`"
    wrapper = wrapped_in(use, parents)
    if wrapper:
        return f"it becomes a `{wrapper}`"
    if prefix and not _NO_ID.search(role):
        return f"it begins with `{prefix}`"
    return ""


def is_called_id(role: str | None) -> bool:
    """Whether a name is that of an id."""
    return role is not None and _ID.search(role) is not None


def wrapped_in(use: Use, parents: Mapping[ast.AST, ast.AST]) -> str:
    """The type of ids that the value is given to alone, as ``UserID``; empty where there is none."""
    parent = parents.get(use.shape.end)
    return id_type(parent, use.shape.end) if isinstance(parent, ast.Call) else ""


def id_type(call: ast.Call, given: ast.AST) -> str:
    """The type of ids that is called with what is ``given`` alone; empty where it is none by its name."""
    name = last_name(call.func)
    return name if call.args == [given] and not call.keywords and _ID_TYPE.fullmatch(name) else ""


def names_beside(use: Use, parents: Mapping[ast.AST, ast.AST]) -> list[str]:
    """The names that the value may stand for: ``event_id`` in ``event_id or str(uuid4())``."""
    parent = parents.get(use.shape.end)
    parts: list[ast.expr] = []
    if isinstance(parent, ast.BoolOp):
        parts = parent.values[:2]
    elif isinstance(parent, ast.IfExp):
        parts = [parent.body, parent.orelse]
    names = (snake(last_name(part)) for part in parts if isinstance(part, (ast.Name, ast.Attribute)))
    return [name for name in names if name]


def beside(use: Use, parents: Mapping[ast.AST, ast.AST]) -> str:
    """The first of these names that is called like an id; empty where there is none."""
    return next(filter(is_called_id, names_beside(use, parents)), "")


def against_text(use: Use, parents: Mapping[ast.AST, ast.AST]) -> Reason | None:
    """Why this may need the format that it has, as far as its expression and its name tell."""
    role = "" if _stands_beside(use, parents) else use.role or ""
    head, tail = around(use.shape, parents)
    return (
        _by_role(role)
        or _by_text(head, tail)
        or _by_limit(use, parents)
        or _filler(use, parents)
        or _by_holder(use, parents)
    )


def _by_role(role: str) -> Reason | None:
    if _LOCK_OWNERS.search(role):
        return Reason("no-id", f"`{role}` tells the owner of a lock, it is no id")
    if _FOREIGN.search(role):
        return Reason("foreign-standard", f"`{role}` belongs to a standard that says how it looks")
    if _FORMAT.search(role):
        return Reason("named-format", f"the name `{role}` says which format it has")
    if _NEVER.search(role):
        return Reason("no-id", f"`{role}` is to match nothing, it is no id")
    if _NO_ID.search(role):
        return Reason("no-id", f"`{role}` is no id")
    return None


def _by_text(head: Sequence[Piece], tail: Sequence[Piece]) -> Reason | None:
    """Why the text around the id makes something else of it."""
    texts = [piece for piece in (*head, *tail) if isinstance(piece, str)]
    if any("@" in text for text in texts):
        return Reason("no-id", "an address is no id")
    last = tail[-1] if tail else ""
    if isinstance(last, str) and _FILE_NAME.search(last):
        return Reason("no-id", f"a file name (`…{last}`) is no id")
    first = next(iter(head), "")
    if isinstance(first, str) and first.startswith(("/", "./", "~/", "\\")) and not first.startswith("/api"):
        return Reason("no-id", "a path is no id")
    for piece in (*head, *tail):
        if isinstance(piece, ast.expr):
            name = snake(last_name(piece)) or ""
            if re.search(r"(?:^|_)(?:filename|file_name|file_path|dir|directory)$", name):
                return Reason("no-id", f"a file name (with `{ast.unparse(piece)}`) is no id", piece)
    return None


def _by_limit(use: Use, parents: Mapping[ast.AST, ast.AST]) -> Reason | None:
    """``str(uuid4())[:MAX_LENGTH]``: somebody takes no longer ids."""
    if use.shape.kind != CUT:
        return None
    node: ast.AST = use.reference
    while node is not use.shape.end and node in parents:
        node = parents[node]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            stop = node.slice.upper
            if stop is not None and _LIMIT.search(last_name(stop)):
                limit = ast.unparse(stop)
                return Reason(
                    "narrow-column", f"it must not be longer than `{limit}`, an SSOT id may be", stop
                )
    return None


def _filler(use: Use, parents: Mapping[ast.AST, ast.AST]) -> Reason | None:
    """``uuid4().hex * 20``: so many bytes, whatever they are; ``folder / uuid4().hex``: a path."""
    parent = parents.get(use.shape.end)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult):
        return Reason("no-id", f"`{ast.unparse(parent)}` only fills space", parent)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div):
        return Reason("no-id", f"a path (`{ast.unparse(parent)}`) is no id", parent)
    return None


def _takes_path(function: ast.expr) -> bool:
    name = last_name(function)
    if name == "join":
        return isinstance(function, ast.Attribute) and last_name(function.value) in (
            "path",
            "posixpath",
            "ntpath",
        )
    return name in _PATHS


def _by_holder(use: Use, parents: Mapping[ast.AST, ast.AST]) -> Reason | None:
    """What the value is put into: a path, or the point of a vector store."""
    known = parents_of(parents)
    node: ast.AST = use.shape.end
    parent = parents.get(node)
    while parent is not None and not isinstance(parent, ast.stmt):
        name = last_name(parent.func) if isinstance(parent, ast.Call) else ""
        if (
            isinstance(parent, ast.Call)
            and _takes_path(parent.func)
            and (node is parent.func or known.place(node, parent.args) is not None)
        ):
            return Reason("no-id", f"a path (`{name}(…)`) is no id", parent)
        if _POINTS.match(name) or (is_called_id(use.role) and known.once("vectors", parent, has_vectors)):
            return Reason("vector-id", "the id of a vector is a UUID or a number in several stores", parent)
        node, parent = parent, parents.get(parent)
    return None


def has_vectors(holder: ast.AST) -> bool:
    """Whether a call or a dictionary has the vector that an id stands for."""
    if isinstance(holder, ast.Call):
        return any(one.arg in _VECTORS for one in holder.keywords)
    keys = holder.keys if isinstance(holder, ast.Dict) else ()
    return any(isinstance(key, ast.Constant) and key.value in _VECTORS for key in keys)


def _stands_beside(use: Use, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether the value is one of several that a function returns, so that its name tells nothing of it."""
    node: ast.AST | None = use.shape.end
    while node is not None and not isinstance(node, ast.stmt):
        parent = parents.get(node)
        if isinstance(node, ast.Tuple | ast.List | ast.Dict) and isinstance(parent, ast.Return | ast.Yield):
            return not isinstance(node, ast.Dict)
        if isinstance(parent, ast.keyword | ast.Dict):
            return False
        node = parent
    return False
