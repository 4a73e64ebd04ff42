"""The house stays small: short files and functions, few branches, each class name once.

An exception names what is too long or stands twice today. It has to go when that does, so the lists can only
get shorter.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "flake8_ssot_ids"
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60

LONG_FILES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()
CLASSES_OF_ONE_NAME: set[str] = set()

Sources = Mapping[str, str]


def sources() -> Sources:
    """The text of each module by its path below the package."""
    folder = ROOT / PACKAGE
    files = sorted(folder.rglob("*.py"))
    return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in files}


def long_files(found: Sources) -> set[str]:
    return {file for file, text in found.items() if len(text.splitlines()) > MOST_LINES}


def long_functions(found: Sources) -> set[str]:
    return {
        f"{file}: {node.name}"
        for file, node in nodes(found)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_LINES_OF_A_FUNCTION
    }


def classes_of_one_name(found: Sources) -> set[str]:
    names = Counter(node.name for _, node in nodes(found) if isinstance(node, ast.ClassDef))
    return {name for name, number in names.items() if number > 1}


def nodes(found: Sources) -> Iterator[tuple[str, ast.AST]]:
    for file, text in found.items():
        for node in ast.walk(ast.parse(text)):
            yield file, node


def test_no_file_is_long() -> None:
    assert long_files(sources()) == LONG_FILES


def test_no_function_is_long() -> None:
    assert long_functions(sources()) == LONG_FUNCTIONS


def test_no_class_name_stands_twice() -> None:
    assert classes_of_one_name(sources()) == CLASSES_OF_ONE_NAME


@pytest.mark.parametrize("more", [False, True])
def test_each_fault_is_found(more: bool) -> None:
    # One line less, or another name, is none.
    function = "def f():\n" + "    g()\n" * (MOST_LINES_OF_A_FUNCTION - 1 + more)
    planted = {
        "a.py": "x = 1\n" * (MOST_LINES + more),
        "b.py": f"class K:\n    async {function.replace(chr(10), chr(10) + '    ')}\n",
        "c.py": f"class {'K' if more else 'L'}:\n    pass\n",
    }
    assert long_files(planted) == ({"a.py"} if more else set())
    assert long_functions(planted) == ({"b.py: f"} if more else set())
    assert classes_of_one_name(planted) == ({"K"} if more else set())


def test_a_function_with_many_branches_is_excused_only_as_long_as_it_has_them(tmp_path: Path) -> None:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "C901" in configured["select"]
    most = configured["mccabe"]["max-complexity"]
    excused = {name for name, codes in configured["per-file-ignores"].items() if "C901" in codes}
    planted = tmp_path / "planted.py"
    planted.write_text("def f(x):\n" + "    if x: pass\n" * most)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select=C901"]
    command += [f"--config=lint.mccabe.max-complexity={most}", "--output-format=concise", str(planted)]
    command += [PACKAGE, "benchmarks", "compliance_tests", "runtime", "tests"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    lines = [line for line in done.stdout.splitlines() if " C901 " in line]
    found = {line.partition(":")[0] for line in lines}
    assert any(name.endswith("planted.py") for name in found)
    assert {name for name in found if not name.endswith("planted.py")} == excused
