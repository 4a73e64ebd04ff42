"""For each finding of a file: a change, or the reason why a tool must not make one.

What the file itself tells is decided in :mod:`flake8_ssot_ids.ids.decision`, as in a message. Here the rest
is asked: where the value goes, who reads it elsewhere, what tests replace, how the generator is imported.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from flake8_ssot_ids.fixes.assemble import edits_of, import_edits
from flake8_ssot_ids.fixes.comments import has_comment
from flake8_ssot_ids.fixes.contextids import Triple, triples
from flake8_ssot_ids.fixes.edits.importnames import existing_name, free_name, function_of, is_shadowed
from flake8_ssot_ids.fixes.edits.quotes import inner_quote, shows_source
from flake8_ssot_ids.fixes.evidence.elsewhere import patched, patched_everywhere
from flake8_ssot_ids.fixes.evidence.format import against_format
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.fixes.housefix import house_fixes, with_covered
from flake8_ssot_ids.fixes.verdicts import Change, Name, RefusedError, Verdict
from flake8_ssot_ids.ids.deciding import Deciding
from flake8_ssot_ids.ids.decision import MANUAL, TEXT, Decision, Written, decide, keep_format
from flake8_ssot_ids.ids.purpose import Reason
from flake8_ssot_ids.ids.remedies import Context, operation_of
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.model import Edit, Finding, SafetyLevel
from flake8_ssot_ids.rules.codes import FIXABLE
from flake8_ssot_ids.semantics.module.scopes import Scope
from flake8_ssot_ids.source.edits import merged

_ONLY_UNSAFE = Reason("needs-unsafe", "`--unsafe-fixes` writes another format")


class Choices:
    """What is to become of the findings of one file.

    Args:
        state: the file.
        wanted: which of its findings are to be looked at.
        unsafe: another format is written where that is the decision; else the format is kept there, too.
        only: only changes of this decision are made; empty: of any.
    """

    def __init__(
        self, state: FileState, wanted: Callable[[Finding], bool], *, unsafe: bool, only: str = ""
    ) -> None:
        self._state = state
        self._wanted = wanted
        self._unsafe = unsafe
        self._only = only
        self._deciding = Deciding(
            state.uses, state.path, state.text, state.policy, state.generator.offer, state.parents
        )
        self.changes: list[Change] = []
        self.verdicts: list[Verdict] = []
        self._decide()

    def _decide(self) -> None:
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
            if has_comment(fix.written.node, self._state):
                self._manual(fix.finding, _commented(fix.written.node))
                continue
            findings = with_covered(fix, raw)
            verdicts = [Verdict(item, "recipe", fix.level, text=fix.written.text) for item in findings]
            if self._change(verdicts, (fix.written,), fix.scope, fix.name, fix.written.text):
                covered.update(findings)
        return covered

    def _context(self, use: Use, local: str, operation: str = "") -> Context:
        state = self._state
        quote = inner_quote(use.reference, state.span(use.reference), state.parents, state.lines)
        return self._deciding.context(use, local, operation, quote)

    def _one(self, item: Finding, use: Use) -> None:
        state = self._state
        scope = self._scope_of(use)
        name = self._local_name(scope, use.statement)
        local = name.local if isinstance(name, Name) else state.generator.offer.name
        context, offer = self._context(use, local), state.generator.offer
        decision = decide(use, context, offer)
        if decision.kind == TEXT:
            against = against_format(use, decision.text, state)
            if against is not None:
                decision = keep_format(use, context, offer, against)
        against = self._patched(use) if decision.kind != MANUAL else None
        if against is None and isinstance(name, Reason):
            against = name if decision.kind != MANUAL else None
        if against is not None:
            decision = Decision(MANUAL, reason=against)
        decision = self._in_text(use, decision, context)
        self._take(item, use, decision, scope, name)

    def _patched(self, use: Use) -> Reason | None:
        """Who replaces the source by its name, and would not reach the generator."""
        found = patched(use, self._state)
        if found is None and not self._state.generator.offer.follows_source:
            found = patched_everywhere(self._state)
        return found

    def _take(self, item: Finding, use: Use, decision: Decision, scope: Scope, name: Name | Reason) -> None:
        """Note the decision, and the change that is made for it now."""
        written = decision.written
        if written is None or not isinstance(name, Name):
            assert decision.reason is not None  # who decides so says why
            self._manual(item, decision.reason)
            return
        verdict = self._verdict(item, decision)
        if decision.kind == TEXT and not self._unsafe:
            kept = keep_format(use, self._context(use, name.local), self._state.generator.offer, _ONLY_UNSAFE)
            if kept.written is not None:
                self._change([self._verdict(item, kept)], (kept.written,), scope, name, kept.text, verdict)
                return
        self._change([verdict], (written,), scope, name, decision.text)

    def _in_text(self, use: Use, decision: Decision, context: Context) -> Decision:
        """The decision, as far as it can be written within the text or the comment that it stands in."""
        written = decision.written
        if written is None:
            return decision
        if self._is_shown(use.reference):
            return Decision(
                MANUAL, reason=Reason("f-string", "the text shows the expression itself", use.reference)
            )
        if not has_comment(written.node, self._state):
            return decision
        against = _commented(written.node)
        kept = (
            keep_format(use, context, self._state.generator.offer, against) if decision.kind == TEXT else None
        )
        if kept is not None and kept.written is not None and not has_comment(kept.written.node, self._state):
            return kept
        return Decision(MANUAL, reason=against)

    def _triple(self, triple: Triple, pairs: Sequence[tuple[Finding, Use]]) -> set[Use]:
        """Plan one call for three findings; the uses that this settles."""
        uses = [one for one, _ in triple.uses]
        use = min(uses, key=lambda one: (one.reference.lineno, one.reference.col_offset))
        scope = self._scope_of(use)
        name = self._local_name(scope, triple.first)
        items = {other: item for item, other in pairs}
        if not self._unsafe or isinstance(name, Reason) or any(one not in items for one in uses):
            return set()
        operation = operation_of(use.symbol)
        decisions = [
            decide(one, self._context(one, name.local, operation), self._state.generator.offer)
            for one in uses
        ]
        if any(one.kind != TEXT or " = " not in one.text for one in decisions):
            return set()
        if any(against_format(one, decisions[0].text, self._state) or self._patched(one) for one in uses):
            return set()
        text = next(found.text for one, found in zip(uses, decisions, strict=True) if one is use)
        written = tuple(
            Written(one.shape.node, role) for one, role in triple.uses if one.statement not in triple.plain
        )
        verdicts = [
            replace(self._verdict(items[one], found), text=text)
            for one, found in zip(uses, decisions, strict=True)
        ]
        self._change(verdicts, written, scope, name, text, triple=triple)
        return set(uses)

    def _verdict(self, item: Finding, decision: Decision) -> Verdict:
        level: SafetyLevel = "unsafe" if decision.kind == TEXT else "safe"
        reason = decision.reason
        if reason is None:
            return Verdict(item, decision.kind, level, text=decision.text, evidence=decision.evidence)
        place = self._place(reason)
        return Verdict(item, decision.kind, level, reason.kind, reason.text, place, text=decision.text)

    def _place(self, reason: Reason) -> str:
        node = reason.node
        if isinstance(node, ast.expr | ast.arg | ast.stmt):
            return f"{node.lineno}:{self._state.lines.column(node.lineno, node.col_offset)}"
        return reason.place

    def _change(
        self,
        verdicts: Sequence[Verdict],
        written: tuple[Written, ...],
        scope: Scope,
        name: Name,
        text: str,
        at_most: Verdict | None = None,
        triple: Triple | None = None,
    ) -> bool:
        """Take a change, unless its place is not certain; ``at_most`` is what it could be with more trust."""
        change = Change(tuple(verdicts), written, scope, name.local, name.imported, text, triple)
        try:
            placed = edits_of(change, self._state)
        except RefusedError as error:
            for verdict in verdicts:
                self._manual(verdict.finding, Reason("not-located", str(error)))
            return False
        if not self._only or verdicts[0].decision == self._only:
            self.changes.append(change)
        # The whole edit of this finding alone, as its JSON shows it.
        edits = tuple(
            Edit(self._state.offsets.span(edit), edit.content)
            for edit in merged([*placed, *import_edits([change], (), self._state)])
        )
        shown = verdicts if at_most is None else [at_most]
        self.verdicts += (replace(verdict, edits=edits) for verdict in shown)
        return True

    def _manual(self, item: Finding, reason: Reason) -> None:
        self.verdicts.append(Verdict(item, MANUAL, "manual", reason.kind, reason.text, self._place(reason)))

    def _scope_of(self, use: Use) -> Scope:
        """The scope of a use as the module that is edited has it."""
        for node in ast.walk(use.reference):
            if isinstance(node, ast.Name):
                place = self._state.module.flow.candidates.get(node)
                if place is not None:
                    return place.scope
        return use.scope

    def _local_name(self, scope: Scope, statement: ast.stmt) -> Name | Reason:
        """What the generator is called at a place; or why it cannot be imported there."""
        module, generator = self._state.module, self._state.generator
        name = existing_name(module, generator.canonical, scope, statement)
        if name is not None:
            return Name(name, imported=True)
        for late, imported in module.names_of(generator.canonical):
            if not is_shadowed(late.partition(".")[0], scope):
                return Reason("import-order", f"`{late}` is imported only below", imported)
        local = free_name(module, generator.dotted.rpartition(".")[2], scope)
        if generator.in_cycle and function_of(scope) is None:
            reason = f"importing `{generator.dotted}` at the top would import this very module again"
            return Reason("import-cycle", reason)
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


def _commented(node: ast.expr | ast.stmt) -> Reason:
    return Reason("comment", "a comment stands within it", node)
