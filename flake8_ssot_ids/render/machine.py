"""The formats for programs: ``json``, ``json-lines``, ``github``. All are UTF-8 without surrogates."""

from __future__ import annotations

from flake8_ssot_ids.render import output
from flake8_ssot_ids.render.links import rule_url
from flake8_ssot_ids.render.terminal import display_path
from flake8_ssot_ids.rules.codes import UNREADABLE
from flake8_ssot_ids.system.escapes import harmless, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flake8_ssot_ids.model import Finding, Fix, Position

_APPLICABILITY = {"safe": "safe", "unsafe": "unsafe", "manual": "display"}


def as_object(finding: Finding) -> dict[str, object]:
    """Return what JSON says of one finding: ruff's keys, then ours."""
    return {
        "cell": None,
        "code": finding.code,
        "end_location": _location(finding.span.end),
        "filename": finding.path,
        "fix": None if finding.fix is None else _fix(finding.fix),
        "location": _location(finding.span.start),
        "message": finding.message,
        "name": finding.name,
        # Nothing suppresses it, so there is no row for a comment.
        "noqa_row": None if finding.code == UNREADABLE else finding.noqa_row,
        "severity": finding.severity,
        "url": rule_url(finding.code),
        "scope": finding.scope,
        "role": finding.role,
        "prefix": finding.prefix,
        "symbol": finding.symbol,
        "fingerprint": finding.fingerprint,
    }


def _location(position: Position) -> dict[str, int]:
    return {"column": position.column, "row": position.row}


def _fix(fix: Fix) -> dict[str, object]:
    return {
        "applicability": _APPLICABILITY[fix.safety],
        "edits": [
            {
                "content": edit.content,
                "end_location": _location(edit.span.end),
                "location": _location(edit.span.start),
            }
            for edit in fix.edits
        ],
        "message": fix.message,
        "decision": fix.decision,
        "kind": fix.kind or None,
        "reason": fix.reason or None,
        "place": fix.place or None,
        "evidence": fix.evidence or None,
    }


def json_array(rows: Iterable[dict[str, object]]) -> Iterator[str]:
    """Yield a JSON list, indented as ruff's, and a final newline."""
    from json import JSONEncoder

    encoder = JSONEncoder(ensure_ascii=False, indent=2)
    opened = False
    for row in rows:
        text = quoted(encoder.encode(row)).replace("\n", "\n  ")
        yield f"{',' if opened else '['}\n  {text}"
        opened = True
    yield "\n]\n" if opened else "[]\n"


def json_lines(rows: Iterable[dict[str, object]]) -> Iterator[str]:
    """Yield one compact JSON object a line."""
    from json import JSONEncoder

    encoder = JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    for row in rows:
        yield quoted(encoder.encode(row)) + "\n"


def document(value: object) -> str:
    """Return one JSON value, indented, and a final newline."""
    from json import dumps

    return quoted(dumps(value, indent=2, ensure_ascii=False)) + "\n"


def show(value: object) -> None:
    """Write one JSON value to standard output; see :func:`flake8_ssot_ids.render.output.to_stdout`."""
    output.to_stdout((document(value),), to_bytes)


def github(findings: Iterable[Finding], cwd: str) -> Iterator[str]:
    """Yield workflow commands that GitHub turns into annotations."""
    for finding in findings:
        start, end = finding.span.start, finding.span.end
        level = finding.severity if finding.severity in ("error", "warning", "notice") else "error"
        place = f"line={start.row}"
        if start.row == end.row:  # GitHub knows columns only within one line
            place += f",col={start.column},endLine={end.row},endColumn={end.column}"
        else:
            place += f",endLine={end.row}"
        shown = f"{display_path(finding.path, cwd)}:{start.row}:{start.column}"
        text = _data(f"{shown}: {finding.code} {finding.message}")
        where = f"file={_property(finding.path)},{place}"
        yield f"::{level} title=ssot-ids ({finding.code}),{where}::{text}\n"


def _data(text: str) -> str:
    """Escape as GitHub's own toolkit does; it knows no escape for other control characters."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return harmless(text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def to_bytes(text: str) -> bytes:
    """Encode as UTF-8; a file name that is not text loses its stray bytes, as in ruff."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8")
