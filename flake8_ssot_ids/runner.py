"""Many files: the cache asked first, the rest shared among processes, results in a fixed order."""

from __future__ import annotations

import gc
import os
import time
from dataclasses import dataclass, field

from flake8_ssot_ids import catalog
from flake8_ssot_ids.cache import Cache, stamp_of
from flake8_ssot_ids.engine import check_source, is_exempt, unreadable
from flake8_ssot_ids.model import FileReport, Finding, Position, Span
from flake8_ssot_ids.names.project import Project
from flake8_ssot_ids.policy import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor
    from typing import Any

    from flake8_ssot_ids.cache import Stamp

    #: What is known of one file: path, stamp, judged, packed findings, suppressed, touched, failure.
    Result = tuple[str, Stamp, bool, tuple[tuple[object, ...], ...], int, tuple[str, ...], str]
    Chunk = tuple[list[Result], dict[str, Stamp]]

#: Fewer bytes than this are done before a second process has started.
_WORTH_A_PROCESS = 1_500_000
_CHUNK_BYTES = 400_000
_CHUNK_FILES = 120


@dataclass(slots=True)
class RunResult:
    """What a run has brought: reports in the order of their paths, notes, whether it all could be done."""

    reports: list[FileReport] = field(default_factory=list)
    files_checked: int = 0
    suppressed: int = 0
    notes: list[str] = field(default_factory=list)
    errors: bool = False


