"""``ssot-ids init``: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import os
import shutil
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.adopt import configfile
from flake8_ssot_ids.cli import main
from flake8_ssot_ids.model import SsotIdsError
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.policy import Policy

ROOT = Path(__file__).resolve().parents[2]
PLATFORM = ROOT / "examples" / "chat_platform"
JUNK = shutil.ignore_patterns("__pycache__", ".*_cache")
SHOP = {
    "shop/__init__.py": "",
    "shop/ids/__init__.py": "",
    "shop/ids/maker.py": """
        import uuid

        class IdGenerator:
            @classmethod
            def generate_base_id(cls, prefix):
                return f"{prefix}_{uuid.uuid4().hex}"

            @classmethod
            def new_session_id(cls, user_id):
                return cls.generate_base_id(user_id)
    """,
    "shop/orders.py": """
        import uuid
        from shop.ids.maker import IdGenerator

        def order():
            return IdGenerator.generate_base_id("order"), str(uuid.uuid4())
    """,
    "shop/live.py": """
        import uuid
        from fastapi import WebSocket

        async def serve(socket: WebSocket):
            connection_id = f"ws_{uuid.uuid4().hex[:8]}"
    """,
    "tests/test_orders.py": "import uuid\n\nORDER = str(uuid.uuid4())\n",
}
SHOP_TABLE = """\
# Proposed by `ssot-ids init` from names and imports. Read it: a file named `auth` may have
# nothing to do with authentication. `ssot-ids config` shows what is in force.
[tool.ssot-ids]
# The approved generator: imported by 1 module, 2 id-making methods (generate_base_id,
# new_session_id), made from 1 raw source.
generator = "shop.ids.maker.IdGenerator"

# Where the compliance contracts find the parts of the identifier library.
[tool.ssot-ids.api]
generate_session_id = "new_session_id"
# Not found here:
# manager = "package.module.UnifiedIDManager"
# bridge = "package.module.IdMigrationBridge"
# context-factory = "package.module.create_user_execution_context_factory"
# typed-ids = "package.module"

# Phase 1A: websocket code: 1 raw id in 1 file.
[[tool.ssot-ids.zone]]
name = "websocket"
paths = [
  "shop/live.py",  # imports `fastapi.WebSocket`; 1 raw id
]
tier = "critical"
phase = "1A"
service = "shop"

# Phase 2: the rest of `shop`: 1 raw id in 4 files.
[[tool.ssot-ids.zone]]
name = "shop"
paths = ["shop"]
tier = "standard"
phase = "2"
service = "shop"

# Phase 3: tests, and what is not deployed: 1 raw id in 1 file.
[[tool.ssot-ids.zone]]
name = "tests"
paths = ["tests"]
tier = "standard"
phase = "3"

# A contract without anything to look at fails, so that a wrong path is no pass. Nothing that
# these are about was found; if that is so, say it:
# [tool.ssot-ids.not-applicable]
# C02 = "nobody logs in"
# C03 = "no execution contexts"
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """``repository(files)``: a folder with these files, dedented."""
    import textwrap

    def make(files: dict[str, str]) -> Path:
        root = tmp_path / "repository"
        root.mkdir()
        for name, text in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
        return root

    return make


