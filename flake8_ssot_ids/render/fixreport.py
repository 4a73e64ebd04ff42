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


#: What each decision is in a summary.
_WRITTEN = {"text": "as text ids", "uuid": "in their format", "recipe": "by recipes"}


def lines(
    planned: Sequence[Outcome], palette: terminal.Palette, cwd: str, only_diff: bool, seconds: float
) -> Iterator[str]:
    """The manual findings with their reasons, then a summary by decision and reason."""
    p = palette
    manual = [row for item in planned for row in item.left if row[1].safety == "manual"]
    for finding, fix in manual:
        where = f"{terminal.display_path(finding.path, cwd)}:{finding.span.start.row}"
        there = f" (at {fix.place})" if fix.place else ""
        yield (
            f"{p.bold}{where}{p.reset}:{finding.span.start.column}: {p.red}{finding.code}{p.reset} "
            f"manual, {fix.kind}: {fix.message}{there}"
        )
    for item in planned:
        name = terminal.display_path(item.path, cwd)
        if item.refused:
            yield f"{p.bold}{name}{p.reset}: nothing was written: {item.refused}"
        elif item.failed:
            yield f"{p.bold}{name}{p.reset}: {item.failed}"
    if manual or any(item.refused or item.failed for item in planned):
        yield ""
    fixed = [finding for item in planned for finding in _done(item)]
    files = sum(item.new is not None for item in planned)
    what = "Would fix" if only_diff else "Fixed"
    where = f"{counted(files, 'file')}{_scopes(fixed)}"
    yield f"{what} {counted(len(fixed), 'finding')} in {where}{_decisions(planned)} ({seconds:.2f}s)."
    withheld = [row for item in planned for row in item.left if row[1].safety != "manual"]
    if withheld:
        files = len({finding.path for finding, _ in withheld})
        unsafe = all(fix.safety == "unsafe" for _, fix in withheld)
        how = "can be fixed with --unsafe-fixes" if unsafe else "can be fixed with other flags"
        where = _scopes([finding for finding, _ in withheld])
        yield f"{counted(len(withheld), 'finding')} in {counted(files, 'file')} {how}{where}."
    kept = sum(fix.kind == "needs-unsafe" for item in planned for fix in item.done if item.new is not None)
    if kept:
        yield f"{counted(kept, 'finding')} could get a text id with --unsafe-fixes instead."
    if manual:
        kinds = Counter(fix.kind for _, fix in manual)
        reasons = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items(), key=_by_number))
        where = _scopes([finding for finding, _ in manual])
        yield f"{counted(len(manual), 'finding')} to fix by hand{where}: {reasons}."
        yield "To decide one: an exemption, a recipe, or `[api]` in the configuration; see docs/fixing.md."


def _decisions(planned: Sequence[Outcome]) -> str:
    """How many findings were written in which way."""
    ways = Counter(fix.decision for item in planned if item.new is not None for fix in item.done)
    told = ", ".join(f"{ways[way]} {words}" for way, words in _WRITTEN.items() if ways[way])
    return f": {told}" if told else ""


def _by_number(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


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
    findings = [
        _finding(finding, "fixed", fix)
        for item in planned
        if item.new is not None
        for finding, fix in zip(item.fixed, item.done, strict=True)
    ]
    findings += [_finding(finding, fix.safety, fix) for item in planned for finding, fix in item.left]
    levels = Counter(str(finding["level"]) for finding in findings)
    decisions = Counter(str(finding["decision"]) for finding in findings)
    reasons = Counter(str(finding["kind"]) for finding in findings if finding["level"] == "manual")
    summary = {
        "decisions": dict(decisions),
        "levels": dict(levels),
        "manual": dict(reasons),
        "files": sum(bool(f["fixed"]) for f in files),
    }
    return {"files": files, "findings": findings, "summary": summary}


def _done(item: Outcome) -> Sequence[Finding]:
    return item.fixed if item.new is not None else ()


def _finding(finding: Finding, level: str, fix: Fix) -> dict[str, object]:
    start = finding.span.start
    return {
        "filename": finding.path,
        "code": finding.code,
        "location": {"row": start.row, "column": start.column},
        "scope": finding.scope,
        "decision": fix.decision,
        "level": level,
        "kind": fix.kind or None,
        "reason": fix.reason or None,
        "place": fix.place or None,
        "evidence": fix.evidence or None,
        "message": fix.message,
        "fingerprint": finding.fingerprint,
    }
