"""What a configuration key is, how a table of them is checked, and the keys of the inner tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_ssot_ids.policy import kinds as values
from flake8_ssot_ids.policy import metavariables as metavars
from flake8_ssot_ids.policy.kinds import Invalid, Kind, Place, choice, kind_of, list_of, suggest

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Option:
    """One key: its kind, its default, what it means, and an example in TOML.

    ``field`` is the attribute of :class:`~flake8_ssot_ids.policy.policy.Policy` (or of the part)
    that holds the value in force; empty for a key that adds to another one. ``parts``
    are the keys of each table, where the value is a table or a list of tables.
    """

    key: str
    kind: Kind
    default: object
    meaning: str
    example: str
    field: str = ""
    required: bool = False
    parts: tuple[Option, ...] = ()


def check_table(
    options: tuple[Option, ...], value: Mapping[str, object], place: Place, flags: bool = False
) -> dict[str, object]:
    """Check the keys and values of a table; note every problem; return what is right.

    With ``flags`` the keys are called ``--key``, as on the command line.
    """
    known = {option.key: option for option in options}
    found: dict[str, object] = {}
    for key, item in value.items():
        option = known.get(key)
        at = place.at(f"--{key}" if flags else key, option.example if option else "")
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
            place.at(option.key, option.example).note("the key is missing")
    return found


def record(parts: tuple[Option, ...], text: str, extra: Callable[[dict[str, object], Place], None]) -> Kind:
    """Return the kind of a table with these keys; ``extra`` looks at the keys together."""

    def check(value: object, place: Place) -> dict[str, object]:
        if not isinstance(value, Mapping):
            raise place.refuse(f"expected a table, found {kind_of(value)}")
        before = len(place.problems)
        found = check_table(parts, value, place)
        extra(found, place)
        if len(place.problems) > before:
            raise Invalid
        return found

    return Kind(text, check)


def records(parts: tuple[Option, ...], extra: Callable[[dict[str, object], Place], None]) -> Kind:
    """Return the kind of a list of such tables."""
    return list_of(record(parts, "table", extra), "tables")


def nothing_more(_found: dict[str, object], _place: Place) -> None:
    """Check no more than the keys one by one."""


def recipe_fits(found: dict[str, object], place: Place) -> None:
    """Note a pattern or a rewrite that is no Python, and what only the rewrite has."""
    pattern, rewrite = found.get("pattern"), found.get("rewrite")
    kinds: list[bool] = []
    for key, text in (("pattern", pattern), ("rewrite", rewrite)):
        if isinstance(text, str):
            try:
                kinds.append(metavars.is_statement(text))
            except ValueError as error:
                place.at(key).note(str(error), "such as `make_id($X)`, or `$NAME = make_id()`")
    if isinstance(pattern, str) and isinstance(rewrite, str):
        for name in metavars.unbound_in_rewrite(pattern, rewrite):
            place.at("rewrite").note(f"`${name}` is not in the pattern", "use only what the pattern binds")
        if kinds in ([True, False], [False, True]):
            place.at("rewrite").note(
                "only one of pattern and rewrite is a statement", "write both as one, or both as expressions"
            )


def unique_names(value: object, place: Place) -> object:
    """Check the zones, and that no two have one name."""
    zones = list_of(record(ZONE, "table", nothing_more), "tables").check(value, place)
    first: dict[object, int] = {}
    failed = False
    for index, zone in enumerate(zones if isinstance(zones, tuple) else ()):
        name = zone["name"]
        if first.setdefault(name, index) != index:
            failed = True
            place.at(index).at("name").note(
                f"the zone `{name}` is defined twice", f"zone[{first[name]}] has that name; join their paths"
            )
    if failed:
        raise Invalid
    return zones


_INSTEAD = {"extend-ignore": "ignore", "allow": "allow-raw-in", "glob": "paths", "code": "codes"}

ZONE = (
    Option(
        "name",
        values.TEXT,
        None,
        "What messages and `fix --zone` call it; each name once.",
        'name = "auth"',
        "name",
        required=True,
    ),
    Option(
        "paths",
        list_of(values.GLOB, "globs", filled=True),
        None,
        "What belongs to it. A file belongs to the first zone that names it.",
        'paths = ["auth_service"]',
        "paths",
        required=True,
    ),
    Option(
        "tier",
        choice("critical", "standard"),
        "critical",
        "A `critical` zone must name at least one file, or contract C01 fails.",
        'tier = "critical"',
        "tier",
    ),
    Option(
        "phase",
        values.LABEL,
        None,
        "The step of the migration in which it is cleaned. For people; no command reads it yet.",
        'phase = "1"',
        "phase",
    ),
    Option(
        "service",
        values.TEXT,
        None,
        "The service that it is deployed with. `generate_session_id` is called with it where `fix` "
        "writes that call; without it, with the name of the zone.",
        'service = "auth"',
        "service",
    ),
    Option(
        "contracts",
        list_of(choice("C02", "C03", "C04"), "contracts"),
        (),
        "The compliance contracts that look at its modules one by one. Without it the name decides: "
        "`auth` is C02, `context` or `execution` C03, `websocket` C04.",
        'contracts = ["C02"]',
        "contracts",
    ),
)

EXEMPTION = (
    Option(
        "path",
        values.GLOB,
        None,
        "The file or folder.",
        'path = "backend/app/tracing.py"',
        "path",
        required=True,
    ),
    Option(
        "codes",
        list_of(values.CODE, "codes", filled=True),
        None,
        "The codes, or beginnings of codes, that are tolerated there.",
        'codes = ["SID101"]',
        "codes",
        required=True,
    ),
    Option(
        "reason",
        values.TEXT,
        "",
        "Why. Without a reason the exemption has no effect.",
        'reason = "span ids follow a foreign standard"',
        "reason",
    ),
    Option(
        "until",
        values.DAY,
        None,
        "The last day on which it holds. Without one it has no effect.",
        "until = 2030-12-31",
        "until",
    ),
)

RECIPES = (
    Option(
        "pattern",
        values.TEXT,
        None,
        "What to find, as an ast-grep pattern: an expression, or an assignment or return, with "
        "meta-variables such as `$X` for one piece of syntax and `$$$ARGS` for any number.",
        'pattern = "new_id($X)"',
        "pattern",
        required=True,
    ),
    Option(
        "rewrite",
        values.TEXT,
        None,
        "What to write instead; only meta-variables of the pattern may occur. The generator is imported "
        "where it is named by its class.",
        'rewrite = "UnifiedIdGenerator.generate_base_id($X)"',
        "rewrite",
        required=True,
    ),
    Option(
        "where",
        values.NAME,
        None,
        "The role that the value must have; without it every role.",
        'where = "order_id"',
        "where",
    ),
    Option(
        "level",
        choice("safe", "unsafe", "manual"),
        "unsafe",
        "How far the rewrite may be trusted: `safe` is written by `fix`, `unsafe` by "
        "`fix --unsafe-fixes`, `manual` is only shown.",
        'level = "safe"',
        "level",
    ),
)

_METHODS = (
    "generate_base_id",
    "generate_websocket_connection_id",
    "generate_websocket_client_id",
    "generate_session_id",
    "generate_agent_execution_id",
    "generate_tool_execution_id",
    "generate_message_id",
    "generate_user_context_ids",
    "generate_batch_ids",
    "parse_id",
    "is_valid_id",
    "generate_thread_id",
    "generate_run_id",
    "extract_thread_id",
    "validate_run_id",
    "parse_run_id",
    "find_matching_ids",
    "translate",
)


def _api_path(key: str, meaning: str, example: str, kind: Kind = values.DOTTED) -> Option:
    return Option(key, kind, None, meaning, f'{key} = "{example}"')


API = (
    _api_path("manager", "The class that makes and takes apart run ids.", "shared.ids.UnifiedIDManager"),
    _api_path("bridge", "The class that matches old ids to new ones.", "shared.ids.IdMigrationBridge"),
    _api_path(
        "context-factory", "The function that makes the ids of one user's context.", "shared.ids.make_context"
    ),
    _api_path(
        "typed-ids",
        "The module of the typed ids under their usual names (`UserID`, `ThreadID` …).",
        "shared.types",
        values.MODULE,
    ),
    *(
        _api_path(name, "A typed id that has another name or module.", f"shared.types.My{kind}")
        for name, kind in (
            ("user-id", "User"),
            ("thread-id", "Thread"),
            ("run-id", "Run"),
            ("request-id", "Request"),
            ("session-id", "Session"),
            ("websocket-id", "WebSocket"),
            ("agent-execution-id", "AgentExecution"),
        )
    ),
    *(
        Option(
            name,
            values.NAME,
            None,
            "A method that the house's own class calls by another name.",
            f'{name} = "new_id"',
        )
        for name in _METHODS
    ),
)
