"""Whether an expression only spells an id out, with text before it, or does more that must not get lost."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.module.literals import bounds_of, integer, text_of
from flake8_ssot_ids.semantics.module.scopes import Scope
from flake8_ssot_ids.semantics.module.syntax import last_name

#: A format that only cuts: ``{x!s:.8}``.
_CUTS = re.compile(r"\.\d+")


def changed_by(use: Use, parents: Mapping[ast.AST, ast.AST]) -> ast.expr | None:
    """The first expression on the way to the whole id that does more than spell or cut it; None if none does.

    Text that is put around is judged elsewhere; what is done to the text afterwards is not only spelling.
    """
    node: ast.AST = use.reference
    whole = use.shape.node
    glued = False
    while node is not whole:
        parent = parents.get(node)
        if parent is None:
            return None
        if isinstance(parent, (ast.JoinedStr, ast.BinOp)) or _is_template(parent, node):
            glued = glued or not (isinstance(parent, ast.JoinedStr) and len(parent.values) == 1)
        elif isinstance(parent, ast.expr) and (glued or not _spells(parent, node)) and not _is_part(parent):
            return parent
        node = parent
    # What is chosen in between, as in `(x or str(uuid4())).title()`, is done to as well.
    while node is not use.shape.end:
        parent = parents.get(node)
        if isinstance(parent, ast.expr) and not isinstance(parent, (ast.BoolOp, ast.IfExp, ast.NamedExpr)):
            return parent
        if parent is None:
            return None
        node = parent
    return None


def _spells(parent: ast.expr, node: ast.AST) -> bool:
    """Whether ``parent`` only calls the source, spells what it has made, or cuts that."""
    if isinstance(parent, ast.Call):
        if parent.func is node:
            method = node.attr if isinstance(node, ast.Attribute) else ""
            return method not in _METHODS or _METHODS[method](parent)
        return last_name(parent.func) == "str" and parent.args == [node] and not parent.keywords
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("hex", *_METHODS)
    if isinstance(parent, ast.Subscript):
        at = parent.slice
        return "?" not in bounds_of(at) if isinstance(at, ast.Slice) else integer(at) is not None
    if isinstance(parent, ast.FormattedValue):
        spec = parent.format_spec
        plain = parent.conversion in (-1, ord("s"))
        return plain and (spec is None or (isinstance(spec, ast.JoinedStr) and _cuts(spec)))
    return False


def _is_part(parent: ast.expr) -> bool:
    """Whether it is the list behind ``join`` or ``%``, which does nothing itself."""
    return isinstance(parent, (ast.Tuple, ast.List, ast.Dict))


def _is_template(parent: ast.AST, node: ast.AST) -> bool:
    """``"ws_{}".format(node)``, ``"_".join(["ws", node])``."""
    if isinstance(parent, ast.keyword):
        return True
    if not isinstance(parent, ast.Call) or parent.func is node or not isinstance(parent.func, ast.Attribute):
        return False
    return parent.func.attr in ("format", "join") and text_of(parent.func.value) is not None


def _cuts(spec: ast.JoinedStr) -> bool:
    texts = [text_of(part) for part in spec.values]
    return len(texts) == 1 and texts[0] is not None and _CUTS.fullmatch(texts[0]) is not None


def _removes_dashes(call: ast.Call) -> bool:
    return [text_of(one) for one in call.args] == ["-", ""] and not call.keywords


def _splits_at_dash(call: ast.Call) -> bool:
    return bool(call.args) and text_of(call.args[0]) == "-"


#: Methods of text that give another spelling or a part of the id.
_METHODS = {"replace": _removes_dashes, "split": _splits_at_dash, "rsplit": _splits_at_dash}


#: An expression around an id with more parts than this is not looked through.
_MOST_PARTS = 40


def dropped(use: Use, parents: Mapping[ast.AST, ast.AST]) -> ast.expr | None:
    """An expression beside the id, within the whole, that is more than a literal and so may do something."""
    node: ast.AST = use.reference
    while node is not use.shape.node:
        parent = parents[node]
        beside = [one for one in ast.iter_child_nodes(parent) if one is not node]
        if len(beside) > _MOST_PARTS:
            return parent if isinstance(parent, ast.expr) else use.shape.node
        for one in beside:
            lost = _more_than_literal(one)
            if lost is not None:
                return lost
        node = parent
    return None


def _more_than_literal(node: ast.AST) -> ast.expr | None:
    """The first part of a node that is no literal, apart from ``str`` and the methods of literal texts."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id == "str":
            continue
        plain = (
            ast.Constant,
            ast.JoinedStr,
            ast.FormattedValue,
            ast.UnaryOp,
            ast.Slice,
            ast.Tuple,
            ast.List,
            ast.Dict,
        )
        is_method = isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Constant)
        if isinstance(inner, ast.expr) and not isinstance(inner, plain) and not is_method:
            return inner
    return None


def is_param(use: Use, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether the maker is, or becomes, the parameter of a function: ``def new_id(_make=uuid4)``."""
    reference = use.reference
    if isinstance(parents.get(reference), ast.arguments):
        return True
    if not isinstance(reference, ast.Name):
        return False
    scope: Scope | None = use.scope
    while scope is not None:
        node = scope.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            given = node.args
            every = [
                *given.posonlyargs,
                *given.args,
                *given.kwonlyargs,
                *filter(None, (given.vararg, given.kwarg)),
            ]
            if any(one.arg == reference.id for one in every):
                return True
        if reference.id in scope.bound:
            return False
        scope = scope.parent
    return False
