"""What is no id, though it is made of one: secrets, names of files and tables, ids of foreign standards."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flake8_ssot_ids.ids.remedies import Piece, around, base, is_part_of_text
from flake8_ssot_ids.ids.roles import is_secret, role_of, snake
from flake8_ssot_ids.ids.shapes import CUT
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.flow.sinks import SPLIT, Sink
from flake8_ssot_ids.semantics.module.syntax import is_value_of, last_name


@dataclass(frozen=True, slots=True)
class Manual:
    """Why nothing is written, and the syntax that says so, where there is one.

    ``kind`` is the same for all findings with this kind of reason, for the summary. ``place`` is where that
    stands if it is another file: ``path:row:column``.
    """

    kind: str
    reason: str
    node: ast.AST | None = None
    place: str = ""


#: Names of what is no id, though it may be made of one.
_NO_ID = re.compile(
    r"(?:^|_)(?:e?mail|email_address|path|file|filename|file_name|dir|directory|folder|tmp|temp|table|table_name"
    r"|schema|schema_name|database|db|db_name|bucket|bucket_name|url|uri|link|host|hostname|domain|username"
    r"|user_name|content|text|body|prompt|description|bytes|seed|etag|boundary)$"
)
_NO_ID_ALONE = re.compile(r"(?:^|_)(?:url|uri|link|endpoint)$")
#: Names of what a text around an id makes of it: there an id is not only quoted, as in a path or an address.
_NO_ID_AROUND = re.compile(
    r"(?:^|_)(?:e?mail|email_address|filename|file_name|table|table_name|schema_name|database|db_name|db_path"
    r"|bucket|bucket_name|index_name|collection_name|password|passwd|username|hostname)$"
)
#: One-time values of a sign-in, and owners of a lock: whoever guesses them gets in.
_GRANTS = re.compile(
    r"^(?:state|oauth2?_state|sso_state|(?:\w+_)?(?:auth|authorization|device|verification|reset|invite|magic)_code)$"
)
_LOCK_OWNERS = re.compile(
    r"^(?:owner|lock|lease|lease_id|owner_token|fencing_token|(?:\w+_)?lock_(?:id|value|owner|key|token))$"
)
_NEVER = re.compile(
    r"(?:^|_)(?:non_?exist(?:ent|ing)|does_not_exist|no_such|no_match|never|never_match(?:es|ing)?|sentinel|impossible)(?:_|$)"
)
#: Ids whose form a standard of others lays down: W3C Trace Context, OpenTelemetry, B3.
_FOREIGN = re.compile(
    r"(?:(?:otel|w3c|x_b3|b3|opentelemetry|x_datadog|dd)_)?(?:parent_)?(?:trace|span)_?id|traceparent|b3"
)
_FOREIGN_LIKE = re.compile(r"(?:^|_)(?:trace|span)_id$")
_FILE_NAME = re.compile(r"\.[A-Za-z]\w{0,5}$")
_LIMIT = re.compile(r"(?:^|_)(?:max|maximum|limit|len|length|size|width)(?:_|$)", re.IGNORECASE)


def not_an_id(use: Use, parents: Mapping[ast.AST, ast.AST]) -> Manual | None:
    """Why this is no id, whatever it is made of; None if it may be one."""
    role = "" if _stands_beside(use, parents) else use.role or ""
    head, tail = around(use.shape, parents)
    if _NO_ID_ALONE.search(role) and is_part_of_text(head, tail):
        # An address of something holds its id.
        role = ""
    return _by_role(role, use) or _by_text(head, tail) or _by_limit(use, parents) or _filler(use, parents)


def _filler(use: Use, parents: Mapping[ast.AST, ast.AST]) -> Manual | None:
    """``uuid4().hex * 20``: so many bytes, whatever they are; ``folder / uuid4().hex``: a path."""
    parent = parents.get(use.shape.end)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult):
        return Manual("no-id", f"`{ast.unparse(parent)}` only fills space", parent)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and use.shape.form == "text":
        return Manual("no-id", f"a path (`{ast.unparse(parent)}`) is no id", parent)
    return None


def _by_role(role: str, use: Use) -> Manual | None:
    if is_secret(role):
        return Manual("secret", f"`{role}` is a secret: write `secrets.token_urlsafe(32)`")
    if _GRANTS.search(role):
        return Manual("secret", f"`{role}` lets somebody in: write `secrets.token_urlsafe(32)`")
    if _LOCK_OWNERS.search(role):
        return Manual("no-id", f"`{role}` tells the owner of a lock, it is no id")
    hexadecimal = use.shape.bits is not None and isinstance(use.shape.node, ast.Attribute | ast.Subscript)
    if _FOREIGN.fullmatch(role) or (hexadecimal and _FOREIGN_LIKE.search(role)):
        return Manual("foreign-standard", f"`{role}` belongs to a standard that says how it looks")
    if _NEVER.search(role):
        return Manual("no-id", f"`{role}` is to match nothing, it is no id")
    if _NO_ID.search(role):
        return Manual("no-id", f"`{role}` is no id")
    return None


def _by_text(head: Sequence[Piece], tail: Sequence[Piece]) -> Manual | None:
    """Why the text around the id makes something else of it."""
    texts = [piece for piece in (*head, *tail) if isinstance(piece, str)]
    if any("@" in text for text in texts):
        return Manual("no-id", "an address is no id")
    last = tail[-1] if tail else ""
    if isinstance(last, str) and _FILE_NAME.search(last):
        return Manual("no-id", f"a file name (`…{last}`) is no id")
    first = next(iter(head), "")
    if isinstance(first, str) and first.startswith(("/", "./", "~/", "\\")) and not first.startswith("/api"):
        return Manual("no-id", "a path is no id")
    for piece in (*head, *tail):
        if isinstance(piece, ast.expr):
            name = snake(last_name(piece)) or ""
            if re.search(r"(?:^|_)(?:filename|file_name|file_path|dir|directory)$", name):
                return Manual("no-id", f"a file name (with `{ast.unparse(piece)}`) is no id", piece)
    return None


def _by_limit(use: Use, parents: Mapping[ast.AST, ast.AST]) -> Manual | None:
    """``str(uuid4())[:MAX_LENGTH]``: somebody takes no longer ids."""
    if use.shape.kind != CUT:
        return None
    node: ast.AST = use.reference
    while node is not use.shape.end and node in parents:
        node = parents[node]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            stop = node.slice.upper
            if stop is not None and _LIMIT.search(last_name(stop)):
                return Manual(
                    "narrow-column",
                    f"it must not be longer than `{ast.unparse(stop)}`, an SSOT id may be",
                    stop,
                )
    return None


def is_harmless(sink: Sink) -> bool:
    """Whether a split or ``replace`` looks for what is in no id, raw or new: ``/``, a line end."""
    return sink.kind == SPLIT and bool(sink.text) and re.search(r"[\w-]", sink.text or "") is None


def glued_into(use: Use, glued: Sequence[Sink], parents: Mapping[ast.AST, ast.AST]) -> Manual | None:
    """The first text that the value is put into and that is no id: an address, a file name, a table.

    What is called an id is one, also where something is named after it.
    """
    if re.search(r"_id$", use.role or "") and base(use.role) != "id":
        return None
    for sink in glued:
        node = sink.node
        if not isinstance(node, ast.expr):
            continue
        texts = [
            inner.value
            for inner in ast.walk(node)
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        ]
        role, _ = role_of(node, parents, "")
        what = ""
        if _NO_ID_AROUND.search(role or ""):
            what = f"`{role}`"
        elif any(re.search(r"@[\w.-]+\.\w+", text) for text in texts):
            what = "an address"
        elif isinstance(node, ast.JoinedStr) and node.values and _ends_as_file(node.values[-1]):
            what = "a file name"
        if what:
            return Manual("no-id", f"it is put into {what}, which is no id: {sink.detail}", node)
    return None


def _ends_as_file(part: ast.expr) -> bool:
    return (
        isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and re.search(
            r"\.(?:txt|json|jsonl|csv|md|py|log|db|sqlite3?|tmp|ya?ml|png|jpe?g|pdf|zip|wav|mp3|parquet)$",
            part.value,
        )
        is not None
    )


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


def stays_around(use: Use, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether text is put around ``x or str(uuid4())``, of which only the raw id is replaced."""
    node: ast.AST = use.shape.node
    passed = False
    while node is not use.shape.end and node in parents:
        parent = parents[node]
        if isinstance(parent, ast.BoolOp):
            passed = passed or is_value_of(node, parent)
        elif isinstance(parent, ast.IfExp):
            passed = passed or parent.test is not node
        elif passed and isinstance(parent, ast.JoinedStr | ast.BinOp):
            return True
        node = parent
    return False
