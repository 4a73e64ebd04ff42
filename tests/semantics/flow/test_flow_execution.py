"""The flow of values against Python itself: random programs run, and each cut that happens must be found.

An id remembers the row that made it. When it is cut, its row and that of the cut are noted; for each such
pair the analysis of the program must have said so. Conditions, loops and errors come out at random, in many
runs.
"""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Iterator

import pytest

from flake8_ssot_ids.semantics.flow.flow import ModuleFlow
from flake8_ssot_ids.semantics.flow.sinks import SLICED
from flake8_ssot_ids.semantics.module.allnames import AllNames

PROGRAMS = 400
RUNS = 25
NAMES = ("x", "y", "z")
Pairs = set[tuple[int, int]]


class Id(str):
    """A text that knows the row that made it, and notes each row that cuts it."""

    row: int
    cuts: Pairs

    def __getitem__(self, key: object) -> str:
        if isinstance(key, slice):
            self.cuts.add((self.row, sys._getframe(1).f_lineno))
        return "cut"


class Writer:
    """Writes one random program; all names are bound from the start, so it fails by ``fail()`` only."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same programs each time
        self.lines: list[str] = []
        self.functions: list[str] = []

    def write(self) -> str:
        self.lines += ["x = y = z = 'a'", "d = {'a': 'b', 'c': 'd'}", "l = ['a', 'b']"]
        self.lines += ["class A:", "    p = 'a'", "    def __init__(self, p='b', q='c'):"]
        self.lines += ["        self.p = p", "        self.q = q", "    def m(self, x):"]
        self.body(2, 2, in_method=True)
        self.lines += ["        return self.p", "a = A()"]
        for number in range(self.random.randint(1, 3)):
            self.lines += [f"def f{number}(x, y='a'):", "    z = 'a'", "    a = A()", "    d = {'a': 'b'}"]
            self.lines += ["    l = ['a', 'b']"]
            if self.random.random() < 0.3:
                self.lines.append("    global g")
                self.lines.append(f"    g = {self.value()}")
            self.body(1, 4)
            self.lines.append(f"    return {self.value()}")
            self.functions.append(f"f{number}")
        self.lines.append("g = 'a'")
        self.body(0, 8)
        return "\n".join(self.lines) + "\n"

    def value(self) -> str:
        choose, name = self.random.choice, self.random.choice(NAMES)
        forms = [
            *("u()", "u()", "u()", name, name, "'a'", f"({name} or {choose(NAMES)})", "g2()", f"str({name})"),
            *(f"({name} if c() else {choose(NAMES)})", "d['a']", "d.get('a', 'z')", "l[0]", "a.p", "a.q"),
            *("A(u()).p", f"A(q={name}).q", f"a.m({name})", f"f'{{{name}}}'", f"{{'a': {name}}}['a']"),
            *(
                f"[{name}, u()][1]",
                f"(lambda: {name})()",
                f"(lambda y: y)({name})",
                f"[y for y in [{name}]][0]",
            ),
            *(f"max([{name}])", f"({choose(NAMES)} := {name})"),
        ]
        forms += [f"{function}({name}, {choose(NAMES)})" for function in self.functions]
        forms += [f"{function}(y={name}, x='a')" for function in self.functions]
        return choose(forms)

    def body(self, indent: int, size: int, *, in_method: bool = False, in_loop: bool = False) -> None:
        self.lines.append("    " * indent + "pass")
        for _ in range(self.random.randint(1, size)):
            self.statement(indent, size, in_method=in_method, in_loop=in_loop)

    def statement(self, indent: int, size: int, *, in_method: bool, in_loop: bool) -> None:
        pad, pick, choose = "    " * indent, self.random.random(), self.random.choice
        name, other = choose(NAMES), choose(NAMES)
        inner = {"in_method": in_method, "in_loop": in_loop}
        if in_method:
            name = other = "x"
        value = self.value() if not in_method else choose(["u()", "x", "self.p", "self.q", "'a'"])
        own = "self" if in_method else "a"
        if pick < 0.3:
            self.lines.append(f"{pad}{name}[:1]")
        elif pick < 0.5:
            self.lines.append(f"{pad}{name} = {value}")
        elif pick < 0.62 and not in_method:
            self.lines.append(
                pad
                + choose(
                    [
                        *(
                            f"d['a'] = {value}",
                            f"d = {{'a': {value}, 'c': {other}}}",
                            f"l = [{value}, {other}]",
                        ),
                        *(f"a.p = {value}", f"a = A({value})", f"a = A(q={value})", f"l.append({value})"),
                        *(
                            f"{name}, {other} = {value}, {other}",
                            "d['a'][:1]",
                            "a.p[:1]",
                            "a.q[:1]",
                            "l[0][:1]",
                        ),
                        *(
                            "for z in l: z[:1]",
                            "d.get('a', 'z')[:1]",
                            f"{name} += 'a'",
                            f"d.update(a={value})",
                        ),
                        *(f"f'{{{name}}}'[:1]", f"({value})[:1]"),
                    ]
                )
            )
        elif pick < 0.62:
            self.lines.append(pad + choose([f"{own}.p = {value}", f"{own}.q[:1]", f"{own}.p[:1]"]))
        elif pick < 0.68 and in_loop:
            self.lines.append(f"{pad}if c(): {choose(['break', 'continue'])}")
        elif pick < 0.72:
            self.lines.append(f"{pad}if c(): fail()")
        elif size > 1 and indent < 4:
            if pick < 0.82:
                self.lines.append(f"{pad}if c():")
                self.body(indent + 1, size // 2, **inner)
                self.lines.append(f"{pad}else:")
            elif pick < 0.92:
                self.lines.append(f"{pad}{choose(['for _ in r():', 'while c():'])}")
                inner["in_loop"] = True
            else:
                self.lines.append(f"{pad}try:")
                self.body(indent + 1, size // 2, **inner)
                self.lines.append(f"{pad}{choose(['except Error:', 'finally:'])}")
            self.body(indent + 1, size // 2, **inner)


class Error(Exception):
    """What ``fail()`` raises."""


def run(source: str, seed: int) -> Pairs:
    """Run a program once; the pairs of the row that made an id and the row that cut it."""
    chance = random.Random(seed)  # noqa: S311 - the same runs each time
    cuts: Pairs = set()
    steps = iter(range(300))

    def make() -> Id:
        made = Id("id")
        made.row, made.cuts = sys._getframe(1).f_lineno, cuts
        return made

    def maybe() -> bool:
        return next(steps, None) is not None and chance.random() < 0.5

    def rounds() -> Iterator[int]:
        return iter(range(chance.randint(0, 2)))

    def fail() -> None:
        raise Error

    def text(value: str) -> str:
        return value

    scope = {"u": make, "c": maybe, "r": rounds, "fail": fail, "Error": Error, "g2": lambda: "a", "str": text}
    try:
        exec(compile(source, "program", "exec"), scope)  # noqa: S102
    except (Error, RecursionError):
        return cuts
    return cuts


def flow_of(tree: ast.Module, source: str) -> ModuleFlow:
    return ModuleFlow(tree, lambda: AllNames(tree, source, "", lambda values: values))


@pytest.mark.parametrize("seed", range(0, PROGRAMS, 20))
def test_each_cut_that_happens_is_found(seed: int) -> None:
    happened = 0
    for number in range(seed, seed + 20):
        source = Writer(number).write()
        tree = ast.parse(source)
        flow = flow_of(tree, source)
        said: Pairs = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "u":
                said |= {(node.lineno, sink.node.lineno) for sink in flow.sinks(node) if sink.kind == SLICED}
        pairs = set().union(*(run(source, at) for at in range(RUNS)))
        happened += len(pairs)
        missing = sorted(pairs - said)
        numbered = "\n".join(f"{row:3} {line}" for row, line in enumerate(source.split("\n"), 1))
        assert not missing, f"program {number}: {missing}\n{numbered}"
    assert happened
