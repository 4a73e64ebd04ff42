"""Programs that Hypothesis makes: the engine neither crashes nor depends on what it may leave out.

Three ways lead to the same uses: the full analysis, the analysis that looks only at rows near a
watched word, and the one behind the byte prefilter. They must agree on every program.
"""

from __future__ import annotations

import ast
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from hypothesis import strategies as st

from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.ids.uses import Use, uses_of
from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.rules.registry import rules
from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.dynamic import Dynamic
from flake8_ssot_ids.semantics.module.makers import makers_of
from flake8_ssot_ids.semantics.module.members import members_of
from flake8_ssot_ids.semantics.module.names import ModuleNames
from flake8_ssot_ids.semantics.module.resolver import Resolver
from flake8_ssot_ids.semantics.module.scopes import EVERYTHING, Hits
from flake8_ssot_ids.semantics.module.values import Value, Values
from flake8_ssot_ids.source.sourcefile import decode, parse
from flake8_ssot_ids.uuids import catalog
from tests.fuzzing import fuzzed

POLICY = Policy(root="/project")
NAMES = ("uuid", "uuid4", "make", "u", "a", "b", "__p", "_K__p")
CONDITIONS = ("TYPE_CHECKING", "not TYPE_CHECKING", "False")
SOURCES = ("uuid4", "uuid1")

Draw = Callable[[st.SearchStrategy[int]], int]


