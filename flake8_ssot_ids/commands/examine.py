"""What check, fix and ``check --fix`` share: the given paths, the files found there, what came out."""

from __future__ import annotations

import os
import sys

from flake8_ssot_ids.commands import arguments
from flake8_ssot_ids.commands.configs import Configurations
from flake8_ssot_ids.commands.zones import Zones
from flake8_ssot_ids.rules.codes import UNREADABLE
from flake8_ssot_ids.runs.kept.store import cache_folder
from flake8_ssot_ids.system.files import folder_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

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


class Examined:
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

    def take(self, policy: Policy, result: RunResult) -> None:
        """Add what the files of one policy have brought."""
        if policy.day is not None:
            # The first one, should midnight have passed between two configurations.
            self.day = min(self.day or "9", policy.day.isoformat())
        self.files_checked += result.files_checked
        self.notes.extend(result.notes)
        self.failed = self.failed or result.errors
        if self.depends is not None:
            self.depends |= result.touched
        for report in result.reports:
            self.findings.extend(report.findings)

    def exit_code(self, exit_zero: bool) -> int:
        """Return 2 if anything could not be done, else 1 if there are findings."""
        if self.failed or self.errors or any(f.code == UNREADABLE for f in self.findings):
            return 2
        return 1 if self.findings and not exit_zero else 0


class Asked:
    """What a command is asked to look at: the given ``paths``, under the configurations that govern them."""

    def __init__(
        self, paths: list[str], options: argparse.Namespace, parser: argparse.ArgumentParser
    ) -> None:
        """Load the configurations that are named; end with a usage error where that cannot be."""
        arguments.check_configuration(parser, options)
        self.paths = paths
        self.options = options
        self.configurations = Configurations(
            options.config, options.isolated, arguments.overrides(options), paths
        )
        self.zones = Zones(options, parser)

    def stdin(self) -> tuple[str, bytes, Policy]:
        """Return the name, the bytes and the policy of standard input; raises OSError."""
        if sys.stdin is None:
            raise OSError("it is closed")
        data = sys.stdin.buffer.read()
        named = self.options.stdin_filename
        path = os.path.abspath(named) if named else "-"
        return path, data, self.configurations.above(os.path.dirname(path) if named else os.getcwd())

    def check(self, after: After | None = None) -> Examined:
        """Check files and folders; ``after`` may do more with those of each policy while the pool is up."""
        from flake8_ssot_ids.runs.pool import Pool

        outcome = Examined()
        with Pool(self.options.jobs) as pool:
            # Without a cache there surely is something to do for another process.
            found = self.files(outcome, pool.start if self.options.no_cache else None)
            if found is not None:
                self._check_groups(found, outcome, pool, after)
        return outcome

    def files(self, outcome: Examined, many: Callable[[], None] | None = None) -> DiscoverResult | None:
        """Find the files to check; None where a configuration is broken. ``many`` is as in ``discover``."""
        from flake8_ssot_ids.runs.discover import discover, surroundings

        options, configurations, zones = self.options, self.configurations, self.zones
        first = configurations.above(folder_of(self.paths[0]))
        found = discover(
            self.paths,
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
            outcome.depends = {*found.files, *found.consulted, *surroundings(self.paths)}
            if options.config is not None:
                outcome.depends.add(os.path.abspath(options.config))
        return found

    def _check_groups(
        self, found: DiscoverResult, outcome: Examined, pool: Pool, after: After | None
    ) -> None:
        from flake8_ssot_ids.render.progress_line import ProgressLine
        from flake8_ssot_ids.runs.run import run

        options = self.options
        groups = [(policy, self.zones.of(policy, files), files) for policy, files in found.groups]
        line = ProgressLine()
        line.enabled = line.enabled and not options.quiet and not options.silent
        total = sum(len(wanted) for _, wanted, _ in groups)
        before = 0
        try:
            for policy, wanted, files in groups:
                if not wanted:
                    continue
                result = run(
                    wanted,
                    policy,
                    pool=pool,
                    cache_dir=None if options.no_cache else cache_folder(options.cache_dir),
                    all_files=options.all_files,
                    noqa=not options.ignore_noqa,
                    progress=_shifted(line, before, total) if line.enabled else None,
                )
                before += len(wanted)
                outcome.take(policy, result)
                if after is not None:
                    after(policy, wanted, files, result, pool)
        finally:
            line.erase()
        if len(groups) > 1:
            outcome.findings.sort(key=lambda finding: finding.path)  # stable: the order within a file stays


def _shifted(line: Callable[[int, int], None], before: int, total: int) -> Callable[[int, int], None]:
    return lambda done, _total: line(before + done, total)
