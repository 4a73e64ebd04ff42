"""What ``fix`` and ``check --fix`` have in common: plan, refuse a dirty tree, write or show a diff."""

from __future__ import annotations

import os

from flake8_ssot_ids.fixes.shares import Outcome as Planned
from flake8_ssot_ids.fixes.shares import plan_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flake8_ssot_ids.policy import Policy
    from flake8_ssot_ids.pool import Pool
    from flake8_ssot_ids.runner import RunResult

#: So many files are planned before a second process has started.
_WORTH_A_PROCESS = 8
FIXABLE = ("SID101", "SID102", "SID103", "SID104", "SID105", "SID201", "SID202", "SID203", "SID390")


class Fixing:
    """Plans the fixes of all files with findings, group by group.

    Args:
        unsafe: write also what changes the format of an id.
        most: at most so many findings; None: all.
    """

    def __init__(self, *, unsafe: bool, most: int | None = None) -> None:
        self._unsafe = unsafe
        self._left = most
        self.planned: list[Planned] = []
        #: Why nothing can be written at all, with the configuration that says so.
        self.no_generator: dict[str, str] = {}

    def group(
        self, policy: Policy, files: Sequence[str], project: Sequence[str], result: RunResult, pool: Pool
    ) -> None:
        """Plan ``files``; ``result`` has their findings.

        ``project`` are all files of the policy, which tell who reads the ids.
        """
        wanted = [
            report.path
            for report in result.reports
            if any(finding.code in FIXABLE for finding in report.findings)
        ]
        if not wanted:
            return
        if not policy.generators:
            self.no_generator[policy.origin or ""] = ""
            return
        places = {path: place for place, path in enumerate(files)}
        if self._left is not None:
            self._one_by_one(policy, project, wanted, pool)
            return
        if len(wanted) > _WORTH_A_PROCESS:
            pool.start()
        pool.look_at_packages()
        pool.tell("fix", (self._unsafe, None, [*project]))
        # One file a job: what a file costs differs by far.
        jobs = [("fix", [places[path]]) for path in wanted]
        found = [item for share in pool.do(jobs) for item in share]
        self._take(policy, sorted(found, key=lambda item: item.path))

    def _one_by_one(self, policy: Policy, project: Sequence[str], paths: Sequence[str], pool: Pool) -> None:
        worker = pool.worker
        assert worker is not None
        for path in paths:
            if self._left is not None and self._left <= 0:
                return
            worker.tell("fix", (self._unsafe, self._left, [*project]))
            (item,) = worker.fix([path])
            self._take(policy, [item])
            if self._left is not None:
                self._left -= len(item.fixed)

    def _take(self, policy: Policy, planned: Iterable[Planned]) -> None:
        for item in planned:
            if item.no_generator:
                self.no_generator[policy.origin or ""] = item.no_generator
            else:
                self.planned.append(item)

    def text(self, path: str, data: bytes, policy: Policy) -> Planned:
        """Plan one text, such as standard input."""
        from flake8_ssot_ids import catalog
        from flake8_ssot_ids.names.project import Project

        project = Project(policy.src, catalog.attributes(policy.name_hashes))
        item = plan_text(path, data, policy, project, unsafe=self._unsafe, most=self._left)
        self._take(policy, [item])
        return item


def no_generator_lines(found: dict[str, str]) -> Iterator[str]:
    """What to say where nothing can be written: the line to add, or why the generator cannot be read."""
    for origin, reason in found.items():
        if reason:
            yield f"{reason}; install it, or add its folder to `src`"
            continue
        where = origin or "pyproject.toml, under [tool.ssot-ids]"
        yield (
            "no generator is approved, so there is nothing to write; add this line to "
            f'{where}: generator = "package.module.Class"'
        )


def dirty_files(paths: Iterable[str]) -> list[str]:
    """The files that git could not bring back, in the work trees of ``paths``; none outside of git."""
    from flake8_ssot_ids import git, gitbase

    found: dict[str, None] = {}
    tops = {git.top_of(os.path.dirname(os.path.realpath(path))) for path in paths}
    for top in sorted(filter(None, tops)):
        answer = gitbase.dirty(top)
        if not isinstance(answer, gitbase.NotJudged):
            found.update(dict.fromkeys(answer))
    return sorted(found)


def write(planned: Iterable[Planned]) -> Iterator[str]:
    """Write the new files; give an error for each that could not be written."""
    from flake8_ssot_ids.fixes.write import ChangedError, replace_file

    for item in planned:
        if item.new is None:
            continue
        try:
            replace_file(item.path, item.old, item.new)
        except ChangedError as error:
            item.new, item.fixed, item.failed = None, (), str(error)
            yield str(error)
        except OSError as error:
            reason = error.strerror or str(error)
            item.new, item.fixed, item.failed = None, (), reason
            yield f"{item.path}: it cannot be written: {reason}; it is as it was"


def diff(item: Planned, cwd: str) -> bytes:
    """A unified diff that ``git apply`` takes, in the bytes of the file; empty where nothing changes."""
    import difflib

    from flake8_ssot_ids.render.terminal import display_path

    if item.new is None or item.new == item.old:
        return b""
    name = display_path(item.path, cwd).replace(os.sep, "/").encode("utf-8", "surrogateescape")
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _lines(item.old),
        _lines(item.new),
        b"a/" + name,
        b"b/" + name,
        lineterm=b"\n",
    )
    last = b"\n\\ No newline at end of file\n"
    return b"".join(line if line.endswith(b"\n") else line + last for line in lines)


def _lines(data: bytes) -> list[bytes]:
    """The lines of a file as git sees them: only ``\\n`` ends one."""
    parts = data.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines
