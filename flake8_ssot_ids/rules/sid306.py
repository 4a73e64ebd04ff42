"""SID306: the ids of one context are made by separate calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_ssot_ids.rule import Hit, Rule

TYPE_CHECKING = False  # a plain check loads nothing of this
if TYPE_CHECKING:
    from flake8_ssot_ids.inspection import Inspection

#: The ids of one context, in the order in which the generator gives them.
_SLOTS = ("thread", "run", "request")
_TOGETHER = frozenset({"generate_user_context_ids", "create_user_execution_context_factory"})


@dataclass
class _Context:
    """What one function makes: for each slot the places, with the call around each."""

    symbol: str
    made: dict[str, list[tuple[ast.expr, ast.expr, str]]] = field(default_factory=dict)


def inspect(inspection: Inspection) -> Iterator[Hit]:
    """Each function that makes thread, run and request id one by one: reported where it begins to."""
    from flake8_ssot_ids.generatorcalls import makes_id

    contexts: dict[object, _Context] = {}

    def note(scope: object, symbol: str, role: str | None, node: ast.expr, whole: ast.expr) -> None:
        slot = slot_of(role)
        if slot is not None:
            context = contexts.setdefault(scope, _Context(symbol))
            context.made.setdefault(slot, []).append((node, whole, role or ""))

    for use in inspection.uses:
        if use.shape.called:
            note(use.scope, use.symbol, use.role, use.reference, use.shape.node)
    for call in inspection.calls:
        if call.call is not None and makes_id(call) and call.method not in _TOGETHER:
            note(call.scope, call.symbol, call.role, call.reference, call.call)
    for context in contexts.values():
        if len(context.made) < len(_SLOTS):
            continue
        places = [context.made[slot][0] for slot in _SLOTS]
        node, whole, _ = min(places, key=lambda place: (place[0].lineno, place[0].col_offset))
        names = ", ".join(f"`{role}`" for _, _, role in places)
        yield Hit(
            node,
            f"{names} of one context are made by separate calls, so no run leads back to its thread; "
            'make them together: `thread_id, run_id, request_id = generate_user_context_ids(user_id, "…")`',
            context.symbol,
            whole=whole,
        )


def slot_of(role: str | None) -> str | None:
    """The slot of a context that a role names: ``run_id`` -> ``run``."""
    if role is None:
        return None
    for slot in _SLOTS:
        if role in (slot, f"{slot}_id", f"{slot}id") or role.endswith(f"_{slot}_id"):
            return slot
    return None


RULE = Rule(
    code="SID306",
    name="separate-context-ids",
    title="Thread, run and request id of one context are made one by one",
    what=(
        "Reports a function that makes a thread id, a run id and a request id by separate calls, raw or of "
        "the generator, instead of one call that makes the three together. It is reported once, at the "
        "first of them."
    ),
    why=(
        "Ids that are made together can be matched to each other; ids that are made apart cannot. A "
        "clean-up that looks for the runs of a thread then finds none, connections stay open, and the cap "
        "on connections is reached."
    ),
    example="""\
from ssot_ids import UnifiedIdGenerator


def start(user_id, engine):
    thread_id = UnifiedIdGenerator.generate_base_id("thread")
    #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID306
    run_id = UnifiedIdGenerator.generate_base_id("run")
    request_id = UnifiedIdGenerator.generate_base_id("request")
    engine.run(thread_id, run_id, request_id)
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def start(user_id, engine):
    thread_id, run_id, request_id = UnifiedIdGenerator.generate_user_context_ids(user_id, "start")
    engine.run(thread_id, run_id, request_id)
""",
    safety="Unsafe: `fix --unsafe-fixes` writes one call where the three are raw.",
    inspect=inspect,
    preview=True,
)
