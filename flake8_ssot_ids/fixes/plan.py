"""What is to be written into one file: the edits of all its findings, verified as a whole."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flake8_ssot_ids import catalog
from flake8_ssot_ids.approved import generators_for
from flake8_ssot_ids.engine import check_tree, span_of, uses_in
from flake8_ssot_ids.fixes import imports, verify
from flake8_ssot_ids.fixes.contextids import Triple, triples
from flake8_ssot_ids.fixes.edits import Offsets, TextEdit, apply_edits, merged
from flake8_ssot_ids.fixes.recipes import Manual, Written, inner_node, propose
from flake8_ssot_ids.fixes.surroundings import Surroundings
from flake8_ssot_ids.inspection import Inspection
from flake8_ssot_ids.model import Edit, Finding, Fix, Position, SafetyLevel, Span, UnreadableError
from flake8_ssot_ids.names.project import Project
from flake8_ssot_ids.names.scopes import CLASS, FUNCTION, Scope
from flake8_ssot_ids.names.words import Words
from flake8_ssot_ids.policy import Policy
from flake8_ssot_ids.remedies import Context
from flake8_ssot_ids.signatures import ClassSource
from flake8_ssot_ids.source import Lines, SourceFile, decode, parse, reencode
from flake8_ssot_ids.uses import Use

#: One pass may uncover what stood within something that was replaced; more than so many do not occur.
_PASSES = 6
_FIXABLE = re.compile(r"SID(?:10[1-5]|20[1-3])")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one finding.

    ``level`` is that of the edit, ``manual`` where there is none; then ``kind`` and ``reason`` say why, and
    ``place`` (``row:column``) where that stands, empty for the finding's own place.
    """

    finding: Finding
    level: SafetyLevel
    kind: str = ""
    reason: str = ""
    place: str = ""
    edits: tuple[Edit, ...] = ()

    def as_fix(self, text: str) -> Fix:
        """What the finding's JSON says of it; ``text`` is what is written."""
        return Fix(self.reason or f"Write `{text}`", self.level, self.edits)


@dataclass(slots=True)
class FilePlan:
    """What is to be written into one file. ``new`` is None where nothing is; ``refused`` says why not."""

    path: str
    old: bytes
    new: bytes | None = None
    fixed: list[Finding] = field(default_factory=list)
    withheld: list[Verdict] = field(default_factory=list)
    manual: list[Verdict] = field(default_factory=list)
    refused: str = ""
    #: For each finding what is, or would be, written.
    verdicts: list[tuple[Verdict, str]] = field(default_factory=list)


class NoGeneratorError(Exception):
    """There is nothing to write: no generator is approved, or its source cannot be read."""


class Planner:
    """Plans the fixes of the files of one project.

    Args:
        policy: what counts where, and what the generator is.
        project: finds other modules.
        files: all files of the project, for questions about what they want of each other.
    """

    def __init__(self, policy: Policy, project: Project, files: Sequence[str]) -> None:
        self._policy = policy
        self._project = project
        self._surroundings = Surroundings(files, project)

    def plan(
        self, path: str, data: bytes, *, unsafe: bool, wanted: Callable[[Finding], bool] = lambda _: True
    ) -> FilePlan:
        """What to write into the file ``path`` with the bytes ``data``; nothing is written here.

        Raises:
            NoGeneratorError: nothing can be written anywhere.
            UnreadableError: the file is no Python.
        """
        result = FilePlan(path, data)
        current = data
        for number in range(_PASSES):
            step = _Step(path, current, self._policy, self._project, self._surroundings, wanted)
            step.decide()
            if number == 0:
                result.verdicts = step.verdicts
                result.manual = [verdict for verdict, _ in step.verdicts if verdict.level == "manual"]
                result.withheld = [
                    verdict for verdict, _ in step.verdicts if verdict.level == "unsafe" and not unsafe
                ]
            new = step.written(unsafe)
            if step.refused:
                result.refused = step.refused
                result.new, result.fixed = None, []
                return result
            if new is None:
                return result
            result.fixed += step.fixed
            result.new = current = new
        result.refused = "the edits do not come to rest"
        result.new, result.fixed = None, []
        return result


@dataclass(frozen=True, slots=True)
class _Change:
    """One thing that is written: for which findings, what, where, and what else it needs."""

    findings: tuple[Finding, ...]
    written: tuple[Written, ...]
    level: SafetyLevel
    scope: Scope
    generator: str
    local: str
    text: str
    triple: Triple | None = None


