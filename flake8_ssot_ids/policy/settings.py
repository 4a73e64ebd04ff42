"""The settings of a policy. Each stands here, and only here: its key, kind, default, meaning and an example.

That drives validation, ``ssot-ids config``, the documentation and the policy itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flake8_ssot_ids.policy import kinds, metavariables
from flake8_ssot_ids.policy.kinds import Invalid, Kind, Where, choice, list_of, table_of
from flake8_ssot_ids.policy.options import Option, options_of, record, records, setting

TYPE_CHECKING = False  # as in typing, which is slow to import; so is datetime
if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from flake8_ssot_ids.model import SafetyLevel

DEFAULT_EXCLUDE: tuple[str, ...] = (
    ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox",
    ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode",
    "__pypackages__", "_build", "buck-out", "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip
DEFAULT_TEST_PATHS: tuple[str, ...] = (
    "tests/", "test/", "testing/", "test_*.py", "*_test.py", "conftest.py",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Zone:
    """A named part of the project, by root-relative globs."""

    name: str = setting(
        kinds.TEXT, "What messages and `fix --zone` call it; each name once.", 'name = "auth"'
    )
    paths: tuple[str, ...] = setting(
        list_of(kinds.GLOB, "globs", filled=True),
        "What belongs to it. A file belongs to the first zone that names it.",
        'paths = ["auth_service"]',
    )
    tier: str = setting(
        choice("critical", "standard"),
        "A `critical` zone must name at least one file, or contract C01 fails.",
        'tier = "critical"',
        "critical",
    )
    phase: str | None = setting(
        kinds.LABEL,
        "The step of the migration in which it is cleaned. For people; no command reads it yet.",
        'phase = "1"',
        None,
    )
    service: str | None = setting(
        kinds.TEXT,
        "The service that it is deployed with. `generate_session_id` is called with it where `fix` "
        "writes that call; without it, with the name of the zone.",
        'service = "auth"',
        None,
    )
    contracts: tuple[str, ...] = setting(
        list_of(choice("C02", "C03", "C04"), "contracts"),
        "The compliance contracts that look at its modules one by one. Without it the name decides: "
        "`auth` is C02, `context` or `execution` C03, `websocket` C04.",
        'contracts = ["C02"]',
        (),
    )


@dataclass(frozen=True, slots=True)
class Exemption:
    """Leave for the codes in one place, for a reason, up to and including a day."""

    path: str = setting(kinds.GLOB, "The file or folder.", 'path = "backend/app/tracing.py"')
    codes: tuple[str, ...] = setting(
        list_of(kinds.CODE, "codes", filled=True),
        "The codes, or beginnings of codes, that are tolerated there.",
        'codes = ["SID101"]',
    )
    reason: str = setting(
        kinds.TEXT,
        "Why. Without a reason the exemption has no effect.",
        'reason = "span ids follow a foreign standard"',
        "",
    )
    until: datetime.date | None = setting(
        kinds.DAY, "The last day on which it holds. Without one it has no effect.", "until = 2030-12-31", None
    )

    def holds_on(self, day: datetime.date) -> bool:
        """Does it count on that day? Without a reason or a date it never does."""
        return bool(self.reason) and self.until is not None and day <= self.until


@dataclass(frozen=True, slots=True)
class Recipe:
    """A house's own rewrite, as ast-grep pattern and replacement, perhaps for one role only."""

    pattern: str = setting(
        kinds.TEXT,
        "What to find, as an ast-grep pattern: an expression, or an assignment or return, with "
        "meta-variables such as `$X` for one piece of syntax and `$$$ARGS` for any number.",
        'pattern = "new_id($X)"',
    )
    rewrite: str = setting(
        kinds.TEXT,
        "What to write instead; only meta-variables of the pattern may occur. The generator is imported "
        "where it is named by its class.",
        'rewrite = "UnifiedIdGenerator.generate_base_id($X)"',
    )
    where: str | None = setting(
        kinds.NAME, "The role that the value must have; without it every role.", 'where = "order_id"', None
    )
    level: SafetyLevel = setting(
        choice("safe", "unsafe", "manual"),
        "How far the rewrite may be trusted: `safe` is written by `fix`, `unsafe` by "
        "`fix --unsafe-fixes`, `manual` is only shown.",
        'level = "safe"',
        "unsafe",
    )


