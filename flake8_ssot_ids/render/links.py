"""Where the documentation of a rule lies."""

from __future__ import annotations

RULES_PAGE = "docs/rules.md"


def anchor(code: str) -> str:
    """Return the name of a rule's section in the rules page."""
    return code.lower()


def rule_url(code: str) -> str:
    """Return the link to a rule's section, relative to the root of the source distribution."""
    return f"{RULES_PAGE}#{anchor(code)}"
