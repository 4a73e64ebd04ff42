"""Small questions about syntax trees that need no scope."""

from __future__ import annotations

import ast
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

#: Context managers that swallow exceptions: what their body binds may not have happened.
_SWALLOWING = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
#: Fields that hold no node, or a context or an operator, in whatever class of nodes they are.
_NO_NODES = frozenset(
    ["ctx", "op", "ops", "kind", "conversion", "id", "attr", "asname", "level", "type_comment"]
)
_NO_CODE = _NO_NODES | {"annotation", "returns", "type_params"}


def _lister(skipped: frozenset[str]) -> Callable[[ast.AST], list[ast.AST]]:
    """A function that lists the child nodes of a node, but for those in some fields."""
    known: dict[type[ast.AST], tuple[str, ...]] = {}

    def list_children(node: ast.AST) -> list[ast.AST]:
        kind = node.__class__
        fields = known.get(kind)
        if fields is None:
            fields = known[kind] = tuple(name for name in kind._fields if name not in skipped)
        found: list[ast.AST] = []
        for name in fields:
            value = getattr(node, name, None)
            if value.__class__ is list:
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
        return found

    return list_children


#: The child nodes that hold executed code (annotations and operators do not).
children = _lister(_NO_CODE)
#: The child nodes, as :func:`ast.iter_child_nodes` in half the time, but no contexts and operators.
below = _lister(_NO_NODES)


def descendants(root: ast.AST) -> Iterator[ast.AST]:
    """``root`` and all nodes below it but contexts and operators, in no certain order."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        if node.__class__ is not ast.Name and node.__class__ is not ast.Constant:
            pending += below(node)


def statements(root: ast.AST) -> Iterator[ast.AST]:
    """``root`` and the statements below it, with handlers and cases, as :func:`ast.walk` orders them."""
    pending = deque([root])
    while pending:
        node = pending.popleft()
        yield node
        for name in ("body", "handlers", "orelse", "finalbody", "cases"):
            pending += getattr(node, name, ())


def executed(*roots: ast.AST) -> Iterator[ast.AST]:
    """The nodes and what is executed with them: not the bodies of functions, classes and lambdas in them."""
    pending = [*roots]
    while pending:
        node = pending.pop()
        yield node
        kind = node.__class__
        if kind is not ast.Name and kind is not ast.Constant and kind not in _SCOPES:
            pending += below(node)


def decorators_of(function: ast.AST) -> list[ast.expr]:
    """The decorators of a function; what is called is what is before the parenthesis."""
    found: list[ast.expr] = getattr(function, "decorator_list", [])
    return [one.func if isinstance(one, ast.Call) else one for one in found]


def may_hand_on(value: ast.expr) -> bool:
    """Whether the value of this expression may be an id source or a module, by its form alone."""
    return isinstance(
        value,
        (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Await),
    )


#: Expressions that may be text.
TEXTS = (ast.Constant, ast.Name, ast.BinOp, ast.JoinedStr, ast.IfExp, ast.NamedExpr)


def may_be_text(value: ast.expr) -> bool:
    """Whether this is literal text, or put together from such, by its form alone."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str)
    return isinstance(value, ast.JoinedStr) or (
        isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add)
    )


def possible_values(node: ast.BoolOp) -> list[ast.expr]:
    """The operands that a function or a module may come out of: these are true, so `and` goes on."""
    return node.values[-1:] if isinstance(node.op, ast.And) else node.values


def is_value_of(node: ast.AST, alternatives: ast.BoolOp) -> bool:
    """Whether its operand ``node`` is one of the :func:`possible_values` of ``alternatives``."""
    return isinstance(alternatives.op, ast.Or) or alternatives.values[-1] is node


def by_default(arguments: ast.arguments) -> dict[ast.AST, ast.arg]:
    """The parameter that each default value belongs to."""
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(reversed(positional), reversed(arguments.defaults), strict=False)]
    pairs += [
        (parameter, default)
        for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    ]
    return {default: parameter for parameter, default in pairs}


def names_in(target: ast.expr) -> Iterable[str]:
    """The names that an assignment to ``target`` binds."""
    return (
        node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )


def bound_in(body: Sequence[ast.stmt]) -> set[str]:
    """The names that the statements of a class body bind, wherever in it."""
    found: set[str] = set()
    declared: set[str] = set()
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            declared.update(node.names)
        elif isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            continue
        elif isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        else:
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(name, str):
                found.add(name)
            pending.extend(ast.iter_child_nodes(node))
    return found - declared


def join_symbol(outer: str, name: str) -> str:
    """The qualified name of ``name`` in the symbol ``outer`` (empty: the module)."""
    return f"{outer}.{name}" if outer else name


