"""No way of hiding a raw id in a critical module helps; a dated exemption with a reason does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compliance.judging import (
    CONTEXT,
    GENERATOR,
    HELPERS,
    POLICY,
    SESSIONS,
    SOCKETS,
    copy_of,
    judged,
    put,
    told,
    write,
)

CALL = 'UnifiedIdGenerator.generate_base_id("session")'
#: The critical modules: contract, file, a call in it to put a raw id in the place of.
MODULES = {
    "C02": (SESSIONS, CALL),
    "C03": (CONTEXT, 'UnifiedIdGenerator.generate_base_id("context")'),
    "C04": (SOCKETS, 'UnifiedIdGenerator.generate_base_id("message")'),
}
RAW = "__import__('uuid').uuid4().hex"


@pytest.fixture
def after(tmp_path: Path) -> Path:
    return copy_of("after", tmp_path / "after")


def plant(root: Path, contract: str = "C02", new: str = RAW, head: str = "") -> str:
    """Put a raw id into a critical module; return its path."""
    path, old = MODULES[contract]
    put(root, path, old, new)
    if head:
        put(root, path, "import secrets\n", f"import secrets\n{head}\n")
    return path


WAYS = {
    "a comment on the line": ("", "__import__('uuid').uuid4().hex  # noqa", ""),
    "a comment with the code": ("", "__import__('uuid').uuid4().hex  # noqa: SID102, SID103, SID203", ""),
    "an alias": ("import uuid as u\nmake = u.uuid4", "str(make())", ""),
    "a name of its own": ("from uuid import uuid4 as fresh", "fresh().hex", ""),
    "getattr": ("import uuid", 'str(getattr(uuid, "uuid4")())', ""),
    "import_module": ("import importlib", 'str(importlib.import_module("uuid").uuid4())', ""),
    "per-file-ignores": ("", RAW, f'per-file-ignores = {{ "{SESSIONS}" = ["SID"] }}\n'),
    "ignore": ("", RAW, 'ignore = ["SID"]\n'),
    "select": ("", RAW, 'select = ["SID401"]\n'),
    "an exclusion of the file": ("", RAW, f'extend-exclude = ["{SESSIONS}"]\n'),
    "an exclusion of the folder": ("", RAW, 'exclude = ["auth_core"]\n'),
    "allow-raw-in": ("", RAW, 'allow-raw-in = ["auth_service/**"]\n'),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_does_not_help(way: str, after: Path) -> None:
    head, new, setting = WAYS[way]
    path = plant(after, new=new, head=head)
    if setting:
        put(after, POLICY, 'src = ["."]\n', f'src = ["."]\n{setting}')
    broken = judged(after, running=())
    assert sorted(broken) == ["C01", "C02", "C10"], broken
    for contract in broken:
        assert path in told(broken, contract)


def test_a_comment_for_the_whole_file_does_not_help(after: Path) -> None:
    path = plant(after)
    file = after / path
    file.write_text("# flake8: noqa\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert sorted(judged(after, running=())) == ["C01", "C02", "C10"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("uuid/README.md", "SID203"),
        ("importlib/README.md", "SID203"),
        ("builtins.py", "SID203"),
        ("uuid.py", "SID205"),
        ("uuid/__init__.py", "SID205"),
    ],
)
def test_a_file_that_is_called_like_the_module_does_not_help(name: str, code: str, after: Path) -> None:
    path = plant(after)
    write(after, name, "")
    broken = judged(after, running=())
    assert sorted(broken) == ["C01", "C02", "C10"], broken
    for contract in broken:
        assert path in told(broken, contract)
        assert code in told(broken, contract)


@pytest.mark.parametrize("ignored", ["auth_service/\n", "session_manager.py\n"])
def test_gitignore_does_not_hide_a_critical_module(ignored: str, after: Path) -> None:
    plant(after)
    (after / ".git").mkdir()
    write(after, ".gitignore", ignored)
    assert sorted(judged(after, running=())) == ["C01", "C02", "C10"]


@pytest.mark.parametrize("contract", MODULES)
def test_a_helper_of_another_module_does_not_help(contract: str, after: Path) -> None:
    put(after, HELPERS, "", "\n\ndef fresh():\n    import uuid\n    return uuid.uuid4().hex\n")
    path = plant(after, contract, "fresh()")
    put(
        after,
        path,
        "from shared.id_generation",
        "from shared.utils.ids import fresh\nfrom shared.id_generation",
    )
    broken = judged(after, running=())
    assert sorted(broken) == sorted(["C01", contract, "C10"])
    assert "SID204" in told(broken, contract)
    assert HELPERS in told(broken, "C01")
    assert path not in told(broken, "C01"), "one raw id counts once"


@pytest.mark.parametrize("contract", MODULES)
def test_two_helpers_in_a_row_do_not_help(contract: str, after: Path) -> None:
    put(after, HELPERS, "", "\n\ndef fresh():\n    import uuid\n    return uuid.uuid4().hex\n")
    write(
        after,
        "shared/utils/more.py",
        "from shared.utils import ids\n\ndef name():\n    text = ids.fresh()\n    return text\n",
    )
    path = plant(after, contract, "name()")
    put(
        after,
        path,
        "from shared.id_generation",
        "from shared.utils.more import name\nfrom shared.id_generation",
    )
    broken = judged(after, running=())
    assert sorted(broken) == sorted(["C01", contract, "C10"])
    assert "SID204" in told(broken, contract)


@pytest.mark.parametrize("contract", MODULES)
def test_a_module_that_hands_uuid4_on_does_not_help(contract: str, after: Path) -> None:
    write(after, "shared/utils/makers.py", "from uuid import uuid4 as fresh\n")
    path = plant(after, contract, "str(fresh())")
    put(
        after,
        path,
        "from shared.id_generation",
        "from shared.utils.makers import fresh\nfrom shared.id_generation",
    )
    broken = judged(after, running=())
    assert sorted(broken) == sorted(["C01", contract, "C10"])
    assert "SID202" in told(broken, contract)


EXEMPTIONS = {
    "no date": ('reason = "later"', ["C01", "C02", "C10"]),
    "no reason": ("until = 2099-12-31", ["C01", "C02", "C10"]),
    "past its date": ('reason = "later"\nuntil = 2020-01-01', ["C01", "C02", "C10"]),
    "dated and with a reason": ('reason = "the old app reads it"\nuntil = 2099-12-31', []),
}


@pytest.mark.parametrize("kind", EXEMPTIONS)
def test_only_a_dated_exemption_with_a_reason_helps(kind: str, after: Path) -> None:
    lines, red = EXEMPTIONS[kind]
    plant(after)
    put(
        after, "pyproject.toml", "[tool.pytest.ini_options]", f"{exemption(lines)}\n[tool.pytest.ini_options]"
    )
    assert sorted(judged(after, running=())) == red


def exemption(lines: str) -> str:
    return f'[[tool.ssot-ids.exemption]]\npath = "{SESSIONS}"\ncodes = ["SID1", "SID2"]\n{lines}\n'


@pytest.mark.parametrize("contract", MODULES)
def test_a_glob_that_names_no_file_fails(contract: str, after: Path) -> None:
    old = {"C02": '"auth_service"', "C03": f'"{CONTEXT}"', "C04": '"netra_backend/app/core/websocket_*.py"'}[
        contract
    ]
    put(after, POLICY, f"{old}", '"gone/**/*.py"')
    broken = judged(after, running=())
    assert sorted(broken) == [contract]
    assert "gone/**/*.py matches no Python file" in told(broken, contract)


def test_a_critical_zone_of_another_name_that_names_no_file_fails(after: Path) -> None:
    zone = '[[tool.ssot-ids.zone]]\nname = "billing"\npaths = ["billing/"]\n\n'
    put(after, POLICY, "[tool.pytest.ini_options]", f"{zone}[tool.pytest.ini_options]")
    broken = judged(after, running=())
    assert sorted(broken) == ["C01"]
    assert "the critical zone billing: billing" in told(broken, "C01")


def test_no_zone_at_all_fails(after: Path) -> None:
    dotted = GENERATOR.removesuffix(".py").replace("/", ".")
    write(after, POLICY, f'[tool.ssot-ids]\ngenerator = "{dotted}.UnifiedIdGenerator"\n')
    broken = judged(after, running=())
    assert {"C02", "C03", "C04"} < set(broken)
    for contract in ("C02", "C03", "C04"):
        assert "so there is nothing to check" in told(broken, contract)


MAKERS = """\
    import uuid


    class AuthIds:
        @staticmethod
        def make():
            return uuid.uuid4().hex
"""
ONE = '"shared.id_generation.unified_id_generator.UnifiedIdGenerator"'


def test_a_generator_that_its_package_hands_on_may_lie_in_a_critical_module(after: Path) -> None:
    """allow-raw-in counts for the module that defines a generator, also in a critical zone."""
    write(after, "auth_service/makers.py", MAKERS)
    write(after, "auth_service/ids.py", "from auth_service.makers import AuthIds\n")
    settings = f"""\
generator = [{ONE}, "auth_service.ids.AuthIds"]
allow-raw-in = ["auth_service/makers.py"]
not-applicable = {{ C06 = "it is not about parsing", C12 = "nor about speed" }}
"""
    put(after, POLICY, f"generator = {ONE}\n", settings)
    broken = judged(after)
    assert sorted(broken) == ["C02"]
    assert "SID" not in told(broken, "C02"), "only that the auth service has a generator of its own now"
