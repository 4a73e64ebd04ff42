"""``ssot-ids check``: find the files, check them, print what was found, choose the exit code."""

from __future__ import annotations

import os
import time

from flake8_ssot_ids.commands import arguments, checkreport, examine, printing
from flake8_ssot_ids.commands.checkreport import FORMATS
from flake8_ssot_ids.commands.zones import add_zone
from flake8_ssot_ids.render import terminal
from flake8_ssot_ids.runs.kept.replay import MOST_BYTES
from flake8_ssot_ids.runs.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from flake8_ssot_ids.commands.checkfix import ShownFixes


_FORMAT = "SSOT_IDS_OUTPUT_FORMAT"
EXIT_CODES = {
    0: "no findings; also with findings under --exit-zero, and with --show-files",
    1: "findings; with --diff: fixes that could be written",
    2: "a usage or configuration error, or a file that could not be read, parsed or written",
}


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the verb."""
    parser = arguments.parser("check", "Find raw ids in files and folders.", EXIT_CODES)
    arguments.add_paths(parser)
    parser.add_argument("--ignore-noqa", action="store_true", help="report suppressed findings too")
    parser.add_argument("--all-files", action="store_true", help="also parse files that cannot hold a raw id")
    parser.add_argument(
        "-e", "--exit-zero", action="store_true", help="exit with 0 even if there are findings"
    )
    arguments.add_jobs(parser)
    arguments.add_selection(parser)
    arguments.add_files(parser, add_zone)
    output = parser.add_argument_group("Output")
    output.add_argument(
        "--output-format",
        choices=tuple(FORMATS),
        default=_default_format(),
        help=f"[env: {_FORMAT}] (default: full)",
    )
    output.add_argument(
        "-o", "--output-file", metavar="FILE", help="write findings to a file instead of stdout"
    )
    output.add_argument(
        "--statistics", action="store_true", help="print only the number of findings of each code"
    )
    output.add_argument(
        "--show-files", action="store_true", help="print only the files that would be checked"
    )
    arguments.add_printing(output, "findings")
    arguments.add_cache(parser)
    parser.add_argument("--fix", action="store_true", help="first do what `ssot-ids fix` does")
    arguments.add_fixing(parser)
    arguments.add_configuration(parser)
    return parser


def _default_format() -> str:
    return os.environ.get(_FORMAT) or "full"


def run(argv: Sequence[str]) -> int:
    """Run the verb; return the exit code."""
    started, started_ns = time.perf_counter(), time.time_ns()
    parser = make_parser()
    flags, literal = arguments.split(argv)
    options = parser.parse_intermixed_args(flags)
    paths = examine.paths_of(options, literal, parser)
    if options.output_format not in FORMATS:  # argparse does not look at a default
        parser.error(
            f"{_FORMAT}: there is no format {options.output_format!r} (formats: {', '.join(FORMATS)})"
        )
    if options.statistics and FORMATS[options.output_format].statistics is None:
        parser.error(f"--statistics cannot be combined with --output-format={options.output_format}")
    asked = examine.Asked(paths, options, parser)
    if options.show_files:
        if paths == ["-"]:
            parser.error("--show-files lists files; it cannot be combined with standard input")
        from flake8_ssot_ids.commands.showfiles import show_files

        return show_files(asked)
    fixing = None
    if options.fix or options.diff:
        from flake8_ssot_ids.commands.checkfix import fix_first

        fixing = fix_first(asked, parser)
    if isinstance(fixing, int):
        return fixing
    shown = _shown_fixes(options)
    if paths == ["-"]:
        outcome = _check_stdin(asked, shown)
    else:
        outcome = asked.check(shown.group if shown is not None else None)
    if asked.configurations.complain():
        return 2
    if shown is not None:
        outcome.findings = shown.with_fixes(outcome.findings)
    outcome.errors += fixing or []
    if not options.silent:
        for text in outcome.errors:
            terminal.say(f"error: {text}")
        if not options.quiet or outcome.failed:
            for text in outcome.notes:
                terminal.say(f"note: {text}")
    code = outcome.exit_code(options.exit_zero)
    written = options.output_file is None or checkreport.write_file(outcome, options)
    answer = checkreport.answer_of(outcome, options, written, code if written else 2)
    recorded = outcome.depends is not None and not (outcome.failed or outcome.errors or outcome.notes)
    parts = printing.Recorded(checkreport.shown(outcome, options), most=MOST_BYTES if recorded else 0)
    code = printing.show(answer, started, parts)
    if recorded and outcome.depends is not None and parts.text is not None:
        from flake8_ssot_ids.runs.kept.replay import Question

        answer["text"] = parts.text
        Question(argv, os.getcwd()).record(answer, outcome.depends, started_ns)
    return code


def _shown_fixes(options: argparse.Namespace) -> ShownFixes | None:
    """What JSON shows of the fixes; None for other formats."""
    if not FORMATS[options.output_format].shows_fixes or options.statistics:
        return None
    from flake8_ssot_ids.commands.checkfix import ShownFixes

    return ShownFixes()


def _check_stdin(asked: examine.Asked, shown: ShownFixes | None) -> examine.Examined:
    outcome, options = examine.Examined(), asked.options
    try:
        path, data, policy = asked.stdin()
    except OSError as error:
        outcome.errors.append(f"standard input: {error.strerror or error}")
        return outcome
    if asked.configurations.broken:
        return outcome
    if path != "-" and options.force_exclude and policy.excluded(path, False):
        return outcome
    session = Session(policy, keeps=not options.no_cache, folder=options.cache_dir)
    report = session.check(data, path, all_files=options.all_files, noqa=not options.ignore_noqa)
    outcome.stdin = (path, data)
    outcome.findings.extend(report.findings)
    outcome.files_checked = 1
    if shown is not None and policy.generators and report.findings:
        shown.take([session.plan(data, path, unsafe=True)])
    return outcome
