"""Copies of the sample platform with something planted in them, and the contracts that turn red."""

from __future__ import annotations

import hashlib
import shutil
import textwrap
from collections.abc import Collection, Mapping
from pathlib import Path

from flake8_ssot_ids.compliance.checks import (
    BY_ID,
    NotJudgedError,
    Target,
    checks_of,
    judge,
    not_applicable,
)
from flake8_ssot_ids.compliance.probes import Fact, Probes
from flake8_ssot_ids.compliance.scan import Scan, policy_of, scan
from flake8_ssot_ids.policy.policy import Policy

ROOT = Path(__file__).resolve().parents[2]
PLATFORM = ROOT / "examples" / "chat_platform"
GENERATOR = "shared/id_generation/unified_id_generator.py"
MANAGER = "shared/id_generation/unified_id_manager.py"
BRIDGE = "shared/id_generation/migration_bridge.py"
TYPED = "shared/types/typed_ids.py"
MODELS = "auth_service/auth_core/database/models.py"
SESSIONS = "auth_service/auth_core/core/session_manager.py"
JWT = "auth_service/auth_core/core/jwt_handler.py"
AUTH = "auth_service/auth_core/services/auth_service.py"
CONTEXT = "netra_backend/app/agents/base/execution_context.py"
MANAGER_OF_CONTEXTS = "netra_backend/app/agents/supervisor/agent_execution_context_manager.py"
SOCKETS = "netra_backend/app/core/websocket_message_handler.py"
HELPERS = "shared/utils/ids.py"
POLICY = "pyproject.toml"

#: The modules that the probe of a contract imports beside that of the generator.
_IMPORTS = {
    "C02": ["auth_service", "shared"],
    "C03": [MANAGER],
    "C04": [TYPED],
    "C05": [MANAGER],
    "C07": [MANAGER],
    "C08": [TYPED],
    "C09": [BRIDGE],
}


def copy_of(name: str, folder: Path) -> Path:
    """A copy of ``before`` or ``after``."""
    shutil.copytree(PLATFORM / name, folder, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    return folder


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text), encoding="utf-8")


def put(root: Path, path: str, old: str, new: str) -> None:
    """Replace text that stands once in a file; at the end of the file if ``old`` is empty."""
    file = root / path
    text = file.read_text(encoding="utf-8")
    if not old:
        file.write_text(text + textwrap.dedent(new), encoding="utf-8")
        return
    assert text.count(old) == 1, (path, old, text.count(old))
    file.write_text(text.replace(old, new), encoding="utf-8")


class SharedProbes(Probes):
    """Answers a question once for the same modules: most plants touch none that it imports."""

    known: dict[tuple[str, str], dict[str, list[Fact]]] = {}  # noqa: RUF012 - shared on purpose

    def _ask(self, contract: str) -> dict[str, list[Fact]]:
        question = self.question(contract)
        root = Path(question.pop("root"))
        digest = hashlib.sha256()
        for name in (GENERATOR, *_IMPORTS.get(contract, ())):
            path = root / name
            for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes())
        if contract != "C02":
            del question["modules"]
        if contract != "C03":
            del question["cuts"]
        question["src"] = [str(Path(path).relative_to(root)) for path in question["src"]]
        key = (repr(question), digest.hexdigest())
        if key not in self.known:
            self.known[key] = super()._ask(contract)
        return self.known[key]


def judged(
    root: Path, *, base: str | None = None, timeout: float = 600, running: Collection[str] = tuple(BY_ID)
) -> dict[str, list[str]]:
    """All evidence against each contract that is broken; those not in ``running`` only read code."""
    policy = policy_of(str(root))
    found = scan(str(root), policy, base=base, jobs=1)
    return evidence(found, policy, SharedProbes(policy, found, timeout), running)


def evidence(
    found: Scan, policy: Policy, probes: Probes, running: Collection[str] = tuple(BY_ID)
) -> dict[str, list[str]]:
    broken: dict[str, list[str]] = {}
    for contract in BY_ID:
        if not_applicable(contract, policy) is not None:
            continue
        target = Target(found, policy, probes, static=contract not in running)
        for check in checks_of(contract, found):
            try:
                facts = judge(check, target)
            except NotJudgedError:
                continue
            if facts:
                broken.setdefault(contract, []).extend(map(str, facts))
    return broken


def told(broken: Mapping[str, list[str]], contract: str) -> str:
    return "\n".join(broken[contract])
