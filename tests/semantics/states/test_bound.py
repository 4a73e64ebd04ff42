"""Whether a name can be written at a place: tables, and small programs that are run to see."""

# ruff: noqa: E501 - a program is easier to read in one line
from __future__ import annotations

import ast
import contextlib
import random
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import SupportsIndex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_ssot_ids.semantics.module.allnames import AllNames
from flake8_ssot_ids.semantics.states.bound import is_bound


def answers(source: str, name: str = "user_id") -> list[bool]:
    """For each ``HERE`` in the source, in order: may ``name`` be written there?"""
    names = AllNames(ast.parse(source), source, "", lambda values: values)
    memory: dict[tuple[ast.AST, str], object] = {}
    found = []
    for node, place in names.flow.candidates.items():
        if isinstance(node, ast.Name) and node.id == "HERE":
            good = is_bound(name, place.scope, place.statement, node, names.flow.parents, memory)  # type: ignore[arg-type]
            found.append((node.lineno, node.col_offset, good))
    return [good for *_, good in sorted(found)]


def within(parameters: str, body: str) -> str:
    """A function of these parameters, with lines of the body between ``¦``."""
    return f"def f({parameters}):\n" + "".join(f"    {line}\n" for line in body.split("¦"))


#: Collections, functions and the like beside what makes an id of them or of their items.
USELESS_VALUES = [
    *[
        ("", f"user_id = {value}¦HERE")
        for value in (
            "[1]",
            "(1, 2)",
            "{1}",
            "{1: 2}",
            "[a for a in b]",
            "{a for a in b}",
            "{a: 1 for a in b}",
            "(a for a in b)",
            "lambda: 1",
            "a == b",
            "not a",
            "True",
            "...",
            "list(a)",
            "dict(a=1)",
            "sorted(a)",
            "set()",
            "bool(a)",
            "[1] + a",
            "a + [1]",
            "[1] * 2",
            "[1, 2][1:]",
            "[1] or g()",
            "g() or [1]",
            "g() and [1]",
            "a or [] or g()",
            "[1] if x else g()",
            "(x := [1])",
            "yield",
            "await_ or (y := {1})",
            "d.get('a', [])",
            "getattr(d, 'a', [])",
        )
    ],
    ("*a", "user_id = a¦HERE"),
    ("*a", "user_id = a or g()¦HERE"),
    ("*a", "user_id = g() or a¦HERE"),
    ("*a", "user_id = a[1:]¦HERE"),
    ("*a", "user_id = a + b¦HERE"),
    ("**user_id", "user_id = user_id or g()¦HERE"),
    ("*user_id", "user_id = user_id or g()¦HERE"),
    ("*user_id", "user_id += g()¦HERE"),
    ("*user_id", "x = user_id and HERE"),
    ("user_id=None", "user_id = []¦user_id += g()¦HERE"),
    ("user_id", "user_id += [1]¦HERE"),
    ("user_id=()", "HERE"),
    ("user_id=[]", "HERE"),
    ("user_id=False", "HERE"),
    ("user_id: list[str]", "HERE"),
    ("user_id: 'list[str]'", "HERE"),
    ("user_id: Sequence[str]", "HERE"),
    ("user_id: t.Callable[[], str]", "HERE"),
    ("user_id: str | list[str]", "HERE"),
    ("user_id: Union[str, List[str]]", "HERE"),
    ("user_id: Annotated[list[str], 'x']", "HERE"),
    ("a: list[str]", "user_id = a¦HERE"),
    ("", "[*user_id] = g()¦user_id = user_id or g()¦HERE"),
    ("", "a, (b, *user_id) = g()¦HERE"),
    ("", "a, user_id = 1, [2]¦HERE"),
    ("", "for a, *user_id in x:¦    user_id = user_id or g()¦    HERE"),
    ("", "for user_id in ([1], [2]):¦    HERE"),
    ("", "for a, user_id in ((1, 'x'), (2, None)):¦    HERE"),
    ("", "for user_id in d.items():¦    HERE"),
    ("", "for user_id in zip(a, b):¦    HERE"),
    ("", "for user_id in enumerate(a):¦    HERE"),
    ("", "x = [HERE for user_id in enumerate(a)]"),
    ("", "x = [HERE for a, *user_id in b]"),
    ("", "with g() as (a, *user_id):¦    HERE"),
    ("", "match x:¦    case [*user_id]:¦        user_id = user_id or g()¦        HERE"),
    ("", "match x:¦    case {**user_id}:¦        user_id = user_id or g()¦        HERE"),
    ("", "match x:¦    case {'a': [*user_id]}:¦        HERE"),
    ("", "match x:¦    case [_, _] as user_id:¦        HERE"),
    ("", "match x:¦    case {'a': _} as user_id:¦        HERE"),
    ("", "match x:¦    case list() as user_id:¦        HERE"),
    ("", "match x:¦    case object() as user_id if user_id is None:¦        HERE"),
    ("", "match x:¦    case None as user_id:¦        HERE"),
    ("", "match x:¦    case True as user_id:¦        HERE"),
    ("", "match x:¦    case 'a' | None as user_id:¦        HERE"),
    ("", "match x:¦    case [None as user_id]:¦        HERE"),
    ("", "match [1]:¦    case user_id:¦        HERE"),
    ("", "match 1, None:¦    case _, user_id:¦        HERE"),
    ("", "match None:¦    case int() | user_id:¦        HERE"),
    ("", "match d.get('a'):¦    case user_id:¦        HERE"),
    ("", "match d.get('a'):¦    case user_id if x:¦        HERE"),
    ("user_id", "match x:¦    case [*user_id, 1]:¦        return¦HERE"),
    ("user_id", "match x:¦    case [*user_id, 1]:¦        return¦    case _ if HERE:¦        pass"),
    ("user_id", "match x:¦    case [*user_id] if HERE:¦        pass"),
    ("user_id", "while x:¦    HERE¦    match d.get('a'):¦        case user_id:¦            pass"),
    ("user_id", "match user_id:¦    case [_]:¦        HERE"),
    ("user_id", "match user_id:¦    case dict():¦        HERE"),
    ("user_id=None", "if isinstance(user_id, list):¦    HERE"),
    ("user_id=None", "if isinstance(user_id, (str, list)):¦    HERE"),
    ("user_id=None", "if isinstance(user_id, object):¦    HERE"),
    ("*user_id", "match user_id:¦    case None:¦        return¦HERE"),
    ("user_id, a", "user_id, a = a, user_id¦def h():¦    return HERE"),
    ("user_id, a=None", "user_id, a = a, user_id¦HERE"),
    ("", "for a in x:¦    b, user_id = user_id, b¦    HERE"),
    ("", "a = None¦for x in y:¦    user_id = a¦    a = user_id¦def h():¦    HERE"),
    ("", "a = []¦for x in y:¦    user_id = a or g()¦    a = user_id¦def h():¦    HERE"),
]
USEFUL = [
    *[
        ("", f"user_id = {value}¦HERE")
        for value in (
            "1",
            "'x'",
            "f'{a}'",
            "'%s' % (a,)",
            "'%s' % [a]",
            "a + b",
            "a[0]",
            "[1][0]",
            "(1, 2)[-1]",
            "{1: 2}[1]",
            "g() or h()",
            "g() and h()",
            "g() if x else h()",
            "str([1])",
            "len(a)",
            "next(a)",
            "','.join([a])",
            "None or g()",
            "d.get('a') or g()",
            "getattr(d, 'a', 1)",
            "-a",
            "a['b'][1:]",
            "(x := g())",
        )
    ],
    ("*a", "user_id = a[0]¦HERE"),
    ("*a", "user_id = str(a)¦HERE"),
    ("*a", "user_id = 'x' if a else 'y'¦HERE"),
    ("*user_id", "user_id = user_id[0]¦HERE"),
    ("*user_id", "if not isinstance(user_id, str):¦    return¦HERE"),
    ("user_id=None", "user_id = user_id or g()¦HERE"),
    ("user_id", "user_id += 'x'¦HERE"),
    ("user_id=0", "HERE"),
    ("user_id: Annotated[str, 'list']", "HERE"),
    ("user_id: 'str'", "HERE"),
    ("user_id: 'not a type'", "HERE"),
    ("user_id: list_of_users.Id", "HERE"),
    ("user_id: Union[str, int]", "HERE"),
    ("", "*a, user_id = g()¦HERE"),
    ("", "[(user_id, *a)] = g()¦HERE"),
    ("", "a, user_id = [1], 2¦HERE"),
    ("", "for user_id in (1, 2):¦    HERE"),
    ("", "for a, user_id in ((1, 'x'), (2, 'y')):¦    HERE"),
    ("", "for a, user_id in d.items():¦    HERE"),
    ("", "for a, user_id in enumerate(b):¦    HERE"),
    ("", "for user_id in d.values():¦    HERE"),
    ("", "x = [HERE for a, user_id in zip(b, c)]"),
    ("", "with g() as (user_id, *a):¦    HERE"),
    ("", "match x:¦    case [user_id, *_]:¦        HERE"),
    ("", "match x:¦    case {'a': user_id, **rest}:¦        HERE"),
    ("", "match x:¦    case str() as user_id:¦        HERE"),
    ("", "match x:¦    case 'a' | 'b' as user_id:¦        HERE"),
    ("", "match x:¦    case [str() as user_id, *_]:¦        HERE"),
    ("", "match x:¦    case A(user_id=user_id):¦        HERE"),
    ("", "match x, g():¦    case None, user_id:¦        HERE"),
    ("", "match g():¦    case user_id:¦        HERE"),
    ("user_id", "match HERE:¦    case [*user_id]:¦        pass"),
    ("user_id", "match x:¦    case [*a] if HERE:¦        pass"),
    ("", "match d.get('a'):¦    case user_id if user_id:¦        HERE"),
    ("user_id", "match x:¦    case [*a, 1]:¦        return¦HERE"),
    ("user_id", "match user_id:¦    case 'a' | 'b':¦        HERE"),
    ("*user_id", "match user_id:¦    case str():¦        HERE"),
    ("user_id=None", "if isinstance(user_id, (str, int)):¦    HERE"),
    ("user_id=None", "match user_id:¦    case None:¦        return¦HERE"),
]

