"""Where a value goes within its file: each place that asks for its format, and nothing else.

The cases stand in ``tests/cases/flow``; each begins with ``=== sentence``. ``u()``, which may give anything,
or ``uuid4``, a UUID, is the value that is followed: the first call, or else the first reference. ``#> kind
source`` behind a line is a place that must be found there, with exactly that source; nothing else may be.
"""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest

from flake8_ssot_ids.semantics.flow.flow import ModuleFlow
from flake8_ssot_ids.semantics.flow.sinks import Sink
from flake8_ssot_ids.semantics.module.allnames import AllNames

FOLDER = Path(__file__).resolve().parents[2] / "cases" / "flow"
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


def flow_of(tree: ast.Module, source: str, parents: dict[ast.AST, ast.AST] | None = None) -> ModuleFlow:
    return ModuleFlow(tree, lambda: AllNames(tree, source, "app", lambda values: values), parents)


def found(source: str) -> list[Sink]:
    tree = ast.parse(source)
    before = ast.dump(tree, include_attributes=True)
    sinks = flow_of(tree, source).sinks(seed(tree))
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
MEANING = read("meaning")


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


@pytest.mark.parametrize(("sentence", "source"), MEANING.items(), ids=MEANING.keys())
def test_names_mean_what_they_are_bound_to(sentence: str, source: str) -> None:
    assert bool(wanted(source)) is not sentence.startswith("silent: ")
    check(source)


def test_a_case_that_is_wrong_fails() -> None:
    with pytest.raises(AssertionError):
        check("x = u()\nx[:8]")
    with pytest.raises(AssertionError):
        check("x = u()\nx[:8]  #> sliced x[:4]")
    with pytest.raises(AssertionError):
        check("x = u()\nx[:8]  #> split x[:8]")


@pytest.mark.parametrize(
    ("source", "detail", "through"),
    [
        ("x = u()\nx[:8]", "`x[:8]`", "x"),
        ("u()[:8]", "`u()[:8]`", ""),
        ("class A:\n    def f(self):\n        self.x = u()\n        self.x[:8]", "`self.x[:8]`", "self.x"),
        ("class A:\n    x: UUID = u()", "`x: UUID`", "x"),
        ("def f(run_id: UUID): ...\nf(u())", "`run_id: UUID`", "run_id"),
        ("def f() -> UUID | None: return u()", "`-> UUID | None`", ""),
        ("def f(): return u()\nf()[:8]", "`f()[:8]`", "f()"),
        ("d = {'a': u()}\nd['a'][:8]", "`d['a'][:8]`", "d['a']"),
        ("A(x=u())", "", ""),
        ("class A:\n    x: UUID\nA(x=u())", "`x: UUID`", "A(x=…)"),
        ("class A:\n    x = Column(sa.String(36))\nA(x=u())", "a `String(36)` column", "A(x=…)"),
        ("class A:\n    x = Column(Uuid(), default=u())", "a `Uuid()` column", ""),
        ("class A:\n    x: str = Field(max_length=36)\nA(x=u())", "`max_length=36`", "A(x=…)"),
        ("token = u()\nassert len(token) == 36", "`len(token) == 36`", "token"),
        ("x = u()\n(y if z else x)[:8]", "`(y if z else x)[:8]`", "x"),
    ],
)
def test_a_place_has_words_and_its_way(source: str, detail: str, through: str) -> None:
    sinks = found(source)
    assert [(sink.detail, sink.through) for sink in sinks] == ([(detail, through)] if detail else [])


def test_words_for_a_long_expression_are_short() -> None:
    source = "x = u()\n(" + "a or " * 100 + "x)[:8]"
    (sink,) = found(source)
    assert sink.detail == "`[:8]`"


ID = "run_1763884800123_1482093755_9f3a07c1"


