"""Find a configuration file, read it, and build a policy or the list of all its problems."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flake8_ssot_ids.model import PolicyError, Problem
from flake8_ssot_ids.policy import globs
from flake8_ssot_ids.policy.keys import check_table
from flake8_ssot_ids.policy.kinds import Place, kind_of
from flake8_ssot_ids.policy.options import OPTIONS
from flake8_ssot_ids.policy.policy import Exemption, Policy, Recipe, Zone
from flake8_ssot_ids.system import clock
from flake8_ssot_ids.system.files import read

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
    folder = os.path.abspath(start)
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
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
            found = _posix(own)
        elif os.path.lexists(shared) and not os.path.isdir(shared) and _has_table(shared):
            found = _posix(shared)
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
    here = _posix(os.getcwd())
    problems: list[Problem] = []
    place = Place("", "", problems, None if codes is None else frozenset(codes))
    found: dict[str, object] = {}
    if config is not None:
        table = _read(config, problems)
        found = check_table(OPTIONS, table, place)
    in_file = len(problems)
    given = check_table(OPTIONS, overrides or {}, place, flags=True)
    problems[in_file:] = [replace(problem, origin=_COMMAND) for problem in problems[in_file:]]
    if problems:
        raise PolicyError(_COMMAND if config is None else _shown(config), tuple(problems))
    if root is None:
        root = here if config is None else os.path.dirname(os.path.abspath(config))
    return _build(config, _posix(os.path.abspath(root)), here, found, given)


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
    settings: dict[str, Any] = {}
    provenance: dict[str, str] = {}
    for option in OPTIONS:
        if not option.field:
            continue
        key = option.key
        value, source = option.default, "default"
        if key in found:
            value, source = _rebase(key, found[key], root, root), file
        if key in given:
            value, source = _rebase(key, given[key], here, root), _COMMAND
        settings[key] = value
        provenance[key] = source

    _layer_codes(settings, provenance, found, given, file)
    for extra, base, origin in ((found, root, file), (given, here, _COMMAND)):
        more = _rebase("exclude", extra.get("extend-exclude", ()), base, root)
        if more:
            settings["exclude"] = tuple(dict.fromkeys((*settings["exclude"], *more)))
            provenance["exclude"] += f"; extend-exclude: {origin}"

    for key in ("src", "baseline"):
        base = here if key in given else root
        value = settings[key]
        if key == "src":
            settings[key] = tuple(dict.fromkeys(_absolute(base, folder) for folder in value))
        elif value is not None:
            settings[key] = _absolute(base, value)
    settings["per-file-ignores"] = tuple(settings["per-file-ignores"].items())
    settings["zone"] = tuple(Zone(**zone) for zone in settings["zone"])
    settings["exemption"] = tuple(Exemption(**exemption) for exemption in settings["exemption"])
    settings["recipes"] = tuple(Recipe(**recipe) for recipe in settings["recipes"])
    return Policy(
        root=root,
        origin=None if config is None else _posix(os.path.abspath(config)),
        provenance=provenance,
        day=clock.today() if settings["exemption"] else None,
        **{option.field: settings[option.key] for option in OPTIONS if option.field},
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


def _rebase(key: str, value: Any, base: str, root: str) -> Any:
    """Make the globs in the value of a key relative to ``root``."""

    def one(pattern: str, anywhere: bool) -> str:
        return globs.rebase(pattern, base, root, anywhere=anywhere)

    if key in ("exclude", "test-paths", "allow-raw-in"):
        return tuple(one(pattern, key != "allow-raw-in") for pattern in value)
    if key == "per-file-ignores":
        return {
            "!" * pattern.startswith("!") + one(pattern.removeprefix("!"), True): codes
            for pattern, codes in value.items()
        }
    if key == "zone":
        return tuple(zone | {"paths": tuple(one(path, False) for path in zone["paths"])} for zone in value)
    if key == "exemption":
        return tuple(item | {"path": one(item["path"], False)} for item in value)
    return value


def _absolute(base: str, path: str) -> str:
    return _posix(os.path.normpath(os.path.join(base, path)))


def _shown(path: str) -> str:
    """Return the path relative to the working directory where it lies below it, else absolute."""
    whole = os.path.abspath(path)
    try:
        relative = os.path.relpath(whole)
    except ValueError:  # another drive of Windows
        return _posix(whole)
    return _posix(whole if relative.startswith("..") else relative)


def _posix(path: str) -> str:
    return path.replace("\\", "/") if os.sep == "\\" else path
