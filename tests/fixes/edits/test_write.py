"""One file is replaced as a whole or stays as it is: whatever happens, at every moment."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from flake8_ssot_ids.fixes.edits.write import ChangedError, replace_file
from flake8_ssot_ids.system import atomic

OLD, NEW = b"old = 1\n" * 3, b"new = 2\r\n" * 5
LEFT = ".ssot-ids-*.tmp"

on_posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and signals of POSIX")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(OLD)
    return path


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(".*"))


class TestReplacing:
    def test_the_bytes_are_the_new_ones_and_nothing_else_is_left(self, file: Path) -> None:
        replace_file(str(file), OLD, NEW)
        assert file.read_bytes() == NEW
        assert os.listdir(file.parent) == ["a.py"]

    @on_posix
    @pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o4755, 0o664, 0o220])
    def test_the_mode_is_kept(self, file: Path, mode: int) -> None:
        file.chmod(mode)
        if not os.access(file, os.R_OK):
            pytest.skip("this user cannot read such a file")
        replace_file(str(file), OLD, NEW)
        assert stat.S_IMODE(file.stat().st_mode) == mode

    @on_posix
    def test_the_mask_of_the_process_has_no_part_in_it(self, file: Path) -> None:
        file.chmod(0o666)
        mask = os.umask(0o077)
        try:
            replace_file(str(file), OLD, NEW)
        finally:
            os.umask(mask)
        assert stat.S_IMODE(file.stat().st_mode) == 0o666

    def test_extended_attributes_are_kept(self, file: Path) -> None:
        if not hasattr(os, "setxattr"):
            pytest.skip("no such attributes on this system")
        try:
            os.setxattr(file, "user.house", b"ids")
        except OSError:
            pytest.skip("no such attributes on this file system")
        replace_file(str(file), OLD, NEW)
        assert os.getxattr(file, "user.house") == b"ids"

    @on_posix
    def test_a_symbolic_link_stays_and_what_it_leads_to_is_replaced(self, file: Path, tmp_path: Path) -> None:
        (tmp_path / "links").mkdir()
        first, second = tmp_path / "links" / "b.py", tmp_path / "links" / "c.py"
        first.symlink_to("../a.py")
        second.symlink_to("b.py")
        replace_file(str(second), OLD, NEW)
        assert (os.readlink(first), os.readlink(second)) == ("../a.py", "b.py")
        assert not file.is_symlink()
        assert file.read_bytes() == NEW
        assert sorted(os.listdir(tmp_path / "links")) == ["b.py", "c.py"]

    @on_posix
    def test_a_hard_link_is_cut_and_the_other_name_keeps_the_old_file(self, file: Path) -> None:
        other = file.with_name("cached.py")
        os.link(file, other)
        replace_file(str(file), OLD, NEW)
        assert (file.read_bytes(), other.read_bytes()) == (NEW, OLD)
        assert other.stat().st_nlink == 1

    def test_an_empty_file_can_come_and_go(self, file: Path) -> None:
        replace_file(str(file), OLD, b"")
        replace_file(str(file), b"", NEW)
        assert file.read_bytes() == NEW


class TestRefusing:
    def test_a_file_that_has_changed(self, file: Path) -> None:
        file.write_bytes(b"mine = 3\n")
        with pytest.raises(ChangedError, match=r"a\.py: it has changed while it was being fixed"):
            replace_file(str(file), OLD, NEW)
        assert file.read_bytes() == b"mine = 3\n"
        assert os.listdir(file.parent) == ["a.py"]

    def test_a_change_at_the_last_moment(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = os.fsync

        def change(descriptor: int) -> None:
            real(descriptor)
            file.write_bytes(b"mine = 3\n")

        monkeypatch.setattr(os, "fsync", change)
        with pytest.raises(ChangedError):
            replace_file(str(file), OLD, NEW)
        assert file.read_bytes() == b"mine = 3\n"
        assert os.listdir(file.parent) == ["a.py"]

    def test_a_file_that_is_gone(self, file: Path) -> None:
        file.unlink()
        with pytest.raises(ChangedError, match=r"a\.py: it is gone"):
            replace_file(str(file), OLD, NEW)
        assert os.listdir(file.parent) == []

    def test_a_file_that_goes_at_the_last_moment(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = os.fsync

        def remove(descriptor: int) -> None:
            real(descriptor)
            file.unlink()

        monkeypatch.setattr(os, "fsync", remove)
        with pytest.raises(ChangedError, match="it is gone"):
            replace_file(str(file), OLD, NEW)
        assert os.listdir(file.parent) == []

    @on_posix
    def test_a_link_that_leads_nowhere(self, tmp_path: Path) -> None:
        link = tmp_path / "a.py"
        link.symlink_to("b.py")
        with pytest.raises(ChangedError, match="it is gone"):
            replace_file(str(link), OLD, NEW)
        assert os.listdir(tmp_path) == ["a.py"]

    def test_a_read_only_file(self, file: Path) -> None:
        file.chmod(0o444)
        with pytest.raises(PermissionError, match="it may not be written") as raised:
            replace_file(str(file), OLD, NEW)
        assert raised.value.filename == str(file)
        assert file.read_bytes() == OLD
        assert os.listdir(file.parent) == ["a.py"]

    @on_posix
    def test_a_read_only_folder(self, file: Path) -> None:
        if os.geteuid() == 0:
            pytest.skip("nothing is forbidden to root")
        file.parent.chmod(0o555)
        try:
            with pytest.raises(PermissionError) as raised:
                replace_file(str(file), OLD, NEW)
        finally:
            file.parent.chmod(0o755)
        assert raised.value.filename == str(file)
        assert file.read_bytes() == OLD
        assert os.listdir(file.parent) == ["a.py"]

    @pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
    def test_any_step_that_fails(self, file: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        def fail(*_: object, **__: object) -> None:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, step, fail)
        with pytest.raises(OSError, match="Input/output error") as raised:
            replace_file(str(file), OLD, NEW)
        monkeypatch.undo()
        assert raised.value.filename == str(file)
        assert file.read_bytes() == OLD
        assert os.listdir(file.parent) == ["a.py"]

    def test_an_interrupt(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            replace_file(str(file), OLD, NEW)
        assert file.read_bytes() == OLD
        assert os.listdir(file.parent) == ["a.py"]

    def test_an_owner_that_may_not_be_given_is_no_obstacle(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def forbid(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "chown", forbid, raising=False)
        replace_file(str(file), OLD, NEW)
        assert file.read_bytes() == NEW


#: Replaces argv[1] and prints what comes of it.
WRITER = """
import sys
from flake8_ssot_ids.fixes.edits.write import replace_file
path, size = sys.argv[1], int(sys.argv[2])
try:
    replace_file(path, open(path, "rb").read(), b"x" * size)
