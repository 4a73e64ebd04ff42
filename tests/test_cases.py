"""The acceptance cases: ``tests/cases/*.txt``, written from the specification alone.

A case begins with ``=== sentence``. Its text is the file ``case.py`` until ``### file: NAME``
opens another one; every file of a case is checked, and has exactly the findings that are
marked in it. ``### python: 3.12`` is the oldest version that the case is for, ``### config``
opens the text of ``ssot-ids.toml``. A line that ends in ``# silent`` resembles a use and is none.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flake8_ssot_ids.testing import assert_marks, expected

FOLDER = Path(__file__).with_name("cases")
TOPICS = sorted(FOLDER.glob("*.txt"))
# The codes that share out the uses among them; others may stand beside these one day.
PARTITION = (
    *("SID101", "SID102", "SID103", "SID104", "SID105", "SID201", "SID202", "SID203", "SID205", "SID99"),
)
HEADER = re.compile(r"=== (?P<title>.+)|### (?P<key>file|python|config)(?:: (?P<value>.+))?")


@dataclass
class Case:
    """One case: the text of its files by path, and what it needs."""

    title: str
    files: dict[str, str] = field(default_factory=dict)
    config: str | None = None
    python: tuple[int, ...] = (3, 11)


def read(topic: Path) -> list[Case]:
    """All cases of one file, in its order."""
    cases: list[Case] = []
    target = ""
    # Not splitlines(): a form feed belongs to a line.
    for line in topic.read_text(encoding="utf-8").split("\n"):
        header = HEADER.fullmatch(line)
        if header and header["title"]:
            cases.append(Case(header["title"]))
            target = "case.py"
        elif not cases:
            continue
        elif header and header["key"] == "python":
            cases[-1].python = tuple(int(part) for part in header["value"].split("."))
        elif header:
            target = header["value"] or "### config"
            if header["value"]:
                cases[-1].files[target] = ""
        elif target == "### config":
            cases[-1].config = (cases[-1].config or "") + line + "\n"
        elif line.strip() or target in cases[-1].files:
            cases[-1].files[target] = cases[-1].files.get(target, "") + line + "\n"
    return cases


CASES = {f"{topic.stem}: {case.title}": case for topic in TOPICS for case in read(topic)}


@pytest.mark.parametrize("name", sorted(CASES))
def test_case(name: str) -> None:
    case = CASES[name]
    if sys.version_info < case.python:
        pytest.skip(f"syntax of Python {'.'.join(map(str, case.python))}")
    for path, source in case.files.items():
        if not path.endswith(".py"):
            continue  # it only lies beside the modules
        others = {other: text for other, text in case.files.items() if other != path}
        assert_marks(source, path=path, files=others, config=case.config, select=PARTITION)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.stem)
def test_at_least_as_many_lines_stay_silent_as_fire(topic: Path) -> None:
    firing = silent = 0
    for case in read(topic):
        for path, source in case.files.items():
            rows = {mark.row for mark in expected(source)}
            decoys = {row for row, line in enumerate(source.split("\n"), 1) if line.endswith("# silent")}
            assert not rows & decoys, (case.title, path)
            firing += len(rows)
            silent += len(decoys)
    assert silent >= firing


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.stem)
def test_every_case_is_python_and_has_a_title_of_its_own(topic: Path) -> None:
    cases = read(topic)
    assert cases
    assert len({case.title for case in cases}) == len(cases)
    for case in cases:
        assert case.files, case.title
        for path, source in case.files.items():
            # A case that nothing is asked of could not fail.
            assert expected(source) or "# silent" in source or len(case.files) > 1, (case.title, path)
            if sys.version_info >= case.python:
                compile(ast.parse(source, path), path, "exec")
