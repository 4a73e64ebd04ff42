"""SID302: text is glued around an id of the approved generator, or a part of it is cut out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from flake8_ssot_ids.rules.rule import Hit, Rule

TYPE_CHECKING = False  # a plain check loads nothing of this
if TYPE_CHECKING:
    from flake8_ssot_ids.ids.generatorcalls import GeneratorCall
    from flake8_ssot_ids.ids.inspection import Inspection

#: Text that makes an id of its own; a space, a slash or a colon makes a sentence, a path or a key.
_OF_AN_ID = re.compile(r"[A-Za-z0-9_.-]+")
_FILE_NAME = re.compile(r".*\.[A-Za-z]\w{0,4}")
_SEVERAL = frozenset({"generate_user_context_ids", "generate_batch_ids"})


def inspect(inspection: Inspection) -> Iterator[Hit]:
    """Every id of the generator that does not stay whole, at the place where that happens."""
    from flake8_ssot_ids.ids.generatorcalls import makes_id
    from flake8_ssot_ids.semantics.flow.sinks import SLICED

    parents = None
    for call in inspection.calls:
        if call.call is None or not makes_id(call) or call.method in _SEVERAL:
            continue
        if parents is None:
            parents = inspection.names.flow.parents
        name = f"`{call.owner.rpartition('.')[2]}.{call.method}()`"
        if call.method == inspection.uuid_method:
            yield from _cut_uuid(call, name, parents)
            continue
        around = _glued(call, parents)
        if around is not None:
            yield Hit(
                call.reference,
                f"text is glued around the id that {name} makes, so nothing can parse it; "
                "give the generator that text as its prefix",
                call.symbol,
                whole=around,
                role=call.role,
            )
        for sink in inspection.flow.sinks(call.call):
            if sink.kind == SLICED and isinstance(sink.node, ast.expr):
                yield Hit(
                    sink.node,
                    f"{sink.detail} cuts an id that {name} makes: its head is the same for all ids of the "
                    "kind, its tail has few random bits; keep it whole",
                    call.symbol,
                    role=call.role,
                )


def _cut_uuid(call: GeneratorCall, name: str, parents: Mapping[ast.AST, ast.AST]) -> Iterator[Hit]:
    """A UUID from the generator may have text around it; a part of one is what it was of a raw UUID."""
    from flake8_ssot_ids.ids.shapes import CUT, shape_of

    shape = shape_of(call.reference, "uuid4", parents)
    if shape.kind == CUT:
        bits = "not all" if shape.bits is None else f"only {shape.bits:.0f}"
        yield Hit(
            call.reference,
            f"{bits} random bits of the UUID that {name} makes are kept; keep it whole",
            call.symbol,
            whole=shape.node,
            role=call.role,
        )


def _glued(call: GeneratorCall, parents: Mapping[ast.AST, ast.AST]) -> ast.expr | None:
    """The widest text that is glued around the id and still looks like one id; None if there is none."""
    node: ast.AST = call.call or call.reference
    found: ast.expr | None = None
    while True:
        parent = parents.get(node)
        if (isinstance(parent, ast.FormattedValue) and parent.format_spec is None) or (
            isinstance(parent, ast.Call)
            and parent.args == [node]
            and not parent.keywords
            and getattr(parent.func, "id", "") == "str"
        ):
            node = parent
        elif isinstance(parent, ast.JoinedStr):
            if not _like_an_id([part for part in parent.values if part is not node]):
                return found
            node = parent
            if len(parent.values) > 1:
                found = parent
        elif isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add):
            other = parent.right if parent.left is node else parent.left
            if not _like_an_id([other]):
                return found
            node = found = parent
        else:
            return found


def _like_an_id(parts: list[ast.expr]) -> bool:
    """Whether the literal parts are of the kind that ids are made of."""
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    return all(
        isinstance(text, str) and _OF_AN_ID.fullmatch(text) and not _FILE_NAME.fullmatch(text)
        for text in texts
    )


RULE = Rule(
    code="SID302",
    name="glued-generated-id",
    title="An id of the approved generator is glued to other text, or cut",
    what=(
        "Reports text that is put around an id of the approved generator, and a slice that is taken of one, "
        "also behind a name that holds it. Text with spaces, slashes or colons makes a sentence, a path or "
        "a key around the id, a file's suffix a file name; these are not reported."
    ),
    why=(
        "The id does not parse any more, so it cannot be routed, matched or recognised. Its first "
        "characters are the same for every id of its kind: `context_id[:8]` was random once and is "
        '`"user_179"` after the migration, the same for two users.'
    ),
    example="""\
from ssot_ids import UnifiedIdGenerator


def open_socket(sockets, socket):
    sockets["ws_" + UnifiedIdGenerator.generate_base_id("chat")] = socket
    #               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID302
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def open_socket(sockets, socket):
    sockets[UnifiedIdGenerator.generate_base_id("ws_chat")] = socket
""",
    safety="None: the prefix, or what needs the short form, is a decision.",
    inspect=inspect,
    preview=True,
)
