"""Cuts: slices, splits and prefix tests of a text, and which of them only serve a reader of a log."""

from __future__ import annotations

import ast
import re

from flake8_ssot_ids.semantics.flow.index import NodeIndex, last_name, spelled, words
from flake8_ssot_ids.semantics.flow.reads import NameReads
from flake8_ssot_ids.semantics.flow.sinks import PREFIX_MATCHED, SLICED, SPLIT, Bounds, Sink
from flake8_ssot_ids.semantics.module.literals import bounds_of, integer, text_of

#: The longest id of the SSOT grammar: a slice that keeps so much cuts nothing.
LONGEST = 121
#: Methods of a text that give the text, perhaps in another spelling.
SAME = words("lower upper strip lstrip rstrip casefold encode decode __str__")
_SPLITS = words("split rsplit partition rpartition removeprefix removesuffix")
_TESTS = words("startswith endswith")
_LOGGER = re.compile(r"(?:^|_)log(?:s|ger|gers|ging)?(?:_|$)|logger$|Logger$", re.IGNORECASE)
_LOGS = words(
    "debug info warning warn error exception critical fatal log trace success notice bind "
    "adebug ainfo awarning aerror"
)
_KEEPS = words("builtins.str builtins.format builtins.dict")
_PRINTS = words("print pprint echo secho repr warn log")
#: A text that was cut is looked after through so many names.
_HOPS = 3


def cut_at(node: ast.expr, through: str, index: NodeIndex) -> tuple[Sink, ast.expr] | None:
    """The cut that is made of the text ``node`` right where it stands, and the expression of its result."""
    parent = index.parents.get(node)
    if isinstance(parent, ast.Subscript) and parent.value is node:
        cuts, bounds = _bounds(parent)
        if not cuts:
            return None
        otherwise = f"[{ast.unparse(parent.slice)}]" if bounds is not None else "[…]"
        return Sink(SLICED, parent, _quoted(parent, otherwise), through, bounds=bounds), parent
    if not isinstance(parent, ast.Attribute):
        return None
    call = index.parents.get(parent)
    if not isinstance(call, ast.Call) or call.func is not parent:
        return None
    first = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "sep"), None)
    text = None if first is None else text_of(first)
    if text is None and first is not None:
        value = index.constant(first)
        text = value if isinstance(value, str) else None
    if parent.attr in _TESTS:
        detail = _quoted(call, f".{parent.attr}(…)")
        return Sink(PREFIX_MATCHED, call, detail, through, method=parent.attr, text=text), call
    if parent.attr == "replace":
        if len(call.args) != 2 or text_of(call.args[1]) != "" or text is None:
            return None
        return Sink(SPLIT, call, _quoted(call, ".replace(…)"), through, method="replace", text=text), call
    if parent.attr not in _SPLITS:
        return None
    limit = (
        call.args[1]
        if len(call.args) > 1
        else next((k.value for k in call.keywords if k.arg == "maxsplit"), None)
    )
    count = -1 if limit is None else integer(limit)
    place: ast.expr = call
    at: int | None = None
    outer = index.parents.get(call)
    if isinstance(outer, ast.Subscript) and outer.value is call and not isinstance(outer.slice, ast.Slice):
        place, at = outer, integer(outer.slice)
    if (text is None and first is not None) or count is None:
        at = None
    sink = Sink(
        SPLIT,
        place,
        _quoted(place, f".{parent.attr}(…)"),
        through,
        method=parent.attr,
        text=text,
        limit=-1 if count is None else count,
        index=at,
    )
    return sink, place


def _bounds(node: ast.Subscript) -> tuple[bool, Bounds | None]:
    """Whether the subscript takes a part of an id away, and its bounds if they are known."""
    if not isinstance(node.slice, ast.Slice):
        at = integer(node.slice)
        return at is not None, at
    bounds = bounds_of(node.slice)
    if "?" in bounds:
        return True, None
    start, stop, step = (bound if isinstance(bound, int) else None for bound in bounds)
    from_start = start is None or start == 0 or start <= -LONGEST
    to_end = stop is None or stop >= LONGEST
    return not (from_start and to_end and step in (None, 1)), (start, stop, step)


def _quoted(node: ast.expr, otherwise: str) -> str:
    return f"`{spelled(node, otherwise)}`"


def only_logged(node: ast.expr, index: NodeIndex, reads: NameReads) -> bool:
    """Whether the value of ``node`` is for readers only: it goes into a log, a message or a ``repr``."""
    pending = [(node, _HOPS)]
    while pending:
        current, hops = pending.pop()
        targets = _read_by_people(current, index)
        if targets is True:
            continue
        if targets is False or hops == 0:
            return False
        for target in targets:
            found = reads.of(target)
            if not found:
                return False
            pending += ((read, hops - 1) for read in found)
    return True


def _read_by_people(node: ast.AST, index: NodeIndex) -> bool | list[ast.Name]:
    """Whether a text ends in a log or the like; the names that it is assigned to, if that tells."""
    in_text = isinstance(node, (ast.JoinedStr, ast.BinOp))
    while True:
        parent = index.parents.get(node)
        if isinstance(parent, ast.Call):
            if parent.func is node:
                return False
            if is_log_call(parent, index):
                return True
            if isinstance(index.parents.get(parent), ast.Raise) and in_text:
                return True
            is_format = isinstance(parent.func, ast.Attribute) and parent.func.attr in ("format", "join")
            if not is_format and not index.means(parent.func).among(_KEEPS):
                return False
            in_text = in_text or is_format
        elif isinstance(parent, (ast.JoinedStr, ast.FormattedValue, ast.BinOp)):
            in_text = in_text or isinstance(parent, (ast.JoinedStr, ast.BinOp))
        elif isinstance(parent, (ast.Assign, ast.AnnAssign)):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            names = [target for target in targets if isinstance(target, ast.Name)]
            if len(names) < len(targets) or any(index.class_of(name) is not None for name in names):
                return False
            return names
        elif isinstance(parent, ast.Return):
            function = index.function_of(parent)
            return function is not None and function.name in ("__repr__", "__str__")
        elif isinstance(parent, ast.IfExp):
            if parent.test is node:
                return False
        elif not isinstance(parent, (ast.keyword, ast.Dict, ast.Tuple, ast.List, ast.BoolOp, ast.Starred)):
            return False
        node = parent


def is_log_call(call: ast.Call, index: NodeIndex) -> bool:
    """Whether a call writes what people read: a log, the screen, a warning, a ``repr``."""
    function = call.func
    name = last_name(function)
    if isinstance(function, ast.Name):
        meaning = index.means(function)
        if meaning.definitions:
            return False
        return name in _PRINTS if not meaning.dotted else not meaning.words.isdisjoint(_PRINTS)
    if not isinstance(function, ast.Attribute):
        return False
    base = function.value
    owner = last_name(base.func if isinstance(base, ast.Call) else base)
    if name in _LOGS:
        return _LOGGER.search(owner) is not None or owner == "warnings" or _is_log_factory(base)
    if name in ("print", "echo", "secho", "pprint"):
        return True
    return name == "write" and owner in ("stdout", "stderr")


def _is_log_factory(base: ast.expr) -> bool:
    return isinstance(base, ast.Call) and last_name(base.func) in ("getLogger", "get_logger", "opt")
