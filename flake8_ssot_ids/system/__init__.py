"""What the machine gives: files, git, the clock, signals, the terminal."""
