"""``ssot-ids init``: propose a configuration for a repository, or write it."""

from __future__ import annotations

import os
import sys

from flake8_ssot_ids.commands import arguments
from flake8_ssot_ids.render import output, terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from flake8_ssot_ids.adopt.plan import Plan

EXIT_CODES = {
    0: "the configuration was printed or written",
    2: "a usage error, or there is a configuration already, or it could not be written",
}
_SHOWN = 5


def run(argv: Sequence[str]) -> int:
    """Run the verb; return 0 if the table was printed or written, 2 if it cannot be."""
    options = _parser().parse_args(list(argv))
    from flake8_ssot_ids.adopt import configfile, otherlinters, proposal
    from flake8_ssot_ids.model import SsotIdsError

    root = os.path.realpath(options.path)
    if not os.path.isdir(root):
        terminal.say(f"error: {options.path}: no such folder")
        return 2
    try:
        where = configfile.find(root, output=None if options.write else _stdout())
        found, text = proposal.propose(root, where)
        if options.write:
            where.write(text)
    except SsotIdsError as error:
        terminal.say_error(error)
        return 2
    except OSError as error:
        terminal.say(f"error: {os.path.join(options.path, where.name)}: {error.strerror or error}")
        return 2
    if not options.write:
        lines = where.addition(text).decode().replace("\r\n", "\n").removesuffix("\n").split("\n")
        output.to_people(lines, encode=_as_utf8)
    _tell(found)
    for hint in (*otherlinters.for_ruff(root), *otherlinters.for_flake8(root)):
        terminal.say(f"hint: {hint}")
    if options.write:
        terminal.say(f"Wrote {'[tool.ssot-ids] to ' if where.old is not None else ''}{where.path}.")
    else:
        terminal.say(f"Nothing was written; `--write` puts this into {where.path}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    description = "Propose a configuration for a repository: generator, api, zones."
    parser = arguments.parser("init", description, EXIT_CODES)
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="the repository (default: .)")
    parser.add_argument(
        "--write",
        action="store_true",
        help="append it to pyproject.toml, or write a new ssot-ids.toml; nothing is overwritten",
    )
    return parser


def _stdout() -> int | None:
    try:
        return sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _as_utf8(text: str) -> bytes:
    """TOML is UTF-8 whatever the terminal speaks."""
    return text.encode()


def _tell(found: Plan) -> None:
    """Say what could not be looked at."""
    for note in found.notes[:_SHOWN]:
        terminal.say(f"note: {note}")
    if len(found.notes) > _SHOWN:
        terminal.say(f"note: and {len(found.notes) - _SHOWN} more")
