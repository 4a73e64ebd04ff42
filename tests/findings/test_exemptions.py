"""Exemptions: leave for some codes in one place, for a reason, up to and including a day."""

from __future__ import annotations

import datetime
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.settings import Exemption
from flake8_ssot_ids.runs.kept import stamps
from flake8_ssot_ids.system import clock

Judge = Callable[..., FileReport]

RAW = "import uuid\n\nplain_id = uuid.uuid4()\ntext_id = str(uuid.uuid4())\ncut_id = uuid.uuid4().hex[:8]\n"
DAY = datetime.date(2026, 3, 31)
BEFORE, AFTER = DAY - datetime.timedelta(1), DAY + datetime.timedelta(1)
EVER = datetime.date(2999, 12, 31)
ALL = ["SID101", "SID102", "SID103"]


def exemption(path: str = "a.py", *codes: str, reason: str = "why", until: datetime.date | None = DAY) -> str:
    lines = [f'[[exemption]]\npath = "{path}"\ncodes = {list(codes or ["SID"])}']
    lines += [f'reason = "{reason}"'] if reason else []
    lines += [f"until = {until}"] if until else []
    return "\n".join(lines) + "\n"


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime.date], None]:
    """``calendar(day)`` makes it that day."""

    def turn(day: datetime.date) -> None:
        monkeypatch.setattr(clock, "today", lambda: day)

    turn(DAY)
    return turn


def test_the_day_is_the_one_on_the_wall() -> None:
    before = time.strftime("%Y-%m-%d")
    found = clock.today().isoformat()
    assert before <= found <= time.strftime("%Y-%m-%d")


def kept(report: FileReport) -> tuple[list[str], list[str]]:
    """The codes that are reported, and those that are silenced."""
    return [found.code for found in report.findings], [found.code for found in report.suppressed]


@pytest.mark.parametrize(
    ("given", "reported"),
    [
        ([], ALL),
        ([Exemption("a.py", ("SID",), "why", DAY)], []),
        ([Exemption("**", ("SID1",), "why", DAY)], []),
        ([Exemption("a.py", ("SID102",), "why", DAY)], ["SID101", "SID103"]),
        ([Exemption("a.py", ("SID102", "SID101"), "why", EVER)], ["SID103"]),
        (
            [Exemption("a.py", ("SID102",), "why", DAY), Exemption("**/a.py", ("SID103",), "why", DAY)],
            ["SID101"],
        ),
        ([Exemption("a.py", ("SID102",), "why", BEFORE), Exemption("a.py", ("SID1",), "why", DAY)], []),
        ([Exemption("a.py", ("SID2",), "why", DAY)], ALL),
        ([Exemption("b.py", ("SID",), "why", DAY)], ALL),
        ([Exemption("pkg", ("SID",), "why", DAY)], ALL),
        ([Exemption("a.py", ("SID",), "why", BEFORE)], ALL),
        ([Exemption("a.py", ("SID",), "why", None)], ALL),
        ([Exemption("a.py", ("SID",), "", DAY)], ALL),
        ([Exemption("a.py", ("SID",))], ALL),
    ],
    ids=str,
)
def test_only_one_in_force_silences_its_codes_in_its_files(
    given: list[Exemption], reported: list[str], judge: Judge
) -> None:
    found = kept(judge(RAW, exemptions=tuple(given), day=DAY))
    assert found == (reported, [code for code in ALL if code not in reported])
    # It is no comment: asking to see what comments silence does not lift it.
    assert kept(judge(RAW, exemptions=tuple(given), day=DAY, noqa=False)) == found


def test_without_a_day_it_is_today(judge: Judge, calendar: Callable[[datetime.date], None]) -> None:
    given = (Exemption("a.py", ("SID",), "why", DAY),)
    assert kept(judge(RAW, exemptions=given)) == ([], ALL)
    calendar(AFTER)
    assert kept(judge(RAW, exemptions=given)) == (ALL, [])
    # An injected day goes before the calendar.
    assert kept(judge(RAW, exemptions=given, day=DAY)) == ([], ALL)


def test_the_calendar_is_not_asked_without_exemptions(
    tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda: pytest.fail("asked for the day"))
    assert kept(judge(RAW)) == (ALL, [])
    config = tmp_path / "ssot-ids.toml"
    config.write_text("name-hashes = true\n")
    policy = load_policy(str(config))
    assert policy.day is None
    policy.digest()


@pytest.mark.parametrize("code", ["SID", "SID9", "SID990"])
def test_a_file_that_cannot_be_read_is_never_exempt(code: str, judge: Judge) -> None:
    given = (Exemption("a.py", (code,), "why", EVER),)
    assert kept(judge(RAW + "def (\n", exemptions=given, day=DAY)) == (["SID990"], [])


