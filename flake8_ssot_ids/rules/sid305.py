"""SID305: a call of the approved generator that does not exist or does not bind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_ssot_ids.rules.rule import Hit, Rule

TYPE_CHECKING = False  # a plain check loads nothing of this
if TYPE_CHECKING:
    from flake8_ssot_ids.ids.generatorcalls import GeneratorCall, On
    from flake8_ssot_ids.ids.inspection import Inspection
    from flake8_ssot_ids.ids.signatures import ClassSource, Method


def inspect(inspection: Inspection) -> Iterator[Hit]:
    """Every reference to the generator or its kin that cannot work."""
    for call in inspection.calls:
        problem = _problem(call, inspection)
        if problem is not None:
            whole = call.call or call.reference
            yield Hit(call.reference, problem, call.symbol, whole=whole, role=call.role)


def _problem(call: GeneratorCall, inspection: Inspection) -> str | None:
    name = call.owner.rpartition(".")[2]
    if call.on == "function":
        function = inspection.sources.function_of(call.owner)
        if isinstance(function, str) or call.call is None:
            return None
        return _unbound(name, function, call.call, "function") or _unknown_member(call.call, inspection)
    owner = inspection.class_of(call.owner)
    if isinstance(owner, str):
        return None
    if not call.method:
        if call.call is None or owner.instantiable is None:
            return None
        return _unbound(name, owner.instantiable, call.call, "class")
    method = owner.methods.get(call.method)
    if method is None:
        return _missing(name, call.method, owner)
    if call.call is None:
        return None
    if method.kind in ("property", "attribute"):
        return None
    return _unbound(f"{name}.{call.method}", method, call.call, call.on) or _unknown_member(
        call.call, inspection
    )


def _unbound(name: str, method: Method, call: ast.Call, on: On) -> str | None:
    from flake8_ssot_ids.ids.signatures import problem_with

    problem = problem_with(method, call, on)
    return None if problem is None else f"`{name}` {problem}, so this call raises"


def _missing(name: str, method: str, owner: ClassSource) -> str | None:
    if not owner.complete or (method.startswith("__") and method.endswith("__")):
        return None
    from difflib import get_close_matches

    near = get_close_matches(method, owner.methods, 1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"`{name}` has no `{method}`, so this raises AttributeError{hint}"


def _unknown_member(call: ast.Call, inspection: Inspection) -> str | None:
    """Why an argument that names a member of an enumeration names none."""
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        if not isinstance(argument, ast.Attribute):
            continue
        for dotted in sorted(inspection.names.dotted(argument.value)):
            owner = inspection.class_of(dotted)
            if isinstance(owner, str) or owner.enum_members is None or not owner.complete:
                continue
            if argument.attr not in owner.enum_members and argument.attr not in owner.methods:
                known = ", ".join(f"`{member}`" for member in sorted(owner.enum_members)[:6])
                enumeration = dotted.rpartition(".")[2]
                return f"`{enumeration}` has no member `{argument.attr}`, so this call raises; it has {known}"
    return None


RULE = Rule(
    code="SID305",
    name="unknown-generator-call",
    title="A call of the approved generator that cannot work",
    what=(
        "Reports a call of the approved generator, or of the manager, bridge and context factory that "
        "`[tool.ssot-ids.api]` names, that does not exist or does not bind to the real signature: no such "
        "method, an instance method called on the class, a missing, unknown or superfluous argument, an "
        "unknown member of an enumeration. What the class offers is read from its source; nothing is "
        "imported."
    ),
    why=(
        "The call raises when it is first reached, which may be a rare branch in production. One migrated "
        "code base held 418 such calls: a search and replace, or a codemod, had written methods that the "
        "generator never had."
    ),
    example="""\
from ssot_ids import UnifiedIdGenerator


def open_session(user_id):
    return UnifiedIdGenerator.generate_session_identifier(user_id)
    #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SID305
""",
    instead="""\
from ssot_ids import UnifiedIdGenerator


def open_session(user_id):
    return UnifiedIdGenerator.generate_session_id(user_id, "auth")
""",
    safety="None: only a person knows which call was meant.",
    inspect=inspect,
    preview=True,
)