def _fits(found: dict[str, object], where: Where) -> None:
    """Note a pattern or a rewrite that is no Python, and what only the rewrite has."""
    pattern, rewrite = found.get("pattern"), found.get("rewrite")
    statements: list[bool] = []
    for key, text in (("pattern", pattern), ("rewrite", rewrite)):
        if isinstance(text, str):
            try:
                statements.append(metavariables.is_statement(text))
            except ValueError as error:
                where.at(key).note(str(error), "such as `make_id($X)`, or `$NAME = make_id()`")
    if isinstance(pattern, str) and isinstance(rewrite, str):
        for name in metavariables.unbound_in_rewrite(pattern, rewrite):
            where.at("rewrite").note(f"`${name}` is not in the pattern", "use only what the pattern binds")
        if statements in ([True, False], [False, True]):
            where.at("rewrite").note(
                "only one of pattern and rewrite is a statement", "write both as one, or both as expressions"
            )


def _with_names_of_their_own(zones: Kind) -> Kind:
    """The same kind of a list; no two items of it have one name."""

    def check(value: object, where: Where) -> object:
        found = zones.check(value, where)
        first: dict[object, int] = {}
        failed = False
        for index, zone in enumerate(found if isinstance(found, tuple) else ()):
            name = zone["name"]
            if first.setdefault(name, index) != index:
                failed = True
                where.at(index).at("name").note(
                    f"the zone `{name}` is defined twice",
                    f"zone[{first[name]}] has that name; join their paths",
                )
        if failed:
            raise Invalid
        return found

    return replace(zones, check=check)


_METHODS = (
    "generate_base_id", "generate_websocket_connection_id", "generate_websocket_client_id",
    "generate_session_id", "generate_agent_execution_id", "generate_tool_execution_id", "generate_message_id",
    "generate_user_context_ids", "generate_batch_ids", "generate_uuid", "parse_id", "is_valid_id",
    "generate_thread_id", "generate_run_id", "extract_thread_id", "validate_run_id", "parse_run_id",
    "find_matching_ids", "translate",
)  # fmt: skip


def _part(key: str, meaning: str, example: str, kind: Kind = kinds.DOTTED) -> Option:
    return Option(kind, meaning, f'{key} = "{example}"', key)


API = (
    _part("manager", "The class that makes and takes apart run ids.", "shared.ids.UnifiedIDManager"),
    _part("bridge", "The class that matches old ids to new ones.", "shared.ids.IdMigrationBridge"),
    _part(
        "context-factory", "The function that makes the ids of one user's context.", "shared.ids.make_context"
    ),
    _part(
        "typed-ids",
        "The module of the typed ids under their usual names (`UserID`, `ThreadID` …).",
        "shared.types",
        kinds.MODULE,
    ),
    *(
        _part(f"{name}-id", "A typed id that has another name or module.", f"shared.types.My{cls}")
        for name, cls in (
            ("user", "User"),
            ("thread", "Thread"),
            ("run", "Run"),
            ("request", "Request"),
            ("session", "Session"),
            ("websocket", "WebSocket"),
            ("agent-execution", "AgentExecution"),
        )
    ),
    *(
        _part(name, "A method that the house's own class calls by another name.", "new_id", kinds.NAME)
        for name in _METHODS
    ),
)

#: The codes that are off in some files, as pairs.
_PER_FILE = table_of(kinds.NEGATABLE, kinds.CODES, "table of glob to list of codes")
_PAIRS = replace(_PER_FILE, settle=lambda *given: tuple(_PER_FILE.settle(*given).items()))


