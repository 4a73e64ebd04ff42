"""Branches that nobody took before the migration, because what they called did not exist."""

from netra_backend.app.agents.tool_dispatcher import ToolDispatcher
from shared.id_generation.unified_id_generator import UnifiedIdGenerator


def test_a_copy_of_the_audit_log_is_numbered(platform, person):
    person("alice")
    numbers = [row["number"] for row in platform.auth.export_audit(numbered=True)]
    assert len(numbers) == 2
    assert numbers == sorted(numbers)
    assert all(UnifiedIdGenerator.is_valid_id(number, "audit") for number in numbers)


def test_a_tool_that_is_missing_finds_nothing():
    result = ToolDispatcher({}).dispatch("search", "anything")
    assert result.facts == []
    assert UnifiedIdGenerator.is_valid_id(result.tool_call_id, "tool")


def test_each_call_without_a_batch_is_a_batch_of_its_own():
    dispatcher = ToolDispatcher({"search": str.split})
    dispatcher.dispatch("search", "one")
    dispatcher.dispatch("search", "two")
    first, second = (batch_id for _, batch_id, _ in dispatcher.log)
    assert first != second
