"""Which configuration governs which file: the nearest one upward, unless the user names one."""

from __future__ import annotations

import os
from dataclasses import replace

from flake8_ssot_ids.model import PolicyError, Problem, SsotIdsError
from flake8_ssot_ids.policy.load import find_config, load_policy
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.render.terminal import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Configurations:
    """The policies of one run; each folder is searched and each file is loaded once.

    ``config`` (a file) or ``isolated`` replace the search. A configuration that cannot be used
    is noted in ``broken`` and the defaults stand in for it, so that one run names them all.
    """

    def __init__(
        self,
        config: str | None,
        isolated: bool,
        overrides: Mapping[str, object],
        targets: Sequence[str] = (),
    ) -> None:
        """Load what the user names; ``overrides`` are the keys that the command line sets.

        Without a file that says otherwise, modules are also imported from the folders in ``targets``.
        """
        self._targets = targets
        self.broken: list[PolicyError] = []
        self._overrides = overrides
        self._codes = known_codes()
        self._fixed: Policy | None = None
        self._by_config: dict[str | None, Policy] = {}
        self._by_folder: dict[str, Policy] = {}
        self._origins: dict[str, str | None] = {}
        if isolated or config is not None:
            self._fixed = self._load(config, os.getcwd())

    @property
    def hierarchical(self) -> bool:
        """Tell whether files of different folders may have different policies."""
        return self._fixed is None

    def above(self, folder: str) -> Policy:
        """Return the policy found upward from a folder."""
        if self._fixed is not None:
            return self._fixed
        policy = self._by_folder.get(folder)
        if policy is None:
            config = find_config(folder, self._origins)
            if config not in self._by_config:
                self._by_config[config] = self._load(config, None)
            policy = self._by_folder[folder] = self._by_config[config]
        return policy

    def complain(self) -> bool:
        """Tell all that is wrong with the configurations and the flags, each once; False if nothing is."""
        for line in dict.fromkeys(line for error in self.broken for line in error.lines):
            say(f"error: {line}")
        return bool(self.broken)

    def _load(self, config: str | None, root: str | None) -> Policy:
        try:
            policy = load_policy(config, root=root, overrides=self._overrides, codes=self._codes)
            check_recipes(policy)
            if config is None and "src" not in self._overrides:
                policy = replace(policy, src=(*policy.src, *_folders(self._targets, policy.src)))
            return policy
        except PolicyError as error:
            if all(str(error) != str(known) for known in self.broken):
                self.broken.append(error)
            return Policy(root=os.path.abspath(root or os.getcwd()).replace(os.sep, "/"))


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


def _folders(targets: Sequence[str], roots: Sequence[str]) -> list[str]:
    """The folders among the targets that are not below one of the roots, each with its ``src``."""
    found: list[str] = []
    for target in targets:
        folder = os.path.abspath(target).replace(os.sep, "/")
        outside = not any(f"{folder}/".startswith(f"{root.rstrip('/')}/") for root in roots)
        if outside and os.path.isdir(folder):
            found += (folder, f"{folder.rstrip('/')}/src")
    return found


def known_codes() -> frozenset[str]:
    """List the codes that exist by the names of the rule modules, without loading these."""
    from flake8_ssot_ids import rules

    names = [name.partition(".")[0] for folder in rules.__path__ for name in os.listdir(folder)]
    return frozenset(name.upper() for name in names if name.startswith("sid"))
