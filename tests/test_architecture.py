"""The architecture lints itself: every module is in exactly one layer, and imports go down only.

For both distributions, which know nothing of each other.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, eq=False)
class Package:
    """What may import what. Modules are named relative to the package; it itself is the empty name.

    ``layers`` go from the top down: a module may import from its own layer and from those below. ``reserved``
    are modules from elsewhere that only the named modules may import; nobody else, not even lazily. With
    ``alone`` only the standard library and what is reserved may be imported. ``late`` are the pairs of a
    module and one above it that it imports inside a function.
    """

    name: str
    folder: str
    layers: tuple[tuple[str, ...], ...]
    reserved: dict[str, tuple[str, ...]]
    alone: bool = False
    late: frozenset[tuple[str, str]] = field(default=frozenset())


ENGINE = Package(
    name="flake8_ssot_ids",
    folder="flake8_ssot_ids",
    layers=(
        ("__main__", "cli", "flake8_plugin", "pytest_plugin", "server", "testing"),
        ("commands", "commands.*"),
        ("adopt", "adopt.*"),
        ("compliance", "compliance.*"),
        (
            *("fixes", "fixes.*", "render", "render.*", "progress", "baseline", "gitbase"),
            *(
                "runner",
                "pool",
                "helper",
                "worker",
                "pipes",
                "replay",
                "cache",
                "kept",
                "standing",
                "discover",
                "ignorefiles",
                "worktree",
            ),
        ),
        ("engine", "suppress", "registry"),
        ("rules", "rules.*"),
        ("rule", "entropy"),
        ("inspection",),
        ("hints",),
        ("wrappers", "generatorcalls"),
        ("instances",),
        ("flow", "flows_*"),
        ("uses", "shapes", "roles", "remedies", "bound", "records", "definite", "states"),
        ("idcalls", "idtexts", "idnumbers", "idvalue", "templates", "layouts", "literals"),
        ("signatures", "definitions", "definitions.*"),
        ("names", "names.*"),
        ("prefilter",),
        # Data about Python's modules, no code.
        ("catalog",),
        (
            "policy",
            "policyfile",
            "approved",
            "options",
            "optionparts",
            "metavars",
            "values",
            "globs",
            "automaton",
        ),
        ("source", "files", "atomic", "signals", "clock", "rows", "git", "escapes"),
        ("model",),
        ("",),
    ),
    reserved={
        "flake8": (),
        "ast_grep_py": ("fixes.astgrep",),
        "pytest": ("pytest_plugin",),
        "_pytest": (),
        "ssot_ids": (),
    },
)

RUNTIME = Package(
    name="ssot_ids",
    folder="runtime/ssot_ids",
    layers=(
        ("__main__", "pytest_plugin"),
        # The face of the package, which the modules below it do not look at.
        ("",),
        ("explain", "testing"),
        ("bridge",),
        ("typed",),
        ("validation",),
        ("recognise",),
        ("manager",),
        ("generator",),
        ("core",),
        ("observer", "policy"),
        ("grammar",),
    ),
    reserved={"pytest": ("pytest_plugin",)},
    alone=True,
    late=frozenset({("generator", "validation")}),
)


@dataclass(frozen=True)
class Module:
    """The absolute names that a module imports, be it a module or what is taken from one.

    ``at_once`` when it is imported itself; ``ever`` also inside functions and for type checkers only.
    """

    at_once: frozenset[str]
    ever: frozenset[str]


Modules = Mapping[str, Module]


@functools.cache
def modules(package: Package) -> Modules:
    """Every module of the package by its name relative to it; the package itself is the empty name."""
    found = {}
    folder = ROOT / package.folder
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found[name] = module_of(file.read_bytes(), name, package, is_package=is_package)
    return found


def module_of(source: bytes, name: str, package: Package, *, is_package: bool = False) -> Module:
    at_once: set[str] = set()
    ever: set[str] = set()
    todo: list[tuple[ast.AST, bool]] = [(ast.parse(source), False)]
    while todo:
        node, late = todo.pop()
        late = late or isinstance(node, ast.FunctionDef) or _only_for_types(node)
        todo += ((child, late) for child in ast.iter_child_nodes(node))
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = [package.name, *filter(None, name.split("."))]
                parent = here[: len(here) - node.level + is_package]
                base = ".".join([*parent, *filter(None, [base])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        ever.update(names)
        if not late:
            at_once.update(names)
    return Module(frozenset(at_once), frozenset(ever))


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def inside(names: Iterable[str], known: Modules, package: Package) -> set[str]:
    """The modules of the package among ``names``, relative to it.

    "flake8_ssot_ids.model.Span" is something in a module, "flake8_ssot_ids.model" a module.
    """
    own = (name.partition(".")[2] for name in names if name.split(".")[0] == package.name)
    return {name if name in known else name.rpartition(".")[0] for name in own} & known.keys()


def roots(names: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def layer_of(name: str, package: Package) -> list[int]:
    return [n for n, layer in enumerate(package.layers) if any(fnmatchcase(name, p) for p in layer)]


def faults(known: Modules, package: Package) -> list[str]:
    """Everything that breaks the architecture, one sentence each."""
    found = []
    graph: dict[str, set[str]] = {}
    for name, module in known.items():
        layers = layer_of(name, package)
        if len(layers) != 1:
            found.append(f"{name}: in {len(layers)} layers")
            continue
        at_once = inside(module.at_once, known, package)
        # Modules of one layer may call each other late, but must be importable in some order.
        graph[name] = at_once - {name}
        for target in sorted(inside(module.ever, known, package)):
            above = layer_of(target, package)
            if above and above[0] < layers[0] and (target in at_once or (name, target) not in package.late):
                found.append(f"{name} imports upward: {target or 'the package itself'}")
        for foreign in sorted(roots(module.ever)):
            permitted = foreign == package.name or foreign in sys.stdlib_module_names or not package.alone
            if name not in package.reserved.get(foreign, (name,) if permitted else ()):
                found.append(f"{name} imports {foreign}")
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        found.append("cycle of " + " and ".join(sorted(set(error.args[1]))))
    return found


@pytest.mark.parametrize("package", [ENGINE, RUNTIME], ids=lambda package: package.name)
def test_imports_go_down_only_and_every_module_has_its_layer(package: Package) -> None:
    assert faults(modules(package), package) == []


@pytest.mark.parametrize(
    ("package", "planted", "text", "fault"),
    [
        (ENGINE, "stray.py", "", "stray: in 0 layers"),
        (
            ENGINE,
            "model.py",
            "from flake8_ssot_ids.policy.policy import Policy\n",
            "model imports upward: policy",
        ),
        (ENGINE, "model.py", "def f():\n    from . import engine\n", "model imports upward: engine"),
        (
            ENGINE,
            "names/late.py",
            "import flake8_ssot_ids.rules.rule as r\n",
            "names.late imports upward: rule",
        ),
        (ENGINE, "names/late.py", "from ..rules import base\n", "names.late imports upward: rules"),
        (ENGINE, "flake8_plugin.py", "import flake8.options\n", "flake8_plugin imports flake8"),
        (ENGINE, "fixes/other.py", "from ast_grep_py import SgRoot\n", "fixes.other imports ast_grep_py"),
        (ENGINE, "commands/test.py", "import pytest\n", "commands.test imports pytest"),
        (ENGINE, "uses.py", "from . import roles\n", "cycle of roles and uses"),
        (ENGINE, "uses.py", "def f():\n    import ssot_ids.grammar\n", "uses imports ssot_ids"),
        (RUNTIME, "stray.py", "", "stray: in 0 layers"),
        (RUNTIME, "grammar.py", "from .policy import slug\n", "grammar imports upward: policy"),
        (RUNTIME, "core.py", "def f():\n    from . import generator\n", "core imports upward: generator"),
        (
            RUNTIME,
            "generator.py",
            "from .validation import validate\n",
            "generator imports upward: validation",
        ),
        (RUNTIME, "bridge.py", "from . import classify\n", "bridge imports upward: the package itself"),
        (RUNTIME, "core.py", "from flake8_ssot_ids import model\n", "core imports flake8_ssot_ids"),
        (RUNTIME, "testing.py", "def f():\n    import pytest\n", "testing imports pytest"),
        (RUNTIME, "policy.py", "import typing_extensions\n", "policy imports typing_extensions"),
    ],
)
def test_a_planted_fault_is_found(package: Package, planted: str, text: str, fault: str) -> None:
    known = {**modules(package)}
    if fault.startswith("cycle"):
        known["roles"] = module_of(b"from . import uses\n", "roles", package)
    name = planted.removesuffix(".py").replace("/", ".")
    known[name] = module_of(text.encode(), name, package)
    assert fault in faults(known, package)


def test_the_graph_is_that_of_the_files() -> None:
    # A planted fault stands in the graph only.
    assert modules(ENGINE).keys() >= {"", "cli", "names", "names.module", "compliance.inside.cost"}
    cli, lazy = modules(ENGINE)["cli"], "flake8_ssot_ids.render.terminal"
    assert lazy in cli.ever - cli.at_once
    names = {file.stem for file in (ROOT / RUNTIME.folder).glob("*.py")}
    assert modules(RUNTIME).keys() == names - {"__init__"} | {""}


@pytest.mark.parametrize("package", [ENGINE, RUNTIME], ids=lambda package: package.name)
def test_every_permission_is_used(package: Package) -> None:
    # A user that was renamed would leave a permission behind that nobody needs.
    known = modules(package)
    for reserved, users in package.reserved.items():
        for user in users:
            if user in known:
                assert reserved in roots(known[user].ever)
    for user, target in package.late:
        assert target in inside(known[user].ever, known, package)
