"""C09: two users' ids never meet."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flake8_ssot_ids.compliance.inside.target import (
    WEBSOCKETS,
    Fact,
    Probed,
    TargetProblem,
    prefix_of,
    several,
    shown,
)

_THREADS, _EACH, _PROCESSES = 8, 2_000, 3
_CHILDREN_EACH = 200
_TIMEOUT_S = 20
_MARK = "made: "


def two_users(target: Probed) -> Iterator[Fact]:
    """Look for ids and keys that two users share."""
    bridge = target.instance(target.part("bridge", "IdMigrationBridge"))
    find = target.method(bridge, "find_matching_ids")
    for first, second in target.pairs:
        mine, theirs = target.context(first), target.context(second)
        if set(mine) & set(theirs):
            shared = sorted(set(mine) & set(theirs))
            yield (
                "generate_user_context_ids",
                f"the users {shown(first)} and {shown(second)} share the ids {shown(shared)}",
            )
            continue
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


def processes(target: Probed) -> Iterator[Fact]:
    """Ids from threads, from forked children and from fresh interpreters, all together."""
    # Before there are threads: a fork of a process with threads is another matter.
    children = [*_forked(target), *_fresh(target)]
    make = _maker(target)
    with ThreadPoolExecutor(_THREADS) as pool:
        jobs = [
            pool.submit(several, functools.partial(make, f"user_{number % 2}"), _EACH)
            for number in range(_THREADS)
        ]
        made = [text for job in jobs for text in job.result()]
    if len(set(made)) != len(made):
        yield "threads", f"{len(made) - len(set(made))} of {len(made)} ids were given twice"
    for name, texts in children:
        ids = [text.removeprefix(_MARK) for text in texts]
        if len(set(ids)) != len(ids):
            yield name, "one process gave an id twice"
        made += ids
    if len(set(made)) != len(made):
        yield (
            "processes",
            f"{len(made) - len(set(made))} of {len(made)} ids were given by two processes or threads",
        )


def _maker(target: Probed) -> Callable[[str], str]:
    """What makes the ids: of sockets, which name their user, where there are any."""
    name = WEBSOCKETS[0] if target.has(WEBSOCKETS[0]) else "generate_base_id"
    return target.method(target.generator, name)


def _forked(target: Probed) -> Iterator[tuple[str, list[str]]]:
    if not hasattr(os, "fork"):
        return
    make = functools.partial(_maker(target), "user_0")
    make()  # the counter is up before the fork
    pipes = []
    for _ in range(_PROCESSES):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.close(reading)
                ids = several(make, _CHILDREN_EACH)
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
            raise TargetProblem("a forked child of the target cannot make ids")
        yield "fork", ids


def _fresh(target: Probed) -> Iterator[tuple[str, list[str]]]:
    question = json.dumps(target.question)
    for _ in range(_PROCESSES):
        # Into files: a process that the target leaves behind would keep a pipe open.
        with tempfile.TemporaryFile("w+") as asked, tempfile.TemporaryFile("w+") as told:
            asked.write(question)
            asked.seek(0)
            try:
                done = subprocess.run(  # noqa: S603 - this module, in this interpreter
                    [sys.executable, "-P", "-B", "-m", __name__],
                    stdin=asked,
                    stdout=told,
                    stderr=subprocess.STDOUT,
                    timeout=_TIMEOUT_S,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise TargetProblem(f"a fresh interpreter made no ids within {_TIMEOUT_S} seconds") from None
            told.seek(0)
            lines = told.read().splitlines()
        if done.returncode:
            raise TargetProblem(f"a fresh interpreter cannot make ids: {' | '.join(lines)[-300:]}")
        # What the target prints on its own is none of its ids.
        yield "fresh interpreter", [line for line in lines if line.startswith(_MARK)]


def _print_some() -> None:
    """What a fresh interpreter does."""
    question = json.load(sys.stdin)
    sys.path[:0] = question["src"]
    target = Probed(question)
    make = functools.partial(_maker(target), "user_0")
    sys.stdout.write("".join(f"\n{_MARK}{text}" for text in several(make, _CHILDREN_EACH)) + "\n")


if __name__ == "__main__":
    _print_some()
