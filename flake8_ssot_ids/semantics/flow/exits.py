"""Where a value leaves its file: what it is given to that another module defines, and its way there.

:class:`~flake8_ssot_ids.semantics.flow.flow.ModuleFlow` notes the exits of one module, and takes up the
value in another.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_ssot_ids.semantics.flow.classes import STATIC, parameter_for
from flake8_ssot_ids.semantics.flow.index import Function, Index
from flake8_ssot_ids.semantics.flow.meaning import Meaning
from flake8_ssot_ids.semantics.flow.sites import Site

if TYPE_CHECKING:
    from flake8_ssot_ids.semantics.flow.token import Token
    from flake8_ssot_ids.semantics.flow.trace import Trace


@dataclass(frozen=True, slots=True)
class Exit:
    """The value is given to something from elsewhere.

    ``target`` is its dotted name, as the name engine tells it. ``site`` and ``given`` are the call and its
    argument; for ``session.run_id = value``, where the class of ``session`` is from elsewhere, ``attribute``
    is the name. ``place`` is the call or the attribute.
    """

    target: str
    place: ast.expr
    site: Site | None = None
    given: ast.expr | ast.keyword | None = None
    attribute: str = ""


def note_argument(trace: Trace, token: Token, site: Site, given: ast.expr | ast.keyword) -> None:
    """Note that the value is an argument of what this module does not define."""
    if not token.path and not token.factory:
        for target in _elsewhere(site.meaning):
            trace.exits.append(Exit(target, site.call, site, given))


def note_attribute(trace: Trace, token: Token, base: ast.expr, name: str, place: ast.expr) -> None:
    """Note that the value becomes an attribute of an object whose class is from elsewhere."""
    if token.path or token.factory or not isinstance(base, ast.Name):
        return
    for target in trace.reads.bindings(base):
        parent = trace.index.parents.get(target)
        if isinstance(target, ast.arg):
            cls = target.annotation
        elif isinstance(parent, ast.AnnAssign):
            cls = parent.annotation
        else:
            value = getattr(parent, "value", None)
            value = value.value if isinstance(value, ast.Await) else value
            cls = value.func if isinstance(value, ast.Call) else None
        for name_ in () if cls is None else targets_of(cls, trace.index):
            if name_.rpartition(".")[2][:1].isupper():
                trace.exits.append(Exit(name_, place, attribute=name))


def targets_of(node: ast.expr, index: Index) -> list[str]:
    """The dotted names of things from elsewhere that an expression stands for."""
    return _elsewhere(index.means(node))


def _elsewhere(meaning: Meaning) -> list[str]:
    return sorted(name for name in meaning.dotted if not name.startswith("builtins."))


def enter(trace: Trace, token: Token, names: tuple[str, ...], leaving: Exit) -> list[str] | None:
    """Take up a value that another module gives to ``names`` of this one.

    None where it has been taken up or there is no such thing; else the dotted names of the classes from
    elsewhere that the field may be inherited from.
    """
    cls = next(iter(trace.index.classes.get(names[0], ())), None) if names else None
    if cls is None:
        function = _function(trace.index, names)
        if function is not None:
            _to_function(trace, token, function, leaving, bound=False)
        return None
    if len(names) > 1:
        method = trace.definitions.method(cls, names[1])
        if method is not None and len(names) == 2:
            static = trace.index.decorated(method, STATIC)
            _to_function(trace, token, method, leaving, bound=not static)
        return None
    return _to_class(trace, token, cls, leaving)


def _function(index: Index, names: tuple[str, ...]) -> Function | None:
    if len(names) != 1:
        return None
    for function in index.functions.get(names[0], ()):
        if index.class_of(function) is None and index.function_of(function) is None:
            return function
    return None


def _to_function(trace: Trace, token: Token, function: Function, leaving: Exit, *, bound: bool) -> None:
    if leaving.given is None or leaving.site is None:
        return
    found = parameter_for(function, leaving.site, leaving.given, bound=bound)
    if found is not None and not found[1]:
        trace.parameter(token, found[0])


def _to_class(trace: Trace, token: Token, cls: ast.ClassDef, leaving: Exit) -> list[str] | None:
    name = leaving.attribute
    if leaving.given is not None and leaving.site is not None:
        init = trace.definitions.method(cls, "__init__")
        if init is not None:
            _to_function(trace, token, init, leaving, bound=True)
            return None
        if isinstance(leaving.given, ast.keyword):
            name = leaving.given.arg or ""
        else:
            name = trace.definitions.field_at(cls, leaving.site.place(leaving.given)) or ""
    if not name:
        return None
    trace.field(token, cls, name, through=f"{cls.name}.{name}")
    if trace.definitions.field(cls, name) is not None:
        return None
    bases = [base for one in trace.definitions.ancestors(cls) for base in one.bases]
    return [target for base in bases for target in targets_of(base, trace.index)]
