"""The fastest way to an answer: the same question as last time, and nothing has changed since.

A finished check leaves a record: the question (arguments, folder, environment), the stamps of all
that the answer depends on (files, folders, configurations and ignore files, also those that are
missing), the day where there are exemptions, and the output. Asked again, only these are compared.
The record is refused when anything was younger than the run that wrote it, so nothing can have
changed unseen.

This module is on the way of every start; it imports next to nothing.
"""

from __future__ import annotations

import os
import sys

from flake8_ssot_ids.runs.kept import stamps
from flake8_ssot_ids.runs.kept.store import KeptFile, cache_folder
from flake8_ssot_ids.system import clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypedDict, TypeGuard

    class Answer(TypedDict):
        """What a check prints: findings, whether a person reads them, the last line, the exit code.

        ``day`` is the only day on which it is true, in ISO 8601; empty where no day matters.
        """

        text: str
        for_people: bool
        summary: str
        code: int
        day: str


#: Options under which a run can be answered from a record; with others, it is done afresh.
_KNOWN = frozenset(
    {
        "--select", "--ignore", "--extend-select", "--per-file-ignores", "--exclude", "--extend-exclude",
        "--config", "--isolated", "--statistics", "--exit-zero", "-e", "--cache-dir", "-j", "--jobs", "-q",
        "--quiet", "--ignore-noqa", "--all-files", "--output-format", "--respect-gitignore",
        "--no-respect-gitignore", "--force-exclude", "--no-force-exclude", "--color", "--preview",
        "--no-preview", "--zone",
    }
)  # fmt: skip
_ENVIRONMENT = (
    "NO_COLOR", "FORCE_COLOR", "TERM", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "SSOT_IDS_OUTPUT_FORMAT",
    "SSOT_IDS_CACHE_DIR",
)  # fmt: skip
#: A longer record is not kept.
MOST_BYTES = 32 << 20


class Question:
    """What was asked, as far as it can be answered from a record."""

    def __init__(self, arguments: Sequence[str], folder: str) -> None:
        #: What is wrong with the record, if there is one.
        self.notes: list[str] = []
        self._file: KeptFile | None = None
        cache_dir = ""
        for at, argument in enumerate(arguments):
            name, _, value = argument.partition("=")
            if argument.startswith("-") and name not in _KNOWN:
                return
            if name == "--cache-dir":
                cache_dir = value or "".join(arguments[at + 1 : at + 2])
        environment = [os.environ.get(name) for name in _ENVIRONMENT]
        environment += sorted(
            "=".join(item) for item in os.environ.items() if item[0].startswith("GIT_CONFIG")
        )
        terminals = [stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr)]
        question = repr((list(arguments), folder, environment, terminals))
        # Where nothing can be kept, the result cache says why.
        self._file = KeptFile(cache_folder(cache_dir), "replay", question)
        self.notes = self._file.notes

    def answer(self) -> Answer | None:
        """The recorded answer, if everything is as it was."""
        if self._file is None:
            return None
        record = self._file.load()
        if record is None:
            return None
        marks, answer = record
        if not _is_answer(answer) or not _are_marks(marks):
            self._file.note_damage()
            return None
        if answer["day"] and answer["day"] != clock.today().isoformat():
            return None
        return answer if all(map(stamps.is_as_before, marks, marks.values())) else None

    def record(self, answer: Answer, depends: Iterable[str], started_ns: int) -> None:
        """Keep ``answer`` unless something it depends on may have changed since ``started_ns``."""
        if self._file is None:
            return
        marks: dict[str, stamps.Stamp] = {}
        for path in depends:
            marks[path] = stamp = stamps.stamp_of(path)
            if stamps.is_young(stamp, started_ns):
                return
        # Where it cannot be written, the result cache in the same folder has said so already.
        self._file.keep(marks, answer, MOST_BYTES)


def _are_marks(value: object) -> bool:
    """Whether this says, by path, how all was that an answer depends on.

    What depends on nothing that exists was not written by a run.
    """
    if not isinstance(value, dict) or not any(value.values()):
        return False
    return all(type(path) is str and "\0" not in path for path in value)


def _is_answer(value: object) -> TypeGuard[Answer]:
    types = {"text": str, "for_people": bool, "summary": str, "code": int, "day": str}
    return isinstance(value, dict) and {key: type(part) for key, part in value.items()} == types
