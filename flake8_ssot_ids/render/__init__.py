"""Findings and rules as text, for people and for programs."""
