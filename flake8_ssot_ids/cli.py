"""The command ``ssot-ids``: find the verb, run it, turn every ending into an exit code."""

from __future__ import annotations

import os
import sys

from flake8_ssot_ids.system import signals  # and nothing else that signals could find half loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Verb -> what it does. A verb is the function `run` of its module, which is only imported when it is called.
VERBS = {
    "check": "find raw ids in files and folders",
    "fix": "rewrite raw ids as generator calls and explain what is left alone",
    "compliance": "check a project against the twelve contracts",
    "init": "propose a configuration for a repository or write it",
    "rule": "explain one rule or all rules",
    "config": "print the configuration in force and where each value comes from",
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
        terminal.say_crash()
        terminal.say("ssot-ids: internal error; please report it with the lines above")
        return 2


def _dispatch(given: list[str]) -> int:
    if given and given[0] in ("check", "config"):
        try:
            os.getcwd()
        except OSError as error:
            return _refuse(f"the working directory: {error.strerror}")
    if given and given[0] == "check":
        from time import perf_counter

        from flake8_ssot_ids.runs.kept.replay import Question

        started = perf_counter()
        question = Question(given[1:], os.getcwd())
        answer = question.answer()
        if question.notes and "-q" not in given and "--quiet" not in given:
            from flake8_ssot_ids.render import terminal

            for note in question.notes:
                terminal.say(f"note: {note}")
        if answer is not None:
            from flake8_ssot_ids.commands.printing import show

            return show(answer, started)
    if given and given[0] in VERBS:
        from importlib import import_module

        run: Callable[[Sequence[str]], int] = import_module(f"flake8_ssot_ids.commands.{given[0]}").run
        return run(given[1:])
    if given and given[0] in ("-V", "--version"):
        from flake8_ssot_ids import __version__

        return _print(f"ssot-ids {__version__}")
    if given and given[0] in ("-h", "--help", "help"):
        return _print(*_usage())
    if given:
        return _refuse(f"there is no command {given[0]!r}{_suggestion(given)}", "", *_usage())
    from flake8_ssot_ids.render import terminal

    for text in _usage():
        terminal.say(text)
    return 2


def _print(*lines: str) -> int:
    from flake8_ssot_ids.render import output

    output.to_people(lines)
    return 0


def _refuse(reason: str, *lines: str) -> int:
    """Say why nothing was done, and what to do instead; return the exit code."""
    from flake8_ssot_ids.render import terminal

    for text in (f"error: {reason}", *lines):
        terminal.say(text)
    return 2


def _usage() -> tuple[str, ...]:
    width = max(len(verb) for verb in VERBS)
    return (
        "Usage: ssot-ids COMMAND [OPTIONS]",
        "",
        "Finds Python code that creates ids outside the approved generator, and rewrites it.",
        "",
        "Commands:",
        *(f"  {verb:<{width}}  {text}" for verb, text in VERBS.items()),
        "",
        "Options:",
        "  -h, --help     print this help",
        "  -V, --version  print the version",
        "",
        "`ssot-ids COMMAND --help` explains the options and exit codes of a command.",
    )


def _suggestion(given: list[str]) -> str:
    if given[0].startswith("-") or os.path.exists(given[0]):
        return f"; did you mean `ssot-ids check {given[0]}`?"
    from difflib import get_close_matches

    near = get_close_matches(given[0], VERBS, 1)
    return f"; did you mean `{near[0]}`?" if near else ""
