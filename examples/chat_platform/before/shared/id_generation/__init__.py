"""The platform's one source of ids. Import from its modules."""
