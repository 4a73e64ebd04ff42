"""SID204: a call of a project function that only returns a fresh raw id."""

# ruff: noqa: E501 - a program is easier to read in one line
from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_ids.testing import expected
from tests.rules.cases import Case, assert_balance, assert_case, messages

CODE = "SID204"
IDS = {"ids.py": "import uuid\ndef new_id():\n    return str(uuid.uuid4())\n"}
CLASS = {
    "ids.py": """\
import uuid
class Maker:
    def new_id(self):
        return uuid.uuid4().hex
    @staticmethod
    def static():
        return uuid.uuid4().hex
    @classmethod
    def of_class(cls):
        return uuid.uuid4().hex
    def other(self):
        return self.name
maker = Maker()
"""
}

FIRING: dict[str, Case] = {
    "a function of the same module": """\
import uuid
def new_id():
    return str(uuid.uuid4())
x = new_id()
#   ^^^^^^ SID204
""",
    "a function of another module": ("from ids import new_id\nx = new_id()\n#   ^^^^^^ SID204\n", IDS),
    "an attribute of another module": ("import ids as i\nx = i.new_id()\n#   ^^^^^^^^ SID204\n", IDS),
    "handed on": (
        "import ids\nx = field(default_factory=ids.new_id)\n#                         ^^^^^^^^^^ SID204\n",
        IDS,
    ),
    "imported within a function": (
        "def f():\n    from ids import new_id as make\n    return {'id': make()}\n    #             ^^^^ SID204\n",
        IDS,
    ),
    "re-exported": (
        "from api import make\nx = make()\n#   ^^^^ SID204\n",
        {**IDS, "api/__init__.py": "from ids import new_id as make\n"},
    ),
    "behind a star": ("from ids import *\nx = new_id()\n#   ^^^^^^ SID204\n", IDS),
    "a chain of wrappers": (
        "from b import second\nx = second()\n#   ^^^^^^ SID204\n",
        {**IDS, "b.py": "from ids import new_id\ndef second():\n    value = new_id()\n    return value\n"},
    ),
    "a typed id": (
        "from ids import new\nx = new()\n#   ^^^ SID204\n",
        {"ids.py": "import uuid\ndef new() -> UserID:\n    return UserID(str(uuid.uuid4()))\n"},
    ),
    "two ways, both raw": (
        "from ids import new\nx = new()\n#   ^^^ SID204\n",
        {
            "ids.py": "import uuid\ndef new(short):\n    if short:\n        return uuid.uuid4().hex[:8]\n"
            "    return uuid.uuid4().hex\n"
        },
    ),
    "text around it": (
        "from ids import new\nx = new()\n#   ^^^ SID204\n",
        {"ids.py": "import uuid\ndef new():\n    return f'job_{uuid.uuid4()}'\n"},
    ),
    "an awaited wrapper": (
        "from ids import new\nasync def f():\n    x = await new()\n    #         ^^^ SID204\n",
        {"ids.py": "import uuid\nasync def new():\n    return str(uuid.uuid4())\n"},
    ),
    "a lambda": (
        "from ids import new\nx = new()\n#   ^^^ SID204\n",
        {"ids.py": "import uuid\nnew = lambda: str(uuid.uuid4())\n"},
    ),
    "a method through self": """\
import uuid
class A:
    def _new_id(self):
        return str(uuid.uuid4())
    def f(self):
        return {"id": self._new_id()}
        #             ^^^^^^^^^^^^ SID204
""",
    "a class method through cls": """\
import uuid
class A:
    @classmethod
    def _new_id(cls):
        return str(uuid.uuid4())
    @classmethod
    def f(cls):
        return {"id": cls._new_id()}
        #             ^^^^^^^^^^^ SID204
""",
    "static methods through the class": """\
import uuid
class A:
    @staticmethod
    def new_id():
        return str(uuid.uuid4())
x = A.new_id()
#   ^^^^^^^^ SID204
""",
    "an instance of a class of the same module": """\
import uuid
class A:
    def new_id(self):
        return str(uuid.uuid4())
a = A()
x = a.new_id()
#   ^^^^^^^^ SID204
y = A().new_id()
#   ^^^^^^^^^^ SID204
""",
    "an inherited method": """\
import uuid
class A:
    def new_id(self):
        return str(uuid.uuid4())
class B(A):
    def f(self):
        return self.new_id()
        #      ^^^^^^^^^^^ SID204
""",
    "static and class methods of a class of another module": (
        """\
from ids import Maker
x = Maker.static(), Maker.of_class()
#   ^^^^^^^^^^^^ SID204
#                   ^^^^^^^^^^^^^^ SID204
""",
        CLASS,
    ),
    "an instance of a class of another module": (
        """\
from ids import Maker
m = Maker()
x = m.new_id()
#   ^^^^^^^^ SID204
def f(maker: Maker):
    return [maker.new_id()]
    #       ^^^^^^^^^^^^ SID204
class A:
    def __init__(self):
        self.maker = Maker()
    def f(self):
        return [self.maker.new_id()]
        #       ^^^^^^^^^^^^^^^^^ SID204
""",
        CLASS,
    ),
    "an instance that another module holds": (
        "from ids import maker\nx = maker.new_id()\n#   ^^^^^^^^^^^^ SID204\n",
        CLASS,
    ),
    "a property": """\
import uuid
class A:
    @property
    def new_id(self):
        return str(uuid.uuid4())
    def f(self):
        return [self.new_id]
        #       ^^^^^^^^^^^ SID204
""",
}

