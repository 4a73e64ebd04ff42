"""What the source of a class, or of a function, says of values that may be None."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from flake8_ssot_ids.semantics.module.occurrences import nodes_on, rows_with
from flake8_ssot_ids.semantics.module.scopes import CLASS, FUNCTION, Hits, Scope
from flake8_ssot_ids.semantics.module.syntax import (
    bound_names,
    called_name,
    declared_names,
    executed,
)
from flake8_ssot_ids.semantics.states.facts import GOOD, NONE, USELESS, is_collection, is_useless

Method = ast.FunctionDef | ast.AsyncFunctionDef
Function = Method | ast.Lambda
#: What ``self.<attribute>`` may be where a method of a class ends.
ExitOf = Callable[[Method, ast.ClassDef, str], int]

#: Methods and functions that give None where they find nothing, unless told otherwise.
_MAY_FAIL = frozenset(
    {
        "get", "pop", "getenv", "first", "one_or_none", "scalar_one_or_none", "scalar", "find", "find_one",
        "match", "search", "fullmatch",
    }
)  # fmt: skip
#: Decorators, and ends of names of base classes, that make annotated names fields of each instance.
_DECORATORS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "s", "attributes", "attr"})
_BASES = ("Model", "NamedTuple", "Struct", "Schema", "Settings", "Document")


def may_give_none(call: ast.Call, module: ast.AST | None) -> tuple[bool, list[ast.expr]]:
    """Whether a call gives None at times, as far as is known, and values that it may give instead."""
    function, name = call.func, called_name(call)
    if name == "getattr":
        return False, call.args[2:3]
    may_fail = name in _MAY_FAIL and (isinstance(function, ast.Attribute) or name == "getenv")
    if may_fail and (name != "pop" or call.args):
        default = [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "default")]
        return not default, default
    return any(is_useless_by(one.returns) for one in _called(function, module)), []


def _called(function: ast.expr, module: ast.AST | None) -> list[Method]:
    """The function of this module that is called by its name, or the methods that have this name."""
    body = getattr(module, "body", [])
    if isinstance(function, ast.Name):
        return [one for one in body if isinstance(one, Method) and one.name == function.id]
    if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)):
        return []
    if function.value.id not in ("self", "cls"):
        return []
    return [
        one
        for owner in body
        if isinstance(owner, ast.ClassDef)
        for one in owner.body
        if isinstance(one, Method) and one.name == function.attr
    ]


def is_useless_by(annotation: ast.expr | None) -> bool:
    """Whether an annotation lets None in, or what is no id of a user."""
    return is_optional(annotation) or is_collection(annotation)


def is_optional(annotation: ast.expr | None) -> bool:
    """Whether an annotation lets None in; one that is not there says nothing."""
    return annotation is not None and any(
        (isinstance(inner, ast.Constant) and (inner.value is None or "None" in str(inner.value)))
        or (isinstance(inner, ast.Name) and inner.id in ("Optional", "Any", "object"))
        or (isinstance(inner, ast.Attribute) and inner.attr in ("Optional", "Any"))
        or (
            isinstance(inner, ast.Constant)
            and ("Optional" in str(inner.value) or inner.value in ("Any", "object"))
        )
        for inner in ast.walk(annotation)
    )


def annotation_of(owner: ast.ClassDef, attribute: str) -> ast.expr | None:
    """The annotation of a field in the body of a class."""
    field = _field(owner, attribute)
    return field.annotation if field is not None else None


def _field(owner: ast.ClassDef, attribute: str) -> ast.AnnAssign | None:
    for statement in owner.body:
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and statement.target.id == attribute
        ):
            return statement
    return None


def always_set(owner: ast.ClassDef, attribute: str, exit_of: ExitOf) -> bool:
    """Whether each instance has the attribute from its making on, as long as no method resets it."""
    inits = [one for one in owner.body if isinstance(one, Method) and one.name == "__init__"]
    if inits:
        return exit_of(inits[-1], owner, attribute) == GOOD or _has_default(owner, attribute)
    field = _field(owner, attribute)
    if _has_default(owner, attribute):
        return True
    if field is None or is_useless_by(field.annotation) or not _is_record(owner):
        return False
    names = {getattr(part, "id", getattr(part, "attr", "")) for part in ast.walk(field.annotation)}
    value = field.value
    return "ClassVar" not in names and (
        value is None or (isinstance(value, ast.Call) and not _none_inside(value))
    )


def _has_default(owner: ast.ClassDef, attribute: str) -> bool:
    """Whether the class itself gives it a value that is written out and not None."""
    found = False
    for statement in owner.body:
        value = None
        if isinstance(statement, ast.Assign):
            names = [one.id for one in statement.targets if isinstance(one, ast.Name)]
            value = statement.value if attribute in names else None
        elif isinstance(statement, ast.AnnAssign) and getattr(statement.target, "id", "") == attribute:
            value = statement.value
        if value is not None:
            is_literal = isinstance(value, (ast.Constant, ast.JoinedStr)) and not is_useless(value)
            found = is_literal and not _none_inside(value)
    return found


def _none_inside(value: ast.expr) -> bool:
    return any(isinstance(part, ast.Constant) and part.value is None for part in ast.walk(value))


def _is_record(owner: ast.ClassDef) -> bool:
    """Whether an annotation in the body makes a field that ``__init__`` sets."""
    for decorator in owner.decorator_list:
        if called_name(decorator) in _DECORATORS:
            return True
    bases = (base.value if isinstance(base, ast.Subscript) else base for base in owner.bases)
    return any(called_name(base).endswith(_BASES) for base in bases)


class Resets:
    """Which methods of a class set an attribute to no id, or delete it; asked once for each attribute.

    Args:
        text: the source of the module: only rows with the attribute are looked at; None: all are.
    """

    def __init__(self, text: str | None = None) -> None:
        self._text = text
        self._rows: dict[str, Hits] = {}
        self._known: dict[tuple[ast.ClassDef, str], list[Method]] = {}

    def is_reset(self, owner: ast.ClassDef, attribute: str, apart: Method | None = None) -> bool:
        """Whether a method may set the attribute to no id or delete it, ``__init__`` and ``apart`` aside."""
        known = self._known.get((owner, attribute))
        if known is None:
            hits = self._rows.get(attribute)
            if hits is None:
                found = None if self._text is None else rows_with(self._text, (), (attribute,))
                hits = self._rows[attribute] = Hits(found)
            known = self._known[owner, attribute] = [
                method
                for method in owner.body
                if isinstance(method, Method)
                and method.name not in ("__init__", "__del__")
                and _resets(method, attribute, hits)
            ]
        return any(method is not apart for method in known)


def _resets(method: Method, attribute: str, hits: Hits) -> bool:
    if not hits.between(method.lineno, method.end_lineno or method.lineno):
        return False
    for node in nodes_on(method, hits):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if _is_attribute(target, attribute) and _may_be_useless(node.value, method):
                    return True
        elif isinstance(node, ast.Delete) and any(_is_attribute(one, attribute) for one in node.targets):
            return True
    return False


def _is_attribute(node: ast.expr, attribute: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == attribute


def _may_be_useless(value: ast.expr | None, method: Method) -> bool:
    """Whether a value is None or no id by its form; the name of a parameter that may be so is so, too."""
    pending = [] if value is None else [value]
    while pending:
        node = pending.pop()
        if is_useless(node) or (isinstance(node, ast.Constant) and node.value is None):
            return True
        if isinstance(node, ast.IfExp):
            pending += (node.body, node.orelse)
        elif isinstance(node, ast.BoolOp):
            pending += node.values[-1:] if isinstance(node.op, ast.Or) else node.values
        elif isinstance(node, ast.Call):
            none, others = may_give_none(node, None)
            if none:
                return True
            pending += others
        elif isinstance(node, ast.Name) and (parameter_state(method, node.id) or 0) & (NONE | USELESS):
            return True
    return False


# -- parameters -------------------------------------------------------------------------------


def parameter_state(function: Function, name: str) -> int | None:
    """What a parameter may be by its default and annotation; None if there is none of this name."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: dict[str, ast.expr | None] = dict(
        zip((a.arg for a in reversed(positional)), reversed(arguments.defaults), strict=False)
    )
    defaults |= {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)}
    parameter = next((one for one in parameters(function) if one.arg == name), None)
    if parameter is None:
        rest = (arguments.vararg, arguments.kwarg)
        return USELESS if any(one is not None and one.arg == name for one in rest) else None
    default = defaults.get(name)
    if is_collection(parameter.annotation) or (default is not None and is_useless(default)):
        return USELESS | NONE | GOOD
    if is_optional(parameter.annotation) or (default is not None and _default_is_none(default)):
        return NONE | GOOD
    return GOOD


