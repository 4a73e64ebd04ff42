"""What the pages say is so: examples run, figures are computed anew, links lead somewhere."""

from __future__ import annotations

import contextlib
import doctest
import io
import itertools
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import ssot_ids
from ssot_ids import UnifiedIdGenerator, UnifiedIDManager, configure, parse_id, set_observer
from ssot_ids.generator import BATCH_MAX
from ssot_ids.grammar import (
    COUNTER_MIN,
    ID_MAX,
    ID_MIN,
    PREFIX_MAX,
    RANDOM_DIGITS,
    STRONG_RANDOM_DIGITS,
    TIMESTAMP_MAX,
    TIMESTAMP_MIN,
)
from ssot_ids.policy import OPERATION_MAX, TAG_DIGITS
from ssot_ids.testing import deterministic
from ssot_ids.typed import LEGACY_NAMES
from ssot_ids.validation import REASONS

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))
}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
YEAR = 31_557_600
"""Seconds."""


def blocks(page: str, language: str) -> list[str]:
    return [text for tag, text in BLOCK.findall(PAGES[page]) if tag == language]


def prose(page: str) -> str:
    """The page without its blocks, line ends being spaces."""
    return " ".join(BLOCK.sub("", PAGES[page]).split())


@pytest.fixture(autouse=True)
def _not_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSOT_IDS_ENV", raising=False)


@pytest.fixture
def untouched() -> Iterator[None]:
    """What an example configures ends with it."""
    policy = ssot_ids.current_policy()
    observer = set_observer(None)
    try:
        yield
    finally:
        configure(policy)
        set_observer(observer)


def test_the_pages_are_all_there() -> None:
    names = ("grammar", "collisions", "security", "columns", "adopting", "debugging")
    assert set(PAGES) == {"README.md", "CHANGELOG.md", *(f"docs/{name}.md" for name in names)}
    assert all(f"](docs/{name}.md)" in PAGES["README.md"] for name in names)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page: str) -> None:
    tags = {tag for tag, _ in BLOCK.findall(PAGES[page])}
    assert tags <= {"pycon", "sh", "sql", "text", "toml"}
    assert PAGES[page].count("```") == 2 * len(BLOCK.findall(PAGES[page]))
    assert max(map(len, PAGES[page].splitlines())) <= 200


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "pycon")])
@pytest.mark.usefixtures("untouched")
def test_examples_give_what_they_show(page: str) -> None:
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(verbose=False)
    report = io.StringIO()
    count = 0
    with deterministic():
        for number, block in enumerate(blocks(page, "pycon")):
            test = doctest.DocTestParser().get_doctest(block, names, f"{page}[{number}]", page, 0)
            runner.run(test, out=report.write, clear_globs=False)
            names = test.globs
            count += len(test.examples)
            assert len(test.examples) == sum(line.startswith(">>> ") for line in block.splitlines())
    assert runner.summarize(verbose=False).failed == 0, report.getvalue()
    assert count


def test_pages_with_examples_are_found() -> None:
    assert sum(len(blocks(page, "pycon")) for page in PAGES) >= 18


def explained(page: str = "docs/debugging.md") -> list[tuple[str, str]]:
    pairs = re.findall(
        r"^```sh\npython -m ssot_ids (.*?)\n```\n\n```text\n(.*?)^```$", PAGES[page], re.DOTALL | re.MULTILINE
    )
    assert len(pairs) == PAGES[page].count("\npython -m ssot_ids")
    return pairs


@pytest.mark.parametrize(("arguments", "shown"), explained(), ids=["run", "client", "damaged"])
def test_commands_print_what_is_shown(arguments: str, shown: str) -> None:
    from ssot_ids.__main__ import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        main(arguments.split())
    pattern = ".*".join(map(re.escape, shown.split("…")))
    assert re.fullmatch(pattern, out.getvalue()), out.getvalue()
    assert shown.count("…") <= 1


