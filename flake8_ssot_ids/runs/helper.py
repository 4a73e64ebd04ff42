"""What a helper process of :mod:`~flake8_ssot_ids.runs.pool` runs: it is told things, does jobs, answers."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

from flake8_ssot_ids.runs.transport import receive, send
from flake8_ssot_ids.runs.worker import Worker


def main() -> None:
    """Answer until the other end is closed."""
    gc.disable()
    answers = os.dup(1)
    # Whatever prints something must not disturb the answers.
    os.dup2(2, 1)
    with suppress(OSError, EOFError, KeyboardInterrupt):
        serve(0, answers)
    # Nothing is left that would have to be tidied up.
    os._exit(0)


def serve(orders: int, answers: int) -> None:
    """Read orders from one descriptor, write answers to the other; raises EOFError at the end."""
    send(answers, "ready")
    worker: Worker | None = None
    while True:
        what, *given = receive(orders)
        if what == "set_up":
            worker = Worker(*given)
        elif worker is not None:
            if what == "tell" and given[0] == "path":
                _find_all(given[1])
            elif what == "tell":
                worker.tell(*given)
            else:
                send(answers, worker.do(*given))


def _find_all(path: list[str]) -> None:
    """Find the installed packages that the starting process finds; until then they are not looked for."""
    import site

    site.main()
    sys.path += [folder for folder in path if folder not in sys.path]
