"""The flake8 face: findings of the tree that flake8 has parsed, as flake8 wants them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flake8_ssot_ids import __version__

if TYPE_CHECKING:
    import argparse
    import ast

    from flake8_ssot_ids.names.project import Project
    from flake8_ssot_ids.policy import Policy

Violation = tuple[int, int, str, type["SsotIdsPlugin"]]


class _Session:
    """What the files of one process share: the options, and per folder the policy and the project."""

    def __init__(self, config: str | None = None) -> None:
        self.config = config
        self._folders: dict[str, str | None] = {}
        self._policies: dict[str | None, tuple[Policy, Project]] = {}

    def policy_for(self, path: str) -> tuple[Policy, Project]:
        """The policy that governs the file ``path``, and the project that goes with it.

        Raises:
            PolicyError: its configuration cannot be used.
        """
        from flake8_ssot_ids import catalog
        from flake8_ssot_ids.names.project import Project
        from flake8_ssot_ids.policy import find_config, load_policy
        from flake8_ssot_ids.registry import rules

        folder = os.path.dirname(path)
        if folder not in self._folders:
            self._folders[folder] = self.config or find_config(folder)
        origin = self._folders[folder]
        known = self._policies.get(origin)
        if known is None:
            codes = [rule.code for rule in rules()]
            root = os.getcwd() if self.config or origin is None else None
            policy = load_policy(origin, root=root, codes=codes)
            known = policy, Project(policy.src, catalog.attributes(policy.name_hashes))
            self._policies[origin] = known
        return known


class SsotIdsPlugin:
    """The plugin that flake8 makes one of for each file."""

    name = "flake8-ssot-ids"
    version = __version__
    #: flake8 hands options to the class; each process parses them once.
    session = _Session()

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        """Take the tree and the decoded lines of one file, as flake8 has them."""
        self._tree = tree
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: Any) -> None:
        """Register the pointer to the policy; all other settings are in the policy itself."""
        manager.add_option(
            "--ssot-ids-config",
            metavar="FILE",
            default=None,
            normalize_paths=True,
            parse_from_config=True,
            help="the file with [tool.ssot-ids] (default: the nearest one above each file)",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Take the options over; flake8 calls this once in each process."""
        cls.session = _Session(options.ssot_ids_config)

    def run(self) -> Iterator[Violation]:
        """Yield ``(row, column from 0, text, class)`` for each finding.

        Comments and ``per-file-ignores`` of flake8 are flake8's business; the policy's are honoured
        here.
        """
        from flake8_ssot_ids import catalog
        from flake8_ssot_ids.engine import check_tree, is_exempt
        from flake8_ssot_ids.prefilter import may_hold_use

        path = os.path.abspath(self._filename)
        policy, project = self.session.policy_for(path)
        if is_exempt(path, policy):
            return
        text = "".join(self._lines)
        data = text.encode("utf-8", "surrogatepass")
        words = project.words_for(path, data)
        if not words and not may_hold_use(data, catalog.attributes(policy.name_hashes)):
            return
        report = check_tree(self._tree, text, path, policy, project, words=words, noqa=False)
        for finding in report.findings:
            start = finding.span.start
            yield start.row, start.column - 1, f"{finding.code} {finding.message}", type(self)
