"""The byte search: never "clean" for a file with a use, and seldom "look" for one without."""

from __future__ import annotations

import sys
from unicodedata import normalize

import pytest

from flake8_ssot_ids.uuids.catalog import FRESH, NAME_HASHES
from flake8_ssot_ids.uuids.prefilter import is_pieced_together, may_hold_use, searchable

#: Each of them is a use when it is run.
USES = {
    "a plain use": b"import uuid\nuuid.uuid4()\n",
    "an imported function": b"from uuid import uuid4 as x\nx()\n",
    "a star": b"from uuid import *\nuuid4()\n",
    "a module under another name": b"import uuid as u\ngetattr(u, 'uu' + 'id4')()\n",
    "an import over lines": b"import os, \\\n  uuid as u\nvars(u)['uuid4']\n",
    "an import behind a semicolon": b"x = 1; import uuid as u; u.uuid1\n",
    "an import with odd spaces": b"from\tuuid\timport\t(\nuuid6)\n",
    "a from over lines": b"from \\\n uuid import uuid7\n",
    "the source in pieces": b"import uuid\ngetattr(uuid, 'uuid'  # why\n  r'4')()\n",
    "the source in long pieces": b'import uuid\ngetattr(uuid, """u""" \'uid4\')()\n',
    "the source in a name": b"import uuid\nv = '4'\ngetattr(uuid, f'uuid{v}')()\n",
    "the source behind a name": b"from m import p\nimport uuid\ngetattr(uuid, p + 'id4')()\n",
    "the source over two lines": b"import uuid\ngetattr(uuid, 'uu\\\nid4')()\n",
    "the source by a number": b"import uuid\ngetattr(uuid, '\\165uid4')()\n",
    "an import by a call": b"__import__('uuid').uuid4()\n",
    "an attribute of a module of the project": b"from m import ids\nids.uuid.uuid4()\n",
    "an attribute behind blanks": b"from m import ids\nids . uuid4()\n",
    "an attribute in the next line": b"from m import ids\nx = (ids.  # why\n    uuid4())\n",
    "an attribute behind comments": b"x = (ids['#'].  # why #\n\n  # a. b\n  # c\n\tuuid4())\n",
    "an attribute at the margin": b"x = (ids.\nuuid4())\n",
    "an attribute behind a long comment": b"x = (ids.\n# " + b"a" * 3000 + b"\nuuid4())\n",
    "an attribute behind many comments": b"x = (ids.\n" + b"# a\n" * 900 + b"uuid4())\n",
    "a name from elsewhere, in brackets, at the margin": b"from m import (\nuuid4)\nx = [uuid4()]\n",
    "an attribute behind a backslash": b"from m import ids\nids. \\\nuuid4()\n",
    "an attribute behind many blanks": b"from m import ids\nids." + b" " * 300 + b"uuid4()\n",
    "a name from elsewhere": b"from m import uuid4\nx = uuid4()\n",
    "a name from elsewhere, the second": b"from m import a, uuid4\nx = uuid4()\n",
    "a name from elsewhere, over lines": b"from m import a, \\\n b, uuid4\nx = uuid4()\n",
    "a name from elsewhere, in brackets": b"from m import (  # a (b)\n  a, uuid4)\nx = uuid4()\n",
    "a name from elsewhere, in a row": b"import m; from m import uuid4; x = uuid4()\n",
    "a name from a star": b"from m import *\nx = [uuid4()]\n",
    "a name from a star in brackets": b"if 1: from m import  *\nx = [uuid4()]\n",
    "an attribute by text": b"import m\nx = getattr(m.ids, 'uuid4')\n",
    "an attribute by a text elsewhere": b"import m\nname = 'uuid4'\nx = vars(m)[name]\n",
    "a method by text": b"from operator import methodcaller\nmethodcaller('uuid4')(m)\n",
    "the name in halves over lines": b"__import__('uu\\\nid').x()\n",
    "the name ended by a joined line": b"__import__('uuid\\\n').x()\n",
    "the name with a long escape": b"__import__('\\U00000075uid').x()\n",
    "the name with a named letter": b"__import__('\\N{LATIN SMALL LETTER U}uid').x()\n",
    "the name with a letter in octal": b"__import__('u\\165id').x()\n",
    "the name in halves": b"__import__('uu' 'id').x()\n",
    "the name with an escape": b"__import__('\\x75uid').x()\n",
    "the name with an escape, by importlib": b"from importlib import *\nimport_module('u\\u0075id')\n",
    "a mapping of modules": b"import sys\nsys.modules['uuid'].uuid4()\n",
    "letters that are the same to Python": "import \uff55\uff55\uff49\uff44 as u\nu.uuid\uff14\n".encode(),
    "letters in bold": "\U0001d42e\U0001d42e\U0001d422\U0001d41d\U0001d7d2".encode(),
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
    "letters that only look the same": "x = 'uuid'\ny = '\u2192 \u2026 \xe9 \u4e2d \U0001f600'\n".encode(),
    "an escape without an import": b"x = '\\x75uid'\n",
    "a comment that names a source": b"import os\nx = 1  # no uuid4 here\n",
    "a text that names a source": b"x = {'uuid4': 1, 'a': 'uuid1'}\n",
    "a longer name": b"is_uuid4(x.uuid4_or_not, fake_uuid1, uuid4x)\n",
    "an own name in lines of their own": b"import m\nuuid4 = 1\nuuid4 += 1  # a\n\n# b\n  uuid4.x",
    "a keyword": b"import m\nf(id, uuid4=1)\n",
    "an own name": b"from m import (a)\ndef f(a, uuid4): return [uuid4]\n",
    "joined lines of code": b"import sys\nsys.modules[x] = 1 + \\\n    2\n",
    "other escapes": b"sys.modules['a\\n\\x00\\0\\u2026\\1']\n",
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


def test_letters_that_are_ascii_to_python_are_seen() -> None:
    """Every character whose compatible form has a letter, a digit or an underscore of ASCII."""
    for number in range(0x80, sys.maxunicode + 1):
        char = chr(number)
        form = normalize("NFKC", char)
        if any(part.isascii() and (part.isalnum() or part == "_") for part in form):
            assert searchable(char.encode()) == form.encode(), hex(number)


def test_text_is_brought_into_the_form_that_is_asked_for() -> None:
    text = "cre\u0301er".encode()
    assert searchable(text) is text
    assert searchable(text, ascii_only=False) == "cr\xe9er".encode()


def test_a_file_that_imports_the_module_is_looked_at_so_that_it_cannot_be_broken_unseen() -> None:
    assert may_hold_use(b"from uuid import UUID\ndef f(:\n", FRESH)
    assert may_hold_use(b"import os, uuid as u\n)\n", FRESH)
    assert not may_hold_use(b"import os\n# uuid\n)\n", FRESH)


@pytest.mark.parametrize(
    ("text", "pieced"),
    [
        ("getattr(uuid, 'uuid\\064')", True),
        ("getattr(uuid, 'uuid\\64')", True),
        ("getattr(uuid, 'uuid\\x34')", True),
        ("getattr(uuid, '\\u0075uid4')", True),
        ("getattr(uuid, 'uuid\\\n4')", True),
        ("getattr(uuid, 'uuid' f'{x}4')", True),
        ("getattr(uuid, 'uuid4')", False),
        ("getattr(x, 'a\\n\\0') + \\\n  1", False),
        ("f(uuid, 'uuid\\064')", False),
    ],
)
def test_a_text_in_pieces_or_with_escapes_that_is_looked_up(text: str, pieced: bool) -> None:
    assert is_pieced_together(text.encode()) == pieced
