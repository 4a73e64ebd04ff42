"""What names of the project's modules stand for: against real imports of random projects, and by hand."""

from __future__ import annotations

import os
import random
import sys
import uuid
from collections.abc import Iterator, Mapping
from itertools import permutations
from pathlib import Path
from types import ModuleType

import pytest

from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.semantics.module.values import DIRECT, REEXPORTED
from flake8_ssot_ids.semantics.project.follow import Targets
from flake8_ssot_ids.semantics.project.modules import Modules
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.uuids import catalog
from flake8_ssot_ids.uuids.catalog import FRESH

NAMES = ("m", "n", "uuid", "uuid4", "_p")
#: Module -> its file; each may import from those before it.
MODULES = {
    "top.sub.c": "top/sub/c.py",
    "top.a": "top/a.py",
    "top.b": "top/b.py",
    "top.sub": "top/sub/__init__.py",
    "top": "top/__init__.py",
    "other": "other.py",
}
PACKAGE = {
    "top.sub.c": "top.sub",
    "top.a": "top",
    "top.b": "top",
    "top.sub": "top.sub",
    "top": "top",
    "other": "",
}


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def ours(root: Path, dotted: str) -> set[str]:
    """The sources that ``dotted`` stands for in a file below ``root``."""
    project = Project([str(root)], FRESH)
    home = project.home(str(root / "case.py"))
    values = project.expand(frozenset({(dotted, DIRECT)}), home)
    assert all(via == REEXPORTED for name, via in values if name != dotted)
    return {name for name, _ in values if isinstance(name, str) and catalog.source_name(name, FRESH)}


def random_project(choose: random.Random) -> dict[str, str]:
    """Modules of straight-line code that import from one another, in all the ways there are."""
    texts: dict[str, str] = {}
    known: dict[str, set[str]] = {}
    for module, file in MODULES.items():
        lines: list[str] = []
        mine: set[str] = set()
        #: What was bound after the last star import, which may have bound what was there.
        fresh: set[str] = set()
        for _ in range(choose.randint(0, 6)):
            name = choose.choice(NAMES)
            source = choose.choice([*known, ""])
            bound = False
            form = choose.choice(
                ["uuid", "from", "from", "alias", "star", "import", "other", "all", "del", "chain"]
            )
            if form == "uuid" or not source:
                lines.append(
                    choose.choice(
                        ["import uuid", f"from uuid import uuid4 as {name}", f"import uuid as {name}"]
                    )
                )
                name = "uuid" if lines[-1] == "import uuid" else name
                bound = True
            elif form == "from" and known[source]:
                taken = choose.choice(sorted(known[source]))
                lines.append(f"from {relative(source, PACKAGE[module], choose)} import {taken} as {name}")
                bound = True
            elif form == "star":
                lines.append(f"from {relative(source, PACKAGE[module], choose)} import *")
                fresh.clear()
            elif form == "import" and known[source]:
                lines.append(f"import {source} as x")
                lines.append(f"{name} = x.{choose.choice(sorted(known[source]))}")
                bound = True
            elif form == "alias" and fresh:
                lines.append(f"{name} = {choose.choice(sorted(fresh))}")
                bound = True
            elif form == "chain" and fresh:
                lines.append(f"{name} = y = {choose.choice(sorted(fresh))}")
                bound = True
            elif form == "other":
                lines.append(choose.choice([f"{name} = 1", f"def {name}(): pass", f"class {name}: pass"]))
                bound = True
            elif form == "all" and mine:
                lines.append(f"__all__ = {sorted(choose.sample(sorted(mine), 1))!r}")
            elif form == "del" and mine:
                gone = choose.choice(sorted(mine))
                lines.append(f"del {gone}")
                mine.discard(gone)
                fresh.discard(gone)
            if bound:
                mine.add(name)
                fresh.add(name)
        texts[file] = "".join(f"{line}\n" for line in lines)
        known[module] = mine
    return texts


def relative(module: str, package: str, choose: random.Random) -> str:
    """``module`` as code in ``package`` may write it."""
    if not package or module.partition(".")[0] != package.partition(".")[0] or choose.random() < 0.5:
        return module
    here, there = package.split("."), module.split(".")
    same = 0
    while same < min(len(here), len(there)) and here[same] == there[same]:
        same += 1
    return "." * (len(here) - same + 1) + ".".join(there[same:])


@pytest.fixture
def loaded() -> Iterator[None]:
    yield
    forget()


