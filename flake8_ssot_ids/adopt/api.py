"""The parts of a house's own identifier library: ``[tool.ssot-ids.api]``."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from flake8_ssot_ids.adopt.code import ProjectCode
from flake8_ssot_ids.adopt.generators import RUNTIME, Candidate

_TYPED = ("UserID", "ThreadID", "RunID", "RequestID", "SessionID", "WebSocketID")
_TYPED_CHECKS = {f"ensure_{name}_id" for name in ("user", "thread", "run", "request", "session", "websocket")}
#: Typed ids in the other usual spelling have a key each.
_TYPED_ALONE = {
    "UserId": "user-id",
    "ThreadId": "thread-id",
    "RunId": "run-id",
    "RequestId": "request-id",
    "SessionId": "session-id",
    "WebSocketId": "websocket-id",
}
_KEYS = ("manager", "bridge", "context-factory", "typed-ids")
#: What the runtime calls them, which a module may hand on.
_USUAL = {
    "UnifiedIDManager": "manager",
    "IdMigrationBridge": "bridge",
    "create_user_execution_context_factory": "context-factory",
}
_HINTS = {
    "manager": "package.module.UnifiedIDManager",
    "bridge": "package.module.IdMigrationBridge",
    "context-factory": "package.module.create_user_execution_context_factory",
    "typed-ids": "package.module",
}
#: Other names of the generator's methods that can mean nothing else.
_SPELLINGS = {
    "generate_base_id": ("new_id", "make_id", "create_id", "generate_id"),
    "generate_session_id": ("new_session_id", "make_session_id", "create_session_id"),
    "generate_message_id": ("new_message_id", "make_message_id", "create_message_id"),
    "generate_user_context_ids": (
        "new_context_ids",
        "make_context_ids",
        "create_context_ids",
        "generate_context_ids",
    ),
    "parse_id": ("parse",),
    "is_valid_id": ("is_valid", "validate_id"),
}


@dataclass(slots=True)
class Api:
    """``certain`` are keys with their values, ``possible`` those with several, ``hints`` the rest."""

    certain: dict[str, str] = field(default_factory=dict)
    possible: dict[str, list[str]] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)


def find(code: ProjectCode, approved: list[Candidate], production: Callable[[str], bool]) -> Api:
    """Look for each part; what is found once is certain."""
    found: dict[str, dict[str, None]] = {key: {} for key in (*_KEYS, *_TYPED_ALONE.values())}
    names = (*_USUAL, *_TYPED, *_TYPED_ALONE, *_TYPED_CHECKS, "IDManager", "IdManager", "find_matching_ids")
    words = (*(name.encode() for name in names), b"execution_context_factory")
    for file in sorted(code.texts):
        data = code.texts[file]
        if file not in code.names or not production(file) or not any(word in data for word in words):
            continue
        tree = code.tree(file)
        if tree is not None:
            for key, name in _in_module(tree, code, file):
                found[key][f"{code.names[file]}.{name}" if name else code.names[file]] = None
    parts = Api()
    home = {candidate.dotted.rpartition(".")[0].rpartition(".")[0] for candidate in approved}
    for key in found:
        values = [*found[key]]
        beside = [value for value in values if home & {value.rpartition(".")[0].rpartition(".")[0]}]
        if len(values) == 1 or len(beside) == 1:
            parts.certain[key] = (beside or values)[0] if len(values) > 1 else values[0]
        elif values:
            parts.possible[key] = values
        elif key in _HINTS and not any(candidate.dotted.startswith(f"{RUNTIME}.") for candidate in approved):
            parts.hints[key] = _HINTS[key]
    if len(approved) == 1:
        parts.certain.update(_spellings(approved[0], code))
    return parts


def _in_module(tree: ast.Module, code: ProjectCode, file: str) -> list[tuple[str, str]]:
    found = []
    typed: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            own = {
                item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
            }
            if node.name.endswith(("IDManager", "IdManager")) and own & {
                "generate_run_id", "extract_thread_id", "parse_run_id",
            }:  # fmt: skip
                found.append(("manager", node.name))
            if "find_matching_ids" in own:
                found.append(("bridge", node.name))
            # A `RequestId` that is no text is something else: a middleware, a row.
            if node.name not in _TYPED_ALONE or any(ast.unparse(base) == "str" for base in node.bases):
                typed.add(node.name)
        elif isinstance(node, ast.FunctionDef):
            if node.name.endswith("execution_context_factory"):
                found.append(("context-factory", node.name))
            typed.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            made = node.value.func if isinstance(node.value, ast.Call) else None
            if made is not None and ast.unparse(made).endswith("NewType"):
                typed.add(node.targets[0].id)
    found += [(_TYPED_ALONE[name], name) for name in sorted(typed & _TYPED_ALONE.keys())]
    typed |= {
        item.name for item in code.imports(file) if item.module == RUNTIME and _hands_on(tree, item.bound)
    }
    if len(typed & {*_TYPED}) >= 2 or len(typed & _TYPED_CHECKS) >= 2:
        found.append(("typed-ids", ""))
    # Whoever imports it from the runtime in a module that does more, uses it.
    found += [
        (_USUAL[item.name], item.bound)
        for item in code.imports(file)
        if item.module == RUNTIME and item.name in _USUAL and _hands_on(tree, item.bound)
    ]
    return found


def _hands_on(tree: ast.Module, name: str) -> bool:
    """Whether ``name`` is only imported, or named in ``__all__``, and never used."""
    return not any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


def _spellings(candidate: Candidate, code: ProjectCode) -> dict[str, str]:
    """The methods of the generator that the house calls by another name."""
    tree = code.tree(candidate.file) if candidate.file else None
    name = candidate.dotted.rpartition(".")[2]
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.ClassDef) and node.name == name:
            methods = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
            found = {}
            for key, spellings in _SPELLINGS.items():
                present = [other for other in spellings if other in methods]
                if key not in methods and len(present) == 1 and _takes_one(methods[present[0]]):
                    found[key] = present[0]
            return found
    return {}


def _takes_one(method: ast.FunctionDef) -> bool:
    """Whether a method takes something besides its instance or class."""
    static = any(ast.unparse(decorator) == "staticmethod" for decorator in method.decorator_list)
    return len(method.args.posonlyargs) + len(method.args.args) > (0 if static else 1)