def run(
    paths: Sequence[str],
    policy: Policy,
    *,
    jobs: int | None = None,
    cache_dir: str | None = None,
    all_files: bool = False,
    noqa: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> RunResult:
    """Check files.

    Args:
        paths: absolute paths of files.
        policy: what counts where.
        jobs: processes to use; None: one for each core.
        cache_dir: where results are kept; None: nowhere.
        all_files: parse also files that can hold no use.
        noqa: honour suppressing comments.
        progress: called with the number of files done and of all files.
    """
    cache = Cache(cache_dir, f"{policy.digest()} {all_files} {noqa}")
    results: dict[str, Result] = {}
    missing: list[str] = []
    for path in paths:
        entry = cache.get(path)
        if entry is None:
            missing.append(path)
        else:
            results[path] = (path, entry[0], entry[1], entry[2], entry[3], (), "")
    outcome = RunResult(files_checked=len(paths))
    if missing:
        _check_missing(missing, results, cache, policy, jobs, all_files, noqa, progress, len(paths), outcome)
        cache.save()
    outcome.notes.extend(cache.notes)
    for path in sorted(results):
        _, _, judged, packed, suppressed, _, failure = results[path]
        if failure:
            outcome.errors = True
            outcome.notes.append(f"{path}: internal error, please report it: {failure}")
        outcome.suppressed += suppressed
        outcome.reports.append(FileReport(path, judged, tuple(unpack(path, item) for item in packed)))
    return outcome


def _check_missing(
    missing: list[str],
    results: dict[str, Result],
    cache: Cache,
    policy: Policy,
    jobs: int | None,
    all_files: bool,
    noqa: bool,
    progress: Callable[[int, int], None] | None,
    total: int,
    outcome: RunResult,
) -> None:
    stamps: dict[str, Stamp] = {}
    enabled = gc.isenabled()
    # Syntax trees hold no cycles; the collector would only walk them over and over.
    gc.disable()
    try:
        for chunk in _shared(missing, policy, jobs or _cores(), all_files, noqa, outcome.notes):
            for result in chunk[0]:
                results[result[0]] = result
            stamps.update(chunk[1])
            for path, stamp, judged, packed, suppressed, touched, failure in chunk[0]:
                if not failure and stamp is not None:
                    cache.put(path, stamp, judged, packed, suppressed, touched, stamps)
            if progress is not None:
                progress(len(results), total)
    finally:
        if enabled:
            gc.enable()


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this platform
        return os.cpu_count() or 1


def _shared(
    paths: list[str], policy: Policy, jobs: int, all_files: bool, noqa: bool, notes: list[str]
) -> Iterator[Chunk]:
    """The results of ``paths``, chunk by chunk, this process taking its share of the work."""
    chunks, size = _chunks(paths)
    worker = _Worker(policy, all_files, noqa)
    if jobs < 2 or len(chunks) < 2 or size < _WORTH_A_PROCESS:
        yield from map(worker.check, chunks)
        return
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(
        min(jobs - 1, len(chunks) - 1), get_context("spawn"), _start, (policy, all_files, noqa)
    )
    with pool:
        try:
            yield from _side_by_side(chunks, worker, pool, jobs)
        except BrokenProcessPool:
            notes.append("a helper process died; its files were checked in this one")
            yield from map(worker.check, chunks)


def _side_by_side(
    chunks: list[list[str]], worker: _Worker, pool: ProcessPoolExecutor, jobs: int
) -> Iterator[Chunk]:
    """Hand chunks from the front to the pool, and take them from the same end here."""
    running: dict[Future[Chunk], list[str]] = {}
    try:
        while chunks or running:
            while chunks and len(running) < 2 * (jobs - 1):
                chunk = chunks.pop(0)
                running[pool.submit(_check, chunk)] = chunk
            if chunks:
                yield worker.check(chunks.pop(0))
            elif running:
                next(iter(running)).exception()  # wait
            for future in [future for future in running if future.done()]:
                result = future.result()
                del running[future]
                yield result
    finally:
        # Whatever a dead pool has not answered is to be done again.
        chunks.extend(running.values())


def _chunks(paths: list[str]) -> tuple[list[list[str]], int]:
    """``paths`` in portions, those with the largest files first, and the bytes of all."""
    sizes: dict[str, int] = {}
    for path in paths:
        try:
            sizes[path] = os.stat(path).st_size
        except (OSError, ValueError):
            sizes[path] = 0
    found: list[list[str]] = []
    chunk: list[str] = []
    size = 0
    for path in sorted(paths, key=lambda path: (-sizes[path], path)):
        chunk.append(path)
        size += sizes[path]
        if size > _CHUNK_BYTES or len(chunk) >= _CHUNK_FILES:
            found.append(chunk)
            chunk, size = [], 0
    if chunk:
        found.append(chunk)
    return found, sum(sizes.values())


class _Worker:
    """Checks files in one process; modules that were looked into stay known."""

    def __init__(self, policy: Policy, all_files: bool, noqa: bool) -> None:
        self._policy = policy
        self._all_files = all_files
        self._noqa = noqa
        self._project = Project(policy.src, catalog.attributes(policy.name_hashes))
        self._stamps: dict[str, Stamp] = {}

    def check(self, paths: list[str]) -> Chunk:
        """Check ``paths``; also the stamps of all that the results depend on."""
        results = [self._one(path) for path in paths]
        touched = {path for result in results for path in result[5]}
        return results, {path: self._stamps[path] for path in touched}

    def _one(self, path: str) -> Result:
        policy = self._policy
        if is_exempt(path, policy):
            return path, stamp_of(path, time.time_ns()), False, (), 0, (), ""
        stamp = stamp_of(path, time.time_ns())
        try:
            with open(path, "rb") as file:
                data = file.read()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return path, None, True, (pack(unreadable(path, policy, f"it cannot be read: {reason}")),), 0, (), ""
        self._project.start()
        try:
            report = check_source(
                data, path, policy, self._project, all_files=self._all_files, noqa=self._noqa
            )
        except Exception as error:  # one file must not take the others with it
            return path, None, True, (), 0, (), f"{type(error).__name__}: {error}"
        touched = tuple(sorted(self._project.touched))
        now = time.time_ns()
        for other in touched:
            if other not in self._stamps:
                self._stamps[other] = stamp_of(other, now)
        return path, stamp, report.judged, tuple(map(pack, report.findings)), len(report.suppressed), touched, ""


_worker: _Worker | None = None


def _start(policy: Policy, all_files: bool, noqa: bool) -> None:
    """Prepare a helper process."""
    global _worker
    gc.disable()
    _worker = _Worker(policy, all_files, noqa)


def _check(paths: list[str]) -> Chunk:
    assert _worker is not None
    return _worker.check(paths)


def pack(finding: Finding) -> tuple[object, ...]:
    """A finding as plain values, without its path and fix."""
    span, wide = finding.span, finding.id_span
    return (
        finding.code,
        finding.name,
        finding.message,
        (span.start.row, span.start.column, span.end.row, span.end.column),
        (wide.start.row, wide.start.column, wide.end.row, wide.end.column),
        finding.noqa_row,
        finding.scope,
        finding.symbol,
        finding.role,
        finding.prefix,
        finding.source,
        finding.expression,
        finding.ordinal,
        finding.fingerprint,
        finding.severity,
    )


def unpack(path: str, packed: tuple[Any, ...]) -> Finding:
    """The finding that :func:`pack` made plain."""
    code, name, message, span, wide, *rest = packed
    return Finding(path, code, name, message, _span(span), _span(wide), *rest)


def _span(rows: tuple[int, int, int, int]) -> Span:
    first, start, last, end = rows
    return Span(Position(first, start), Position(last, end))
