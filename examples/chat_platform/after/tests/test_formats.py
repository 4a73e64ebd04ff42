"""How ids look, and who takes which."""

import pytest

from netra_backend.app.db.models import ChatThread, new_message
from netra_backend.app.telemetry.tracing import new_traceparent
from shared.id_generation.unified_id_generator import UnifiedIdGenerator
from shared.types.typed_ids import ensure_run_id, ensure_session_id, ensure_thread_id, ensure_user_id


def test_the_ids_of_a_user_are_of_their_kinds(person):
    alice = person("alice")
    assert UnifiedIdGenerator.is_valid_id(alice.user_id, "user")
    assert UnifiedIdGenerator.is_valid_id(alice.session_id, "session")
    assert ensure_user_id(alice.user_id) == alice.user_id
    assert ensure_session_id(alice.session_id) == alice.session_id


@pytest.mark.parametrize("ensure", [ensure_user_id, ensure_thread_id, ensure_run_id, ensure_session_id])
def test_what_is_no_id_is_refused(ensure):
    with pytest.raises(ValueError, match="not an? "):
        ensure("anything")


def test_rows_get_an_id_or_keep_theirs(platform):
    thread = ChatThread(
        id=UnifiedIdGenerator.generate_base_id("thread"),
        user_id=UnifiedIdGenerator.generate_base_id("user"),
    )
    row = {
        "id": UnifiedIdGenerator.generate_base_id("msg"),
        "thread_id": thread.id,
        "author": "user",
        "text": "hi",
    }
    with platform.database.transaction() as transaction:
        transaction.add(thread)
        transaction.flush()
        transaction.add_all([new_message(**row), new_message(thread_id=thread.id, author="agent", text="ho")])
    assert platform.history(thread.user_id, thread.id) == ["hi", "ho"]
    assert platform.history(UnifiedIdGenerator.generate_base_id("user"), thread.id) == []
    assert platform.history(thread.user_id, UnifiedIdGenerator.generate_base_id("thread")) == []


def test_the_trace_context_is_that_of_the_standard():
    version, trace_id, parent_id, flags = new_traceparent().split("-")
    assert (version, len(trace_id), len(parent_id), flags) == ("00", 32, 16, "01")
