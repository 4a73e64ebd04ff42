"""SID201: a call by a name that an assignment bound to a source."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.testing import assert_marks, expected

CODE = "SID201"

FIRING = {
    "an assigned function": """\
import uuid
make = uuid.uuid4
#      ^^^^^^^^^^ SID105
x = make()
#   ^^^^ SID201
y = f"a_{make().hex[:8]}"
#        ^^^^ SID201
""",
    "an assigned module": """\
import uuid
u = uuid
x = u.uuid4()
#   ^^^^^^^ SID201
""",
    "a default argument and a walrus": """\
import uuid
def f(make=uuid.uuid4):
#          ^^^^^^^^^^ SID105
    return make()
    #      ^^^^ SID201
if g := uuid.uuid4:
#       ^^^^^^^^^^ SID105
    g()
#   ^ SID201
""",
    "unpacking": """\
import uuid
a, (b, *c) = uuid.uuid4, (uuid.uuid1, 1, 2)
#            ^^^^^^^^^^ SID105
#                         ^^^^^^^^^^ SID105
a(), b(), c()
#! SID201 1-2
#    ^ SID201
""",
    "an alias that another function set": """\
import uuid
make = None
def start():
    global make
    make = uuid.uuid4
    #      ^^^^^^^^^^ SID105
def run():
    return make()
    #      ^^^^ SID201
""",
    "partial": """\
import uuid
from functools import partial
make = partial(uuid.uuid4)
#              ^^^^^^^^^^ SID105
make()
#! SID201 1-5
""",
}

SILENT = {
    "an import under another name is direct": """\
from uuid import uuid4 as make
x = make()
#   ^^^^ SID101
""",
    "an alias that is handed on uncalled": """\
import uuid
make = uuid.uuid4
#      ^^^^^^^^^^ SID105
x = field(default_factory=make)
#                         ^^^^ SID105
""",
    "a name that was bound again": """\
import uuid
make = uuid.uuid4
#      ^^^^^^^^^^ SID105
make = other
make()
""",
    "a parameter without a default": """\
import uuid
make = uuid.uuid4
#      ^^^^^^^^^^ SID105
def f(make): return make()
""",
    "an alias of what the call returned": """\
import uuid
value = uuid.uuid4()
#       ^^^^^^^^^^ SID101
value.hex, value(), str(value)
""",
    "the local of another function": """\
import uuid
def f():
    make = uuid.uuid4
    #      ^^^^^^^^^^ SID105
def g():
    return make()
""",
}

MESSAGES = [
    (
        "import uuid\nmake = uuid.uuid4\ntrace_id = make()\n",
        "this name is an alias of `uuid.uuid4`, so a raw id is made where no search finds it; "
        "call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\nmake = uuid.uuid4\ndef f(user_id):\n    session_id = str(make())\n",
        "this name is an alias of `uuid.uuid4`, so a raw id is made where no search finds it; "
        'write `UnifiedIdGenerator.generate_session_id(user_id, "app")`',
    ),
    (
        'import uuid\nu = uuid\nx = f"job_{u.uuid1()}"\n',
        "this name is an alias of `uuid.uuid1`, so a raw id is made where no search finds it; "
        'write `UnifiedIdGenerator.generate_base_id("job")`',
    ),
    (
        "import uuid\nmake = uuid.uuid4\nsecret = make().hex\n",
        "this name is an alias of `uuid.uuid4`, so a raw id is made where no search finds it; "
        "this is a secret, not an id: write `secrets.token_urlsafe(32)`",
    ),
    (
        "import uuid\nmake = uuid.uuid4\ntrace_id = make().hex[:8]\n",
        "this name is an alias of `uuid.uuid4`, so a raw id is made where no search finds it, and only 32 "
        "random bits of it are kept, so a collision is 1 % likely at 9,291 ids; "
        "call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\nmake = uuid.uuid1\ntrace_id = make().hex[:8]\n",
        "this name is an alias of `uuid.uuid1`, so a raw id is made where no search finds it, and the part "
        "of it that is kept holds the clock and the machine and no random bit, so ids repeat; "
        "decide by hand: `trace_id` belongs to a standard that says how it looks; "
        "`UnifiedIdGenerator.generate_uuid` makes no UUID like `uuid.uuid1`",
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