class _Step:
    """One pass over one file."""

    def __init__(
        self,
        path: str,
        data: bytes,
        policy: Policy,
        project: Project,
        surroundings: Surroundings,
        wanted: Callable[[Finding], bool],
    ) -> None:
        self._path = path
        self._data = data
        self._policy = policy
        self._project = project
        self._surroundings = surroundings
        self._wanted = wanted
        self._source: SourceFile = decode(data)
        self._tree = parse(data)
        self._text = self._source.text.replace("\r\n", "\n").replace("\r", "\n")
        self._lines = Lines(self._source.text)
        self._offsets = Offsets(self._source.text)
        project.start()
        self._words = project.words_for(path, data)
        self._findings = self._check(self._tree, self._text, self._words)
        self._changes: list[_Change] = []
        self.verdicts: list[tuple[Verdict, str]] = []
        self.fixed: list[Finding] = []
        self.refused = ""

    def _check(self, tree: ast.Module, text: str, words: Words) -> list[Finding]:
        return list(check_tree(tree, text, self._path, self._policy, self._project, words=words).findings)

    # -- what to write ----------------------------------------------------------------------------

    def decide(self) -> None:
        """Find a change, or a reason against one, for each finding."""
        chosen = [item for item in self._findings if _FIXABLE.fullmatch(item.code) and self._wanted(item)]
        if not chosen:
            return
        uses, _ = uses_in(self._tree, self._text, self._path, self._policy, self._project, self._words)
        self._inspection = Inspection(self._tree, self._text, self._path, self._policy, self._project, uses)
        names = self._inspection.names
        self._module = imports.Module(self._tree, self._lines, self._offsets, names)
        self._parents = names.flow.parents
        self._choose_generator()
        by_place = {(span.start, span.end): use for use in uses for span in [self._span(use.reference)]}
        pairs = [(item, by_place[item.span.start, item.span.end]) for item in chosen]
        done: set[Use] = set()
        for triple in triples([use for _, use in pairs], self._parents):
            done |= self._triple(triple, pairs)
        for item, use in pairs:
            if use not in done:
                self._one(item, use)
        self.verdicts.sort(key=lambda pair: pair[0].finding.span)

    def _choose_generator(self) -> None:
        allowed = generators_for(self._policy, self._path)
        if not allowed:
            raise NoGeneratorError("no generator is approved")
        self._dotted = allowed[0]
        sources = self._inspection.sources
        self._canonical = sources.canonical(self._dotted)
        owner = sources.class_of(self._dotted)
        if isinstance(owner, str):
            raise NoGeneratorError(f"the generator `{self._dotted}` cannot be read: {owner}")
        self._generator: ClassSource = owner
        self._in_cycle = self._surroundings.leads_to(self._dotted.rpartition(".")[0], self._path)

    def _context(self, use: Use, local: str, operation: str = "") -> Context:
        zone = self._policy.zone_of(self._path)
        return Context(
            local,
            (zone.service or zone.name) if zone is not None else "app",
            self._policy.roles,
            use.scope,
            use.statement,
            self._parents,
            operation,
            self._policy.api,
            inner_quote=self._inner_quote(use),
        )

    def _inner_quote(self, use: Use) -> str:
        """The quote that texts may have inside of the f-string around a use; empty if there is none to use."""
        node: ast.AST | None = use.reference
        outer: ast.JoinedStr | None = None
        while node is not None and not isinstance(node, ast.stmt):
            if isinstance(node, ast.JoinedStr):
                outer = node
            node = self._parents.get(node)
        if outer is None:
            return ""
        start = self._lines.column(outer.lineno, outer.col_offset)
        end = self._lines.column(outer.end_lineno or outer.lineno, outer.end_col_offset or 0)
        segment = self._lines.segment(
            Span(Position(outer.lineno, start), Position(outer.end_lineno or outer.lineno, end))
        )
        quotes = set(_QUOTES.findall(segment))
        first = re.match(r"[A-Za-z]*(\"\"\"|'''|\"|')", segment)
        if first is None:
            return ""
        quote = first[1][0]
        other = "'" if quote == '"' else '"'
        # A text in pieces may have both kinds; then there is none that is surely free.
        pieces = {match[0] for match in quotes}
        return other if len(pieces) == 1 or len(self._joined_parts(outer)) == 1 else ""

    def _joined_parts(self, outer: ast.JoinedStr) -> list[int]:
        """The rows on which pieces of an f-string may begin; one for a text in one piece."""
        rows = {outer.lineno}
        rows.update(value.lineno for value in outer.values)
        return sorted(rows)

    def _one(self, item: Finding, use: Use) -> None:
        scope = self._scope_of(use)
        local, reason = self._local_name(scope)
        if reason is not None:
            self._manual(item, Manual("import-cycle", reason))
            return
        whole = use.shape.node if use.shape.called else use.reference
        sinks = self._inspection.flow.sinks(whole, factory=not use.shape.called)
        if use.shape.called and not sinks:
            inner = inner_node(use, self._parents)
            if inner is not whole:
                sinks = self._inspection.flow.sinks(inner)
        proposal = propose(use, self._context(use, local), sinks, self._generator)
        if isinstance(proposal, Written) and self._has_comment(proposal.node):
            proposal = Manual("comment", "a comment stands within it", proposal.node)
        if isinstance(proposal, Manual):
            self._manual(item, proposal)
            return
        self._change((item,), (proposal,), scope, local, proposal.text)

    def _triple(self, triple: Triple, pairs: Sequence[tuple[Finding, Use]]) -> set[Use]:
        """Plan one call for three findings; the uses that this settles."""
        from flake8_ssot_ids.remedies import operation_of, remedy

        use = min(
            (one for one, _ in triple.uses), key=lambda one: (one.reference.lineno, one.reference.col_offset)
        )
        scope = self._scope_of(use)
        local, reason = self._local_name(scope)
        items = {other: item for item, other in pairs}
        if reason is not None or any(one not in items for one, _ in triple.uses):
            return set()
        if any(self._inspection.flow.sinks(one.shape.node) for one, _ in triple.uses):
            return set()
        text = remedy(use.shape, use.role, use.subject, self._context(use, local, operation_of(use.symbol)))
        if " = " not in text or "generate_user_context_ids" not in text:
            return set()
        if "generate_user_context_ids" not in self._generator.methods:
            return set()
        written = tuple(
            Written(one.shape.node, name) for one, name in triple.uses if one.statement not in triple.plain
        )
        findings = tuple(items[one] for one, _ in triple.uses)
        self._change(findings, written, scope, local, text, triple)
        return {one for one, _ in triple.uses}

    def _change(
        self,
        findings: tuple[Finding, ...],
        written: tuple[Written, ...],
        scope: Scope,
        local: str,
        text: str,
        triple: Triple | None = None,
    ) -> None:
        change = _Change(findings, written, "unsafe", scope, self._dotted, local, text, triple)
        self._changes.append(change)
        edits = tuple(
            Edit(self._offsets.span(edit), edit.content)
            for edit in merged([*self._edits_of(change), *self._import_edits([change], [])])
        )
        for item in findings:
            self.verdicts.append((Verdict(item, "unsafe", edits=edits), text))

    def _manual(self, item: Finding, manual: Manual) -> None:
        place = ""
        node = manual.node
        if isinstance(node, ast.expr | ast.arg | ast.stmt):
            place = f"{node.lineno}:{self._lines.column(node.lineno, node.col_offset)}"
        self.verdicts.append((Verdict(item, "manual", manual.kind, manual.reason, place), ""))

    def _scope_of(self, use: Use) -> Scope:
        """The scope of a use with all the names that it binds."""
        for node in ast.walk(use.reference):
            if isinstance(node, ast.Name | ast.Attribute):
                place = self._inspection.names.place(node)
                if place is not None:
                    return place.scope
        return use.scope

    def _local_name(self, scope: Scope) -> tuple[str, str | None]:
        """What the generator is called in ``scope``; second, why it cannot be imported there."""
        name = imports.existing_name(self._module, self._canonical, scope)
        if name is not None:
            return name, None
        wanted = self._dotted.rpartition(".")[2]
        local = imports.free_name(self._module, wanted)
        if self._in_cycle and _function_of(scope) is None:
            return local, (
                f"importing `{self._dotted}` here would import this module again, and no function is around it"
            )
        return local, None

    def _has_comment(self, node: ast.expr) -> bool:
        import io
        import tokenize

        if node.lineno == node.end_lineno:
            return False
        text = f"({self._lines.segment(self._span(node))}\n)"
        try:
            tokens = [*tokenize.generate_tokens(io.StringIO(text).readline)]
        except (tokenize.TokenError, SyntaxError):
            return "#" in text
        return any(token.type == tokenize.COMMENT for token in tokens)

    # -- edits ------------------------------------------------------------------------------------

    def _span(self, node: ast.expr) -> Span:
        return span_of(node, self._parents, self._lines)

    def _edit(self, written: Written) -> TextEdit:
        span = self._span(written.node)
        return TextEdit(self._offsets.of(span.start), self._offsets.of(span.end), written.text)

    def _edits_of(self, change: _Change) -> list[TextEdit]:
        """The edits of one change, without imports."""
        edits = [self._edit(written) for written in change.written]
        triple = change.triple
        if triple is None:
            return edits
        for statement in triple.plain:
            if statement is triple.first:
                edits.append(self._statement(statement, change.text))
            else:
                edits.append(self._rows_out(statement))
        if triple.first not in triple.plain:
            row = triple.first.lineno
            line = self._lines.lines[row - 1]
            indentation = line[: len(line) - len(line.lstrip())]
            start = self._offsets.row(row)
            edits.append(TextEdit(start, start, f"{indentation}{change.text}\n"))
        return edits

    def _statement(self, statement: ast.stmt, text: str) -> TextEdit:
        column = self._lines.column
        end_row = statement.end_lineno or statement.lineno
        return TextEdit(
            self._offsets.at(statement.lineno, column(statement.lineno, statement.col_offset)),
            self._offsets.at(end_row, column(end_row, statement.end_col_offset or 0)),
            text,
        )

    def _rows_out(self, statement: ast.stmt) -> TextEdit:
        return TextEdit(
            self._offsets.row(statement.lineno),
            self._offsets.row((statement.end_lineno or statement.lineno) + 1),
            "",
        )

    def _import_edits(
        self, changes: Sequence[_Change], dead: Sequence[tuple[imports.Import, ast.alias]]
    ) -> list[TextEdit]:
        """The edits that import what the changes need, and remove the dead imports."""
        edits = imports.removed_imports(self._module, dead)
        gone = {
            statement
            for statement, _ in dead
            if all(any(alias is one for _, one in dead) for alias in statement.names)
        }
        for change in changes:
            if imports.existing_name(self._module, self._canonical, change.scope) == change.local:
                continue
            if self._in_cycle:
                edit = imports.local_import(
                    self._module, change.generator, change.local, _function_of(change.scope) or self._tree
                )
                if edit is not None:
                    edits.append(edit)
                continue
            edits.append(
                imports.added_import(
                    self._module, change.generator, change.local, self._is_first_party, without=gone
                )
            )
        return edits

    def _is_first_party(self, dotted: str) -> bool:
        return self._project.is_ours(dotted, self._inspection.home)

    def _dead_imports(self, changes: Sequence[_Change]) -> list[tuple[imports.Import, ast.alias]]:
        """The imports of the module ``uuid`` whose last use goes away with the changes."""
        if self._path.replace("\\", "/").endswith("/__init__.py"):
            return []
        inside: set[ast.AST] = set()
        for change in changes:
            roots: list[ast.AST] = [written.node for written in change.written]
            if change.triple is not None:
                roots += change.triple.plain
            for root in roots:
                inside.update(ast.walk(root))
        found = []
        for statement, alias in imports.top_imports(self._tree):
            dotted = alias.name if isinstance(statement, ast.Import) else f"{statement.module}.{alias.name}"
            if dotted.partition(".")[0] != catalog.MODULE or (
                isinstance(statement, ast.ImportFrom) and statement.level
            ):
                continue
            name = alias.asname or alias.name.partition(".")[0]
            uses = [node for node in ast.walk(self._tree) if isinstance(node, ast.Name) and node.id == name]
            if (
                alias.name != "*"
                and any(node in inside for node in uses)
                and all(node in inside for node in uses)
                and not _is_named_in_text(self._tree, self._text, name)
                and not self._surroundings.wants(self._path, name)
            ):
                found.append((statement, alias))
        return found

    # -- the new file -----------------------------------------------------------------------------

    def written(self, unsafe: bool) -> bytes | None:
        """The file after this pass; None if nothing is written. Sets :attr:`refused` and :attr:`fixed`."""
        changes = [change for change in self._changes if unsafe or change.level == "safe"]
        changes = _apart(changes, self._edits_of)
        if not changes:
            return None
        dead = self._dead_imports(changes)
        try:
            edits = merged(
                [edit for change in changes for edit in self._edits_of(change)]
                + self._import_edits(changes, dead)
            )
        except ValueError as error:
            self.refused = str(error)
            return None
        text = apply_edits(self._source.text, edits, self._offsets.newline)
        try:
            data = reencode(text, self._source)
        except UnicodeEncodeError:
            self.refused = f"the file's encoding {self._source.encoding} cannot hold what was written"
            return None
        self.refused = self._verify(changes, dead, data) or ""
        if self.refused:
            return None
        self.fixed = [item for change in changes for item in change.findings]
        return data

    def _verify(
        self,
        changes: Sequence[_Change],
        dead: Sequence[tuple[imports.Import, ast.alias]],
        data: bytes,
    ) -> str | None:
        """Why the new file is not to be trusted; None if it is."""
        try:
            tree = parse(data)
            text = decode(data).text.replace("\r\n", "\n").replace("\r", "\n")
        except UnreadableError as error:
            return f"the result does not parse: line {error.row}: {error}"
        replaced: dict[ast.AST, str] = {
            written.node: written.text for change in changes for written in change.written
        }
        contexts = [change for change in changes if change.triple is not None]
        removed = {
            statement for change in contexts if change.triple is not None for statement in change.triple.plain
        }
        problem = verify.difference(self._tree, tree, replaced, [change.text for change in contexts], removed)
        if problem is not None:
            return f"the result differs where nothing was meant to change: {problem}"
        added = self._bindings_added(changes)
        gone = [verify.binding(*_binding_of(statement, alias)) for statement, alias in dead]
        problem = verify.changed_imports(self._tree, tree, added, gone)
        if problem is not None:
            return problem
        names = Inspection(tree, text, self._path, self._policy, self._project, []).names
        wanted = {node.id for change in changes for node in _names_in(change)}
        wanted |= {alias.asname or alias.name.partition(".")[0] for _, alias in dead}
        for name, row in verify.unbound(names, wanted):
            if (name, row) not in self._unbound_before(wanted):
                return f"`{name}` may be undefined in line {row}"
        after = self._check(tree, text, self._project.words_for(self._path, data))
        fixed = [item for change in changes for item in change.findings]
        for item in verify.unexpected(self._findings, after, fixed):
            return f"line {item.span.start.row}: {item.code} is there after the edits"
        return None

    def _unbound_before(self, wanted: Iterable[str]) -> set[tuple[str, int]]:
        return set(verify.unbound(self._inspection.names, set(wanted)))

    def _bindings_added(self, changes: Sequence[_Change]) -> list[str]:
        """The imports that the changes bring, once a module or once a function."""
        found: dict[object, str] = {}
        for change in changes:
            if imports.existing_name(self._module, self._canonical, change.scope) == change.local:
                continue
            place = _function_of(change.scope) if self._in_cycle else None
            found[place, change.local] = verify.binding(change.generator, change.local)
        return [*found.values()]


