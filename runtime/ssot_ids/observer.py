"""The seam for monitoring: what happens to ids, told to one object.

No event carries an id or a user. Labels are bounded: ``kind`` is one of the policy's kinds or ``"other"``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object


class Observer(Protocol):
    """What an observer hears. Called on the thread that makes or checks the id, outside the lock."""

    # Each body returns in so many words, else type checkers take the methods of a subclass for abstract.
    # ruff: noqa: ARG002 - an interface uses no argument

    def generated(self, kind: str, count: int) -> None:
        """So many ids were made."""
        return

    def seen(self, kind: str, format: str, where: str) -> None:  # noqa: A002
        """A text was judged: ``format`` is what `classify` says of it, ``where`` is the place."""
        return

    def sanitised(self, kind: str) -> None:
        """A prefix was not legal as given and was made so."""
        return

    def invalid(self, kind: str, reason: str, where: str) -> None:
        """A text was refused; ``reason`` is one of a few fixed words."""
        return

    def clock_held(self, milliseconds: int) -> None:
        """The clock went back so far; ids keep the later time until it has caught up. Told once a step."""
        return


class NullObserver(Observer):
    """Hears everything and does nothing: the default, and a base for observers of some events."""


_observer: Observer | None = None


def set_observer(observer: Observer | None) -> Observer | None:
    """Tell events to ``observer`` (None: to nobody) in this process; returns the one before."""
    global _observer
    before, _observer = _observer, observer
    return before


def current() -> Observer | None:
    """The observer, or None if nobody listens."""
    return _observer


def tell(event: str, *details: object) -> None:
    """Tell the observer. Its errors go to ``sys.unraisablehook``: monitoring never costs a caller its id."""
    observer = _observer
    if observer is None:
        return
    try:
        getattr(observer, event)(*details)
    except Exception as error:
        _Unraisable(error)


class _Unraisable:
    """Gives an error to ``sys.unraisablehook``, by raising it in its finaliser.

    The default hook takes only an argument that the interpreter has made, and only the interpreter bears
    a hook that fails.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __del__(self) -> None:
        raise self.error
