"""What both services import: ids, their types, small helpers."""
