"""SID202: a source reached through another module of the project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.testing import assert_marks, expected
from flake8_ssot_ids.uuids import catalog

CODE = "SID202"
RENAMED = "from uuid import uuid4 as make\n"

#: Sentence -> the judged file, and the other files of the project.
FIRING: dict[str, tuple[str, dict[str, str]]] = {
    "a renamed import": (
        """\
from app.ids import make
x = make()
#   ^^^^ SID202
""",
        {"app/__init__.py": "", "app/ids.py": "from uuid import uuid4 as make\n"},
    ),
    "an alias that is never called there": (
        """\
import ids
field(default_factory=ids.make)
#                     ^^^^^^^^ SID202
""",
        {"ids.py": "import uuid\nmake = uuid.uuid4\n"},
    ),
    "the module itself": (
        """\
from ids import uuid as u
x = u.uuid4().hex[:8]
#   ^^^^^^^ SID202
""",
        {"ids.py": "import uuid\n"},
    ),
    "a star": (
        """\
from ids import *
x = f"a_{make()}"
#        ^^^^ SID202
""",
        {"ids.py": "from uuid import uuid1 as make\n"},
    ),
    "a chain with a cycle": (
        """\
from a import make
x = make()
#   ^^^^ SID202
""",
        {
            "a.py": "from b import *\n",
            "b.py": "from a import *\nfrom c import make\n",
            "c.py": "from uuid import uuid4 as make\n",
        },
    ),
    "a submodule of a namespace package": (
        """\
import deep.er.ids
x = deep.er.ids.make()
#   ^^^^^^^^^^^^^^^^ SID202
""",
        {"deep/er/ids.py": "from uuid import uuid4 as make\n"},
    ),
    "an alias of what was re-exported is no call by a name of this module": (
        """\
import ids
u = ids.uuid
x = u.uuid4()
#   ^^^^^^^ SID202
""",
        {"ids.py": "import uuid\n"},
    ),
}

SILENT: dict[str, tuple[str, dict[str, str]]] = {
    "an own function": (
        "from ids import make\nx = make()\n",
        {"ids.py": "import uuid\ndef make():\n    return uuid.uuid4()\n"},
    ),
    "a name that was bound again": (
        "from ids import make\nx = make()\n",
        {"ids.py": "from uuid import uuid4 as make\nmake = print\n"},
    ),
    "a name that is deleted again": (
        "from ids import make\nx = make()\n",
        {"ids.py": "from uuid import uuid4 as make\ndel make\n"},
    ),
    "a name that a star does not offer": (
        "from ids import *\nx = make()\n",
        {"ids.py": "from uuid import uuid4 as make\n__all__ = []\n"},
    ),
    "a private name behind a star": (
        "from ids import *\nx = _make()\n",
        {"ids.py": "from uuid import uuid4 as _make\n"},
    ),
    "a module that is not of the project": ("from elsewhere import make\nx = make()\n", {"ids.py": ""}),
    "an import without a use": ("from ids import make\n", {"ids.py": "from uuid import uuid4 as make\n"}),
    "a module that the name hides": (
        "import ids\ndef f(ids):\n    return ids.make()\n",
        {"ids.py": "from uuid import uuid4 as make\n"},
    ),
    "an own module uuid is no source": (
        """\
from app import uuid
x = uuid.uuid4()
""",
        {"app/__init__.py": "", "app/uuid.py": "def uuid4(): return 4\n"},
    ),
}


@pytest.mark.parametrize("case", FIRING)
def test_fires(case: str) -> None:
    source, files = FIRING[case]
    assert {mark.code for mark in expected(source)} == {CODE}
    assert_marks(source, files=files)


@pytest.mark.parametrize("case", SILENT)
def test_stays_silent(case: str) -> None:
    source, files = SILENT[case]
    assert expected(source) == []
    assert_marks(source, files=files)


def test_at_least_as_many_cases_stay_silent() -> None:
    assert len(SILENT) >= len(FIRING)


def messages(root: Path, source: str, files: Mapping[str, str]) -> list[str]:
    for name, text in {**files, "case.py": source}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    policy = load_policy(None, root=str(root), overrides={"generator": ["ssot_ids.UnifiedIdGenerator"]})
    project = Project(policy.src, catalog.FRESH)
    report = check_source(source.encode(), str(root / "case.py"), policy, project)
    return [found.message for found in report.findings if found.code == CODE]


@pytest.mark.parametrize(
    ("source", "left", "advice"),
    [
        (
            "from ids import make\njob_id = str(make())\n",
            "",
            'write `UnifiedIdGenerator.generate_base_id("job")`',
        ),
        (
            "from ids import make\ndef f(user_id):\n    session_id = make()\n",
            "",
            "call `UnifiedIdGenerator.generate_uuid()` instead",
        ),
        (
            'from ids import make\nx = f"order_{make()}"\n',
            "",
            'write `UnifiedIdGenerator.generate_base_id("order")`',
        ),
        ("from ids import make\njob_id = make\n", "", "pass `UnifiedIdGenerator.generate_uuid` instead"),
        (
            'from ids import make\nx = f"order_{make().hex[:12]}"\n',
            ", and only 48 random bits of it are kept, so a collision is 1 % likely at 2,378,620 ids",
            'write `UnifiedIdGenerator.generate_base_id("order")`',
        ),
    ],
)
def test_message(source: str, left: str, advice: str, tmp_path: Path) -> None:
    assert messages(tmp_path, source, {"ids.py": "from uuid import uuid4 as make\n"}) == [
        "this is `uuid.uuid4`, re-exported by a module of the project, so a raw id is made out of sight"
        f"{left}; {advice}"
    ]
