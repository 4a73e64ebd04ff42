"""Find a configuration file, read it, and build a policy or the list of all its problems."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flake8_ssot_ids.model import PolicyError, Problem
from flake8_ssot_ids.policy.kinds import NAME_GLOBS, Where, kind_of, posix
from flake8_ssot_ids.policy.options import check_table
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import OPTIONS
from flake8_ssot_ids.system import clock
from flake8_ssot_ids.system.files import folder_of, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: A longer file is no configuration.
_MOST_BYTES = 1 << 24
_OWN = "ssot-ids.toml"
_SHARED = "pyproject.toml"
_TABLE = re.compile(rb"""tool["']?\s*\.\s*["']?ssot-ids""")
_POSITION = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|(end of document))\)", re.DOTALL)
_COMMAND = "command line"


def find_config(start: str, known: dict[str, str | None] | None = None) -> str | None:
    """Search upward from a file or folder for a configuration; return its absolute path.

    In one folder ``ssot-ids.toml`` goes before a ``pyproject.toml`` with our table. A
    ``pyproject.toml`` that cannot be read, or mentions the table but is no valid TOML, is
    returned too, so that loading it can say so. ``known`` remembers the answer for each folder.
    """
    known = {} if known is None else known
    folder = folder_of(start)
    passed: list[str] = []
    found: str | None = None
    while found is None:
        if folder in known:
            found = known[folder]
            break
        passed.append(folder)
        own = os.path.join(folder, _OWN)
        shared = os.path.join(folder, _SHARED)
        # A pipe or a dead link is not passed over: loading it says what is wrong with it.
        if os.path.lexists(own) and not os.path.isdir(own):
            found = posix(own)
        elif os.path.lexists(shared) and not os.path.isdir(shared) and _has_table(shared):
            found = posix(shared)
        parent = os.path.dirname(folder)
        if parent == folder:
            break
        folder = parent
    known.update(dict.fromkeys(passed, found))
    return found


def _has_table(path: str) -> bool:
    try:
        data = read(path, _MOST_BYTES)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it may hold our table: loading it will say why it cannot be read
    if b"ssot-ids" not in data:
        return False
    import tomllib  # slow to import, and most projects have no table of ours

    try:
        tool = tomllib.loads(data.decode("utf-8-sig")).get("tool")
    except (ValueError, RecursionError):
        return _TABLE.search(data) is not None
    return tool is not None and (not isinstance(tool, dict) or "ssot-ids" in tool)


def load_policy(
    config: str | None,
    *,
    root: str | None = None,
    overrides: Mapping[str, object] | None = None,
    codes: Iterable[str] | None = None,
) -> Policy:
    """Load a configuration file, or the defaults for None.

    ``root`` is the folder that globs are relative to: the file's own folder by default,
    the working directory without a file. ``overrides`` come from the command line: the
    keys and types of the table, with paths and globs relative to the working directory.
    ``codes`` are the codes that exist; without them each ``SID`` and up to three digits
    is accepted as a prefix.

    Raises :class:`flake8_ssot_ids.model.PolicyError` with all problems.
    """
    here = posix(os.getcwd())
    problems: list[Problem] = []
    where = Where("", "", problems, None if codes is None else frozenset(codes))
    found: dict[str, object] = {}
    if config is not None:
        table = _read(config, problems)
        found = check_table(OPTIONS, table, where)
    in_file = len(problems)
    given = check_table(OPTIONS, overrides or {}, where, flags=True)
    problems[in_file:] = [replace(problem, origin=_COMMAND) for problem in problems[in_file:]]
    if problems:
        raise PolicyError(_COMMAND if config is None else _shown(config), tuple(problems))
    if root is None:
        root = here if config is None else os.path.dirname(os.path.abspath(config))
    return _build(config, posix(os.path.abspath(root)), here, found, given)


