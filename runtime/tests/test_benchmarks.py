"""The benchmark's page is that of this benchmark, and promises nothing that was not measured."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

RUNTIME = Path(__file__).resolve().parent.parent
BENCHMARKS = RUNTIME / "benchmarks"
PAGE = (BENCHMARKS / "RESULTS.md").read_text(encoding="utf-8")
# By path, because both this distribution and the linter's have a package of that name.
MAKERS = runpy.run_path(str(BENCHMARKS / "makers.py"))
VERSIONS = runpy.run_path(str(BENCHMARKS / "interpreters.py"))["SUPPORTED"]


def table(title: str) -> list[list[str]]:
    """The cells of one table, without its head."""
    part = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return rows[2:]


def test_every_statement_was_measured_on_every_supported_python() -> None:
    rows = table("One id")
    assert [row[0] for row in rows] == [f"`{maker.statement}`" for maker in MAKERS["MAKERS"]]
    assert {len(row) for row in rows} == {1 + len(VERSIONS)}
    head = re.findall(r"Python (\d+\.\d+)\.\d+", PAGE.partition("| figure |")[2].partition("\n")[0])
    assert tuple(head) == VERSIONS


def test_every_figure_held() -> None:
    rows = table("Figures to hold")
    assert len(rows) >= 9
    assert [row for row in rows if not all(cell.startswith("held: ") for cell in row[2:])] == []


def test_the_pinned_versions_were_measured() -> None:
    pins = dict(
        re.findall(r"^([a-z-]+)==(\S+)$", (BENCHMARKS / "requirements.txt").read_text(), re.MULTILINE)
    )
    assert sorted(pins) == sorted(MAKERS["PACKAGES"])
    for name, version in pins.items():
        assert f"{name} {version}" in PAGE


@pytest.mark.parametrize("module", MAKERS["IMPORTS"])
def test_every_import_was_timed(module: str) -> None:
    assert f"`{module}`" in [row[0] for row in table("Import")]
