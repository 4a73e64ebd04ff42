"""Whether anything can be found in a file, as its bytes tell: the one question before it is parsed.

flake8 asks it of each file, so nothing heavy is imported before a file needs it.
"""

from __future__ import annotations

from flake8_ssot_ids.semantics.project.words import Words
from flake8_ssot_ids.uuids import catalog
from flake8_ssot_ids.uuids.prefilter import may_hold_use

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from flake8_ssot_ids.policy.policy import Policy
    from flake8_ssot_ids.rules.rule import Finder, Rule
    from flake8_ssot_ids.semantics.project.project import Project


class Glance:
    """What the bytes of a file tell.

    ``words`` are those through which it may reach a source elsewhere, ``house`` is what finds the recipes
    that may stand in it, ``may_find`` is False where no rule can find anything.
    """

    __slots__ = ("house", "may_find", "words")

    def __init__(
        self, data: bytes, path: str, policy: Policy, project: Project | None, house: Finder | None
    ) -> None:
        """Look at ``data``, with what :func:`~flake8_ssot_ids.findings.engine.check_source` is given."""
        self.words = Words() if project is None else project.words_for(path, data)
        self.house = house if house is not None and house.may_find(data) else None
        self.may_find = bool(
            self.words
            or self.house
            or may_hold_use(data, catalog.attributes(policy.name_hashes))
            or (project is not None and project.is_shadow(path))
            or _may_be_inspected(data, path, policy, project)
        )


def _may_be_inspected(data: bytes, path: str, policy: Policy, project: Project | None) -> bool:
    """Whether a rule that looks closer is on and may find something in a file with these bytes.

    What such rules speak of, other than raw uses, is imported from somewhere.
    """
    if project is None or not policy.may_preview or b"import" not in data or not inspecting(policy):
        return False
    from flake8_ssot_ids.ids.inspection import may_interest

    return may_interest(data, path, policy, project)


def inspecting(policy: Policy) -> list[Rule]:
    """The rules that look closer and are on."""
    from flake8_ssot_ids.rules.registry import rules

    return [
        rule
        for rule in rules()
        if rule.inspect is not None and policy.selected(rule.code, preview=rule.preview)
    ]
