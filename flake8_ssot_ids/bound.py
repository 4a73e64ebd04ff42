"""Whether a name, or an attribute such as ``self.user_id``, surely is bound and not known to be None.

What a remedy writes must neither raise ``NameError`` nor hand on None. Where that is not certain by the
structure of the code alone, the answer is no.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from flake8_ssot_ids.names.scopes import CLASS, COMPREHENSION, FUNCTION, Scope

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
#: A block and the index of the statement in it that leads to the place; from the outermost block inward.
Path = list[tuple[Sequence[ast.stmt], int]]

#: Methods and functions that give None where they find nothing, unless told otherwise.
_MAY_FAIL = frozenset(
    {
        "get", "pop", "getenv", "first", "one_or_none", "scalar_one_or_none", "scalar", "find", "find_one",
        "match", "search", "fullmatch",
    }
)  # fmt: skip
_DEEPEST = 20


def is_bound(text: str, scope: Scope, statement: ast.stmt) -> bool:
    """Whether ``text``, a name or one attribute of a name, can be written in ``statement`` of ``scope``."""
    name, _, attribute = text.partition(".")
    if not attribute:
        return _Place(scope, statement).name(name)
    return _Place(scope, statement).attribute(name, attribute)


class _Place:
    """One statement in its scope, and what surely was done before it."""

    def __init__(self, scope: Scope, statement: ast.stmt) -> None:
        self._scope = scope
        self._statement = statement

    def name(self, name: str) -> bool:
        """Whether a plain name is bound, and not known to be None."""
        inner = self._scope
        current: Scope | None = self._scope
        while current is not None:
            node = current.node
            if current.kind is CLASS:
                if current is inner:
                    return False
            elif current.kind is COMPREHENSION:
                if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)) and any(
                    name in _names(generator.target) for generator in node.generators
                ):
                    return True
            elif name in current.declared:
                return False
            elif current is inner or _only_comprehensions(inner, current):
                found = _in_scope(name, current, self._statement)
                if found is not None:
                    return found
            elif current.kind is FUNCTION:
                found = _in_outer(name, current, self._statement)
                if found is not None:
                    return found
            current = current.parent
        return False

    def attribute(self, base: str, attribute: str) -> bool:
        """Whether ``base.attribute`` is set: of ``self``, or of a parameter whose class says so."""
        method, owner = _method_of(self._scope)
        if method is None or owner is None or base != _first_parameter(method):
            return self._of_parameter(base, attribute)
        path = path_to(method.body, self._statement)
        if path is not None:
            last = None
            for before in _before(path):
                value = _stored(before, base, attribute)
                if value is not None:
                    last = value
            if last is not None and method.name == "__init__":
                return self._value(last, method)
            if last is not None:
                return self._value(last, method) and not _reset(owner, attribute)
        if method.name == "__init__":
            return False
        return _set_by_class(owner, attribute)

    def _of_parameter(self, base: str, attribute: str) -> bool:
        """``context.user_id`` where ``context: Context``, a class of the module that always has it."""
        scope: Scope | None = self._scope
        while scope is not None and scope.kind is not FUNCTION:
            scope = scope.parent
        if scope is None or not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        function = scope.node
        parameter = next((one for one in _parameters(function) if one.arg == base), None)
        if parameter is None or parameter.annotation is None or not self.name(base):
            return False
        wanted = parameter.annotation
        if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
            name = wanted.value
        elif isinstance(wanted, ast.Name):
            name = wanted.id
        else:
            return False
        module = scope
        while module.parent is not None:
            module = module.parent
        body = getattr(module.node, "body", [])
        owner = next((one for one in body if isinstance(one, ast.ClassDef) and one.name == name), None)
        return owner is not None and _set_by_class(owner, attribute)

    def _value(self, value: ast.expr, function: Function) -> bool:
        if isinstance(value, ast.Name):
            return self.name(value.id)
        return not _may_be_none(value) and isinstance(function, ast.AST)


# -- one scope ------------------------------------------------------------------------------------


def _in_scope(name: str, scope: Scope, statement: ast.stmt) -> bool | None:
    """Whether ``name`` is good at ``statement`` of this very scope; None if the scope does not bind it."""
    node = scope.node
    parameter = _parameter(node, name) if isinstance(node, Function) else None
    body: Sequence[ast.stmt] = getattr(node, "body", []) if not isinstance(node, ast.Lambda) else []
    stores = [*_stores(body, name)]
    if parameter is None and not stores:
        return None
    if isinstance(node, ast.Lambda):
        return parameter
    path = path_to(body, statement)
    if path is None:
        return False
    good = parameter
    last: ast.stmt | None = None
    for before in _before(path):
        value = _assigned(before, name)
        if value is not None:
            good, last = not _is_none(value, name, scope, before), before
        elif _guards(before, name):
            good = good is not None or None
        elif any(True for _ in _stores([before], name)):
            # What a branch may have bound adds to what was there.
            good = good is True and all(
                inner is not None and not _may_be_none(inner) for inner in _stores([before], name)
            )
    for block, index in path:
        holder = block[index]
        if holder is statement and not isinstance(holder, (ast.If, ast.For, ast.AsyncFor, ast.While)):
            continue
        good = _narrowed(good, holder, name, path)
    in_loop = any(
        isinstance(block[index], (ast.For, ast.AsyncFor, ast.While)) and block[index] is not statement
        for block, index in path
    )
    if in_loop and last is None and good:
        # A later round of the loop sees what the round before has bound.
        good = all(value is not None and not _may_be_none(value) for value in stores)
    return bool(good)


def _is_none(value: ast.expr, name: str, scope: Scope, statement: ast.stmt) -> bool:
    """Whether the value that ``name`` gets may be None; another name is followed once."""
    if isinstance(value, ast.Name):
        return value.id == name or not _in_scope(value.id, scope, statement)
    return _may_be_none(value)


def _in_outer(name: str, scope: Scope, statement: ast.stmt) -> bool | None:
    """Whether an inner function may rely on ``name`` of this one; None if it does not bind it."""
    node = scope.node
    if not isinstance(node, Function):
        return None
    parameter = _parameter(node, name)
    body = [] if isinstance(node, ast.Lambda) else node.body
    stores = [*_stores(body, name)]
    if parameter is None and not stores:
        return None
    if not stores:
        return parameter
    if parameter is not None or len(stores) != 1:
        return False
    path = path_to(body, statement)
    value = stores[0]
    return (
        path is not None
        and value is not None
        and not _may_be_none(value)
        and any(_assigned(before, name) is value for before in _before(path))
    )


def _narrowed(good: bool | None, holder: ast.stmt, name: str, path: Path) -> bool | None:
    """What the statement around the place says: ``if user_id:``, ``for user_id in …``."""
    if isinstance(holder, ast.If):
        inside = any(block is holder.body for block, _ in path)
        if inside and _asserts(holder.test, name):
            return good is not None or None
        if not inside and _denies(holder.test, name) and any(block is holder.orelse for block, _ in path):
            return good is not None or None
    elif isinstance(holder, (ast.For, ast.AsyncFor)):
        if name in _names(holder.target) and any(block is holder.body for block, _ in path):
            return True
    elif (
        isinstance(holder, ast.While)
        and any(block is holder.body for block, _ in path)
        and _asserts(holder.test, name)
    ):
        return good is not None or None
    return good


def _guards(statement: ast.stmt, name: str) -> bool:
    """Whether behind ``statement`` the name is not None: ``if not name: raise``, ``assert name``."""
    if isinstance(statement, ast.Assert):
        return _asserts(statement.test, name)
    return (
        isinstance(statement, ast.If)
        and not statement.orelse
        and _denies(statement.test, name)
        and isinstance(statement.body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))
    )


def _asserts(test: ast.expr, name: str) -> bool:
    """Whether the name is not None where ``test`` is true."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_asserts(part, name) for part in test.values)
    if isinstance(test, ast.Name):
        return test.id == name
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == name
        and isinstance(test.ops[0], ast.IsNot)
        and len(test.ops) == 1
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value is None
    )


