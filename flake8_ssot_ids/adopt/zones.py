"""The zones of a project, in the phases of the plan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from flake8_ssot_ids.adopt.code import ProjectCode
from flake8_ssot_ids.adopt.layout import Repository, compress, service_label
from flake8_ssot_ids.adopt.signals import (
    AUTH,
    BRIDGE,
    CONTEXT,
    HEAVIEST,
    KINDS,
    WEBSOCKET,
    Signal,
    may_tell,
    of_code,
    of_path,
)
from flake8_ssot_ids.compliance.contracts import ZONE_KINDS, zones_of
from flake8_ssot_ids.policy.globs import Globs, escape
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import Zone

PHASES = {WEBSOCKET: "1A", AUTH: "1B", CONTEXT: "1C"}
_CONTRACTS = {WEBSOCKET: "C04", AUTH: "C02", CONTEXT: "C03"}
_REST, _TESTS = "2", "3"
#: What once was done to a database makes no ids any more.
_MIGRATIONS = frozenset(("alembic", "migrations"))


@dataclass(slots=True)
class Draft:
    """A zone to be written. ``reasons`` say, for each of its globs, why it is there."""

    zone: Zone
    reasons: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


def find(
    code: ProjectCode, layout: Repository, production: Callable[[str], bool], approved: set[str]
) -> list[Draft]:
    """All zones, in the order in which they have to stand: a file belongs to the first that names it.

    ``approved`` are the files of the approved generators, whose folders are of no kind.
    """
    deployed = {file for file in layout.files if production(file) and not layout.is_aside(file)}
    homes = {file.rpartition("/")[0] for file in approved} - {""}
    kinds: dict[str, Signal] = {}
    for file in sorted(deployed):
        folders = file.split("/")[:-1]
        is_other = "/".join(folders) in homes or file in approved or not _MIGRATIONS.isdisjoint(folders)
        signal = None if is_other else _kind(file, code)
        if signal is not None:
            kinds[file] = signal
    _add_helpers(kinds, code, deployed)
    if all(signal.reason == BRIDGE for signal in kinds.values() if signal.kind == WEBSOCKET):
        kinds = {file: signal for file, signal in kinds.items() if signal.kind != WEBSOCKET}
    found: list[Draft] = []
    for kind in KINDS:
        found += _critical(kind, kinds, layout, deployed)
    found += _rest(layout, deployed, {file for draft in found for file in draft.files})
    others = set(layout.files) - deployed
    if others:
        tests = _tests(others, layout, production)
        # Where tests lie within a service, its zone would take them.
        globs = Globs([path for draft in found for path in draft.zone.paths], anywhere=False)
        found.insert(0 if any(map(globs.matches, sorted(others))) else len(found), tests)
    return found


def _kind(file: str, code: ProjectCode) -> Signal | None:
    """The weightiest signal; of equal ones that of the earlier phase."""
    signals = [*of_path(file)]
    heaviest = max((signal.weight for signal in signals), default=0)
    if heaviest < HEAVIEST and may_tell(code.texts[file]):
        tree = code.tree(file)
        signals += of_code(tree, code.texts[file]) if tree is not None else []
    return max(signals, key=lambda signal: (signal.weight, -KINDS.index(signal.kind)), default=None)


def _add_helpers(kinds: dict[str, Signal], code: ProjectCode, deployed: set[str]) -> None:
    """Take in what only modules that are called after one kind, in the same folder, import.

    The others are not parsed for that: a line that looks like an import of the name is one.
    """
    users: dict[str, set[str]] = {}
    for file in sorted(kinds):
        folder = file.rpartition("/")[0]
        for words in _IMPORT_LINE.findall(code.texts[file]):
            for stem in _WORD.findall(b" ".join(words)):
                helper = f"{folder}/{stem.decode()}.py".lstrip("/")
                if helper in deployed and helper not in kinds:
                    users.setdefault(helper, set()).add(file)
    for helper, files in sorted(users.items()):
        stem = helper.rpartition("/")[2].removesuffix(".py").encode()
        if (
            len({kinds[file].kind for file in files}) == 1
            and all(kinds[file].weight == HEAVIEST for file in files)
            and all(helper in code.imported_modules(file) for file in files)
            and not any(_may_import(stem, code.texts[file]) for file in deployed - files - {helper})
        ):
            kinds[helper] = Signal(kinds[min(files)].kind, 0, "only these modules import it")


#: What a line imports, as far as it looks like one: also a line within the parentheses of an import.
_IMPORT_LINE = re.compile(
    rb"^[ \t]*(?:from|import)\b([^\n#]*)|^[ \t]+(\w+)(?:[ \t]+as[ \t]+\w+)?[ \t]*,?[ \t]*(?:#.*)?$",
    re.MULTILINE,
)
_WORD = re.compile(rb"[A-Za-z_]\w*")


def _may_import(stem: bytes, data: bytes) -> bool:
    return stem in data and any(
        stem in _WORD.findall(b" ".join(words)) for words in _IMPORT_LINE.findall(data)
    )


def _critical(kind: str, kinds: dict[str, Signal], layout: Repository, deployed: set[str]) -> list[Draft]:
    by_service: dict[str, set[str]] = {}
    for file, signal in kinds.items():
        if signal.kind == kind:
            by_service.setdefault(layout.service_of(file), set()).add(file)
    drafts = []
    for number, service in enumerate(sorted(by_service, key=lambda name: (-len(by_service[name]), name))):
        files = by_service[service]
        label = service_label(service)
        name = kind if number == 0 else f"{kind}-{_plain(label or 'root')}"
        paths = compress(files, deployed)
        zone = Zone(
            name, tuple(paths), "critical", PHASES[kind], label, () if number == 0 else (_CONTRACTS[kind],)
        )
        draft = Draft(zone, files=files)
        for path in paths:
            glob = Globs((path,), anywhere=False)
            said = Counter(kinds[file].reason for file in sorted(files) if glob.matches(file))
            draft.reasons[path] = ", ".join(reason for reason, _ in said.most_common(2))
        drafts.append(draft)
    return drafts


def _rest(layout: Repository, deployed: set[str], taken: set[str]) -> list[Draft]:
    by_service: dict[str, set[str]] = {}
    for file in deployed - taken:
        by_service.setdefault(layout.service_of(file), set()).add(file)
    drafts: list[Draft] = []
    names: set[str] = set()
    for service in sorted(by_service, key=lambda name: (not name, name)):
        label = service_label(service)
        name = _free(label or "modules", names)
        names.add(name)
        paths = (escape(service),) if service else tuple(compress(by_service[service], deployed))
        drafts.append(Draft(Zone(name, paths, "standard", _REST, label), files=by_service[service]))
    return drafts


def _free(name: str, taken: set[str]) -> str:
    """A name that no other zone has, and by which no contract takes the zone for a critical one."""
    tried = name
    if _is_critical(tried):
        tried = _plain(name)
    if _is_critical(tried):
        tried += "service"
    number = 2
    while tried in taken or tried in (*KINDS, "tests"):
        tried, number = f"{name}-{number}", number + 1
    return tried


def _is_critical(name: str) -> bool:
    policy = Policy(root="/", zones=(Zone(name, ("x",)),))
    return any(zones_of(contract, policy) for contract in ZONE_KINDS)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower()) or "other"


def _tests(files: set[str], layout: Repository, production: Callable[[str], bool]) -> Draft:
    """The zone of the tests and of what is not deployed."""
    mixed: set[str] = set()
    for file in filter(production, layout.files):
        folder = file.rpartition("/")[0]
        while folder and folder not in mixed:
            mixed.add(folder)
            folder = folder.rpartition("/")[0]
    paths: dict[str, None] = {}
    for file in sorted(files):
        parts = file.split("/")
        tops = ("/".join(parts[:length]) for length in range(1, len(parts)))
        top = next((folder for folder in tops if folder not in mixed), file)
        paths[layout.aside_folder(file) if production(file) else escape(top)] = None
    _generalise(paths, files, layout)
    below = [path for path in paths if any(folder in paths for folder in _above(path))]
    return Draft(
        Zone("tests", tuple(path for path in paths if path not in below), "standard", _TESTS),
        files=set(files),
    )


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]


def _generalise(paths: dict[str, None], files: set[str], layout: Repository) -> None:
    """Write many folders or files that are called alike as one glob, where it names nothing else."""
    numbers = Counter(path.rpartition("/")[2] for path in paths if "/" in path)
    for pattern in (*(name for name, number in numbers.items() if number > 2), "test_*.py", "*_test.py"):
        one = Globs((pattern,), anywhere=True)
        alike = [path for path in paths if "/" in path and one.matches(path.rpartition("/")[2])]
        if len(alike) > 2 and _only_these(f"**/{pattern}", files, layout):
            for path in alike:
                del paths[path]
            paths[f"**/{pattern}"] = None


def _only_these(pattern: str, files: set[str], layout: Repository) -> bool:
    glob = Globs((pattern,), anywhere=False)
    return all(file in files for file in layout.files if glob.matches(file))
