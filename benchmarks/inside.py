"""How long does each flake8 plugin itself take? Runs flake8 in this process, times each import and call.

    python inside.py [FLAKE8 ARGUMENT…]

Prints one JSON object on the last line: processor seconds per plugin package (its import, the reading of
its options, what it does to files), and of the whole run. It runs in one
process (``-j1``), because a child's clock is out of reach. The bare run is the whole less the timed
plugins that are no part of flake8.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import flake8.checker
import flake8.plugins.finder
from flake8.main.cli import main

SECONDS: defaultdict[str, float] = defaultdict(float)
_now = time.process_time


def _timed(package: str, make: Callable[..., Any]) -> Callable[..., Any]:
    """``make`` with its own time, and that of iterating over what ``run`` gives, booked on ``package``."""

    class Timed:
        def __init__(self, *arguments: Any, **keywords: Any) -> None:
            start = _now()
            self.inner = make(*arguments, **keywords)
            SECONDS[package] += _now() - start

        def run(self) -> Iterator[Any]:
            start = _now()
            results = iter(self.inner.run())
            for result in results:
                SECONDS[package] += _now() - start
                yield result
                start = _now()
            SECONDS[package] += _now() - start

    return Timed


def _booked(package: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` with its time booked on ``package``."""

    @functools.wraps(function)
    def timed(*arguments: Any, **keywords: Any) -> Any:
        start = _now()
        try:
            return function(*arguments, **keywords)
        finally:
            SECONDS[package] += _now() - start

    return timed


def _instrument() -> None:
    original = flake8.checker.Manager.__init__

    def init(self: Any, style_guide: Any, plugins: Any, *rest: Any, **more: Any) -> None:
        tree = [plugin._replace(obj=_timed(plugin.plugin.package, plugin.obj)) for plugin in plugins.tree]
        original(self, style_guide, plugins._replace(tree=tree), *rest, **more)

    flake8.checker.Manager.__init__ = init
    load = flake8.plugins.finder._load_plugin

    def load_plugin(plugin: Any) -> Any:
        start = _now()
        loaded = load(plugin)
        SECONDS[plugin.package] += _now() - start
        if hasattr(loaded.obj, "parse_options"):
            loaded.obj.parse_options = _booked(plugin.package, loaded.obj.parse_options)
        return loaded

    flake8.plugins.finder._load_plugin = load_plugin


if __name__ == "__main__":
    _instrument()
    # flake8 writes to the buffer below standard output.
    shown = io.TextIOWrapper(io.BytesIO())
    started = _now()
    with contextlib.redirect_stdout(shown):
        status = main(["-j1", "--isolated", *sys.argv[1:]])
    SECONDS["total"] = _now() - started
    print(json.dumps({**SECONDS, "status": status}))
