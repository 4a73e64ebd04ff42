"""Write ``docs/configuration.md`` from the table of options.

Run ``python -m flake8_ssot_ids.render.configdoc`` from the root of the repository.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from flake8_ssot_ids.policy.kinds import toml
from flake8_ssot_ids.policy.settings import OPTIONS

if TYPE_CHECKING:
    from flake8_ssot_ids.policy.options import Option

_INTRO = """\
# Configuration

<!-- Written by `python -m flake8_ssot_ids.render.configdoc`; do not edit. -->

Everything works without configuration. To say what the approved generator is, which parts of the
code matter most and what is tolerated where, add a table `[tool.ssot-ids]` to `pyproject.toml`.
flake8 reads the same table. `ssot-ids config` prints the policy in force and where each value comes
from.

## Where it is read from

- The file found first on the way upward from the checked path: in each folder `ssot-ids.toml`, then
  `pyproject.toml` if it has the table. A `pyproject.toml` without it is passed over.
- `ssot-ids.toml` holds the keys at top level, or in `[tool.ssot-ids]`.
- `--config FILE` takes a file of any name in either form; `--isolated` takes none.
- Rules in preview are off until `preview` or `--preview` turns them on, or their whole code is selected. In
  flake8 such a rule can be shown if our table turns it on in one of these ways, or if flake8's own `select`
  or `extend-select` names the whole code; its `ignore` then works as for any other.
- Flags of the command line override the file. `--select` starts anew; `--ignore` and
  `--extend-select` override what the file says of the same codes.

Everything that is wrong with a configuration is reported at once, with the key and a hint, and the
exit code is 2. An unknown key is an error.

## Globs

| pattern | matches |
| --- | --- |
| `*`, `?` | any characters, one character, within one name |
| `**/` | any number of folders, none included |
| `**` | anything, across folders |
| `[abc]`, `[a-z]`, `[!a]` | one character of a set, or not of it; `[*]` is a star itself |
| `build/` | with a slash at the end: folders only |

A pattern that names a folder covers all that lies below it, so `backend/app/websocket*` covers the
file `backend/app/websocket.py` and the whole folder `backend/app/websocket_core`. Globs are relative
to the folder of the configuration file; with `--config` and on the command line they are relative
to the working directory. Upper and lower case differ. `/` separates names on every platform (`\\`
is understood too).

In `exclude`, `extend-exclude`, `test-paths` and `per-file-ignores` a pattern without a slash matches
a name at any depth (`./name` only at the top). In `allow-raw-in`, `zone` and `exemption` every
pattern starts at the top, because matching too much there would hide something: write `**/name` for
any depth.

## Which files are checked

A file that is named is checked, also an excluded one (unless `--force-exclude` is given). It has to
be a Python file: `.py`, `.pyw`, `.pyi`, or a script whose first line names Python (`#!/usr/bin/env
python3`). Anything else, such as a notebook or a text, is SID990 and exit code 2.

In a folder, `*.py` and `*.pyw` are checked, except for:

- what `exclude` and `extend-exclude` name;
- what git ignores and does not track, if `respect-gitignore` is on. `.gitignore`,
  `.git/info/exclude` and `core.excludesFile` count as they count for git. A file that git tracks is
  checked even where one of them names it. Where git cannot tell what it tracks (it is not
  installed, the folder belongs to someone else, the index is damaged), the files that it ignores
  are checked, and a note says so;
- what `.ignore` names, tracked or not;
- symbolic links to folders.

In a critical zone none of these counts: every `*.py` and `*.pyw` is checked. A link to a folder is
followed, each file once; a link that leads out of the project is an error. A pattern that begins
with a wildcard, such as `**/auth.py`, does not reach into `node_modules`, `site-packages` and the
like, except for what git tracks there.

A file of patterns that is a pipe, a device or longer than 1 MB has no effect, and a note says so.
Neither has a `.gitignore` that is a link; git does not follow it either.

flake8 searches folders by its own rules, and leaves out a file that `exclude` names. Of a file that
is named it says what `ssot-ids check` says, with three exceptions. It reads a file that is not
UTF-8 as latin-1, where `check` reports SID990. It reports a file that does not parse as E999 or
E902. It takes for Python what its own option `filename` names.

## Keys

