"""``ssot-ids check``: find the files, check them, print what was found, choose the exit code."""

from __future__ import annotations

import os
import sys
import time

from flake8_ssot_ids.commands import answers, arguments, printing
from flake8_ssot_ids.commands.configs import Configurations
from flake8_ssot_ids.commands.zones import Zones, add_zone
from flake8_ssot_ids.render import terminal
from flake8_ssot_ids.runs.kept.replay import MOST_BYTES
from flake8_ssot_ids.runs.kept.store import cache_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from flake8_ssot_ids.commands.checkfix import ShownFixes
    from flake8_ssot_ids.model import Finding
    from flake8_ssot_ids.policy.policy import Policy
    from flake8_ssot_ids.runs.discover import DiscoverResult
    from flake8_ssot_ids.runs.pool import Pool
    from flake8_ssot_ids.runs.run import RunResult

    #: What is to be done with the files of one policy after they have been checked.
    #: It gets the policy, these files, all files of the policy, what the check has brought, and the pool.
    After = Callable[[Policy, Sequence[str], Sequence[str], RunResult, Pool], None]

FORMATS = ("full", "concise", "json", "json-lines", "github")
_FORMAT = "SSOT_IDS_OUTPUT_FORMAT"
EXIT_CODES = {
    0: "no findings; also with findings under --exit-zero, and with --show-files",
    1: "findings; with --diff: fixes that could be written",
    2: "a usage or configuration error, or a file that could not be read, parsed or written",
}
_COULD_NOT_READ = "SID990"


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the verb."""
    parser = arguments.parser("check", "Find raw ids in files and folders.", EXIT_CODES)
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files or folders, or - for stdin (default: .)"
    )
    parser.add_argument("--stdin-filename", metavar="FILE", help="the file name of standard input")
    parser.add_argument("--ignore-noqa", action="store_true", help="report suppressed findings too")
    parser.add_argument("--all-files", action="store_true", help="also parse files that cannot hold a raw id")
    parser.add_argument(
        "-e", "--exit-zero", action="store_true", help="exit with 0 even if there are findings"
    )
    parser.add_argument(
        "-j", "--jobs", type=arguments.jobs, metavar="N", help="processes to use (default: auto)"
    )
    arguments.add_selection(parser)
    arguments.add_files(parser, add_zone)
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
        "--statistics",
        action="store_true",
        help="print only the number of findings of each code",
    )
    output.add_argument(
        "--show-files",
        action="store_true",
        help="print only the files that would be checked",
    )
    output.add_argument("-q", "--quiet", action="store_true", help="print only findings and errors")
    output.add_argument("-s", "--silent", action="store_true", help="print nothing; look at the exit code")
    output.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="(default: auto)"
    )
    arguments.add_cache(parser)
    parser.add_argument("--fix", action="store_true", help="first do what `ssot-ids fix` does")
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
    if options.zone and paths == ["-"]:
        parser.error("--zone selects files; it cannot be combined with standard input")
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
        parser.error(
            f"{_FORMAT}: there is no format {options.output_format!r} (formats: {', '.join(FORMATS)})"
        )
    if options.statistics and options.output_format == "github":
        parser.error("--statistics cannot be combined with --output-format=github")
    arguments.check_configuration(parser, options)
    configurations = Configurations(options.config, options.isolated, arguments.overrides(options), paths)
    zones = Zones(options, parser)
    outcome = Outcome()
    if options.show_files:
        if paths == ["-"]:
            parser.error("--show-files lists files; it cannot be combined with standard input")
        from flake8_ssot_ids.commands.showfiles import show_files

        return show_files(paths, options, configurations, zones)
    fixing = None
    if options.fix or options.diff:
        from flake8_ssot_ids.commands.checkfix import fix_first

        fixing = fix_first(paths, options, configurations, zones, parser)
    if isinstance(fixing, int):
        return fixing
    shown = _shown_fixes(options)
    if paths == ["-"]:
        _check_stdin(options, configurations, outcome, shown)
    else:
        after = shown.group if shown is not None else None
        examine(paths, options, configurations, outcome, zones, after)
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
                terminal.say(f"note: {text}")
    code = outcome.exit_code(options.exit_zero)
    written = options.output_file is None or answers.write_file(outcome, options)
    answer = answers.answer_of(outcome, options, written, code if written else 2)
    recorded = outcome.depends is not None and not (outcome.failed or outcome.errors or outcome.notes)
    parts = printing.Kept(answers.shown(outcome, options), most=MOST_BYTES if recorded else 0)
    code = printing.show(answer, started, parts)
    if recorded and outcome.depends is not None and parts.text is not None:
        from flake8_ssot_ids.runs.kept.replay import Question

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
    from flake8_ssot_ids.findings.engine import check_source
    from flake8_ssot_ids.semantics.project.project import Project
    from flake8_ssot_ids.uuids import catalog

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
        from flake8_ssot_ids.runs.kept.survey import kept_words

        return kept_words(policy.src, project.sources, folder=cache_folder(options.cache_dir))

    if not options.no_cache:
        project.survey = survey
    house = None
    if policy.recipes:
        from flake8_ssot_ids.recipes.house import house_of

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
    zones: Zones,
    after: After | None = None,
) -> None:
    """Check files and folders; ``after`` may do more with the files of each policy while the pool is up."""
    from flake8_ssot_ids.runs.pool import Pool

    with Pool(options.jobs) as pool:
        # Without a cache there surely is something to do for another process.
        many = pool.start if options.no_cache else None
        found = files_of(paths, options, configurations, outcome, zones, many)
        if found is not None:
            _run_groups(found, options, outcome, pool, zones, after)


def files_of(
    paths: list[str],
    options: argparse.Namespace,
    configurations: Configurations,
    outcome: Outcome,
    zones: Zones,
    many: Callable[[], None] | None = None,
) -> DiscoverResult | None:
    """Find the files to check; None where a configuration is broken. ``many`` is as in ``discover``."""
    from flake8_ssot_ids.runs.discover import discover, surroundings

    first = configurations.above(_folder_of(paths[0]))
    found = discover(
        paths,
        first,
        respect_gitignore=first.respect_gitignore,
        force_exclude=options.force_exclude,
        policy_for=configurations.above if configurations.hierarchical else None,
        many=many,
    )
    if configurations.broken:
        return None
    zones.refuse_unknown([first, *(policy for policy, _ in found.groups)])
    outcome.errors.extend(f"{path}: {reason}" for path, reason in found.errors)
    outcome.notes.extend(found.notes)
    if not found.files and not found.errors:
        outcome.notes.append("no Python files were found under the given paths")
    elif zones and not any(zones.of(policy, files) for policy, files in found.groups):
        outcome.notes.append("no Python files of this zone were found under the given paths")
    if not options.no_cache and options.output_file is None:
        outcome.depends = {*found.files, *found.consulted, *surroundings(paths)}
        if options.config is not None:
            outcome.depends.add(os.path.abspath(options.config))
    return found


def _folder_of(path: str) -> str:
    absolute = os.path.abspath(path)
    return absolute if os.path.isdir(absolute) else os.path.dirname(absolute)


def _run_groups(
    found: DiscoverResult,
    options: argparse.Namespace,
    outcome: Outcome,
    pool: Pool,
    zones: Zones,
    after: After | None,
) -> None:
    groups = [(policy, zones.of(policy, files), files) for policy, files in found.groups]
    from flake8_ssot_ids.render.progress_line import ProgressLine
    from flake8_ssot_ids.runs.run import run as run_files

    line = ProgressLine()
    line.enabled = line.enabled and not options.quiet and not options.silent
    total = sum(len(wanted) for _, wanted, _ in groups)
    before = 0
    try:
        for policy, wanted, files in groups:
            if not wanted:
                continue
            result = run_files(
                wanted,
                policy,
                pool=pool,
                cache_dir=None if options.no_cache else cache_folder(options.cache_dir),
                all_files=options.all_files,
                noqa=not options.ignore_noqa,
                progress=_shifted(line, before, total) if line.enabled else None,
            )
            if policy.day is not None:
                # The first one, should midnight have passed between two configurations.
                outcome.day = min(outcome.day or "9", policy.day.isoformat())
            before += len(wanted)
            outcome.files_checked += result.files_checked
            outcome.notes.extend(result.notes)
            outcome.failed = outcome.failed or result.errors
            if outcome.depends is not None:
                outcome.depends |= result.touched
            for report in result.reports:
                outcome.findings.extend(report.findings)
            if after is not None:
                after(policy, wanted, files, result, pool)
    finally:
        line.erase()
    if len(groups) > 1:
        outcome.findings.sort(key=lambda finding: finding.path)  # stable: the order within a file stays


def _shifted(line: Callable[[int, int], None], before: int, total: int) -> Callable[[int, int], None]:
    return lambda done, _total: line(before + done, total)
