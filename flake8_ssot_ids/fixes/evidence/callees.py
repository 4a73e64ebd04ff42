"""Whether a value goes straight to a callable of which nobody knows what it wants."""

from __future__ import annotations

import ast

from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.ids.purpose import Reason
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.module.syntax import last_name

#: Methods of containers, loggers and the like, which take any text, by their last names.
_TAKES_ANY = frozenset(
    {
        "append",
        "add",
        "insert",
        "extend",
        "get",
        "setdefault",
        "pop",
        "update",
        "setattr",
        "dict",
        "appendleft",
    }
    | {"debug", "info", "warning", "error", "exception", "critical", "log", "print", "write", "str", "repr"}
    | {
        "cast",
        "field",
        "Field",
        "list",
        "tuple",
        "set",
        "frozenset",
        "deque",
        "namedtuple",
        "partial",
        "format",
    }
    | {"put", "put_nowait", "next", "default", "ContextVar", "SimpleNamespace", "replace", "deepcopy", "copy"}
)


def unproven(use: Use, state: FileState) -> Reason | None:
    """The callable that the value is given to, alone or in a display, and that the project does not define."""
    node: ast.AST = use.shape.end
    parent = state.parents.get(node)
    while isinstance(
        parent, (ast.keyword, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Starred, ast.BoolOp, ast.IfExp)
    ):
        node, parent = parent, state.parents.get(parent)
    if not isinstance(parent, ast.Call) or node is parent.func:
        return None
    name = last_name(parent.func)
    if name in _TAKES_ANY:
        return None
    own, elsewhere = state.inspection.flow.callees(parent)
    if own:
        return None
    home = state.project.home(state.path)
    if elsewhere and all(state.project.is_ours(dotted, home) for dotted in elsewhere):
        return None
    what = f"`{ast.unparse(parent.func)}`"
    return Reason("unproven-call", f"it is given to {what}, which the project does not define", parent)
