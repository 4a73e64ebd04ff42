"""An id as text: its ways into text, the methods of text, formatting, and other text around it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_ssot_ids.ids import numbers as idnumbers
from flake8_ssot_ids.ids.templates import Conversion, Specification, specification
from flake8_ssot_ids.ids.value import IdValue
from flake8_ssot_ids.semantics.module.literals import HIDDEN
from flake8_ssot_ids.uuids import layouts
from flake8_ssot_ids.uuids.layouts import UNKNOWN

_WIDEST = 1000
_CASE = frozenset({"upper", "lower", "casefold", "swapcase", "title", "capitalize"})
_STRIP = frozenset({"strip", "lstrip", "rstrip"})
_JUSTIFY = frozenset({"zfill", "ljust", "rjust", "center"})
_SEARCH = frozenset({"replace", "removeprefix", "removesuffix"})
_SPLIT = frozenset({"split", "rsplit", "partition", "rpartition"})


class Layout(str):
    """A layout among pieces of known text."""

    __slots__ = ()


def to_text(value: IdValue, represent: bool = False) -> None:
    """Take ``str()`` or ``repr()``: of an object ``UUID('…')``, of a text the same in quotes."""
    form, value.form = value.form, "text"
    if form == "object":
        value.layout = f"UUID('{layouts.DASHED}')" if represent else layouts.DASHED
    elif form == "number":
        idnumbers.decimal(value)
    elif form == "bytes":
        if idnumbers.is_text(value):
            _quote(value, "b")
        else:
            value.blur()
    elif represent:
        _quote(value, "")


def _quote(value: IdValue, prefix: str) -> None:
    """``repr()`` of a text, or of bytes that are text."""
    layout = value.layout
    if layout is None or UNKNOWN in layout:
        value.blur()
        return
    quote = '"' if "'" in layout and '"' not in layout else "'"
    shown = ""
    for letter in layout:
        if value.letters.is_letter(letter) or letter in "'\"":
            shown += f"\\{letter}" if letter == quote else letter
        else:
            shown += repr(letter.encode("latin-1", "replace"))[2:-1] if prefix else repr(letter)[1:-1]
    value.put(f"{prefix}{quote}{shown}{quote}")


# -- methods of text -----------------------------------------------------------------------------


def text_method(value: IdValue, name: str, given: Sequence[object]) -> bool:
    """Call a method of text with the arguments ``given`` (None: not known); whether the id goes on."""
    given = [_known(one) for one in given]
    if name in ("encode", "decode"):
        value.form = "text" if name == "decode" else "bytes"
    elif name in _CASE:
        if value.layout is None or (name != "swapcase" and value.letters.by_case(value.layout)):
            value.blur(lost=value.layout is not None)
        else:
            _run(value, name, ())
    elif name in _STRIP:
        _strip(value, name, given[0] if given else " \t\r\n")
    elif name in _JUSTIFY:
        if value.layout is not None and UNKNOWN not in value.layout:
            _run(value, name, given)
        elif value.layout is not None:
            value.layout = f"{UNKNOWN}{value.layout}{UNKNOWN}"
    elif name in _SEARCH:
        layout, sought = value.layout, given[0] if given else None
        if layout is None or not isinstance(sought, str) or not value.letters.finds_surely(layout, sought):
            value.blur(counted=False)
        else:
            _run(value, name, given)
    elif name in _SPLIT:
        _split(value, name, given)
    else:
        return name == "format"
    return True


def _known(argument: object) -> object:
    """An argument without the letters of layouts; None if it is too long."""
    text = layouts.other_text(argument) if isinstance(argument, str) else argument
    return None if text == UNKNOWN else text


def _run(value: IdValue, name: str, given: Sequence[object]) -> None:
    """Do to the layout what the method does to the text."""
    if name in _JUSTIFY and given and isinstance(given[0], int) and given[0] > _WIDEST:
        given = [None]
    try:
        value.put(None if None in given else getattr(value.layout, name)(*given))
    except (TypeError, ValueError):
        value.blur()


def _strip(value: IdValue, name: str, characters: object) -> None:
    layout = value.layout
    if layout is not None and isinstance(characters, str):
        stripped: str = getattr(layout, name)(characters)
        ends = (stripped[:1] if name != "rstrip" else "") + (stripped[-1:] if name != "lstrip" else "")
        if not any(value.letters.may_be(end, character) for end in ends for character in characters):
            value.layout = stripped
            return
    value.blur(counted=False)


def _split(value: IdValue, name: str, given: Sequence[object]) -> None:
    parts = _parts(value, name, given)
    if parts is None:
        value.blur()
    value.form, value.items, value.parts = "list", "text", parts
    # With a number of splits that are all found, nobody knows what is in the parts, but how many there are.
    value.exact = len(given) > 1 or name.endswith("partition")


def _parts(value: IdValue, name: str, given: Sequence[object]) -> list[str] | None:
    layout = value.layout
    if layout is None or (not given and UNKNOWN in layout):
        return None
    if given:
        if not isinstance(given[0], str) or not all(isinstance(one, int) for one in given[1:]):
            return None
        known = layout.split(UNKNOWN)
        most = 1 if name.endswith("partition") else given[1] if len(given) > 1 else -1
        if len(known) > 1 and isinstance(most, int) and most >= 0:
            # Other text may hold the separator, too: all splits have to be found on this side of it.
            known = known[-1:] if name.startswith("r") else known[:1]
            if given[0] == "" or known[0].count(given[0]) < most:
                return None
        if not all(value.letters.finds_surely(text, given[0]) for text in known):
            return None
    try:
        return list(getattr(layout, name)(*given))
    except (TypeError, ValueError):
        return None


# -- formatting ----------------------------------------------------------------------------------


def format_by(value: IdValue, text: str) -> None:
    """Formatting with a specification such as ``.8`` or ``032x``; it may have UNKNOWN in it."""
    if not text:
        to_text(value)
        return
    spec = specification(text)
    if spec is None:
        if value.form == "number":
            to_text(value)
        value.form = "text"
        value.blur()
    elif value.form == "number":
        _format_number(value, spec)
    else:
        to_text(value)
        _limit(value, spec.precision)
        pad(value, spec.width, spec.align.replace("0", "<") or "<", spec.fill)


def percent(value: IdValue, item: Conversion, width: int | str | None, precision: int | str | None) -> None:
    """The conversion ``item`` of a ``%`` template; a text for ``width`` or ``precision``: not known."""
    left = "-" in item.flags or (isinstance(width, int) and width < 0)
    if item.kind in "diuxXo" and value.form == "number":
        zero = "0" in item.flags and not left
        _format_number(
            value,
            Specification(
                fill="0" if zero else " ",
                align="<" if left else "0" if zero else ">",
                sign="+" if "+" in item.flags else " " if " " in item.flags else "",
                alternate="#" in item.flags,
                width=width,
                group=False,
                precision=precision,
                kind="d" if item.kind in "iu" else item.kind,
            ),
        )
        return
    to_text(value, item.kind in "ra")
    if item.kind not in "sra":
        value.blur()
    _limit(value, precision)
    pad(value, width, "<" if left else ">", " ")


def _limit(value: IdValue, precision: int | str | None) -> None:
    """Keep the first characters only, ``precision`` of them."""
    if precision is not None:
        value.slice([None, precision if isinstance(precision, int) else "?", None])


def _format_number(value: IdValue, spec: Specification) -> None:
    if spec.kind in idnumbers.RADIX:
        idnumbers.spell(value, spec.kind, prefix=False)
    else:
        to_text(value)
        if spec.kind not in ("", "d", "s"):
            value.blur()
    if spec.group:
        value.blur()
    if spec.precision is not None:
        pad(value, spec.precision, ">", "0")
    before = spec.sign.strip("-") + (
        f"0{spec.kind}" if spec.alternate and spec.kind in idnumbers.RADIX else ""
    )
    inside = spec.align in ("0", "=")
    if inside:
        width = spec.width - len(before) if isinstance(spec.width, int) else spec.width
        pad(value, width, ">", spec.fill)
    if value.layout is not None:
        value.layout = before + value.layout
    if not inside:
        pad(value, spec.width, spec.align or ">", spec.fill)


def pad(value: IdValue, width: int | str | None, align: str, fill: str) -> None:
    """Fill up to ``width`` with other text: after it (``<``), before it (``>``) or on both sides."""
    layout = value.layout
    if layout is None or width is None:
        return
    if UNKNOWN in layout or not isinstance(width, int):
        # How much is missing is not known either.
        value.layout = f"{UNKNOWN}{layout}{UNKNOWN}"
        return
    missing = max(0, min(abs(width), _WIDEST) - len(layout))
    before = missing if align == ">" else missing // 2 if align == "^" else 0
    fill = layouts.other_text(fill)
    value.layout = fill * before + layout + fill * (missing - before)


# -- other text ----------------------------------------------------------------------------------


def glue(value: IdValue, head: Sequence[str | ast.expr], tail: Sequence[str | ast.expr]) -> None:
    """Put other text before and after the id."""
    value.glued = True
    if value.form in ("object", "number"):
        to_text(value)
    value.head[:0] = head
    value.after += [HIDDEN if isinstance(piece, Layout) else piece for piece in tail]
    if value.layout is not None:
        value.put(_layout_of(head) + value.layout + _layout_of(tail))


def _layout_of(pieces: Sequence[str | ast.expr]) -> str:
    layout = ""
    for piece in pieces:
        if isinstance(piece, Layout):
            layout += piece
        else:
            layout += layouts.other_text(piece) if isinstance(piece, str) else UNKNOWN
    return layout