def _read(path: str, problems: list[Problem]) -> dict[str, object]:
    """Return our table; a file that cannot be understood is one problem and an empty table."""

    def refuse(key: str, message: str, hint: str = "") -> dict[str, object]:
        problems.append(Problem(key, message, hint))
        return {}

    try:
        data = read(path, _MOST_BYTES)
    except OSError as error:
        return refuse("file", f"cannot be read: {error.strerror or error}")
    import tomllib

    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return refuse(f"line {line}", "not UTF-8", "TOML files are always UTF-8")
    except RecursionError:
        return refuse("file", "the values are nested too deeply")
    except ValueError as error:
        match = _POSITION.fullmatch(str(error))
        if match is None:
            return refuse("file", f"not valid TOML: {error}")
        where = "end of file" if match[4] else f"line {match[2]}, column {match[3]}"
        return refuse(where, f"not valid TOML: {match[1]}")

    shared = os.path.basename(path) == _SHARED
    tool = document.get("tool")
    if "tool" in document and not isinstance(tool, dict):
        return refuse("tool", f"expected a table, found {kind_of(tool)}")
    table = (tool or {}).get("ssot-ids")
    if table is None:
        if shared:
            return refuse("tool.ssot-ids", "the table is missing", "add `[tool.ssot-ids]`")
        return document
    if not isinstance(table, dict):
        return refuse("tool.ssot-ids", f"expected a table, found {kind_of(table)}")
    for option in OPTIONS:
        if option.key in document:
            refuse(option.key, "stands outside of [tool.ssot-ids]", "move it into that table")
    return table


def _build(config: str | None, root: str, here: str, found: dict[str, Any], given: dict[str, Any]) -> Policy:
    file = "default" if config is None else _shown(config)
    # The later one wins.
    sources = ((found, root, file), (given, here, _COMMAND))
    settings: dict[str, Any] = {}
    provenance: dict[str, str] = {}
    for option in OPTIONS:
        if not option.field:
            continue
        value, base, origin = option.default, root, "default"
        for values, folder, name in sources:
            if option.key in values:
                value, base, origin = values[option.key], folder, name
        settings[option.field] = option.kind.settle(value, base, root)
        provenance[option.key] = origin
    _layer_codes(settings, provenance, found, given, file)
    for values, folder, name in sources:
        more = NAME_GLOBS.settle(values.get("extend-exclude", ()), folder, root)
        if more:
            settings["exclude"] = tuple(dict.fromkeys((*settings["exclude"], *more)))
            provenance["exclude"] += f"; extend-exclude: {name}"
    return Policy(
        root=root,
        origin=None if config is None else posix(os.path.abspath(config)),
        provenance=provenance,
        day=clock.today() if settings["exemptions"] else None,
        **settings,
    )


def _layer_codes(
    settings: dict[str, Any],
    provenance: dict[str, str],
    found: dict[str, Any],
    given: dict[str, Any],
    file: str,
) -> None:
    """Put the codes of the command line over those of the file, as ruff does.

    ``--select`` starts anew. Without it, what the command line says of a prefix goes
    before all that the file says of that prefix or of longer ones.
    """
    on, off = given.get("extend-select", ()), given.get("ignore", ())
    select, ignore = settings["select"], found.get("ignore", ())
    if "select" in given:
        if ignore or off:
            provenance["ignore"] = _COMMAND
        ignore = ()
    else:
        if "extend-select" in found:
            select = (*select, *found["extend-select"])
            provenance["select"] += f"; extend-select: {file}"
        if off and ignore:
            provenance["ignore"] = f"{file}; {_COMMAND}"
        # A longer one that ``on`` covers stays: a preview rule is on for being named in full.
        select = tuple(code for code in select if not code.startswith(tuple(off)))
        ignore = tuple(code for code in ignore if not code.startswith((*on, *off)))
    if on:
        provenance["select"] += f"; extend-select: {_COMMAND}"
    settings["select"] = tuple(dict.fromkeys((*select, *on)))
    settings["ignore"] = tuple(dict.fromkeys((*ignore, *off)))


def _shown(path: str) -> str:
    """Return the path relative to the working directory where it lies below it, else absolute."""
    whole = os.path.abspath(path)
    try:
        relative = os.path.relpath(whole)
    except ValueError:  # another drive of Windows
        return posix(whole)
    return posix(whole if relative.startswith("..") else relative)
