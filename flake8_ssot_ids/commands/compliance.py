"""``ssot-ids compliance``: judge the twelve contracts on a project, and print the answer as a table.

The suite is run by pytest in a process of its own, in an empty folder and with nothing of the user's pytest
configuration: neither ``addopts`` nor plugins nor conftest files have a part in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from flake8_ssot_ids.commands import arguments
from flake8_ssot_ids.render import output, terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from typing import Any

_SHOWN = 10
_WIDTH = len("not-applicable")
_SUITE = "flake8_ssot_ids.compliance_tests"
_PLUGIN = "flake8_ssot_ids.pytest_plugin"
#: pytest's own exit codes: all passed, some failed. Any other means that it could not judge.
_JUDGED = (0, 1)
_ENVIRONMENT = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST")


def run(argv: Sequence[str]) -> int:
    """Run the verb; return 0 if all contracts hold, 1 if some are broken, 2 if it cannot be said."""
    started = time.perf_counter()
    parser = _parser()
    options = parser.parse_args(list(argv))
    if options.config is not None and not os.path.exists(options.config):
        parser.error(f"argument --config: no such file: {options.config}")
    missing = [name for name in ("pytest", *(("xdist",) if options.jobs else ())) if not _installed(name)]
    if missing:
        terminal.say(
            f"error: {' and '.join(missing)} cannot be imported; pip install 'flake8-ssot-ids[compliance]'"
        )
        return 2
    problem = _problem(options)
    if problem:
        terminal.say(f"error: {problem}")
        return 2
    with tempfile.TemporaryDirectory(prefix="ssot-ids-compliance-") as folder:
        report = os.path.join(folder, "report.json")
        done = _judge(options, folder, report)
        try:
            with open(report, encoding="utf-8") as stream:
                found = json.load(stream)
        except (OSError, ValueError):
            found = None
    if found is None or done.returncode not in _JUDGED or not found["contracts"]:
        terminal.say(done.stdout.decode("utf-8", "replace").strip())
        terminal.say(f"error: the suite could not judge {options.path} (pytest ended with {done.returncode})")
        return 2
    if not _write_json(found, options.json):
        return 2
    colour = terminal.wants_colour(options.color, sys.stdout)
    seconds = time.perf_counter() - started
    output.to_stdout("\n".join(_lines(found["contracts"], terminal.Palette(colour), seconds)) + "\n")
    return 1 if any(contract["outcome"] == "failed" for contract in found["contracts"]) else 0


def _parser() -> argparse.ArgumentParser:
    parser = arguments.parser("compliance", "Judge the twelve compliance contracts on a project.")
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="the project (default: .)")
    parser.add_argument(
        "-n", dest="jobs", metavar="N", help="share the work among N processes, or auto (pytest-xdist)"
    )
    parser.add_argument("--static", action="store_true", help="only read code; import nothing of the project")
    parser.add_argument(
        "--base", metavar="REF", help="the branch whose baseline may not grow (default: found by git)"
    )
    parser.add_argument("--config", metavar="FILE", help="use this configuration file")
    parser.add_argument("--junit", metavar="FILE", help="write a JUnit report")
    parser.add_argument(
        "--json", metavar="FILE", help="write the outcome and all evidence as JSON; - is stdout"
    )
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="(default: auto)"
    )
    return parser


def _installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def _problem(options: argparse.Namespace) -> str | None:
    """Why there is nothing to judge, before pytest is started; None if there is."""
    from flake8_ssot_ids.compliance.scan import TargetError, policy_of
    from flake8_ssot_ids.model import PolicyError

    try:
        policy_of(options.path, options.config)
    except (TargetError, PolicyError) as error:
        return str(error)
    if options.jobs is not None and options.jobs != "auto" and not options.jobs.isdigit():
        return f"-n takes a number or auto, not {options.jobs!r}"
    return None


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
        ("--ssot-config", options.config),
        ("--junit-xml", options.junit),
    ):
        if value is not None:
            command.append(f"{flag}={value if flag == '--ssot-base' else os.path.abspath(value)}")
    environment = {name: value for name, value in os.environ.items() if name not in _ENVIRONMENT}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return subprocess.run(  # noqa: S603 - pytest, in this interpreter
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip


def _write_json(found: dict[str, Any], path: str | None) -> bool:
    if path is None:
        return True
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    if path == "-":
        output.to_stdout(text)
        return True
    try:
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        terminal.say(f"error: {path}: {error.strerror or error}")
        return False
    return True


def _lines(contracts: list[dict[str, Any]], palette: terminal.Palette, seconds: float) -> Iterator[str]:
    """The table of the contracts, the evidence below, and the last line."""
    colours = {"failed": palette.red, "passed": palette.cyan}
    for contract in contracts:
        outcome = contract["outcome"]
        number = len(contract["evidence"]) if outcome == "failed" else 0
        count = f" ({number})" if number else ""
        yield (
            f"{palette.bold}{contract['id']}{palette.reset}  {colours.get(outcome, '')}{outcome:<{_WIDTH}}"
            f"{palette.reset}  {contract['title']}{count}"
        )
    for contract in contracts:
        if contract["outcome"] == "passed" or not contract["evidence"]:
            continue
        yield ""
        yield f"{palette.bold}{contract['id']}{palette.reset} {contract['title']}"
        for fact in contract["evidence"][:_SHOWN]:
            head = f"{fact['where'] or fact['check']}: "
            code = f"{palette.red}{fact['code']}{palette.reset} " if fact["code"] else ""
            yield f"  {terminal.harmless(head)}{code}{terminal.harmless(fact['message'])}"
        rest = len(contract["evidence"]) - _SHOWN
        if rest > 0:
            yield f"  … and {rest} more (--json FILE has all)"
    broken = sum(contract["outcome"] == "failed" for contract in contracts)
    judged = sum(contract["outcome"] != "not-applicable" for contract in contracts)
    yield ""
    if broken:
        yield f"{broken} of {judged} contracts are broken ({seconds:.1f}s)."
    else:
        yield f"All {judged} contracts hold ({seconds:.1f}s)."
