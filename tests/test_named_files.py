"""What somebody names is checked, or named as not checked; it never just passes."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.runs.discover import discover
from flake8_ssot_ids.source.sourcefile import why_not_python
from flake8_ssot_ids.system import files
from tests.test_faces_agree import by_flake8

RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"
CLEAN = "x = 1\n"
NOTEBOOK = json.dumps(
    {"cells": [{"cell_type": "code", "source": ["import uuid\n", "a_id = uuid.uuid4()"]}], "nbformat": 4}
)
needs_posix = pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ssot-ids.toml").write_text("", encoding="utf-8")


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    """The exit code, and the codes of the findings."""
    capsys.readouterr()
    code = main(["check", "-n", "--output-format", "json", *arguments])
    out, err = capsys.readouterr()
    assert "All checks passed" not in err or code == 0
    return code, [row["code"] for row in json.loads(out)]


@pytest.mark.parametrize(
    "name", ["x.txt", "Makefile", "script", "x.pyx", "x.py.bak", ".pyrc", "notes.md", "x.pyc", "py", "x.toml"]
)
@pytest.mark.parametrize("text", [RAW, CLEAN, "", "two words\n"])
def test_a_file_that_is_not_called_python(name: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).write_text(text, encoding="utf-8")
    assert check(capsys, name) == (2, ["SID990"])
    assert check(capsys, "--all-files", name) == (2, ["SID990"])


@pytest.mark.parametrize(
    "first",
    ["#!/usr/bin/env python3", "#!/usr/bin/python", "#! /opt/pypy3 -u", "#!/usr/bin/env -S uv run --script"],
)
@pytest.mark.parametrize("name", ["script", "tool.cgi"])
def test_a_script_is_python_by_its_first_line(
    name: str, first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(name).write_text(f"{first}\n{RAW}", encoding="utf-8")
    assert check(capsys, name) == (1, ["SID102"])
    Path(name).write_text(f"{first}\n{CLEAN}", encoding="utf-8")
    assert check(capsys, name) == (0, [])


@pytest.mark.parametrize("first", ["#!/bin/sh", "# python", "python", "#!/usr/bin/env node"])
def test_a_script_of_another_kind_is_none(first: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("script").write_text(f"{first}\n{RAW}", encoding="utf-8")
    assert check(capsys, "script") == (2, ["SID990"])


def test_a_notebook_also_with_a_first_line_of_a_script(capsys: pytest.CaptureFixture[str]) -> None:
    Path("n.ipynb").write_text(NOTEBOOK, encoding="utf-8")
    assert check(capsys, "n.ipynb") == (2, ["SID990"])
    Path("n.IPYNB").write_text(f"#!/usr/bin/python\n{RAW}", encoding="utf-8")
    assert check(capsys, "n.IPYNB") == (2, ["SID990"])


@pytest.mark.parametrize("name", ["x.py", "x.pyw", "X.PY"])
def test_a_python_file_is_checked_as_ever(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).write_text(RAW, encoding="utf-8")
    assert check(capsys, name) == (1, ["SID102"])
    Path(name).write_text(CLEAN, encoding="utf-8")
    assert check(capsys, name) == (0, [])


def test_a_stub_makes_no_ids(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.pyi").write_text(RAW, encoding="utf-8")
    assert check(capsys, "x.pyi") == (0, [])


def test_such_files_are_no_part_of_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("x.txt", "Makefile", "script", "n.ipynb"):
        Path(name).write_text(f"#!/usr/bin/python\n{RAW}", encoding="utf-8")
    assert check(capsys, ".") == (0, [])


def test_among_many_files_too(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(120):
        Path(f"m{number}.py").write_text(CLEAN, encoding="utf-8")
    Path("x.txt").write_text(CLEAN, encoding="utf-8")
    Path("wide.py").write_bytes(CLEAN.encode("utf-16"))
    assert check(capsys, ".", "x.txt") == (2, ["SID990", "SID990"])


def test_standard_input_by_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io
    import sys

    def ask(text: str, *arguments: str) -> tuple[int, list[str]]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return check(capsys, *arguments, "-")

    assert ask(RAW) == (1, ["SID102"])
    assert ask(RAW, "--stdin-filename", "x.py") == (1, ["SID102"])
    assert ask(CLEAN, "--stdin-filename", "x.txt") == (2, ["SID990"])
    assert ask(NOTEBOOK, "--stdin-filename", "n.ipynb") == (2, ["SID990"])


def test_fix_writes_into_none(capsys: pytest.CaptureFixture[str]) -> None:
    Path("ssot-ids.toml").write_text('generator = "ids.Ids"\n', encoding="utf-8")
    Path("ids.py").write_text(
        "class Ids:\n    @staticmethod\n    def generate_base_id(prefix): ...\n", encoding="utf-8"
    )
    Path("x.txt").write_text(RAW, encoding="utf-8")
    assert main(["fix", "--unsafe-fixes", "--allow-dirty", "-n", "x.txt"]) == 2
    capsys.readouterr()
    assert Path("x.txt").read_text(encoding="utf-8") == RAW


class TestBytes:
    @pytest.mark.parametrize(
        "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
    )
    @pytest.mark.parametrize("text", [RAW, CLEAN, "name = 'é'\n" + RAW])
    def test_wide_characters(self, encoding: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
        Path("x.py").write_bytes(text.encode(encoding))
        assert check(capsys, "x.py") == (2, ["SID990"])
        assert check(capsys, ".") == (2, ["SID990"])

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"x = 1\n\0", (2, ["SID990"])),
            (b"\0", (2, ["SID990"])),
            (RAW.encode() + b"# \xe9\n", (1, ["SID102"])),  # the parser passes over comments
            (RAW.encode() + b"y = '\xe9'\n", (2, ["SID990"])),
            (b"y = '\xe9'\n", (0, [])),  # no use can be in it, whatever the byte means
            (b"# coding: latin-1\n" + RAW.encode() + b"y = '\xe9'\n", (1, ["SID102"])),
            (b"# coding: utf-16\n" + CLEAN.encode(), (2, ["SID990"])),
            (b"# coding: no-such\n" + CLEAN.encode(), (2, ["SID990"])),
            (b"\xef\xbb\xbf" + RAW.encode(), (1, ["SID102"])),
        ],
    )
    def test_other_bytes(
        self, data: bytes, expected: tuple[int, list[str]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("x.py").write_bytes(data)
        assert check(capsys, "x.py") == expected
        assert check(capsys, ".") == expected


@needs_posix
class TestNoFiles:
    @pytest.mark.parametrize("name", ["p", "p.py", "link.py", "zero.py", "/dev/zero", "loop.py", "gone.py"])
    def test_what_cannot_be_read(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        os.mkfifo("p")
        os.mkfifo("p.py")
        Path("link.py").symlink_to("p")
        Path("zero.py").symlink_to("/dev/zero")
        Path("loop.py").symlink_to("loop.py")
        Path("gone.py").symlink_to("nowhere")
        assert check(capsys, name) == (2, ["SID990"])

    def test_in_a_folder_loops_and_dead_links_are_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("loop.py").symlink_to("loop.py")
        Path("gone.py").symlink_to("nowhere")
        assert check(capsys, ".") == (2, ["SID990"])
        assert main(["check", "-n", "."]) == 2
        assert "loop.py: Too many levels of symbolic links" in capsys.readouterr().err

    def test_a_link_to_a_folder_is_a_folder(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("d").mkdir()
        Path("d/x.py").write_text(RAW, encoding="utf-8")
        Path("link").symlink_to("d")
        assert check(capsys, "link") == (1, ["SID102"])

    def test_names_with_line_ends_and_without_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        name = "new\nline\x1b[31m.py"
        Path(name).write_text(RAW, encoding="utf-8")
        Path(os.fsdecode(b"bad_\xff.py")).write_text(RAW, encoding="utf-8")
        assert check(capsys, ".") == (1, ["SID102", "SID102"])
        assert main(["check", "-n", f"{name}.gone"]) == 2
        said = capsys.readouterr().err
        assert "\x1b" not in said
        assert said.count("\n") == 1

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("pyproject.toml", "cannot be read: not a regular file"),
            ("ssot-ids.toml", "cannot be read: not a regular file"),
        ],
    )
    @pytest.mark.parametrize("kind", ["pipe", "device"])
    def test_a_configuration(
        self, name: str, says: str, kind: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        os.unlink("ssot-ids.toml")
        if kind == "pipe":
            os.mkfifo(name)
        else:
            Path(name).symlink_to("/dev/zero")
        Path("x.py").write_text(RAW, encoding="utf-8")
        for arguments in (["."], ["x.py"], ["--config", name, "."]):
            assert main(["check", "-n", *arguments]) == 2
            assert says in capsys.readouterr().err

    def test_a_configuration_that_is_too_long(self, capsys: pytest.CaptureFixture[str]) -> None:
        with open("ssot-ids.toml", "wb") as stream:
            stream.truncate(2 << 30)  # it has no blocks on the disk
        assert main(["check", "-n", "."]) == 2
        assert "cannot be read: it is larger than 16,777,216 bytes" in capsys.readouterr().err

    def test_a_baseline(self, capsys: pytest.CaptureFixture[str]) -> None:
        os.mkfifo("rows.txt")
        Path("ssot-ids.toml").write_text('baseline = "rows.txt"\n', encoding="utf-8")
        Path("x.py").write_text(RAW, encoding="utf-8")
        assert main(["compliance", "--static", "."]) != 0
        assert "not a regular file" in "".join(capsys.readouterr())


def test_a_file_that_vanishes_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("x.py").write_text(RAW, encoding="utf-8")

    def vanish(path: str) -> bytes:
        os.unlink(path)
        return files.read(path)

    monkeypatch.setattr("flake8_ssot_ids.runs.worker.read", vanish)
    assert check(capsys, ".") == (2, ["SID990"])


def test_a_folder_that_vanishes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("d").mkdir()
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("d"):
            os.rmdir(path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    result = discover(["."], Policy(root=Path.cwd().as_posix()))
    assert result.errors == [(str(Path.cwd() / "d"), "No such file or directory")]


@pytest.mark.parametrize(
    ("name", "data", "python"),
    [
        ("-", b"", True),
        ("a.py", b"", True),
        ("a.b/c.PYI", b"", True),
        ("a.py/c", b"", False),
        ("a", b"#!python", True),
        ("a", b"\n#!python", False),
        ("a", b"#!/bin/sh\n# python", False),
    ],
)
def test_what_is_python(name: str, data: bytes, python: bool) -> None:
    assert (why_not_python(name, data) == "") is python


class TestFlake8:
    """flake8 and the command line say the same of a file that is named, as far as flake8 hands it on."""

    def _both(self, capsys: pytest.CaptureFixture[str], name: str) -> tuple[list[str], list[str]]:
        found: Counter[tuple[str, int, int, str]] = by_flake8([str(Path(name).resolve())], "-j1")
        return sorted(code for *_, code in found.elements()), sorted(check(capsys, name)[1])

    @pytest.mark.parametrize("name", ["x.txt", "script", "n.ipynb", "x.py", "x.pyi", "tool"])
    def test_they_agree(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        first = "#!/usr/bin/env python3\n" if name == "tool" else ""
        Path(name).write_text(first + (NOTEBOOK if name == "n.ipynb" else RAW), encoding="utf-8")
        by_plugin, by_command = self._both(capsys, name)
        assert by_plugin == by_command

    def test_where_they_cannot(self, capsys: pytest.CaptureFixture[str]) -> None:
        # flake8 falls back to latin-1, in which every byte is a character.
        Path("x.py").write_bytes(RAW.encode() + b"y = '\xe9'\n")
        assert self._both(capsys, "x.py") == (["SID102"], ["SID990"])
        # What it cannot parse, it does not hand on; it fails with a code of its own.
        Path("x.py").write_bytes(RAW.encode("utf-16"))
        assert self._both(capsys, "x.py") == ([], ["SID990"])

    def test_what_its_own_option_names_is_python(self) -> None:
        Path("x.wsgi").write_text(RAW, encoding="utf-8")
        path = str(Path("x.wsgi").resolve())
        assert [code for *_, code in by_flake8([path], "-j1", "--filename=*.wsgi").elements()] == ["SID102"]
        assert [code for *_, code in by_flake8([path], "-j1").elements()] == ["SID990"]
