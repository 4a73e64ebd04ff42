"""``ssot-ids check``: find the files, check them, print what was found, choose the exit code."""

from __future__ import annotations

import os
import sys
import time

from flake8_ssot_ids.commands import arguments, printing
from flake8_ssot_ids.commands.configs import Configurations
from flake8_ssot_ids.render import terminal
from flake8_ssot_ids.replay import MOST_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

    from flake8_ssot_ids.commands.checkfix import ShownFixes
    from flake8_ssot_ids.discover import DiscoverResult
    from flake8_ssot_ids.model import Finding
    from flake8_ssot_ids.policy import Policy
    from flake8_ssot_ids.pool import Pool
    from flake8_ssot_ids.replay import Answer
    from flake8_ssot_ids.runner import RunResult

    #: What is to be done with the files of one policy after they have been checked.
    After = Callable[[Policy, Sequence[str], RunResult, Pool], None]

FORMATS = ("full", "concise", "json", "json-lines", "github")
_FORMAT = "SSOT_IDS_OUTPUT_FORMAT"
_FOR_PEOPLE = ("full", "concise")
_COULD_NOT_READ = "SID990"


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the verb."""
    parser = arguments.parser("check", "Find raw ids in files and folders.")
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files or folders, or - for stdin (default: .)"
    )
    parser.add_argument("--stdin-filename", metavar="FILE", help="what standard input is called")
    parser.add_argument("--ignore-noqa", action="store_true", help="report also what a noqa comment silences")
    parser.add_argument("--all-files", action="store_true", help="parse also files that cannot hold a raw id")
    parser.add_argument(
        "-e", "--exit-zero", action="store_true", help="exit with 0 also if there are findings"
    )
    parser.add_argument(
        "-j", "--jobs", type=arguments.jobs, metavar="N", help="processes to use (default: auto)"
    )
    arguments.add_selection(parser)
    arguments.add_files(parser)
    output = parser.add_argument_group("Output")
    output.add_argument(
        "--output-format",
        choices=FORMATS,
        default=_default_format(),
        help=f"[env: {_FORMAT}] (default: full)",
    )
    output.add_argument(
        "-o", "--output-file", metavar="FILE", help="write findings to a file instead of stdout"
    )
    output.add_argument(
        "--statistics", action="store_true", help="print how many findings each code has, only that"
    )
    output.add_argument(
        "-q", "--quiet", action="store_true", help="print findings, and what went wrong, only"
    )
    output.add_argument(
        "-s", "--silent", action="store_true", help="print nothing; only the exit code speaks"
    )
    output.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="(default: auto)"
    )
    arguments.add_cache(parser)
    parser.add_argument("--fix", action="store_true", help="first write what `ssot-ids fix` writes")
    arguments.add_fixing(parser)
    arguments.add_configuration(parser)
    return parser


def paths_of(
    options: argparse.Namespace, literal: Sequence[str], parser: argparse.ArgumentParser
) -> list[str]:
    """Return the paths to look at; end with a usage error where they contradict each other."""
    paths: list[str] = [*options.paths, *literal] or ["." if options.stdin_filename is None else "-"]
    if "" in paths:
        parser.error("a PATH is empty")
    if "-" in paths and len(paths) > 1:
        parser.error("- (standard input) cannot be combined with other paths")
    if options.stdin_filename is not None and paths != ["-"]:
        parser.error("--stdin-filename names standard input, which cannot be combined with other paths")
    return paths


def _default_format() -> str:
    return os.environ.get(_FORMAT) or "full"


class Outcome:
    """What a check has brought to light, whatever it was run on."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.findings: list[Finding] = []
        self.files_checked = 0
        self.errors: list[str] = []
        self.notes: list[str] = []
        self.failed = False
        self.stdin: tuple[str, bytes] | None = None
        #: The day by which exemptions were judged, in ISO 8601; empty where there are none.
        self.day = ""
        #: All that the result depends on, where it can be told.
        self.depends: set[str] | None = None

    def exit_code(self, exit_zero: bool) -> int:
        """Return 2 if anything could not be done, else 1 if there are findings."""
        if self.failed or self.errors or any(f.code == _COULD_NOT_READ for f in self.findings):
            return 2
        return 1 if self.findings and not exit_zero else 0


