"""Short names for what is made often."""

from shared.id_generation.unified_id_generator import UnifiedIdGenerator


def generate_event_id() -> str:
    """The id of one event in a log or a stream."""
    return UnifiedIdGenerator.generate_base_id("event")
