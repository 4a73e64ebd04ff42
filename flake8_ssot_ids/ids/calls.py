"""What is read of an id or called with it: attributes, methods and functions, by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flake8_ssot_ids.ids import numbers as idnumbers
from flake8_ssot_ids.ids import texts as idtexts
from flake8_ssot_ids.ids.value import IdValue
from flake8_ssot_ids.uuids import layouts
from flake8_ssot_ids.uuids.layouts import BYTE, UNKNOWN

_RADIX = {"hex": "x", "oct": "o", "bin": "b"}


def attribute(value: IdValue, name: str) -> bool:
    """Take the attribute ``name``; whether that still is the id or a part of it."""
    if value.form != "object":
        return False
    if name == "hex":
        value.form = "text"
    elif name == "urn":
        value.form, value.layout = "text", layouts.URN + layouts.DASHED
    elif name in ("bytes", "bytes_le"):
        bits = layouts.ALL_BITS if name == "bytes" else layouts.LITTLE_ENDIAN
        value.form, value.layout = "bytes", value.letters.spell(bits, BYTE)
    elif name == "fields":
        value.form, value.parts, value.items = "list", list(layouts.FIELDS), "number"
    elif name in layouts.NUMBERS:
        value.form, value.layout = "number", layouts.NUMBERS[name]
    else:
        return False
    return True


def method(value: IdValue, name: str, arguments: Sequence[object], names: Mapping[str, object]) -> bool:
    """Call the method ``name``; whether the id goes on. Of the arguments None is one that is not known."""
    given = [one.decode("latin-1") if isinstance(one, bytes) else one for one in arguments]
    if name in ("__format__", "__str__", "__repr__") and value.form != "list":
        if name == "__format__":
            idtexts.format_by(value, given[0] if given and isinstance(given[0], str) else UNKNOWN)
        else:
            idtexts.to_text(value, name == "__repr__")
        return True
    if value.form == "bytes" and name == "hex":
        idnumbers.bytes_to_hex(value, None if len(given) > 1 or names else given[0] if given else "")
        return True
    if value.form == "number" and name == "to_bytes":
        length = given[0] if given else names.get("length", 1)
        idnumbers.to_bytes(value, length, given[1] if len(given) > 1 else names.get("byteorder", "big"))
        return True
    if value.form not in ("text", "bytes"):
        return False
    if name in ("split", "rsplit"):
        given = given or [names["sep"]] if "sep" in names else given
        given = [*given, names["maxsplit"]] if "maxsplit" in names else given
    return idtexts.text_method(value, name, given)


def function(value: IdValue, name: str, arguments: Sequence[object], names: Mapping[str, object]) -> bool:
    """Call a function whose first argument is the id, with others behind it; whether the id goes on."""
    form = value.form
    if name == "format" and form != "list":
        spec = arguments[0] if arguments else ""
        idtexts.format_by(value, spec if isinstance(spec, str) else UNKNOWN)
    elif name == "str" and form == "bytes" and (arguments or names):
        value.form = "text"
    elif name in ("str", "repr", "ascii") and form != "list":
        idtexts.to_text(value, name != "str")
    elif name == "int" and form in ("object", "number", "text"):
        idnumbers.to_number(value, arguments[0] if arguments else names.get("base"))
    elif name in _RADIX and form == "number":
        idnumbers.spell(value, _RADIX[name], prefix=True)
    elif name == "bytes" and form == "object":
        return attribute(value, "bytes")
    else:
        return idnumbers.encode(value, name)
    return True
