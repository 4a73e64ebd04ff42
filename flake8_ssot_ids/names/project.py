"""The project's own modules: where they lie, what they hand on, and what a dotted name stands for.

Modules are read only when a name leads to them. What is read, and what is looked for in vain,
is recorded in :attr:`Project.touched`, so that a cached result knows what it depends on.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from flake8_ssot_ids import catalog
from flake8_ssot_ids.files import read
from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.names.assignments import LEADING, THROUGH, assigned_names
from flake8_ssot_ids.names.imports import imports_of
from flake8_ssot_ids.names.module import ModuleNames
from flake8_ssot_ids.names.resolver import DIRECT, REEXPORTED, Values
from flake8_ssot_ids.names.scopes import Binding
from flake8_ssot_ids.names.syntax import absolute, certainly_bound, imported, member
from flake8_ssot_ids.prefilter import searchable
from flake8_ssot_ids.source import decode, parse

#: A chain of re-exports longer than this is given up, and so is a name with more parts.
_LONGEST = 1000
_MOST_PARTS = 50
#: So many questions about aliases within one another are answered with a look at the tree.
_DEEPEST = 40
#: So few words are sooner looked for one by one.
_FEW = 12
_NAME = re.compile(rb"[\w\x80-\xff]+")
_CHAIN = re.compile(rb"[\w\x80-\xff]+(?:[\s\\]*\.[\s\\]*\w+)*[\s\\]*\Z")
#: What stands before the name of a module in `from module import name`.
_FROM = re.compile(rb"(?:^|[\n;:])[ \t\f]*from[ \t]+[.]*\Z")
_FROM_PATH = re.compile(rb"[ \t]*from[ \t]+[\w.]+(?=[ \t]+import\b)")
_NO_ALIASES: Mapping[str, frozenset[str]] = {}
Layers = tuple[tuple[str, ...], ...]
_NO_LAYERS: Mapping[str, Layers] = {}
#: With more ways through a module than this, its star imports are all taken for possible.
_MOST_WAYS = 30


class Exports:
    """What a module's top level hands on: names to dotted names, star imports, ``__all__``.

    ``aliases`` are names that only a look at the syntax tree can tell, with the first words of what
    they are assigned (empty: not known); ``open`` says that any name
    may be in ``__all__``. ``layers`` are the star imports that came after a name was bound, in each
    way through the module, the last one first; those under ``*`` hold for all other names.
    ``certain`` are names that surely are bound, to whatever it may be.
    """

    __slots__ = ("aliases", "all", "certain", "layers", "names", "open", "stars")

    def __init__(
        self,
        names: Mapping[str, frozenset[str]],
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


_EMPTY = Exports({})


class Home:
    """Where a file stands: the folder its absolute imports start from, its package, its roots."""

    __slots__ = ("package", "roots")

    def __init__(self, package: str, roots: tuple[str, ...]) -> None:
        self.package = package
        self.roots = roots


class Words:
    """Names that may lead to a source in one file: ``names`` as such, ``attributes`` after a dot."""

    __slots__ = ("attributes", "names")

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.names or self.attributes)


class Project:
    """Resolves dotted names through the modules below the ``src`` roots.

    Args:
        roots: absolute folders, as the policy's ``src`` lists them.
        sources: attribute names of the module ``uuid`` that count.
    """

    def __init__(self, roots: Iterable[str], sources: frozenset[str]) -> None:
        self.roots = tuple(dict.fromkeys(os.path.abspath(root) for root in roots))
        self.sources = sources
        #: Words of a :class:`~flake8_ssot_ids.names.survey.Survey`: a file without them needs no look.
        self.surveyed: tuple[bytes, ...] | None = None
        #: Paths that an answer depended on since the last :meth:`start`.
        self.touched: set[str] = set()
        self._listings: dict[str, Mapping[str, bool]] = {}
        self._loose: dict[str, Exports] = {}
        self._exact: dict[str, Exports] = {}
        self._homes: dict[str, Home] = {}
        self._asking: set[tuple[str, str]] = set()
        self._handed: dict[tuple[str, tuple[str, ...]], tuple[frozenset[str], frozenset[str]]] = {}
        self._expanded: dict[tuple[str, tuple[str, ...], bool], tuple[frozenset[str], frozenset[str]]] = {}

    def start(self) -> None:
        """Forget what was touched: the answers that follow belong to another file."""
        self.touched = set()

    # -- the file system ---------------------------------------------------------------------

    def _listing(self, folder: str) -> Mapping[str, bool]:
        """The names in ``folder``, with whether each is a folder; empty where it cannot be read."""
        listing = self._listings.get(folder)
        if listing is None:
            try:
                with os.scandir(folder) as entries:
                    listing = {entry.name: entry.is_dir() for entry in entries}
            except OSError:
                listing = {}
            self._listings[folder] = listing
        self.touched.add(folder)
        return listing

    def _child(self, folder: str, name: str) -> tuple[str | None, str | None]:
        """``(file, folder)`` of the module ``name`` in ``folder``; a namespace package has no file."""
        listing = self._listing(folder)
        if listing.get(name):
            package = os.path.join(folder, name)
            if self._listing(package).get("__init__.py") is False:
                return os.path.join(package, "__init__.py"), package
            if f"{name}.py" not in listing:
                return None, package
        if listing.get(f"{name}.py") is False:
            return os.path.join(folder, f"{name}.py"), None
        return None, None

    def home(self, path: str) -> Home:
        """Where the file ``path`` stands: below the deepest root, else below its topmost package."""
        folder = os.path.dirname(os.path.abspath(path))
        known = self._homes.get(folder)
        if known is None:
            top = folder
            while "__init__.py" in self._listing(top) and os.path.dirname(top) != top:
                top = os.path.dirname(top)
            inside = [
                root
                for root in self.roots
                if folder == root or folder.startswith(root.rstrip(os.sep) + os.sep)
            ]
            root = max(inside, key=len, default=top)
            if len(root) > len(top):
                top = root
            roots = tuple(dict.fromkeys((root, *self.roots, top)))
            relative = os.path.relpath(folder, root)
            package = "" if relative == "." else relative.replace(os.sep, ".")
            known = self._homes[folder] = Home(package, roots)
        return known

    # -- what a module hands on ----------------------------------------------------------------

    def _exports(self, path: str, exact: bool) -> Exports:
        """What the module at ``path`` hands on: exactly, or with names that it may not hand on."""
        known = self._exact.get(path) or (None if exact else self._loose.get(path))
        self.touched.add(path)
        if known is not None:
            return known
        try:
            data = read(path)
        except OSError:
            return _EMPTY
        if exact:
            exports = self._exact[path] = self._parsed(path, data)
        else:
            exports = self._loose[path] = self._imported(path, data)
        return exports

    def _imported(self, path: str, data: bytes) -> Exports:
        """The names that a module imports, and those that an assignment may make an alias of one."""
        package = self.home(path).package
        names: dict[str, frozenset[str]] = {}
        stars: list[str] = []
        layers: dict[str, Layers] = {}
        for module, name, local in _flat(imports_of(data), package):
            if local == "*":
                stars.append(module)
                for over in (*names, "*"):
                    layers[over] = (*layers.get(over, ()), (module,))
            else:
                dotted = imported(module, name) if name else module
                names[local] = names.get(local, frozenset()) | {dotted}
        aliases = self._aliases(path, data, names, bool(stars))
        return Exports(names, tuple(stars), aliases=aliases, open_=True, layers=layers)

    def _aliases(
        self, path: str, data: bytes, names: Mapping[str, frozenset[str]], stars: bool
    ) -> Mapping[str, frozenset[str]]:
        """Names that an assignment at the top level may make an alias of something imported."""
        roots = self.home(path).roots
        of: dict[str, set[str]] = {}
        for names_, first in assigned_names(data):
            for name in names_:
                of.setdefault(name, set()).update(first)
        telling: dict[str, bool] = {}

        def tells(word: str) -> bool:
            known = telling.get(word)
            if known is None:
                tops = {dotted.partition(".")[0].removesuffix(":") for dotted in names.get(word, (word,))}
                known = telling[word] = (
                    word in of
                    or not tops.isdisjoint(LEADING)
                    or any(self._is_ours(dotted, roots) for dotted in names.get(word, (word,)))
                )
            return known

        if stars:
            return {name: frozenset({""}) for name in of}
        return {name: frozenset(words) for name, words in of.items() if "" in words or any(map(tells, words))}

    def _parsed(self, path: str, data: bytes) -> Exports:
        """The exports of a module, from its syntax tree."""
        try:
            tree = parse(data)
            text = decode(data).text
        except UnreadableError:
            return _EMPTY
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        home = self.home(path)
        words = [local for _, _, local in _flat(imports_of(data), home.package)]
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
            package=home.package,
            sources=self.sources,
            attributes=self.sources,
            words=words,
            expand=lambda values: values,
            exports=True,
        )
        module = names.flow.module
        found: dict[str, frozenset[str]] = {}
        layers: dict[str, Layers] = {}
        for name in {*module.bound, *module.injected}:
            ways, bindings = _layers_of(module.at_end(name, deleted=False))
            if bindings or not ways:
                found[name] = frozenset(value for value, _ in names.resolver.values_of(bindings))
            if any(ways):
                layers[name] = ways
        all_, more = _all_of(tree)
        return Exports(
            found,
            tuple(names.flow.stars),
            all_,
            open_=more,
            layers=layers,
            certain=certain,
        )

    # -- dotted names -----------------------------------------------------------------------------

    def expand(self, values: Values, home: Home) -> Values:
        """Replace each dotted name of the project by what it stands for."""
        found = set()
        for dotted, via in values:
            if not self._is_ours(dotted, home.roots):
                found.add((dotted.replace(":", "") if ":" in dotted else dotted, via))
                continue
            if ".**" in dotted:
                if not self._binds(dotted, home.roots, {}):
                    found.add((dotted, via))
                continue
            for target in self._target(dotted, home.roots, onward=True):
                found.add((target, via if target == dotted.removeprefix(".") else REEXPORTED))
        return frozenset(found)

    def _is_ours(self, dotted: str, roots: tuple[str, ...]) -> bool:
        if dotted.startswith("."):
            return True
        top = dotted.partition(".")[0].removesuffix(":")
        for root in self._searched(top, roots):
            listing = self._listing(root)
            if top in listing or f"{top}.py" in listing:
                return any(self._child(root, top))
        return False

    def _searched(self, top: str, roots: tuple[str, ...]) -> tuple[str, ...]:
        """The folders to look for the module ``top`` in.

        In a folder of a package without ``__init__`` the standard library goes before its files.
        """
        if len(roots) > 1 and roots[-1] not in self.roots and top in sys.stdlib_module_names:
            return roots[:-1]
        return roots

    def _target(self, dotted: str, roots: tuple[str, ...], onward: bool = False) -> frozenset[str]:
        """What ``dotted`` stands for; only what an exact look confirms is an id source or its module.

        The first look finds all that the exact one does and maybe more, whatever was asked before, so
        that the answer is that of the exact one, which depends on nothing but the files. That goes also
        for what leads ``onward`` to a source.
        """
        loose = self._resolved(dotted, roots, exact=False)
        plain = dotted.removeprefix(".").replace(":", "")
        for target in loose:
            top = target.partition(".")[0]
            if top == catalog.MODULE or (
                onward
                and (
                    top in LEADING
                    or target.endswith(":")
                    or (target.replace(":", "") != plain and self._is_module(target, roots))
                )
            ):
                return self._resolved(dotted, roots, exact=True)
        return loose

    def _resolved(self, dotted: str, roots: tuple[str, ...], *, exact: bool) -> frozenset[str]:
        key = (dotted, roots, exact)
        known = self._expanded.get(key)
        if known is None:
            outer, self.touched = self.touched, set()
            result = frozenset(self._follow(dotted, roots, exact))
            known = self._expanded[key] = (result, frozenset(self.touched))
            self.touched = outer
        self.touched |= known[1]
        return known[0]

    def _follow(self, dotted: str, roots: tuple[str, ...], exact: bool) -> Iterator[str]:
        """Follow imports from module to module; cycles end, and so do very long chains."""
        seen: set[tuple[str, tuple[str, ...]]] = set()
        pending = [(dotted, roots)]
        while pending and len(seen) < _LONGEST:
            item = pending.pop()
            if item in seen:
                continue
            seen.add(item)
            dotted, roots = item
            relative = dotted.startswith(".")
            dotted = dotted.removeprefix(".")
            if dotted.count(".") > _MOST_PARTS:
                # An alias in a cycle that takes an attribute of itself.
                continue
            here = self._locate(dotted, roots, exact)
            if here is None:
                if not relative:
                    yield dotted.replace(":", "")
                continue
            file, rest, submodule = here
            if not rest:
                yield dotted
                continue
            name, after = rest[0], rest[1:]
            if submodule and not exact:
                pending.append((f"{submodule}:" + "".join(f".{part}" for part in after), roots))
            exports = self._exports(file, exact) if file else _EMPTY
            star = name.startswith("*")
            name = name.removeprefix("*")
            inner = self.home(file).roots if file else roots
            if star and not exports.offers(name):
                yield dotted
                continue
            if file and name in exports.aliases and self._may_be_alias(file, name, exports, inner):
                exports = self._exports(file, True)
            targets = exports.names.get(name)
            ways = exports.layers_over(name)
            beneath = not ways
            for way in ways:
                for source in way:
                    pending.append((".".join((member(source, f"*{name}"), *after)), inner))
                    if exact and self._binds(member(source, f"**{name}"), inner, {}):
                        break
                else:
                    beneath = True
            if targets is not None and beneath:
                pending += ((".".join((target, *after)), inner) for target in sorted(targets))
            elif star and not ways and name not in exports.certain:
                yield dotted

    def _binds(self, dotted: str, roots: tuple[str, ...], asked: dict[str, bool]) -> bool:
        """Whether a star import surely binds the name ``dotted``, such as ``package.module.**name``."""
        here = self._locate(dotted.removeprefix("."), roots, True)
        if here is None or here[0] is None or len(here[1]) != 1 or len(asked) > _DEEPEST:
            return False
        file, name = here[0], here[1][0].removeprefix("**")
        if file not in asked:
            asked[file] = False
            exports = self._exports(file, True)
            inner = self.home(file).roots
            if exports.all is None or name in exports.all:
                asked[file] = (exports.all is not None or not name.startswith("_")) and (
                    name in exports.certain
                    or (
                        any(exports.layers_over(name))
                        and all(
                            any(self._binds(member(source, f"**{name}"), inner, asked) for source in way)
                            for way in exports.layers_over(name)
                        )
                    )
                )
        return asked[file]

    def _may_be_alias(self, file: str, name: str, exports: Exports, roots: tuple[str, ...]) -> bool:
        """Whether an assignment to ``name`` in ``file`` may hand on an id source; when in doubt, yes."""
        key = (file, name)
        if key in self._asking or len(self._asking) > _DEEPEST:
            return True
        self._asking.add(key)
        try:
            for word in exports.aliases[name]:
                if not word or word in exports.aliases or word in THROUGH:
                    return True
                for dotted in exports.names.get(word, (word,)):
                    for target in self._target(dotted, roots):
                        if target.partition(".")[0] in LEADING or self._is_module(target, roots):
                            return True
        finally:
            self._asking.discard(key)
        return False

    def _is_module(self, dotted: str, roots: tuple[str, ...]) -> bool:
        here = self._locate(dotted, roots, False) if self._is_ours(dotted, roots) else None
        return here is not None and not here[1]

    def _locate(
        self, dotted: str, roots: tuple[str, ...], exact: bool
    ) -> tuple[str | None, tuple[str, ...], str] | None:
        """The file of the module that ``dotted`` begins with (None: it has none), and the names after it.

        Third, the submodule that the first of these names would be if the package did not bind it.
        None: it is not of this project.
        """
        parts = dotted.split(".")
        #: So many parts surely are the path of a module.
        path = 1
        if ":" in dotted or "*" in dotted:
            path = next(
                at + part.endswith(":")
                for at, part in enumerate(parts)
                if part.endswith(":") or part.startswith("*")
            )
            parts = dotted.replace(":", "").split(".")
        for root in self._searched(parts[0], roots):
            file, folder = self._child(root, parts[0])
            if file is None and folder is None:
                continue
            used = 1
            while folder is not None and used < len(parts):
                # A name that the package itself binds goes before a submodule of that name.
                if file is not None and used >= path:
                    imported_from = exact and used == path and ":" in dotted
                    if self._binds_other(file, parts[: used + 1], exact, imported_from):
                        hidden = any(self._child(folder, parts[used]))
                        return file, tuple(parts[used:]), ".".join(parts[: used + 1]) if hidden else ""
                inner_file, inner_folder = self._child(folder, parts[used])
                if inner_file is None and inner_folder is None:
                    break
                file, folder, used = inner_file, inner_folder, used + 1
            return file, tuple(parts[used:]), ""
        return None

    def _binds_other(self, file: str, parts: list[str], exact: bool, imported_from: bool) -> bool:
        """Whether the package ``file`` binds its name ``parts[-1]`` to something else than the submodule.

        What is no import counts only for ``from package import name``: ``import package.name`` binds
        the name once more, to the submodule.
        """
        name = parts[-1]
        exports = self._exports(file, False)
        if exact and (imported_from or name in exports.aliases or name in exports.names):
            exports = self._exports(file, True)
        bound = exports.names.get(name)
        if bound is None:
            return imported_from and name in exports.certain
        return {target.removeprefix(".").replace(":", "") for target in bound} != {".".join(parts)}

    # -- what a file may reach -----------------------------------------------------------------

    def words_for(self, path: str, data: bytes) -> Words:
        """The names in ``data`` that imports of project modules may have led to an id source."""
        words = Words()
        present: list[str] | None = None
        if self.surveyed is not None and is_below(path, self.roots):
            present = present_words(self.surveyed, data)
            if not present or not _stand_alone(present, data):
                return words
        home = self.home(path)
        modules: dict[str, set[str]] = {}
        found = _flat(imports_of(data), home.package)
        chains, closed = _chains_to(present or [], searchable(data) if present else data)
        # Where each way to a word begins with an import, the other imports do not matter.
        closed = closed and chains.keys() <= {local for _, _, local in found}
        for module, name, local in found:
            if present is not None and closed and not (name in present or local in chains or local == "*"):
                continue
            if not self._is_ours(module, home.roots):
                continue
            if local == "*":
                self._star_words(module, home, data, words, present)
            elif name is None:
                modules.setdefault(local, set()).add(module if local != module.partition(".")[0] else local)
            else:
                for target in self._target(imported(module, name), home.roots):
                    if catalog.source_name(target, self.sources):
                        words.names.add(local)
                    elif target != catalog.MODULE:
                        modules.setdefault(local, set()).add(target)
        if modules and present is None:
            self._attribute_words(modules, home, data, words)
        elif modules:
            self._present_words(modules, home, words, present or [], chains, closed)
        return words

    def _present_words(
        self,
        modules: dict[str, set[str]],
        home: Home,
        words: Words,
        present: list[str],
        chains: Mapping[str, set[tuple[str, ...]]],
        closed: bool,
    ) -> None:
        """As :meth:`_attribute_words`, where only the words ``present`` come into question."""
        if not closed:
            # Some word is reached in a way that only the analysis can follow.
            for module in set().union(*modules.values()):
                for word in present:
                    self._chain_words(module, (word,), home, words)
        for local in chains.keys() & modules.keys():
            for names in chains[local]:
                for module in modules[local]:
                    self._chain_words(module, names, home, words)

    def _attribute_words(self, modules: dict[str, set[str]], home: Home, data: bytes, words: Words) -> None:
        """Names after a dot that are id sources, where the name before it is one of ``modules``."""
        locals_ = b"|".join(sorted((re.escape(name.encode()) for name in modules), reverse=True))
        chains = set(re.findall(rb"(?<![\w.])(" + locals_ + rb")\b((?:[\s\\]*\.[\s\\]*\w+)*)", data))
        for local, chain in chains:
            names = [part.strip(b" \t\r\n\f\\").decode() for part in chain.split(b".")[1:]]
            for module in modules[local.decode()]:
                if names:
                    self._chain_words(module, names, home, words)
                else:
                    # The module itself is handed on: any of its names may be reached through it.
                    words.attributes |= self._handed_on(module, home.roots)

    def _chain_words(self, module: str, names: Sequence[str], home: Home, words: Words) -> None:
        current = {module}
        for name in names:
            following: set[str] = set()
            for start in current:
                for target in self._target(member(start, name), home.roots):
                    if catalog.source_name(target, self.sources):
                        words.attributes.add(name)
                    elif target != catalog.MODULE and self._is_ours(target, home.roots):
                        following.add(target)
            if not following:
                return
            current = following

    def _star_words(
        self, module: str, home: Home, data: bytes, words: Words, present: list[str] | None
    ) -> None:
        for name in self._visible(module, home.roots) if present is None else present:
            if name.encode() in data:
                for target in self._target(member(module, f"*{name}"), home.roots):
                    if catalog.source_name(target, self.sources):
                        words.names.add(name)

    def _handed_on(self, module: str, roots: tuple[str, ...]) -> frozenset[str]:
        """The names of ``module`` that are id sources."""
        key = (module, roots)
        known = self._handed.get(key)
        if known is None:
            outer, self.touched = self.touched, set()
            found = frozenset(
                name
                for name in self._visible(module, roots)
                for target in self._target(member(module, name), roots)
                if catalog.source_name(target, self.sources)
            )
            known = self._handed[key] = found, frozenset(self.touched)
            self.touched = outer
        self.touched |= known[1]
        return known[0]

    def _visible(self, module: str, roots: tuple[str, ...]) -> list[str]:
        """The names that ``module`` and its star imports hand on."""
        found: set[str] = set()
        seen: set[str] = set()
        pending = [module]
        while pending:
            module = pending.pop()
            here = self._locate(module.removeprefix("."), roots, False)
            if module in seen or here is None or here[1] or here[0] is None:
                continue
            seen.add(module)
            exports = self._exports(here[0], False)
            found.update(exports.names, exports.aliases)
            pending += exports.stars
        return sorted(found)


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


def present_words(words: Iterable[bytes], data: bytes) -> list[str]:
    """Those of the words that stand in ``data`` as whole words."""
    words = [*words]
    if not words:
        return []
    text = searchable(data, ascii_only=all(map(bytes.isascii, words)))
    if len(words) < _FEW and not any(word in text for word in words):
        return []
    there = set(_NAME.findall(text))
    return [word.decode() for word in words if word in there]


def _stand_alone(present: Sequence[str], data: bytes) -> bool:
    """Whether one of the words is anywhere else than in the path of `from path import name`."""
    if not all(map(str.isascii, present)):
        return True
    text = searchable(data)
    for word in present:
        for match in re.finditer(re.escape(word.encode()), text):
            path = _FROM_PATH.match(text, text.rfind(b"\n", 0, match.start()) + 1)
            if path is None or path.end() < match.end():
                return True
    return False


def _chains_to(present: list[str], data: bytes) -> tuple[dict[str, set[tuple[str, ...]]], bool]:
    """The chains of attributes in ``data`` that lead to one of the words: first name -> the others.

    Also whether these are all ways to them: a word in quotes may be looked up by ``getattr``.
    """
    if not present:
        return {}, True
    words = b"|".join(re.escape(word.encode()) for word in present)
    chains: dict[str, set[tuple[str, ...]]] = {}
    for match in re.finditer(rb"\.[\s\\]*(" + words + rb")\b", data):
        chain = _CHAIN.search(data, max(0, match.start() - 200), match.start())
        if chain is None:
            if _FROM.search(data, max(0, match.start() - 200), match.start()):
                continue
            return chains, False
        if _FROM.search(data, max(0, chain.start() - 200), chain.start()):
            continue  # `from package.word import name`: the module is looked up by its import
        first, *inner = (_decoded(word) for word in _NAME.findall(chain[0]))
        chains.setdefault(first, set()).add((*inner, _decoded(match[1])))
    return chains, re.search(rb"[\"'](?:" + words + rb")[\"']", data) is None


def _decoded(word: bytes) -> str:
    return word.decode("utf-8", "replace")


def is_below(path: str, roots: Iterable[str]) -> bool:
    """Whether the absolute ``path`` is a module below one of the folders, in packages or beside them."""
    for root in roots:
        prefix = root.rstrip(os.sep) + os.sep
        if path.startswith(prefix):
            return all(map(str.isidentifier, path[len(prefix) :].split(os.sep)[:-1]))
    return False


def _flat(
    imports: Iterable[tuple[int, str, tuple[tuple[str, str], ...] | None]], package: str
) -> list[tuple[str, str | None, str]]:
    """Imports as ``(absolute module, name or None, local name)``."""
    found: list[tuple[str, str | None, str]] = []
    for level, module, names in imports:
        if names is None:
            dotted, _, local = module.partition(" ")
            found.append((dotted, None, local) if local else (dotted, None, dotted.partition(".")[0]))
            continue
        source = absolute(package, level, module or None)
        if source is None:
            continue
        for name, local in names:
            found.append((source, name, "*" if name == "*" else local))
    return found


def _all_of(tree: ast.Module) -> tuple[frozenset[str] | None, bool]:
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


__all__ = ["DIRECT", "Exports", "Home", "Project", "Words"]
