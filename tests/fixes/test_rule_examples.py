"""What a rule's page says to write instead is what ``fix`` writes, to the byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flake8_ssot_ids.fixes.plan import Planner
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.rules.registry import rules
from flake8_ssot_ids.rules.rule import Rule
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.uuids import catalog
from tests.rules.test_registry import files_of

MARK = re.compile(r"^[ \t]*#(?:[ \t]*\^+[ \t]+SID\d+|![ \t]*SID).*\n", re.MULTILINE)
#: A raw alias stays behind its last call, for a person to remove; a UUID object is a person's decision; what a
#: shadowed source makes is not known.
BY_HAND = {"SID101", "SID105", "SID201", "SID205"}
WRITTEN = [
    rule for rule in rules() if rule.matches is not None and not rule.preview and rule.code not in BY_HAND
]


@pytest.mark.parametrize("rule", WRITTEN, ids=[rule.code for rule in WRITTEN])
def test_fix_writes_what_the_page_says(rule: Rule, tmp_path: Path) -> None:
    files = {name: MARK.sub("", text) for name, text in files_of(rule.example).items()}
    (tmp_path / "ssot-ids.toml").write_text('generator = "ssot_ids.UnifiedIdGenerator"\n')
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    policy = load_policy(str(tmp_path / "ssot-ids.toml"))
    project = Project(policy.src, catalog.attributes(policy.name_hashes))
    planner = Planner(policy, project, [str(tmp_path / name) for name in files])
    for name, expected in files_of(rule.instead).items():
        path = tmp_path / name
        plan = planner.plan(str(path), path.read_bytes(), unsafe=True)
        assert (plan.refused, plan.manual) == ("", [])
        assert plan.new == expected.encode()


def test_most_rules_are_covered() -> None:
    assert [rule.code for rule in WRITTEN] == ["SID102", "SID103", "SID104", "SID202", "SID203"]
