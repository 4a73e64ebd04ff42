"""C05 and C07: runs lead back to their threads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flake8_ssot_ids.compliance.inside.target import HOSTILE, PAIRS, Facts, Target, TargetProblem, shown

_OPERATIONS = ("", "chat", "agent_execution", "websocket_connection_handling", *HOSTILE)


def threads_and_runs(target: Target) -> Facts:
    """C05: ``extract(run(thread)) == thread`` for every thread id that is made; anything else is refused."""
    facts: list[tuple[str, str]] = []
    for source, thread in _threads(target):
        try:
            run = target.of_manager("generate_run_id", thread)
        except Exception as error:
            facts.append(
                (source, f"its thread id {shown(thread)} is refused: {type(error).__name__}: {error}")
            )
            continue
        found = target.of_manager("extract_thread_id", run)
        if found != thread:
            facts.append((source, f"the run of {shown(thread)} leads back to {shown(found)}"))
    for thing in (*_no_threads(target),):
        try:
            run = target.of_manager("generate_run_id", thing)
        except (ValueError, TypeError, AttributeError):
            continue
        facts.append(
            ("generate_run_id", f"it takes {shown(thing)}, which is no thread id, and gives {shown(run)}")
        )
    return {"threads and runs": facts}


def leads_back(target: Target) -> Facts:
    """C07: a run leads back to its own thread and to no other; a damaged one is refused."""
    facts: list[tuple[str, str]] = []
    threads: dict[str, str] = {}
    for first, second in PAIRS:
        for user in (first, second):
            thread, run, _ = target.context(user)
            found = target.of_manager("extract_thread_id", run)
            if found != thread:
                facts.append(
                    ("", f"the run {shown(run)} leads back to {shown(found)}, not to {shown(thread)}")
                )
            if not target.of_manager("validate_run_id", run):
                facts.append(("validate_run_id", f"it refuses {shown(run)}, which the generator has made"))
            if threads.setdefault(thread, run) != run:
                facts.append(("", f"two contexts share the thread {shown(thread)}"))
    _, run, _ = target.context("user_1")
    for damaged in _damaged(run):
        if target.of_manager("validate_run_id", damaged):
            facts.append(("validate_run_id", f"it takes the damaged run id {shown(damaged)}"))
        if target.of_manager("extract_thread_id", damaged) is not None:
            facts.append(("extract_thread_id", f"it finds a thread in the damaged run id {shown(damaged)}"))
    return {"runs and threads": facts[:12]}


def _threads(target: Target) -> Iterator[tuple[str, str]]:
    for operation in _OPERATIONS:
        yield f"generate_user_context_ids(…, {shown(operation)})", target.context("user_1", operation)[0]
        try:
            yield (
                f"generate_thread_id({shown(operation)})",
                target.of_manager("generate_thread_id", operation),
            )
        except TargetProblem:
            continue


def _no_threads(target: Target) -> Iterator[Any]:
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