SILENT: dict[str, Case] = {
    "the definition and the import": "import uuid\ndef new_id():\n    return str(uuid.uuid4())\n",
    "a function that may return something else": (
        "from ids import new\nx = new()\n",
        {"ids.py": "import uuid\ndef new(a):\n    if a:\n        return a\n    return str(uuid.uuid4())\n"},
    ),
    "a given id comes first": (
        "from ids import new\nx = new()\n",
        {"ids.py": "import uuid\ndef new(a=None):\n    return a or str(uuid.uuid4())\n"},
    ),
    "an id in a larger value": (
        "from ids import new\nx = new()\n",
        {"ids.py": "import uuid\ndef new():\n    return {'id': str(uuid.uuid4())}\n"},
    ),
    "a record with an id": (
        "from ids import new\nx = new()\n",
        {"ids.py": "import uuid\ndef new():\n    return Order(id=str(uuid.uuid4()))\n"},
    ),
    "a name that may hold something else": (
        "from ids import new\nx = new()\n",
        {
            "ids.py": "import uuid\ndef new(a):\n    x = uuid.uuid4()\n    for x in a:\n        pass\n    return x\n"
        },
    ),
    "a parameter that is bound in one case only": (
        "from ids import new\nx = new()\n",
        {
            "ids.py": "import uuid\ndef new(x=None):\n    if not x:\n        x = str(uuid.uuid4())\n    return x\n"
        },
    ),
    "a function that returns nothing": (
        "from ids import new\nx = new()\n",
        {"ids.py": "import uuid\ndef new(a):\n    a.id = str(uuid.uuid4())\n"},
    ),
    "a function that may end without a value": (
        "from ids import new\nx = new()\n",
        {"ids.py": "import uuid\ndef new(a):\n    if a:\n        return str(uuid.uuid4())\n"},
    ),
    "a generator function": (
        "from ids import new\nx = new()\n",
        {"ids.py": "import uuid\ndef new():\n    yield str(uuid.uuid4())\n    return str(uuid.uuid4())\n"},
    ),
    "the approved generator's own module": (
        "from ids import new_id\nx = new_id()\n",
        {**IDS, "ssot-ids.toml": 'allow-raw-in = ["ids.py"]\n'},
    ),
    "a parameter of that name": ("import ids\ndef f(new_id):\n    return new_id()\n", IDS),
    "a name that was bound again": ("from ids import new_id\nnew_id = print\nx = new_id()\n", IDS),
    "another function of that name": (
        "from other import new_id\nx = new_id()\n",
        {**IDS, "other.py": "def new_id(): return 1\n"},
    ),
    "a method of something unknown": ("import ids\ndef f(a):\n    return a.new_id()\n", IDS),
    "another method of the class": (
        "from ids import Maker\nx = Maker().other(), Maker, Maker()\n",
        CLASS,
    ),
    "a given id, parsed": (
        "from ids import new\nx = new()\n",
        {"ids.py": "import uuid\ndef new(a):\n    return uuid.UUID(a)\n"},
    ),
    "an abstract method": """\
import abc, uuid
class A(abc.ABC):
    @abc.abstractmethod
    def new_id(self):
        return str(uuid.uuid4())
    def f(self):
        return [self.new_id()]
""",
    "a method that a class of the module overrides": """\
import uuid
class A:
    def new_id(self):
        return str(uuid.uuid4())
class B(A):
    def new_id(self):
        return self.name
    def f(self):
        return [self.new_id()]
""",
    "a setter": """\
import uuid
class A:
    @property
    def id(self):
        return self._id
    @id.setter
    def id(self, value):
        self._id = value
    def f(self):
        self.id = 1
        return self.id
""",
    "functions that call each other": "def a():\n    return b()\ndef b():\n    return a()\nx = a()\n",
    "the wrapped source itself": "from uuid import uuid4\nx = uuid4()\n",
    "annotations and strings": ("import ids\nx: ids.new_id = 'ids.new_id()'\n", IDS),
    "a write": ("import ids\nids.new_id = print\n", IDS),
    "an attribute of the function": ("import ids\nx = ids.new_id.__name__\n", IDS),
}

MESSAGES: list[tuple[Case, list[str]]] = [
    (
        ("import ids\nx = ids.new_id()\ny = ids.new_id\n", IDS),
        [
            "`ids.new_id()` only returns a fresh raw id, so this id bypasses the generator out of sight; "
            "make that function call the generator, or call the generator here",
            "`ids.new_id` is handed on and only returns a fresh raw id, so this id bypasses the generator out "
            "of sight; make that function call the generator, or call the generator here",
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