except OSError as error:
    print(type(error).__name__, error.errno, error.filename)
"""


@on_posix
class TestFullDisk:
    def test_a_file_that_grows_too_large_for_the_process(self, file: Path) -> None:
        limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        done = run(limit + WRITER, str(file), "100000")
        assert done.stdout == f"OSError 27 {file}\n"
        assert file.read_bytes() == OLD
        assert os.listdir(file.parent) == ["a.py"]

    def test_a_disk_without_room(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        assert on_a_small_disk(disk, "true", 1_000_000) == f"OSError 28 {disk}/a.py\nolda.py\n"

    def test_a_read_only_disk(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        found = on_a_small_disk(disk, 'mount -o remount,ro "$1"', 10)
        assert found == f"PermissionError 13 {disk}/a.py\nolda.py\n"


def on_a_small_disk(disk: Path, before: str, size: int) -> str:
    """What replacing a file there prints; then the file, and the names of all files.

    The disk is private to the process and goes away with it.
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no private mounts on this system")
    disk.mkdir()
    script = disk.with_name("writer.py")
    script.write_text(WRITER)
    steps = (
        f'mount -t tmpfs -o size=64k tmpfs "$1" || exit 77; printf old > "$1/a.py"; {before} || exit 77; '
        f'"$2" "$3" "$1/a.py" {size} && cat "$1/a.py" && ls -A "$1"'
    )
    argv = [unshare, "-m", "sh", "-c", steps, "-", str(disk), sys.executable, str(script)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode in (1, 77) and not done.stdout:
        pytest.skip(f"no private mounts for this user: {done.stderr.strip()}")
    return done.stdout


def run(source: str, *argv: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source), *argv], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


