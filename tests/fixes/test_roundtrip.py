"""Whatever a file is made of, only what was meant to change changes: planned, written, compared as bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from flake8_ssot_ids.fixes.edits.write import replace_file
from tests.fixes.conftest import GENERATOR, Fix

ID, CALL = "str(uuid.uuid4())", 'Gen.generate_base_id("order")'

#: The generator is imported and uuid is still needed, so only the id is replaced.
HEAD = b"import uuid; from ids import Gen; U = uuid.UUID"
#: Sentence -> the bytes before, with ``import uuid`` for the head.
# fmt: off
FILES: dict[str, bytes] = {
    "plain": b"import uuid\n\norder_id = str(uuid.uuid4())\n",
    "no newline at the end": b"import uuid\n\norder_id = str(uuid.uuid4())",
    "CRLF": b"import uuid\r\n\r\norder_id = str(uuid.uuid4())\r\n",
    "CRLF without one at the end": b"import uuid\r\n\r\norder_id = str(uuid.uuid4())",
    "carriage returns alone": b"import uuid\r\rorder_id = str(uuid.uuid4())\r",
    "mixed, first LF": b"import uuid\n\r\nx = 1\r\norder_id = str(uuid.uuid4())\r\ny = '''\r\n\n'''\n",
    "mixed, first CRLF": b"import uuid\r\n\nx = 1\norder_id = str(uuid.uuid4())\n# \ry = 2\n",
    "a BOM": b"\xef\xbb\xbfimport uuid\n\norder_id = str(uuid.uuid4())\n",
    "a BOM and CRLF": b"\xef\xbb\xbfimport uuid\r\n\r\norder_id = str(uuid.uuid4())\r\n",
    "latin-1": b"# coding: latin-1\nimport uuid\n\nx = '\xe9'; order_id = str(uuid.uuid4())  # \xfc\n",
    "cp1252": b"# coding: cp1252\nimport uuid\n\nx = '\x80'; order_id = str(uuid.uuid4())\n",
    "koi8-r": b"# coding: koi8-r\nimport uuid\n\nx = '\xc1\xc2'; order_id = str(uuid.uuid4())\n",
    "shift_jis": "# coding: shift_jis\nimport uuid\n\nx = '日本'; order_id = str(uuid.uuid4())\n".encode(
        "shift_jis"
    ),
    "UTF-8 by a cookie": "# coding: utf-8\nimport uuid\n\nx = '𝄞é'; order_id = str(uuid.uuid4())\n".encode(),
    "bytes in a comment that are not UTF-8": b"import uuid\n\n# \xff\xfe\norder_id = str(uuid.uuid4())\n",
    "tabs": b"import uuid\n\nif 1:\n\tif 2:\n\t\tx =\t1;\torder_id\t=\tstr(uuid.uuid4())\t# \t\n",
    "form feeds": b"import uuid\n\f\nx = 1\n\f\norder_id = str(uuid.uuid4())\n\f",
    "spaces at the ends of lines": b"import uuid\n\nx = 1   \norder_id = str(uuid.uuid4())   \n   \n",
    "many empty lines at the end": b"import uuid\n\norder_id = str(uuid.uuid4())\n\n\n\n",
    "separators of Unicode": "import uuid\nx = '\u2028\x85\x0b\x1c'; order_id = str(uuid.uuid4())\n".encode(),
    "letters that have another form": "import uuid\ne\u0301 = 'ﬁ'; order_id = str(uuid.uuid4())\n".encode(),
    "a line continued": b"import uuid\n\nx = 1 + \\\n    2; order_id = str(uuid.uuid4())\n",
    "a shebang": b"#!/usr/bin/env python\n# coding: utf-8\nimport uuid\n\norder_id = str(uuid.uuid4())\n",
    "a very long line": b"import uuid\n\nx = '" + b"\xc3\xa9" * 5000 + b"'; order_id = str(uuid.uuid4())\n",
}
# fmt: on


def wanted(before: bytes) -> bytes:
    return before.replace(ID.encode(), CALL.encode())


@pytest.mark.parametrize("case", FILES)
def test_only_what_was_meant_changes(case: str, fix: Fix, tmp_path: Path) -> None:
    before = FILES[case].replace(b"import uuid", HEAD)
    assert wanted(before) != before
    plan = fix(before)
    assert plan.refused == ""
    assert plan.new == wanted(before)
    file = tmp_path / "m.py"
    replace_file(str(file), plan.old, plan.new)
    assert file.read_bytes() == wanted(before)
    assert fix(plan.new).new is None


#: As above, but the import of uuid is still needed, so that a line is added.
ADDED: dict[str, tuple[bytes, bytes]] = {
    "CRLF": (
        b"import uuid\r\n\r\norder_id = str(uuid.uuid4())\r\nx = uuid.UUID(y)\r\n",
        b"import uuid\r\n\r\nfrom ids import Gen\r\n\r\n"
        b'order_id = Gen.generate_base_id("order")\r\nx = uuid.UUID(y)\r\n',
    ),
    "carriage returns alone": (
        b"import uuid\r\rorder_id = str(uuid.uuid4())\rx = uuid.UUID(y)\r",
        b'import uuid\r\rfrom ids import Gen\r\rorder_id = Gen.generate_base_id("order")\rx = uuid.UUID(y)\r',
    ),
    "a BOM": (
        b"\xef\xbb\xbfimport uuid\n\norder_id = str(uuid.uuid4())\nx = uuid.UUID(y)\n",
        b"\xef\xbb\xbfimport uuid\n\nfrom ids import Gen\n\n"
        b'order_id = Gen.generate_base_id("order")\nx = uuid.UUID(y)\n',
    ),
    "a BOM, and the import comes first": (
        b"\xef\xbb\xbfx = 1\nimport uuid\norder_id = str(uuid.uuid4())\ny = uuid.UUID(z)\n",
        b"\xef\xbb\xbffrom ids import Gen\n\nx = 1\nimport uuid\n"
        b'order_id = Gen.generate_base_id("order")\ny = uuid.UUID(z)\n',
    ),
    "a form feed at the top": (
        b"\x0cimport uuid\n\norder_id = str(uuid.uuid4())\nx = uuid.UUID(y)\n",
        b"\x0cimport uuid\n\nfrom ids import Gen\n\n"
        b'order_id = Gen.generate_base_id("order")\nx = uuid.UUID(y)\n',
    ),
}


@pytest.mark.parametrize("case", ADDED)
def test_an_import_is_added(case: str, fix: Fix) -> None:
    before, after = ADDED[case]
    plan = fix(before)
    assert (plan.refused, plan.new) == ("", after)


def test_what_the_encoding_has_not_is_refused(fix: Fix) -> None:
    """The role is taken from a name that the encoding has; the recipe's text is not."""
    config = "[[recipes]]\npattern = 'new_id($X)'\nrewrite = 'Gen.generate_base_id(\"日本\")'\n"
    plan = fix(b"# coding: latin-1\nfrom ids import Gen\nx = '\xe9', new_id(1)\n", config)
    assert plan.new is None
    assert plan.refused == "its encoding iso-8859-1 cannot hold what was written"