def forget() -> None:
    for name in MODULES:
        sys.modules.pop(name, None)


def executed(root: Path) -> dict[str, ModuleType]:
    """The modules, each run once those before it have come to their ends, packages included."""
    forget()
    modules = {name: ModuleType(name) for name in MODULES}
    for name, module in modules.items():
        module.__package__ = PACKAGE[name]
        if name == PACKAGE[name]:
            module.__path__ = [str((root / MODULES[name]).parent)]
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(modules[parent], last, module)
    sys.modules.update(modules)
    for name, module in modules.items():
        exec((root / MODULES[name]).read_text(), vars(module))  # noqa: S102
    return modules


def test_random_projects_hand_on_what_python_hands_on(loaded: None, tmp_path: Path) -> None:  # noqa: ARG001
    compared = sources = 0
    for seed in range(250):
        choose = random.Random(seed)  # noqa: S311
        root = tmp_path / str(seed)
        write(root, random_project(choose))
        try:
            modules = executed(root)
        except (ImportError, NameError, AttributeError):
            # A name that a star import may have brought, or that was deleted.
            continue
        for name, module in modules.items():
            for attribute in NAMES:
                value = vars(module).get(attribute)
                real = {f"uuid.{source}" for source in FRESH if value is getattr(uuid, source, "none")}
                assert ours(root, f"{name}.{attribute}") == real, (seed, name, attribute)
                compared += 1
                sources += bool(real)
    assert compared > 3000
    assert sources > 150


@pytest.mark.parametrize(
    "data",
    [
        b"import uuid\nmake = uuid.uuid4\n",
        b"import uuid\r\nmake = uuid.uuid4\r\n",
        b"import uuid\rmake = uuid.uuid4\r",
        b"\xef\xbb\xbfimport uuid\nmake = uuid.uuid4\n",
        b"\xef\xbb\xbffrom uuid import uuid4 as make\n",
        b"# coding: latin-1\nx = '\xff'\nfrom uuid import uuid4 as make\n",
        b"\x0cfrom uuid import uuid4 as make\n",
        b"from uuid import (  # (\n    uuid4 as make,\n)\n",
        b"from uuid \\\n    import uuid4 \\\n    as make\n",
        b"if x:\n    from uuid import uuid4 as make\nelse:\n    make = None\n",
        b"try:\n    from fast import make\nexcept ImportError:\n    from uuid import uuid4 as make\n",
        b"import uuid\nmake: object = uuid.uuid4\n",
        b"import uuid\n(make) = (uuid.uuid4)\n",
        b"import uuid\na, make = 1, uuid.uuid4\n",
        b"import uuid\n[a, [make]] = 1, [uuid.uuid4]\n",
        b"import uuid\nif make := uuid.uuid4: pass\n",
        b"import uuid\nmake = other = uuid.uuid4\n",
        b"import uuid\nother = make = uuid.uuid4\n",
        b"import uuid; make = uuid.uuid4\n",
        b"import uuid\nmake = \\\n    uuid.uuid4\n",
        b"import uuid\nmake = (\n    uuid\n    .uuid4\n)\n",
        b"import uuid\nmake = getattr(uuid, 'uuid4')\n",
        b"make = __import__('uuid').uuid4\n",
        b"from importlib import import_module\nmake = import_module('uuid').uuid4\n",
        b"import importlib\nmake = importlib.import_module('uuid').uuid4\n",
        b"import sys\nmake = sys.modules['uuid'].uuid4\n",
        b"import functools, uuid\nmake = functools.partial(uuid.uuid4)\n",
        b"import uuid\nmake = vars(uuid)['uuid4']\n",
        b"import uuid\nmake = x or uuid.uuid4\n",
        b"import uuid\nmake = uuid.uuid4 if x else None\n",
        b"import uuid\ndef f():\n    global make\n    make = uuid.uuid4\n",
        b"from uuid import *\nmake = uuid4\n",
        b"import uuid as u\nv = u\nw = v\nmake = w.uuid4\n",
        b"import uuid\nwith x:\n    make = uuid.uuid4\n",
        b"import uuid\nfor x in y: make = uuid.uuid4\n",
        b"import uuid\nclass A:\n    global make\n    make = uuid.uuid4\n",
        b"match x:\n    case 1:\n        from uuid import uuid4 as make\n",
        "from uuid import uuid4 as ｍake\n".encode(),  # noqa: RUF001
    ],
)
def test_a_module_hands_a_source_on(data: bytes, tmp_path: Path) -> None:
    write(tmp_path, {"ids.py": data})
    assert ours(tmp_path, "ids.make") == {"uuid.uuid4"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"import uuid\n",
        b"import uuid\nmake = uuid.uuid4\nmake = 1\n",
        b"import uuid\nmake = uuid.uuid4()\n",
        b"import uuid\nmake = uuid.UUID\n",
        b"import uuid\ndef make(): return uuid.uuid4()\n",
        b"import uuid\ndef f():\n    make = uuid.uuid4\n",
        b"import uuid\nclass A:\n    make = uuid.uuid4\n",
        b"import uuid\nmake = uuid.uuid4\ndel make\n",
        b"from uuid import uuid4 as make\nclass make: pass\n",
        b"x = '''\nfrom uuid import uuid4 as make\n'''\n",
        b"# from uuid import uuid4 as make\n",
        b"import uuid\nmake = lambda: uuid.uuid4()\n",
        b"import uuid\nmake = [uuid.uuid4]\n",
        b"from elsewhere import uuid4 as make\n",
        b"from .uuid import uuid4 as make\n",
        b"import uuid\nmake = (\n",
        b"\xff\xfe\nfrom uuid import uuid4 as make\n",
    ],
)
def test_a_module_hands_none_on(data: bytes, tmp_path: Path) -> None:
    write(tmp_path, {"ids.py": data})
    assert ours(tmp_path, "ids.make") == set()