def unpack(targets: Sequence[ast.expr], value: ast.expr | None) -> Iterable[tuple[ast.expr, ast.expr | None]]:
    """Pair the targets of an unpacking with the expressions they get, where these are written out."""
    unknown = [(target, None) for target in targets]
    if not isinstance(value, (ast.Tuple, ast.List)):
        return unknown
    values = value.elts
    if any(isinstance(item, ast.Starred) for item in values):
        return unknown
    starred = next((at for at, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if starred is None:
        return list(zip(targets, values, strict=True)) if len(targets) == len(values) else unknown
    after = len(targets) - starred - 1
    if len(values) < len(targets) - 1:
        return unknown
    pairs: list[tuple[ast.expr, ast.expr | None]] = list(zip(targets[:starred], values, strict=False))
    pairs.append((targets[starred], None))
    if after:
        pairs += zip(targets[-after:], values[-after:], strict=True)
    return pairs


def always_true(test: ast.expr) -> bool:
    """Whether a loop with this test ends by ``break`` only."""
    return isinstance(test, ast.Constant) and bool(test.value)


def is_type_checking(test: ast.expr) -> bool:
    """Whether the code under this test is for type checkers only."""
    return called_name(test) == "TYPE_CHECKING"


def swallows(manager: ast.expr) -> bool:
    """Whether this context manager may end its body early without an exception."""
    return called_name(manager) in _SWALLOWING


def irrefutable(pattern: ast.pattern) -> bool:
    """Whether a pattern matches everything."""
    while isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    if isinstance(pattern, ast.MatchOr):
        return any(isinstance(part, ast.MatchAs) and part.pattern is None for part in pattern.patterns)
    return isinstance(pattern, ast.MatchAs)


def binds(body: Iterable[ast.AST], name: str) -> bool:
    """Whether a statement of ``body`` binds ``name`` in this very scope."""
    return name in bound_names(body)


def bound_names(body: Iterable[ast.AST]) -> set[str]:
    """The names that the statements of ``body`` bind in this very scope."""
    found: set[str] = set()
    for part in executed(*body):
        if isinstance(part, ast.Name):
            if not isinstance(part.ctx, ast.Load):
                found.add(part.id)
        elif isinstance(part, ast.alias):
            found.add(part.asname or part.name.partition(".")[0])
        else:
            found.update((getattr(part, "name", None) or "", getattr(part, "rest", None) or ""))
    return found


def declared_names(body: Iterable[ast.stmt], *, inner: bool) -> set[str]:
    """The names under ``global`` or ``nonlocal``: in this scope, or, ``inner``, in a function in it."""
    return {
        name
        for statement in body
        for part in (descendants(statement) if inner else executed(statement))
        if isinstance(part, (ast.Global, ast.Nonlocal))
        for name in part.names
    }


def targets_of(node: ast.comprehension) -> set[str]:
    """The names that one ``for`` of a comprehension binds."""
    return set(names_in(node.target))


def last_name(node: ast.AST | None) -> str:
    """The name of a name, the last name of an attribute; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def called_name(node: ast.AST) -> str:
    """The last name of what is called or written: ``b`` for ``a.b()``; empty for anything else."""
    return last_name(node.func if isinstance(node, ast.Call) else node)


def absolute(package: str, level: int, module: str | None) -> str | None:
    """The absolute name of the module of a ``from`` import; None if it leaves the top package.

    A leading dot marks a relative import, which never is a module from elsewhere: with the package
    ``a.b``, ``from ..c import d`` gives ``.a.c`` and ``from ... import d`` gives ``.``.
    """
    if not level:
        return module
    parts = package.split(".") if package else []
    if level - 1 > len(parts):
        return None
    if level > 1:
        parts = parts[: len(parts) - (level - 1)]
    if module:
        parts.append(module)
    return "." + ".".join(parts)


def member(module: str, name: str) -> str:
    """The dotted name of ``name`` in ``module``."""
    return module + name if module.endswith(".") else f"{module}.{name}"


def imported(module: str, name: str) -> str:
    """The dotted name that ``from module import name`` binds.

    A colon ends what surely is the name of a module: with ``from a.b import c`` it is ``a.b:.c``,
    where ``b`` is the submodule, even if the package binds something else to that name.
    """
    if module in sys.stdlib_module_names or module.endswith("."):
        return member(module, name)
    return f"{module}:.{name}"


def certainly_bound(body: Sequence[ast.stmt]) -> set[str]:
    """The names that these statements bind whatever way is taken through them; some are left out."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(statement.name)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            found.update(alias.asname or alias.name.partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.Assign):
            found.update(name for target in statement.targets for name in names_in(target))
        elif isinstance(statement, ast.AnnAssign):
            if statement.value is not None:
                found.update(names_in(statement.target))
        elif isinstance(statement, ast.Delete):
            found -= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            found |= certainly_bound(statement.body)
        elif isinstance(statement, (ast.If, ast.Try)):
            gone = {
                name.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Delete)
                for name in ast.walk(node)
                if isinstance(name, ast.Name)
            }
            found = (found | _bound_either_way(statement)) - gone
    return found


def _bound_either_way(statement: ast.If | ast.Try) -> set[str]:
    if isinstance(statement, ast.If):
        chain = [certainly_bound(statement.body)]
        while len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
            statement = statement.orelse[0]
            chain.append(certainly_bound(statement.body))
        return certainly_bound(statement.orelse).intersection(*chain)
    ways = [certainly_bound(handler.body) for handler in statement.handlers]
    found = certainly_bound([*statement.body, *statement.orelse]).intersection(*ways)
    return found | certainly_bound(statement.finalbody)
