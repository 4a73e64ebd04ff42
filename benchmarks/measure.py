"""Run one command and say what it cost: seconds of wall and processor, peak memory of its process tree."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of one command took. ``memory`` is in bytes, None where it was not sampled."""

    wall: float
    cpu: float
    memory: int | None
    returncode: int


def run(
    command: Sequence[str],
    *,
    output: Path,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    memory: bool = False,
    timeout: float = 3600,
) -> Cost:
    """Run ``command`` with its standard output in ``output`` and its errors in ``output``.err.

    Memory is sampled only on request, in runs whose time is not used: reading it stops the process
    for a moment. It is the sum of the proportional set sizes, in which a page that n processes share
    counts 1/n for each, so a forked pool is neither overcharged nor let off.
    """
    with output.open("wb") as out, Path(f"{output}.err").open("wb") as err:
        before = os.times()
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=cwd, env=env
        )
        sampler = _Sampler(process.pid) if memory and sys.platform == "linux" else None
        if sampler:
            sampler.start()
        # ``wait`` with a timeout looks only every 50 ms, which is as long as some tools take.
        limit = threading.Timer(timeout, process.kill)
        limit.start()
        try:
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            limit.cancel()
        wall = time.perf_counter() - start
        after = os.times()
    peak = sampler.stop() if sampler else None
    cpu = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    return Cost(wall, cpu, peak, code)


class _Sampler(threading.Thread):
    """Samples the memory of a process and all its descendants until told to stop."""

    INTERVAL = 0.01

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(self.INTERVAL):
            self.peak = max(self.peak, sum(map(_proportional_bytes, _tree(self.pid))))

    def stop(self) -> int:
        """The highest sum seen, in bytes."""
        self.done.set()
        self.join()
        return self.peak


def _tree(pid: int) -> list[int]:
    """``pid`` and all its living descendants."""
    found, todo = [], [pid]
    while todo:
        found.append(current := todo.pop())
        try:
            for task in os.listdir(f"/proc/{current}/task"):
                with open(f"/proc/{current}/task/{task}/children") as file:
                    todo += map(int, file.read().split())
        except OSError:
            continue
    return found


def _proportional_bytes(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:")), 0)
    except OSError:
        return 0
