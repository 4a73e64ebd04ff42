"""``ssot-ids fix``: write the generator's calls where that is provable, and say why not elsewhere."""

from __future__ import annotations

import os
import sys
import time

from flake8_ssot_ids.commands import arguments, examine, fixing
from flake8_ssot_ids.commands.zones import add_zone
from flake8_ssot_ids.render import fixreport, machine, output, terminal
from flake8_ssot_ids.rules.codes import UNREADABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


EXIT_CODES = {
    0: "no raw ids are left to rewrite",
    1: "raw ids are left, to fix by hand or with --unsafe-fixes; with --diff: fixes that could be written",
    2: "a usage or configuration error, or a file that could not be read, parsed or written",
}


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the verb."""
    description = "Rewrite raw ids as generator calls and explain what is left alone."
    parser = arguments.parser("fix", description, EXIT_CODES)
    arguments.add_paths(parser)
    arguments.add_fixing(parser)
    parser.add_argument(
        "--only",
        choices=("text", "uuid"),
        default="",
        help="write only this decision: `text`, another format, or `uuid`, the same one",
    )
    parser.add_argument("--max", type=_positive, metavar="N", help="write at most N findings")
    parser.add_argument("--report", metavar="FILE", help="write what was fixed and what was not as JSON")
    arguments.add_jobs(parser)
    arguments.add_selection(parser)
    arguments.add_files(parser, add_zone)
    arguments.add_printing(parser.add_argument_group("Output"), "the diff")
    arguments.add_cache(parser)
    arguments.add_configuration(parser)
    parser.set_defaults(all_files=False, ignore_noqa=False, output_file=None)
    return parser


def _positive(text: str) -> int:
    import argparse

    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def run(argv: Sequence[str]) -> int:
    """Run the verb; return 0 if no finding is left, 1 if some are, 2 if something could not be done."""
    started = time.perf_counter()
    parser = make_parser()
    flags, literal = arguments.split(argv)
    options = parser.parse_intermixed_args(flags)
    paths = examine.paths_of(options, literal, parser)
    asked = examine.Asked(paths, options, parser)
    work = fixing.Fixing(unsafe=options.unsafe_fixes, most=options.max, only=options.only)
    if paths == ["-"]:
        return _stdin(asked, work)
    outcome = asked.check(work.group)
    if asked.configurations.complain():
        return 2
    errors = [*outcome.errors, *fixing.no_generator_lines(work.no_generator)]
    errors += fixing.finish(work.planned, options, paths)
    unreadable = [finding for finding in outcome.findings if finding.code == UNREADABLE]
    if not options.silent:
        for finding in unreadable:
            where = f"{terminal.display_path(finding.path)}:{finding.span.start.row}"
            terminal.say(f"error: {where}: {finding.message}")
        for text in errors:
            terminal.say(f"error: {text}")
        for text in outcome.notes if not options.quiet or outcome.failed else ():
            terminal.say(f"note: {text}")
    nothing = bool(errors) and not any(item.new is not None for item in work.planned)
    if not (options.quiet or options.silent or nothing):
        colour = terminal.wants_colour(options.color, sys.stderr if options.diff else sys.stdout)
        seconds = time.perf_counter() - started
        palette = terminal.Palette(colour)
        told = fixreport.lines(work.planned, palette, os.getcwd(), options.diff, seconds)
        if options.diff:
            for text in told:
                terminal.say(text, palette)
        else:
            output.to_people(told, palette)
    if options.report is not None:
        report = machine.document(fixreport.as_object(work.planned))
        if not output.written(options.report, (report,), machine.to_bytes):
            return 2
    if errors or outcome.failed or unreadable or any(item.refused or item.failed for item in work.planned):
        return 2
    left = any(item.left for item in work.planned)
    return 1 if left or (options.diff and any(item.new is not None for item in work.planned)) else 0


def _stdin(asked: examine.Asked, work: fixing.Fixing) -> int:
    """Fix a text: the new one goes to standard output, also where nothing changes."""
    options = asked.options
    try:
        path, data, policy = asked.stdin()
    except OSError as error:
        terminal.say(f"error: standard input: {error.strerror or error}")
        return 2
    if asked.configurations.complain():
        return 2
    if not policy.generators:
        for line in fixing.no_generator_lines({policy.origin or "": ""}):
            terminal.say(f"error: {line}")
        return 2
    item = work.text(path, data, policy)
    for line in fixing.no_generator_lines(work.no_generator):
        terminal.say(f"error: {line}")
    if options.diff:
        output.diff_to_stdout([fixing.diff(item, os.getcwd())])
    else:
        output.bytes_to_stdout([data if item.new is None else item.new])
    if item.refused or item.failed:
        terminal.say(f"error: {path}: {item.refused or item.failed}")
    if item.no_generator or item.refused or item.failed:
        return 2
    return 1 if item.left or (options.diff and item.new is not None) else 0
