"""Exemptions: leave for some codes in one place, for a reason and until a day."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flake8_ssot_ids import policy, replay
from flake8_ssot_ids.cli import main

RAW = "import uuid\n\nspan_id = str(uuid.uuid4())\nitem_id = uuid.uuid4()\n"
LAST = datetime.date(2030, 12, 31)


def table(path: str = "a.py", codes: str = '"SID102"', reason: str = "a foreign standard") -> str:
    return f'[[exemption]]\npath = "{path}"\ncodes = [{codes}]\nreason = "{reason}"\nuntil = {LAST}\n'


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("SSOT_IDS_OUTPUT_FORMAT", raising=False)
    today(monkeypatch, LAST)
    for name in ("a.py", "sub/a.py"):
        Path(name).write_text(RAW)


def today(monkeypatch: pytest.MonkeyPatch, day: datetime.date) -> None:
    monkeypatch.setattr(policy, "_today", lambda: day)
    monkeypatch.setattr(replay, "_today", day.isoformat)


def found(capfd: pytest.CaptureFixture[str], *argv: str) -> list[str]:
    """The places that a run reports, as ``path:row CODE``."""
    capfd.readouterr()
    main(["check", "-q", "-j1", "--output-format=concise", *argv])
    rows = [line.split(":", 3) for line in capfd.readouterr()[0].splitlines()]
    return [f"{row[0]}:{row[1]} {row[3].split()[0]}" for row in rows]


IN_A = ["a.py:3 SID102", "a.py:4 SID101"]
IN_SUB = ["sub/a.py:3 SID102", "sub/a.py:4 SID101"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (table(), [IN_A[1], *IN_SUB]),
        (table(codes='"SID1"'), IN_SUB),
        (table(path="**/a.py"), [IN_A[1], IN_SUB[1]]),
        (table(path="sub"), [*IN_A, IN_SUB[1]]),
        (table(codes='"SID103"'), [*IN_A, *IN_SUB]),
        (table(path="b.py"), [*IN_A, *IN_SUB]),
        (table().replace('reason = "a foreign standard"\n', ""), [*IN_A, *IN_SUB]),
        (table().replace(f"until = {LAST}\n", ""), [*IN_A, *IN_SUB]),
    ],
)
def test_what_one_covers(text: str, expected: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    Path("ssot-ids.toml").write_text(text)
    assert found(capfd, "--no-cache") == expected


def test_it_ends_after_its_day(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    Path("ssot-ids.toml").write_text(table(codes='"SID1"'))
    assert found(capfd, "--no-cache", "a.py") == []
    today(monkeypatch, LAST + datetime.timedelta(1))
    assert found(capfd, "--no-cache", "a.py") == IN_A


def test_no_cached_result_outlives_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("ssot-ids.toml").write_text(table(codes='"SID1"'))
    long_ago = time.time() - 1000
    for path in (".", "sub", "a.py", "sub/a.py", "ssot-ids.toml"):
        os.utime(path, (long_ago, long_ago))
    for _ in range(3):
        assert found(capfd, "a.py") == []
    today(monkeypatch, LAST + datetime.timedelta(1))
    for _ in range(3):
        assert found(capfd, "a.py") == IN_A
    today(monkeypatch, LAST)
    assert found(capfd, "a.py") == []


def test_a_recorded_answer_is_void_tomorrow(tmp_path: Path) -> None:
    """The record alone, since a file's time of change cannot be set back."""
    question = replay.Question(["-q"], str(tmp_path))
    answer: replay.Answer = {"text": "", "for_people": True, "summary": "", "code": 0}
    for only_today, still in ((False, answer), (True, None)):
        question.record(answer, (), time.time_ns(), only_today=only_today)
        with pytest.MonkeyPatch.context() as patch:
            assert question.answer() == answer
            patch.setattr(replay, "_today", lambda: "2031-01-01")
            assert question.answer() == still


def test_a_file_that_does_not_parse_is_not_covered(capfd: pytest.CaptureFixture[str]) -> None:
    Path("ssot-ids.toml").write_text(table(codes='"SID"'))
    Path("a.py").write_text("import uuid\nx = uuid.uuid4(\n")
    assert found(capfd, "a.py") == ["a.py:2 SID990"]


@pytest.mark.parametrize(("year", "expected"), [(9999, [IN_A[1]]), (2020, IN_A)])
def test_under_flake8(year: int, expected: list[str]) -> None:
    Path("ssot-ids.toml").write_text(table().replace("2030", str(year)))
    command = [
        sys.executable,
        "-m",
        "flake8",
        "--isolated",
        "--select=SID",
        "--format=%(path)s:%(row)d %(code)s",
    ]
    done = subprocess.run([*command, "a.py"], capture_output=True, text=True)
    assert (done.stdout.splitlines(), done.stderr) == (expected, "")