def _denies(test: ast.expr, name: str) -> bool:
    """Whether the name is not None where ``test`` is false."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(_denies(part, name) for part in test.values)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Name) and test.operand.id == name
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == name
        and len(test.ops) == 1
        and isinstance(test.ops[0], (ast.Is, ast.Eq))
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value is None
    )


# -- values and annotations -----------------------------------------------------------------------


def _may_be_none(value: ast.expr) -> bool:
    """Whether the form of ``value`` says that it may be None."""
    pending = [value]
    for _ in range(_DEEPEST):
        if not pending:
            return False
        node = pending.pop()
        if isinstance(node, ast.Constant):
            if node.value is None:
                return True
        elif isinstance(node, ast.IfExp):
            pending += (node.body, node.orelse)
        elif isinstance(node, ast.BoolOp):
            pending += node.values[-1:] if isinstance(node.op, ast.Or) else node.values
        elif isinstance(node, (ast.Await, ast.NamedExpr)):
            pending.append(node.value)
        elif isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name == "getattr":
                pending += node.args[2:3]
            elif name in _MAY_FAIL:
                if len(node.args) < 2 and not node.keywords:
                    return True
                pending += node.args[1:2]
        elif isinstance(node, ast.Name):
            # Another name: whether it may be None is another question.
            return True
    return bool(pending)


def is_optional(annotation: ast.expr | None) -> bool:
    """Whether an annotation lets None in, or says nothing."""
    return annotation is not None and any(
        (isinstance(inner, ast.Constant) and (inner.value is None or "None" in str(inner.value)))
        or (isinstance(inner, ast.Name) and inner.id in ("Optional", "Any", "object"))
        or (isinstance(inner, ast.Attribute) and inner.attr in ("Optional", "Any"))
        or (isinstance(inner, ast.Constant) and "Optional" in str(inner.value))
        for inner in ast.walk(annotation)
    )


def _parameter(function: Function, name: str) -> bool | None:
    """Whether the parameter is not None by its default and annotation; None if there is none."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: dict[str, ast.expr | None] = dict(
        zip((a.arg for a in reversed(positional)), reversed(arguments.defaults), strict=False)
    )
    defaults |= {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)}
    parameter = next((one for one in _parameters(function) if one.arg == name), None)
    if parameter is None:
        rest = (arguments.vararg, arguments.kwarg)
        return False if any(one is not None and one.arg == name for one in rest) else None
    default = defaults.get(name)
    if isinstance(default, ast.Constant) and default.value is None:
        return False
    return not is_optional(parameter.annotation)


