"""What types, columns and patterns say about the ids that fit: only UUIDs, or only short texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_ssot_ids.semantics.flow.index import NodeIndex, dotted, last_name, spelled, words
from flake8_ssot_ids.semantics.flow.sinks import MATCHED_AS_UUID, NARROW_COLUMN
from flake8_ssot_ids.semantics.module.literals import text_of

#: A column or field that holds at most so many characters is too narrow: an SSOT id has up to 121.
NARROW = 63

#: How a value lies within an aggregate: ("key", "session_id"), ("attr", "run_id"), ("item", 0 or None).
Step = tuple[str, str | int | None]
Path = tuple[Step, ...]
#: What in a type or a column refuses most ids: the place, the kind of sink, words for it.
Narrow = tuple[ast.expr, str, str]

_TEXT_COLUMNS = words("String CHAR VARCHAR Unicode NCHAR NVARCHAR FixedString AutoString")
_UUID_COLUMNS = words("Uuid UUID GUID UUIDType UUIDField NativeUUID")
_COLUMNS = words("Column mapped_column Field")
NEW_TYPE = words("typing.NewType typing_extensions.NewType")
_COMPILE = words("re.compile *compile")
_WRAPPERS = words(
    "Optional Mapped Annotated ClassVar Final InitVar Required NotRequired ReadOnly Column Awaitable "
    "Coroutine type_coerce"
)
_LISTS = words(
    "list List set Set frozenset FrozenSet tuple Tuple Sequence Iterable Iterator Collection deque Deque "
    "MutableSequence AbstractSet Generator AsyncIterator"
)
_MAPPINGS = words("dict Dict Mapping MutableMapping defaultdict DefaultDict")
#: A class of hexadecimal digits, repeated.
_HEX = re.compile(
    r"(?:\[(?:0-9|\\d)a-f(?:A-F)?\]|\[a-f(?:A-F)?(?:0-9|\\d)\]|\[0-9A-F(?:a-f)?\]|\[A-F0-9\]|\\h)(?:\{(\d+)|[+*])"
)
_DASHES = re.compile(r"\{8\}\)?-.*\{4\}.*\{12\}")


def typed_as_uuid(annotation: ast.expr | None, path: Path, index: NodeIndex, depth: int = 12) -> bool:
    """Whether an annotation asks for a UUID where ``path`` leads; one that takes text as well does not."""
    if depth == 0 or annotation is None:
        return False
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return typed_as_uuid(index.quoted(annotation), path, index, depth - 1)
    members = list(_members(annotation, index))
    if len(members) > 1:
        if any(_is_text(member, index) for member in members):
            return False
        return any(typed_as_uuid(member, path, index, depth - 1) for member in members)
    annotation = members[0] if members else annotation
    if isinstance(annotation, ast.Subscript):
        inner, rest = _inside(annotation, path, index)
        return inner is not None and typed_as_uuid(inner, rest, index, depth - 1)
    if path:
        return False
    return index.is_uuid_class(annotation) or typed_as_uuid(_alias(annotation, index), path, index, depth - 1)


def _inside(annotation: ast.Subscript, path: Path, index: NodeIndex) -> tuple[ast.expr | None, Path]:
    """The parameter of a generic type that tells of what ``path`` leads to, and the rest of the path."""
    words = index.means(annotation.value).words
    parts = _parts(annotation)
    if words & _WRAPPERS and parts:
        return parts[-1 if "Coroutine" in words else 0], path
    if words & _LISTS and path and path[0][0] == "item" and parts:
        at = path[0][1]
        fixed = words & {"tuple", "Tuple"} and isinstance(at, int) and at < len(parts)
        return parts[at if fixed and isinstance(at, int) else 0], path[1:]
    if words & _MAPPINGS and path and path[0][0] == "key" and len(parts) == 2:
        return parts[1], path[1:]
    return None, path


def _parts(annotation: ast.Subscript) -> list[ast.expr]:
    inner = annotation.slice
    return inner.elts if isinstance(inner, ast.Tuple) else [inner]


def narrow_type(holder: ast.expr | None, index: NodeIndex) -> Narrow | None:
    """What in a column, a field or an annotation takes only UUIDs or short texts."""
    pending: list[tuple[ast.expr | None, int]] = [(holder, 4)]
    while pending:
        node, depth = pending.pop(0)
        if node is None or depth == 0:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            continue
        if isinstance(node, ast.Subscript):
            if index.means(node.value).words & _WRAPPERS:
                pending += ((part, depth - 1) for part in _parts(node))
            continue
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            pending += ((node.left, depth - 1), (node.right, depth - 1))
            continue
        if isinstance(node, ast.Name) and not index.means(node).dotted:
            pending.append((_alias(node, index), depth - 1))
            continue
        if isinstance(node, ast.Call):
            found = _of_call(node, index)
            if found is not None:
                return found
            while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                node = node.func.value
                if isinstance(node, ast.Call):
                    pending.append((node, depth - 1))
    return None


def _of_call(call: ast.Call, index: NodeIndex) -> Narrow | None:
    """What a call that describes a field says, by itself or by a type among its arguments."""
    found = _type_itself(call, index)
    if found is not None:
        return found
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        found = _type_itself(argument, index)
        if found is not None:
            return found
        if isinstance(argument, ast.Call):
            if index.means(argument.func).words & _COLUMNS:
                inner = _of_call(argument, index)
                if inner is not None:
                    return inner
            elif isinstance(argument.func, ast.Attribute) and isinstance(argument.func.value, ast.Call):
                # String(36).with_variant(...)
                found = _type_itself(argument.func.value, index)
                if found is not None:
                    return found
    return None


def _type_itself(node: ast.expr, index: NodeIndex) -> Narrow | None:
    call = node if isinstance(node, ast.Call) else None
    function = node if call is None else call.func
    name, words = last_name(function), _of_column(function, index)
    if words & _UUID_COLUMNS and not (call is not None and call.args and isinstance(call.args[0], ast.Name)):
        return node, NARROW_COLUMN, f"a `{spelled(node, name)}` column"
    if call is None:
        return None
    for keyword in call.keywords:
        if keyword.arg in ("pattern", "regex") and is_uuid_pattern(pattern_of(keyword.value, index) or ""):
            return call, MATCHED_AS_UUID, f"`{keyword.arg}={spelled(keyword.value, '…')}`"
        limit = index.constant(keyword.value) if keyword.arg == "max_length" else None
        if isinstance(limit, int) and limit <= NARROW:
            place = call if keyword.value.lineno == call.lineno else keyword.value
            return place, NARROW_COLUMN, f"`max_length={limit}`"
    if words & _TEXT_COLUMNS:
        length = next(
            (k.value for k in call.keywords if k.arg == "length"), call.args[0] if call.args else None
        )
        limit = index.constant(length)
        if isinstance(limit, int) and not isinstance(limit, bool) and limit <= NARROW:
            return call, NARROW_COLUMN, f"a `{name}({limit})` column"
    return None


def _of_column(node: ast.expr, index: NodeIndex) -> frozenset[str]:
    """What a type of a column is called; a class of this file counts if it inherits."""
    meaning = index.means(node)
    own = (one.name for one in meaning.definitions if isinstance(one, ast.ClassDef) and one.bases)
    return meaning.words.union(own)


def is_uuid_pattern(text: str) -> bool:
    """Whether a regular expression asks for hexadecimal digits, as a UUID or a part of one has."""
    if _DASHES.search(text):
        return True
    return any(match[1] is None or int(match[1]) >= 4 for match in _HEX.finditer(text))


def pattern_of(node: ast.expr | None, index: NodeIndex) -> str | None:
    """The text of a pattern: a literal, a call of ``re.compile`` with one, or a constant of the module."""
    if isinstance(node, ast.Name):
        node = index.value_of(node.id)
    elif isinstance(node, ast.Attribute) and last_name(node.value) in ("self", "cls"):
        node = index.value_of(node.attr)
    if isinstance(node, ast.Call) and index.means(node.func).among(_COMPILE) and node.args:
        node = node.args[0]
        if isinstance(node, ast.Name):
            value = index.constant(node)
            return value if isinstance(value, str) else None
    return None if node is None else text_of(node)


def _members(annotation: ast.expr, index: NodeIndex) -> Iterator[ast.expr]:
    """The members of a union, None left out; the annotation itself if it is none."""
    pending = [annotation]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            pending += (node.right, node.left)
        elif isinstance(node, ast.Subscript) and "Union" in index.means(node.value).words:
            pending += reversed(_parts(node))
        elif not (isinstance(node, ast.Constant) and node.value is None):
            yield node


def _is_text(node: ast.expr, index: NodeIndex) -> bool:
    quoted = index.quoted(node) if isinstance(node, ast.Constant) else node
    return not index.means(quoted).words.isdisjoint(("str", "Any", "object"))


def _alias(node: ast.expr, index: NodeIndex) -> ast.expr | None:
    """What a module-level alias or ``NewType`` of this file stands for."""
    if not isinstance(node, ast.Name):
        return None
    value = index.value_of(node.id)
    if isinstance(value, ast.Call) and index.means(value.func).among(NEW_TYPE) and len(value.args) == 2:
        return value.args[1]
    return value if isinstance(value, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Call)) else None


def key_of(node: ast.expr) -> str | None:
    """What tells equal keys: the text itself, ``<name>`` for a name; None for anything else."""
    text = text_of(node)
    if text is not None:
        return text
    name = dotted(node)
    return f"<{name}>" if name else None
