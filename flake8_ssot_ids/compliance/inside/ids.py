"""C06: every id of every public method parses back to its parts, whatever goes in."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from flake8_ssot_ids.compliance.inside.target import HOSTILE, WEBSOCKETS, Fact, Probed, field, said, shown

_MISSING: tuple[Any, ...] = (None, 0, 7.5, b"user", [], object())
_UUID = "generate_uuid"
_NEEDED = ("generate_base_id", "generate_user_context_ids", "parse_id", "is_valid_id")


def round_trip(target: Probed) -> Iterator[Fact]:
    """Call every method of every generator with everything, and parse what comes out."""
    for name in _NEEDED:
        target.method(target.generator, name)
    for dotted, owner in target.generators.items():
        head = f"{dotted.rpartition('.')[2]}." if len(target.generators) > 1 else ""
        yield from ((f"{head}{where}", message) for where, message in _of_generator(target, owner))


def _of_generator(target: Probed, owner: Any) -> Iterator[Fact]:
    for name in sorted(_makers(target, owner)):
        method = target.method(owner, name)
        for number, arguments in enumerate(_arguments(method)):
            faults = [*_call(target, owner, method, arguments, usual=not number)]
            if faults and not number and name in WEBSOCKETS:
                break  # C11 says that these do not parse
            yield from ((f"{target.real(name)}{shown(arguments)}", fault) for fault in faults)
    yield from (("", message) for message in _refusals(target, owner))


def _makers(target: Probed, owner: Any) -> set[str]:
    """The public methods that make ids, by the names that the contracts know."""
    renamed = {
        name: real
        for name, real in target.api.items()
        if name.startswith("generate_") and hasattr(owner, real)
    }
    own = {name for name in dir(owner) if name.startswith("generate_") and callable(getattr(owner, name))}
    # A UUID has no parts.
    return {*renamed, *(own - {*renamed.values()})} - {_UUID, target.real(_UUID)}


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


def _call(
    target: Probed, owner: Any, method: Any, arguments: tuple[Any, ...], *, usual: bool
) -> Iterator[str]:
    try:
        made = method(*arguments)
    except Exception as error:
        # What is usual has to give an id; anything else may be refused, but plainly.
        if usual or not isinstance(error, (TypeError, ValueError)):
            yield f"raises {said(error)}"
        return
    for text in made if isinstance(made, (tuple, list)) else [made]:
        yield from _faults(target, owner, text)


def _faults(target: Probed, owner: Any, text: Any) -> Iterator[str]:
    try:
        parts, valid = _read(target, owner, text)
    except Exception as error:
        yield f"gives {shown(text)}, for which its own parse_id or is_valid_id raises {said(error)}"
        return
    if parts is None:
        yield f"gives {shown(text)}, which its own parse_id refuses"
        return
    if not valid:
        yield f"gives {shown(text)}, which its own is_valid_id refuses"
    pieces = [field(parts, name) for name in ("prefix", "timestamp_ms", "counter", "random")]
    if all(piece is not None for piece in pieces) and "_".join(map(str, pieces)) != text:
        yield f"gives {shown(text)}, but its parts say {shown('_'.join(map(str, pieces)))}"


def _read(target: Probed, owner: Any, text: Any) -> tuple[Any, bool]:
    """The parts of an id and whether it is valid, as its own generator says."""
    return target.parse_by(owner, text), target.is_valid_by(owner, text)


def _refusals(target: Probed, owner: Any) -> Iterator[str]:
    """What is no id is refused, and never raises."""
    good = target.method(owner, "generate_base_id")("probe")
    damaged = (f" {good}", f"{good}\n", f"{good} {good}", "", "none of its ids", None, 7)
    for text in damaged:
        try:
            parts, valid = _read(target, owner, text)
        except Exception as error:
            yield f"parse_id or is_valid_id raises {said(error)} for {shown(text)}"
            continue
        if parts is not None or valid:
            yield f"{shown(text)} is taken for an id"
