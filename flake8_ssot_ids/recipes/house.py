"""The recipes of a house: where their patterns match, and what is to be written there.

ast-grep finds the places; only those count where Python's own parser sees an expression, or an assignment or
return, at exactly that range, in executed code. Nothing that is merely written to counts, nor annotations.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flake8_ssot_ids.findings.engine import span_of
from flake8_ssot_ids.ids.inspection import Inspection
from flake8_ssot_ids.ids.roles import role_of, snake
from flake8_ssot_ids.model import Problem
from flake8_ssot_ids.policy import metavariables
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import Recipe
from flake8_ssot_ids.recipes.astgrep import Document, PatternError
from flake8_ssot_ids.recipes.filling import fill
from flake8_ssot_ids.rules.codes import HOUSE_RECIPE
from flake8_ssot_ids.rules.rule import Hit
from flake8_ssot_ids.semantics.module.scopes import Scope
from flake8_ssot_ids.semantics.module.syntax import join_symbol
from flake8_ssot_ids.source.edits import Offsets
from flake8_ssot_ids.source.sourcefile import Lines
from flake8_ssot_ids.uuids.prefilter import is_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

_STATEMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return)
_WIDEST = 120


@dataclass(frozen=True, slots=True)
class HouseMatch:
    """A place that a recipe speaks of.

    ``text`` is what to write; None where the pieces cannot be put into the rewrite. ``scope`` is None where
    no name is looked up.
    """

    node: ast.expr | ast.stmt
    recipe: Recipe
    pieces: Mapping[str, str]
    text: str | None
    symbol: str
    role: str | None
    scope: Scope | None


class House:
    """Finds the places for a policy's recipes. The first recipe that fits a place has it."""

    def __init__(self, recipes: Sequence[Recipe]) -> None:
        self._recipes = recipes
        self._words = [
            [re.compile(rb"\b%b\b" % word) for word in sorted(metavariables.words_of(recipe.pattern))]
            for recipe in recipes
        ]

    def may_find(self, data: bytes) -> bool:
        """Whether a recipe may match in a file with these bytes."""
        return not is_plain(data) or any(all(word.search(data) for word in words) for words in self._words)

    def __call__(self, inspection: Inspection) -> Iterator[Hit]:
        """A hit for each match."""
        for match in self.matches(inspection):
            yield Hit(match.node, _message(match), match.symbol, role=match.role)

    def matches(self, inspection: Inspection) -> list[HouseMatch]:
        """All places in a module that a recipe speaks of, those of the first recipe first."""
        document = Document(inspection.text)
        found = [(recipe, match) for recipe in self._recipes for match in document.matches(recipe.pattern)]
        if not found:
            return []
        places = _places(inspection, {(match.start, match.end) for _, match in found})
        taken: dict[ast.AST, HouseMatch] = {}
        for recipe, match in found:
            node = places.get((match.start, match.end))
            if node is None or node in taken:
                continue
            scope, symbol = _scope_of(node, inspection)
            value = node.value if isinstance(node, _STATEMENTS) else node
            assert value is not None, ast.dump(node)
            role, _ = role_of(value, inspection.names.flow.parents, symbol)
            if recipe.where is not None and role != snake(recipe.where):
                continue
            pieces = {name: document.piece(*place) for name, place in match.bound.items()}
            text = fill(recipe.rewrite, pieces)
            taken[node] = HouseMatch(node, recipe, pieces, text, symbol, role, scope)
        return [*taken.values()]


def house_of(policy: Policy) -> House | None:
    """What finds the places for the policy's recipes; None where there are none, or nobody asks for them."""
    if not policy.recipes or not policy.selected(HOUSE_RECIPE):
        return None
    return _house(policy.recipes)


@lru_cache(maxsize=16)
def _house(recipes: tuple[Recipe, ...]) -> House:
    return House(recipes)


