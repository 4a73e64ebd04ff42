"""The vectors, against the parser and against every pattern, each in its own engine."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

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


KEYWORDS = {"type", "minLength", "maxLength", "pattern", "not", "anyOf"}


def _follows(schema: Mapping[str, Any], text: str) -> bool:
    """Whether a text follows a schema of these keywords, as a validator in Python reads them."""
    assert set(schema) <= KEYWORDS
    return (
        schema.get("type", "string") == "string"
        and schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10**9)
        and re.search(schema.get("pattern", ""), text) is not None
        and not ("not" in schema and _follows(schema["not"], text))
        and ("anyOf" not in schema or any(_follows(part, text) for part in schema["anyOf"]))
    )


def test_the_json_schema_judges_the_vectors() -> None:
    assert [_follows(JSON_SCHEMA, text) for text in TEXTS] == EXPECTED
    assert JSON_SCHEMA["type"] == "string"
    assert json.loads(json.dumps(JSON_SCHEMA)) == JSON_SCHEMA


def test_the_json_schema_is_one_for_engines_that_look_neither_ahead_nor_back() -> None:
    patterns = re.findall(r'"pattern": "(.*?)"', json.dumps(JSON_SCHEMA))
    assert len(patterns) == 3
    special = re.compile(
        r"\(\?(?!:)|\\|[*+?}][+?]"
    )  # groups that are more than groups, escapes, lazy and possessive
    assert [pattern for pattern in patterns if special.search(pattern)] == []
    assert special.search(ECMA_PATTERN)
    assert special.search(PYTHON_PATTERN)


@pytest.mark.parametrize("digits", [8, 32])
def test_the_json_schema_bounds_the_prefix(digits: int) -> None:
    for size, valid in ((63, True), (64, False)):
        for prefix in ("a" * size, "a_" * (size // 2) + "b" * (size % 2 or 2)):
            text = f"{prefix[:size]}_1700000000000_1500000000_{'0' * digits}"
            if "__" not in text:
                assert _follows(JSON_SCHEMA, text) is (parse_id(text) is not None) is valid, text


def test_the_json_schema_takes_linear_time() -> None:
    for piece in ("a", "a_", "a1_", VALID[0]["id"] + "_"):
        taken = []
        for size in (100, 1_600):
            text = piece * size
            start = time.thread_time()
            for _ in range(20):
                for part in JSON_SCHEMA["anyOf"]:  # type: ignore[attr-defined]
                    assert re.search(part["pattern"], text + "!") is None
            taken.append(time.thread_time() - start)
        assert taken[1] < 64 * taken[0], piece  # 16 times the text; 256 if it were quadratic


NODE = """
const fs = require("fs");
const {pattern, schema, texts, hostile} = JSON.parse(fs.readFileSync(0, "utf8"));
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
const follows = (schema, text, flags) =>
  (schema.minLength ?? 0) <= [...text].length && [...text].length <= (schema.maxLength ?? Infinity)
  && new RegExp(schema.pattern ?? "", flags).test(text)
  && !(schema.not && follows(schema.not, text, flags))
  && (!schema.anyOf || schema.anyOf.some(part => follows(part, text, flags)));
answer.schema = ["", "u"].map(flags => texts.map(text => follows(schema, text, flags)));
// Validators may ask the pattern of a text that is too long, so this has to end too.
answer.long = hostile.map(([piece, size]) =>
  schema.anyOf.some(part => new RegExp(part.pattern).test(piece.repeat(size / piece.length) + "!")));
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
    asked = json.dumps({"pattern": ECMA_PATTERN, "schema": JSON_SCHEMA, "texts": TEXTS, "hostile": hostile})
    done = subprocess.run(
        [node, "-e", NODE], input=asked, capture_output=True, text=True, timeout=600, check=True
    )
    answer = json.loads(done.stdout)
    for flags in ("", "u", "v"):
        assert answer.get(flags, EXPECTED if flags == "v" else None) == EXPECTED, flags
    assert answer["schema"] == [EXPECTED, EXPECTED]
    assert answer["long"] == [False] * len(hostile)
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
