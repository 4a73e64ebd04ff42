"""C02: the ids of freshly made rows parse."""

from __future__ import annotations

import dataclasses
import importlib
import os
import sys
from collections.abc import Iterator
from typing import Any

from flake8_ssot_ids.compliance.inside.target import Fact, Probed, missing, said, shown
from flake8_ssot_ids.system.files import is_below


def model_rows(target: Probed) -> Iterator[Fact]:
    """Make the default of each id column and field of the auth modules, and parse it."""
    sound = target.parses_its_own
    for path in target.question["modules"].get("C02", ()):
        name = module_name(os.path.join(target.question["root"], path), target.question["src"])
        if name is None:
            yield path, "it lies below none of the folders in `src`, so it cannot be imported"
            continue
        try:
            module = importlib.import_module(name)
        except BaseException as error:
            reason = missing(error) if isinstance(error, ModuleNotFoundError) else said(error)
            yield path, f"it cannot be imported: {reason}"
            continue
        for owner, attribute, make in _makers(module):
            try:
                value = make()
            except Exception as error:
                yield path, f"the default of `{owner}.{attribute}` raises {said(error)}"
                continue
            text_like = isinstance(value, (str, bytes)) or type(value).__name__ == "UUID"
            if sound and text_like and not target.is_made_by_one(value):
                yield (
                    path,
                    f"a fresh `{owner}.{attribute}` is {shown(value)}, which is no id of the generator",
                )


def module_name(path: str, roots: list[str]) -> str | None:
    """The dotted name of the module at ``path``, below the longest root that holds it."""
    real = os.path.realpath(path)
    for root in sorted(map(os.path.realpath, roots), key=len, reverse=True):
        if is_below(real, root):
            parts = os.path.splitext(os.path.relpath(real, root))[0].split(os.sep)
            if parts[-1] == "__init__":
                parts.pop()
            if parts and all(part.isidentifier() for part in parts):
                return ".".join(parts)
    return None


def _makers(module: Any) -> Iterator[tuple[str, str, Any]]:
    """(class, attribute, function that makes a default) for each id of each class of ``module``."""
    for cls in list(vars(module).values()):
        if not isinstance(cls, type) or cls.__module__ != module.__name__:
            continue
        table = getattr(cls, "__table__", None)
        if table is not None and "sqlalchemy" in sys.modules:
            for column in table.columns:
                if _is_id(column.name) and getattr(column.default, "is_callable", False):
                    yield cls.__name__, column.name, lambda column=column: column.default.arg(None)
        elif dataclasses.is_dataclass(cls):
            for item in dataclasses.fields(cls):
                if _is_id(item.name) and item.default_factory is not dataclasses.MISSING:
                    yield cls.__name__, item.name, item.default_factory
        else:
            for name, info in (getattr(cls, "model_fields", None) or {}).items():
                factory = getattr(info, "default_factory", None)
                if _is_id(name) and factory is not None:
                    yield cls.__name__, name, factory


def _is_id(name: str) -> bool:
    return name in ("id", "uid", "jti") or name.endswith("_id")