@dataclass(frozen=True)
class Settings:
    """All that can be set."""

    generators: tuple[str, ...] = setting(
        list_of(kinds.DOTTED, "dotted paths", or_one=True),
        "The approved generator, as `package.module.Class`, or a list where services may not import "
        "each other's; messages name the first.",
        'generator = "shared.ids.UnifiedIdGenerator"',
        (),
        key="generator",
    )
    allow_raw_in: tuple[str, ...] = setting(
        kinds.GLOBS,
        "Files that may use id sources. The module of the generator always may.",
        'allow-raw-in = ["shared/ids/**"]',
        (),
    )
    src: tuple[str, ...] = setting(
        kinds.FOLDERS,
        "Folders that the project's own modules are imported from.",
        'src = [".", "backend"]',
        (),
        shown=(".", "src"),
    )
    select: tuple[str, ...] = setting(
        kinds.CODES,
        "Codes, or beginnings of codes, that are on. The longest that fits decides.",
        'select = ["SID1", "SID2"]',
        ("SID",),
        extension=Option(
            kinds.CODES,
            "Codes that are on besides `select`.",
            'extend-select = ["SID203"]',
            "extend-select",
            (),
        ),
    )
    ignore: tuple[str, ...] = setting(
        kinds.CODES,
        "Codes, or beginnings of codes, that are off; of two equal ones `ignore` wins.",
        'ignore = ["SID101"]',
        (),
    )
    preview: bool = setting(
        kinds.FLAG,
        "Turn on the selected rules that are in preview. Without it such a rule is on only if `select` or "
        "`extend-select` names its whole code.",
        "preview = true",
        False,
    )
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = setting(
        _PAIRS,
        "Codes that are off in some files. A pattern after `!` means all other files.",
        'per-file-ignores = { "tests/**" = ["SID101"] }',
        (),
        shown={},
    )
    exclude: tuple[str, ...] = setting(
        kinds.NAME_GLOBS,
        "What is not searched in a folder, except for critical zones; replaces the default list.",
        'exclude = [".git", "generated"]',
        DEFAULT_EXCLUDE,
        extension=Option(
            kinds.NAME_GLOBS,
            "What is not searched besides `exclude`.",
            'extend-exclude = ["vendor", "*_pb2.py"]',
            "extend-exclude",
            (),
        ),
    )
    respect_gitignore: bool = setting(
        kinds.FLAG,
        "Leave out what git ignores, unless git tracks it or it is in a critical zone.",
        "respect-gitignore = false",
        True,
    )
    test_paths: tuple[str, ...] = setting(
        kinds.NAME_GLOBS,
        "What is test code; all else is production code. Replaces the default list.",
        'test-paths = ["tests/", "e2e/"]',
        DEFAULT_TEST_PATHS,
    )
    name_hashes: bool = setting(
        kinds.FLAG,
        "Count `uuid.uuid3` and `uuid.uuid5`, which are hashes of a name, as id sources.",
        "name-hashes = true",
        False,
    )
    baseline: str | None = setting(
        kinds.PATH,
        "The file of known findings: one a line, as `path | code | symbol | expression | ordinal`; lines "
        "that begin with `#` are comments.",
        'baseline = "ssot-ids-baseline.txt"',
        None,
    )
    roles: Mapping[str, str] = setting(
        table_of(kinds.NAME, kinds.CALL, "table of role to method or call"),
        "What to write for a role, which is the name that the value goes to. A method of the generator "
        "is called without arguments; a call is written as it stands, behind the generator's name. A "
        "name among its arguments must be bound where it is written, else the built-in remedy is used.",
        "roles = { order_id = \"generate_base_id('order')\" }",
        {},
    )
    not_applicable: Mapping[str, str] = setting(
        table_of(choice(*kinds.CONTRACTS), kinds.TEXT, "table of contract to reason"),
        "Compliance contracts that this project cannot have, and why.",
        'not-applicable = { C11 = "no websockets" }',
        {},
    )
    api: Mapping[str, str] = setting(
        record(API),
        "Where the compliance contracts find the parts of a house's own identifier library, and what "
        "its methods are called.",
        'api = { manager = "shared.ids.UnifiedIDManager" }',
        {},
        parts=API,
    )
    zones: tuple[Zone, ...] = setting(
        _with_names_of_their_own(records(Zone)),
        "A named part of the project, for `fix --zone` and the compliance contracts.",
        'zone = [{ name = "auth", paths = ["auth_service"] }]',
        (),
        key="zone",
        parts=options_of(Zone),
    )
    exemptions: tuple[Exemption, ...] = setting(
        records(Exemption),
        "Leave for some codes in one place, for a reason and until a day. The only kind of suppression "
        "that the compliance contracts accept. Nothing exempts from SID990.",
        'exemption = [{ path = "a.py", codes = ["SID101"], reason = "why", until = 2030-12-31 }]',
        (),
        key="exemption",
        parts=options_of(Exemption),
    )
    recipes: tuple[Recipe, ...] = setting(
        records(Recipe, _fits),
        "Rewrites of the house's own helpers. Each place that a pattern matches is a finding, SID390; what "
        "is written for it is verified like everything else. The first recipe that fits a place has it.",
        'recipes = [{ pattern = "new_id()", rewrite = "G.generate_base_id(\'item\')" }]',
        (),
        parts=options_of(Recipe),
    )


#: All keys, in the order of the documentation.
OPTIONS = options_of(Settings)
