"""Where the documentation can be read: the only module that knows its address."""

from __future__ import annotations

#: The address below which the files of this repository can be read, with a slash at the end; None while they
#: are published nowhere. What is printed or packaged then holds no link.
DOCUMENTATION: str | None = None

RULES_PAGE = "docs/rules.md"


def url(file: str) -> str | None:
    """Return the address of a file of the repository, such as ``docs/rules.md``; None while there is none."""
    return None if DOCUMENTATION is None else f"{DOCUMENTATION}{file}"


def anchor(code: str) -> str:
    """Return the name of a rule's section in the rules page."""
    return code.lower()


def rule_url(code: str) -> str | None:
    """Return the address of a rule's section; None while the documentation has none."""
    return url(f"{RULES_PAGE}#{anchor(code)}")
