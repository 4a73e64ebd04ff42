"""C09: two users' ids never meet."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from flake8_ssot_ids.compliance.inside.target import PAIRS, Facts, Target, prefix_of, shown

_THREADS, _EACH, _PROCESSES = 8, 2_000, 3
_TIMEOUT_S = 60


def probe(target: Target) -> Facts:
    """Look for ids and keys that two users, threads or processes share."""
    return {"two users": [*_users(target)], "processes": [*_processes(target)]}


def _users(target: Target) -> Iterator[tuple[str, str]]:
    bridge = target.instance(target.part("bridge", "IdMigrationBridge"))
    find = target.method(bridge, "find_matching_ids")
    for first, second in PAIRS:
        mine, theirs = target.context(first), target.context(second)
        candidates = [*theirs, *mine, *target.context(second, "other"), *target.context(first, "other")]
        for wanted in mine:
            found = set(_find(find, wanted, candidates, first))
            foreign = found & set(theirs)
            if foreign:
                yield (
                    "find_matching_ids",
                    f"{shown(wanted)} of {shown(first)} matches {shown(sorted(foreign))} of {shown(second)}",
                )
            missing = set(mine) - found - {wanted}
            if missing:
                yield (
                    "find_matching_ids",
                    f"{shown(wanted)} does not match {shown(sorted(missing))} of its own context",
                )
        keys = [
            prefix_of(target, target.make("generate_session_id", user, "web")) for user in (first, second)
        ]
        if keys[0] == keys[1]:
            yield (
                "generate_session_id",
                f"the users {shown(first)} and {shown(second)} share the key {shown(keys[0])}",
            )
    joined = [
        prefix_of(target, target.make("generate_session_id", user, kind))
        for user, kind in (("a:b", "c"), ("a", "b:c"))
    ]
    if joined[0] == joined[1]:
        yield "generate_session_id", f"`a:b` with `c` and `a` with `b:c` share the key {shown(joined[0])}"


def _find(find: Any, wanted: str, candidates: list[str], owner: str) -> list[str]:
    try:
        return list(find(wanted, candidates, owner=owner))
    except TypeError:
        return list(find(wanted, candidates))


def _processes(target: Target) -> Iterator[tuple[str, str]]:
    """Ids from threads, from forked children and from fresh interpreters, all together."""
    made: list[str] = []
    lock = threading.Lock()

    def work(user: str) -> None:
        some = [target.make("generate_websocket_connection_id", user) for _ in range(_EACH)]
        with lock:
            made.extend(some)

    # Before there are threads: a fork of a process with threads is another matter.
    children = [*_forked(target), *_fresh(target)]
    threads = [threading.Thread(target=work, args=(f"user_{number % 2}",)) for number in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(set(made)) != len(made):
        yield "threads", f"{len(made) - len(set(made))} of {len(made)} ids were given twice"
    for name, ids in children:
        if len(set(ids)) != len(ids):
            yield name, "one process gave an id twice"
        made += ids
    if len(set(made)) != len(made):
        yield (
            "processes",
            f"{len(made) - len(set(made))} of {len(made)} ids were given by two processes or threads",
        )


def _forked(target: Target) -> Iterator[tuple[str, list[str]]]:
    if not hasattr(os, "fork"):
        return
    target.make("generate_websocket_connection_id", "user_0")  # the counter is up before the fork
    pipes = []
    for _ in range(_PROCESSES):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.close(reading)
                ids = [target.make("generate_websocket_connection_id", "user_0") for _ in range(200)]
                with os.fdopen(writing, "w") as stream:
                    stream.write("\n".join(ids))
                code = 0
            finally:
                os._exit(code)
        os.close(writing)
        pipes.append((pid, reading))
    for pid, reading in pipes:
        with os.fdopen(reading) as stream:
            ids = stream.read().split("\n")
        _, status = os.waitpid(pid, 0)
        if status:
            raise RuntimeError("a forked child of the target could not make ids")
        yield "fork", ids


def _fresh(target: Target) -> Iterator[tuple[str, list[str]]]:
    module, _, name = target.name.rpartition(".")
    method = target.api.get("generate_base_id", "generate_base_id")
    code = (
        f"import sys; sys.path[:0] = {target.question['src']!r}\n"
        f"from {module} import {name} as G\n"
        f"make = getattr(G, {method!r})\n"
        "try:\n    make('x')\nexcept TypeError:\n    make = getattr(G(), make.__name__)\n"
        "print('\\n'.join(make('probe') for _ in range(200)))\n"
    )
    for _ in range(_PROCESSES):
        done = subprocess.run(  # noqa: S603 - our own text, in this interpreter
            [sys.executable, "-P", "-B", "-c", code],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"a fresh interpreter cannot make ids: {done.stderr[-300:]}")
        yield "fresh interpreter", done.stdout.split()
