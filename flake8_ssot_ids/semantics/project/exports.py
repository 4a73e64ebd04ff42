"""What one module hands on to those that import from it, read off its bytes or its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import lru_cache

from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.semantics.glance.assignments import LEADING, assigned_names, returned_words
from flake8_ssot_ids.semantics.glance.imports import imports_of
from flake8_ssot_ids.semantics.module.names import ModuleNames
from flake8_ssot_ids.semantics.module.scopes import Binding
from flake8_ssot_ids.semantics.module.syntax import absolute, certainly_bound, imported
from flake8_ssot_ids.semantics.module.values import Foreign, Made, Text, Value
from flake8_ssot_ids.source.sourcefile import decode, parse, unix
from flake8_ssot_ids.uuids import catalog

Layers = tuple[tuple[str, ...], ...]
_NO_ALIASES: Mapping[str, frozenset[str]] = {}
_NO_LAYERS: Mapping[str, Layers] = {}
#: With more ways through a module than this, its star imports are all taken for possible.
_MOST_WAYS = 30


class Exports:
    """What a module's top level hands on: names to dotted names, star imports, ``__all__``.

    ``aliases`` are names that only a look at the syntax tree can tell, with the first words of what
    they are assigned (empty: not known); ``open`` says that any name may be in ``__all__``.
    ``layers`` are the star imports that came after a name was bound, in each way through the module,
    the last one first; those under ``*`` hold for all other names. ``certain`` are names that surely
    are bound, to whatever it may be.
    """

    __slots__ = ("aliases", "all", "certain", "layers", "names", "open", "stars")

    def __init__(
        self,
        names: Mapping[str, frozenset[Value]],
        stars: tuple[str, ...] = (),
        all_: frozenset[str] | None = None,
        aliases: Mapping[str, frozenset[str]] = _NO_ALIASES,
        open_: bool = False,
        layers: Mapping[str, Layers] = _NO_LAYERS,
        certain: Set[str] = frozenset(),
    ) -> None:
        self.open = open_
        self.layers = layers
        self.certain = certain
        self.aliases = aliases
        self.names = names
        self.stars = stars
        self.all = all_

    def offers(self, name: str) -> bool:
        """Whether ``from module import *`` may bind ``name``."""
        if self.open or (self.all is not None and name in self.all):
            return True
        return self.all is None and not name.startswith("_")

    def layers_over(self, name: str) -> Layers:
        """The star imports that may bind ``name``, in each way through the module."""
        ways = self.layers.get(name)
        if ways is None and name not in self.names:
            ways = self.layers.get("*")
        return ways or ()


#: Of a module that has no file, or none that can be read.
EMPTY = Exports({})


@lru_cache(maxsize=64)  # several who look for different things ask for one file
def imported_names(data: bytes, package: str) -> Sequence[tuple[str, str | None, str]]:
    """The imports in ``data`` as ``(absolute module, name or None, local name)``; ``*`` is a star import."""
    found: list[tuple[str, str | None, str]] = []
    for level, module, names in imports_of(data):
        if names is None:
            dotted, _, local = module.partition(" ")
            found.append((dotted, None, local) if local else (dotted, None, dotted.partition(".")[0]))
            continue
        source = absolute(package, level, module or None)
        if source is None:
            continue
        for name, local in names:
            found.append((source, name, "*" if name == "*" else local))
    return tuple(found)


def loose_exports(data: bytes, package: str, is_ours: Callable[[str], bool]) -> Exports:
    """All that a module of ``package`` may hand on, and maybe more: its imports and their aliases.

    It is read off the bytes without parsing them; ``is_ours`` tells whether a dotted name is one of
    the project.
    """
    names: dict[str, frozenset[str]] = {}
    stars: list[str] = []
    layers: dict[str, Layers] = {}
    for module, name, local in imported_names(data, package):
        if local == "*":
            stars.append(module)
            for over in (*names, "*"):
                layers[over] = (*layers.get(over, ()), (module,))
        else:
            dotted = imported(module, name) if name else module
            names[local] = names.get(local, frozenset()) | {dotted}
    aliases = _aliases(data, names, bool(stars), is_ours)
    return Exports(names, tuple(stars), aliases=aliases, open_=True, layers=layers)


def _aliases(
    data: bytes, names: Mapping[str, frozenset[str]], stars: bool, is_ours: Callable[[str], bool]
) -> Mapping[str, frozenset[str]]:
    """Names that an assignment at the top level may make an alias of something imported."""
    of: dict[str, set[str]] = {}
    for names_, first in assigned_names(data):
        for name in names_:
            of.setdefault(name, set()).update(first)
    if catalog.MODULE.encode() in data:
        # Functions that return what is of the module, by whatever name it is imported and assigned here.
        base = {
            name
            for name, found in names.items()
            if any(one.partition(".")[0] == catalog.MODULE for one in found)
        }
        base |= {name for name, words in of.items() if words & base}
        for name, _ in returned_words(data, base):
            of.setdefault(name, set()).add(catalog.MODULE)
    telling: dict[str, bool] = {}

    def tells(word: str) -> bool:
        known = telling.get(word)
        if known is None:
            tops = {dotted.partition(".")[0].removesuffix(":") for dotted in names.get(word, (word,))}
            known = telling[word] = (
                word in of or not tops.isdisjoint(LEADING) or any(map(is_ours, names.get(word, (word,))))
            )
        return known

    if stars:
        return {name: frozenset({""}) for name in of}
    return {name: frozenset(words) for name, words in of.items() if "" in words or any(map(tells, words))}


def exact_exports(data: bytes, package: str, sources: frozenset[str]) -> Exports:
    """What a module of ``package`` hands on, from its syntax tree; nothing if it cannot be parsed."""
    try:
        tree = parse(data)
        text = unix(decode(data).text)
    except UnreadableError:
        return EMPTY
    imports = imported_names(data, package)
    words = [local for _, _, local in imports]
    certain = certainly_bound(tree.body)
    if "*" in words:
        # Which came last, the name or the star?
        words += certain
        for statement in tree.body:
            if isinstance(statement, ast.Delete):
                words += (target.id for target in statement.targets if isinstance(target, ast.Name))
    names = ModuleNames(
        tree,
        text,
        package=package,
        sources=sources,
        attributes=sources,
        words=words,
        expand=lambda values: values,
        exports=True,
        handing={local for path, _, local in imports if path == catalog.MODULE},
    )
    module = names.flow.module
    found: dict[str, frozenset[Value]] = {}
    layers: dict[str, Layers] = {}
    for name in {*module.bound, *module.injected}:
        ways, bindings = _layers_of(module.at_end(name, deleted=False))
        if bindings or not ways:
            found[name] = frozenset(_abroad(value) for value, _ in names.resolver.values_of(bindings))
        if any(ways):
            layers[name] = ways
    all_, more = all_of(tree)
    return Exports(
        found,
        tuple(names.flow.stars),
        all_,
        open_=more,
        layers=layers,
        certain=certain,
    )


def _abroad(value: Value) -> Value:
    """What a value is to another module; no tree is kept for it."""
    return value if isinstance(value, (str, Text, Made)) else Foreign()


def _layers_of(bindings: Iterable[Binding]) -> tuple[Layers, list[Binding]]:
    """The star imports over each way to ``bindings``, and what is bound beneath them or without one."""
    ways: dict[tuple[str, ...], None] = {}
    beneath: dict[Binding, None] = {}
    pending: list[tuple[Binding, tuple[str, ...]]] = [(binding, ()) for binding in bindings]
    steps = 0
    while pending:
        binding, above = pending.pop()
        steps += 1
        if binding.kind == "star" and steps < _MOST_WAYS * 10:
            if len(ways) > _MOST_WAYS:
                ways[()] = None
                above = ()
            pending += ((before, (*above, binding.dotted)) for before in binding.before or ())
            continue
        if binding.kind != "unbound":
            beneath[binding] = None
        if above or binding.kind != "unbound":
            ways[above] = None
    return tuple(ways), [*beneath]


def all_of(tree: ast.Module) -> tuple[frozenset[str] | None, bool]:
    """The names in ``__all__`` (None: there is none), and whether it may have more than those."""
    names: set[str] = set()
    found = more = False
    for statement in tree.body:
        values: list[ast.expr] = []
        if isinstance(statement, ast.Assign) and any(map(_is_all, statement.targets)):
            values, names = [statement.value], set()
        elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)) and _is_all(statement.target):
            values = [statement.value] if statement.value is not None else []
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            if isinstance(call.func, ast.Attribute) and _is_all(call.func.value):
                appended = call.func.attr == "append"
                values = [ast.List(elts=call.args)] if appended else list(call.args)
        for value in values:
            found = True
            if not isinstance(value, (ast.List, ast.Tuple, ast.Set)):
                more = True
                continue
            for element in value.elts:
                if isinstance(element, ast.Constant):
                    names.add(str(element.value))
                else:
                    more = True
    return (frozenset(names) if found else None), more


def _is_all(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "__all__"
