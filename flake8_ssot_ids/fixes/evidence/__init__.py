"""What decides whether a fix may be written: readers elsewhere, patches, what is no id."""
