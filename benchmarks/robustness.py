"""Does the tool survive, and agree with itself on, real code that nobody wrote for it?

    python -m benchmarks.robustness [stdlib | NAME | FOLDER]…      all of them, if none is named

For each folder: no internal error; every file that the interpreter refuses is named, and no other; the
same findings over two runs, over ``-j1`` and ``-j2``, with and without the prefilter, with a cold, a warm
and no cache; and flake8 reports the same findings. Needs the package installed in the running interpreter.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpora import corpora, ensure

HERE = Path(__file__).resolve().parent
#: (path, row, column, code)
Key = tuple[str, int, int, str]
UNREADABLE = "SID990"
#: Bytes of paths that one command line may hold.
ARGUMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run said: its findings with everything the JSON has, and how many files it checked."""

    rows: tuple[str, ...]
    keys: Counter[Key]
    status: int


class DisagreementError(AssertionError):
    """Two ways to the same findings gave different ones, or a run broke."""


def check(paths: Sequence[Path | str], *flags: str) -> Answer:
    """Run ``ssot-ids check`` over ``paths`` in a process of its own."""
    program = [sys.executable, "-c", "import sys; from flake8_ssot_ids.cli import main; sys.exit(main())"]
    command = [*program, "check", "--isolated", "--output-format=json", *flags, *map(str, paths)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tempfile.gettempdir(), encoding="utf-8"
    )
    broken = "Traceback" in done.stderr or "internal error" in done.stderr
    if broken or done.returncode not in (0, 1, 2):
        raise DisagreementError(f"{' '.join(flags)}: exit code {done.returncode}\n{done.stderr[-3000:]}")
    rows = json.loads(done.stdout)
    keys = Counter(
        (row["filename"], row["location"]["row"], row["location"]["column"], row["code"]) for row in rows
    )
    expected = 2 if any(row["code"] == UNREADABLE for row in rows) else 1 if rows else 0
    if done.returncode != expected:
        raise DisagreementError(
            f"{' '.join(flags)}: exit code {done.returncode}, not {expected}\n{done.stderr[-3000:]}"
        )
    return Answer(tuple(json.dumps(row, sort_keys=True) for row in rows), keys, done.returncode)


def refused(files: Sequence[Path]) -> set[str]:
    """The files that the interpreter's own parser does not take."""
    found = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in files:
            try:
                ast.parse(file.read_bytes())
            except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError):
                found.add(str(file))
    return found


def same(what: str, one: Answer, other: Answer) -> None:
    """Complain unless both answers are alike in every field and in their order."""
    if one.rows != other.rows:
        odd = sorted(set(one.rows) ^ set(other.rows))[:10] or ["(only the order differs)"]
        raise DisagreementError(f"{what}: not the same findings\n" + "\n".join(odd))


def compare(what: str, one: Counter[Key], other: Counter[Key]) -> None:
    """Complain unless both hold the same places and codes as often."""
    if one != other:
        lines = [f"  only first: {key}" for key in sorted(one - other)[:10]]
        lines += [f"  only second: {key}" for key in sorted(other - one)[:10]]
        raise DisagreementError(
            f"{what}: {(one - other).total()} and {(other - one).total()} alone\n" + "\n".join(lines)
        )


def flake8(files: Sequence[Path], cache: str) -> Counter[Key]:
    """What flake8 reports for ``files`` with no plugin but ours; its reading, noqa and filters are real.

    ``cache`` is the folder in which a survey of the project is kept.
    """
    line = re.compile(r"^(.+?):(\d+):(\d+): ([A-Z]+\d+) ", re.MULTILINE)
    found: Counter[Key] = Counter()
    for part in _chunks(files):
        solo = [sys.executable, str(HERE / "flake8_solo.py"), "SID", "--isolated", "--select=SID", "-j2"]
        done = subprocess.run(
            [*solo, *map(str, part)],
            capture_output=True,
            text=True,
            cwd=tempfile.gettempdir(),
            env={**os.environ, "SSOT_IDS_CACHE_DIR": cache},
            encoding="utf-8",
        )
        if done.returncode not in (0, 1) or "Traceback" in done.stderr:
            raise DisagreementError(f"flake8: exit code {done.returncode}\n{done.stderr[-3000:]}")
        found.update((path, int(row), int(col), code) for path, row, col, code in line.findall(done.stdout))
    return found


def _chunks(files: Sequence[Path]) -> Iterator[list[Path]]:
    part: list[Path] = []
    size = 0
    for file in files:
        part.append(file)
        size += len(str(file)) + 9
        if size > ARGUMENTS:
            yield part
            part, size = [], 0
    if part:
        yield part


def examine(folder: Path) -> str:
    """All comparisons on one folder; a line of numbers, or DisagreementError."""
    single = check([folder], "--all-files", "--no-cache", "-j1")
    same("-j1 and -j2", single, check([folder], "--all-files", "--no-cache", "-j2"))
    files = python_files(folder)
    bad = refused(files)
    named = {path for path, _, _, code in single.keys if code == UNREADABLE}
    if named != bad:
        raise DisagreementError(
            f"refused by the parser: {sorted(bad - named)}; only by us: {sorted(named - bad)}"
        )

    quick = check([folder], "--no-cache", "-j2")
    readable = {key: n for key, n in single.keys.items() if key[3] != UNREADABLE}
    compare("with and without prefilter", Counter(readable), _without(quick.keys, UNREADABLE))
    if not {path for path, _, _, code in quick.keys if code == UNREADABLE} <= bad:
        raise DisagreementError("the prefilter's run refuses files that the parser takes")

    with tempfile.TemporaryDirectory() as cache:
        same("no cache and a cold one", quick, check([folder], f"--cache-dir={cache}", "-j2"))
        same("no cache and a warm one", quick, check([folder], f"--cache-dir={cache}", "-j1"))

    good = [file for file in files if str(file) not in bad]
    with tempfile.TemporaryDirectory() as cache:
        for survey in ("new", "kept"):
            found = flake8(good, cache)
            compare(f"ssot-ids and flake8 with a {survey} survey", _without(quick.keys, UNREADABLE), found)
    return (
        f"{len(files):,} files, {len(bad)} of them refused by the parser and each one named; "
        f"{sum(readable.values()):,} findings, the same in nine ways"
    )


def python_files(folder: Path) -> list[Path]:
    """Every Python file that a run over ``folder`` takes: all but those in folders excluded by default."""
    from flake8_ssot_ids.policy.load import load_policy
    from flake8_ssot_ids.runs.discover import discover

    return [Path(file) for file in discover([str(folder)], load_policy(None, root=str(folder))).files]


def _without(keys: Counter[Key], code: str) -> Counter[Key]:
    return Counter({key: n for key, n in keys.items() if key[3] != code})


def folder_of(name: str) -> Path:
    """The folder that a name stands for: the standard library, a pinned corpus, or a path."""
    if name == "stdlib":
        return Path(sysconfig.get_path("stdlib")).resolve()
    return ensure(corpora()[name]) if name in corpora() else Path(name).resolve()


def main(names: Sequence[str]) -> int:
    """Examine the named folders, or the standard library and every corpus; 1 if one disagrees."""
    status = 0
    for name in names or ["stdlib", *corpora()]:
        try:
            print(f"{name}: {examine(folder_of(name))}", flush=True)
        except DisagreementError as problem:
            print(f"{name}: {problem}", flush=True)
            status = 1
    return status


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    raise SystemExit(main(sys.argv[1:]))
