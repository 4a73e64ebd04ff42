"""``check --show-files``: the files that would be checked, one a line, as ruff shows them."""

from __future__ import annotations

from flake8_ssot_ids.render import output, terminal
from flake8_ssot_ids.system.escapes import file_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from flake8_ssot_ids.commands.examine import Asked


def show_files(asked: Asked) -> int:
    """Print the absolute paths, sorted; return 0, or 2 where not everything could be searched."""
    from flake8_ssot_ids.commands.examine import Examined

    outcome, options = Examined(), asked.options
    found = asked.files(outcome)
    if found is None:
        asked.configurations.complain()
        return 2
    for text in outcome.errors:
        terminal.say(f"error: {text}")
    for text in outcome.notes:
        terminal.say(f"note: {text}")
    files = sorted(path for policy, group in found.groups for path in asked.zones.of(policy, group))
    lines = map(file_name, files)
    if options.output_file is None:
        output.to_people(lines)
        return outcome.exit_code(exit_zero=True)
    written = output.written(options.output_file, terminal.PLAIN.rows(lines), terminal.to_utf8)
    return outcome.exit_code(exit_zero=True) if written else 2
