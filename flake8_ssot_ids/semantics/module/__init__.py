"""One module: its scopes and bindings, and what its expressions stand for."""
