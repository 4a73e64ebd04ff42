"""What the field knows of UUIDs: their sources, the layout of each version, how bytes that may hold one look."""
