"""Programs that are run: what the engine says is compared with what was really called.

``uuid`` is replaced by a module whose functions note the row that calls them. Every noted row must be
found, in programs of all kinds; in a program without branches nothing else may be.

By design a function sees what is in force when the scope around it has come to its end, so functions
stand at the end of the programs, where nothing is bound again.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from unittest import mock

from hypothesis import strategies as st

from flake8_ssot_ids.ids.uses import uses_of
from flake8_ssot_ids.semantics.module.names import ModuleNames
from flake8_ssot_ids.uuids import catalog
from tests.fuzzing import fuzzed

NAMES = ("uuid", "uuid4", "m", "g", "u")
SOURCES = ("uuid1", "uuid4")
FILE = "<program>"


class Anything:
    """A value with which every operation of the programs works; the result is another one."""

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self, *_: object, **__: object) -> Anything:
        return Anything()

    def __getitem__(self, _: object) -> Anything:
        return Anything()

    def __add__(self, _: object) -> Anything:
        return Anything()

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Anything:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __iter__(self) -> Iterator[Anything]:
        return iter([Anything()])


class Source(Anything):
    """Stands for a function of ``uuid`` and notes the row of each call."""

    def __init__(self, rows: set[int]) -> None:
        self._rows = rows

    def __call__(self, *_: object, **__: object) -> Anything:
        frame = sys._getframe(1)
        while frame.f_code.co_filename != FILE and frame.f_back is not None:
            frame = frame.f_back
        self._rows.add(frame.f_lineno)
        return Anything()


class Module(ModuleType):
    """A module that has every name."""

    __all__ = SOURCES

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self) -> Anything:
        return Anything()

    def __add__(self, _: object) -> Anything:
        return Anything()

    def __iter__(self) -> Iterator[Anything]:
        return iter([Anything()])


def run(code: CodeType, answers: list[bool]) -> tuple[set[int], bool]:
    """The rows that called a source, and whether the program came to its end."""
    rows: set[int] = set()
    real, other = Module("uuid"), Module("elsewhere")
    for name in SOURCES:
        setattr(real, name, Source(rows))
    left = list(answers)

    def ask() -> bool:
        return left.pop() if left else False

    def may_fail() -> Anything:
        if ask():
            raise ValueError
        return Anything()

    names: dict[str, object] = dict.fromkeys((*NAMES, "x", "f"), Anything())
    names |= {"ask": ask, "may_fail": may_fail, "one": [Anything()], "__name__": "program"}
    with mock.patch.dict(sys.modules, {"uuid": real, "elsewhere": other}):
        try:
            exec(code, names)  # noqa: S102
        except Exception:
            return rows, False
    return rows, True


def found(program: str) -> tuple[set[int], set[int]]:
    """The rows of the uses that are called, and of all uses."""
    names = ModuleNames(
        ast.parse(program),
        program,
        package="",
        sources=catalog.FRESH,
        attributes=catalog.FRESH,
        words=(),
        expand=lambda values: values,
    )
    uses = uses_of(names)
    return {use.reference.lineno for use in uses if use.shape.called}, {use.reference.lineno for use in uses}


class Writer:
    """Writes programs in which each row calls at most what stands in it."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def pick(self, *items: str) -> str:
        return items[self._draw(st.integers(0, len(items) - 1))]

    def name(self) -> str:
        return self.pick(*NAMES)

    def value(self) -> str:
        """Something that may be a source or the module, without a branch in it."""
        name = self.name()
        return self.pick(
            *(
                name,
                name,
                f"{name}.uuid4",
                f"{name}.uuid1",
                f"getattr({name}, 'uuid4')",
                "__import__('uuid')",
            ),
            *("sys.modules['uuid']", f"partial({name})", f"import_module('uuid').{self.pick(*SOURCES)}", "x"),
        )

    def called(self) -> str:
        value = self.value()
        return self.pick(
            *(f"{value}()", f"{value}()", f"f({value}())", f"{value}().hex", f"f'{{{value}()}}'")
        )

    def row(self) -> str:
        """One row of straight-line code."""
        name, other, value, call = self.name(), self.name(), self.value(), self.called()
        return self.pick(
            *(
                "import uuid",
                f"import uuid as {name}",
                "from uuid import uuid4",
                f"from uuid import uuid1 as {name}",
            ),
            *(
                "from uuid import uuid1, uuid4",
                f"import elsewhere as {name}",
                f"from elsewhere import {name}",
            ),
            *(
                f"{name} = {value}",
                f"{name} = {value}",
                f"{name} = {other} = {value}",
                f"{name}: int = {value}",
            ),
            *(f"{name}, {other} = {value}, {self.value()}", f"{name}, *{other} = {value}, {value}, {value}"),
            *(
                f"[{name}, {other}] = x, {value}",
                f"{name} += x",
                f"({name} := {value})",
                f"f({name} := {value})",
            ),
            *(
                f"del {name}; {name} = {value}",
                f"{name} = {call}",
                f"x[{name}] = {call}",
                f"f({call}, {value})",
            ),
            *(
                call,
                call,
                call,
                call,
                f"[{call} for x in one]",
                f"[{call} for {name} in one]",
                f"{name}: int",
            ),
            *(
                f"f({{{name}: {call} for x in one}})",
                f"for {name} in one: {call}",
            ),
        )

    def block(self, most: int, row: Callable[[], list[str]]) -> list[str]:
        lines: list[str] = []
        for _ in range(self._draw(st.integers(1, most))):
            lines += row()
        return lines

    def imported(self) -> str:
        name, other = self.name(), self.name()
        return self.pick(
            f"import uuid as {name}, uuid; {other} = uuid",
            f"from uuid import uuid4 as {name}, uuid1 as {other}; import uuid",
            f"import uuid; {name} = {other} = uuid.uuid4",
        )

    def rows(self, number: int) -> list[str]:
        return [self.pick(f"{self.name()}()", f"{self.name()}.uuid4()", self.called()) for _ in range(number)]

    def straight(self) -> list[str]:
        if self.pick("row", "row", "row", "row", "class") == "class":
            return ["class K:", *("    " + line for line in self.block(3, lambda: [self.row()]))]
        row = self.row()
        # A loop may run not at all, as far as the engine knows.
        return [row] if not row.startswith("for ") else []

    def branching(self, depth: int = 2) -> list[str]:
        """A statement of any kind; loops end because the answers do."""

        def inner() -> list[str]:
            return ["    " + line for line in self.block(2, lambda: self.branching(depth - 1))]

        if depth == 0 or self.pick("row", "row", "more") == "row":
            return [self.pick(self.row(), self.row(), self.row(), "may_fail()", f"ask() or {self.called()}")]
        name, call = self.name(), self.called()
        header = self.pick("if", "while", "for", "try", "with", "match", "finally", "conditional")
        if header == "if":
            lines = ["if ask():", *inner(), f"elif {call} and ask():", *inner()]
            return lines + (["else:", *inner()] if self.pick("", "else") else [])
        if header in ("while", "for"):
            first = {"while": self.pick("while ask():", "while True:"), "for": f"for {name} in [x, x]:"}[
                header
            ]
            # Endless but for the break: the answers run out, and without one the loop is left.
            ways = [f"    if {self.pick('', 'not ')}ask(): continue"] if header == "for" else []
            stop = ["    if not ask(): break"]
            return [
                first,
                *inner(),
                *ways,
                *stop,
                *inner(),
                *(["else:", *inner()] if self.pick("", "e") else []),
            ]
        if header == "try":
            handler = self.pick("except ValueError:", f"except ValueError as {name}:", "except TypeError:")
            more = ["else:", *inner()] if self.pick("", "else") else []
            last = ["finally:", *inner()] if self.pick("", "finally") else []
            return ["try:", *inner(), handler, *inner(), *more, *last]
        if header == "finally":
            return ["try:", *inner(), "finally:", *inner()]
        if header == "with":
            return [f"with {self.pick('x', 'suppress(ValueError)')} as {name}:", *inner()]
        if header == "match":
            pattern = self.pick("1", f"{name} if ask()", f"[{name}, *_]", f"{{'a': {name}}}", "_ if ask()")
            return [
                "match x:",
                f"    case {pattern}:",
                *("    " + line for line in inner()),
                "    case _ if ask():",
                f"        {call}",
            ]
        return [f"{name} = {self.value()} if ask() else {self.value()}", f"{name}()"]

    def functions(self, row: Callable[[], list[str]], *, declare: bool) -> list[str]:
        """Functions at the end, each called once."""
        lines: list[str] = []
        for number in range(self._draw(st.integers(0, 2))):
            name = self.name()
            parameters = self.pick(
                "", f"{name}={self.value()}", f"*, {name}={self.value()}", f"*{name}", f"x={self.value()}"
            )
            body = self.block(4, row)
            if declare and name not in parameters and self.pick("", "", "global"):
                body = [f"global {name}", f"{name} = {self.value()}", *body]
            elif self.pick("", "", "lambda"):
                body += [f"(lambda: {self.called()})()"]
            # Names that are bound later in a function are not bound before: reading one ends the program.
            lines += [f"def function{number}({parameters}):", *("    " + line for line in body)]
            lines.append(f"function{number}()")
        return lines


