"""From the changes of one file to its new bytes, which are trusted only after they have been verified."""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flake8_ssot_ids import catalog
from flake8_ssot_ids.fixes import imports, verify
from flake8_ssot_ids.fixes.edits import TextEdit, apply_edits, merged
from flake8_ssot_ids.fixes.recipes import Written
from flake8_ssot_ids.fixes.state import FileState, function_of, unix
from flake8_ssot_ids.fixes.verdicts import Change, RefusedError
from flake8_ssot_ids.inspection import Inspection
from flake8_ssot_ids.model import Finding, UnreadableError
from flake8_ssot_ids.source import decode, parse, reencode

Dead = Sequence[tuple[imports.Import, ast.alias]]


@dataclass(frozen=True, slots=True)
class Assembled:
    """The bytes of a file after one pass, and the findings that are gone."""

    data: bytes
    fixed: tuple[Finding, ...]


def _edit(written: Written, state: FileState) -> TextEdit:
    return located(written.node, written.text, state)


def located(node: ast.expr | ast.stmt, text: str, state: FileState) -> TextEdit:
    """The edit that puts ``text`` in the place of ``node``, where ast-grep too sees one piece of syntax.

    Raises:
        RefusedError: it sees none, so the place is not certain.
    """
    span = state.span(node)
    edit = state.document.edit(state.offsets.of(span.start), state.offsets.of(span.end), text)
    if edit is None:
        place = f"{span.start.row}:{span.start.column}-{span.end.row}:{span.end.column}"
        raise RefusedError(f"ast-grep sees no piece of syntax at {place}")
    return edit


def edits_of(change: Change, state: FileState) -> list[TextEdit]:
    """The edits of one change, without imports.

    Raises:
        RefusedError: the place of one is not certain.
    """
    edits = [_edit(written, state) for written in change.written]
    triple = change.triple
    if triple is None:
        return edits
    for statement in triple.plain:
        if statement is triple.first:
            edits.append(located(statement, change.text, state))
        else:
            located(statement, "", state)
            edits.append(_rows_out(statement, state))
    if triple.first not in triple.plain:
        row = triple.first.lineno
        line = state.lines.lines[row - 1]
        indentation = line[: len(line) - len(line.lstrip())]
        start = state.offsets.row(row)
        edits.append(TextEdit(start, start, f"{indentation}{change.text}\n"))
    return edits


def _rows_out(statement: ast.stmt, state: FileState) -> TextEdit:
    return TextEdit(
        state.offsets.row(statement.lineno),
        state.offsets.row((statement.end_lineno or statement.lineno) + 1),
        "",
    )


def import_edits(changes: Sequence[Change], dead: Dead, state: FileState) -> list[TextEdit]:
    """The edits that import what the changes need, and remove the dead imports."""

    def is_first_party(dotted: str) -> bool:
        return state.project.is_ours(dotted, state.inspection.home)

    edits = imports.removed_imports(state.module, dead)
    gone = {
        statement
        for statement, _ in dead
        if all(any(alias is one for _, one in dead) for alias in statement.names)
    }
    for change in changes:
        if not change.local:
            continue
        if imports.existing_name(state.module, state.generator.canonical, change.scope) == change.local:
            continue
        if state.generator.in_cycle:
            edit = imports.local_import(
                state.module, state.generator.dotted, change.local, function_of(change.scope) or state.tree
            )
            if edit is not None:
                edits.append(edit)
            continue
        edits.append(
            imports.added_import(
                state.module, state.generator.dotted, change.local, is_first_party, without=gone
            )
        )
    return edits


def _dead_imports(changes: Sequence[Change], state: FileState) -> list[tuple[imports.Import, ast.alias]]:
    """The imports of the module ``uuid`` whose last use goes away with the changes."""
    if state.path.replace("\\", "/").endswith("/__init__.py"):
        return []
    inside: set[ast.AST] = set()
    for change in changes:
        roots: list[ast.AST] = [written.node for written in change.written]
        if change.triple is not None:
            roots += change.triple.plain
        for root in roots:
            inside.update(ast.walk(root))
    found = []
    for statement, alias in imports.top_imports(state.tree):
        dotted = alias.name if isinstance(statement, ast.Import) else f"{statement.module}.{alias.name}"
        if dotted.partition(".")[0] != catalog.MODULE or (
            isinstance(statement, ast.ImportFrom) and statement.level
        ):
            continue
        name = alias.asname or alias.name.partition(".")[0]
        uses = [node for node in ast.walk(state.tree) if isinstance(node, ast.Name) and node.id == name]
        if (
            alias.name != "*"
            and any(node in inside for node in uses)
            and all(node in inside for node in uses)
            and not _is_named_in_text(state.tree, state.text, name)
            and not state.surroundings.wants(state.path, name)
        ):
            found.append((statement, alias))
    return found


