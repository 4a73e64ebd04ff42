"""Imports of a generator that belongs to another service."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.policy.approved import generators_for, service_of
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.module.syntax import absolute
from flake8_ssot_ids.semantics.project.modules import Modules
from flake8_ssot_ids.source.sourcefile import parse
from flake8_ssot_ids.system.files import read


def foreign_imports(root: str, relative: str, policy: Policy) -> Iterator[tuple[int, str]]:
    """The rows on which a file imports a generator that it may not, with what is wrong."""
    path = os.path.join(root, relative)
    allowed = generators_for(policy, path)
    foreign = [dotted for dotted in policy.generators if dotted not in allowed]
    if not foreign:
        return
    try:
        tree = parse(read(path))
    except (OSError, UnreadableError):
        return  # the check of the module says so
    package = Modules(policy.src, frozenset()).home(path).package
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = absolute(package, node.level, node.module)
            if module is not None:
                names = [f"{module.removeprefix('.')}.{alias.name}" for alias in node.names]
        for dotted in foreign:
            home = dotted.rpartition(".")[0]
            if any(name in (dotted, home) or name == f"{home}.*" for name in names):
                yield (
                    getattr(node, "lineno", 1),
                    f"it imports `{dotted}`, the generator of the service `{service_of(policy, dotted)}`, "
                    f"which is not deployed with it; use {' or '.join(f'`{name}`' for name in allowed)}",
                )
