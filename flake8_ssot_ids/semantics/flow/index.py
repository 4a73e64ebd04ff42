"""One walk over a module that notes what the flow of values asks for: parents, names, attributes, calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from flake8_ssot_ids.semantics.flow.meaning import Function as Function
from flake8_ssot_ids.semantics.flow.meaning import Meanings
from flake8_ssot_ids.semantics.flow.meaning import words as words
from flake8_ssot_ids.semantics.module.allnames import AllNames
from flake8_ssot_ids.semantics.module.parents import Parents
from flake8_ssot_ids.semantics.module.syntax import last_name as last_name

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_LEAVES = frozenset({"ctx", "op", "ops", "kind", "type_comment", "conversion", "type_ignores"})
_NOTED = frozenset({*FUNCTIONS, ast.ClassDef, ast.Attribute, ast.Call, ast.Subscript, ast.Constant})
#: Steps that may be taken in a module to follow its values: in any, and more for each node of its tree.
_STEPS = 50_000
_STEPS_PER_NODE = 4
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


class NodeIndex:
    """The index of a module.

    ``attributes``, ``names`` and ``calls`` are the reads of attributes and of names, and the calls, by the
    (last) name. ``stored`` are the names that the module or a class body binds. Lists of reads and calls are
    in source order. ``means`` asks the name ``engine``. ``steps_left`` bounds the work of all that follow
    values here: each value of the file may go to each place of it.
    """

    def __init__(
        self, tree: ast.Module, names: Callable[[], AllNames], parents: Mapping[ast.AST, ast.AST] | None
    ) -> None:
        self.tree = tree
        self.parents = Parents()
        self.parents.update(parents or {})
        meanings = self._meanings = Meanings(self.parents, names)
        self.means, self.is_uuid_class, self.quoted = meanings.of, meanings.is_uuid_class, meanings.quoted
        self.attributes: dict[str, list[ast.Attribute]] = {}
        self.set_attributes: dict[str, list[ast.Attribute]] = {}
        self.names: dict[str, list[ast.Name]] = {}
        self.calls: dict[str, list[ast.Call]] = {}
        self.slices: list[ast.Subscript] = []
        self.functions: dict[str, list[Function]] = {}
        self.classes: dict[str, list[ast.ClassDef]] = {}
        self.stored: dict[str, list[ast.Name]] = {}
        self._function_of: dict[ast.AST, Function | None] = {}
        bodies: list[ast.AST] = [tree]
        for body in bodies:
            self._walk(body, bodies)
        for table in (self.attributes, self.set_attributes, self.names, self.calls):
            for nodes in table.values():
                if len(nodes) > 1:
                    nodes.sort(key=position)
        self.steps_left = _STEPS + _STEPS_PER_NODE * len(self.parents)

    def _walk(self, root: ast.AST, bodies: list[ast.AST]) -> None:
        """Walk the body of the module or of a function; functions in it are walked later."""
        parents, fields, noted = self.parents, _FIELDS, _NOTED
        outer = root is self.tree
        pending: list[ast.AST] = [root]
        while pending:
            node = pending.pop()
            kind = node.__class__
            if kind is ast.Name:
                self._name(node, outer)
                continue
            if kind in noted and self._note(node, root, bodies):
                continue
            for field in fields.get(kind) or _fields_of(kind):
                value = getattr(node, field, None)
                children = value if isinstance(value, list) else (value,)
                for item in children:
                    if isinstance(item, ast.AST):
                        parents[item] = node
                        pending.append(item)

    def _name(self, node: ast.AST, outer: bool) -> None:
        assert isinstance(node, ast.Name)
        if isinstance(node.ctx, ast.Load):
            self.names.setdefault(node.id, []).append(node)
        elif outer:
            self.stored.setdefault(node.id, []).append(node)

    def _note(self, node: ast.AST, root: ast.AST, bodies: list[ast.AST]) -> bool:
        """Note a node of the kinds that are looked for; whether what is in it is walked later, or nothing."""
        if isinstance(node, ast.Attribute):
            table = self.attributes if isinstance(node.ctx, ast.Load) else self.set_attributes
            table.setdefault(node.attr, []).append(node)
        elif isinstance(node, ast.Call):
            name = last_name(node.func)
            if name:
                self.calls.setdefault(name, []).append(node)
        elif isinstance(node, FUNCTIONS) and node is not root:
            self.functions.setdefault(node.name, []).append(node)
            bodies.append(node)
            return True
        elif isinstance(node, ast.Subscript):
            self.slices.append(node)
        elif isinstance(node, ast.ClassDef):
            self.classes.setdefault(node.name, []).append(node)
        return isinstance(node, ast.Constant)

    @property
    def engine(self) -> AllNames:
        """The name engine of the module."""
        return self._meanings.engine

    def function_of(self, node: ast.AST) -> Function | None:
        """The function in whose body (or parameters) ``node`` stands."""
        parents, known = self.parents, self._function_of
        passed = [node]
        current = parents.get(node)
        while current is not None and not isinstance(current, FUNCTIONS):
            if current in known:
                current = known[current]
                break
            passed.append(current)
            current = parents.get(current)
        for one in passed:
            known[one] = current
        return current

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """The class in whose body ``node`` stands directly, not in a method."""
        current = self.parents.get(node)
        while current is not None and not isinstance(current, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            current = self.parents.get(current)
        return current if isinstance(current, ast.ClassDef) else None

    def decorated(self, function: Function, names: frozenset[str]) -> bool:
        """Whether a function has a decorator of these names (see ``Meaning.keys``), called or not."""
        return any(
            self.means(one.func if isinstance(one, ast.Call) else one).among(names)
            for one in function.decorator_list
        )

    def may_follow(self, read: ast.AST, place: ast.AST) -> bool:
        """Whether ``read`` may run after ``place``: behind it, in the same loop, in another function."""
        if position(read) > position(place):
            return True
        if self.function_of(read) is not self.function_of(place):
            return True
        around = set()
        current: ast.AST | None = place
        while current is not None:
            if isinstance(current, _LOOPS):
                around.add(current)
            current = self.parents.get(current)
        current = read
        while current is not None and around:
            if current in around:
                return True
            current = self.parents.get(current)
        return False

    def constant(self, node: ast.expr | None) -> object:
        """The value of a literal, or of the module's only assignment of one to a name; else None."""
        if isinstance(node, ast.Name):
            node = self.value_of(node.id)
        return node.value if isinstance(node, ast.Constant) else None

    def value_of(self, name: str) -> ast.expr | None:
        """The value of the only assignment to a name in the body of the module or of a class."""
        bindings = self.stored.get(name, [])
        parent = self.parents.get(bindings[0]) if len(bindings) == 1 else None
        return parent.value if isinstance(parent, (ast.Assign, ast.AnnAssign)) else None


def position(node: ast.AST) -> tuple[int, int]:
    """Row and column, to sort by."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def dotted(node: ast.AST | None) -> str:
    """``self.state.run_id``; empty if it is no chain of names."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def spelled(node: ast.AST, otherwise: str) -> str:
    """The source of a small expression on one line; ``otherwise`` for one that is not small."""
    size, pending = 0, [node]
    while pending:
        size += 1
        if size > 40:
            return otherwise
        pending += ast.iter_child_nodes(pending.pop())
    text = ast.unparse(node)
    return text if len(text) <= 80 and "\n" not in text else otherwise


def _fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    _FIELDS[kind] = tuple(name for name in kind._fields if name not in _LEAVES)
    return _FIELDS[kind]
