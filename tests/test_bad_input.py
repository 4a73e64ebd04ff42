"""Files, folders and caches as they should not be, through the real command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import forking

COMMAND = [sys.executable, "-m", "flake8_ssot_ids", "check"]
RAW = b"import uuid\na_id = uuid.uuid4()\n"
#: Only a process that hangs takes so long, on a busy machine too.
SECONDS = 600

#: Makes files old, or leaves them young.
Settle = Callable[..., None]

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("NO_COLOR", "FORCE_COLOR", "SSOT_IDS_OUTPUT_FORMAT", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


def write(path: str, data: bytes = RAW) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(data)


def run(
    *argv: str,
    input: bytes = b"",  # noqa: A002
    preexec_fn: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    if preexec_fn is None:
        done = forking.run("flake8_ssot_ids", "check", *argv, stdin=input)
    else:
        done = subprocess.run([*COMMAND, *argv], capture_output=True, preexec_fn=preexec_fn)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert b"internal error" not in done.stderr, done.stderr.decode()
    return done


def check(*argv: str, **options: Any) -> tuple[int, list[str], list[str]]:
    """Exit code, the findings as ``path:row:column: CODE reason``, the lines on stderr."""
    done = run("--output-format=json", "-q", *argv, **options)
    here = Path.cwd().as_posix() + "/"
    shown = []
    for found in json.loads(done.stdout):
        place = f"{found['filename'].replace(os.sep, '/').removeprefix(here)}:{found['location']['row']}"
        reason = found["message"].partition("cannot be checked: ")[2]
        shown.append(f"{place}:{found['location']['column']}: {found['code']} {reason}".rstrip())
    return done.returncode, shown, done.stderr.decode().replace(os.sep, "/").splitlines()


NULL = "source code string cannot contain null bytes"
ENCODINGS: dict[str, tuple[bytes, str]] = {
    "unknown": (b"# coding: nonsense-9\n" + RAW, "1:1: SID990 unknown encoding: nonsense-9"),
    "contradiction": (
        b"\xef\xbb\xbf# coding: latin-1\n" + RAW,
        "1:1: SID990 encoding problem: iso-8859-1 with BOM",
    ),
    "agreement": (b"\xef\xbb\xbf# coding: utf-8\n" + RAW, "3:8: SID101"),
    "bom": (b"\xef\xbb\xbf" + RAW, "2:8: SID101"),
    "latin": (b"# coding: latin-1\nimport uuid\nx = '\xe4'; a_id = uuid.uuid4()\n", "3:17: SID101"),
    "second_row": (b"#!x\n# vim: set fileencoding=cp1252 :\n" + RAW + b"x = '\x80'\n", "4:8: SID101"),
    "third_row": (
        b"#\n#\n# coding: latin-1\n" + RAW + b"x = '\xff'\n",
        "6:6: SID990 (unicode error) 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
    "not_ascii": (
        b"# coding: ascii\n" + RAW + b"x = '\xc3\xa4'\n",
        "4:6: SID990 'ascii' codec can't decode byte 0xc3 in position 53: ordinal not in range(128)",
    ),
    "disguise": (b"# coding: utf-7\nimport +AHU-uid\na_id = +AHUAdQBpAGQ-.uuid4()\n", "3:8: SID101"),
    "nul_in_text": (RAW + b"x = '\0'\n", f"3:6: SID990 {NULL}"),
    "nul_in_comment": (RAW + b"# \0\n", f"3:3: SID990 {NULL}"),
    "crlf": (RAW.replace(b"\n", b"\r\n"), "2:8: SID101"),
    "cr": (RAW.replace(b"\n", b"\r"), "2:8: SID101"),
    "feed": (b"import uuid\n\x0ca_id = uuid.uuid4()\n", "2:9: SID101"),
    "separator": ("import uuid\nx = '\u2028\x85'; a_id = uuid.uuid4()\n".encode(), "2:18: SID101"),
    "syntax": (RAW + b"def (:\n", "3:5: SID990 invalid syntax"),
    "indent": (RAW + b"\tif x:\n        y\n", "3:1: SID990 unexpected indent"),
    "empty": (b"", ""),
    "only_bom": (b"\xef\xbb\xbf", ""),
    "no_use": (b"def (:\n", ""),
    "utf16": (RAW.decode().encode("utf-16"), f"1:1: SID990 {NULL}"),
    "utf16_without_use": ("x = 1\n".encode("utf-16"), f"1:1: SID990 {NULL}"),
}


def code_of(rest: str) -> int:
    """The exit code where this is all that is found."""
    return 2 if "SID990" in rest else 1 if rest else 0


class TestText:
    def test_encodings_line_ends_and_syntax(self) -> None:
        for name, (data, _) in ENCODINGS.items():
            write(f"{name}.py", data)
        expected = sorted(f"{name}.py:{rest}" for name, (_, rest) in ENCODINGS.items() if rest)
        for flags in (("--no-cache",), ("-j2",), ("-j1",)):
            assert check(*flags) == (2, expected, [])

    @pytest.mark.parametrize("name", ["agreement", "cr", "empty", "no_use", "utf16"])
    def test_the_exit_code_is_that_of_the_worst_file(self, name: str) -> None:
        data, rest = ENCODINGS[name]
        write("case.py", data)
        assert check()[0] == code_of(rest)

    def test_all_files_names_each_that_does_not_parse(self) -> None:
        for name in ("empty", "only_bom", "no_use", "utf16"):
            write(f"{name}.py", ENCODINGS[name][0])
        code, shown, errors = check("--all-files")
        assert (code, errors) == (2, [])
        assert shown == [
            "no_use.py:1:5: SID990 invalid syntax",
            f"utf16.py:1:1: SID990 {NULL}",
        ]

    def test_standard_input(self) -> None:
        for data, rest in ENCODINGS.values():
            code, shown, errors = check("-", input=data)
            assert (shown, errors) == ([f"-:{rest}"] if rest else [], [])
            assert code == code_of(rest)

    def test_frames_of_such_files(self) -> None:
        for name, (data, _) in ENCODINGS.items():
            write(f"{name}.py", data)
        done = run("--no-cache")
        assert done.returncode == 2
        text = done.stdout.decode()
        assert text.count("SID") == sum(bool(rest) for _, rest in ENCODINGS.values())
        assert not {char for char in text if ord(char) < 32 and char != "\n"}

    def test_a_very_long_line(self) -> None:
        write("case.py", b"import uuid\nx = '" + b"x" * 1_000_000 + b"'; a_id = uuid.uuid4()\n")
        assert check() == (1, ["case.py:2:1000016: SID101"], [])
        assert len(run().stdout) < 5_000

    def test_a_line_of_many_uses(self) -> None:
        write("case.py", b"import uuid\n" + b"uuid.uuid4();" * 20_000 + b"\n")
        code, shown, errors = check()
        assert (code, len(shown), errors) == (1, 20_000, [])
        assert shown[-1] == f"case.py:2:{13 * 19_999 + 1}: SID101"

    def test_a_large_generated_file(self) -> None:
        body = b"".join(b"ROW_%d = (%d, 'x', None, [1, 2, 3])\n" % (n, n) for n in range(130_000))
        assert len(body) > 5_000_000
        write("case.py", b"import uuid\n" + body + b"a_id = uuid.uuid4()\n")
        assert check() == (1, ["case.py:130002:8: SID101"], [])


class TestFiles:
    @posix_only
    def test_pipes_do_not_hang(self) -> None:
        os.mkfifo("pipe.py")
        write("case.py", b"from pipe import thing\nimport uuid\na_id = uuid.uuid4()\nb_id = thing()\n")
        assert check() == (1, ["case.py:3:8: SID101"], [])
        refused = "pipe.py:1:1: SID990 it cannot be read: not a regular file"
        assert check("pipe.py") == (2, [refused], [])
        assert check("pipe.py", "case.py") == (2, ["case.py:3:8: SID101", refused], [])

    @posix_only
    def test_a_pipe_in_the_place_of_a_package(self) -> None:
        Path("pkg").mkdir()
        os.mkfifo("pkg/__init__.py")
        write("case.py", b"from pkg import thing\nimport uuid\na_id = thing()\n")
        assert check() == (0, [], [])

    @posix_only
    def test_a_device_is_no_file(self) -> None:
        os.symlink("/dev/zero", "zero.py")
        assert check() == (0, [], [])
        assert check("zero.py")[1] == ["zero.py:1:1: SID990 it cannot be read: not a regular file"]

    def test_a_folder_named_like_a_module(self) -> None:
        write("case.py/inner.py")
        write("other.py", b"import case\nfrom case import x\n")
        assert check() == (1, ["case.py/inner.py:2:8: SID101"], [])
        assert check("case.py") == (1, ["case.py/inner.py:2:8: SID101"], [])

    @posix_only
    def test_links(self) -> None:
        write("one/case.py")
        os.symlink("..", "one/up")
        os.symlink("one", "two")
        os.symlink("case.py", "one/same.py")
        os.symlink("gone.py", "one/dangling.py")
        gone = "it cannot be read: No such file or directory"
        expected = [
            "one/case.py:2:8: SID101",
            f"one/dangling.py:1:1: SID990 {gone}",
            "one/same.py:2:8: SID101",
        ]
        assert check() == (2, expected, [])
        # A link that is named itself is followed.
        assert check("two", "-j1")[1] == [row.replace("one/", "two/") for row in expected]

    @posix_only
    def test_a_link_to_itself(self) -> None:
        os.symlink("loop.py", "loop.py")
        write("case.py")
        code, shown, errors = check()
        assert (code, shown) == (2, ["case.py:2:8: SID101"])
        assert len(errors) == 1
        assert errors[0].startswith("error: ")
        assert errors[0].endswith("loop.py: Too many levels of symbolic links")

    @pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux")
    def test_a_file_that_nobody_can_read(self) -> None:
        os.symlink("/proc/self/mem", "case.py")
        write("other.py", b"import case\nfrom case import x\nimport uuid\nx_id = uuid.uuid4()\n")
        refused = "case.py:1:1: SID990 it cannot be read: Input/output error"
        assert check() == (2, [refused, "other.py:4:8: SID101"], [])
        assert check("--no-cache") == (2, [refused, "other.py:4:8: SID101"], [])

    @posix_only
    def test_no_permission(self) -> None:
        write("case.py")
        write("folder/case.py")
        os.chmod("case.py", 0)
        os.chmod("folder", 0)
        if os.access("case.py", os.R_OK):
            pytest.skip("this user may read anything")
        try:
            code, shown, errors = check()
        finally:
            os.chmod("folder", 0o700)
        assert (code, shown) == (2, ["case.py:1:1: SID990 it cannot be read: Permission denied"])
        assert [error.rpartition("/")[2] for error in errors] == ["folder: Permission denied"]

    def test_what_is_missing_is_named_beside_the_rest(self) -> None:
        write("case.py")
        code, shown, errors = check("case.py", "gone.py", "gone/folder")
        assert (code, shown) == (2, ["case.py:2:8: SID101"])
        assert errors == [
            "error: gone.py: No such file or directory",
            "error: gone/folder: No such file or directory",
        ]

    @posix_only
    def test_odd_names(self) -> None:
        names = [
            b"with space.py",
            b"new\nline.py",
            b"\xff\xfe.py",
            "größe.py".encode(),
            b"-x.py",
            b"a:b:c.py",
        ]
        for name in names:
            with open(name, "wb") as stream:
                stream.write(RAW)
        assert len(check()[1]) == len(names)
        done = run("--output-format=concise")
        assert done.returncode == 1
        assert len(done.stdout.splitlines()) == len(names) + 1

    def test_a_file_that_vanishes_or_changes_after_it_was_found(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        from flake8_ssot_ids.cli import main
        from flake8_ssot_ids.runs import discover

        for name in ("changes.py", "stays.py", "vanishes.py", "folder/vanishes.py"):
            write(name)
        real = discover.discover

        def found_before(*args: object, **keywords: object) -> object:
            found = real(*args, **keywords)  # type: ignore[arg-type]
            os.remove("vanishes.py")
            os.remove("folder/vanishes.py")
            os.rmdir("folder")
            write("changes.py", b"import uuid\n\nb_id = uuid.uuid4()\n")
            return found

        monkeypatch.setattr(discover, "discover", found_before)
        for _ in range(2):  # the second time with the cache of the first
            for name in ("vanishes.py", "folder/vanishes.py"):
                write(name)
            assert main(["check", "--output-format=concise", "-q"]) == 2
            out, err = capfd.readouterr()
            assert err == ""
            assert [line.replace(os.sep, "/").split(" ")[0:2] for line in out.splitlines()] == [
                ["changes.py:3:8:", "SID101"],
                ["folder/vanishes.py:1:1:", "SID990"],
                ["stays.py:2:8:", "SID101"],
                ["vanishes.py:1:1:", "SID990"],
            ]


def cache_files(suffix: str = "") -> list[Path]:
    """All of them, or those that end so: a slow machine keeps whole answers too."""
    return sorted(path for path in Path("../cache").rglob(f"*{suffix}") if path.is_file())


def age(*paths: str) -> None:
    """Make files old, so that the cache need not look into them."""
    for path in paths:
        os.utime(path, ns=(10**18, 10**18))


class TestCache:
    """A cache that is not as it should be changes no finding and no exit code."""

    EXPECTED = (1, ["case.py:2:8: SID101"])

    def both(self, *argv: str, **options: Any) -> list[str]:
        """What a run says on stderr; its findings must be those of a run without a cache."""
        code, shown, errors = check(*argv, **options)
        assert (code, shown) == self.EXPECTED
        return errors

    @pytest.mark.parametrize("damage", ["empty", "cut", "longer", "bit", "foreign", "noise"])
    def test_damage_is_noted_and_repaired(self, damage: str) -> None:
        write("case.py")
        assert self.both() == []
        (file,) = cache_files(".results")
        good = file.read_bytes()
        damaged = {
            "empty": b"",
            "cut": good[: len(good) // 2],
            "longer": good + b"x",
            "bit": good[:40] + bytes([good[40] ^ 255]) + good[41:],
            "foreign": b"something else entirely",
            "noise": bytes(range(256)) * 4,
        }
        file.write_bytes(damaged[damage])
        done = run("--output-format=concise")
        assert done.returncode == 1
        assert done.stdout.startswith(b"case.py:2:8: SID101")
        (note,) = done.stderr.decode().splitlines()
        assert note.startswith("note: the cache ")
        assert note.endswith(".results is damaged or not ours; it is ignored")
        assert run("--output-format=concise").stderr == b""

    def test_a_payload_of_another_form(self) -> None:
        from flake8_ssot_ids.runs.kept.store import seal

        write("case.py")
        self.both()
        (file,) = cache_files(".results")
        payloads: list[object] = [(), (1, 2), (1, 2, 3), ([], {}), ("", [], {}), {"a": 1}, "abc", None]
        for payload in payloads:
            file.write_bytes(seal(payload))
            assert self.both() == []

    def test_a_file_in_the_place_of_the_folder(self) -> None:
        write("case.py")
        write("../cache", b"mine")
        done = run("--output-format=concise")
        assert done.returncode == 1
        assert done.stdout.startswith(b"case.py:2:8: SID101")
        assert b"note: the cache " in done.stderr
        assert Path("../cache").read_bytes() == b"mine"

    def test_a_folder_in_the_place_of_the_file(self) -> None:
        write("case.py")
        self.both()
        (file,) = cache_files(".results")
        file.unlink()
        file.mkdir()
        assert self.both() == []
        assert b"Is a directory" in run().stderr or os.name == "nt"

    @pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a folder in which nobody can write")
    def test_a_folder_that_cannot_be_written(self) -> None:
        write("case.py")
        done = run("--output-format=concise", "--cache-dir=/proc/self/task")
        assert done.returncode == 1
        assert done.stdout.startswith(b"case.py:2:8: SID101")
        assert done.stderr.count(b"note: the cache /proc/self/task/") == 1
        assert b"cannot be written" in done.stderr

    @posix_only
    def test_a_full_disk(self) -> None:
        import resource
        import signal

        def small() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))

        write("case.py")
        done = run("--output-format=concise", preexec_fn=small)
        assert done.returncode == 1
        assert done.stdout.startswith(b"case.py:2:8: SID101")
        assert b"cannot be written: File too large" in done.stderr
        assert cache_files() == []

    def test_runs_at_the_same_time(self) -> None:
        for number in range(40):
            write(f"case{number:02}.py")
        command = [*COMMAND, "--output-format=json", "-q"]
        runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
        outputs = [process.communicate(timeout=SECONDS) for process in runs]
        assert {process.returncode for process in runs} == {1}
        assert {err for _, err in outputs} == {b""}
        assert len({out for out, _ in outputs}) == 1
        assert len(check()[1]) == 40
        # Nothing half written is left. A slow machine also keeps the whole answer.
        assert {path.suffix for path in cache_files()} - {".replay"} == {".results"}


def agrees(*expected: str) -> None:
    """Asked twice, with the cache as it is, and without any: always the same."""
    wanted: tuple[int, list[str], list[str]] = (1 if expected else 0, list(expected), [])
    assert check("--no-cache") == wanted
    assert check() == wanted
    assert check() == wanted


class TestCachedEqualsUncached:
    USER = b"from helper import fresh\na_id = fresh()\n"
    FOUND = "case.py:2:8: SID202"

    @pytest.fixture(params=["young", "old"])
    def settle(self, request: pytest.FixtureRequest) -> Settle:
        """Files of the moment are compared by content, old ones by their stamps."""

        def settle(*paths: str) -> None:
            if request.param == "old":
                age(*paths)

        return settle

    def test_the_other_module_changes_goes_and_comes(self, settle: Settle) -> None:
        write("case.py", self.USER)
        write("helper.py", b"from uuid import uuid4 as fresh\n")
        settle("case.py", "helper.py")
        agrees(self.FOUND)
        write("helper.py", b"from time import time as fresh\n")
        settle("helper.py")
        agrees()
        os.remove("helper.py")
        agrees()
        write("helper.py", b"from uuid import uuid1 as fresh\n")
        settle("helper.py")
        agrees(self.FOUND)
        # From a module to a package.
        os.remove("helper.py")
        write("helper/__init__.py", b"def fresh(): ...\n")
        settle("helper/__init__.py")
        agrees()
        write("helper/__init__.py", b"from .deep import *\n")
        settle("helper/__init__.py")
        agrees()
        write("helper/deep.py", b"from uuid import uuid4 as fresh\n")
        settle("helper/deep.py")
        agrees(self.FOUND)
        os.rename("helper/deep.py", "helper/deeper.py")
        agrees()
        os.mkdir("helper/deep")
        os.rename("helper/deeper.py", "helper/deep/__init__.py")
        agrees(self.FOUND)
        os.rename("helper", "helpers")
        agrees()

    def test_a_package_begins_and_ends(self, settle: Settle) -> None:
        write("pkg/case.py", b"from ..helper import fresh\na_id = fresh()\n")
        write("pkg/sub/case.py", b"from ..helper import fresh\nb_id = fresh()\n")
        write("pkg/helper.py", b"from uuid import uuid4 as fresh\n")
        settle("pkg/case.py", "pkg/sub/case.py", "pkg/helper.py")
        without = check("--no-cache")
        assert check() == without
        write("pkg/__init__.py", b"")
        write("pkg/sub/__init__.py", b"")
        settle("pkg/__init__.py", "pkg/sub/__init__.py")
        agrees("pkg/sub/case.py:2:8: SID202")
        os.remove("pkg/__init__.py")
        os.remove("pkg/sub/__init__.py")
        assert check("--no-cache") == check() == without

    def test_a_local_module_shadows_the_real_one(self, settle: Settle) -> None:
        write("case.py")
        settle("case.py")
        agrees("case.py:2:8: SID101")
        os.mkdir("uuid")
        agrees("case.py:2:8: SID101")
        write("uuid/__init__.py", b"def uuid4(): ...\n")
        settle("uuid/__init__.py")
        agrees("case.py:2:8: SID205")
        os.remove("uuid/__init__.py")
        agrees("case.py:2:8: SID101")
        write("uuid.py", b"def uuid4(): ...\n")
        settle("uuid.py")
        agrees("case.py:2:8: SID205")
        os.remove("uuid.py")
        agrees("case.py:2:8: SID101")

    def test_the_configuration_changes(self, settle: Settle) -> None:
        write("case.py", self.USER)
        write("lib/helper.py", b"from uuid import uuid4 as fresh\n")
        settle("case.py", "lib/helper.py")
        agrees()
        write("ssot-ids.toml", b"src = ['lib']\n")
        agrees(self.FOUND)
        write("ssot-ids.toml", b"src = ['lib']\nignore = ['SID2']\n")
        agrees()
        write("ssot-ids.toml", b"src = ['lib']\nallow-raw-in = ['case.py']\n")
        agrees()
        write("ssot-ids.toml", b"src = ['lib']\n")
        agrees(self.FOUND)

    def test_the_file_changes_and_keeps_size_and_time(self) -> None:
        write("case.py", b"import uuid\na_id = uuid.uuid4()\n")
        age("case.py")
        agrees("case.py:2:8: SID101")
        write("case.py", b"import uuid\na_id = uuid.UUID4()\n")
        assert os.path.getsize("case.py") == len(RAW)
        age("case.py")  # the change time tells
        agrees()

    def test_two_changes_within_one_tick(self) -> None:
        for number in range(6):
            column = number % 3
            write("case.py", b"import uuid\n%b_id = uuid.uuid4()%b\n" % (b"x" * column, b" " * (3 - column)))
            code, shown, _ = check()
            assert (code, shown) == (1, [f"case.py:2:{7 + column}: SID101"])

    def test_a_run_without_comments_has_results_of_its_own(self) -> None:
        write("case.py", b"import uuid\na_id = uuid.uuid4()  # noqa\n")
        for _ in range(2):
            assert check() == (0, [], [])
            assert check("--ignore-noqa") == (1, ["case.py:2:8: SID101"], [])

    def test_a_file_that_could_not_be_read_is_read_again(self) -> None:
        write("case.py", RAW + b"def (:\n")
        assert check()[0] == 2
        assert check()[0] == 2
        write("case.py")
        agrees("case.py:2:8: SID101")

    def test_a_mended_clock(self) -> None:
        """Files from the future are as good as others."""
        write("case.py")
        later = time.time_ns() + 10**15
        os.utime("case.py", ns=(later, later))
        agrees("case.py:2:8: SID101")
        write("case.py", b"import uuid\na_xx = uuid.uuidX()\n")
        os.utime("case.py", ns=(later, later))
        agrees()
