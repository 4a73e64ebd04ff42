"""Command-line options that several verbs share, with ruff's names and habits."""

from __future__ import annotations

import argparse
import os
import sys

from flake8_ssot_ids.render import output, terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn


def parser(verb: str, description: str, exit_codes: dict[int, str]) -> argparse.ArgumentParser:
    """Make the parser of one verb; ``exit_codes`` says what each of them means."""
    meanings = (f"  {code}  {text}" for code, text in exit_codes.items())
    return _Parser(
        prog=f"ssot-ids {verb}",
        description=description,
        epilog="\n".join(("Exit codes:", *meanings)),
        allow_abbrev=False,
        formatter_class=_Formatter,
    )


class _Parser(argparse.ArgumentParser):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # From Python 3.14 on argparse colours its help itself; no escape code gets through `terminal`.
        self.color = False

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in a line, as ruff does; the list of all options would drown it."""
        tip = self._tip(message.partition("unrecognized arguments: ")[2])
        for line in (f"error: {message}", *tip, "", f"For more information, try `{self.prog} --help`."):
            terminal.say(line)
        self.exit(2)

    def _tip(self, unknown: str) -> tuple[str, ...]:
        from difflib import get_close_matches

        for argument in unknown.split():
            name = argument.partition("=")[0]
            near = get_close_matches(name, self._option_string_actions, 1, 0.75)
            if near and name.startswith("--"):
                return ("", f"  tip: did you mean `{near[0]}`?")
        return ()

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse would take a full disk for success.
        if file is sys.stdout:
            output.to_people(message.splitlines())
        else:
            for line in message.splitlines():
                terminal.say(line)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        # argparse makes a formatter also when it prints nothing, and would load shutil for the width.
        super().__init__(prog, max_help_position=32, width=_columns())


def _columns() -> int:
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size().columns - 2
    except (OSError, ValueError, AttributeError):
        return 100


def codes(text: str) -> list[str]:
    """Read codes separated by commas; ``ALL`` is ``SID``.

    None at all is a mistake, such as an empty shell variable, and must not check nothing.
    """
    found = [_code(code) for code in patterns(text)]
    if not found:
        raise argparse.ArgumentTypeError("expected codes, found nothing")
    return found


def _code(text: str) -> str:
    code = text.strip().upper()
    return "SID" if code == "ALL" else code


def patterns(text: str) -> list[str]:
    """Read glob patterns separated by commas."""
    return [pattern.strip() for pattern in text.split(",") if pattern.strip()]


def ignored_codes(text: str) -> list[tuple[str, str]]:
    """Read ``PATTERN:CODE``, separated by commas; a bare code belongs to the pattern before it."""
    pairs: list[tuple[str, str]] = []
    pattern = ""
    for item in text.split(","):
        head, _, code = item.strip().rpartition(":")
        pattern = head.strip() or pattern
        if not pattern or not code.strip():
            raise argparse.ArgumentTypeError(f"expected PATTERN:CODE, found {item.strip()!r}")
        pairs.append((pattern, _code(code)))
    return pairs


def split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Separate what stands behind the first ``--``: paths, whatever they begin with.

    argparse cannot take them together with options that stand among paths.
    """
    given = list(argv)
    at = given.index("--") if "--" in given else len(given)
    return given[:at], given[at + 1 :]


def jobs(text: str) -> int | None:
    """Read ``-j``: a number of processes from 1, or ``auto`` for one a processor."""
    if text == "auto":
        return None
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more, or auto")
    return number


def add_paths(target: argparse.ArgumentParser) -> None:
    """Add what is to be looked at."""
    target.add_argument(
        "paths", nargs="*", metavar="PATH", help="files or folders, or - for stdin (default: .)"
    )
    target.add_argument("--stdin-filename", metavar="FILE", help="the file name of standard input")


def add_jobs(target: argparse.ArgumentParser) -> None:
    """Add ``-j``."""
    target.add_argument("-j", "--jobs", type=jobs, metavar="N", help="processes to use (default: auto)")


