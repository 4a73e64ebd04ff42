"""``ssot-ids config``: the policy in force, as TOML, with the origin of each value."""

from __future__ import annotations

import os

from flake8_ssot_ids.commands import arguments
from flake8_ssot_ids.commands.configs import Configurations
from flake8_ssot_ids.policy.kinds import toml, toml_key
from flake8_ssot_ids.policy.settings import OPTIONS
from flake8_ssot_ids.render import machine, output
from flake8_ssot_ids.system.escapes import harmless
from flake8_ssot_ids.system.files import folder_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from flake8_ssot_ids.policy.options import Option
    from flake8_ssot_ids.policy.policy import Policy

EXIT_CODES = {0: "the configuration was printed", 2: "a usage error, or the configuration cannot be used"}


def run(argv: Sequence[str]) -> int:
    """Run the verb; return 0, or 2 if the configuration cannot be used."""
    description = "Print the configuration in force and where each value comes from."
    parser = arguments.parser("config", description, EXIT_CODES)
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a file or folder (default: .)")
    arguments.add_selection(parser)
    arguments.add_files(parser)
    arguments.add_configuration(parser)
    options = parser.parse_args(list(argv))
    arguments.check_configuration(parser, options)
    if not os.path.exists(options.path):
        parser.error(f"no such file or folder: {options.path}")
    configurations = Configurations(options.config, options.isolated, arguments.overrides(options))
    policy = configurations.above(folder_of(options.path))
    if configurations.complain():
        return 2
    # TOML is UTF-8 whatever the terminal speaks.
    output.to_people(describe(policy).splitlines(), encode=machine.to_bytes)
    return 0


def describe(policy: Policy) -> str:
    """Write the policy as TOML that gives an equal policy when it is loaded for the same root.

    A comment behind each key says where the value comes from: the default, a file, or the
    command line. A key without a value is a comment altogether.
    """
    lines = [f"# effective policy; paths and globs are relative to {harmless(policy.root)}"]
    tables: list[str] = []
    for option in OPTIONS:
        if not option.field:
            continue
        value = _shown(option.key, getattr(policy, option.field), policy)
        comment = "# " + harmless(policy.provenance.get(option.key, "default"))
        if value is None:
            lines.append(f"# {option.key} is not set  {comment}")
        elif isinstance(value, dict):
            tables += ["", f"[{option.key}]  {comment}"]
            tables += [f"{toml_key(key)} = {toml(item)}" for key, item in value.items()]
        elif option.parts and value:
            assert isinstance(value, tuple)
            for record in value:
                tables += ["", f"[[{option.key}]]  {comment}", *_record(record, option.parts)]
        else:
            lines.append(f"{option.key} = {_list(value)}  {comment}")
    return "\n".join(lines + tables) + "\n"


def _record(record: object, parts: tuple[Option, ...]) -> list[str]:
    values = [(part, getattr(record, part.field)) for part in parts]
    return [f"{part.key} = {toml(value)}" for part, value in values if value not in (None, "")]


def _shown(key: str, value: object, policy: Policy) -> object:
    if key == "src":
        return [policy.relative(folder) for folder in policy.src]
    if key == "baseline":
        return None if policy.baseline is None else policy.relative(policy.baseline)
    return dict(policy.per_file_ignores) if key == "per-file-ignores" else value


def _list(value: object) -> str:
    """Write a long list with one item a line."""
    text = toml(value)
    if len(text) < 80 or not isinstance(value, list | tuple):
        return text
    return "[\n" + "".join(f"    {toml(item)},\n" for item in value) + "]"
