"""When two policies are equal, what the digest covers, and sending one to a worker."""

from __future__ import annotations

import datetime
import pickle
from dataclasses import fields, replace
from typing import Any

import pytest

from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import DEFAULT_TEST_PATHS, Exemption, Recipe, Zone

FULL = Policy(
    root="/r",
    origin="/r/x.toml",
    generators=("a.b.C",),
    allow_raw_in=("x", "y"),
    src=("/r",),
    select=("SID1", "SID2"),
    ignore=("SID103", "SID101"),
    per_file_ignores=(("a", ("SID1", "SID2")), ("b", ("SID3",))),
    exclude=("q",),
    test_paths=("t", "u"),
    baseline="/r/b.txt",
    zones=(Zone("z", ("p", "q")), Zone("w", ("w",))),
    exemptions=(Exemption("e", ("SID1",), "why", datetime.date(2030, 1, 1)), Exemption("f", ("SID1",))),
    recipes=(Recipe("f()", "g()"),),
    roles={"x": "f", "y": "g"},
    api={"manager": "a.B", "bridge": "a.C"},
    not_applicable={"C01": "x"},
    day=datetime.date(2029, 12, 30),
    provenance={"select": "x"},
)
CHANGING: list[dict[str, Any]] = [
    {"root": "/s"},
    {"generators": ("a.b.D",)},
    {"generators": ("a.b.C", "a.b.D")},
    {"allow_raw_in": ("x",)},
    {"src": ("/r", "/s")},
    {"select": ("SID1",)},
    {"ignore": ()},
    {"preview": True},
    {"per_file_ignores": (("a", ("SID1",)), ("b", ("SID3",)))},
    {"test_paths": ("t",)},
    {"name_hashes": True},
    {"zones": (Zone("w", ("w",)), Zone("z", ("p", "q")))},
    {"zones": (Zone("z", ("p", "q"), "standard"), Zone("w", ("w",)))},
    {"zones": (Zone("z", ("p", "q"), phase="1"), Zone("w", ("w",)))},
    {"zones": (Zone("z", ("p", "q"), service="1"), Zone("w", ("w",)))},
    {"exemptions": (Exemption("e", ("SID1",), "why", datetime.date(2030, 1, 2)), Exemption("f", ("SID1",)))},
    {"exemptions": (Exemption("e", ("SID1",), "why", datetime.date(2030, 1, 1)), Exemption("f", ("SID2",)))},
    {"day": datetime.date(2030, 1, 2)},
    {"recipes": (Recipe("f()", "g()", "x"),)},
    {"roles": {"x": "f", "y": "h"}},
    {"api": {"manager": "a.B"}},
]
NEUTRAL: list[dict[str, Any]] = [
    {"origin": None},
    {"provenance": {}},
    {"exclude": ("r",)},
    {"respect_gitignore": False},
    {"baseline": None},
    {"not_applicable": {}},
    {"allow_raw_in": ("y", "x")},
    {"select": ("SID2", "SID1", "SID1")},
    {"ignore": ("SID101", "SID103")},
    {"per_file_ignores": (("b", ("SID3",)), ("a", ("SID2", "SID1")))},
    {"test_paths": ("u", "t")},
    {"zones": (Zone("z", ("q", "p")), Zone("w", ("w",)))},
    {"exemptions": FULL.exemptions[::-1]},
    {"day": datetime.date(2030, 1, 1)},
    {"roles": {"y": "g", "x": "f"}},
    {"api": {"bridge": "a.C", "manager": "a.B"}},
]


@pytest.mark.parametrize("change", CHANGING, ids=str)
def test_what_can_change_a_finding_changes_the_digest(change: dict[str, Any]) -> None:
    assert replace(FULL, **change).digest() != FULL.digest()


@pytest.mark.parametrize("change", NEUTRAL, ids=str)
def test_nothing_else_does(change: dict[str, Any]) -> None:
    assert replace(FULL, **change).digest() == FULL.digest()


def test_each_setting_is_in_one_of_the_two_lists() -> None:
    assert {key for change in CHANGING + NEUTRAL for key in change} == {item.name for item in fields(Policy)}


def test_the_digest_is_the_same_in_every_process() -> None:
    assert FULL.digest() == "72c59ab9e4332178522da6364aa4f826"
    assert replace(FULL, roles={"\udcff\n": "é"}).digest() != FULL.digest()


def test_a_policy_can_be_sent_to_a_worker() -> None:
    policy = replace(FULL)
    bare = len(pickle.dumps(policy))
    policy.excluded("/r/a.py", False)
    policy.scope_of("/r/a/b/c.py")
    policy.digest()
    data = pickle.dumps(policy)
    assert len(data) == bare
    copy = pickle.loads(data)  # noqa: S301
    assert copy == policy
    assert (copy.provenance, copy.origin) == (policy.provenance, policy.origin)
    assert copy.scope_of("/r/a/t/c.py") == "test"
    assert copy.digest() == policy.digest()


def test_equality_leaves_out_the_origin() -> None:
    assert replace(FULL, origin=None, provenance={}) == FULL
    assert replace(FULL, baseline=None) != FULL
    assert FULL.test_paths != DEFAULT_TEST_PATHS
