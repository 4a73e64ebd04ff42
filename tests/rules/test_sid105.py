"""SID105: a source is handed on uncalled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.testing import assert_marks, expected

CODE = "SID105"

FIRING = {
    "a default factory and a column default": """\
import uuid
from dataclasses import dataclass, field
@dataclass
class A:
    a: str = field(default_factory=uuid.uuid4)
    #                              ^^^^^^^^^^ SID105
    b = Column(UUID, primary_key=True, default=uuid.uuid4)
    #                                          ^^^^^^^^^^ SID105
""",
    "an argument, an alias, a return value": """\
from uuid import uuid4
ids = map(uuid4, range(3))
#         ^^^^^ SID105
make = uuid4
#      ^^^^^ SID105
def factory():
    return uuid4
    #      ^^^^^ SID105
""",
    "partial and a wrapped reference": """\
import functools, uuid
make = functools.partial(uuid.uuid4)
#                        ^^^^^^^^^^ SID105
other = make_default(lambda f=uuid.uuid1: 0)
#                             ^^^^^^^^^^ SID105
""",
    "an alias that is handed on": """\
import uuid
make = uuid.uuid4
#      ^^^^^^^^^^ SID105
field(default_factory=make)
#                     ^^^^ SID105
""",
    "a parameter's default": """\
from uuid import uuid4
def f(make=uuid4): ...
#          ^^^^^ SID105
""",
    "an attribute of the function": """\
import uuid
name = uuid.uuid4.__name__
#      ^^^^^^^^^^ SID105
""",
}

SILENT = {
    "a call within a lambda": """\
import uuid
make = lambda: uuid.uuid4()
#              ^^^^^^^^^^ SID101
""",
    "an import and an annotation": """\
from uuid import uuid4
from uuid import uuid4 as make
def f(a: uuid4) -> uuid4: ...
""",
    "a patch by name and a write": """\
import uuid
from unittest import mock
mock.patch("uuid.uuid4")
uuid.uuid4 = fake
del uuid.uuid4
""",
    "the class is no source": """\
import uuid
field(default_factory=uuid.UUID)
isinstance(x, uuid.UUID)
""",
    "the choice of a function that is called": """\
import uuid
x = (uuid.uuid1 if a else uuid.uuid4)()
#    ^^^^^^^^^^ SID101
#                         ^^^^^^^^^^ SID101
""",
    "an attribute of another object": """\
import uuid
self.uuid4, x.uuid.uuid4, uuid.UUID.uuid4
""",
    "a global in a list of exports": """\
from uuid import uuid4
__all__ = ["uuid4"]
""",
}

MESSAGES = [
    (
        "import uuid\nclass Message(Base):\n    id = Column(default=uuid.uuid4)\n",
        "`uuid.uuid4` is handed on as a factory, so every id made with it bypasses the "
        "generator; pass `UnifiedIdGenerator.generate_uuid` instead",
    ),
    (
        "from uuid import uuid4\nclass A:\n    thread_id: str = field(default_factory=uuid4)\n",
        "`uuid.uuid4` is handed on as a factory, so every id made with it bypasses the "
        "generator; pass `UnifiedIdGenerator.generate_uuid` instead",
    ),
    (
        "from uuid import uuid1\nmake_run_id = uuid1\n",
        "`uuid.uuid1` is handed on as a factory, so every id made with it bypasses the "
        "generator; decide by hand: it makes UUID objects, not text; "
        "`UnifiedIdGenerator.generate_uuid` makes no UUID like `uuid.uuid1`",
    ),
    (
        "from uuid import uuid4\nclass A:\n    api_key = Column(default=uuid4)\n",
        "`uuid.uuid4` is handed on as a factory, so every id made with it bypasses the "
        "generator; this is a secret, not an id: write `secrets.token_urlsafe(32)`",
    ),
]


@pytest.mark.parametrize("case", FIRING)
def test_fires(case: str) -> None:
    assert CODE in {mark.code for mark in expected(FIRING[case])}
    assert_marks(FIRING[case])


@pytest.mark.parametrize("case", SILENT)
def test_stays_silent(case: str) -> None:
    assert CODE not in {mark.code for mark in expected(SILENT[case])}
    assert_marks(SILENT[case])


def test_at_least_as_many_cases_stay_silent() -> None:
    assert len(SILENT) >= len(FIRING)


@pytest.mark.parametrize(("source", "message"), MESSAGES)
def test_message(source: str, message: str, judge: Callable[..., FileReport]) -> None:
    assert [found.message for found in judge(source).findings if found.code == CODE] == [message]
