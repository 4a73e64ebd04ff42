"""``init`` proposes to exclude folders of copies, by their names and by what is in them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from flake8_ssot_ids.adopt.copies import Copies, find
from flake8_ssot_ids.cli import main

ONE = b"""\
import os


def one(path):
    name = os.path.basename(path)
    return name.upper()


A = 1
B = 2
"""
TWO = ONE.replace(b"one", b"two").replace(b"upper", b"lower").replace(b"A = 1", b"C = {}")
OTHER = b"""\
class Backup:
    def run(self, target):
        self.target = target

    def stop(self):
        return 3
"""


@pytest.mark.parametrize(
    "name",
    [
        "backup", "backups", "backup_2024", "Backup-1", "back_up", "shop_backup", "shop.bak", "bak", "old",
        "shop_old", "shop-old2", "old_shop", "copy of shop", "Copy of shop", "shop copy", "shop - copy 2",
        "shop.orig", "archive", "legacy",
    ],
)  # fmt: skip
def test_a_folder_of_copies(name: str) -> None:
    files = {"shop/a.py": ONE, "shop/sub/b.py": TWO, "shop/__init__.py": b""}
    copies = {f"{name}/a.py": ONE, f"{name}/sub/b.py": TWO + b"D = 4\n", f"{name}/__init__.py": b""}
    assert find(files | copies) == [Copies(name, 2, 2)]
    deep = {f"lib/{file}": data for file, data in copies.items()}
    assert find(files | deep) == [Copies(f"lib/{name}", 2, 2)]


@pytest.mark.parametrize(
    "name", ["backend", "oldest", "shop", "golden", "copyright", "household", "backupper", "bold"]
)
def test_a_folder_that_is_not_called_so(name: str) -> None:
    assert find({"lib/a.py": ONE, f"{name}/a.py": ONE}) == []


@pytest.mark.parametrize(
    "inside",
    [
        {"a.py": OTHER},  # of its own
        {"a.py": TWO.replace(b"B = 2", b"E = 5")},  # of the same name, and not alike
        {"z.py": ONE + b"D = 4\n"},  # nearly the bytes of another, under another name
        {"a.py": ONE, "b.py": OTHER},  # half of them
        {"__init__.py": b"", "c.py": b"x = 1\n"},  # nothing that tells one from another
        {},
    ],
)
def test_a_folder_of_code_of_its_own(inside: dict[str, bytes]) -> None:
    files = {"shop/a.py": ONE, "shop/b.py": TWO, "shop/c.py": b"x = 1\n", "shop/__init__.py": b""}
    assert find(files | {f"shop/backup/{name}": data for name, data in inside.items()}) == []


def test_two_copies_without_an_original_are_none() -> None:
    assert find({"backup1/a.py": ONE, "backup2/a.py": ONE}) == []


def test_the_outermost_folder_is_named() -> None:
    files = {
        "a.py": ONE,
        "old/backup/a.py": ONE,
        "old/a.py": ONE,
        "x/old/backup/a.py": ONE,
        "x/old/b.py": OTHER,
    }
    assert find(files) == [Copies("old", 2, 2), Copies("x/old/backup", 1, 1)]


def test_what_is_proposed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = ONE + b"import uuid\nsession_id = str(uuid.uuid4())\n"
    for name in ("shop/a.py", "backup[1]/a.py", "shop/backup[1]/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "shop/backup[1]/a.py").write_bytes(OTHER)
    assert main(["init", str(tmp_path), "--write"]) == 0
    text = (tmp_path / "ssot-ids.toml").read_text(encoding="utf-8")
    assert '  "./backup[[]1]/",  # 1 of 1 files compared are copies of others\n' in text
    assert tomllib.loads(text)["tool"]["ssot-ids"]["extend-exclude"] == ["./backup[[]1]/"]
    assert "backup" not in text.partition("]\n")[2].partition("[[tool")[2]
    capsys.readouterr()
    assert main(["check", "-n", "--output-format", "concise", str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("SID102") == 1