#: Forks one child after the other; each kills itself so many steps that Python takes in the writing later:
#: a line, a call, a call of a C function, a return of one. Prints what each kill left.
KILLED = """
import os, signal, sys
from flake8_ssot_ids.fixes.edits import write
path, each, old, new = sys.argv[1], int(sys.argv[2]), b"o" * 70000, b"n" * 90000
folder = os.path.dirname(path)
at = 0
while True:
    at += each
    with open(path, "wb") as stream:
        stream.write(old)
    child = os.fork()
    if not child:
        steps = 0
        def step(frame, event, argument):
            global steps
            steps += 1
            if steps == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return step
        sys.setprofile(step)
        sys.settrace(step)
        write.replace_file(path, old, new)
        sys.settrace(None)
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    with open(path, "rb") as stream:
        data = stream.read()
    others = [name for name in os.listdir(folder) if name != os.path.basename(path)]
    what = "old" if data == old else "new" if data == new else "broken"
    clear = all(name.startswith(".ssot-ids-") and name.endswith(".tmp") for name in others)
    print(what, len(others), clear, status)
    for name in others:
        os.unlink(os.path.join(folder, name))
    if status != signal.SIGKILL:
        break
"""


@on_posix
class TestKilled:
    @pytest.mark.parametrize("each", [5, pytest.param(1, marks=pytest.mark.corpora)])
    def test_at_every_step_the_file_is_the_old_or_the_new_one(self, each: int, file: Path) -> None:
        """At one step of so many, and at each one under the marker."""
        rows = [line.split() for line in run(KILLED, str(file), str(each)).stdout.splitlines()]
        states = [row[0] for row in rows]
        assert len(rows) > 100 // each
        assert set(states) == {"old", "new"}
        # Once new, it stays so: there is one moment at which it changes.
        assert states == sorted(states, reverse=True)
        assert {row[2] for row in rows} == {"True"}
        assert {row[1] for row in rows} == {"0", "1"}
        # The last one came to its end, all others were killed.
        assert [row[3] for row in rows] == [str(int(signal.SIGKILL))] * (len(rows) - 1) + ["0"]
        assert rows[-1][:2] == ["new", "0"]

    def test_from_outside_while_it_writes_much(self, tmp_path: Path) -> None:
        contents = [bytes([65 + number]) * 3_000_000 for number in range(2)]
        path = tmp_path / "a.py"
        path.write_bytes(contents[0])
        source = """
            import sys
            from flake8_ssot_ids.fixes.edits.write import replace_file
            path = sys.argv[1]
            contents = [bytes([65 + number]) * 3_000_000 for number in range(2)]
            at = contents.index(open(path, "rb").read())
            print("up", flush=True)
            while True:
                replace_file(path, contents[at], contents[1 - at])
                at = 1 - at
        """
        for number in range(8):
            child = subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(source), str(path)], stdout=subprocess.PIPE
            )
            assert child.stdout is not None
            with child.stdout:
                assert child.stdout.readline() == b"up\n"
                time.sleep(0.003 * number)
                child.kill()
                child.wait()
            assert path.read_bytes() in contents
            others = [item for item in tmp_path.iterdir() if item != path]
            assert all(item.match(LEFT) for item in others)

    def test_what_a_killed_run_left_is_removed_when_it_is_old(self, file: Path) -> None:
        old, young, foreign = (
            file.with_name(name) for name in (".ssot-ids-1.tmp", ".ssot-ids-2.tmp", ".x.tmp")
        )
        for path in (old, young, foreign):
            path.write_bytes(b"half of")
        for path in (old, foreign):
            os.utime(path, (1_000_000, 1_000_000))
        atomic.sweep.cache_clear()
        replace_file(str(file), OLD, NEW)
        assert left_behind(file.parent) == [".ssot-ids-2.tmp", ".x.tmp"]


class TestTogether:
    def test_of_two_runs_each_is_told_the_truth(self, file: Path) -> None:
        """Many threads want to write something else in the place of the same old file."""
        outcomes: list[str] = []
        start = threading.Barrier(8)

        def work(number: int) -> None:
            start.wait()
            try:
                replace_file(str(file), OLD, b"%d" % number * 50_000)
            except ChangedError:
                outcomes.append("changed")
            else:
                outcomes.append("written")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        data = file.read_bytes()
        assert data in [b"%d" % number * 50_000 for number in range(8)]
        assert len(outcomes) == 8
        assert "written" in outcomes
        assert os.listdir(file.parent) == ["a.py"]
