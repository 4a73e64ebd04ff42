"""The tools that are compared: the environment each lives in, its command, and how to read its answer.

Every peer gets the rule that its users would write for the same job: "no ``uuid.uuid1`` … ``uuid8``".
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCES = ("uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7", "uuid.uuid8")
_CACHES = shutil.ignore_patterns("__pycache__")
#: (path as the tool writes it, row, column), both counted from 1.
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Peer:
    """One way of running one tool.

    ``argv(bin, work)`` is the command without the paths to check; ``work`` is a folder of its own.
    ``warm`` peers keep a cache in it and are run before they are timed. ``slow`` ones run once, and
    those that take ``minutes`` only on the corpora that are small enough for the test suite.
    """

    name: str
    packages: tuple[str, ...]
    argv: Callable[[Path, Path], list[str]]
    read: Callable[[str], set[Place]]
    warm: bool = False
    slow: bool = False
    minutes: bool = False
    flake8: bool = False


@functools.cache
def environment(home: Path, packages: tuple[str, ...]) -> Path:
    """The ``bin`` folder of an environment with exactly ``packages`` in their pinned versions."""
    folder = home / ("venv-" + re.sub(r"\W+", "-", "-".join(packages) or "ours").lower())
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    ready = folder / "ready.txt"
    pins = (HERE / "requirements.txt").read_text()
    if not ready.exists() or not ready.read_text().startswith(pins):
        venv.create(folder, with_pip=True, clear=True)
        _pip(binaries, "-c", str(HERE / "requirements.txt"), *("flake8" if p == "." else p for p in packages))
        ready.write_text(pins)
    if "." in packages:
        with tempfile.TemporaryDirectory() as copy:
            # A build in the checkout would leave folders there, and take up what an older one left. An
            # editable installation costs every start some milliseconds that no user pays.
            for name in ("pyproject.toml", "README.md", "LICENSE"):
                shutil.copy(ROOT / name, copy)
            shutil.copytree(ROOT / "flake8_ssot_ids", Path(copy, "flake8_ssot_ids"), ignore=_CACHES)
            state = pins + digest(Path(copy))
            if ready.read_text() != state:
                _pip(binaries, "-c", str(HERE / "requirements.txt"), copy)
                _pip(binaries, "--no-deps", "--force-reinstall", copy)
                ready.write_text(state)
    return binaries


def digest(folder: Path) -> str:
    """A hash of the names and contents of all files below ``folder``."""
    whole = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        whole.update(f"{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0".encode())
        whole.update(file.read_bytes())
    return whole.hexdigest()


def _pip(binaries: Path, *arguments: str) -> None:
    quiet = ("-q", "--disable-pip-version-check")
    command = [str(binaries / "python"), "-m", "pip", "install", *quiet, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")


def versions(binaries: Path) -> dict[str, str]:
    """Name and version of every distribution in an environment."""
    listing = subprocess.run(
        [str(binaries / "python"), "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {row["name"].lower(): row["version"] for row in json.loads(listing.stdout)}


#: One line for each finding, which is the least that both can write.
_CONCISE = ("--output-format=concise", "--quiet")

# --- how each is run ------------------------------------------------------------------------------


def _ours(*flags: str) -> Callable[[Path, Path], list[str]]:
    def argv(binaries: Path, work: Path) -> list[str]:
        filled = [flag.format(work=work) for flag in flags]
        return [str(binaries / "ssot-ids"), "check", "--isolated", *_CONCISE, *filled]

    return argv


def _ruff(*flags: str) -> Callable[[Path, Path], list[str]]:
    def argv(binaries: Path, work: Path) -> list[str]:
        config = work / "ruff.toml"
        bans = "".join(f'"{name}".msg = "use the generator"\n' for name in SOURCES)
        config.write_text(f'[lint]\nselect = ["TID251"]\n[lint.flake8-tidy-imports.banned-api]\n{bans}')
        filled = [flag.format(work=work) for flag in flags]
        return [str(binaries / "ruff"), "check", f"--config={config}", *_CONCISE, *filled]

    return argv


def neutral_policy() -> str:
    """The flag with which our plugin looks for no policy above the files; this project has one, too."""
    return f"--ssot-ids-config={Path(__file__).resolve().with_name('neutral.toml')}"


def _flake8(*flags: str) -> Callable[[Path, Path], list[str]]:
    def argv(binaries: Path, _work: Path) -> list[str]:
        return [str(binaries / "python"), "-m", "flake8", "--isolated", *flags]

    return argv


def _semgrep(binaries: Path, work: Path) -> list[str]:
    rule = work / "rule.yml"
    patterns = "".join(f"      - pattern: {name}\n" for name in SOURCES)
    rule.write_text(
        "rules:\n  - id: raw-id\n    languages: [python]\n    severity: ERROR\n"
        "    message: use the generator\n    options: {symbolic_propagation: true}\n"
        f"    pattern-either:\n{patterns}"
    )
    # Without the last three flags it would pass over tests, ignored and large files.
    flags = ["--metrics=off", "--disable-version-check", "--json", "--quiet"]
    flags += ["--no-git-ignore", "--max-target-bytes=0", "--x-ignore-semgrepignore-files"]
    return [str(binaries / "semgrep"), "scan", f"--config={rule}", *flags]


def _ast_grep(binaries: Path, work: Path) -> list[str]:
    rule = work / "rule.yml"
    names = "|".join(name.partition(".")[2] for name in SOURCES)
    rule.write_text(
        "id: raw-id\nlanguage: python\nseverity: error\nmessage: use the generator\nrule:\n  any:\n"
        f"    - kind: attribute\n      regex: ^uuid\\.({names})$\n"
        "    - kind: identifier\n"
        f"      regex: ^({names})$\n"
        "      not:\n        any:\n"
        "          - inside: {kind: attribute}\n"
        "          - inside: {kind: keyword_argument, field: name}\n"
        "          - inside: {kind: import_from_statement, stopBy: end}\n"
        "      inside:\n        stopBy: end\n        kind: module\n        has:\n          stopBy: end\n"
        f"          kind: import_from_statement\n          regex: ^from uuid import [^#]*\\b({names})\\b\n"
    )
    return [str(binaries / "ast-grep"), "scan", f"--rule={rule}", "--json=compact", "--no-ignore=vcs"]


# --- how each is read -----------------------------------------------------------------------------


def _read_lines(code: str) -> Callable[[str], set[Place]]:
    line = re.compile(rf"^(.*?):(\d+):(\d+): {code}", re.MULTILINE)
    return lambda text: {(p, int(row), int(col)) for p, row, col in line.findall(text)}


def _read_semgrep(text: str) -> set[Place]:
    rows = json.loads(text or "{}").get("results", [])
    return {(r["path"], r["start"]["line"], r["start"]["col"]) for r in rows}


def _read_ast_grep(text: str) -> set[Place]:
    found = set()
    for row in json.loads(text or "[]"):
        start = row["range"]["start"]
        found.add((row["file"], start["line"] + 1, start["column"] + 1))
    return found


_TIDY = ("flake8", "flake8-tidy-imports")
_BANS = "--banned-modules=" + "\n".join(f"{name} = use the generator" for name in SOURCES)

PEERS: tuple[Peer, ...] = (
    Peer("ssot-ids cold", (".",), _ours("--no-cache"), _read_lines("SID[12]")),
    Peer("ruff TID251 cold", ("ruff",), _ruff("--no-cache"), _read_lines("TID251")),
    Peer("ssot-ids warm", (".",), _ours("--cache-dir={work}/cache"), _read_lines("SID[12]"), warm=True),
    Peer("ruff TID251 warm", ("ruff",), _ruff("--cache-dir={work}/cache"), _read_lines("TID251"), warm=True),
    Peer("ast-grep", ("ast-grep-cli",), _ast_grep, _read_ast_grep, slow=True),
    Peer("semgrep", ("semgrep",), _semgrep, _read_semgrep, slow=True, minutes=True),
    Peer("flake8 bare", ("flake8",), _flake8(), _read_lines("NONE"), flake8=True),
    Peer("flake8 + ssot-ids", (".",), _flake8(neutral_policy()), _read_lines("SID[12]"), flake8=True),
    Peer("flake8 + tidy-imports", _TIDY, _flake8(_BANS), _read_lines("I251"), flake8=True),
)
