"""SID390: the recipes of a house."""

from __future__ import annotations

import textwrap

import pytest

from flake8_ssot_ids.testing import Mark, assert_marks, check

CODE = "SID390"


def config(pattern: str, rewrite: str = "G.make()", **more: str) -> str:
    rows = {"pattern": pattern, "rewrite": rewrite, **more}
    return "[[recipes]]\n" + "".join(f"{key} = '''{value}'''\n" for key, value in rows.items())


#: Sentence -> pattern and a marked file.
FIRING = {
    "a call": (
        "new_id($X)",
        """
        x = new_id("order")
        #   ^^^^^^^^^^^^^^^ SID390
        """,
    ),
    "wherever it stands in executed code": (
        "new_id($X)",
        """
        @new_id(1)
        #^^^^^^^^^ SID390
        class A(new_id(2)):
            #   ^^^^^^^^^ SID390
            y: new_id(0) = new_id(4)
            #              ^^^^^^^^^ SID390
            def f(self, x=new_id(5)) -> new_id(0):
            #             ^^^^^^^^^ SID390
                return [lambda: new_id(6) for a in new_id(7)]
                #               ^^^^^^^^^ SID390
                #                                  ^^^^^^^^^ SID390
        """,
    ),
    "each of those within each other": (
        "new_id($X)",
        """
        x = new_id(new_id(1))
        #   ^^^^^^^^^^^^^^^^^ SID390
        #          ^^^^^^^^^ SID390
        """,
    ),
    "in f-strings, at the real place": (
        "new_id($X)",
        """
        x = f"é {new_id(1)} {2:>{new_id(3)}}" 'y'
        #        ^^^^^^^^^ SID390
        #                        ^^^^^^^^^ SID390
        """,
    ),
    "columns in code points": (
        "new_id($X)",
        """
        x = "𝄞é", new_id("𝄞")
        #         ^^^^^^^^^^^ SID390
        """,
    ),
    "any number of arguments": (
        "mk($$$ARGS)",
        """
        x = mk(), mk(1, *a, k=2)
        #   ^^^^ SID390
        #         ^^^^^^^^^^^^^^ SID390
        """,
    ),
    "an assignment": (
        "$N = legacy()",
        """
        class A:
            order_id = legacy()
            #! SID390 5-24
        """,
    ),
    "a return": (
        "return legacy()",
        """
        def f():
            return legacy()
            #! SID390 5-20
        """,
    ),
    "an operator": (
        "prefix + $X",
        """
        x = prefix + a + b
        #   ^^^^^^^^^^ SID390
        """,
    ),
    "a name alone": (
        "LEGACY",
        """
        x = LEGACY.y(LEGACY)
        #   ^^^^^^ SID390
        #            ^^^^^^ SID390
        """,
    ),
    "a text with a meta-variable": (
        'named("$NAME")',
        """
        x = named("order")
        #   ^^^^^^^^^^^^^^ SID390
        """,
    ),
    "beside what a raw id is": (
        "str(uuid.uuid4())[:12]",
        """
        import uuid
        x = str(uuid.uuid4())[:12]
        #   ^^^^^^^^^^^^^^^^^^^^^^ SID390
        #       ^^^^^^^^^^ SID103
        """,
    ),
}
#: Sentence -> pattern and a file.
SILENT = {
    "in strings, comments and docstrings": ("new_id($X)", '"""new_id(1)"""\nx = "new_id(1)"  # new_id(1)\n'),
    "in annotations": ("new_id($X)", "x: new_id(1)\ndef f(a: new_id(2), *b: new_id(3)) -> new_id(4): ...\n"),
    "what is assigned to": ("box.id", "box.id = 1\ndel box.id\nbox.id += 1\nfor box.id in x: ...\n"),
    "another number of arguments": ("new_id($X)", "new_id()\nnew_id(1, 2)\n"),
    "another name": ("new_id($X)", "x.new_id(1)\nnew_ids(1)\nnew_id[1]\n"),
    "a definition": ("new_id($X)", "def new_id(x): ...\nclass A:\n    def new_id(x): ...\n"),
    "a part of a chain": ("b or c", "x = a or b or c\n"),
    "an import": ("helpers", "import helpers\nfrom helpers import x\n"),
    "a keyword": ("order_id", "f(order_id=1)\n"),
}


@pytest.mark.parametrize("case", FIRING)
def test_fires(case: str) -> None:
    pattern, source = FIRING[case]
    rewrite = (
        "$N = 1" if pattern.startswith("$N =") else "return 1" if pattern.startswith("return") else "G()"
    )
    assert_marks(textwrap.dedent(source).lstrip("\n"), config=config(pattern, rewrite))


@pytest.mark.parametrize("case", SILENT)
def test_is_silent(case: str) -> None:
    pattern, source = SILENT[case]
    assert check(source, config=config(pattern)) == []


def test_it_is_off_without_recipes() -> None:
    assert check("x = new_id(1)\n") == []
    assert check("x = new_id(1)\n", config="preview = true\nselect = ['SID390']\n") == []


def test_a_row_within_a_text() -> None:
    source = "x = f'''\n  {new_id(4)}\n'''\n"
    assert check(source, config=config("new_id($X)")) == [Mark(CODE, 2, 4, 2, 13)]


@pytest.mark.parametrize(
    ("where", "columns"), [("order_id", [12]), ("orderId", [12]), ("session_id", [42]), ("id", [])]
)
def test_where_is_the_role_of_the_value(where: str, columns: list[int]) -> None:
    source = "order_id = new_id(1); x(1); session_id = new_id(2); y = new_id(3)\n"
    found = check(source, config=config("new_id($X)", where=where))
    assert [mark.column for mark in found] == columns


def test_where_of_an_assignment() -> None:
    source = "order_id = legacy()\nother_id = legacy()\n"
    found = check(source, config=config("$N = legacy()", "$N = G()", where="order_id"))
    assert [(mark.row, mark.column, mark.end_column) for mark in found] == [(1, 1, 20)]


def test_the_first_recipe_that_fits_has_the_place() -> None:
    both = config("new_id($X)", "A($X)", where="order_id") + config("new_id($X)", "B($X)")
    source = "order_id = new_id(1)\nx = new_id(2)\n"
    assert [mark.row for mark in check(source, config=both)] == [1, 2]


class TestSilencing:
    """Like every other code."""

    @pytest.mark.parametrize(
        "comment", ["# noqa", "# noqa: SID390", "# noqa: SID3", "# type: ignore  # noqa: E501,SID390"]
    )
    def test_a_comment(self, comment: str) -> None:
        assert check(f"x = new_id(1)  {comment}\n", config=config("new_id($X)")) == []

    def test_another_comment_does_not(self) -> None:
        assert len(check("x = new_id(1)  # noqa: SID101\n", config=config("new_id($X)"))) == 1

    @pytest.mark.parametrize(
        "more",
        [
            "ignore = ['SID390']\n",
            "select = ['SID1']\n",
            "per-file-ignores = { 'case.py' = ['SID390'] }\n",
            "allow-raw-in = ['case.py']\n",
            "exemption = [{ path = 'case.py', codes = ['SID390'], reason = 'x', until = 2999-01-01 }]\n",
        ],
    )
    def test_the_configuration(self, more: str) -> None:
        assert check("x = new_id(1)\n", config=more + config("new_id($X)")) == []


def test_a_file_that_does_not_parse_may_hold_one() -> None:
    assert check("x = new_id(1\n", config=config("new_id($X)")) == [Mark("SID990", 1, 11, 1, 11)]
    assert check("x = other_id(1\n", config=config("new_id($X)")) == []
