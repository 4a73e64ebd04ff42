"""The contracts of import-linter hold, and each is broken by the import that it forbids."""

from __future__ import annotations

import functools
import re
import sys
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grimp
import pytest
from importlinter import configuration
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract

if TYPE_CHECKING:
    from importlinter.domain.contract import Contract

configuration.configure()

ROOT = Path(__file__).resolve().parent.parent
KINDS: Mapping[str, type[Contract]] = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
}
FILES = {"flake8_ssot_ids": ROOT / "pyproject.toml", "ssot_ids": ROOT / "runtime" / "pyproject.toml"}


@functools.cache
def options(package: str) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(FILES[package].read_text())["tool"]["importlinter"]
    # Its fields take what stands in an INI file.
    for contract in table["contracts"]:
        contract.update({key: str(value) for key, value in contract.items() if isinstance(value, bool)})
    return table


@functools.cache
def graph(package: str) -> grimp.ImportGraph:
    return grimp.build_graph(package, include_external_packages=True, cache_dir=None)


def broken(package: str, imports: grimp.ImportGraph) -> list[str]:
    """The contracts that ``imports`` break, by their ids."""
    session = {key: value for key, value in options(package).items() if key != "contracts"}
    session["root_packages"] = [session.pop("root_package")]
    return [
        table["id"]
        for table in options(package)["contracts"]
        if not KINDS[table["type"]](table["name"], session, table)
        .check(deepcopy(imports), verbose=False)
        .kept
    ]


@pytest.mark.parametrize("package", FILES)
def test_the_contracts_hold(package: str) -> None:
    assert broken(package, graph(package)) == []


@pytest.mark.parametrize(
    ("importer", "imported", "contract"),
    [
        ("flake8_ssot_ids.model", "flake8_ssot_ids.policy.policy", "down"),
        ("flake8_ssot_ids.system.git", "flake8_ssot_ids.source.sourcefile", "down"),
        ("flake8_ssot_ids.semantics.module.scopes", "flake8_ssot_ids.ids.uses", "down"),
        ("flake8_ssot_ids.rules.rule", "flake8_ssot_ids.findings.engine", "down"),
        ("flake8_ssot_ids.fixes.plan", "flake8_ssot_ids.commands.fix", "down"),
        ("flake8_ssot_ids.cli", "flake8_ssot_ids.flake8_plugin", "down"),
        ("flake8_ssot_ids.semantics.module.scopes", "flake8_ssot_ids.semantics.project.modules", "meaning"),
        ("flake8_ssot_ids.semantics.classes.body", "flake8_ssot_ids.semantics.flow.flow", "meaning"),
        ("flake8_ssot_ids.ids.roles", "flake8_ssot_ids.ids.purpose", "circles"),
        ("flake8_ssot_ids.policy.globs", "flake8_ssot_ids.policy.policy", "circles"),
        ("flake8_ssot_ids.stray", "flake8_ssot_ids.model", "down"),
        ("flake8_ssot_ids.semantics.stray", "flake8_ssot_ids.model", "meaning"),
        ("flake8_ssot_ids.flake8_plugin", "flake8", "flake8"),
        ("flake8_ssot_ids.compliance.checks", "ssot_ids", "flake8"),
        ("flake8_ssot_ids.fixes.plan", "ast_grep_py", "ast-grep"),
        ("flake8_ssot_ids.commands.check", "pytest", "pytest"),
        ("ssot_ids.grammar", "ssot_ids.policy", "down"),
        ("ssot_ids.core", "ssot_ids.generator", "down"),
        ("ssot_ids.stray", "ssot_ids.grammar", "down"),
        ("ssot_ids.bridge", "ssot_ids", "face"),
        ("ssot_ids.testing", "pytest", "pytest"),
        ("ssot_ids.core", "flake8_ssot_ids", "pytest"),
    ],
)
def test_a_planted_import_breaks_a_contract(importer: str, imported: str, contract: str) -> None:
    package = importer.partition(".")[0]
    imports = deepcopy(graph(package))
    imports.add_import(importer=importer, imported=imported)
    # What goes up mostly closes a circle, too.
    assert contract in broken(package, imports)


def test_imports_for_type_checkers_and_those_in_functions_count() -> None:
    imports = graph("flake8_ssot_ids")
    # The first one stands in a function, the second one below TYPE_CHECKING.
    for importer, imported in [("runs.session", "recipes.house"), ("commands.examine", "model")]:
        assert imports.direct_import_exists(
            importer=f"flake8_ssot_ids.{importer}", imported=f"flake8_ssot_ids.{imported}"
        )


def test_the_runtime_needs_the_standard_library_only() -> None:
    imports = graph("ssot_ids")
    elsewhere = {name.partition(".")[0] for name in imports.modules} - {"ssot_ids"}
    # pytest loads its plugin, and nobody else does.
    assert elsewhere - {*sys.stdlib_module_names} == {"pytest"}


def test_the_page_names_every_folder() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "flake8_ssot_ids"
    folders = {
        file.parent.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if file.name != "__init__.py" and file.parent != package
    }
    assert {folder for folder in folders if f"`{folder}/`" not in page} == set()
    named = re.findall(r"`([a-z_/]+(?:\.py|/))`", page)
    tops = (package, ROOT)
    assert [name for name in named if not any((top / name).exists() for top in tops)] == []
