"""The words of one file through which it may reach an id source of another module.

They are found in its bytes: a file without any is not looked at closely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from flake8_ssot_ids.semantics.module.syntax import absolute, imported, member
from flake8_ssot_ids.semantics.module.values import Made, Value
from flake8_ssot_ids.semantics.project.exports import imported_names
from flake8_ssot_ids.semantics.project.follow import Targets
from flake8_ssot_ids.semantics.project.modules import Home, Modules, is_module_below
from flake8_ssot_ids.uuids import catalog
from flake8_ssot_ids.uuids.prefilter import searchable, whole_word

#: So few words are sooner looked for one by one.
_FEW = 12
_NAME = re.compile(rb"[\w\x80-\xff]+")
_CHAIN = re.compile(rb"[\w\x80-\xff]+(?:[\s\\]*\.[\s\\]*\w+)*[\s\\]*\Z")
#: What stands before the name of a module in `from module import name`.
_FROM = re.compile(rb"(?:^|[\n;:])[ \t\f]*from[ \t]+[.]*\Z")
_FROM_PATH = re.compile(rb"[ \t]*from[ \t]+[\w.]+(?=[ \t]+import\b)")


#: A module that is looked up by its path, as a text.
_LOOKED_UP = re.compile(
    rb"(?:\bimport_module|\b__import__)[\s\\]*\([^()\"']*[\"'](\.*[\w.]+)[\"']"
    rb"|\bmodules[\s\\]*(?:\[|\.[\s\\]*get[\s\\]*\()[\s\\]*[\"']([\w.]+)[\"']"
)
_LOOKING_UP = (b"import_module", b"__import__", b"modules")


class Words:
    """Names that may lead to a source in one file: ``names`` as such, ``attributes`` after a dot.

    Those in ``makers`` are of functions whose call gives one, or the module that has them.
    """

    __slots__ = ("attributes", "makers", "names")

    def __init__(self) -> None:
        self.makers: set[str] = set()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.names or self.attributes)

    def add_all(self, attributes: frozenset[str]) -> None:
        """Take attributes of which it is not known what they are."""
        self.attributes |= attributes
        self.makers |= attributes


class Reach:
    """Tells which words of a file lead into ``modules`` and there, as ``targets`` knows, to an id source."""

    def __init__(self, modules: Modules, targets: Targets) -> None:
        self._modules = modules
        self._targets = targets
        #: By module and roots: its names that are id sources, and the paths that this depends on.
        self._handed: dict[tuple[str, tuple[str, ...]], tuple[frozenset[str], frozenset[str]]] = {}

    def words_for(self, path: str, data: bytes, surveyed: Sequence[bytes] | None) -> Words:
        """The names in ``data`` that imports of project modules may have led to an id source.

        ``surveyed`` are the words of a ``Survey`` of all modules,
        if there was one: without one of them a file below the roots reaches nothing.
        """
        words = Words()
        present: list[str] | None = None
        if surveyed is not None and is_module_below(path, self._modules.roots):
            present = present_words(surveyed, data)
            if not present or not _stand_alone(present, data):
                return words
        home = self._modules.home(path)
        modules: dict[str, set[str]] = {}
        found = imported_names(data, home.package)
        chains, closed = _chains_to(present or [], searchable(data) if present else data)
        # Where each way to a word begins with an import, the other imports do not matter.
        closed = closed and chains.keys() <= {local for _, _, local in found}
        for module, name, local in found:
            if present is not None and closed and not (name in present or local in chains or local == "*"):
                continue
            if not self._modules.is_ours(module, home.roots):
                continue
            if local == "*":
                self._star_words(module, home, data, words, present)
            elif name is None:
                modules.setdefault(local, set()).add(module if local != module.partition(".")[0] else local)
            else:
                for target in self._targets.of(imported(module, name), home.roots):
                    if self._is_handed_on(target, local, words):
                        words.names.add(local)
                    elif isinstance(target, str) and target != catalog.MODULE:
                        modules.setdefault(local, set()).add(target)
        for module in _looked_up(data, home.package):
            if self._modules.is_ours(module, home.roots):
                self._any_words(module, home, words, present)
        if modules and present is None:
            self._attribute_words(modules, home, data, words)
        elif modules:
            self._present_words(modules, home, words, present or [], chains, closed)
        return words

    def _is_handed_on(self, target: Value, name: str = "", words: Words | None = None) -> bool:
        """Whether this is an id source, or a function whose call gives one or the module: a maker."""
        if isinstance(target, Made):
            if words is not None:
                words.makers.add(name)
            return True
        return isinstance(target, str) and catalog.source_name(target, self._modules.sources) is not None

    def _any_words(self, module: str, home: Home, words: Words, present: list[str] | None) -> None:
        """Names of ``module`` that are id sources, wherever they stand in the file."""
        if present is None:
            words.add_all(self._handed_on(module, home.roots))
        else:
            for word in present:
                self._chain_words(module, (word,), home, words)

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
                self._any_words(module, home, words, present)
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
                    words.add_all(self._handed_on(module, home.roots))

    def _chain_words(self, module: str, names: Sequence[str], home: Home, words: Words) -> None:
        current = {module}
        for name in names:
            following: set[str] = set()
            for start in current:
                for target in self._targets.of(member(start, name), home.roots):
                    if self._is_handed_on(target, name, words):
                        words.attributes.add(name)
                    elif (
                        isinstance(target, str)
                        and target != catalog.MODULE
                        and self._modules.is_ours(target, home.roots)
                    ):
                        following.add(target)
            if not following:
                return
            current = following

    def _star_words(
        self, module: str, home: Home, data: bytes, words: Words, present: list[str] | None
    ) -> None:
        for name in sorted(self._modules.visible(module, home.roots)) if present is None else present:
            if name.encode() in data:
                for target in self._targets.of(member(module, f"*{name}"), home.roots):
                    if self._is_handed_on(target, name, words):
                        words.names.add(name)

    def _handed_on(self, module: str, roots: tuple[str, ...]) -> frozenset[str]:
        """The names of ``module`` that are id sources or makers."""
        key = (module, roots)
        known = self._handed.get(key)
        if known is None:
            known = self._handed[key] = self._modules.apart(
                lambda: frozenset(
                    name
                    for name in sorted(self._modules.visible(module, roots))
                    for target in self._targets.of(member(module, name), roots)
                    if self._is_handed_on(target)
                )
            )
        self._modules.touched |= known[1]
        return known[0]


def _looked_up(data: bytes, package: str) -> set[str]:
    """The modules that ``data`` may look up by their paths; the name of a relative one begins with a dot."""
    if not any(word in data for word in _LOOKING_UP):
        return set()
    found: set[str] = set()
    for called, subscripted in _LOOKED_UP.findall(data):
        path = _decoded(called or subscripted)
        level = len(path) - len(path.lstrip("."))
        module = absolute(package, level, path[level:] or None)
        if module is not None:
            found.add(module)
    return found


def present_words(words: Iterable[bytes], data: bytes) -> list[str]:
    """Those of the words that stand in ``data`` as whole words."""
    words = [*words]
    if not words:
        return []
    text = searchable(data, ascii_only=all(map(bytes.isascii, words)))
    if len(words) < _FEW:
        return [word.decode() for word in words if word in text and whole_word(word).search(text)]
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