def _default_is_none(default: ast.expr) -> bool:
    """Whether a default is None, also as in ``Query(None)``."""
    if isinstance(default, ast.Call):
        first = [*default.args[:1], *(one.value for one in default.keywords if one.arg == "default")]
        return any(isinstance(one, ast.Constant) and one.value is None for one in first)
    return isinstance(default, ast.Constant) and default.value is None


def parameters(function: Function) -> list[ast.arg]:
    """Those that have a name of their own."""
    arguments = function.args
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


# -- methods ----------------------------------------------------------------------------------


def method_of(scope: Scope) -> tuple[Method | None, ast.ClassDef | None]:
    """The method that a scope belongs to, and its class."""
    current: Scope | None = scope
    while current is not None:
        node, parent = current.node, current.parent
        if current.kind is FUNCTION and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if parent is not None and parent.kind is CLASS and isinstance(parent.node, ast.ClassDef):
                return node, parent.node
            return None, None
        if current.kind is CLASS:
            return None, None
        current = parent
    return None, None


def first_parameter(method: Method) -> str | None:
    """The name of the object in a method; None where there is none, as in a static one."""
    decorators = {getattr(decorator, "id", "") for decorator in method.decorator_list}
    parameters = [*method.args.posonlyargs, *method.args.args]
    if decorators & {"staticmethod", "classmethod"} or not parameters or method.name == "__new__":
        return None
    return parameters[0].arg