YES = [
    ("user_id", "HERE"),
    ("user_id: str", "HERE"),
    ("user_id='x'", "HERE"),
    ("*, user_id", "HERE"),
    ("user_id", "HERE¦user_id = None"),
    ("user_id", "user_id = g()¦HERE"),
    ("", "user_id = g()¦HERE"),
    ("", "user_id: str = g()¦HERE"),
    ("", "a = user_id = g()¦HERE"),
    ("", "a, user_id = g()¦HERE"),
    ("", "a, user_id = None, 1¦HERE"),
    ("", "user_id = d['user']¦HERE"),
    ("", "user_id = d.get('user', 'x')¦HERE"),
    ("", "user_id = d.get('user') or 'x'¦HERE"),
    ("", "user_id = getattr(d, 'user', 'x')¦HERE"),
    ("user_id=None", "user_id = user_id or 'x'¦HERE"),
    ("user_id=None", "user_id = user_id if user_id else 'x'¦HERE"),
    ("a", "user_id = a¦HERE"),
    ("user_id=None", "if not user_id:¦    raise E¦HERE"),
    ("user_id=None", "if user_id is None:¦    return¦HERE"),
    ("user_id=None", "if user_id is None or x:¦    return¦HERE"),
    ("user_id=None", "if user_id is None:¦    user_id = g()¦HERE"),
    ("user_id=None", "assert user_id¦HERE"),
    ("user_id=None", "assert user_id is not None and x¦HERE"),
    ("user_id=None", "if user_id:¦    HERE"),
    ("user_id=None", "if user_id and x:¦    HERE"),
    ("user_id=None", "if user_id is not None:¦    HERE"),
    ("user_id=None", "if None != user_id:¦    HERE"),
    ("user_id=None", "if isinstance(user_id, str):¦    HERE"),
    ("user_id=None", "if not user_id:¦    pass¦else:¦    HERE"),
    ("user_id=None", "if x:¦    pass¦elif user_id:¦    HERE"),
    ("user_id=None", "while user_id:¦    HERE"),
    ("user_id=None", "x = user_id and HERE"),
    ("user_id=None", "x = HERE if user_id else 0"),
    ("user_id=None", "x = not user_id or HERE"),
    ("user_id=None", "x = [HERE for a in b if user_id]"),
    ("user_id: str | None", "for a in b:¦    if user_id is None:¦        continue¦    HERE"),
    ("", "for user_id in x:¦    HERE"),
    ("", "for a, user_id in x:¦    HERE"),
    ("", "for a in x:¦    user_id = g()¦    HERE"),
    ("", "while True:¦    user_id = g()¦    if x:¦        break¦HERE"),
    ("", "if x:¦    user_id = g()¦else:¦    user_id = h()¦HERE"),
    ("", "if x:¦    user_id = g()¦else:¦    raise E¦HERE"),
    ("", "if x:¦    user_id = g()¦elif y:¦    return¦else:¦    user_id = 1¦HERE"),
    ("", "try:¦    user_id = g()¦except E:¦    raise¦HERE"),
    ("", "try:¦    user_id = g()¦except E:¦    user_id = 'x'¦HERE"),
    ("", "try:¦    user_id = g()¦except E:¦    return¦else:¦    HERE"),
    ("", "try:¦    pass¦finally:¦    user_id = g()¦HERE"),
    ("user_id", "try:¦    g()¦finally:¦    HERE"),
    ("", "with g() as user_id:¦    HERE"),
    ("", "with g():¦    user_id = h()¦HERE"),
    ("", "if user_id := g():¦    HERE"),
    ("", "if (user_id := g()) is None:¦    return¦HERE"),
    ("", "while (user_id := g()):¦    HERE"),
    ("", "match x:¦    case {'user': user_id}:¦        HERE"),
    ("user_id=None", "match user_id:¦    case None:¦        pass¦    case _:¦        HERE"),
    ("user_id=None", "match user_id:¦    case str():¦        HERE"),
    ("", "match x:¦    case 1:¦        user_id = 1¦    case _:¦        user_id = 2¦HERE"),
    ("", "x = [HERE for user_id in y]"),
    ("", "x = {a: HERE for a, user_id in y}"),
    ("", "x = [HERE for a in y for user_id in a if b]"),
    ("", "x = [a for user_id in y if HERE]"),
    ("user_id", "x = [HERE for a in y]"),
    ("user_id", "x = lambda: HERE"),
    ("user_id", "x = lambda a=HERE: 0"),
    ("", "x = lambda user_id: HERE"),
    ("user_id", "def g():¦    HERE"),
    ("user_id=None", "if not user_id:¦    return¦def g():¦    HERE"),
    ("", "user_id = g()¦def h():¦    return HERE"),
    ("user_id", "def g(a=HERE):¦    pass"),
    ("user_id", "@g(HERE)¦def h(user_id=None):¦    pass"),
    ("user_id", "class A:¦    def g(self):¦        HERE"),
    ("user_id", "user_id += 'x'¦HERE"),
    ("user_id", "def g(user_id=None):¦    pass¦HERE"),
    ("user_id", "x = [None for user_id in y]¦HERE"),
    ("x: 'Any'", "user_id = x.y¦HERE"),
    *USEFUL,
]

