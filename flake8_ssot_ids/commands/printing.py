"""Print the answer of a check, a new one or one from a record."""

from __future__ import annotations

import time

from flake8_ssot_ids.render import output, terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from flake8_ssot_ids.replay import Answer


#: Stands for the seconds in a summary until it is printed.
SECONDS = "\0"


def show(answer: Answer, started: float) -> int:
    """Print ``answer``; return its exit code. ``started`` is the time of ``time.perf_counter``."""
    for_people = answer["for_people"]
    if answer["text"]:
        if for_people:
            output.to_stdout((answer["text"],))
        else:
            from flake8_ssot_ids.render.machine import to_bytes

            output.to_stdout((answer["text"],), to_bytes)
    summary = answer["summary"].replace(SECONDS, f"{time.perf_counter() - started:.2f}")
    if summary and for_people:
        output.to_people((summary,))
    elif summary:
        terminal.say(summary)
    return answer["code"]
