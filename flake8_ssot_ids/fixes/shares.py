"""Plans for many files as plain values, so that several processes can share the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flake8_ssot_ids.fixes.plan import NoGeneratorError, Planner
from flake8_ssot_ids.model import Finding, Fix, UnreadableError
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.system.files import read

_PLANNER = "planner"


@dataclass(slots=True)
class Outcome:
    """What was planned for one file.

    ``new`` is what is to be written, None if nothing is. ``fixed`` are the findings that go away, ``done`` is
    what is written for each; ``left`` are those that stay, withheld and manual ones. ``refused`` says why the
    file stays as it is, ``failed`` why it could not be looked at.
    """

    path: str
    old: bytes = b""
    new: bytes | None = None
    fixed: tuple[Finding, ...] = ()
    done: tuple[Fix, ...] = ()
    left: tuple[tuple[Finding, Fix], ...] = ()
    refused: str = ""
    failed: str = ""
    no_generator: str = ""
    #: By fingerprint, what is or would be written for each finding that is looked at.
    fixes: dict[str, Fix] | None = None


def plan_all(paths: Sequence[str], policy: Policy, project: Project, wish: tuple[Any, ...]) -> list[Outcome]:
    """Plan the fixes of some files.

    Args:
        paths: the files.
        policy: what counts where; its selection says which findings are looked at.
        project: finds other modules.
        wish: whether unsafe edits are wanted, the most findings to fix in one file (None: all), the only
            decision to write (empty: any), all files of the project, and what was seen of some of them.
    """
    unsafe, most, only, files, looks = wish
    planner = project.memory.get(_PLANNER)
    if not isinstance(planner, Planner):
        planner = project.memory[_PLANNER] = Planner(policy, project, files, looks)
    return [_one(path, planner, unsafe, most, only) for path in paths]


def plan_text(
    path: str,
    data: bytes,
    policy: Policy,
    project: Project,
    *,
    unsafe: bool,
    most: int | None = None,
    only: str = "",
) -> Outcome:
    """Plan the fixes of one text that has the name ``path``, such as standard input."""
    return _planned(path, data, Planner(policy, project, ()), unsafe, most, only)


def _one(path: str, planner: Planner, unsafe: bool, most: int | None, only: str) -> Outcome:
    try:
        data = read(path)
    except (OSError, ValueError) as error:
        return Outcome(path, failed=getattr(error, "strerror", None) or str(error))
    return _planned(path, data, planner, unsafe, most, only)


def _planned(path: str, data: bytes, planner: Planner, unsafe: bool, most: int | None, only: str) -> Outcome:
    try:
        plan = planner.plan(path, data, unsafe=unsafe, most=most, only=only)
    except NoGeneratorError as error:
        return Outcome(path, data, no_generator=str(error))
    except UnreadableError as error:
        return Outcome(path, data, failed=f"it does not parse: {error}")
    except Exception as error:  # one file must not take the others with it
        return Outcome(
            path, data, failed=f"internal error, please report it: {type(error).__name__}: {error}"
        )
    gone = {finding.fingerprint for finding in plan.fixed}
    left = [verdict for verdict in plan.verdicts if verdict.finding.fingerprint not in gone]
    return Outcome(
        path,
        data,
        plan.new,
        tuple(plan.fixed),
        tuple(verdict.as_fix() for verdict in plan.done),
        tuple((verdict.finding, verdict.as_fix()) for verdict in left),
        plan.refused,
        fixes={verdict.finding.fingerprint: verdict.as_fix() for verdict in plan.verdicts},
    )
