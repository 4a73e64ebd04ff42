"""Commands in processes of their own that need not load Python and its modules anew.

To start an interpreter and load a program takes longer than most of what tests ask of it. So one process,
which has no threads, loads it once, and forks for each command. A command has the arguments, the environment,
the working directory and the streams of a process that is started for it, and nothing of those before it.
Where there is no fork, a process is started for it.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import io
import os
import pickle
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from typing import Any, BinaryIO

#: Seconds after which a command hangs, on a busy machine too.
SECONDS = 600
#: Variables that Python itself reads when it starts begin so.
_OF_PYTHON = ("PYTHON", "LANG", "LC_")


def run(module: str, *argv: str, stdin: bytes = b"", cwd: str = ".") -> subprocess.CompletedProcess[bytes]:
    """``python -m module argv…`` in the folder ``cwd``, with the environment of this process."""
    command = [sys.executable, "-m", module, *argv]
    of_python = tuple(sorted(item for item in os.environ.items() if item[0].startswith(_OF_PYTHON)))
    if not hasattr(os, "fork"):
        return subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, timeout=SECONDS)
    code, out, err = _parent(of_python).ask((module, argv, os.path.abspath(cwd), dict(os.environ), stdin))
    return subprocess.CompletedProcess(command, code, out, err)


class _Parent:
    """The process that forks, seen from here."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", os.path.abspath(__file__)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        atexit.register(self._end)

    def ask(self, request: object) -> tuple[int, bytes, bytes]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(request, self._process.stdin)
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], SECONDS)[0]:
            self._end()
            raise subprocess.TimeoutExpired(str(request), SECONDS)
        answer: tuple[int, bytes, bytes] = pickle.load(self._process.stdout)  # noqa: S301 - from ourselves
        return answer

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


@functools.cache
def _parent(_of_python: tuple[tuple[str, str], ...]) -> _Parent:
    return _Parent()


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Fork for each request, until there are no more; load what the first ones had to load."""
    while True:
        try:
            request = pickle.load(requests)  # noqa: S301 - from ourselves
        except EOFError:
            return
        with _file() as stdin, _file() as out, _file() as err:
            stdin.write(request[-1])
            stdin.seek(0)
            loaded, report = os.pipe()
            child = os.fork()
            if not child:
                _become(request, (stdin, out, err), report)
            os.close(report)
            with open(loaded, encoding="utf-8") as stream:
                names = stream.read().split()
            status = os.waitpid(child, 0)[1]
            for name in names:
                with suppress(ImportError):
                    importlib.import_module(name)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read())
        pickle.dump((os.waitstatus_to_exitcode(status), *texts), answers)
        answers.flush()


def _file() -> BinaryIO:
    return tempfile.TemporaryFile()


def _become(request: tuple[Any, ...], streams: tuple[Any, ...], report: int) -> None:
    """Be the process of one command, and end with its exit code."""
    code = 1
    try:
        module, argv, folder, environment, _ = request
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        for number, stream in enumerate(streams):
            os.dup2(stream.fileno(), number)
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            stream = _text(number, getattr(sys, name))
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        before = {*sys.modules}
        sys.argv = [module, *argv]
        sys.path.insert(0, folder)
        code = _ending_of(module)
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        with open(report, "w", encoding="utf-8") as stream:
            stream.write(" ".join(sorted({*sys.modules} - before)))
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _text(number: int, like: io.TextIOWrapper) -> io.TextIOWrapper:
    """The stream of a descriptor, as Python makes it when it starts."""
    return io.TextIOWrapper(
        open(number, "wb" if number else "rb", 0 if like.write_through else -1, closefd=False),
        encoding=like.encoding,
        errors=like.errors,
        line_buffering=like.line_buffering,
        write_through=like.write_through,
    )


def _ending_of(module: str) -> int:
    """Run the module as a program; its exit code."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ending:
        if ending.code is None or isinstance(ending.code, int):
            return (ending.code or 0) & 255
        print(ending.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    # What is printed must not disturb the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _serve(sys.stdin.buffer, answers)
