"""docs/configuration.md is what the table of options says, and its examples load."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from flake8_ssot_ids.policy.kinds import toml
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.settings import OPTIONS
from flake8_ssot_ids.render import configdoc

if TYPE_CHECKING:
    from pathlib import Path

PAGE = os.path.join(os.path.dirname(__file__), os.pardir, os.pardir, "docs", "configuration.md")


def test_the_page_is_fresh() -> None:
    with open(PAGE, encoding="utf-8") as file:
        assert file.read() == configdoc.render(), "run: python -m flake8_ssot_ids.render.configdoc"


def test_each_key_has_a_section() -> None:
    headings = [line[5:-1] for line in configdoc.render().splitlines() if line.startswith("### `")]
    assert headings == [option.key for option in OPTIONS]


def test_the_whole_example_loads(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(configdoc.EXAMPLE)
    policy = load_policy(str(tmp_path / "pyproject.toml"))

    def zone(path: str) -> str | None:
        found = policy.zone_of(f"{tmp_path}/{path}")
        return None if found is None else f"{found.name}/{found.tier}/{found.phase}/{found.service}"

    assert zone("backend/app/websocket.py") == "websocket/critical/1/backend"
    assert zone("backend/app/websocket_core/manager.py") == "websocket/critical/1/backend"
    assert zone("backend/app/routes/websocket_v2.py") == "websocket/critical/1/backend"
    assert zone("auth_service/auth_core/models.py") == "auth/critical/1/auth"
    assert zone("backend/app/agents/registry.py") == "execution/critical/2/backend"
    assert zone("backend/app/main.py") == "everything else/standard/3/None"
    assert policy.allows_raw(f"{tmp_path}/shared/id_generation/helpers.py")
    assert policy.allows_raw(f"{tmp_path}/auth_service/auth_core/ids.py")
    assert not policy.allows_raw(f"{tmp_path}/auth_service/auth_core/models.py")
    assert policy.ignored_in_file(f"{tmp_path}/tests/unit/test_a.py") == ("SID101", "SID102")
    set_keys = {key for key, origin in policy.provenance.items() if origin != "default"}
    assert set_keys == {option.key for option in OPTIONS if option.field} - {"respect-gitignore"}


@pytest.mark.parametrize("key", [option.key for option in OPTIONS])
def test_the_example_of_each_key_loads_and_is_not_the_default(key: str, tmp_path: Path) -> None:
    option = next(option for option in OPTIONS if option.key == key)
    file = tmp_path / "ssot-ids.toml"
    file.write_text(option.example)
    assert option.example.startswith(f"{key} = ")
    assert load_policy(str(file)) != load_policy(None, root=str(tmp_path))


def test_the_example_of_each_inner_key_loads(tmp_path: Path) -> None:
    file = tmp_path / "ssot-ids.toml"
    for option in OPTIONS:
        if not option.parts:
            continue
        head = f"[[{option.key}]]" if option.default == () else f"[{option.key}]"
        file.write_text("\n".join([head, *(part.example for part in option.parts if part.example)]))
        # Exactly what the pattern of a recipe binds may be used, so these two must fit each other.
        load_policy(str(file))


def test_defaults_are_what_an_empty_file_gives(tmp_path: Path) -> None:
    file = tmp_path / "ssot-ids.toml"
    file.write_text("")
    plain = load_policy(str(file))
    assert plain == load_policy(None, root=str(tmp_path))
    lines = [f"{option.key} = {toml(option.default)}" for option in OPTIONS if option.default is not None]
    file.write_text("\n".join(lines))
    assert load_policy(str(file)) == plain
