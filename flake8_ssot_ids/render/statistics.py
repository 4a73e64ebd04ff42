"""``--statistics``: how many findings each code has; production code and tests apart."""

from __future__ import annotations

from flake8_ssot_ids.render.terminal import TAB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flake8_ssot_ids.model import Finding
    from flake8_ssot_ids.render.terminal import Palette


def counted(number: int, noun: str) -> str:
    """Say how many there are: ``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def scopes(findings: Sequence[Finding]) -> str:
    """Say how many findings are in production code and how many in tests."""
    production = sum(finding.scope == "production" for finding in findings)
    return f"{production} production, {len(findings) - production} test"


def count(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Count by code, most frequent first; ``fixable_count`` are findings that a machine may fix."""
    rows: dict[str, tuple[str, int, int, int]] = {}
    for finding in findings:
        name, number, fixable, test = rows.get(finding.code, (finding.name, 0, 0, 0))
        fixable += finding.fix is not None and finding.fix.safety != "manual"
        rows[finding.code] = (name, number + 1, fixable, test + (finding.scope == "test"))
    return [
        {
            "code": code,
            "name": name,
            "count": number,
            "fixable": fixable == number,
            "fixable_count": fixable,
            "production": number - test,
            "test": test,
        }
        for code, (name, number, fixable, test) in sorted(
            rows.items(), key=lambda item: (-item[1][1], item[0])
        )
    ]


def table(rows: list[dict[str, object]], palette: Palette) -> Iterator[str]:
    """Yield ``count, code, name, N production, N test``, separated by tabs.

    ``[*]`` stands before the name where a machine can fix them all.
    """
    p = palette
    width = max((len(str(row["count"])) for row in rows), default=0)
    any_fixable = any(row["fixable_count"] for row in rows)
    for row in rows:
        mark = ""
        if any_fixable:
            mark = "[*]" if row["fixable"] else "[-]" if row["fixable_count"] else "[ ]"
        number = f"{p.bold}{row['count']!s:<{width}}{p.reset}"
        cells = [number, f"{p.red}{row['code']}{p.reset}", *filter(None, [mark]), str(row["name"])]
        yield TAB.join((*cells, f"{row['production']} production", f"{row['test']} test"))
