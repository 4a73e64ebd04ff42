"""Whether a value goes straight to a callable of which nobody knows what it wants."""

from __future__ import annotations

import ast

from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.ids.purpose import Reason, has_vectors, id_type, is_called_id
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


#: What runs a statement of SQL: its columns have types that nothing here tells.
_SQL = frozenset(
    {"execute", "executemany", "execute_many", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all"}
    | {"mogrify", "copy_records_to_table", "raw", "exec_driver_sql", "executescript", "query_raw"}
)
_DISPLAYS = (ast.keyword, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Starred, ast.BoolOp, ast.IfExp)


def unproven(use: Use, state: FileState) -> Reason | None:
    """The callable that the value is given to, alone or in a display, if the project does not define it.

    A type of ids is proof enough. So is a prefix that the generator writes, too, at a place that is called
    like an id, where nobody knows what is called; not where something from elsewhere is.
    """
    node: ast.AST = use.shape.end
    parent = state.parents.get(node)
    while isinstance(parent, _DISPLAYS):
        node, parent = parent, state.parents.get(parent)
    if not isinstance(parent, ast.Call) or node is parent.func or last_name(parent.func) in _TAKES_ANY:
        return None
    own, elsewhere = state.inspection.flow.callees(parent)
    home = state.project.home(state.path)
    # The package of the generator knows its ids.
    known = state.generator.canonical.partition(".")[0], state.generator.dotted.partition(".")[0]
    foreign = [
        dotted
        for dotted in elsewhere
        if not state.project.is_ours(dotted, home) and dotted.partition(".")[0] not in known
    ]
    # A test gives its ids to the project's own code.
    sure = is_called_id(use.role) or state.policy.scope_of(state.path) == "test"
    told = bool(use.shape.prefix) and sure and not elsewhere
    if own or id_type(parent, node) or told or (elsewhere and not foreign):
        return None
    what = f"`{ast.unparse(parent.func)}`"
    return Reason("unproven-call", f"it is given to {what}, which the project does not define", parent)


def among_vectors(use: Use, state: FileState) -> Reason | None:
    """The call that hands vectors to a store in the function that makes the id."""
    function = use.scope.node
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    if function not in state.stores:
        calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
        state.stores[function] = next(filter(has_vectors, calls), None)
    call = state.stores[function]
    if call is None:
        return None
    return Reason("vector-id", "the id of a vector is a UUID or a number in several stores", call)


def in_statement(use: Use, state: FileState) -> Reason | None:
    """The call that puts the value into a statement of SQL."""
    for call in state.inspection.flow.calls(use.shape.node):
        if last_name(call.func) in _SQL:
            return Reason("sql", "it goes into a statement of SQL, whose column may want a UUID", call)
    return None
