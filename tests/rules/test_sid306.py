"""SID306: the ids of one context are made by separate calls."""

# ruff: noqa: E501 - a program is easier to read in one line
from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_ids.testing import expected
from tests.rules.cases import Case, assert_balance, assert_case, messages

CODE = "SID306"
G = "from ssot_ids import UnifiedIdGenerator as G\n"

FIRING: dict[str, Case] = {
    "all three of the generator": G
    + """\
def f(user_id):
    thread_id = G.generate_base_id("thread")
    #           ^^^^^^^^^^^^^^^^^^ SID306
    run_id = G.generate_base_id("run")
    request_id = G.generate_base_id("request")
""",
    "all three raw": """\
import uuid
def f():
    return Context(thread_id=str(uuid.uuid4()), run_id=str(uuid.uuid4()), request_id=str(uuid.uuid4()))
    #                            ^^^^^^^^^^ SID306
""",
    "thread and run alone": """\
import uuid
def f():
    run_id = f"run_{uuid.uuid4()}"
    #               ^^^^^^^^^^ SID306
    thread_id = f"thread_{uuid.uuid4()}"
""",
    "one raw, one of the generator": G
    + """\
import uuid
def f(self):
    self.thread_id = G.generate_base_id("thread")
    #                ^^^^^^^^^^^^^^^^^^ SID306
    self.run_id = uuid.uuid4().hex
""",
    "keys of a dictionary": """\
import uuid
def f():
    return {"threadId": uuid.uuid4(), "runId": uuid.uuid4()}
    #                   ^^^^^^^^^^ SID306
""",
    "both for one child": """\
import uuid
def f():
    child_thread_id = uuid.uuid4()
    #                 ^^^^^^^^^^ SID306
    child_run_id = uuid.uuid4()
""",
    "in the same branch": """\
import uuid
def f(a):
    if a:
        thread_id = uuid.uuid4()
        #           ^^^^^^^^^^ SID306
        run_id = uuid.uuid4()
    else:
        thread_id = run_id = a
""",
}

SILENT: dict[str, Case] = {
    "made together": G
    + 'def f(user_id):\n    thread_id, run_id, request_id = G.generate_user_context_ids(user_id, "f")\n',
    "the run is made of its thread": G
    + """\
def f():
    thread_id = G.generate_base_id("thread")
    run_id = G.generate_run_id(thread_id)
    request_id = G.generate_base_id("request")
""",
    "the run is made of a thread that is an attribute": G
    + """\
def f(self):
    self.thread_id = G.generate_base_id("thread")
    self.run_id = G.generate_run_id(thread_id=self.thread_id)
""",
    "a thread without a run": "import uuid\ndef f():\n    thread_id = uuid.uuid4()\n    request_id = uuid.uuid4()\n",
    "a run without a thread": "import uuid\ndef f(thread_id):\n    run_id = uuid.uuid4()\n    request_id = uuid.uuid4()\n",
    "two functions": "import uuid\ndef f():\n    thread_id = uuid.uuid4()\ndef g():\n    run_id = uuid.uuid4()\n",
    "an inner function": """\
import uuid
def f():
    thread_id = uuid.uuid4()
    def g():
        run_id = uuid.uuid4()
""",
    "two unrelated contexts": "import uuid\ndef f():\n    parent_thread_id = uuid.uuid4()\n    child_run_id = uuid.uuid4()\n",
    "one in each branch": """\
import uuid
def f(a):
    if a:
        thread_id = uuid.uuid4()
    else:
        run_id = uuid.uuid4()
""",
    "one in each case": """\
import uuid
def f(a):
    match a:
        case 1:
            thread_id = uuid.uuid4()
        case 2:
            run_id = uuid.uuid4()
""",
    "factories, which are called by themselves": """\
import uuid
class A:
    thread_id = field(default_factory=uuid.uuid4)
    run_id = field(default_factory=uuid.uuid4)
""",
    "names that only sound so": "import uuid\ndef f():\n    threads = uuid.uuid4()\n    dry_run = uuid.uuid4()\n",
}

MESSAGES: list[tuple[Case, list[str]]] = [
    (
        "import uuid\ndef f():\n    thread_id = uuid.uuid4()\n    run_id = uuid.uuid4()\n",
        [
            "`thread_id`, `run_id` of one context are made by separate calls, so no run leads back to its "
            "thread; make them together: `thread_id, run_id, request_id = "
            'generate_user_context_ids(user_id, "…")`'
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
