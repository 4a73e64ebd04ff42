"""What a check prints or writes: the findings in the wanted format, and the summary."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from flake8_ssot_ids.commands import printing
from flake8_ssot_ids.render import machine, output, statistics, terminal, text
from flake8_ssot_ids.render.statistics import counted, scopes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

    from flake8_ssot_ids.commands.examine import Examined
    from flake8_ssot_ids.runs.kept.replay import Answer

    #: Makes the parts of what is shown; marks of colours come from the palette.
    Shows = Callable[[Examined, terminal.Palette], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Format:
    """How findings are shown, and how their numbers are, where that can be.

    What is not for people is UTF-8 whatever the terminal speaks.
    """

    findings: Shows
    statistics: Shows | None
    for_people: bool = False
    shows_fixes: bool = False

    def render(self, outcome: Examined, options: argparse.Namespace, colour: bool) -> Iterable[str]:
        """Return the parts of what goes to standard output or the file."""
        if self.for_people and not outcome.findings:
            return ()
        show = self.statistics if options.statistics and self.statistics is not None else self.findings
        return show(outcome, terminal.Palette(self.for_people and colour))


def _full(outcome: Examined, palette: terminal.Palette) -> Iterable[str]:
    found = text.full(outcome.findings, palette, os.getcwd(), lambda path: _lines_of(path, outcome.stdin))
    return palette.rows(found)


def _table(outcome: Examined, palette: terminal.Palette) -> Iterable[str]:
    return palette.rows(statistics.table(statistics.count(outcome.findings), palette))


def _json(write: Callable[[Iterable[dict[str, object]]], Iterable[str]]) -> Format:
    return Format(
        lambda outcome, _: write(machine.as_object(finding) for finding in outcome.findings),
        lambda outcome, _: write(statistics.count(outcome.findings)),
        shows_fixes=True,
    )


FORMATS = {
    "full": Format(_full, _table, for_people=True),
    "concise": Format(
        lambda outcome, palette: palette.rows(text.concise(outcome.findings, palette, os.getcwd())),
        _table,
        for_people=True,
    ),
    "json": _json(machine.json_array),
    "json-lines": _json(machine.json_lines),
    "github": Format(lambda outcome, _: machine.github(outcome.findings, os.getcwd()), None),
}


def write_file(outcome: Examined, options: argparse.Namespace) -> bool:
    """Write findings to the output file; False if that could not be done."""
    form = FORMATS[options.output_format]
    parts = form.render(outcome, options, options.color == "always")
    return output.written(
        options.output_file, parts, terminal.to_utf8 if form.for_people else machine.to_bytes
    )


def answer_of(outcome: Examined, options: argparse.Namespace, written: bool, code: int) -> Answer:
    """Return what is to be printed, but for the findings, and the exit code."""
    for_people = FORMATS[options.output_format].for_people
    summary = "" if options.quiet or options.silent else _summary(outcome, written)
    return {"text": "", "for_people": for_people, "summary": summary, "code": code, "day": outcome.day}


def shown(outcome: Examined, options: argparse.Namespace) -> Iterable[str]:
    """Return the parts of what goes to standard output; they are made one by one while they are printed."""
    if options.output_file is not None or options.silent:
        return ()
    form = FORMATS[options.output_format]
    return form.render(outcome, options, form.for_people and terminal.wants_colour(options.color, sys.stdout))


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
        decoded = decode(data).text
    except UnreadableError:
        decoded = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return Lines(decoded).lines


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
