"""``--statistics``: how many findings each code has."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flake8_ssot_ids.model import Finding
    from flake8_ssot_ids.render.terminal import Palette


def count(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Count by code, most frequent first; ``fixable_count`` are findings that a machine may fix."""
    rows: dict[str, tuple[str, int, int]] = {}
    for finding in findings:
        name, number, fixable = rows.get(finding.code, (finding.name, 0, 0))
        fixable += finding.fix is not None and finding.fix.safety != "manual"
        rows[finding.code] = (name, number + 1, fixable)
    return [
        {"code": code, "name": name, "count": number, "fixable": fixable == number, "fixable_count": fixable}
        for code, (name, number, fixable) in sorted(rows.items(), key=lambda item: (-item[1][1], item[0]))
    ]


def table(rows: list[dict[str, object]], palette: Palette) -> Iterator[str]:
    """Yield ``count, code, name``, separated by tabs, with ``[*]`` where a machine can fix them all."""
    p = palette
    width = max((len(str(row["count"])) for row in rows), default=0)
    any_fixable = any(row["fixable_count"] for row in rows)
    for row in rows:
        mark = ""
        if any_fixable:
            mark = "[*]\t" if row["fixable"] else "[-]\t" if row["fixable_count"] else "[ ]\t"
        number = f"{p.bold}{row['count']!s:<{width}}{p.reset}"
        yield f"{number}\t{p.red}{row['code']}{p.reset}\t{mark}{row['name']}\n"
