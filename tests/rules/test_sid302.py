"""SID302: text is glued around an id of the approved generator, or a part of it is cut out."""

# ruff: noqa: E501 - a program is easier to read in one line
from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_ids.testing import expected
from tests.rules.cases import Case, assert_balance, assert_case, messages

CODE = "SID302"
G = "from ssot_ids import UnifiedIdGenerator as G\n"

FIRING: dict[str, Case] = {
    "a sum": G + 'x = "ws_" + G.generate_base_id("chat")\n#           ^^^^^^^^^^^^^^^^^^ SID302\n',
    "an f-string": G + 'x = f"ws_{G.generate_base_id(kind)}"\n#         ^^^^^^^^^^^^^^^^^^ SID302\n',
    "text after it": G + 'x = f"{G.generate_base_id(kind)}_{n}"\n#      ^^^^^^^^^^^^^^^^^^ SID302\n',
    "two ids": G
    + 'x = f"{G.generate_base_id(a)}-{G.generate_base_id(b)}"\n'
    + "#      ^^^^^^^^^^^^^^^^^^ SID302\n#                              ^^^^^^^^^^^^^^^^^^ SID302\n",
    "a slice": G + 'x = G.generate_base_id("a")[:8]\n#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID302\n',
    "a slice of a name": G
    + 'def f():\n    x = G.generate_base_id("a")\n    return x[-8:]\n    #      ^^^^^^ SID302\n',
    "text around it as str": G
    + 'x = "a_" + str(G.generate_base_id("b"))\n#              ^^^^^^^^^^^^^^^^^^ SID302\n',
}

SILENT: dict[str, Case] = {
    "whole": G + 'x = G.generate_base_id("a")\ny = f"{G.generate_base_id(kind)}"\n',
    "a sentence": G + 'log(f"made {G.generate_base_id(kind)}")\n',
    "a path": G + 'x = f"/files/{G.generate_base_id(kind)}"\n',
    "a key": G + 'x = "session:" + G.generate_base_id("a")\n',
    "an address": G + 'x = f"{G.generate_base_id(kind)}@example.org"\n',
    "a file name": G + 'x = G.generate_base_id("a") + ".json"\n',
    "several at once, one of them taken": G
    + 'x = G.generate_user_context_ids(u, "o")[0]\ny = G.generate_user_context_ids(u, "o")[:2]\n',
    "the prefix is made of parts": G + 'x = G.generate_base_id(f"{kind}_x")\n',
    "text around what is made of it": G + 'x = "a_" + f(G.generate_base_id("a"))\n',
    "a slice of something else": G + 'x = G.generate_base_id("a")\ny = z[:8]\n',
    "no generator": "from other import G\nx = 'a_' + G.generate_base_id('a')\n",
}

MESSAGES: list[tuple[Case, list[str]]] = [
    (
        G + 'x = "ws_" + G.generate_base_id("a")\ny = G.generate_base_id("a")[:8]\n',
        [
            "text is glued around the id that `UnifiedIdGenerator.generate_base_id()` makes, so nothing can "
            "parse it; give the generator that text as its prefix",
            "`G.generate_base_id('a')[:8]` cuts an id that `UnifiedIdGenerator.generate_base_id()` makes: its head is the same for "
            "all ids of the kind, its tail has few random bits; keep it whole",
        ],
    ),
]


@pytest.mark.parametrize("case", FIRING)
def test_fires(case: str) -> None:
    source = FIRING[case] if isinstance(FIRING[case], str) else FIRING[case][0]
    assert CODE in {mark.code for mark in expected(str(source))}
    assert_case(FIRING[case], CODE)


@pytest.mark.parametrize("case", SILENT)
def test_stays_silent(case: str) -> None:
    source = SILENT[case] if isinstance(SILENT[case], str) else SILENT[case][0]
    assert CODE not in {mark.code for mark in expected(str(source))}
    assert_case(SILENT[case], CODE)


def test_at_least_as_many_cases_stay_silent() -> None:
    assert_balance(FIRING, SILENT)


@pytest.mark.parametrize(("case", "expected_messages"), MESSAGES)
def test_message(case: Case, expected_messages: list[str], tmp_path: Path) -> None:
    assert messages(case, CODE, tmp_path) == expected_messages