@pytest.mark.skipif(shutil.which("grep") is None, reason="there is no grep")
def test_the_search_finds_all_ids_in_a_log(tmp_path: Path) -> None:
    (command,) = (text for text in blocks("docs/debugging.md", "sh") if text.startswith("grep"))
    with deterministic():
        ids = [
            *UnifiedIdGenerator.generate_user_context_ids("alice", "chat"),
            UnifiedIdGenerator.generate_session_id("alice"),
            UnifiedIdGenerator.generate_base_id("a"),
        ]
    (tmp_path / "app.log").write_text(
        "".join(f'12:00 INFO got "{text}", and x_1_2_ab12cd34\n' for text in ids) + f"{ids[0]}{ids[1]}\n"
    )
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode().split()[: len(ids)] == ids


def test_the_figure_of_an_id_marks_its_fields() -> None:
    (figure,) = (text for text in blocks("docs/debugging.md", "text") if "┘" in text)
    text, marks = figure.splitlines()
    parts = parse_id(text)
    assert parts is not None
    spans = [(match.start(), match.end()) for match in re.finditer(r"└[^┘]*┘", marks)]
    fields = [parts.prefix, str(parts.timestamp_ms), str(parts.counter), parts.random]
    assert [text[start:end] for start, end in spans] == fields


def test_toml_is_the_linters() -> None:
    (block,) = blocks("README.md", "toml")
    assert tomllib.loads(block) == {"tool": {"ssot-ids": {"generator": "ssot_ids.UnifiedIdGenerator"}}}
    assert all(not blocks(page, "toml") for page in PAGES if page != "README.md")


# Links


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", BLOCK.sub("", PAGES[page]))
    for link in links:
        assert not link.startswith(("http:", "https:", "/")), link
        name, _, anchor = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.is_file(), link
        assert target.resolve().is_relative_to(ROOT), f"{link} leads out of the distribution"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def test_a_dead_link_would_be_found() -> None:
    assert anchors("# What an id leaks\n## `a` & b\n```sh\n# no\n```\n") == {"what-an-id-leaks", "a--b"}


# Figures


def birthday(bits: int, probability: float) -> int:
    """The number of texts at which two are equal with this probability, as the page defines it."""
    return math.floor(math.sqrt(2 * 2**bits * math.log(1 / (1 - probability))))


def expected(processes: int, rate: int, *, at_once: bool, random_bits: int = 32) -> float:
    """The expected number of equal ids in a year."""
    milliseconds = YEAR if at_once else YEAR * 1_000
    each = rate if at_once else rate / 1_000
    return math.comb(processes, 2) * each * each * milliseconds / 10**9 * 0.5**random_bits


def figures(page: str) -> list[str]:
    """Every number in the prose that is not a plain small one."""
    numbers = re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?", prose(page))
    return [number.rstrip(",") for number in numbers if re.search(r"[.e]|,\d|\d{4}", number)]


def test_the_table_of_processes() -> None:
    rows = [
        ("10", "100", "spread evenly", expected(10, 100, at_once=False)),
        ("100", "1,000", "spread evenly", expected(100, 1_000, at_once=False)),
        ("1,000", "100", "spread evenly", expected(1_000, 100, at_once=False)),
        ("100", "1,000", "all in the same millisecond of each second", expected(100, 1_000, at_once=True)),
        (
            "100, strong ids",
            "1,000",
            "all in the same millisecond of each second",
            expected(100, 1_000, at_once=True, random_bits=128),
        ),
    ]
    table = "".join(f"| {a} | {b} | {when} | {value:.1e} |\n" for a, b, when, value in rows)
    assert f"in a year, at most |\n| --- | --- | --- | --- |\n{table}\n" in PAGES["docs/collisions.md"]


def test_the_table_of_slices() -> None:
    rows = []
    for digits in (4, 6, 8, 12, 16):
        parts = ssot_ids.IdMigrationBridge.detect("x_" + "0a1b2c3d4e5f4a7b"[:digits])
        bits = 4 * digits - 4 * (digits > 12)
        assert parts is not None
        assert parts.random_bits == bits
        rows.append(
            f"| `uuid4().hex[:{digits}]` | {bits} | {birthday(bits, 0.01):,} | {birthday(bits, 0.5):,} |\n"
        )
    rows.append(f"| `str(uuid4())` | 122 | {birthday(122, 0.01):.1e} | {birthday(122, 0.5):.1e} |\n")
    assert "| 50 % at |\n| --- | --- | --- | --- |\n" + "".join(rows) in PAGES["docs/collisions.md"]


