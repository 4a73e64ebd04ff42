"""The one line that shows, on a terminal, that a long check is alive."""

from __future__ import annotations

import os
import sys
import time

from flake8_ssot_ids.render.terminal import is_terminal

PATIENCE_SECONDS = 1.0
INTERVAL_SECONDS = 0.1
_ERASE = "\r\x1b[2K"


class ProgressLine:
    """A counter on standard error; nothing is shown before a second has passed."""

    def __init__(self) -> None:
        """Start the clock."""
        self.enabled = is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
        self._next = time.monotonic() + PATIENCE_SECONDS
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is; may be called as often as one likes."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + INTERVAL_SECONDS
        self._shown = True
        try:
            sys.stderr.write(f"{_ERASE}Checking files: {done} of {total}")
            sys.stderr.flush()
        except (OSError, ValueError):
            self._next = float("inf")

    def erase(self) -> None:
        """Remove the line, if there is one."""
        if self._shown:
            self._shown = False
            try:
                sys.stderr.write(_ERASE)
                sys.stderr.flush()
            except (OSError, ValueError):
                return