class Program:
    """Writes one program: statements and expressions at random, never deeper than a few levels."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def number(self, limit: int) -> int:
        return self._draw(st.integers(0, limit - 1))

    def pick(self, items: tuple[str, ...]) -> str:
        return items[self.number(len(items))]

    def name(self) -> str:
        return self.pick(NAMES)

    def source(self) -> str:
        return self.pick(SOURCES)

    # -- expressions --------------------------------------------------------------------------

    def expression(self, depth: int) -> str:
        """An expression that may stand anywhere, in parentheses where it has to."""
        if depth <= 0:
            return self.pick(
                (self.name(), f"{self.name()}.{self.source()}", f"{self.name()}()", "1", "'uuid4'")
            )
        forms = (
            self._call, self._cut, self._text, self._text, self._lambda, self._comprehension, self._choice,
            self._walrus, self._dynamic, self._dynamic, self._display, self._rows, self._attribute,
        )  # fmt: skip
        return forms[self.number(len(forms))](depth - 1)

    def _call(self, depth: int) -> str:
        function = self.expression(depth)
        return self.pick(
            (f"({function})()", f"f({function})", f"f(x={function}, *{self.name()})", f"str({function})")
        )

    def _cut(self, depth: int) -> str:
        value = self.expression(depth)
        return f"({value})" + self.pick((".hex[:8]", ".hex", ".int % 1000", "[0]", "['uuid4']", ".int >> 64"))

    def _attribute(self, depth: int) -> str:
        return f"({self.expression(depth)}).{self.pick((*SOURCES, 'uuid', 'hex'))}"

    def _text(self, depth: int) -> str:
        one, two = self.expression(depth), self.expression(0)
        if sys.version_info < (3, 12):
            # No quotes, backslashes, comments or (in one line) line ends inside of a field.
            one = self.name() + self.pick(("()", f".{self.source()}()", ""))
            inner = self.pick(
                (one, f"[{one} for {self.name()} in {two}]", f"(lambda: {one})()", f"f({one},\n {one})")
            )
            inner = inner.replace("'", "")
        else:
            inner = one
        field = "{" + inner + "}" if inner[:1] != "{" else "{ " + inner + "}"
        parts = (
            f'f"""ab{field}c"""',
            f'f"""\n{field}\n{{{self.name()}()}}"""',
            f'"x" f"""é{field}""" \'y\'',
            f'f"""{{{self.name()}:{{{self.name()}}}}}{field}"""',
            f'"x" f"""\n{{{self.name()}:>{field}}}""" f"""{field}"""',
        )
        return "(" + self.pick(parts) + ")"

    def _lambda(self, depth: int) -> str:
        body = self.expression(depth)
        given = self.pick(("", self.name(), f"{self.name()}={self.expression(0)}", f"*{self.name()}"))
        return f"(lambda {given}: {body})"

    def _comprehension(self, depth: int) -> str:
        value, where = self.expression(depth), self.expression(0)
        loop = f"for {self.pick((self.name(), f'{self.name()}, x', 'x'))} in {where}"
        if self.number(2):
            loop += f" if {self.expression(0)}"
        return self.pick(
            (
                f"[{value} {loop}]",
                f"f({value} {loop})",
                f"{{x: {value} {loop}}}",
                f"{{{value} {loop} {loop}}}",
            )
        )

    def _choice(self, depth: int) -> str:
        one, two, three = self.expression(depth), self.expression(0), self.expression(0)
        return self.pick(
            (f"({one} if {two} else {three})", f"({two} or {one})", f"({two} and {one} or {three})")
        )

    def _walrus(self, depth: int) -> str:
        return f"({self.name()} := {self.expression(depth)})"

    def _dynamic(self, depth: int) -> str:
        value = self.expression(depth)
        return self.pick(
            (
                f"getattr({value}, 'uuid4')", "__import__('uuid')", "import_module('uuid')",
                "modules['uuid']", f"vars({value})['uuid1']", f"partial({value})",
                f"({value}).__dict__.get('uuid4')",
            )
        )  # fmt: skip

    def _display(self, depth: int) -> str:
        one, two = self.expression(depth), self.expression(0)
        return self.pick((f"({one}, {two})", f"[{one}, *{two}]", f"{{'a': {one}}}", f"({one} + '-' + {two})"))

    def _rows(self, depth: int) -> str:
        return f"(\n\n{self.expression(depth)}\n)"

    # -- statements ---------------------------------------------------------------------------

    def block(self, depth: int, most: int = 3) -> list[str]:
        lines: list[str] = []
        for _ in range(1 + self.number(most)):
            lines += self.statement(depth)
        return lines

    def _inner(self, depth: int) -> list[str]:
        return ["    " + line if line else line for line in self.block(depth, 2)]

    def statement(self, depth: int) -> list[str]:
        simple = self.number(3) < 2 or depth <= 0
        text = self._simple() if simple else None
        # Only code is indented: the later rows of a string or of parentheses may begin anywhere.
        return [text.replace("\n", "\n ")] if text is not None else self._compound(depth - 1)

    def _simple(self) -> str:
        name, value = self.name(), self.expression(2)
        forms = (
            "import uuid", f"import uuid as {name}", "import os, uuid", "from uuid import uuid4",
            f"from uuid import uuid1 as {name}, uuid4", f"from uuid import (uuid4\n as {name},)",
            "from uuid import *", f"from .x import {name}", "from importlib import import_module",
            "from sys import modules", "from functools import partial", f"{name}; {value}",
            f"{name} = {value}", f"{name} = {value}", f"{name} = {self.name()} = {value}",
            f"{name}, {self.name()} = {value}, {self.expression(1)}", f"[{name}, *b] = {value}",
            f"{name}: int", f"{name}: int = {value}", f"{name} += {value}", f"{name}.uuid4 = {value}",
            f"del {name}", f"{value}", f"{value}", f"return {value}", f"raise {value}", "break", "continue",
            f"global {name}", f"nonlocal {name}", f"assert {value}, {name}",
        )  # fmt: skip
        return self.pick(forms)

    def _compound(self, depth: int) -> list[str]:
        forms = (
            self._if,
            self._while,
            self._for,
            self._try,
            self._with,
            self._match,
            self._function,
            self._class,
        )
        return [*forms[self.number(len(forms))](depth)]

    def _if(self, depth: int) -> Iterator[str]:
        yield f"if {self.expression(1)}:"
        yield from self._inner(depth)
        for _ in range(self.number(2)):
            yield f"elif {self.expression(1)}:"
            yield from self._inner(depth)
        if self.number(2):
            yield "else:"
            yield from self._inner(depth)

    def _while(self, depth: int) -> Iterator[str]:
        yield f"while {self.pick(('True', self.expression(1)))}:"
        yield from self._inner(depth)
        if self.number(2):
            yield "else:"
            yield from self._inner(depth)

    def _for(self, depth: int) -> Iterator[str]:
        target = self.pick((self.name(), f"{self.name()}.x", f"x, {self.name()}"))
        yield f"for {target} in {self.expression(1)}:"
        yield from self._inner(depth)

    def _try(self, depth: int) -> Iterator[str]:
        yield "try:"
        yield from self._inner(depth)
        handlers = self.number(3)
        for _ in range(handlers):
            yield f"except {self.expression(0)}" + self.pick(("", f" as {self.name()}")) + ":"
            yield from self._inner(depth)
        if handlers and self.number(2):
            yield "else:"
            yield from self._inner(depth)
        if not handlers or self.number(2):
            yield "finally:"
            yield from self._inner(depth)

    def _with(self, depth: int) -> Iterator[str]:
        yield f"with {self.pick(('suppress(E)', self.expression(1)))}{self.pick(('', f' as {self.name()}'))}:"
        yield from self._inner(depth)

    def _match(self, depth: int) -> Iterator[str]:
        yield f"match {self.expression(1)}:"
        name = self.name()
        yield f"    case {self.pick(('1', f'[{name}, *b]', f'u.x({name})', f'{{1: x, **{name}}}'))}:"
        yield from ("    " + line for line in self._inner(depth))
        yield f"    case {self.pick(('_', name, f'x if {self.expression(1)}', f'1 | 2 as {name}'))}:"
        yield from ("    " + line for line in self._inner(depth))

    def _function(self, depth: int) -> Iterator[str]:
        if not self.number(3):
            yield f"@f({self.expression(1)})"
        generic = f"[{self.name()}]" if sys.version_info >= (3, 12) and not self.number(4) else ""
        arguments = self.pick(
            ("", "c", f"c={self.expression(1)}", f"{self.name()}={self.expression(1)}", f"*{self.name()}")
        )
        yield f"{self.pick(('', 'async '))}def {self.name()}{generic}({arguments}) -> {self.expression(0)}:"
        yield from self._inner(depth)

    def _class(self, depth: int) -> Iterator[str]:
        yield f"class {self.pick((self.name(), 'K'))}({self.pick(('', self.expression(1)))}):"
        yield from self._inner(depth)


@st.composite
def programs(draw: Draw) -> str:
    """A program of this interpreter's grammar, biased to imports, aliases and scopes."""
    program = Program(draw)
    start = ("import uuid", "from uuid import uuid4", "import uuid as u", "from uuid import *", "make = uuid")
    lines = [program.pick(start), *program.block(3, 4), *program.block(2, 2), *program.statement(3)]
    return "\n".join(lines) + "\n"


