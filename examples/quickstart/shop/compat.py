"""A module that hands the function on."""

from uuid import uuid4 as fresh_id

try:
    import uuid
except ImportError:
    uuid = None


def fallback_id() -> str:
    return str(uuid.uuid4()) if uuid else "none"
