"""What is built can be installed alone, and does what it says, on every supported Python that is here."""

from __future__ import annotations

import functools
import re
import runpy
import shutil
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import ssot_ids

RUNTIME = Path(__file__).resolve().parent.parent
PACKAGE = RUNTIME / "ssot_ids"
# By path, because both this distribution and the linter's have folders of these names.
BUILDING = runpy.run_path(str(RUNTIME / "tests" / "building.py"))
PIP, bare, output, run = (BUILDING[name] for name in ("PIP", "bare", "output", "run"))
INTERPRETERS = runpy.run_path(str(RUNTIME / "benchmarks" / "interpreters.py"))
RUNNING = ".".join(map(str, sys.version_info[:2]))
#: The running one always, the others under the marker.
VERSIONS = [
    version if version == RUNNING else pytest.param(version, marks=pytest.mark.corpora)
    for version in INTERPRETERS["SUPPORTED"]
]

#: Imports every module, and fails if one of them needs what a bare Python does not have.
IMPORT_ALL = """
import sys
bare = set(sys.modules)
import ssot_ids
light = set(sys.modules) - bare
import importlib, pkgutil
names = [module.name for module in pkgutil.iter_modules(ssot_ids.__path__)]
for name in names:
    if name not in ("__main__", "pytest_plugin"):
        importlib.import_module("ssot_ids." + name)
for name in ssot_ids.__all__:
    getattr(ssot_ids, name)
roots = {name.partition(".")[0] for name in set(sys.modules) - bare} - sys.stdlib_module_names
assert roots == {"ssot_ids"}, roots
heavy = light & {"re", "typing", "hashlib", "dataclasses", "enum", "json", "inspect", "datetime", "uuid"}
assert not heavy, heavy
try:
    import ssot_ids.pytest_plugin
except ModuleNotFoundError as error:
    assert error.name == "pytest", error.name
else:
    raise AssertionError("pytest is here")
print(*sorted(names))
"""

SMOKE = """
from ssot_ids import *
thread, run, request = UnifiedIdGenerator.generate_user_context_ids("alice", "agent_execution")
assert UnifiedIDManager.extract_thread_id(run) == thread
assert IdMigrationBridge().find_matching_ids(thread, [request, run, "x"], owner="alice") == [request, run]
session = UnifiedIdGenerator.generate_session_id("alice", "auth")
assert validate(session, "session").ok and classify(session) == "ssot"
assert ensure_session_id(session) == session
assert str(parse_id(session)) == session
from ssot_ids.testing import assert_ssot, deterministic
with deterministic(seed=1):
    first = UnifiedIdGenerator.generate_base_id("user")
assert_ssot(first, "user")
print(first)
"""


@functools.cache
def interpreters() -> dict[str, str]:
    found: dict[str, str] = INTERPRETERS["find"]()
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A source distribution, the wheel that is built from it, and the folder with the unpacked source."""
    folder = tmp_path_factory.mktemp("built")
    # Of a copy, since a build leaves folders behind, and takes up what an older one has left.
    ignored = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")
    shutil.copytree(RUNTIME, folder / "copy", ignore=ignored)
    builder = BUILDING["Builder"](folder)
    source = builder.sdist(folder / "copy")
    with tarfile.open(source) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    wheel = builder.wheel(unpacked)
    return source, wheel, unpacked


def relative(folder: Path, pattern: str) -> set[str]:
    return {file.relative_to(RUNTIME).as_posix() for file in folder.rglob(pattern)}


def test_the_wheel_holds_the_package_and_nothing_else(built: tuple[Path, Path, Path]) -> None:
    _, wheel, _ = built
    expected = relative(PACKAGE, "*.py") | relative(PACKAGE, "*.json") | {"ssot_ids/py.typed"}
    assert {"ssot_ids/vectors/valid.json", "ssot_ids/vectors/invalid.json"} <= expected
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected
    assert wheel.name == f"ssot_ids_runtime-{ssot_ids.__version__}-py3-none-any.whl"


def test_the_source_distribution_holds_what_a_build_needs(built: tuple[Path, Path, Path]) -> None:
    held = BUILDING["names_in"](built[0])
    needed = relative(PACKAGE, "*.py") | relative(PACKAGE, "*.json") | {"ssot_ids/py.typed"}
    needed |= relative(RUNTIME / "docs", "*.md") | relative(RUNTIME / "tests", "*.py")
    needed |= {file.relative_to(RUNTIME).as_posix() for file in (RUNTIME / "benchmarks").glob("*.*")}
    needed -= {"benchmarks/.work"}
    assert needed | {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "PKG-INFO"} <= held


def test_the_tests_of_the_source_distribution_find_all_that_they_need(built: tuple[Path, Path, Path]) -> None:
    _, _, unpacked = built
    found = output(
        sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", cwd=unpacked
    )
    assert {line.partition("::")[0] for line in found.splitlines() if "::" in line} == {
        f"tests/{file.name}" for file in (RUNTIME / "tests").glob("test_*.py")
    }
    links = output(sys.executable, "-m", "pytest", "-q", "tests/test_docs.py", "-k", "link", cwd=unpacked)
    assert " passed" in links


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_the_long_description_is_the_readme_without_links_into_the_repository(
    built: tuple[Path, Path, Path],
) -> None:
    _, wheel, unpacked = built
    metadata = metadata_of(wheel)
    assert metadata["Description-Content-Type"] == "text/markdown"
    description = str(metadata.get_payload())
    assert re.findall(r"\]\((?!https?:|#).*?\)", description) == []
    assert "- Grammar (`docs/grammar.md`): the one spelling" in description
    assert (
        str(Parser().parsestr((unpacked / "PKG-INFO").read_text(encoding="utf-8")).get_payload())
        == description
    )


def test_the_metadata_names_no_requirement(built: tuple[Path, Path, Path]) -> None:
    _, wheel, _ = built
    metadata = metadata_of(wheel)
    assert [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line] == []
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"


@pytest.mark.parametrize("version", VERSIONS)
def test_it_works_in_a_bare_environment(version: str, built: tuple[Path, Path, Path], tmp_path: Path) -> None:
    if version not in interpreters():
        pytest.skip(f"no Python {version} here")
    python = bare(tmp_path / "bare", interpreters()[version])
    output(*PIP, "--python", python, "install", "-q", "--no-deps", "--no-index", built[1])
    shown = output(*PIP, "--python", python, "show", "ssot-ids-runtime")
    assert [line.strip() for line in shown.splitlines() if line.startswith("Requires:")] == ["Requires:"]

    modules = sorted(file.stem for file in PACKAGE.glob("*.py") if file.name != "__init__.py")
    assert output(python, "-I", "-c", IMPORT_ALL).split() == modules
    made = output(python, "-I", "-c", SMOKE)
    assert ssot_ids.parse_id(made.rstrip("\n")) is not None
    told = output(python, "-I", "-m", "ssot_ids", "explain", made.strip())
    assert "user" in told
    refused = run(python, "-I", "-m", "ssot_ids", "explain", made.strip().upper())
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
