"""What other linters' configurations should say about our codes; these are never edited."""

from __future__ import annotations

import configparser
import os
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from flake8_ssot_ids.system.files import read

_RUFF_FILES = (".ruff.toml", "ruff.toml")
_FLAKE8_FILES = ("setup.cfg", "tox.ini", ".flake8")
_FLAKE8_KEYS = ("select", "ignore", "extend-select", "extend-ignore")


def for_ruff(root: str) -> Iterator[str]:
    """What a user of ruff has to add, so that RUF100 leaves our suppressing comments alone.

    A ``.ruff.toml`` goes before a ``ruff.toml``, and that before ``pyproject.toml``, as in ruff.
    """
    for name in (*_RUFF_FILES, "pyproject.toml"):
        table = _toml(os.path.join(root, name))
        if name == "pyproject.toml":
            tool = (table or {}).get("tool")
            table = tool.get("ruff") if isinstance(tool, dict) else None
        if not isinstance(table, dict):
            continue
        lint = table.get("lint", {})
        lint = lint if isinstance(lint, dict) else {}
        external = [*_list(table.get("external")), *_list(lint.get("external"))]
        if not any(str(code) and "SID".startswith(str(code)) for code in external):
            header = "[tool.ruff.lint]" if name == "pyproject.toml" else "[lint]"
            codes = ", ".join(f'"{code}"' for code in (*map(str, external), "SID"))
            yield (
                f"{name}: ruff's RUF100 deletes `noqa` comments with codes that it does not know; "
                f"under `{header}` write `external = [{codes}]`"
            )
        return


def for_flake8(root: str) -> Iterator[str]:
    """What a user of flake8 has to change where a bare ``S`` covers our codes, too.

    flake8 reads the first of these files that has its section.
    """
    for name in _FLAKE8_FILES:
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(read(os.path.join(root, name)).decode("utf-8-sig"))
        except (OSError, UnicodeDecodeError, configparser.Error):
            continue
        if not parser.has_section("flake8"):
            continue
        section = {key.replace("_", "-"): value for key, value in parser.items("flake8")}
        codes = {key: re.split(r"[,\s]+", re.sub(r"#.*", "", section.get(key, ""))) for key in _FLAKE8_KEYS}
        named = [code for key in ("select", "extend-select") for code in codes[key] if code.startswith("SI")]
        if not named:
            for key in _FLAKE8_KEYS:
                if "S" in codes[key]:
                    effect = "silences" if "ignore" in key else "also turns on"
                    advice = (
                        "add `extend-select = SID`" if "ignore" in key else "name `SID` to tell them apart"
                    )
                    yield f"{name}: `{key} = S` of flake8 {effect} our codes, which begin with it; {advice}"
            if section.get("select", "").strip() and not {"S"} & {*codes["select"]}:
                yield f"{name}: `select` of flake8 leaves our codes out; add `extend-select = SID`"
        return


def _toml(path: str) -> dict[str, Any] | None:
    """The document; None where there is none, or one that ruff cannot read either."""
    try:
        return tomllib.loads(read(path).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