HAS_M = "from uuid import uuid4 as m\n"
FOUND = {"uuid.uuid4"}


@pytest.mark.parametrize(
    ("files", "dotted", "found"),
    [
        ({"a.py": "from b import m\n", "b.py": "from a import m\n"}, "a.m", set()),
        ({"a.py": "from b import *\n", "b.py": "from a import *\n"}, "a.m", set()),
        (
            {"a.py": "from b import *\n", "b.py": "from a import *\nfrom uuid import uuid4 as m\n"},
            "a.m",
            FOUND,
        ),
        ({"a/__init__.py": "from .b import m\n", "a/b.py": HAS_M}, "a.m", FOUND),
        ({"a/__init__.py": "from . import b\nm = b.m\n", "a/b.py": HAS_M}, "a.m", FOUND),
        ({"a/b.py": HAS_M}, "a.b.m", FOUND),
        ({"a.py": "", "a/__init__.py": HAS_M}, "a.m", FOUND),
        ({"a.py": HAS_M, "a/__init__.py": ""}, "a.m", set()),
        ({"a.pyi": HAS_M}, "a.m", set()),
        # A colon stands where `from module import name` has its `import`.
        ({"a/__init__.py": "b = 1\n", "a/b.py": HAS_M}, "a:.b.m", set()),
        ({"a/__init__.py": "b = 1\n", "a/b.py": HAS_M}, "a.b:.m", FOUND),
        ({"a/__init__.py": "b = 1\n", "a/b.py": HAS_M}, "a.b.m", FOUND),
        ({"a/__init__.py": "from .b import b\n", "a/b.py": "from uuid import uuid4 as b\n"}, "a.b:.b", FOUND),
        ({"a/__init__.py": "from .b import b\n", "a/b.py": "from uuid import uuid4 as b\n"}, "a:.b", FOUND),
        ({"a/__init__.py": "from .b import b\n", "a/b.py": "from uuid import uuid4 as b\n"}, "a:.b.b", set()),
        (
            {"a/__init__.py": "from .b import b\n", "a/b.py": "from uuid import uuid4 as c\ndef b(): ...\n"},
            "a:.b.c",
            set(),
        ),
        ({"a.py": "from uuid import uuid4 as m\nfrom b import *\n", "b.py": ""}, "a.m", FOUND),
        ({"a.py": "from uuid import uuid4 as m\nfrom b import *\n", "b.py": "def m(): ...\n"}, "a.m", set()),
        (
            {
                "a.py": "from uuid import uuid4 as m\nfrom b import *\n",
                "b.py": "def m(): ...\n__all__ = []\n",
            },
            "a.m",
            FOUND,
        ),
        ({"a.py": "from b import *\nfrom c import *\n", "b.py": HAS_M, "c.py": "m = 1\n"}, "a.m", set()),
        ({"a.py": "from c import *\nfrom b import *\n", "b.py": HAS_M, "c.py": "m = 1\n"}, "a.m", FOUND),
        (
            {
                "a.py": "try:\n    from b import *\nexcept ImportError:\n    from c import *\n",
                "b.py": HAS_M,
                "c.py": "m = 1\n",
            },
            "a.m",
            FOUND,
        ),
        (
            {"a.py": "from b import *\nfrom c import *\n", "b.py": HAS_M, "c.py": "if x:\n    m = 1\n"},
            "a.m",
            FOUND,
        ),
        (
            {
                "a.py": "from b import *\nfrom c import *\n",
                "b.py": HAS_M,
                "c.py": "from d import *\n",
                "d.py": "m = 1\n",
            },
            "a.m",
            set(),
        ),
        ({"a.py": "from b import *\nm = 1\n", "b.py": HAS_M}, "a.m", set()),
        ({"a.py": "from b import *\ndel m\n", "b.py": HAS_M}, "a.m", set()),
        ({"uuid.py": "def uuid4(): ...\n", "a.py": HAS_M}, "a.m", FOUND),
        ({"a/uuid.py": "def uuid4(): ...\n", "a/b.py": "from .uuid import uuid4 as m\n"}, "a.b.m", set()),
        ({"a/uuid.py": "def uuid4(): ...\n", "a/b.py": HAS_M}, "a.b.m", FOUND),
        ({f"a{at}.py": f"from a{at + 1} import m\n" for at in range(60)} | {"a60.py": HAS_M}, "a0.m", FOUND),
    ],
)
def test_a_name_is_followed(files: dict[str, str], dotted: str, found: set[str], tmp_path: Path) -> None:
    write(tmp_path, files)
    assert ours(tmp_path, dotted) == found


