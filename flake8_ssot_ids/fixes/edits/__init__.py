"""Edits of a file: its imports, its quotes, what verifies them and what writes them."""
