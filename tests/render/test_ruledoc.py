"""docs/rules.md is printed from the rules; the links in results lead to its sections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flake8_ssot_ids.render import links, ruledoc
from flake8_ssot_ids.rules.registry import rules

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_fresh() -> None:
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == ruledoc.page(rules()), f"docs/rules.md is stale: run `{ruledoc.REGENERATE}`"


def test_every_link_leads_to_a_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "DOCUMENTATION", "https://docs.example/")
    page = ruledoc.page(rules())
    for rule in rules():
        address, _, anchor = str(links.rule_url(rule.code)).partition("#")
        assert address == "https://docs.example/docs/rules.md"
        assert page.count(f'<a id="{anchor}"></a>') == 1
        assert page.count(f"(#{anchor})") == 1


def test_every_rule_has_every_section() -> None:
    for rule in rules():
        headings = [
            line for line in ruledoc.as_markdown(rule).split("\n") if line.startswith("#") and "(" not in line
        ]
        expected = ["## What it does", "## Why is this bad?", "## Example", "## Use instead", "## Fix safety"]
        assert [h for h in headings if h.startswith("## ")] == expected, rule.code
        assert "#!" not in ruledoc.as_markdown(rule), rule.code
