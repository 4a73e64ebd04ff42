"""What ``init`` proposes for a repository: the plan, written as a table that is checked first."""

from __future__ import annotations

import os
import tempfile

from flake8_ssot_ids.adopt import document
from flake8_ssot_ids.adopt.configfile import ConfigFile, ConfigFileError
from flake8_ssot_ids.adopt.plan import Plan, survey
from flake8_ssot_ids.model import PolicyError
from flake8_ssot_ids.policy.load import find_config
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.rules.codes import UNREADABLE, is_raw
from flake8_ssot_ids.runs.run import run
from flake8_ssot_ids.runs.session import load
from flake8_ssot_ids.system import collector


def propose(root: str, where: ConfigFile) -> tuple[Plan, str]:
    """The plan for the folder ``root`` and the table to write to ``where``, which is known to be valid there.

    Raises:
        ConfigFileError: with it, the file would not be valid.
    """
    with collector.paused():
        plan = survey(root)
    governing = find_config(os.path.dirname(root))
    if governing is not None:
        plan.notes.append(f"{governing} governs this folder now, and will not any more")
    count(plan, _checked(where, document.write(plan, with_numbers=False)))
    text = document.write(plan, with_numbers=True)
    _checked(where, text)
    return plan, text


def _checked(where: ConfigFile, text: str) -> Policy:
    """The policy that ``text`` makes of the file.

    Raises:
        ConfigFileError: it makes none.
    """
    with tempfile.TemporaryDirectory(prefix="ssot-ids-init-") as folder:
        path = os.path.join(folder, where.name)
        with open(path, "wb") as stream:
            stream.write(where.whole(text))
        try:
            return load(path, where.root)
        except PolicyError as error:
            problems = "; ".join(f"{problem.key}: {problem.message}" for problem in error.problems)
            raise ConfigFileError(f"{where.name} cannot take the table: {problems}") from None


def count(plan: Plan, policy: Policy) -> None:
    """Check every file as ``ssot-ids check`` will, and note how many raw ids each has."""
    outcome = run(plan.paths, policy)
    for report in outcome.reports:
        codes = [finding.code for finding in report.findings]
        number = sum(is_raw(code) and code != UNREADABLE for code in codes)
        if number:
            plan.raw[policy.relative(report.path)] = number
    plan.notes += outcome.notes
