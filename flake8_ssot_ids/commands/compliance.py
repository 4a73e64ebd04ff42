"""``ssot-ids compliance``: check a project against the twelve contracts, and print the answer as a table.

The suite is run by pytest in a process of its own, in an empty folder and with nothing of the user's pytest
configuration: neither ``addopts`` nor plugins nor conftest files have a part in it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from flake8_ssot_ids.commands import arguments
from flake8_ssot_ids.model import SsotIdsError
from flake8_ssot_ids.render import machine, output, terminal
from flake8_ssot_ids.system import signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

    from flake8_ssot_ids.policy.policy import Policy

EXIT_CODES = {
    0: "every contract holds, apart from those that were not judged",
    1: "a contract is broken",
    2: "a usage or configuration error, or the project could not be judged",
}
_SUITE = "flake8_ssot_ids.compliance_tests"
_PLUGIN = "flake8_ssot_ids.pytest_plugin"
#: pytest's own exit codes: all passed, some failed. Any other means that it could not judge.
_JUDGED = (0, 1)
_CONTRACTS = 12
_SECONDS_TO_END = 5
_FILES = ("--ssot-config", "--junit-xml")
_ENVIRONMENT = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST")


def run(argv: Sequence[str]) -> int:
    """Run the verb; return 0 if all contracts hold, 1 if some are broken, 2 if it cannot be said."""
    started = time.perf_counter()
    parser = _parser()
    options = parser.parse_args(list(argv))
    if options.config is not None and not os.path.exists(options.config):
        parser.error(f"argument --config: no such file: {options.config}")
    if options.timeout is not None and options.timeout <= 0:
        parser.error("argument --timeout: must be more than 0 seconds")
    missing = [name for name in ("pytest", *(("xdist",) if options.jobs else ())) if not _installed(name)]
    if missing:
        terminal.say(
            f"error: {' and '.join(missing)} cannot be imported; install what is missing: "
            f"python3 -m pip --python {sys.executable} install pytest pytest-xdist"
        )
        return 2
    try:
        policy = _policy(options)
    except SsotIdsError as error:
        terminal.say_error(error)
        return 2
    signals.tidy_up()
    with tempfile.TemporaryDirectory(prefix="ssot-ids-compliance-") as folder:
        report = os.path.join(folder, "report.json")
        done = _judge(options, folder, report)
        try:
            with open(report, encoding="utf-8") as stream:
                found = json.load(stream)
        except (OSError, ValueError):
            found = None
    complete = found is not None and len(found["contracts"]) == _CONTRACTS
    if not complete or done.returncode not in _JUDGED:
        for text in done.stdout.decode("utf-8", "replace").strip().splitlines():
            terminal.say(text)
        terminal.say(f"error: the suite could not check {options.path} (pytest ended with {done.returncode})")
        return 2
    if not _write_json(found, options.json):
        return 2
    from flake8_ssot_ids.compliance.table import lines

    # With a machine format standard output holds only that.
    aside = options.json == "-"
    colour = terminal.wants_colour(options.color, sys.stderr if aside else sys.stdout)
    palette = terminal.Palette(colour)
    table = lines(found["contracts"], policy, palette, time.perf_counter() - started)
    if aside:
        for text in table:
            terminal.say(text, palette)
    else:
        output.to_people(table, palette)
    return 1 if any(contract["outcome"] == "failed" for contract in found["contracts"]) else 0


def _parser() -> argparse.ArgumentParser:
    parser = arguments.parser("compliance", "Check a project against the twelve contracts.", EXIT_CODES)
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="the project (default: .)")
    parser.add_argument("-n", dest="jobs", metavar="N", help="number of processes, or auto (pytest-xdist)")
    parser.add_argument("--static", action="store_true", help="only read code; do not import the project")
    parser.add_argument(
        "--base", metavar="REF", help="the branch whose baseline may not grow (default: found by git)"
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=float,
        help="time limit for each run of the project's code (default: 60)",
    )
    parser.add_argument("--config", metavar="FILE", help="use this configuration file")
    parser.add_argument("--junit", metavar="FILE", help="write a JUnit report")
    parser.add_argument(
        "--json", metavar="FILE", help="write the outcome and all evidence as JSON; - is stdout"
    )
    arguments.add_color(parser)
    return parser


def _installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def _policy(options: argparse.Namespace) -> Policy:
    """The policy of the project.

    Raises:
        SsotIdsError: there is nothing to judge, and it is known before pytest is started.
    """
    from flake8_ssot_ids.compliance.scan import policy_of

    if options.jobs is not None and options.jobs != "auto" and not options.jobs.isdigit():
        raise SsotIdsError(f"-n takes a number or auto, not {options.jobs!r}")
    return policy_of(options.path, options.config)


def _judge(options: argparse.Namespace, folder: str, report: str) -> subprocess.CompletedProcess[bytes]:
    """Run the suite; its report is written to ``report``."""
    ini = os.path.join(folder, "pytest.ini")
    with open(ini, "w", encoding="utf-8") as stream:
        stream.write("[pytest]\n")
    command = [sys.executable, "-P", "-m", "pytest", "-p", _PLUGIN, "-c", ini, "--rootdir", folder]
    command += ["-p", "no:cacheprovider", "--import-mode=importlib", "-q", "--tb=short"]
    command += ["--pyargs", _SUITE, f"--ssot-root={os.path.abspath(options.path)}", f"--ssot-report={report}"]
    if options.jobs:
        command += ["-p", "xdist", "-n", options.jobs]
    if options.static:
        command.append("--ssot-static")
    for flag, value in (
        ("--ssot-base", options.base),
        ("--ssot-timeout", options.timeout),
        ("--ssot-config", options.config),
        ("--junit-xml", options.junit),
    ):
        if value is not None:
            command.append(f"{flag}={os.path.abspath(value) if flag in _FILES else value}")
    environment = {name: value for name, value in os.environ.items() if name not in _ENVIRONMENT}
    if "PYTHONPATH" in environment:
        # It may be relative, and the suite runs elsewhere.
        parts = environment["PYTHONPATH"].split(os.pathsep)
        environment["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, filter(None, parts)))
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with subprocess.Popen(  # noqa: S603 - pytest, in this interpreter
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            out, _ = process.communicate()
        except BaseException:
            # pytest ends what it has started, if it is asked and not killed.
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out)


def _write_json(found: dict[str, Any], path: str | None) -> bool:
    if path is None:
        return True
    if path == "-":
        machine.show(found)
        return True
    try:
        with open(path, "wb") as stream:
            stream.write(machine.to_bytes(machine.document(found)))
    except OSError as error:
        terminal.say(f"error: {path}: {error.strerror or error}")
        return False
    return True