def _parameters(function: Function) -> list[ast.arg]:
    arguments = function.args
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


# -- classes --------------------------------------------------------------------------------------


def _method_of(scope: Scope) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef | None, ast.ClassDef | None]:
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


def _first_parameter(method: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    decorators = {getattr(decorator, "id", "") for decorator in method.decorator_list}
    parameters = [*method.args.posonlyargs, *method.args.args]
    if decorators & {"staticmethod", "classmethod"} or not parameters:
        return None
    return parameters[0].arg


def _set_by_class(owner: ast.ClassDef, attribute: str) -> bool:
    """Whether each instance of a class has the attribute from its making on, and nothing sets it to None."""
    if _reset(owner, attribute):
        return False
    for statement in owner.body:
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and statement.target.id == attribute
        ):
            value = statement.value
            says_none = isinstance(value, ast.Constant) and value.value is None
            return not is_optional(statement.annotation) and not says_none and _is_record(owner, value)
    for statement in owner.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            first = _first_parameter(statement)
            scope = Scope(FUNCTION, statement, None, "")
            for inner in statement.body:
                value = _stored(inner, first or "", attribute)
                if value is not None:
                    if isinstance(value, ast.Name):
                        return bool(_in_scope(value.id, scope, inner))
                    return not _may_be_none(value)
    return False


def _is_record(owner: ast.ClassDef, value: ast.expr | None) -> bool:
    """Whether an annotated field is set in each instance: a default, a dataclass, a model with bases."""
    return value is not None or bool(owner.decorator_list) or bool(owner.bases)


def _reset(owner: ast.ClassDef, attribute: str) -> bool:
    """Whether a method outside of ``__init__`` may set the attribute to None, or deletes it."""
    for node in ast.walk(owner):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if _is_attribute(target, attribute) and (
                    isinstance(node.value, ast.Constant) and node.value.value is None
                ):
                    return True
        elif isinstance(node, ast.Delete) and any(_is_attribute(one, attribute) for one in node.targets):
            return True
    return False