@pytest.mark.parametrize(
    ("cut", "left"),
    [
        ("x[:8]", ID[:8]),
        ("x[-8:]", ID[-8:]),
        ("x[4:10:2]", ID[4:10:2]),
        ("x[0]", "r"),
        ("x[:n]", None),
        ("x.split('_')[-1]", "9f3a07c1"),
        ("x.split('_', 1)[1]", ID[4:]),
        ("x.split(sep='_', maxsplit=1)[1]", ID[4:]),
        ("x.rsplit('_', maxsplit=1)[0]", ID[:-9]),
        ("x.partition('_')[2]", ID[4:]),
        ("x.rpartition('_')[0]", ID[:-9]),
        ("x.split()[0]", ID),
        ("x.split('_')", None),
        ("x.split(y)[0]", None),
        ("x.split('_', n)[0]", None),
        ("x.split('_')[n]", None),
        ("x.split('_')[9]", None),
        ("x.split('')[0]", None),
        ("x.removeprefix('run_')", ID[4:]),
        ("x.removesuffix('c1')", ID[:-2]),
        ("x.replace('_', '')", ID.replace("_", "")),
        ("x.startswith('run_')", None),
    ],
)
def test_a_cut_can_be_done_again(cut: str, left: str | None) -> None:
    (sink,) = found(f"x = u()\n{cut}")
    assert sink.apply(ID) == left


CUTS = """
def shard(context, data, user_id):
    a = context.user_id[:8]
    b = user_id.split("_")[-1]
    c = data["user_id"][-4:]
    d = data.get("user_id", "")[:2]
    e = str(user_id)[:6]
    f = (user_id or "")[:7]
    if user_id.startswith("adm_"):
        logger.info(user_id[:3])
    g = user_name[:8], user_id[:], user_id[:200], user_id, context.user_id.lower()
    return data[user_id][:8]
"""


def test_the_cuts_of_names() -> None:
    sinks = flow_of(ast.parse(CUTS), CUTS).cuts_of(lambda name: name == "user_id")
    assert [(sink.node.lineno, sink.kind, sink.through, sink.apply("abcdefgh_ij")) for sink in sinks] == [
        (3, "sliced", "user_id", "abcdefgh"),
        (4, "split", "user_id", "ij"),
        (5, "sliced", "user_id", "h_ij"),
        (6, "sliced", "user_id", "ab"),
        (7, "sliced", "user_id", "abcdef"),
        (8, "sliced", "user_id", "abcdefg"),
        (9, "prefix-matched", "user_id", None),
    ]
    assert [sink.detail for sink in sinks][:2] == ["`context.user_id[:8]`", "`user_id.split('_')[-1]`"]
    assert flow_of(ast.parse(CUTS), CUTS).cuts_of(lambda name: name == "run_id") == []


@pytest.mark.parametrize(
    ("source", "places_"),
    [
        ("x = u()\ny = f'ws_{x}'", ["f'ws_{x}'"]),
        ("y = 'ws_' + u()", ["'ws_' + u()"]),
        ("x = u()\ny = 'ws_%s' % x", ["'ws_%s' % x"]),
        ("x = u()\ny = 'ws_{}'.format(x)", ["'ws_{}'.format(x)"]),
        ("x = u()\ny = '_'.join(['ws', x])", ["'_'.join(['ws', x])"]),
        ("x = u()\ny = f'{x}'", []),
        ("x = u()\nlogger.info(f'made {x}')\nprint('made ' + x)", []),
        ("x = u()\nraise ValueError(f'no {x}')", []),
        ("x = u()\ny = x, 'ws'", []),
        ("x = u()\ny = f'ws_{z}'", []),
        ("x = u()\ny = {x: 1}", []),
    ],
)
def test_text_glued_around_it_is_told_apart(source: str, places_: list[str]) -> None:
    tree = ast.parse(source)
    flow = flow_of(tree, source)
    assert [ast.get_source_segment(source, sink.node) for sink in flow.glued(seed(tree))] == places_
    assert flow.sinks(seed(tree)) == []


