"""The rules as a whole: names, prose, examples that are run, and that they share the uses out among them."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from flake8_ssot_ids import rules as package
from flake8_ssot_ids.ids.uses import Use, uses_of
from flake8_ssot_ids.render.links import RULES_PAGE, anchor
from flake8_ssot_ids.rules import codes, registry
from flake8_ssot_ids.rules.rule import Rule
from flake8_ssot_ids.semantics.module.names import ModuleNames
from flake8_ssot_ids.testing import assert_marks, check, expected
from flake8_ssot_ids.uuids import catalog

RULES = registry.rules()
CODES = [rule.code for rule in RULES]
HERE = Path(__file__).resolve().parent
#: The codes of issue 2; later ones may join them.
FIRST = ["SID101", "SID102", "SID103", "SID104", "SID105", "SID201", "SID202", "SID203", "SID990"]
FILE = re.compile(r"^### file: (\S+)\n", re.MULTILINE)

every_rule = pytest.mark.parametrize("rule", RULES, ids=CODES)


def files_of(text: str) -> dict[str, str]:
    """The files of an example; one without a header is ``case.py``."""
    parts = FILE.split(text)
    if len(parts) == 1:
        return {"case.py": text}
    assert parts[0] == ""
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def config_of(rule: Rule) -> str | None:
    """A rule in preview has to be switched on, and some need more."""
    return "\n".join((*(["preview = true"] if rule.preview else []), rule.config)) or None


def test_the_codes_are_sorted_and_complete() -> None:
    assert sorted(CODES) == CODES
    assert set(FIRST) <= set(CODES)
    modules = {file.stem for file in Path(package.__path__[0]).glob("sid*.py")}
    assert modules == {code.lower() for code in CODES}


def test_codes_names_and_titles_are_unique() -> None:
    assert len(set(CODES)) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len({rule.title for rule in RULES}) == len(RULES)


@every_rule
def test_the_module_is_named_after_the_code(rule: Rule) -> None:
    assert re.fullmatch(r"SID\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)
    module = importlib.import_module(f"{package.__name__}.{rule.code.lower()}")
    assert module.RULE is rule
    assert (module.__doc__ or "").startswith(f"{rule.code}: ")


@every_rule
def test_the_rule_has_a_test_module(rule: Rule) -> None:
    assert (HERE / f"test_{rule.code.lower()}.py").is_file()


@every_rule
def test_no_section_is_empty(rule: Rule) -> None:
    for section in (rule.title, rule.what, rule.why, rule.example, rule.instead, rule.safety):
        assert section.strip()
    assert not rule.title.endswith(".")
    for section in (rule.what, rule.why, rule.safety):
        assert section.endswith(".")
    assert (rule.matches is None) == (rule.message is None)
    # A rule judges uses or looks closer; a file that cannot be read is the engine's own business, and what a
    # house's recipes find comes from its caller.
    elsewhere = (codes.UNREADABLE, codes.HOUSE_RECIPE)
    assert (rule.matches is None and rule.inspect is None) == (rule.code in elsewhere)
    assert rule.matches is None or rule.inspect is None


@every_rule
def test_the_example_fires_exactly_where_it_says(rule: Rule) -> None:
    files = files_of(rule.example)
    codes = set()
    for path, source in files.items():
        others = {other: text for other, text in files.items() if other != path}
        assert_marks(source, path=path, files=others, config=config_of(rule))
        codes |= {mark.code for mark in expected(source)}
    assert rule.code in codes


@every_rule
def test_what_to_write_instead_is_clean_python(rule: Rule) -> None:
    files = files_of(rule.instead)
    for path, source in files.items():
        compile(source, path, "exec")
        others = {other: text for other, text in files.items() if other != path}
        assert check(source, path=path, files=others, config=config_of(rule)) == []
        assert "UnifiedIdGenerator" in source or "secrets" in source


@every_rule
def test_the_link_leads_to_the_rule(rule: Rule) -> None:
    text = (HERE.parent.parent / RULES_PAGE).read_text(encoding="utf-8")
    assert f'<a id="{anchor(rule.code)}"></a>' in text
    assert rule.title in text


def test_a_rule_is_found_by_its_code_in_any_case() -> None:
    assert registry.rule("sid103") is registry.rule("SID103")
    with pytest.raises(KeyError):
        registry.rule("SID999")


PROGRAMS = (
    "import uuid\n{0}\n",
    "from uuid import uuid4 as make, uuid1\nimport uuid\ng = make\n{0}\n",
    "import uuid\nu = uuid\ng = u.uuid4\ndef f(make=g):\n    {0}\n",
    "u = __import__('uuid')\nimport uuid, sys\ng = getattr(u, 'uuid4')\nv = vars(uuid)\nclass A:\n    {0}\n",
    "import uuid\ng = uuid.uuid4 if x else print\nif y:\n    uuid = __import__('uuid')\n    {0}\n",
)
REFERENCES = (
    "uuid.uuid4",
    "g",
    "make",
    "uuid1",
    "u.uuid1",
    'v["uuid4"]',
    "(uuid.uuid1 if a else g)",
    'getattr(u, "uuid4")',
)
PLACES = (
    "x = {0}()", "x = {0}", "x = str({0}())", "x = {0}().hex", "x = {0}().hex[:8]", "x = f'a{{{0}()}}'",
    "x = f'{{{0}()}}'", "x = {0}().int % 10", "x = f(default={0})", "x = '_'.join(['a', str({0}())])",
    "x = [{0}, {0}(), {0}().hex]", "return {0}() or {0}", "x = {0}().version", "x = {0}.__name__",
    "x = {0}()()", "x = (lambda: {0})()", "x = not {0}()", "x = {0}()[0]",
)  # fmt: skip


def uses(source: str) -> list[Use]:
    names = ModuleNames(
        ast.parse(source),
        source,
        package="",
        sources=catalog.FRESH,
        attributes=catalog.FRESH,
        words=(),
        expand=lambda values: values,
    )
    return uses_of(names)


def test_exactly_one_rule_matches_each_use() -> None:
    seen: dict[str, int] = {}
    for program in PROGRAMS:
        for reference in REFERENCES:
            for place in PLACES:
                for use in uses(program.format(place.format(reference))):
                    matching = [rule.code for rule in RULES if rule.matches is not None and rule.matches(use)]
                    assert len(matching) == 1, ast.unparse(use.reference)
                    seen[matching[0]] = seen.get(matching[0], 0) + 1
    # All but the two that need a project or a broken file were met.
    assert set(FIRST) - set(seen) == {"SID202", "SID990"}
    assert sum(seen.values()) > 1000


def test_the_codes_that_others_speak_of_are_those_of_the_rules() -> None:
    assert codes.known() == {rule.code for rule in RULES}
    # A raw id that is shadowed is for a person to look at first.
    assert {rule.code for rule in RULES if rule.matches is not None} - {"SID205"} == codes.FIXABLE
    raw = {rule.code for rule in RULES if codes.is_raw(rule.code)}
    assert raw == {*codes.FIXABLE, "SID205", codes.UNREADABLE}
    assert codes.WRAPPER not in raw
    assert codes.HOUSE_RECIPE in codes.known()
