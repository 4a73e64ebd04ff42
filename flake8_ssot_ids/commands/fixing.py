"""What ``fix`` and ``check --fix`` have in common: plan, refuse a dirty tree, write or show a diff."""

from __future__ import annotations

import os

from flake8_ssot_ids.render import output, terminal
from flake8_ssot_ids.rules.codes import FIXABLE, HOUSE_RECIPE
from flake8_ssot_ids.runs.session import Session
from flake8_ssot_ids.system import collector
from flake8_ssot_ids.system.files import folder_of, is_below, outermost_top_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from flake8_ssot_ids.fixes.evidence.looks import FileLook
    from flake8_ssot_ids.fixes.shares import Outcome
    from flake8_ssot_ids.policy.policy import Policy
    from flake8_ssot_ids.runs.pool import Pool
    from flake8_ssot_ids.runs.run import RunResult

#: So many files are planned before a second process has started.
_WORTH_A_PROCESS = 8
#: So many files are looked at in one job.
_LOOKED_AT = 200
#: So many files are listed that git could not bring back.
_SHOWN = 10


class Fixing:
    """Plans the fixes of all files with findings, group by group.

    Args:
        unsafe: write also what changes the format of an id.
        most: at most so many findings; None: all.
        only: only what has this decision, ``text`` or ``uuid``; empty: both.

    A file that has two names, because one is a link, is planned under its own.
    """

    def __init__(self, *, unsafe: bool, most: int | None = None, only: str = "") -> None:
        self._unsafe = unsafe
        self._only = only
        self._left = most
        self.planned: list[Outcome] = []
        #: The name under which each file is planned, by its real path.
        self._names: dict[str, str] = {}
        #: Why nothing can be written at all, with the configuration that says so.
        self.no_generator: dict[str, str] = {}

    def group(
        self, policy: Policy, files: Sequence[str], project: Sequence[str], result: RunResult, pool: Pool
    ) -> None:
        """Plan ``files``; ``result`` has their findings.

        ``project`` are all files of the policy, which tell who reads the ids.
        """
        wanted = self._once(
            report.path
            for report in result.reports
            if any(finding.code in FIXABLE or finding.code == HOUSE_RECIPE for finding in report.findings)
        )
        if not wanted:
            return
        if not policy.generators:
            self.no_generator[policy.origin or ""] = ""
            return
        with collector.paused():
            self._plan(policy, files, project, wanted, pool)

    def _plan(
        self,
        policy: Policy,
        files: Sequence[str],
        project: Sequence[str],
        wanted: Sequence[str],
        pool: Pool,
    ) -> None:
        if self._left is not None:
            self._one_by_one(policy, project, wanted, pool)
            return
        places = {path: place for place, path in enumerate(files)}
        if len(wanted) > _WORTH_A_PROCESS:
            pool.start()
        pool.look_at_packages()
        looks = self._looks([places[path] for path in project if path in places], pool)
        pool.tell("fix", (self._unsafe, None, self._only, [*project], looks))
        # One file a job: what a file costs differs by far.
        jobs = [("fix", [places[path]]) for path in wanted]
        found = [item for share in pool.do(jobs) for item in share]
        self._take(policy, sorted(found, key=lambda item: item.path))

    @staticmethod
    def _looks(places: Sequence[int], pool: Pool) -> list[FileLook]:
        """What all files say to those who plan fixes: each is looked at in one process only."""
        parts = [places[at : at + _LOOKED_AT] for at in range(0, len(places), _LOOKED_AT)]
        return [look for part in pool.do([("look", part) for part in parts]) for look in part]

    def _once(self, paths: Iterable[str]) -> list[str]:
        """Each file under one name: that of no link, if there is one."""
        found = [*paths]
        for path in sorted(found, key=os.path.islink):
            self._names.setdefault(os.path.realpath(path), path)
        return [path for path in found if self._names[os.path.realpath(path)] == path]

    def _one_by_one(self, policy: Policy, project: Sequence[str], paths: Sequence[str], pool: Pool) -> None:
        worker = pool.worker
        assert worker is not None
        for path in paths:
            if self._left is not None and self._left <= 0:
                return
            worker.tell("fix", (self._unsafe, self._left, self._only, [*project], ()))
            (item,) = worker.fix([path])
            self._take(policy, [item])
            if self._left is not None:
                self._left -= len(item.fixed)

    def _take(self, policy: Policy, planned: Iterable[Outcome]) -> None:
        for item in planned:
            if item.no_generator:
                self.no_generator[policy.origin or ""] = item.no_generator
            else:
                self.planned.append(item)

    def text(self, path: str, data: bytes, policy: Policy) -> Outcome:
        """Plan one text, such as standard input."""
        item = Session(policy).plan(data, path, unsafe=self._unsafe, most=self._left, only=self._only)
        self._take(policy, [item])
        return item


