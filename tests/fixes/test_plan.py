"""When a plan ends: once all is written that could be, unless a change may have uncovered something."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_ids.fixes import plan as plan_module
from flake8_ssot_ids.fixes.decide import Choices
from tests.fixes.conftest import Workshop

RECIPE = "[[recipes]]\npattern = 'old($X)'\nrewrite = 'new($X)'\nlevel = 'unsafe'\n"
ID = "user_id = str(uuid.uuid4())\n"
#: Sentence -> more of the policy, the module, how often it is looked at.
PASSES = {
    "all is written": ("", ID, 1),
    "what is left is wanted as it is": ("", ID + "user = uuid.uuid4()\n", 1),
    "a recipe may find what another change made": (RECIPE, ID, 2),
    "nothing can be written": ("", "user = uuid.uuid4()\n", 1),
}


@pytest.mark.parametrize(("rest", "text", "passes"), PASSES.values(), ids=PASSES)
def test_a_plan_ends_when_the_rest_cannot_change(
    rest: str, text: str, passes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []

    def noted(*arguments: object, **named: object) -> Choices:
        looked.append(arguments)
        return Choices(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(plan_module, "Choices", noted)
    files = {"app.py": f"import uuid\n{text}", "ids.py": "class Gen:\n    generate_base_id = str\n"}
    shop = Workshop(tmp_path, files, rest, '"ids.Gen"')
    path = tmp_path / "app.py"
    shop.planner().plan(str(path), path.read_bytes(), unsafe=True)
    assert len(looked) == passes
