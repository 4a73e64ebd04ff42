"""Rules in preview: off unless previews are on and the code is selected, or its whole code is named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.commands import rule as rule_verb
from flake8_ssot_ids.findings import engine
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.render import ruledoc
from flake8_ssot_ids.rules import registry
from tests.conftest import Cli

RAW = "import uuid\n\nplain_id = uuid.uuid4()\ncut_id = uuid.uuid4().hex[:8]\n"
OTHERS, BOTH = ["SID101"], ["SID101", "SID103"]
#: SID103 as it would be if it were new. Run with the arguments of flake8.
FLAKE8 = """
import sys
from dataclasses import replace
from flake8.main.cli import main
from flake8_ssot_ids.findings import engine
from flake8_ssot_ids.rules import registry

rules = [replace(rule, preview=rule.code == "SID103") for rule in registry.rules()]
registry.rules = engine.rules = lambda: rules
sys.exit(main(["-j1", *sys.argv[1:]]))
"""


@pytest.fixture
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make SID103 a rule in preview."""
    rules = tuple(replace(rule, preview=rule.code == "SID103") for rule in registry.rules())
    for module in (registry, engine, rule_verb):
        monkeypatch.setattr(module, "rules", lambda: rules)


@pytest.mark.parametrize(
    ("select", "ignore", "preview", "on"),
    [
        (("SID",), (), False, False),
        (("SID1",), (), False, False),
        (("SID10",), (), False, False),
        (("SID103",), (), False, True),
        (("SID", "SID103"), (), False, True),
        (("SID103",), ("SID1",), False, True),
        (("SID103",), ("SID103",), False, False),
        (("SID", "SID103"), ("SID103",), False, False),
        (("SID101",), (), False, False),
        ((), (), False, False),
        (("SID",), (), True, True),
        (("SID10",), (), True, True),
        (("SID103",), (), True, True),
        (("SID2",), (), True, False),
        (("SID",), ("SID103",), True, False),
        (("SID",), ("SID1",), True, False),
        (("SID103",), ("SID103",), True, False),
        ((), (), True, False),
    ],
)
def test_when_a_preview_rule_is_on(
    select: tuple[str, ...], ignore: tuple[str, ...], preview: bool, on: bool
) -> None:
    policy = Policy(root="/r", select=select, ignore=ignore, preview=preview)
    assert policy.selected("SID103", preview=True) is on


@pytest.mark.parametrize("preview", [False, True])
def test_other_rules_do_not_care(preview: bool, judge: Callable[..., FileReport]) -> None:
    assert [found.code for found in judge(RAW, preview=preview).findings] == BOTH
    policy = Policy(root="/r", select=("SID1",), ignore=("SID102",), preview=preview)
    assert [code for code in ("SID101", "SID102", "SID201") if policy.selected(code)] == ["SID101"]


