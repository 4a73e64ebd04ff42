"""A small project on the disk, and what fixing a file of it gives, with all that must hold of any fix."""

from __future__ import annotations

import ast
import io
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyflakes.api import check as pyflakes_check
from pyflakes.reporter import Reporter

from flake8_ssot_ids.compliance.scan import policy_of
from flake8_ssot_ids.fixes.plan import FilePlan, Planner
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.runs.discover import discover
from flake8_ssot_ids.runs.session import check_recipes
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.uuids import catalog

RUNTIME = Path(__file__).resolve().parents[2] / "runtime"
Files = Mapping[str, str | bytes]


def undefined_names(text: str) -> list[str]:
    """What pyflakes says of names that are not there, without the places."""
    out, errors = io.StringIO(), io.StringIO()
    pyflakes_check(text, "file", Reporter(out, errors))
    assert errors.getvalue() == ""
    rows = [row.split(" ", 1)[1] for row in out.getvalue().splitlines()]
    return sorted(row for row in rows if "undefined name" in row or "referenced before" in row)


class Workshop:
    """A project in a folder. ``rest`` is more of its policy, ``generator`` the approved one."""

    def __init__(self, folder: Path, files: Files, rest: str, generator: str) -> None:
        self.folder = folder
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
        policy = f'generator = {generator}\nsrc = ["."]\n{rest}'
        (folder / "ssot-ids.toml").write_text(policy)
        self.policy = policy_of(str(folder))

    def planner(self) -> Planner:
        """A planner that has seen nothing yet."""
        project = Project(self.policy.src, catalog.attributes(False))
        return Planner(self.policy, project, discover([str(self.folder)], self.policy).files)

    def plan(self, name: str = "app.py") -> FilePlan:
        """The plan for a file; whatever it writes has to be sound."""
        path = self.folder / name
        old = path.read_bytes()
        plan = self.planner().plan(str(path), old, unsafe=True)
        assert plan.refused == "", "a refusal is a defect of the planner"
        assert len(plan.fixed) + len(plan.manual) == len(plan.verdicts)
        if plan.new is not None:
            ast.parse(plan.new)
            before, after = (data.decode("utf-8-sig", "replace") for data in (old, plan.new))
            assert set(undefined_names(after)) <= set(undefined_names(before))
            path.write_bytes(plan.new)
            again = self.planner().plan(str(path), plan.new, unsafe=True)
            assert (again.new, again.fixed, again.refused) == (None, [], "")
            path.write_bytes(old)
        return plan

    def fixed(self, name: str = "app.py") -> str:
        """The text of a file after its fix; nothing in it may be manual."""
        plan = self.plan(name)
        assert [(verdict.kind, verdict.reason) for verdict in plan.manual] == []
        assert plan.new is not None
        return plan.new.decode()

    def manual(self, name: str = "app.py") -> list[tuple[str, str, str]]:
        """Kind, reason and place of each finding whose format stays."""
        found = [verdict for verdict in self.plan(name).verdicts if verdict.decision != "text"]
        return [(verdict.kind, verdict.reason, verdict.place) for verdict in found]


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Workshop]:
    """``workshop(files, rest="", generator=...)``: the project, as a :class:`Workshop`."""
    monkeypatch.syspath_prepend(RUNTIME)

    def make(
        files: Files | str | bytes, rest: str = "", generator: str = '"ssot_ids.UnifiedIdGenerator"'
    ) -> Workshop:
        given: Files = {"app.py": files} if isinstance(files, str | bytes) else files
        return Workshop(tmp_path, given, rest, generator)

    return make


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
