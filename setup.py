"""Builds the long description: the README, without links that are dead outside of the repository.

Everything else is in pyproject.toml.
"""

import re
import runpy
from pathlib import Path

from setuptools import setup

# Blocks and spans of code are matched too, to be passed over.
_LINK = re.compile(r"(?s:```.*?```)|\[([^]]*)\]\((?![a-z]+:|#)([^)]+)\)|`[^`\n]*`")
_LINKS = runpy.run_path("flake8_ssot_ids/render/links.py")


def _outside(found: re.Match[str]) -> str:
    """A link to a file of the repository by the documentation's address; without one, the file's name."""
    text, target = found.groups()
    if target is None:
        return found[0]
    address = _LINKS["url"](target)
    if address is not None:
        return f"[{text}]({address})"
    return text if text.strip("`") == target else f"{text} (`{target}`)"


setup(
    long_description=_LINK.sub(_outside, Path("README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
)
