"""The README's table: what each tool finds in ``examples/quickstart``, counted against a list made by hand.

A peer's report counts for a use only if it stands on that use's line, so a note on the import, which does
not say where ids are made, counts as no find. What it reports on a line without a use, other than an
import of a source, counts as false.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks import measure, peers

FOLDER = peers.ROOT / "examples" / "quickstart"
#: Every use in the example, by hand: (what it shows, file, rows; a row twice if it holds two uses).
USES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("`uuid.uuid4()`, plain, in f-strings, after `or`", "shop/orders.py", (8, 9, 10)),
    ("`from uuid import uuid4`: each use of the name", "shop/models.py", (9, 10, 14)),
    ("the same, in a test", "tests/test_orders.py", (12,)),
    ("aliases: `make = uuid.uuid4; make()`", "shop/sessions.py", (5, 9, 9)),
    ("`try: import uuid` / `except ImportError: uuid = None`", "shop/compat.py", (12,)),
    ("re-exports through the project's own modules", "shop/payments.py", (8, 8)),
    ('`getattr(uuid, "uuid4")`, `import_module("uuid")`', "shop/plugins.py", (8, 12)),
    ("a module without any use (parameters, locals, methods, text)", "shop/lookup.py", ()),
)
SHOWN = ("ssot-ids cold", "ruff TID251 cold", "flake8 + tidy-imports", "semgrep", "ast-grep")


def reports(work: Path, peer: peers.Peer) -> dict[str, list[int]]:
    """The rows that ``peer`` reports, by path below the example's folder."""
    own = work / "example" / peer.name.replace(" ", "_")
    own.mkdir(parents=True, exist_ok=True)
    command = [*peer.argv(peers.environment(work, peer.packages), own), str(FOLDER)]
    if peer.name.startswith("ssot-ids"):
        command.remove("--isolated")
    measure.run(command, output=own / "out", cwd=FOLDER)
    found: dict[str, list[int]] = {}
    for path, row, _ in sorted(peer.read((own / "out").read_text())):
        found.setdefault(Path(FOLDER, path).relative_to(FOLDER).as_posix(), []).append(row)
    return found


def table(work: Path) -> str:
    """The table in Markdown: for each form "found of all", with false reports behind a plus sign."""
    columns = {peer.name: reports(work, peer) for peer in peers.PEERS if peer.name in SHOWN}
    lines = [
        "| form | " + " | ".join(name.removesuffix(" cold") for name in SHOWN) + " |",
        "| --- |" + " --- |" * len(SHOWN),
    ]
    for form, path, rows in USES:
        source = (FOLDER / path).read_text().splitlines()
        imports = {n for n, line in enumerate(source, 1) if line.lstrip().startswith(("import ", "from "))}
        cells = []
        for name in SHOWN:
            reported = columns[name].get(path, [])
            hits = sum(min(reported.count(row), rows.count(row)) for row in set(rows))
            false = sum(1 for row in reported if row not in rows and row not in imports)
            found = [f"{hits} of {len(rows)}"] if rows else []
            cells.append(", ".join([*found, f"{false} false"] if false or not rows else found))
        lines.append(f"| {form} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
