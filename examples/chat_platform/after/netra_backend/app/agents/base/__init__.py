"""What every agent has."""
