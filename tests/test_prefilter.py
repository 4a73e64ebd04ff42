"""The byte search: never "clean" for a file with a use, and seldom "look" for one without."""

from __future__ import annotations

import pytest

from flake8_ssot_ids.catalog import FRESH, NAME_HASHES
from flake8_ssot_ids.prefilter import may_hold_use

#: Each of them is a use when it is run.
USES = {
    "a plain use": b"import uuid\nuuid.uuid4()\n",
    "an imported function": b"from uuid import uuid4 as x\nx()\n",
    "a star": b"from uuid import *\ny()\n",
    "a module under another name": b"import uuid as u\ngetattr(u, 'uu' + 'id4')()\n",
    "an import over lines": b"import os, \\\n  uuid as u\nvars(u)\n",
    "an import behind a semicolon": b"x = 1; import uuid as u; u\n",
    "an import with odd spaces": b"from\tuuid\timport\t(\n*)\n",
    "a from over lines": b"from \\\n uuid import x\n",
    "an import by a call": b"__import__('uuid').uuid4()\n",
    "the name in halves": b"__import__('uu' 'id').x()\n",
    "the name with an escape": b"__import__('\\x75uid').x()\n",
    "the name with an escape, by importlib": b"from importlib import *\nimport_module('u\\u0075id')\n",
    "a mapping of modules": b"import sys\nsys.modules['uuid'].uuid4()\n",
    "letters that are the same to Python": "import \uff55\uff55\uff49\uff44\n".encode(),
    "letters in bold": "\U0001d42e\U0001d42e\U0001d422\U0001d41d.x".encode(),
    "UTF-7": b"# coding: utf-7\nimport +AHUAdQBpAGQ-\n",
    "another encoding in line two": b"#!/x\n# -*- coding: utf-16 -*-\nx\n",
    "an encoding of which nothing is known": b"# coding: mine\nx\n",
}
CLEAN = {
    "nothing": b"",
    "other modules": b"import os\nos.urandom(4)\n",
    "the constructor alone": b"x.UUID('1')\n",
    "a constructor in lower case, with no import": b"row.uuid = 1\n",
    "a column of that name": b"class A:\n    uuid = Column(UUID)\n",
    "other letters": "größe = 'ü'\n".encode(),
    "UTF-8 by name": b"# coding: utf-8\nx = 1\n",
    "Latin-1 by name": "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
    "an import by a call of something else": b"__import__('os')\n",
    "a mapping of other modules": b"sys.modules[name]\n",
    "an escape without an import": b"x = '\\x75uid'\n",
}


@pytest.mark.parametrize("case", USES)
def test_a_file_with_a_use_is_looked_at(case: str) -> None:
    assert may_hold_use(USES[case], FRESH)
    assert may_hold_use(b"\xef\xbb\xbf" + USES[case], FRESH)
    assert may_hold_use(USES[case].replace(b"\n", b"\r\n"), FRESH)
    assert may_hold_use(
        b"# a comment\n" * (case not in ("UTF-7", "another encoding in line two")) + USES[case], FRESH
    )


@pytest.mark.parametrize("case", CLEAN)
def test_a_file_without_one_is_passed_over(case: str) -> None:
    assert not may_hold_use(CLEAN[case], FRESH)


def test_the_sources_are_those_that_are_asked_for() -> None:
    data = b"x.uuid5(y)\n"
    assert not may_hold_use(data, FRESH)
    assert may_hold_use(data, FRESH | NAME_HASHES)
