"""This process and, where it pays, helper processes that take a share of the work.

A helper is a fresh interpreter (never a fork) that runs :mod:`flake8_ssot_ids.runs.helper` and talks
through two pipes. It is slower to start than one's own first look at the files, so it is started
as soon as many files are in sight, and only gets work once it says that it is up.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from contextlib import contextmanager

from flake8_ssot_ids.system import signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, BinaryIO

    from flake8_ssot_ids.policy.policy import Policy
    from flake8_ssot_ids.runs.worker import Job, Worker

#: What a helper runs. It needs nothing but the standard library and this package, and what it is told of.
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from flake8_ssot_ids.runs.helper import main; main()"
#: So many jobs are on the way to a helper, lest it wait for the next one.
_AHEAD = 2
HELPER_DIED = "a helper process died; its files were checked in this one"


class Pool:
    """Does jobs, in this process and in up to ``jobs - 1`` others; ``notes`` gets what went wrong."""

    def __init__(self, jobs: int | None, notes: list[str] | None = None) -> None:
        self.jobs = jobs or _cores()
        self.notes = [] if notes is None else notes
        self.worker: Worker | None = None
        self._helpers: list[_Helper] | None = None
        self._messages: list[tuple[Any, ...]] = []

    def __enter__(self) -> Pool:
        signals.tidy_up()
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        helpers, self._helpers = self._helpers or (), None
        if failure is not None:
            for helper in helpers:
                helper.kill()
        for helper in helpers:
            helper.stop()

    def start(self) -> None:
        """Start the helpers, so that they are up when there is work."""
        if self._helpers is not None or self.jobs < 2 or not sys.executable:
            return
        self._helpers = []
        try:
            for _ in range(self.jobs - 1):
                with _undisturbed():
                    self._helpers.append(_Helper())
        except OSError as error:
            self.notes.append(f"no helper process could be started: {error.strerror or error}")

    def set_up(self, policy: Policy, all_files: bool, noqa: bool, files: Sequence[str]) -> None:
        """Say what all jobs from now on are about; they name files by their place in ``files``."""
        # Only here: a helper that is wanted early must not wait for all that a worker needs.
        from flake8_ssot_ids.runs.worker import Worker

        self.worker = Worker(policy, all_files, noqa, files)
        self._messages = [("set_up", policy, all_files, noqa, list(files))]
        if policy.may_preview or policy.recipes:
            self.look_at_packages()
        for helper in self._helpers or ():
            helper.told = 0

    def tell(self, name: str, value: object) -> None:
        """Let every worker know something: ``new`` words, ``words``."""
        assert self.worker is not None
        self.worker.tell(name, value)
        self._messages.append(("tell", name, value))

    def look_at_packages(self) -> None:
        """Let the helpers find installed packages, such as that of the generator, as this process does."""
        self._messages.append(("tell", "path", [*sys.path]))

    def do(self, jobs: Sequence[Job]) -> Iterator[Any]:
        """The results of ``jobs``, in no certain order."""
        worker = self.worker
        assert worker is not None
        queue = deque(jobs)
        lost: deque[Job] = deque()
        results: deque[Any] = deque()
        feeders: list[tuple[_Helper, Any]] = []
        waiting = [helper for helper in self._helpers or () if not helper.dead]
        while queue:
            for helper in [helper for helper in waiting if helper.ready and len(queue) > 1]:
                waiting.remove(helper)
                feeders.append((helper, helper.feed(self._messages, queue, results, lost)))
            while results:
                yield results.popleft()
            try:
                job = queue.popleft()
            except IndexError:
                break
            yield worker.do(job)
        for _, feeder in feeders:
            feeder.join()
        yield from results
        if any(helper.dead for helper in self._helpers or ()):
            if HELPER_DIED not in self.notes:
                self.notes.append(HELPER_DIED)
            for job in (*lost, *queue):
                yield worker.do(job)


class _Helper:
    """One helper process, seen from here."""

    def __init__(self) -> None:
        import threading

        self.ready = self.dead = False
        #: How many of the pool's messages it has been told.
        self.told = 0
        self._read, self._write, self._wait, self.kill = _spawn(_command())
        self._greeter = threading.Thread(target=self._greet, daemon=True)
        self._greeter.start()
        self._threads = [self._greeter]

    def _greet(self) -> None:
        from flake8_ssot_ids.runs.transport import receive

        try:
            receive(self._read)
            self.ready = True
        except (OSError, EOFError, ValueError):
            self.dead = True

    def feed(
        self, messages: list[tuple[Any, ...]], queue: deque[Job], results: deque[Any], lost: deque[Job]
    ) -> Any:
        """Start to hand it jobs of the queue, until there are none; the thread that does."""
        import threading

        from flake8_ssot_ids.runs.transport import receive, send

        def run() -> None:
            on_the_way: deque[Job] = deque()
            try:
                # It reads all that it is told before it answers anything, so no pipe can fill at both ends.
                while self.told < len(messages):
                    send(self._write, messages[self.told])
                    self.told += 1
                while True:
                    try:
                        while len(on_the_way) < _AHEAD:
                            on_the_way.append(queue.popleft())
                            send(self._write, ("do", on_the_way[-1]))
                    except IndexError:
                        pass
                    if not on_the_way:
                        return
                    results.append(receive(self._read))
                    on_the_way.popleft()
            except (OSError, EOFError, ValueError):
                self.dead = True
                lost.extend(on_the_way)

        feeder = threading.Thread(target=run, daemon=True)
        self._threads.append(feeder)
        feeder.start()
        return feeder

    def stop(self) -> None:
        """Let it end, and wait for that."""
        os.close(self._write)
        if not self.ready:
            self.kill()
        self._wait()
        for thread in self._threads:
            thread.join()
        os.close(self._read)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals wait, lest a process be started that nobody knows of."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _command() -> list[str]:
    flags = ["-S", "-P"]  # neither the user's site nor the working folder has anything that it needs
    if sys.flags.ignore_environment:
        flags.append("-E")
    if sys.dont_write_bytecode:
        flags.append("-B")
    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return [sys.executable, *flags, "-c", _PROGRAM, home]


def _spawn(command: list[str]) -> tuple[int, int, Callable[[], object], Callable[[], object]]:
    """Start a process: the pipes to read from and to write to, how to wait for it, and how to end it.

    Raises OSError.
    """
    if not hasattr(os, "posix_spawn"):
        import subprocess

        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        return _only(process.stdout), _only(process.stdin), process.wait, process.kill
    # Loading ``subprocess`` takes as long as starting the helper.
    answers, its_answers = os.pipe()
    its_orders, orders = os.pipe()
    try:
        actions = [(os.POSIX_SPAWN_DUP2, its_orders, 0), (os.POSIX_SPAWN_DUP2, its_answers, 1)]
        # Ctrl-C goes to all processes at once; this one ends its helpers itself.
        deaf = (signal.SIGINT,)
        number = os.posix_spawn(command[0], command, os.environ, file_actions=actions, setsigmask=deaf)
    except OSError:
        os.close(answers)
        os.close(orders)
        raise
    finally:
        os.close(its_answers)
        os.close(its_orders)
    return answers, orders, lambda: os.waitpid(number, 0), lambda: os.kill(number, signal.SIGTERM)


def _only(stream: BinaryIO | Any) -> int:
    """A descriptor of its own, and no other, for what ``stream`` stands for."""
    descriptor = os.dup(stream.fileno())
    stream.close()
    return descriptor


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this platform
        return os.cpu_count() or 1
