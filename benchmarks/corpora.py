"""The pinned source distributions: fetched once, checked, unpacked; nothing of them is ever built or run.

python -m benchmarks.corpora [NAME…]      fetch (all of them) and print the folders
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The process's own, by number: `sys.stderr` may be an object without one (as under pytest's capsys).
_STDERR = 2


@dataclass(frozen=True, slots=True)
class Corpus:
    """One pinned source distribution of ``corpora.toml``."""

    name: str
    filename: str
    sha256: str
    about: str
    ci: bool

    @property
    def version(self) -> str:
        """The version, as the file name spells it."""
        return self.filename.removesuffix(".tar.gz").rsplit("-", 1)[1]


def home() -> Path:
    """The folder that holds the unpacked corpora: ``$SSOT_IDS_CORPORA`` or ``benchmarks/.corpora``."""
    return Path(os.environ.get("SSOT_IDS_CORPORA") or HERE / ".corpora").resolve()


def corpora() -> dict[str, Corpus]:
    """Every pinned corpus by name, in the order of the file."""
    with (HERE / "corpora.toml").open("rb") as file:
        table = tomllib.load(file)
    return {name: Corpus(name=name, **row) for name, row in table.items()}


def ensure(corpus: Corpus) -> Path:
    """The project folder of the unpacked corpus, fetched now if it is not there yet.

    The outer folder's name holds the hash, and it appears by one rename when all of it is there, so a
    folder that exists is complete. ValueError if the fetched file is not the pinned one.
    """
    target = home() / f"{corpus.filename.removesuffix('.tar.gz')}-{corpus.sha256[:12]}"
    if target.is_dir():
        return next(target.iterdir())
    home().mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".partial-", dir=home()))
    try:
        archive = work / corpus.filename
        subprocess.run(
            [_python_with_pip(), str(HERE / "pip_fetch.py"), corpus.name, corpus.filename, str(archive)],
            check=True,
            stdout=_STDERR,
        )
        with archive.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != corpus.sha256:
            raise ValueError(f"{corpus.filename} has the hash {found}, not the pinned {corpus.sha256}")
        with tarfile.open(archive) as tar:
            tar.extractall(work / "tree", filter="data")
        try:
            (work / "tree").rename(target)
        except OSError:
            # Another process was faster; its folder is as good as ours.
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return next(target.iterdir())


def _python_with_pip() -> str:
    """This interpreter if it has pip, else one in an environment made for the purpose."""
    if importlib.util.find_spec("pip"):
        return sys.executable
    folder = home() / ".pip"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    return str(python)


def main(names: list[str]) -> None:
    """Fetch the named corpora, or all, and print where they are."""
    known = corpora()
    for name in names or known:
        if name not in known:
            raise SystemExit(f"no corpus {name!r}; there are {', '.join(known)}")
        print(name, ensure(known[name]))


if __name__ == "__main__":
    main(sys.argv[1:])