def test_the_loaded_policy_keeps_its_day(tmp_path: Path, calendar: Callable[[datetime.date], None]) -> None:
    config = tmp_path / "ssot-ids.toml"
    config.write_text(exemption())
    policy = load_policy(str(config))
    digest = policy.digest()
    calendar(AFTER)
    assert policy.day == DAY
    assert policy.exempted_in_file(str(tmp_path / "a.py")) == ("SID",)
    later = load_policy(str(config))
    assert later == policy  # the same settings
    assert later.digest() != digest
    assert later.exempted_in_file(str(tmp_path / "a.py")) == ()


class TestFaces:
    """``check`` and flake8 in a project of two files, one of them exempt."""

    @pytest.fixture(autouse=True)
    def _project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        project = tmp_path / "project"  # the cache is none of it
        project.mkdir()
        for name in ("a.py", "b.py"):
            (project / name).write_text(RAW)
        monkeypatch.chdir(project)
        monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.delenv("SSOT_IDS_OUTPUT_FORMAT", raising=False)

    @pytest.mark.parametrize(
        ("config", "silent"),
        [
            (exemption("a.py", until=EVER), ALL),
            (exemption("a.py", "SID102", until=EVER), ["SID102"]),
            (exemption("a.py", until=datetime.date(2020, 2, 29)), []),
            (exemption("a.py", until=EVER, reason=""), []),
            (exemption("a.py", until=None), []),
        ],
    )
    def test_they_agree(self, config: str, silent: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        Path("ssot-ids.toml").write_text(config)
        columns = {"SID101": "3:12", "SID102": "4:15", "SID103": "5:10"}
        expected = {
            f"./{name}:{columns[code]}: {code}"
            for name in ("a.py", "b.py")
            for code in ALL
            if name == "b.py" or code not in silent
        }
        done = subprocess.run(
            [sys.executable, "-m", "flake8", "--select=SID"], capture_output=True, text=True, check=False
        )
        assert {" ".join(line.split(" ")[:2]) for line in done.stdout.splitlines()} == expected
        for jobs in ("-j1", "-j2"):
            main(["check", "--output-format=concise", "-q", "--no-cache", jobs])
            shown = {" ".join(line.split(" ")[:2]) for line in capsys.readouterr().out.splitlines()}
            assert {f"./{line}" for line in shown} == expected
        main(["check", "--output-format=concise", "-q", "--ignore-noqa", "--no-cache"])
        assert len(capsys.readouterr().out.splitlines()) == len(expected)

    def test_standard_input_is_exempt_by_its_name(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import io

        Path("ssot-ids.toml").write_text(exemption("a.py", until=EVER))
        for name, number in (("a.py", 0), ("b.py", 3)):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(RAW.encode())))
            code = main(["check", "-q", "--output-format=concise", "--stdin-filename", name, "-"])
            assert (code, len(capsys.readouterr().out.splitlines())) == (bool(number), number)

    def test_neither_cache_outlives_the_last_day(
        self,
        calendar: Callable[[datetime.date], None],
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        Path("ssot-ids.toml").write_text(exemption("**"))
        monkeypatch.setattr(stamps, "RECENT_NS", 0)
        time.sleep(0.02)

        def ask() -> int:
            code = main(["check", "--output-format=concise", "-q"])
            assert len(capsys.readouterr().out.splitlines()) == (6 if code else 0)
            return code

        def written() -> int:
            return len(list(Path("../cache").iterdir()))

        for day, code in ((BEFORE, 0), (DAY, 0), (DAY, 0), (AFTER, 1), (AFTER, 1), (DAY, 0)):
            calendar(day)
            assert ask() == code, day
        # One record of the answer; results of the time before and of the time after.
        assert written() == 3

    @pytest.mark.parametrize(
        ("config", "day", "used"),
        [
            (exemption("b.py"), DAY, True),
            (exemption("b.py"), AFTER, False),
            (exemption("b.py"), BEFORE, False),
            ("select = ['SID']\n", AFTER, True),
        ],
    )
    def test_with_exemptions_an_answer_is_recorded_for_its_own_day_alone(
        self,
        config: str,
        day: datetime.date,
        used: bool,
        calendar: Callable[[datetime.date], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(stamps, "RECENT_NS", 0)
        Path("ssot-ids.toml").write_text(config)
        time.sleep(0.02)
        assert main(["check", "-q"]) == 1
        monkeypatch.setattr("flake8_ssot_ids.commands.check.run", lambda _: 7)
        calendar(day)
        assert main(["check", "-q"]) == (1 if used else 7)
