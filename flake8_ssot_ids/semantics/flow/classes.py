"""The classes and functions of a file: who calls them, what class an object has, where a field is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_ssot_ids.semantics.flow.index import FUNCTIONS, Function, Index, dotted, last_name
from flake8_ssot_ids.semantics.flow.reads import Reads, Target
from flake8_ssot_ids.semantics.flow.types import parsed

#: So many assignments are looked through to learn of what class an object is.
_DEEPEST = 4
_OF_PROPERTY = frozenset({"property", "cached_property", "computed_field", "hybrid_property"})
_OF_ONE = frozenset({"Optional", "Union", "type", "Type", "Annotated", "Mapped"})
_VALIDATORS = frozenset({"field_validator", "validator", "validates"})


class Definitions:
    """Looks up the classes and functions that are defined in a module."""

    def __init__(self, index: Index, reads: Reads) -> None:
        self._index = index
        self._reads = reads
        self._families: dict[ast.ClassDef, frozenset[ast.ClassDef]] = {}
        self._ancestors: dict[ast.ClassDef, list[ast.ClassDef]] = {}
        self._selves: dict[ast.Name, ast.ClassDef | None] = {}
        self._methods: dict[ast.ClassDef, dict[str, Function]] = {}
        self._reads_of: dict[tuple[ast.ClassDef, str, bool], list[ast.Attribute]] = {}
        self._objects: dict[ast.expr, frozenset[ast.ClassDef]] = {}
        self._calls: dict[Function, list[tuple[ast.expr, bool]]] = {}

    # -- classes ---------------------------------------------------------------------------------

    def ancestors(self, cls: ast.ClassDef) -> list[ast.ClassDef]:
        """The class and its base classes in this file, the nearest first."""
        known = self._ancestors.get(cls)
        if known is None:
            known = self._ancestors[cls] = [cls]
            for one in known:
                for base in one.bases:
                    base = base.value if isinstance(base, ast.Subscript) else base
                    known += (
                        found for found in self._index.classes.get(last_name(base), ()) if found not in known
                    )
        return known

    def family(self, cls: ast.ClassDef) -> frozenset[ast.ClassDef]:
        """The class, its bases and its subclasses in this file: all that may share its attributes."""
        known = self._families.get(cls)
        if known is None:
            below = (
                other
                for others in self._index.classes.values()
                for other in others
                if cls in self.ancestors(other)
            )
            known = self._families[cls] = frozenset([*self.ancestors(cls), *below])
        return known

    def field(self, cls: ast.ClassDef, name: str) -> ast.AnnAssign | ast.Assign | None:
        """The statement in the body of the class, or of a base in this file, that declares ``name``."""
        for one in self.ancestors(cls):
            for statement in one.body:
                if isinstance(statement, ast.AnnAssign):
                    targets: list[ast.expr] = [statement.target]
                elif isinstance(statement, ast.Assign):
                    targets = statement.targets
                else:
                    continue
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    return statement
        return None

    def fields(self, cls: ast.ClassDef) -> list[str]:
        """The annotated fields in the order in which a dataclass or a named tuple takes them."""
        names: dict[str, None] = {}
        for one in reversed(self.ancestors(cls)):
            for statement in one.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    names[statement.target.id] = None
        return [*names]

    def method(self, cls: ast.ClassDef, name: str, *, above: bool = False) -> Function | None:
        """The method of the class or of a base in this file; ``above``: only of a base."""
        for one in self.ancestors(cls)[above:]:
            methods = self._methods.get(one)
            if methods is None:
                methods = {
                    statement.name: statement for statement in one.body if isinstance(statement, FUNCTIONS)
                }
                self._methods[one] = methods
            if name in methods:
                return methods[name]
        return None

    def validators(self, cls: ast.ClassDef, name: str) -> Iterator[ast.arg]:
        """The parameters that get the value of the field in validators of pydantic, SQLAlchemy or attrs."""
        for one in self.family(cls):
            for method in one.body:
                if not isinstance(method, FUNCTIONS):
                    continue
                for decorator in method.decorator_list:
                    call = decorator if isinstance(decorator, ast.Call) else None
                    function = decorator if call is None else call.func
                    arguments = [] if call is None else call.args
                    names = [item.value for item in arguments if isinstance(item, ast.Constant)]
                    of_attrs = dotted(function) == f"{name}.validator"
                    if not of_attrs and not (last_name(function) in _VALIDATORS and name in names):
                        continue
                    positional = method.args.args
                    at = 2 if of_attrs or last_name(function) == "validates" else 1
                    if len(positional) > at:
                        yield positional[at]

    # -- objects ---------------------------------------------------------------------------------

    def class_of_self(self, node: ast.expr) -> ast.ClassDef | None:
        """The class whose ``self`` or ``cls`` a name is, in one of its methods."""
        if not isinstance(node, ast.Name):
            return None
        if node not in self._selves:
            self._selves[node] = self._class_of_self(node)
        return self._selves[node]

    def _class_of_self(self, node: ast.Name) -> ast.ClassDef | None:
        function = self._index.function_of(node)
        while function is not None:
            parent = self._index.parents.get(function)
            positional = [*function.args.posonlyargs, *function.args.args]
            if any(parameter.arg == node.id for parameter in positional):
                static = any(last_name(one) == "staticmethod" for one in function.decorator_list)
                first = positional[0].arg == node.id and not static
                return self._index.class_of(function) if first and isinstance(parent, ast.AST) else None
            function = self._index.function_of(function)
        return None

    def classes_of(self, node: ast.expr, depth: int = _DEEPEST) -> frozenset[ast.ClassDef]:
        """The classes of this file that the object ``node`` may be an instance of (or be itself)."""
        known = self._objects.get(node)
        if known is None:
            known = frozenset(self._classes_of(node, depth))
            if depth == _DEEPEST:
                self._objects[node] = known
        return known

    def _classes_of(self, node: ast.expr, depth: int) -> Iterator[ast.ClassDef]:
        if depth == 0:
            return
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Call):
            if last_name(node.func) == "super":
                cls = self._around(node)
                if cls is not None:
                    yield cls
            for found in self.called(node):
                if isinstance(found, ast.ClassDef):
                    yield found
                elif found.returns is not None:
                    yield from self._named(found.returns)
        elif isinstance(node, ast.Name):
            own = self.class_of_self(node)
            if own is not None:
                yield own
                return
            targets = self._reads.bindings(node)
            for target in targets:
                yield from self._bound(target, depth)
            if not targets:
                yield from self._index.classes.get(node.id, ())
        elif isinstance(node, ast.Attribute):
            for cls in self.classes_of(node.value, depth - 1):
                declared = self.field(cls, node.attr)
                if isinstance(declared, ast.AnnAssign):
                    yield from self._named(declared.annotation)
                for value in self._assigned(cls, node.attr):
                    yield from self.classes_of(value, depth - 1)

    def _around(self, node: ast.AST) -> ast.ClassDef | None:
        function = self._index.function_of(node)
        return None if function is None else self._index.class_of(function)

    def _bound(self, target: Target, depth: int) -> Iterator[ast.ClassDef]:
        if isinstance(target, ast.arg):
            if target.annotation is not None:
                yield from self._named(target.annotation)
            return
        parent = self._index.parents.get(target)
        if isinstance(parent, ast.AnnAssign):
            yield from self._named(parent.annotation)
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and parent.value is not None:
            yield from self.classes_of(parent.value, depth - 1)
        elif isinstance(parent, ast.withitem):
            yield from self.classes_of(parent.context_expr, depth - 1)

    def _named(self, annotation: ast.expr) -> Iterator[ast.ClassDef]:
        """The classes that an annotation names: ``Session``, ``"Session"``, ``Session | None``."""
        pending: list[ast.expr | None] = [annotation]
        for node in pending:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                pending.append(parsed(node.value))
            elif isinstance(node, ast.BinOp):
                pending += (node.left, node.right)
            elif isinstance(node, ast.Subscript):
                if last_name(node.value) in _OF_ONE:
                    pending += node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            elif node is not None:
                yield from self._index.classes.get(last_name(node), ())

    def _assigned(self, cls: ast.ClassDef, name: str) -> list[ast.expr]:
        """The values that methods of the class assign to ``self.name``."""
        found = []
        for target in self._index.set_attributes.get(name, ()):
            owner = self.class_of_self(target.value)
            parent = self._index.parents.get(target)
            if (
                owner is not None
                and owner in self.family(cls)
                and isinstance(parent, (ast.Assign, ast.AnnAssign))
                and parent.value is not None
            ):
                found.append(parent.value)
        return found

    def attribute_reads(self, cls: ast.ClassDef, name: str, *, everywhere: bool) -> list[ast.Attribute]:
        """The reads of an attribute of the class; with ``everywhere`` also those on any instance of it."""
        key = (cls, name, everywhere)
        if key in self._reads_of:
            return self._reads_of[key]
        family = self.family(cls)
        found = self._reads_of[key] = []
        for read in self._index.attributes.get(name, ()):
            own = self.class_of_self(read.value)
            if own is None and everywhere:
                if not family.isdisjoint(self.classes_of(read.value)):
                    found.append(read)
            elif own in family:
                found.append(read)
        return found

    # -- functions -------------------------------------------------------------------------------

    def called(self, call: ast.Call) -> list[Function | ast.ClassDef]:
        """The functions and classes of this file that a call may call."""
        function = call.func
        if isinstance(function, ast.Name):
            own = self.class_of_self(function)
            if own is not None and self._is_class(function):
                return [own]
            return self.meant(function)
        if not isinstance(function, ast.Attribute) or function.attr not in self._index.functions:
            return []
        base = function.value
        found: dict[Function | ast.ClassDef, None] = {}
        above = isinstance(base, ast.Call) and last_name(base.func) == "super"
        for cls in self.classes_of(base):
            method = self.method(cls, function.attr, above=above)
            if method is not None:
                found[method] = None
        return [*found]

    def _is_class(self, name: ast.Name) -> bool:
        """Whether the first parameter of a method is the class."""
        function = self._index.function_of(name)
        if function is None:
            return False
        of_class = any(last_name(one) == "classmethod" for one in function.decorator_list)
        return of_class or name.id == "cls" or function.name == "__new__"

    def meant(self, name: ast.Name) -> list[Function | ast.ClassDef]:
        """The functions and classes of this file that a name stands for: those of the nearest scope."""
        every: list[Function | ast.ClassDef] = [
            *self._index.functions.get(name.id, ()),
            *self._index.classes.get(name.id, ()),
        ]
        if not every or self._reads.bindings(name):
            return []
        homes: dict[Function | None, list[Function | ast.ClassDef]] = {}
        for one in every:
            if self._index.class_of(one) is None:
                homes.setdefault(self._index.function_of(one), []).append(one)
        around = self._index.function_of(name)
        while around is not None and around not in homes:
            around = self._index.function_of(around)
        return homes.get(around, [])

    def references(self, function: Function) -> list[tuple[ast.expr, bool]]:
        """The calls of a function (True), and the reads of the function itself (False).

        The reads of a property count as calls.
        """
        known = self._calls.get(function)
        if known is None:
            known = self._calls[function] = list(self._references(function))
        return known

    def _references(self, function: Function) -> Iterator[tuple[ast.expr, bool]]:
        name = function.name
        cls = self._index.class_of(function)
        if cls is None:
            for read in self._index.names.get(name, ()):
                if function in self.meant(read):
                    yield self._used(read)
            return
        for attribute in self._index.attributes.get(name, ()):
            if any(self.method(one, name) is function for one in self.classes_of(attribute.value)):
                if any(last_name(one) in _OF_PROPERTY for one in function.decorator_list):
                    yield attribute, True
                else:
                    yield self._used(attribute)
        for read in self._index.names.get(name, ()):
            # `field(default_factory=_make)` in the class body itself.
            if self._index.class_of(read) is cls and read not in function.decorator_list:
                yield self._used(read)

    def _used(self, reference: ast.expr) -> tuple[ast.expr, bool]:
        parent = self._index.parents.get(reference)
        if isinstance(parent, ast.Call) and parent.func is reference:
            return parent, True
        return reference, False


def decorated(function: Function, name: str) -> bool:
    """Whether a function has a decorator of that (last) name, called or not."""
    return any(
        last_name(one.func if isinstance(one, ast.Call) else one) == name for one in function.decorator_list
    )


def is_fixture(function: Function) -> bool:
    """Whether this is a fixture of pytest, whose value the parameters of its name get."""
    return decorated(function, "fixture")


def parameter_for(
    function: Function | ast.Lambda, call: ast.Call, argument: ast.expr | ast.keyword, *, bound: bool
) -> tuple[ast.arg, bool] | None:
    """The parameter that an argument goes to, and whether it is one of ``**kwargs`` or ``*args``.

    ``bound``: the first parameter is given already.
    """
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if isinstance(argument, ast.keyword):
        for parameter in (*positional, *arguments.kwonlyargs):
            if parameter.arg == argument.arg:
                return parameter, False
        return None if arguments.kwarg is None or argument.arg is None else (arguments.kwarg, True)
    at = call.args.index(argument)
    if any(isinstance(one, ast.Starred) for one in call.args[: at + 1]):
        return None
    at += bound
    if at < len(positional):
        return positional[at], False
    return None if arguments.vararg is None else (arguments.vararg, True)
