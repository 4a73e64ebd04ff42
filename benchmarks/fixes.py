"""What ``ssot-ids fix`` makes of large packages that nobody wrote for it.

    python -m benchmarks.fixes [NAME…] [--write]     letta, litellm and homeassistant, if none is named

For a copy of each: files and findings fixed, manual ones by reason, files that the verification refused,
for production and tests apart; the time against that of ``check``; and that afterwards each file parses,
pyflakes knows no new undefined name, and a second run changes nothing. ``--write`` renews ``FIXES.md`` up to
the part that is written by hand. Needs the package installed in the running interpreter.
"""

from __future__ import annotations

import ast
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pyflakes.api import check as pyflakes_check
from pyflakes.reporter import Reporter

from benchmarks.corpora import corpora, ensure

HERE = Path(__file__).resolve().parent
RUNTIME = HERE.parent / "runtime"
NAMES = ("letta", "litellm", "homeassistant")
REPORT = HERE / "FIXES.md"
BY_HAND = "\n## Read by eye\n"
POLICY = 'generator = "ssot_ids.UnifiedIdGenerator"\nsrc = ["."]\n'


@dataclass(frozen=True, slots=True)
class Result:
    """What happened to one package; ``findings`` count by (scope, decision, kind of reason)."""

    name: str
    checked: float
    fixed: float
    files: int
    findings: Counter[tuple[str, str, str]]
    refused: tuple[str, ...]
    broken: tuple[str, ...]
    undefined: tuple[str, ...]
    second: str


def run(folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """One command line in ``folder``, with the runtime at hand, and its wall clock time in seconds."""
    program = [sys.executable, "-m", "flake8_ssot_ids", *arguments, "--no-cache"]
    environ = {**os.environ, "PYTHONPATH": str(RUNTIME)}
    start = time.perf_counter()
    done = subprocess.run(program, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return done, time.perf_counter() - start


def undefined(path: Path) -> Counter[str]:
    """The undefined names of a file, as pyflakes sees them, without their rows."""
    out = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyflakes_check(path.read_text("utf-8", "replace").lstrip("\ufeff"), "", Reporter(out, io.StringIO()))
    rows = [row.split(" ", 1)[1] for row in out.getvalue().splitlines() if " " in row]
    return Counter(row for row in rows if "undefined name" in row or "referenced before" in row)


def measure(name: str, work: Path) -> Result:
    """Fix a copy of the package ``name`` below ``work``."""
    source = ensure(corpora()[name])
    folder = work / name
    shutil.copytree(source, folder, symlinks=True)
    (folder / "ssot-ids.toml").write_text(POLICY)
    # Not as JSON, which has the fix of each finding and so plans all of them.
    _, checked = run(folder, "check", ".")
    report = work / f"{name}.json"
    done, fixed = run(
        folder, "fix", "--unsafe-fixes", "--allow-dirty", "--silent", "--report", str(report), "."
    )
    if not report.exists():
        raise RuntimeError(f"fix wrote no report: {done.stderr[-2000:]}")
    data = json.loads(report.read_text())
    changed = [file["filename"] for file in data["files"] if file["fixed"]]
    broken, new_names = [], []
    for path in changed:
        after = folder / path if not os.path.isabs(path) else Path(path)
        before = source / os.path.relpath(after, folder)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(after.read_bytes())
        except SyntaxError as error:
            broken.append(f"{path}: {error}")
            continue
        new_names += [f"{path}: {row}" for row in (undefined(after) - undefined(before))]
    second = work / f"{name}-second.json"
    run(folder, "fix", "--unsafe-fixes", "--allow-dirty", "--silent", "--report", str(second), ".")
    again = json.loads(second.read_text())["summary"]["files"] if second.exists() else "no report"
    return Result(
        name,
        checked,
        fixed,
        len(changed),
        Counter((row["scope"], row["decision"], row["kind"] or "") for row in data["findings"]),
        tuple(f"{file['filename']}: {file['refused']}" for file in data["files"] if file["refused"]),
        tuple(broken),
        tuple(new_names),
        f"{again} files",
    )


def table(results: list[Result]) -> str:
    """The figures as Markdown."""
    rows = [
        "| | " + " | ".join(result.name for result in results) + " |",
        "| --- " * (len(results) + 1) + "|",
    ]

    def add(title: str, *cells: object) -> None:
        rows.append(f"| {title} | " + " | ".join(map(str, cells)) + " |")

    add("files fixed", *(result.files for result in results))
    for scope in ("production", "test"):
        for decision in ("text", "uuid", "manual"):
            counts = [
                sum(number for (s, d, _), number in r.findings.items() if (s, d) == (scope, decision))
                for r in results
            ]
            add(f"{scope}: {decision}", *counts)
            kinds = sorted(
                {k for r in results for s, d, k in r.findings if (s, d) == (scope, decision) and k}
            )
            for kind in kinds:
                add(f"{scope}: {decision}, {kind}", *(r.findings[scope, decision, kind] for r in results))
    routed = [
        1 - sum(n for (_, d, _), n in r.findings.items() if d == "manual") / sum(r.findings.values())
        for r in results
    ]
    add("routed: text or uuid", *(f"{share:.0%}" for share in routed))
    add("refused by the verification", *(len(result.refused) for result in results))
    add("syntax errors", *(len(result.broken) for result in results))
    add("new undefined names (pyflakes)", *(len(result.undefined) for result in results))
    add("a second run changes", *(result.second for result in results))
    add("`check`, s", *(f"{result.checked:.1f}" for result in results))
    add("`fix`, s", *(f"{result.fixed:.1f}" for result in results))
    add("`fix` / `check`", *(f"{result.fixed / result.checked:.1f}" for result in results))
    return "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Print the table; 1 if a file broke, was refused, or a second run did more."""
    names = [one for one in arguments if not one.startswith("-")] or [*NAMES]
    with tempfile.TemporaryDirectory() as work:
        results = [measure(name, Path(work).resolve()) for name in names]
    text = table(results)
    print(text)
    for result in results:
        for line in (*result.refused, *result.broken, *result.undefined):
            print(f"{result.name}: {line}")
    if "--write" in arguments:
        hand = REPORT.read_text().partition(BY_HAND)[2] if REPORT.exists() else ""
        machine = f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, no cache"
        head = (
            "# What `ssot-ids fix` makes of public packages\n\n"
            f"From `python -m benchmarks.fixes --write`, {machine}.\n"
            "The packages are those of `corpora.toml`; the policy only names the generator.\n\n"
        )
        REPORT.write_text(head + text + BY_HAND + hand)
    bad = any(r.refused or r.broken or r.undefined or r.second != "0 files" for r in results)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
