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

from flake8_ssot_ids.names.bindings import Flow
from flake8_ssot_ids.names.scopes import CLASS, COMPREHENSION, FUNCTION, MODULE, UNBOUND, Binding, Scope
from flake8_ssot_ids.names.syntax import absolute, member, possible_values

#: How a value was reached; the order is that of precedence where one place has several.
DIRECT, ASSIGNED, REEXPORTED, DYNAMIC = "direct", "assigned", "reexported", "dynamic"

#: The attributes of this mapping stand for the attributes of the thing before it.
NAMESPACE = ".__dict__"

_IMPORTERS = frozenset({"builtins.__import__", "importlib.import_module", "importlib.__import__"})
#: A chain of aliases is resolved link by link, so only nested dynamic access can go deep.
_DEEPEST = 100
#: A cycle has settled after two or three; only one that adds attributes to itself never does.
_ROUNDS = 6
_LOOKUPS = frozenset({"get", "__getitem__", "pop", "setdefault"})

_MAPPINGS = ("modules", "vars", "__dict__")
_MAPPING_ROW = re.compile(r"^.*\b(?:modules|vars|__dict__)\b.*$", re.MULTILINE)
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
                values = self._expand(frozenset((f"{dotted}.{link.attr}", via) for dotted, via in values))
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
        return frozenset(found)

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
        text = [_text(argument) for argument in node.args[:2]]
        if not node.args:
            text = [_text(keyword.value) for keyword in node.keywords if keyword.arg == "name"]
        if text and text[0] is not None:
            return self._called_with_text(node, text[0])
        if len(text) == 2 and text[1] is not None:
            if not self._is(node.func, "builtins.getattr"):
                return NOTHING
            values = self.resolve(node.args[0])
            found = frozenset((f"{dotted}.{text[1]}", DYNAMIC) for dotted, _ in values)
            return _by_text(self._expand(found))
        if not node.args or not isinstance(node.args[0], (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
            return NOTHING
        values = self.resolve(node.args[0])
        if not values:
            return NOTHING
        if self._is(node.func, "functools.partial"):
            return values
        if len(node.args) == 1 and self._is(node.func, "builtins.vars"):
            return frozenset((dotted + NAMESPACE, DYNAMIC) for dotted, _ in values)
        return NOTHING

    def _called_with_text(self, node: ast.Call, text: str) -> Values:
        """``import_module("uuid")``, ``sys.modules.get("uuid")``, ``vars(uuid).get("uuid4")``."""
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in _LOOKUPS and self._dynamic.is_mapping(node.func.value):
                return self._item(self.resolve(node.func.value), text)
            if node.func.attr == "__getattribute__":
                found = frozenset(
                    (f"{dotted}.{text}", DYNAMIC) for dotted, _ in self.resolve(node.func.value)
                )
                return _by_text(self._expand(found))
        if not self._dynamic.imports or not text.replace(".", "_").isidentifier():
            return NOTHING
        names = {dotted for dotted, _ in self.resolve(node.func)} & _IMPORTERS
        if names and text.startswith("."):
            package = next(
                (
                    _text(value)
                    for value in (*node.args[1:2], *(k.value for k in node.keywords))
                    if _text(value)
                ),
                self._flow.package,
            )
            relative = absolute(package or "", len(text) - len(text.lstrip(".")), text.lstrip(".") or None)
            return NOTHING if relative is None else _by_text(self._expand(frozenset({(relative, DYNAMIC)})))
        if not names:
            return NOTHING
        top = "importlib.import_module" not in names and not any(k.arg == "fromlist" for k in node.keywords)
        top = top and len(node.args) < 4
        dotted = text.partition(".")[0] if top else _path(text)
        return _by_text(self._expand(frozenset({(dotted, DYNAMIC)})))

    def _subscript(self, node: ast.Subscript) -> Values:
        text = _text(node.slice)
        if text is None or not self._dynamic.is_mapping(node.value):
            return NOTHING
        return self._item(self.resolve(node.value), text)

    def _item(self, mappings: Values, key: str) -> Values:
        found: set[Value] = set()
        for dotted, _ in mappings:
            if dotted == "sys.modules":
                found.add((_path(key), DYNAMIC))
            elif dotted.endswith(NAMESPACE):
                found.add((f"{dotted.removesuffix(NAMESPACE)}.{key}", DYNAMIC))
        return _by_text(self._expand(frozenset(found)))

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


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
