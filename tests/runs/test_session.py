"""The one way from a configuration to all that is needed to check a file under it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_ids.model import PolicyError
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.runs import session
from flake8_ssot_ids.runs.session import Policies, Session

PACKAGE = Path(session.__file__).parent.parent
RECIPE = "recipes = [{ pattern = 'short_id($X)', rewrite = 'ids.Gen.generate_base_id($X)' }]\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))


def write(path: str, text: str) -> str:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return str(file.resolve())


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ("select = ['SID7']\n", "select[0]: no code begins with `SID7`"),
        (
            "recipes = [{ pattern = 'short_id($X)', rewrite = 'short_id($X)' }]\n",
            "recipes[0].rewrite: the pattern matches it again",
        ),
        ("select = ['SID1', 'SID990']\n", ""),
        (RECIPE, ""),
        ("", ""),
    ],
)
def test_what_a_run_could_not_do_is_refused_when_it_is_loaded(config: str, problem: str) -> None:
    file = write("ssot-ids.toml", config)
    if problem:
        with pytest.raises(PolicyError) as caught:
            session.load(file)
        assert problem in str(caught.value)
    else:
        assert session.load(file).origin == file


def test_each_folder_has_the_policy_above_it_and_each_file_is_loaded_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("ssot-ids.toml", "preview = true\n")
    write("shop/ssot-ids.toml", "test-paths = ['x']\n")
    for folder in ("app/deep", "shop/deep"):
        Path(folder).mkdir(parents=True)
    loaded: list[str | None] = []

    def load(config: str | None, **more: Any) -> Policy:
        loaded.append(config)
        return load_policy(config, **more)

    monkeypatch.setattr(session, "load_policy", load)
    policies = Policies(None)
    found = [policies.above(str(tmp_path / name)) for name in ("", "app", "app/deep", "shop", "shop/deep")]
    assert [policy.root for policy in found] == [str(tmp_path)] * 3 + [str(tmp_path / "shop")] * 2
    assert loaded == [str(tmp_path / "ssot-ids.toml"), str(tmp_path / "shop" / "ssot-ids.toml")]
    assert policies.hierarchical


@pytest.mark.parametrize("isolated", [False, True])
def test_what_the_user_names_governs_every_folder(isolated: bool, tmp_path: Path) -> None:
    file = write("conf/own.toml", "preview = true\n")
    write("shop/ssot-ids.toml", "preview = true\n")
    policies = Policies(None if isolated else file, isolated)
    assert not policies.hierarchical
    policy = policies.above(str(tmp_path / "shop"))
    # Its globs are relative to the working folder.
    assert (policy.root, policy.preview) == (str(tmp_path), not isolated)
    assert policies.above(str(tmp_path)) is policy


def test_only_a_policy_with_recipes_has_a_house() -> None:
    write("ids.py", "class Gen: ...\n")
    assert Session(Policy(root="/r")).house is None
    found = Session(session.load(write("ssot-ids.toml", RECIPE)))
    assert found.house is not None
    report = found.check(b"x = short_id('user')\n", str(Path("a.py").resolve()))
    assert [finding.code for finding in report.findings] == ["SID390"]


@pytest.mark.parametrize("keeps", [False, True])
def test_a_survey_is_made_once_and_only_where_it_is_kept(keeps: bool, tmp_path: Path) -> None:
    write("m.py", "from uuid import uuid4 as make\n")
    policy = Policy(root=str(tmp_path), src=(str(tmp_path),))
    found = Session(policy, keeps=keeps)
    for _ in range(2):
        found.survey()
        assert found.project.surveyed == ((b"make",) if keeps else None)
        assert found.project.survey is None
    assert len([*tmp_path.glob("cache/*.survey")]) == keeps


def test_nobody_else_makes_a_project() -> None:
    makers = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Project":
                makers.add(file.relative_to(PACKAGE).as_posix())
    assert makers == {"runs/session.py"}
