"""What programs read: ruff's shape, exactly, and ours behind it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flake8_ssot_ids.model import Edit, Finding, Fix, Position, Span
from flake8_ssot_ids.render import links, machine, statistics
from flake8_ssot_ids.render.terminal import PLAIN

if TYPE_CHECKING:
    import pytest

SPAN = Span(Position(3, 15), Position(3, 25))
FINDING = Finding(
    path="/p/a.py",
    code="SID103",
    name="truncated-uuid",
    message="日本 50 %",
    span=SPAN,
    id_span=SPAN,
    noqa_row=4,
    scope="test",
    symbol="f",
    role="session_id",
    prefix="ws",
    fingerprint="abc",
)
OBJECT = {
    "cell": None,
    "code": "SID103",
    "end_location": {"column": 25, "row": 3},
    "filename": "/p/a.py",
    "fix": None,
    "location": {"column": 15, "row": 3},
    "message": "日本 50 %",
    "name": "truncated-uuid",
    "noqa_row": 4,
    "severity": "error",
    "url": None,
    "scope": "test",
    "role": "session_id",
    "prefix": "ws",
    "symbol": "f",
    "fingerprint": "abc",
}


def changed(**changes: object) -> Finding:
    values = {name: getattr(FINDING, name) for name in FINDING.__slots__}
    return Finding(**(values | changes))


def test_the_object_of_a_finding() -> None:
    assert list(machine.as_object(FINDING).items()) == list(OBJECT.items())


def test_the_url_is_that_of_the_rule_once_the_documentation_has_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links, "DOCUMENTATION", "https://docs.example/latest/")
    assert machine.as_object(FINDING)["url"] == "https://docs.example/latest/docs/rules.md#sid103"


def test_nothing_suppresses_sid990_so_it_has_no_noqa_row() -> None:
    assert machine.as_object(changed(code="SID990"))["noqa_row"] is None


WHY = ("text", "sliced", "it is cut", "3:4", "its name")


def test_a_fix_has_ruffs_shape_and_its_decision() -> None:
    edit = Edit(Span(Position(1, 2), Position(3, 4)), "new")
    for safety, applicability in (("safe", "safe"), ("unsafe", "unsafe"), ("manual", "display")):
        assert machine.as_object(changed(fix=Fix("do it", safety, (edit,), *WHY)))["fix"] == {  # type: ignore[arg-type]
            "applicability": applicability,
            "edits": [
                {
                    "content": "new",
                    "end_location": {"column": 4, "row": 3},
                    "location": {"column": 2, "row": 1},
                }
            ],
            "message": "do it",
            "decision": "text",
            "kind": "sliced",
            "reason": "it is cut",
            "place": "3:4",
            "evidence": "its name",
        }


def test_json_is_one_indented_list() -> None:
    assert "".join(machine.json_array([])) == "[]\n"
    assert "".join(machine.json_array([{"a": {"b": 1}}, {"c": "日"}])) == (
        '[\n  {\n    "a": {\n      "b": 1\n    }\n  },\n  {\n    "c": "日"\n  }\n]\n'
    )
    assert json.loads("".join(machine.json_array([machine.as_object(FINDING)] * 2))) == [OBJECT, OBJECT]


def test_json_lines_are_compact() -> None:
    assert list(machine.json_lines([{"a": 1, "b": None}, {"a": "日"}])) == [
        '{"a":1,"b":null}\n',
        '{"a":"日"}\n',
    ]


def test_github_escapes_what_would_end_the_command() -> None:
    finding = changed(path="/p/a,b:c%.py", message="50 %\r\n::x")
    assert list(machine.github([finding], "/p")) == [
        "::error title=ssot-ids (SID103),file=/p/a%2Cb%3Ac%25.py,line=3,col=15,endLine=3,endColumn=25"
        "::a,b:c%25.py:3:15: SID103 50 %25%0D%0A::x\n"
    ]


def test_github_has_columns_only_within_one_line() -> None:
    finding = changed(span=Span(Position(1, 2), Position(3, 4)), severity="warning", message="m")
    assert list(machine.github([finding], "/p")) == [
        "::warning title=ssot-ids (SID103),file=/p/a.py,line=1,endLine=3::a.py:1:2: SID103 m\n"
    ]


def test_machine_bytes_are_always_utf8() -> None:
    assert machine.to_bytes("日") == "日".encode()
    assert machine.to_bytes("a\udcff\ud800") == "a\ufffd\ufffd".encode()


def test_statistics_count_and_sort() -> None:
    fix = Fix("m", "unsafe", ())
    findings = [
        changed(code="SID105", name="uuid-factory"),
        changed(code="SID101", name="raw-uuid", scope="production"),
        FINDING,
        changed(fix=fix),
    ]
    rows = statistics.count(findings)
    assert rows == [
        {
            "code": "SID103",
            "name": "truncated-uuid",
            "count": 2,
            "fixable": False,
            "fixable_count": 1,
            "production": 0,
            "test": 2,
        },
        {
            "code": "SID101",
            "name": "raw-uuid",
            "count": 1,
            "fixable": False,
            "fixable_count": 0,
            "production": 1,
            "test": 0,
        },
        {
            "code": "SID105",
            "name": "uuid-factory",
            "count": 1,
            "fixable": False,
            "fixable_count": 0,
            "production": 0,
            "test": 1,
        },
    ]
    assert list(PLAIN.rows(statistics.table(rows, PLAIN))) == [
        "2\tSID103\t[-]\ttruncated-uuid\t0 production\t2 test\n",
        "1\tSID101\t[ ]\traw-uuid\t1 production\t0 test\n",
        "1\tSID105\t[ ]\tuuid-factory\t0 production\t1 test\n",
    ]
    plain = statistics.count([FINDING] * 12 + [changed(code="SID101", name="raw-uuid")])
    assert list(PLAIN.rows(statistics.table(plain, PLAIN))) == [
        "12\tSID103\ttruncated-uuid\t0 production\t12 test\n",
        "1 \tSID101\traw-uuid\t0 production\t1 test\n",
    ]
