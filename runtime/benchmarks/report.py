"""The text of ``RESULTS.md``."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.makers import IMPORTS, MAKERS, PACKAGES

#: What one process of ``benchmarks.measure`` gave.
Result = dict[str, Any]


def document(results: Sequence[Result], machine: str) -> str:
    """The whole page."""
    versions = results[0]["versions"]
    lines = [
        "# What the runtime costs",
        "",
        "<!-- Written by `python -m benchmarks` in runtime/; do not edit. -->",
        "",
        f"Measured on {machine}. Beside CPython's own `uuid`: "
        + ", ".join(f"{name} {versions[name]}" for name in PACKAGES)
        + ".",
        "",
        "The statements of one column are timed in one process and take turns, so that a slow moment of the",
        "machine hits all alike: compare the ratios, the nanoseconds are those of this machine on that day.",
        "",
        "## Figures to hold",
        "",
        *_table(("figure", "target", *(_short(r) for r in results)), _figures(results)),
        "",
        "## One id",
        "",
        "Nanoseconds for one id (a context has three, the batch 1,000, and the bridge judges 100,000), and",
        "the ratio to `str(uuid.uuid4())`: medians of all rounds.",
        "",
        *_table(("statement", *(_short(r) for r in results)), _medians(results)),
        "",
        "## The slowest calls",
        "",
        "The 99th percentile of a thousand calls in nanoseconds, the median of many rounds, with the cost of",
        "reading the clock: the line `pass`. A call of `generate_user_context_ids` makes three ids.",
        "",
        *_table(("statement", *(_short(r) for r in results)), _plain(results, "p99", 1)),
        "",
        "## Eight threads",
        "",
        "Thousands of ids a second, made or judged by eight threads together.",
        "",
        *_table(("statement", *(_short(r) for r in results)), _plain(results, "rate", 1000)),
        "",
        "## Memory",
        "",
        f"KiB that the process grew by over {results[0]['ids']:,} ids, none of which was kept; in brackets",
        "the peak of Python's own objects (tracemalloc).",
        "",
        *_table(("statement", *(_short(r) for r in results)), _memory(results)),
        "",
        "## Import",
        "",
        "Milliseconds of the import in a fresh process: the median of many, in brackets the fastest.",
        "",
        *_table(("module", *(_short(r) for r in results)), _imports(results)),
    ]
    return "\n".join(lines) + "\n"


def _short(result: Result) -> str:
    return f"Python {result['python']}"


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| --- " * len(head) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _figures(results: Sequence[Result]) -> Iterator[Sequence[str]]:
    for same in zip(*(result["figures"] for result in results), strict=True):
        cells = (f"{'held' if one['held'] else '**missed**'}: {one['measured']}" for one in same)
        yield (same[0]["name"], same[0]["target"], *cells)


def _medians(results: Sequence[Result]) -> Iterator[Sequence[str]]:
    for maker in MAKERS:
        name = maker.statement
        yield (f"`{name}`", *(f"{r['median'][name]:,.0f} ({r['ratio'][name]:.2f})" for r in results))


def _plain(results: Sequence[Result], key: str, unit: float) -> Iterator[Sequence[str]]:
    for name in results[0][key]:
        yield (f"`{name}`", *(f"{result[key][name] / unit:,.0f}" for result in results))


def _memory(results: Sequence[Result]) -> Iterator[Sequence[str]]:
    for name in results[0]["growth"]:
        cells = (f"{r['growth'][name] / 1024:,.0f} ({r['peak'][name] / 1024:,.1f})" for r in results)
        yield (f"`{name}`", *cells)


def _imports(results: Sequence[Result]) -> Iterator[Sequence[str]]:
    for name in IMPORTS:
        runs = [result["imports"][name] for result in results]
        yield (f"`{name}`", *(f"{statistics.median(own):.1f} ({min(own):.1f})" for own in runs))