def test_two_runs_at_the_same_time(tmp_path: Path) -> None:
    """Each file is written by one of them; the other finds it done, or is told that it has changed."""
    (tmp_path / "ids.py").write_text(GENERATOR)
    (tmp_path / "ssot-ids.toml").write_text('generator = "ids.Gen"\n')
    before = HEAD + b"\n\norder_id = str(uuid.uuid4())\n"
    names = [f"m{number:02}.py" for number in range(30)]
    for name in names:
        (tmp_path / name).write_bytes(before)
    source = """
        import os, sys
        from flake8_ssot_ids.fixes.plan import Planner
        from flake8_ssot_ids.fixes.edits.write import ChangedError, replace_file
        from flake8_ssot_ids.semantics.project.project import Project
        from flake8_ssot_ids.policy.load import load_policy
        root = sys.argv[1]
        policy = load_policy(os.path.join(root, "ssot-ids.toml"))
        files = sorted(os.path.join(root, name) for name in os.listdir(root) if name.startswith("m"))
        planner = Planner(policy, Project(policy.src, frozenset({"uuid4"})), files)
        print("up", flush=True)
        sys.stdin.readline()
        for path in files:
            with open(path, "rb") as stream:
                data = stream.read()
            plan = planner.plan(path, data, unsafe=True)
            if plan.new is not None:
                try:
                    replace_file(path, data, plan.new)
                    print("written")
                except ChangedError:
                    print("changed")
    """
    argv = [sys.executable, "-c", textwrap.dedent(source), str(tmp_path)]
    runs = [
        subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "up\n"
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    outcomes = [run.communicate()[0].split() for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert {(tmp_path / name).read_bytes() for name in names} == {wanted(before)}
    assert sum(outcome.count("written") for outcome in outcomes) >= len(names)
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]
