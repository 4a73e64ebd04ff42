"""Run flake8 with the tree plugins of one entry point and nothing else; arguments are flake8's own.

    python flake8_solo.py SID --select=SID PATH…

``flake8 --select SID`` still runs pyflakes and pycodestyle and throws their answers away. pyflakes raises
RecursionError on deep expressions, which ends the run, so an answer about whole trees needs flake8
without it: its reading, its noqa, its filters and its reports are all real.
"""

from __future__ import annotations

import sys
from typing import Any

import flake8.checker
from flake8.main.cli import main


def keep_only(entry_name: str) -> None:
    """Make each flake8 run of this process see only the plugins registered as ``entry_name``."""
    original = flake8.checker.Manager.__init__

    def init(self: Any, style_guide: Any, plugins: Any, *rest: Any, **more: Any) -> None:
        tree = [plugin for plugin in plugins.tree if plugin.entry_name == entry_name]
        if not tree:
            raise SystemExit(f"no plugin {entry_name!r} is installed here")
        plugins = plugins._replace(tree=tree, logical_line=[], physical_line=[])
        original(self, style_guide, plugins, *rest, **more)

    flake8.checker.Manager.__init__ = init


if __name__ == "__main__":
    keep_only(sys.argv[1])
    raise SystemExit(main(sys.argv[2:]))
