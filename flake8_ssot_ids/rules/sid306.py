"""SID306: the ids of one context are made by separate calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_ssot_ids.rules.rule import Hit, Rule
from flake8_ssot_ids.semantics.module.scopes import Scope

TYPE_CHECKING = False  # a plain check loads nothing of this
if TYPE_CHECKING:
    from flake8_ssot_ids.ids.inspection import Inspection

#: The ids of one context, in the order in which the generator gives them.
_SLOTS = ("thread", "run", "request")
_TOGETHER = frozenset({"generate_user_context_ids", "create_user_execution_context_factory"})


@dataclass
class _Triple:
    """What one function makes for one context: for each slot the places, with the call around each."""

    symbol: str
    scope: Scope
    made: dict[str, list[tuple[ast.expr, ast.expr, str]]] = field(default_factory=dict)


def inspect(inspection: Inspection) -> Iterator[Hit]:
    """Each function that makes a thread and a run id apart: reported where it begins to."""
    from flake8_ssot_ids.ids.generatorcalls import makes_id

    # Raw and generated ids come from two walks over the module, with scopes of their own.
    contexts: dict[tuple[ast.AST | None, str], _Triple] = {}

    def note(scope: Scope, symbol: str, role: str | None, node: ast.expr, whole: ast.expr) -> None:
        slot, owner = slot_of(role)
        if slot is not None:
            context = contexts.setdefault((scope.node, owner), _Triple(symbol, scope))
            context.made.setdefault(slot, []).append((node, whole, role or ""))

    for use in inspection.uses:
        if use.shape.called:
            note(use.scope, use.symbol, use.role, use.reference, use.shape.node)
    for call in inspection.calls:
        if call.call is None or not makes_id(call) or call.method in _TOGETHER or _is_derived(call.call):
            continue
        note(call.scope, call.symbol, call.role, call.reference, call.call)
    for context in contexts.values():
        if not {"thread", "run"} <= context.made.keys():
            continue
        places = [context.made[slot][0] for slot in _SLOTS if slot in context.made]
        if _either(context.made["thread"], context.made["run"], context.scope.node):
            continue
        node, whole, _ = min(places, key=lambda place: (place[0].lineno, place[0].col_offset))
        names = ", ".join(f"`{role}`" for _, _, role in places)
        yield Hit(
            node,
            f"{names} of one context are made by separate calls, so no run leads back to its thread; "
            'make them together: `thread_id, run_id, request_id = generate_user_context_ids(user_id, "…")`',
            context.symbol,
            whole=whole,
        )


def slot_of(role: str | None) -> tuple[str | None, str]:
    """The slot that a role names, and whose context it is of: ``child_run_id`` -> ``run``, ``child``."""
    for slot in _SLOTS:
        if role in (slot, f"{slot}id"):
            return slot, ""
        if role is not None and (role == f"{slot}_id" or role.endswith(f"_{slot}_id")):
            return slot, role.removesuffix(f"{slot}_id").rstrip("_")
    return None, ""


def _is_derived(call: ast.Call) -> bool:
    """Whether a thread id is handed in, so that what is made leads back to it."""
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for node in ast.walk(argument):
            name = getattr(node, "id", None) or getattr(node, "attr", None)
            if isinstance(name, str) and "thread" in name.lower():
                return True
    return False


def _either(
    first: list[tuple[ast.expr, ast.expr, str]],
    second: list[tuple[ast.expr, ast.expr, str]],
    function: ast.AST | None,
) -> bool:
    """Whether never both are made: each in another branch of a condition or another case."""
    if function is None:
        return False
    branches = [branch for node in ast.walk(function) for branch in _branches(node)]
    return all(
        any(
            _within(one[0], some) and any(_within(other[0], rest) for rest in others)
            for some, others in branches
        )
        for one in first
        for other in second
    )


def _branches(node: ast.AST) -> Iterator[tuple[list[ast.stmt], list[list[ast.stmt]]]]:
    ways: list[list[ast.stmt]] = []
    if isinstance(node, ast.If):
        ways = [node.body, node.orelse]
    elif isinstance(node, ast.Match):
        ways = [case.body for case in node.cases]
    for way in ways:
        yield way, [other for other in ways if other is not way]


def _within(node: ast.expr, block: list[ast.stmt]) -> bool:
    return bool(block) and block[0].lineno <= node.lineno <= (block[-1].end_lineno or 0)


RULE = Rule(
    code="SID306",
    name="separate-context-ids",
    title="Thread, run and request id of one context are made one by one",
    what=(
        "Reports a function that makes a thread id and a run id by separate calls, raw or of the generator, "
        "instead of one call that makes them together with the request id. A run id that is made of its "
        "thread id is no fault, nor are ids of two contexts (`parent_thread_id`, `child_run_id`) or in two "
        "branches of a condition. It is reported once, at the first of them."
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
