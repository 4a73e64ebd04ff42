"""Which bindings a name can see: against CPython's own symbol tables, and in cases of flow."""

from __future__ import annotations

import ast
import os
import symtable
import sysconfig
import warnings
from collections.abc import Iterator

import pytest

from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.dynamic import Dynamic
from flake8_ssot_ids.semantics.module.names import ModuleNames
from flake8_ssot_ids.semantics.module.resolver import Resolver
from flake8_ssot_ids.semantics.module.scopes import CLASS, EVERYTHING, UNBOUND, Binding, Hits, Scope
from flake8_ssot_ids.source.sourcefile import decode, parse
from flake8_ssot_ids.uuids import catalog


def label(scope: Scope) -> str:
    """The same for all that a loop makes of one scope."""
    return f"{scope.kind}-{id(scope.node)}"


class MarkedFlow(Flow):
    """Binds every name to a dotted name that says which scope owns it."""

    def _bind(self, name: str, binding: Binding, scope: Scope | None = None) -> None:
        if binding is not UNBOUND and name in self.watched:
            owner = scope or self.scope
            if name in owner.declared:
                owner = owner.declared[name] or owner
            binding = Binding("import", dotted=f"{label(owner)}.{name}")
        super()._bind(name, binding, scope)


Table = symtable.SymbolTable


class Tables:
    """The symbol table of each of our scopes, where it is the only one of that name in that row."""

    def __init__(self, top: Table, module: Scope) -> None:
        self._of: dict[Scope, Table | None] = {module: top}
        self._scopes: dict[Table, Scope] = {top: module}

    def of(self, scope: Scope) -> Table | None:
        if scope not in self._of:
            outer = self.of(scope.parent) if scope.parent is not None else None
            self._of[scope] = found = self._child(outer, scope.node) if outer is not None else None
            if found is not None:
                self._scopes[found] = scope
        return self._of[scope]

    def scope(self, table: Table) -> Scope | None:
        return self._scopes.get(table)

    @staticmethod
    def _child(outer: Table, node: ast.AST | None) -> Table | None:
        names = {
            ast.Lambda: "lambda",
            ast.ListComp: "listcomp",
            ast.SetComp: "setcomp",
            ast.DictComp: "dictcomp",
            ast.GeneratorExp: "genexpr",
        }
        name = names.get(type(node), getattr(node, "name", None))
        row = getattr(node, "lineno", 0)
        found = [
            table for table in outer.get_children() if (table.get_name(), table.get_lineno()) == (name, row)
        ]
        return found[0] if len(found) == 1 else None


def owner(table: Table, name: str, parents: dict[Table, Table]) -> Table | None:
    """The table whose name ``name`` is in ``table``; None where this cannot be told."""
    try:
        symbol = table.lookup(name)
    except KeyError:
        return None
    top = table
    while top in parents:
        top = parents[top]
    if table.get_name() == "top" and table is not top:
        # The module symtable takes a function of this name for the module itself.
        return None
    if symbol.is_global() or table is top:
        return top
    if not symbol.is_free():
        return table
    outer = table
    while outer in parents:
        outer = parents[outer]
        if (
            outer.get_type() == "function"
            and name in outer.get_identifiers()
            and outer.lookup(name).is_local()
        ):
            return outer
    return None


