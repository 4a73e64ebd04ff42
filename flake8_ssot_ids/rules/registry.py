"""Which rules there are: every module ``rules/sid*.py`` holds one, in its ``RULE``."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module

from flake8_ssot_ids import rules as _package
from flake8_ssot_ids.rules.rule import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, sorted by code.

    Raises:
        ValueError: two rules have one code or one name, or a module is named after another code.
    """
    found: dict[str, Rule] = {}
    for file in sorted(os.listdir(_package.__path__[0])):
        module, extension = os.path.splitext(file)
        if not module.startswith("sid") or extension not in (".py", ".pyc"):
            continue
        rule: Rule = import_module(f"{_package.__name__}.{module}").RULE
        if rule.code.lower() != module:
            raise ValueError(f"the rule in {module} calls itself {rule.code}")
        if any(rule.name == other.name for other in found.values() if other.code != rule.code):
            raise ValueError(f"two rules are named {rule.name}")
        found[rule.code] = rule
    return tuple(found.values())


def rule(code: str) -> Rule:
    """The rule of ``code``, such as ``SID103``; case does not matter.

    Raises:
        KeyError: there is no such rule.
    """
    for candidate in rules():
        if candidate.code == code.upper():
            return candidate
    raise KeyError(code)
