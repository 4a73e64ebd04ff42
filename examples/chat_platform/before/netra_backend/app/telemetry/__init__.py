"""What the backend tells the outside about itself."""
