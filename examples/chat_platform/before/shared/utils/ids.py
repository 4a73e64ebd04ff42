"""Short names for what is made often."""

import uuid


def generate_event_id() -> str:
    """The id of one event in a log or a stream."""
    return str(uuid.uuid4())
