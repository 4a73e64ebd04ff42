"""What the auth service stores."""