def decisions(text: str) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """Of each read of a name: a text for it, its scope's kind, the owners we see, the one CPython sees."""
    tree = ast.parse(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = symtable.symtable(text, "file", "exec")
    parents: dict[Table, Table] = {}
    pending = [top]
    while pending:
        table = pending.pop()
        for child in table.get_children():
            parents[child] = table
            pending.append(child)
    flow = MarkedFlow(tree, watched=EVERYTHING, attributes=(), hits=Hits(None), package="").run()
    resolver = Resolver(flow, lambda values: values, lambda dotted: False, Dynamic(""))  # noqa: ARG005
    tables = Tables(top, flow.module)
    for node, place in flow.candidates.items():
        if not isinstance(node, ast.Name):
            continue
        inner = tables.of(place.scope)
        known = owner(inner, node.id, parents) if inner is not None else None
        scope = tables.scope(known) if known is not None else None
        if scope is None:
            continue
        seen = {dotted.partition(".")[0] for dotted, _ in resolver.resolve(node) if isinstance(dotted, str)}
        expected = {label(scope)}
        if scope is flow.module or (place.scope.kind is CLASS and scope is place.scope):
            expected |= {"builtins", label(flow.module)}
        yield f"{node.id} in row {node.lineno}", place.scope.kind, seen, expected


def library() -> list[str]:
    found = []
    for folder, folders, files in os.walk(sysconfig.get_path("stdlib")):
        folders[:] = sorted(set(folders) - {"site-packages", "__pycache__"})
        found += [os.path.join(folder, file) for file in sorted(files) if file.endswith(".py")]
    return found


@pytest.mark.parametrize("each", [30, pytest.param(5, marks=pytest.mark.corpora)])
def test_every_name_is_looked_for_where_cpython_looks(each: int) -> None:
    """All names of some, or of some three hundred modules of the standard library, its tests among them."""
    compared = files = 0
    for path in library()[::each]:
        with open(path, "rb") as stream:
            data = stream.read()
        try:
            parse(data)
            text = decode(data).text
            rows = list(decisions(text))
        except (UnreadableError, SyntaxError):
            continue
        files += 1
        for what, kind, seen, expected in rows:
            compared += 1
            assert seen <= expected, (path, what, kind)
    assert files > 1_000 // each
    assert compared > 500_000 // each


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\ndef f():\n    return x\n",
        "def f():\n    x = 1\n    def g():\n        return x\n    return g\n",
        "def f():\n    x = 1\n    class A:\n        def g(self):\n            return x\n",
        "x = 1\ndef f():\n    global x\n    x = 2\n    def g():\n        return x\n",
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n        return x\n",
        "def f():\n    x = 1\n    return [x for y in x]\n",
        "def f():\n    return [(x := y) for y in z], x\n",
        "x = 1\nclass A:\n    y = [x for _ in z]\n    def x(self):\n        return x\n",
        "def f(x):\n    return lambda: x\n",
        "try:\n    pass\nexcept E as x:\n    def f():\n        return x\n",
        "def f():\n    for x in y:\n        pass\n    def g():\n        return x\n",
        "match y:\n    case {**x}:\n        def f():\n            return x\n",
    ],
)
def test_a_name_of_an_outer_scope_is_found(source: str) -> None:
    """Not only no wrong owner: the right one."""
    rows = [row for row in decisions(source) if row[0].startswith("x ")]
    assert rows
    for what, _, seen, expected in rows:
        assert seen, what
        assert seen & expected == seen, what


def sources(source: str) -> list[str]:
    """The sources that the name ``m`` may be where ``m`` is called, in the order of the text."""
    names = ModuleNames(
        ast.parse(source),
        source,
        package="",
        sources=catalog.FRESH,
        attributes=catalog.FRESH,
        words=("m",),
        expand=lambda values: values,
    )
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    places = {(call.func.lineno, call.func.col_offset) for call in calls if ast.unparse(call.func) == "m"}
    loads = sorted(names.flow.loads, key=lambda node: (node.lineno, node.col_offset))
    return [
        " ".join(value[0].removeprefix("uuid.uuid") for value in names.sources_of(node))
        for node in loads
        if (node.lineno, node.col_offset) in places
    ]


