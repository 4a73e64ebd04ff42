"""Where a value goes, and where it came from."""