class AnyAccess(Dynamic):
    """Takes every way of dynamic access for possible."""

    def is_mapping(self, node: ast.expr) -> bool:
        return isinstance(node, ast.expr)


class FullNames:
    """What :class:`ModuleNames` finds out, without leaving anything out."""

    def __init__(self, tree: ast.Module, sources: frozenset[str]) -> None:
        words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
            catalog.MODULE,
            *sources,
        }
        self._sources = sources

        def expand(values: Values) -> Values:
            star = f"{catalog.MODULE}.*"
            return frozenset(
                (f"{catalog.MODULE}.{dotted.removeprefix(star)}", via)
                if isinstance(dotted, str)
                and dotted.startswith(star)
                and dotted.removeprefix(star) in catalog.STAR_EXPORTS
                else (dotted, via)
                for dotted, via in values
            )

        attributes = sources
        makers: dict[ast.AST, list[ast.expr]] = {}
        while True:
            self.flow = Flow(
                tree,
                watched=EVERYTHING,
                attributes=attributes,
                hits=Hits(None),
                package="",
                names=words,
                makers=makers,
                callables=cast("frozenset[str]", EVERYTHING),
                flags=frozenset({"TYPE_CHECKING", "MYPY"}),
            ).run()
            self.resolver = Resolver(self.flow, expand, self._is_source, AnyAccess("import_module"))
            members = members_of(self.flow, self.resolver) - attributes
            known, makers = makers, makers_of(self.flow, self.resolver)
            if not members and makers == known:
                break
            attributes |= members

    def _is_source(self, dotted: Value) -> bool:
        return isinstance(dotted, str) and catalog.source_name(dotted, self._sources) is not None

    def sources_of(self, node: ast.expr) -> list[tuple[str, str]]:
        return sorted(
            (dotted, via)
            for dotted, via in self.resolver.resolve(node)
            if isinstance(dotted, str) and self._is_source(dotted)
        )


Row = tuple[int, int, str, str, str, object, object, object]


def rows(uses: list[Use]) -> list[Row]:
    """EVERYTHING about uses that a finding shows."""
    return [
        (
            use.reference.lineno, use.reference.col_offset, use.source, use.via, use.shape.kind,
            use.shape.bits, use.shape.prefix, (use.role, use.subject, use.symbol),
        )
        for use in uses
    ]  # fmt: skip


def full(tree: ast.Module) -> list[Row]:
    names = FullNames(tree, catalog.FRESH)
    return rows(uses_of(cast("ModuleNames", names)))


def pruned(tree: ast.Module, text: str) -> list[Row]:
    names = ModuleNames(
        tree,
        text,
        package="",
        sources=catalog.FRESH,
        attributes=catalog.FRESH,
        words=(),
        expand=lambda values: values,
    )
    return rows(uses_of(names))


