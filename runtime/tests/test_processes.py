"""Processes that descend from each other, with and without Python's hook, and that start at once.

Each test runs in an interpreter of its own: a fork of the test runner would take its threads' locks along.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations, pairwise

import pytest

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

PREFACE = """
import ctypes, json, os, signal, sys, time, _thread
from ssot_ids import core
from ssot_ids.generator import UnifiedIdGenerator

def raw():
    "A fork that Python does not know of: it runs no hook. The interpreter's own lock stays held."
    return ctypes.PyDLL(None).fork()

def ids():
    return [UnifiedIdGenerator.generate_base_id("a") for _ in range(200)]

def begin(fork, work):
    reader, writer = os.pipe()
    pid = fork()
    if pid == 0:
        signal.alarm(20)  # whoever waits for ever is killed, and that fails
        try:
            data = json.dumps(work()).encode()
            while data:
                data = data[os.write(writer, data):]
        finally:
            os._exit(0)
    os.close(writer)
    return pid, reader

def end(child):
    pid, reader = child
    with open(reader, "rb") as file:
        data = file.read()
    _, status = os.waitpid(pid, 0)
    assert status == 0, ("killed", status)
    return json.loads(data)
"""


def _foreign(groups: list[list[str]]) -> None:
    """Each process counts without a gap, no counter of one is another's, and neither are random parts."""
    for group in groups:
        assert group == sorted(group)
        assert len(group) >= 200
        counters = [int(text.split("_")[2]) for text in group]
        assert counters == list(range(counters[0], counters[0] + len(counters)))
    for one, other in combinations(groups, 2):
        common = [
            {text.split("_")[at] for text in one} & {text.split("_")[at] for text in other} for at in (2, 3)
        ]
        assert not common[0]
        assert len(common[1]) < 2  # one in common is chance; a buffer that both had would give more


@forks
@pytest.mark.parametrize("fork", ["os.fork", "raw"])
def test_children_share_no_counter_with_each_other_and_their_parent(
    run_python: Callable[..., str], fork: str
) -> None:
    printed = run_python(
        PREFACE
        + f"before = ids()\nchildren = [begin({fork}, ids) for _ in range(6)]\n"
        + "print(json.dumps([before + ids(), *map(end, children)]))",
        "-W",
        "ignore",
    )
    groups = json.loads(printed)
    assert len(groups) == 7
    _foreign(groups)


@forks
@pytest.mark.parametrize("fork", ["os.fork", "raw"])
def test_children_are_born_while_another_thread_makes_an_id(
    run_python: Callable[..., str], fork: str
) -> None:
    """Of the lock that the other thread holds the child has a copy, which nobody will ever release."""
    printed = run_python(
        PREFACE
        + f"""
gate, open_gate = os.pipe()
inside = []
late = []

def clock():
    if _thread.get_ident() == other and not inside:
        inside.append(True)
        os.read(gate, 1)
    return time.time_ns()

def make():
    global other
    other = _thread.get_ident()
    late.append(UnifiedIdGenerator.generate_base_id("a"))

before = ids()
core.PROCESS._clock = clock
other = None
_thread.start_new_thread(make, ())
while not inside:
    time.sleep(0.001)
children = [begin({fork}, ids) for _ in range(3)]
groups = [end(child) for child in children]
os.write(open_gate, b"x")
while not late:
    time.sleep(0.001)
print(json.dumps([before + late + ids(), *groups]))
""",
        "-W",
        "ignore",
    )
    groups = json.loads(printed)
    assert len(groups) == 4
    _foreign(groups)


@forks
@pytest.mark.parametrize(
    ("first", "second"), [("os.fork", "os.fork"), ("os.fork", "raw"), ("raw", "os.fork"), ("raw", "raw")]
)
@pytest.mark.parametrize("busy", [True, False])
def test_grandchildren_share_no_counter_with_anyone(
    run_python: Callable[..., str], first: str, second: str, busy: bool
) -> None:
    """Whether the child made ids before it had children, or passed on what it had inherited."""
    printed = run_python(
        PREFACE
        + f"""
def child():
    made = ids() if {busy} else []
    grandchildren = [begin({second}, lambda: [ids()]) for _ in range(2)]
    made += ids()
    return [made] + [group for grandchild in grandchildren for group in end(grandchild)]

before = ids()
children = [begin({first}, child) for _ in range(2)]
print(json.dumps([before + ids()] + [group for born in children for group in end(born)]))
""",
        "-W",
        "ignore",
    )
    groups = json.loads(printed)
    assert len(groups) == 7
    _foreign(groups)


