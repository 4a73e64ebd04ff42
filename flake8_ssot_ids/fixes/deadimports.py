"""Imports of an id source that lose their last use with a fix."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence, Set

from flake8_ssot_ids.fixes.edits.importnames import Import, top_imports
from flake8_ssot_ids.fixes.edits.imports import whole_statement
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.fixes.evidence.texts import names_in_text
from flake8_ssot_ids.fixes.verdicts import Change
from flake8_ssot_ids.uuids import catalog

Function = ast.FunctionDef | ast.AsyncFunctionDef
Dead = Sequence[tuple[Import, ast.alias]]


def dead_imports(changes: Sequence[Change], state: FileState) -> list[tuple[Import, ast.alias]]:
    """The imports of the sources that nothing needs any more after the changes.

    Not those of a package's ``__init__``, which may be there for others, nor what a text names or a test
    replaces, nor what another module imports from here.
    """
    inside: set[ast.AST] = set()
    for change in changes:
        roots: list[ast.AST] = [written.node for written in change.written]
        if change.triple is not None:
            roots += change.triple.plain
        for root in roots:
            inside.update(ast.walk(root))
    names = {node.id for node in inside if isinstance(node, ast.Name)}
    references = [use.reference for use in state.uses if use.reference in inside]
    found = []
    near = state.mentions.near_any(frozenset(names)) if names else []
    # What stands in a text is read in a text, wherever that is written.
    kept = _outside(near, inside) | names_in_text(near, state.text)
    if not state.path.replace("\\", "/").endswith("/__init__.py"):
        for statement, alias in top_imports(state.tree):
            name = _bound(alias)
            if (
                name in names
                and (_is_module(statement, alias) or _handed_on(alias, references))
                and name not in kept
                and not state.readers.wants(state.path, name)
            ):
                found.append((statement, alias))
    for function, statement in _local_imports(state):
        for alias in statement.names:
            name = _bound(alias)
            if (
                name in names
                and _is_module(statement, alias)
                and name not in _outside(ast.walk(function), inside)
            ):
                found.append((statement, alias))
    dead = {alias for _, alias in found}
    may_go = {statement: _can_go(statement, dead, state) for statement, _ in found}
    return [(statement, alias) for statement, alias in found if may_go[statement]]


def _can_go(statement: Import, dead: Set[ast.alias], state: FileState) -> bool:
    """Whether the statement can lose its dead names in the text, too."""
    return not set(statement.names) <= dead or whole_statement(state.module, statement) is not None


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _is_module(statement: Import, alias: ast.alias) -> bool:
    """Whether this imports the module ``uuid``, or something of it."""
    if isinstance(statement, ast.ImportFrom):
        return statement.level == 0 and statement.module == catalog.MODULE and alias.name != "*"
    return alias.name == catalog.MODULE


def _handed_on(alias: ast.alias, references: Sequence[ast.expr]) -> bool:
    """Whether one of the references reads what ``alias`` binds as the module ``uuid`` or a source of it.

    Not ``ids.uuid4`` after ``from app import ids``, which is imported for more.
    """
    name = _bound(alias)
    for node in references:
        if isinstance(node, ast.Name) and node.id == name:
            return True
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
            return alias.name == catalog.MODULE
    return False


def _outside(nodes: Iterable[ast.AST], inside: set[ast.AST]) -> set[str]:
    """The names that something reads or binds that does not go away, apart from imports."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name) and node not in inside:
            found.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
    return found


def _local_imports(state: FileState) -> Iterator[tuple[Function, Import]]:
    """The imports of the sources that stand directly in the body of a function, beside something else."""
    for node in state.mentions.near(catalog.MODULE):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(node.body) > 1:
            for statement in node.body:
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    yield node, statement
