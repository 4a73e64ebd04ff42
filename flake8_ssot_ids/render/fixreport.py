"""What ``fix`` tells: what was written, what was not and why; for people and as JSON."""

from __future__ import annotations

from collections import Counter

from flake8_ssot_ids.render import terminal
from flake8_ssot_ids.render.statistics import counted, scopes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flake8_ssot_ids.fixes.shares import Outcome
    from flake8_ssot_ids.model import Finding, Fix


def lines(
    planned: Sequence[Outcome], palette: terminal.Palette, cwd: str, only_diff: bool, seconds: float
) -> Iterator[str]:
    """The manual findings with their reasons, then a summary by level and reason."""
    p = palette
    manual = [row for item in planned for row in _rows(item) if row[1].safety == "manual"]
    for finding, fix, kind, place in manual:
        where = f"{terminal.display_path(finding.path, cwd)}:{finding.span.start.row}"
        there = f" (at {place})" if place else ""
        yield (
            f"{p.bold}{where}{p.reset}:{finding.span.start.column}: {p.red}{finding.code}{p.reset} "
            f"manual, {kind}: {fix.message}{there}"
        )
    for item in planned:
        name = terminal.display_path(item.path, cwd)
        if item.refused:
            yield f"{p.bold}{name}{p.reset}: nothing was written: {item.refused}"
        elif item.failed:
            yield f"{p.bold}{name}{p.reset}: {item.failed}"
    if manual or any(item.refused or item.failed for item in planned):
        yield ""
    fixed = [finding for item in planned if item.new is not None for finding in item.fixed]
    files = sum(item.new is not None for item in planned)
    what = "Would fix" if only_diff else "Fixed"
    where = f"{counted(files, 'file')}{_scopes(fixed)}"
    yield f"{what} {counted(len(fixed), 'finding')} in {where} ({seconds:.2f}s)."
    withheld = [row[0] for item in planned for row in _rows(item) if row[1].safety == "unsafe"]
    if withheld:
        files = len({finding.path for finding in withheld})
        yield (
            f"{counted(len(withheld), 'finding')} in {counted(files, 'file')} can be fixed with "
            f"--unsafe-fixes{_scopes(withheld)}."
        )
    if manual:
        kinds = Counter(kind for _, _, kind, _ in manual)
        reasons = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items(), key=_by_number))
        where = _scopes([row[0] for row in manual])
        yield f"{counted(len(manual), 'finding')} to fix by hand{where}: {reasons}."


def _by_number(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _rows(item: Outcome) -> Iterator[tuple[Finding, Fix, str, str]]:
    for (finding, fix), (kind, place) in zip(item.left, item.reasons, strict=True):
        yield finding, fix, kind, place


def _scopes(findings: Sequence[Finding]) -> str:
    return f" ({scopes(findings)})" if findings else ""


def as_object(planned: Sequence[Outcome]) -> dict[str, object]:
    """The same as plain data: ``files``, ``findings`` and a ``summary``."""
    files = [
        {
            "filename": item.path,
            "fixed": len(item.fixed) if item.new is not None else 0,
            "refused": item.refused or item.failed or None,
        }
        for item in planned
    ]
    findings = [_finding(finding, "fixed", "", "", "") for item in planned for finding in _done(item)]
    for item in planned:
        for finding, fix, kind, place in _rows(item):
            findings.append(_finding(finding, fix.safety, kind, fix.message, place))
    levels = Counter(str(finding["level"]) for finding in findings)
    reasons = Counter(str(finding["kind"]) for finding in findings if finding["level"] == "manual")
    summary = {"levels": dict(levels), "manual": dict(reasons), "files": sum(bool(f["fixed"]) for f in files)}
    return {"files": files, "findings": findings, "summary": summary}


def _done(item: Outcome) -> Sequence[Finding]:
    return item.fixed if item.new is not None else ()


def _finding(finding: Finding, level: str, kind: str, message: str, place: str) -> dict[str, object]:
    start = finding.span.start
    return {
        "filename": finding.path,
        "code": finding.code,
        "location": {"row": start.row, "column": start.column},
        "scope": finding.scope,
        "level": level,
        "kind": kind or None,
        "message": message or None,
        "place": place or None,
        "fingerprint": finding.fingerprint,
    }
