"""From the changes of one file to its new bytes, which are trusted only after they have been verified."""

from __future__ import annotations

import ast
import builtins
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from flake8_ssot_ids.fixes.deadimports import Dead, dead_imports
from flake8_ssot_ids.fixes.edits import imports, verify
from flake8_ssot_ids.fixes.edits.importnames import Import, function_of
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.fixes.verdicts import Change, RefusedError, Verdict
from flake8_ssot_ids.ids.decision import UUID, Written
from flake8_ssot_ids.model import Finding, UnreadableError
from flake8_ssot_ids.source.edits import TextEdit, apply_edits, merged
from flake8_ssot_ids.source.sourcefile import reencode


@dataclass(frozen=True, slots=True)
class Assembled:
    """A file after one pass, and what was made of the findings that are gone."""

    state: FileState
    verdicts: tuple[Verdict, ...]

    @property
    def fixed(self) -> tuple[Finding, ...]:
        """The findings that are gone."""
        return tuple(verdict.finding for verdict in self.verdicts)


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


def _import(local: str, gone: Collection[Import], state: FileState) -> TextEdit:
    """The edit that imports the generator as ``local`` at the top, where the imports ``gone`` go away."""

    def is_first_party(dotted: str) -> bool:
        return state.project.is_ours(dotted, state.inspection.home)

    return imports.added_import(state.module, state.generator.dotted, local, is_first_party, without=gone)


def import_edits(changes: Sequence[Change], dead: Dead, state: FileState) -> list[TextEdit]:
    """The edits that import what the changes need, and remove the dead imports."""
    edits: list[TextEdit] = []
    lost = {alias for _, alias in dead}
    gone = {statement for statement in {one for one, _ in dead} if lost.issuperset(statement.names)}
    for change in changes:
        if change.imported:
            continue
        if state.generator.in_cycle:
            edit = imports.local_import(
                state.module, state.generator.dotted, change.local, function_of(change.scope) or state.tree
            )
            if edit is not None:
                edits.append(edit)
        elif gone:
            edits.append(_import(change.local, gone, state))
        else:
            if change.local not in state.importing:
                state.importing[change.local] = _import(change.local, (), state)
            edits.append(state.importing[change.local])
    beside = {edit.start for edit in edits}
    return edits + imports.removed_imports(state.module, dead, beside)


def assemble(changes: Sequence[Change], state: FileState) -> Assembled:
    """The file after the changes, as far as they can be made together.

    Raises:
        RefusedError: the result is not to be trusted.
    """
    chosen = _apart(changes, state)
    dead = dead_imports(chosen, state)
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
    try:
        after = state.after(data)
    except UnreadableError as error:
        raise RefusedError(f"the result does not parse: line {error.row}: {error}") from None
    problem = _verify(chosen, dead, after, state)
    if problem is not None:
        raise RefusedError(problem)
    return Assembled(after, tuple(verdict for change in chosen for verdict in change.verdicts))


def _names_needed(changes: Sequence[Change], dead: Dead) -> set[str]:
    """The names that have to be bound wherever the new file reads them."""
    wanted = {node.id for change in changes for node in _names_in(change) if not hasattr(builtins, node.id)}
    return wanted | {alias.asname or alias.name.partition(".")[0] for _, alias in dead}


def _verify(changes: Sequence[Change], dead: Dead, after: FileState, state: FileState) -> str | None:
    """Why the new file is not to be trusted; None if it is."""
    replaced: dict[ast.AST, str] = {
        written.node: written.text for change in changes for written in change.written
    }
    contexts = [change for change in changes if change.triple is not None]
    removed = {
        statement for change in contexts if change.triple is not None for statement in change.triple.plain
    }
    edited = [state.span(node) for node in (*replaced, *removed) if isinstance(node, ast.expr | ast.stmt)]
    spared = verify.SameRows(state.lines.lines, after.lines.lines, edited)
    problem = verify.difference(
        state.tree, after.tree, replaced, [change.text for change in contexts], removed, spared
    )
    if problem is not None:
        return f"the result differs where nothing was meant to change: {problem}"
    added = _bindings_added(changes, state)
    gone = [verify.binding(*_binding_of(statement, alias)) for statement, alias in dead]
    problem = verify.changed_imports(state.tree, after.tree, added, gone)
    if problem is not None:
        return problem
    wanted, package = _names_needed(changes, dead), state.inspection.home.package
    found = verify.unbound(after.tree, after.text, wanted, package)
    if found:
        before = Counter(name for name, _ in verify.unbound(state.tree, state.text, wanted, package))
        for name, row in found:
            before[name] -= 1
            if before[name] < 0:
                return f"`{name}` may be undefined in line {row}"
    fixed = [item for change in changes for item in change.findings]
    rewritten = [state.span(node) for node in replaced if isinstance(node, ast.expr | ast.stmt)]
    kept = [one.finding for change in changes for one in change.verdicts if one.decision == UUID]
    for item in verify.unexpected(state.findings, after.findings, fixed, rewritten, kept):
        return f"line {item.span.start.row}: {item.code} is there after the edits"
    return None


def _bindings_added(changes: Sequence[Change], state: FileState) -> list[str]:
    """The imports that the changes bring, once a module or once a function."""
    found: dict[object, str] = {}
    for change in changes:
        if change.imported:
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
        if any(_meets(span, taken) for span in spans):
            continue
        for span in spans:
            insort(taken, span)
        kept.append(change)
    return kept


def _meets(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    """Whether a span overlaps one of those that are taken, which are sorted and apart from each other."""
    at = bisect_left(taken, (span[1], span[1]))
    return at > 0 and taken[at - 1][1] > span[0]


def _names_in(change: Change) -> Iterable[ast.Name]:
    texts = [written.text for written in change.written]
    if change.triple is not None:
        texts.append(change.text)
    for text in texts:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Name):
                yield node


def _binding_of(statement: Import, alias: ast.alias) -> tuple[str, str]:
    local = alias.asname or alias.name
    if isinstance(statement, ast.Import):
        return alias.name, local
    return f"{statement.module}.{alias.name}", local