def module_of(scope: Scope) -> ast.AST | None:
    """The tree of the module that a scope is in."""
    while scope.parent is not None:
        scope = scope.parent
    return scope.node


def nothing(_: ast.AST) -> int:
    """No call makes anything of it."""
    return 0


class Interrupts:
    """What is called may reset the attribute: a method of the same object, or what is given it."""

    def __init__(self, base: str) -> None:
        self._base = base

    def __call__(self, node: ast.AST) -> int:
        """NONE where something in ``node`` may reset it, else 0."""
        for part in ast.walk(node):
            if isinstance(part, (ast.Await, ast.Yield, ast.YieldFrom)):
                return NONE
            if isinstance(part, ast.Call):
                given = [*part.args, *(keyword.value for keyword in part.keywords)]
                if isinstance(part.func, ast.Attribute):
                    given.append(part.func.value)
                if any(isinstance(one, ast.Name) and one.id == self._base for one in given):
                    return NONE
        return 0


# -- bodies -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """The names that a body binds, that it declares, that a function in it declares; attributes it stores."""

    binds: set[str]
    declares: set[str]
    inner: set[str]
    stores: set[str]

    def may_bind(self, key: str) -> bool:
        """Whether a statement of the body may bind a name, or an attribute of one."""
        name, _, attribute = key.partition(".")
        return name in self.binds or "*" in self.binds or attribute in self.stores


class Bodies:
    """What the bodies of one module bind and declare; each is looked at once."""

    def __init__(self, may_declare: bool) -> None:
        """``may_declare``: whether the module has a ``global`` or a ``nonlocal`` at all."""
        self._may_declare = may_declare
        self._known: dict[ast.AST, Facts] = {}

    def facts_of(self, node: Function | ast.Module) -> Facts:
        """What the body of a function or a module binds and declares."""
        known = self._known.get(node)
        if known is None:
            body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
            statements = [] if isinstance(node, ast.Lambda) or not self._may_declare else node.body
            stores = (
                part.attr
                for part in executed(*body)
                if isinstance(part, ast.Attribute) and not isinstance(part.ctx, ast.Load)
            )
            known = self._known[node] = Facts(
                bound_names(body),
                declared_names(statements, inner=False),
                declared_names(statements, inner=True),
                set(stores),
            )
        return known


class Walruses:
    """The assignment expressions that are executed with a node; each node is searched once."""

    def __init__(self) -> None:
        self._known: dict[ast.AST, tuple[ast.NamedExpr, ...]] = {}

    def within(self, node: ast.AST) -> tuple[ast.NamedExpr, ...]:
        """Those in ``node``, in the order of the search."""
        known = self._known.get(node)
        if known is None:
            found = (part for part in executed(node) if isinstance(part, ast.NamedExpr))
            known = self._known[node] = tuple(found)
        return known
