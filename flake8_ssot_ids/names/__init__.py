"""What names stand for: scopes and bindings, expressions, other modules of the project."""
