"""C06: every id of every public method parses back to its parts, whatever goes in."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from flake8_ssot_ids.compliance.inside.target import HOSTILE, Facts, Target, field, shown

_MISSING: tuple[Any, ...] = (None, 0, 7.5, b"user", [], object())
_NEEDED = ("generate_base_id", "generate_user_context_ids", "parse_id", "is_valid_id")
#: So many facts tell the story.
_ENOUGH = 12


def probe(target: Target) -> Facts:
    """Call every method with everything, and parse what comes out."""
    facts: list[tuple[str, str]] = []
    for name in _NEEDED:
        target.method(target.generator, name)
    for name in sorted(_makers(target)):
        method = target.method(target.generator, name)
        for arguments in _arguments(method):
            facts += ((f"{name}{shown(arguments)}", message) for message in _call(target, method, arguments))
            if len(facts) >= _ENOUGH:
                return {"round trip": facts}
    facts += (("", message) for message in _refusals(target))
    return {"round trip": facts}


def _makers(target: Target) -> set[str]:
    """The public methods that make ids."""
    renamed = {
        name
        for name in target.api
        if name.startswith("generate_") and hasattr(target.generator, target.api[name])
    }
    known = {name for name in dir(target.generator) if name.startswith("generate_")}
    return renamed | {name for name in known if callable(getattr(target.generator, name))}


def _arguments(method: Any) -> Iterator[tuple[Any, ...]]:
    """Argument lists: each hostile text, and each thing that is no text, in each place that takes text."""
    parameters = [
        parameter
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    usual = tuple(_usual(parameter.name) for parameter in parameters)
    yield usual
    for at, value in enumerate(usual):
        if isinstance(value, str):
            for hostile in (*HOSTILE, *_MISSING):
                yield (*usual[:at], hostile, *usual[at + 1 :])


def _usual(name: str) -> Any:
    if name in ("count", "n", "number", "size"):
        return 3
    if "thread" in name:
        return None
    return "user_1" if "user" in name else "chat"


def _call(target: Target, method: Any, arguments: tuple[Any, ...]) -> Iterator[str]:
    try:
        made = method(*arguments)
    except (TypeError, ValueError, AttributeError) as error:
        # A text has to give an id; anything else may be refused, but plainly.
        if isinstance(error, AttributeError) or all(isinstance(item, (str, int)) for item in arguments):
            yield f"raises {type(error).__name__}: {shown(str(error))}"
        return
    for text in made if isinstance(made, (tuple, list)) else [made]:
        yield from _faults(target, text)


def _faults(target: Target, text: Any) -> Iterator[str]:
    parts = target.parse(text)
    if parts is None:
        yield f"gives {shown(text)}, which its own parse_id refuses"
        return
    if not target.make("is_valid_id", text):
        yield f"gives {shown(text)}, which its own is_valid_id refuses"
    pieces = [field(parts, name) for name in ("prefix", "timestamp_ms", "counter", "random")]
    if all(piece is not None for piece in pieces) and "_".join(map(str, pieces)) != text:
        yield f"gives {shown(text)}, but its parts say {shown('_'.join(map(str, pieces)))}"


def _refusals(target: Target) -> Iterator[str]:
    """What is no id is refused, and never raises."""
    good = target.make("generate_base_id", "probe")
    damaged = (
        good[:-1],
        good + "0",
        good + "\n",
        good.upper(),
        " " + good,
        good.replace("_", "-"),
        "",
        None,
        7,
    )
    for text in damaged:
        try:
            parts = target.parse(text)
            valid = target.make("is_valid_id", text)
        except Exception as error:
            yield f"parse_id or is_valid_id raises {type(error).__name__} for {shown(text)}"
            continue
        if parts is not None or valid:
            yield f"{shown(text)} is taken for an id"
