"""Real classes and functions: what is read from their source is what Python sees when it imports them."""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import pkgutil
import types
from pathlib import Path

import pytest

import flake8_ssot_ids
from flake8_ssot_ids.ids.signatures import ClassSource, Method, Sources

STDLIB = (
    "argparse",
    "configparser",
    "email.message",
    "logging",
    "queue",
    "string",
    "threading",
    "unittest.mock",
)
RUNTIME = tuple(
    f"ssot_ids{name}" for name in ("", ".bridge", ".generator", ".grammar", ".manager", ".policy")
)
OURS = tuple(
    module.name
    for module in pkgutil.walk_packages(flake8_ssot_ids.__path__, "flake8_ssot_ids.")
    if "__main__" not in module.name
)
ROOT = Path(__file__).resolve().parents[2]
KINDS = {staticmethod: "static", classmethod: "class", property: "property", types.FunctionType: "instance"}


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources([str(ROOT / "runtime")])


def seen(function: object) -> str:
    """The parameters that Python sees, without annotations; of a default only that it is there."""
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return " ".join(f"{one.kind:d}{one.name}{'=' * (one.default is not one.empty)}" for one in parameters)


def read(method: Method) -> str:
    """The parameters that were read."""
    arguments = copy.deepcopy(method.arguments)
    assert arguments is not None
    for node in ast.walk(arguments):
        if isinstance(node, ast.arg):
            node.annotation = None
    arguments.defaults = [ast.Constant(0) for _ in arguments.defaults]
    arguments.kw_defaults = [default and ast.Constant(0) for default in arguments.kw_defaults]
    return seen(eval(f"lambda {ast.unparse(arguments)}: 0"))  # noqa: S307


@pytest.mark.parametrize("name", [*STDLIB, *RUNTIME, *OURS])
def test_what_is_read_is_what_python_sees(sources: Sources, name: str) -> None:
    module = importlib.import_module(name)
    judged = 0
    for attribute, value in vars(module).items():
        dotted = f"{name}.{attribute}"
        if isinstance(value, types.FunctionType):
            method = sources.function_of(dotted)
            if isinstance(method, Method) and method.arguments is not None and not method.others:
                assert (dotted, read(method)) == (dotted, seen(value))
                judged += 1
        elif isinstance(value, type):
            found = sources.class_of(dotted)
            if isinstance(found, ClassSource):
                judged += _compare(found, value)
    assert judged or not any(isinstance(value, types.FunctionType) for value in vars(module).values())


def _compare(found: ClassSource, real: type) -> int:
    """Compare a class with what was read of it; the number of its methods that were."""
    if found.complete:
        assert [name for name in dir(real) if name not in found.methods and not name.startswith("_")] == []
    judged = 0
    for name, method in found.methods.items():
        value = inspect.getattr_static(real, name, None)
        if type(value) not in KINDS or method.kind == "attribute" or method.others:
            continue
        assert (found.dotted, name, method.kind) == (found.dotted, name, KINDS[type(value)])
        function = getattr(value, "__func__", value)
        if (
            method.kind != "property"
            and not hasattr(function, "__wrapped__")
            and "<" not in function.__qualname__
        ):
            assert (found.dotted, name, read(method)) == (found.dotted, name, seen(function))
            judged += 1
    return judged


def test_every_public_name_of_the_runtime_is_found(sources: Sources) -> None:
    import ssot_ids

    for name in ("UnifiedIdGenerator", "UnifiedIDManager", "IdMigrationBridge"):
        found = sources.class_of(f"ssot_ids.{name}")
        assert isinstance(found, ClassSource)
        assert found.complete
        public = {method for method in vars(getattr(ssot_ids, name)) if not method.startswith("_")}
        offered = {
            method.name
            for method in found.methods.values()
            if method.kind != "attribute" and not method.name.startswith("_")
        }
        assert offered == public
        assert not any(found.methods[method].others for method in public)