def test_what_an_answer_depends_on_is_recorded(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "from b import m\n", "b.py": "from c import m\n", "d.py": ""})
    project = Project([str(tmp_path)], FRESH)
    home = project.home(str(tmp_path / "case.py"))
    project.start()
    project.expand(frozenset({("a.m", DIRECT)}), home)
    touched = {os.path.relpath(path, tmp_path) for path in project.touched if path.startswith(str(tmp_path))}
    assert touched == {".", "a.py", "b.py"}
    project.start()
    # The second answer comes from memory, and depends on the same.
    project.expand(frozenset({("a.m", DIRECT)}), home)
    assert {"a.py", "b.py"} <= {os.path.relpath(path, tmp_path) for path in project.touched}


@pytest.mark.parametrize(
    ("files", "path", "package"),
    [
        ({"a/__init__.py": ""}, "a/b.py", "a"),
        ({"a/__init__.py": "", "a/b/__init__.py": ""}, "a/b/c.py", "a.b"),
        ({}, "b.py", ""),
        ({}, "a/b.py", "a"),
    ],
)
def test_the_package_of_a_file(files: dict[str, str], path: str, package: str, tmp_path: Path) -> None:
    write(tmp_path, files)
    assert Project([str(tmp_path)], FRESH).home(str(tmp_path / path)).package == package


#: Files that import all names from themselves or from each other, and the rows that have a finding.
CYCLES: list[tuple[dict[str, str], dict[str, list[int]]]] = [
    ({"a.py": "import uuid\nfrom a import *\nuuid.uuid4()\n"}, {"a.py": [3]}),
    ({"a.py": "from uuid import uuid4\nfrom a import *\nuuid4()\n"}, {"a.py": [3]}),
    ({"a.py": "import uuid\nfrom a import *\nfrom a import *\nuuid.uuid4()\n"}, {"a.py": [4]}),
    ({"p/__init__.py": "import uuid\nfrom . import *\nuuid.uuid4()\n"}, {"p/__init__.py": [3]}),
    ({"p/__init__.py": "import uuid\nfrom p import *\nuuid.uuid4()\n"}, {"p/__init__.py": [3]}),
    (
        {"p/__init__.py": "", "p/a.py": "import uuid\nfrom .a import *\nuuid.uuid4()\n"},
        {"p/a.py": [3]},
    ),
    (
        {
            "a.py": "import uuid\nfrom b import *\nuuid.uuid4()\n",
            "b.py": "import uuid\nfrom a import *\nuuid.uuid4()\n",
        },
        {"a.py": [3], "b.py": [3]},
    ),
    (
        {
            "a.py": "import uuid\nfrom b import *\nuuid.uuid4()\n",
            "b.py": "import uuid\nfrom c import *\nuuid.uuid4()\n",
            "c.py": "import uuid\nfrom a import *\nuuid.uuid4()\n",
        },
        {"a.py": [3], "b.py": [3], "c.py": [3]},
    ),
    # What the other file binds itself goes before.
    (
        {"a.py": "import uuid\nfrom b import *\nuuid.uuid4()\n", "b.py": "from a import *\nuuid = 1\n"},
        {"a.py": []},
    ),
    ({"a.py": "import uuid\nfrom a import *\nuuid = 1\nuuid.uuid4()\n"}, {"a.py": []}),
    ({"a.py": "uuid = 1\nfrom a import *\nuuid.uuid4()\n"}, {"a.py": []}),
    ({"a.py": "from b import *\nuuid.uuid4()\n", "b.py": "from a import *\n"}, {"a.py": []}),
]


