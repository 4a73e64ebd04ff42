"""SID101: the UUID object is used as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.testing import assert_marks, expected

CODE = "SID101"

FIRING = {
    "an assigned object": """\
import uuid
session_id = uuid.uuid4()
#            ^^^^^^^^^^ SID101
""",
    "an argument, a return value, a default that is computed": """\
from uuid import uuid1, uuid4 as new
def make(store, key=new()):
#                   ^^^ SID101
    store.add(uuid1())
    #         ^^^^^ SID101
    return new()
    #      ^^^ SID101
""",
    "an element of a display and a value of a mapping": """\
import uuid as u
pair = [u.uuid4(), {"id": u.uuid4()}]
#       ^^^^^^^ SID101
#                         ^^^^^^^ SID101
""",
    "the version and the variant of an object are not the id": """\
import uuid
assert uuid.uuid4().version == 4
#      ^^^^^^^^^^ SID101
""",
    "an object that is awaited for, yielded or compared": """\
import uuid
def stream():
    yield uuid.uuid7()
    #     ^^^^^^^^^^ SID101
    while uuid.uuid6() != uuid.uuid8():
    #     ^^^^^^^^^^ SID101
    #                     ^^^^^^^^^^ SID101
        pass
""",
    "columns are code points, rows those of the reference": """\
import uuid
é, 名 = ("😀", uuid
         .uuid4())
#! SID101 2:14-3:16
""",
}

SILENT = {
    "the own function of that name": """\
def uuid4():
    return 4
x = uuid4()
""",
    "another module of that name": """\
from . import uuid
from .uuid import uuid4
x = uuid.uuid4(), uuid4()
""",
    "parsing and constants": """\
import uuid
x = uuid.UUID(text), uuid.NAMESPACE_DNS, uuid.UUID(int=0), uuid.getnode()
""",
    "name hashes are not asked for": """\
import uuid
x = uuid.uuid5(uuid.NAMESPACE_DNS, "a"), uuid.uuid3(uuid.NAMESPACE_DNS, "a")
""",
    "a parameter of that name": """\
import uuid
def f(uuid):
    return uuid.uuid4()
""",
    "text, comments and annotations": """\
import uuid
x: uuid.uuid4() = "uuid.uuid4()"  # uuid.uuid4()
def f(a: uuid.uuid4()) -> uuid.uuid4(): ...
""",
    "other shapes have other codes": """\
import uuid
a = str(uuid.uuid4())
#       ^^^^^^^^^^ SID102
b = uuid.uuid4().hex[:8]
#   ^^^^^^^^^^ SID103
c = "a" + str(uuid.uuid4())
#             ^^^^^^^^^^ SID104
d = uuid.uuid4
#   ^^^^^^^^^^ SID105
""",
}

MESSAGES = [
    (
        "import uuid\nsession_id = uuid.uuid4()\n",
        "`uuid.uuid4()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\ndef f(user_id):\n    session_id = uuid.uuid4()\n",
        "`uuid.uuid4()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\ndef f(user_id=None):\n    session_id = uuid.uuid4()\n",
        "`uuid.uuid4()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\ndef f(user_id: str):\n    add(connection_id=uuid.uuid4())\n",
        "`uuid.uuid4()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\ndef f(user_id):\n    return {'clientId': uuid.uuid4()}\n",
        "`uuid.uuid4()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\ndef f(user_id, agent_type):\n    execution_id = uuid.uuid4()\n",
        "`uuid.uuid4()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\nclaims['jti'] = uuid.uuid4()\n",
        "`uuid.uuid4()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\nprint(uuid.uuid4())\n",
        "`uuid.uuid4()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\nUser(id=uuid.uuid1())\n",
        "`uuid.uuid1()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; decide by hand: it is a UUID object, not text; "
        "`UnifiedIdGenerator.generate_uuid` makes no UUID like `uuid.uuid1`",
    ),
    (
        "import uuid\ncsrf_token = uuid.uuid4()\n",
        "`uuid.uuid4()` makes an id that bypasses the generator, so its kind and owner cannot "
        "be told; this is a secret, not an id: write `secrets.token_urlsafe(32)`",
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
