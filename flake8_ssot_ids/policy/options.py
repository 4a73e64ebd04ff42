"""What a configuration key is, and how a table of keys is checked. The keys are in ``settings``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace

from flake8_ssot_ids.policy.kinds import Invalid, Kind, Where, kind_of, list_of, suggest

TYPE_CHECKING = False  # as in typing, which is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_TOLD = "option"
#: What people write for a key that has another name.
_INSTEAD = {"extend-ignore": "ignore", "allow": "allow-raw-in", "glob": "paths", "code": "codes"}


@dataclass(frozen=True, slots=True)
class Option:
    """One key: its kind, what it means, and an example in TOML.

    ``field`` is the attribute of the :class:`~flake8_ssot_ids.policy.policy.Policy` (or of the part)
    that holds the value in force; empty for a key that adds to another one. ``parts``
    are the keys of each table, where the value is a table or a list of tables.
    """

    kind: Kind
    meaning: str
    example: str
    key: str = ""
    default: object = None
    field: str = ""
    required: bool = False
    parts: tuple[Option, ...] = ()
    #: A key that adds to this one.
    extension: Option | None = None


def setting(
    kind: Kind, meaning: str, example: str, default: object = MISSING, shown: object = None, **more: Any
) -> Any:
    """A field of a dataclass of settings, and its option; without a ``default`` the key must be given.

    The key is the name of the field with hyphens, and the option shows ``default``, unless ``shown`` and
    ``more`` say otherwise.
    """
    required = default is MISSING
    shown = default if shown is None and not required else shown
    told = {_TOLD: Option(kind, meaning, example, default=shown, required=required, **more)}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=told)
    return field(default=default, metadata=told)


def options_of(settings: type[Any]) -> tuple[Option, ...]:
    """The options of a dataclass, in the order of its fields."""
    found: list[Option] = []
    for item in fields(settings):
        option: Option | None = item.metadata.get(_TOLD)
        if option is not None:
            found.append(replace(option, key=option.key or item.name.replace("_", "-"), field=item.name))
            found += filter(None, (option.extension,))
    return tuple(found)


def check_table(
    options: tuple[Option, ...], value: Mapping[str, object], where: Where, flags: bool = False
) -> dict[str, object]:
    """Check the keys and values of a table; note every problem; return what is right.

    With ``flags`` the keys are called ``--key``, as on the command line.
    """
    known = {option.key: option for option in options}
    found: dict[str, object] = {}
    for key, item in value.items():
        option = known.get(key)
        at = where.at(f"--{key}" if flags else key, option.example if option else "")
        if option is None:
            near = _INSTEAD.get(key)
            at.note("unknown key", f"write `{near}`" if near in known else suggest(key, known))
            continue
        try:
            found[key] = option.kind.check(item, at)
        except Invalid:
            continue
    for option in options:
        if option.required and option.key not in value:
            where.at(option.key, option.example).note("the key is missing")
    return found


def record(
    parts: tuple[Option, ...],
    also: Callable[[dict[str, object], Where], None] | None = None,
    make: Callable[..., object] = dict,
) -> Kind:
    """The kind of a table with these keys.

    ``also`` looks at the keys together; ``make`` is called with the values by their keys.
    """

    def check(value: object, where: Where) -> dict[str, object]:
        if not isinstance(value, Mapping):
            raise where.refuse(f"expected a table, found {kind_of(value)}")
        before = len(where.problems)
        found = check_table(parts, value, where)
        if also is not None:
            also(found, where)
        if len(where.problems) > before:
            raise Invalid
        return found

    known = {part.key: part.kind for part in parts}

    def settle(value: Mapping[str, Any], base: str, root: str) -> object:
        return make(**{key: known[key].settle(item, base, root) for key, item in value.items()})

    return Kind("table", check, settle)


def records(made: type[Any], also: Callable[[dict[str, object], Where], None] | None = None) -> Kind:
    """The kind of a list of tables, each of which makes one ``made``, a dataclass of options."""
    return list_of(record(options_of(made), also, made), "tables")