@pytest.mark.parametrize(("files", "rows"), CYCLES)
def test_a_star_import_that_leads_back_hides_nothing(
    files: dict[str, str], rows: dict[str, list[int]], tmp_path: Path
) -> None:
    write(tmp_path, files)
    policy = load_policy(None, root=str(tmp_path))
    project = Project([str(tmp_path)], FRESH)
    for name, expected in rows.items():
        report = check_source((tmp_path / name).read_bytes(), str(tmp_path / name), policy, project=project)
        assert [found.span.start.row for found in report.findings] == expected, name


def random_cycle(choose: random.Random) -> dict[str, str]:
    """Four modules that import from and alias one another in whatever circles come about."""
    files: dict[str, str] = {}
    names = "mnpq"
    for me in "abcd":
        lines: list[str] = []
        for _ in range(choose.randint(1, 5)):
            other = choose.choice([name for name in "abcd" if name != me])
            one, two, three = (choose.choice(names) for _ in range(3))
            lines.append(
                choose.choice(
                    [
                        f"from {other} import {two} as {one}",
                        f"from {other} import {two}",
                        f"import {other}\n{one} = {other}.{two}",
                        f"from {other} import *",
                        f"import {other} as {one}",
                        f"{one} = {two}",
                        f"{one} = {two} = {three}",
                        f"{one} = {two}.{three}",
                        f"{one} = x or {two}",
                        f"{one} = partial({two})",
                        f"if x: {one} = {two}",
                        f"{one} = getattr({two}, '{three}')",
                        f"def {one}(): pass",
                        f"{one} = 1",
                        f"def f():\n    global {one}\n    {one} = {two}",
                    ]
                )
            )
        if choose.random() < 0.7:
            source = choose.choice(["import uuid as n", "from uuid import uuid4 as m", "from uuid import *"])
            lines.insert(choose.randint(0, len(lines)), source)
        calls = [f"{one}()\n{one}.{two}()" for one in names for two in names]
        files[f"{me}.py"] = "\n".join(["from functools import partial", *lines, *calls, ""])
    return files


@pytest.mark.parametrize("seeds", [9, pytest.param(30, marks=pytest.mark.corpora)])
def test_the_order_of_the_questions_does_not_matter(seeds: int, tmp_path: Path) -> None:
    some = 0
    for seed in range(seeds):
        root = tmp_path / str(seed)
        files = random_cycle(random.Random(seed))  # noqa: S311
        write(root, files)
        policy = load_policy(None, root=str(root))
        answers = set()
        for order in permutations(files):
            project = Project([str(root)], FRESH)
            found = set()
            for file in order:
                path = str(root / file)
                report = check_source(files[file].encode(), path, policy, project)
                found |= {(file, finding.span, finding.code) for finding in report.findings}
            answers.add(frozenset(found))
        assert len(answers) == 1, seed
        some += any(answers)
    assert some > seeds // 3


@pytest.mark.parametrize("seeds", [30, pytest.param(100, marks=pytest.mark.corpora)])
def test_the_first_look_finds_all_that_the_exact_one_does(seeds: int, tmp_path: Path) -> None:
    some = 0
    for seed in range(seeds):
        root = tmp_path / str(seed)
        write(root, random_cycle(random.Random(seed)))  # noqa: S311
        for dotted in (f"{module}:.{name}" for module in "abcd" for name in "mnpq"):
            modules = Modules([str(root)], FRESH)
            home = modules.home(str(root / "case.py"))
            exact = Targets(modules).resolved(dotted, home.roots, exact=True)
            real = {name for name in exact if isinstance(name, str) and catalog.source_name(name, FRESH)}
            assert ours(root, dotted) == real, (seed, dotted)
            some += bool(real)
    assert some > seeds // 3
