"""Look at a repository, and decide what its configuration should say."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field

from flake8_ssot_ids.adopt import api, copies, generators, zones
from flake8_ssot_ids.adopt.api import Api
from flake8_ssot_ids.adopt.code import ProjectCode
from flake8_ssot_ids.adopt.copies import Copies
from flake8_ssot_ids.adopt.generators import Choice
from flake8_ssot_ids.adopt.layout import Repository
from flake8_ssot_ids.adopt.signals import AUTH, CONTEXT, WEBSOCKET
from flake8_ssot_ids.adopt.zones import Draft
from flake8_ssot_ids.policy.load import find_config
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import DEFAULT_TEST_PATHS
from flake8_ssot_ids.runs.discover import CONFIG_NAMES, discover
from flake8_ssot_ids.system.files import read

#: By kind: words that stand somewhere in a project that has it, what to say if not, the contracts about it.
_ABSENT = {
    AUTH: ((b"password", b"jwt", b"login", b"oauth", b"authenticat"), "nobody logs in", ("C02",)),
    CONTEXT: ((b"execution_context", b"executioncontext"), "no execution contexts", ("C03",)),
    WEBSOCKET: ((b"websocket", b"web_socket", b"socketio"), "no websockets", ("C04", "C11")),
}


@dataclass(slots=True)
class Plan:
    """What the configuration of the folder ``root`` should say; paths are relative to it.

    ``src`` and ``test_paths`` are empty where the defaults do; ``copies`` are folders to exclude.
    ``not_applicable`` gives contracts that the project surely cannot have, and why. ``notes`` are for people:
    what could not be read.
    """

    root: str
    paths: list[str] = field(default_factory=list)
    choice: Choice = field(default_factory=lambda: Choice([], []))
    copies: list[Copies] = field(default_factory=list)
    src: list[str] = field(default_factory=list)
    test_paths: list[str] = field(default_factory=list)
    api: Api = field(default_factory=Api)
    zones: list[Draft] = field(default_factory=list)
    not_applicable: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    #: Raw ids by file, once they are counted.
    raw: Counter[str] = field(default_factory=Counter)


def survey(root: str) -> Plan:
    """Look at all Python files below the absolute folder ``root`` that a check would look at."""
    policy = Policy(root=root.replace(os.sep, "/"))
    found = discover([root], policy)
    plan = Plan(root, found.files)
    plan.notes += [*found.notes, *(f"{path}: {reason}" for path, reason in found.errors)]
    plan.notes += [
        f"{policy.relative(path)} goes before this configuration in its folder"
        for path in found.consulted
        if os.path.basename(path) in CONFIG_NAMES
        and os.path.dirname(path) != root
        and find_config(os.path.dirname(path)) == path.replace(os.sep, "/")
    ]
    texts: dict[str, bytes] = {}
    for path in found.files:
        file = policy.relative(path)
        if not file.endswith(".py"):  # a stub makes no ids
            continue
        try:
            file.encode()
            texts[file] = read(path)
        except UnicodeEncodeError:
            plan.notes.append(f"{file!a}: no configuration can name it, because its name is not UTF-8")
        except OSError as error:
            plan.notes.append(f"{file}: {error.strerror or error}")
    plan.copies = copies.find(texts)
    for folder in (f"{found.folder}/" for found in plan.copies):
        texts = {file: data for file, data in texts.items() if not file.startswith(folder)}
        plan.paths = [path for path in plan.paths if not policy.relative(path).startswith(folder)]
    layout = Repository(root, texts)
    plan.test_paths = _test_paths(layout, policy, texts)
    policy = Policy(root=policy.root, test_paths=tuple(plan.test_paths) or DEFAULT_TEST_PATHS)
    scopes = {file: policy.scope_of(os.path.join(root, file)) == "production" for file in texts}
    plan.src = layout.src({file: data for file, data in texts.items() if scopes[file]})
    code = ProjectCode(texts, plan.src or [".", "src"])

    def deployed(file: str) -> bool:
        return scopes[file] and not layout.is_aside(file)

    plan.choice = generators.choose(generators.find(code, layout, deployed))
    plan.api = api.find(code, plan.choice.approved, deployed)
    approved = {candidate.file for candidate in plan.choice.approved} - {""}
    plan.zones = zones.find(code, layout, lambda file: scopes[file], approved)
    plan.not_applicable = _not_applicable(plan.zones, texts)
    plan.notes += [f"{file}: {reason}" for file, reason in sorted(code.unreadable.items())]
    return plan


def _test_paths(layout: Repository, policy: Policy, texts: dict[str, bytes]) -> list[str]:
    root = policy.root
    rest = {file: data for file, data in texts.items() if policy.scope_of(f"{root}/{file}") == "production"}
    more = layout.test_patterns(rest)
    return [*DEFAULT_TEST_PATHS, *more] if more else []


def _not_applicable(drafts: list[Draft], texts: dict[str, bytes]) -> dict[str, str]:
    """Contracts about what the project surely has not: no file says so much as its name.

    Without any module nothing is sure.
    """
    kinds = {draft.zone.name for draft in drafts}
    found = {}
    for kind, (words, reason, contracts) in _ABSENT.items():
        if texts and kind not in kinds and not any(_has(data, words) for data in texts.values()):
            found.update(dict.fromkeys(contracts, reason))
    return dict(sorted(found.items()))


def _has(data: bytes, words: tuple[bytes, ...]) -> bool:
    small = data.lower()
    return any(word in small for word in words)
