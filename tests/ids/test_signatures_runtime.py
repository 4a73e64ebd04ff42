"""The signatures of the runtime, read from its source: what Python sees, and what the plan calls."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flake8_ssot_ids.ids.signatures import Sources, problem_with
from tests.ids.test_signatures import class_of

ROOT = Path(__file__).resolve().parents[2]

#: What the plan and the runtime's own design call.
CALLS = """\
UnifiedIdGenerator.generate_websocket_connection_id(user_id)
UnifiedIdGenerator.generate_base_id("websocket_setup")
UnifiedIdGenerator.generate_websocket_client_id(user_id)
UnifiedIdGenerator.generate_session_id(user_id, "auth")
UnifiedIdGenerator.generate_base_id("jwt_token")
UnifiedIdGenerator.generate_agent_execution_id(agent_type=self.agent_type, user_id=self.user_id)
UnifiedIdGenerator.generate_agent_execution_id(agent_type.value, user_id)
UnifiedIdGenerator.generate_user_context_ids(user_id, "agent_execution")
UnifiedIdGenerator.generate_base_id(f"exec_{agent_name}_{user_id[:8]}")
UnifiedIdGenerator.generate_tool_execution_id("search", user_id)
UnifiedIdGenerator.generate_message_id()
UnifiedIdGenerator.generate_batch_ids("user", 10)
UnifiedIdGenerator.parse_id(text)
UnifiedIdGenerator.is_valid_id(text, kind="thread")
UnifiedIdGenerator.create_user_execution_context_factory(user_id, operation)
UnifiedIDManager.generate_thread_id()
UnifiedIDManager.generate_run_id(thread_id)
UnifiedIDManager.extract_thread_id(run_id)
UnifiedIDManager.validate_run_id(run_id)
UnifiedIDManager.parse_run_id(run_id)
IdMigrationBridge.detect(text)
"""
WRONG = [
    ("UnifiedIdGenerator.generate_base_id(name='x')", "takes no argument `name`; it has `prefix`"),
    ("UnifiedIdGenerator.generate_base_id('x', user_id)", "takes at most 1 positional argument, 2 are given"),
    ("UnifiedIdGenerator.generate_agent_execution_id(user_id=u)", "misses `agent_type`"),
    ("UnifiedIDManager.generate_run_id()", "misses `thread_id`"),
    ("UnifiedIDManager.generate_run_id(t, thread_id=t)", "is given `thread_id` twice"),
    ("IdMigrationBridge.translate(old)", "is an instance method, called on the class"),
    ("IdMigrationBridge.find_matching_ids(a, b, owner=u)", "is an instance method, called on the class"),
]


@pytest.fixture(scope="module")
def runtime() -> Sources:
    return Sources([str(ROOT / "runtime")])


def judged(sources: Sources, text: str) -> str | None:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    assert isinstance(call.func.value, ast.Name)
    found = class_of(sources, f"ssot_ids.{call.func.value.id}")
    assert found.complete
    return problem_with(found.methods[call.func.attr], call, "class")


@pytest.mark.parametrize("text", CALLS.splitlines())
def test_calls_that_the_runtime_offers_bind(runtime: Sources, text: str) -> None:
    assert judged(runtime, text) is None


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_calls_that_the_runtime_does_not_offer_do_not(runtime: Sources, text: str, problem: str) -> None:
    assert judged(runtime, text) == problem