def test_other_figures_of_the_page_on_collisions() -> None:
    text = prose("docs/collisions.md")
    made = 100 * 1_000 * YEAR
    pairs = math.floor(math.log(2) * 2**32)
    tag = 4 * TAG_DIGITS
    for sentence in (
        f"the {made:,} ids of the second row would collide with a probability of {made**2 / 2 / 2**122:.1e}",
        f"Where {expected(100, 1_000, at_once=False):.1e} a year is too much",
        "which divides every figure by 2⁹⁶",
        f"after {pairs:,} pairs, which is {pairs / 1_000 / 86_400:.0f} days",
        f"A user tag has {tag} bits: of {birthday(tag, 0.01):,} users two share a tag with 1 %, "
        f"of {birthday(tag, 0.5):,} with 50 %",
    ):
        assert sentence in text
    assert 4 * (STRONG_RANDOM_DIGITS - RANDOM_DIGITS) == 96
    assert COUNTER_MIN == 10**9
    assert 4 * RANDOM_DIGITS == 32


def test_no_figure_of_the_page_on_collisions_is_left_unchecked() -> None:
    known = {"1,000", f"{100 * 1_000 * YEAR:,}", f"{(100 * 1_000 * YEAR) ** 2 / 2 / 2**122:.1e}"}
    known |= {f"{expected(*row, at_once=False):.1e}" for row in ((10, 100), (100, 1_000), (1_000, 100))}
    known |= {f"{expected(100, 1_000, at_once=True, random_bits=bits):.1e}" for bits in (32, 128)}
    known |= {f"{birthday(bits, p):,}" for bits in (24, 32, 40, 48, 60) for p in (0.01, 0.5)}
    known |= {f"{birthday(122, p):.1e}" for p in (0.01, 0.5)}
    known |= {f"{math.floor(math.log(2) * 2**32):,}"}
    assert set(figures("docs/collisions.md")) <= known
    assert len(figures("docs/collisions.md")) >= 20


def test_the_birthday_formula_against_the_exact_product() -> None:
    for bits in (16, 24):
        for probability in (0.01, 0.5):
            apart, count = 1.0, 1
            while 1 - apart < probability:
                apart *= 1 - count / 2**bits
                count += 1
            assert 0 <= count - birthday(bits, probability) <= 2


@pytest.mark.parametrize(("first", "second", "ahead"), [(3, 5, 0), (5, 5, 2), (1, 1, 0), (7, 2, -9)])
def test_the_bound_for_two_processes_against_all_starts(first: int, second: int, ahead: int) -> None:
    starts = 40  # instead of 10^9; one process has counted ``ahead`` of the other meanwhile
    equal = sum(
        len(range(max(one, other), min(one + first, other + second)))
        for one in range(starts)
        for other in range(ahead, starts + ahead)
    )
    bound = first * second / starts
    assert 0.5 * bound < equal / starts**2 <= bound


def test_figures_of_the_page_on_security() -> None:
    text = prose("docs/security.md")
    weak, strong = 2**31, 2**127
    assert f"takes {weak:,} attempts on average. At 10,000 attempts a second that is" in text
    assert f"that is {weak / 10_000 / 86_400:.1f} days" in text
    assert f"takes {strong / 10_000 / YEAR:.1e} years at the same rate" in text
    assert set(figures("docs/security.md")) == {
        f"{weak:,}",
        "10,000",
        f"{weak / 10_000 / 86_400:.1f}",
        f"{strong / 10_000 / YEAR:.1e}",
    }
    assert f"A user tag is {4 * TAG_DIGITS} bits" in text


def test_whoever_sees_one_id_of_a_context_can_write_down_the_others() -> None:
    thread, run, request = UnifiedIdGenerator.generate_user_context_ids("alice", "chat")
    parts = parse_id(request)
    assert parts is not None
    operation = parts.prefix.removeprefix("request_")
    built = f"thread_{operation}_{parts.timestamp_ms}_{parts.counter - 2}_{parts.random}"
    assert built == thread
    assert f"run_{built}_{parts.timestamp_ms}_{parts.counter - 1}_{parts.random}" == run


