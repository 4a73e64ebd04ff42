"""What the backend stores."""