START = """\
import sys
from functools import partial
from importlib import import_module
from contextlib import suppress
"""


@st.composite
def straight_programs(draw: Callable[[st.SearchStrategy[int]], int]) -> str:
    writer = Writer(draw)
    lines = [writer.imported(), *writer.block(10, writer.straight), *writer.rows(4)]
    return START + "\n".join(lines + writer.functions(writer.straight, declare=False)) + "\n"


@st.composite
def programs(draw: Callable[[st.SearchStrategy[int]], int]) -> str:
    writer = Writer(draw)
    lines = [writer.imported(), *writer.block(6, writer.branching), *writer.branching(2), *writer.rows(3)]
    return START + "\n".join(lines + writer.functions(writer.branching, declare=True)) + "\n"


def compiled(program: str) -> CodeType | None:
    try:
        return compile(program, FILE, "exec")
    except SyntaxError:
        # A name that is used before its global statement, a star in a function, and the like.
        return None


@fuzzed(straight_programs())
def test_a_program_without_branches_calls_exactly_what_is_found(program: str) -> None:
    code = compiled(program)
    if code is None:
        return
    rows, ended = run(code, [])
    called, uses = found(program)
    # What is called by way of partial() was found where it was handed on.
    assert rows <= uses, program
    if ended:
        assert called <= rows, program


@fuzzed(programs(), st.lists(st.booleans(), max_size=30))
def test_no_call_of_any_program_is_missed(program: str, answers: list[bool]) -> None:
    code = compiled(program)
    if code is None:
        return
    rows, _ = run(code, answers)
    _, uses = found(program)
    assert rows <= uses, program


def test_the_recorder_records() -> None:
    program = START + "import uuid\nm = uuid.uuid4\nm()\nuuid.uuid1().hex\nx()\nm = x\nm()\n"
    code = compiled(program)
    assert code is not None
    assert run(code, []) == ({7, 8}, True)
    assert found(program) == ({7, 8}, {6, 7, 8})
