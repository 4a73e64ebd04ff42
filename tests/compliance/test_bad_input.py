"""Whatever the target is like: the contracts concerned fail clearly; never a pass, never a traceback."""

from __future__ import annotations

import ast
import os
import select
import sys
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_ids.compliance import scan as scan_module
from flake8_ssot_ids.compliance.probes import Probes
from flake8_ssot_ids.compliance.scan import TargetError, policy_of, scan
from flake8_ssot_ids.source import sourcefile
from tests.compliance.judging import (
    CONTEXT,
    GENERATOR,
    SESSIONS,
    SOCKETS,
    copy_of,
    evidence,
    judged,
    put,
    told,
    write,
)

#: The contracts that cannot be judged without the generator.
RUN = ["C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C11", "C12"]


@pytest.fixture
def after(tmp_path: Path) -> Path:
    return copy_of("after", tmp_path / "after")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project whose generator is the first statement of a module that tests replace."""
    write(tmp_path, "pyproject.toml", '[tool.ssot-ids]\ngenerator = "shop.ids.Ids"\n')
    write(tmp_path, "shop/__init__.py", "")
    return tmp_path


def probed(root: Path, timeout: float = 600, kind: type[Probes] = Probes) -> dict[str, list[str]]:
    policy = policy_of(str(root))
    found = scan(str(root), policy, jobs=1)
    return evidence(found, policy, kind(policy, found, timeout))


def test_a_target_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="gone: no such folder"):
        policy_of(str(tmp_path / "gone"))


def test_a_target_without_python(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "text")
    broken = probed(tmp_path)
    assert len(broken) == 12
    for contract in ("C01", "C05", "C10"):
        assert "there is no Python file below" in told(broken, contract)


@pytest.mark.parametrize(("contract", "path"), [("C02", SESSIONS), ("C03", CONTEXT), ("C04", SOCKETS)])
def test_a_critical_module_that_does_not_parse(contract: str, path: str, after: Path) -> None:
    put(after, path, "", "\nimport uuid\ndef broken(:\n")
    broken = judged(after)
    assert {"C01", contract, "C10"} <= set(broken) <= {"C01", contract, "C10"}
    assert f"{path}:" in told(broken, contract)
    assert "SID990" in told(broken, contract)


def test_a_critical_module_that_does_not_parse_and_can_hold_no_id(after: Path) -> None:
    write(after, "auth_service/auth_core/broken.py", "def broken(:\n")
    broken = judged(after)
    assert sorted(broken) == ["C01", "C02"]
    assert "auth_service/auth_core/broken.py:1:12: SID990 this critical module cannot be read" in told(
        broken, "C02"
    )


def test_a_critical_module_is_not_parsed_again(after: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run has parsed all that may hold a use; what may hold none is parsed here."""
    parsed: list[bytes] = []

    def noted(data: bytes) -> ast.Module:
        parsed.append(data)
        return sourcefile.parse(data)

    monkeypatch.setattr(scan_module, "parse", noted)
    paths = {f"auth_service/auth_core/{name}.py" for name in ("with_id", "without")}
    for path in paths:
        with_id = path.endswith("with_id.py")
        write(after, path, "import uuid\nuser_id = uuid.uuid4()\n" if with_id else "answer = 42\n")
    found = scan(str(after), policy_of(str(after)), jobs=1)
    assert paths <= {*found.modules["C02"]}
    assert b"answer = 42\n" in parsed
    assert not [data for data in parsed if b"uuid.uuid4()" in data]


IMPORTS = {
    "a package that is missing": ("import nowhere_to_be_found", "No module named 'nowhere_to_be_found'"),
    "an error": ("raise OSError('no database')", "OSError: no database"),
    "a syntax error": ("def (", "SyntaxError: invalid syntax"),
    "an exit": ("raise SystemExit(3)", "SystemExit: 3"),
    "an interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "no such class": ("", "the generator `shop.ids.Ids` does not exist: no `Ids` in `shop.ids`"),
    "an end at once": ("import os; os._exit(0)", "the target ended its own process with exit code 0"),
    "a signal": (
        "import os, signal; print('about to', flush=True); os.kill(os.getpid(), signal.SIGKILL)",
        "was ended by SIGKILL while its generator was imported; it printed: about to",
    ),
}


