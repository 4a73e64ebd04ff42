"""``python -m flake8_ssot_ids`` is ``ssot-ids``."""

from __future__ import annotations

import sys

from flake8_ssot_ids.cli import main

if __name__ == "__main__":
    sys.exit(main())
