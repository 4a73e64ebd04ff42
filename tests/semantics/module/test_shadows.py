"""Which file Python imports a module from: folders, files, links and built-in modules of one name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.semantics.module.values import DIRECT
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.uuids.catalog import FRESH

MAKES = "from uuid import uuid4 as make\n"


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(MAKES, encoding="utf-8")


def stands_for(root: Path, dotted: str) -> set[str]:
    """What a name stands for in a file at ``root``, which is an import root beside its ``src``."""
    project = Project([str(root), str(root / "src")], FRESH)
    found = project.expand(frozenset({(dotted, DIRECT)}), project.home(str(root / "x.py")))
    return {one for one, _ in found if isinstance(one, str)}


def folder(root: Path) -> None:
    (root / "ids").mkdir()


def file_without_an_ending(root: Path) -> None:
    (root / "ids").write_text("", encoding="utf-8")


def folder_with_an_ending(root: Path) -> None:
    (root / "ids.py").mkdir()


def folder_for_the_package(root: Path) -> None:
    (root / "ids" / "__init__.py").mkdir(parents=True)


def link_to_nowhere(root: Path) -> None:
    os.symlink(root / "nowhere", root / "ids.py")


def package_link_to_nowhere(root: Path) -> None:
    (root / "ids").mkdir()
    os.symlink(root / "nowhere", root / "ids" / "__init__.py")


def pipe(root: Path) -> None:
    os.mkfifo(root / "ids.py")


def stub(root: Path) -> None:
    (root / "ids.pyi").write_text("", encoding="utf-8")


DECOYS = [
    folder,
    file_without_an_ending,
    folder_with_an_ending,
    folder_for_the_package,
    stub,
    *([link_to_nowhere, package_link_to_nowhere, pipe] if hasattr(os, "mkfifo") else []),
]


@pytest.mark.parametrize("decoy", DECOYS, ids=lambda decoy: decoy.__name__)
def test_a_decoy_does_not_hide_a_module_on_another_root(
    decoy: Callable[[Path], None], tmp_path: Path
) -> None:
    write(tmp_path, "src/ids.py")
    decoy(tmp_path)
    assert stands_for(tmp_path, "ids.make") == {"uuid.uuid4"}


@pytest.mark.parametrize("name", ["ids.py", "ids/__init__.py"])
def test_a_module_does(name: str, tmp_path: Path) -> None:
    write(tmp_path, "src/ids.py")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("", encoding="utf-8")
    assert stands_for(tmp_path, "ids.make") == set()


@pytest.mark.parametrize("module", ["sys", "builtins", "time", "os", "io"])
def test_what_is_built_in_goes_before_all_files(module: str, tmp_path: Path) -> None:
    write(tmp_path, f"{module}.py", f"src/{module}/__init__.py")
    assert stands_for(tmp_path, f"{module}.make") == {f"{module}.make"}


@pytest.mark.parametrize("module", ["random", "json", "typing"])
def test_other_modules_of_the_standard_library_do_not(module: str, tmp_path: Path) -> None:
    assert stands_for(tmp_path, f"{module}.make") == {f"{module}.make"}
    write(tmp_path, f"{module}.py")
    assert stands_for(tmp_path, f"{module}.make") == {"uuid.uuid4"}


@pytest.mark.parametrize("module", ["random", "json", "typing", "uuid"])
def test_a_folder_never_goes_before_them(module: str, tmp_path: Path) -> None:
    write(tmp_path, f"{module}/make.py", f"src/{module}/make.py")
    assert stands_for(tmp_path, f"{module}.make") == {f"{module}.make"}


def test_both_meanings_count_of_what_hands_something_through(tmp_path: Path) -> None:
    write(tmp_path, "functools.py", "uuid.py")
    assert stands_for(tmp_path, "functools.partial") == {"functools.partial"}
    assert stands_for(tmp_path, "functools.make") == {"functools.make", "uuid.uuid4"}
    assert stands_for(tmp_path, "uuid.uuid4") == {"uuid.uuid4"}
    assert stands_for(tmp_path, "uuid.UUID") == {"uuid.UUID"}
