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
import zlib

from flake8_ssot_ids.runs.kept import store as kept
from flake8_ssot_ids.runs.kept.results import RECENT_NS
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
        self.note = ""
        self._file = ""
        self._text = ""
        cache_dir = os.environ.get("SSOT_IDS_CACHE_DIR") or ""
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
        self._text = repr((kept.code_stamp(), list(arguments), folder, environment, terminals))
        name = f"{zlib.crc32(self._text.encode('utf-8', 'surrogatepass')):08x}{len(self._text):x}.replay"
        where = os.path.abspath(cache_dir) if cache_dir else kept.default_cache_dir()
        if not kept.why_not(where):  # the result cache says why
            self._file = os.path.join(where, name)

    def answer(self) -> Answer | None:
        """The recorded answer, if everything is as it was."""
        if not self._file:
            return None
        record, self.note = kept.load(self._file)
        if record is None or record[0] != self._text:
            return None
        marks, answer = record[1:]
        if not _is_answer(answer) or not _are_marks(marks):
            self.note = kept.damaged(self._file)
            return None
        if answer["day"] and answer["day"] != clock.today().isoformat():
            return None
        stat = os.stat
        for path, mark in marks.items():
            try:
                status = stat(path)
            except OSError:
                if mark is not None:
                    return None
                continue
            if mark != (status.st_mtime_ns, status.st_ctime_ns, status.st_size):
                return None
        return answer

    def record(self, answer: Answer, depends: Iterable[str], started_ns: int) -> None:
        """Keep ``answer`` unless something it depends on may have changed since ``started_ns``."""
        if not self._file:
            return
        marks: dict[str, tuple[int, int, int] | None] = {}
        for path in depends:
            try:
                status = os.stat(path)
            except (OSError, ValueError):
                marks[path] = None
                continue
            if max(status.st_mtime_ns, status.st_ctime_ns) > started_ns - RECENT_NS:
                return
            marks[path] = (status.st_mtime_ns, status.st_ctime_ns, status.st_size)
        data = kept.seal((self._text, marks, answer))
        if len(data) > MOST_BYTES:
            return
        try:
            kept.write_atomically(self._file, data)
        except OSError:
            # The result cache lies in the same folder and has said so already.
            return


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
