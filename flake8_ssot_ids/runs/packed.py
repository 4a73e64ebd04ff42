"""A finding as plain values, without its path and fix: for pipes, and for what is kept between runs."""

from __future__ import annotations

from operator import attrgetter

from flake8_ssot_ids.model import Finding, Position, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_TEXT, _NUMBER, _MAYBE = (str,), (int,), (str, type(None))
#: The parts of a finding, each with the types that its value may have.
_PARTS = {
    **dict.fromkeys(("code", "name", "message"), _TEXT),
    **{
        f"{span}.{end}.{number}": _NUMBER
        for span in ("span", "id_span")
        for end in ("start", "end")
        for number in ("row", "column")
    },
    "noqa_row": _NUMBER,
    **dict.fromkeys(("scope", "symbol"), _TEXT),
    **dict.fromkeys(("role", "prefix", "source"), _MAYBE),
    "expression": _TEXT,
    "ordinal": _NUMBER,
    **dict.fromkeys(("fingerprint", "severity"), _TEXT),
}
_TYPES = tuple(_PARTS.values())

#: Makes a finding plain.
pack: Callable[[Finding], tuple[object, ...]] = attrgetter(*_PARTS)


def unpack(path: str, packed: tuple[Any, ...]) -> Finding:
    """The finding that :data:`pack` made plain."""
    code, name, message = packed[:3]
    here, wide = packed[3:7], packed[7:11]
    span = _span(*here)
    return Finding(path, code, name, message, span, span if wide == here else _span(*wide), *packed[11:])


def is_packed(value: object) -> bool:
    """Whether this has the form of a finding that was made plain."""
    if not isinstance(value, tuple) or len(value) != len(_TYPES):
        return False
    return all(type(part) in types for part, types in zip(value, _TYPES, strict=True))


def _span(first: int, start: int, last: int, end: int) -> Span:
    return Span(Position(first, start), Position(last, end))
