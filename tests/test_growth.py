"""The work for a program grows as the program does: counted in calls of functions, not in seconds."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from benchmarks.growth import exponent
from benchmarks.inputs import KINDS
from flake8_ssot_ids.findings import suppress
from flake8_ssot_ids.findings.baseline import Baseline, compare, row_of
from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.findings.identity import LONG, Fingerprints, Row
from flake8_ssot_ids.findings.suppress import Suppressions
from flake8_ssot_ids.fixes.evidence.readers import Readers
from flake8_ssot_ids.fixes.plan import Planner
from flake8_ssot_ids.ids import hints
from flake8_ssot_ids.ids.wrappers import LookedAt
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.render.terminal import Palette
from flake8_ssot_ids.render.text import full
from flake8_ssot_ids.semantics.flow import index as flows_index
from flake8_ssot_ids.semantics.flow.flow import ModuleFlow
from flake8_ssot_ids.semantics.module.allnames import AllNames
from flake8_ssot_ids.semantics.module.values import Values
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.source.sourcefile import Lines, parse
from flake8_ssot_ids.uuids import catalog

RUNTIME = str(Path(__file__).resolve().parents[1] / "runtime")
#: Twice the program may take so many times the work; what is quadratic takes four times.
MOST = 2.3


def calls(work: Callable[[], object]) -> int:
    """How many functions, of Python and of C, ``work`` calls."""
    number = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return number


def prepared(kind: str, number: int, folder: Path, how: str) -> Callable[[], object]:
    """What runs the tool over a program of a kind; ``how`` is ``check``, ``preview`` or ``fix``."""
    folder.mkdir()
    for name, text in KINDS[kind][1](number).items():
        (folder / name).write_text(text, encoding="utf-8")
    generator = () if how == "check" else ("ssot_ids.UnifiedIdGenerator",)
    policy = Policy(
        root=str(folder), src=(str(folder), RUNTIME), generators=generator, preview=how == "preview"
    )
    files = sorted(map(str, folder.iterdir()))

    def run() -> None:
        project = Project(policy.src, catalog.attributes(policy.name_hashes))
        planner = Planner(policy, project, files)
        for file in files:
            data = Path(file).read_bytes()
            if how == "fix":
                planner.plan(file, data, unsafe=True)
            else:
                check_source(data, file, policy, project)

    return run


#: Kind, way to run the tool, size. Each was quadratic or worse.
GROWING = [
    *(
        (kind, "check", 100)
        for kind in (
            "sum of ids", "sum of cut ids", "percent of many", "format of many", "format by name",
            "percent by name", "join of many", "f-string values", "implicit f-strings",
            "f-strings in one list", "arguments of one call",
        )
    ),
    ("sum of ids", "preview", 100),
    *((kind, "fix", 200) for kind in ("sum of ids", "sum in brackets")),
    ("implicit f-strings", "fix", 100),
    *((kind, "fix", 100) for kind in ("unpacked tuple", "long import list of aliases")),
    *((kind, "check", 60) for kind in ("re-exports", "re-exports by assignment")),
    *((kind, "check", 120) for kind in ("stars in a ring", "stars in a chain")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "how", "number"), GROWING)
def test_twice_the_program_is_twice_the_work(kind: str, how: str, number: int, tmp_path: Path) -> None:
    prepared(kind, 2, tmp_path / "first", how)()  # what is imported and compiled once does not count
    once = calls(prepared(kind, number, tmp_path / "once", how))
    twice = calls(prepared(kind, 2 * number, tmp_path / "twice", how))
    assert once > number
    assert twice < MOST * once


def test_star_imports_in_a_row_bind_each_name_once() -> None:
    """Each may bind every word of the text, of which there are as many."""

    def first_has_it(values: Values) -> Values:
        return frozenset((str(value).replace("a0.*", "a0."), via) for value, via in values)

    def work(number: int) -> int:
        text = "".join(f"from a{at} import *\n" for at in range(number)) + "print(new_id)\n"
        tree = ast.parse(text)
        read = tree.body[-1].value.args[0]  # type: ignore[attr-defined]
        found: list[frozenset[str]] = []

        def look() -> None:
            found.append(AllNames(tree, text, "", first_has_it).dotted(read))

        count = calls(look)
        assert found == [{"a0.new_id"}]
        return count

    assert work(100) < MOST * work(50)


def test_the_values_of_a_module_are_followed_for_so_long_only() -> None:
    """Each of the loops takes the value to each other, so all ways together are cubic."""

    def steps(number: int) -> int:
        body = "".join(f" while c{at}:\n  a = make() if a else a\n  b{at} = a\n" for at in range(number))
        text = f"def f():\n a = None\n{body}"
        tree = ast.parse(text)
        flow = ModuleFlow(tree, lambda: AllNames(tree, text, "", lambda values: values))
        made = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        kinds = [{sink.kind for sink in flow.sinks(node, factory=False)} for node in made]
        assert kinds == [set()] * number if number < 50 else {"not-followed"} in kinds
        return flow._index.steps_left

    assert steps(10) > 0
    assert steps(150) < 0


@pytest.mark.parametrize(("steps", "kind"), [(100, ""), (5, "not-followed")])
def test_a_value_that_is_not_followed_to_its_end_keeps_its_format(
    steps: int, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows_index, "_STEPS", steps)
    monkeypatch.setattr(flows_index, "_STEPS_PER_NODE", 0)
    file = tmp_path / "m.py"
    file.write_text("import uuid\nuser_id = str(uuid.uuid4())\n" + "print(user_id)\n" * 10)
    policy = Policy(
        root=str(tmp_path), src=(str(tmp_path), RUNTIME), generators=("ssot_ids.UnifiedIdGenerator",)
    )
    project = Project(policy.src, catalog.attributes(policy.name_hashes))
    plan = Planner(policy, project, [str(file)]).plan(str(file), file.read_bytes(), unsafe=True)
    assert [(verdict.kind, bool(verdict.reason)) for verdict in plan.verdicts] == [(kind, bool(kind))]
    assert plan.new is not None
    assert (b"generate_uuid" in plan.new) is bool(kind)


def test_a_long_word_is_searched_once_for_patched_names(tmp_path: Path) -> None:
    """The search is one of ``re``, whose work nothing counts: what it matches is asked for."""
    from flake8_ssot_ids.fixes.evidence.looks import _READ

    assert _READ.pattern.startswith(rb"(?<![\w.\"'])")
    file = tmp_path / "test_a.py"
    file.write_text("patch('app.ids.uuid4'); 1.app.uuid.uuid4x; (.b.uuid); x.uuid4.hex")
    readers = Readers([str(file)], Project((str(tmp_path),), frozenset({"uuid4"})))
    readers._look()
    assert readers._read == {"app.ids.uuid4", "x.uuid4.hex"}


def test_a_chain_of_modules_deeper_than_the_stack_is_looked_into(tmp_path: Path) -> None:
    """What is that far away is not followed any more, but nothing breaks."""
    for at in range(1, 300):
        (tmp_path / f"m{at}.py").write_text(f"from m{at - 1} import *\n")
    (tmp_path / "m0.py").write_text("import uuid\ndef new_id(): return str(uuid.uuid4())\n")
    policy = Policy(root=str(tmp_path), src=(str(tmp_path),), preview=True)
    file = tmp_path / "user.py"
    for at, codes in ((299, []), (30, ["SID204"])):
        data = f"from m{at} import new_id\nuser_id = new_id()\n".encode()
        file.write_bytes(data)
        report = check_source(data, str(file), policy, Project(policy.src, frozenset({"uuid4"})))
        assert [found.code for found in report.findings] == codes


@pytest.mark.parametrize("order", [1, -1])
def test_a_chain_of_names_is_followed_link_by_link(order: int) -> None:
    def work(number: int) -> int:
        rows = [f"a{at + 1} = a{at}" for at in range(number)][::order]
        text = "\n".join(rows)
        parts = {"tree": ast.parse(text), "text": text, "functions": {}, "raw": set(), "raw_statements": {}}
        module = cast("LookedAt", SimpleNamespace(**parts))
        found: list[frozenset[str]] = []
        count = calls(lambda: found.append(hints.words_of(module, frozenset({"a0"}))))
        assert found == [{f"a{at}" for at in range(number + 1)}]
        return count

    assert work(200) < MOST * work(100)


def test_re_exports_are_followed_alike_from_either_end(tmp_path: Path) -> None:
    number = 1200
    for at in range(1, number):
        (tmp_path / f"m{at}.py").write_text(f"from m{at - 1} import new_id\n")
    (tmp_path / "m0.py").write_text("from uuid import uuid4 as new_id\n")
    policy = Policy(root=str(tmp_path), src=(str(tmp_path),))
    for order in (range(1, number), range(number - 1, 0, -1)):
        project = Project(policy.src, frozenset({"uuid4"}))
        home = project.home(str(tmp_path / "user.py"))
        found = {
            project.expand(frozenset({(f"m{at}.new_id", "direct")}), home) for at in order if at % 100 == 99
        }
        assert found == {frozenset({("uuid.uuid4", "reexported")})}


def test_a_known_text_is_hashed_as_a_row_is() -> None:
    for expression in ("a", "a | b\\", "é" * (LONG + 1), "|" * LONG + "\n"):
        prints = Fingerprints("p/ä.py")
        for ordinal in (0, 1, 12):
            row = Row("p/ä.py", "SID101", "f", expression, ordinal)
            assert prints.of("SID101", "f", expression, ordinal) == row.fingerprint


def test_a_column_of_a_long_line_is_that_of_a_short_one() -> None:
    text = "aé漢\U0001f600b\udcff"
    short = Lines(text)
    long = Lines(text * 500)
    width = len(text.encode("utf-8", "surrogateescape"))
    for times in (0, 1, 499):
        for column in range(1, len(text) + 1):
            offset = short.utf8(1, column)
            assert long.utf8(1, times * len(text) + column) == times * width + offset
            assert long.column(1, times * width + offset) == times * len(text) + column
    assert long.column(1, 500 * width) == long.column(1, 501 * width) == 500 * len(text) + 1


def test_rows_of_one_expression_are_matched_by_ordinal_then_in_order() -> None:
    policy = Policy(root="/")
    report = check_source(b"import uuid\n" + b"x = uuid.uuid4()\n" * 4, "a.py", policy)
    rows = [row_of(finding, policy) for finding in report.findings]
    moved = [Row(*rows[0].key, ordinal) for ordinal in (9, 2, 2, 7)]
    found = compare(report.findings[:3], Baseline(tuple(moved)), policy)
    assert ([one.ordinal for one in found.known], found.new) == ([0, 1, 2], ())
    # The second row for 2 goes to the first finding without one, then that for 7.
    assert [row.ordinal for row in found.stale] == [9]


def test_a_long_line_is_measured_once_for_all_its_frames() -> None:
    def work(number: int) -> int:
        text = "; ".join(f"é{at} = uuid.uuid4()" for at in range(number))
        report = check_source(f"import uuid\n{text}\n".encode(), "a.py", Policy(root="/"))
        lines = Lines(f"import uuid\n{text}\n").lines
        return calls(lambda: [*full(report.findings, Palette(False), "/", lambda _: lines)])

    assert work(200) < MOST * work(100)


def test_a_comment_is_read_once_for_all_findings_of_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    class Pattern:
        def search(self, text: str) -> re.Match[str] | None:
            searched.append(text)
            return real.search(text)

    real = suppress._INLINE
    monkeypatch.setattr(suppress, "_INLINE", Pattern())
    text = "x = 1  # noqa: E501, SID1\n"
    suppressions = Suppressions(Lines(text), text)
    asked = [suppressions.suppressed_by(1, code) for code in ("SID101", "SID999", "E501", "SID102")]
    assert asked == ["line", None, "line", "line"]
    assert searched == [text]


def test_the_tree_is_gone_before_the_findings_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from flake8_ssot_ids.findings import engine

    trees = []

    class Tree(ast.Module):
        def __del__(self) -> None:
            trees.append("gone")

    real = engine._Reporter._finding

    def parsed(data: bytes) -> ast.Module:
        return Tree(parse(data).body, [])

    def finding(*arguments: object) -> object:
        trees.append("finding")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "parse", parsed)
    monkeypatch.setattr(engine._Reporter, "_finding", finding)
    report = engine.check_source(b"import uuid\nx_id = f'a_{uuid.uuid4()}'\n", "a.py", Policy(root="/"))
    assert (len(report.findings), trees) == (1, ["gone", "finding"])


def test_the_benchmark_tells_the_growth() -> None:
    assert exponent([0.1, 0.2, 0.4]) == pytest.approx(1)
    assert exponent([0.1, 0.4, 1.6]) == pytest.approx(2)
    assert exponent([0.01, 0.01, 0.05]) is None
    assert exponent([1.0, None]) is None
