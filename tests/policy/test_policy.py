"""The policy: defaults, what it answers about paths and codes, layers."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import DEFAULT_EXCLUDE, OPTIONS, Exemption, Zone


def load(text: str, folder: Path, **more: Any) -> Policy:
    (folder / "ssot-ids.toml").write_text(text)
    return load_policy(str(folder / "ssot-ids.toml"), **more)


def test_defaults() -> None:
    assert load_policy(None, root="/r") == Policy(
        root="/r",
        generators=(),
        allow_raw_in=(),
        src=("/r", "/r/src"),
        select=("SID",),
        ignore=(),
        per_file_ignores=(),
        exclude=(
            ".bzr",
            ".direnv",
            ".eggs",
            ".git",
            ".git-rewrite",
            ".hg",
            ".ipynb_checkpoints",
            ".mypy_cache",
            ".nox",
            ".pants.d",
            ".pyenv",
            ".pytest_cache",
            ".pytype",
            ".ruff_cache",
            ".svn",
            ".tox",
            ".venv",
            ".vscode",
            "__pypackages__",
            "_build",
            "buck-out",
            "dist",
            "node_modules",
            "site-packages",
            "venv",
        ),
        respect_gitignore=True,
        test_paths=("tests/", "test/", "testing/", "test_*.py", "*_test.py", "conftest.py"),
        name_hashes=False,
        baseline=None,
        zones=(),
        exemptions=(),
        recipes=(),
        roles={},
        api={},
        not_applicable={},
    )
    assert load_policy(None).root == os.getcwd()
    assert load_policy(None, root="/r").origin is None


def test_each_setting_has_one_option() -> None:
    settings = {item.name for item in fields(Policy)} - {"root", "origin", "provenance", "day"}
    assert sorted(option.field for option in OPTIONS if option.field) == sorted(settings)


def test_the_module_loads_nothing_heavy() -> None:
    code = (
        "import sys, flake8_ssot_ids.policy.policy as p; "
        "print([m for m in ('tomllib', 'json', 'pathlib', 'hashlib', 'datetime', 'typing', 'difflib') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], check=True, capture_output=True, text=True, env=_env()
    )
    assert done.stdout == "[]\n"


def _env() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}


# paths


@pytest.mark.parametrize(
    ("path", "relative"),
    [
        ("/r/a.py", "a.py"),
        ("/r/a/b.py", "a/b.py"),
        ("/r/.hidden/b.py", ".hidden/b.py"),
        ("/r//a/./b.py", "a/b.py"),
        ("/r/a/../b.py", "b.py"),
        ("/r/a/", "a"),
        ("/r", "."),
        ("/r/", "."),
        ("/rx/a.py", "../rx/a.py"),
        ("/a.py", "../a.py"),
        ("/", ".."),
        ("/r/a\\b.py", "a\\b.py"),
    ],
)
def test_relative(path: str, relative: str) -> None:
    assert Policy(root="/r").relative(path) == relative


def test_relative_to_the_top_and_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Policy(root="/").relative("/a/b.py") == "a/b.py"
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert Policy(root=str(tmp_path)).relative("m.py") == "sub/m.py"
    assert Policy(root=str(tmp_path)).relative("../m.py") == "m.py"


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("tests/helpers.py", "test"),
        ("a/test/x.py", "test"),
        ("a/testing/b/x.py", "test"),
        ("a/test_x.py", "test"),
        ("x_test.py", "test"),
        ("a/conftest.py", "test"),
        ("tests.py", "production"),
        ("a/testing.py", "production"),
        ("contest.py", "production"),
        ("a/latest/x.py", "production"),
        ("testdata/x.py", "production"),
        ("a/mytest_x.py", "production"),
    ],
)
def test_scope_of_with_the_defaults(path: str, scope: str) -> None:
    assert Policy(root="/home/test/r").scope_of(f"/home/test/r/{path}") == scope


def test_scope_of_with_own_paths(tmp_path: Path) -> None:
    policy = load('test-paths = ["e2e", "qa/*.py"]', tmp_path)
    paths = ["x/e2e/a.py", "qa/a.py", "x/qa/a.py", "tests/a.py"]
    assert [policy.scope_of(f"{tmp_path}/{path}") for path in paths] == [
        "test",
        "test",
        "production",
        "production",
    ]


def test_zone_of_takes_the_first() -> None:
    one, two, rest = Zone("1", ("a/b", "c.py")), Zone("2", ("a",)), Zone("3", ("**/z.py",))
    policy = Policy(root="/r", zones=(one, two, rest))
    answers = {"a/b/x.py": one, "c.py": one, "a/x.py": two, "a/z.py": two, "z.py": rest, "q/z.py": rest}
    assert {path: policy.zone_of(f"/r/{path}") for path in answers} == answers
    assert [policy.zone_of(f"/r/{path}") for path in ("x.py", "x/a/b.py", "x/c.py")] == [None] * 3
    assert Policy(root="/r").zone_of("/r/a.py") is None


def test_exemptions_of_and_when_they_hold() -> None:
    day = datetime.date(2030, 1, 31)
    first, second = Exemption("a", ("SID1",), "why", day), Exemption("a/*.py", ("SID2",), "", day)
    undated = Exemption("b.py", ("SID1",), "why")
    policy = Policy(root="/r", exemptions=(first, second, undated))
    assert policy.exemptions_of("/r/a/x.py") == (first, second)
    assert policy.exemptions_of("/r/b.py") == (undated,)
    assert policy.exemptions_of("/r/x/b.py") == ()
    assert Policy(root="/r").exemptions_of("/r/a.py") == ()
    after = day + datetime.timedelta(days=1)
    assert [item.holds_on(day) for item in (first, second, undated)] == [True, False, False]
    assert first.holds_on(after) is False


def test_allows_raw(tmp_path: Path) -> None:
    policy = load(
        """