@forks
def test_threads_that_find_themselves_in_a_new_process_together_agree(run_python: Callable[..., str]) -> None:
    printed = run_python(
        PREFACE
        + """
def child():
    made, start, done = [], [], []
    def work():
        while not start:
            pass
        made.extend(core.PROCESS.take() for _ in range(50))
        done.append(True)
    sys.setswitchinterval(1e-6)
    for _ in range(6):
        _thread.start_new_thread(work, ())
    start.append(True)
    while len(done) < 6:
        time.sleep(0.001)
    return made

core.PROCESS.take()
print(json.dumps([end(begin(raw, child)) for _ in range(5)]))
""",
        "-W",
        "ignore",
    )
    for made in json.loads(printed):
        counters = sorted(counter for _, counter in made)
        assert counters == list(range(counters[0], counters[0] + 300))


@forks
def test_signal_handlers_make_ids_while_one_is_made(run_python: Callable[..., str]) -> None:
    printed = run_python(
        PREFACE
        + """
made, handled = [], []
signal.signal(signal.SIGALRM, lambda *_: handled.append(UnifiedIdGenerator.generate_base_id("a")))
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
until = time.monotonic() + 0.3
while time.monotonic() < until or len(handled) < 20:
    made.append(UnifiedIdGenerator.generate_base_id("a"))
signal.setitimer(signal.ITIMER_REAL, 0)
print(json.dumps([made, handled]))
"""
    )
    made, handled = json.loads(printed)
    assert made == sorted(made)
    assert handled
    counters = sorted(int(text.split("_")[2]) for text in (*made, *handled))
    assert counters == list(range(counters[0], counters[0] + len(counters)))


@forks
def test_a_child_that_is_born_inside_the_making_of_an_id_makes_another(
    run_python: Callable[..., str],
) -> None:
    """A signal handler may fork, and the child may go on with what the handler interrupted."""
    printed = run_python(
        PREFACE
        + """
parent = os.getpid()
reader, writer = os.pipe()
births = []

def clock():
    if not births:
        births.append(True)
        births.append(os.fork())
    return time.time_ns()

core.PROCESS._clock = clock
made = [UnifiedIdGenerator.generate_base_id("a"), *ids()]
if os.getpid() != parent:
    os.write(writer, json.dumps(made).encode()[:65_000])
    os._exit(0)
os.close(writer)
with open(reader, "rb") as file:
    other = json.loads(file.read())
assert os.waitpid(births[1], 0)[1] == 0
print(json.dumps([made, other]))
"""
    )
    _foreign(json.loads(printed))


def test_processes_that_are_spawned_share_no_counter(run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
import json, multiprocessing
from ssot_ids import UnifiedIdGenerator
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        tasks = [pool.apply_async(UnifiedIdGenerator.generate_batch_ids, ("a", 200)) for _ in range(3)]
        batches = [task.get(600) for task in tasks]
    print(json.dumps([*batches, UnifiedIdGenerator.generate_batch_ids("a", 200)]))
"""
    )
    batches = sorted(json.loads(printed), key=lambda batch: int(batch[0].split("_")[2]))
    # One worker may have done two of the tasks; then the second goes on where the first ended.
    ends = [(int(batch[0].split("_")[2]), int(batch[-1].split("_")[2])) for batch in batches]
    assert all(last - first == 199 for first, last in ends)
    assert all(one[1] < other[0] for one, other in pairwise(ends))


def test_interpreters_that_start_at_once_share_no_counter(many: int) -> None:
    code = (
        "import sys; from ssot_ids import UnifiedIdGenerator as G; sys.stdin.read(1);"
        "print(*[G.generate_base_id('a') for _ in range(200)])"
    )
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": folder},
        )
        for _ in range(8 if many == 1 else 20)
    ]
    for process in started:  # all of them wait for this
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    groups = [process.communicate(timeout=600)[0].split() for process in started]
    _foreign(groups)
