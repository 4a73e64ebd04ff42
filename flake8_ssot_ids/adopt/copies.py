"""Folders of copies: what somebody set aside, and whose findings would be counted twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: How folders of copies are called. Real packages are called so, too, so what is in them has to be proof.
_WORDS = (
    r"(?:back[-_ ]?ups?|baks?|old|orig|originals?|copy|copies|archived?|archives|previous|deprecated|legacy)"
)
_NAME = re.compile(rf"(?i){_WORDS}(?![a-z])|.*(?<![a-z]){_WORDS}[-_ ]?\d*\Z")
#: So many lines, blank ones aside, tell a file from others.
_FEWEST_LINES = 5
#: The part of a copy's lines that its original has, too.
_SHARED = 0.8


@dataclass(frozen=True, slots=True)
class Copies:
    """A folder, how many of its files were compared, and how many of these are copies of others."""

    folder: str
    compared: int
    alike: int


def find(texts: Mapping[str, bytes]) -> list[Copies]:
    """Find the folders whose files are copies of files elsewhere.

    Args:
        texts: the bytes of all files by their paths, relative to the root, with ``/``.

    Returns:
        The outermost such folders: called like a place for copies, and more than half of their files have
        the bytes of a file elsewhere, or nearly all lines of one with the same name.
    """
    aside: dict[str, list[str]] = {}
    for file in sorted(texts):
        parts = file.split("/")[:-1]
        for length, part in enumerate(parts, 1):
            if _NAME.match(part):
                aside.setdefault("/".join(parts[:length]), []).append(file)
    if not aside:
        return []
    inside = {file for files in aside.values() for file in files}
    originals = [file for file in texts if file not in inside]
    whole = {texts[file] for file in originals}
    by_name: dict[str, list[str]] = {}
    for file in originals:
        by_name.setdefault(file.rpartition("/")[2], []).append(file)
    found: list[Copies] = []
    for folder in sorted(aside):
        if any(folder.startswith(f"{other.folder}/") for other in found):
            continue
        compared = alike = 0
        for file in aside[folder]:
            lines = _lines(texts[file])
            if len(lines) >= _FEWEST_LINES:
                compared += 1
                same = (texts[other] for other in by_name.get(file.rpartition("/")[2], ()))
                alike += texts[file] in whole or any(
                    len(lines & _lines(other)) >= _SHARED * len(lines) for other in same
                )
        if compared and 2 * alike > compared:
            found.append(Copies(folder, compared, alike))
    return found


def _lines(data: bytes) -> set[bytes]:
    return {line.strip() for line in data.splitlines()} - {b""}
