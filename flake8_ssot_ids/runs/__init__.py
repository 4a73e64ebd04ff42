"""One run: which files, in which processes, and the results of all."""