def run(argv: Sequence[str]) -> int:
    """Run the verb; return the exit code."""
    started, started_ns = time.perf_counter(), time.time_ns()
    parser = make_parser()
    flags, literal = arguments.split(argv)
    options = parser.parse_intermixed_args(flags)
    paths = paths_of(options, literal, parser)
    if options.output_format not in FORMATS:  # argparse does not look at a default
        parser.error(f"{_FORMAT}: there is no format {options.output_format!r} ({', '.join(FORMATS)})")
    if options.statistics and options.output_format == "github":
        parser.error("--statistics has no github format")
    arguments.check_configuration(parser, options)
    configurations = Configurations(options.config, options.isolated, arguments.overrides(options), paths)
    outcome = Outcome()
    fixing = None
    if options.fix or options.diff:
        from flake8_ssot_ids.commands.checkfix import fix_first

        fixing = fix_first(paths, options, configurations, parser)
    if isinstance(fixing, int):
        return fixing
    shown = _shown_fixes(options)
    if paths == ["-"]:
        _check_stdin(options, configurations, outcome, shown)
    else:
        examine(paths, options, configurations, outcome, shown.group if shown is not None else None)
    if configurations.complain():
        return 2
    if shown is not None:
        outcome.findings = shown.with_fixes(outcome.findings)
    outcome.errors += fixing or []
    if not options.silent:
        for text in outcome.errors:
            terminal.say(f"error: {text}")
        if not options.quiet or outcome.failed:
            for text in outcome.notes:
                terminal.say(f"note: {terminal.harmless(text)}")
    code = outcome.exit_code(options.exit_zero)
    written = options.output_file is None or _write_file(outcome, options)
    answer = _answer(outcome, options, written, code if written else 2)
    recorded = outcome.depends is not None and not (outcome.failed or outcome.errors or outcome.notes)
    parts = printing.Kept(_shown(outcome, options), most=MOST_BYTES if recorded else 0)
    code = printing.show(answer, started, parts)
    if recorded and outcome.depends is not None and parts.text is not None:
        from flake8_ssot_ids.replay import Question

        answer["text"] = parts.text
        Question(argv, os.getcwd()).record(answer, outcome.depends, started_ns)
    return code


def _shown_fixes(options: argparse.Namespace) -> ShownFixes | None:
    """What JSON shows of the fixes; None for other formats."""
    if options.output_format not in ("json", "json-lines") or options.statistics:
        return None
    from flake8_ssot_ids.commands.checkfix import ShownFixes

    return ShownFixes()


def stdin_of(options: argparse.Namespace, configurations: Configurations) -> tuple[str, bytes, Policy]:
    """Return the name, the bytes and the policy of standard input; raises OSError."""
    if sys.stdin is None:
        raise OSError("it is closed")
    data = sys.stdin.buffer.read()
    path = os.path.abspath(options.stdin_filename) if options.stdin_filename else "-"
    return path, data, configurations.above(os.getcwd() if path == "-" else os.path.dirname(path))


def _check_stdin(
    options: argparse.Namespace, configurations: Configurations, outcome: Outcome, shown: ShownFixes | None
) -> None:
    from flake8_ssot_ids import catalog
    from flake8_ssot_ids.engine import check_source
    from flake8_ssot_ids.names.project import Project

    try:
        path, data, policy = stdin_of(options, configurations)
    except OSError as error:
        outcome.errors.append(f"standard input: {error.strerror or error}")
        return
    if configurations.broken:
        return
    if path != "-" and options.force_exclude and policy.excluded(path, False):
        return
    project = Project(policy.src, catalog.attributes(policy.name_hashes))

    def survey() -> tuple[bytes, ...] | None:
        from flake8_ssot_ids.standing import standing_survey

        return standing_survey(policy.src, project.sources, folder=_cache_dir(options))

    if not options.no_cache:
        project.survey = survey
    house = None
    if policy.recipes:
        from flake8_ssot_ids.fixes.house import house_of

        house = house_of(policy)
    report = check_source(
        data,
        path,
        policy,
        project,
        all_files=options.all_files,
        noqa=not options.ignore_noqa,
        house=house,
    )
    outcome.stdin = (path, data)
    outcome.findings.extend(report.findings)
    outcome.files_checked = 1
    if shown is not None and policy.generators and report.findings:
        from flake8_ssot_ids.fixes.shares import plan_text

        shown.take([plan_text(path, data, policy, project, unsafe=True)])


def examine(
    paths: list[str],
    options: argparse.Namespace,
    configurations: Configurations,
    outcome: Outcome,
    after: After | None = None,
) -> None:
    """Check files and folders; ``after`` may do more with the files of each policy while the pool is up."""
    from flake8_ssot_ids.pool import Pool

    with Pool(options.jobs) as pool:
        _check_in(pool, paths, options, configurations, outcome, after)


def _check_in(
    pool: Pool,
    paths: list[str],
    options: argparse.Namespace,
    configurations: Configurations,
    outcome: Outcome,
    after: After | None,
) -> None:
    from flake8_ssot_ids.discover import discover, surroundings

    first = configurations.above(_folder_of(paths[0]))
    found = discover(
        paths,
        first,
        respect_gitignore=first.respect_gitignore,
        force_exclude=options.force_exclude,
        policy_for=configurations.above if configurations.hierarchical else None,
        # Without a cache there surely is something to do for another process.
        many=pool.start if options.no_cache else None,
    )
    if configurations.broken:
        return
    outcome.errors.extend(f"{terminal.harmless(path)}: {reason}" for path, reason in found.errors)
    if not found.files and not found.errors:
        outcome.notes.append("no Python files were found under the given paths")
    if not options.no_cache and options.output_file is None:
        outcome.depends = {*found.files, *found.consulted, *surroundings(paths)}
        if options.config is not None:
            outcome.depends.add(os.path.abspath(options.config))
    _run_groups(found, options, outcome, pool, after)


