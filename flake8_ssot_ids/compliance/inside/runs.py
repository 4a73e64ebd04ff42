"""C05 and C07: runs lead back to their threads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from flake8_ssot_ids.compliance.inside.target import HOSTILE, Fact, Probed, TargetProblem, said, shown

_OPERATIONS = ("", "chat", "agent_execution", "websocket_connection_handling", *HOSTILE)


def threads_and_runs(target: Probed) -> Iterator[Fact]:
    """C05: ``extract(run(thread)) == thread`` for every thread id that is made; anything else is refused."""
    extracts = target.extracts
    for source, thread in _threads(target):
        try:
            run = target.of_manager("generate_run_id", thread)
        except TargetProblem:
            raise
        except Exception as error:
            yield source, f"its thread id {shown(thread)} is refused: {said(error)}"
            continue
        found = target.refuse_to_none("extract_thread_id", run)
        if extracts and found != thread:
            yield source, f"the run of {shown(thread)} leads back to {shown(found)}"
    for thing in _no_threads(target):
        try:
            run = target.of_manager("generate_run_id", thing)
        except (ValueError, TypeError, AttributeError):
            continue
        yield "generate_run_id", f"it takes {shown(thing)}, which is no thread id, and gives {shown(run)}"


def leads_back(target: Probed) -> Iterator[Fact]:
    """C07: a run leads back to its own thread and to no other; a damaged one is refused."""
    for first, second in target.pairs:
        for user in (first, second):
            thread, run, _ = target.context(user)
            found = target.refuse_to_none("extract_thread_id", run)
            if found != thread:
                yield "", f"the run {shown(run)} leads back to {shown(found)}, not to {shown(thread)}"
            if not target.refuse_to_none("validate_run_id", run):
                yield "validate_run_id", f"it refuses {shown(run)}, which the generator has made"
    _, run, _ = target.context("user_1")
    for damaged in _damaged(run):
        if target.refuse_to_none("validate_run_id", damaged):
            yield "validate_run_id", f"it takes the damaged run id {shown(damaged)}"
        if target.refuse_to_none("extract_thread_id", damaged) is not None:
            yield "extract_thread_id", f"it finds a thread in the damaged run id {shown(damaged)}"


def _threads(target: Probed) -> Iterator[Fact]:
    yield "generate_user_context_ids", target.context("user_1")[0]
    for operation in _OPERATIONS:
        # What is refused makes no thread; C06 says whether it may be. A house need not make threads alone.
        with contextlib.suppress(TargetProblem):
            yield f"generate_user_context_ids(…, {shown(operation)})", target.context("user_1", operation)[0]
        with contextlib.suppress(TargetProblem, ValueError, TypeError, AttributeError):
            thread = target.of_manager("generate_thread_id", operation)
            yield f"generate_thread_id({shown(operation)})", thread


def _no_threads(target: Probed) -> Iterator[Any]:
    thread, run, request = target.context("user_1")
    yield from (run, request, target.make("generate_base_id", "user"), "thread_1", thread[:-1], thread + "0")
    yield from ("", "00000000-0000-4000-8000-000000000000", None)


def _damaged(run: str) -> Iterator[str]:
    for cut in (1, 2, 8, 20):
        yield run[:-cut]
    yield from (
        run[1:],
        run[4:],
        run + "0",
        run + "\n",
        " " + run,
        run.upper(),
        run.replace("_", "-"),
        run * 2,
    )
    head, _, tail = run.rpartition("_")
    yield from (f"{head}_{tail[:-1]}g", f"{head}{tail}", f"{head}__{tail}", "")
