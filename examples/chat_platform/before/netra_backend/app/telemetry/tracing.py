"""Trace context for other systems, in the format of the W3C: ``traceparent``."""

import uuid


def new_traceparent() -> str:
    """Version, trace id of 32 and parent id of 16 hexadecimal digits, sampled."""
    trace_id = uuid.uuid4().hex
    span_id = uuid.uuid4().hex[:16]
    return f"00-{trace_id}-{span_id}-01"
