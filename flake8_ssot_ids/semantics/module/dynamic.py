"""Values reached by way of text: ``getattr``, ``import_module``, ``sys.modules``, ``vars`` and their like."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

from flake8_ssot_ids.semantics.module.bindings import Flow
from flake8_ssot_ids.semantics.module.scopes import Binding
from flake8_ssot_ids.semantics.module.syntax import TEXTS, absolute, last_name, may_be_text
from flake8_ssot_ids.semantics.module.values import (
    DIRECT,
    DYNAMIC,
    NOTHING,
    OwnNames,
    Reached,
    Text,
    Values,
)

#: The attributes of this mapping stand for the attributes of the thing before it.
NAMESPACE = ".__dict__"

_IMPORTERS = frozenset({"builtins.__import__", "importlib.import_module", "importlib.__import__"})
_GETTERS = frozenset({"builtins.getattr", "builtins.object.__getattribute__", "inspect.getattr_static"})
_GETTER_NAMES = frozenset({"getattr", "__getattribute__", "getattr_static"})
_HANDING_THROUGH = frozenset({"functools.partial", "builtins.staticmethod"})
#: A text of more pieces than this is not put together, and so many are not tried.
_MOST_PIECES = 8
_NAME_PART = re.compile(r"[\w.]{1,100}")
#: Names that stand for the package of a module, the second in its `__init__`.
_THIS_PACKAGE = ("__package__", "__name__")
_LOOKUPS = frozenset({"get", "__getitem__", "pop", "setdefault"})

_MAPPINGS = ("modules", "vars", "__dict__", "globals")
_MAPPING = re.compile(r"\b(?:modules|vars|__dict__|globals)\b")
_WORD = re.compile(r"\w+")

#: Replaces each dotted name of the project by what it stands for; others stay as they are.
Expand = Callable[[Values], Values]


class Dynamic:
    """Which ways of dynamic access a text can hold at all; the rest is not worth a look.

    ``mappings`` are the words on rows that speak of a mapping of modules or of their names: what
    is subscripted has one of them in it.
    """

    __slots__ = ("imports", "mappings")

    def __init__(self, text: str) -> None:
        """Search ``text`` for the words without which there is no such access."""
        self.imports = "import_module" in text or "__import__" in text
        self.mappings: set[str] = set()
        # Plain searches, as a pattern that begins with no certain letter is slow.
        for word in _MAPPINGS:
            at = text.find(word)
            while at >= 0:
                start = text.rfind("\n", 0, at) + 1
                end = text.find("\n", at) % (len(text) + 1)
                if _MAPPING.search(text, start, end):
                    self.mappings.update(_WORD.findall(text, start, end))
                at = text.find(word, end)

    def is_mapping(self, node: ast.expr) -> bool:
        """Whether ``node`` may be a mapping from names to modules or to what is in one."""
        if isinstance(node, ast.Call):
            node = node.func
        if isinstance(node, ast.Attribute):
            return node.attr in self.mappings
        return node.id in self.mappings if isinstance(node, ast.Name) else bool(self.mappings)


class DynamicAccess:
    """The part of a resolver that follows text; the other part follows names."""

    wanted: set[str]
    _dynamic: Dynamic
    _flow: Flow
    _expand: Expand

    def resolve(self, node: ast.expr) -> Values:
        """All values that ``node`` may have."""
        raise NotImplementedError

    def _values(self, bindings: Iterable[Binding]) -> tuple[set[Reached], bool]:
        raise NotImplementedError

    def _text(self, node: ast.expr) -> Values:
        """The texts that a literal, or what is put together from such, may be."""
        pieces: list[ast.expr] = []
        pending = [node]
        while pending and len(pieces) < _MOST_PIECES:
            part = pending.pop()
            if isinstance(part, ast.BinOp):
                pending += (part.right, part.left)
            elif isinstance(part, ast.JoinedStr):
                pending += reversed(part.values)
            elif isinstance(part, ast.FormattedValue):
                if part.conversion != -1 or part.format_spec is not None:
                    return NOTHING
                pending.append(part.value)
            else:
                pieces.append(part)
        texts = {""}
        for piece in pieces if not pending else ():
            texts = {text + more for text in texts for more in self._texts(piece)}
            if len(texts) > _MOST_PIECES:
                return NOTHING
        return frozenset((Text(text), DIRECT) for text in texts) if not pending else NOTHING

    def _texts(self, node: ast.expr) -> set[str]:
        """The texts that ``node`` may be; only such as may be a part of a dotted name."""
        if isinstance(node, ast.Constant):
            text = str(node.value) if type(node.value) in (str, int) else ""
            return {text} if _NAME_PART.fullmatch(text) else set()
        if isinstance(node, (ast.Name, ast.IfExp, ast.NamedExpr)) or may_be_text(node):
            return {value.text for value, _ in self.resolve(node) if isinstance(value, Text)}
        return set()

    def _call(self, node: ast.Call) -> Values:
        arguments = node.args
        if isinstance(node.func, ast.Attribute) and arguments:
            if node.func.attr in _LOOKUPS and self._dynamic.is_mapping(node.func.value):
                return self._items(node.func.value, arguments[0])
            if node.func.attr == "__getattribute__" and len(arguments) == 1:
                return self._attributes(node.func.value, arguments[0])
        if self._dynamic.imports:
            name = arguments[0] if arguments else _keyword(node, "name")
            if isinstance(name, TEXTS) and isinstance(node.func, (ast.Name, ast.Attribute)):
                importers = {dotted for dotted in _IMPORTERS if self._is(node.func, dotted)}
                if importers:
                    return self._imported(node, name, importers)
        if not arguments:
            return self._globals(node)
        if len(arguments) > 1 and (_is_text(arguments[1]) or last_name(node.func) in _GETTER_NAMES):
            return self._attributes(*arguments[:2]) if self._is_one_of(node.func, _GETTERS) else NOTHING
        if isinstance(node.func, ast.Call):
            return self._got(node.func, arguments[0])
        if _is_text(arguments[0]):
            return self._called_method(node)
        if not isinstance(arguments[0], (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
            return NOTHING
        values = self.resolve(arguments[0])
        if not values:
            return NOTHING
        if self._is_one_of(node.func, _HANDING_THROUGH):
            return values
        if len(arguments) == 1 and self._is(node.func, "builtins.vars"):
            return frozenset((dotted + NAMESPACE, DYNAMIC) for dotted, _ in values if isinstance(dotted, str))
        return NOTHING

    def _attributes(self, owner: ast.expr, name: ast.expr) -> Values:
        """``getattr(owner, name)``."""
        values = self.resolve(owner)
        if not values:
            return NOTHING
        names = self._texts(name)
        return _by_text(
            self._expand(
                frozenset(
                    (f"{dotted}.{text}", DYNAMIC)
                    for dotted, _ in values
                    if isinstance(dotted, str)
                    for text in names
                )
            )
        )

    def _got(self, getter: ast.Call, owner: ast.expr) -> Values:
        """``attrgetter("name")(owner)``."""
        if len(getter.args) != 1 or not _is_text(getter.args[0]):
            return NOTHING
        if not self._is(getter.func, "operator.attrgetter"):
            return NOTHING
        return self._attributes(owner, getter.args[0])

    def _called_method(self, node: ast.Call) -> Values:
        """``methodcaller("name")(owner)``: a reference as far as its first parenthesis goes."""
        call = self._flow.parents.get(node)
        if not (isinstance(call, ast.Call) and call.func is node and call.args):
            return NOTHING
        if not self._is(node.func, "operator.methodcaller"):
            return NOTHING
        return self._attributes(call.args[0], node.args[0])

    def _globals(self, node: ast.Call) -> Values:
        """``globals()``: the names of this module."""
        if last_name(node.func) == "globals" and self._is(node.func, "builtins.globals"):
            return frozenset({(OwnNames(), DYNAMIC)})
        return NOTHING

    def _imported(self, node: ast.Call, name: ast.expr, importers: set[str]) -> Values:
        """``import_module("uuid")``, ``__import__("uuid")``."""
        found: set[Reached] = set()
        for text in self._texts(name):
            if text.startswith("."):
                given = _argument(node, 1, "package")
                if given is None or (isinstance(given, ast.Name) and given.id in _THIS_PACKAGE):
                    package = self._flow.package
                else:
                    package = next(iter(self._texts(given)), "")
                level = len(text) - len(text.lstrip("."))
                relative = absolute(package, level, text[level:] or None)
                if relative is not None:
                    found.add((relative, DYNAMIC))
                continue
            top = "importlib.import_module" not in importers and _keyword(node, "fromlist") is None
            top = top and len(node.args) < 4
            found.add((text.partition(".")[0] if top else _path(text), DYNAMIC))
        return _by_text(self._expand(frozenset(found)))

    def _subscript(self, node: ast.Subscript) -> Values:
        if not self._dynamic.is_mapping(node.value):
            return NOTHING
        return self._items(node.value, node.slice)

    def _items(self, mapping: ast.expr, key: ast.expr) -> Values:
        """``mapping[key]``, for a mapping of modules or of the names in one."""
        mappings = self.resolve(mapping)
        found: set[Reached] = set()
        here: set[Reached] = set()
        for text in self._texts(key) if mappings else ():
            for dotted, _ in mappings:
                if dotted == "sys.modules":
                    found.add((_path(text), DYNAMIC))
                elif isinstance(dotted, OwnNames):
                    if text not in self._flow.watched:
                        self.wanted.add(text)
                    here |= self._values(self._flow.module.at_end(text))[0]
                elif isinstance(dotted, str) and dotted.endswith(NAMESPACE):
                    found.add((f"{dotted.removesuffix(NAMESPACE)}.{text}", DYNAMIC))
        return _by_text(self._expand(frozenset(found)) | here)

    def _is_one_of(self, function: ast.expr, names: frozenset[str]) -> bool:
        return any(found in names for found, _ in self.resolve(function))

    def _is(self, function: ast.expr, dotted: str) -> bool:
        return any(found == dotted for found, _ in self.resolve(function))


def _by_text(values: Values) -> Values:
    return frozenset((dotted, DYNAMIC) for dotted, _ in values)


def _path(module: str) -> str:
    """The dotted name of a module that is given by its path."""
    return f"{module}:" if "." in module else module


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _argument(node: ast.Call, place: int, name: str) -> ast.expr | None:
    return node.args[place] if len(node.args) > place else _keyword(node, name)
