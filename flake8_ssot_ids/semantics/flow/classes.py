"""The classes and functions of a file: who calls them, what class an object has, where a field is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_ssot_ids.semantics.flow.index import FUNCTIONS, Function, NodeIndex, dotted, position
from flake8_ssot_ids.semantics.flow.meaning import Definition
from flake8_ssot_ids.semantics.flow.reads import NameReads, Target
from flake8_ssot_ids.semantics.flow.sites import Site, Sites

#: So many assignments are looked through to learn of what class an object is.
_DEEPEST = 4
_OF_PROPERTY = frozenset({"builtins.property", "*cached_property", "*computed_field", "*hybrid_property"})
STATIC = frozenset({"builtins.staticmethod"})
OF_CLASS = frozenset({"builtins.classmethod"})
_ABOVE = frozenset({"builtins.super"})
_FIXTURE = frozenset({"*fixture"})
_OF_ONE = frozenset({"Optional", "Union", "type", "Type", "Annotated", "Mapped"})
_VALIDATORS = frozenset({"field_validator", "validator", "validates"})


class Definitions:
    """Looks up the classes and functions that are defined in a module."""

    def __init__(self, index: NodeIndex, reads: NameReads) -> None:
        self._index = index
        self._reads = reads
        self._families: dict[ast.ClassDef, frozenset[ast.ClassDef]] = {}
        self._ancestors: dict[ast.ClassDef, list[ast.ClassDef]] = {}
        self._selves: dict[ast.Name, ast.ClassDef | None] = {}
        self._methods: dict[ast.ClassDef, dict[str, Function]] = {}
        self._reads_of: dict[tuple[ast.ClassDef, str, bool], list[ast.Attribute]] = {}
        self._objects: dict[ast.expr, frozenset[ast.ClassDef]] = {}
        self._asking: set[ast.expr] = set()
        self._calls: dict[Function, list[tuple[ast.expr, bool]]] = {}
        self._sites = Sites(index, reads, self._values)

    # -- classes ---------------------------------------------------------------------------------

    def ancestors(self, cls: ast.ClassDef) -> list[ast.ClassDef]:
        """The class and its base classes in this file, the nearest first."""
        known = self._ancestors.get(cls)
        if known is None:
            known = self._ancestors[cls] = [cls]
            for one in known:
                for base in one.bases:
                    base = base.value if isinstance(base, ast.Subscript) else base
                    known += (found for found in self.classes_named(base) if found not in known)
        return known

    def classes_named(self, node: ast.expr) -> list[ast.ClassDef]:
        """The classes of this file that a name stands for."""
        return [one for one in self._index.means(node).definitions if isinstance(one, ast.ClassDef)]

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

    def field_at(self, cls: ast.ClassDef, at: int | None) -> str | None:
        """The annotated field that takes the positional argument of that place."""
        fields = self.fields(cls)
        return fields[at] if at is not None and at < len(fields) else None

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
                    words = self._index.means(function).words
                    if not of_attrs and not (words & _VALIDATORS and name in names):
                        continue
                    positional = method.args.args
                    at = 2 if of_attrs or "validates" in words else 1
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
                first = positional[0].arg == node.id and not self._index.decorated(function, STATIC)
                return self._index.class_of(function) if first and isinstance(parent, ast.AST) else None
            function = self._index.function_of(function)
        return None

    def classes_of(self, node: ast.expr, depth: int = _DEEPEST) -> frozenset[ast.ClassDef]:
        """The classes of this file that the object ``node`` may be an instance of (or be itself)."""
        known = self._objects.get(node)
        if known is None:
            if node in self._asking:
                return frozenset()
            self._asking.add(node)
            known = frozenset(self._classes_of(node, depth))
            self._asking.discard(node)
            if depth == _DEEPEST:
                self._objects[node] = known
        return known

    def _classes_of(self, node: ast.expr, depth: int) -> Iterator[ast.ClassDef]:
        if depth == 0:
            return
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Call):
            yield from self._given(node)
        elif isinstance(node, ast.Name):
            own = self.class_of_self(node)
            targets = self._reads.bindings(node) if own is None else []
            for target in targets:
                yield from self._bound(target, depth)
            if not targets:
                yield from self.classes_named(node) if own is None else (own,)
        elif isinstance(node, ast.Attribute):
            for cls in self.classes_of(node.value, depth - 1):
                declared = self.field(cls, node.attr)
                if isinstance(declared, ast.AnnAssign):
                    yield from self._named(declared.annotation)
                for value in self._assigned(cls, node.attr):
                    yield from self.classes_of(value, depth - 1)

    def _given(self, call: ast.Call) -> Iterator[ast.ClassDef]:
        """The classes of what a call gives."""
        cls = self._around(call) if self._is_above(call) else None
        if cls is not None:
            yield cls
        for found in self.called(call):
            if isinstance(found, ast.ClassDef):
                yield found
            elif found.returns is not None:
                yield from self._named(found.returns)

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
                pending.append(self._index.quoted(node))
            elif isinstance(node, ast.BinOp):
                pending += (node.left, node.right)
            elif isinstance(node, ast.Subscript):
                if self._index.means(node.value).words & _OF_ONE:
                    pending += node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            elif node is not None:
                yield from self.classes_named(node)

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

    def sites(self, call: ast.Call) -> list[Site]:
        """All that a call may call, with the arguments that it gets."""
        return self._sites.of(call)

    def called(self, call: ast.Call) -> list[Definition]:
        """The functions and classes of this file that a call may call."""
        found = dict.fromkeys(one for site in self.sites(call) for one in self.callees(site))
        return [*found]

    def callees(self, site: Site) -> list[Definition]:
        """The functions and classes of this file that are called at one site of a call."""
        function = site.function
        if isinstance(function, ast.Name):
            own = self.class_of_self(function)
            if own is not None:
                return [own] if self._is_class(function) else []
        if site.meaning.definitions or not isinstance(function, ast.Attribute):
            return [*site.meaning.definitions]
        if function.attr not in self._index.functions:
            return []
        base = function.value
        above = isinstance(base, ast.Call) and self._is_above(base)
        methods = (self.method(cls, function.attr, above=above) for cls in self.classes_of(base))
        return [*dict.fromkeys(method for method in methods if method is not None)]

    def _is_above(self, call: ast.Call) -> bool:
        return self._index.means(call.func).among(_ABOVE)

    def _values(self, attribute: ast.Attribute) -> list[tuple[ast.expr, bool]]:
        """The values of an attribute; each with whether a function among them would get the instance."""
        index, name = self._index, attribute.attr
        if name not in index.stored and name not in index.set_attributes:
            return []
        found: dict[ast.expr, bool] = {}
        of_instance = not self.classes_named(attribute.value)
        for cls in sorted(self.classes_of(attribute.value), key=position):
            declared = self.field(cls, name)
            if declared is not None and declared.value is not None:
                found[declared.value] = of_instance
            found |= dict.fromkeys(self._assigned(cls, name), False)
        return [*found.items()]

    def _is_class(self, name: ast.Name) -> bool:
        """Whether the first parameter of a method is the class."""
        function = self._index.function_of(name)
        if function is None:
            return False
        return self._index.decorated(function, OF_CLASS) or name.id == "cls" or function.name == "__new__"

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
                if function in self._index.means(read).definitions:
                    yield self._used(read)
            return
        for attribute in self._index.attributes.get(name, ()):
            if any(self.method(one, name) is function for one in self.classes_of(attribute.value)):
                if self._index.decorated(function, _OF_PROPERTY):
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


def is_fixture(function: Function, index: NodeIndex) -> bool:
    """Whether this is a fixture of pytest, whose value the parameters of its name get."""
    return index.decorated(function, _FIXTURE)


def parameter_for(
    function: Function | ast.Lambda, site: Site, given: ast.expr | ast.keyword, *, bound: bool
) -> tuple[ast.arg, bool] | None:
    """The parameter that an argument goes to, and whether it is one of ``**kwargs`` or ``*args``.

    ``bound``: the first parameter is given already.
    """
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if isinstance(given, ast.keyword):
        for parameter in (*positional, *arguments.kwonlyargs):
            if parameter.arg == given.arg:
                return parameter, False
        return None if arguments.kwarg is None or given.arg is None else (arguments.kwarg, True)
    at = site.place(given)
    if at is None:
        return None
    at += bound
    if at < len(positional):
        return positional[at], False
    return None if arguments.vararg is None else (arguments.vararg, True)
