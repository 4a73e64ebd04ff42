"""The architecture lints itself: every module is in exactly one layer, and imports go down only.

For both distributions, which know nothing of each other.
"""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
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
                "standing",
                "discover",
                "ignorefiles",
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
        ("policy", "policyfile", "approved", "options", "optionparts", "metavars", "values", "globs"),
        ("source", "files", "clock", "rows"),
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


def modules(root: Path, package: Package) -> dict[str, Path]:
    """Every module of the package by its name relative to it; the package itself is the empty name."""
    found = {}
    folder = root / package.folder
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(file: Path, name: str, package: Package, *, lazy: bool = True) -> Iterator[str]:
    """Every absolute name that a file imports: modules, and what is taken from them.

    With ``lazy`` those inside functions too.
    """
    is_package = file.name == "__init__.py"
    todo: list[ast.AST] = [ast.parse(file.read_bytes())]
    while todo:
        node = todo.pop()
        if lazy or (not isinstance(node, ast.FunctionDef) and not _only_for_types(node)):
            todo += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = [package.name, *filter(None, name.split("."))]
                parent = here[: len(here) - node.level + is_package]
                base = ".".join([*parent, *filter(None, [base])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def inside(names: Iterator[str], known: dict[str, Path], package: Package) -> set[str]:
    """The modules of the package among ``names``, relative to it.

    "flake8_ssot_ids.model.Span" is something in a module, "flake8_ssot_ids.model" a module.
    """
    own = (name.partition(".")[2] for name in names if name.split(".")[0] == package.name)
    return {name if name in known else name.rpartition(".")[0] for name in own} & known.keys()


def layer_of(name: str, package: Package) -> list[int]:
    return [n for n, layer in enumerate(package.layers) if any(fnmatchcase(name, p) for p in layer)]


def faults(root: Path, package: Package) -> list[str]:
    """Everything that breaks the architecture, one sentence each."""
    known = modules(root, package)
    found = []
    graph: dict[str, set[str]] = {}
    for name, file in known.items():
        layers = layer_of(name, package)
        if len(layers) != 1:
            found.append(f"{name}: in {len(layers)} layers")
            continue
        at_once = inside(imports(file, name, package, lazy=False), known, package)
        # Modules of one layer may call each other late, but must be importable in some order.
        graph[name] = at_once - {name}
        for target in sorted(inside(imports(file, name, package), known, package)):
            above = layer_of(target, package)
            if above and above[0] < layers[0] and (target in at_once or (name, target) not in package.late):
                found.append(f"{name} imports upward: {target or 'the package itself'}")
        for foreign in sorted({imported.partition(".")[0] for imported in imports(file, name, package)}):
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
    assert faults(ROOT, package) == []


@pytest.mark.parametrize(
    ("package", "planted", "text", "fault"),
    [
        (ENGINE, "stray.py", "", "stray: in 0 layers"),
        (ENGINE, "model.py", "from flake8_ssot_ids.policy import Policy\n", "model imports upward: policy"),
        (ENGINE, "model.py", "def f():\n    from . import engine\n", "model imports upward: engine"),
        (ENGINE, "names/late.py", "import flake8_ssot_ids.rule as r\n", "names.late imports upward: rule"),
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
def test_a_planted_fault_is_found(
    package: Package, planted: str, text: str, fault: str, tmp_path: Path
) -> None:
    copy = tmp_path / package.folder
    shutil.copytree(ROOT / package.folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    if fault.startswith("cycle"):
        (copy / "roles.py").write_text("from . import uses\n")
    file = copy / planted
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    assert fault in faults(tmp_path, package)


@pytest.mark.parametrize("package", [ENGINE, RUNTIME], ids=lambda package: package.name)
def test_every_permission_is_used(package: Package) -> None:
    # A user that was renamed would leave a permission behind that nobody needs.
    known = modules(ROOT, package)
    for reserved, users in package.reserved.items():
        for user in users:
            if user in known:
                found = imports(known[user], user, package)
                assert any(name.partition(".")[0] == reserved for name in found)
    for user, target in package.late:
        assert target in inside(imports(known[user], user, package), known, package)
