"""SID203: a source reached by way of text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.testing import assert_marks, expected

CODE = "SID203"

FIRING = {
    "getattr and its kin": """\
import uuid
a = getattr(uuid, "uuid4")()
#   ^^^^^^^^^^^^^^^^^^^^^^ SID203
b = getattr(uuid, "uuid4", None)
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID203
c = uuid.__getattribute__("uuid1")
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID203
""",
    "an import by a call": """\
import importlib
from importlib import import_module as load
a = __import__("uuid").uuid4()
#   ^^^^^^^^^^^^^^^^^^^^^^^^ SID203
b = importlib.import_module("uuid").uuid4().hex
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID203
u = load("uuid")
c = u.uuid4
#   ^^^^^^^ SID203
""",
    "mappings of modules and names": """\
import sys, uuid
a = sys.modules["uuid"].uuid4()
#   ^^^^^^^^^^^^^^^^^^^^^^^^^ SID203
b = vars(uuid)["uuid4"]()
#   ^^^^^^^^^^^^^^^^^^^ SID203
c = uuid.__dict__.get("uuid4")
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^ SID203
""",
    "a mix of two ways": """\
import sys
a = getattr(sys.modules.get("uuid"), "uuid4")()
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID203
""",
}

SILENT = {
    "a getattr of something else": """\
import uuid
a = getattr(x, "uuid4"), getattr(uuid, "UUID"), getattr(uuid, name)
""",
    "an own getattr": """\
import uuid
def getattr(*args): ...
a = getattr(uuid, "uuid4")
""",
    "other modules": """\
import sys
a = __import__("os").uuid4(), sys.modules["json"].uuid4()
""",
    "a mapping of the own": """\
import uuid
modules = {}
a = modules["uuid"].uuid4(), vars(x)["uuid4"], table["uuid4"]
""",
    "a write into the module": """\
import uuid
vars(uuid)["uuid4"] = fake
setattr(uuid, "uuid4", fake)
""",
}

MESSAGES = [
    (
        "import uuid\ntrace_id = getattr(uuid, 'uuid4')()\n",
        "this is `uuid.uuid4` by dynamic access, which hides a raw id from every search; "
        "call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "run_id = __import__('uuid').uuid1().hex\n",
        "this is `uuid.uuid1` by dynamic access, which hides a raw id from every search; "
        'write `UnifiedIdGenerator.generate_base_id("run")`',
    ),
    (
        "import sys\nx = f\"job_{sys.modules['uuid'].uuid4()}\"\n",
        "this is `uuid.uuid4` by dynamic access, which hides a raw id from every search; "
        'write `UnifiedIdGenerator.generate_base_id("job")`',
    ),
    (
        "import uuid\ndef f(user_id):\n    session_id = vars(uuid)['uuid4']()\n",
        "this is `uuid.uuid4` by dynamic access, which hides a raw id from every search; "
        "call `UnifiedIdGenerator.generate_uuid()` instead",
    ),
    (
        "import uuid\ntrace_id = getattr(uuid, 'uuid4')().hex[:size]\n",
        "this is `uuid.uuid4` by dynamic access, which hides a raw id from every search, and only a part of "
        "it is kept, so ids collide early; "
        "call `UnifiedIdGenerator.generate_uuid()` instead",
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