IMPORTS = "from uuid import uuid1 as a, uuid4 as b\n"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("m = a\nm()\nm = b\nm()", ["1", "4"]),
        ("m = a\nif x: m = b\nm()", ["1 4"]),
        ("if x: m = a\nelse: m = b\nm()", ["1 4"]),
        ("if x: m = a\nelif y: m = b\nm()", ["1 4"]),
        ("if x:\n    m = a\n    m()\nelse:\n    m = b\n    m()", ["1", "4"]),
        ("m = a\nif x: raise E\nelse: m = b\nm()", ["4"]),
        ("m = a\nif x:\n    m = b\n    raise E\nm()", ["1"]),
        ("m = a\nwhile x:\n    m()\n    m = b", ["1 4"]),
        ("m = a\nwhile x:\n    m = b\n    m()\nm()", ["4", "1 4"]),
        ("m = a\nwhile True:\n    m = b\n    break\nm()", ["4"]),
        ("m = a\nwhile True:\n    if x: break\n    m = b\nm()", ["1 4"]),
        ("m = a\nfor x in y:\n    m()\n    if x: continue\n    m = b\nelse:\n    m()", ["1 4", "1 4"]),
        ("m = a\nfor m in y: m()\nm()", ["", "1"]),
        ("m = a\ntry:\n    m = b\nfinally:\n    m()", ["1 4"]),
        ("m = a\ntry:\n    m = b\nexcept E:\n    m()\nm()", ["1 4", "1 4"]),
        ("try:\n    m = a\nexcept E:\n    m = b\nm()", ["1 4"]),
        ("m = a\ntry: f()\nexcept E: raise\nelse: m = b\nm()", ["4"]),
        ("m = a\ntry: f()\nfinally: m = b\nm()", ["4"]),
        ("m = a\ntry: f()\nexcept E as m: m()\nm()", ["", "1"]),
        ("m = a\nwith f() as m: m()", [""]),
        ("m = a\nwith f(): m = b\nm()", ["4"]),
        ("m = a\nwith suppress(E): m = b\nm()", ["1 4"]),
        ("m = a\nmatch x:\n    case 1: m = b\nm()", ["1 4"]),
        ("m = a\nmatch x:\n    case 1: m = b\n    case _: m = c\nm()", ["4"]),
        ("m = a\nmatch x:\n    case m: m()\nm()", ["", ""]),
        ("m = a\nmatch x:\n    case [m, *_]: m()\nm()", ["", "1"]),
        ("m = a\ndel m\nm()", [""]),
        ("m = a\nm += x\nm()", [""]),
        ("m: f = a\nm()", ["1"]),
        ("m = a\nm: f\nm()", ["1"]),
        ("(m := a)()\nm()", ["1"]),
        ("x and (m := a)\nm()", ["1"]),
        ("m = a\nx or (m := b)\nm()", ["1 4"]),
        ("m = a\n[m() for m in x]\nm()", ["", "1"]),
        ("m = a\n[(m := b) for y in x]\nm()", ["1 4"]),
        ("m = a\nf(lambda m: m())\nf(lambda: m())", ["", "1"]),
        ("m = a\ndef f(): return m()\nm = b", ["4"]),
        ("def f(): return m()\nm = a", ["1"]),
        ("m = a\ndef f():\n    m()\n    m = b\n    m()", ["", "4"]),
        ("m = a\ndef f():\n    global m\n    m = b\ndef g(): m()", ["1 4"]),
        ("def f():\n    m = a\n    def g():\n        nonlocal m\n        m = b\n    m()", ["1 4"]),
        ("m = a\nclass A:\n    m()\n    m = b\n    m()\n    def f(self): m()", ["1", "4", "1"]),
        ("class m: pass\nm()", [""]),
        ("def m(): pass\nm()", [""]),
        ("import m\nm()", [""]),
        ("m, n = a, b\nm()\n(n, m) = a, b\nm()", ["1", "4"]),
        ("m, *n = a, b\nm()\n*n, m = x, y, b\nm()", ["1", "4"]),
        ("[m, n] = x\nm()", [""]),
        ("m, m = a, b\nm()", ["4"]),
        ("m = a\nfrom x import *\nfrom x import *\nm()", ["1"]),
        ("m = a\nwhile x:\n    from x import *\n    from y import *\n    from x import *\nm()", ["1"]),
        ("m = a\nfrom uuid import *\nm()\nuuid7, m = 1, b\nm()", ["1", "4"]),
        ("m, (m, n) = x, (b, a)\nm()", ["4"]),
        ("m = n = a\nm()", ["1"]),
        ("def f(m=a): m()", ["1"]),
        ("def f(x, /, *, m=b): m()", ["4"]),
        ("def f(*m): m()\ndef g(**m): m()", ["", ""]),
        ("while True:\n    m = a\nm()", ["1"]),
        ("m = a if x else b\nm()", ["1 4"]),
        ("m = x or b\nm()", ["4"]),
        # A closure is called where its function goes on, or after it has ended: what was bound there counts.
        ("def f(c):\n def g(): return m()\n if c:\n  m = b\n  return g\n m = None\n return m", ["4"]),
        ("def f(c):\n    if c: m = b\n    else: return\n    def g(): return m()\n    return g", ["4"]),
        ("def f(c):\n    if c: return\n    else: m = b\n    def g(): return m()\n    return g", ["4"]),
        ("def f(c):\n    def g(): return m()\n    if c: m = b\n    else: return\n    return g", ["4"]),
        (
            "def f(c):\n    def g(): return m()\n    m = a\n    if c: return g\n    m = b\n    return g",
            ["1 4"],
        ),
        (
            "def f(c):\n    def g(): return m()\n    m = a\n    if c: raise E\n    m = b\n    return g",
            ["1 4"],
        ),
        ("def f(c):\n    def g(): return m()\n    return g\n    m = b", [""]),
        # A guard may be false after the pattern has bound its names.
        ("match x:\n    case x if x > 1: m = b\n    case _: m = a\nm()", ["1 4"]),
        ("m = a\nmatch x:\n    case x if x > 1: m = b\nm()", ["1 4"]),
        ("m = a\nmatch x:\n    case x: m = b\nm()", ["4"]),
        ("m = a\nmatch x:\n    case _ if (m := b): pass\nm()", ["4"]),
        ("m = a\nmatch x:\n    case 1 if (m := b): pass\nm()", ["1 4"]),
        ("m = a\nmatch x:\n    case [m] if y: m()\n    case _: m()\nm()", ["", "1", "1"]),
        ("m = a\nmatch x:\n    case [m]: m()\n    case _: m()\nm()", ["", "1", "1"]),
        ("m = a\nmatch x:\n    case m if y: m()\n    case _: m()\nm()", ["", "", ""]),
    ],
)
def test_what_is_in_force(body: str, found: list[str]) -> None:
    assert sources(IMPORTS + body + "\n") == found
