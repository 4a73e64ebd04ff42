"""The table ``[tool.ssot-ids]`` as text, with comments that say why each line is there."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from flake8_ssot_ids.adopt.generators import Candidate
from flake8_ssot_ids.adopt.plan import Plan
from flake8_ssot_ids.adopt.signals import AUTH, CONTEXT, WEBSOCKET
from flake8_ssot_ids.adopt.zones import Draft
from flake8_ssot_ids.policy.globs import Globs, escape
from flake8_ssot_ids.policy.kinds import toml, toml_key
from flake8_ssot_ids.render.statistics import counted
from flake8_ssot_ids.system.escapes import harmless

_WIDTH = 96
_SHOWN = 5
_TITLES = {
    WEBSOCKET: "Phase 1A: websocket code",
    AUTH: "Phase 1B: authentication",
    CONTEXT: "Phase 1C: execution contexts",
    "2": "Phase 2: the rest of {}",
    "3": "Phase 3: tests, and what is not deployed",
}


def write(plan: Plan, *, with_numbers: bool) -> str:
    """The whole table; without ``with_numbers`` its numbers are left out."""
    return "\n".join(_lines(plan, with_numbers)) + "\n"


def _lines(plan: Plan, with_numbers: bool) -> Iterator[str]:
    yield "# Proposed by `ssot-ids init` from names and imports. Read it: a file named `auth` may have"
    yield "# nothing to do with authentication. `ssot-ids config` shows what is in force."
    yield "[tool.ssot-ids]"
    yield from _generator(plan)
    if plan.src:
        yield "# Modules are imported from these folders, not only from the root and from `src`."
        yield f"src = {toml(plan.src)}"
    if plan.copies:
        yield "# Folders of copies; remove a line to have its folder checked."
        yield "extend-exclude = ["
        for found in plan.copies:
            why = f"{found.alike} of {found.compared} files compared are copies of others"
            yield f"  {toml(f'./{escape(found.folder)}/')},  # {why}"
        yield "]"
    if plan.test_paths:
        yield "# The default list, and after it what else imports pytest or unittest here."
        yield f"test-paths = {toml(plan.test_paths)}"
    yield from _parts(plan)
    for draft in plan.zones:
        yield ""
        yield from _zone(draft, plan, with_numbers)
    if plan.not_applicable:
        yield ""
        yield "# A contract without anything to look at fails, so that a wrong path is no pass. Nothing that"
        yield "# these are about was found; if that is so, say it:"
        yield "# [tool.ssot-ids.not-applicable]"
        for contract, reason in plan.not_applicable.items():
            yield f"# {contract} = {toml(reason)}"


def _comment(text: str, indent: str = "") -> Iterator[str]:
    yield from (
        f"# {line}"
        for line in textwrap.wrap(
            harmless(text), _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    )


def _generator(plan: Plan) -> Iterator[str]:
    approved, others = plan.choice.approved, plan.choice.others
    if len(approved) == 1:
        yield from _comment(f"The approved generator: {_why(approved[0], others)}.")
    elif approved:
        yield from _comment(
            "One approved generator for each of several services, the most used first; a file uses the first "
            "that its service may import:"
        )
        for candidate in approved:
            yield from _comment(f"- {candidate.dotted}: {candidate.evidence}", "    ")
    elif others:
        yield from _comment(
            "Could not tell which class is the approved generator. Name one as `package.module.Class`; "
            "`check` works without it, `fix` and most of the compliance contracts do not."
        )
    else:
        yield from _comment(
            "Nothing here looks like an id generator. Without one `check` works; `fix` and most of the "
            "compliance contracts do not. The package `ssot_ids` has one; it lies in the folder "
            "runtime/ of the repository that ssot-ids comes from:"
        )
        yield '# generator = "ssot_ids.UnifiedIdGenerator"'
    if others:
        yield "# Also found:" if approved else "# Found:"
        for candidate in others[:_SHOWN]:
            kind = "a module of functions, and the policy names classes; " if candidate.functions else ""
            yield from _comment(f"- {candidate.dotted}: {kind}{candidate.evidence}", "    ")
        if len(others) > _SHOWN:
            yield f"# - and {len(others) - _SHOWN} more"
    if not approved and others:
        likeliest = next((other.dotted for other in others if not other.functions), "package.module.Class")
        yield f"# generator = {toml(likeliest)}"
    elif len(approved) == 1:
        yield f"generator = {toml(approved[0].dotted)}"
    elif approved:
        yield "generator = ["
        yield from (f"  {toml(candidate.dotted)}," for candidate in approved)
        yield "]"


def _why(candidate: Candidate, others: list[Candidate]) -> str:
    """What speaks for it, and why it goes before the likeliest of the others."""
    rival = next((other for other in others if not other.functions), None)
    if rival is None:
        return candidate.evidence
    name = f"`{rival.dotted.rpartition('.')[2]}`"
    if rival.dotted.endswith("Manager") and not candidate.dotted.endswith("Manager"):
        return f"{candidate.evidence}; {name} is a manager"
    if len(candidate.importers) > len(rival.importers):
        return f"{candidate.evidence}; no other is imported by as many"
    if len(candidate.methods) > len(rival.methods):
        return f"{candidate.evidence}; {name} makes fewer kinds of ids"
    return f"{candidate.evidence}; {name} has nearly as much for it, so choose yourself"


def _parts(plan: Plan) -> Iterator[str]:
    found = plan.api
    if not (found.certain or found.possible or (found.hints and plan.choice.approved)):
        return
    yield ""
    yield "# Where the compliance contracts find the parts of the identifier library."
    table = "[tool.ssot-ids.api]"
    yield table if found.certain else f"# {table}"
    for key, value in found.certain.items():
        yield f"{toml_key(key)} = {toml(value)}"
    for key, values in found.possible.items():
        yield f"# One of these:{'' if len(values) <= _SHOWN else f' (and {len(values) - _SHOWN} more)'}"
        yield from (f"# {toml_key(key)} = {toml(value)}" for value in values[:_SHOWN])
    if found.hints and plan.choice.approved:
        yield "# Not found here:"
        yield from (f"# {toml_key(key)} = {toml(value)}" for key, value in found.hints.items())


def _zone(draft: Draft, plan: Plan, with_numbers: bool) -> Iterator[str]:
    zone = draft.zone
    kind = next(
        (kind for kind in (WEBSOCKET, AUTH, CONTEXT) if zone.phase == _PHASES[kind]), zone.phase or ""
    )
    title = _TITLES[kind].format(f"`{zone.service}`" if zone.service else "the modules")
    if zone.contracts:
        title += f" of `{zone.service}`"
    numbers = f": {_raw_ids(draft.files, plan)}" if with_numbers else ""
    yield from _comment(f"{title}{numbers} in {counted(len(draft.files), 'file')}.")
    yield "[[tool.ssot-ids.zone]]"
    yield f"name = {toml(zone.name)}"
    if draft.reasons:
        yield "paths = ["
        left = set(draft.files)
        for path in zone.paths:
            glob = Globs((path,), anywhere=False)
            mine = {file for file in left if glob.matches(file)}
            left -= mine
            number = f"; {_raw_ids(mine, plan)}" if with_numbers else ""
            yield f"  {toml(path)},  # {harmless(draft.reasons[path])}{number}"
        yield "]"
    elif len(zone.paths) > 3:
        yield "paths = ["
        yield from (f"  {toml(path)}," for path in zone.paths)
        yield "]"
    else:
        yield f"paths = {toml(zone.paths)}"
    yield f"tier = {toml(zone.tier)}"
    yield f"phase = {toml(zone.phase)}"
    if zone.service is not None:
        yield f"service = {toml(zone.service)}"
    if zone.contracts:
        yield f"contracts = {toml(zone.contracts)}"


_PHASES = {WEBSOCKET: "1A", AUTH: "1B", CONTEXT: "1C"}


def _raw_ids(files: Iterable[str], plan: Plan) -> str:
    return counted(sum(plan.raw[file] for file in files), "raw id")
