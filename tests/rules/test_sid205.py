"""SID205: a source of a module that one of the project shadows; ``tests/cases/shadows.txt`` has more."""

from __future__ import annotations

import ast
import os
import sysconfig
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.compliance.scan import policy_of, scan
from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.flake8_plugin import SsotIdsPlugin
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.runs import run as runner
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.testing import assert_marks, expected
from flake8_ssot_ids.uuids import catalog

CODE = "SID205"
OWN = {"uuid.py": "def uuid4(): ...\n"}

#: Sentence -> the judged file, and the other files of the project.
FIRING: dict[str, tuple[str, dict[str, str]]] = {
    "a call": ("import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID205\n", OWN),
    "a factory": ("from uuid import uuid1 as make\nf(default=make)\n#         ^^^^ SID205\n", OWN),
    "an alias": (
        "import uuid\nmake = uuid.uuid4\n#      ^^^^^^^^^^ SID205\nmake().hex\n#! SID205 1-5\n",
        OWN,
    ),
    "a package": ("import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID205\n", {"src/uuid/__init__.py": ""}),
    "a module that hands on the real one": (
        "import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID205\n",
        {"uuid.py": "from _uuid import *\nfrom real_uuid import uuid4\n"},
    ),
    "a module that cannot be read": (
        "import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID205\n",
        {"uuid.py": "def (:\n"},
    ),
    "a module without a source": (
        "import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID205\n",
        {"uuid.pyc": "", "uuid/data.py": ""},
    ),
    "a compiled module": (
        "import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID205\n",
        {"uuid.cpython-311-x86_64-linux-gnu.so": ""},
    ),
}

SILENT: dict[str, tuple[str, dict[str, str]]] = {
    "no shadow": ("x = uuid4()\n", OWN),
    "what is no source": ("import uuid\nx = uuid.UUID(text), uuid.parse(text)\n", OWN),
    "a relative import": ("from .uuid import uuid4\nx = uuid4()\n", OWN),
    "a module in a package": ("from shop import uuid\nx = uuid.uuid4()\n", {"shop/uuid.py": ""}),
    "a folder of data": ("import uuid\nx = uuid.UUID(text)\n", {"uuid/a.txt": ""}),
    "an import alone": ("import uuid\nfrom uuid import uuid4\n", OWN),
    "an own function": ("import uuid\ndef uuid4(): ...\nx = uuid4()\n", OWN),
    "a parameter": ("import uuid\ndef f(uuid):\n    return uuid.uuid4()\n", OWN),
}

#: Files beside ``case.py`` that shadow nothing: there the finding is the usual one.
NO_SHADOW = [
    ["uuid/data.txt"],
    ["uuid/uuid.py"],
    ["uuid.pyi"],
    ["uuid/__init__.pyi"],
    ["uuid.py.txt"],
    ["uuid.txt", "uuidx.py", "uuid-1.so", "uuid.so.1"],
    ["lib/uuid.py"],
    ["shop/__init__.py", "shop/uuid.py"],
]


@pytest.mark.parametrize("case", FIRING)
def test_fires(case: str) -> None:
    source, files = FIRING[case]
    assert {mark.code for mark in expected(source)} == {CODE}
    assert_marks(source, files=files)


@pytest.mark.parametrize("case", SILENT)
def test_stays_silent(case: str) -> None:
    source, files = SILENT[case]
    assert expected(source) == []
    assert_marks(source, files=files)


def test_at_least_as_many_cases_stay_silent() -> None:
    assert len(SILENT) >= len(FIRING)