generator = ["shared.ids.Gen", "app.gen.Outer.Inner", "pack.Gen"]
allow-raw-in = ["tools/*.py", "vendor"]
src = [".", "backend"]
""",
        tmp_path,
    )
    yes = [
        "shared/ids.py",
        "shared/ids/__init__.py",
        "backend/shared/ids.py",
        "backend/app/gen.py",
        "pack.py",
        "pack/__init__.py",
        "tools/x.py",
        "vendor/a/b.py",
    ]
    no = [
        "shared/__init__.py",
        "shared/ids/other.py",
        "lib/shared/ids.py",
        "app/gen/outer.py",
        "app/__init__.py",
        "pack/gen.py",
        "tools/x/y.py",
        "x/vendor/a.py",
    ]
    assert [policy.allows_raw(f"{tmp_path}/{path}") for path in yes + no] == [True] * len(yes) + [
        False
    ] * len(no)


def test_excluded() -> None:
    policy = replace(Policy(root="/r"), exclude=(*DEFAULT_EXCLUDE, "gen/*.py"))
    yes = [("a/.git", True), ("node_modules/a/b.py", False), ("x/_build/a.py", False), ("gen/a.py", False)]
    no = [
        ("backup_2/a.py", False),
        ("x/gen/a.py", False),
        ("build/a.py", False),
        ("../a.py", False),
        (".", True),
    ]
    assert [policy.excluded(f"/r/{path}", is_dir) for path, is_dir in yes + no] == [True] * 4 + [False] * 5
    assert not Policy(root="/dist/venv").excluded("/dist/venv/a.py", False)


def test_ignored_in_file(tmp_path: Path) -> None:
    policy = load(
        """
