"""What signals do to the process of the command: it ends with 128 and the number of the signal, and quietly.

While it only starts, or has its answer, it ends at once: an exception could surface where nothing takes it.
Once there is something to tidy up, the signal becomes one: files that are being written, helper processes.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from types import FrameType
else:
    # The module ``signal`` makes enums of what is here, which takes longer than all else at the start.
    try:
        import _signal as signal
    except ImportError:
        import signal

INTERRUPTED, TERMINATED = 130, 143
#: The signals that are heeded: one that the caller lets be ignored stays so, as in the background of a shell.
_heeded: list[int] = []


class TerminatedError(BaseException):
    """The process has been asked to end."""


def heed() -> None:
    """Take over both signals; until :func:`tidy_up`, they end the process at once."""
    try:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _end)
            _heeded.append(signal.SIGINT)
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _end)
            _heeded.append(signal.SIGTERM)
    except ValueError:  # not the main thread
        return
    sys.unraisablehook = _hook


def tidy_up() -> None:
    """From now on a signal is KeyboardInterrupt or TerminatedError; a second one ends the process at once.

    To be called before something is begun that must not be left half done.
    """
    for number in _heeded:
        signal.signal(number, _raise)


def end_at_once() -> None:
    """From now on a signal ends the process at once again."""
    for number in _heeded:
        signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(128 + number)


def _raise(number: int, _frame: FrameType | None) -> None:
    end_at_once()
    raise KeyboardInterrupt if number == signal.SIGINT else TerminatedError


def _hook(problem: sys.UnraisableHookArgs) -> None:
    """What was raised where nothing can be raised, such as while an object is destroyed, ends the process."""
    if issubclass(problem.exc_type, KeyboardInterrupt):
        os._exit(INTERRUPTED)
    if issubclass(problem.exc_type, TerminatedError):
        os._exit(TERMINATED)
    sys.__unraisablehook__(problem)
