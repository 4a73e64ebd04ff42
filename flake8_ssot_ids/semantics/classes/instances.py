"""Which classes an expression may be an instance of: by calls, annotations, and stores."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flake8_ssot_ids.semantics.module.allnames import AllNames
from flake8_ssot_ids.semantics.module.scopes import CLASS, FUNCTION
from flake8_ssot_ids.semantics.module.values import Made, OwnClass, OwnInstance, Value

#: So many steps are taken from one expression to another.
_DEEPEST = 12
#: Generic types that stand for what is in their brackets.
_TRANSPARENT = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar"})
_NONE: frozenset[Value] = frozenset()


class Instances:
    """Tells it for the expressions of one module.

    Args:
        names: its names.
        holds: the class of the instance that a dotted name of another module stands for, if any.
    """

    def __init__(self, names: AllNames, holds: Callable[[str], str | None]) -> None:
        self._names = names
        self._holds = holds
        self._known: dict[ast.expr, frozenset[Value]] = {}
        self._stores: dict[str, list[tuple[ast.expr, ast.expr]]] | None = None

    def classes_of(self, node: ast.expr) -> frozenset[Value]:
        """Values as of :meth:`AllNames.resolve`: dotted names, and for classes of this module their own."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = frozenset(self._classes_of(node))
        return known

    def _classes_of(self, node: ast.expr) -> set[Value]:
        found: set[Value] = set()
        pending: list[ast.expr] = [node]
        seen: set[ast.expr] = set()
        while pending and len(seen) < _DEEPEST:
            part = pending.pop()
            if part in seen:
                continue
            seen.add(part)
            if isinstance(part, ast.Call):
                found |= {value for value in self._names.resolve(part.func) if _may_be_class(value)}
            elif isinstance(part, ast.BoolOp):
                pending += part.values
            elif isinstance(part, ast.IfExp):
                pending += (part.body, part.orelse)
            elif isinstance(part, (ast.Await, ast.NamedExpr)):
                pending.append(part.value)
            elif isinstance(part, ast.Name):
                pending += self._values_of(part)
                found |= self._held(part)
                found |= self._annotated(part)
            elif isinstance(part, ast.Attribute):
                found |= self._held(part)
                pending += self._stored(part)
                pending += self._of_class(part)
                found |= self._declared(part)
        return found

    def _held(self, node: ast.expr) -> set[Value]:
        """``ids.maker``, ``from ids import maker``; and ``self``."""
        values = self._names.resolve(node)
        held = {self._holds(value) for value in values if isinstance(value, str) and "." in value}
        instances: set[Value] = {value for value in values if isinstance(value, OwnInstance)}
        return instances | {one for one in held if one is not None}

    def _values_of(self, name: ast.Name) -> Iterator[ast.expr]:
        load = self._names.load(name)
        if load is None:
            return
        bindings = set(load.bindings)
        scope = load.onward
        while scope is not None:
            bindings |= scope.at_end(name.id)
            if scope.kind is FUNCTION and name.id in scope.bound:
                break
            scope = scope.parent
        yield from (binding.value for binding in bindings if binding.value is not None)

    def _stored(self, attribute: ast.Attribute) -> Iterator[ast.expr]:
        """What is assigned to this attribute of the same class."""
        if self._stores is None:
            self._stores = {}
            for store in self._names.flow.stores:
                if store.value is not None:
                    of_name = self._stores.setdefault(store.target.attr, [])
                    of_name.append((store.target.value, store.value))
        stores = self._stores.get(attribute.attr)
        if not stores:
            return
        owners = self._names.resolve(attribute.value)
        for owner, value in stores:
            if not owners.isdisjoint(self._names.resolve(owner)):
                yield value

    def _of_class(self, attribute: ast.Attribute) -> Iterator[ast.expr]:
        """What the body of a class of this module binds the attribute to."""
        for value in self._names.resolve(attribute.value):
            node = self._names.class_node(value)
            if node is not None:
                for binding in self._names.flow.classes[node].at_end(attribute.attr):
                    if binding.value is not None:
                        yield binding.value

    def _declared(self, attribute: ast.Attribute) -> frozenset[Value]:
        """The class that the body of its owner annotates an attribute with."""
        for value in self._names.resolve(attribute.value):
            node = self._names.class_node(value)
            for statement in node.body if node is not None else ():
                if (
                    isinstance(statement, ast.AnnAssign)
                    and isinstance(statement.target, ast.Name)
                    and statement.target.id == attribute.attr
                ):
                    return self._of_annotation(statement.annotation)
        return _NONE

    def _annotated(self, name: ast.Name) -> frozenset[Value]:
        """The classes that the annotation of a parameter of this name gives."""
        place = self._names.place(name)
        scope = place.scope if place is not None else None
        while scope is not None:
            node = scope.node
            if scope.kind is FUNCTION and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                arguments = node.args
                for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                    if argument.arg == name.id:
                        load = self._names.load(name)
                        given = load is not None and any(one.value is not None for one in load.bindings)
                        return _NONE if given else self._of_annotation(argument.annotation)
                if name.id in scope.bound:
                    return _NONE
            elif scope.kind is not CLASS and name.id in scope.bound:
                return _NONE
            scope = scope.parent
        return _NONE

    def _of_annotation(self, annotation: ast.expr | None) -> frozenset[Value]:
        """The classes whose instance an annotation announces, also one in quotes."""
        found: frozenset[Value] = _NONE
        pending = [] if annotation is None else [annotation]
        for _ in range(_DEEPEST):
            if not pending:
                break
            node = pending.pop()
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                try:
                    pending.append(ast.parse(node.value.strip(), mode="eval").body)
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    continue
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
                pending += (node.left, node.right)
            elif isinstance(node, ast.Subscript):
                name = (
                    node.value.attr
                    if isinstance(node.value, ast.Attribute)
                    else getattr(node.value, "id", "")
                )
                if name in _TRANSPARENT:
                    inner = node.slice
                    pending += inner.elts if isinstance(inner, ast.Tuple) else [inner]
            elif isinstance(node, (ast.Name, ast.Attribute)):
                found |= frozenset(filter(_may_be_class, self._names.at_module_end(node)))
        return found


def _may_be_class(value: Value) -> bool:
    return isinstance(value, (str, Made, OwnClass))