def test_figures_of_the_page_on_the_grammar() -> None:
    page = PAGES["docs/grammar.md"]
    for line in (
        f"{ID_MIN} to {ID_MAX} characters, ASCII",
        f"1 to {PREFIX_MAX} characters",
        f"{RANDOM_DIGITS} or {STRONG_RANDOM_DIGITS} of 0-9 a-f",
        f"**{ID_MAX} characters** at most",
        f"at most {OPERATION_MAX} characters of operation",
    ):
        assert line in page
    first, last = (datetime.fromtimestamp(at // 1_000, UTC).date() for at in (TIMESTAMP_MIN, TIMESTAMP_MAX))
    assert f"last from {first} to {last}" in page
    assert set(figures("docs/grammar.md")) == {"2001", "2286"}


def test_widths_of_columns() -> None:
    generator, long = UnifiedIdGenerator, "x" * 99
    agent = len(generator.generate_agent_execution_id("triage", "alice"))
    thread, run, request = map(len, generator.generate_user_context_ids("alice", "x" * 7))
    widest = tuple(map(len, generator.generate_user_context_ids("alice", long)))
    conn = len(generator.generate_websocket_connection_id("alice"))
    client = len(generator.generate_websocket_client_id("alice"))
    session = len(generator.generate_session_id("alice", "auth"))
    named = {
        len(generator.generate_agent_execution_id(long, "alice")),
        len(generator.generate_tool_execution_id(long, "alice")),
        len(generator.generate_message_id(long, "alice")),
    }
    assert len(named) == 1
    rows = [
        (f'`generate_base_id("user")` | {len(generator.generate_base_id("user"))}', 38),
        (f"thread | {thread} for an operation of 7", widest[0]),
        (f"request | {request} for an operation of 7", widest[2]),
        (f"run | {run} for an operation of 7", widest[1]),
        (f"websocket connection, client | {conn}, {client}", f"{conn}, {client}"),
        (f"agent, tool, message | {agent} for an agent type of 6", named.pop()),
        (f"session | {session} for `auth`", len(generator.generate_session_id("alice", long))),
    ]
    table = "".join(f"| {row} | {most} |\n" for row, most in rows)
    assert f"| at most |\n| --- | --- | --- |\n{table}\n" in PAGES["docs/columns.md"]
    assert f"room for {ID_MAX} characters" in PAGES["docs/columns.md"]
    assert all(f"({ID_MAX})" in text for text in blocks("docs/columns.md", "sql")[:2])
    assert f"length(id) BETWEEN {ID_MIN} AND {ID_MAX}" in blocks("docs/columns.md", "sql")[2]


def test_the_table_of_methods_is_whole() -> None:
    listed = dict(re.findall(r"^\| `(generate_\w+)\(.*?\)` \| (.*?) \|$", PAGES["README.md"], re.MULTILINE))
    methods = {name for name in vars(UnifiedIdGenerator) if name.startswith("generate_")}
    assert set(listed) == methods
    assert f"up to {BATCH_MAX:,} ids" in listed["generate_batch_ids"]
    tag = ssot_ids.current_policy().tag("alice")
    for name, shape in listed.items():
        arguments = re.search(rf"`{name}\((.*?)\)`", PAGES["README.md"])
        assert arguments is not None
        values = {"prefix": "prefix", "user_id": "alice", "count": 1}
        given = {key: values.get(key, "value") for key in arguments[1].split(", ")}
        made = getattr(UnifiedIdGenerator, name)(**given)
        pattern = re.match(r"`([a-z_<>]+_)…`", shape)
        if pattern is not None:
            start = re.sub(r"<(?!tag)\w+>", "value", pattern[1]).replace("<tag>", tag)
            assert re.fullmatch(re.escape(start) + r"\d{13}_\d{10}_[0-9a-f]{8,32}", made), name


def test_the_table_of_reasons_is_whole() -> None:
    table = "".join(f"| `{reason}` | {text} |\n" for reason, text in REASONS.items())
    assert "| reason | meaning |\n| --- | --- |\n" + table + "\n" in PAGES["docs/debugging.md"]


def test_every_typed_id_is_named() -> None:
    names = [name for name in ssot_ids.__all__ if name.startswith("ensure_")]
    assert len(names) == len(LEGACY_NAMES)
    assert [name for name in names if f"`{name}`" not in PAGES["README.md"]] == []


# Databases


def some_ids() -> list[str]:
    thread = UnifiedIDManager.generate_thread_id("x" * 99)
    return [
        UnifiedIdGenerator.generate_base_id("message"),
        UnifiedIdGenerator.generate_session_id("alice", "x" * 99),
        UnifiedIDManager.generate_run_id(thread),
    ]


NO_IDS = ["", "message_1", "550e8400-e29b-41d4-a716-446655440000", "x" * 122]


@pytest.fixture
def sqlite() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        yield connection


def test_the_table_for_sqlite(sqlite: sqlite3.Connection) -> None:
    sqlite.execute(blocks("docs/columns.md", "sql")[2])
    ids = some_ids()
    sqlite.executemany("INSERT INTO message VALUES (?, 'text')", [[text] for text in ids])
    assert [row[0] for row in sqlite.execute("SELECT id FROM message ORDER BY id")] == sorted(ids)
    for text in ("", "x" * 122, None):
        with pytest.raises(sqlite3.IntegrityError):
            sqlite.execute("INSERT INTO message VALUES (?, 'text')", [text])


def test_the_alias_table_for_sqlite(sqlite: sqlite3.Connection) -> None:
    sqlite.execute(*blocks("docs/adopting.md", "sql"))
    sqlite.execute("INSERT INTO id_alias VALUES ('alice', 'old', 'new')")
    with pytest.raises(sqlite3.IntegrityError):
        sqlite.execute("INSERT INTO id_alias VALUES ('alice', 'old', 'newer')")
    sqlite.execute("INSERT INTO id_alias VALUES ('bob', 'old', 'new')")


def test_the_tables_for_postgresql(postgresql: Callable[[str], list[str]]) -> None:
    ask = postgresql
    ask("CREATE SCHEMA docs")
    here = "SET search_path TO docs;\n"
    ask(here + blocks("docs/columns.md", "sql")[0] + blocks("docs/adopting.md", "sql")[0])
    ids = some_ids() + UnifiedIdGenerator.generate_batch_ids("message", 50)
    ask(here + "INSERT INTO message VALUES " + ",".join(f"('{text}', 'text')" for text in ids))
    assert ask(here + "SELECT id FROM message ORDER BY id") == sorted(ids)
    for text in NO_IDS:
        with pytest.raises(RuntimeError, match=r"violates check constraint|too long"):
            ask(here + f"INSERT INTO message VALUES ('{text}', 'text')")
    from ssot_ids.grammar import POSTGRESQL_PATTERN, bounds

    ask(here + f"ALTER TABLE message ADD CHECK (id ~ '{POSTGRESQL_PATTERN}')")
    low, high = bounds("message", TIMESTAMP_MIN, TIMESTAMP_MAX)
    planned = here + "SET enable_seqscan = off; EXPLAIN SELECT id FROM message WHERE "
    plan = "\n".join(ask(planned + f"id >= '{low}' AND id < '{high}'"))
    assert "message_pkey" in plan
    assert "Index Cond" in plan
    plan = "\n".join(ask(planned + r"id LIKE 'message\_%'"))
    assert "Index Cond: ((id)::text >= 'message_'::text" in plan.replace("((id >= ", "((id)::text >= ")


def test_widening_rewrites_no_table_in_postgresql(postgresql: Callable[[str], list[str]]) -> None:
    ask = postgresql
    ask('CREATE TABLE narrow (id varchar(36) COLLATE "C" PRIMARY KEY)')
    files = "SELECT relfilenode FROM pg_class WHERE relname IN ('narrow', 'narrow_pkey') ORDER BY relname"
    before = ask(files)
    ask('ALTER TABLE narrow ALTER COLUMN id TYPE varchar(121) COLLATE "C"')
    assert ask(files) == before
    ask('ALTER TABLE narrow ALTER COLUMN id TYPE varchar(121) COLLATE "POSIX"')
    table, index = ask(files)
    assert table == before[0]
    assert index != before[1]


def test_pages_name_no_machine() -> None:
    text = "".join(PAGES.values())
    assert [word for word in ("/home/", "/root/", "/tmp/", "/work/", "localhost") if word in text] == []  # noqa: S108
    assert os.sep == "\\" or sys.prefix not in text
    assert list(itertools.chain(*(blocks(page, "") for page in PAGES))) == []
