"""examples/chat_platform runs, before and after its migration, and is what its pages say."""

from __future__ import annotations

import ast
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from flake8_ssot_ids.policy.load import load_policy

ROOT = Path(__file__).resolve().parent.parent
PLATFORM = ROOT / "examples" / "chat_platform"
MIGRATION = (PLATFORM / "MIGRATION.md").read_text(encoding="utf-8")
EDITS = sorted((PLATFORM / "manual_edits").glob("*.diff"))
#: Rules of which exactly one matches a use; others speak of another defect and may be added to.
USES = "SID101,SID102,SID103,SID104,SID105,SID201,SID202,SID203"
EXEMPT = "netra_backend/app/telemetry/tracing.py"
JUNK = shutil.ignore_patterns("__pycache__", ".*_cache")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Both roots, elsewhere, outside of git."""
    for name in ("before", "after"):
        shutil.copytree(PLATFORM / name, tmp_path / name, ignore=JUNK)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A module or a file of Python in ``folder``, with the runtime at hand and every warning an error."""
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "runtime"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_ADDOPTS": "",
        "SSOT_IDS_MAP_KEY": "the key of the tests",
    }
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, encoding="utf-8", check=False
    )


def suite(folder: Path, *arguments: str) -> str:
    """What the platform's own tests end with."""
    done = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return re.sub(r" in \d.*", "", done.stdout.splitlines()[-1])


def apply_edits(folder: Path) -> None:
    """The edits by hand, and the files that are new."""
    for edit in EDITS:
        command = ["git", "apply", "-p1", str(edit)]
        subprocess.run(command, cwd=folder, check=True, env={**os.environ, "GIT_DIR": os.devnull})
    for new in (PLATFORM / "after").rglob("*"):
        target = folder / new.relative_to(PLATFORM / "after")
        if new.is_file() and not target.exists() and "__pycache__" not in new.parts:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(new, target)


