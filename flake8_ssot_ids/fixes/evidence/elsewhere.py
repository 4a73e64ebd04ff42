"""Where a value ends up in other modules of the project: a class that it flows to, a test of its prefix."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from flake8_ssot_ids.fixes.evidence.noids import Manual, is_harmless
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.fixes.evidence.surroundings import Tested
from flake8_ssot_ids.ids.remedies import Piece, around, is_part_of_text, slug
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.model import UnreadableError
from flake8_ssot_ids.semantics.flow.flow import PATCHED, Exit, ModuleFlow, Sink
from flake8_ssot_ids.semantics.module.syntax import absolute
from flake8_ssot_ids.semantics.project.modules import Home
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.source.sourcefile import Lines, decode, parse
from flake8_ssot_ids.system.files import read

#: So many base classes are looked through, each in a module of its own.
_DEEPEST = 4
_MEMORY = "fixes elsewhere"


@dataclass(slots=True)
class _Flows:
    """The flows of modules that values were followed into, by path; None where one is no Python."""

    known: dict[str, ModuleFlow | None] = field(default_factory=dict)

    @staticmethod
    def of(project: Project) -> _Flows:
        found = project.memory.get(_MEMORY)
        if not isinstance(found, _Flows):
            found = project.memory[_MEMORY] = _Flows()
        return found

    def flow(self, path: str) -> ModuleFlow | None:
        if path not in self.known:
            try:
                self.known[path] = ModuleFlow(parse(read(path)))
            except (OSError, UnreadableError):
                # Whoever imports it fails before any id gets there.
                self.known[path] = None
        return self.known[path]


def sink_elsewhere(exits: list[Exit], state: FileState) -> tuple[Sink, str] | None:
    """The first place in another module that asks for the value's format, and where: ``path:row:column``."""
    for leaving in exits:
        found = _follow(leaving, state)
        if found is not None:
            sink, path = found
            return sink, _place(path, sink.node, state)
    return None


def _follow(leaving: Exit, state: FileState) -> tuple[Sink, str] | None:
    flows = _Flows.of(state.project)
    pending = [(leaving.target, state.path, _DEEPEST)]
    while pending:
        target, importer, depth = pending.pop()
        home = state.project.home(importer)
        level = len(target) - len(target.lstrip("."))
        dotted = absolute(home.package, level, target[level:]) if level else target
        dotted = None if dotted is None else dotted.removeprefix(".")
        if dotted is None or depth == 0 or not state.project.is_ours(dotted, home):
            continue
        found = _defined(dotted, home, state)
        if found is None:
            continue
        path, names = found
        flow = flows.flow(path)
        if flow is None or path == state.path:
            continue
        sinks, bases = flow.entered(names, leaving)
        sinks = [sink for sink in sinks if not is_harmless(sink)]
        if sinks:
            return sinks[0], path
        pending += ((base, path, depth - 1) for base in reversed(bases))
    return None


def _defined(dotted: str, home: Home, state: FileState) -> tuple[str, tuple[str, ...]] | None:
    """The module that defines what ``dotted`` leads to, and the names in it."""
    here = state.project.locate(dotted, home)
    if here is None or not here[1] or here[0] is None:
        return None
    flow = _Flows.of(state.project).flow(here[0])
    if flow is not None and not flow.defines(here[1][0]):
        # Handed on from where it is defined.
        here = state.project.locate(state.inspection.sources.canonical(dotted), home)
        if here is None or not here[1]:
            return None
    path, names, _ = here
    return None if path is None else (path, names)


def _place(path: str, node: ast.AST, state: FileState) -> str:
    row, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    column = Lines(decode(read(path)).text).column(row, offset)
    return f"{state.policy.relative(path)}:{row}:{column}"


def prefix_tested(use: Use, state: FileState) -> Manual | None:
    """Whether the project asks for the literal beginning of this id, and the new one will not begin so.

    ``f"file-{uuid4()}"`` becomes ``file_…``, so whoever asks for ``file-`` does not know it any more.
    """
    head, tail = around(use.shape, state.parents)
    if not head or is_part_of_text(head, tail):
        return None
    old = "".join(text for text in (_text(piece, state) for piece in head) if text is not None)
    if any(_text(piece, state) is None for piece in head) or not old:
        return _constant_tested(head[0], state) if isinstance(head[0], ast.expr) else None
    new = f"{slug(old)}_"
    asked = [
        one for one in state.surroundings.beginnings() if old.startswith(one) and not new.startswith(one)
    ]
    for one in sorted(asked, key=len, reverse=True):
        tested = _relevant(state.surroundings.tests_of(one), state)
        if tested is not None:
            return _manual(f"its beginning `{old}` is asked for", tested, state)
    if isinstance(head[0], ast.expr) and not new.startswith(old):
        return _constant_tested(head[0], state)
    return None


def patched(use: Use, state: FileState) -> Manual | None:
    """Whether a test replaces the source by its name in this module, and would not reach the generator."""
    place = state.surroundings.patch_of(state.path, ast.unparse(use.reference))
    if place is None:
        return None
    where = f"{state.policy.relative(place.path)}:{place.row}:{place.column}"
    return Manual(PATCHED, f"a test replaces its source by name: `{place.code}` is patched", None, where)


def _constant_tested(piece: Piece, state: FileState) -> Manual | None:
    """A beginning that is a constant, which somebody asks for by its name."""
    name = piece.id if isinstance(piece, ast.Name) else piece.attr if isinstance(piece, ast.Attribute) else ""
    if not name.isupper():
        return None
    tested = _relevant(state.surroundings.tests_of(name), state)
    return None if tested is None else _manual(f"its beginning `{name}` is asked for", tested, state)


def _relevant(found: list[Tested], state: FileState) -> Tested | None:
    """The first one that may see the id: in the same file, or in production code."""
    for one in sorted(found, key=lambda test: (test.path != state.path, test.path, test.row)):
        if one.path == state.path or state.policy.scope_of(one.path) == "production":
            return one
    return None


def _manual(reason: str, tested: Tested, state: FileState) -> Manual:
    here = "" if tested.path == state.path else f"{state.policy.relative(tested.path)}:"
    return Manual("prefix-matched", f"{reason}: `{tested.code}`", None, f"{here}{tested.row}:{tested.column}")


def _text(piece: Piece, state: FileState) -> str | None:
    """The text of a piece: a literal, or a constant with one value in the project."""
    if isinstance(piece, str):
        return piece
    name = piece.id if isinstance(piece, ast.Name) else piece.attr if isinstance(piece, ast.Attribute) else ""
    return state.surroundings.constant(name) if name.isupper() else None
