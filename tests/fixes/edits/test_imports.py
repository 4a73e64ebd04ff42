"""The generator's import: where it goes, what it is called; and which import of the source goes away."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Make = Callable[..., object]
NEW = "from ssot_ids import UnifiedIdGenerator\n"
USE = "x_id = str(uuid.uuid4())\n"
DONE = 'x_id = UnifiedIdGenerator.generate_base_id("x")\n'


def fixed(workshop: Make, text: str | bytes, name: str = "app.py") -> str:
    after: str = workshop({name: text}).fixed(name)  # type: ignore[attr-defined]
    return after


PLACES = {
    "in the place of the only import": (f"import uuid\n{USE}", f"{NEW}{DONE}"),
    "after the standard library": (
        f"import os\nimport uuid\n\nprint(os)\n{USE}", f"import os\n\n{NEW}\nprint(os)\n{DONE}",
    ),
    "among third-party modules": (
        f"import os\nimport uuid\n\nimport attr\nfrom zope import interface\n\nprint(os, attr, interface)\n{USE}",
        f"import os\n\nimport attr\n{NEW}from zope import interface\n\nprint(os, attr, interface)\n{DONE}",
    ),
    "before what is the project's own": (
        f"import uuid\n\nfrom app import thing\n\nprint(thing)\n{USE}",
        f"{NEW}\nfrom app import thing\n\nprint(thing)\n{DONE}",
    ),
    "after __future__": (
        f"from __future__ import annotations\n\nimport uuid\n\n{USE}",
        f"from __future__ import annotations\n\n{NEW}\n{DONE}",
    ),
    "after a docstring": (f'"""About."""\n\nimport uuid\n\n{USE}', f'"""About."""\n\n{NEW}\n{DONE}'),
    "after a shebang, an encoding and a licence": (
        f"#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# Licence: MIT\n\nimport uuid\n\n{USE}",
        f"#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# Licence: MIT\n\n{NEW}\n{DONE}",
    ),
    "next to TYPE_CHECKING": (
        "import uuid\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app import T\n\n"
        f"def f(t: 'T'): ...\n\n{USE}",
        f"from typing import TYPE_CHECKING\n\n{NEW}\nif TYPE_CHECKING:\n    from app import T\n\n"
        f"def f(t: 'T'): ...\n\n{DONE}",
    ),
    "before try": (
        f"import uuid\n\ntry:\n    import fast\nexcept ImportError:\n    fast = None\n\n{USE}",
        f"{NEW}\ntry:\n    import fast\nexcept ImportError:\n    fast = None\n\n{DONE}",
    ),
    "semicolons": (f"import os; import uuid\nprint(os)\n{USE}", f"import os\n\n{NEW}print(os)\n{DONE}"),
    "semicolons, the other way": (f"import uuid; import os\nprint(os)\n{USE}", f"import os\n\n{NEW}print(os)\n{DONE}"),
    "a comment behind it": (f"import uuid  # for ids\n{USE}", f"{NEW}{DONE}"),
    "one of several names": (
        "from uuid import UUID, uuid4\n\ndef f(x: UUID): ...\n\nx_id = str(uuid4())\n",
        f"from uuid import UUID\n\n{NEW}\ndef f(x: UUID): ...\n\n{DONE}",
    ),
    "the first of several names": (
        "from uuid import uuid4, UUID\n\ndef f(x: UUID): ...\n\nx_id = str(uuid4())\n",
        f"from uuid import UUID\n\n{NEW}\ndef f(x: UUID): ...\n\n{DONE}",
    ),
    "in parentheses, over several lines": (
        "from uuid import (\n    UUID,\n    uuid4,\n)\n\ndef f(x: UUID): ...\n\nx_id = str(uuid4())\n",
        f"from uuid import (\n    UUID,\n)\n\n{NEW}\ndef f(x: UUID): ...\n\n{DONE}",
    ),
    "joined lines": (
        f"import \\\n    uuid\n{USE}", f"{NEW}{DONE}",
    ),
    "no line end at the end": (f"import uuid\n{USE[:-1]}", f"{NEW}{DONE[:-1]}"),
    "an import that is there": (f"import uuid\n{NEW}\n{USE}", f"{NEW}\n{DONE}"),
    "an alias that is there": (
        f"import uuid\nfrom ssot_ids import UnifiedIdGenerator as Ids\n\n{USE}",
        'from ssot_ids import UnifiedIdGenerator as Ids\n\nx_id = Ids.generate_base_id("x")\n',
    ),
    "the module that is there": (
        "import ssot_ids\nimport uuid\n\ny_id = ssot_ids.UnifiedIdGenerator.generate_base_id('y')\n" + USE,
        "import ssot_ids\n\ny_id = ssot_ids.UnifiedIdGenerator.generate_base_id('y')\n"
        'x_id = ssot_ids.UnifiedIdGenerator.generate_base_id("x")\n',
    ),
    "another name from there": (
        f"import uuid\n\nfrom ssot_ids import Kind\n\nprint(Kind)\n{USE}",
        f"from ssot_ids import Kind, UnifiedIdGenerator\n\nprint(Kind)\n{DONE}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), PLACES.values(), ids=PLACES)
def test_the_import_goes_where_it_belongs(workshop: Make, before: str, after: str) -> None:
    made = workshop({"work/app.py": before, "app/__init__.py": "T = thing = 1\n"})
    assert made.fixed("work/app.py") == after  # type: ignore[attr-defined]


@pytest.mark.parametrize("before", [before for before, _ in PLACES.values()], ids=PLACES)
def test_ruff_finds_the_imports_in_order(workshop: Make, before: str, tmp_path: Path, ruff: str) -> None:
    """Where they were in order before, they are afterwards."""
    text = workshop({"work/app.py": before, "app/__init__.py": "T = thing = 1\n"})

    def problems(source: str) -> str:
        (tmp_path / "work" / "app.py").write_text(source)
        command = [
            ruff, "check", "--isolated", "--select", "I001", "--no-cache", "--output-format", "concise",
            "--config", 'src = ["."]', "--config", 'lint.isort.known-third-party = ["ssot_ids", "attr", "zope"]',
            "work/app.py",
        ]  # fmt: skip
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout

    if "I001" not in problems(before):
        assert "I001" not in problems(text.fixed("work/app.py"))  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [80, 87, 88, 89, 90])
def test_a_line_of_88_columns_is_the_longest_that_takes_the_name(width: int, workshop: Make) -> None:
    other = "A" + "b" * (width - len("from ssot_ids import A, UnifiedIdGenerator"))
    joined = f"from ssot_ids import {other}, UnifiedIdGenerator"
    assert len(joined) == width
    before = f"import uuid\n\nfrom ssot_ids import {other}\n\nprint({other})\n{USE}"
    top = f"{joined}\n" if width <= 88 else f"{NEW}from ssot_ids import {other}\n"
    assert fixed(workshop, before) == f"{top}\nprint({other})\n{DONE}"


STARS = {
    "above": (f"import uuid\nfrom lib import *\n\n{USE}", f"from lib import *\n{NEW}\n{DONE}"),
    "after the name": (f"import uuid\n{NEW}from lib import *\n\n{USE}", f"{NEW}from lib import *\n\n{DONE}"),
}


@pytest.mark.parametrize(("before", "after"), STARS.values(), ids=STARS)
def test_a_star_import_above_the_place(before: str, after: str, workshop: Make) -> None:
    assert fixed(workshop, before) == after


NAMES = {
    "taken by another class": (
        f"import uuid\nclass UnifiedIdGenerator: ...\n{USE}", "SsotUnifiedIdGenerator",
    ),
    "taken by a function's variable": (
        "import uuid\ndef f(UnifiedIdGenerator):\n    return {'x_id': str(uuid.uuid4())}\n", "SsotUnifiedIdGenerator",
    ),
    "only another function's": (
        f"import uuid\ndef g():\n    UnifiedIdGenerator = 1\n    return UnifiedIdGenerator\n{USE}", "UnifiedIdGenerator",
    ),
    "imported, but shadowed here": (
        f"import uuid\n{NEW}def f(UnifiedIdGenerator):\n    return {{'x_id': str(uuid.uuid4())}}\n",
        "SsotUnifiedIdGenerator",
    ),
    "imported in this very function": (
        f"import uuid\ndef f():\n    {NEW}    return {{'x_id': str(uuid.uuid4())}}\n", "UnifiedIdGenerator",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "name"), NAMES.values(), ids=NAMES)
def test_what_the_generator_is_called(workshop: Make, before: str, name: str) -> None:
    after = fixed(workshop, before)
    assert f'{name}.generate_base_id("x")' in after
    assert after.count("import UnifiedIdGenerator") == 1


def test_an_import_below_is_no_use_for_what_runs_before_it(workshop: Make) -> None:
    made = workshop(f"import uuid\n{USE}{NEW}")
    assert [(kind, place) for kind, _, place in made.manual()] == [("import-order", "3:1")]  # type: ignore[attr-defined]


KEPT = {
    "in __all__": f"import uuid\n__all__ = ['uuid']\n{USE}",
    "in __all__, added": f"import uuid\n__all__ = []\n__all__ += ['uuid']\n{USE}",
    "used otherwise": f"import uuid\n{USE}y = uuid.UUID('x')\n",
    "in a string annotation": f"import uuid\ndef f(x: 'uuid.UUID'): ...\n{USE}",
    "in a type comment": f"import uuid\ny = None  # type: uuid.UUID\n{USE}",
    "in an annotation of return": f"import uuid\ndef f() -> 'uuid.UUID': ...\n{USE}",
    "in a cast": f"import uuid\nfrom typing import cast\ny = cast('uuid.UUID', 1)\n{USE}",
    "bound again": f"import uuid\n{USE}uuid = None\n",
}


@pytest.mark.parametrize("before", KEPT.values(), ids=KEPT)
def test_an_import_that_is_needed_stays(workshop: Make, before: str) -> None:
    assert "import uuid\n" in fixed(workshop, before)


def test_an_import_under_type_checking_is_not_touched(workshop: Make) -> None:
    text = (
        "from typing import TYPE_CHECKING\nimport uuid as u\nif TYPE_CHECKING:\n    import uuid\n"
        "def f(x: 'uuid.UUID'): ...\nx_id = str(u.uuid4())\n"
    )
    after = fixed(workshop, text)
    assert "    import uuid\n" in after
    assert "as u" not in after


def test_an_import_that_another_module_takes_from_here_stays(workshop: Make) -> None:
    made = workshop({"app.py": f"import uuid\n{USE}", "other.py": "from app import uuid\nprint(uuid.UUID)\n"})
    assert "import uuid\n" in made.fixed()  # type: ignore[attr-defined]


def test_an_import_of_a_package_stays(workshop: Make) -> None:
    assert "import uuid\n" in fixed(workshop, f"import uuid\n{USE}", "app/__init__.py")


def test_an_import_in_a_function_goes_too(workshop: Make) -> None:
    text = "def f():\n    import uuid\n    return {'x_id': str(uuid.uuid4())}\n"
    assert "import uuid" not in fixed(workshop, text)


def test_an_import_in_a_function_that_is_used_again_stays(workshop: Make) -> None:
    text = "def f():\n    import uuid\n    y = uuid.UUID(int=1)\n    return {'x_id': str(uuid.uuid4()), 'y': y}\n"
    assert "    import uuid\n" in fixed(workshop, text)


def test_a_source_from_another_module_goes_with_its_last_use(workshop: Make) -> None:
    made = workshop(
        {"compat.py": "from uuid import uuid4\n", "app.py": "from compat import uuid4\nx_id = str(uuid4())\n"}
    )
    assert made.fixed() == NEW + DONE  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------------ cycles

CYCLE = {
    "house.py": "import app\nclass HouseIds:\n    @classmethod\n    def generate_base_id(cls, prefix):\n        return prefix\n",
}


def cycle(workshop: Make, text: str) -> object:
    return workshop({**CYCLE, "app.py": text}, generator='"house.HouseIds"')


def test_a_cycle_is_broken_in_the_function(workshop: Make) -> None:
    made = cycle(
        workshop,
        'import uuid\ndef f():\n    """About."""\n    job_id = str(uuid.uuid4())\n    return job_id\n',
    )
    assert made.fixed() == (  # type: ignore[attr-defined]
        'def f():\n    """About."""\n    from house import HouseIds\n    job_id = HouseIds.generate_base_id("job")\n'
        "    return job_id\n"
    )


def test_two_uses_in_one_function_share_the_local_import(workshop: Make) -> None:
    made = cycle(
        workshop,
        "import uuid\ndef f():\n    a_id = str(uuid.uuid4())\n    b_id = str(uuid.uuid4())\n    return a_id, b_id\n",
    )
    assert made.fixed().count("import") == 1  # type: ignore[attr-defined]


def test_at_the_top_nothing_breaks_a_cycle(workshop: Make) -> None:
    made = cycle(workshop, f"import uuid\n{USE}")
    assert [kind for kind, _, _ in made.manual()] == ["import-cycle"]  # type: ignore[attr-defined]


def test_what_is_imported_only_for_types_makes_no_cycle(workshop: Make) -> None:
    house = CYCLE["house.py"].replace(
        "import app\n", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app\n"
    )
    made = workshop({"house.py": house, "app.py": f"import uuid\n{USE}"}, generator='"house.HouseIds"')
    assert made.fixed().startswith("from house import HouseIds\n")  # type: ignore[attr-defined]


# ---------------------------------------------------------------------------------------- encodings

BYTES = {
    "CRLF": f"import os\nimport uuid\n\nprint(os)\n{USE}".replace("\n", "\r\n").encode(),
    "CR": f"import os\nimport uuid\n\nprint(os)\n{USE}".replace("\n", "\r").encode(),
    "a BOM": b"\xef\xbb\xbf" + f"import uuid\n{USE}".encode(),
    "tabs": f"import uuid\ndef f():\n\t{USE}\treturn x_id\n".encode(),
    "latin-1": f"# -*- coding: latin-1 -*-\nimport uuid\nname = 'é'\n{USE}".encode("latin-1"),
    "a form feed": f"import uuid\n\f\n{USE}".encode(),
}


@pytest.mark.parametrize("before", BYTES.values(), ids=BYTES)
def test_the_bytes_of_a_file_keep_their_kind(workshop: Make, before: bytes) -> None:
    plan = workshop(before).plan()  # type: ignore[attr-defined]
    assert plan.new is not None
    for sign in (b"\r\n", b"\t", b"\xef\xbb\xbf", b"\xe9", b"\f"):
        assert (sign in plan.new) == (sign in before)
    assert (b"\n" in plan.new.replace(b"\r\n", b"")) == (b"\n" in before.replace(b"\r\n", b""))
    assert b"uuid" not in plan.new


# ----------------------------------------------------------------------------------------- f-strings

TEXTS = {
    "double quotes": 'k = f"a b {uuid.uuid4()}"',
    "single quotes": "k = f'a b {uuid.uuid4()}'",
    "three double quotes": 'k = f"""a b {uuid.uuid4()}"""',
    "three single quotes": "k = f'''a b\n{uuid.uuid4()}'''",
    "raw": 'k = rf"a\\d {uuid.uuid4()}"',
    "joined with a plain text": 'k = f"a {uuid.uuid4()} " "b"',
    "joined with the other quote": "k = f\"a {uuid.uuid4()} \" f'b'",
    "a format": 'k = f"a b {str(uuid.uuid4()):>50}"',
    "a conversion": 'k = f"a b {str(uuid.uuid4())!s}"',
    "two of them": 'k = f"a {uuid.uuid4()} {uuid.uuid4()}"',
    "a key beside it": "k = f\"a {d['x']} {uuid.uuid4()}\"",
    "braces": 'k = f"a {{b}} {uuid.uuid4()}"',
    "a dynamic head with a key": "k = f\"{d['x']}_{uuid.uuid4()}\"",
    "with a call before it": "k = f\"{d.get('x')}-{uuid.uuid4().hex[:8]}\"",
    "a percent": 'k = "a b %s" % uuid.uuid4()',
    "format": 'k = "a b {}".format(uuid.uuid4())',
    "a sum": 'k = "a b " + str(uuid.uuid4())',
}


@pytest.mark.parametrize("line", TEXTS.values(), ids=TEXTS)
def test_what_is_written_into_a_text_parses_on_3_11(workshop: Make, line: str) -> None:
    after = fixed(workshop, f"import uuid\nd = {{'x': '1'}}\n{line}\n")
    assert "uuid4" not in after
    ast.parse(after, feature_version=(3, 11))
    old_parser = os.environ.get("SSOT_IDS_PYTHON311")
    if old_parser:
        subprocess.run([old_parser, "-c", f"import ast; ast.parse({after!r})"], check=True)
    namespace: dict[str, object] = {}
    exec(compile(after, "app.py", "exec"), namespace)
    assert str(namespace["k"])


DEBUG = 'k = f"{uuid.uuid4()=}"'
NESTED = "k = f\"{f'{dict(run_id=str(uuid.uuid4()))}'} y\""


@pytest.mark.parametrize("line", [DEBUG, NESTED])
def test_where_no_quote_is_left_the_text_stays(workshop: Make, line: str) -> None:
    found = workshop(f"import uuid\n{line}\n").manual()  # type: ignore[attr-defined]
    assert [kind for kind, _, _ in found] == ["f-string"]
