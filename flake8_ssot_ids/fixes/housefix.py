"""What is written for the recipes of a house: as the house says, where that can be trusted."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flake8_ssot_ids.fixes.edits.quotes import inner_quote
from flake8_ssot_ids.fixes.evidence.reasons import of_sink
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.fixes.verdicts import Name
from flake8_ssot_ids.ids.decision import Written
from flake8_ssot_ids.ids.purpose import Reason
from flake8_ssot_ids.model import Finding, SafetyLevel
from flake8_ssot_ids.policy import metavariables
from flake8_ssot_ids.recipes.filling import fill
from flake8_ssot_ids.recipes.house import HouseMatch, house_of
from flake8_ssot_ids.rules.codes import HOUSE_RECIPE
from flake8_ssot_ids.semantics.module.scopes import CLASS, COMPREHENSION, Scope

#: What has brackets of its own, or binds closer than anything around it.
_CLOSED = (
    ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.List, ast.ListComp,
)  # fmt: skip
#: Gives the generator's name at a place, or why it cannot be imported there.
LocalName = Callable[[Scope, ast.stmt], Name | Reason]


@dataclass(frozen=True, slots=True)
class HouseFix:
    """What to write for one finding; ``name`` is the generator's, empty where it is not needed."""

    finding: Finding
    written: Written
    level: SafetyLevel
    scope: Scope
    name: Name


def house_fixes(
    state: FileState, wanted: Callable[[Finding], bool], local_name: LocalName
) -> Iterator[HouseFix | tuple[Finding, Reason]]:
    """What to write for each finding of a recipe that is wanted, or why not."""
    chosen = [item for item in state.findings if item.code == HOUSE_RECIPE and wanted(item)]
    house = house_of(state.policy) if chosen else None
    if house is None:
        return
    by_place = {state.span(match.node): match for match in house.matches(state.inspection)}
    for item in chosen:
        match = by_place[item.span]
        fix = _fix(item, match, state, local_name)
        yield (item, fix) if isinstance(fix, Reason) else fix


def _fix(item: Finding, match: HouseMatch, state: FileState, local_name: LocalName) -> HouseFix | Reason:
    recipe = match.recipe
    if match.text is None:
        return Reason("not-filled", "the pieces cannot be put into the rewrite")
    if recipe.level == "manual":
        return Reason("house", f"the house wants a person to write `{match.text}`")
    if match.scope is None:
        return Reason("not-filled", "no name stands here that tells what is bound")
    if recipe.level == "unsafe":
        # The house says that the value becomes another one.
        value = getattr(match.node, "value", None) if isinstance(match.node, ast.stmt) else match.node
        sinks = state.inspection.flow.sinks(value) if isinstance(value, ast.expr) else []
        if sinks:
            return of_sink(sinks[0])
    text, name = match.text, Name("", imported=True)
    own = _own_names(recipe.rewrite)
    owner = next((one for one in own if one in _generators(state)), None)
    if owner is not None and owner == state.generator.dotted.rpartition(".")[2]:
        found = local_name(match.scope, _statement_of(match.node, state))
        if isinstance(found, Reason):
            return found
        name = found
        if name.local != owner:
            text = fill(_renamed(recipe.rewrite, owner, name.local), match.pieces) or text
        problem = state.generator.offer.problem(text, name.local)
        if problem is not None:
            return Reason("no-such-call", problem)
        own = [one for one in own if one != owner]
    missing = next((one for one in own if not _is_visible(one, match.scope)), None)
    if missing is not None:
        return Reason("unbound-name", f"`{missing}` of the rewrite is not bound here")
    placed = _placed(text, match.node, state)
    if isinstance(placed, Reason):
        return placed
    return HouseFix(item, Written(match.node, placed), recipe.level, match.scope, name)


def _statement_of(node: ast.expr | ast.stmt, state: FileState) -> ast.stmt:
    current: ast.AST = node
    while not isinstance(current, ast.stmt):
        current = state.parents[current]
    return current


