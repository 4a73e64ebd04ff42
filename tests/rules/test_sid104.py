"""SID104: the full value of a UUID glued to other text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.testing import assert_marks, expected

CODE = "SID104"

FIRING = {
    "text in an f-string": """\
from uuid import uuid4
a = f"user_{uuid4()}"
#           ^^^^^ SID104
b = f"{kind}-{uuid4().hex}"
#             ^^^^^ SID104
c = f"{uuid4()}{uuid4()}"
#      ^^^^^ SID104
#               ^^^^^ SID104
""",
    "a sum": """\
from uuid import uuid4
a = "user_" + str(uuid4())
#                 ^^^^^ SID104
b = str(uuid4()) + ".txt"
#       ^^^^^ SID104
c = base + "/" + uuid4().hex + "/" + rest
#                ^^^^^ SID104
""",
    "a template": """\
from uuid import uuid4
a = "user_%s" % uuid4()
#               ^^^^^ SID104
b = "%s-%s" % (kind, uuid4())
#                    ^^^^^ SID104
c = "user_{}".format(uuid4())
#                    ^^^^^ SID104
d = "{kind}_{id}".format(kind=kind, id=uuid4().hex)
#                                      ^^^^^ SID104
""",
    "a join": """\
from uuid import uuid4
a = "_".join(["user", str(uuid4())])
#                         ^^^^^ SID104
b = "-".join((kind, uuid4().hex, rest))
#                   ^^^^^ SID104
""",
    "a file name is an id with text after it": """\
import uuid
path = f"{uuid.uuid4()}.png"
#         ^^^^^^^^^^ SID104
""",
}

SILENT = {
    "a given value with text": """\
import uuid
a = f"user_{uuid.UUID(x)}", "user_" + str(uuid.UUID(x))
""",
    "no other text at all": """\
from uuid import uuid4
a = f"{uuid4()}", "{}".format(uuid4()), "" + str(uuid4())
#      ^^^^^ SID102
#                             ^^^^^ SID102
#                                                ^^^^^ SID102
""",
    "a part of it between other text": """\
from uuid import uuid4
a = f"user_{uuid4().hex[:6]}"
#           ^^^^^ SID103
""",
    "an argument of a call within the text": """\
from uuid import uuid4
a = f"user_{lookup(uuid4())}"
#                  ^^^^^ SID101
""",
    "numbers are added, not glued": """\
from uuid import uuid4
a = uuid4().int + 1
#   ^^^^^ SID102
""",
    "arguments beside other text": """\
from uuid import uuid4
log("user %s", uuid4())
#              ^^^^^ SID101
log("user", str(uuid4()))
#               ^^^^^ SID102
""",
}

MESSAGES = [
    (
        'from uuid import uuid4\nx = f"client_{uuid4()}"\n',
        "text `client_` is glued to `uuid.uuid4()`, a format of its own that no other place "
        'knows; write `UnifiedIdGenerator.generate_base_id("client")`',
    ),
    (
        'from uuid import uuid4\ndef f(user_id):\n    x = f"client_{uuid4()}"\n',
        "text `client_` is glued to `uuid.uuid4()`, a format of its own that no other place "
        "knows; write `UnifiedIdGenerator.generate_websocket_client_id(user_id)`",
    ),
    (
        'from uuid import uuid4\nx = "Web Socket " + str(uuid4())\n',
        "text `Web Socket ` is glued to `uuid.uuid4()`, a format of its own that no other "
        "place knows; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        'from uuid import uuid4\nx = "Web-Socket-" + str(uuid4())\n',
        "text `Web-Socket-` is glued to `uuid.uuid4()`, a format of its own that no other "
        "place knows; call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        'from uuid import uuid4\nx = f"{kind}_{uuid4()}"\n',
        "text is glued to `uuid.uuid4()`, a format of its own that no other place knows; "
        "call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        'from uuid import uuid4\nx = f"a_{self.kind}_{uuid4()}"\n',
        "text is glued to `uuid.uuid4()`, a format of its own that no other place knows; "
        "call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        'from uuid import uuid4\nmail = f"{uuid4()}@example.org"\n',
        "text is glued to `uuid.uuid4()`, a format of its own that no other place knows; "
        "call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        'from uuid import uuid4\nx = "websocket_setup_%s" % uuid4()\n',
        "text `websocket_setup_` is glued to `uuid.uuid4()`, a format of its own that no "
        'other place knows; write `UnifiedIdGenerator.generate_base_id("websocket_setup")`',
    ),
    (
        'from uuid import uuid4\nreset_token = "r_" + uuid4().hex\n',
        "text `r_` is glued to `uuid.uuid4()`, a format of its own that no other place knows; "
        "this is a secret, not an id: write `secrets.token_urlsafe(32)`",
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