def finish(planned: Sequence[Outcome], options: argparse.Namespace, paths: Sequence[str]) -> list[str]:
    """Show the diff, or write the files, which lie where ``paths`` say; return what went wrong."""
    within = writable_folders(paths)
    errors = [*refuse_outside(planned, within)]
    if options.diff:
        if not options.silent:
            cwd = os.getcwd()
            with collector.paused():  # what has been read is still kept
                output.diff_to_stdout(diff(item, cwd) for item in planned)
        return errors
    changed = [item.path for item in planned if item.new is not None]
    if changed and not options.allow_dirty:
        lost = [
            f"  {terminal.display_path(path)}: {reason}" for path, reason in not_restorable(changed).items()
        ]
        if lost:
            for item in planned:
                item.new = None
            return [
                *errors,
                "nothing was written: git could not bring back these files; commit or stash the changes, or "
                "pass --allow-dirty:",
                *lost[:_SHOWN],
                *([f"  … and {len(lost) - _SHOWN} more"] if len(lost) > _SHOWN else []),
            ]
    return [*errors, *write(planned, within)]


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


def not_restorable(paths: Iterable[str]) -> dict[str, str]:
    """Files that git could not bring back, each with the reason: of ``paths``, and in their work trees."""
    from flake8_ssot_ids.findings import basebranch
    from flake8_ssot_ids.system import atomic, git

    found: dict[str, str] = {}
    trees: dict[str, list[str]] = {}
    for path in dict.fromkeys(map(os.path.realpath, paths)):
        folder = os.path.dirname(path)
        atomic.sweep(folder)  # what a killed run has left is no change of yours
        top = git.top_of(folder)
        if top is None:
            found[path] = "it lies in no work tree of git"
        else:
            trees.setdefault(top, []).append(path)
    for top, inside in sorted(trees.items()):
        answer = basebranch.not_restorable(top, inside)
        if isinstance(answer, basebranch.NotJudged):
            found.update(dict.fromkeys(inside, f"git gives no answer: {answer.reason}"))
        else:
            found.update(answer)
    return dict(sorted(found.items()))


def write(planned: Iterable[Outcome], within: Sequence[str]) -> Iterator[str]:
    """Write the new files, in the folders ``within``; give an error for each that could not be written."""
    from flake8_ssot_ids.fixes.edits.write import ChangedError, OutsideError, replace_file

    for item in planned:
        if item.new is None:
            continue
        try:
            replace_file(item.path, item.old, item.new, within)
        except (ChangedError, OutsideError) as error:
            item.new, item.fixed, item.done, item.failed = None, (), (), str(error)
            yield str(error)
        except OSError as error:
            reason = error.strerror or str(error)
            item.new, item.fixed, item.done, item.failed = None, (), (), reason
            yield f"{item.path}: it cannot be written: {reason}; it is as it was"


def refuse_outside(planned: Iterable[Outcome], within: Sequence[str]) -> Iterator[str]:
    """Take back what would be written outside of the folders ``within``; give an error for each file."""
    from flake8_ssot_ids.fixes.edits.write import is_within, outside

    for item in planned:
        target = os.path.realpath(item.path)
        if item.new is not None and not is_within(target, within):
            item.new, item.fixed, item.done, item.failed = None, (), (), outside(item.path, target)
            yield item.failed


def writable_folders(paths: Iterable[str]) -> list[str]:
    """The real folders in which files may be written, where ``paths`` are given: these and their work trees.

    What a commit has made of a given path does not widen them: a link in a work tree, or below the working
    folder, may lead to another place inside of it only.
    """
    from flake8_ssot_ids.system import git

    found: list[str] = []
    for folder in map(folder_of, paths):
        real, bound = os.path.realpath(folder), os.path.realpath(_bound(folder))
        if is_below(real, bound):
            found += filter(None, (real, git.top_of(real)))
    return [*dict.fromkeys(found)]


def _bound(folder: str) -> str:
    """The folder that holds all that may be foreign in the path of a given folder."""
    bound = outermost_top_of(folder)
    if bound is None and is_below(folder, cwd := os.getcwd()):
        return cwd
    return bound or folder


def diff(item: Outcome, cwd: str) -> bytes:
    """A unified diff that ``git apply`` takes, in the bytes of the file; empty where nothing changes."""
    import difflib

    if item.new is None or item.new == item.old:
        return b""
    # A link is not what changes.
    path = os.path.realpath(item.path) if os.path.islink(item.path) else item.path
    name = os.fsencode(path.removeprefix(os.path.join(cwd, "")).replace(os.sep, "/"))
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _lines(item.old),
        _lines(item.new),
        _header(b"a/" + name),
        _header(b"b/" + name),
        lineterm=b"\n",
    )
    last = b"\n\\ No newline at end of file\n"
    return b"".join(line if line.endswith(b"\n") else line + last for line in lines)


_ESCAPES = {7: b"a", 8: b"b", 9: b"t", 10: b"n", 11: b"v", 12: b"f", 13: b"r", 34: b'"', 92: b"\\"}


def _header(name: bytes) -> bytes:
    """A name as git writes it into the header of a diff."""
    if all(32 <= byte < 127 and byte not in _ESCAPES for byte in name):
        # A tab ends a name that would else seem to end at its space.
        return name + b"\t" if b" " in name else name
    quoted = b"".join(
        b"\\" + _ESCAPES[byte]
        if byte in _ESCAPES
        else bytes([byte])
        if 32 <= byte < 127
        else b"\\%03o" % byte
        for byte in name
    )
    return b'"' + quoted + b'"'


def _lines(data: bytes) -> list[bytes]:
    """The lines of a file as git sees them: only ``\\n`` ends one."""
    parts = data.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines
