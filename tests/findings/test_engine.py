"""Findings as a whole: order, place, identity, and what the policy and comments keep back."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.findings.engine import check_source, check_tree, normalised
from flake8_ssot_ids.findings.identity import Row
from flake8_ssot_ids.model import FileReport, Finding
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import Zone

Judge = Callable[..., FileReport]

SOURCE = """\
import uuid


def open_session(user):
    session_id = uuid.uuid4().hex[:8]
    return session_id
"""


def only(report: FileReport) -> Finding:
    (found,) = report.findings
    return found


def test_a_finding_says_everything_about_its_place(judge: Judge) -> None:
    source = 'import uuid\nclass A:\n    def f(self):\n        self.conn_id = f"ws_{uuid.uuid4().hex[:8]}"\n'
    found = only(judge(source))
    assert (found.path, found.code, found.name) == ("/project/a.py", "SID103", "truncated-uuid")
    assert (found.span.start.row, found.span.start.column, found.span.end.column) == (4, 30, 40)
    assert (found.id_span.start.column, found.id_span.end.column) == (24, 52)
    assert (found.symbol, found.role, found.prefix, found.source) == ("A.f", "conn_id", "ws", "uuid.uuid4")
    assert (found.scope, found.severity, found.fix, found.noqa_row) == ("production", "error", None, 4)
    assert found.expression == 'f"ws_{uuid.uuid4().hex[:8]}"'


def test_findings_come_in_the_order_of_the_text(judge: Judge) -> None:
    source = (
        "import uuid\n"
        "def later():\n    return uuid.uuid4(), [uuid.uuid1() for _ in uuid.uuid6()]\n"
        "x = lambda: (uuid.uuid4(), uuid.uuid7())\n"
        "y = {uuid.uuid4(): uuid.uuid1()}; z = f'{uuid.uuid4()}{uuid.uuid1()}'\n"
    )
    places = [(found.span.start.row, found.span.start.column) for found in judge(source).findings]
    assert places == [(3, 12), (3, 27), (3, 49), (4, 14), (4, 28), (5, 6), (5, 20), (5, 42), (5, 56)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import uuid\n", "import uuid\n\n\n# a comment\nimport os\n"),
        ("    session_id = ", "    session_id = (  # why\n        "),
        ("    session_id", "    session_id: str"),
        ("    return session_id", "    return (session_id)"),
        ("hex[:8]", "hex[ : 8 ]"),
        ("uuid.uuid4()", "uuid . uuid4 ( )"),
        ("uuid.uuid4().hex", "uuid.uuid4(\n    ).hex"),
        ("(user)", "(user, more)"),
        ("\n", "\r\n"),
    ],
)
def test_the_fingerprint_survives_what_a_formatter_does(before: str, after: str, judge: Judge) -> None:
    source = SOURCE.replace(before, after)
    if "(  # why" in source:
        source = source.replace("[:8]\n", "[:8]\n    )\n")
    assert source != SOURCE
    assert only(judge(source)).fingerprint == only(judge(SOURCE)).fingerprint


def test_the_fingerprint_survives_other_quotes_and_a_trailing_comma(judge: Judge) -> None:
    one = only(judge("import uuid\nx = '_'.join(['a', str(uuid.uuid4())])\n"))
    two = only(
        judge('import uuid\nx = "_".join(\n    [\n        "a",\n        str(uuid.uuid4()),\n    ]\n)\n')
    )
    assert one.fingerprint == two.fingerprint


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("open_session", "close_session"),
        ("[:8]", "[:9]"),
        ("uuid4", "uuid1"),
        (".hex[:8]", ".hex"),
        ("import", "class A: ...\nimport"),
    ],
)
def test_the_fingerprint_tells_one_id_from_another(before: str, after: str, judge: Judge) -> None:
    same = after.endswith("import")
    assert (only(judge(SOURCE.replace(before, after))).fingerprint == only(judge(SOURCE)).fingerprint) is same


def test_the_fingerprint_knows_the_path_below_the_root_alone(judge: Judge) -> None:
    assert only(judge(SOURCE, "/project/b.py")).fingerprint != only(judge(SOURCE)).fingerprint
    moved = check_source(SOURCE.encode(), "/elsewhere/a.py", Policy(root="/elsewhere"))
    assert only(moved).fingerprint == only(judge(SOURCE)).fingerprint
    row = Row("a.py", "SID103", "open_session", "uuid.uuid4().hex[:8]", 0)
    assert only(judge(SOURCE)).fingerprint == row.fingerprint


def test_equal_ids_in_one_symbol_are_numbered(judge: Judge) -> None:
    source = (
        "import uuid\ndef f():\n    a = uuid.uuid4()\n    b = uuid.uuid4(), uuid.uuid1()\n"
        "def g():\n    return uuid.uuid4()\n"
    )
    findings = judge(source).findings
    assert [(found.symbol, found.expression, found.ordinal) for found in findings] == [
        ("f", "uuid.uuid4()", 0),
        ("f", "uuid.uuid4()", 1),
        ("f", "uuid.uuid1()", 0),
        ("g", "uuid.uuid4()", 0),
    ]
    assert len({found.fingerprint for found in findings}) == 4


def test_the_number_does_not_depend_on_what_is_suppressed(judge: Judge) -> None:
    source = "import uuid\na = uuid.uuid4()  # noqa\nb = uuid.uuid4()\n"
    assert [found.ordinal for found in judge(source).findings] == [1]
    assert [found.ordinal for found in judge(source, noqa=False).findings] == [0, 1]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("uuid . uuid4( )", "uuid.uuid4()"),
        ("f('a',\n  b,\n)", 'f("a",b)'),
        ("[ # one\n  a, # two\n]", "[a]"),
        ("a + \\\n  b", "a+b"),
        ("(a,)", "(a)"),
    ],
)
def test_normalised(text: str, normal: str) -> None:
    assert normalised(text) == normal


def test_select_and_ignore(judge: Judge) -> None:
    source = "import uuid\na = uuid.uuid4()\nb = str(uuid.uuid4())\n"

    def codes(**settings: object) -> list[str]:
        return [found.code for found in judge(source, **settings).findings]

    assert codes() == ["SID101", "SID102"]
    assert codes(select=("SID102",)) == ["SID102"]
    assert codes(ignore=("SID102",)) == ["SID101"]
    assert codes(select=("SID",), ignore=("SID1",)) == []
    assert codes(select=("SID101",), ignore=("SID1",)) == ["SID101"]
    assert judge(source, select=("SID2",)).suppressed == ()


def test_per_file_ignores_suppress(judge: Judge) -> None:
    source = "import uuid\na = uuid.uuid4()\nb = str(uuid.uuid4())\n"
    report = judge(source, "/project/app/a.py", per_file_ignores=(("app/*.py", ("SID101",)),))
    assert [found.code for found in report.findings] == ["SID102"]
    assert [found.code for found in report.suppressed] == ["SID101"]
    assert len(judge(source, "/project/a.py", per_file_ignores=(("app/*.py", ("SID101",)),)).findings) == 2


def test_comments_suppress_unless_they_are_not_honoured(judge: Judge) -> None:
    source = (
        "import uuid\na = uuid.uuid4()  # noqa: SID101\n"
        "b = uuid.uuid4()  # noqa: SID102\nc = uuid.uuid4()  # noqa\n"
    )
    report = judge(source)
    assert [found.span.start.row for found in report.findings] == [3]
    assert [found.span.start.row for found in report.suppressed] == [2, 4]
    assert [found.span.start.row for found in judge(source, noqa=False).findings] == [2, 3, 4]
    whole = "# flake8: noqa\nimport uuid\na = uuid.uuid4()\n"
    assert judge(whole).findings == ()
    assert len(judge(whole, noqa=False).findings) == 1


def test_code_of_one_test_file_is_told_apart(judge: Judge) -> None:
    assert only(judge(SOURCE, "/project/tests/helpers.py")).scope == "test"
    assert only(judge(SOURCE, "/project/app/test_x.py")).scope == "test"
    assert only(judge(SOURCE, "/project/app/x.py")).scope == "production"
    assert only(judge(SOURCE, "/project/app/x.py", test_paths=("app/",))).scope == "test"


def test_a_stub_is_not_judged(judge: Judge) -> None:
    assert judge(SOURCE, "/project/a.pyi") == FileReport("/project/a.pyi", judged=False)
    assert judge(SOURCE, "/project/a.pyi", all_files=True) == FileReport("/project/a.pyi", judged=False)


def test_a_place_for_raw_ids_is_not_judged(judge: Judge) -> None:
    report = judge(SOURCE, "/project/core/ids.py", allow_raw_in=("core/ids.py",))
    assert report == FileReport("/project/core/ids.py", judged=False)
    assert judge(SOURCE, "/project/core/other.py", allow_raw_in=("core/ids.py",)).judged


def test_the_generators_own_file_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    for name in ("__init__", "ids", "other"):
        (tmp_path / "core" / f"{name}.py").write_text(SOURCE)
    config = tmp_path / "ssot-ids.toml"
    config.write_text('generator = "core.ids.Maker"\n')
    policy = load_policy(str(config))
    assert not check_source(SOURCE.encode(), str(tmp_path / "core" / "ids.py"), policy).judged
    found = only(check_source(SOURCE.encode(), str(tmp_path / "core" / "other.py"), policy))
    assert 'write `Maker.generate_base_id("session")`' in found.message


def test_the_zone_is_an_argument_of_the_remedy(judge: Judge) -> None:
    source = "import uuid\ndef f(user_id):\n    session_id = str(uuid.uuid4())\n"
    zones = (Zone("auth", ("auth/",)), Zone("chat", ("chat/",), service="gateway"))
    assert (
        'generate_session_id(user_id, "auth")'
        in only(judge(source, "/project/auth/a.py", zones=zones)).message
    )
    assert (
        'generate_session_id(user_id, "gateway")'
        in only(judge(source, "/project/chat/a.py", zones=zones)).message
    )
    assert 'generate_session_id(user_id, "app")' in only(judge(source, zones=zones)).message


def test_a_configured_role_names_its_call(judge: Judge) -> None:
    source = "import uuid\norder_id = str(uuid.uuid4())\nother_id = str(uuid.uuid4())\n"
    first, second = judge(source, roles={"order_id": "generate_order_id()"}).findings
    assert first.message.endswith("write `UnifiedIdGenerator.generate_order_id()`")
    assert second.message.endswith('write `UnifiedIdGenerator.generate_base_id("other")`')


def test_name_hashes_count_on_request(judge: Judge) -> None:
    source = "import uuid\nx = uuid.uuid5(uuid.NAMESPACE_DNS, 'a'), uuid.uuid3(uuid.NAMESPACE_DNS, 'a')\n"
    assert judge(source).findings == ()
    assert [found.source for found in judge(source, name_hashes=True).findings] == [
        "uuid.uuid5",
        "uuid.uuid3",
    ]


def test_a_file_without_a_source_is_not_judged_unless_asked(judge: Judge) -> None:
    assert judge("x = 1\n") == FileReport("/project/a.py", judged=False)
    assert judge("x = 1\n", all_files=True) == FileReport("/project/a.py", judged=True)
    assert judge("") == FileReport("/project/a.py", judged=False)


def test_a_tree_that_is_handed_in_is_only_read() -> None:
    tree = ast.parse(SOURCE)
    before = ast.dump(tree, include_attributes=True)
    fields = [dict(vars(node)) for node in ast.walk(tree)]
    report = check_tree(tree, SOURCE, "/project/a.py", Policy(root="/project"))
    assert report == check_source(SOURCE.encode(), "/project/a.py", Policy(root="/project"))
    assert ast.dump(tree, include_attributes=True) == before
    assert [vars(node) for node in ast.walk(tree)] == fields


def test_a_function_that_is_entered_dead_makes_no_error(judge: Judge) -> None:
    """Names that only dead code at the end of a ``finally`` binds were in no state."""
    source = (
        "import uuid\ntry:\n    pass\nfinally:\n    raise x\n"
        "    while True:\n        from uuid import uuid4\nuuid4()\n"
    )
    assert judge(source).judged
    broken = judge(b'import uuid\nmatch (f"""\n{uui\x80)}\n{uuid.uuid4()}"""):\n    case 1: pass\n')
    assert broken.findings[0].code == "SID990"