@pytest.fixture
def init(capsys: pytest.CaptureFixture[str]) -> Run:
    """``init(folder, …)``: exit code, standard output, standard error."""

    def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
        code = main(["init", str(folder), *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def mapping(policy: Policy, root: Path) -> dict[str, tuple[str | None, ...]]:
    """The zone of each file in words that do not depend on how many zones a phase has."""
    found: dict[str, tuple[str | None, ...]] = {}
    for file in sorted(root.rglob("*.py")):
        zone = policy.zone_of(str(file))
        assert zone is not None, file
        name = zone.name if zone.tier == "critical" else None
        found[file.relative_to(root).as_posix()] = (name, zone.tier, zone.phase, zone.service)
    return found


def test_the_whole_output(repository: Callable[[dict[str, str]], Path], init: Run) -> None:
    root = repository(SHOP)
    code, out, err = init(root)
    assert (code, out) == (0, SHOP_TABLE)
    assert err == f"Nothing was written; `--write` puts this into {root / 'ssot-ids.toml'}.\n"
    assert not (root / "ssot-ids.toml").exists()


def test_write_without_a_pyproject(repository: Callable[[dict[str, str]], Path], init: Run) -> None:
    root = repository(SHOP)
    code, out, err = init(root, "--write")
    assert (code, out, err) == (0, "", f"Wrote {root / 'ssot-ids.toml'}.\n")
    assert (root / "ssot-ids.toml").read_text() == SHOP_TABLE
    assert sorted(item.name for item in root.iterdir()) == ["shop", "ssot-ids.toml", "tests"]
    if sys.platform != "win32":
        mask = os.umask(0)
        os.umask(mask)
        assert (root / "ssot-ids.toml").stat().st_mode & 0o777 == 0o666 & ~mask
    assert init(root, "--write") == (
        2, "", "error: ssot-ids.toml exists already; it is never overwritten\n",
    )  # fmt: skip
    assert init(root) == (2, "", "error: ssot-ids.toml exists already; it is never overwritten\n")
    assert (root / "ssot-ids.toml").read_text() == SHOP_TABLE


@pytest.mark.parametrize(
    ("before", "gap", "end"),
    [
        (b'[project]\nname = "x"  # \xc3\xa9\n', b"\n", b"\n"),
        (b'[project]\nname = "x"', b"\n\n", b"\n"),
        (b"a = 1\r\n[tool.x]\r\nb=  2\r\n", b"\r\n", b"\r\n"),
        (b"\xef\xbb\xbfa = 1\r\n[tool.x]", b"\r\n\r\n", b"\r\n"),
        (b"", b"", b"\n"),
    ],
    ids=["unix", "no newline at the end", "windows", "windows, BOM, no newline at the end", "empty"],
)
def test_a_pyproject_is_added_to_and_otherwise_untouched(
    before: bytes, gap: bytes, end: bytes, repository: Callable[[dict[str, str]], Path], init: Run
) -> None:
    root = repository(SHOP)
    file = root / "pyproject.toml"
    file.write_bytes(before)
    code, out, _ = init(root)
    assert code == 0
    assert file.read_bytes() == before
    assert out == (gap.decode() + SHOP_TABLE).replace("\r\n", "\n")
    code, out, err = init(root, "--write")
    assert (code, out, err) == (0, "", f"Wrote [tool.ssot-ids] to {file}.\n")
    assert file.read_bytes() == before + gap + SHOP_TABLE.encode().replace(b"\n", end)
    assert load_policy(str(file)).generators == ("shop.ids.maker.IdGenerator",)
    written = file.read_bytes()
    refusal = "error: pyproject.toml has a table [tool.ssot-ids] already; it is never overwritten\n"
    assert init(root, "--write") == (2, "", refusal)
    assert file.read_bytes() == written


@pytest.mark.parametrize(
    ("pyproject", "reason"),
    [
        (b"tool.ssot-ids.preview = true\n", "pyproject.toml has a table [tool.ssot-ids] already"),
        (b"[tool.'ssot-ids']\n", "pyproject.toml has a table [tool.ssot-ids] already"),
        (b"tool = 1\n", "pyproject.toml: `tool` is no table; nothing can be added to it"),
        (b"\xff\n", "pyproject.toml is not UTF-8, as TOML has to be; nothing can be added to it"),
        (
            b"[project\n",
            "pyproject.toml is not valid TOML: Expected ']' at the end of a table declaration (at line 1, "
            "column 9); nothing can be added to it",
        ),
        (
            b"tool = { x = 1 }\n",
            "pyproject.toml cannot take the table: line 5, column 15: not valid TOML: Cannot declare",
        ),
    ],
    ids=["dotted", "quoted", "no table", "not UTF-8", "not TOML", "an inline table"],
)  # fmt: skip
def test_what_cannot_be_added_to_is_refused(
    pyproject: bytes, reason: str, repository: Callable[[dict[str, str]], Path], init: Run
) -> None:
    root = repository({})
    (root / "pyproject.toml").write_bytes(pyproject)
    for arguments in ((), ("--write",)):
        code, out, err = init(root, *arguments)
        assert (code, out) == (2, "")
        assert err.startswith(f"error: {reason}")
        assert len(err.splitlines()) == 1
    assert (root / "pyproject.toml").read_bytes() == pyproject


def test_a_folder_that_is_not_there(tmp_path: Path, init: Run) -> None:
    missing = tmp_path / "missing"
    assert init(missing) == (2, "", f"error: {missing}: no such folder\n")


def test_an_empty_folder(tmp_path: Path, init: Run) -> None:
    code, out, _ = init(tmp_path, "--write")
    assert (code, out) == (0, "")
    assert (tmp_path / "ssot-ids.toml").read_text() == (
        "# Proposed by `ssot-ids init` from names and imports. Read it: a file named `auth` may have\n"
        "# nothing to do with authentication. `ssot-ids config` shows what is in force.\n"
        "[tool.ssot-ids]\n"
        "# Nothing here looks like an id generator. Without one `check` works; `fix` and most of the\n"
        "# compliance contracts do not. The package `ssot_ids` has one; it lies in the folder runtime/ of\n"
        "# the repository that ssot-ids comes from:\n"
        '# generator = "ssot_ids.UnifiedIdGenerator"\n'
    )


def test_files_that_do_not_parse_are_named_and_judged_by_their_names(
    repository: Callable[[dict[str, str]], Path], init: Run
) -> None:
    root = repository({"app/jwt_handler.py": "def (\n", "app/sockets.py": "import websockets\ndef (\n"})
    code, out, err = init(root)
    assert code == 0
    zones = tomllib.loads(out)["tool"]["ssot-ids"]["zone"]
    assert [(zone["name"], zone["paths"]) for zone in zones] == [
        ("auth", ["app/jwt_handler.py"]),
        ("app", ["app"]),
    ]
    assert err.splitlines()[0] == "note: app/sockets.py: invalid syntax"


def test_other_configurations_above_and_below_are_named(
    repository: Callable[[dict[str, str]], Path], init: Run
) -> None:
    root = repository({"app/a.py": "", "app/ssot-ids.toml": "", "app/b/pyproject.toml": "[tool.x]\n"})
    (root.parent / "ssot-ids.toml").write_text("")
    assert init(root)[2].splitlines()[:2] == [
        "note: app/ssot-ids.toml goes before this configuration in its folder",
        f"note: {(root.parent / 'ssot-ids.toml').as_posix()} governs this folder now, and will not any more",
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(repository: Callable[[dict[str, str]], Path], init: Run) -> None:
    root = repository(SHOP)
    root.chmod(0o555)
    code, out, err = init(root, "--write")
    root.chmod(0o755)
    assert (code, out) == (2, "")
    assert err == f"error: {root / 'ssot-ids.toml'}: Permission denied\n"


def test_a_file_that_comes_into_being_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    where = configfile.find(str(tmp_path))
    (tmp_path / "ssot-ids.toml").write_text("theirs")
    with pytest.raises(configfile.ConfigFileError, match="has come into being meanwhile"):
        where.write("ours")
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("ssot-ids.toml", "theirs")]


def test_a_pyproject_that_changes_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("a = 1\n")
    where = configfile.find(str(tmp_path))
    file.write_text("a = 2\n")
    with pytest.raises(SsotIdsError):
        where.write("[tool.ssot-ids]\n")
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("pyproject.toml", "a = 2\n")]


def test_standard_output_may_be_the_new_file(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "a.py").write_text("import uuid\nA = str(uuid.uuid4())\n")
    with open(tmp_path / "ssot-ids.toml", "wb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "flake8_ssot_ids", "init", str(tmp_path)],
            stdout=stream,
            check=False,
            cwd=ROOT,
        )
    assert done.returncode == 0
    policy = load_policy(str(tmp_path / "ssot-ids.toml"))
    assert [(zone.name, zone.paths) for zone in policy.zones] == [("modules", ("a.py",))]


@pytest.mark.parametrize("name", ["before", "after"])
def test_the_zones_of_the_sample_platform_are_those_of_its_own_policy(
    name: str, tmp_path: Path, init: Run
) -> None:
    root = tmp_path / name
    shutil.copytree(PLATFORM / name, root, ignore=JUNK)
    real = load_policy(str(root / "pyproject.toml"))
    expected = mapping(real, root)
    text = (root / "pyproject.toml").read_text()
    (root / "pyproject.toml").write_text(text[text.index("[tool.pytest") :])
    code, _, err = init(root, "--write")
    assert code == 0, err
    found = load_policy(str(root / "pyproject.toml"))
    assert mapping(found, root) == expected
    assert (found.generators, dict(found.api)) == (real.generators, dict(real.api))
    assert [zone.name for zone in found.zones][:3] == ["websocket", "auth", "execution-context"]


def test_the_hints_for_other_linters(repository: Callable[[dict[str, str]], Path], init: Run) -> None:
    root = repository({})
    (root / "ruff.toml").write_text('[lint]\nexternal = ["V"]\n')
    (root / "setup.cfg").write_text("[flake8]\nextend-ignore = E203,S\n")
    before = (root / "ruff.toml").read_bytes(), (root / "setup.cfg").read_bytes()
    hints = [line for line in init(root, "--write")[2].splitlines() if line.startswith("hint: ")]
    assert hints == [
        "hint: ruff.toml: ruff's RUF100 deletes `noqa` comments with codes that it does not know; "
        'under `[lint]` write `external = ["V", "SID"]`',
        "hint: setup.cfg: `extend-ignore = S` of flake8 silences our codes, which begin with it; "
        "add `extend-select = SID`",
    ]
    assert ((root / "ruff.toml").read_bytes(), (root / "setup.cfg").read_bytes()) == before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("ruff.toml", '[lint]\nexternal = ["SID"]\n'),
        ("ruff.toml", 'external = ["SI"]\n'),
        ("pyproject.toml", '[tool.ruff.lint]\nexternal = ["SID"]\n'),
        ("pyproject.toml", "[tool.black]\n"),
        ("setup.cfg", "[flake8]\nignore = S\nextend-select = SID\n"),
        ("setup.cfg", "[flake8]\nignore = S101,E203\n"),
        ("setup.cfg", "[mypy]\nselect = S\n"),
        ("tox.ini", "[flake8\nselect = S\n"),
    ],
)
def test_no_hint_where_none_is_needed(
    file: str, text: str, repository: Callable[[dict[str, str]], Path], init: Run
) -> None:
    root = repository({file: text})
    assert not [line for line in init(root)[2].splitlines() if line.startswith("hint: ")]