def _message(match: HouseMatch) -> str:
    if match.text is None:
        rewrite = " ".join(match.recipe.rewrite.split())
        return f"a recipe of this house applies here, but cannot be filled in: write it like `{rewrite}`"
    text = " ".join(match.text.split())
    if len(text) > _WIDEST:
        text = f"{text[:_WIDEST]}…"
    return f"a recipe of this house replaces this: write `{text}`"


def _places(
    inspection: Inspection, wanted: set[tuple[int, int]]
) -> dict[tuple[int, int], ast.expr | ast.stmt]:
    """The syntax at each range that is wanted: the outermost expression, else a statement."""
    parents = inspection.names.flow.parents
    lines, offsets = Lines(inspection.text), Offsets(inspection.text)
    rows = {offsets.position(start).row for start, _ in wanted}
    found: dict[tuple[int, int], ast.expr | ast.stmt] = {}
    # Before Python 3.12, what stands in an f-string has a place of its own only for us.
    pending: list[tuple[ast.AST, bool]] = [(inspection.tree, False)]
    while pending:
        node, in_text = pending.pop()
        in_text = in_text or isinstance(node, ast.JoinedStr)
        pending += ((child, in_text) for child in ast.iter_child_nodes(node))
        if not (_is_read(node, parents) and (in_text or node.lineno in rows)):
            continue
        span = span_of(node, parents, lines)
        place = offsets.of(span.start), offsets.of(span.end)
        if place in wanted and not isinstance(found.get(place), ast.expr):
            found[place] = node
    return found


def _is_read(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> TypeGuard[ast.expr | ast.stmt]:
    """Whether ``node`` is executed code whose value counts."""
    if isinstance(node, ast.expr):
        return node in parents and isinstance(getattr(node, "ctx", None), ast.Load | None)
    return isinstance(node, _STATEMENTS) and node.value in parents


def _scope_of(node: ast.AST, inspection: Inspection) -> tuple[Scope | None, str]:
    """The scope that the names of ``node`` are looked up in, and the symbol around it."""
    parents = inspection.names.flow.parents
    current: ast.AST | None = node
    while current is not None:
        for inner in ast.walk(current):
            if isinstance(inner, ast.Name | ast.Attribute):
                place = inspection.names.place(inner)
                if place is not None:
                    return place.scope, place.scope.symbol
        if isinstance(current, ast.stmt):
            break
        current = parents.get(current)
    symbol = _symbol(inspection.tree, current or node)
    return (None if symbol else inspection.names.flow.module), symbol


def _symbol(tree: ast.Module, statement: ast.AST) -> str:
    """The qualified name of what ``statement``, in which no name stands, stands in."""
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    while pending:
        node, symbol = pending.pop()
        if node is statement:
            return symbol
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            symbol = join_symbol(symbol, node.name)
        pending += ((child, symbol) for child in ast.iter_child_nodes(node))
    return ""


def problems_of(recipes: Sequence[Recipe]) -> list[Problem]:
    """What ast-grep has against recipes whose syntax is Python: what it cannot find, or finds for ever."""
    found = []
    for at, recipe in enumerate(recipes):
        key = f"recipes[{at}]"
        pattern = metavariables.as_python(recipe.pattern).strip()
        rewrite = metavariables.as_python(recipe.rewrite).strip()
        try:
            itself = Document(pattern).matches(recipe.pattern)
            again = Document(rewrite).matches(recipe.pattern)
        except PatternError as error:
            found.append(Problem(f"{key}.pattern", f"ast-grep cannot search for it: {error}"))
            continue
        if not any((match.start, match.end) == (0, len(pattern)) for match in itself):
            found.append(Problem(f"{key}.pattern", "ast-grep never finds it", "try a simpler one"))
        elif again and recipe.where is None and recipe.level != "manual":
            found.append(Problem(f"{key}.rewrite", "the pattern matches it again", "it would never be done"))
    return found
