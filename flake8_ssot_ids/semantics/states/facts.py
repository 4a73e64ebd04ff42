"""What a name may hold, as a set of four facts, and what the form of code tells of it."""

from __future__ import annotations

import ast

from flake8_ssot_ids.semantics.module.syntax import called_name

#: What may be there; a set of these as bits. Nothing at all: no execution comes there.
UNBOUND, NONE, USELESS, GOOD = 1, 2, 4, 8

#: Expressions that make a collection, a function or a truth value: no id of a user.
_DISPLAYS = (
    *(ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    *(ast.Lambda, ast.Compare),
)
#: Classes and functions whose values are no id of a user either.
_COLLECTIONS = frozenset(
    {
        "list", "dict", "set", "frozenset", "tuple", "bool", "range", "zip", "map", "filter", "enumerate",
        "reversed", "sorted", "bytearray", "slice", "type", "memoryview", "defaultdict", "OrderedDict",
        "Counter", "deque", "ChainMap",
    }
)  # fmt: skip
#: Those and the names of more in `typing` and `collections.abc`.
_ANNOTATIONS = _COLLECTIONS | {
    "List", "Dict", "Set", "FrozenSet", "Tuple", "Type", "DefaultDict", "Deque", "Sequence",
    "MutableSequence", "Iterable", "Iterator", "Generator", "AsyncIterable", "AsyncIterator",
    "AsyncGenerator", "Collection", "Coroutine", "Mapping", "MutableMapping", "AbstractSet", "MutableSet",
    "Callable", "Awaitable",
}  # fmt: skip
#: Context managers that give None to the name behind ``as``.
_GIVES_NONE = frozenset({"suppress", "nullcontext"})
#: What gives its items in pairs.
_PAIRED = frozenset({"items", "enumerate", "zip", "zip_longest", "pairwise", "product", "groupby"})


def is_useless(value: ast.expr) -> bool:
    """Whether the form of an expression says that its value is no id of a user, and not None."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, (bool, type(...)))
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.Not)
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in _COLLECTIONS
    return isinstance(value, _DISPLAYS)


def gives_pairs(values: ast.expr) -> bool:
    """Whether each item of ``values`` is a tuple: ``d.items()``, ``zip(a, b)``."""
    return isinstance(values, ast.Call) and called_name(values) in _PAIRED


def gives_none(manager: ast.expr) -> bool:
    """Whether a context manager gives None to the name behind ``as``."""
    return called_name(manager) in _GIVES_NONE


def asks_for_class(call: ast.Call) -> bool:
    """Whether a call is ``isinstance`` with a value and classes."""
    return isinstance(call.func, ast.Name) and call.func.id == "isinstance" and len(call.args) == 2


def is_collection(annotation: ast.expr | None) -> bool:
    """Whether an annotation lets in a collection, a class or a function."""
    pending = [] if annotation is None else [annotation]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                pending.append(ast.parse(node.value.strip(), mode="eval").body)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        elif isinstance(node, ast.BinOp):
            pending += (node.left, node.right)
        elif isinstance(node, ast.Subscript) and called_name(node.value) in (
            "Optional",
            "Union",
            "Annotated",
        ):
            of_all = isinstance(node.slice, ast.Tuple) and called_name(node.value) == "Union"
            first = node.slice.elts[:1] if isinstance(node.slice, ast.Tuple) else [node.slice]
            pending += node.slice.elts if of_all and isinstance(node.slice, ast.Tuple) else first
        elif called_name(node.value if isinstance(node, ast.Subscript) else node) in _ANNOTATIONS:
            return not isinstance(node, ast.Call)
    return False


def only_none(state: int) -> int:
    """What is false, or was compared with None: it may be None, whatever was expected."""
    return NONE if state & (NONE | GOOD | USELESS) else 0


def of_class(classes: ast.expr, state: int) -> int:
    """What a value that may be ``state`` may be where it is an instance of one of ``classes``."""
    found = 0
    for part in classes.elts if isinstance(classes, ast.Tuple) else [classes]:
        name = called_name(part)
        if not isinstance(part, (ast.Name, ast.Attribute)) or name == "object":
            found |= state
        elif name == "NoneType":
            found |= NONE
        else:
            found |= USELESS if name in _ANNOTATIONS else GOOD
    return found


def matched(pattern: ast.pattern, state: int) -> int:
    """What a value that may be ``state`` may be where ``pattern`` matches it."""
    if isinstance(pattern, ast.MatchSingleton):
        return NONE if pattern.value is None else USELESS
    if isinstance(pattern, (ast.MatchSequence, ast.MatchMapping, ast.MatchStar)):
        return USELESS
    if isinstance(pattern, ast.MatchClass):
        return of_class(pattern.cls, state)
    if isinstance(pattern, ast.MatchAs):
        return state if pattern.pattern is None else matched(pattern.pattern, state)
    if isinstance(pattern, ast.MatchOr):
        found = 0
        for part in pattern.patterns:
            found |= matched(part, state)
        return found
    return GOOD


def captured_values(
    pattern: ast.pattern, value: ast.expr | None
) -> list[tuple[ast.pattern, ast.expr | None]]:
    """The parts of a pattern that matches ``value``, each with the value of its own; None: not known."""
    parts = [part for part in ast.iter_child_nodes(pattern) if isinstance(part, ast.pattern)]
    given: list[ast.expr] = []
    if isinstance(pattern, (ast.MatchAs, ast.MatchOr)):
        # What stands beside `|` and before `as` matches the same value.
        given = [] if value is None else [value] * len(parts)
    elif isinstance(pattern, ast.MatchSequence) and isinstance(value, (ast.Tuple, ast.List)):
        starred = any(isinstance(part, (ast.MatchStar, ast.Starred)) for part in (*parts, *value.elts))
        given = [] if starred or len(parts) != len(value.elts) else value.elts
    return [(part, given[at] if given else None) for at, part in enumerate(parts)]
