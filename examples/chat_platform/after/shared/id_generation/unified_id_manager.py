"""Threads and their runs, by the ids alone."""

from ssot_ids import UnifiedIDManager

__all__ = ["UnifiedIDManager"]