[per-file-ignores]
"tests/**" = ["SID101", "SID2"]
"a.py" = ["SID2", "SID3"]
"!src/**" = ["SID4"]
""",
        tmp_path,
    )
    answers = {
        "tests/a.py": ("SID101", "SID2", "SID3", "SID4"),
        "src/a.py": ("SID2", "SID3"),
        "src/b.py": (),
        "b.py": ("SID4",),
    }
    assert {path: policy.ignored_in_file(f"{tmp_path}/{path}") for path in answers} == answers
    assert Policy(root="/r").ignored_in_file("/r/a.py") == ()


# codes


@pytest.mark.parametrize(
    ("select", "ignore", "on"),
    [
        (["SID"], [], ["SID101", "SID103", "SID201"]),
        (["SID1"], [], ["SID101", "SID103"]),
        (["SID"], ["SID1"], ["SID201"]),
        (["SID", "SID103"], ["SID1"], ["SID103", "SID201"]),
        (["SID1"], ["SID"], ["SID101", "SID103"]),
        (["SID103"], ["SID103"], []),
        ([], [], []),
    ],
)
def test_the_longest_prefix_decides(
    select: list[str], ignore: list[str], on: list[str], tmp_path: Path
) -> None:
    policy = load(f"select = {select}\nignore = {ignore}", tmp_path)
    assert [code for code in ("SID101", "SID103", "SID201") if policy.selected(code)] == on


@pytest.mark.parametrize(
    ("text", "overrides", "select", "ignore"),
    [
        ("extend-select = ['SID2']", {}, ("SID", "SID2"), ()),
        ("ignore = ['SID1']", {"select": ["SID1"]}, ("SID1",), ()),
        ("extend-select = ['SID9']", {"select": ["SID1"]}, ("SID1",), ()),
        ("select = ['SID103', 'SID2']", {"ignore": ["SID1"]}, ("SID2",), ("SID1",)),
        ("ignore = ['SID103', 'SID2']", {"extend-select": ["SID1"]}, ("SID", "SID1"), ("SID2",)),
        ("ignore = ['SID2']", {"ignore": ["SID1"]}, ("SID",), ("SID2", "SID1")),
        ("", {"select": ["SID103"], "ignore": ["SID1"]}, ("SID103",), ("SID1",)),
        ("", {"select": ["SID1"], "extend-select": ["SID2"]}, ("SID1", "SID2"), ()),
    ],
)
def test_the_command_line_goes_over_the_file(
    text: str, overrides: dict[str, object], select: tuple[str, ...], ignore: tuple[str, ...], tmp_path: Path
) -> None:
    policy = load(text, tmp_path, overrides=overrides)
    assert (policy.select, policy.ignore) == (select, ignore)


# where values come from


def test_paths_of_the_file_and_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sub = tmp_path / "sub"
    sub.mkdir()
    monkeypatch.chdir(sub)
    text = 'exclude = ["a/b", "c"]\nextend-exclude = ["d/e"]\nsrc = ["lib"]\nbaseline = "known.txt"'
    policy = load(text, tmp_path)
    assert (policy.root, policy.origin) == (str(tmp_path), f"{tmp_path}/ssot-ids.toml")
    assert policy.exclude == ("a/b", "c", "d/e")
    assert (policy.src, policy.baseline) == ((f"{tmp_path}/lib",), f"{tmp_path}/known.txt")
    overrides: dict[str, object] = {
        "exclude": ["a/b", "c"],
        "extend-exclude": ["./f"],
        "src": ["."],
        "baseline": "../x.txt",
        "allow-raw-in": ["g.py"],
        "per-file-ignores": {"!x/y.py": ["SID1"], "z.py": ["SID2"]},
    }
    policy = load(text, tmp_path, overrides=overrides)
    assert policy.exclude == ("sub/a/b", "c", "d/e", "sub/f")
    assert (policy.src, policy.baseline) == ((str(sub),), f"{tmp_path}/x.txt")
    assert policy.allow_raw_in == ("sub/g.py",)
    assert policy.per_file_ignores == (("!sub/x/y.py", ("SID1",)), ("z.py", ("SID2",)))
    elsewhere = load(text, tmp_path, root=str(sub))
    assert (elsewhere.root, elsewhere.src, elsewhere.exclude) == (
        str(sub),
        (f"{sub}/lib",),
        ("a/b", "c", "d/e"),
    )


def test_provenance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = """
select = ['SID1']
extend-select = ['SID2']
ignore = ['SID101']
extend-exclude = ['a']
name-hashes = true
"""
    overrides: dict[str, object] = {
        "ignore": ["SID103"],
        "extend-select": ["SID9"],
        "extend-exclude": ["b"],
        "respect-gitignore": False,
    }
    policy = load(text, tmp_path, overrides=overrides)
    file = "ssot-ids.toml"
    default = {option.key: "default" for option in OPTIONS if option.field}
    assert policy.provenance == default | {
        "select": f"{file}; extend-select: {file}; extend-select: command line",
        "ignore": f"{file}; command line",
        "exclude": f"default; extend-exclude: {file}; extend-exclude: command line",
        "respect-gitignore": "command line",
        "name-hashes": file,
    }
    policy = load(text, tmp_path, overrides={"select": ["SID1"]})
    assert (policy.provenance["select"], policy.provenance["ignore"]) == ("command line", "command line")
    assert load_policy(None).provenance == default
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert load(text, tmp_path).provenance["name-hashes"] == f"{tmp_path}/{file}"
