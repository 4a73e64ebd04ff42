"""The documentation of the rules, from the rules themselves: for the terminal, JSON and docs/rules.md.

``python -m flake8_ssot_ids.render.ruledoc`` writes docs/rules.md anew.
"""

from __future__ import annotations

import os

from flake8_ssot_ids.render.links import RULES_PAGE, anchor, rule_url
from flake8_ssot_ids.rules.registry import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from flake8_ssot_ids.rules.rule import Rule

_WIDTH = 88  # of prose in a terminal; the page is wrapped by whatever shows it
REGENERATE = "python -m flake8_ssot_ids.render.ruledoc"


def as_markdown(rule: Rule) -> str:
    """Return everything that is to be said of one rule."""
    return f"# {rule.name} ({rule.code})\n\n{_body(rule, '##', _WIDTH)}"


def as_object(rule: Rule) -> dict[str, object]:
    """Return what ``ssot-ids rule --output-format json`` prints of one rule: ruff's keys, then ours."""
    return {
        "name": rule.name,
        "code": rule.code,
        "linter": "flake8-ssot-ids",
        "summary": rule.title,
        "fix": rule.safety,
        "explanation": _body(rule, "##"),
        "preview": rule.preview,
        "url": rule_url(rule.code),
    }


def page(all_rules: Iterable[Rule]) -> str:
    """Return the text of docs/rules.md."""
    listed = list(all_rules)
    rows = "".join(
        f"| [{r.code}](#{anchor(r.code)}) | {r.name} | {r.title}{' (preview)' if r.preview else ''} |\n"
        for r in listed
    )
    sections = "\n".join(
        f'<a id="{anchor(r.code)}"></a>\n\n## {r.code}: {r.name}\n\n{_body(r, "###")}' for r in listed
    )
    return (
        f"<!-- Generated from the rules by `{REGENERATE}`; do not edit. -->\n\n"
        "# Rules\n\n"
        "`ssot-ids rule CODE` prints the same text.\n\n"
        f"| code | name | what is wrong |\n| --- | --- | --- |\n{rows}\n{sections}"
    )


def _body(rule: Rule, level: str, width: int | None = None) -> str:
    def prose(text: str) -> str:
        if width is None:
            return text.strip()
        from textwrap import fill

        return "\n\n".join(
            fill(paragraph, width, break_long_words=False, break_on_hyphens=False)
            for paragraph in text.strip().split("\n\n")
        )

    parts = [f"{rule.title}.\n"]
    if rule.preview:
        parts.append(
            prose(
                "This rule is in preview: what it reports may still change. It is off unless `preview = "
                "true` or `--preview` turns on the selected rules in preview, or its whole code is selected."
            )
            + "\n"
        )
    needed = f"```toml\n{rule.config.strip()}\n```\n\n" if rule.config else ""
    for heading, text in (
        ("What it does", prose(rule.what)),
        ("Why is this bad?", prose(rule.why)),
        ("Example", needed + _code(rule.example)),
        ("Use instead", _code(rule.instead)),
        ("Fix safety", prose(rule.safety)),
    ):
        parts.append(f"{level} {heading}\n\n{text}\n")
    return "\n".join(parts)


def _code(source: str) -> str:
    """Fence an example; carets stay, markers that only the tests understand go."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith("#!")]
    return "```python\n" + "\n".join(lines).strip("\n") + "\n```"


def main() -> int:
    """Write docs/rules.md of the source tree that this package lies in."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    target = os.path.join(root, *RULES_PAGE.split("/"))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(page(rules()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