def _generators(state: FileState) -> set[str]:
    return {dotted.rpartition(".")[2] for dotted in state.policy.generators}


def _own_names(rewrite: str) -> list[str]:
    """The names that the rewrite itself looks up, in order; those that it binds are not among them."""
    names = [node for node in ast.walk(metavariables.syntax(rewrite)) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(metavariables.syntax(rewrite)) if isinstance(node, ast.arg)}
    found = (node.id for node in names if node.id not in bound and metavariables.is_name(node.id) is None)
    return [*dict.fromkeys(found)]


def _renamed(rewrite: str, old: str, new: str) -> str:
    """``rewrite`` with the name ``old`` called ``new``."""
    python = metavariables.as_python(rewrite).strip()
    rows = python.split("\n")
    names = [node for node in ast.walk(ast.parse(python)) if isinstance(node, ast.Name) and node.id == old]
    for node in sorted(names, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        row = rows[node.lineno - 1].encode()
        row = row[: node.col_offset] + new.encode() + row[node.end_col_offset :]
        rows[node.lineno - 1] = row.decode()
    return metavariables.as_rewrite("\n".join(rows))


def _is_visible(name: str, scope: Scope) -> bool:
    """Whether ``name`` is bound somewhere in ``scope`` or around it.

    When it is bound, is asked of the file as it is after all edits.
    """
    if hasattr(builtins, name):
        return True
    current: Scope | None = scope
    innermost = True
    while current is not None:
        if (innermost or current.kind is not CLASS) and name in current.bound:
            return True
        innermost = innermost and current.kind is COMPREHENSION
        current = current.parent
    return False


def _placed(text: str, node: ast.expr | ast.stmt, state: FileState) -> str | Reason:
    """``text`` as it can stand in the place of ``node``: in parentheses, with other quotes."""
    if isinstance(node, ast.stmt):
        return text
    parents = state.parents
    parent = parents.get(node)
    inside: ast.AST | None = parent
    while inside is not None and not isinstance(inside, ast.stmt | ast.JoinedStr):
        inside = parents.get(inside)
    new = ast.parse(text, mode="eval").body
    displays = ast.List | ast.Set | ast.ListComp | ast.SetComp
    alone = isinstance(parent, ast.stmt | ast.keyword | displays) or (
        isinstance(parent, ast.Call) and node in parent.args
    )
    in_brackets = isinstance(parent, ast.keyword | ast.Call)
    loose = isinstance(new, ast.Yield | ast.YieldFrom | ast.NamedExpr | ast.GeneratorExp)
    if not isinstance(new, _CLOSED) and (
        not alone or loose or ("\n" in text and not in_brackets) or isinstance(inside, ast.JoinedStr)
    ):
        text = f"({text})"
    if isinstance(inside, ast.JoinedStr):
        return _in_text(text, new, inner_quote(node, state.span(node), parents, state.lines), node)
    return text


def _in_text(text: str, new: ast.expr, quote: str, node: ast.expr) -> str | Reason:
    """``text`` within an f-string, as Python 3.11 reads it."""
    other = {"'": '"', '"': "'"}.get(quote, "")
    if other and other in text and quote not in text:
        turned = text.replace(other, quote)
        if ast.dump(ast.parse(turned, mode="eval").body) == ast.dump(new):
            text = turned
    if (
        "\\" in text
        or "\n" in text
        or "#" in text
        or (other in text if other else "'" in text or '"' in text)
    ):
        return Reason(
            "f-string", "it cannot be written inside this text in a way that Python 3.11 reads", node
        )
    return text


def with_covered(fix: HouseFix, findings: list[Finding]) -> tuple[Finding, ...]:
    """The finding of a recipe, and those of raw ids within what it replaces."""
    span = fix.finding.span
    inner = [one for one in findings if span.start <= one.span.start and one.span.end <= span.end]
    return (fix.finding, *inner)
