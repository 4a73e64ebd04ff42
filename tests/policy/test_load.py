"""Finding and reading configuration files."""

from __future__ import annotations

import datetime
import os
from typing import TYPE_CHECKING, Any

import pytest

from flake8_ssot_ids.model import PolicyError, Problem
from flake8_ssot_ids.policy.load import find_config, load_policy
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import Exemption, Recipe, Zone

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "[tool.ssot-ids]\n"


def load(tmp_path: Path, text: str | bytes, name: str = "ssot-ids.toml", **more: Any) -> Policy:
    file = tmp_path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_policy(str(file), **more)


def problems(tmp_path: Path, text: str | bytes, name: str = "ssot-ids.toml", **more: Any) -> list[Problem]:
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, text, name, **more)
    return list(caught.value.problems)


# files


def test_a_malformed_file_is_one_problem_with_its_line(tmp_path: Path) -> None:
    assert problems(tmp_path, "a = 1\nselect = [") == [
        Problem("end of file", "not valid TOML: Invalid value")
    ]
    [problem] = problems(tmp_path, "a = 1\nb c\n")
    assert (problem.key, problem.message.split(":")[0]) == ("line 2, column 3", "not valid TOML")
    [problem] = problems(tmp_path, "a = 1\na = 2\n")
    assert problem == Problem("line 2, column 6", "not valid TOML: Cannot overwrite a value")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\n\nx = '\xff'", Problem("line 3", "not UTF-8", "TOML files are always UTF-8")),
        ("x = 1".encode("utf-16"), Problem("line 1", "not UTF-8", "TOML files are always UTF-8")),
        (b"x = " + b"[" * 50_000, Problem("file", "the values are nested too deeply")),
    ],
)
def test_a_file_that_cannot_be_understood(data: bytes, problem: Problem, tmp_path: Path) -> None:
    assert problems(tmp_path, data) == [problem]


def test_an_integer_of_too_many_digits(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, "x = " + "1" * 5000)
    assert problem.key == "file"
    assert problem.message.startswith("not valid TOML: Exceeds the limit")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "no.toml", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(PolicyError) as caught:
            load_policy(str(path))
        assert caught.value.problems == (Problem("file", f"cannot be read: {reason}"),)


def test_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbfselect = [\r\n'SID1']\r\n").select == ("SID1",)


def test_either_form_under_any_name(tmp_path: Path) -> None:
    for name in ("ssot-ids.toml", "ids.conf"):
        assert load(tmp_path, "select = ['SID1']", name).select == ("SID1",)
        assert load(tmp_path, TABLE + "select = ['SID1']", name).select == ("SID1",)
    assert load(
        tmp_path, "[project]\nname = 'x'\n" + TABLE + "ignore = ['SID1']", "pyproject.toml"
    ).ignore == ("SID1",)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("pyproject.toml", "", Problem("tool.ssot-ids", "the table is missing", "add `[tool.ssot-ids]`")),
        ("pyproject.toml", "tool = 1", Problem("tool", "expected a table, found an integer")),
        ("pyproject.toml", "tool.ssot-ids = []", Problem("tool.ssot-ids", "expected a table, found a list")),
        (
            "pyproject.toml",
            "select = []\n" + TABLE,
            Problem("select", "stands outside of [tool.ssot-ids]", "move it into that table"),
        ),
    ],
)
def test_a_table_in_the_wrong_place(name: str, text: str, problem: Problem, tmp_path: Path) -> None:
    assert problems(tmp_path, text, name) == [problem]


def test_dates_and_parts(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        """
[[zone]]
name = "a"
paths = ["x"]
phase = 2
service = "s"
[[zone]]
name = "b"
paths = ["y"]
tier = "standard"
[[exemption]]
path = "p"
codes = ["SID1"]
reason = "r"
until = 2030-01-31
[[exemption]]
path = "q"
codes = ["SID2"]
until = "2030-02-28"
[[exemption]]
path = "r"
codes = ["SID2"]
[[recipes]]
pattern = "f()"
rewrite = "g()"
[[recipes]]
pattern = "f($A)"
rewrite = "g($A)"
where = "order_id"
level = "safe"
""",
    )
    assert policy.zones == (
        Zone("a", ("x",), "critical", "2", "s"),
        Zone("b", ("y",), "standard", None, None),
    )
    assert policy.exemptions == (
        Exemption("p", ("SID1",), "r", datetime.date(2030, 1, 31)),
        Exemption("q", ("SID2",), "", datetime.date(2030, 2, 28)),
        Exemption("r", ("SID2",), "", None),
    )
    assert policy.recipes == (
        Recipe("f()", "g()", None, "unsafe"),
        Recipe("f($A)", "g($A)", "order_id", "safe"),
    )


# search


def test_the_search_goes_upward_past_files_without_our_table(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    top = tmp_path / "pyproject.toml"
    top.write_text(TABLE)
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\ndependencies = ['flake8-ssot-ids']\n")
    (tmp_path / "a" / "b" / "pyproject.toml").write_text("[tool.other]\n")
    (deep / "pyproject.toml").mkdir()
    (deep / "ssot-ids.toml").mkdir()
    (deep / "m.py").write_text("")
    for start in (deep, deep / "m.py", deep / "no_such.py", tmp_path / "a", tmp_path):
        assert find_config(str(start)) == str(top)
    (tmp_path / "a" / "b" / "ssot-ids.toml").write_text("")
    assert find_config(str(deep)) == str(tmp_path / "a" / "b" / "ssot-ids.toml")


def test_our_own_file_goes_before_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TABLE)
    assert find_config(str(tmp_path)) == str(tmp_path / "pyproject.toml")
    (tmp_path / "ssot-ids.toml").write_text("")
    assert find_config(str(tmp_path)) == str(tmp_path / "ssot-ids.toml")


def test_a_relative_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ssot-ids.toml").write_text("")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    for start in ("", ".", "x.py", ".."):
        assert find_config(start) == str(tmp_path / "ssot-ids.toml")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"[tool.ssot-ids", True),
        (b'[[[\n[tool."ssot-ids"]', True),
        (b"[[[\n[tool.ssot-ids.roles]", True),
        (b"[[[\ntool.ssot-ids = {}", True),
        (b"tool = 'ssot-ids'", True),
        (b"\xef\xbb\xbf[tool.ssot-ids]", True),
        (b"[tool.ssot-ids]\nx = '\xff'", True),
        (b"[[[ dependencies = ['flake8-ssot-ids']", False),
        (b"\xff", False),
        (b"[[[", False),
        (b"", False),
        (b"# ssot-ids", False),
    ],
)
def test_a_pyproject_that_mentions_the_table_is_found_even_if_broken(
    text: bytes, found: bool, tmp_path: Path
) -> None:
    (tmp_path / "ssot-ids.toml").write_text("")
    (tmp_path / "sub").mkdir()
    file = tmp_path / "sub" / "pyproject.toml"
    file.write_bytes(text)
    assert find_config(str(tmp_path / "sub")) == str(file if found else tmp_path / "ssot-ids.toml")


def test_a_pyproject_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("")
    real = os.open

    def refusing(path: Any, *args: Any, **kwargs: Any) -> Any:
        if os.fspath(path) == str(file):
            raise PermissionError(13, "Permission denied", str(file))
        return real(path, *args, **kwargs)

    monkeypatch.setattr("os.open", refusing)
    assert find_config(str(tmp_path)) == str(file)
    with pytest.raises(PolicyError) as caught:
        load_policy(str(file))
    assert caught.value.problems == (Problem("file", "cannot be read: Permission denied"),)
    assert caught.value.origin == str(file)
