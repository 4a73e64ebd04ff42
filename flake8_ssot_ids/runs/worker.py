"""The jobs of one process: a look at the bytes of files, and the check of files.

Modules that were looked into stay known. Jobs, and what they bring, are plain values, so that
they can go through a pipe.
"""

from __future__ import annotations

import gc
import time

from flake8_ssot_ids.findings.engine import is_exempt, unreadable
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.runs.kept.stamps import stamp_of, with_content
from flake8_ssot_ids.runs.packed import pack
from flake8_ssot_ids.runs.session import Session
from flake8_ssot_ids.semantics.glance.survey import Survey
from flake8_ssot_ids.system.files import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from flake8_ssot_ids.fixes.evidence.looks import FileLook
    from flake8_ssot_ids.runs.kept.stamps import Stamp

    #: What is known of one file: path, stamp, judged, packed findings, suppressed, touched, failure.
    Result = tuple[str, Stamp, bool, tuple[tuple[object, ...], ...], int, tuple[str, ...], str]
    Chunk = tuple[list[Result], dict[str, Stamp]]
    #: ``first``, ``again``, ``check``, ``look`` or ``fix``, and the places of the files in the list of all.
    Job = tuple[str, Sequence[int]]


#: After a closer look at so many bytes of files, what it has left behind is collected.
_WORTH_COLLECTING = 2_000_000


class Worker:
    """Does jobs on ``files`` in one process."""

    def __init__(self, policy: Policy, all_files: bool, noqa: bool, files: Sequence[str]) -> None:
        self._session = Session(policy)
        self._all_files = all_files
        self._noqa = noqa
        self._files = files
        self._survey = Survey(self._session.sources)
        self._new: Sequence[str] = ()
        self._fix: tuple[Any, ...] = ()
        self._stamps: dict[str, Stamp] = {}
        self._bytes_since = 0

    def tell(self, name: str, value: Any) -> None:
        """Take note of the ``new`` words to look for, of all ``words`` (None: nothing was surveyed), or of
        what a ``fix`` may write: :class:`~flake8_ssot_ids.fixes.shares.Wish` as plain values.
        """
        if name == "new":
            self._new = value
        elif name == "fix":
            self._fix = value
        else:
            self._session.project.surveyed = value
            # What was kept for another look is not needed any more.
            self._survey = Survey(self._session.sources)

    def do(self, job: Job) -> Any:
        """The result of a job: a ``Look`` of the survey, or a chunk of results."""
        what, places = job
        paths = [self._files[place] for place in places]
        if what == "first":
            return self._survey.first(paths)
        if what == "again":
            return self._survey.again(paths, self._new)
        if what == "fix":
            return self.fix(paths)
        if what == "look":
            return self.look(paths)
        return self.check(paths)

    def check(self, paths: Sequence[str]) -> Chunk:
        """Check ``paths``; also the stamps of all that the results depend on."""
        results = [self._one(path) for path in paths]
        touched = {path for result in results for path in result[5]}
        return results, {path: self._stamps[path] for path in touched}

    def look(self, paths: Sequence[str]) -> list[FileLook]:
        """What the bytes of ``paths`` say to those who plan fixes."""
        from flake8_ssot_ids.fixes.evidence.looks import looks_at

        return looks_at(paths, [self._session.project.home(path).package for path in paths])

    def fix(self, paths: Sequence[str]) -> list[Any]:
        """Plan the fixes of ``paths``; see :func:`flake8_ssot_ids.fixes.shares.plan_all`."""
        from flake8_ssot_ids.fixes.shares import plan_all

        planned = []
        for path in paths:
            (item,) = plan_all([path], self._session.policy, self._session.project, self._fix)
            planned.append(item)
            self._tidy(len(item.old))
        return planned

    def _one(self, path: str) -> Result:
        policy, project = self._session.policy, self._session.project
        if is_exempt(path, policy):
            return path, stamp_of(path, time.time_ns()), False, (), 0, (), ""
        stamp, now = stamp_of(path), time.time_ns()
        try:
            data = read(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            finding = unreadable(path, policy, f"it cannot be read: {reason}")
            return path, None, True, (pack(finding),), 0, (), ""
        stamp = with_content(stamp, now, data)
        project.start()
        try:
            report = self._session.check(data, path, all_files=self._all_files, noqa=self._noqa)
        except Exception as error:  # one file must not take the others with it
            return path, None, True, (), 0, (), f"{type(error).__name__}: {error}"
        touched = tuple(sorted(project.touched))
        now = time.time_ns()
        for other in touched:
            if other not in self._stamps:
                self._stamps[other] = stamp_of(other, now)
        judged, suppressed = report.judged, len(report.suppressed)
        # Each goes as it is packed: there may be a hundred thousand.
        left = [*reversed(report.findings)]
        del report
        packed = []
        while left:
            packed.append(pack(left.pop()))
        return path, stamp, judged, tuple(packed), suppressed, touched, ""

    def _tidy(self, size: int) -> None:
        """Collect what closer looks leave behind: it holds cycles, and the collector is off during a run.

        Only what is new: what has been kept once is kept to the end, and need not be walked again.
        """
        self._bytes_since += size
        if self._bytes_since >= _WORTH_COLLECTING:
            self._bytes_since = 0
            gc.collect(0)