def assemble(changes: Sequence[Change], state: FileState) -> Assembled:
    """The file after the changes, as far as they can be made together.

    Raises:
        RefusedError: the result is not to be trusted.
    """
    chosen = _apart(changes, state)
    dead = _dead_imports(chosen, state)
    try:
        edits = merged(
            [edit for change in chosen for edit in edits_of(change, state)]
            + import_edits(chosen, dead, state)
        )
        data = reencode(apply_edits(state.source.text, edits, state.offsets.newline), state.source)
    except UnicodeEncodeError:
        raise RefusedError(f"its encoding {state.source.encoding} cannot hold what was written") from None
    except ValueError as error:
        raise RefusedError(str(error)) from None
    problem = _verify(chosen, dead, data, state)
    if problem is not None:
        raise RefusedError(problem)
    return Assembled(data, tuple(item for change in chosen for item in change.findings))


def _verify(changes: Sequence[Change], dead: Dead, data: bytes, state: FileState) -> str | None:
    """Why the new file is not to be trusted; None if it is."""
    try:
        tree = parse(data)
        text = unix(decode(data).text)
    except UnreadableError as error:
        return f"the result does not parse: line {error.row}: {error}"
    replaced: dict[ast.AST, str] = {
        written.node: written.text for change in changes for written in change.written
    }
    contexts = [change for change in changes if change.triple is not None]
    removed = {
        statement for change in contexts if change.triple is not None for statement in change.triple.plain
    }
    problem = verify.difference(state.tree, tree, replaced, [change.text for change in contexts], removed)
    if problem is not None:
        return f"the result differs where nothing was meant to change: {problem}"
    added = _bindings_added(changes, state)
    gone = [verify.binding(*_binding_of(statement, alias)) for statement, alias in dead]
    problem = verify.changed_imports(state.tree, tree, added, gone)
    if problem is not None:
        return problem
    names = Inspection(tree, text, state.path, state.policy, state.project, []).names
    wanted = {node.id for change in changes for node in _names_in(change) if not hasattr(builtins, node.id)}
    wanted |= {alias.asname or alias.name.partition(".")[0] for _, alias in dead}
    before = Counter(name for name, _ in verify.unbound(state.inspection.names, wanted))
    for name, row in verify.unbound(names, wanted):
        before[name] -= 1
        if before[name] < 0:
            return f"`{name}` may be undefined in line {row}"
    after = state.check(tree, text, state.project.words_for(state.path, data))
    fixed = [item for change in changes for item in change.findings]
    rewritten = [state.span(node) for node in replaced if isinstance(node, ast.expr | ast.stmt)]
    for item in verify.unexpected(state.findings, after, fixed, rewritten):
        return f"line {item.span.start.row}: {item.code} is there after the edits"
    return None


def _bindings_added(changes: Sequence[Change], state: FileState) -> list[str]:
    """The imports that the changes bring, once a module or once a function."""
    found: dict[object, str] = {}
    for change in changes:
        if not change.local:
            continue
        if imports.existing_name(state.module, state.generator.canonical, change.scope) == change.local:
            continue
        place = function_of(change.scope) if state.generator.in_cycle else None
        found[place, change.local] = verify.binding(state.generator.dotted, change.local)
    return [*found.values()]


def _apart(changes: Sequence[Change], state: FileState) -> list[Change]:
    """The changes that can be made together; one within another waits for the next pass."""
    kept: list[Change] = []
    taken: list[tuple[int, int]] = []
    placed = [(edits_of(change, state), change) for change in changes]
    placed.sort(key=lambda pair: min((edit.start, -edit.end) for edit in pair[0]))
    for edits, change in placed:
        spans = [(edit.start, edit.end) for edit in edits if edit.start < edit.end]
        if any(start < end_ and start_ < end for start_, end_ in taken for start, end in spans):
            continue
        taken += spans
        kept.append(change)
    return kept


def _names_in(change: Change) -> Iterable[ast.Name]:
    texts = [written.text for written in change.written]
    if change.triple is not None:
        texts.append(change.text)
    for text in texts:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Name):
                yield node


def _binding_of(statement: imports.Import, alias: ast.alias) -> tuple[str, str]:
    local = alias.asname or alias.name
    if isinstance(statement, ast.Import):
        return alias.name, local
    return f"{statement.module}.{alias.name}", local


def _is_named_in_text(tree: ast.Module, text: str, name: str) -> bool:
    """Whether a string annotation, ``__all__`` or a type comment names ``name``."""
    if re.search(rf"#\s*type:.*\b{re.escape(name)}\b", text):
        return True
    word = re.compile(rf"\b{re.escape(name)}\b")
    pending: list[ast.AST] = []
    for node in ast.walk(tree):
        annotation = getattr(node, "annotation", None)
        if isinstance(annotation, ast.expr):
            pending.append(annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            pending.append(node.returns)
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Name) and one.id == "__all__" for one in targets):
                pending.append(node.value)
        elif isinstance(node, ast.Call):
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if called in ("cast", "TypeVar", "NewType", "get_type_hints"):
                pending += node.args
    return any(
        isinstance(inner, ast.Constant) and isinstance(inner.value, str) and word.search(inner.value)
        for part in pending
        for inner in ast.walk(part)
    )
