"""What runs inside of the target's process; of the linter it imports only the type of a cut."""
