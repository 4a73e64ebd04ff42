"""How ids look, and who takes which."""

import uuid

import pytest

from netra_backend.app.db.models import ChatThread, new_message
from netra_backend.app.telemetry.tracing import new_traceparent
from shared.types.typed_ids import ensure_run_id, ensure_session_id, ensure_thread_id, ensure_user_id


def test_the_id_of_a_user_is_a_uuid(person):
    alice = person("alice")
    assert str(uuid.UUID(alice.user_id)) == alice.user_id
    assert len(alice.session_id) == 36
    assert ensure_user_id(alice.user_id) == alice.user_id
    assert ensure_session_id(alice.session_id) == alice.session_id


@pytest.mark.parametrize("ensure", [ensure_user_id, ensure_thread_id, ensure_run_id, ensure_session_id])
def test_what_is_no_id_is_refused(ensure):
    with pytest.raises(ValueError, match="not an? "):
        ensure("anything")


def test_rows_get_an_id_or_keep_theirs(platform):
    thread = ChatThread(
        id=f"thread_{uuid.uuid4().hex[:8]}",
        user_id=str(uuid.uuid4()),
    )
    row = {
        "id": f"msg_{uuid.uuid4().hex[:8]}",
        "thread_id": thread.id,
        "author": "user",
        "text": "hi",
    }
    with platform.database.transaction() as transaction:
        transaction.add(thread)
        transaction.flush()
        transaction.add_all([new_message(**row), new_message(thread_id=thread.id, author="agent", text="ho")])
    assert platform.history(thread.user_id, thread.id) == ["hi", "ho"]
    assert platform.history(f"user_{uuid.uuid4().hex[:8]}", thread.id) == []
    assert platform.history(thread.user_id, f"thread_{uuid.uuid4().hex[:8]}") == []


def test_the_trace_context_is_that_of_the_standard():
    version, trace_id, parent_id, flags = new_traceparent().split("-")
    assert (version, len(trace_id), len(parent_id), flags) == ("00", 32, 16, "01")
