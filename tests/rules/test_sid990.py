"""SID990: a file that may hold a use and cannot be read as Python; nothing silences it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flake8_ssot_ids.model import FileReport, Position, Span
from flake8_ssot_ids.testing import Mark, check

CODE = "SID990"
Judge = Callable[..., FileReport]

#: Sentence -> bytes, row, column.
FIRING: dict[str, tuple[bytes, int, int]] = {
    "a bracket that is not closed": (b"import uuid\nx = uuid.uuid4(\n", 2, 15),
    "a statement that is none": (b"import uuid\nx = uuid.uuid4()\nif\n", 3, 3),
    "columns are code points": ("import uuid\né = uuid.uuid4() ?\n".encode(), 2, 18),
    "bytes that are not UTF-8": (b"import uuid\nx = uuid.uuid4(), '\xff'\n", 2, 20),
    "an encoding that does not exist": (b"# coding: klingon\nimport uuid\nuuid.uuid4()\n", 1, 1),
    "a NUL": (b"import uuid\nx = uuid.uuid4()\0\n", 2, 17),
    "a NUL where no word of a source is": (b"\x89PNG\r\n\x1a\n\0\0", 1, 1),
    "an indent that fits nothing": (b"import uuid\nif x:\n    uuid.uuid4()\n  pass\n", 4, 7),
    "syntax that the byte search cannot look behind": (b"x = __import__('uu' 'id').uuid4(\n", 1, 32),
}

SILENT: dict[str, bytes] = {
    "no word of a source in it": b"import os\nx = (\n",
    "the name without the module": b"guid4 = (\n",
    "a broken file with the constructor alone": b"x.UUID(\n",
    "an empty file": b"",
    "a broken file of another language": b"<?php echo $x; ?>\n",
    "bytes that are not UTF-8 where no word of a source is": b"\x89PNG\r\n\x1a\n",
    "a file that parses": b"import uuid\nuuid.UUID(x)\n",
    "a file that parses with a form feed and a BOM": b"\xef\xbb\xbfimport uuid\n\x0cuuid.UUID(x)\r",
    "an encoding that is declared": b"# coding: latin-1\nimport uuid\nx = '\xff', uuid.UUID(y)\n",
}


@pytest.mark.parametrize("case", FIRING)
def test_fires(case: str, judge: Judge) -> None:
    data, row, column = FIRING[case]
    (found,) = judge(data).findings
    here = Position(row, column)
    assert (found.code, found.span, found.id_span) == (CODE, Span(here, here), Span(here, here))
    assert (found.symbol, found.role, found.expression) == ("<module>", None, "")


@pytest.mark.parametrize("case", SILENT)
def test_stays_silent(case: str, judge: Judge) -> None:
    assert judge(SILENT[case]).findings == ()


def test_at_least_as_many_cases_stay_silent() -> None:
    assert len(SILENT) >= len(FIRING)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"import uuid\nuuid.uuid4(\n", "'(' was never closed"),
        (b"# coding: klingon\nimport uuid\nuuid.uuid4()\n", "unknown encoding: klingon"),
    ],
)
def test_message(data: bytes, reason: str, judge: Judge) -> None:
    (found,) = judge(data).findings
    assert found.message == f"this file may hold raw ids and cannot be checked: {reason}"


@pytest.mark.parametrize(
    "settings",
    [
        {"select": ("SID103",)},
        {"select": ()},
        {"ignore": ("SID990",)},
        {"ignore": ("SID",)},
        {"per_file_ignores": (("*.py", ("SID",)),)},
        {"per_file_ignores": (("*.py", ("SID990",)),)},
    ],
)
def test_no_setting_silences_it(settings: dict[str, object], judge: Judge) -> None:
    report = judge(b"import uuid\nuuid.uuid4(\n", **settings)
    assert [found.code for found in report.findings] == [CODE]
    assert report.suppressed == ()


@pytest.mark.parametrize(
    "comment", [b"# noqa", b"# noqa: SID990", b"# flake8: noqa", b"# flake8: noqa: SID990"]
)
def test_no_comment_silences_it(comment: bytes, judge: Judge) -> None:
    report = judge(comment + b"\nimport uuid\nuuid.uuid4(  " + comment + b"\n")
    assert [found.code for found in report.findings] == [CODE]
    assert report.suppressed == ()


def test_stubs_and_the_generator_may_be_broken(judge: Judge) -> None:
    data = b"import uuid\nuuid.uuid4(\n"
    assert judge(data, "/project/a.pyi") == FileReport("/project/a.pyi", judged=False)
    assert judge(data, allow_raw_in=("a.py",)) == FileReport("/project/a.py", judged=False)


def test_all_files_looks_at_every_file(judge: Judge) -> None:
    assert judge(b"x = (\n") == FileReport("/project/a.py", judged=False)
    assert [found.code for found in judge(b"x = (\n", all_files=True).findings] == [CODE]


def test_what_the_parser_cannot_bear_is_reported() -> None:
    source = "import uuid\nx = " + "(" * 1000 + "uuid.uuid4()" + ")" * 1000 + "\n"
    (mark,) = check(source)
    assert mark.code == CODE
    assert isinstance(mark, Mark)