def test_what_is_patched_is_listed() -> None:
    source = """
@patch("app.ids.uuid.uuid4")
@patch("app.ids.make")
@patch(name)
def test(monkeypatch):
    monkeypatch.setattr("app.ids.uuid4", 1)
    monkeypatch.setattr(uuid, "uuid1", 1)
    setattr(self, "uuid", 1)
    mock.patch.object(uuid, "uuid7")
"""
    found_ = flow_of(ast.parse(source), source).patches()
    assert [(target, call.lineno) for target, call in found_] == [
        ("app.ids.uuid.uuid4", 2),
        ("app.ids.uuid4", 6),
        ("uuid.uuid1", 7),
        ("uuid.uuid7", 9),
    ]


def test_a_factory_may_be_told() -> None:
    source = "make = maker\nx = make()\nx[:8]"
    tree = ast.parse(source)
    (node,) = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "maker")
    flow = flow_of(tree, source)
    assert [sink.kind for sink in flow.sinks(node, factory=True)] == ["sliced"]
    assert flow.sinks(node) == []


def test_the_parents_may_be_given_in_part() -> None:
    source = "x = u()\nx[:8]"
    tree = ast.parse(source)
    assert [sink.kind for sink in flow_of(tree, source, {}).sinks(seed(tree))] == ["sliced"]
    partial: dict[ast.AST, ast.AST] = {tree.body[0]: tree}
    assert [sink.kind for sink in flow_of(tree, source, partial).sinks(seed(tree))] == ["sliced"]
    assert partial == {tree.body[0]: tree}


#: Large programs: a text, and how many places it has.
LARGE = {
    "a sum of 2,000 terms": ("x = u()\ny = " + "x + " * 2000 + "x\nx[:8]\n", 1),
    "a sum of 2,000 terms that is cut": ("y = (" + "a + " * 2000 + "u())[:8]\n", 0),
    "2,000 names in a row": (
        "x0 = u()\n" + "".join(f"x{at + 1} = x{at}\n" for at in range(2000)) + "x2000[:8]\n",
        1,
    ),
    "a function behind 2,000 aliases": (
        "def p0(x): x[:8]\n" + "".join(f"p{at + 1} = p{at}\n" for at in range(2000)) + "p2000(u())\n",
        1,
    ),
    "a partial of 400 partials": (
        "from functools import partial\ndef p0(*x): x[-1][:8]\n"
        + "".join(f"p{at + 1} = partial(p{at}, {at})\n" for at in range(400))
        + "p400(u())\n",
        1,
    ),
    "2,000 branches": (
        "if a: x = u()\n" + "".join(f"elif a{at}: x = {at}\n" for at in range(2000)) + "x[:8]\n",
        1,
    ),
    "2,000 alternatives": ("x = " + "a or " * 2000 + "u()\nx[:8]\n", 1),
    "2,000 functions in a row": (
        "def f0(x): x[:8]\n"
        + "".join(f"def f{at + 1}(x): f{at}(x)\n" for at in range(2000))
        + "f2(u())\nf1999(1)\n",
        1,
    ),
    "2,000 reads of an attribute": (
        "class A:\n    def f(self):\n        self.x = u()\n" + "        self.x[:8]\n" * 2000,
        2000,
    ),
    "80 calls in calls": ("x = u()\n" + "str(" * 80 + "x" + ")" * 80 + "[:8]\n", 1),
    "90 dictionaries in dictionaries": ("x = " + "{'a': " * 90 + "u()" + "}" * 90 + "\n", 0),
    "functions that hand on to themselves": (
        "def f(x, y):\n    f(y, x)\n    g([x], {'a': y})\ndef g(x, y):\n    f(x, y)\n    g(y, x)\n"
        "    return {'a': [x, y]}\nf(u(), g(1, 2))\n",
        0,
    ),
}


@pytest.mark.parametrize(("source", "number"), LARGE.values(), ids=LARGE.keys())
def test_large_programs_are_ordinary_input(source: str, number: int) -> None:
    tree = ast.parse(source)
    node = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "u"
    )
    began = time.process_time()
    sinks = flow_of(tree, source).sinks(node)
    assert time.process_time() - began < 10
    assert len(sinks) == number
