"""What the flow of a value, and the rest of the project, have against another format of it."""

from __future__ import annotations

import ast

from flake8_ssot_ids.fixes.evidence.callees import among_vectors, in_statement, unproven
from flake8_ssot_ids.fixes.evidence.elsewhere import patched_everywhere, prefix_tested, sink_elsewhere
from flake8_ssot_ids.fixes.evidence.index import FactIndex
from flake8_ssot_ids.fixes.evidence.purpose import glued_into, is_harmless
from flake8_ssot_ids.fixes.evidence.reasons import REASONS, of_sink
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.ids.purpose import Reason
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.flow import sinks
from flake8_ssot_ids.semantics.glance import facts

#: What each kind of fact is in a reason, and how that is said.
_KINDS = {
    facts.PARSED: sinks.PARSED_AS_UUID,
    facts.TYPED: sinks.UUID_TYPED,
    facts.COLUMN: sinks.NARROW_COLUMN,
    facts.SQL: sinks.UUID_TYPED,
    facts.MATCHED: sinks.MATCHED_AS_UUID,
    facts.NUMBER: sinks.TO_NUMBER,
    facts.SLICED: sinks.SLICED,
    facts.SPLIT: sinks.SPLIT,
    facts.MEASURED: sinks.LENGTH_CHECKED,
    facts.SEARCHED: sinks.PREFIX_MATCHED,
    facts.PACKED: sinks.NARROW_COLUMN,
}
_SAYS = {
    facts.PARSED: "is parsed as a UUID",
    facts.TYPED: "is typed as a UUID",
    facts.COLUMN: "is a column or field that an SSOT id may not fit",
    facts.SQL: "is a UUID in SQL",
    facts.MATCHED: "is matched as a UUID",
    facts.NUMBER: "is made a number",
    facts.SLICED: "is sliced",
    facts.SPLIT: "is taken apart",
    facts.MEASURED: "is measured",
    facts.SEARCHED: "is matched by a part of it",
    facts.PACKED: "is packed into a fixed width",
}


def against_format(use: Use, text: str, state: FileState) -> Reason | None:
    """Who may mind that ``text`` makes the value of ``use``, another text; None: nobody that can be seen."""
    flow, whole = state.inspection.flow, use.shape.node
    found = [sink for sink in flow.sinks(whole, factory=False) if not is_harmless(sink)]
    if found:
        return of_sink(found[0])
    into = glued_into(use, flow.glued(whole, factory=False), state.parents)
    if into is not None:
        return into
    elsewhere = sink_elsewhere(flow.exits(whole, factory=False), state)
    if elsewhere is not None:
        sink, place = elsewhere
        return Reason(sink.kind, REASONS[sink.kind].format(sink.detail), None, place)
    return (
        patched_everywhere(state)
        or prefix_tested(use, text, state)
        or _said(use, state)
        or in_statement(use, state)
        or among_vectors(use, state)
        or unproven(use, state)
    )


def _said(use: Use, state: FileState) -> Reason | None:
    """What the project says of a name that the value goes by, or of the text that it is put into."""
    flow, whole = state.inspection.flow, use.shape.node
    names = flow.names(whole)
    into = [
        name
        for sink in flow.glued(whole, factory=False)
        if isinstance(sink.node, ast.expr)
        for name in flow.names(sink.node)
    ]
    said = state.readers.evidence().against(names, state.path, state.facts) or FactIndex().against(
        into, state.path, state.facts
    )
    if said is None:
        return None
    fact = said.fact
    here = "" if said.path == state.path else f"{state.policy.relative(said.path)}:"
    return Reason(
        _KINDS[fact.kind], f"`{fact.name}` {_SAYS[fact.kind]}: `{fact.code}`", None, f"{here}{fact.row}:1"
    )
