"""Builds the long description: the README, without links that are dead outside of the repository.

Everything else is in pyproject.toml.
"""

import re
from pathlib import Path

from setuptools import setup

# Blocks and spans of code are matched too, to be passed over.
_LINK = re.compile(r"(?s:```.*?```)|\[([^]]*)\]\((?![a-z]+:|#)([^)]+)\)|`[^`\n]*`")


def _outside(found: re.Match[str]) -> str:
    text, target = found.groups()
    return found[0] if target is None else f"{text} (`{target}`)"


setup(
    long_description=_LINK.sub(_outside, Path("README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
)
