"""The vectors, against the parser and against every pattern, each in its own engine."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
from collections.abc import Callable
from typing import TypedDict

import pytest

from ssot_ids.grammar import (
    ECMA_PATTERN,
    JSON_SCHEMA,
    POSTGRESQL_PATTERN,
    PYTHON_PATTERN,
    IdParts,
    format_id,
    parse_id,
)

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(os.path.dirname(HERE), "ssot_ids", "vectors")
REASONS = {"shape", "length", "prefix", "timestamp", "counter", "random"}


class Valid(TypedDict):
    """One id."""

    id: str
    parts: dict[str, str | int]
    note: str


class Invalid(TypedDict):
    """One text that is no id."""

    text: str
    reason: str
    note: str


def _content(name: str) -> str:
    with open(os.path.join(FOLDER, name), encoding="ascii", newline="") as file:
        return file.read()


VALID: list[Valid] = json.loads(_content("valid.json"))
INVALID: list[Invalid] = json.loads(_content("invalid.json"))
TEXTS = [*(vector["id"] for vector in VALID), *(vector["text"] for vector in INVALID)]
EXPECTED = [True] * len(VALID) + [False] * len(INVALID)


def test_the_files_are_what_their_maker_writes() -> None:
    written = runpy.run_path(os.path.join(HERE, "make_vectors.py"))["documents"]()
    assert {name: _content(name) for name in ("valid.json", "invalid.json")} == written


def test_each_vector_is_there_once_and_says_why() -> None:
    assert len(set(TEXTS)) == len(TEXTS)
    assert len(VALID) == 48
    assert len(INVALID) == 453
    for valid in VALID:
        assert list(valid) == ["id", "parts", "note"]
    for invalid in INVALID:
        assert list(invalid) == ["text", "reason", "note"]
    assert {invalid["reason"] for invalid in INVALID} == REASONS
    for vector in (*VALID, *INVALID):
        assert vector["note"]
        assert "\n" not in vector["note"]


def test_the_vectors_reach_every_bound_and_every_danger() -> None:
    ids = [vector["id"] for vector in VALID]
    assert {min(map(len, ids)), max(map(len, ids))} == {35, 121}
    for name, least, greatest in (("timestamp_ms", 10**12, 10**13 - 1), ("counter", 10**9, 10**10 - 1)):
        values = [vector["parts"][name] for vector in VALID]
        assert {least, greatest} <= set(values)
    for part in (
        "\n",
        "\0",
        "\ud800",
        "\udfff",
        "\u0660",
        "\uff11",
        "\u0430",
        "\u202e",
        "\u0301",
        "\U0001d7cf",
        "U",
    ):
        assert any(part in vector["text"] for vector in INVALID), ascii(part)
    for valid in ids:
        if len(valid) == 121:
            assert any(
                v["text"][1:] == valid or v["text"][:-1] == valid or len(v["text"]) == 122 for v in INVALID
            )


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector["note"])
def test_the_parser_takes_apart_each_valid_vector(vector: Valid) -> None:
    parts = parse_id(vector["id"])
    assert parts is not None
    assert dict(zip(("prefix", "timestamp_ms", "counter", "random"), parts, strict=True)) == vector["parts"]
    assert format_id(IdParts(**vector["parts"])) == vector["id"]  # type: ignore[arg-type]


def test_the_parser_refuses_each_invalid_vector() -> None:
    assert [vector for vector in INVALID if parse_id(vector["text"]) is not None] == []


def test_the_python_pattern_judges_the_vectors() -> None:
    pattern = re.compile(PYTHON_PATTERN)
    for judge in (
        pattern.match,
        pattern.search,
        pattern.fullmatch,
        re.compile(PYTHON_PATTERN, re.ASCII).search,
    ):
        assert [judge(text) is not None for text in TEXTS] == EXPECTED


def test_the_json_schema_judges_the_vectors() -> None:
    assert set(JSON_SCHEMA) == {"type", "minLength", "maxLength", "pattern"}
    assert JSON_SCHEMA["type"] == "string"
    least, most, pattern = JSON_SCHEMA["minLength"], JSON_SCHEMA["maxLength"], JSON_SCHEMA["pattern"]
    assert isinstance(least, int)
    assert isinstance(most, int)
    assert pattern == ECMA_PATTERN
    # The pattern is ECMAScript's, but validators in Python search with ``re``, whose $ is not the end.
    search = re.compile(pattern).search
    assert [least <= len(text) <= most and search(text) is not None for text in TEXTS] == EXPECTED
    lengths = {len(vector["id"]) for vector in VALID}
    assert (least, most) == (min(lengths), max(lengths))
    assert json.loads(json.dumps(JSON_SCHEMA)) == JSON_SCHEMA


NODE = """
const fs = require("fs");
const {pattern, texts, hostile} = JSON.parse(fs.readFileSync(0, "utf8"));
const least = (expression, text) => {
  let best = Infinity;
  for (let i = 0; i < 30; i++) {
    const start = process.hrtime.bigint();
    for (let j = 0; j < 20; j++) expression.test(text);
    best = Math.min(best, Number(process.hrtime.bigint() - start));
  }
  return best;
};
const answer = {};
for (const flags of ["", "u", "v"]) {
  let expression;
  try {
    expression = new RegExp(pattern, flags);
  } catch (error) {
    if (flags === "v" && error.message.includes("flags")) continue;  // not known before Node 20
    throw error;
  }
  answer[flags] = texts.map(text => expression.test(text));
}
const expression = new RegExp(pattern);
const usual = least(expression, texts[0]);
answer.ratios = hostile.map(([piece, size]) => {
  const text = piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
  return [expression.test(text), least(expression, text) / usual];
});
console.log(JSON.stringify(answer));
"""


def test_the_ecma_pattern_judges_the_vectors_in_node() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node")
    pieces = ["a", "a_", "_", "1", "a1", "a_1000000000000_", VALID[0]["id"] + "_", "A", "\u0660"]
    hostile = [(piece, size) for piece in pieces for size in (120, 121, 4_000, 1_000_000)]
    asked = json.dumps({"pattern": ECMA_PATTERN, "texts": TEXTS, "hostile": hostile})
    done = subprocess.run(
        [node, "-e", NODE], input=asked, capture_output=True, text=True, timeout=60, check=True
    )
    answer = json.loads(done.stdout)
    for flags in ("", "u", "v"):
        assert answer.get(flags, EXPECTED if flags == "v" else None) == EXPECTED, flags
    for (piece, size), (found, ratio) in zip(hostile, answer["ratios"], strict=True):
        assert not found
        assert ratio < 200, (piece, size, ratio)


def _quoted(texts: list[str]) -> str:
    return "$json$" + json.dumps(texts) + "$json$"


def test_the_postgresql_pattern_judges_the_vectors_in_postgresql(
    postgresql: Callable[[str], list[str]],
) -> None:
    # Its texts hold no NUL and no half of a surrogate pair.
    storable = [
        at for at, text in enumerate(TEXTS) if "\0" not in text and not re.search("[\ud800-\udfff]", text)
    ]
    assert len(TEXTS) - len(storable) == 17
    texts = _quoted([TEXTS[at] for at in storable])
    collations = postgresql(
        "SELECT collname FROM pg_collation WHERE collname IN ('C', 'POSIX', 'und-x-icu', 'tr-x-icu');"
    )
    assert "C" in collations
    for collation in ["default", *collations]:
        rows = postgresql(
            f"SELECT t COLLATE \"{collation}\" ~ '{POSTGRESQL_PATTERN}'"
            f" FROM json_array_elements_text({texts}::json) WITH ORDINALITY AS x(t, n) ORDER BY n;"
        )
        assert [row == "t" for row in rows] == [EXPECTED[at] for at in storable], collation


def test_the_postgresql_pattern_bears_long_texts(postgresql: Callable[[str], list[str]]) -> None:
    for piece in ("a", "a_", "_", "a_1000000000000_", VALID[0]["id"] + "_"):
        long = f"SELECT left(repeat('{piece}', n), n) AS t FROM (VALUES (4000), (1000000)) AS x(n)"
        rows = postgresql(
            "SET statement_timeout = '20s';"
            f"SELECT count(*) FROM ({long}) AS y WHERE t ~ '{POSTGRESQL_PATTERN}';"
        )
        assert rows == ["0"]


def test_the_postgresql_pattern_keeps_a_column_clean(postgresql: Callable[[str], list[str]]) -> None:
    kept = VALID[0]["id"]
    rows = postgresql(
        f"CREATE TEMP TABLE held (id varchar(121) COLLATE \"C\" CHECK (id ~ '{POSTGRESQL_PATTERN}'));"
        f"INSERT INTO held VALUES ('{kept}'); SELECT id FROM held;"
    )
    assert rows == [kept]
    with pytest.raises(RuntimeError, match="held_id_check"):
        postgresql(
            f"CREATE TEMP TABLE held (id varchar(121) COLLATE \"C\" CHECK (id ~ '{POSTGRESQL_PATTERN}'));"
            f"INSERT INTO held VALUES (E'{kept}\\n');"
        )
