"""What modules and classes define, read from their source and never imported."""