NO = [
    *USELESS_VALUES,
    ("", "HERE"),
    ("user", "HERE"),
    ("*user_id", "HERE"),
    ("**user_id", "HERE"),
    ("user_id=None", "HERE"),
    ("user_id: str | None", "HERE"),
    ("user_id: Optional[str]", "HERE"),
    ("user_id: 'str | None'", "HERE"),
    ("user_id: object", "HERE"),
    ("user_id: str = Query(None)", "HERE"),
    ("user_id: str = Query(default=None)", "HERE"),
    ("", "HERE¦user_id = g()"),
    ("user_id", "user_id = None¦HERE"),
    ("user_id", "del user_id¦HERE"),
    ("", "a, user_id = 1, None¦HERE"),
    ("", "a, *user_id = g()¦HERE"),
    ("", "user_id: str¦HERE"),
    ("", "user_id = d.get('user')¦HERE"),
    ("", "user_id = d.get('user', None)¦HERE"),
    ("", "user_id = getattr(d, 'user', None)¦HERE"),
    ("", "user_id = g() if x else None¦HERE"),
    ("", "user_id = x or None¦HERE"),
    ("user_id=None", "user_id = user_id and 'x'¦HERE"),
    ("a=None", "user_id = a¦HERE"),
    ("", "a = None¦user_id = a¦HERE"),
    ("user_id: str", "if user_id is None:¦    HERE"),
    ("user_id", "if not user_id:¦    HERE"),
    ("user_id=None", "if user_id:¦    pass¦HERE"),
    ("user_id=None", "if user_id or x:¦    HERE"),
    ("user_id=None", "if not user_id and x:¦    raise E¦HERE"),
    ("user_id=None", "if isinstance(user_id, (str, type(None))):¦    HERE"),
    ("user_id=None", "if user_id:¦    user_id = None¦    HERE"),
    ("user_id", "x = user_id or HERE"),
    ("user_id", "x = 0 if user_id else HERE"),
    ("user_id", "x = [HERE for a in b if not user_id]"),
    ("user_id=None", "x = HERE, user_id and 1"),
    ("", "for user_id in x:¦    pass¦HERE"),
    ("", "for user_id in (None, 1):¦    HERE"),
    ("user_id", "for a in b:¦    HERE¦    user_id = None"),
    ("user_id", "for a in b:¦    HERE¦    del user_id"),
    ("", "for a in x:¦    user_id = g()¦HERE"),
    ("", "while x:¦    user_id = g()¦HERE"),
    ("", "while True:¦    if x:¦        break¦    user_id = g()¦HERE"),
    ("", "if x:¦    user_id = g()¦HERE"),
    ("user_id", "if x:¦    user_id = None¦HERE"),
    ("", "if x:¦    user_id = g()¦elif y:¦    pass¦else:¦    user_id = 1¦HERE"),
    ("", "try:¦    user_id = g()¦except E:¦    pass¦HERE"),
    ("", "try:¦    user_id = g()¦except E:¦    HERE"),
    ("", "try:¦    user_id = g()¦finally:¦    HERE"),
    ("user_id", "try:¦    user_id = None¦    g()¦    user_id = 1¦except E:¦    HERE"),
    ("user_id", "try:¦    pass¦except E as user_id:¦    HERE"),
    ("user_id", "try:¦    g()¦except E as user_id:¦    pass¦HERE"),
    ("user_id", "try:¦    pass¦finally:¦    user_id = None¦HERE"),
    ("", "with suppress(E):¦    user_id = g()¦HERE"),
    ("", "with suppress(E) as user_id:¦    HERE"),
    ("user_id", "if (user_id := g()) is None:¦    HERE"),
    ("user_id", "x = (user_id := None), HERE"),
    ("user_id", "match x:¦    case [*user_id]:¦        HERE"),
    ("user_id", "match x:¦    case {**user_id}:¦        HERE"),
    ("user_id", "match user_id:¦    case None:¦        HERE"),
    ("", "match x:¦    case {'user': user_id}:¦        pass¦HERE"),
    ("", "match x:¦    case 1:¦        user_id = 1¦HERE"),
    ("", "x = [a for user_id in HERE]"),
    ("", "x = [a for b in y for user_id in [HERE]]"),
    ("", "x = [b for b in y if HERE for user_id in b]"),
    ("", "x = [b for user_id in y]¦HERE"),
    ("", "x = [HERE for user_id in (None, 1)]"),
    ("user_id", "x = lambda: HERE¦user_id = None"),
    ("user_id", "x = lambda user_id=None: HERE"),
    ("user_id", "x = lambda user_id=HERE: user_id¦user_id = None¦def g():¦    HERE"),
    ("user_id", "def g():¦    HERE¦user_id = None"),
    ("", "def g():¦    HERE¦user_id = h()"),
    ("user_id", "def g():¦    HERE¦    user_id = 1"),
    ("user_id", "def g():¦    nonlocal user_id¦    user_id = None¦HERE"),
    ("user_id", "def g():¦    global user_id¦    HERE"),
    ("", "global user_id¦user_id = 1¦HERE"),
    ("user_id", "class A:¦    HERE"),
    ("user_id", "import user_id¦HERE"),
    ("user_id", "from x import y as user_id¦HERE"),
    ("user_id", "def user_id(): pass¦HERE"),
    ("user_id", "class user_id: pass¦HERE"),
    ("user_id", "return¦HERE"),
]


