"""The zones of a project, in the phases of the plan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from flake8_ssot_ids.adopt.index import Index
from flake8_ssot_ids.adopt.layout import Layout, compress, service_label
from flake8_ssot_ids.adopt.signals import AUTH, CONTEXT, KINDS, MAY_TELL, WEBSOCKET, Signal, of_code, of_path
from flake8_ssot_ids.compliance.contracts import ZONE_KINDS, zones_of
from flake8_ssot_ids.globs import Globs, escape
from flake8_ssot_ids.policy import Policy, Zone

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


def find(index: Index, layout: Layout, production: Callable[[str], bool], approved: set[str]) -> list[Draft]:
    """All zones, in the order in which they have to stand: a file belongs to the first that names it.

    ``approved`` are the files of the approved generators, whose folders are of no kind.
    """
    deployed = {file for file in layout.files if production(file) and not layout.is_aside(file)}
    homes = {file.rpartition("/")[0] for file in approved} - {""}
    kinds: dict[str, Signal] = {}
    for file in sorted(deployed):
        folders = file.split("/")[:-1]
        is_other = "/".join(folders) in homes or file in approved or not _MIGRATIONS.isdisjoint(folders)
        signal = None if is_other else _kind(file, index)
        if signal is not None:
            kinds[file] = signal
    _add_helpers(kinds, index, deployed)
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


def _kind(file: str, index: Index) -> Signal | None:
    """The weightiest signal; of equal ones that of the earlier phase."""
    signals = [*of_path(file)]
    if MAY_TELL.search(index.texts[file]):
        tree = index.tree(file)
        signals += of_code(tree) if tree is not None else []
    return max(signals, key=lambda signal: (signal.weight, -KINDS.index(signal.kind)), default=None)


def _add_helpers(kinds: dict[str, Signal], index: Index, deployed: set[str]) -> None:
    """Take in what modules of one kind in the same folder import, and no module of another.

    The others are not parsed for that: a line that looks like an import of the name is one.
    """
    users: dict[str, set[str]] = {}
    for file in sorted(kinds):
        folder = file.rpartition("/")[0]
        for helper in index.imported_modules(file) & deployed - kinds.keys():
            if helper.rpartition("/")[0] == folder and not helper.endswith("__init__.py"):
                users.setdefault(helper, set()).add(file)
    for helper, files in sorted(users.items()):
        stem = re.escape(helper.rpartition("/")[2].removesuffix(".py").encode())
        imports = re.compile(
            rb"^[ \t]*(?:from|import)\b[^\n#]*\b" + stem + rb"\b|^[ \t]+" + stem + rb"\b[ \t]*,?[ \t]*$",
            re.MULTILINE,
        )
        if len({kinds[file].kind for file in files}) == 1 and not any(
            imports.search(index.texts[file]) for file in deployed - files - {helper}
        ):
            kinds[helper] = Signal(kinds[min(files)].kind, 0, "only these modules import it")


def _critical(kind: str, kinds: dict[str, Signal], layout: Layout, deployed: set[str]) -> list[Draft]:
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


def _rest(layout: Layout, deployed: set[str], taken: set[str]) -> list[Draft]:
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


def _tests(files: set[str], layout: Layout, production: Callable[[str], bool]) -> Draft:
    """The zone of the tests and of what is not deployed."""
    paths: dict[str, None] = {}
    for file in sorted(files):
        if production(file):
            paths[layout.aside_folder(file)] = None
            continue
        parts = file.split("/")
        top = next(
            (n for n in range(1, len(parts)) if _all_tests("/".join(parts[:n]), layout, production)), None
        )
        paths[escape(file if top is None else "/".join(parts[:top]))] = None
    merged: dict[str, None] = {}
    for path in paths:
        name = path.rpartition("/")[2]
        alike = [other for other in paths if other.rpartition("/")[2] == name and "/" in other]
        general = f"**/{name}"
        # Many folders of one name are one line, and so will be those to come.
        if len(alike) > 2 and _only_these(general, files, layout):
            merged[general] = None
        else:
            merged[path] = None
    for path in [*merged]:
        if any(path.startswith(f"{other}/") for other in merged):
            del merged[path]
    singles = [path for path in merged if path.endswith(".py") and "/" in path]
    for pattern in ("**/test_*.py", "**/*_test.py"):
        glob = Globs((pattern,), anywhere=False)
        hits = [path for path in singles if glob.matches(path)]
        if len(hits) > 2 and _only_these(pattern, files, layout):
            for path in hits:
                merged.pop(path, None)
            merged[pattern] = None
    return Draft(Zone("tests", tuple(merged), "standard", _TESTS), files=set(files))


def _all_tests(folder: str, layout: Layout, production: Callable[[str], bool]) -> bool:
    return not any(production(file) for file in layout.files if file.startswith(f"{folder}/"))


def _only_these(pattern: str, files: set[str], layout: Layout) -> bool:
    glob = Globs((pattern,), anywhere=False)
    return all(file in files for file in layout.files if glob.matches(file))
