"""Many files: the cache asked first, the rest shared among processes, results in a fixed order."""

from __future__ import annotations

import gc
import os
import time
from dataclasses import dataclass, field

from flake8_ssot_ids import catalog
from flake8_ssot_ids.cache import Cache, stamp_of
from flake8_ssot_ids.engine import check_source, is_exempt, unreadable
from flake8_ssot_ids.files import regular
from flake8_ssot_ids.model import FileReport, Finding, Position, Span
from flake8_ssot_ids.names.project import Project, is_below, present_words
from flake8_ssot_ids.names.survey import Survey, other_modules
from flake8_ssot_ids.policy import Policy
from flake8_ssot_ids.prefilter import may_hold_use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor
    from typing import Any

    from flake8_ssot_ids.cache import Stamp

    #: What is known of one file: path, stamp, judged, packed findings, suppressed, touched, failure.
    Result = tuple[str, Stamp, bool, tuple[tuple[object, ...], ...], int, tuple[str, ...], str]
    Chunk = tuple[list[Result], dict[str, Stamp]]
    #: Policy, whether to parse all files, whether to honour comments.
    Setup = tuple[Policy, bool, bool]

#: Fewer bytes than this are done before a second process has started.
_WORTH_A_PROCESS = 1_500_000
_CHUNK_BYTES = 400_000
_CHUNK_FILES = 120
#: From so many files on, one look at all of them costs less than following the imports of each.
_WORTH_A_SURVEY = 100


@dataclass(slots=True)
class RunResult:
    """What a run has brought: reports in the order of their paths, notes, whether it all could be done."""

    reports: list[FileReport] = field(default_factory=list)
    files_checked: int = 0
    suppressed: int = 0
    notes: list[str] = field(default_factory=list)
    errors: bool = False
    #: Modules and folders beside the checked files that the results depend on.
    touched: set[str] = field(default_factory=set)


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
    setup = (policy, all_files, noqa)
    jobs = jobs or _cores()
    outcome = RunResult(files_checked=len(paths))
    results: dict[str, Result] = {}
    enabled = gc.isenabled()
    # Syntax trees hold no cycles; the collector would only walk them over and over.
    gc.disable()
    try:
        with _Pool(setup, jobs, outcome.notes) as pool:
            rest, words = _surveyed(paths, setup, results, outcome.touched, pool, cold=cache_dir is None)
            kind = "" if words is None else "surveyed"
            cache = Cache(cache_dir, f"{policy.digest()} {all_files} {noqa} {kind}", repr(words))
            missing: list[str] = []
            for path in rest:
                entry = cache.get(path)
                if entry is None:
                    missing.append(path)
                else:
                    results[path] = (path, entry[0], entry[1], entry[2], entry[3], (), "")
            stamps: dict[str, Stamp] = {}
            for chunk in pool.check(missing, words):
                stamps.update(chunk[1])
                for result in chunk[0]:
                    results[result[0]] = result
                    if not result[6] and result[1] is not None:
                        cache.put(*result[:6], stamps)
                if progress is not None:
                    progress(len(results), len(paths))
        cache.save()
    finally:
        if enabled:
            gc.enable()
    outcome.notes.extend(cache.notes)
    for path in sorted(results):
        _, _, judged, packed, suppressed, touched, failure = results[path]
        if failure:
            outcome.errors = True
            outcome.notes.append(f"{path}: internal error, please report it: {failure}")
        outcome.suppressed += suppressed
        outcome.touched.update(touched)
        outcome.reports.append(FileReport(path, judged, tuple(unpack(path, item) for item in packed)))
    outcome.touched.update(path for path, _ in cache.dependencies())
    return outcome


def _surveyed(
    paths: Sequence[str],
    setup: Setup,
    results: dict[str, Result],
    touched: set[str],
    pool: _Pool,
    *,
    cold: bool,
) -> tuple[list[str], tuple[bytes, ...] | None]:
    """Look at the bytes of many files at once; the files left to check, and the words to look for.

    Files that can hold no use get their result here. With few files, or too many modules beside
    them, nothing is surveyed: the words are None.
    """
    policy, all_files, _ = setup
    if len(paths) < _WORTH_A_SURVEY:
        return list(paths), None
    if cold:
        pool.start()
    roots = dict.fromkeys(os.path.abspath(root) for root in policy.src)
    beside = other_modules(roots, set(paths))
    if beside is None:
        return list(paths), None
    others, folders = beside
    touched.update(others, folders)
    sources = catalog.attributes(policy.name_hashes)
    clean: set[str] = set()
    checked = set(paths)

    def look(path: str, data: bytes, mentioned: bool) -> None:
        # What lies elsewhere may import modules that the survey has not seen.
        if path in checked and is_below(path, roots) and not (mentioned and may_hold_use(data, sources)):
            clean.add(path)

    survey = Survey(sources)
    survey.run([*paths, *others], look)
    words = tuple(sorted(word.encode() for word in survey.words))
    if all_files:
        return list(paths), words
    if words:
        clean = {path for path in clean if not _holds(path, words)}
    for path in clean:
        results[path] = (path, None, False, (), 0, (), "")
    return [path for path in paths if path not in clean], words


