"""What is to be written into a file: pass after pass, until nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flake8_ssot_ids.fixes.assemble import assemble
from flake8_ssot_ids.fixes.decide import Choices
from flake8_ssot_ids.fixes.evidence.looks import FileLook
from flake8_ssot_ids.fixes.evidence.readers import Readers
from flake8_ssot_ids.fixes.evidence.reasons import REASONS
from flake8_ssot_ids.fixes.evidence.state import FileState, NoGeneratorError
from flake8_ssot_ids.fixes.verdicts import FilePlan, RefusedError
from flake8_ssot_ids.ids.decision import UUID_OBJECT
from flake8_ssot_ids.model import Finding, Fix
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.project.project import Project

#: One pass may uncover what stood within something that was replaced; more than so many do not occur.
_PASSES = 6
#: Reasons against a change that no other change in the file takes away.
_LASTING = frozenset(
    {
        *REASONS,
        UUID_OBJECT,
        "ambiguous",
        "foreign-standard",
        "handed-on",
        "injected",
        "migration",
        "named-format",
    }
    | {
        "no-evidence",
        "no-id",
        "no-such-call",
        "not-text",
        "other-version",
        "secret",
        "sql",
        "text-around",
        "vector-id",
    }
)

__all__ = ["FilePlan", "NoGeneratorError", "Planner", "fixes_of"]


class Planner:
    """Plans the fixes of the files of one project.

    Args:
        policy: what counts where, and what the generator is.
        project: finds other modules.
        files: all files of the project, for questions about what they want of each other.
        looks: what was seen of some of these already.
    """

    def __init__(
        self, policy: Policy, project: Project, files: Sequence[str], looks: Iterable[FileLook] = ()
    ) -> None:
        self._policy = policy
        self._project = project
        self._readers = Readers(files, project, lambda path: policy.scope_of(path) == "test", looks)

    def plan(
        self,
        path: str,
        data: bytes,
        *,
        unsafe: bool,
        wanted: Callable[[Finding], bool] = lambda _: True,
        most: int | None = None,
        only: str = "",
    ) -> FilePlan:
        """What to write into the file ``path`` with the bytes ``data``; nothing is written here.

        Args:
            path: the file.
            data: its bytes.
            unsafe: write also what changes the format of an id.
            wanted: which of its findings to look at.
            most: write at most so many changes.
            only: write only what has this decision; empty: any.

        Raises:
            NoGeneratorError: nothing can be written anywhere.
            UnreadableError: the file is no Python.
        """
        result = FilePlan(path, data)
        state = FileState(path, data, self._policy, self._project, self._readers)
        for number in range(_PASSES):
            choices = Choices(state, wanted, unsafe=unsafe, only=only)
            changes = [change for change in choices.changes if unsafe or change.level == "safe"]
            if number == 0:
                result.verdicts = choices.verdicts
                result.manual = [verdict for verdict in choices.verdicts if verdict.level == "manual"]
                written = {finding for change in changes for finding in change.findings}
                result.withheld = [
                    verdict
                    for verdict in choices.verdicts
                    if verdict.level != "manual" and verdict.finding not in written
                ]
            if most is not None:
                changes = changes[: max(0, most - len(result.fixed))]
            if not changes:
                return result
            try:
                done = assemble(changes, state)
            except RefusedError as error:
                return self._refused(result, str(error))
            result.done += done.verdicts
            result.fixed += done.fixed
            state = done.state
            result.new = state.data
            if not self._policy.recipes and _is_settled(choices, done.fixed):
                return result
        return self._refused(result, "the edits do not come to rest")

    @staticmethod
    def _refused(result: FilePlan, reason: str) -> FilePlan:
        result.refused = reason
        result.new, result.fixed, result.done = None, [], []
        return result


def _is_settled(choices: Choices, fixed: Iterable[Finding]) -> bool:
    """Whether another pass would find nothing: all is written that could be, and the rest stays as it is.

    What a value is used for, or what becomes of it, does not change with what is written elsewhere.
    """
    left = {verdict.finding: verdict for verdict in choices.verdicts}
    for finding in fixed:
        left.pop(finding, None)
    return all(verdict.kind in _LASTING for verdict in left.values())


def fixes_of(plan: FilePlan) -> dict[str, Fix]:
    """What to say of each finding in JSON, by its fingerprint."""
    return {verdict.finding.fingerprint: verdict.as_fix() for verdict in plan.verdicts}
