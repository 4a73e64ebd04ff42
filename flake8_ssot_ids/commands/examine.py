"""What check, fix and ``check --fix`` share: the given paths, the files found there, what came out."""

from __future__ import annotations

import os
import sys

from flake8_ssot_ids.rules.codes import UNREADABLE
from flake8_ssot_ids.runs.kept.store import cache_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from flake8_ssot_ids.commands.configs import Configurations
    from flake8_ssot_ids.commands.zones import Zones
    from flake8_ssot_ids.model import Finding
    from flake8_ssot_ids.policy.policy import Policy
    from flake8_ssot_ids.runs.discover import DiscoverResult
    from flake8_ssot_ids.runs.pool import Pool
    from flake8_ssot_ids.runs.run import RunResult

    #: What is to be done with the files of one policy after they have been checked.
    #: It gets the policy, these files, all files of the policy, what the check has brought, and the pool.
    After = Callable[[Policy, Sequence[str], Sequence[str], RunResult, Pool], None]


def paths_of(
    options: argparse.Namespace, literal: Sequence[str], parser: argparse.ArgumentParser
) -> list[str]:
    """Return the paths to look at; end with a usage error where they contradict each other."""
    paths: list[str] = [*options.paths, *literal] or ["." if options.stdin_filename is None else "-"]
    if "" in paths:
        parser.error("a PATH is empty")
    if "-" in paths and len(paths) > 1:
        parser.error("- (standard input) cannot be combined with other paths")
    if options.stdin_filename is not None and paths != ["-"]:
        parser.error("--stdin-filename names standard input, which cannot be combined with other paths")
    if options.zone and paths == ["-"]:
        parser.error("--zone selects files; it cannot be combined with standard input")
    return paths


class Outcome:
    """What a check has brought to light, whatever it was run on."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.findings: list[Finding] = []
        self.files_checked = 0
        self.errors: list[str] = []
        self.notes: list[str] = []
        self.failed = False
        self.stdin: tuple[str, bytes] | None = None
        #: The day by which exemptions were judged, in ISO 8601; empty where there are none.
        self.day = ""
        #: All that the result depends on, where it can be told.
        self.depends: set[str] | None = None

    def exit_code(self, exit_zero: bool) -> int:
        """Return 2 if anything could not be done, else 1 if there are findings."""
        if self.failed or self.errors or any(f.code == UNREADABLE for f in self.findings):
            return 2
        return 1 if self.findings and not exit_zero else 0


def stdin_of(options: argparse.Namespace, configurations: Configurations) -> tuple[str, bytes, Policy]:
    """Return the name, the bytes and the policy of standard input; raises OSError."""
    if sys.stdin is None:
        raise OSError("it is closed")
    data = sys.stdin.buffer.read()
    path = os.path.abspath(options.stdin_filename) if options.stdin_filename else "-"
    return path, data, configurations.above(os.getcwd() if path == "-" else os.path.dirname(path))


def examine(
    paths: list[str],
    options: argparse.Namespace,
    configurations: Configurations,
    outcome: Outcome,
    zones: Zones,
    after: After | None = None,
) -> None:
    """Check files and folders; ``after`` may do more with the files of each policy while the pool is up."""
    from flake8_ssot_ids.runs.pool import Pool

    with Pool(options.jobs) as pool:
        # Without a cache there surely is something to do for another process.
        many = pool.start if options.no_cache else None
        found = files_of(paths, options, configurations, outcome, zones, many)
        if found is not None:
            _run_groups(found, options, outcome, pool, zones, after)


def files_of(
    paths: list[str],
    options: argparse.Namespace,
    configurations: Configurations,
    outcome: Outcome,
    zones: Zones,
    many: Callable[[], None] | None = None,
) -> DiscoverResult | None:
    """Find the files to check; None where a configuration is broken. ``many`` is as in ``discover``."""
    from flake8_ssot_ids.runs.discover import discover, surroundings

    first = configurations.above(_folder_of(paths[0]))
    found = discover(
        paths,
        first,
        respect_gitignore=first.respect_gitignore,
        force_exclude=options.force_exclude,
        policy_for=configurations.above if configurations.hierarchical else None,
        many=many,
    )
    if configurations.broken:
        return None
    zones.refuse_unknown([first, *(policy for policy, _ in found.groups)])
    outcome.errors.extend(f"{path}: {reason}" for path, reason in found.errors)
    outcome.notes.extend(found.notes)
    if not found.files and not found.errors:
        outcome.notes.append("no Python files were found under the given paths")
    elif zones and not any(zones.of(policy, files) for policy, files in found.groups):
        outcome.notes.append("no Python files of this zone were found under the given paths")
    if not options.no_cache and options.output_file is None:
        outcome.depends = {*found.files, *found.consulted, *surroundings(paths)}
        if options.config is not None:
            outcome.depends.add(os.path.abspath(options.config))
    return found


def _folder_of(path: str) -> str:
    absolute = os.path.abspath(path)
    return absolute if os.path.isdir(absolute) else os.path.dirname(absolute)


def _run_groups(
    found: DiscoverResult,
    options: argparse.Namespace,
    outcome: Outcome,
    pool: Pool,
    zones: Zones,
    after: After | None,
) -> None:
    groups = [(policy, zones.of(policy, files), files) for policy, files in found.groups]
    from flake8_ssot_ids.render.progress_line import ProgressLine
    from flake8_ssot_ids.runs.run import run as run_files

    line = ProgressLine()
    line.enabled = line.enabled and not options.quiet and not options.silent
    total = sum(len(wanted) for _, wanted, _ in groups)
    before = 0
    try:
        for policy, wanted, files in groups:
            if not wanted:
                continue
            result = run_files(
                wanted,
                policy,
                pool=pool,
                cache_dir=None if options.no_cache else cache_folder(options.cache_dir),
                all_files=options.all_files,
                noqa=not options.ignore_noqa,
                progress=_shifted(line, before, total) if line.enabled else None,
            )
            if policy.day is not None:
                # The first one, should midnight have passed between two configurations.
                outcome.day = min(outcome.day or "9", policy.day.isoformat())
            before += len(wanted)
            outcome.files_checked += result.files_checked
            outcome.notes.extend(result.notes)
            outcome.failed = outcome.failed or result.errors
            if outcome.depends is not None:
                outcome.depends |= result.touched
            for report in result.reports:
                outcome.findings.extend(report.findings)
            if after is not None:
                after(policy, wanted, files, result, pool)
    finally:
        line.erase()
    if len(groups) > 1:
        outcome.findings.sort(key=lambda finding: finding.path)  # stable: the order within a file stays


def _shifted(line: Callable[[int, int], None], before: int, total: int) -> Callable[[int, int], None]:
    return lambda done, _total: line(before + done, total)
