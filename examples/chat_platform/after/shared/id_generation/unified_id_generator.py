"""Makes ids. Services import the generator from here, never from the library."""

from ssot_ids import UnifiedIdGenerator, create_user_execution_context_factory

__all__ = ["UnifiedIdGenerator", "create_user_execution_context_factory"]
