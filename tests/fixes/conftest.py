"""A project on the disk with a generator of its own, and the plan for one of its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids import catalog
from flake8_ssot_ids.commands.configs import check_recipes
from flake8_ssot_ids.fixes.plan import FilePlan, Planner
from flake8_ssot_ids.names.project import Project
from flake8_ssot_ids.policy import load_policy

GENERATOR = """
class Gen:
    @classmethod
    def generate_base_id(cls, prefix: str, *args: object, **more: object) -> str:
        return prefix

    @classmethod
    def other(cls) -> str:
        return ""
"""
Fix = Callable[..., FilePlan]


@pytest.fixture
def fix(tmp_path: Path) -> Fix:
    """``fix(data, config, path=..., unsafe=..., files={...})``: the plan for one file of a fresh project."""

    def plan(
        data: bytes | str,
        config: str = "",
        path: str = "m.py",
        *,
        unsafe: bool = True,
        files: dict[str, str] | None = None,
    ) -> FilePlan:
        source = data if isinstance(data, bytes) else data.encode()
        named = {"ids.py": GENERATOR, "ssot-ids.toml": f'generator = "ids.Gen"\n{config}', **(files or {})}
        for name, text in named.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source)
        policy = load_policy(str(tmp_path / "ssot-ids.toml"))
        check_recipes(policy)
        project = Project(policy.src, catalog.attributes(policy.name_hashes))
        every = [str(file) for file in sorted(tmp_path.rglob("*.py"))]
        return Planner(policy, project, every).plan(str(target), source, unsafe=unsafe)

    return plan
