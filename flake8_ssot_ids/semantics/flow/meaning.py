"""What names and callables mean in one module, as the name engine answers it for who follows values."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from flake8_ssot_ids.semantics.module.allnames import AllNames
from flake8_ssot_ids.semantics.module.parents import Parents
from flake8_ssot_ids.semantics.module.values import names_among

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
Found = TypeVar("Found")

_WITH_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_BUILTIN = "builtins."
_BUILTINS = frozenset(dir(builtins))
#: What a name may be that nothing in sight binds: a star import may, or whoever runs the text.
_WELL_KNOWN = {
    name.rpartition(".")[2]: name
    for name in (
        *("uuid.UUID", "typing.cast", "typing.NewType", "functools.partial", "functools.cached_property"),
        *("copy.copy", "copy.deepcopy", "contextlib.contextmanager", "contextlib.asynccontextmanager"),
        *("re.match", "re.fullmatch", "re.search", "binascii.unhexlify", "os.getenv"),
    )
}
_PYDANTIC = re.compile(r"(?:pydantic|pydantic_core)(?:\.\w+)*\.UUID[1-8]")


def words(text: str) -> frozenset[str]:
    """The words of ``text``."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an expression may stand for.

    ``dotted`` are names from elsewhere, builtins among them, ``words`` their last parts; ``definitions`` the
    functions and classes of this module, in source order. By ``keys`` tables of callables are asked, the
    surest first: a dotted name; ``*name`` for what is called so wherever it comes from, builtins apart;
    ``.name`` for a method of an object that nothing is known of.
    """

    dotted: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    definitions: tuple[Definition, ...] = ()
    keys: tuple[str, ...] = ()

    def among(self, names: frozenset[str]) -> bool:
        """Whether one of its keys is among the names."""
        return not names.isdisjoint(self.keys)

    def without(self, others: Iterable[Meaning]) -> Meaning:
        """What is left of it besides ``others``."""
        dotted, definitions = set(self.dotted), dict.fromkeys(self.definitions)
        for other in others:
            dotted -= other.dotted
            for one in other.definitions:
                definitions.pop(one, None)
        return _meaning(frozenset(dotted), tuple(definitions))

    def entry(self, table: Mapping[str, Found]) -> Found | None:
        """What a table says of it."""
        return next((table[key] for key in self.keys if key in table), None)


def _meaning(dotted: frozenset[str], definitions: tuple[Definition, ...]) -> Meaning:
    words = frozenset(name.rpartition(".")[2] for name in dotted)
    return Meaning(dotted, words, definitions, tuple(_keys(dotted)))


class Meanings:
    """Asks the name engine about one module; an answer is given once.

    Args:
        parents: the parent of each node.
        names: makes the engine when it is first asked.
    """

    def __init__(self, parents: Parents, names: Callable[[], AllNames]) -> None:
        self._parents = parents
        self._make = names
        self._known: dict[ast.AST, Meaning] = {}
        self._quoted: dict[ast.Constant, ast.expr | None] = {}

    @cached_property
    def engine(self) -> AllNames:
        """The name engine."""
        return self._make()

    def of(self, node: ast.AST | None) -> Meaning:
        """What an expression may stand for."""
        if not isinstance(node, ast.expr):
            return Meaning()
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = self._of(node)
        return known

    def _of(self, node: ast.expr) -> Meaning:
        base = node
        while isinstance(base, ast.Attribute):
            base = base.value
        if isinstance(base, ast.Name):
            self.engine.stands_in(base, self._around(base))
        values = self.engine.resolve(node)
        if not values and isinstance(node, ast.Attribute):
            return Meaning(words=frozenset({node.attr}), keys=(f".{node.attr}", f"*{node.attr}"))
        found = {one for value in values if (one := self.engine.definition(value)) is not None}
        dotted = frozenset(name.removeprefix(".").replace(":", "") for name in names_among(values))
        return _meaning(dotted, tuple(sorted(found, key=lambda one: (one.lineno, one.col_offset))))

    def _around(self, node: ast.AST) -> ast.AST | None:
        """The function or class in whose scope an annotation, a default or a decorator is looked up."""
        parent = self._parents.get(node)
        while parent is not None:
            if isinstance(parent, _WITH_SCOPE) and not _is_before(node, parent):
                return parent
            node, parent = parent, self._parents.get(parent)
        return None

    def quoted(self, text: ast.Constant) -> ast.expr | None:
        """The expression of an annotation that is written as text; None where that is no expression."""
        if text not in self._quoted:
            found = self._quoted[text] = _parsed(text.value)
            if found is not None:
                self._parents[found] = text
                for node in ast.walk(found):
                    for child in ast.iter_child_nodes(node):
                        self._parents[child] = node
        return self._quoted[text]

    def is_uuid_class(self, node: ast.AST | None) -> bool:
        """Whether an expression is the class ``uuid.UUID``, one of pydantic's for it, or inherits from it."""
        pending: list[ast.AST | None] = [node]
        seen: set[Definition] = set()
        while pending:
            meaning = self.of(pending.pop())
            if "uuid.UUID" in meaning.keys:
                return True
            if any(_PYDANTIC.fullmatch(name) for name in meaning.dotted if "UUID" in name):
                return True
            for found in meaning.definitions:
                if isinstance(found, ast.ClassDef) and found not in seen:
                    seen.add(found)
                    pending += found.bases
        return False


def _is_before(node: ast.AST, scope: ast.AST) -> bool:
    """Whether a child of a function or class is evaluated outside of its scope."""
    if isinstance(scope, ast.ClassDef):
        return isinstance(node, (ast.expr, ast.keyword))
    return isinstance(node, (ast.arguments, ast.expr)) and node is not getattr(scope, "body", None)


def _keys(dotted: Iterable[str]) -> Iterable[str]:
    for name in sorted(dotted):
        plain = name.removeprefix(_BUILTIN)
        last = plain.rpartition(".")[2]
        if plain == name:
            yield name
        elif plain.partition(".")[0] in _BUILTINS:
            yield name
            continue
        else:
            yield from (plain, _WELL_KNOWN.get(plain, plain))
        yield f"*{last}"


def _parsed(text: object) -> ast.expr | None:
    try:
        return ast.parse(str(text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # A forward reference that no type checker could read either.
        return None