@pytest.mark.parametrize(("parameters", "body"), YES)
def test_yes(parameters: str, body: str) -> None:
    assert answers(within(parameters, body)) == [True]


@pytest.mark.parametrize(("parameters", "body"), NO)
def test_no(parameters: str, body: str) -> None:
    assert answers(within(parameters, body))[-1:] == [False]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.12 has the statement `type`")
def test_an_alias_of_a_type() -> None:
    assert answers(within("user_id", "type user_id = int¦HERE")) == [False]
    assert answers(within("user_id", "type user = user_id¦HERE")) == [True]


def test_so_many_names_of_one_expression_are_followed() -> None:
    """Time does not grow with the length of an expression; of a longer one nothing is promised."""
    names = [f"a{number}" for number in range(9)]
    for joiner in (" or ", " and ", " + "):
        for count, expected in ((8, True), (9, False)):
            body = f"user_id = {joiner.join(names[:count])}¦HERE"
            assert answers(within(", ".join(names), body)) == [expected]


def test_as_many_no_as_yes() -> None:
    assert len(NO) >= len(YES)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("user_id = 1\nHERE\n", [True]),
        ("HERE\nuser_id = 1\n", [False]),
        ("user_id = None\nHERE\n", [False]),
        ("user_id = 1\ndef f():\n    HERE\n", [False]),
        ("user_id = 1\ndef f():\n    global user_id\n    user_id = None\nHERE\n", [False]),
        ("DEFAULT = None\ndef f():\n    user_id = DEFAULT\n    HERE\n", [False]),
        ("DEFAULT = 'x'\ndef f():\n    user_id = DEFAULT\n    HERE\n", [True]),
        ("def find() -> str | None: ...\ndef f():\n    user_id = find()\n    HERE\n", [False]),
        ("def find() -> str: ...\ndef f():\n    user_id = find()\n    HERE\n", [True]),
    ],
)
def test_the_module_around(source: str, expected: list[bool]) -> None:
    assert answers(source) == expected


