"""The modules of a project: where they lie, what they export, where a dotted name is defined."""