@fuzzed(programs())
def test_what_is_left_out_holds_no_use(program: str) -> None:
    tree = ast.parse(program)
    assert pruned(tree, program) == full(tree)


@fuzzed(programs())
def test_all_ways_to_a_report_give_the_same_one(program: str) -> None:
    before = ast.dump(ast.parse(program))
    report = check_source(program.encode(), "/project/a.py", POLICY)
    assert check_source(program.encode(), "/project/a.py", POLICY, all_files=True).findings == report.findings
    assert (
        check_source(program.replace("\n", "\r\n").encode(), "/project/a.py", POLICY).findings
        == report.findings
    )
    with_bom = check_source(b"\xef\xbb\xbf" + program.encode(), "/project/a.py", POLICY)
    assert with_bom.findings == report.findings
    assert [finding.span for finding in report.findings] == sorted(
        finding.span for finding in report.findings
    )
    assert len({finding.fingerprint for finding in report.findings}) == len(report.findings)
    assert ast.dump(ast.parse(program)) == before


@fuzzed(programs())
def test_every_span_is_the_text_of_a_reference(program: str) -> None:
    lines = program.split("\n")
    for finding in check_source(program.encode(), "/project/a.py", POLICY).findings:
        start, end = finding.span.start, finding.span.end
        if start.row == end.row:
            text = lines[start.row - 1][start.column - 1 : end.column - 1]
        else:
            middle = lines[start.row : end.row - 1]
            text = "\n".join(
                [lines[start.row - 1][start.column - 1 :], *middle, lines[end.row - 1][: end.column - 1]]
            )
        ast.parse(f"(\n{text}\n)", mode="eval")
        assert finding.id_span.start <= start
        assert end <= finding.id_span.end


@fuzzed(programs())
def test_exactly_one_rule_matches_each_use(program: str) -> None:
    names = FullNames(ast.parse(program), catalog.FRESH)
    for use in uses_of(cast("ModuleNames", names)):
        matching = [rule.code for rule in rules() if rule.matches is not None and rule.matches(use)]
        assert len(matching) == 1


@fuzzed(programs(), st.floats(0, 1), st.binary(max_size=2), st.integers(0, 3))
def test_broken_programs_are_reported_and_nothing_else(
    program: str, where: float, bytes_: bytes, lost: int
) -> None:
    data = program.encode()
    at = int(where * len(data))
    broken = data[:at] + bytes_ + data[at + lost :]
    codes = {
        finding.code for finding in check_source(broken, "/project/a.py", POLICY, all_files=True).findings
    }
    assert not codes or codes == {"SID990"} or "SID990" not in codes


def library() -> list[str]:
    """The modules of the standard library and of its test folder."""
    found = []
    for folder, folders, files in os.walk(sysconfig.get_path("stdlib")):
        folders[:] = sorted(set(folders) - {"site-packages", "__pycache__"})
        found += [os.path.join(folder, file) for file in sorted(files) if file.endswith(".py")]
    return found


@pytest.mark.parametrize("each", [60, pytest.param(12, marks=pytest.mark.corpora)])
@pytest.mark.parametrize(
    ("module", "members"),
    [
        ("uuid", catalog.FRESH),
        ("os", frozenset({"path", "fspath", "getcwd", "environ", "unlink", "stat", "getpid"})),
        ("sys", frozenset({"path", "modules", "version_info", "platform", "stdout", "argv"})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_standard_library_by_the_full_analysis(
    module: str, members: frozenset[str], each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``os`` and ``sys`` in the place of ``uuid``, of which the library has few uses."""
    monkeypatch.setattr(catalog, "MODULE", module)
    monkeypatch.setattr(catalog, "FRESH", members)
    monkeypatch.setattr(catalog, "STAR_EXPORTS", members)
    monkeypatch.setattr(catalog, "LAYOUTS", dict.fromkeys(members, "r" * 32))
    seen = found = 0
    for path in library()[::each]:
        with open(path, "rb") as stream:
            data = stream.read()
        try:
            tree, text = parse(data), decode(data).text
        except UnreadableError:
            continue
        seen += 1
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        uses = full(tree)
        found += len(uses)
        assert uses == pruned(tree, text), path
        if module == "uuid":
            # Also where the prefilter says that there is nothing.
            report = check_source(data, path, POLICY)
            assert len(report.findings) + len(report.suppressed) == len(uses), path
    assert seen > 1_200 // each
    assert found > 1_200 // each or module == "uuid"