def in_class(body: str, head: str = "class A:") -> str:
    """A class whose lines are between ``¦``."""
    return f"{head}\n" + "".join(f"    {line}\n" for line in body.split("¦"))


SELF = "self.user_id"
INIT = "def __init__(self, user_id):¦    self.user_id = user_id¦"
SELF_YES = [
    "def f(self, a):¦    self.user_id = a¦    HERE",
    "def __init__(self, user_id):¦    self.user_id = user_id¦    HERE",
    "def __init__(self):¦    self.user_id = g()¦    HERE¦def close(self):¦    self.user_id = None",
    INIT + "def f(self):¦    HERE",
    INIT + "def f(self):¦    return lambda: HERE",
    INIT + "async def f(this):¦    pass¦def g(self):¦    HERE",
    "def __init__(self, user_id=None):¦    self.user_id = user_id or 'x'¦def f(self):¦    HERE",
    "def __init__(self, a):¦    if a:¦        self.user_id = 1¦    else:¦        self.user_id = 2¦def f(self):¦    HERE",
    "def __init__(self, a):¦    if not a:¦        raise E¦    self.user_id = a¦def f(self):¦    HERE",
    "user_id: str = 'x'¦def f(self):¦    HERE",
    "user_id = 'x'¦def f(self):¦    HERE",
    "def __init__(self):¦    self.user_id = None¦def f(self):¦    if not self.user_id:¦        return¦    HERE",
    "def __init__(self):¦    self.user_id = None¦def f(self):¦    if self.user_id:¦        HERE",
]
SELF_NO = [
    "def f(self):¦    HERE",
    "def f(self, user_id):¦    HERE",
    "def __init__(self, user_id):¦    HERE¦    self.user_id = user_id",
    "def __init__(self, user_id=None):¦    self.user_id = user_id¦    HERE",
    "def __init__(self, user_id=None):¦    self.user_id = user_id¦def f(self):¦    HERE",
    "def __init__(self, a):¦    if a:¦        self.user_id = 1¦def f(self):¦    HERE",
    "def __init__(self):¦    self.user_id = None¦def f(self):¦    HERE",
    INIT + "def close(self):¦    self.user_id = None¦def f(self):¦    HERE",
    INIT + "def close(self):¦    del self.user_id¦def f(self):¦    HERE",
    INIT + "def close(self, a: str | None):¦    self.user_id = a¦def f(self):¦    HERE",
    INIT + "@staticmethod¦def f(self):¦    HERE",
    INIT + "@classmethod¦def f(self):¦    HERE",
    INIT + "def f(self, other):¦    self = other¦    HERE",
    "def close(self):¦    self.user_id = None¦def f(self):¦    self.user_id = 1¦    self.close()¦    HERE",
    "def close(self):¦    self.user_id = None¦def f(self):¦    self.user_id = 1¦    return lambda: HERE",
    "user_id: str¦def f(self):¦    HERE",
    "user_id: str = None¦def f(self):¦    HERE",
    "def __init__(self):¦    self.user_id = d.get('user')¦def f(self):¦    HERE",
]


@pytest.mark.parametrize("body", SELF_YES)
def test_an_attribute_that_is_set(body: str) -> None:
    assert answers(in_class(body), SELF) == [True]


@pytest.mark.parametrize("body", SELF_NO)
def test_an_attribute_that_may_not_be_set(body: str) -> None:
    assert answers(in_class(body), SELF) == [False]


