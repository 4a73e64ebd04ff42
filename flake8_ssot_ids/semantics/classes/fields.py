"""The parameters that ``dataclass`` and ``NamedTuple`` make of the fields of a class."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What a ``@dataclass(…)`` says about the ``__init__`` that it makes."""

    init: bool = True
    kw_only: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a dataclass or a named tuple."""

    name: str
    default: bool
    kw_only: bool
    init: bool = True


def options_of(decorator: ast.expr) -> Options | None:
    """The options of a ``dataclass`` decorator; None if they are not written out."""
    if not isinstance(decorator, ast.Call):
        return Options()
    said = _constants(decorator)
    if said is None or decorator.args:
        return None
    return Options(said.get("init", True), said.get("kw_only", False))


def _constants(call: ast.Call) -> dict[str, bool] | None:
    """The flags among a call's keywords; None if one of ours is no constant."""
    found = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            return None
        if keyword.arg in ("init", "kw_only"):
            if not isinstance(keyword.value, ast.Constant):
                return None
            found[keyword.arg] = bool(keyword.value.value)
    return found


def fields_of(node: ast.ClassDef, kw_only: bool) -> list[Field] | None:
    """The fields in the body of a class; None if they cannot be told."""
    found = []
    for statement in node.body:
        if isinstance(statement, (ast.If, ast.For, ast.While, ast.With, ast.Match)) or hasattr(
            statement, "handlers"
        ):
            return None
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        kind = _last_name(statement.annotation)
        if kind == "ClassVar":
            continue
        if kind == "KW_ONLY":
            kw_only = True
            continue
        value = statement.value
        if isinstance(value, ast.Call) and _last_name(value.func) == "field":
            said = _constants(value)
            if said is None or value.args:
                return None
            default = any(keyword.arg in ("default", "default_factory") for keyword in value.keywords)
            init = said.get("init", True)
            found.append(Field(statement.target.id, default, said.get("kw_only", kw_only), init))
        else:
            found.append(Field(statement.target.id, value is not None, kw_only))
    return found


def _last_name(node: ast.expr) -> str:
    """``ClassVar`` of ``typing.ClassVar[int]``, also in quotes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.partition("[")[0].rpartition(".")[2].strip()
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def parameters(first: str, fields: Iterable[Field]) -> ast.arguments | None:
    """The parameters after ``first`` for these fields, of which the last of one name counts.

    None: no class can be made of them, as one without a default follows one with it.
    """
    last: dict[str, Field] = {}
    for field in fields:
        last[field.name] = field
    listed = [field for field in last.values() if field.init]
    plain = [field for field in listed if not field.kw_only]
    named = [field for field in listed if field.kw_only]
    required = sum(not field.default for field in plain)
    if any(field.default for field in plain[:required]):
        return None
    nothing = ast.Constant(None)
    return ast.arguments(
        posonlyargs=[],
        args=[ast.arg(first), *(ast.arg(field.name) for field in plain)],
        vararg=None,
        kwonlyargs=[ast.arg(field.name) for field in named],
        kw_defaults=[nothing if field.default else None for field in named],
        kwarg=None,
        defaults=[nothing] * (len(plain) - required),
    )
