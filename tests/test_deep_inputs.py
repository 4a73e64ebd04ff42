"""Large and deeply nested programs: whatever the parser takes is ordinary input, in bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.uuids import catalog

Judge = Callable[..., FileReport]

#: Seconds of processor time for one program; what is not linear takes minutes for these.
LIMIT = 15
HEAD = "import uuid\n"


def blocks(header: str, depth: int, inner: str, *, before: str = "") -> str:
    """``header`` in itself ``depth`` times (one space an indent), with ``before`` first in each body."""
    lines = []
    for level in range(depth):
        lines.append(" " * level + header.format(level))
        if before:
            lines.append(" " * (level + 1) + before)
    return "\n".join([*lines, " " * depth + inner]) + "\n"


#: Sentence -> program after ``import uuid``, number of findings, code of the last one.
PROGRAMS: dict[str, tuple[str, int, str]] = {
    "a sum of 2,000 terms": ("x = " + "1 + " * 1999 + "uuid.uuid4().int\n", 1, "SID102"),
    "a sum of 2,000 texts": ("x = " + "'a' + " * 1999 + "str(uuid.uuid4())\n", 1, "SID104"),
    "a sum of 2,000 ids": ("x = " + " + ".join(["uuid.uuid4().int"] * 2000) + "\n", 2000, "SID102"),
    "a sum of 600 texts of ids": ("x = " + " + ".join(["str(uuid.uuid4())"] * 600) + "\n", 600, "SID104"),
    "2,500 branches": (
        "if a: m = uuid.uuid4\n" + "".join(f"elif a{at}: m = uuid.uuid4\n" for at in range(2499)) + "m()\n",
        2501,
        "SID201",
    ),
    "2,500 branches that ask and bind": (
        "m = uuid.uuid4\nif a: pass\n" + "elif m(): m = uuid.uuid4\n" * 2499 + "m()\n",
        4 * 1250,
        "SID201",
    ),
    "2,500 cases": (
        "match x:\n" + "".join(f" case {at}: m = uuid.uuid4\n" for at in range(2500)) + "m()\n",
        2501,
        "SID201",
    ),
    "190 parentheses": ("x = " + "(" * 190 + "uuid.uuid4()" + ")" * 190 + "\n", 1, "SID101"),
    "90 calls in calls": ("x = " + "str(" * 90 + "uuid.uuid4()" + ")" * 90 + "\n", 1, "SID102"),
    "90 getattrs in getattrs": ("x = " + "getattr(" * 90 + "uuid" + ", 'uuid4')" * 90 + "\n", 1, "SID203"),
    "99 conditions in conditions": (blocks("if a{}:", 99, "uuid.uuid4()"), 1, "SID101"),
    "99 functions in functions": (blocks("def f{}(m=uuid.uuid4):", 99, "m()"), 100, "SID201"),
    "99 classes in classes": (blocks("class A{}:", 99, "x = uuid.uuid4()"), 1, "SID101"),
    "99 loops that bind a name anew": (
        "m = uuid.uuid4\n" + blocks("for x{} in y:", 99, "m()", before="m = uuid.uuid4 if m else m"),
        1 + 3 * 99 + 1,
        "SID201",
    ),
    "99 endless loops": (
        "m = uuid.uuid4\n" + blocks("while True:", 99, "m()", before="m = uuid.uuid1"),
        101,
        "SID201",
    ),
    "99 tries": (
        "m = uuid.uuid4\n"
        + blocks("try:", 98, "m()", before="m = uuid.uuid4")
        + "".join(" " * at + "finally: m()\n" for at in reversed(range(98))),
        1 + 98 + 99,
        "SID201",
    ),
    "99 with blocks": ("m = uuid.uuid4\n" + blocks("with suppress(E):", 99, "m()"), 2, "SID201"),
    "1,000 attributes": ("x = uuid.uuid4()" + ".a" * 1000 + "\n", 1, "SID101"),
    "1,000 attributes before": ("x = uuid" + ".a" * 1000 + ".uuid4()\n", 0, ""),
    "1,000 calls": ("x = uuid.uuid4" + "()" * 1000 + "\n", 1, "SID101"),
    "1,000 methods": ("x = str(uuid.uuid4())" + ".upper()" * 1000 + "\n", 1, "SID102"),
    "1,000 slices": ("x = str(uuid.uuid4())" + "[0:8]" * 1000 + "\n", 1, "SID103"),
    "90 lambdas in lambdas": ("x = " + "lambda u=uuid: " * 90 + "u.uuid4()\n", 1, "SID201"),
    "60 comprehensions in comprehensions": (
        "x = " + "[" * 60 + "uuid.uuid4()" + " for x in y]" * 60 + "\n",
        1,
        "SID101",
    ),
    "1,000 loops of one comprehension": ("x = [uuid.uuid4()" + " for x in y" * 1000 + "]\n", 1, "SID101"),
    "90 conditional expressions": ("x = (" + "uuid.uuid4 if a else " * 90 + "uuid.uuid4)()\n", 91, "SID101"),
    "1,000 alternatives": ("x = (" + "uuid.uuid4 or " * 1000 + "uuid.uuid4)()\n", 1001, "SID101"),
    "1,000 alternatives that bind": (
        "x = (" + "(m := uuid.uuid4) or " * 1000 + "uuid.uuid4)()\nm()\n",
        1002,
        "SID201",
    ),
    "1,000 negations": ("x = " + "not " * 1000 + "uuid.uuid4()\n", 1, "SID101"),
    "a list of 20,000 ids": ("x = [" + "uuid.uuid4(), " * 20000 + "]\n", 20000, "SID101"),
    "20,000 rows": ("x = uuid.uuid4()\n" * 20000, 20000, "SID101"),
    "5,000 functions": ("def f(user_id): return uuid.uuid4()\n" * 5000, 5000, "SID101"),
    "one function of 5,000 rows": (
        "def f(user_id):\n" + " session_id = uuid.uuid4()\n" * 5000,
        5000,
        "SID101",
    ),
    "1,000 values of one f-string": ("x = f'" + "{uuid.uuid4()}-" * 500 + "'\n", 500, "SID104"),
    "a chain of 3,000 names": (
        "a0 = uuid.uuid4\n" + "".join(f"a{at + 1} = a{at}\n" for at in range(3000)) + "a3000()\n",
        3002,
        "SID201",
    ),
    "a chain of 1,000 names, backwards in a loop": (
        "while x:\n"
        + "".join(f" a{at + 1} = a{at}\n" for at in reversed(range(1000)))
        + " a0 = uuid.uuid4\na1000()\n",
        1002,
        "SID201",
    ),
    "a chain of 1,000 names through functions": (
        "".join(f"def f{at}():\n global a{at + 1}\n a{at + 1} = a{at}\n" for at in range(1000))
        + "a0 = uuid.uuid4\na1000()\n",
        1002,
        "SID201",
    ),
    "1,000 stars": ("from other import *\n" * 1000 + "uuid.uuid4()\n", 1, "SID101"),
}  # fmt: skip


@pytest.mark.parametrize("case", PROGRAMS)
def test_a_deep_program_is_ordinary_input(case: str, judge: Judge) -> None:
    body, number, last = PROGRAMS[case]
    began = time.process_time()
    findings = judge(HEAD + body, all_files=True).findings
    assert time.process_time() - began < LIMIT
    assert len(findings) == number
    assert not findings or findings[-1].code == last


# Not yet: a chain of n names takes time that grows faster than n * n; see `hints._aliases`.
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.corpora if "20,000" in case else ())
        for case in PROGRAMS
        if "chain" not in case and "stars" not in case
    ],
)
def test_a_closer_look_takes_it_too(case: str, tmp_path: Path) -> None:
    """Each source is a method of an instance, so that each name, instance and wrapper is looked into."""
    body, _, last = PROGRAMS[case]
    head = (
        "from ssot_ids import UnifiedIdGenerator\nclass K:\n def uuid4(self): return uuid.uuid4()\nk = K()\n"
    )
    data = (HEAD + head + body.replace("uuid.uuid4", "k.uuid4")).encode()
    policy = Policy(root=str(tmp_path), src=(str(tmp_path),), preview=True)
    file = tmp_path / "a.py"
    file.write_bytes(data)
    project = Project(policy.src, catalog.attributes(policy.name_hashes))
    began = time.process_time()
    report = check_source(data, str(file), policy, project, all_files=True)
    assert time.process_time() - began < LIMIT
    codes = {found.code for found in report.findings}
    assert "SID990" not in codes
    # What reads no source leads to none; neither `getattr` nor an alias of `uuid` meets the method.
    assert ("SID204" in codes) is (bool(last) and "getattr" not in body and "u.uuid4" not in body)


@pytest.mark.parametrize(
    "body",
    [
        "x = " + "(" * 250 + "uuid.uuid4()" + ")" * 250 + "\n",
        blocks("if x:", 101, "uuid.uuid4()"),
        "x = " + "-" * 200_000 + "uuid.uuid4()\n",
    ],
    ids=["250 parentheses", "101 indents", "200,000 signs"],
)
def test_what_the_parser_refuses_is_said_to_be_unreadable(body: str, judge: Judge) -> None:
    assert [found.code for found in judge(HEAD + body).findings] == ["SID990"]
