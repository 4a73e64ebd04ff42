"""The text of one file: bytes and encodings, positions, edits, f-strings."""
