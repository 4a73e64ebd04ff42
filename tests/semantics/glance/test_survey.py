"""A look at the bytes of all modules must lead to the findings that following each import leads to."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.runs import run as runner
from flake8_ssot_ids.runs.packed import pack
from flake8_ssot_ids.semantics.glance.survey import Survey, other_modules, settle, words_of
from flake8_ssot_ids.uuids import catalog
from tests.test_cases import CASES, Case

SOURCES = catalog.attributes(False)
FILLERS = 110
MULTI = sorted(name for name, case in CASES.items() if len(case.files) > 1)


def words(text: str, known: Iterable[str] = ()) -> set[str]:
    return words_of(text.encode(), known)


# -- the words of one module -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from uuid import uuid4 as make\n", {"make"}),
        ("from uuid import (\n    UUID,\n    uuid4 as make,\n)\n", {"make"}),
        ("from uuid import uuid1 as a, uuid4 as b\n", {"a", "b"}),
        ("import uuid as u\n", {"u"}),
        ("import os, uuid as u, sys as s\n", {"u"}),
        ("import uuid\nmake = uuid.uuid4\n", {"make"}),
        ("import uuid\nmake = uuid . uuid4\n", {"make"}),
        ("import uuid\na = b = uuid.uuid4\n", {"a", "b"}),
        ("import uuid\nu = uuid\n", {"u"}),
        ("import uuid\nmake: Maker = uuid.uuid4\n", {"make"}),
        ("from uuid import uuid4\nmake = second = uuid4\n", {"make", "second"}),
        ("from uuid import uuid4\nclass A: pass\nif True:\n    make = uuid4\n", {"make"}),
        ("from uuid import uuid4\nif (make := uuid4): pass\n", {"make"}),
        ("from uuid import uuid4\ndef f():\n    global make\n    make = uuid4\n", {"make"}),
        ("make = uuid4\nfrom uuid import uuid4\n", {"make"}),
        ("from uuid import uuid4 as a\nb = a\nc = b\n", {"a", "b", "c"}),
        ("import sys\nu = sys.modules['uuid']\n", {"u"}),
        ("import importlib\nu = importlib.import_module('uuid')\n", {"u"}),
        ("u = __import__('uuid')\n", {"u"}),
        ("import uuid\nmake = getattr(uuid, 'uuid4')\n", {"make"}),
        ("import uuid, functools\nmake = functools.partial(uuid.uuid4)\n", {"make"}),
        ("from uuid import (uuid4  # why\n  as  # that\n  make)\n", {"make"}),
        ("import m\nmake = m.uuid4\n", {"make"}),
        ("from m import *\nu = uuid\n", {"u"}),
        ("import uuid\nmake = getattr(uuid, 'uuid' '4')\n", {"make"}),
        # A name that comes from nowhere stands for something of this module.
        ("uuid = 1\nu = uuid\n", set()),
        ("# take uuid as the name\nx = 1\n", set()),
        ("import uuid\nx = sys.argv\nuuid.uuid4()\n", set()),
        # What only uses a source gives it no other name.
        ("import uuid\nx = uuid.uuid4()\n", set()),
        ("from uuid import uuid4\nx = uuid4()\n", set()),
        ("from uuid import uuid4\nx = str(uuid4())\n", set()),
        ("from uuid import uuid4\n", set()),
        ("import uuid\n", set()),
        ("from uuid import UUID as U\n", set()),
        ("from os import urandom as uuid5\n", set()),
        ("x = 1\n", set()),
        ("", set()),
    ],
)
def test_the_words_of_a_module(text: str, found: set[str]) -> None:
    assert words(text) == found


def test_known_words_lead_on() -> None:
    assert words("from ids import make as fresh\n") == set()
    assert words("from ids import make as fresh\n", {"make"}) == {"fresh", "make"} - {"make"}
    assert words("import ids\nfresh = ids.make\n", {"make"}) == {"fresh"}


# -- the words of a project --------------------------------------------------------------------


def write(root: Path, files: Mapping[str, str]) -> list[str]:
    """Write the files of a project; return their paths."""
    paths = []
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        paths.append(str(path))
    return paths


def surveyed(paths: list[str]) -> tuple[tuple[bytes, ...], set[str], list[list[str]]]:
    """The words of a project, its idle files, and the new words of each round."""
    survey = Survey(SOURCES)
    rounds: list[list[str]] = []

    def again(new: list[str]) -> tuple[set[str], list[str]]:
        rounds.append(new)
        return survey.again(paths, new)

    return *settle(lambda: survey.first(paths), again), rounds


@pytest.mark.parametrize("kept", [0, 10_000])
def test_words_are_followed_from_module_to_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr("flake8_ssot_ids.semantics.glance.survey._MOST_KEPT", kept)
    files = {
        "a.py": "from uuid import uuid4 as first\n",
        "b.py": "from c import second as third\n",
        "c.py": "from a import first as second\n",
        "d.py": "x = 1\n",
        "e.py": "x = 'uuid'\nfirst_of_all = 1\n",
    }
    paths = [*write(tmp_path, files), str(tmp_path / "gone.py")]
    words, idle, rounds = surveyed(paths)
    assert words == (b"first", b"second", b"third")
    assert idle == {paths[3], paths[4]}
    assert rounds == [["first"], ["second"], ["third"]]


def test_words_in_a_cycle_end(tmp_path: Path) -> None:
    files = {
        "a.py": "from b import two as one\nfrom uuid import uuid4 as one\n",
        "b.py": "from a import one as two\n",
    }
    assert surveyed(write(tmp_path, files))[0] == (b"one", b"two")


def test_many_words_are_looked_up_at_once(tmp_path: Path) -> None:
    names = [f"name_{n}" for n in range(40)]
    files = {
        "a.py": "".join(f"from uuid import uuid4 as {name}\n" for name in names),
        "b.py": "from a import name_7 as seven\n",
        "c.py": "x = name_70\n",
    }
    paths = write(tmp_path, files)
    words, idle, _ = surveyed(paths)
    assert words == tuple(sorted(name.encode() for name in (*names, "seven")))
    assert idle == {paths[2]}


def test_the_modules_beside_the_checked_ones(tmp_path: Path) -> None:
    files = (
        "a.py",
        "b.py",
        "pkg/c.py",
        "pkg/not-a-module.py",
        "pkg/d.pyw",
        "no-package/e.py",
        ".hidden/f.py",
    )
    write(tmp_path, dict.fromkeys(files, ""))
    root, inner = str(tmp_path), str(tmp_path / "pkg")
    beside = other_modules([root, inner, str(tmp_path / "missing")], {str(tmp_path / "a.py")})
    assert beside == ([str(tmp_path / "b.py"), str(tmp_path / "pkg" / "c.py")], [root, inner])
    assert other_modules([root], set(), 2) is None
    assert other_modules([root], set(), 3) is not None
    assert other_modules([], set()) == ([], [])


# -- with and without it -----------------------------------------------------------------------

Findings = dict[str, tuple[object, ...]]
Compare = Callable[..., Findings]


@pytest.fixture
def compare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compare:
    """Check files with and without a survey; the findings of each judged file, if they are the same."""
    root = Path(os.path.realpath(tmp_path))
    surveyed: list[object] = []
    survey = runner._surveyed

    def spy(*given: Any, **named: Any) -> object:
        answer = survey(*given, **named)
        surveyed.append(answer.words)
        return answer

    monkeypatch.setattr(runner, "_surveyed", spy)

    def one(paths: list[str], config: str | None, all_files: bool) -> Findings:
        policy = load_policy(config, root=str(root))
        result = runner.run(paths, policy, jobs=1, all_files=all_files)
        assert not result.notes
        return {
            os.path.relpath(report.path, root): tuple(map(pack, report.findings))
            for report in result.reports
            if report.findings
        }

    def both(
        files: Mapping[str, str],
        config: str | None = None,
        unchecked: Iterable[str] = (),
        all_files: bool = False,
    ) -> Findings:
        paths = write(root, files)
        hidden = {str(root / name) for name in unchecked}
        paths = [path for path in paths if path not in hidden]
        if config is not None:
            write(root, {"ssot-ids.toml": config})
            config = str(root / "ssot-ids.toml")
        surveyed.clear()
        with monkeypatch.context() as patch:
            patch.setattr(runner, "_WORTH_A_SURVEY", 1)
            with_it = one(paths, config, all_files)
        assert surveyed[-1] is not None
        without = one(paths, config, all_files)
        assert surveyed[-1] is None
        assert with_it == without
        return with_it

    return both


@pytest.mark.parametrize("name", MULTI)
def test_a_case_of_several_files(compare: Compare, name: str) -> None:
    case: Case = CASES[name]
    if sys.version_info < case.python:
        pytest.skip("newer syntax")
    found = compare(case.files, case.config)
    assert compare(case.files, case.config, all_files=True) == found
    first = next(iter(case.files))
    alone = compare(case.files, case.config, unchecked=[other for other in case.files if other != first])
    assert alone == {path: findings for path, findings in found.items() if path == first}


def test_the_cases_have_findings_that_a_survey_could_lose() -> None:
    assert len(MULTI) >= 30


@pytest.mark.parametrize("all_files", [False, True])
def test_many_files_are_surveyed_and_few_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_files: bool
) -> None:
    root = Path(os.path.realpath(tmp_path))
    asked: list[int] = []
    first = Survey.first

    def spy(self: Survey, paths: list[str]) -> tuple[set[str], list[str]]:
        asked.append(len(paths))
        return first(self, paths)

    monkeypatch.setattr(Survey, "first", spy)
    paths = write(root, {f"filler_{n}.py": f"value = {n}\n" for n in range(FILLERS)})
    paths += write(
        root, {"m.py": "from uuid import uuid4 as make\n", "used.py": "from m import make\nmake()\n"}
    )
    policy = load_policy(None, root=str(root))
    result = runner.run(paths, policy, jobs=1, all_files=all_files)
    assert [finding.code for report in result.reports for finding in report.findings] == ["SID202"]
    assert [report.path for report in result.reports] == sorted(paths)
    judged = [os.path.basename(report.path) for report in result.reports if report.judged]
    assert len(judged) == len(paths) if all_files else judged == ["m.py", "used.py"]
    assert asked == [len(paths)]
    few = runner.run(paths[-2:], policy, jobs=1, all_files=all_files)
    assert [finding.code for report in few.reports for finding in report.findings] == ["SID202"]
    assert asked == [len(paths)]


FORMS = {
    "plain": ("from uuid import uuid4 as make\n", "from m import make\nmake()\n"),
    "assigned": ("import uuid\nmake = uuid.uuid4\n", "from m import make\nmake()\n"),
    "same name": ("from uuid import uuid4\n", "from m import uuid4\nuuid4()\n"),
    "the module": ("import uuid\n", "from m import uuid as x\nx.uuid4()\n"),
    "the module renamed": ("import uuid as u\n", "from m import u\nu.uuid4()\n"),
    "by attribute": ("from uuid import uuid4 as make\n", "import m\nm.make()\n"),
    "by attribute, over lines": ("from uuid import uuid4 as make\n", "import m\nx = (m\n  .make())\n"),
    "star": ("from uuid import uuid4 as make\n", "from m import *\nmake()\n"),
    "getattr": ("from uuid import uuid4 as make\n", "import m\ngetattr(m, 'make')()\n"),
    "conditional": (
        "try:\n    from uuid import uuid7 as make\nexcept ImportError:\n    from uuid import uuid4 as make\n",
        "from m import make\nmake()\n",
    ),
    "tuple": ("import uuid\nmake, other = uuid.uuid4, 1\n", "from m import make\nmake()\n"),
    "if else": ("import uuid\nmake = uuid.uuid4 if 1 else None\n", "from m import make\nmake()\n"),
    "or": ("import uuid\nmake = None or uuid.uuid4\n", "from m import make\nmake()\n"),
    "walrus": ("import uuid\n(make := uuid.uuid4)\n", "from m import make\nmake()\n"),
    "annotated": ("import uuid\nmake: object = uuid.uuid4\n", "from m import make\nmake()\n"),
    "partial": (
        "import uuid\nfrom functools import partial\nmake = partial(uuid.uuid4)\n",
        "from m import make\nmake()\n",
    ),
    "partial over lines": (
        "import uuid\nimport functools\nmake = functools.partial(\n    uuid.uuid4,\n)\n",
        "from m import make\nmake()\n",
    ),
    "parenthesised": ("import uuid\nmake = (\n    uuid.uuid4\n)\n", "from m import make\nmake()\n"),
    "line continued": ("import uuid\nmake = \\\n    uuid.uuid4\n", "from m import make\nmake()\n"),
    "dynamic": ("make = __import__('uuid').uuid4\n", "from m import make\nmake()\n"),
    "dynamic module": (
        "import importlib\nu = importlib.import_module('uuid')\n",
        "from m import u\nu.uuid4()\n",
    ),
    "sys.modules": ("import sys\nu = sys.modules['uuid']\n", "from m import u\nu.uuid4()\n"),
    "getattr there": ("import uuid\nmake = getattr(uuid, 'uuid4')\n", "from m import make\nmake()\n"),
    "getattr in two": ("import uuid\nmake = getattr(uuid, 'uu' 'id4')\n", "from m import make\nmake()\n"),
    "escaped": ("make = getattr(__import__('\\x75uid'), '\\x75uid4')\n", "from m import make\nmake()\n"),
    "global": (
        "import uuid\ndef f():\n    global make\n    make = uuid.uuid4\n",
        "from m import make\nmake()\n",
    ),
    "in a with": ("import uuid\nwith open('x'):\n    make = uuid.uuid4\n", "from m import make\nmake()\n"),
    "semicolon": ("import uuid; make = uuid.uuid4\n", "from m import make\nmake()\n"),
    "one-line if": ("import uuid\nif 1: make = uuid.uuid4\n", "from m import make\nmake()\n"),
    "later name": ("import uuid\na = uuid.uuid4\nb = a\nmake = b\n", "from m import make\nmake()\n"),
    "class": ("import uuid\nclass Ids:\n    make = uuid.uuid4\n", "from m import Ids\nIds.make()\n"),
    "full width": ("from uuid import uuid4 as make\n", "from m import \uff4dake\nmake()\n"),
    "full width there": ("from uuid import uuid4 as \uff4dake\n", "from m import make\nmake()\n"),
    "ligature there": ("from uuid import uuid4 as \ufb01x\n", "from m import fix\nfix()\n"),
    "accent": ("from uuid import uuid4 as cr\xe9er\n", "from m import cr\xe9er\ncr\xe9er()\n"),
    "composed": ("from uuid import uuid4 as cr\xe9er\n", "from m import cre\u0301er\ncre\u0301er()\n"),
    "disguised": ("from \uff55uid import uuid4 as make\n", "from m import make\nmake()\n"),
    "carriage returns": ("import uuid\rmake = uuid.uuid4\r", "from m import make\rmake()\r"),
    "both line ends": ("import uuid\r\nmake = uuid.uuid4\r\n", "from m import make\r\nmake()\r\n"),
    "mark first": ("\ufefffrom uuid import uuid4 as make\n", "\ufefffrom m import make\nmake()\n"),
    "form feed": ("import uuid\n\x0cmake = uuid.uuid4\n", "from m import make\n\x0cmake()\n"),
    "no line end": ("from uuid import uuid4 as make", "from m import make\nmake()"),
    "tabs": ("from\tuuid\timport\tuuid4\tas\tmake\n", "from\tm\timport\tmake\nmake()\n"),
    "for": ("import uuid\nfor make in [uuid.uuid4]:\n    pass\n", "from m import make\nmake()\n"),
    "subscript": ("import uuid\nmake = [uuid.uuid4][0]\n", "from m import make\nmake()\n"),
    "lambda": ("import uuid\nmake = lambda: uuid.uuid4()\n", "from m import make\nmake()\n"),
    "vars": ("import uuid\nmake = vars(uuid)['uuid4']\n", "from m import make\nmake()\n"),
    "long value": (
        f"import uuid\nmake = {'(' * 90}\n{' ' * 500}uuid.uuid4{')' * 90}\n",
        "from m import make\nmake()\n",
    ),
    "comment between": ("import uuid\nmake = (  # why\n    uuid.uuid4\n)\n", "from m import make\nmake()\n"),
    "called": ("import uuid\nmake = uuid.uuid4()\n", "from m import make\nmake.hex\n"),
    "in a string": ("import uuid\nx = '''\nmake = uuid.uuid4\n'''\n", "from m import make\nmake()\n"),
    "in a function": ("import uuid\ndef f():\n    make = uuid.uuid4\n", "from m import make\nmake()\n"),
    "match": (
        "import uuid\nmatch 1:\n    case 1:\n        make = uuid.uuid4\n",
        "from m import make\nmake()\n",
    ),
    "starred": ("import uuid\nmake, *rest = uuid.uuid4, 1, 2\n", "from m import make\nmake()\n"),
    "nested tuple": ("import uuid\n(a, (make, b)) = (1, (uuid.uuid4, 2))\n", "from m import make\nmake()\n"),
    "module getattr": ("import m2\nmake = m2.u.uuid4\n", "from m import make\nmake()\n"),
    "package attribute": ("import p.q\nmake = p.q.made\n", "from m import make\nmake()\n"),
}
BESIDE = {
    "m2.py": "import uuid as u\n",
    "p/__init__.py": "",
    "p/q.py": "from uuid import uuid4 as made\n",
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_form_of_handing_on(compare: Compare, form: str) -> None:
    made, used = FORMS[form]
    files = {"m.py": made, "used.py": used, **BESIDE}
    found = compare(files)
    assert compare(files, all_files=True).get("used.py") == found.get("used.py")
    assert compare(files, unchecked=["m.py", *BESIDE]).get("used.py") == found.get("used.py")
    # One module more in between, which imports under another name.
    files = {"first.py": made, "m.py": "from first import *\n", "used.py": used, **BESIDE}
    compare(files)
    compare(files, unchecked=["m.py"])


def test_most_forms_are_findings(compare: Compare) -> None:
    """A comparison of nothing with nothing would prove nothing."""
    found = [form for form in sorted(FORMS) if _alone(compare, form)]
    assert len(found) >= 40, sorted(set(FORMS) - set(found))


def _alone(compare: Compare, form: str) -> object:
    made, used = FORMS[form]
    return compare({"m.py": made, "used.py": used, **BESIDE}).get("used.py")


def test_a_module_of_latin_1(compare: Compare, tmp_path: Path) -> None:
    root = Path(os.path.realpath(tmp_path))
    (root / "m.py").write_bytes(b"# coding: latin-1\nfrom uuid import uuid4 as cr\xe9er\n")
    compare({"used.py": "from m import cr\xe9er\ncr\xe9er()\n"})


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_package_behind_a_link(compare: Compare, tmp_path: Path) -> None:
    root = Path(os.path.realpath(tmp_path))
    write(root, {"stored-elsewhere/m.py": "from uuid import uuid4 as make\n"})
    (root / "linked").symlink_to(root / "stored-elsewhere", target_is_directory=True)
    found = compare({"used.py": "from linked.m import make\nmake()\n"})
    assert list(found) == ["used.py"]


def test_a_module_beside_a_checked_one_outside_of_the_roots(compare: Compare) -> None:
    files = {
        "scripts/m.py": "from uuid import uuid4 as make\n",
        "scripts/used.py": "from m import make\nmake()\n",
    }
    config = 'src = ["lib"]\n'
    assert list(compare(files, config)) == ["scripts/used.py"]
    assert list(compare(files, config, unchecked=["scripts/m.py"])) == ["scripts/used.py"]


@pytest.mark.parametrize("seed", range(12))
def test_a_made_up_project(compare: Compare, seed: int) -> None:
    """Modules that hand names on to each other at random, in chains, cycles and packages."""
    choose = random.Random(seed)  # noqa: S311
    modules = [f"m{n}" for n in range(8)] + [f"pkg.m{n}" for n in range(4)] + ["pkg"]
    names = ["make", "fresh", "u", "helper", "Ids", "new_id"]
    files: dict[str, str] = {}
    for module in modules:
        lines = ["from __future__ import annotations"]
        for _ in range(choose.randint(1, 6)):
            other, name, local = (
                choose.choice(modules),
                choose.choice(names),
                choose.choice(names),
            )
            lines.append(
                choose.choice(
                    [
                        f"from {other} import {name} as {local}",
                        f"from {other} import {name}",
                        f"from {other} import *",
                        f"import {other}\n{local} = {other}.{name}",
                        f"import {other} as {local}",
                        f"from uuid import uuid4 as {local}",
                        f"import uuid as {local}",
                        f"import uuid\n{local} = uuid.uuid4",
                        f"from {other} import {name}\n{local} = {name}",
                        f"from {other} import {name}\n{local} = {name}.uuid4",
                        f"def {local}(): return 1",
                        f"class {local}:\n    {name} = 1",
                        f"{local} = None",
                    ]
                )
            )
        lines += [f"{name}()" for name in names] + [f"x = {name}.uuid4()" for name in names[:3]]
        path = "pkg/__init__.py" if module == "pkg" else module.replace(".", "/") + ".py"
        files[path] = "\n".join(lines) + "\n"
    found = compare(files)
    assert found
    compare(files, all_files=True)
    compare(files, unchecked=choose.sample(sorted(files), 5))


def test_a_word_that_is_only_the_path_of_a_module_needs_no_look(compare: Compare) -> None:
    """The name of a module that hands on the source itself; who uses it by another way is found."""
    files = {
        "_uuid.py": "import uuid as _uuid\nuuid = _uuid\n",
        "a.py": "from _uuid import uuid\nuuid.uuid4()\n",
        "b.py": "from _uuid import uuid; _uuid = 1\nuuid.uuid4()\n",
        "c.py": "from _uuid import _uuid\n_uuid.uuid4()\n",
        "d.py": "import _uuid\n_uuid._uuid.uuid4()\n",
        "e.py": "from   _uuid  import *\nuuid.uuid4()\n",
        "f.py": "from _uuid import uuid as _uuid\n_uuid.uuid4()\n",
        "g.py": "from _uuid import uuid as u\nu.uuid4()\n",
    }
    assert sorted(compare(files)) == ["a.py", "b.py", "c.py", "d.py", "e.py", "f.py", "g.py"]
