"""The architecture lints itself: every module is in exactly one layer, and imports go down only."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "flake8_ssot_ids"
ROOT = Path(__file__).resolve().parent.parent

#: From the top down; the names are relative to the package. A module may import from its own layer and
#: from those below.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__", "cli", "flake8_plugin", "pytest_plugin", "server", "testing"),
    ("commands", "commands.*"),
    (
        *("fixes", "fixes.*", "render", "render.*", "progress", "baseline"),
        *("runner", "replay", "cache", "discover", "ignorefiles"),
    ),
    ("engine", "suppress", "registry"),
    ("rules", "rules.*"),
    ("rule",),
    ("flow",),
    ("uses", "shapes", "roles", "remedies"),
    ("names", "names.*"),
    ("prefilter",),
    # Data about Python's modules, no code.
    ("catalog",),
    ("policy", "policyfile", "options", "optionparts", "values", "globs"),
    ("source", "files"),
    ("model",),
    ("",),
)

#: Third-party modules that only the named modules may import; nobody else, not even lazily.
RESERVED: dict[str, tuple[str, ...]] = {
    "flake8": (),
    "ast_grep_py": ("fixes.astgrep",),
    "pytest": ("pytest_plugin",),
    "_pytest": (),
}


def modules(root: Path) -> dict[str, Path]:
    """Every module of the package by its name relative to it; the package itself is the empty name."""
    found = {}
    for file in sorted((root / PACKAGE).rglob("*.py")):
        parts = file.relative_to(root / PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(file: Path, name: str, *, lazy: bool = True) -> Iterator[str]:
    """Every absolute module name that a file imports; with ``lazy`` those inside functions too."""
    package = file.name == "__init__.py"
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
                here = [PACKAGE, *filter(None, name.split("."))]
                parent = here[: len(here) - node.level + package]
                base = ".".join([*parent, *filter(None, [base])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def inside(names: Iterator[str], known: dict[str, Path]) -> set[str]:
    """The modules of the package among ``names``, relative to it.

    "from flake8_ssot_ids.model import Span" names a module and something in it.
    """
    own = {name.removeprefix(PACKAGE).removeprefix(".") for name in names if name.split(".")[0] == PACKAGE}
    return (own & known.keys()) - {""}


def layer_of(name: str) -> list[int]:
    return [n for n, layer in enumerate(LAYERS) if any(fnmatchcase(name, pattern) for pattern in layer)]


def faults(root: Path) -> list[str]:
    """Everything that breaks the architecture, one sentence each."""
    known = modules(root)
    found = []
    graph: dict[str, set[str]] = {}
    for name, file in known.items():
        layers = layer_of(name)
        if len(layers) != 1:
            found.append(f"{name}: in {len(layers)} layers")
            continue
        imported = set(imports(file, name))
        # Modules of one layer may call each other late, but must be importable in some order.
        graph[name] = inside(imports(file, name, lazy=False), known) - {name}
        for target in sorted(inside(imports(file, name), known)):
            above = layer_of(target)
            if above and above[0] < layers[0]:
                found.append(f"{name} imports upward: {target}")
        for reserved, users in RESERVED.items():
            if name not in users and any(i.partition(".")[0] == reserved for i in imported):
                found.append(f"{name} imports {reserved}")
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        found.append("cycle of " + " and ".join(sorted(set(error.args[1]))))
    return found


def test_imports_go_down_only_and_every_module_has_its_layer() -> None:
    assert faults(ROOT) == []


@pytest.mark.parametrize(
    ("planted", "text", "fault"),
    [
        ("stray.py", "", "stray: in 0 layers"),
        ("model.py", "from flake8_ssot_ids.policy import Policy\n", "model imports upward: policy"),
        ("model.py", "def f():\n    from . import engine\n", "model imports upward: engine"),
        ("names/late.py", "import flake8_ssot_ids.rule as r\n", "names.late imports upward: rule"),
        ("names/late.py", "from ..rules import base\n", "names.late imports upward: rules"),
        ("flake8_plugin.py", "import flake8.options\n", "flake8_plugin imports flake8"),
        ("fixes/other.py", "from ast_grep_py import SgRoot\n", "fixes.other imports ast_grep_py"),
        ("commands/test.py", "import pytest\n", "commands.test imports pytest"),
        ("uses.py", "from . import roles\n", "cycle of roles and uses"),
    ],
)
def test_a_planted_fault_is_found(planted: str, text: str, fault: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / PACKAGE, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    if fault.startswith("cycle"):
        (tmp_path / PACKAGE / "roles.py").write_text("from . import uses\n")
    file = tmp_path / PACKAGE / planted
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    assert fault in faults(tmp_path)


def test_the_reserved_modules_have_their_users() -> None:
    # A user that was renamed would leave a permission behind that nobody needs.
    known = modules(ROOT)
    for reserved, users in RESERVED.items():
        for user in users:
            if user in known:
                assert any(i.partition(".")[0] == reserved for i in imports(known[user], user))
