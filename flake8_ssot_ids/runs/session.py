"""From a configuration to all that is needed to check a file under it: the one way for every face.

:class:`Policies` finds and loads the configuration that governs a folder, :class:`Session` has what all files
under one policy share. Nothing heavy is imported before a file needs it.
"""

from __future__ import annotations

import os
from functools import cached_property

from flake8_ssot_ids.model import PolicyError, Problem, SsotIdsError
from flake8_ssot_ids.policy.load import find_config, load_policy
from flake8_ssot_ids.rules import codes
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.uuids import catalog

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from collections.abc import Mapping

    from flake8_ssot_ids.fixes.shares import Outcome
    from flake8_ssot_ids.model import FileReport
    from flake8_ssot_ids.policy.policy import Policy
    from flake8_ssot_ids.rules.rule import Finder


class Session:
    """What all files under one policy share: the project around them, and the recipes of their house.

    Args:
        policy: what counts where.
        keeps: a survey of the project is made as soon as following imports has cost as much, and is kept.
        folder: where it is kept; None: the user's cache folder.
    """

    def __init__(self, policy: Policy, *, keeps: bool = False, folder: str | None = None) -> None:
        self.policy = policy
        #: The attribute names of the module ``uuid`` that count.
        self.sources = catalog.attributes(policy.name_hashes)
        self.project = Project(policy.src, self.sources)
        self._folder = folder
        if keeps:
            self.project.survey = self._survey

    @cached_property
    def house(self) -> Finder | None:
        """What finds the places that the policy's recipes speak of, if there are any."""
        if not self.policy.recipes:
            return None
        from flake8_ssot_ids.recipes.house import house_of

        return house_of(self.policy)

    def survey(self) -> None:
        """Look at all modules now, for all processes that come of this one, if that was left for later."""
        if self.project.survey is not None:
            self.project.surveyed, self.project.survey = self.project.survey(), None

    def check(self, data: bytes, path: str, *, all_files: bool = False, noqa: bool = True) -> FileReport:
        """Check one file; see :func:`flake8_ssot_ids.findings.engine.check_source`."""
        from flake8_ssot_ids.findings.engine import check_source

        return check_source(
            data, path, self.policy, self.project, all_files=all_files, noqa=noqa, house=self.house
        )

    def plan(
        self, data: bytes, path: str, *, unsafe: bool, most: int | None = None, only: str = ""
    ) -> Outcome:
        """Plan the fixes of one text; see :func:`flake8_ssot_ids.fixes.shares.plan_text`."""
        from flake8_ssot_ids.fixes.shares import plan_text

        return plan_text(path, data, self.policy, self.project, unsafe=unsafe, most=most, only=only)

    def _survey(self) -> tuple[bytes, ...] | None:
        from flake8_ssot_ids.runs.kept.survey import kept_words

        return kept_words(self.policy.src, self.sources, folder=self._folder)


class Policies:
    """The policies of one run; each folder is searched and each file is loaded once.

    Args:
        config: a file that governs everything.
        isolated: no file is read.
        overrides: the keys that the command line sets.
    """

    def __init__(
        self, config: str | None, isolated: bool = False, overrides: Mapping[str, object] | None = None
    ) -> None:
        #: Whether files of different folders may have different policies.
        self.hierarchical = config is None and not isolated
        self._config = config
        self._overrides = overrides
        self._by_config: dict[str | None, Policy] = {}
        self._by_folder: dict[str, Policy] = {}
        self._origins: dict[str, str | None] = {}

    def above(self, folder: str) -> Policy:
        """The policy that is found upward from a folder.

        Raises:
            PolicyError: the configuration cannot be used.
        """
        policy = self._by_folder.get(folder)
        if policy is None:
            config = find_config(folder, self._origins) if self.hierarchical else self._config
            if config not in self._by_config:
                # The globs of a file that was found are relative to its folder, all others to this one.
                self._by_config[config] = self.load(config, None if self.hierarchical else os.getcwd())
            policy = self._by_folder[folder] = self._by_config[config]
        return policy

    def load(self, config: str | None, root: str | None) -> Policy:
        """Load one configuration; see :func:`load`."""
        return load(config, root, self._overrides)


def load(
    config: str | None, root: str | None = None, overrides: Mapping[str, object] | None = None
) -> Policy:
    """Load a configuration as a run needs it: its codes exist, and ast-grep can search for its recipes.

    The arguments are those of :func:`flake8_ssot_ids.policy.load.load_policy`.

    Raises:
        PolicyError: it cannot be used.
    """
    policy = load_policy(config, root=root, overrides=overrides, codes=codes.known())
    check_recipes(policy)
    return policy


def check_recipes(policy: Policy) -> None:
    """Ask ast-grep whether it can search for the recipes of a policy, if it has some.

    Raises:
        PolicyError: it cannot.
    """
    if policy.recipes:
        from flake8_ssot_ids.recipes.house import problems_of

        try:
            problems = problems_of(policy.recipes)
        except SsotIdsError as error:
            problems = [Problem("recipes", str(error))]
        if problems:
            raise PolicyError(policy.provenance.get("recipes", ""), tuple(problems))
