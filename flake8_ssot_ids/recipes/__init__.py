"""The ast-grep patterns of a house, and what is written for them."""
