"""Which configuration governs which file: the nearest one upward, unless the user names one."""

from __future__ import annotations

import os
from dataclasses import replace

from flake8_ssot_ids.model import PolicyError
from flake8_ssot_ids.policy.kinds import posix
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.render.terminal import say
from flake8_ssot_ids.runs.session import Policies
from flake8_ssot_ids.system.files import is_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Configurations(Policies):
    """The policies of one run of a command.

    A configuration that cannot be used is noted in ``broken`` and the defaults stand in for it, so that one
    run names them all.
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
        super().__init__(config, isolated, overrides)
        self._targets = () if "src" in overrides else targets
        self.broken: list[PolicyError] = []
        if not self.hierarchical:
            self.above("")

    def complain(self) -> bool:
        """Tell all that is wrong with the configurations and the flags, each once; False if nothing is."""
        for line in dict.fromkeys(line for error in self.broken for line in error.lines):
            say(f"error: {line}")
        return bool(self.broken)

    def load(self, config: str | None, root: str | None) -> Policy:
        """Load one configuration, or note what is wrong with it."""
        try:
            policy = super().load(config, root)
        except PolicyError as error:
            if all(str(error) != str(known) for known in self.broken):
                self.broken.append(error)
            return Policy(root=posix(os.path.abspath(root or os.getcwd())))
        if config is None:
            policy = replace(policy, src=(*policy.src, *_folders(self._targets, policy.src)))
        return policy


def _folders(targets: Sequence[str], roots: Sequence[str]) -> list[str]:
    """The folders among the targets that are not below one of the roots, each with its ``src``."""
    found: list[str] = []
    for target in targets:
        folder = os.path.abspath(target)
        if os.path.isdir(folder) and not any(is_below(folder, os.path.normpath(root)) for root in roots):
            found += (posix(folder), posix(os.path.join(folder, "src")))
    return found
