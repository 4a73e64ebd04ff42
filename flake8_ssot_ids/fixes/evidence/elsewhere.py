"""Where a value ends up in other modules of the project: a class that it flows to, a test of its prefix."""

from __future__ import annotations

import ast

from flake8_ssot_ids.fixes.evidence.patches import Patch
from flake8_ssot_ids.fixes.evidence.purpose import is_harmless
from flake8_ssot_ids.fixes.evidence.state import FileState
from flake8_ssot_ids.ids.purpose import Reason
from flake8_ssot_ids.ids.remedies import Piece, around, is_part_of_text, slug
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.flow.exits import Exit
from flake8_ssot_ids.semantics.flow.sinks import PATCHED, Sink
from flake8_ssot_ids.source.sourcefile import Lines, decode
from flake8_ssot_ids.system.files import read

#: So many base classes are looked through, each in a module of its own.
_DEEPEST = 4


#: How ids begin whose method adds more than the text that stood there.
_BEGINNINGS = {"generate_websocket_client_id(": "ws_client_"}


def sink_elsewhere(exits: list[Exit], state: FileState) -> tuple[Sink, str] | None:
    """The first place in another module that asks for the value's format, and where: ``path:row:column``."""
    for leaving in exits:
        found = _follow(leaving, state)
        if found is not None:
            sink, path = found
            return sink, _place(path, sink.node, state)
    return None


def _follow(leaving: Exit, state: FileState) -> tuple[Sink, str] | None:
    pending = [(leaving.target, state.path, _DEEPEST)]
    while pending:
        dotted, importer, depth = pending.pop()
        home = state.project.home(importer)
        here = state.project.locate(dotted, home) if depth and state.project.is_ours(dotted, home) else None
        path = None if here is None else here[0]
        if here is None or path is None or path == state.path:
            continue
        flow = state.inspection.flow_of(path)
        if flow is None:
            continue
        sinks, bases = flow.entered(here[1], leaving)
        sinks = [sink for sink in sinks if not is_harmless(sink)]
        if sinks:
            return sinks[0], path
        pending += ((base, path, depth - 1) for base in reversed(bases))
    return None


def _place(path: str, node: ast.AST, state: FileState) -> str:
    row, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    column = Lines(decode(read(path)).text).column(row, offset)
    return f"{state.policy.relative(path)}:{row}:{column}"


def prefix_tested(use: Use, text: str, state: FileState) -> Reason | None:
    """Whether the project asks for the literal beginning of this id, and ``text`` makes another one.

    ``f"client_{uuid4()}"`` may become ``ws_client_…``; whoever asks for ``client_`` does not know that.
    """
    head, tail = around(use.shape, state.parents)
    if not head or is_part_of_text(head, tail):
        return None
    old = "".join(text for text in (_text(piece, state) for piece in head) if text is not None)
    if any(_text(piece, state) is None for piece in head) or not old:
        return _constant_tested(head[0], state) if isinstance(head[0], ast.expr) else None
    new = next((made for call, made in _BEGINNINGS.items() if call in text), f"{slug(old)}_")
    asked = [one for one in state.readers.beginnings() if old.startswith(one) and not new.startswith(one)]
    for one in sorted(asked, key=len, reverse=True):
        tested = _relevant(state.readers.tests_of(one), state)
        if tested is not None:
            return _manual(f"its beginning `{old}` is asked for", tested, state)
    if isinstance(head[0], ast.expr) and not new.startswith(old):
        return _constant_tested(head[0], state)
    return None


def patched(use: Use, state: FileState) -> Reason | None:
    """Whether a test replaces the source by its name in this module, and would not reach the generator."""
    place = state.readers.patch_of(state.path, ast.unparse(use.reference))
    return None if place is None else _replaced(place, state)


def patched_everywhere(state: FileState) -> Reason | None:
    """Whether a test replaces the source itself, and may expect an id of this module to come from it."""
    place = state.readers.patch_of_all(state.path)
    return None if place is None else _replaced(place, state)


def _replaced(place: Patch, state: FileState) -> Reason:
    where = f"{state.policy.relative(place.path)}:{place.row}:{place.column}"
    return Reason(PATCHED, f"a test replaces its source by name: `{place.code}` is patched", None, where)


def _constant_tested(piece: Piece, state: FileState) -> Reason | None:
    """A beginning that is a constant, which somebody asks for by its name."""
    name = piece.id if isinstance(piece, ast.Name) else piece.attr if isinstance(piece, ast.Attribute) else ""
    if not name.isupper():
        return None
    tested = _relevant(state.readers.tests_of(name), state)
    return None if tested is None else _manual(f"its beginning `{name}` is asked for", tested, state)


def _relevant(found: list[Patch], state: FileState) -> Patch | None:
    """The first one that may see the id: in the same file, or in production code."""
    for one in sorted(found, key=lambda test: (test.path != state.path, test.path, test.row)):
        if one.path == state.path or state.policy.scope_of(one.path) == "production":
            return one
    return None


def _manual(reason: str, tested: Patch, state: FileState) -> Reason:
    here = "" if tested.path == state.path else f"{state.policy.relative(tested.path)}:"
    return Reason("prefix-matched", f"{reason}: `{tested.code}`", None, f"{here}{tested.row}:{tested.column}")


def _text(piece: Piece, state: FileState) -> str | None:
    """The text of a piece: a literal, or a constant with one value in the project."""
    if isinstance(piece, str):
        return piece
    name = piece.id if isinstance(piece, ast.Name) else piece.attr if isinstance(piece, ast.Attribute) else ""
    return state.readers.constant(name) if name.isupper() else None
