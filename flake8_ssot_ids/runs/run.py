"""Many files: the cache asked first, the rest shared among processes, results in a fixed order."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.runs.kept.results import Cache
from flake8_ssot_ids.runs.kept.stamps import stamp_of
from flake8_ssot_ids.runs.packed import unpack
from flake8_ssot_ids.runs.pool import Pool
from flake8_ssot_ids.semantics.glance.survey import other_modules, settle
from flake8_ssot_ids.semantics.project.modules import is_module_below
from flake8_ssot_ids.source.sourcefile import NAMES
from flake8_ssot_ids.system import collector
from flake8_ssot_ids.uuids.catalog import is_called_like_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from flake8_ssot_ids.runs.kept.stamps import Stamp
    from flake8_ssot_ids.runs.worker import Job, Result
    from flake8_ssot_ids.semantics.glance.survey import Look

#: Fewer bytes than this are done before a second process has started.
_WORTH_A_PROCESS = 1_500_000
_CHUNK_BYTES = 200_000
_CHUNK_FILES = 120
#: Files that are looked at in one go, where only their bytes are.
_GLANCE = 200
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
    pool: Pool | None = None,
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
        pool: processes that may be up already, instead of ``jobs``; they stay up.
    """
    if pool is None:
        with Pool(jobs) as pool:
            return run(
                paths,
                policy,
                cache_dir=cache_dir,
                all_files=all_files,
                noqa=noqa,
                progress=progress,
                pool=pool,
            )
    outcome = RunResult(files_checked=len(paths))
    with collector.paused():
        known = _surveyed(paths, policy, all_files, noqa, pool, cold=cache_dir is None)
        outcome.touched.update(known.touched)
        cache = Cache(cache_dir, _key(policy, all_files, noqa, known, outcome), repr(known.words))
        results = _results(paths, known, cache, pool, progress)
        cache.save()
    outcome.notes.extend((*pool.notes, *cache.notes))
    pool.notes.clear()
    for path in sorted(results):
        _, _, judged, packed, suppressed, touched, failure = results.pop(path)
        if failure:
            outcome.errors = True
            outcome.notes.append(f"{path}: internal error, please report it: {failure}")
        outcome.suppressed += suppressed
        outcome.touched.update(touched)
        outcome.reports.append(FileReport(path, judged, tuple(unpack(path, item) for item in packed)))
    outcome.touched.update(path for path, _ in cache.dependencies())
    return outcome


def _key(policy: Policy, all_files: bool, noqa: bool, known: _Surveyed, outcome: RunResult) -> str:
    """What all results depend on, apart from files; the file of ast-grep, if it is asked, is noted too."""
    key = f"{policy.digest()} {all_files} {noqa} {'' if known.words is None else 'surveyed'}"
    if policy.recipes:
        from flake8_ssot_ids.recipes.astgrep import module_file

        matcher = module_file()
        outcome.touched.add(matcher)
        key += f" {stamp_of(matcher, 0)}"
    return key


def _results(
    paths: Sequence[str],
    known: _Surveyed,
    cache: Cache,
    pool: Pool,
    progress: Callable[[int, int], None] | None,
) -> dict[str, Result]:
    """The result of each path: of idle files none, else from the cache, else from a check."""
    results: dict[str, Result] = {path: (path, None, False, (), 0, (), "") for path in known.idle}
    missing: list[int] = []
    for place, path in enumerate(paths):
        if path in known.idle:
            continue
        entry = cache.get(path)
        if entry is None:
            missing.append(place)
        else:
            results[path] = (path, *entry[:4], (), "")
    stamps: dict[str, Stamp] = {}
    chunks, size = _chunks(paths, missing)
    if len(chunks) > 1 and size > _WORTH_A_PROCESS:
        pool.start()
    pool.tell("words", known.words)
    for chunk in pool.do([("check", places) for places in chunks]):
        stamps.update(chunk[1])
        for result in chunk[0]:
            path, stamp, judged, packed, suppressed, touched, failure = result
            results[path] = result
            if not failure and stamp is not None:
                cache.put(path, stamp, judged, packed, suppressed, touched, stamps)
        if progress is not None:
            progress(len(results), len(paths))
    return results


@dataclass(slots=True)
class _Surveyed:
    """What a look at all bytes has brought: the words to look for (None: there was none), idle files."""

    words: tuple[bytes, ...] | None = None
    idle: set[str] = field(default_factory=set)
    touched: tuple[str, ...] = ()


def _surveyed(
    paths: Sequence[str], policy: Policy, all_files: bool, noqa: bool, pool: Pool, *, cold: bool
) -> _Surveyed:
    """Look at the bytes of many files at once, and set the pool up.

    With few files, or too many modules beside them, nothing is surveyed.
    """
    beside = None
    if len(paths) >= _WORTH_A_SURVEY:
        if cold:
            pool.start()
        roots = dict.fromkeys(os.path.abspath(root) for root in policy.src)
        beside = other_modules(roots, set(paths))
    if beside is None:
        pool.set_up(policy, all_files, noqa, paths)
        return _Surveyed()
    others, folders = beside
    everything = [*paths, *others]
    pool.set_up(policy, all_files, noqa, everything)
    # Neighbours are apart, lest one process gets all the large ones.
    number = max(1, len(everything) // _GLANCE)
    portions = [range(start, len(everything), number) for start in range(number)]

    def again(new: list[str]) -> Look:
        pool.tell("new", new)
        return _together(pool, [("again", portion) for portion in portions])

    words, idle = settle(lambda: _together(pool, [("first", portion) for portion in portions]), again)
    if all_files or policy.recipes:
        # The survey does not know what recipes look for; the check asks the bytes of each file.
        idle = set()
    # What lies elsewhere may import modules that the survey has not seen; what shadows a source is parsed.
    idle = {
        path
        for path in idle.intersection(paths)
        if is_module_below(path, roots) and path.endswith(NAMES) and not is_called_like_source(path)
    }
    return _Surveyed(words, idle, (*others, *folders))


def _together(pool: Pool, jobs: Sequence[Job]) -> Look:
    words: set[str] = set()
    files: list[str] = []
    for found, named in pool.do(jobs):
        words |= found
        files += named
    return words, files


def _chunks(paths: Sequence[str], places: Iterable[int]) -> tuple[list[list[int]], int]:
    """``places`` in portions, those with the largest files first, and the bytes of all."""
    sizes: dict[int, int] = {}
    for place in places:
        try:
            sizes[place] = os.stat(paths[place]).st_size
        except (OSError, ValueError):
            sizes[place] = 0
    found: list[list[int]] = []
    chunk: list[int] = []
    size = 0
    for place in sorted(sizes, key=lambda place: (-sizes[place], paths[place])):
        chunk.append(place)
        size += sizes[place]
        if size > _CHUNK_BYTES or len(chunk) >= _CHUNK_FILES:
            found.append(chunk)
            chunk, size = [], 0
    if chunk:
        found.append(chunk)
    return found, sum(sizes.values())
