"""Every bad value of every key, with its exact words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from flake8_ssot_ids.model import PolicyError, Problem
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.policy import Policy

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


BAD = [
    ("selct = []", "selct", "unknown key", "did you mean `select`?"),
    ("per_file_ignores = {}", "per_file_ignores", "unknown key", "did you mean `per-file-ignores`?"),
    ("Exclude = []", "Exclude", "unknown key", "did you mean `exclude`?"),
    ("extend-ignore = []", "extend-ignore", "unknown key", "write `ignore`"),
    ("zones = []", "zones", "unknown key", "did you mean `zone`?"),
    (
        "generator = 1",
        "generator",
        "expected a dotted path or a list of dotted paths, found an integer",
        None,
    ),
    ("generator = ''", "generator", "the string is empty", None),
    ("generator = 'G'", "generator", "`G` is not a dotted path `package.module.Name`", None),
    (
        "generator = ['a.b', 'c..d']",
        "generator[1]",
        "`c..d` is not a dotted path `package.module.Name`",
        None,
    ),
    ("generator = 'a.class'", "generator", "`a.class` is not a dotted path `package.module.Name`", None),
    (
        "generator = 'a.b:C'",
        "generator",
        "`a.b:C` is not a dotted path `package.module.Name`",
        "did you mean `a.b.C`?",
    ),
    ("select = 'SID1'", "select", "expected a list of codes, found a string", None),
    ("select = [1.5]", "select[0]", "expected a string, found a float", None),
    (
        "select = ['sid103']",
        "select[0]",
        "`sid103` is not a code or the beginning of one",
        "did you mean `SID103`?",
    ),
    ("select = ['ALL']", "select[0]", "`ALL` is not a code or the beginning of one", "did you mean `SID`?"),
    (
        "ignore = ['E501']",
        "ignore[0]",
        "`E501` is not a code or the beginning of one",
        "codes are `SID` and three digits, such as `SID103`",
    ),
    (
        "ignore = ['SID1034']",
        "ignore[0]",
        "`SID1034` is not a code or the beginning of one",
        "codes are `SID` and three digits, such as `SID103`",
    ),
    ("extend-select = {}", "extend-select", "expected a list of codes, found a table", None),
    ("src = '.'", "src", "expected a list of folders, found a string", None),
    ("src = ['a', '']", "src[1]", "the string is empty", None),
    ("allow-raw-in = 'a'", "allow-raw-in", "expected a list of globs, found a string", None),
    ("allow-raw-in = [2020-01-01]", "allow-raw-in[0]", "expected a string, found a date", None),
    ("exclude = [true]", "exclude[0]", "expected a string, found a boolean", None),
    (
        "exclude = ['a[b']",
        "exclude[0]",
        "`a[b` is not a glob",
        "`[` is not closed (write `[[]` for the character itself)",
    ),
    ("extend-exclude = ['[z-a]']", "extend-exclude[0]", "`[z-a]` is not a glob", "the range `z-a` is empty"),
    ("test-paths = ['  ']", "test-paths[0]", "the string is empty", None),
    ("respect-gitignore = 'yes'", "respect-gitignore", "expected true or false, found a string", None),
    ("name-hashes = 1", "name-hashes", "expected true or false, found an integer", None),
    ("baseline = []", "baseline", "expected a string, found a list", None),
    ("baseline = ''", "baseline", "the string is empty", None),
    ("per-file-ignores = []", "per-file-ignores", "expected a table, found a list", None),
    (
        "per-file-ignores = { 'a.py' = 'SID1' }",
        "per-file-ignores.a.py",
        "expected a list of codes, found a string",
        None,
    ),
    (
        "per-file-ignores = { '!a[' = ['SID'] }",
        "per-file-ignores.!a[",
        "`a[` is not a glob",
        "`[` is not closed (write `[[]` for the character itself)",
    ),
    ("roles = 1", "roles", "expected a table, found an integer", None),
    ("roles = { 'order-id' = 'f' }", "roles.order-id", "`order-id` is not a name", None),
    ("roles = { x = 12:00:00 }", "roles.x", "expected a string, found a time", None),
    ("roles = { x = 'f(' }", "roles.x", "`f(` is neither a method of the generator nor a call of one", None),
    (
        "roles = { x = 'g.f()' }",
        "roles.x",
        "`g.f()` is neither a method of the generator nor a call of one",
        None,
    ),
    (
        "not-applicable = { C13 = 'x' }",
        "not-applicable.C13",
        "`C13` is not allowed",
        "did you mean `C12`?",
    ),
    ("not-applicable = { C01 = '' }", "not-applicable.C01", "the string is empty", None),
    ("api = []", "api", "expected a table, found a list", None),
    ("api = { manger = 'a.B' }", "api.manger", "unknown key", "did you mean `manager`?"),
    (
        "api = { manager = 'B' }",
        "api.manager",
        "`B` is not a dotted path `package.module.Name`",
        'for example `manager = "shared.ids.UnifiedIDManager"`',
    ),
    (
        "api = { typed-ids = 'a b' }",
        "api.typed-ids",
        "`a b` is not the name of a module",
        'for example `typed-ids = "shared.types"`',
    ),
    (
        "api = { parse_id = 'a.b' }",
        "api.parse_id",
        "`a.b` is not a name",
        'for example `parse_id = "new_id"`',
    ),
    ("zone = {}", "zone", "expected a list of tables, found a table", None),
    ("zone = [1]", "zone[0]", "expected a table, found an integer", None),
    (
        "zone = [{ name = 'a' }]",
        "zone[0].paths",
        "the key is missing",
        'for example `paths = ["auth_service"]`',
    ),
    ("zone = [{ paths = ['a'] }]", "zone[0].name", "the key is missing", 'for example `name = "auth"`'),
    (
        "zone = [{ name = 'a', paths = [] }]",
        "zone[0].paths",
        "the list is empty",
        'for example `paths = ["auth_service"]`',
    ),
    (
        "zone = [{ name = 'a', paths = ['a'], path = 1 }]",
        "zone[0].path",
        "unknown key",
        "did you mean `paths`?",
    ),
    (
        "zone = [{ name = 'a', paths = ['a'], tier = 'critcal' }]",
        "zone[0].tier",
        "`critcal` is not allowed",
        "did you mean `critical`?",
    ),
    (
        "zone = [{ name = 'a', paths = ['a'], tier = '1' }]",
        "zone[0].tier",
        "`1` is not allowed",
        "known: `critical`, `standard`",
    ),
    (
        "zone = [{ name = 'a', paths = ['a'], phase = true }]",
        "zone[0].phase",
        "expected a string or an integer, found a boolean",
        'for example `phase = "1"`',
    ),
    (
        "zone = [{ name = 'a', paths = ['a'] }, { name = 'b', paths = ['b'] }, "
        "{ name = 'a', paths = ['c'] }]",
        "zone[2].name",
        "the zone `a` is defined twice",
        "zone[0] has that name; join their paths",
    ),
    (
        "exemption = [{ codes = ['SID1'] }]",
        "exemption[0].path",
        "the key is missing",
        'for example `path = "backend/app/tracing.py"`',
    ),
    (
        "exemption = [{ path = 'a' }]",
        "exemption[0].codes",
        "the key is missing",
        'for example `codes = ["SID101"]`',
    ),
    (
        "exemption = [{ path = 'a', codes = [] }]",
        "exemption[0].codes",
        "the list is empty",
        'for example `codes = ["SID101"]`',
    ),
    (
        "exemption = [{ path = 'a', codes = ['SID1'], until = '2030-02-30' }]",
        "exemption[0].until",
        "`2030-02-30` is not a day of the calendar",
        "for example `until = 2030-12-31`",
    ),
    (
        "exemption = [{ path = 'a', codes = ['SID1'], until = '20300228' }]",
        "exemption[0].until",
        "`20300228` is not a date",
        "for example `until = 2030-12-31`",
    ),
    (
        "exemption = [{ path = 'a', codes = ['SID1'], until = 2030-12-31T00:00:00 }]",
        "exemption[0].until",
        "expected a date, found a date-time",
        "for example `until = 2030-12-31`",
    ),
    (
        "recipes = [{ rewrite = 'x' }]",
        "recipes[0].pattern",
        "the key is missing",
        'for example `pattern = "new_id($X)"`',
    ),
    (
        "recipes = [{ pattern = 'f($A, $$$REST)', rewrite = 'g($A, $B, $$$REST, $B)' }]",
        "recipes[0].rewrite",
        "`$B` is not in the pattern",
        "use only what the pattern binds",
    ),
    (
        "recipes = [{ pattern = 'f($_A)', rewrite = 'g($_A)' }]",
        "recipes[0].rewrite",
        "`$_A` is not in the pattern",
        "use only what the pattern binds",
    ),
    (
        "recipes = [{ pattern = 'f()', rewrite = 'g()' }, { pattern = 'f(', rewrite = 'g()' }]",
        "recipes[1].pattern",
        "it is no Python: '(' was never closed",
        "such as `make_id($X)`, or `$NAME = make_id()`",
    ),
    (
        "recipes = [{ pattern = 'f($x)', rewrite = 'g()' }]",
        "recipes[0].pattern",
        "it is no Python: invalid syntax",
        "such as `make_id($X)`, or `$NAME = make_id()`",
    ),
    (
        "recipes = [{ pattern = 'f()', rewrite = 'import g' }]",
        "recipes[0].rewrite",
        "it is neither one expression nor one assignment or return",
        "such as `make_id($X)`, or `$NAME = make_id()`",
    ),
    (
        "recipes = [{ pattern = 'f(); g()', rewrite = 'g()' }]",
        "recipes[0].pattern",
        "it is neither one expression nor one assignment or return",
        "such as `make_id($X)`, or `$NAME = make_id()`",
    ),
    (
        "recipes = [{ pattern = '$X = f()', rewrite = 'g($X)' }]",
        "recipes[0].rewrite",
        "only one of pattern and rewrite is a statement",
        "write both as one, or both as expressions",
    ),
    (
        "recipes = [{ pattern = 'f()', rewrite = 'g()', level = 'maybe' }]",
        "recipes[0].level",
        "`maybe` is not allowed",
        "known: `safe`, `unsafe`, `manual`",
    ),
    (
        "recipes = [{ pattern = 'f()', rewrite = 'g()', where = 'a-b' }]",
        "recipes[0].where",
        "`a-b` is not a name",
        'for example `where = "order_id"`',
    ),
]


@pytest.mark.parametrize(("text", "key", "message", "hint"), BAD)
def test_each_bad_value_is_one_problem(
    text: str, key: str, message: str, hint: str | None, tmp_path: Path
) -> None:
    if hint is None:  # the example of the top-level key
        from flake8_ssot_ids.policy.settings import OPTIONS

        top = key.split("[")[0].split(".")[0]
        hint = "for example `" + next(option.example for option in OPTIONS if option.key == top) + "`"
    assert problems(tmp_path, text) == [Problem(key, message, hint)]
    assert problems(tmp_path, TABLE + text, "pyproject.toml") == [Problem(key, message, hint)]


def test_an_unknown_key_unlike_all_others_lists_them(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, "qqq = 1")
    assert problem.hint.startswith("known: `generator`, `allow-raw-in`, `src`, ")


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    text = """
selct = []
src = 1
select = ["X", 2, "SID1", "y"]
[per-file-ignores]
"[" = ["Z"]
[[zone]]
tier = "x"
[[zone]]
name = "a"
paths = ["["]
"""
    found = problems(tmp_path, text, overrides={"ignore": ["Q"], "nonsense": 1})
    assert [problem.key for problem in found] == [
        "selct",
        "src",
        "select[0]",
        "select[1]",
        "select[3]",
        "per-file-ignores.[",
        "per-file-ignores.[[0]",
        "zone[0].tier",
        "zone[0].name",
        "zone[0].paths",
        "zone[1].paths[0]",
        "--ignore[0]",
        "--nonsense",
    ]


def test_the_error_names_the_file_and_reads_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, "selct = []\nsrc = 1")
    assert str(caught.value) == (
        "ssot-ids.toml: selct: unknown key (did you mean `select`?)\n"
        "ssot-ids.toml: src: expected a list of folders, found an integer "
        '(for example `src = [".", "backend"]`)'
    )
    with pytest.raises(
        PolicyError, match=r"^command line: --select: expected a list of codes, found a string"
    ):
        load_policy(None, overrides={"select": "SID1"})


def test_known_codes_narrow_what_is_accepted(tmp_path: Path) -> None:
    codes = ["SID101", "SID103", "SID990"]
    assert load(tmp_path, "select = ['SID10', 'SID990']", codes=codes).select == ("SID10", "SID990")
    assert problems(tmp_path, "select = ['SID2', 'SID102']", codes=codes) == [
        Problem("select[0]", "no code begins with `SID2`", "known: `SID101`, `SID103`, `SID990`"),
        Problem("select[1]", "no code begins with `SID102`", "known: `SID101`, `SID103`, `SID990`"),
    ]
