"""The cache: what it takes back, what it refuses, and what it leaves behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_ids.model import Finding, Position, Span
from flake8_ssot_ids.runs.kept import results
from flake8_ssot_ids.runs.kept.results import Cache
from flake8_ssot_ids.runs.kept.stamps import stamp_of
from flake8_ssot_ids.runs.kept.store import _MARK, seal, unseal, write_atomically
from flake8_ssot_ids.runs.packed import pack

PAYLOAD = ("context", [("a", (1, 2, 3, ""))], {"p": (None, True, (("SID101", (1, 2)),), 0, (0,))})
ROWS = Span(Position(1, 1), Position(1, 5))
FINDING = pack(Finding("a.py", "SID101", "raw-uuid", "text", ROWS, ROWS, 1, "test", "f"))


# -- the form on disk --------------------------------------------------------------------------


def test_what_is_sealed_comes_back() -> None:
    assert unseal(seal(PAYLOAD)) == PAYLOAD


def test_every_damage_of_one_byte_is_refused() -> None:
    data = seal(PAYLOAD)
    for at in range(len(data)):
        for flip in (1, 0x80, 0xFF):
            assert unseal(data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]) is None, (at, flip)
        assert unseal(data[:at]) is None
        assert unseal(data[:at] + data[at + 1 :]) is None
        assert unseal(data[:at] + b"x" + data[at:]) is None
    assert unseal(data + b"\0") is None


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(data: bytes) -> None:
    assert unseal(data) is None
    assert unseal(_MARK + data) is None


@pytest.mark.parametrize("payload", [None, 1, "abc", [1, 2, 3], (), (1, 2), (1, 2, 3, 4), {"a": 1}])
def test_another_payload_is_refused(payload: object) -> None:
    assert unseal(seal(payload)) is None


# -- writing -----------------------------------------------------------------------------------


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file"
    write_atomically(str(path), b"one")
    with open(path, "rb") as reader:
        write_atomically(str(path), b"two")
        if os.name != "nt":
            assert reader.read() == b"one"
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == ["file"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def refuse(*_: object) -> None:
        raise OSError("full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(OSError, match="full"):
            write_atomically(str(path), b"new")
    assert os.listdir(tmp_path) == ["file"]
    assert path.read_bytes() == b"old"
    folder = tmp_path / "taken"
    folder.mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - the system words it
        write_atomically(str(folder), b"new")
    with pytest.raises(OSError):  # noqa: PT011
        write_atomically(str(path / "below-a-file"), b"new")
    assert sorted(os.listdir(tmp_path)) == ["file", "taken"]
    assert os.listdir(folder) == []


# -- results -----------------------------------------------------------------------------------


def put(store: Cache, path: Path, *touched: Path, number: int = 0) -> None:
    now = time.time_ns()
    stamps = {str(other): stamp_of(str(other), now) for other in touched}
    store.put(str(path), stamp_of(str(path), now), True, (FINDING,), number, tuple(stamps), stamps)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = [tmp_path / name for name in ("a.py", "b.py", "c.py")]
    for path in found:
        path.write_text("x = 1\n")
    return found


def test_a_result_holds_while_nothing_changes(tmp_path: Path, files: list[Path]) -> None:
    folder = str(tmp_path / "cache")
    store = Cache(folder, "key")
    assert store.get(str(files[0])) is None
    put(store, files[0], files[1], number=3)
    store.save()
    again = Cache(folder, "key")
    entry = again.get(str(files[0]))
    assert entry is not None
    assert entry[1:4] == (True, (FINDING,), 3)
    assert [path for path, _ in again.dependencies()] == [str(files[1])]
    assert again.get(str(files[1])) is None
    assert again.notes == store.notes == []
    assert Cache(folder, "other key").get(str(files[0])) is None
    assert Cache(None, "key").get(str(files[0])) is None


def test_a_result_falls_with_what_it_depends_on(tmp_path: Path, files: list[Path]) -> None:
    folder = str(tmp_path / "cache")
    missing = tmp_path / "missing.py"
    for changed in (files[0], files[1], missing):
        store = Cache(folder, str(changed))
        put(store, files[0], files[1], missing)
        put(store, files[2])
        store.save()
        assert Cache(folder, str(changed)).get(str(files[0])) is not None
        changed.write_text("x = 2\n")  # of the same size, and within one tick of the clock
        again = Cache(folder, str(changed))
        assert again.get(str(files[0])) is None
        assert again.get(str(files[2])) is not None
        # The new result stands beside the one that still holds.
        put(again, files[0], files[1], missing, number=7)
        again.save()
        last = Cache(folder, str(changed))
        entry = last.get(str(files[0]))
        assert entry is not None
        assert entry[3] == 7
        assert last.get(str(files[2])) is not None
        missing.unlink(missing_ok=True)
        files[0].write_text("x = 1\n")


def test_a_new_file_in_a_folder_is_seen(tmp_path: Path, files: list[Path]) -> None:
    folder, package = str(tmp_path / "cache"), tmp_path / "package"
    package.mkdir()
    store = Cache(folder, "key")
    put(store, files[0], package)
    store.save()
    assert Cache(folder, "key").get(str(files[0])) is not None
    (package / "new.py").write_text("")
    assert Cache(folder, "key").get(str(files[0])) is None


def test_another_context_drops_all(tmp_path: Path, files: list[Path]) -> None:
    folder = str(tmp_path / "cache")
    store = Cache(folder, "key", "one")
    put(store, files[0], files[1])
    store.save()
    other = Cache(folder, "key", "two")
    assert other.get(str(files[0])) is None
    assert other.dependencies() == []
    assert other.notes == []
    put(other, files[2])
    other.save()
    assert Cache(folder, "key", "one").get(str(files[2])) is None
    assert Cache(folder, "key", "two").get(str(files[0])) is None
    assert Cache(folder, "key", "two").get(str(files[2])) is not None


def test_two_runs_at_once_leave_a_whole_file(tmp_path: Path, files: list[Path]) -> None:
    folder = str(tmp_path / "cache")
    first, second = Cache(folder, "key"), Cache(folder, "key")
    put(first, files[0], files[2])
    put(second, files[1], files[2])
    first.save()
    second.save()
    again = Cache(folder, "key")
    assert again.notes == []
    # The later one wins; what the other has added is only made again.
    assert again.get(str(files[0])) is None
    assert again.get(str(files[1])) is not None
    put(again, files[0], files[2])
    again.save()
    last = Cache(folder, "key")
    assert None not in (last.get(str(files[0])), last.get(str(files[1])))
    assert [path for path, _ in last.dependencies()] == [str(files[2])]


def test_nothing_new_writes_nothing(tmp_path: Path, files: list[Path]) -> None:
    folder = tmp_path / "cache"
    Cache(str(folder), "key").save()
    assert not folder.exists()
    store = Cache(str(folder), "key")
    put(store, files[0])
    store.save()
    (written,) = folder.iterdir()
    before = written.stat().st_ino, written.stat().st_mtime_ns
    again = Cache(str(folder), "key")
    assert again.get(str(files[0])) is not None
    again.save()
    assert (written.stat().st_ino, written.stat().st_mtime_ns) == before


def test_a_damaged_file_is_a_note_and_is_replaced(tmp_path: Path, files: list[Path]) -> None:
    folder = tmp_path / "cache"
    store = Cache(str(folder), "key")
    put(store, files[0])
    store.save()
    (written,) = folder.iterdir()
    written.write_bytes(written.read_bytes()[:-1])
    again = Cache(str(folder), "key")
    assert again.notes == [f"the cache {written} is damaged or not ours; it is ignored"]
    assert again.get(str(files[0])) is None
    put(again, files[0])
    again.save()
    assert Cache(str(folder), "key").get(str(files[0])) is not None


def test_a_folder_that_cannot_be_made_is_a_note(files: list[Path]) -> None:
    store = Cache(str(files[0] / "cache"), "key")
    put(store, files[1])
    store.save()
    assert len(store.notes) >= 1
    assert store.notes[-1].startswith(f"the cache {files[0]}")


def test_too_many_results_are_not_kept_for_ever(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tmp_path / "cache")
    store = Cache(folder, "key")
    put(store, files[0])
    put(store, files[1])
    store.save()
    monkeypatch.setattr(results, "_MOST", 3)
    again = Cache(folder, "key")
    put(again, files[2])
    again.save()
    last = Cache(folder, "key")
    assert last.get(str(files[0])) is None
    assert last.get(str(files[2])) is not None
