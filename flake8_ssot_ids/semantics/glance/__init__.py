"""A look at the bytes of modules, which finds no less than the parser would."""
