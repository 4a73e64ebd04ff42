"""Contracts that need the target to run: each is probed in a process of its own.

The process is the interpreter that runs the suite, so what the target imports has to be installed there. It
starts in the target's root, with the policy's ``src`` folders first on its path, and writes no bytecode. What
it prints is not mixed with its answer, and what it leaves running ends with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from typing import Any

from flake8_ssot_ids.compliance.scan import Scan
from flake8_ssot_ids.policy.policy import Policy

#: Seconds that one probe may take; a target that hangs is a failure, not a hanging suite.
TIMEOUT_S = 60.0
#: So much of what the target printed is shown when it fails.
_SHOWN = 600

#: (where or "", message)
Fact = tuple[str, str]


class Probes:
    """Runs the probes of one target; the answer of each contract is asked for once.

    Args:
        policy: names the generator and its kin.
        scan: what is known of the code.
        timeout: seconds that one probe may take.
    """

    def __init__(self, policy: Policy, scan: Scan, timeout: float = TIMEOUT_S) -> None:
        self._policy = policy
        self._scan = scan
        self._timeout = timeout
        self._answers: dict[str, dict[str, list[Fact]]] = {}
        #: Why nothing of the target can run: a generator that hangs when it is imported does so each time.
        self._dead = ""

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
            "not_applicable": sorted(policy.not_applicable),
            # Tests are judged by their code, and not imported.
            "modules": {
                contract: [
                    path for path in group if policy.scope_of(f"{self._scan.root}/{path}") == "production"
                ]
                for contract, group in self._scan.modules.items()
            },
            "cuts": self._scan.cuts,
        }

    def _ask(self, contract: str) -> dict[str, list[Fact]]:
        if self._dead:
            return _against_all(self._dead)
        with tempfile.TemporaryDirectory(prefix="ssot-ids-probe-") as folder:
            names = ("question.json", "answer.json", "imported", "printed")
            question, answer, imported, printed = (os.path.join(folder, name) for name in names)
            with open(question, "w", encoding="utf-8") as stream:
                json.dump(self.question(contract), stream)
            code = self._run([question, answer, imported], printed)
            try:
                with open(answer, encoding="utf-8") as stream:
                    found = json.load(stream)
            except (OSError, ValueError):
                reason = _ending(code, self._timeout, _tail(printed), was_up=os.path.exists(imported))
                if code is None and not os.path.exists(imported):
                    self._dead = reason
                return _against_all(reason)
        return {name: [(where, message) for where, message in facts] for name, facts in found.items()}

    def _run(self, arguments: list[str], printed: str) -> int | None:
        """Run the probe and all that it starts to its end; return its exit code, None if it took too long.

        It prints into a file: a process that the target leaves behind would keep a pipe open.
        """
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": _path()}
        command = [sys.executable, "-P", "-B", "-m", "flake8_ssot_ids.compliance.inside", *arguments]
        with open(printed, "wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own module, in this interpreter
                command,
                cwd=self._scan.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                return process.wait(self._timeout)
            except subprocess.TimeoutExpired:
                return None
            finally:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and those of its session."""
    if sys.platform != "win32":
        # No such group: all of it has ended.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _against_all(reason: str) -> dict[str, list[Fact]]:
    return {"": [("", reason)]}


def _ending(code: int | None, timeout: float, printed: str, *, was_up: bool) -> str:
    """Why there is no answer."""
    when = "while it was probed" if was_up else "while its generator was imported"
    if code is None:
        what = f"the target did not come to an end within {timeout:g} seconds {when}"
    elif code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        what = f"the target's process was ended by {name} {when}"
    else:
        what = f"the target ended its own process with exit code {code} {when}"
    return f"{what}; it printed: {printed}" if printed else what


def _tail(path: str) -> str:
    """The end of what was printed, in one line."""
    with open(path, "rb") as stream:
        text = stream.read().decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines)[-_SHOWN:]


def _path() -> str:
    """The search path for the process, so that it finds what this one finds."""
    return os.pathsep.join(dict.fromkeys(filter(None, sys.path)))
