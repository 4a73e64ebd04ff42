"""What a callable asks of its argument: its length, its type, its number, its pattern. A table, by name."""

from __future__ import annotations

import ast
from collections.abc import Callable

from flake8_ssot_ids.semantics.flow.cuts import only_logged
from flake8_ssot_ids.semantics.flow.index import NodeIndex, last_name, spelled
from flake8_ssot_ids.semantics.flow.sinks import (
    LENGTH_CHECKED,
    MATCHED_AS_UUID,
    PARSED_AS_UUID,
    PREFIX_MATCHED,
    SPLIT,
    TO_NUMBER,
    TYPE_CHECKED,
    UUID_TYPED,
    Sink,
)
from flake8_ssot_ids.semantics.flow.sites import Site
from flake8_ssot_ids.semantics.flow.token import LENGTH, NUMBER, TEXT, Token
from flake8_ssot_ids.semantics.flow.types import is_uuid_pattern, pattern_of, typed_as_uuid
from flake8_ssot_ids.semantics.flow.way import Way
from flake8_ssot_ids.semantics.module.literals import text_of

_EQUAL = frozenset({"*assertEqual", "*assertEquals", "*assertNotEqual", "*assertIs"})
#: Notes what is asked; whether that is all that becomes of the argument.
Asks = Callable[[Way, Token, Site], bool]
#: The places of an argument, by number or keyword; none: any.
Where = tuple[int | str, ...]


def called_with(way: Way, token: Token, site: Site, where: int | str | None) -> bool:
    """Note what a well-known callable asks of the value, its argument; whether the call is done with."""
    if token.form == LENGTH:
        if site.meaning.among(_EQUAL) and where in (0, 1):
            limit = way.index.constant(site.argument(1 - int(where)))
            if isinstance(limit, int) and limit > 1:
                _note(way, token, site, LENGTH_CHECKED)
        return True
    if where in (0, "hex") and way.index.is_uuid_class(site.function):
        return _note(way, token, site, PARSED_AS_UUID)
    known = site.meaning.entry(_ASKS)
    if known is None or (known[0] and where not in known[0]):
        return False
    return known[1](way, token, site)


def _note(way: Way, token: Token, site: Site, kind: str, place: ast.expr | None = None) -> bool:
    place = place or site.call
    detail = f"`{spelled(place, f'{last_name(site.call.func)}(…)')}`"
    way.found(Sink(kind, place, detail, token.through))
    return True


def _type_checked(way: Way, token: Token, site: Site) -> bool:
    classes = site.argument(1)
    if classes is None:
        return False
    if _only_uuid(classes, way.index):
        _note(way, token, site, TYPE_CHECKED)
    return True


def _typed(way: Way, token: Token, site: Site) -> bool:
    """``type(value) is UUID``."""
    outer = way.index.parents.get(site.call)
    if isinstance(outer, ast.Compare) and any(map(way.index.is_uuid_class, outer.comparators)):
        _note(way, token, site, TYPE_CHECKED, outer)
    return True


def _measured(way: Way, token: Token, site: Site) -> bool:
    way.push(token.at(site.call, form=LENGTH))
    return True


def _to_text(way: Way, token: Token, site: Site) -> bool:
    way.push(token.at(site.call, form=TEXT))
    return True


def _to_number(way: Way, token: Token, site: Site) -> bool:
    if token.form != NUMBER:
        _note(way, token, site, TO_NUMBER)
    way.push(token.at(site.call, form=NUMBER))
    return True


def _digits(way: Way, token: Token, site: Site) -> bool:
    return token.form != NUMBER and _note(way, token, site, TO_NUMBER)


def _contained(way: Way, token: Token, site: Site) -> bool:
    """``assertIn("ws_", value)``."""
    first = site.argument(0)
    text = None if first is None else text_of(first)
    if text:
        detail = f"`{spelled(site.call, last_name(site.call.func))}`"
        way.found(Sink(PREFIX_MATCHED, site.call, detail, token.through, method="in", text=text))
    return True


def _matched_by(at: int | None) -> Asks:
    """``re.match(pattern, value)``; None: ``PATTERN.match(value)``."""

    def asks(way: Way, token: Token, site: Site) -> bool:
        function = site.function
        owner = function.value if at is None and isinstance(function, ast.Attribute) else None
        pattern = pattern_of(owner if at is None else site.argument(at, "pattern"), way.index)
        if pattern is not None and is_uuid_pattern(pattern):
            _note(way, token, site, MATCHED_AS_UUID)
        return at is not None or pattern is not None

    return asks


def _split(way: Way, token: Token, site: Site) -> bool:
    """``re.split(pattern, value)``."""
    if not only_logged(site.call, way.index, way.reads):
        detail = f"`{spelled(site.call, 're.split(…)')}`"
        way.found(Sink(SPLIT, site.call, detail, token.through, method="re.split"))
    return True


def _cast(way: Way, token: Token, site: Site) -> bool:
    if typed_as_uuid(site.argument(0, "typ"), (), way.index):
        detail = f"`{spelled(site.call, 'cast(UUID, …)')}`"
        way.found(Sink(UUID_TYPED, site.call, detail, token.through))
    way.push(token.at(site.call))
    return True


def _formatted(way: Way, token: Token, site: Site) -> bool:
    """``"{}".format(value)``."""
    owner = site.function.value if isinstance(site.function, ast.Attribute) else None
    if owner is not None and text_of(owner) == "{}":
        way.push(token.at(site.call, form=TEXT))
    else:
        way.glued(site.call, token)
    return True


def _only_uuid(classes: ast.expr, index: NodeIndex) -> bool:
    """Whether the second argument of ``isinstance`` lets a UUID pass and no text."""
    pending, found = [classes], False
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Tuple):
            pending += node.elts
        elif isinstance(node, ast.BinOp):
            pending += (node.left, node.right)
        elif index.means(node).words & {"str", "object"}:
            return False
        found = found or index.is_uuid_class(node)
    return found


def _table(*rows: tuple[Asks, Where, str]) -> dict[str, tuple[Where, Asks]]:
    return {name: (where, asks) for asks, where, names in rows for name in names.split()}


#: What is done with an argument, which one that is, and by whom (see ``Meaning.keys``).
_ASKS = _table(
    (_type_checked, (0,), "builtins.isinstance *assertIsInstance *assertNotIsInstance"),
    (_typed, (0,), "builtins.type"),
    (_measured, (0,), "builtins.len"),
    (_matched_by(1), (0,), "*assertRegex *assertNotRegex"),
    (_contained, (1,), "*assertIn *assertNotIn"),
    (_to_number, (0,), "builtins.int builtins.float"),
    (_digits, (0,), "builtins.bytes.fromhex builtins.bytearray.fromhex .fromhex"),
    (_digits, (0,), "binascii.unhexlify binascii.a2b_hex codecs.a2b_hex"),
    (_matched_by(0), (1, "string"), "re.match re.fullmatch re.search re.findall re.finditer"),
    (_matched_by(None), (0, "string"), "*match *fullmatch *search *findall *finditer"),
    (_split, (1, "string"), "re.split"),
    (_cast, (1, "val"), "typing.cast typing_extensions.cast"),
    (_to_text, (0,), "builtins.str builtins.format builtins.repr builtins.ascii builtins.hex builtins.bytes"),
    (_formatted, (), ".format builtins.str.format"),
)
