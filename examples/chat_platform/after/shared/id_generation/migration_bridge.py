"""Which ids mean the same while old and new ones live side by side."""

from ssot_ids import Alias, IdMigrationBridge

__all__ = ["Alias", "IdMigrationBridge"]
