"""The marked cases themselves: the grammar of markers, and that a deviation is seen and shown."""

from __future__ import annotations

import pytest

from flake8_ssot_ids.model import PolicyError
from flake8_ssot_ids.testing import Mark, assert_marks, check, expected

USE = "import uuid\nx = uuid.uuid4()\n"


def test_carets_cover_the_reference_on_the_line_above() -> None:
    assert expected("x = uuid4()\n#   ^^^^^ SID101\n") == [Mark("SID101", 1, 5, 1, 10)]


def test_carets_count_code_points_and_repeat_tabs() -> None:
    assert expected("\té😀 = uuid4()\n\t#    ^^^^^ SID101\n") == [Mark("SID101", 1, 7, 1, 12)]


def test_several_markers_speak_of_one_line_and_are_listed_in_source_order() -> None:
    source = "x = a(), b()\n#        ^ SID102\n#   ^ SID101\n"
    assert expected(source) == [Mark("SID101", 1, 5, 1, 6), Mark("SID102", 1, 10, 1, 11)]


@pytest.mark.parametrize(
    ("marker", "place"),
    [
        ("#! SID101 1-11", (2, 1, 2, 11)),
        ("#! SID101 1-3:4", (2, 1, 3, 4)),
        ("#! SID101 1:5-17", (1, 5, 1, 17)),
        ("#! SID101 1:5-2:7", (1, 5, 2, 7)),
        ("    #!SID101   1-11  ", (2, 1, 2, 11)),
    ],
)
def test_ranges_reach_what_carets_cannot(marker: str, place: tuple[int, int, int, int]) -> None:
    assert expected(f"first\nuuid.uuid4()\n{marker}\n") == [Mark("SID101", *place)]


def test_a_marker_may_leave_the_code_open() -> None:
    assert expected("x = f()\n#   ^ SID201|SID203\n") == [Mark("SID201|SID203", 1, 5, 1, 6)]
    assert_marks("import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID102|SID101\n")


@pytest.mark.parametrize("comment", ["# a ^ b", "#: SID101", "# SID101", "#!/bin/sh", "x = 1  # ^^^ SID101"])
def test_other_comments_are_no_markers(comment: str) -> None:
    assert expected(f"x = 1\n{comment}\n") == []


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_rows_are_counted_as_the_parser_counts_them(end: str) -> None:
    source = end.join(["x = '\u2028\x0c'", "y = uuid4()", "#   ^^^^^ SID101"])
    assert expected(source) == [Mark("SID101", 2, 5, 2, 10)]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("# ^^ SID101\n", "line 1: a marker without a line above it"),
        ("x = 1\n#     ^ SID101\n", "line 2: the carets point past the end of line 1"),
        ("x = 1\n\n# ^ SID101\n", "line 3: the carets point past the end of line 2"),
        ("x = 1\n# ^ SID1\n", "line 2: not a marker: '# ^ SID1'"),
        ("x = 1\n# ^ ^ SID101\n", "line 2: not a marker: '# ^ ^ SID101'"),
        ("x = 1\n#! SID101 1\n", "line 2: not a marker: '#! SID101 1'"),
    ],
)
def test_a_marker_that_cannot_be_read_is_an_error(source: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=r"^line") as caught:
        expected(source)
    assert str(caught.value) == complaint


def test_check_returns_what_the_engine_finds() -> None:
    assert check(USE) == [Mark("SID101", 2, 5, 2, 15)]
    assert check(USE, select=("SID102", "SID2")) == []
    assert str(check(USE)[0]) == "SID101 at 2:5-2:15"


def test_files_and_config_make_a_project() -> None:
    source = "from pkg.compat import make\nmake()\n#! SID202 1-5\n"
    assert_marks(
        source, files={"src/pkg/compat.py": "from uuid import uuid4 as make\n"}, config='src = ["src"]'
    )
    assert check(source) == []
    assert check(USE, path="tools/case.py", config='allow-raw-in = ["tools/**"]') == []


@pytest.mark.parametrize("broken", ["def (\n", "\0", "from uuid import uuid4 as make\nx = = 1\n"])
def test_a_broken_module_hands_on_nothing_and_hinders_nothing(broken: str) -> None:
    assert check(f"from broken import make\nmake()\n{USE}", files={"broken.py": broken}) == [
        Mark("SID101", 4, 5, 4, 15)
    ]


def test_a_bad_configuration_is_an_error() -> None:
    with pytest.raises(PolicyError):
        check(USE, config="no-such-key = 1")


def test_every_deviation_is_shown_under_its_line() -> None:
    source = "import uuid\n\tx = 1\n\t# ^ SID101\ny = uuid.uuid4()\n"
    with pytest.raises(AssertionError) as caught:
        assert_marks(source.replace("\t", ""), path="pkg/case.py")
    assert str(caught.value) == (
        "pkg/case.py: the findings are not the marked ones\n"
        "missing: SID101 at 2:3-2:4\n"
        "    x = 1\n"
        "      ^\n"
        "not expected: SID101 at 4:5-4:15\n"
        "    y = uuid.uuid4()\n"
        "        ^^^^^^^^^^"
    )


@pytest.mark.parametrize(
    "source",
    [
        "import uuid\nx = uuid.uuid4()\n",
        "import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID102\n",
        "import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^ SID101\n",
        "import uuid\nx = uuid.uuid4()\n#   ^^^^^^^^^^ SID101\n#   ^^^^^^^^^^ SID101\n",
        "import uuid\nx = uuid.UUID()\n#   ^^^^^^^^^ SID101\n",
    ],
)
def test_a_finding_too_many_too_few_or_elsewhere_fails(source: str) -> None:
    with pytest.raises(AssertionError):
        assert_marks(source)
