"""The import is light, clean and complete."""

from __future__ import annotations

import ast
import importlib
import os
import sys
from collections.abc import Callable

import pytest

import ssot_ids

HEAVY = {
    *("re", "typing", "hashlib", "dataclasses", "enum", "json", "inspect", "uuid", "random", "secrets"),
    *("collections", "functools", "threading", "asyncio", "argparse", "datetime", "logging", "pathlib"),
}
LOADED = "import sys; before = {*sys.modules}; import ssot_ids; print(*sorted({*sys.modules} - before))"


def _modules(printed: str) -> set[str]:
    return set(printed.split())


def test_the_import_loads_nothing_foreign_and_nothing_heavy(run_python: Callable[..., str]) -> None:
    loaded = _modules(run_python(LOADED))
    own = {f"ssot_ids.{name}" for name in ("core", "generator", "grammar", "manager", "observer", "policy")}
    assert {name for name in loaded if name.startswith("ssot_ids")} == {"ssot_ids", *own}
    assert {name.partition(".")[0] for name in loaded} <= {*sys.stdlib_module_names, "ssot_ids"}


@pytest.mark.parametrize(
    "flags", [("-I", "-S"), ("-I", "-S", "-O"), ("-I", "-S", "-OO"), ("-I", "-S", "-X", "utf8=0")]
)
def test_the_import_needs_no_site_and_loads_nothing_heavy(
    run_python: Callable[..., str], flags: tuple[str, ...]
) -> None:
    # An isolated interpreter takes no path from the environment.
    folder = os.path.dirname(os.path.dirname(os.path.abspath(ssot_ids.__file__)))
    code = f"import sys; sys.path.insert(0, {folder!r}); {LOADED}; print(*sys.modules)"
    loaded = _modules(run_python(code, *flags))
    assert "ssot_ids.generator" in loaded
    assert not {name for name in loaded if name.partition(".")[0] in HEAVY}


def test_making_an_id_loads_nothing_heavy(run_python: Callable[..., str]) -> None:
    folder = os.path.dirname(os.path.dirname(os.path.abspath(ssot_ids.__file__)))
    code = (
        f"import sys; sys.path.insert(0, {folder!r}); from ssot_ids import UnifiedIdGenerator as G, parse_id;"
        "assert parse_id(G.generate_base_id('user'));"
        "assert parse_id(G.generate_user_context_ids('u', 'x')[1]);"
        "assert G.generate_agent_execution_id('x') and G.generate_batch_ids('x', 3); print(*sys.modules)"
    )
    assert not _modules(run_python(code, "-I", "-S")) & HEAVY


def test_the_time_of_the_import_is_reported(
    run_python: Callable[..., str], record_property: Callable[[str, object], None]
) -> None:
    code = "import time; start = time.perf_counter(); import ssot_ids; print(time.perf_counter() - start)"
    best = min(float(run_python(code)) for _ in range(3))
    record_property("import_ms", round(best * 1000, 2))
    print(f"import ssot_ids: {best * 1000:.1f} ms")
    assert best > 0


@pytest.mark.parametrize(
    "flags",
    [("-W", "error"), ("-W", "error", "-bb"), ("-W", "error", "-X", "dev"), ("-O",), ("-OO", "-W", "error")],
)
def test_everything_imports_without_a_warning(run_python: Callable[..., str], flags: tuple[str, ...]) -> None:
    code = (
        "import ssot_ids, importlib, pkgutil\n"
        "for module in pkgutil.iter_modules(ssot_ids.__path__):\n"
        "    if module.name not in ('pytest_plugin', '__main__'):\n"
        "        importlib.import_module('ssot_ids.' + module.name)\n"
        "namespace = {}\n"
        "exec('from ssot_ids import *', namespace)\n"
        "print(sorted(set(namespace) - {'__builtins__'}) == sorted(ssot_ids.__all__))\n"
        "print(ssot_ids.parse_id(ssot_ids.UnifiedIdGenerator.generate_session_id('u')).strong)\n"
    )
    assert run_python(code, *flags) == "True\nTrue\n"


