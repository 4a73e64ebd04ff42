"""Whether a closer look at a file can find anything: read off its bytes and those of what it imports.

A closer look costs several times as much as a plain check, and most files neither call a wrapper nor the
approved generator. What is said here may be too much, so that nothing is overlooked.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from flake8_ssot_ids.ids.generatorcalls import Family
from flake8_ssot_ids.ids.wrappers import LookedAt, Wrappers
from flake8_ssot_ids.semantics.module.allnames import Definition
from flake8_ssot_ids.semantics.module.occurrences import nodes_on, rows_with
from flake8_ssot_ids.semantics.module.scopes import Hits
from flake8_ssot_ids.semantics.module.syntax import descendants, executed, last_name
from flake8_ssot_ids.semantics.project.exports import imported_names
from flake8_ssot_ids.semantics.project.modules import Home
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.semantics.project.words import present_words
from flake8_ssot_ids.system.files import read
from flake8_ssot_ids.uuids.prefilter import may_hold_use

_BASES = re.compile(rb"^[ \t]*class[ \t]+\w+[ \t]*\(([^()]*)", re.MULTILINE)
_NAME = re.compile(rb"\w+")
#: A way through more modules than this is given up.
_LONGEST = 40
#: So many modules are read, one for the other, as the stack allows no more; what is further away is given up.
_DEEPEST = 80
#: What may turn out to be a fresh id, beside what is one as it stands.
_MAYBE_FRESH = (ast.Name, ast.Call, ast.IfExp, ast.Await, ast.Attribute)
#: After so many steps from name to name, the rest is followed at once.
_PATIENCE = 4
_NOTHING: frozenset[str] = frozenset()


class Hints:
    """What words of a file tell.

    Args:
        project: finds the modules.
        wrappers: knows their wrappers.
        family: the approved generator and its kin, for a home.
    """

    def __init__(self, project: Project, wrappers: Wrappers, family: Callable[[Home], Family]) -> None:
        self._project = project
        self._wrappers = wrappers
        self._family = family
        #: By file: the words, the paths that they depend on, whether these are all; None: under way.
        self._offers: dict[str, tuple[frozenset[str], frozenset[str], bool] | None] = {}
        #: Whether nothing was left out, in what is being read, for a circle of imports or their depth.
        self._sure = True
        #: How many modules are being read, one for the other.
        self._depth = 0
        self._telling: dict[str, bool] = {}
        self._ways: dict[tuple[str, tuple[str, ...]], tuple[list[tuple[str, str]], frozenset[str]]] = {}
        self._imports: dict[str, Sequence[tuple[str, str | None, str]]] = {}

    def speaks_of_generator(self, data: bytes, home: Home) -> bool:
        """Whether a file may call the approved generator or its kin: it, or what it imports, names it."""
        if self._names_family(data, home):
            return True
        for module, name, _ in imported_names(data, home.package):
            for file, _ in self._files(module, name, home):
                if file not in self._telling:
                    self._telling[file] = self._names_family(self._data(file), home)
                if self._telling[file]:
                    return True
        return False

    def _names_family(self, data: bytes, home: Home) -> bool:
        return any(word.encode() in data for word in self._family(home).words)

    def imported_words(self, data: bytes, home: Home) -> frozenset[str]:
        """Words in ``data`` that may stand for a wrapper of another module."""
        words: set[str] = set()
        for module, name, local in imported_names(data, home.package):
            for file, there in self._files(module, name, home):
                offered = self.offers(file)
                words |= offered
                if there in offered:
                    words.add(local)
        return frozenset(present_words([word.encode() for word in sorted(words)], data))

    def _files(self, module: str, name: str | None, home: Home) -> list[tuple[str, str]]:
        """The modules of the project that an import passes on its way, each with the name asked for."""
        dotted = f"{module}.{name}" if name and name != "*" else module
        key = (dotted, home.roots)
        known = self._ways.get(key)
        if known is None:
            known = self._ways[key] = self._project.apart(lambda: [*self._passed(dotted, home)])
        self._project.depend_on(known[1])
        return known[0]

    def _passed(self, dotted: str, home: Home) -> Iterator[tuple[str, str]]:
        pending = [(dotted, home)]
        seen: set[str] = set()
        while pending:
            dotted, home = pending.pop()
            if dotted in seen or len(seen) > _LONGEST or not self._project.is_ours(dotted, home):
                continue
            seen.add(dotted)
            here = self._project.locate(dotted, home)
            if here is None or here[0] is None:
                continue
            file, rest = here[0], here[1]
            self._project.depend_on((file,))
            yield file, rest[0] if rest else ""
            if rest:
                inner = self._project.home(file)
                for source, given, local in self._imports_of(file, inner):
                    if given is None and "." in source and local == source.partition(".")[0]:
                        source = local  # `import a.b` binds `a`
                    if local in (rest[0], "*"):
                        names = rest if local == "*" else rest[1:] if given is None else (given, *rest[1:])
                        pending.append((".".join((source, *names)), inner))

    def _imports_of(self, file: str, home: Home) -> Sequence[tuple[str, str | None, str]]:
        known = self._imports.get(file)
        if known is None:
            known = self._imports[file] = imported_names(self._data(file), home.package)
        return known

    @staticmethod
    def _data(file: str) -> bytes:
        try:
            return read(file)
        except OSError:
            return b""

    def offers(self, file: str) -> frozenset[str]:
        """The names of the wrappers in a module, and of what they are handed on as."""
        known = self._offers.get(file)
        if known is None:
            if file in self._offers or self._depth > _DEEPEST:
                self._sure = False
                return _NOTHING
            self._offers[file] = None
            self._depth += 1
            outer, self._sure = self._sure, True
            try:
                words, paths = self._project.apart(lambda: self._read(file))
                known = self._offers[file] = (words, paths, self._sure)
            finally:
                self._depth -= 1
                self._sure = outer
        self._sure = self._sure and known[2]
        self._project.depend_on(known[1])
        return known[0]

    def _read(self, file: str) -> frozenset[str]:
        self._project.depend_on((file,))
        data = self._data(file)
        home = self._project.home(file)
        found: set[str] = set()
        bases = set(_NAME.findall(b" ".join(_BASES.findall(data))))
        for module, name, local in self._imports_of(file, home):
            # A class inherits wrappers, a package has modules with wrappers.
            if local.encode() in bases or (local == "*" and bases) or file.endswith("/__init__.py"):
                for other, _ in self._files(module, name, home):
                    found |= self.offers(other)
        words = self.imported_words(data, home)
        if not words and not may_hold_use(data, self._project.sources):
            return frozenset(found)
        looked_at = self._wrappers.module(file)
        if looked_at is None:
            return frozenset(found)
        hints = words_of(looked_at, words)
        if self._sure:
            self._wrappers.words[file] = hints
        for name in looked_at.functions:
            last = name.rpartition(".")[2]
            if last in hints and self._wrappers.is_wrapper_in(file, name):
                found.add(last)
        return frozenset(found | _led_to(found | words, looked_at, lambda rows: _bindings(looked_at, rows)))


def words_of(module: LookedAt, words: frozenset[str]) -> frozenset[str]:
    """``words``, the functions of a module that may be wrappers, and names that these are bound to."""
    makers = _Makers(module)
    found = words | makers.raw()
    found |= _led_to(found, module, makers.edges)
    return found | _led_to(found, module, lambda rows: _bindings(module, rows))


#: Words, and the names that each of them leads to.
Edge = tuple[set[str], set[str]]


def _led_to(words: Set[str], module: LookedAt, edges: Callable[[Hits], Iterable[Edge]]) -> set[str]:
    """The names that some words lead to, step by step.

    Words stand in few places, so that only the ``edges`` on the rows of new ones are asked for; where that
    takes many steps, all at once.
    """
    found: set[str] = set()
    seen, new = {*words}, {*words}
    for _ in range(_PATIENCE):
        if not new:
            return found
        rows = Hits(rows_with(module.text, (), new))
        step: set[str] = set()
        for given, names in edges(rows):
            if not given.isdisjoint(new):
                step |= names
        found |= step
        new = step - seen
        seen |= step
    onward: dict[str, list[str]] = {}
    for given, names in edges(Hits(None)):
        for word in given:
            onward.setdefault(word, []).extend(names)
    pending = [*new]
    while pending:
        for name in onward.pop(pending.pop(), ()):
            if name not in found:
                found.add(name)
                pending.append(name)
    return found


class _Makers:
    """The functions of a module that may return a fresh id by their form: what each mentions."""

    def __init__(self, module: LookedAt) -> None:
        self._module = module
        #: What is called, and all last names of attributes, in those that were looked at; None: no maker.
        self._mentioned: dict[Definition, set[str] | None] = {}

    def raw(self) -> set[str]:
        """Names of those in which a raw id is made."""
        raw = self._module.raw
        rows = Hits(statement.lineno for statement in self._module.raw_statements.values())
        return {
            name
            for name, function in self._on(rows)
            if self._mentions(function) is not None and not raw.isdisjoint(_own_nodes(function))
        }

    def edges(self, rows: Hits) -> Iterator[Edge]:
        """What those on some rows mention, each with its name."""
        for name, function in self._on(rows):
            yield self._mentions(function) or set(), {name}

    def _on(self, rows: Hits) -> Iterator[tuple[str, Definition]]:
        for name, function in self._module.functions.items():
            if rows.between(function.lineno, function.end_lineno or function.lineno):
                yield name.rpartition(".")[2], function

    def _mentions(self, function: Definition) -> set[str] | None:
        if function not in self._mentioned:
            nodes = [*_own_nodes(function)]
            values = [node.value for node in nodes if isinstance(node, ast.Return)]
            if isinstance(function.body, ast.expr):
                values = [function.body]
            found: set[str] | None = None
            raw = self._module.raw
            if values and all(value in raw or isinstance(value, _MAYBE_FRESH) for value in values):
                found = {last_name(node.func) for node in nodes if isinstance(node, ast.Call)}
                found |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
            self._mentioned[function] = found
        return self._mentioned[function]


def _own_nodes(function: Definition) -> Iterator[ast.AST]:
    body = function.body
    return executed(*body) if isinstance(body, list) else descendants(body)


def _bindings(module: LookedAt, rows: Hits) -> Iterator[Edge]:
    """The words of what is assigned on some rows, each with the names that it is bound to."""
    for node in nodes_on(module.tree, rows):
        if isinstance(node, ast.arguments):
            values = [one for one in (*node.defaults, *node.kw_defaults) if one is not None]
            names = {one.arg for one in (*node.posonlyargs, *node.args, *node.kwonlyargs)}
            yield set().union(*map(_words_in, values)), names
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield _words_in(node.value), set().union(*map(_words_in, targets))


def _words_in(node: ast.expr) -> set[str]:
    """The words of a reference, not of what it is called with or taken from."""
    found: set[str] = set()
    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, (ast.Name, ast.Attribute)):
            found.add(last_name(part))
        elif isinstance(part, ast.IfExp):
            pending += (part.body, part.orelse)
        elif isinstance(part, ast.BoolOp):
            pending += part.values
        elif isinstance(part, (ast.Tuple, ast.List)):
            pending += part.elts
        elif isinstance(part, (ast.NamedExpr, ast.Starred)):
            pending.append(part.value)
        elif isinstance(part, ast.Call) and len(part.args) == 1:
            pending.append(part.args[0])  # staticmethod(new_id), partial(new_id)
    return found