def test_a_rule_that_is_off_hides_nothing(
    judge: Callable[..., FileReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = replace(
        registry.rule("SID101"),
        code="SID100",
        name="raw-plain",
        preview=True,
        matches=lambda use: use.role == "plain_id",
    )
    rules = (new, *registry.rules())
    monkeypatch.setattr(engine, "rules", lambda: rules)
    assert [found.code for found in judge(RAW).findings] == BOTH
    assert [found.code for found in judge(RAW, preview=True).findings] == ["SID100", "SID103"]
    assert [found.code for found in judge(RAW, select=("SID100",)).findings] == ["SID100"]
    assert [found.code for found in judge(RAW, preview=True, ignore=("SID100",)).findings] == BOTH


@pytest.mark.usefixtures("_planted")
def test_a_rule_that_is_off_reports_and_suppresses_nothing(judge: Callable[..., FileReport]) -> None:
    report = judge(RAW.replace("[:8]\n", "[:8]  # noqa\n"))
    assert [found.code for found in report.findings] == OTHERS
    assert report.suppressed == ()
    report = judge(RAW.replace("[:8]\n", "[:8]  # noqa\n"), preview=True)
    assert [found.code for found in report.suppressed] == ["SID103"]


class TestCommandLine:
    @pytest.fixture(autouse=True)
    def _project(self, _planted: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "a.py").write_text(RAW)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.delenv("SSOT_IDS_OUTPUT_FORMAT", raising=False)

    @pytest.mark.parametrize(
        ("config", "flags", "codes"),
        [
            ("", "", OTHERS),
            ("", "--preview", BOTH),
            ("", "--no-preview", OTHERS),
            ("", "--select SID103", ["SID103"]),
            ("", "--select SID1", OTHERS),
            ("", "--select SID1 --preview", BOTH),
            ("", "--select ALL --preview", BOTH),
            ("", "--select SID101 --preview", OTHERS),
            ("", "--extend-select SID103", BOTH),
            ("", "--extend-select SID10", OTHERS),
            ("", "--preview --ignore SID103", OTHERS),
            ("", "--no-preview --select SID103", ["SID103"]),
            ("preview = true", "", BOTH),
            ("preview = true", "--no-preview", OTHERS),
            ("preview = true", "--isolated", OTHERS),
            ("preview = true", "--select SID101", OTHERS),
            ("preview = false", "--preview", BOTH),
            ('extend-select = ["SID103"]', "", BOTH),
            ('extend-select = ["SID103"]', "--extend-select SID1", BOTH),
            ('extend-select = ["SID103"]', "--no-preview", BOTH),
            ('extend-select = ["SID103"]', "--select SID", OTHERS),
            ('extend-select = ["SID103"]', "--ignore SID103", OTHERS),
            ('extend-select = ["SID103"]', "--ignore SID1", []),
            ('select = ["SID1", "SID103"]\nignore = ["SID103"]', "", OTHERS),
        ],
    )
    def test_flags_and_configuration(
        self, config: str, flags: str, codes: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("ssot-ids.toml").write_text(config)
        code = main(["check", "--output-format=json", "-q", *flags.split()])
        assert [row["code"] for row in json.loads(capsys.readouterr().out)] == codes
        assert code == bool(codes)

    def test_the_two_ways_share_no_cached_result(self, capsys: pytest.CaptureFixture[str]) -> None:
        for flag, number in (("--preview", 2), ("--no-preview", 1), ("--preview", 2)):
            main(["check", "-q", "--output-format=concise", flag])
            assert len(capsys.readouterr().out.splitlines()) == number

    def test_the_policy_in_force_says_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("ssot-ids.toml").write_text("preview = true")
        main(["config"])
        assert "\npreview = true  # ssot-ids.toml\n" in capsys.readouterr().out
        assert load_policy("ssot-ids.toml", overrides={"preview": False}).preview is False

    def test_the_rule_says_it_and_how_to_turn_it_on(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["rule", "SID103"])
        text = " ".join(capsys.readouterr().out.split())
        assert "This rule is in preview:" in text
        assert "`--preview`" in text
        main(["rule", "SID101"])
        assert "preview" not in capsys.readouterr().out
        main(["rule", "SID103", "--output-format", "json"])
        assert json.loads(capsys.readouterr().out)["preview"] is True

    def test_the_page_marks_it(self) -> None:
        rows = [line for line in ruledoc.page(registry.rules()).splitlines() if line.startswith("| [SID")]
        assert [row[3:9] for row in rows if "(preview)" in row] == ["SID103"]


class TestFlake8:
    @pytest.mark.parametrize(
        ("config", "flags", "codes"),
        [
            ("", "--select=SID", OTHERS),
            ("", "--select=SID1", OTHERS),
            ("", "--select=SID103", ["SID103"]),
            ("", "--select=SID --extend-select=SID103", BOTH),
            ("", "--select=SID,SID103", BOTH),
            ("", "--select=SID --extend-select=SID10", OTHERS),
            ("", "--select=SID --extend-select=SID103 --extend-ignore=SID103", OTHERS),
            ("preview = true", "--select=SID", BOTH),
            ("preview = true", "--select=SID101", OTHERS),
            ("preview = true", "--select=SID --extend-ignore=SID103", OTHERS),
            ('extend-select = ["SID103"]', "--select=SID", BOTH),
            ('ignore = ["SID103"]', "--select=SID103", []),
            # What is no preview stays as our table has it, whatever flake8 names.
            ('ignore = ["SID1"]', "--select=SID101", []),
            ('select = ["SID2"]', "--select=SID,SID101", []),
        ],
    )
    def test_options_and_configuration(
        self, config: str, flags: str, codes: list[str], tmp_path: Path
    ) -> None:
        (tmp_path / "a.py").write_text(RAW)
        (tmp_path / "ssot-ids.toml").write_text(config)
        done = subprocess.run(
            [sys.executable, "-c", FLAKE8, *flags.split(), "a.py"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert [line.split(" ")[1] for line in done.stdout.splitlines()] == codes
        assert (done.returncode, done.stderr) == (bool(codes), "")


#: What only a rule in preview, or the code mods, ask for.
CLOSER = (
    "ids.inspection",
    "ids.wrappers",
    "ids.generatorcalls",
    "ids.hints",
    "ids.signatures",
    "semantics.classes",
    "semantics.flow",
)
SILENCED = {
    "SID204": ("import uuid\ndef new():\n    return uuid.uuid4().hex\nx = new()\n", 4, 5),
    "SID305": ("from ssot_ids import UnifiedIdGenerator as G\nx = G.generate_nothing()\n", 2, 5),
    "SID401": ("import uuid\nreset_token = uuid.uuid4().hex\n", 2, 15),
}


class TestCloserLook:
    @pytest.mark.parametrize("face", ["command", "plugin"])
    @pytest.mark.parametrize("preview", [False, True])
    def test_a_plain_check_loads_nothing_of_it(self, face: str, preview: bool, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text(RAW)
        (tmp_path / "ssot-ids.toml").write_text(f"preview = {str(preview).lower()}\n")
        run = {
            "command": "from flake8_ssot_ids.cli import main; main(['check', '-q', '--no-cache'])",
            "plugin": (
                "import argparse, ast; from flake8_ssot_ids.flake8_plugin import SsotIdsPlugin as P;"
                "P.parse_options(None, argparse.Namespace(ssot_ids_config=None), ['.']);"
                "text = open('a.py').read();"
                "list(P(ast.parse(text), 'a.py', text.splitlines(True)).run())"
            ),
        }[face]
        code = f"{run}\nimport sys; print(*sorted(sys.modules))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
        )
        loaded = set(done.stdout.splitlines()[-1].split())
        assert "flake8_ssot_ids.findings.engine" in loaded
        names = {f"flake8_ssot_ids.{name}" for name in (*CLOSER, "semantics.module.allnames", "fixes")}
        assert bool(loaded & names) is preview

    @pytest.mark.parametrize("how", ["comment", "per-file", "exemption", "nothing"])
    @pytest.mark.parametrize("code", SILENCED)
    def test_it_is_silenced_like_others(self, code: str, how: str, cli: Cli) -> None:
        text, row, column = SILENCED[code]
        config = "preview = true\n"
        if how == "comment":
            text = text.rstrip("\n") + f"  # noqa: {code}\n"
        elif how == "per-file":
            config += f'[per-file-ignores]\n"a.py" = ["{code}"]\n'
        elif how == "exemption":
            config += f'[[exemption]]\npath = "a.py"\ncodes = ["{code}"]\nreason = "old"\n'
            config += f"until = {date.today() + timedelta(30)}\n"
        Path("a.py").write_text(text)
        Path("ssot-ids.toml").write_text(config)
        _, out, err = cli.check("-q", f"--select={code}")
        found = [line.split(" ", 2)[:2] for line in out.splitlines()]
        assert found == ([[f"a.py:{row}:{column}:", code]] if how == "nothing" else [])
        assert err == ""

    @pytest.mark.parametrize("number", [1, 2])
    def test_a_kept_result_falls_with_what_it_depends_on(self, number: int, cli: Cli) -> None:
        """The module of a wrapper (1), or that of the generator (2), has changed."""
        Path("ssot-ids.toml").write_text('preview = true\ngenerator = "gen.G"\n')
        Path("ids.py").write_text("import uuid\ndef new():\n    return 1\n")
        Path("gen.py").write_text("class G:\n    @staticmethod\n    def generate_x():\n        return ''\n")
        Path("a.py").write_text("from gen import G\nfrom ids import new\nx = new()\ny = G.generate_x()\n")
        flags = ("-q", "--select=SID204,SID305", "a.py")
        assert cli.check(*flags)[1] == ""
        assert cli.check(*flags)[1] == ""
        if number == 1:
            Path("ids.py").write_text("import uuid\ndef new():\n    return str(uuid.uuid4())\n")
        else:
            Path("gen.py").write_text("class G:\n    @staticmethod\n    def generate_other(): return ''\n")
        kept = cli.check(*flags)[1]
        assert kept == cli.check("--no-cache", *flags)[1]
        code, row, column = ("SID204", 3, 5) if number == 1 else ("SID305", 4, 5)
        assert [line.split(" ", 2)[:2] for line in kept.splitlines()] == [[f"a.py:{row}:{column}:", code]]