def test_every_exported_name_is_there_in_a_fresh_interpreter(run_python: Callable[..., str]) -> None:
    for name in ssot_ids.__all__:
        assert getattr(ssot_ids, name).__name__ == name
    code = (
        "import ssot_ids; print(*(getattr(ssot_ids, name).__name__ for name in reversed(ssot_ids.__all__)))"
    )
    assert run_python(code).split() == ssot_ids.__all__[::-1]
    # Each alone, so that none relies on another's import.
    code = "import sys, ssot_ids; print(getattr(ssot_ids, sys.stdin.read().strip() or {name!r}).__name__)"
    for name in ("Alias", "IdMigrationBridge", "Validation", "classify", "ensure_run_id", "validate"):
        assert run_python(code.format(name=name)) == name + "\n"


@pytest.mark.parametrize("name", ["bridge", "explain", "recognise", "testing", "typed", "validation"])
def test_a_module_is_there_without_an_import_of_its_own(run_python: Callable[..., str], name: str) -> None:
    code = (
        "import sys, ssot_ids; "
        f"print({name!r} in dir(ssot_ids), 'ssot_ids.{name}' in sys.modules, ssot_ids.{name}.__name__)"
    )
    assert run_python(code) == f"True False ssot_ids.{name}\n"


def test_exported_names_are_sorted_and_once() -> None:
    assert len({*ssot_ids.__all__}) == len(ssot_ids.__all__)
    assert {*ssot_ids.__all__} <= {*dir(ssot_ids)}
    assert "__version__" in dir(ssot_ids)


def test_what_the_specification_exports_is_exported() -> None:
    wanted = {
        *("UnifiedIdGenerator", "UnifiedIDManager", "IdMigrationBridge", "classify", "validate"),
        *("create_user_execution_context_factory", "UserID", "ThreadID", "RunID", "RequestID", "SessionID"),
        *("WebSocketID", "AgentExecutionID"),
    }
    assert wanted <= {*ssot_ids.__all__}


@pytest.mark.parametrize("name", ["nothing", "uuid4", "__wrapped__", "Bridge", ""])
def test_an_unknown_attribute_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'ssot_ids' has no attribute '{name}'"):
        getattr(ssot_ids, name)
    assert not hasattr(ssot_ids, name)


def test_the_lazy_names_are_those_that_type_checkers_see() -> None:
    with open(ssot_ids.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    shown = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 1
        for alias in node.names
    }
    assert shown == {*ssot_ids.__all__}


def test_no_module_imports_a_third_party_package() -> None:
    folder = os.path.dirname(ssot_ids.__file__)
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".py"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            tree = ast.parse(file.read())
        for node in ast.walk(tree):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module or ""]
            foreign = {module.partition(".")[0] for module in modules} - {
                *sys.stdlib_module_names,
                "ssot_ids",
            }
            assert foreign <= ({"pytest"} if name == "pytest_plugin.py" else set()), name


def test_the_grammar_imports_nothing() -> None:
    module = importlib.import_module("ssot_ids.grammar")
    assert module.__file__ is not None
    with open(module.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [node.module for node in top if isinstance(node, ast.ImportFrom)] == ["__future__"]
    assert len(top) == 1


def _untyped(module: ast.Module) -> list[str]:
    """``class.attribute`` of what public classes only assign, on ``self`` or in their body."""
    found = []
    for held in module.body:
        if not isinstance(held, ast.ClassDef) or held.name.startswith("_"):
            continue
        said = {ast.unparse(part.target) for part in held.body if isinstance(part, ast.AnnAssign)}
        given = [target for part in held.body if isinstance(part, ast.Assign) for target in part.targets]
        given += [
            part
            for part in ast.walk(held)
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
        ]
        names = {ast.unparse(target).removeprefix("self.") for target in given}
        found += [
            f"{held.name}.{name}" for name in sorted(names - said) if name[0] != "_" and "." not in name
        ]
    return found


def test_every_public_attribute_says_its_type() -> None:
    """What is only assigned, each type checker infers in its own way: ``pyright --verifytypes`` counts it."""
    folder = os.path.dirname(os.path.abspath(ssot_ids.__file__))
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                assert _untyped(ast.parse(file.read())) == [], name
    code = "class A:\n x = 1\n _y = 2\n z: int\n def __init__(self):\n  self.z = self.v = self._w = a.b = 1"
    assert _untyped(ast.parse(code)) == ["A.v", "A.x"]
