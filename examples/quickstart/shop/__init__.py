"""A small shop that makes its ids in far too many ways."""