@pytest.mark.parametrize(
    ("head", "field", "expected"),
    [
        ("@dataclass\nclass A:", "user_id: str", True),
        ("@dataclasses.dataclass(frozen=True)\nclass A:", "user_id: str", True),
        ("@attrs.define\nclass A:", "user_id: str", True),
        ("class A(BaseModel):", "user_id: str", True),
        ("class A(BaseModel):", "user_id: str = Field(min_length=1)", True),
        ("class A(NamedTuple):", "user_id: str", True),
        ("class A(pydantic.BaseModel, Generic[T]):", "user_id: UserID", True),
        ("@dataclass\nclass A:", "user_id: str | None", False),
        ("@dataclass\nclass A:", "user_id: Optional[str] = None", False),
        ("@dataclass\nclass A:", "user_id: str = None", False),
        ("@dataclass\nclass A:", "user_id: ClassVar[str]", False),
        ("class A(BaseModel):", "user_id: str = Field(None)", False),
        ("class A(BaseModel):", "user_id: str = Field(default=None)", False),
        ("class A(Other):", "user_id: str", False),
        ("class A(TypedDict):", "user_id: str", False),
        ("class A:", "user_id: str", False),
        ("@dataclass\nclass A:", "user: str", False),
    ],
)
def test_fields(head: str, field: str, expected: bool) -> None:
    body = f"{field}¦def f(self):¦    HERE"
    assert answers(in_class(body, head), SELF) == [expected]
    by_parameter = in_class(field, head) + "def f(context: A):\n    HERE\n"
    assert answers(by_parameter, "context.user_id") == [expected]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("def f(context: A):\n    HERE\n", True),
        ("def f(context: 'A'):\n    HERE\n", True),
        ("def f(a, *, context: A):\n    x = [HERE for b in a]\n", True),
        ("def f(context):\n    HERE\n", False),
        ("def f(context: A | None):\n    HERE\n", False),
        ("def f(context: A = None):\n    HERE\n", False),
        ("def f(context: B):\n    HERE\n", False),
        ("def f(context: list[A]):\n    HERE\n", False),
        ("def f(context: A):\n    context = g()\n    HERE\n", False),
        ("def f(context: A):\n    context.user_id = None\n    HERE\n", False),
        ("A = B\ndef f(context: A):\n    HERE\n", False),
        ("lambda context: HERE\n", False),
    ],
)
def test_an_attribute_of_a_parameter(function: str, expected: bool) -> None:
    source = "@dataclass\nclass A:\n    user_id: str\n" + function
    assert answers(source, "context.user_id") == [expected]


# -- small programs, run ----------------------------------------------------------------------------


class Programs:
    """Makes functions that bind, unbind and test ``user_id`` in many ways; ``HERE`` marks places."""

    def __init__(self, pick: random.Random) -> None:
        self._pick = pick
        self._places = 0
        self._left = 14

    def value(self) -> str:
        return self._pick.choice(
            ["g()", "None", "user_id", "maybe()", "d.get('k')", "d.get('k', g())", "user_id or g()", "other",
             "g() if c() else None", "g() if c() else user_id", "None or g()", "user_id and g()"]
        )  # fmt: skip

    def test(self) -> str:
        return self._pick.choice(
            ["c()", "c()", "user_id", "not user_id", "user_id is None", "user_id is not None", "user_id and c()",
             "not user_id or c()", "(user_id := maybe())", "isinstance(user_id, str)", "c() or user_id is None"]
        )  # fmt: skip

    def here(self) -> str:
        place = f"HERE({self._places})"
        self._places += 1
        return self._pick.choice(
            [place, place, place, f"x = user_id and {place}", f"x = {place} if user_id else 0",
             f"x = 0 if user_id else {place}", f"x = [{place} for user_id in (g(), maybe())]",
             f"x = [{place} for _ in 'ab' if user_id]", f"run(lambda: {place})", f"keep(lambda: {place})",
             f"x = user_id or {place}", f"x = [0 for user_id in [{place}]]"]
        )  # fmt: skip

    def block(self, indent: str, loop: bool, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self._pick.randint(1, 3)):
            lines += self.statement(indent, loop, depth)
        return lines

    def statement(self, indent: str, loop: bool, depth: int) -> list[str]:
        self._left -= 1
        kinds = ["here", "here", "bind", "bind", "del", "raise"]
        if self._left > 0 and depth < 4:
            kinds += ["if", "if", "for", "while", "try", "with", "match", "def", "loop"]
        if loop:
            kinds += ["break", "continue"]
        kind = self._pick.choice(kinds)
        inner = indent + "    "

        def block(loop: bool = loop) -> list[str]:
            return self.block(inner, loop, depth + 1)

        pick = self._pick.random
        if kind == "bind":
            return [indent + f"user_id = {self.value()}"]
        if kind == "del":
            return [indent + "if c(): del user_id"] if pick() < 0.5 else [indent + "other = maybe()"]
        if kind == "raise":
            return [indent + self._pick.choice(["r()", "return", "raise E", "assert user_id", "other = g()"])]
        if kind in ("break", "continue"):
            return [indent + f"if c(): {kind}"]
        if kind == "if":
            lines = [indent + f"if {self.test()}:", *block()]
            if pick() < 0.3:
                lines += [indent + f"elif {self.test()}:", *block()]
            return lines + ([indent + "else:", *block()] if pick() < 0.5 else [])
        if kind == "for":
            target = self._pick.choice(["user_id", "_", "_, user_id"])
            values = "pairs()" if "," in target else self._pick.choice(["some()", "(None, g())"])
            return [indent + f"for {target} in {values}:", *block(True), indent + "else:", *block()]
        if kind == "while":
            return [indent + f"while c() and {self.test()}:", *block(True)]
        if kind == "loop":
            return [indent + "while True:", inner + "tick()", inner + "if c(): break", *block(True)]
        if kind == "try":
            lines = [indent + "try:", *block()]
            if pick() < 0.8:
                name = " as user_id" if pick() < 0.2 else ""
                lines += [indent + f"except E{name}:", *block()]
                lines += [indent + "else:", *block()] if pick() < 0.3 else []
                lines += [indent + "finally:", *block()] if pick() < 0.3 else []
                return lines
            return [*lines, indent + "finally:", *block()]
        if kind == "with":
            manager = self._pick.choice(["suppress(E)", "plain() as user_id", "plain()"])
            return [indent + f"with {manager}:", *block()]
        if kind == "match":
            lines = [indent + f"match {self._pick.choice(['user_id', 'pairs()[0]', 'other'])}:"]
            for pattern in self._pick.sample(["None", "str()", "(_, user_id)", "[*user_id]"], 2):
                lines += [f"{inner}case {pattern}:", *self.block(inner + "    ", loop, depth + 2)]
            if pick() < 0.5:
                last = self._pick.choice(["_", "user_id"])
                lines += [f"{inner}case {last}:", *self.block(inner + "    ", loop, depth + 2)]
            return lines
        if kind == "def":
            place = self.here()
            nonlocal_ = (
                [inner + "nonlocal user_id", inner + f"user_id = {self.value()}"] if pick() < 0.2 else []
            )
            call = self._pick.choice(["run(h)", "keep(h)"])
            return [indent + "def h():", *nonlocal_, inner + place, indent + call]
        return [indent + self.here()]

    def function(self) -> str:
        parameters = self._pick.choice(["user_id", "user_id=None", "user_id: 'str | None' = None"])
        start = [] if self._pick.random() < 0.7 else ["    del user_id"]
        return (
            "\n".join([f"def f({parameters}):", "    other = g()", *start, *self.block("    ", False, 0)])
            + "\n"
        )


