"""Recipes of a house through every face: command line, standard input, cache, processes, flake8."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Cli

CONFIG = """
[[recipes]]
pattern = "new_id($X)"
rewrite = "Gen.make($X)"
"""
SOURCE = "from h import new_id\n\nx = new_id('a')\ny = [new_id('b')]  # noqa: SID390\n"
ROW = "a.py:3:5: SID390 a recipe of this house replaces this: write `Gen.make('a')`\n"


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def _house(cli: Cli) -> None:  # noqa: ARG001  (it makes the folder)
    write("ssot-ids.toml", CONFIG)
    write("a.py", SOURCE)


class TestCommandLine:
    def test_files(self, cli: Cli) -> None:
        code, out, _ = cli.check("--no-cache")
        assert (code, out.splitlines(keepends=True)[0]) == (1, ROW)
        assert out.count("SID390") == 1

    def test_standard_input(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SOURCE.encode())))
        code, out, _ = cli.check("--stdin-filename", "a.py", "-q")
        assert (code, out) == (1, ROW)

    def test_comments_can_be_ignored(self, cli: Cli) -> None:
        _, out, _ = cli.check("--no-cache", "--ignore-noqa", "-q")
        assert [line.split(" ")[0] for line in out.splitlines()] == ["a.py:3:5:", "a.py:4:6:"]

    def test_selection(self, cli: Cli) -> None:
        assert cli.check("--select=SID1")[0] == 0
        assert cli.check("--ignore=SID390")[0] == 0
        assert cli.check("--select=SID390")[0] == 1

    def test_the_cache_gives_the_same(self, cli: Cli) -> None:
        first, second, third = (cli.check("-q") for _ in range(3))
        assert first == second == third == (1, ROW, "")

    def test_another_recipe_is_another_answer(self, cli: Cli) -> None:
        assert cli.check("-q")[1] == ROW
        write("ssot-ids.toml", CONFIG.replace("Gen.make", "Gen.other"))
        assert cli.check("-q")[1] == ROW.replace("Gen.make", "Gen.other")
        write("ssot-ids.toml", "")
        assert cli.check("-q")[1] == ""

    def test_two_processes_and_many_files(self, cli: Cli) -> None:
        """So many files that all are looked at beforehand, and so much that it pays to share them out."""
        for number in range(130):
            write(f"p/m{number:03}.py", f"# {'x' * 14_000}\n" + "from h import new_id\nx = new_id(1)\n")
        write("p/clean.py", "import os\n")
        for argv in (("-j2", "--no-cache"), ("-j1", "--no-cache"), ("-j2",), ("-j2",)):
            code, out, _ = cli.check("-q", "p", *argv)
            assert code == 1
            assert out == "".join(
                f"p/m{number:03}.py:3:5: SID390 a recipe of this house replaces this: write `Gen.make(1)`\n"
                for number in range(130)
            )

    def test_json_has_the_fingerprint_of_every_finding(self, cli: Cli) -> None:
        code, out, _ = cli("check", "--output-format=json", "--no-cache")
        (row,) = json.loads(out)
        assert (code, row["code"], row["location"]) == (1, "SID390", {"row": 3, "column": 5})
        assert re.fullmatch(r"[0-9a-f]{16,}", row["fingerprint"])

    def test_statistics(self, cli: Cli) -> None:
        assert "SID390" in cli.check("--statistics", "--no-cache")[1]

    def test_the_rule_explains_itself(self, cli: Cli) -> None:
        code, out, _ = cli("rule", "SID390")
        assert code == 0
        assert "# house-recipe (SID390)" in out
        assert "[[recipes]]" in out


class TestConfiguration:
    """What Python cannot read is told by the configuration; what ast-grep has against it, too."""

    @pytest.mark.parametrize(
        ("recipe", "message"),
        [
            (
                {"pattern": "new_id(", "rewrite": "f()"},
                "recipes[0].pattern: it is no Python: '(' was never closed (such as `make_id($X)`, or "
                "`$NAME = make_id()`)",
            ),
            (
                {"pattern": "new_id($X)", "rewrite": "wrap(new_id($X))"},
                "recipes[0].rewrite: the pattern matches it again (it would never be done)",
            ),
        ],
    )
    def test_a_problem_is_told_with_its_key(self, cli: Cli, recipe: dict[str, str], message: str) -> None:
        write("ssot-ids.toml", "[[recipes]]\n" + "".join(f"{k} = '{v}'\n" for k, v in recipe.items()))
        code, out, err = cli.check("--no-cache")
        assert (code, out) == (2, "")
        assert err.rstrip().endswith(message)

    def test_without_ast_grep_nothing_passes_for_clean(
        self, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "ast_grep_py", None)
        code, out, err = cli.check("--no-cache")
        assert (code, out) == (2, "")
        assert "recipes: ast-grep-py cannot be used" in err

    def test_a_rewrite_that_the_pattern_matches_may_be_shown_only(self, cli: Cli) -> None:
        write("ssot-ids.toml", CONFIG.replace("Gen.make", "new_id") + "level = 'manual'\n")
        assert cli.check("--no-cache")[0] == 1


class TestFlake8:
    def flake8(self, *argv: str) -> tuple[int, str]:
        argv = (sys.executable, "-m", "flake8", "--select=SID", *argv)
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    def test_the_same_row(self) -> None:
        assert self.flake8("a.py") == (1, ROW)

    def test_a_problem_is_a_usage_error(self) -> None:
        write("ssot-ids.toml", "[[recipes]]\npattern = 'f($X)'\nrewrite = 'f(f($X))'\n")
        code, text = self.flake8("a.py")
        assert code == 2
        assert "recipes[0].rewrite: the pattern matches it again" in text

    def test_the_columns_of_the_whole(self) -> None:
        write("a.py", "from h import new_id\nx = '𝄞é', new_id(1)\n")
        assert self.flake8("a.py")[1].startswith("a.py:2:11: SID390 ")


def test_a_plain_check_loads_nothing_of_this() -> None:
    source = (
        "import sys\n"
        "from flake8_ssot_ids.cli import main\n"
        "code = main(['check', '-q', '--no-cache', '--isolated', 'a.py'])\n"
        "print(code, [name for name in sys.modules if 'ast_grep' in name or '.fixes' in name])"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "0 []\n"


def test_the_byte_search_is_sound() -> None:
    """It looks at every file in which the pattern can match, and not at others."""
    from flake8_ssot_ids.policy.settings import Recipe
    from flake8_ssot_ids.recipes.house import House

    house = House([Recipe("helpers.new_id($X, kind='é')", "g()"), Recipe("$A or legacy()", "g()")])
    assert house.may_find(b"helpers.new_id(1, kind=2)")
    assert house.may_find(b"x = y or legacy()")
    assert not house.may_find(b"helpers.new_id(1)")
    assert not house.may_find(b"legacy()")
    assert not house.may_find(b"y.format(legacy())")
    assert house.may_find("é or legacy()".encode())
    assert not house.may_find(b"")
    # In such an encoding other bytes may stand for the words.
    assert house.may_find(b"# coding: utf-7\n")
    assert House([Recipe("$F($X)", "g()")]).may_find(b"")


PATTERNS = (
    "isinstance($X, $Y)",
    "$A or $B",
    "$X is not None",
    "return $X.join($$$ARGS)",
    "$X[0]",
    "$N = []",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_byte_search_misses_no_match_in_our_own_files(pattern: str) -> None:
    from flake8_ssot_ids.policy.settings import Recipe
    from flake8_ssot_ids.recipes import house
    from flake8_ssot_ids.recipes.astgrep import Document

    finder = house.House([Recipe(pattern, "g()")])
    matching = 0
    for file in sorted(Path(house.__file__).parent.parent.rglob("*.py")):
        data = file.read_bytes()
        if Document(data.decode()).matches(pattern):
            matching += 1
            assert finder.may_find(data), file
    assert matching > 3
