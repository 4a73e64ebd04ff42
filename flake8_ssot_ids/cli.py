"""The command ``ssot-ids``: find the verb, run it, turn every ending into an exit code."""

from __future__ import annotations

import os
import sys

from flake8_ssot_ids import signals  # and nothing else that signals could find half loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Verb -> what it does. The module of a verb is only imported when it is called.
VERBS = {
    "check": "find raw ids in files and folders",
    "fix": "write the generator's calls, or say why not",
    "compliance": "judge the twelve contracts on a project",
    "init": "propose a configuration for a repository, or write it",
    "rule": "explain one rule, or all",
    "config": "print the configuration in force, and where each value comes from",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (0 clean, 1 findings, 2 could not be done).

    Without ``argv`` the process is this program's own: then it also says what signals do to it.
    """
    try:
        if argv is None:
            signals.heed()
        return _main(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        return signals.INTERRUPTED
    except signals.TerminatedError:
        return signals.TERMINATED
    finally:
        signals.end_at_once()


def _main(given: list[str]) -> int:
    try:
        return _dispatch(given)
    except SystemExit as ending:  # argparse: --help, usage errors
        return ending.code if isinstance(ending.code, int) else 2
    except Exception as error:
        # Python's own exit code for this is 1, which would read as "findings".
        from flake8_ssot_ids.render import terminal

        if isinstance(error, terminal.OutputError):
            terminal.say(f"error: {error}")
            terminal.forget_stdout()
            return 2
        import traceback

        terminal.say(traceback.format_exc().rstrip("\n"))
        terminal.say("ssot-ids: internal error; please report it with the lines above")
        return 2


def _dispatch(given: list[str]) -> int:
    from flake8_ssot_ids.render import terminal

    if given and given[0] in ("check", "config"):
        try:
            os.getcwd()
        except OSError as error:
            terminal.say(f"error: the working directory: {error.strerror}")
            return 2
    if given and given[0] == "check":
        from time import perf_counter

        from flake8_ssot_ids.replay import Question

        started = perf_counter()
        question = Question(given[1:], os.getcwd())
        answer = question.answer()
        if question.note and "-q" not in given and "--quiet" not in given:
            terminal.say(f"note: {terminal.harmless(question.note)}")
        if answer is not None:
            from flake8_ssot_ids.commands.printing import show

            return show(answer, started)
    if given and given[0] in VERBS:
        return _load(given[0])(given[1:])
    if given and given[0] in ("-V", "--version"):
        from flake8_ssot_ids import __version__

        return _print(f"ssot-ids {__version__}")
    asked = bool(given) and given[0] in ("-h", "--help", "help")
    if given and not asked:
        terminal.say(f"error: there is no command {given[0]!r}{_suggestion(given)}\n")
    if asked:
        return _print(_usage())
    terminal.say(_usage())
    return 2


def _print(text: str) -> int:
    from flake8_ssot_ids.render import output

    output.to_stdout((text + "\n",))
    return 0


def _load(verb: str) -> Callable[[Sequence[str]], int]:
    if verb == "check":
        from flake8_ssot_ids.commands.check import run as check

        return check
    if verb == "fix":
        from flake8_ssot_ids.commands.fix import run as fix

        return fix
    if verb == "compliance":
        from flake8_ssot_ids.commands.compliance import run as compliance

        return compliance
    if verb == "init":
        from flake8_ssot_ids.commands.init import run as init

        return init
    if verb == "rule":
        from flake8_ssot_ids.commands.rule import run as rule

        return rule
    return _config


def _config(argv: Sequence[str]) -> int:
    from flake8_ssot_ids.commands import arguments, config
    from flake8_ssot_ids.commands.configs import Configurations

    parser = arguments.parser("config", "Print the configuration in force, and where each value comes from.")
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a file or folder (default: .)")
    arguments.add_selection(parser)
    arguments.add_files(parser)
    arguments.add_configuration(parser)
    options = parser.parse_args(list(argv))
    arguments.check_configuration(parser, options)
    if not os.path.exists(options.path):
        parser.error(f"no such file or folder: {options.path}")
    folder = os.path.abspath(options.path)
    configurations = Configurations(options.config, options.isolated, arguments.overrides(options))
    policy = configurations.above(folder if os.path.isdir(folder) else os.path.dirname(folder))
    return 2 if configurations.complain() else config.run(policy)


def _usage() -> str:
    width = max(len(verb) for verb in VERBS)
    verbs = "\n".join(f"  {verb:<{width}}  {text}" for verb, text in VERBS.items())
    return (
        "Usage: ssot-ids COMMAND [OPTIONS]\n\n"
        "Finds every id that is made behind the back of the one approved generator.\n\n"
        f"Commands:\n{verbs}\n\n"
        "Options:\n  -h, --help     print this\n  -V, --version  print the version\n\n"
        "`ssot-ids COMMAND --help` explains the options of a command."
    )


def _suggestion(given: list[str]) -> str:
    if given[0].startswith("-") or os.path.exists(given[0]):
        return f"; did you mean `ssot-ids check {given[0]}`?"
    from difflib import get_close_matches

    near = get_close_matches(given[0], VERBS, 1)
    return f"; did you mean `{near[0]}`?" if near else ""