class Pair(tuple[int, str]):
    """What no form of code tells to be a tuple."""


class Unknown(list[Pair]):
    """What no form of code tells to be a list."""

    def __mul__(self, times: SupportsIndex) -> Unknown:
        return Unknown(list(self) * times)


class StopError(Exception):
    """The program has run for long enough."""


class E(Exception):  # noqa: N818 - a short name for short programs
    """What the programs raise and catch."""


def run(source: str, seed: int) -> dict[int, set[str]]:
    """What went wrong at each place that was reached: ``unbound``, ``None``, ``useless``."""
    pick = random.Random(seed)  # noqa: S311 - no secret
    wrong: dict[int, set[str]] = {}
    kept: list[Callable[[], object]] = []
    ticks = [0]

    def tick() -> None:
        ticks[0] += 1
        if ticks[0] > 60:
            raise StopError

    def here(place: int, read: Callable[[], object]) -> str:
        faults = wrong.setdefault(place, set())
        try:
            value = read()
        except NameError:
            faults.add("unbound")
        else:
            if value is None:
                faults.add("None")
            elif type(value) in (list, tuple, dict, bool, type, ModuleType, FunctionType, E):
                faults.add("useless")
        return "made"

    def chance() -> bool:
        tick()
        return pick.random() < 0.5

    def risk() -> None:
        if chance():
            raise E

    def call(function: Callable[[], object]) -> None:
        with contextlib.suppress(NameError, TypeError, ValueError):
            function()

    scope = {
        "HERE": here, "tick": tick, "c": chance, "r": risk, "g": lambda: "g", "E": E, "run": call,
        "maybe": lambda: "m" if chance() else None, "d": {"k": "v"} if pick.random() < 0.5 else {},
        "some": lambda: ["s"] * pick.randint(0, 2), "pairs": lambda: Unknown([Pair((1, "p"))]) * pick.randint(1, 2),
        "plain": lambda: contextlib.nullcontext("w"), "suppress": contextlib.suppress, "keep": kept.append,
    }  # fmt: skip
    exec(source, scope)  # noqa: S102 - that is the test
    function = scope["f"]
    assert callable(function)
    head = source.partition("\n")[0].replace(" ", "")
    with contextlib.suppress(E, StopError, NameError, AssertionError, TypeError, ValueError):
        if "**" in head:
            function(u="u")
        elif "=" not in head or pick.random() < 0.5:
            function("u")
        else:
            function()
    for one in kept:
        with contextlib.suppress(E, StopError):
            call(one)
    return wrong


MAYBE = "def maybe() -> 'str | None': ...\n"


@given(st.integers(0, 2**40))
@settings(max_examples=300, deadline=None)
def test_a_yes_is_kept_when_the_program_runs(seed: int) -> None:
    check_program(seed)


