"""A violation planted in a copy of the migrated platform turns exactly its contract red."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from flake8_ssot_ids.compliance.checks import BY_ID
from flake8_ssot_ids.compliance.scan import policy_of
from flake8_ssot_ids.findings import baseline
from flake8_ssot_ids.runs.run import run
from tests.compliance.judging import POLICY, copy_of, judged, put, told, write
from tests.compliance.plants import PLANTS, RAW, Plant


#: To run the target for every contract takes long, so that is done under the marker.
@pytest.mark.parametrize(
    "every", [False, pytest.param(True, marks=pytest.mark.corpora)], ids=["its own runs", "all runs"]
)
@pytest.mark.parametrize(
    "plant", PLANTS, ids=lambda plant: f"{plant.red[-2 if len(plant.red) > 2 else 0]}: {plant.name}"
)
def test_a_planted_violation_turns_its_contract_red_and_no_other(
    plant: Plant, every: bool, tmp_path: Path
) -> None:
    root = copy_of("after", tmp_path / "after")
    for path, old, new in plant.changes:
        if not old and not (root / path).exists():
            write(root, path, new)
        else:
            put(root, path, old, new)
    broken = judged(root, running=BY_ID if every else plant.red)
    assert sorted(broken) == sorted(plant.red), broken
    contract = next((name for name in plant.red if name not in RAW), plant.red[0])
    assert plant.says in told(broken, contract)


def test_every_contract_has_a_plant() -> None:
    assert {name for plant in PLANTS for name in plant.red} == {f"C{number:02}" for number in range(1, 13)}


@pytest.mark.parametrize("name", ["before", "after"])
def test_the_table_of_the_platform(name: str, tmp_path: Path) -> None:
    broken = judged(copy_of(name, tmp_path / name))
    assert sorted(broken) == {"before": ["C01", "C02", "C03", "C04", "C05", "C08", "C10"], "after": []}[name]


def git(root: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def test_a_row_that_is_added_on_a_branch_turns_c10_red(tmp_path: Path) -> None:
    root = copy_of("after", tmp_path / "after")
    put(root, POLICY, 'src = ["."]\n', 'src = ["."]\nbaseline = "ssot-ids-baseline.txt"\n')
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "All migrated")
    git(root, "switch", "-qc", "feature")
    put(
        root, "scripts/dump_state.py", "", "\n\ndef fresh():\n    import uuid\n    return str(uuid.uuid4())\n"
    )
    policy = policy_of(str(root))
    found = run([str(root / "scripts" / "dump_state.py")], policy, jobs=1).reports[0].findings
    write(root, "ssot-ids-baseline.txt", baseline.format(baseline.rows_of(found, policy)))
    broken = judged(root)
    assert sorted(broken) == ["C01", "C10"]
    assert "`main` has not this row" in told(broken, "C10")
    assert len(broken["C10"]) == 1, "the finding itself is in the baseline"
    # On the base branch the same row is known.
    git(root, "add", ".")
    git(root, "commit", "-qm", "A row")
    git(root, "branch", "-f", "main")
    assert sorted(judged(root)) == ["C01"]
