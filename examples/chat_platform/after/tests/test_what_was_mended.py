"""What was wrong before the migration, or would be wrong after it, and that no test had noticed."""

import pytest

from auth_service.auth_core.database.models import Base as AuthBase
from netra_backend.app.agents.supervisor.agent_execution_context_manager import AgentExecutionContextManager
from netra_backend.app.agents.tool_dispatcher import ToolDispatcher
from netra_backend.app.db.models import Base as BackendBase
from shared.id_generation.unified_id_generator import UnifiedIdGenerator

LONGEST = 121
"""An id of the generator has no more characters."""


@pytest.mark.parametrize("base", [AuthBase, BackendBase])
def test_every_column_for_an_id_holds_the_longest(base):
    columns = [column for table in base.metadata.tables.values() for column in table.columns]
    ids = [column for column in columns if column.primary_key or column.name.endswith("_id")]
    assert len(ids) > 5
    assert [str(column) for column in ids if column.type.length < LONGEST] == []


def test_a_copy_of_the_audit_log_is_numbered(platform, person):
    person("alice")
    rows = platform.auth.export_audit(numbered=True)
    numbers = [row["number"] for row in rows]
    assert len(numbers) == 2
    assert numbers == sorted(numbers)
    assert all(UnifiedIdGenerator.is_valid_id(number, "audit") for number in numbers)
    assert all(UnifiedIdGenerator.is_valid_id(row["event_id"], "event") for row in rows)


def test_a_secret_is_no_id(platform, person):
    alice = person("alice")
    session = platform.auth.sessions.find(alice.session_id)
    request = platform.auth.accounts.begin_oauth("example")
    reset_token = platform.auth.accounts.request_password_reset(alice.email)
    nonce = platform.auth.tokens.decode(platform.auth.tokens.create_id_token(alice.user_id))["nonce"]
    secrets = [session.refresh_token, request.oauth_state, request.nonce, reset_token, nonce]
    assert [len(secret) for secret in secrets] == [43] * 5


def test_a_run_of_the_time_before_is_unknown_and_no_error():
    manager = AgentExecutionContextManager()
    assert manager.get("run_0123456789ab") is None
    assert not manager.release("run_0123456789ab")


def test_a_tool_that_is_missing_finds_nothing():
    result = ToolDispatcher({}).dispatch("search", "anything")
    assert result.facts == []
    assert UnifiedIdGenerator.is_valid_id(result.tool_call_id, "tool")
    assert UnifiedIdGenerator.is_valid_id(result.receipt, "receipt")


def test_each_call_without_a_batch_is_a_batch_of_its_own():
    dispatcher = ToolDispatcher({"search": str.split})
    dispatcher.dispatch("search", "one")
    dispatcher.dispatch("search", "two")
    first, second = (batch_id for _, batch_id, _ in dispatcher.log)
    assert first != second


def test_a_process_has_a_name(platform):
    assert UnifiedIdGenerator.is_valid_id(platform.server.boot_id, "boot")
