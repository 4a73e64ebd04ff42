"""``python -m flake8_ssot_ids`` is ``ssot-ids``."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from flake8_ssot_ids.system import signals

    signals.heed()  # before anything else is loaded

    from flake8_ssot_ids.cli import main

    sys.exit(main())
