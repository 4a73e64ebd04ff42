"""What the test modules of the rules in preview share: a judged file, its project, and the messages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.testing import assert_marks, check
from flake8_ssot_ids.uuids import catalog

#: Sentence -> the judged file, or that and the other files of the project (``ssot-ids.toml`` is its policy).
Case = str | tuple[str, dict[str, str]]


def parts(case: Case, config: str) -> tuple[str, dict[str, str], str]:
    """The source, the other files, the policy."""
    source, files = (case, {}) if isinstance(case, str) else case
    own = files.get("ssot-ids.toml", "")
    return source, {name: text for name, text in files.items() if name != "ssot-ids.toml"}, config + own


def assert_case(case: Case, code: str) -> None:
    """The marked findings of this code, and no others of it, come out with the rule on; none with it off."""
    source, files, config = parts(case, "preview = true\n")
    assert_marks(source, files=files, config=config, select=[code])
    assert check(source, files=files, config=config.replace("preview = true", ""), select=[code]) == []


def messages(case: Case, code: str, root: Path) -> list[str]:
    """The messages of this code."""
    source, files, config = parts(case, "preview = true\n")
    for name, text in {**files, "case.py": source, "ssot-ids.toml": config}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    policy = load_policy(str(root / "ssot-ids.toml"), root=str(root))
    project = Project(policy.src, catalog.attributes(policy.name_hashes))
    report = check_source(source.encode(), str(root / "case.py"), policy, project)
    return [found.message for found in report.findings if found.code == code]


def assert_balance(firing: Mapping[str, Case], silent: Mapping[str, Case]) -> None:
    """At least as many cases stay silent."""
    assert len(silent) >= len(firing)
