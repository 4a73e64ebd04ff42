"""``ssot-ids rule``: explain one rule, or all."""

from __future__ import annotations

from flake8_ssot_ids.commands import arguments
from flake8_ssot_ids.render import machine, output, ruledoc, terminal
from flake8_ssot_ids.rules.registry import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from flake8_ssot_ids.rules.rule import Rule

EXIT_CODES = {0: "the explanation was printed", 2: "a usage error, or there is no such rule"}


def run(argv: Sequence[str]) -> int:
    """Run the verb; return 0, or 2 if there is no such rule."""
    parser = arguments.parser("rule", "Explain one rule or all rules.", EXIT_CODES)
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help="a code such as SID103, or a name such as raw-uuid"
    )
    parser.add_argument("--all", action="store_true", help="explain all rules")
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="(default: text)")
    options = parser.parse_args(list(argv))
    if options.all == (options.code is not None):
        parser.error("give a CODE or --all")
    chosen = list(rules()) if options.all else _named(options.code)
    if not chosen:
        terminal.say(f"error: there is no rule {options.code}{_suggestion(options.code)}")
        return 2
    if options.output_format == "json":
        objects = [ruledoc.as_object(rule) for rule in chosen]
        machine.show(objects if options.all else objects[0])
    else:
        output.to_people("\n".join(ruledoc.as_markdown(rule) for rule in chosen).splitlines())
    return 0


def _named(text: str) -> list[Rule]:
    return [rule for rule in rules() if text.upper() == rule.code or text.lower() == rule.name]


def _suggestion(text: str) -> str:
    from difflib import get_close_matches

    codes = [rule.code for rule in rules()]
    near = get_close_matches(text.upper(), codes, 1) or get_close_matches(
        text.lower(), [rule.name for rule in rules()], 1
    )
    return f"; did you mean {near[0]}?" if near else f" (rules: {', '.join(codes)})"