def _holds(path: str, words: tuple[bytes, ...]) -> bool:
    try:
        with open(path, "rb", opener=regular) as file:
            data = file.read()
    except OSError:
        return True
    return bool(present_words(words, data))


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this platform
        return os.cpu_count() or 1


class _Pool:
    """This process and, where it pays, helper processes."""

    def __init__(self, setup: Setup, jobs: int, notes: list[str]) -> None:
        self._setup = setup
        self._jobs = jobs
        self._notes = notes
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)

    def start(self) -> None:
        """Start the helpers, so that they are up when there is work."""
        if self._executor is not None or self._jobs < 2:
            return
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        self._executor = ProcessPoolExecutor(self._jobs - 1, get_context("spawn"), _start, self._setup)
        for _ in range(self._jobs - 1):
            self._executor.submit(_cores)

    def check(self, paths: list[str], words: tuple[bytes, ...] | None) -> Iterator[Chunk]:
        """The results of ``paths``, chunk by chunk, this process taking its share of the work."""
        chunks, size = _chunks(paths)
        worker = _Worker(*self._setup)
        if self._jobs > 1 and len(chunks) > 1 and size > _WORTH_A_PROCESS:
            from concurrent.futures.process import BrokenProcessPool

            self.start()
            try:
                yield from self._side_by_side(chunks, worker, words)
            except BrokenProcessPool:
                self._notes.append("a helper process died; its files were checked in this one")
        for chunk in chunks:
            yield worker.check(chunk, words)

    def _side_by_side(
        self, chunks: list[list[str]], worker: _Worker, words: tuple[bytes, ...] | None
    ) -> Iterator[Chunk]:
        """Hand chunks to the helpers and take some here, until none is left."""
        executor = self._executor
        assert executor is not None
        running: dict[Future[Chunk], list[str]] = {}
        try:
            while chunks or running:
                while chunks and len(running) < 2 * (self._jobs - 1):
                    chunk = chunks.pop(0)
                    running[executor.submit(_check, chunk, words)] = chunk
                if chunks:
                    yield worker.check(chunks.pop(0), words)
                else:
                    next(iter(running)).exception()  # wait
                for future in [future for future in running if future.done()]:
                    result = future.result()
                    del running[future]
                    yield result
        finally:
            # What a dead helper has not answered is to be done again.
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

    def check(self, paths: list[str], words: tuple[bytes, ...] | None) -> Chunk:
        """Check ``paths``; also the stamps of all that the results depend on."""
        self._project.surveyed = words
        results = [self._one(path) for path in paths]
        touched = {path for result in results for path in result[5]}
        return results, {path: self._stamps[path] for path in touched}

    def _one(self, path: str) -> Result:
        policy = self._policy
        if is_exempt(path, policy):
            return path, stamp_of(path, time.time_ns()), False, (), 0, (), ""
        stamp = stamp_of(path, time.time_ns())
        try:
            with open(path, "rb", opener=regular) as file:
                data = file.read()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return (
                path,
                None,
                True,
                (pack(unreadable(path, policy, f"it cannot be read: {reason}")),),
                0,
                (),
                "",
            )
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
        return (
            path,
            stamp,
            report.judged,
            tuple(map(pack, report.findings)),
            len(report.suppressed),
            touched,
            "",
        )


_worker: _Worker | None = None


def _start(policy: Policy, all_files: bool, noqa: bool) -> None:
    """Prepare a helper process."""
    global _worker
    gc.disable()
    _worker = _Worker(policy, all_files, noqa)


def _check(paths: list[str], words: tuple[bytes, ...] | None) -> Chunk:
    assert _worker is not None
    return _worker.check(paths, words)


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
