"""SID390: code that a recipe of the house's own replaces."""

from __future__ import annotations

from flake8_ssot_ids.rules.rule import Rule

RULE = Rule(
    code="SID390",
    name="house-recipe",
    title="Code that a recipe of this house replaces",
    what=(
        "Reports every place that the `pattern` of a `[[tool.ssot-ids.recipes]]` table matches, where the "
        "value has the role that `where` names, if it names one. The message is the `rewrite` with the "
        "meta-variables filled in. It is on where the configuration has recipes. ast-grep matches; what "
        "Python's own parser does not see as an expression, an assignment or a return at that very place "
        "does not count, nor do annotations and what is only assigned to. A name in a pattern is text: "
        "imports and aliases are not followed."
    ),
    why=(
        "Each house has helpers that make ids behind the back of the generator, or call it in ways that have "
        "been given up. They hold no raw id source that could be resolved, so only the house can name them."
    ),
    example="""\
from helpers import short_id


def open_order():
    order_id = short_id("order")
    #          ^^^^^^^^^^^^^^^^^ SID390
    return order_id
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def open_order():
    order_id = UnifiedIdGenerator.generate_base_id("order")
    return order_id
""",
    safety=(
        "As the `level` of the recipe says: `safe` is written by `ssot-ids fix`, `unsafe` only with "
        "`--unsafe-fixes` and not where the value is later used as a UUID, sliced, split or matched, "
        "`manual` never. What is written is verified like every other fix."
    ),
    config="""\
[[recipes]]
pattern = "short_id($PREFIX)"
rewrite = "UnifiedIdGenerator.generate_base_id($PREFIX)"
""",
)
