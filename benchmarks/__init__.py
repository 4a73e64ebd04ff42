"""Time and findings against the peers, on pinned public packages; see ``python -m benchmarks --help``."""
