"""SID305: a call of the approved generator that does not exist or does not bind."""

# ruff: noqa: E501 - a program is easier to read in one line
from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_ids.testing import expected
from tests.rules.cases import Case, assert_balance, assert_case, messages

CODE = "SID305"
HOUSE = {
    "ssot-ids.toml": 'generator = "shared.ids.Ids"\n[api]\ncontext-factory = "shared.ids.make_context"\n',
    "shared/__init__.py": "from shared.ids import Ids as PublicIds\n",
    "shared/ids.py": """\
import enum
class Kind(enum.Enum):
    USER = 1
    RUN = 2
class Ids:
    prefix = "x"
    def __init__(self, seed):
        self.seed = seed
    @staticmethod
    def make(kind, *, short=False):
        return ""
    @classmethod
    def build(cls, kind):
        return ""
    def next(self, kind):
        return ""
def make_context(user_id):
    return ""
ids = Ids(1)
""",
}

FIRING: dict[str, Case] = {
    "no such method of the runtime's generator": """\
from ssot_ids import UnifiedIdGenerator
x = UnifiedIdGenerator.generate_id("a")
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID305
""",
    "an alias": """\
import ssot_ids as s
G = s.UnifiedIdGenerator
x = G.generate_id("a")
#   ^^^^^^^^^^^^^ SID305
""",
    "a missing argument": """\
from ssot_ids import UnifiedIdGenerator as G
def f():
    return G.generate_agent_execution_id()
    #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID305
""",
    "an unknown keyword": """\
from ssot_ids import UnifiedIdGenerator as G
x = G.generate_session_id(user="u", purpose="p")
#   ^^^^^^^^^^^^^^^^^^^^^ SID305
""",
    "handed on": """\
from ssot_ids import UnifiedIdGenerator as G
x = field(default_factory=G.generate_id)
#                         ^^^^^^^^^^^^^ SID305
""",
    "a house's own generator": (
        """\
from shared.ids import Ids
a = Ids.mak("a")
#   ^^^^^^^ SID305
b = Ids.make("a", True)
#   ^^^^^^^^ SID305
c = Ids.next("a")
#   ^^^^^^^^ SID305
d = Ids.build()
#   ^^^^^^^^^ SID305
""",
        HOUSE,
    ),
    "re-exported": (
        "from shared import PublicIds\nx = PublicIds.mak('a')\n#   ^^^^^^^^^^^^^ SID305\n",
        HOUSE,
    ),
    "a local instance": (
        """\
from shared.ids import Ids
def f():
    ids = Ids(1)
    ids.made("a")
    #! SID305 5-13
    return Ids(2).next()
    #      ^^^^^^^^^^^ SID305
""",
        HOUSE,
    ),
    "an instance in an attribute": (
        """\
from shared.ids import Ids
class A:
    ids: Ids
    def __init__(self):
        self.maker = Ids(1)
    def f(self):
        return [self.maker.nxt(), self.ids.nxt()]
        #       ^^^^^^^^^^^^^^ SID305
        #                         ^^^^^^^^^^^^ SID305
""",
        HOUSE,
    ),
    "an annotated parameter": (
        """\
from shared.ids import Ids
def f(ids: Ids, more: "Ids | None" = None):
    return [ids.nxt(), more.nxt()]
    #       ^^^^^^^ SID305
    #                  ^^^^^^^^ SID305
""",
        HOUSE,
    ),
    "an instance that another module holds": (
        """\
from shared.ids import ids
import shared.ids as m
x = [ids.nxt(), m.ids.next()]
#    ^^^^^^^ SID305
#               ^^^^^^^^^^ SID305
""",
        HOUSE,
    ),
    "the class itself": ("from shared.ids import Ids\nx = Ids()\n#   ^^^ SID305\n", HOUSE),
    "the context factory": (
        "from shared.ids import make_context\nx = make_context()\n#   ^^^^^^^^^^^^ SID305\n",
        HOUSE,
    ),
    "an unknown member of an enumeration": (
        "from shared.ids import Ids, Kind\nx = Ids.make(Kind.THREAD)\n#   ^^^^^^^^ SID305\n",
        HOUSE,
    ),
    "an instance in an attribute of the class": (
        """\
from shared.ids import Ids
class A:
    ids = Ids(1)
    @classmethod
    def f(cls):
        return [cls.ids.nxt()]
        #       ^^^^^^^^^^^ SID305
""",
        HOUSE,
    ),
    "a subclass in the project": (
        """\
from mine import Mine
x = [Mine.mak("a"), Mine.own()]
#    ^^^^^^^^ SID305
""",
        {
            **HOUSE,
            "mine.py": "from shared.ids import Ids\nclass Mine(Ids):\n    @staticmethod\n    def own(): ...\n",
        },
    ),
}