def _is_attribute(node: ast.expr, attribute: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == attribute


def _stored(statement: ast.stmt, base: str, attribute: str) -> ast.expr | None:
    """The value that a plain statement gives ``base.attribute``; None if it gives it none."""
    targets: list[ast.expr] = []
    value = None
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    for target in targets:
        if _is_attribute(target, attribute) and isinstance(target, ast.Attribute):
            owner = target.value
            if isinstance(owner, ast.Name) and owner.id == base:
                return value
    return None


# -- statements -----------------------------------------------------------------------------------


def path_to(body: Sequence[ast.stmt], statement: ast.stmt) -> Path | None:
    """The way from ``body`` down to ``statement``, or to the function or class that holds it; or None."""
    path: Path = []
    block: Sequence[ast.stmt] | None = body
    while block is not None:
        index = next((at for at, one in enumerate(block) if _holds(one, statement)), None)
        if index is None:
            return None
        path.append((block, index))
        holder = block[index]
        if holder is statement or isinstance(holder, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return path
        block = next((inner for inner in _blocks(holder) if any(_holds(s, statement) for s in inner)), None)
        if block is None:
            # It stands in the header of a compound statement.
            return path
    return path


def _holds(outer: ast.stmt, inner: ast.stmt) -> bool:
    start = min(
        (decorator.lineno for decorator in getattr(outer, "decorator_list", ())), default=outer.lineno
    )
    first = (start, 0) if start < outer.lineno else (outer.lineno, outer.col_offset)
    last = (outer.end_lineno or outer.lineno, outer.end_col_offset or 0)
    return outer is inner or (
        first <= (inner.lineno, inner.col_offset)
        and (inner.end_lineno or inner.lineno, inner.end_col_offset or 0) <= last
    )


def _blocks(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def _before(path: Path) -> Iterator[ast.stmt]:
    """The statements that were surely run before the end of the path, in order."""
    for block, index in path:
        for statement in block[:index]:
            yield from _flat(statement)


def _flat(statement: ast.stmt) -> Iterator[ast.stmt]:
    """A ``with`` that swallows nothing runs its body for certain."""
    yield statement
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        for inner in statement.body:
            yield from _flat(inner)


def _assigned(statement: ast.stmt, name: str) -> ast.expr | None:
    """The value that a plain statement binds ``name`` to; None if it does not."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name) and target.id == name:
                return statement.value
            if isinstance(target, (ast.Tuple, ast.List)) and name in _names(target):
                return _unpacked(target, statement.value, name)
    elif (
        isinstance(statement, ast.AnnAssign)
        and statement.value is not None
        and isinstance(statement.target, ast.Name)
        and statement.target.id == name
    ):
        return statement.value
    return None


def _unpacked(target: ast.Tuple | ast.List, value: ast.expr, name: str) -> ast.expr:
    """The part of ``value`` that ``name`` gets; the whole where that is not written out."""
    if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
        for one, part in zip(target.elts, value.elts, strict=True):
            if isinstance(one, ast.Name) and one.id == name:
                return part
    return value


def _stores(body: Iterable[ast.stmt], name: str) -> Iterator[ast.expr | None]:
    """The values that ``name`` is bound to anywhere in ``body``; None where that is not told."""
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name == name:
                yield None
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.stmt):
            value = _assigned(node, name)
            if value is not None:
                yield value
                pending += ast.iter_child_nodes(value)
                continue
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            yield None
        elif isinstance(node, ast.alias):
            if (node.asname or node.name.partition(".")[0]) == name:
                yield None
        elif name in (getattr(node, "name", None), getattr(node, "rest", None)):
            yield None
        pending += ast.iter_child_nodes(node)


def _names(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _only_comprehensions(inner: Scope, outer: Scope) -> bool:
    """Whether only comprehensions lie between the two scopes, which run at once."""
    current: Scope | None = inner
    while current is not None and current is not outer:
        if current.kind is not COMPREHENSION:
            return False
        current = current.parent
    return current is outer
