"""A tree that is full of raw ids, in the forms and the shares of a large real one, mostly in its tests.

``python -m benchmarks.dense FOLDER [NUMBER]`` writes NUMBER files (default 1600), the same ones each time.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

#: Forms of a raw id, each with its share in percent; ``{n}`` is a length.
_FORMS = (
    ('f"{word}_{{uuid.uuid4().hex[:{n}]}}"', 40),
    ('f"{{kind}}_{{uuid.uuid4().hex[:{n}]}}"', 8),
    ("str(uuid.uuid4())", 32),
    ('f"{word}_{{uuid.uuid4()}}"', 9),
    ("uuid.uuid4().hex", 3),
    ("uuid.uuid4()", 2),
    ("uuid4().hex[:{n}]", 4),
    ("str(uuid.uuid4())[:8]", 2),
)
#: Where the value goes, each with its share in percent.
_PLACES = (
    ("        {role} = {id}", 31),
    ("        record_{n} = make_record({role}={id}, status={n})", 28),
    ('        payload_{n} = {{"{role}": {id}, "kind": kind, "count": {n}}}', 20),
    ("        entries.append(Entry({id}))", 13),
    ("        self.{role} = {id}", 7),
    ("        {role} = kind or {id}", 1),
)
_ROLES = (
    *("id", "trace_id", "request_id", "event_id", "run_id", "connection_id", "session_id", "correlation_id"),
    *("user_id", "thread_id", "agent_id", "job_id", "execution_id", "message_id", "client_id"),
)
_LENGTHS = (8, 8, 8, 8, 8, 8, 12, 6, 16)
_FILLER = (
    "        result_{n} = await self.client.post(f\"/api/{{kind}}/{n}\", json={{'count': {n}}})",
    '        assert result_{n} is not None, f"no answer for {{kind}} after {n} tries"',
    "        for item in [one for one in entries if one.count > {n}]:\n            total += item.count * {n}",
    '        if total > {n}:\n            logger.info("total %s of %s", total, kind)\n        else:\n'
    "            total = max(total, {n}) + len(entries)",
    "        with self.store.session(kind, timeout={n}.5) as session:\n"
    "            session.write({{'kind': kind, 'total': total}}, retries={n})",
    "        try:\n            value_{n} = self.registry[kind][{n}]\n        except KeyError as error:\n"
    '            raise ValueError(f"unknown {{kind}}") from error',
    '        lookup_{n} = {{"a": total, "b": [kind, kind.upper()], "c": {{"d": {n}}}}}',
)
_HEAD = '''"""Generated: checks of part {number}."""

import asyncio
import logging
import uuid
from dataclasses import dataclass
from uuid import uuid4

logger = logging.getLogger(__name__)


@dataclass
class Entry:
    name: str
    count: int = 0


def make_record(**fields):
    return dict(fields)


'''


def source(number: int, make: random.Random) -> str:
    """The text of one file."""

    def one_of(table: tuple[tuple[str, int], ...]) -> str:
        return make.choices([text for text, _ in table], [share for _, share in table])[0]

    def raw(at: int) -> str:
        role = make.choice(_ROLES)
        form = one_of(_FORMS).format(word=role.removesuffix("_id"), n=make.choice(_LENGTHS))
        return one_of(_PLACES).format(role=role, id=form, n=at)

    def filler(at: int) -> str:
        return make.choice(_FILLER).format(n=at)

    ids = make.choices((2, 5, 6, 8, 20), (30, 30, 20, 15, 5))[0]
    functions = max(ids, 12)
    lines = [_HEAD.format(number=number)]
    at = 0
    for name in range(functions):
        if name % 8 == 0:
            lines.append(f"\n\nclass TestPart{name}:\n    def setup(self):\n        self.store = None\n")
        lines.append(f"\n    async def test_case_{name}(self, kind, user_id=None):")
        lines.append("        total = 0\n        entries = []")
        for _ in range(make.randint(6, 24)):
            at += 1
            lines.append(filler(at))
        if name < ids:
            lines.append(raw(at))
        lines.append("        await asyncio.sleep(0)\n        return total")
    return "\n".join(lines) + "\n"


def write(folder: Path, files: int) -> None:
    """Write the tree."""
    make = random.Random(20261130)  # noqa: S311  # the same tree each time
    for number in range(files):
        where = folder / ("app" if number % 33 == 0 else "tests") / f"part_{number % 40}"
        where.mkdir(parents=True, exist_ok=True)
        (where / f"test_{number}.py").write_text(source(number, make), "utf-8")


def main(arguments: list[str]) -> None:
    """Write the tree that the command line asks for."""
    write(Path(arguments[0]), int(arguments[1]) if arguments[1:] else 1600)


if __name__ == "__main__":
    main(sys.argv[1:])
