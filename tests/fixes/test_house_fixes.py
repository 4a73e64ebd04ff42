"""What is written for the recipes of a house, with the verification of all that is written."""

from __future__ import annotations

import pytest

from flake8_ssot_ids.fixes.plan import FilePlan
from tests.fixes.conftest import Fix


def recipe(pattern: str, rewrite: str, level: str = "unsafe", **more: str) -> str:
    rows = {"pattern": pattern, "rewrite": rewrite, "level": level, **more}
    return "[[recipes]]\n" + "".join(f"{key} = '''{value}'''\n" for key, value in rows.items())


MAKE = recipe("new_id($X)", "Gen.generate_base_id($X)")
HEAD = "from h import new_id\n"
IMPORTED = "from h import new_id\n\nfrom ids import Gen\n"


def written(plan: FilePlan) -> str:
    assert plan.refused == ""
    assert plan.new is not None
    return plan.new.decode()


def manual(plan: FilePlan) -> list[tuple[str, str, str]]:
    return [(verdict.finding.code, verdict.kind, verdict.reason) for verdict in plan.manual]


#: Sentence -> configuration, before, after.
WRITTEN = {
    "a call, with the import": (
        MAKE,
        HEAD + "x = new_id('a')\n",
        IMPORTED + "x = Gen.generate_base_id('a')\n",
    ),
    "the import that is there, under its own name": (
        MAKE,
        "from h import new_id\nfrom ids import Gen as G\nx = new_id('Gen')\n",
        "from h import new_id\nfrom ids import Gen as G\nx = G.generate_base_id('Gen')\n",
    ),
    "another name where the name is taken": (
        MAKE,
        HEAD + "def f(Gen):\n    return new_id(Gen)\n",
        "from h import new_id\n\nfrom ids import Gen as SsotGen\n"
        "def f(Gen):\n    return SsotGen.generate_base_id(Gen)\n",
    ),
    "no import where none is needed": (
        recipe("new_id($X)", "renamed($X)"),
        "from h import new_id, renamed\nx = new_id('a')\n",
        "from h import new_id, renamed\nx = renamed('a')\n",
    ),
    "calls within calls, one after the other": (
        MAKE,
        HEAD + "x = new_id(new_id(new_id('a')))\n",
        IMPORTED + "x = Gen.generate_base_id(Gen.generate_base_id(Gen.generate_base_id('a')))\n",
    ),
    "parentheses around the pieces and around the whole": (
        recipe("suffixed($X)", "$X + '_id'"),
        "from h import suffixed\nx = suffixed(a or b).upper(), [suffixed(i) for i in j]\n"
        "y = suffixed(a)\nf(suffixed(a), k=suffixed(b))\n",
        "from h import suffixed\nx = ((a or b) + '_id').upper(), [i + '_id' for i in j]\n"
        "y = a + '_id'\nf(a + '_id', k=b + '_id')\n",
    ),
    "in an f-string, with the other quotes": (
        recipe("mk()", 'Gen.generate_base_id("mk")'),
        "from h import mk\nfrom ids import Gen\nx = f\"a {mk()} b\"\ny = f'{mk()}'\nz = mk()\n",
        "from h import mk\nfrom ids import Gen\n"
        "x = f\"a {Gen.generate_base_id('mk')} b\"\ny = f'{Gen.generate_base_id(\"mk\")}'\n"
        'z = Gen.generate_base_id("mk")\n',
    ),
    "what would not be one in an f-string": (
        recipe("mk()", "lambda: 1"),
        "from h import mk\nx = f'{mk()}'\n",
        "from h import mk\nx = f'{(lambda: 1)}'\n",
    ),
    "an assignment": (
        recipe("$N = legacy()", "$N = Gen.generate_base_id('legacy')"),
        "from h import legacy\nfrom ids import Gen\nclass A:\n    x = legacy()  # why\n",
        "from h import legacy\nfrom ids import Gen\n"
        "class A:\n    x = Gen.generate_base_id('legacy')  # why\n",
    ),
    "a return": (
        recipe("return legacy()", "return Gen.generate_base_id('legacy')"),
        "from h import legacy\nfrom ids import Gen\ndef f(): return legacy()\n",
        "from h import legacy\nfrom ids import Gen\ndef f(): return Gen.generate_base_id('legacy')\n",
    ),
    "a raw id within it goes with it": (
        recipe("str(uuid.uuid4())[:12]", "Gen.generate_base_id('short')"),
        "import uuid\n\nfrom ids import Gen\n\nx = str(uuid.uuid4())[:12]\n",
        "from ids import Gen\n\nx = Gen.generate_base_id('short')\n",
    ),
    "only where the role is that": (
        recipe("new_id($X)", "Gen.other()", where="order_id"),
        IMPORTED + "order_id = new_id(1)\nitem_id = new_id(1)\n",
        IMPORTED + "order_id = Gen.other()\nitem_id = new_id(1)\n",
    ),
    "not what a comment silences": (
        MAKE,
        IMPORTED + "x = new_id('a')\ny = new_id('b')  # noqa: SID390\n",
        IMPORTED + "x = Gen.generate_base_id('a')\ny = new_id('b')  # noqa: SID390\n",
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_written(case: str, fix: Fix) -> None:
    config, before, after = WRITTEN[case]
    plan = fix(before, config)
    assert written(plan) == after
    # A second run has nothing to do.
    assert fix(after, config).new is None


#: Sentence -> configuration, file, kind, reason.
MANUAL = {
    "the house says so": (
        recipe("new_id($X)", "Gen.generate_base_id($X)", "manual"),
        HEAD + "x = new_id('a')\n",
        "house",
        "the house wants a person to write `Gen.generate_base_id('a')`",
    ),
    "a call that the generator has not": (
        recipe("new_id($X)", "Gen.nothing($X)"),
        HEAD + "x = new_id('a')\n",
        "no-such-call",
        "`Gen` has no `nothing`",
    ),
    "a call that does not bind": (
        recipe("new_id($X)", "Gen.other($X)"),
        HEAD + "x = new_id('a')\n",
        "no-such-call",
        "`Gen.other` takes no positional argument, 1 is given",
    ),
    "a name that is bound nowhere": (
        recipe("new_id($X)", "renamed($X)"),
        HEAD + "x = new_id('a')\n",
        "unbound-name",
        "`renamed` of the rewrite is not bound here",
    ),
    "a value that is cut later": (
        MAKE,
        HEAD + "x = new_id('a')\ny = x[:8]\n",
        "sliced",
        "it is sliced later: `x[:8]`",
    ),
    "pieces that do not fit": (
        recipe("new_id($X)", "$X + '_id'"),
        HEAD + "x = new_id(k=1)\n",
        "not-filled",
        "the pieces cannot be put into the rewrite",
    ),
    "a comment that would go": (
        MAKE,
        HEAD + "x = new_id(  # why\n    'a')\n",
        "comment",
        "a comment stands within it",
    ),
    "quotes that Python 3.11 does not read": (
        MAKE,
        HEAD + "x = f\"{new_id('a')} {y['b']}\"\nz = f'''{new_id(\"\"\"a'b\"\"\")}'''\n",
        "f-string",
        "it cannot be written inside this text in a way that Python 3.11 reads",
    ),
}


@pytest.mark.parametrize("case", MANUAL)
def test_manual(case: str, fix: Fix) -> None:
    config, source, kind, reason = MANUAL[case]
    plan = fix(source, config)
    assert plan.refused == ""
    assert ("SID390", kind, reason) in manual(plan)


def test_the_level_decides(fix: Fix) -> None:
    source = IMPORTED + "x = new_id('a')\ny = mk()\n"
    config = recipe("new_id($X)", "Gen.generate_base_id($X)", "safe") + recipe("mk()", "Gen.other()")
    plan = fix(source, config, unsafe=False)
    assert written(plan) == IMPORTED + "x = Gen.generate_base_id('a')\ny = mk()\n"
    assert [verdict.text for verdict in plan.withheld] == ["Gen.other()"]


def test_safe_is_the_word_of_the_house(fix: Fix) -> None:
    """Only the spelling changes, so it does not matter where the value goes."""
    source = IMPORTED + "x = new_id('a')\nprint(x[:8])\n"
    plan = fix(source, recipe("new_id($X)", "Gen.generate_base_id($X)", "safe"), unsafe=False)
    assert written(plan) == IMPORTED + "x = Gen.generate_base_id('a')\nprint(x[:8])\n"


def test_a_raw_id_in_what_is_written_by_hand_is_fixed_as_ever(fix: Fix) -> None:
    config = recipe("wrapped($X)", "Gen.generate_base_id($X)", "manual")
    own = "from ids import Gen\n\n\ndef wrapped(value):\n    return value\n\n\norder_id = wrapped({})\n"
    plan = fix("import uuid\n\n" + own.format('f"order_{uuid.uuid4()}"'), config)
    assert written(plan) == own.format('Gen.generate_base_id("order")')
    assert [row[:2] for row in manual(plan)] == [("SID390", "house")]


class TestVerification:
    """A recipe can be wrong in ways that only the result shows; then the file stays as it is."""

    def test_two_recipes_that_undo_each_other(self, fix: Fix) -> None:
        config = recipe("new_id($X)", "renamed($X)") + recipe("renamed($X)", "new_id($X)")
        plan = fix("from h import new_id, renamed\nx = new_id('a')\n", config)
        assert plan.new is None
        assert plan.refused == "line 2: SID390 is there after the edits"

    def test_a_rewrite_that_brings_a_raw_id(self, fix: Fix) -> None:
        plan = fix("import uuid\n\nx = new_id('a')\n", recipe("new_id($X)", "str(uuid.uuid4())"))
        assert plan.new is None
        assert plan.refused == "line 3: SID102 is there after the edits"

    @pytest.mark.parametrize(
        ("source", "row"),
        [
            ("x = new_id('a')\nfrom h import renamed\n", 1),
            ("if y:\n    from h import renamed\nx = new_id('a')\n", 3),
            ("from h import renamed\ndef f():\n    x = new_id('a')\n    renamed = x\n", 3),
            ("from h import renamed\ndel renamed\nx = new_id('a')\n", 3),
        ],
    )
    def test_a_name_that_may_not_be_bound_yet(self, fix: Fix, source: str, row: int) -> None:
        plan = fix(source, recipe("new_id($X)", "renamed($X)"))
        assert plan.new is None
        assert plan.refused == f"`renamed` may be undefined in line {row}"

    def test_a_name_that_is_bound_when_the_function_runs(self, fix: Fix) -> None:
        source = "def f():\n    return new_id('a')\nfrom h import renamed\n"
        plan = fix(source, recipe("new_id($X)", "renamed($X)"))
        assert written(plan) == source.replace("new_id", "renamed")


def test_each_finding_has_its_edit_for_json(fix: Fix) -> None:
    plan = fix(IMPORTED + "x = '𝄞', new_id('a')\n", MAKE)
    (verdict,) = plan.verdicts
    (edit,) = verdict.edits
    assert edit.content == "Gen.generate_base_id('a')"
    assert (edit.span.start.row, edit.span.start.column, edit.span.end.column) == (4, 10, 21)
    assert verdict.as_fix().safety == "unsafe"


def test_a_file_in_which_ast_grep_sees_another_syntax_is_left_alone(
    fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flake8_ssot_ids.recipes.astgrep import Document

    monkeypatch.setattr(Document, "edit", lambda *_: None)
    plan = fix("import uuid\n\norder_id = str(uuid.uuid4())\n")
    assert plan.new is None
    assert manual(plan) == [("SID102", "not-located", "ast-grep sees no piece of syntax at 3:12-3:29")]
