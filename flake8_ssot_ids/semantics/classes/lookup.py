"""Finds the definition that a dotted name leads to, through imports, aliases and nested classes."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from importlib.util import find_spec

from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.semantics.classes.body import UNBOUND, Body, Bound, Bounds, Reader
from flake8_ssot_ids.semantics.project.exports import all_of
from flake8_ssot_ids.semantics.project.modules import Modules
from flake8_ssot_ids.source.sourcefile import parse
from flake8_ssot_ids.system.files import read

#: A chain of imports and aliases longer than this is given up.
_LONGEST = 1000
#: So many modules may star-import each other in a chain; what lies behind is not known.
_DEEPEST = 40
#: How the file of a compiled module may end.
_COMPILED = (".so", ".pyd", ".pyc")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """A module that was read. ``all`` are the names that a star import of it binds, if that can be told."""

    module: str
    file: str
    tree: ast.Module
    body: Body
    all: Set[str] | None


class ReadModules:
    """The modules that were read so far, for all who follow names in one project.

    What a module binds depends on where imports start from only as far as its star imports do.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Table, Mapping[str, Table | None]]] = {}
        self.bodies: dict[ast.stmt, Body] = {}

    def get(self, module: str, file: str, star: Callable[[str], Table | None]) -> Table | None:
        """The module of this name in ``file``, if it was read where each star import leads to the same."""
        table, stars = self._known.get((module, file), (None, {}))
        return table if all(star(name) is found for name, found in stars.items()) else None

    def put(self, table: Table, stars: Mapping[str, Table | None]) -> None:
        """Keep a module; ``stars`` are those that it imports all of, None where one is not known in full."""
        if None not in stars.values():
            self._known[table.module, table.file] = table, stars


@dataclass(frozen=True, slots=True)
class Found:
    """A definition, or as far as a name could be followed.

    ``node`` is a definition, a value, or None for a module and for what is built in (which has no
    ``table``). ``dotted`` is its path, ``rest`` are the attributes after it that were not followed.
    """

    dotted: str
    table: Table | None = None
    node: ast.stmt | ast.expr | None = None
    rest: tuple[str, ...] = ()


#: What is to be followed, the module that it is of, the path that it is bound in, and its name there.
_Step = tuple[Bound, Table | None, str, str]