def findings(folder: Path) -> list[dict[str, str]]:
    program = [sys.executable, "-m", "flake8_ssot_ids", "check", "--no-cache", "--output-format=json"]
    done = subprocess.run(
        [*program, "--select", USES, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def files(folder: Path) -> dict[str, list[str]]:
    """Lines by path; what a run leaves behind does not count."""
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {
        name: path.read_text(encoding="utf-8").splitlines()
        for name, path in paths.items()
        if path.is_file() and not re.search(r"(?:^|/)(?:\.|__pycache__)", name)
    }


def uses(folder: Path) -> Counter[str]:
    """References to uuid4 by file, counted without the linter: ``import uuid`` has no alias here."""
    counted: Counter[str] = Counter()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            if name == "uuid4":
                counted[path.relative_to(folder).as_posix()] += 1
    return counted


# ---------------------------------------------------------------------------------------------- it runs


@pytest.mark.parametrize(("name", "ending"), [("before", "31 passed"), ("after", "46 passed")])
def test_the_platform_passes_its_own_tests_elsewhere_and_warns_of_nothing(
    copy: Path, name: str, ending: str
) -> None:
    assert suite(copy / name) == ending


def test_the_edits_by_hand_alone_break_nothing(copy: Path) -> None:
    """Only the tests that ask for new ids already are left out."""
    apply_edits(copy / "before")
    assert suite(
        copy / "before",
        "--deselect=tests/test_formats.py::test_the_ids_of_a_user_are_of_their_kinds",
        "--ignore=tests/test_legacy_state.py",
        "--ignore=tests/test_what_was_mended.py",
    ).startswith("30 passed")


def test_what_the_old_platform_leaves_behind_is_what_is_checked_in(copy: Path) -> None:
    """Made anew, it has the same shape; the rows that name it in the new spelling can be written."""
    done = run(copy / "before", "scripts/dump_state.py", str(copy / "made"))
    assert (done.returncode, done.stderr) == (0, "")
    kept = copy / "after" / "tests" / "legacy_state"
    for name in ("auth.sql", "backend.sql"):
        made, old = ((folder / name).read_text(encoding="utf-8") for folder in (copy / "made", kept))
        assert re.sub(r"VALUES\(.*", "", made) == re.sub(r"VALUES\(.*", "", old)
    made_state, state = (
        json.loads((folder / "state.json").read_text(encoding="utf-8")) for folder in (copy / "made", kept)
    )
    assert shape(made_state) == shape(state)
    assert not re.search(r"_[1-9]\d{12}_[1-9]\d{9}_[0-9a-f]{8}", json.dumps(state)), "an id of the new kind"
    url = f"sqlite:///{copy / 'empty.db'}"
    rows = run(copy / "after", "scripts/write_alias_rows.py", url, str(kept / "state.json"))
    assert (rows.returncode, rows.stdout, rows.stderr) == (0, "4 alias rows written\n", "")


def shape(value: object) -> object:
    """Keys and types, without the values that differ from day to day."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value).__name__


# ----------------------------------------------------------------------------------------- what is found


def test_before_has_so_many_raw_ids_of_each_code(copy: Path) -> None:
    found = findings(copy / "before")
    assert Counter((row["scope"], row["code"]) for row in found) == {
        ("production", "SID101"): 1,
        ("production", "SID102"): 28,
        ("production", "SID103"): 36,
        ("production", "SID104"): 3,
        ("production", "SID105"): 1,
        ("test", "SID102"): 13,
        ("test", "SID103"): 29,
        ("test", "SID104"): 8,
    }
    by_file = Counter(Path(row["filename"]).relative_to(copy / "before").as_posix() for row in found)
    assert by_file == uses(copy / "before")
    assert "makes 119 ids past its generator, 69 of them in production code" in MIGRATION


def test_after_has_none_but_those_that_are_exempt(copy: Path) -> None:
    assert uses(copy / "after") == {EXEMPT: 2}
    # Whether `check` honours exemptions or leaves that to the contracts, nothing else may be found.
    found = {Path(row["filename"]).relative_to(copy / "after").as_posix() for row in findings(copy / "after")}
    assert found <= {EXEMPT}


FORMS = {
    "….hex[:8]": r"\.hex\[:8\]",
    "….hex[:4]": r"\.hex\[:4\]",
    "….hex[:10]": r"\.hex\[:10\]",
    "….hex[:12]": r"\.hex\[:12\]",
    "….hex[:16]": r"\.hex\[:16\]",
    "….hex[:24]": r"\.hex\[:24\]",
    "a tail": r"\.hex\[-6:\]",
    "str(…)": r"= str\(uuid\.uuid4\(\)\)",
    "str(…)[:8]": r"str\(uuid4\(\)\)\[:8\]",
    "….hex": r"uuid4\(\)\.hex[\n,}]",
    "without dashes": r'str\(uuid\.uuid4\(\)\)\.replace\("-", ""\)',
    "directly in an f-string": r"_\{uuid\.uuid4\(\)\}",
    "a dynamic prefix": r'f"\{\w+\}_\{uuid4\(\)',
    "a bare object": r"= uuid\.uuid4\(\)\n",
    "a factory": r"default_factory=uuid4",
    "a column's default": r"default=lambda: str\(uuid\.uuid4\(\)\),",
    "a field's default": r"default_factory=lambda: f",
    "a returned value": r"return str\(uuid\.uuid4\(\)\)",
    "a keyword": r"\w=f?\"?(?:str\(|\w+_\{)uuid",
    "a positional argument": r", f\"\w+_\{uuid4",
    "a dictionary's value": r'"jti": str\(uuid\.uuid4\(\)\)',
    "an item": r'payload\["jti"\] = str\(',
    "keyword arguments": r'kwargs\["id"\] = str\(',
    "an attribute": r"self\.\w+ = f\"\w+_\{uuid",
    "x or …": r"execution_id or str\(uuid\.uuid4\(\)\)",
    "d.get(k, …)": r'\.get\("\w+", str\(uuid\.uuid4\(\)\)\)',
    "a NewType": r"UserID\(str\(uuid4\(\)\)\)",
    "a NewType around a text": r"RunID\(f\"run_\{uuid",
    "a comprehension": r"uuid4\(\)\.hex\[:4\]\}\" for ",
    "a default argument": r"batch_id: str = f\"batch_\{uuid4",
    "the clock": r"\{int\(time\.time\(\) \* 1000\)\}_\{uuid",
    "an attribute as prefix": r"\{agent_type\.value\}_\{uuid",
    "from uuid import uuid4": r"^from uuid import uuid4$",
}


@pytest.mark.parametrize("pattern", FORMS.values(), ids=FORMS)
def test_before_has_each_form_that_real_code_has_and_after_has_none(pattern: str) -> None:
    before, after = (
        ["\n".join(lines) for name, lines in files(PLATFORM / folder).items() if name != EXEMPT]
        for folder in ("before", "after")
    )
    if "16" not in pattern:  # which is also that of the foreign standard
        assert not any(re.search(pattern, text, re.MULTILINE) for text in after)
    assert any(re.search(pattern, text, re.MULTILINE) for text in before)


# ----------------------------------------------------------------------------------------- what is written


def test_each_place_that_the_page_names_is_there() -> None:
    rows = re.findall(r"^\|[^|]*\| `([\w/.]+):(\d+)` \| `(.+)` \|$", MIGRATION, re.MULTILINE)
    assert len(rows) == 37
    before = files(PLATFORM / "before")
    for path, line, code in rows:
        assert code in before[path][int(line) - 1], (path, line)


def test_the_page_lists_each_edit_by_hand_and_each_new_file() -> None:
    assert re.findall(r"^\| `([123][ABC]?-\w+\.diff)` \|", MIGRATION, re.MULTILINE) == sorted(
        [edit.name for edit in EDITS], key=lambda name: (name[:2], MIGRATION.index(name))
    )
    new = files(PLATFORM / "after").keys() - files(PLATFORM / "before").keys()
    assert files(PLATFORM / "before").keys() < files(PLATFORM / "after").keys()
    for name in new:
        assert re.search(rf"new: .*`{Path(name).parent.as_posix()}/?(?:{Path(name).name})?`", MIGRATION), name


WRITTEN = re.compile(
    r"(?:.*\bUnifiedIdGenerator\b.*|\s*run_id = RunID\(run_id\)|\s*request_id = RequestID\(request_id\)|)"
)


def test_all_else_that_differs_stands_where_a_raw_id_stood(copy: Path) -> None:
    """What is not written by hand is a line of the generator's in place of a line with a raw id."""
    apply_edits(copy / "before")
    by_hand, after = files(copy / "before"), files(copy / "after")
    assert by_hand.keys() == after.keys()
    changed = set()
    for path, lines in after.items():
        for line in difflib.ndiff(by_hand[path], lines):
            if line.startswith("- "):
                assert "uuid" in line or not line[2:], (path, line)
                changed.add(path)
            elif line.startswith("+ "):
                assert WRITTEN.fullmatch(line[2:]), (path, line)
    assert len([path for path in changed if path.startswith("tests/")]) == 5
    assert len(changed) == 19
    assert "92 of the 119 places, in 14 files of production code and 5 of tests" in MIGRATION
    assert sum(uses(copy / "before").values()) == 92 + 2


# ------------------------------------------------------------------------------------------- the policies


@pytest.mark.parametrize("name", ["before", "after"])
def test_the_policy_loads_and_names_the_phases(copy: Path, name: str) -> None:
    policy = load_policy(str(copy / name / "pyproject.toml"))
    assert [(zone.name, zone.phase, zone.tier) for zone in policy.zones] == [
        ("websocket", "1A", "critical"),
        ("auth", "1B", "critical"),
        ("execution-context", "1C", "critical"),
        ("agents", "2", "standard"),
        ("backend", "2", "standard"),
        ("shared", "2", "standard"),
        ("tests", "3", "standard"),
    ]
    assert [zone.service for zone in policy.zones][:2] == ["netra_backend", "auth"]
    assert policy.generators == ("shared.id_generation.unified_id_generator.UnifiedIdGenerator",)
    exemptions = [(exemption.path, exemption.codes) for exemption in policy.exemptions]
    assert exemptions == ([(EXEMPT, ("SID102", "SID103"))] if name == "after" else [])
    done = run(copy / name, "-m", "flake8_ssot_ids", "config")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["before", "after"])
def test_what_the_policy_points_at_can_be_imported(copy: Path, name: str) -> None:
    policy = load_policy(str(copy / name / "pyproject.toml"))
    assert sorted(policy.api) == ["bridge", "context-factory", "manager", "typed-ids"]
    code = "import sys, pkgutil; [pkgutil.resolve_name(name) for name in sys.argv[1:]]"
    done = run(copy / name, "-c", code, *policy.api.values(), *policy.generators)
    assert (done.returncode, done.stderr) == (0, "")
