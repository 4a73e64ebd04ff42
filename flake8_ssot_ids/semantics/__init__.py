"""What names, classes and values of the checked code are."""
