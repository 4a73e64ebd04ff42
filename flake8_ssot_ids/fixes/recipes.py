"""From one use to what is written in its place, or to the reason why a tool must not write it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flake8_ssot_ids.fixes.evidence.noids import Manual, glued_into, not_an_id, stays_around
from flake8_ssot_ids.ids.remedies import Context, around, base, is_part_of_text, remedy
from flake8_ssot_ids.ids.shapes import FACTORY
from flake8_ssot_ids.ids.signatures import ClassSource, problem_with
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.semantics.flow.sinks import (
    ARITHMETIC,
    LENGTH_CHECKED,
    MATCHED_AS_UUID,
    NARROW_COLUMN,
    NOT_FOLLOWED,
    PARSED_AS_UUID,
    PATCHED,
    PREFIX_MATCHED,
    SLICED,
    SPLIT,
    TO_NUMBER,
    TYPE_CHECKED,
    UUID_ATTRIBUTE,
    UUID_TYPED,
    Sink,
)
from flake8_ssot_ids.semantics.module.parents import parents_of

#: What each kind of sink is in a reason; ``{}`` is the place as code.
REASONS = {
    PARSED_AS_UUID: "it is parsed as a UUID: {}",
    UUID_ATTRIBUTE: "it is used as a UUID object: {}",
    UUID_TYPED: "it is typed as a UUID: {}",
    NARROW_COLUMN: "it goes where an SSOT id does not fit: {}",
    LENGTH_CHECKED: "its length is checked: {}",
    MATCHED_AS_UUID: "it is matched as a UUID: {}",
    TYPE_CHECKED: "its type is checked: {}",
    SLICED: "it is sliced later: {}",
    SPLIT: "it is taken apart later: {}",
    PREFIX_MATCHED: "it is matched by a part of it: {}",
    TO_NUMBER: "a number is made of it: {}",
    ARITHMETIC: "it is calculated with: {}",
    PATCHED: "a test replaces its source by name: {}",
    NOT_FOLLOWED: "this file hands values on too often to follow this one to its end",
}
UUID_OBJECT = "uuid-object"
_NOT_INSIDE = "it cannot be written inside this text in a way that Python 3.11 reads"
_FACTORY_KEYWORDS = frozenset({"default", "default_factory", "factory", "insert_default", "onupdate"})

#: What holds an id among other things, in a text or beside it.
_AROUND = (
    *(ast.FormattedValue, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.keyword),
    *(ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.Starred),
)


@dataclass(frozen=True, slots=True)
class Written:
    """What is written: ``text`` in the place of ``node``."""

    node: ast.expr | ast.stmt
    text: str


def propose(
    use: Use, context: Context, sinks: Sequence[Sink], glued: Sequence[Sink], generator: ClassSource
) -> Written | Manual:
    """What to write for ``use``, or why not.

    Args:
        use: the finding's use.
        context: what may be relied on at its place; ``generator`` is the class's name in this module.
        sinks: where its value meets what asks for its format.
        glued: the texts that it is put into.
        generator: what the class really offers.
    """
    manual = not_an_id(use, context.parents)
    if manual is None and sinks:
        manual = Manual(sinks[0].kind, REASONS[sinks[0].kind].format(sinks[0].detail), sinks[0].node)
    manual = manual or _not_text(use) or glued_into(use, glued, context.parents)
    if manual is not None:
        return manual
    if use.shape.kind == FACTORY:
        return _factory(use, context, generator)
    node = inner_node(use, context.parents) if _stays_around(use, context) else use.shape.node
    quote = quote_at(node, context)
    if quote is None:
        return Manual("f-string", _NOT_INSIDE, node)
    return _bound_call(use, replace(context, quote=quote), node, generator)


def of_sink(sink: Sink) -> Manual:
    """Why the format of a value that goes there must not change."""
    return Manual(sink.kind, REASONS[sink.kind].format(sink.detail), sink.node)


def _not_text(use: Use) -> Manual | None:
    """Why a text cannot take the place of the value; None if it is one."""
    shape = use.shape
    if shape.kind == FACTORY:
        return None
    if shape.form == "object":
        return Manual(UUID_OBJECT, "it is a UUID object, not text")
    if shape.form != "text":
        what = {"number": "a number", "bytes": "bytes"}.get(shape.form, "a list of parts")
        return Manual("not-text", f"it is {what}, not text")
    return None


def _factory(use: Use, context: Context, generator: ClassSource) -> Written | Manual:
    """A source that is handed on without being called."""
    reference = use.reference
    parent = context.parents.get(reference)
    if not isinstance(parent, ast.keyword) or parent.arg not in _FACTORY_KEYWORDS:
        return Manual("handed-on", "the function itself is passed, no id is made here", reference)
    if not _is_text_field(parent, context):
        return Manual(UUID_OBJECT, "it makes UUID objects, not text")
    call = _bound_call(use, context, reference, generator)
    if isinstance(call, Manual):
        return call
    return Written(reference, f"lambda: {call.text}")


def _is_text_field(keyword: ast.keyword, context: Context) -> bool:
    """Whether the field that has this default is annotated as text."""
    node: ast.AST | None = context.parents.get(keyword)
    while node is not None and not isinstance(node, ast.stmt):
        node = context.parents.get(node)
    if not isinstance(node, ast.AnnAssign):
        return False
    names = {inner.id for inner in ast.walk(node.annotation) if isinstance(inner, ast.Name)}
    return "str" in names and "UUID" not in names


def _stays_around(use: Use, context: Context) -> bool:
    head, tail = around(use.shape, context.parents)
    return is_part_of_text(head, tail)


def inner_node(use: Use, parents: Mapping[ast.AST, ast.AST]) -> ast.expr:
    """The widest expression that is nothing but the id, within the text around it."""
    node: ast.AST = use.reference
    whole = use.shape.node
    while node is not whole:
        parent = parents.get(node)
        if parent is None or isinstance(parent, _AROUND):
            break
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Mod):
            break
        if isinstance(parent, ast.Call) and node in parent.args and parent is whole and _is_format(parent):
            break
        node = parent
    return node if isinstance(node, ast.expr) else use.reference


def _is_format(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("format", "join")


def quote_at(node: ast.expr, context: Context) -> str | None:
    """The quote to write texts with at ``node``; None inside of texts with both kinds.

    Within an f-string, Python 3.11 and older take only the other kind of quote.
    """
    parent = context.parents.get(node)
    inside = parent is not None and parents_of(context.parents).fstring_around(parent) is not None
    return None if inside and not context.inner_quote else (context.inner_quote if inside else '"')


def _bound_call(use: Use, context: Context, node: ast.expr, generator: ClassSource) -> Written | Manual:
    """The remedy if it binds to the generator's real signature, else the plainest call that does."""
    plain = context.call("generate_base_id", context.text(base(use.role, use.subject)))
    kept = stays_around(use, context.parents)
    text = plain if kept else remedy(use.shape, use.role, use.subject, context)
    problem = problem_with_calls(text, generator, context.generator)
    if problem is not None:
        problem = problem_with_calls(plain, generator, context.generator)
        text = plain
    if problem is not None:
        return Manual("no-such-call", problem)
    if _breaks_text(text, node, context):
        return Manual("f-string", _NOT_INSIDE, node)
    return Written(node, text)


def _breaks_text(text: str, node: ast.expr, context: Context) -> bool:
    if context.quote == '"' and not context.inner_quote:
        return False
    current: ast.AST | None = context.parents.get(node)
    while current is not None and not isinstance(current, ast.stmt):
        if isinstance(current, ast.JoinedStr):
            outer = '"' if context.quote == "'" else "'"
            return outer in text or "\\" in text or "\n" in text
        current = context.parents.get(current)
    return False


def problem_with_calls(text: str, generator: ClassSource, local: str) -> str | None:
    """Why a call in ``text`` of the generator, there called ``local``, does not bind to what that offers."""
    for node in ast.walk(ast.parse(text.partition(" = ")[2] or text)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func.value) == local
        ):
            name = node.func.attr
            method = generator.methods.get(name)
            if method is None:
                return f"`{local}` has no `{name}`" if generator.complete else None
            if method.kind in ("property", "attribute"):
                continue
            problem = problem_with(method, node, "class")
            if problem is not None:
                return f"`{local}.{name}` {problem}"
    return None
