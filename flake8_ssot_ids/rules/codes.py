"""The codes that others speak of, for those who need to know them without loading the rules."""

from __future__ import annotations

import os

from flake8_ssot_ids import rules

#: A file that may hold a raw id and cannot be read. Nothing suppresses it, and it makes every exit code 2.
UNREADABLE = "SID990"
#: A place that a recipe of the house speaks of.
HOUSE_RECIPE = "SID390"
WRAPPER = "SID204"
#: An id of the generator that is cut, or glued to other text.
CUT_ID = "SID302"
#: Raw ids for which a call of the generator may be written.
FIXABLE = frozenset(("SID101", "SID102", "SID103", "SID104", "SID105", "SID201", "SID202", "SID203"))
#: How the codes of all findings begin that speak of raw ids, or of a file in which one may be.
RAW = ("SID1", "SID2", UNREADABLE)


def known() -> frozenset[str]:
    """The codes that exist, by the names of the rule modules."""
    names = [name.partition(".")[0] for folder in rules.__path__ for name in os.listdir(folder)]
    return frozenset(name.upper() for name in names if name.startswith("sid"))


def is_raw(code: str) -> bool:
    """Whether a finding of this code is a raw id, or a file in which one may be; a wrapper's call is none."""
    return code.startswith(RAW) and code != WRAPPER