@pytest.mark.parametrize("files", NO_SHADOW)
def test_what_shadows_nothing(files: list[str]) -> None:
    source = "import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID101\n"
    assert_marks(source, files=dict.fromkeys(files, ""))


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def test_message(tmp_path: Path) -> None:
    source = "import uuid\ndef f():\n    job_id = str(uuid.uuid4())\n"
    write(tmp_path, {"case.py": source, "src/uuid/__init__.py": ""})
    policy = load_policy(None, root=str(tmp_path))
    project = Project(policy.src, catalog.FRESH)
    (found,) = check_source(source.encode(), str(tmp_path / "case.py"), policy, project).findings
    assert found.message == (
        "`src/uuid/__init__.py` shadows the module `uuid`, so what `uuid.uuid4` makes cannot be judged; "
        "rename that file"
    )


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose one id would be hidden by ``uuid.py``."""
    root = Path(os.path.realpath(tmp_path))
    use = "import uuid\nSESSION_ID = str(uuid.uuid4())\n"
    write(root, {"shop/auth.py": use, "uuid.py": "def uuid4(): ...\n", "pyproject.toml": "[tool.ssot-ids]\n"})
    monkeypatch.chdir(root)
    return root


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    main(["check", "--no-cache", "--output-format", "concise", "-q", *arguments])
    return [line.partition(" `")[0] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("path", [".", "shop", "shop/auth.py"])
def test_it_is_found_wherever_the_check_begins(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, path) == ["shop/auth.py:2:18: SID205"]


def test_the_plugin_finds_it(shop: Path) -> None:
    text = (shop / "shop/auth.py").read_text(encoding="utf-8")
    plugin = SsotIdsPlugin(ast.parse(text), str(shop / "shop/auth.py"), text.splitlines(True))
    assert [(row, column, message[:6]) for row, column, message, _ in plugin.run()] == [(2, 17, CODE)]


@pytest.mark.parametrize("setting", ["", 'ignore = ["SID205"]\n', 'per-file-ignores = { "**" = ["SID"] }\n'])
def test_the_contracts_find_it_whatever_silences_it(setting: str, shop: Path) -> None:
    write(shop, {"pyproject.toml": f"[tool.ssot-ids]\n{setting}"})
    use = (shop / "shop/auth.py").read_text(encoding="utf-8").replace("())\n", "())  # noqa: SID205\n")
    write(shop, {"shop/auth.py": use})
    found = scan(str(shop), policy_of(str(shop)), jobs=1).findings
    assert [(place.path, place.code) for place in found] == [("shop/auth.py", CODE)]


@pytest.mark.parametrize("many", [False, True])
def test_a_shadow_that_does_not_parse_is_no_clean_file(
    many: bool, shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if many:
        monkeypatch.setattr(runner, "_WORTH_A_SURVEY", 1)
    write(shop, {"uuid.py": "def make(:\n", "shop/uuid.py": "def make(:\n"})
    assert shown(capsys, ".") == [
        "shop/auth.py:2:18: SID205",
        "uuid.py:1:10: SID990 this file may hold raw ids and cannot be checked: invalid syntax",
    ]
    (shop / "uuid.py").unlink()
    assert shown(capsys, ".") == ["shop/auth.py:2:18: SID102 the text of"]


def test_the_standard_library_shadows_nothing() -> None:
    library = sysconfig.get_path("stdlib")
    project = Project([library], catalog.FRESH)
    home = project.home(os.path.join(library, "case.py"))
    assert project.shadow_of("uuid", home) is None
    assert not project.is_shadow(os.path.join(library, "uuid.py"))


def test_fix_leaves_it_alone(shop: Path) -> None:
    generator = "class G:\n    @staticmethod\n    def generate_base_id(prefix: str) -> str: ...\n"
    write(shop, {"ids.py": generator, "pyproject.toml": '[tool.ssot-ids]\ngenerator = "ids.G"\n'})
    before = (shop / "shop/auth.py").read_text(encoding="utf-8")
    main(["fix", "--unsafe-fixes", "--allow-dirty", "-q", "."])
    assert (shop / "shop/auth.py").read_text(encoding="utf-8") == before
    (shop / "uuid.py").unlink()
    main(["fix", "--unsafe-fixes", "--allow-dirty", "-q", "."])
    assert (shop / "shop/auth.py").read_text(encoding="utf-8") != before
