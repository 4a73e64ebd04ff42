"""``python -m flake8_ssot_ids.compliance``: print what each contract means, for ``docs/compliance.md``."""

from __future__ import annotations

import sys

from flake8_ssot_ids.compliance.contracts import CONTRACTS


def described() -> str:
    """The contracts as sections of Markdown."""
    sections = []
    for contract in CONTRACTS:
        runs = "Reads code and runs the project." if contract.runs_target else "Reads code only."
        sections.append(
            f"### {contract.id}: {contract.title}\n\n{contract.about} {runs}\n\n"
            f"*Why it matters:* {contract.why}\n*What to do:* {contract.remedy}\n"
        )
    return "\n".join(sections)


if __name__ == "__main__":
    sys.stdout.write(described())
