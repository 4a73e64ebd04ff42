"""Codemods: what is written for each finding, what is not and why, and how a file is written safely."""
