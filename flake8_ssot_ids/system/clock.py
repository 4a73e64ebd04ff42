"""The calendar, which only exemptions ask for: one place, so that a test can set the day."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime


def today() -> datetime.date:
    """The day, in the time zone of this machine."""
    import datetime  # slow to import, and most projects have no exemptions

    return datetime.date.today()
