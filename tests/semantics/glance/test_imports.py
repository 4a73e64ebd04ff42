"""The imports of a file, read off its bytes: at least all that the parser sees, with the same names."""

from __future__ import annotations

import ast
import os
import sysconfig

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.semantics.glance.imports import Import, defined_in, imports_of
from flake8_ssot_ids.source.sourcefile import parse


def parsed(tree: ast.Module) -> set[Import]:
    """What :func:`imports_of` has to find, by the syntax tree."""
    found: set[Import] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.add((0, f"{alias.name} {alias.asname}" if alias.asname else alias.name, None))
        elif isinstance(node, ast.ImportFrom):
            names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
            found.add((node.level, node.module or "", names))
    return found


def missed(data: bytes) -> set[Import]:
    seen = set(imports_of(data))
    # `import a as a` and `import a` bind the same.
    same = {(0, name.split(" ")[0], None) for _, name, names in seen if names is None}
    return {wanted for wanted in parsed(parse(data)) - seen if _plain(wanted) not in same}


def _plain(wanted: Import) -> Import | None:
    words = wanted[1].split(" ")
    return (0, words[0], None) if wanted[2] is None and len(words) == 2 and words[0] == words[1] else None


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a\n", [(0, "a", None)]),
        ("import a.b\n", [(0, "a.b", None)]),
        ("import a.b as c, d\n", [(0, "a.b c", None), (0, "d", None)]),
        ("from a import b\n", [(0, "a", (("b", "b"),))]),
        ("from a import b as c, d\n", [(0, "a", (("b", "c"), ("d", "d")))]),
        ("from . import b\n", [(1, "", (("b", "b"),))]),
        ("from ...a.b import *\n", [(3, "a.b", (("*", "*"),))]),
        ("from . . a import b\n", [(2, "a", (("b", "b"),))]),
        ("from a import (b,\n  c as d,  # why (not)\n)\n", [(0, "a", (("b", "b"), ("c", "d")))]),
        ("from a import \\\n  b\n", [(0, "a", (("b", "b"),))]),
        ("from \\\n a \\\n import b\n", [(0, "a", (("b", "b"),))]),
        ("if x: import a; from b import c\n", [(0, "a", None), (0, "b", (("c", "c"),))]),
        ("def f(): from a import b\n", [(0, "a", (("b", "b"),))]),
        ("\ufeffimport a\n", [(0, "a", None)]),
        ("from \uff41 import \uff42\n", [(0, "a", (("b", "b"),))]),
        ("x = important\n", []),
        ("reimport = 1\n", []),
    ],
)
def test_what_is_found(source: str, found: list[Import]) -> None:
    assert imports_of(source.encode()) == found


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    "source",
    [
        b"import a\nfrom b import c\n",
        b"from b import (c,\n    d as e, # x\n    f)\nimport g\n",
        b"from b \\\n import c, \\\n d\nimport \\\n e\n",
        b"try:\n    import a\nexcept E:\n    from . import a\n",
        b"x = 1;import a;from .b import c;y = 2\n",
        b"\x0cimport a\n",
        b"if x:\n\timport\ta\n\tfrom\tb\timport\tc\n",
        b"from.a import(b)\nfrom.import c\nfrom..d import*\n",
    ],
)
def test_all_that_the_parser_sees_is_found(source: bytes, end: bytes) -> None:
    assert missed(source.replace(b"\n", end)) == set()


@pytest.mark.parametrize("each", [20, pytest.param(4, marks=pytest.mark.corpora)])
def test_nothing_of_the_standard_library_is_missed(each: int) -> None:
    paths = []
    for folder, folders, files in os.walk(sysconfig.get_path("stdlib")):
        folders[:] = sorted(set(folders) - {"site-packages", "__pycache__"})
        paths += [os.path.join(folder, file) for file in sorted(files) if file.endswith(".py")]
    seen = 0
    for path in paths[::each]:
        with open(path, "rb") as stream:
            data = stream.read()
        if not data.isascii() and b"coding" in data[:200]:
            continue
        try:
            assert missed(data) == set(), path
        except UnreadableError:
            continue
        seen += 1
    assert seen > 1_200 // each


NAME = st.sampled_from(["a", "b", "uuid", "imported", "from_", "é"])
DOTTED = st.lists(NAME, min_size=1, max_size=3).map(".".join)
SPACE = st.sampled_from([" ", "  ", "\t", " \\\n ", "\\\n"])
ALIAS = st.builds(
    lambda name, gap, local: f"{name}{gap}as {local}" if local else name, NAME, SPACE, st.none() | NAME
)


@st.composite
def statements(draw: st.DrawFn) -> str:
    def gap() -> str:
        return draw(SPACE)

    if draw(st.booleans()):
        return f"import{gap()}" + ",".join(draw(st.lists(DOTTED, min_size=1, max_size=3)))
    dots = draw(st.sampled_from(["", ".", "..", ". ."]))
    module = draw(DOTTED) if not dots or draw(st.booleans()) else ""
    names = draw(st.lists(ALIAS, min_size=1, max_size=3))
    if draw(st.booleans()):
        breaks = draw(st.sampled_from(["", "\n", "# (a, b)\n", "\n\n  "]))
        listed = f"({breaks}" + f",{breaks}".join(names) + draw(st.sampled_from(["", ","])) + f"{breaks})"
    else:
        listed = ", ".join(names)
    return f"from{gap()}{dots}{module}{gap()}import{gap()}{listed}"


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "if x: ", "x = 'import q'; ", "# import r\n"]), statements()),
        min_size=1,
        max_size=4,
    )
)
def test_imports_of_any_form_are_found(parts: list[tuple[str, str]]) -> None:
    data = "".join(f"{before}{statement}\n" for before, statement in parts).encode()
    try:
        ast.parse(data)
    except SyntaxError:
        return
    assert missed(data) == set()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class A:\n    pass\ndef b(): ...\nasync def c(): ...", "A b c"),
        ("class A:\n    class B: ...\n    def c(self): ...", "A"),
        ("if x:\n    def a(): ...", ""),
        ("from m import A\nclass A: ...", ""),
        ("from m import (\n    B,\n    A,\n)\nclass A: ...", ""),
        ("from m import b as A\nclass A: ...", ""),
        ("import m as A\nclass A: ...", ""),
        ("import A.b\nclass A: ...", ""),
        ("from m import *\nclass A: ...", ""),
        ("class A: ...\nA = wrap(A)", ""),
        ("class A: ...\nA: type = wrap(A)", ""),
        ("def a(): ...\nb = a = wrap(a)", ""),
        ("def a(): ...\ndef f():\n    global a\n", "f"),
        ("def a(): ...\nif a == 1: pass", "a"),
        ("class A: ...\nclass B: ...\nB = 1", "A"),
        ("class A: ...\nB, A = wrap(A)", ""),
        ("class A: ...\n(A, *B) = wrap(A)", ""),
        ("class A: ...\nfor x, A in pairs: ...", ""),
        ("class A: ...\nwith make() as (x, A): ...", ""),
        ("class A: ...\nif (A := wrap(A)): ...", ""),
        ("class A: ...\ndel A", ""),
        ("class A: ...\nx, y = wrap(A)", "A"),
        ("class A: ...\nfor x in A: ...", ""),
        ("class A: ...\ndef f(x: A = None): ...", "f"),
        ("import uuid\nfrom m import b\nclass A: ...", "A"),
        ("class Ä: ...", ""),
    ],
)
def test_what_a_module_surely_defines_itself(text: str, names: str) -> None:
    assert defined_in(text.encode()) == set(names.split())