class Lookup:
    """Reads modules below the roots and the search folders, and follows names through them.

    A reason why something cannot be told is a str in the place of a :class:`Found`.
    """

    def __init__(
        self, roots: Sequence[str], search: Sequence[str] | None, known: ReadModules | None = None
    ) -> None:
        """``search`` None: wherever the running interpreter would import from; ``known`` is shared."""
        #: Where the interpreter's own finders find a top module, such as one that is installed editable.
        self._elsewhere: dict[str, tuple[str, ...]] | None = {} if search is None else None
        # Whatever is searched, the standard library is there.
        search = sys.path if search is None else search
        self.modules = Modules([*roots, *search, os.path.dirname(os.__file__)], frozenset())
        self._tables: dict[str, Table | str] = {}
        self._known = known or ReadModules()
        #: The star imports of the modules that are being read, the innermost one last.
        self._stars: list[dict[str, Table | None]] = []

    def file_of(self, module: str) -> tuple[str | None, bool]:
        """The file of a module, None if it has none that can be read, and whether it is there at all."""
        top = module.partition(".")[0]
        found = self._file_below(module, top, self.modules.roots)
        return found if found[1] else self._file_below(module, top, self._found_elsewhere(top))

    def _found_elsewhere(self, top: str) -> tuple[str, ...]:
        if self._elsewhere is None:
            return ()
        folders = self._elsewhere.get(top)
        if folders is None:
            try:
                spec = find_spec(top)  # which imports nothing: the module is no part of a package
            except (ImportError, ValueError):
                spec = None
            places = (
                [] if spec is None else [*(spec.submodule_search_locations or filter(None, [spec.origin]))]
            )
            folders = self._elsewhere[top] = tuple(
                os.path.dirname(place) for place in places if os.path.basename(place) in (top, f"{top}.py")
            )
        return folders

    def _file_below(self, module: str, top: str, roots: Sequence[str]) -> tuple[str | None, bool]:
        found: tuple[str | None, bool] = (None, False)
        for root in roots:
            here = self.modules.locate(f"{module}:", (root,), False)
            if here is None:
                continue
            whole = not here[1]
            head = self.modules.locate(f"{top}:", (root,), False)
            if head is not None and head[0] is not None:
                return here[0] if whole else None, whole
            # A folder without __init__ is only a part of its package.
            if whole and not found[1]:
                found = here[0], True
        return found

    def table(self, module: str) -> Table | str:
        """The module, or the reason why it cannot be read."""
        known = self._tables.get(module)
        if known is None:
            # A module that star-imports itself in a circle finds what is not bound yet.
            self._tables[module] = f"module `{module}` imports itself"
            known = self._tables[module] = self._read(module)
        if isinstance(known, Table):
            self.modules.touched.add(known.file)
        return known

    def _read(self, module: str) -> Table | str:
        file, there = self.file_of(module)
        if file is None:
            if there:
                return f"module `{module}` is a folder without code"
            return self._missing(module)
        self.modules.touched.add(file)
        self._stars.append({})
        try:
            return self._known.get(module, file, self._all_of) or self._table_of(module, file)
        finally:
            self._stars.pop()

    def _table_of(self, module: str, file: str) -> Table | str:
        try:
            tree = parse(read(file))
        except UnreadableError as error:
            return f"module `{module}` does not parse: {error.reason} (line {error.row})"
        except (OSError, ValueError) as error:
            return f"module `{module}` cannot be read: {error}"
        is_package = os.path.basename(file) == "__init__.py"
        package = module if is_package else module.rpartition(".")[0]
        body = Reader(package, self._star).read(tree.body)
        names, more = all_of(tree)
        if names is None:
            names = frozenset(name for name in body.names if not name.startswith("_"))
            more = body.open
        table = Table(module, file, tree, body, None if more else names)
        self._known.put(table, self._stars[-1])
        return table

    def _missing(self, module: str) -> str:
        top, _, rest = module.partition(".")
        if module in sys.builtin_module_names:
            return f"module `{module}` is built in"
        parent, name = (module.rpartition(".")[::2]) if rest else ("", top)
        folders = self.modules.roots
        if parent:
            file, _ = self.file_of(parent)
            folders = (os.path.dirname(file),) if file else ()
        for folder in folders:
            if any(
                entry.startswith(f"{name}.") and entry.endswith(_COMPILED)
                for entry in self.modules.listing(folder)
            ):
                return f"module `{module}` is compiled"
        return f"no module named `{module}`"

    def _star(self, module: str) -> Set[str] | None:
        found = self._stars[-1][module] = None if len(self._stars) > _DEEPEST else self._all_of(module)
        return found.all if found is not None else None

    def _all_of(self, module: str) -> Table | None:
        table = self.table(module)
        return table if isinstance(table, Table) else None

    def body_of(self, found: Found) -> Body:
        """The body of a class; what is known of the definitions in it, the module's body knows then too."""
        assert isinstance(found.node, ast.ClassDef)
        assert found.table is not None
        body = self._known.bodies.get(found.node)
        if body is None:
            reader = Reader("", lambda _: None, found.table.body.names)
            body = self._known.bodies[found.node] = reader.read(found.node.body)
            of_module = found.table.body
            of_module.bases.update(body.bases)
            of_module.decorators.update(body.decorators)
            of_module.metaclass.update(body.metaclass)
            of_module.calls.update(body.calls)
        return body

    def find(self, dotted: str) -> list[Found | str]:
        """What a dotted name may stand for; the module that it begins with is the longest possible one."""
        parts = dotted.split(".")
        if not all(map(str.isidentifier, parts)):
            return [f"`{dotted}` is no dotted name"]
        if not self.file_of(parts[0])[1]:
            return [self._missing(parts[0])]
        reasons: list[Found | str] = []
        for at in range(len(parts), 0, -1):
            module = ".".join(parts[:at])
            if self.file_of(module)[1]:
                found = self.follow((Bound(None, module, tuple(parts[at:])),))
                if any(isinstance(one, Found) and (one.node or not parts[at:]) for one in found):
                    if at == len(parts) and at > 1 and isinstance(self._attribute(parts), Found):
                        continue  # the package binds the name of its submodule to something else
                    return found
                reasons = reasons or found
        return reasons

    def _attribute(self, parts: list[str]) -> Found | str | None:
        """What the package itself binds the last part to, if that is a definition."""
        table = self.table(".".join(parts[:-1]))
        if isinstance(table, str) or parts[-1] not in table.body.names:
            return None
        for found in self.follow((Bound(None, table.module, (parts[-1],)),)):
            if isinstance(found, Found) and isinstance(found.node, ast.stmt):
                return found
        return None

    def follow(self, bounds: Bounds, table: Table | None = None, within: str = "") -> list[Found | str]:
        """What these may stand for, each once, in their order; ``table`` is the module that they are of.

        ``within`` is the path of what they are bound in, by default that of the module.
        """
        results: dict[Found | str, None] = {}
        seen: set[_Step] = set()
        within = within or (table.module if table else "")
        pending: list[_Step] = [(bound, table, within, "") for bound in reversed(bounds) if bound != UNBOUND]
        while pending:
            item = pending.pop()
            if item in seen:
                continue
            seen.add(item)
            if len(seen) > _LONGEST:
                results["a chain of imports without an end"] = None
                break
            bound, table, within, name = item
            if bound.module:
                pending += reversed(list(self._imported(bound, results)))
            elif isinstance(bound.node, ast.ClassDef) and bound.names:
                assert table is not None
                inner = Found(f"{within}.{bound.node.name}", table, bound.node)
                members = self.body_of(inner).names.get(bound.names[0], ())
                leads = [
                    Bound(member.node, member.module, member.names + bound.names[1:])
                    for member in members
                    if member.module or isinstance(member.node, ast.ClassDef)
                ]
                if leads:
                    pending += [(member, table, inner.dotted, bound.names[0]) for member in reversed(leads)]
                else:
                    results[Found(inner.dotted, table, bound.node, bound.names)] = None
            else:
                node = bound.node
                if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                    name = node.name
                results[Found(f"{within}.{name}" if name else within, table, node, bound.names)] = None
        return list(results) or ["a chain of imports without an end"]

    def _imported(self, bound: Bound, results: dict[Found | str, None]) -> Iterator[_Step]:
        """The next steps from a module and names in it; where there are none, the result."""
        if bound.module == "builtins":
            dotted = ".".join(("builtins", *bound.names[:1]))
            results[Found(dotted, rest=bound.names[1:])] = None
            return
        table = self.table(bound.module)
        if not bound.names:
            there = isinstance(table, Table) or self.file_of(bound.module)[1]
            results[Found(bound.module) if there else str(table)] = None
            return
        name, after = bound.names[0], bound.names[1:]
        inside = table.body.names.get(name, (UNBOUND,)) if isinstance(table, Table) else (UNBOUND,)
        for one in inside:
            if one != UNBOUND:
                assert isinstance(table, Table)
                yield Bound(one.node, one.module, one.names + after), table, table.module, name
        if UNBOUND in inside:
            submodule = f"{bound.module}.{name}"
            if self.file_of(submodule)[1]:
                yield Bound(None, submodule, after), None, "", ""
            elif isinstance(table, str):
                results[table] = None
            elif table.body.open:
                results[f"module `{bound.module}` may have names that its source does not show"] = None
            elif len(inside) == 1:
                results[f"module `{bound.module}` has no `{name}`"] = None
