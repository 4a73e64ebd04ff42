"""From an expression to the dotted names that it may stand for.

A :class:`Value` is a dotted name (``uuid.uuid4``, ``app.ids.make``) and the most telling step
on the way to it. Imports are not followed here: :mod:`flake8_ssot_ids.names.project` does that
for dotted names that belong to the project.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flake8_ssot_ids import catalog
from flake8_ssot_ids.names.bindings import Flow
from flake8_ssot_ids.names.members import is_owner, member_values, owner_value
from flake8_ssot_ids.names.scopes import CLASS, COMPREHENSION, FUNCTION, MODULE, UNBOUND, Binding, Scope
from flake8_ssot_ids.names.syntax import TEXTS, absolute, may_be_text, member, possible_values

#: How a value was reached; the order is that of precedence where one place has several.
DIRECT, ASSIGNED, REEXPORTED, DYNAMIC = "direct", "assigned", "reexported", "dynamic"

#: The attributes of this mapping stand for the attributes of the thing before it.
NAMESPACE = ".__dict__"

_IMPORTERS = frozenset({"builtins.__import__", "importlib.import_module", "importlib.__import__"})
#: A chain of aliases is resolved link by link, so only nested dynamic access can go deep.
_DEEPEST = 100
#: A cycle has settled after two or three; only one that adds attributes to itself never does.
_ROUNDS = 6
_GETTERS = frozenset({"builtins.getattr", "builtins.object.__getattribute__", "inspect.getattr_static"})
_GETTER_NAMES = frozenset({"getattr", "__getattribute__", "getattr_static"})
_HANDING_THROUGH = frozenset({"functools.partial", "builtins.staticmethod"})
#: A text of more pieces than this is not put together, and so many are not tried.
_MOST_PIECES = 8
_NAME_PART = re.compile(r"[\w.]{1,100}")
#: This very module, as the owner of what ``globals()`` holds.
_HERE = "<here>"
_LOOKUPS = frozenset({"get", "__getitem__", "pop", "setdefault"})

_MAPPINGS = ("modules", "vars", "__dict__", "globals")
_MAPPING_ROW = re.compile(r"^.*\b(?:modules|vars|__dict__|globals)\b.*$", re.MULTILINE)
_WORD = re.compile(r"\w+")

Value = tuple[str, str]
Values = frozenset[Value]
Result = TypeVar("Result")
NOTHING: Values = frozenset()

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
        if any(word in text for word in _MAPPINGS):
            for row in _MAPPING_ROW.findall(text):
                self.mappings.update(_WORD.findall(row))

    def is_mapping(self, node: ast.expr) -> bool:
        """Whether ``node`` may be a mapping from names to modules or to what is in one."""
        if isinstance(node, ast.Call):
            node = node.func
        if isinstance(node, ast.Attribute):
            return node.attr in self.mappings
        return node.id in self.mappings if isinstance(node, ast.Name) else bool(self.mappings)


class Resolver:
    """Resolves expressions of one module after its :class:`Flow` has run.

    ``wanted`` collects names that had to be looked up but were not watched; the caller
    watches them, too, and starts again. With ``open_stars``, what a star import may bind is a
    value of its own, ``module.*name``.
    """

    def __init__(
        self,
        flow: Flow,
        expand: Expand,
        is_source: Callable[[str], bool],
        dynamic: Dynamic,
        open_stars: bool = False,
    ) -> None:
        self._open_stars = open_stars
        self._dynamic = dynamic
        self._flow = flow
        self._expand = expand
        self._is_source = is_source
        self._memo: dict[ast.expr, Values] = {}
        self._bindings: dict[Binding, tuple[Values, bool]] = {}
        #: What is being resolved just now, with its depth; a second visit is a cycle.
        self._active: dict[object, int] = {}
        self._lowest = 0
        self._asked: dict[tuple[str, str], Values] = {}
        #: Where the search was broken off for the depth of the stack.
        self._too_deep: list[ast.expr] = []
        #: Results inside of cycles that still are under way, kept lest each way through a cycle be
        #: walked, and those of the round before.
        self._partial: dict[object, Any] = {}
        self._earlier: dict[object, Any] = {}
        self.wanted: set[str] = set()

    def resolve(self, node: ast.expr) -> Values:
        """All values that ``node`` may have, as far as they are dotted names."""
        if self._active:
            return self._resolved(node)
        pending = [node]
        tried = {node}
        while True:
            self._too_deep.clear()
            values = self._resolved(pending[-1])
            # Beyond the depth that the stack allows: from there first, then once more from here.
            deeper = next((node for node in self._too_deep if node not in tried), None)
            if deeper is not None:
                tried.add(deeper)
                pending.append(deeper)
                continue
            last = pending.pop()
            if self._too_deep:
                # A cycle that is longer than the stack allows; another try would find no more.
                self._memo[last] = values
            if not pending:
                return values

    def _resolved(self, node: ast.expr) -> Values:
        known = self._memo.get(node)
        if known is not None:
            return known
        # A chain of attributes may be a thousand links long: walk down, then up again.
        chain: list[ast.Attribute] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute) and base not in self._memo:
            chain.append(base)
            base = base.value
        values, final = self._memo.get(base, NOTHING), True
        if base not in self._memo:
            values, final = self._guarded(base, lambda: self._expand(self._resolve(base)), NOTHING)
            if final:
                self._memo[base] = values
        for link in reversed(chain):
            if values:
                members = self._members(values, link.attr)
                values = self._expand(
                    frozenset(
                        (f"{dotted}.{link.attr}", via) for dotted, via in values if dotted[0] not in "'<"
                    )
                )
                values |= members
            if final:
                self._memo[link] = values
        return values

    def _guarded(
        self, key: ast.expr | Binding, compute: Callable[[], Result], otherwise: Result
    ) -> tuple[Result, bool]:
        """Run ``compute`` unless it is under way; the flag says whether the result is final.

        Inside a cycle a result lacks what the element further up has not contributed yet; it is
        final only for the uppermost element of the cycle, which is computed until it settles.
        """
        depth = self._active.get(key)
        # A binding goes one further than an expression, to a value that is known by now.
        if depth is not None or len(self._active) > _DEEPEST + isinstance(key, Binding):
            if depth is None:
                value = key.value if isinstance(key, Binding) else key
                self._too_deep += () if value is None else (value,)
            self._lowest = min(self._lowest, depth or 0)
            return self._earlier.get(key, otherwise), False
        if key in self._partial:
            self._lowest = min(self._lowest, 1)
            known: Result = self._partial[key]
            return known, False
        depth = len(self._active) + 1
        self._active[key] = depth
        before = len(self._partial)
        outer = self._lowest
        try:
            for _ in range(_ROUNDS):
                self._lowest = depth
                result = compute()
                final = self._lowest >= depth
                if not final or not self._unsettled(key, result, before):
                    break
        finally:
            del self._active[key]
        self._lowest = outer if final else min(outer, self._lowest)
        if not final and depth > 1:
            self._partial[key] = result
        elif depth == 1:
            self._partial.clear()
            self._earlier.clear()
        return result, final

    def _unsettled(self, key: object, result: object, before: int) -> bool:
        """Forget the partial results after number ``before``; whether any, or ``result``, is new."""
        new = len(self._partial) > before and self._earlier.get(key) != result
        self._earlier[key] = result
        while len(self._partial) > before:
            member, partial = self._partial.popitem()
            new = new or self._earlier.get(member) != partial
            self._earlier[member] = partial
        return new

    def values_of(self, bindings: Iterable[Binding]) -> Values:
        """What a name with these bindings stands for."""
        bindings = list(bindings)
        for binding in bindings:
            if binding.value is not None:
                self.resolve(binding.value)
        return frozenset(self._values(bindings)[0])

    def _resolve(self, node: ast.expr) -> Values:
        found: set[Value] = set()
        pending = [node]
        while pending:
            part = pending.pop()
            if isinstance(part, ast.IfExp):
                pending += (part.body, part.orelse)
            elif isinstance(part, ast.BoolOp):
                pending += possible_values(part)
            elif isinstance(part, ast.NamedExpr):
                pending.append(part.value)
            elif part is not node and isinstance(part, (ast.Attribute, ast.Call, ast.Subscript, ast.Name)):
                found |= self.resolve(part)
            elif isinstance(part, ast.Name):
                found |= self._name(part)
            elif isinstance(part, ast.Call):
                found |= self._call(part)
            elif isinstance(part, ast.Subscript):
                found |= self._subscript(part)
            elif may_be_text(part):
                found |= self._text(part)
        return frozenset(found)

    def _members(self, owners: Values, name: str) -> Values:
        """What the attribute ``name`` holds in those of ``owners`` that are classes of this module."""
        found: set[Value] = set()
        for owner, _ in owners:
            if is_owner(owner):
                key = (owner, name)
                if key not in self._asked:
                    # A class that is defined by its own attributes asks for itself.
                    self._asked[key] = NOTHING
                    values = member_values(self._flow, self, owner, name)
                    self._asked[key] = frozenset(
                        (dotted, self._assigned(dotted, via)) for dotted, via in values
                    )
                found |= self._asked[key]
        return frozenset(found)

    def leads_to_source(self, dotted: str) -> bool:
        """Whether this is an id source or the module that has them."""
        return dotted == catalog.MODULE or self._is_source(dotted)

    # -- text ------------------------------------------------------------------------------

    def _text(self, node: ast.expr) -> Values:
        """The texts that a literal, or what is put together from such, may be, each behind a quote."""
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
        return frozenset((f"'{text}", DIRECT) for text in texts) if not pending else NOTHING

    def _texts(self, node: ast.expr) -> set[str]:
        """The texts that ``node`` may be; only such as may be a part of a dotted name."""
        if isinstance(node, ast.Constant):
            text = node.value
            return {text} if isinstance(text, str) and _NAME_PART.fullmatch(text) else set()
        if isinstance(node, (ast.Name, ast.IfExp, ast.NamedExpr)) or may_be_text(node):
            return {dotted[1:] for dotted, _ in self.resolve(node) if dotted.startswith("'")}
        return set()

    # -- names ---------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Values:
        load = self._flow.loads.get(node)
        if load is None:
            if isinstance(node.ctx, ast.Load):
                self.wanted.add(node.id)
            return NOTHING
        bindings = set(load.bindings)
        for owner in load.owners:
            bindings |= owner.injected.get(node.id, set())
        values, open_end = self._values(bindings)
        found = set(values)
        if load.onward is not None:
            found |= self._onward(load.onward, node.id)
        elif open_end and load.owners and all(owner.kind is MODULE for owner in load.owners):
            found.add((f"builtins.{node.id}", DIRECT))
        return frozenset(found)

    def _onward(self, scope: Scope, name: str) -> set[Value]:
        """What ``name`` means to code in ``scope`` that has not bound it itself so far."""
        found: set[Value] = set()
        current: Scope | None = scope
        if name in scope.declared:
            current = scope.declared[name]
        elif scope.kind is FUNCTION:
            if name in scope.bound:
                return found
            current = scope.parent
        while current is not None:
            if current.kind is FUNCTION and name in current.declared:
                current = current.declared[name]
                continue
            if current.kind is not CLASS and (name in current.bound or current.kind is MODULE):
                values, open_end = self._values(
                    current.at_end(name) if current is not scope else current.injected.get(name, {UNBOUND})
                )
                found |= values
                if current.kind is MODULE and (open_end or current is scope):
                    found.add((f"builtins.{name}", DIRECT))
                if current.kind in (FUNCTION, COMPREHENSION):
                    return found
            current = current.parent
        return found

    def _values(self, bindings: Iterable[Binding]) -> tuple[set[Value], bool]:
        """The values of ``bindings``, and whether the name may not be bound at all."""
        found: set[Value] = set()
        open_end = False
        for binding in bindings:
            values, unbound = self._binding(binding)
            found |= values
            open_end = open_end or unbound
        return found, open_end

    def _binding(self, binding: Binding) -> tuple[Values, bool]:
        if binding is UNBOUND:
            return NOTHING, True
        known = self._bindings.get(binding)
        if known is not None:
            return known
        result, final = self._guarded(binding, lambda: self._bound(binding), (NOTHING, False))
        if final:
            self._bindings[binding] = result
        return result

    def _bound(self, binding: Binding) -> tuple[Values, bool]:
        if binding.kind == "import":
            return self._expand(frozenset({(binding.dotted, DIRECT)})), False
        if binding.kind == "assign" and binding.value is not None:
            values = self.resolve(binding.value)
            return frozenset((dotted, self._assigned(dotted, via)) for dotted, via in values), False
        if binding.kind in ("class", "self") and not self._open_stars:
            return frozenset({(owner_value(binding), DIRECT)}), False
        if binding.kind == "star" and self._open_stars:
            return self._all_stars(binding)
        above: list[str] = []
        while binding.kind == "star":
            values, open_end = self._star(binding.dotted, binding.name), False
            before = list(binding.before or ())
            last = len(before) != 1 or before[0].kind != "star"
            if not values:
                above.append(binding.dotted)
                if last:
                    found, open_end = self._values(before)
                    values = frozenset(found)
            if values or last:
                if (values or open_end) and any(self._hides(module, binding.name) for module in above):
                    return NOTHING, False
                return values, open_end
            binding = before[0]
        return NOTHING, False

    def _all_stars(self, binding: Binding) -> tuple[Values, bool]:
        found: set[Value] = set()
        while True:
            found.add((member(binding.dotted, f"*{binding.name}"), DIRECT))
            before = list(binding.before or ())
            if len(before) != 1 or before[0].kind != "star":
                values, open_end = self._values(before)
                return self._expand(frozenset(found)) | values, open_end
            binding = before[0]

    def _star(self, module: str, name: str) -> Values:
        """What ``from module import *`` binds ``name`` to, as far as that is known."""
        values = self._expand(frozenset({(member(module, f"*{name}"), DIRECT)}))
        return frozenset(value for value in values if "*" not in value[0])

    def _hides(self, module: str, name: str) -> bool:
        """Whether ``from module import *`` surely binds ``name``, to whatever it may be."""
        return not self._expand(frozenset({(member(module, f"**{name}"), DIRECT)}))

    # -- dynamic access --------------------------------------------------------------------

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
                importers = {dotted for dotted, _ in self.resolve(node.func)} & _IMPORTERS
                if importers:
                    return self._imported(node, name, importers)
        if not arguments:
            return self._globals(node)
        if len(arguments) > 1 and (_is_text(arguments[1]) or _last_name(node.func) in _GETTER_NAMES):
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
            return frozenset((dotted + NAMESPACE, DYNAMIC) for dotted, _ in values)
        return NOTHING

    def _attributes(self, owner: ast.expr, name: ast.expr) -> Values:
        """``getattr(owner, name)``."""
        values = self.resolve(owner)
        if not values:
            return NOTHING
        names = self._texts(name)
        return _by_text(
            self._expand(frozenset((f"{dotted}.{text}", DYNAMIC) for dotted, _ in values for text in names))
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
        if _last_name(node.func) == "globals" and self._is(node.func, "builtins.globals"):
            return frozenset({(_HERE + NAMESPACE, DYNAMIC)})
        return NOTHING

    def _imported(self, node: ast.Call, name: ast.expr, importers: set[str]) -> Values:
        """``import_module("uuid")``, ``__import__("uuid")``."""
        found: set[Value] = set()
        for text in self._texts(name):
            if text.startswith("."):
                package = next(iter(self._texts(_argument(node, 1, "package") or name)), "")
                if package.startswith("."):
                    package = self._flow.package
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
        found: set[Value] = set()
        here: set[Value] = set()
        for text in self._texts(key) if mappings else ():
            for dotted, _ in mappings:
                if dotted == "sys.modules":
                    found.add((_path(text), DYNAMIC))
                elif dotted == _HERE + NAMESPACE:
                    if text not in self._flow.watched:
                        self.wanted.add(text)
                    here |= self._values(self._flow.module.at_end(text))[0]
                elif dotted.endswith(NAMESPACE):
                    found.add((f"{dotted.removesuffix(NAMESPACE)}.{text}", DYNAMIC))
        return _by_text(self._expand(frozenset(found)) | here)

    def _is_one_of(self, function: ast.expr, names: frozenset[str]) -> bool:
        return any(found in names for found, _ in self.resolve(function))

    def _is(self, function: ast.expr, dotted: str) -> bool:
        return any(found == dotted for found, _ in self.resolve(function))

    def _assigned(self, dotted: str, via: str) -> str:
        """The step of a name that was assigned ``dotted``, itself reached by ``via``.

        The mention of a source is a use of its own, so the alias starts afresh; the mention of a
        module is none, so the alias keeps what was noteworthy about the way to it.
        """
        if self._is_source(dotted) or via not in (DYNAMIC, REEXPORTED):
            return ASSIGNED
        return via


def _by_text(values: Values) -> Values:
    return frozenset((dotted, DYNAMIC) for dotted, _ in values)


def _path(module: str) -> str:
    """The dotted name of a module that is given by its path."""
    return f"{module}:" if "." in module else module


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _argument(node: ast.Call, place: int, name: str) -> ast.expr | None:
    return node.args[place] if len(node.args) > place else _keyword(node, name)
