"""Where a value goes within its file: each place that asks for its format, and nothing else.

The cases stand in ``tests/cases/flow``; each begins with ``=== sentence``. ``u()``, which may give anything, or
``uuid4``, a UUID, is the value that is followed: the first call, or else the first reference. ``#> kind
source`` behind a line is a place that must be found there, with exactly that source; nothing else may be found.
"""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest

from flake8_ssot_ids.flow import ModuleFlow, Sink

FOLDER = Path(__file__).with_name("cases") / "flow"
MAKERS = ("u", "uuid4")
MARK = re.compile(r" +#>.*")


def read(topic: str) -> dict[str, str]:
    """The cases of a file by their sentences."""
    parts = re.split(
        r"^=== (.+)\n", (FOLDER / f"{topic}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    cases = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert len(cases) == len(parts) // 2, "two cases with one sentence"
    return cases


def seed(tree: ast.Module) -> ast.expr:
    """The first call of a maker; where there is none, the first reference to one."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.Name, ast.Attribute))]
    names = [
        node
        for node in nodes
        if (node.id if isinstance(node, ast.Name) else node.attr) in MAKERS and isinstance(node.ctx, ast.Load)
    ]
    calls: list[ast.expr] = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.func in names
    ]
    return min(calls or names, key=lambda node: (node.lineno, node.col_offset))


def wanted(source: str) -> list[tuple[int, str, str]]:
    """Row, kind and source of each place that is marked."""
    marks = []
    for number, line in enumerate(source.split("\n"), 1):
        for mark in line.split("#>")[1:]:
            kind, _, text = mark.strip().partition(" ")
            marks.append((number, kind, text))
    return sorted(marks)


def found(source: str) -> list[Sink]:
    tree = ast.parse(source)
    before = ast.dump(tree, include_attributes=True)
    sinks = ModuleFlow(tree).sinks(seed(tree))
    assert ast.dump(tree, include_attributes=True) == before
    return sinks


def check(source: str) -> None:
    sinks = found(source)
    places = [
        (sink.node.lineno, sink.kind, ast.get_source_segment(source, sink.node) or "") for sink in sinks
    ]
    assert sorted(places) == wanted(source)
    rows = [(sink.node.lineno, sink.node.col_offset) for sink in sinks]
    assert rows == sorted(rows)


KINDS, WAYS, SILENT, MIGRATION = (read(topic) for topic in ("kinds", "ways", "silent", "migration"))


@pytest.mark.parametrize("source", KINDS.values(), ids=KINDS.keys())
def test_each_kind_of_place_is_found(source: str) -> None:
    assert wanted(source)
    check(source)


@pytest.mark.parametrize("source", WAYS.values(), ids=WAYS.keys())
def test_the_value_is_followed(source: str) -> None:
    assert wanted(source)
    check(source)


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT.keys())
def test_nothing_else_is_a_place(source: str) -> None:
    assert not wanted(source)
    check(source)


@pytest.mark.parametrize("source", MIGRATION.values(), ids=MIGRATION.keys())
def test_what_breaks_in_a_migration(source: str) -> None:
    check(source)


def test_as_many_cases_stay_silent() -> None:
    silent = sum(not wanted(source) for topic in (SILENT, MIGRATION) for source in topic.values())
    assert silent * 2 >= len(KINDS) + len(WAYS)
