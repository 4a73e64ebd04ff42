"""Small helpers that both services use."""