@pytest.mark.parametrize("kind", IMPORTS)
def test_a_generator_that_cannot_be_imported(kind: str, small: Path) -> None:
    text, says = IMPORTS[kind]
    write(small, "shop/ids.py", f"{text}\n")
    broken = probed(small)
    assert [name for name in RUN if says not in told(broken, name)] == [], told(broken, "C12")
    assert "Traceback" not in str(broken)


def test_no_module_of_the_generator(small: Path) -> None:
    broken = probed(small)
    for contract in RUN:
        assert "cannot be imported: No module named 'shop.ids'" in told(broken, contract)
    assert "cannot be read" in told(broken, "C10")


def test_a_generator_whose_source_cannot_be_read(small: Path) -> None:
    write(small, "shop/ids.py", "Ids = type('Ids', (), {})\n")
    assert "the generator `shop.ids.Ids` cannot be read" in told(probed(small), "C10")


def test_a_generator_that_hangs_costs_one_time_out(small: Path) -> None:
    write(small, "shop/ids.py", "import time\ntime.sleep(10**6)\n")
    starts: list[object] = []

    class Counted(Probes):
        def _run(self, *given: Any) -> int | None:
            starts.append(given)
            return super()._run(*given)

    broken = probed(small, timeout=2, kind=Counted)
    assert len(starts) == 1
    for contract in RUN:
        assert "did not come to an end within 2 seconds while its generator was imported" in told(
            broken, contract
        )


LEFT = """\
    import os, subprocess, sys
    subprocess.Popen([sys.executable, "-c", "import time; pipe = open('left', 'w'); time.sleep(10**6)"])
    print("hello", flush=True)
    if os.fork() == 0:
        print("a child goes on", flush=True)
    from ssot_ids import UnifiedIdGenerator as Ids
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_a_target_that_prints_forks_and_leaves_a_process_behind(small: Path) -> None:
    write(small, "shop/ids.py", LEFT)
    os.mkfifo(small / "left")
    with open(os.open(small / "left", os.O_RDONLY | os.O_NONBLOCK), "rb") as pipe:
        broken = probed(small)
        # It can be read once those that have opened it, the processes that were left, have come to their end.
        assert select.select([pipe], [], [], 60)[0] == [pipe]
        assert pipe.read() == b""
    assert {"C06", "C11", "C12"}.isdisjoint(broken)


ARGUMENTS = """\
    class Ids:
        def __init__(self, clock):
            self.clock = clock
        def generate_base_id(self, prefix):
            return prefix
        def parse_id(self, text):
            return None
"""


def test_a_generator_that_needs_arguments(small: Path) -> None:
    write(small, "shop/ids.py", ARGUMENTS)
    broken = probed(small)
    assert "`Ids` cannot be made without arguments: TypeError" in told(broken, "C12")
    assert "missing 1 required positional argument: 'clock'" in told(broken, "C06")


def test_a_generator_without_a_method(small: Path) -> None:
    write(
        small,
        "shop/ids.py",
        "class Ids:\n    @staticmethod\n    def generate_base_id(kind='id'):\n        return kind\n",
    )
    broken = probed(small)
    assert "C12" not in broken or "no method" not in told(broken, "C12")
    says = {
        "C05": "generate_user_context_ids",
        "C06": "generate_user_context_ids",
        "C07": "generate_user_context_ids",
        "C08": "parse_id",
        "C11": "generate_websocket_connection_id",
    }
    for contract, method in says.items():
        assert f"`Ids` has no method `{method}`" in told(broken, contract), contract


def test_a_method_that_raises(after: Path) -> None:
    put(
        after,
        GENERATOR,
        "",
        "\n\nclass _Library(UnifiedIdGenerator):\n    pass\n\n\n"
        "class UnifiedIdGenerator(_Library):\n    @staticmethod\n"
        "    def generate_websocket_connection_id(user_id=None):\n        raise RuntimeError('no clock')\n",
    )
    broken = judged(after)
    assert "`generate_websocket_connection_id('user_1',)` raises RuntimeError: no clock" in told(
        broken, "C11"
    )
    assert {"C04", "C08", "C09", "C11"} <= set(broken)
    assert "Traceback" not in str(broken)


def test_an_auth_module_that_cannot_be_imported(after: Path) -> None:
    put(after, SESSIONS, "import secrets\n", "import secrets\nimport redis_that_is_not_installed\n")
    broken = judged(after)
    assert sorted(broken) == ["C02"]
    assert f"{SESSIONS}: it cannot be imported: No module named 'redis_that_is_not_installed'" in told(
        broken, "C02"
    )
