"""Findings of a file: how they are found, suppressed, identified, compared with a baseline."""
