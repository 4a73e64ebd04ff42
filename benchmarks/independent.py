"""Our findings against a second opinion: LibCST's own scope analysis, over a whole corpus.

    python -m benchmarks.independent NAME|FOLDER [--limit N]

LibCST lists every reference, outside imports and annotations, whose qualified name is an id source. It
knows nothing of aliases, dynamic access and re-exports, and has faults of its own (straight-line
rebinding, ``match`` captures, star imports), so the two lists differ; what matters is that each
difference has an explanation. Needs the environment that ``--setup`` makes, and re-runs itself there.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from benchmarks import peers
from benchmarks.corpora import corpora, ensure, home

#: path, row, column, the text of that row.
Place = tuple[str, int, int]


def references(path: str) -> tuple[list[Place], str]:
    """What LibCST resolves to a source in one file; and why it could not, if it could not."""
    result: list[tuple[list[Place], str]] = []

    def work() -> None:
        try:
            result.append((_visit(path), ""))
        except Exception as error:
            result.append(([], f"{type(error).__name__}: {str(error).splitlines()[0][:80]}"))

    # LibCST recurses: a thread of its own is the only way to a deeper stack.
    sys.setrecursionlimit(20_000)
    threading.stack_size(512 << 20)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return result[0]


def _visit(path: str) -> list[Place]:
    import libcst as cst
    from libcst.metadata import (
        MetadataWrapper,
        PositionProvider,
        QualifiedNameProvider,
        QualifiedNameSource,
    )

    found: list[Place] = []

    class Visitor(cst.CSTVisitor):
        METADATA_DEPENDENCIES = (PositionProvider, QualifiedNameProvider)

        def visit_Import(self, _: cst.Import) -> bool:
            return False

        def visit_ImportFrom(self, _: cst.ImportFrom) -> bool:
            return False

        def visit_Annotation(self, _: cst.Annotation) -> bool:
            return False

        def visit_Arg_keyword(self, node: cst.Arg) -> None:
            # A keyword's name is no reference; its value is visited on its own.
            self.skipped.add(node.keyword)

        def visit_Attribute(self, node: cst.Attribute) -> None:
            self.skipped.add(node.attr)
            self.note(node)

        def visit_Name(self, node: cst.Name) -> None:
            if node not in self.skipped:
                self.note(node)

        def __init__(self) -> None:
            super().__init__()
            self.skipped: set[cst.CSTNode | None] = set()

        def note(self, node: cst.CSTNode) -> None:
            for name in self.get_metadata(QualifiedNameProvider, node, ()):
                if name.source is QualifiedNameSource.IMPORT and name.name in peers.SOURCES:
                    start = self.get_metadata(PositionProvider, node).start
                    found.append((path, start.line, start.column + 1))

    MetadataWrapper(cst.parse_module(Path(path).read_bytes()), unsafe_skip_copy=True).visit(Visitor())
    return found


def ours(folder: Path) -> dict[Place, str]:
    """Our SID1xx and SID2xx findings below ``folder``, noqa comments disregarded: place to code."""
    program = str(Path(sys.executable).with_name("ssot-ids"))
    flags = ("--isolated", "--no-cache", "--all-files", "--ignore-noqa", "--output-format=json")
    command = [program, "check", *flags, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1, 2) or "Traceback" in done.stderr:
        raise RuntimeError(done.stderr)
    return {
        (row["filename"], row["location"]["row"], row["location"]["column"]): row["code"]
        for row in json.loads(done.stdout)
        if row["code"].startswith(("SID1", "SID2"))
    }


def show(title: str, places: list[Place], label: dict[Place, str], folder: Path, limit: int) -> None:
    """Print one group of differences with their source lines."""
    print(f"\n{title}: {len(places)}")
    for path, row, column in places[:limit]:
        line = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()[row - 1].strip()
        code = label.get((path, row, column), "")
        print(f"  {os.path.relpath(path, folder)}:{row}:{column}: {code} {line[:120]}")
    if len(places) > limit:
        print(f"  … and {len(places) - limit} more")


def main() -> None:
    """See the module's first lines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.independent", description=__doc__)
    parser.add_argument("target", help="a corpus's name, or a folder")
    parser.add_argument("--limit", type=int, default=40, help="lines shown of each group")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        binaries = peers.environment(home() / ".bench", (".", "libcst"))
        command = [str(binaries / "python"), "-m", "benchmarks.independent", "--inside", *sys.argv[1:]]
        raise SystemExit(subprocess.run(command, cwd=peers.ROOT).returncode)

    known = corpora()
    folder = ensure(known[options.target]) if options.target in known else Path(options.target).resolve()
    # A reference to a source needs the function's name, except by star import or re-export under another
    # name, which LibCST does not follow anyway.
    words = [name.rpartition(".")[2].encode() for name in peers.SOURCES]
    files = []
    for file in sorted(folder.rglob("*.py")):
        data = file.read_bytes()
        if any(word in data for word in words):
            files.append(str(file))
    theirs: set[Place] = set()
    failed: dict[str, str] = {}
    with concurrent.futures.ProcessPoolExecutor(max_workers=2) as pool:
        for path, (places, reason) in zip(files, pool.map(references, files, chunksize=4), strict=True):
            theirs.update(places)
            if reason:
                failed[path] = reason
    mine = ours(folder)
    both = theirs & mine.keys()
    only_mine = sorted(mine.keys() - theirs)
    print(
        f"{options.target}: {len(files)} files that name a source; ours {len(mine)}, LibCST {len(theirs)}, "
    )
    print(f"both {len(both)}. LibCST failed on {len(failed)} files.")
    for path, reason in failed.items():
        print(f"  {os.path.relpath(path, folder)}: {reason}")
    print("Only ours, by code:", dict(sorted(Counter(mine[place] for place in only_mine).items())))
    show("Only LibCST's", sorted(theirs - mine.keys()), mine, folder, options.limit)
    show("Only ours", only_mine, mine, folder, options.limit)


if __name__ == "__main__":
    main()
