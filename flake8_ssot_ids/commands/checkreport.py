"""What a check prints or writes: the findings in the wanted format, and the summary."""

from __future__ import annotations

import os
import sys

from flake8_ssot_ids.commands import printing
from flake8_ssot_ids.render import terminal
from flake8_ssot_ids.render.statistics import counted, scopes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

    from flake8_ssot_ids.commands.examine import Examined
    from flake8_ssot_ids.runs.kept.replay import Answer

_FOR_PEOPLE = ("full", "concise")


def write_file(outcome: Examined, options: argparse.Namespace) -> bool:
    """Write findings to the output file; False if that could not be done."""
    from flake8_ssot_ids.render import output

    parts = _render(outcome, options, options.color == "always")
    return output.written(options.output_file, parts, _encoder(options.output_format in _FOR_PEOPLE))


def answer_of(outcome: Examined, options: argparse.Namespace, written: bool, code: int) -> Answer:
    """Return what is to be printed, but for the findings, and the exit code."""
    for_people = options.output_format in _FOR_PEOPLE
    summary = "" if options.quiet or options.silent else _summary(outcome, written)
    return {"text": "", "for_people": for_people, "summary": summary, "code": code, "day": outcome.day}


def shown(outcome: Examined, options: argparse.Namespace) -> Iterable[str]:
    """Return the parts of what goes to standard output; they are made one by one while they are printed."""
    if options.output_file is not None or options.silent:
        return ()
    for_people = options.output_format in _FOR_PEOPLE
    return _render(outcome, options, for_people and terminal.wants_colour(options.color, sys.stdout))


def _encoder(for_people: bool) -> Callable[[str], bytes]:
    if for_people:
        return terminal.to_utf8
    from flake8_ssot_ids.render.machine import to_bytes

    return to_bytes


def _render(outcome: Examined, options: argparse.Namespace, colour: bool) -> Iterable[str]:
    """Return the parts of what goes to standard output or the file."""
    chosen = options.output_format
    findings = outcome.findings
    cwd = os.getcwd()
    palette = terminal.Palette(colour)
    if chosen in ("json", "json-lines"):
        from flake8_ssot_ids.render import machine

        as_json = machine.json_array if chosen == "json" else machine.json_lines
        if options.statistics:
            from flake8_ssot_ids.render.statistics import count

            return as_json(count(findings))
        return as_json(machine.as_object(finding) for finding in findings)
    if chosen == "github":
        from flake8_ssot_ids.render import machine

        return machine.github(findings, cwd)
    if options.statistics:
        from flake8_ssot_ids.render import statistics

        return palette.rows(statistics.table(statistics.count(findings), palette))
    if not findings:
        return ()
    from flake8_ssot_ids.render import text

    if chosen == "concise":
        return palette.rows(text.concise(findings, palette, cwd))
    return palette.rows(text.full(findings, palette, cwd, lambda path: _lines_of(path, outcome.stdin)))


def _lines_of(path: str, stdin: tuple[str, bytes] | None) -> Sequence[str] | None:
    """Return the lines of a file for its frames; None if it has gone."""
    from flake8_ssot_ids.model import UnreadableError
    from flake8_ssot_ids.source.sourcefile import Lines, decode
    from flake8_ssot_ids.system.files import read

    if stdin is not None and path == stdin[0]:
        data = stdin[1]
    else:
        try:
            data = read(path)
        except OSError:
            return None
    try:
        text = decode(data).text
    except UnreadableError:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return Lines(text).lines


def _summary(outcome: Examined, written: bool) -> str:
    """Return the last line; ``printing`` puts the seconds in."""
    number = len(outcome.findings)
    checked = f"{counted(outcome.files_checked, 'file')} checked in {printing.SECONDS}s"
    if number:
        files = len({finding.path for finding in outcome.findings})
        where = f"{counted(files, 'file')}: {scopes(outcome.findings)}"
        return f"Found {counted(number, 'finding')} in {where} ({checked})."
    if outcome.failed or outcome.errors or not written:
        return f"No findings, but not everything could be done ({checked})."
    return f"All checks passed! ({checked})"
