"""Imports of an id source that lose their last use with a fix."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from flake8_ssot_ids.fixes.edits.importnames import Import, top_imports
from flake8_ssot_ids.fixes.edits.imports import whole_statement
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.fixes.verdicts import Change
from flake8_ssot_ids.uuids import catalog

Function = ast.FunctionDef | ast.AsyncFunctionDef
#: What finds a name by its text.
_BY_TEXT = re.compile(
    r"\bglobals\(\)|\bvars\(|\blocals\(\)|\beval\(|\bexec\(|sys\.modules\[__name__\]|__dict__"
)
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
    if not state.path.replace("\\", "/").endswith("/__init__.py"):
        for statement, alias in top_imports(state.tree):
            name = _bound(alias)
            if (
                name in names
                and (_is_module(statement, alias) or _handed_on(alias, references))
                and _all_in(state.mentions.near(name), name, inside)
                and not _is_named_in_text(state, name)
                and not state.readers.wants(state.path, name)
            ):
                found.append((statement, alias))
    for function, statement in _local_imports(state):
        for alias in statement.names:
            name = _bound(alias)
            if (
                name in names
                and _is_module(statement, alias)
                and _all_in([*ast.walk(function)], name, inside)
            ):
                found.append((statement, alias))
    return [(statement, alias) for statement, alias in found if _can_go(statement, found, state)]


def _can_go(statement: Import, dead: Dead, state: FileState) -> bool:
    """Whether the statement can lose its dead names in the text, too."""
    left = any(all(alias is not one for _, one in dead) for alias in statement.names)
    return left or whole_statement(state.module, statement) is not None


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


def _all_in(nodes: Sequence[ast.AST], name: str, inside: set[ast.AST]) -> bool:
    """Whether all that reads or binds ``name``, apart from imports, goes away."""
    for node in nodes:
        if isinstance(node, ast.Name) and node.id == name and node not in inside:
            return False
        if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
            return False
    return True


def _local_imports(state: FileState) -> Iterator[tuple[Function, Import]]:
    """The imports of the sources that stand directly in the body of a function, beside something else."""
    for node in state.mentions.near(catalog.MODULE):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(node.body) > 1:
            for statement in node.body:
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    yield node, statement


def _is_named_in_text(state: FileState, name: str) -> bool:
    """Whether a text that Python reads names ``name``: a forward reference, ``__all__``, a doctest, ``globals``."""
    escaped = re.escape(name)
    if re.search(rf"#\s*type:.*\b{escaped}\b", state.text):
        return True
    if re.search(rf"^\s*(?:>>>|\.\.\.).*\b{escaped}\b", state.text, re.MULTILINE):
        return True
    if re.search(rf"[\"']{escaped}[\"']", state.text) and _BY_TEXT.search(state.text):
        return True
    # Whatever the text is for: one that reads the name may be run.
    if re.search(rf"[\"'\[,| ]{escaped}\.\w", state.text) and _in_string(state, rf"(?<![\w.]){escaped}\.\w"):
        return True
    word = re.compile(rf"\b{escaped}\b")
    pending: list[ast.AST] = []
    for node in state.mentions.near(name):
        annotation = getattr(node, "annotation", None)
        if isinstance(annotation, ast.expr):
            pending.append(annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            pending.append(node.returns)
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Name) and one.id == "__all__" for one in targets):
                pending.append(node.value)
        elif isinstance(node, ast.Subscript):
            pending.append(node.slice)
        elif isinstance(node, ast.Call):
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if (
                called in ("cast", "TypeVar", "NewType", "get_type_hints")
                or getattr(getattr(function, "value", None), "id", "") == "__all__"
            ):
                pending += [*node.args, *(keyword.value for keyword in node.keywords)]
    return any(
        isinstance(inner, ast.Constant) and isinstance(inner.value, str) and word.search(inner.value)
        for part in pending
        for inner in ast.walk(part)
    )


def _in_string(state: FileState, pattern: str) -> bool:
    """Whether a literal text that is no docstring matches a pattern."""
    sought = re.compile(pattern)
    documents = {
        holder.body[0].value
        for holder in ast.walk(state.tree)
        if isinstance(holder, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and holder.body
        and isinstance(holder.body[0], ast.Expr)
    }
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in documents
        and sought.search(node.value)
        for node in ast.walk(state.tree)
    )
