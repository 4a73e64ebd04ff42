"""For each finding of a file: a change, or the reason why a tool must not make one."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Sequence

from flake8_ssot_ids.fixes.assemble import edits_of, import_edits
from flake8_ssot_ids.fixes.contextids import Triple, triples
from flake8_ssot_ids.fixes.edits.importnames import existing_name, free_name, function_of, is_shadowed
from flake8_ssot_ids.fixes.edits.quotes import inner_quote, shows_source
from flake8_ssot_ids.fixes.evidence.elsewhere import patched, prefix_tested, sink_elsewhere
from flake8_ssot_ids.fixes.evidence.noids import Manual, is_harmless
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.fixes.housefix import house_fixes, with_covered
from flake8_ssot_ids.fixes.recipes import REASONS, UUID_OBJECT, Written, inner_node, propose
from flake8_ssot_ids.fixes.verdicts import Change, Name, RefusedError, Verdict
from flake8_ssot_ids.ids.remedies import Context, operation_of, remedy
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.model import Edit, Finding, SafetyLevel
from flake8_ssot_ids.rules.codes import FIXABLE
from flake8_ssot_ids.semantics.flow.exits import Exit
from flake8_ssot_ids.semantics.module.scopes import Scope
from flake8_ssot_ids.source.edits import merged


class Decision:
    """What is to become of the findings of one file.

    Args:
        state: the file.
        wanted: which of its findings are to be looked at.
    """

    def __init__(self, state: FileState, wanted: Callable[[Finding], bool]) -> None:
        self._state = state
        self._wanted = wanted
        self.changes: list[Change] = []
        self.verdicts: list[Verdict] = []
        self._commented: dict[ast.AST, bool] = {}
        self.decide()

    def decide(self) -> None:
        """Find a change, or a reason against one, for each finding."""
        covered = self._house()
        chosen = [item for item in self._state.findings if item.code in FIXABLE and self._wanted(item)]
        chosen = [item for item in chosen if item not in covered]
        if not chosen:
            return
        uses = self._state.uses
        by_place = {(span.start, span.end): use for use in uses for span in [self._state.span(use.reference)]}
        pairs = [(item, by_place[item.span.start, item.span.end]) for item in chosen]
        done: set[Use] = set()
        for triple in triples([use for _, use in pairs], self._state.parents):
            done |= self._triple(triple, pairs)
        for item, use in pairs:
            if use not in done:
                self._one(item, use)
        self.verdicts.sort(key=lambda verdict: verdict.finding.span)

    def _house(self) -> set[Finding]:
        """Plan what the recipes of the house say; the findings of raw ids that this settles."""
        raw = [item for item in self._state.findings if item.code in FIXABLE]
        covered: set[Finding] = set()
        for fix in house_fixes(self._state, self._wanted, self._local_name):
            if isinstance(fix, tuple):
                self._manual(*fix)
                continue
            if self._has_comment(fix.written.node):
                self._manual(fix.finding, Manual("comment", "a comment stands within it", fix.written.node))
                continue
            findings = with_covered(fix, raw)
            if self._change(findings, (fix.written,), fix.scope, fix.name, fix.written.text, level=fix.level):
                covered.update(findings)
        return covered

    def _context(self, use: Use, local: str, operation: str = "") -> Context:
        zone = self._state.policy.zone_of(self._state.path)
        return Context(
            local,
            (zone.service or zone.name) if zone is not None else "app",
            self._state.policy.roles,
            use.scope,
            use.statement,
            self._state.parents,
            operation,
            self._state.policy.api,
            inner_quote=inner_quote(
                use.reference, self._state.span(use.reference), self._state.parents, self._state.lines
            ),
        )

    def _one(self, item: Finding, use: Use) -> None:
        scope = self._scope_of(use)
        name = self._local_name(scope, use.statement)
        if isinstance(name, Manual):
            self._manual(item, name)
            return
        whole = use.shape.node if use.shape.called else use.reference
        flow = self._state.inspection.flow
        sinks = flow.sinks(whole, factory=not use.shape.called)
        glued = flow.glued(whole, factory=not use.shape.called)
        sinks = [sink for sink in sinks if not is_harmless(sink)]
        if use.shape.called and not sinks:
            inner = inner_node(use, self._state.parents)
            if inner is not whole:
                sinks = [sink for sink in flow.sinks(inner) if not is_harmless(sink)]
        proposal = propose(use, self._context(use, name.local), sinks, glued, self._state.generator.source)
        if isinstance(proposal, Written) or proposal.kind == UUID_OBJECT:
            # For an object, that tells who wants one.
            proposal = self._elsewhere(use, flow.exits(whole, factory=not use.shape.called)) or proposal
        if isinstance(proposal, Written) and self._is_shown(use.reference):
            proposal = Manual("f-string", "the text shows the expression itself", proposal.node)
        if isinstance(proposal, Written) and self._has_comment(proposal.node):
            proposal = Manual("comment", "a comment stands within it", proposal.node)
        if isinstance(proposal, Manual):
            self._manual(item, proposal)
            return
        self._change((item,), (proposal,), scope, name, proposal.text)

    def _elsewhere(self, use: Use, exits: list[Exit]) -> Manual | None:
        """What other modules have against a new format."""
        found = sink_elsewhere(exits, self._state)
        if found is not None:
            sink, place = found
            return Manual(sink.kind, REASONS[sink.kind].format(sink.detail), None, place)
        return patched(use, self._state) or prefix_tested(use, self._state)

    def _triple(self, triple: Triple, pairs: Sequence[tuple[Finding, Use]]) -> set[Use]:
        """Plan one call for three findings; the uses that this settles."""
        use = min(
            (one for one, _ in triple.uses), key=lambda one: (one.reference.lineno, one.reference.col_offset)
        )
        scope = self._scope_of(use)
        name = self._local_name(scope, triple.first)
        items = {other: item for item, other in pairs}
        if isinstance(name, Manual) or any(one not in items for one, _ in triple.uses):
            return set()
        flow = self._state.inspection.flow
        if any(
            flow.sinks(one.shape.node) or self._elsewhere(one, flow.exits(one.shape.node))
            for one, _ in triple.uses
        ):
            return set()
        text = remedy(
            use.shape, use.role, use.subject, self._context(use, name.local, operation_of(use.symbol))
        )
        if " = " not in text or "generate_user_context_ids" not in text:
            return set()
        if "generate_user_context_ids" not in self._state.generator.source.methods:
            return set()
        written = tuple(
            Written(one.shape.node, role) for one, role in triple.uses if one.statement not in triple.plain
        )
        findings = tuple(items[one] for one, _ in triple.uses)
        self._change(findings, written, scope, name, text, triple)
        return {one for one, _ in triple.uses}

    def _change(
        self,
        findings: tuple[Finding, ...],
        written: tuple[Written, ...],
        scope: Scope,
        name: Name,
        text: str,
        triple: Triple | None = None,
        level: SafetyLevel = "unsafe",
    ) -> bool:
        """Take a change, unless its place is not certain."""
        change = Change(findings, written, level, scope, name.local, name.imported, text, triple)
        try:
            placed = edits_of(change, self._state)
        except RefusedError as error:
            for item in findings:
                self._manual(item, Manual("not-located", str(error)))
            return False
        self.changes.append(change)
        # The whole edit of this finding alone, as its JSON shows it.
        edits = tuple(
            Edit(self._state.offsets.span(edit), edit.content)
            for edit in merged([*placed, *import_edits([change], (), self._state)])
        )
        self.verdicts += (Verdict(item, level, text=text, edits=edits) for item in findings)
        return True

    def _manual(self, item: Finding, manual: Manual) -> None:
        place = manual.place
        node = manual.node
        if isinstance(node, ast.expr | ast.arg | ast.stmt):
            place = f"{node.lineno}:{self._state.lines.column(node.lineno, node.col_offset)}"
        self.verdicts.append(Verdict(item, "manual", manual.kind, manual.reason, place))

    def _scope_of(self, use: Use) -> Scope:
        """The scope of a use as the module that is edited has it."""
        for node in ast.walk(use.reference):
            if isinstance(node, ast.Name):
                place = self._state.module.flow.candidates.get(node)
                if place is not None:
                    return place.scope
        return use.scope

    def _local_name(self, scope: Scope, statement: ast.stmt) -> Name | Manual:
        """What the generator is called at a place; or why it cannot be imported there."""
        module, generator = self._state.module, self._state.generator
        name = existing_name(module, generator.canonical, scope, statement)
        if name is not None:
            return Name(name, imported=True)
        for late, imported in module.names_of(generator.canonical):
            if not is_shadowed(late.partition(".")[0], scope):
                return Manual("import-order", f"`{late}` is imported only below", imported)
        local = free_name(module, generator.dotted.rpartition(".")[2], scope)
        if generator.in_cycle and function_of(scope) is None:
            reason = f"importing `{generator.dotted}` at the top would import this very module again"
            return Manual("import-cycle", reason)
        return Name(local, imported=False)

    def _is_shown(self, node: ast.expr) -> bool:
        """Whether an f-string around the node shows its source: ``f"{uuid4()=}"``."""
        if self._state.parents.fstring_around(node) is None:
            return False
        current: ast.AST | None = node
        while isinstance(current, ast.expr):
            place = self._state.span(current)
            if shows_source(current, place, self._state.parents, self._state.lines):
                return True
            current = self._state.parents.get(current)
        return False

    def _has_comment(self, node: ast.expr | ast.stmt) -> bool:
        if node.lineno == node.end_lineno:
            return False
        known = self._commented.get(node)
        if known is None:
            known = self._commented[node] = _has_comment(self._state.lines.segment(self._state.span(node)))
        return known


def _has_comment(text: str) -> bool:
    """Whether a comment stands in the text of an expression or a statement."""
    if "#" not in text:
        return False
    try:
        tokens = [*tokenize.generate_tokens(io.StringIO(f"({text}\n)").readline)]
    except (tokenize.TokenError, SyntaxError):
        return True
    return any(token.type == tokenize.COMMENT for token in tokens)