def add_printing(target: argparse._ActionsContainer, kept: str) -> None:
    """Add ``-q``, with which only ``kept`` is printed, ``-s`` and ``--color``."""
    target.add_argument("-q", "--quiet", action="store_true", help=f"print only {kept} and errors")
    target.add_argument("-s", "--silent", action="store_true", help="print nothing; look at the exit code")
    add_color(target)


def add_color(target: argparse._ActionsContainer) -> None:
    """Add ``--color``."""
    target.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="(default: auto)"
    )


def _add_switch(
    target: argparse._ActionsContainer, name: str, meaning: str, default: bool | None = None
) -> None:
    target.add_argument(name, action=argparse.BooleanOptionalAction, default=default, help=meaning)


def add_configuration(target: argparse.ArgumentParser) -> None:
    """Add ``--config`` and ``--isolated``."""
    group = target.add_argument_group("Configuration")
    group.add_argument("--config", metavar="FILE", help="use this configuration file for everything")
    group.add_argument("--isolated", action="store_true", help="read no configuration file")


def check_configuration(target: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with a usage error if ``--config`` and ``--isolated`` contradict each other or name nothing."""
    if options.config is not None and options.isolated:
        target.error("--config and --isolated cannot be combined")
    if options.config is not None and not os.path.exists(options.config):
        target.error(f"argument --config: no such file: {options.config}")


def add_selection(target: argparse.ArgumentParser) -> None:
    """Add the options that choose codes."""
    group = target.add_argument_group("Rule selection")

    def add(name: str, meaning: str) -> None:
        group.add_argument(name, action="extend", type=codes, metavar="CODES", help=meaning)

    add("--select", "only these codes or prefixes of codes")
    add("--ignore", "none of these codes or prefixes")
    add("--extend-select", "these codes or prefixes too")
    preview = "turn on the selected rules that are in preview (default: only those named in full)"
    _add_switch(group, "--preview", preview)
    group.add_argument(
        "--per-file-ignores",
        action="extend",
        type=ignored_codes,
        metavar="PATTERN:CODE",
        help="ignore this code in these files",
    )


def add_files(
    target: argparse.ArgumentParser, more: Callable[[argparse._ActionsContainer], None] | None = None
) -> None:
    """Add the options that choose files, and ``more`` of them."""
    group = target.add_argument_group("File selection")
    for name, meaning in (
        ("--exclude", "leave these out instead of the default exclusions"),
        ("--extend-exclude", "leave these out too"),
    ):
        group.add_argument(name, action="extend", type=patterns, metavar="PATTERNS", help=meaning)
    respect = "leave out what git ignores, and what .ignore names (default: yes)"
    _add_switch(group, "--respect-gitignore", respect)
    force = "leave out excluded files even if they are named on the command line"
    _add_switch(group, "--force-exclude", force, default=False)
    if more is not None:
        more(group)


def add_fixing(target: argparse.ArgumentParser) -> None:
    """Add the options that say what may be written."""
    group = target.add_argument_group("Fixing")
    group.add_argument(
        "--unsafe-fixes", action="store_true", help="also write fixes that change the format of an id"
    )
    group.add_argument("--diff", action="store_true", help="print a diff instead of writing; for `git apply`")
    group.add_argument("--allow-dirty", action="store_true", help="write also what git could not bring back")


def add_cache(target: argparse.ArgumentParser) -> None:
    """Add the options of the result cache."""
    group = target.add_argument_group("Cache")
    group.add_argument(
        "-n", "--no-cache", action="store_true", help="neither read nor write the result cache"
    )
    group.add_argument("--cache-dir", metavar="DIR", help="[env: SSOT_IDS_CACHE_DIR]")


def overrides(options: argparse.Namespace) -> dict[str, object]:
    """Return what the command line says about keys of the configuration."""
    found: dict[str, object] = {}
    for key in ("select", "ignore", "extend-select", "exclude", "extend-exclude"):
        value = getattr(options, key.replace("-", "_"))
        if value is not None:
            found[key] = value
    if options.per_file_ignores:
        table: dict[str, list[str]] = {}
        for pattern, code in options.per_file_ignores:
            table.setdefault(pattern, []).append(code)
        found["per-file-ignores"] = table
    for key in ("preview", "respect-gitignore"):
        value = getattr(options, key.replace("-", "_"))
        if value is not None:
            found[key] = value
    return found
