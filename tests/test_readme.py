"""What the README shows is what happens."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from benchmarks.example import FOLDER, USES
from tests import forking

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUICK_START = README.partition("\n## Quick start\n")[2].partition("\n## ")[0]


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = forking.run("flake8_ssot_ids", *arguments, cwd=str(ROOT))
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_the_quick_start_has_two_commands_of_one_line() -> None:
    commands = blocks("sh", QUICK_START)
    assert len(commands) == 2
    assert all(command.count("\n") == 1 and command.startswith("python3 -m venv ") for command in commands)
    assert commands[0].endswith("ssot-ids check examples/quickstart\n")
    assert commands[1].endswith("python -m pytest -n auto\n")


def test_the_shown_output_is_the_real_one() -> None:
    shown = blocks("text", QUICK_START)[0]
    done = run("check", "--no-cache", "examples/quickstart")
    assert done.returncode == 1
    seconds = re.compile(r"in \d+\.\d+s")
    rest = seconds.sub("in 0s", done.stdout + done.stderr)
    for part in seconds.sub("in 0s", shown).split("…\n"):
        before, found, rest = rest.partition(part)
        assert found, part
        assert before == "" or "…" in shown


@pytest.mark.parametrize(("form", "path", "rows"), USES, ids=[path for _, path, _ in USES])
def test_the_table_of_forms_is_true_of_us(form: str, path: str, rows: tuple[int, ...]) -> None:
    done = run("check", "--no-cache", "--output-format=concise", str(FOLDER / path))
    reported = [int(row) for row in re.findall(rf"{re.escape(path)}:(\d+):", done.stdout)]
    assert sorted(reported) == sorted(rows)
    cell = f"{len(rows)} of {len(rows)}" if rows else "0 false"
    assert f"| {form} | {cell} |" in README


def test_every_python_file_of_the_example_is_in_the_table_or_clean() -> None:
    listed = {path for _, path, _ in USES}
    for file in FOLDER.rglob("*.py"):
        path = file.relative_to(FOLDER).as_posix()
        if path not in listed:
            assert run("check", "--no-cache", str(file)).returncode == 0, path


def test_every_toml_and_python_block_parses() -> None:
    for block in blocks("toml"):
        tomllib.loads(block)
    for block in blocks("python"):
        ast.parse(block)
    assert len(blocks("toml")) == 2


def test_the_shown_id_is_one_of_the_runtime() -> None:
    (block,) = (block for block in blocks("python") if "ssot_ids" in block)
    made, shown = block.splitlines()[-1].split("  # ")
    explain = [sys.executable, "-m", "ssot_ids", "explain"]
    done = subprocess.run([*explain, shown], capture_output=True, cwd=ROOT / "runtime")
    assert done.returncode == 0
    program = [sys.executable, "-c", block.replace(made, f"print({made})")]
    done = subprocess.run(program, capture_output=True, cwd=ROOT / "runtime")
    fresh = done.stdout.decode().strip()
    assert re.fullmatch(r"user_\d{13}_\d{10}_[0-9a-f]{8}", fresh)
    assert re.fullmatch(r"user_\d{13}_\d{10}_[0-9a-f]{8}", shown)


def test_every_linked_file_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert len(links) >= 6
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_code_in_the_readme_exists() -> None:
    rules = run("rule", "--all").stdout
    for code in sorted(set(re.findall(r"SID\d{3}", README))):
        assert code in rules
