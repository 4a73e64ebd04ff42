"""``ssot-ids config``: valid TOML that gives the same policy, with the origin of each value."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_ids.commands import config
from flake8_ssot_ids.policy.kinds import toml
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.settings import OPTIONS
from flake8_ssot_ids.render import configdoc

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def reload(text: str, folder: Path, root: str) -> Any:
    file = folder / "printed.toml"
    file.write_text(text, encoding="utf-8")
    return load_policy(str(file), root=root)


def test_the_defaults_read_back_equal(tmp_path: Path) -> None:
    policy = load_policy(None, root="/r")
    text = config.describe(policy)
    assert reload(text, tmp_path, "/r") == policy
    assert set(tomllib.loads(text)) == {option.key for option in OPTIONS if option.field} - {"baseline"}
    assert "# baseline is not set  # default\n" in text


def test_the_whole_example_reads_back_equal(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(configdoc.EXAMPLE)
    policy = load_policy(str(file))
    assert reload(config.describe(policy), tmp_path, policy.root) == policy


def test_odd_characters_and_places_outside_read_back_equal(tmp_path: Path) -> None:
    overrides: dict[str, object] = {
        "src": ["../other", "/far/away"],
        "exclude": ['a"b\\[*]', "tab\t", "del\x7f", "é😀", "./x"],
        "per-file-ignores": {"a b/**": ["SID1"], "!x.py": []},
        "exemption": [{"path": "a", "codes": ["SID1"], "reason": "two\nlines", "until": "2030-01-31"}],
        "baseline": "../b.txt",
    }
    policy = load_policy(None, root=str(tmp_path), overrides=overrides)
    assert reload(config.describe(policy), tmp_path, policy.root) == policy


def test_the_exact_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ssot-ids.toml").write_text(
        """
generator = "a.b.C"
exclude = ["x"]
baseline = "b.txt"
roles = { order_id = "f" }
[[zone]]
name = "auth"
paths = ["auth"]
phase = 1
[[exemption]]
path = "a"
codes = ["SID1"]
until = 2030-01-31
"""
    )
    assert config.run(["--ignore", "SID101"]) == 0
    assert capsys.readouterr().out == (
        f"""\
# effective policy; paths and globs are relative to {tmp_path}
generator = ["a.b.C"]  # ssot-ids.toml
allow-raw-in = []  # default
src = [".", "src"]  # default
select = ["SID"]  # default
ignore = ["SID101"]  # command line
preview = false  # default
exclude = ["x"]  # ssot-ids.toml
respect-gitignore = true  # default
test-paths = ["tests/", "test/", "testing/", "test_*.py", "*_test.py", "conftest.py"]  # default
name-hashes = false  # default
baseline = "b.txt"  # ssot-ids.toml
recipes = []  # default

[per-file-ignores]  # default

[roles]  # ssot-ids.toml
order_id = "f"

[not-applicable]  # default

[api]  # default

[[zone]]  # ssot-ids.toml
name = "auth"
paths = ["auth"]
tier = "critical"
phase = "1"
contracts = []

[[exemption]]  # ssot-ids.toml
path = "a"
codes = ["SID1"]
until = 2030-01-31
"""
    )


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.booleans(), st.dates(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=6,
)


@given(VALUES)
def test_every_value_is_written_as_toml_that_reads_back(value: Any) -> None:
    assert tomllib.loads(f"x = {toml(value)}") == {"x": value}


def test_text_that_toml_cannot_hold_is_still_printable() -> None:
    assert toml("a\udcff") == '"a?"'
