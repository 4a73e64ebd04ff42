"""Contracts that need the target to run: each is probed in a process of its own.

The process is the interpreter that runs the suite, so what the target imports has to be installed there. It
starts in the target's root, with the policy's ``src`` folders first on its path, and writes no bytecode. What
it prints is not mixed with its answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from flake8_ssot_ids.compliance.scan import Scan
from flake8_ssot_ids.policy import Policy

#: Seconds that one probe may take; a target that hangs is a failure, not a hanging suite.
TIMEOUT_S = 120
#: So much of what the target printed is shown when it fails.
_SHOWN = 1500

#: (where or "", message)
Fact = tuple[str, str]


class Probes:
    """Runs the probes of one target; the answer of each contract is asked for once.

    Args:
        policy: names the generator and its kin.
        scan: what is known of the code.
    """

    def __init__(self, policy: Policy, scan: Scan) -> None:
        self._policy = policy
        self._scan = scan
        self._answers: dict[str, dict[str, list[Fact]]] = {}

    def evidence(self, contract: str, name: str) -> list[Fact]:
        """What speaks against the check ``name`` of ``contract``."""
        if contract not in self._answers:
            self._answers[contract] = self._ask(contract)
        answer = self._answers[contract]
        if name in answer:
            return answer[name]
        return answer.get("", [("", f"the probe gave no answer for {name!r}")])

    def question(self, contract: str) -> dict[str, Any]:
        """What the probe is told; plain data."""
        policy = self._policy
        return {
            "contract": contract,
            "root": self._scan.root,
            "src": [*policy.src],
            "generators": [*policy.generators],
            "api": {**policy.api},
            "modules": self._scan.modules,
            "cuts": self._scan.cuts,
        }

    def _ask(self, contract: str) -> dict[str, list[Fact]]:
        with tempfile.TemporaryDirectory(prefix="ssot-ids-probe-") as folder:
            question, answer = os.path.join(folder, "question.json"), os.path.join(folder, "answer.json")
            with open(question, "w", encoding="utf-8") as stream:
                json.dump(self.question(contract), stream)
            command = [
                sys.executable,
                "-P",
                "-B",
                "-m",
                "flake8_ssot_ids.compliance.inside",
                question,
                answer,
            ]
            environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": _path()}
            try:
                done = subprocess.run(  # noqa: S603 - our own module, in this interpreter
                    command,
                    cwd=self._scan.root,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=TIMEOUT_S,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return {"": [("", f"the target did not answer within {TIMEOUT_S} seconds")]}
            try:
                with open(answer, encoding="utf-8") as stream:
                    found = json.load(stream)
            except (OSError, ValueError):
                printed = done.stdout.decode("utf-8", "replace").strip()[-_SHOWN:]
                return {"": [("", f"the probe ended with exit code {done.returncode}: {printed}")]}
        return {name: [(where, message) for where, message in facts] for name, facts in found.items()}


def _path() -> str:
    """The search path for the process, so that it finds what this one finds."""
    return os.pathsep.join(dict.fromkeys(filter(None, sys.path)))
