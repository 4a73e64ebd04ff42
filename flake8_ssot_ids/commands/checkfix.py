"""``check --fix`` and ``--diff``, and the fixes that JSON shows with the findings."""

from __future__ import annotations

from dataclasses import replace

from flake8_ssot_ids.commands import fixing
from flake8_ssot_ids.render import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from flake8_ssot_ids.commands.examine import Asked
    from flake8_ssot_ids.fixes.shares import Outcome
    from flake8_ssot_ids.model import Finding, Fix
    from flake8_ssot_ids.policy.policy import Policy
    from flake8_ssot_ids.runs.pool import Pool
    from flake8_ssot_ids.runs.run import RunResult


def fix_first(asked: Asked, parser: argparse.ArgumentParser) -> list[str] | int:
    """Write fixes, or show them; return what went wrong, or the exit code where that is all."""
    paths, options = asked.paths, asked.options
    if paths == ["-"]:
        parser.error("--fix and --diff do not take standard input; `ssot-ids fix -` does")
    work = fixing.Fixing(unsafe=options.unsafe_fixes)
    asked.check(work.group)
    if asked.configurations.complain():
        return 2
    errors = [
        *fixing.no_generator_lines(work.no_generator),
        *(
            f"{terminal.display_path(item.path)}: {item.refused or item.failed}"
            for item in work.planned
            if item.refused or item.failed
        ),
    ]
    errors += fixing.finish(work.planned, options, paths)  # which says itself what fails then
    if not options.diff:
        return errors
    for text in errors:
        terminal.say(f"error: {text}")
    if errors:
        return 2
    return 1 if any(item.new is not None for item in work.planned) and not options.exit_zero else 0


class ShownFixes:
    """The fixes that JSON shows with the findings."""

    def __init__(self) -> None:
        self._fixes: dict[tuple[str, str], Fix] = {}

    def group(
        self, policy: Policy, files: Sequence[str], project: Sequence[str], result: RunResult, pool: Pool
    ) -> None:
        """Plan the fixes of ``files``; see :meth:`flake8_ssot_ids.commands.fixing.Fixing.group`."""
        work = fixing.Fixing(unsafe=True)
        work.group(policy, files, project, result, pool)
        self.take(work.planned)

    def take(self, planned: Iterable[Outcome]) -> None:
        """Note what is or would be written."""
        for item in planned:
            self._fixes.update(((item.path, key), value) for key, value in (item.fixes or {}).items())

    def with_fixes(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings, each with its fix."""
        return [
            replace(finding, fix=self._fixes.get((finding.path, finding.fingerprint))) for finding in findings
        ]