SILENT: dict[str, Case] = {
    "calls that bind": (
        """\
from shared.ids import Ids, Kind, ids, make_context
x = [Ids.make("a"), Ids.make(Kind.USER, short=True), Ids.build("a"), Ids(1).next("a"), ids.next("b")]
y = [make_context("u"), Ids.prefix, Ids.make, Ids.__name__, Ids.mro(), ids.seed, Kind.THREAD]
""",
        HOUSE,
    ),
    "the runtime's own": """\
from ssot_ids import UnifiedIdGenerator as G
x = G.generate_base_id("a"), G.generate_user_context_ids("u", "o"), G.generate_session_id("u", "p")
""",
    "a look-alike of another module": (
        "from other import Ids\nx = Ids.mak('a')\ndef f(ids: Ids): return ids.mak()\n",
        {**HOUSE, "other.py": "class Ids:\n    pass\n"},
    ),
    "a look-alike that is not there": ("from nowhere import Ids\nx = Ids.mak('a')\n", HOUSE),
    "a look-alike of this module": ("class UnifiedIdGenerator: ...\nUnifiedIdGenerator.mak()\n", HOUSE),
    "a parameter of that name": ("from shared.ids import Ids\ndef f(Ids): return Ids.mak()\n", HOUSE),
    "a name that was bound again": ("from shared.ids import Ids\nIds = print\nIds.mak()\n", HOUSE),
    "a list of instances": (
        "from shared.ids import Ids\ndef f(ids: list[Ids], kind: type[Ids]): return ids.pop(), kind.x\n",
        HOUSE,
    ),
    "an annotated parameter that is bound again": (
        "from shared.ids import Ids\ndef f(ids: Ids):\n    ids = g()\n    return ids.mak()\n",
        HOUSE,
    ),
    "any arguments": (
        "from shared.ids import Ids\ndef f(*a, **k): return Ids.make(*a), Ids.make(**k), Ids.build(*a, **k)\n",
        HOUSE,
    ),
    "a generator that makes names at run time": (
        "from shared.ids import Ids\nx = Ids.anything()\n",
        {**HOUSE, "shared/ids.py": "from nowhere import Base\nclass Ids(Base):\n    pass\n"},
    ),
    "a generator that cannot be read": (
        "from shared.ids import Ids\nx = Ids.anything()\n",
        {"ssot-ids.toml": 'generator = "shared.ids.Ids"\n'},
    ),
    "a write": ("from shared.ids import Ids\nIds.mak = print\ndel Ids.mak\n", HOUSE),
    "annotations": ("from shared.ids import Ids\nx: Ids.Kind\ndef f(a: Ids.Other): ...\n", HOUSE),
    "an attribute of a method": (
        "from shared.ids import Ids\nx = Ids.make.cache_clear, Ids.make.x()\n",
        HOUSE,
    ),
    "an enumeration from elsewhere": (
        "from shared.ids import Ids\nfrom nowhere import Kind\nx = Ids.make(Kind.THREAD)\n",
        HOUSE,
    ),
    "what a subclass adds": (
        "from shared.ids import Ids\nclass Mine(Ids):\n    def own(self): return self.next('a'), self.own()\n",
        HOUSE,
    ),
}

MESSAGES: list[tuple[Case, list[str]]] = [
    (
        (
            "from shared.ids import Ids, Kind\nIds.mak('a')\nIds.next('a')\nIds.make()\nIds.make(Kind.THREAD)\n",
            HOUSE,
        ),
        [
            "`Ids` has no `mak`, so this raises AttributeError; did you mean `make`?",
            "`Ids.next` is an instance method, called on the class, so this call raises",
            "`Ids.make` misses `kind`, so this call raises",
            "`Kind` has no member `THREAD`, so this call raises; it has `RUN`, `USER`",
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