_QUOTES = re.compile(r"\"\"\"|'''|\"|'")


def _apart(changes: Sequence[_Change], edits_of: Callable[[_Change], list[TextEdit]]) -> list[_Change]:
    """The changes that can be made together; one within another waits for the next pass."""
    kept: list[_Change] = []
    taken: list[tuple[int, int, _Change]] = []
    ordered = sorted(changes, key=lambda change: min((e.start, -e.end) for e in edits_of(change)))
    for change in ordered:
        spans = [(edit.start, edit.end) for edit in edits_of(change) if edit.start < edit.end]
        clash = next((other for start, end, other in taken for s, e in spans if s < end and start < e), None)
        if clash is not None:
            continue
        taken += ((start, end, change) for start, end in spans)
        kept.append(change)
    return kept


def _function_of(scope: Scope) -> ast.AST | None:
    """The outermost statement of a function around ``scope`` that runs late; None at the top and in classes."""
    found: ast.AST | None = None
    current: Scope | None = scope
    while current is not None:
        if current.kind is FUNCTION and isinstance(current.node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = current.node
            break
        if current.kind is CLASS:
            return None
        current = current.parent
    return found


def _names_in(change: _Change) -> Iterable[ast.Name]:
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


def fixes_of(plan: FilePlan) -> Mapping[str, Fix]:
    """What to say of each finding in JSON, by its fingerprint."""
    return {verdict.finding.fingerprint: verdict.as_fix(text) for verdict, text in plan.verdicts}
