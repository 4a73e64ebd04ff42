"""What runs inside of the target's process; it imports nothing of the linter, and the target as it is."""