All keys are optional. `baseline` and `not-applicable` count for `ssot-ids compliance` only. `api` also tells
the rules SID3xx which calls are calls of the generator.
"""

EXAMPLE = """\
[tool.ssot-ids]
# The one source of ids, and a second one for a service that cannot import the first.
generator = [
    "shared.id_generation.unified_id_generator.UnifiedIdGenerator",
    "auth_service.auth_core.ids.AuthIdGenerator",
]
# The generator's own helpers; its own module needs no mention.
allow-raw-in = ["shared/id_generation/**"]
# `from app.routes import x` is found in backend/app/routes.py.
src = [".", "backend"]

select = ["SID"]
ignore = ["SID203"]
preview = false
extend-exclude = ["frontend", "*_pb2.py"]
test-paths = ["tests/", "e2e/", "test_*.py", "conftest.py"]
name-hashes = false
baseline = "ssot-ids-baseline.txt"

[tool.ssot-ids.per-file-ignores]
"tests/**" = ["SID101", "SID102"]  # a raw id in a test is no danger to users
"scripts/**" = ["SID1"]

# The zones, in the order in which they are migrated. A file belongs to the first that names it.
[[tool.ssot-ids.zone]]
name = "auth"
paths = ["auth_service/auth_core/**", "backend/app/services/session_manager.py"]
tier = "critical"
phase = 1
service = "auth"

[[tool.ssot-ids.zone]]
name = "websocket"
paths = ["backend/app/websocket*", "backend/app/routes/websocket*.py"]
tier = "critical"
phase = 1
service = "backend"

[[tool.ssot-ids.zone]]
name = "execution"
paths = ["backend/app/agents/**", "backend/app/services/user_execution_context.py"]
tier = "critical"
phase = 2
service = "backend"

[[tool.ssot-ids.zone]]
name = "everything else"
paths = ["**"]
tier = "standard"
phase = 3

# Leave for one place, for a reason and until a day. After it the finding is back.
[[tool.ssot-ids.exemption]]
path = "backend/app/telemetry/spans.py"
codes = ["SID101", "SID102"]
reason = "span ids follow the tracing standard"
until = 2030-12-31

# What to write for names that the built-in table does not know.
[tool.ssot-ids.roles]
order_id = "generate_order_id"
invoice_id = "generate_base_id('invoice')"
chat_session_id = "generate_session_id(user_id, 'chat')"

# The house's own helpers, rewritten like raw ids.
[[tool.ssot-ids.recipes]]
pattern = "short_id($PREFIX)"
rewrite = "UnifiedIdGenerator.generate_base_id($PREFIX)"
level = "unsafe"

# For the compliance contracts: where the parts of the identifier library are.
[tool.ssot-ids.api]
manager = "shared.id_generation.UnifiedIDManager"
bridge = "shared.id_generation.IdMigrationBridge"
typed-ids = "shared.types"
generate_base_id = "new_id"

[tool.ssot-ids.not-applicable]
C12 = "ids are made once a day"
"""


def render() -> str:
    """Return the page."""
    example = f"## A whole example\n\nA chat platform, migrated in phases:\n\n```toml\n{EXAMPLE}```\n"
    return "\n".join([_INTRO, *map(_section, OPTIONS), example])


def _section(option: Option) -> str:
    lines = [f"### `{option.key}`", "", option.meaning, "", f"- Type: {option.kind.text}"]
    if option.default != () or not option.parts:
        lines.append(f"- Default: {_default(option)}")
    lines += ["", "```toml", option.example, "```", ""]
    if option.parts:
        head = f"[[tool.ssot-ids.{option.key}]]" if option.default == () else f"[tool.ssot-ids.{option.key}]"
        lines += [f"In `pyproject.toml` also as a table `{head}`, with these keys:", ""]
        lines += ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
        for _, group in groupby(option.parts, lambda part: (part.kind.text, part.default, part.meaning)):
            alike = list(group)
            keys = ", ".join(f"`{part.key}`" for part in alike)
            first = alike[0]
            lines.append(
                f"| {keys} | {first.kind.text} | {_default(first)} | {first.meaning} "
                f"For example `{first.example}`. |"
            )
        lines.append("")
    return "\n".join(lines)


def _default(option: Option) -> str:
    if option.required:
        return "none; must be given"
    return "none" if option.default in (None, "") else f"`{toml(option.default)}`"


if __name__ == "__main__":
    import os

    os.makedirs("docs", exist_ok=True)
    with open("docs/configuration.md", "w", encoding="utf-8", newline="\n") as file:
        file.write(render())
