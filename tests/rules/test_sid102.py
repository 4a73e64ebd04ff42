"""SID102: the whole value of a UUID as text, bytes or a number."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.testing import assert_marks, expected

CODE = "SID102"

FIRING = {
    "text by a call, a method or an attribute": """\
from uuid import uuid4
a = str(uuid4())
#       ^^^^^ SID102
b = uuid4().hex
#   ^^^^^ SID102
c = uuid4().urn
#   ^^^^^ SID102
d = repr(uuid4()).upper()
#        ^^^^^ SID102
e = uuid4().__str__()
#   ^^^^^ SID102
""",
    "a number or bytes": """\
import uuid
a = uuid.uuid4().int, int(uuid.uuid4())
#   ^^^^^^^^^^ SID102
#                         ^^^^^^^^^^ SID102
b = uuid.uuid4().bytes, uuid.uuid1().bytes_le.hex()
#   ^^^^^^^^^^ SID102
#                       ^^^^^^^^^^ SID102
""",
    "a format without other text": """\
from uuid import uuid4
a = f"{uuid4()}"
#      ^^^^^ SID102
b = f"{uuid4()!s}" f""
#      ^^^^^ SID102
c = "{}".format(uuid4())
#               ^^^^^ SID102
d = "%s" % uuid4()
#          ^^^^^ SID102
e = format(uuid4(), "")
#          ^^^^^ SID102
""",
    "cuts that lose nothing": """\
from uuid import uuid4
a = uuid4().hex[:32], str(uuid4())[:36], uuid4().hex[:]
#   ^^^^^ SID102
#                         ^^^^^ SID102
#                                        ^^^^^ SID102
b = str(uuid4()).replace("-", "")[:32], str(uuid4())[::-1]
#       ^^^^^ SID102
#                                           ^^^^^ SID102
""",
    "the whole value in another alphabet": """\
import base64
from uuid import uuid4
a = base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
#                            ^^^^^ SID102
b = hex(uuid4().int)
#       ^^^^^ SID102
""",
}

SILENT = {
    "text of a given object": """\
import uuid
a = str(uuid.UUID(x)), uuid.UUID(x).hex, f"{uuid.UUID(x)}"
""",
    "a function named str that is called with a string": """\
import uuid
a = str("uuid.uuid4()")
""",
    "cuts are worse": """\
from uuid import uuid4
a = uuid4().hex[:31], str(uuid4())[:35]
#   ^^^^^ SID103
#                         ^^^^^ SID103
""",
    "other text is worse": """\
from uuid import uuid4
a = f"{uuid4()}.txt", f" {uuid4()}"
#      ^^^^^ SID104
#                         ^^^^^ SID104
""",
    "an object handed to a call of another kind": """\
from uuid import uuid4
a = make(uuid4()), UserID(uuid4())
#        ^^^^^ SID101
#                         ^^^^^ SID101
""",
    "uncalled in a format": """\
from uuid import uuid4
a = f"{uuid4}", str(uuid4)
#      ^^^^^ SID105
#                   ^^^^^ SID105
""",
}

MESSAGES = [
    (
        "from uuid import uuid4\nuser_id = str(uuid4())\n",
        "the text of `uuid.uuid4()` is used as an id that no format check can tell from "
        'another; write `UnifiedIdGenerator.generate_base_id("user")`',
    ),
    (
        "from uuid import uuid4\ndef f(self, user_id):\n    self.session_id = uuid4().hex\n",
        "the text of `uuid.uuid4()` is used as an id that no format check can tell from "
        'another; write `UnifiedIdGenerator.generate_session_id(user_id, "app")`',
    ),
    (
        "from uuid import uuid4\ndef f(user_id):\n"
        "    user_id = user_id or None\n    session_id = uuid4().hex\n",
        "the text of `uuid.uuid4()` is used as an id that no format check can tell from "
        'another; write `UnifiedIdGenerator.generate_base_id("session")`',
    ),
    (
        "from uuid import uuid4\ndef new_request_id():\n    return str(uuid4())\n",
        "the text of `uuid.uuid4()` is used as an id that no format check can tell from "
        'another; write `UnifiedIdGenerator.generate_base_id("request")`',
    ),
    (
        "from uuid import uuid4\nheaders.setdefault('X-Trace-ID', str(uuid4()))\n",
        "the text of `uuid.uuid4()` is used as an id that no format check can tell from "
        "another; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "from uuid import uuid4\nthread_id = given or str(uuid4())\n",
        "the text of `uuid.uuid4()` is used as an id that no format check can tell from "
        'another; write `UnifiedIdGenerator.generate_base_id("thread")`',
    ),
    (
        "from uuid import uuid1\npassword = uuid1().hex\n",
        "the text of `uuid.uuid1()` is used as an id that no format check can tell from "
        "another; this is a secret, not an id: write `secrets.token_urlsafe(32)`",
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
