"""Thread, run and request id of one context, made one by one: written as one call."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flake8_ssot_ids.ids.remedies import CONTEXT_ROLES, is_context_id
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.module.scopes import FUNCTION, Scope

#: A block and the index of the statement in it that leads to the place; from the outermost block inward.
_Path = list[tuple[Sequence[ast.stmt], int]]


@dataclass(frozen=True, slots=True)
class Triple:
    """Three uses that one call replaces.

    ``first`` is the statement that the call is written before, or in the place of where it is in ``plain``:
    the statements that only bind a name of the three. ``uses`` have the name that each is replaced by.
    """

    uses: tuple[tuple[Use, str], ...]
    first: ast.stmt
    plain: tuple[ast.stmt, ...]


def triples(uses: Sequence[Use], parents: Mapping[ast.AST, ast.AST]) -> list[Triple]:
    """The contexts in the functions of a module that can be made by one call."""
    by_scope: dict[Scope, dict[str, list[Use]]] = {}
    for use in uses:
        if use.scope.kind is FUNCTION and is_context_id(use.shape, use.role) and use.role is not None:
            by_scope.setdefault(use.scope, {}).setdefault(use.role, []).append(use)
    found = []
    for scope, made in by_scope.items():
        if set(made) == set(CONTEXT_ROLES) and all(len(group) == 1 for group in made.values()):
            triple = _triple(scope, [made[role][0] for role in CONTEXT_ROLES], parents)
            if triple is not None:
                found.append(triple)
    return found


def _triple(scope: Scope, uses: Sequence[Use], parents: Mapping[ast.AST, ast.AST]) -> Triple | None:
    function = scope.node
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    blocks = []
    for use in uses:
        path = _path_to(function.body, use.statement)
        if path is None or path[-1][0][path[-1][1]] is not use.statement:
            return None
        if not _always_made(use, parents):
            return None
        blocks.append(path[-1][0])
    if any(block is not blocks[0] for block in blocks):
        return None
    first = min((use.statement for use in uses), key=lambda one: (one.lineno, one.col_offset))
    plain = tuple(use.statement for use in uses if _only_binds(use))
    wrapped = [use.statement for use in uses if _binds(use)]
    for role in CONTEXT_ROLES:
        if any(_touches(function, role, [*plain, *wrapped], first)):
            return None
    if not _is_simple(first):
        return None
    return Triple(tuple((use, use.role or "") for use in uses), first, plain)


def _always_made(use: Use, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether the id is made whenever its statement runs: not behind ``or``, in a lambda, in a loop."""
    node: ast.AST | None = parents.get(use.shape.node)
    while node is not None and not isinstance(node, ast.stmt):
        if isinstance(
            node,
            ast.BoolOp
            | ast.IfExp
            | ast.Lambda
            | ast.ListComp
            | ast.SetComp
            | ast.DictComp
            | ast.GeneratorExp,
        ):
            return False
        node = parents.get(node)
    return node is use.statement


def _only_binds(use: Use) -> bool:
    """Whether the statement is ``run_id = <the id>`` and nothing else."""
    statement = use.statement
    return _binds(use) and getattr(statement, "value", None) is use.shape.node


def _binds(use: Use) -> bool:
    statement = use.statement
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return False
    return isinstance(target, ast.Name) and target.id == use.role


def _touches(
    function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, allowed: Sequence[ast.stmt], first: ast.stmt
) -> list[ast.AST]:
    """Where the function binds ``name`` otherwise, or reads it before the first statement."""
    if any(
        one.arg == name
        for one in (*function.args.args, *function.args.kwonlyargs, *function.args.posonlyargs)
    ):
        return [function.args]
    targets: set[ast.AST] = set()
    for statement in allowed:
        target = (
            statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        )
        if target is not None:
            targets.add(target)
    found: list[ast.AST] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == name and node not in targets:
            before = (node.lineno, node.col_offset) < (first.lineno, first.col_offset)
            if not isinstance(node.ctx, ast.Load) or before:
                found.append(node)
        elif isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
            found.append(node)
    return found


def _is_simple(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr | ast.Return | ast.AugAssign)


def _path_to(body: Sequence[ast.stmt], statement: ast.stmt) -> _Path | None:
    """The way from ``body`` down to ``statement``, or to the function or class that holds it; or None."""
    path: _Path = []
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
