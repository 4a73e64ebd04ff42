"""Print the answer of a check, a new one or one from a record."""

from __future__ import annotations

import time
from itertools import chain

from flake8_ssot_ids.render import output, terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flake8_ssot_ids.runs.kept.replay import Answer


#: Stands for the seconds in a summary until it is printed.
SECONDS = "\0"


class Recorded:
    """Parts of a text, which are kept while they are gone through, up to ``most`` characters.

    ``text`` is all of it, None as long as not all was gone through, or if it is longer.
    """

    def __init__(self, parts: Iterable[str], most: int) -> None:
        self._parts = parts
        self._most = most
        self.text: str | None = None

    def __iter__(self) -> Iterator[str]:
        """Go through the parts."""
        kept: list[str] = []
        size = 0
        for part in self._parts:
            size += len(part)
            if size <= self._most:
                kept.append(part)
            else:
                kept.clear()
            yield part
        if size <= self._most:
            self.text = "".join(kept)


def show(answer: Answer, started: float, parts: Iterable[str] = ()) -> int:
    """Print ``answer``, with ``parts`` behind its text; return its exit code.

    ``started`` is the time of ``time.perf_counter``.
    """
    for_people = answer["for_people"]
    every = chain((answer["text"],), parts)
    if for_people:
        output.to_stdout(every)
    else:
        from flake8_ssot_ids.render.machine import to_bytes

        output.to_stdout(every, to_bytes)
    summary = answer["summary"].replace(SECONDS, f"{time.perf_counter() - started:.2f}")
    if summary and for_people:
        output.to_people((summary,))
    elif summary:
        terminal.say(summary)
    return answer["code"]
