"""The one table of configuration keys: it drives validation, ``ssot-ids config`` and the docs."""

from __future__ import annotations

from flake8_ssot_ids.policy import kinds as values
from flake8_ssot_ids.policy.keys import (
    API,
    EXEMPTION,
    RECIPES,
    ZONE,
    Option,
    nothing_more,
    recipe_fits,
    record,
    records,
    unique_names,
)
from flake8_ssot_ids.policy.kinds import CONTRACTS, Kind, choice, list_of, table_of
from flake8_ssot_ids.policy.policy import DEFAULT_EXCLUDE, DEFAULT_TEST_PATHS

OPTIONS = (
    Option(
        "generator",
        list_of(values.DOTTED, "dotted paths", or_one=True),
        (),
        "The approved generator, as `package.module.Class`, or a list where services may not import "
        "each other's; messages name the first.",
        'generator = "shared.ids.UnifiedIdGenerator"',
        "generators",
    ),
    Option(
        "allow-raw-in",
        values.GLOBS,
        (),
        "Files that may use id sources. The module of the generator always may.",
        'allow-raw-in = ["shared/ids/**"]',
        "allow_raw_in",
    ),
    Option(
        "src",
        values.FOLDERS,
        (".", "src"),
        "Folders that the project's own modules are imported from.",
        'src = [".", "backend"]',
        "src",
    ),
    Option(
        "select",
        values.CODES,
        ("SID",),
        "Codes, or beginnings of codes, that are on. The longest that fits decides.",
        'select = ["SID1", "SID2"]',
        "select",
    ),
    Option(
        "extend-select",
        values.CODES,
        (),
        "Codes that are on besides `select`.",
        'extend-select = ["SID203"]',
    ),
    Option(
        "ignore",
        values.CODES,
        (),
        "Codes, or beginnings of codes, that are off; of two equal ones `ignore` wins.",
        'ignore = ["SID101"]',
        "ignore",
    ),
    Option(
        "preview",
        values.FLAG,
        False,
        "Turn on the selected rules that are in preview. Without it such a rule is on only if `select` or "
        "`extend-select` names its whole code.",
        "preview = true",
        "preview",
    ),
    Option(
        "per-file-ignores",
        table_of(values.NEGATABLE, values.CODES, "table of glob to list of codes"),
        {},
        "Codes that are off in some files. A pattern after `!` means all other files.",
        'per-file-ignores = { "tests/**" = ["SID101"] }',
        "per_file_ignores",
    ),
    Option(
        "exclude",
        values.GLOBS,
        DEFAULT_EXCLUDE,
        "What is not searched in a folder, except for critical zones; replaces the default list.",
        'exclude = [".git", "generated"]',
        "exclude",
    ),
    Option(
        "extend-exclude",
        values.GLOBS,
        (),
        "What is not searched besides `exclude`.",
        'extend-exclude = ["vendor", "*_pb2.py"]',
    ),
    Option(
        "respect-gitignore",
        values.FLAG,
        True,
        "Leave out what git ignores, unless git tracks it or it is in a critical zone.",
        "respect-gitignore = false",
        "respect_gitignore",
    ),
    Option(
        "test-paths",
        values.GLOBS,
        DEFAULT_TEST_PATHS,
        "What is test code; all else is production code. Replaces the default list.",
        'test-paths = ["tests/", "e2e/"]',
        "test_paths",
    ),
    Option(
        "name-hashes",
        values.FLAG,
        False,
        "Count `uuid.uuid3` and `uuid.uuid5`, which are hashes of a name, as id sources.",
        "name-hashes = true",
        "name_hashes",
    ),
    Option(
        "baseline",
        values.TEXT,
        None,
        "The file of known findings: one a line, as `path | code | symbol | expression | ordinal`; lines "
        "that begin with `#` are comments.",
        'baseline = "ssot-ids-baseline.txt"',
        "baseline",
    ),
    Option(
        "roles",
        table_of(values.NAME, values.CALL, "table of role to method or call"),
        {},
        "What to write for a role, which is the name that the value goes to. A method of the generator "
        "is called without arguments; a call is written as it stands, behind the generator's name. A "
        "name among its arguments must be bound where it is written, else the built-in remedy is used.",
        "roles = { order_id = \"generate_base_id('order')\" }",
        "roles",
    ),
    Option(
        "not-applicable",
        table_of(choice(*CONTRACTS), values.TEXT, "table of contract to reason"),
        {},
        "Compliance contracts that this project cannot have, and why.",
        'not-applicable = { C11 = "no websockets" }',
        "not_applicable",
    ),
    Option(
        "api",
        record(API, "table", nothing_more),
        {},
        "Where the compliance contracts find the parts of a house's own identifier library, and what "
        "its methods are called.",
        'api = { manager = "shared.ids.UnifiedIDManager" }',
        "api",
        parts=API,
    ),
    Option(
        "zone",
        Kind("list of tables", unique_names),
        (),
        "A named part of the project, for `fix --zone` and the compliance contracts.",
        'zone = [{ name = "auth", paths = ["auth_service"] }]',
        "zones",
        parts=ZONE,
    ),
    Option(
        "exemption",
        records(EXEMPTION, nothing_more),
        (),
        "Leave for some codes in one place, for a reason and until a day. The only kind of suppression "
        "that the compliance contracts accept. Nothing exempts from SID990.",
        'exemption = [{ path = "a.py", codes = ["SID101"], reason = "why", until = 2030-12-31 }]',
        "exemptions",
        parts=EXEMPTION,
    ),
    Option(
        "recipes",
        records(RECIPES, recipe_fits),
        (),
        "Rewrites of the house's own helpers. Each place that a pattern matches is a finding, SID390; what "
        "is written for it is verified like everything else. The first recipe that fits a place has it.",
        'recipes = [{ pattern = "new_id()", rewrite = "G.generate_base_id(\'item\')" }]',
        "recipes",
        parts=RECIPES,
    ),
)
