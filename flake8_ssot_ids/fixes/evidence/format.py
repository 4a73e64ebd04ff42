"""What the flow of a value, and the rest of the project, have against another format of it."""

from __future__ import annotations

from flake8_ssot_ids.fixes.evidence.callees import unproven
from flake8_ssot_ids.fixes.evidence.elsewhere import prefix_tested, sink_elsewhere
from flake8_ssot_ids.fixes.evidence.purpose import glued_into, is_harmless
from flake8_ssot_ids.fixes.evidence.reasons import REASONS, of_sink
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.ids.purpose import Reason
from flake8_ssot_ids.ids.uses import Use


def against_format(use: Use, state: FileState) -> Reason | None:
    """Who may mind another format of the value of ``use``, which is text; None: nobody that can be seen."""
    flow, whole = state.inspection.flow, use.shape.node
    sinks = [sink for sink in flow.sinks(whole, factory=False) if not is_harmless(sink)]
    if sinks:
        return of_sink(sinks[0])
    into = glued_into(use, flow.glued(whole, factory=False), state.parents)
    if into is not None:
        return into
    found = sink_elsewhere(flow.exits(whole, factory=False), state)
    if found is not None:
        sink, place = found
        return Reason(sink.kind, REASONS[sink.kind].format(sink.detail), None, place)
    return prefix_tested(use, state) or unproven(use, state)