def _folder_of(path: str) -> str:
    absolute = os.path.abspath(path)
    return absolute if os.path.isdir(absolute) else os.path.dirname(absolute)


def _run_groups(
    found: DiscoverResult,
    options: argparse.Namespace,
    outcome: Outcome,
    pool: Pool,
    after: After | None,
) -> None:
    if not found.files:
        return
    from flake8_ssot_ids.render.progress_line import ProgressLine
    from flake8_ssot_ids.runner import run as run_files

    line = ProgressLine()
    line.enabled = line.enabled and not options.quiet and not options.silent
    total = len(found.files)
    before = 0
    try:
        for policy, files in found.groups:
            result = run_files(
                files,
                policy,
                pool=pool,
                cache_dir=None if options.no_cache else _cache_dir(options),
                all_files=options.all_files,
                noqa=not options.ignore_noqa,
                progress=_shifted(line, before, total) if line.enabled else None,
            )
            if policy.day is not None:
                # The first one, should midnight have passed between two configurations.
                outcome.day = min(outcome.day or "9", policy.day.isoformat())
            before += len(files)
            outcome.files_checked += result.files_checked
            outcome.notes.extend(result.notes)
            outcome.failed = outcome.failed or result.errors
            if outcome.depends is not None:
                outcome.depends |= result.touched
            for report in result.reports:
                outcome.findings.extend(report.findings)
            if after is not None:
                after(policy, files, result, pool)
    finally:
        line.erase()
    if len(found.groups) > 1:
        outcome.findings.sort(key=lambda finding: finding.path)  # stable: the order within a file stays


def _shifted(line: Callable[[int, int], None], before: int, total: int) -> Callable[[int, int], None]:
    return lambda done, _total: line(before + done, total)


def _cache_dir(options: argparse.Namespace) -> str:
    chosen = options.cache_dir or os.environ.get("SSOT_IDS_CACHE_DIR")
    if chosen:
        return os.path.abspath(chosen)
    from flake8_ssot_ids.cache import default_cache_dir

    return default_cache_dir()


def _write_file(outcome: Outcome, options: argparse.Namespace) -> bool:
    """Write findings to the output file; False if that could not be done."""
    from flake8_ssot_ids.render import output

    for_people = options.output_format in _FOR_PEOPLE
    try:
        parts = _render(outcome, options, options.color == "always")
        output.to_file(options.output_file, parts, _encoder(for_people))
    except OSError as error:
        terminal.say(f"error: {options.output_file}: {error.strerror or error}")
        return False
    return True


def _answer(outcome: Outcome, options: argparse.Namespace, written: bool, code: int) -> Answer:
    """Return what is to be printed, but for the findings, and the exit code."""
    for_people = options.output_format in _FOR_PEOPLE
    summary = "" if options.quiet or options.silent else _summary(outcome, written)
    return {"text": "", "for_people": for_people, "summary": summary, "code": code, "day": outcome.day}


def _shown(outcome: Outcome, options: argparse.Namespace) -> Iterable[str]:
    """Return the parts of what goes to standard output; they are made one by one while they are printed."""
    if options.output_file is not None or options.silent:
        return ()
    for_people = options.output_format in _FOR_PEOPLE
    return _render(outcome, options, for_people and terminal.wants_colour(options.color, sys.stdout))


def _encoder(for_people: bool) -> Callable[[str], bytes]:
    if for_people:
        return lambda text: terminal.encode(text, "utf-8")
    from flake8_ssot_ids.render.machine import to_bytes

    return to_bytes


def _render(outcome: Outcome, options: argparse.Namespace, colour: bool) -> Iterable[str]:
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

        return statistics.table(statistics.count(findings), palette)
    if not findings:
        return ()
    from flake8_ssot_ids.render import text

    if chosen == "concise":
        return text.concise(findings, palette, cwd)
    return text.full(findings, palette, cwd, lambda path: _lines_of(path, outcome.stdin))


def _lines_of(path: str, stdin: tuple[str, bytes] | None) -> Sequence[str] | None:
    """Return the lines of a file for its frames; None if it has gone."""
    from flake8_ssot_ids.files import regular
    from flake8_ssot_ids.model import UnreadableError
    from flake8_ssot_ids.source import Lines, decode

    if stdin is not None and path == stdin[0]:
        data = stdin[1]
    else:
        try:
            with open(path, "rb", opener=regular) as stream:
                data = stream.read()
        except OSError:
            return None
    try:
        text = decode(data).text
    except UnreadableError:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return Lines(text).lines


def _summary(outcome: Outcome, written: bool) -> str:
    """Return the last line; ``printing`` puts the seconds in."""
    number = len(outcome.findings)
    checked = f"{_counted(outcome.files_checked, 'file')} checked in {printing.SECONDS}s"
    if number:
        files = len({finding.path for finding in outcome.findings})
        return f"Found {_counted(number, 'finding')} in {_counted(files, 'file')} ({checked})."
    if outcome.failed or outcome.errors or not written:
        return f"No findings, but not everything could be done ({checked})."
    return f"All checks passed! ({checked})"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