class MoreForms(Programs):
    """The same with more ways to bind the name, to collections and other things that are no id, too."""

    def value(self) -> str:
        return self._pick.choice(
            [super().value(), "[g()]", "()", "user_id or [g()]", "user_id or other", "[g()] and user_id", "list(d)",
             "user_id + g()", "user_id + [g()]", "'%s' % (g(),)", "[g(), None][0]", "(g(), other)[:1]", "not c()",
             "(user_id := other)", "lambda: g()", "{**d}", "maybe() or user_id or other", "len(d)", "[g()][0]"]
        )  # fmt: skip

    def test(self) -> str:
        return self._pick.choice(
            [super().test(), super().test(), "isinstance(user_id, (str, list))", "isinstance(user_id, list)",
             "not isinstance(user_id, str)", "(user_id := [g()])", "user_id == 'g'"]
        )  # fmt: skip

    def statement(self, indent: str, loop: bool, depth: int) -> list[str]:
        kind = self._pick.random()
        if kind > 0.3 or self._left < 0 or depth > 3:
            return super().statement(indent, loop, depth)
        self._left -= 1
        inner = indent + "    "
        if kind < 0.1:
            line = self._pick.choice(
                ["*user_id, other = g(), maybe()", "other, *user_id = pairs()", "[user_id] = some() or [g()]",
                 "user_id, other = other, user_id", "user_id: str = g()", "other = user_id",
                 "user_id += g()", "user_id += [g()]", "other += [g()]", "other = [maybe()]", "import ast as user_id",
                 "class user_id: pass", "with plain() as user_id: pass", "(other, user_id), _ = pairs()[0], 1"]
            )  # fmt: skip
            return [indent + line]
        if kind < 0.2:
            target, values = self._pick.choice(
                [("user_id", "d.items()"), ("user_id", "zip(some(), some())"), ("_, user_id", "enumerate(some())"),
                 ("_, *user_id", "pairs()"), ("*_, user_id", "pairs()"), ("user_id", "([g()], g())"),
                 ("_, user_id", "((1, g()), (2, maybe()))"), ("user_id", "d")]
            )  # fmt: skip
            return [indent + f"for {target} in {values}:", *self.block(inner, True, depth + 1)]
        lines = [
            indent
            + f"match {self._pick.choice(['user_id', 'other', 'maybe()', 'pairs()', 'dict(d)', '(1, maybe())'])}:"
        ]
        patterns = [
            "[*user_id]", "[_, *user_id]", "{**user_id}", "{'k': user_id}", "[_, _] as user_id", "None as user_id",
            "str() as user_id", "list()", "list() | tuple() as user_id", "[None | str() as user_id]", "(_, user_id)",
            "str(user_id)", "('g' | None) as user_id", "[[_, user_id], *_]", "{'k': 'v'} as user_id",
        ]  # fmt: skip
        for pattern in [*self._pick.sample(patterns, 2), *self._pick.choice([[], ["user_id"], ["_"]])]:
            guard = f" if {self.test()}" if self._pick.random() < 0.3 else ""
            lines += [f"{inner}case {pattern}{guard}:", *self.block(inner + "    ", loop, depth + 2)]
            if pattern in ("user_id", "_") and not guard:
                break
        return lines

    def function(self) -> str:
        source = super().function()
        head = self._pick.choice(["user_id", "user_id", "*user_id", "**user_id", "user_id=()", "user_id='g'"])
        return f"def f({head}):\n" + source.partition("\n")[2]


@given(st.integers(0, 2**40))
@settings(max_examples=300, deadline=None)
def test_a_yes_is_kept_with_more_forms(seed: int) -> None:
    check_program(seed, MoreForms)


#: Programs that were answered wrongly once: what is bound is a list, a dictionary or None.
MENDED = [
    "def f(user_id):\n    match pairs():\n        case [*user_id]:\n            user_id = user_id or g()\n            HERE(0)\n",
    "def f(*user_id):\n    user_id = user_id or g()\n    HERE(0)\n",
    "def f(**user_id):\n    user_id = g() and user_id or g()\n    HERE(0)\n",
    "def f(user_id):\n    user_id = [user_id]\n    HERE(0)\n",
    "def f(user_id):\n    for _, *user_id in pairs():\n        user_id = user_id or g()\n        HERE(0)\n",
    "def f(user_id):\n    match d:\n        case {**user_id}:\n            user_id = user_id or g()\n            HERE(0)\n",
    "def f(user_id):\n    for _ in 'ab':\n        HERE(0)\n        match maybe():\n            case user_id: pass\n",
    (
        "def f(user_id):\n    other = g()\n    for user_id in ([g()], g()):\n"
        "        user_id, other = other, user_id\n        x = user_id and HERE(0)\n"
    ),
]


@pytest.mark.parametrize("source", MENDED)
def test_what_was_wrong_once(source: str) -> None:
    reached, good = check_source(source, 0)
    assert (reached, good) == (1, 0)


@pytest.mark.parametrize(
    ("programs", "seed"),
    [*((Programs, seed) for seed in (50904, 101192, 101474, 103226)), (MoreForms, 13220)],
)
def test_seeds_that_were_wrong_once(programs: type[Programs], seed: int) -> None:
    check_program(seed, programs)


def check_program(seed: int, programs: type[Programs] = Programs) -> tuple[int, int]:
    """Run one program; how many places were reached, and at how many the answer was yes."""
    return check_source(programs(random.Random(seed)).function(), seed)  # noqa: S311 - no secret


def check_source(source: str, seed: int) -> tuple[int, int]:
    """The same for a program that is written out."""
    good = dict(zip(numbers(source), answers(MAYBE + source), strict=True))
    runnable = re_here(source)
    reached: set[int] = set()
    for round_ in range(12):
        for place, faults in run(runnable, seed + round_).items():
            reached.add(place)
            assert not (good[place] and faults), (place, faults, source)
    return len(reached), sum(good[place] for place in reached)


def numbers(source: str) -> list[int]:
    """The numbers of the places in source order."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "HERE"
    ]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return [ast.literal_eval(call.args[0]) for call in calls]


def re_here(source: str) -> str:
    """The program with what reads the name put in at each place."""
    for number in numbers(source):
        source = source.replace(f"HERE({number})", f"HERE({number}, lambda: user_id)")
    return source


@pytest.mark.parametrize("programs", [Programs, MoreForms])
def test_the_programs_reach_places_of_both_kinds(programs: type[Programs]) -> None:
    reached = good = 0
    for seed in range(300):
        some, yes = check_program(seed, programs)
        reached, good = reached + some, good + yes
    assert reached > 200
    assert reached * 0.1 < good < reached * 0.9


def test_a_wrong_yes_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "answers", lambda source: [True] * source.count("HERE"))
    with pytest.raises(AssertionError):
        _ = [check_program(seed) for seed in range(50)]
