"""SID204: a call of a project function that only returns a fresh raw id."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_ssot_ids.rules.rule import Hit, Rule

TYPE_CHECKING = False  # a plain check loads nothing of this
if TYPE_CHECKING:
    from flake8_ssot_ids.ids.inspection import Inspection


def inspect(inspection: Inspection) -> Iterator[Hit]:
    """Every name or attribute that stands for a wrapper, called or handed on."""
    from flake8_ssot_ids.ids.roles import role_of

    words = inspection.wrapper_words
    if not inspection.refers_to(words):
        return
    names, module, wrappers = inspection.names, inspection.module, inspection.wrappers
    parents = names.flow.parents
    for node, place in names.flow.candidates.items():
        if not isinstance(node, (ast.Name, ast.Attribute)) or not isinstance(node.ctx, ast.Load):
            continue
        if (node.attr if isinstance(node, ast.Attribute) else node.id) not in words:
            continue
        parent = parents.get(node)
        if isinstance(parent, ast.Attribute) or not wrappers.leads_to_wrapper(module, node):
            continue
        called = isinstance(parent, ast.Call) and parent.func is node
        role, _ = role_of(parent if called and parent is not None else node, parents, place.scope.symbol)
        name = ast.unparse(node)
        what = f"`{name}` is handed on and only returns"
        if called:
            what = f"`{name}()` only returns"
        yield Hit(
            node,
            f"{what} a fresh raw id, so this id bypasses the generator out of sight; "
            "make that function call the generator, or call the generator here",
            place.scope.symbol,
            whole=parent if called and isinstance(parent, ast.expr) else node,
            role=role,
        )


RULE = Rule(
    code="SID204",
    name="raw-id-wrapper",
    title="A project function that only returns a raw id is called",
    what=(
        "Reports each call of a function of the project, wherever it is defined, all of whose `return` "
        "statements give a fresh raw id: as it is made, through a local name, in a typed id such as "
        "`UserID(...)`, or as another such function returns it. Handing the function on, as in "
        "`default=new_id`, counts too."
    ),
    why=(
        "Whoever calls a wrapper makes a raw id without naming `uuid`. A critical module that only calls "
        "wrappers looks clean while every id in it bypasses the generator."
    ),
    example="""\
import uuid


def new_id():
    return str(uuid.uuid4())
    #          ^^^^^^^^^^ SID102


def open_session(sessions):
    sessions[new_id()] = {}
    #        ^^^^^^ SID204
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def new_id():
    return UnifiedIdGenerator.generate_base_id("session")


def open_session(sessions):
    sessions[new_id()] = {}
""",
    safety="None: the function is what has to change.",
    inspect=inspect,
    preview=True,
)
