"""SID401: a secret is made from an id source."""

# ruff: noqa: E501 - a program is easier to read in one line
from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_ids.testing import assert_marks, check, expected
from tests.rules.cases import Case, assert_balance, assert_case, messages

CODE = "SID401"


def names(*all_names: str) -> str:
    """A raw id for each name, marked."""
    rows = []
    for name in all_names:
        rows += [f"{name} = uuid.uuid4()", f"#{' ' * (len(name) + 2)}^^^^^^^^^^ SID401"]
    return "import uuid\n" + "\n".join(rows) + "\n"


FIRING: dict[str, Case] = {
    "names": names(
        "token",
        "reset_token",
        "accessToken",
        "secret",
        "client_secret",
        "nonce",
        "csrf",
        "csrf_token",
        "otp",
        "password",
        "api_key",
        "salt",
        "session_cookie",
        "oauth_state",
    ),
    "a key, a keyword, an attribute": """\
import uuid
payload["nonce"] = str(uuid.uuid4())
#                      ^^^^^^^^^^ SID401
x = {"refresh_token": uuid.uuid4().hex}
#                     ^^^^^^^^^^ SID401
f(password=uuid.uuid4().hex[:8])
#          ^^^^^^^^^^ SID401
self.csrf_token = f"t_{uuid.uuid4()}"
#                      ^^^^^^^^^^ SID401
headers.setdefault("X-CSRF-Token", str(uuid.uuid4()))
#                                      ^^^^^^^^^^ SID401
""",
    "what a function returns": """\
import uuid
def generate_reset_token():
    return str(uuid.uuid4())
    #          ^^^^^^^^^^ SID401
""",
    "a field": """\
import uuid
class A:
    token: str = field(default_factory=uuid.uuid4)
    #                                  ^^^^^^^^^^ SID401
""",
    "an id of the generator": """\
from ssot_ids import UnifiedIdGenerator as G
def f(user):
    user.reset_token = G.generate_base_id("reset")
    #                  ^^^^^^^^^^^^^^^^^^ SID401
""",
    "one way of two": """\
import uuid
def f(nonce=None):
    nonce = nonce or uuid.uuid4().hex
    #                ^^^^^^^^^^ SID401
""",
}

SILENT: dict[str, Case] = {
    "names of ids": """\
import uuid
token_id = uuid.uuid4()
secret_name = uuid.uuid4()
session_token_count = uuid.uuid4()
tokens_used = uuid.uuid4()
password_reset_id = uuid.uuid4()
nonce_key_id = uuid.uuid4()
tokenizer = uuid.uuid4()
cookie_name = uuid.uuid4()
stateful = uuid.uuid4()
""",
    "tokens that keep no secret": """\
import uuid
f(client_request_token=str(uuid.uuid4()), idempotency_token=str(uuid.uuid4()))
page_token = uuid.uuid4().hex
lock_token = uuid.uuid4().hex
""",
    "a secret from secrets": "import secrets\ntoken = secrets.token_urlsafe(32)\n",
    "an id beside a secret": "import uuid\nf(token, id=uuid.uuid4())\n",
    "a secret that is looked up by an id": "import uuid\ntoken = tokens[str(uuid.uuid4())]\n",
    "a secret that is computed with an id": "import uuid\ntoken = sign(str(uuid.uuid4()), key)\n",
    "a state of another kind": "import uuid\nstate = uuid.uuid4()\n",
}

MESSAGES: list[tuple[Case, list[str]]] = [
    (
        "import uuid\nfrom ssot_ids import UnifiedIdGenerator as G\nnonce = uuid.uuid4()\notp = G.generate_base_id('o')\n",
        [
            "`nonce` is a secret and is made by `uuid.uuid4`, which makes ids that may be seen and partly "
            "guessed; write `secrets.token_urlsafe(32)`",
            "`otp` is a secret and is made by `UnifiedIdGenerator.generate_base_id`, which makes ids that may "
            "be seen and partly guessed; write `secrets.token_urlsafe(32)`",
        ],
    ),
]


def test_it_stands_beside_the_other_finding_and_is_silenced_by_its_own_code() -> None:
    source = """\
import uuid
token = uuid.uuid4().hex  # noqa: SID102
#       ^^^^^^^^^^ SID401
nonce = uuid.uuid4().hex  # noqa: SID401
#       ^^^^^^^^^^ SID102
otp = uuid.uuid4().hex  # noqa
"""
    assert_marks(source, config="preview = true\n")
    assert_marks(names("otp").replace("^ SID401", "^ SID101"), config='preview = true\nignore = ["SID401"]\n')


def test_the_other_finding_comes_first() -> None:
    marks = check("import uuid\notp = uuid.uuid4().hex[:6]\n", config="preview = true\n")
    assert [mark.code for mark in marks] == ["SID103", "SID401"]


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


NO_SECRETS = """\
import uuid
def claim(redis):
    claim_token = uuid.uuid4().hex
    redis.set("lock", claim_token)
def create(client, idempotency_token=None):
    token = idempotency_token or str(uuid.uuid4())
    return client.create(token)
def get_form_data_token(form_data):
    return form_data.get("token") or "token_" + uuid.uuid4().hex[:8]
"""


def test_what_keeps_no_secret_is_not_called_one() -> None:
    from flake8_ssot_ids.testing import check

    assert [mark for mark in check(NO_SECRETS, select=("SID401",)) if mark.code == "SID401"] == []
