"""``ssot-ids`` as a person, a script and an editor meet it: exit codes, flags, configuration, streams."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from flake8_ssot_ids import __version__
from tests.conftest import Cli

RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"
ROW = (
    "3:18: SID102 the text of `uuid.uuid4()` is used as an id that no format check can tell from another; "
    "no generator is configured: `ssot-ids init` proposes one\n"
)
BROKEN = "import uuid\nx = uuid.uuid4(\n"


def write(name: str, text: str = RAW) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def timeless(text: str) -> str:
    import re

    return re.sub(r"\d+\.\d\ds", "0.00s", text)


def place(row: str) -> str:
    return ":".join(row.split(":")[:3])


def codes(out: str) -> list[str]:
    return [line.split()[1] for line in out.splitlines() if ": SID" in line]


class TestExitCodes:
    def test_clean_is_0(self, cli: Cli) -> None:
        write("a.py", "x = 1\n")
        code, out, err = cli.check()
        assert (code, timeless(out), err) == (0, "All checks passed! (1 file checked in 0.00s)\n", "")

    def test_findings_are_1(self, cli: Cli) -> None:
        write("a.py")
        write("sub/b.py")
        write("c.py", "")
        code, out, err = cli.check()
        assert code == 1
        assert timeless(out) == (
            f"a.py:{ROW}sub/b.py:{ROW}"
            "Found 2 findings in 2 files: 2 production, 0 test (3 files checked in 0.00s).\n"
        )
        assert err == ""

    def test_a_file_that_does_not_parse_is_2_beside_all_other_results(self, cli: Cli) -> None:
        write("a.py")
        write("broken.py", BROKEN)
        code, out, _ = cli.check("-q")
        assert code == 2
        assert codes(out) == ["SID102", "SID990"]
        assert out.splitlines()[1].startswith("broken.py:2:")
        assert cli.check("--exit-zero")[0] == 2
        assert cli.check("broken.py", "--ignore=SID102", "--per-file-ignores=*:SID990")[0] == 2

    def test_a_file_that_does_not_decode_is_2(self, cli: Cli) -> None:
        Path("a.py").write_bytes(b"import uuid\nx = '\xff' + str(uuid.uuid4())\n")
        code, out, _ = cli.check("-q")
        assert (code, codes(out)) == (2, ["SID990"])
        code, out, _ = cli("check", "-q")
        assert code == 2
        assert "2 | x = '\ufffd' + str(uuid.uuid4())" in out

    def test_a_missing_path_is_2_and_the_rest_is_checked(self, cli: Cli) -> None:
        write("a.py")
        code, out, err = cli.check("gone.py", "a.py", "-q", "-e")
        assert (code, out, err) == (2, f"a.py:{ROW}", "error: gone.py: No such file or directory\n")

    def test_a_missing_path_alone_is_not_called_clean(self, cli: Cli) -> None:
        code, out, err = cli.check("gone.py")
        assert code == 2
        assert timeless(out) == "No findings, but not everything could be done (0 files checked in 0.00s).\n"
        assert err == "error: gone.py: No such file or directory\n"

    def test_exit_zero_turns_1_into_0(self, cli: Cli) -> None:
        write("a.py")
        code, out, _ = cli.check("--exit-zero", "-q")
        assert (code, out) == (0, f"a.py:{ROW}")

    def test_nothing_to_check_is_said(self, cli: Cli) -> None:
        code, _, err = cli.check()
        assert (code, err) == (0, "note: no Python files were found under the given paths\n")

    @pytest.mark.parametrize(
        ("argv", "message"),
        [
            (["check", "--nonsense"], "unrecognized arguments: --nonsense"),
            (["check", "--sel=SID1"], "unrecognized arguments: --sel=SID1"),
            (["check", "a.py", ""], "a PATH is empty"),
            (["check", "--select="], "argument --select: expected codes, found nothing"),
            (["check", "--ignore=,"], "argument --ignore: expected codes, found nothing"),
            (["check", "--selct", "SID1"], "tip: did you mean `--select`?"),
            (["check", "--stdin-filename=b.py", "a.py"], "cannot be combined with other paths"),
            (["check", "-j0"], "argument -j/--jobs: must be 1 or more, or auto"),
            (["check", "-", "a.py"], "- (standard input) cannot be combined with other paths"),
            (
                ["check", "--statistics", "--output-format=github"],
                "--statistics cannot be combined with --output-format=github",
            ),
            (["check", "--config=x.toml", "--isolated"], "--config and --isolated cannot be combined"),
            (["check", "--config=x.toml"], "argument --config: no such file: x.toml"),
            (["check", "--per-file-ignores=SID101"], "expected PATTERN:CODE, found 'SID101'"),
            (["rule"], "give a CODE or --all"),
            (["rule", "SID101", "--all"], "give a CODE or --all"),
            (["rule", "SID777"], "there is no rule SID777"),
            (["rule", "truncated-uid"], "did you mean truncated-uuid?"),
            (["config", "gone"], "no such file or folder: gone"),
            (["chek"], "did you mean `check`?"),
            (["."], "did you mean `ssot-ids check .`?"),
            ([], "Usage: ssot-ids COMMAND"),
        ],
    )
    def test_usage_errors_are_2_and_say_why(self, cli: Cli, argv: list[str], message: str) -> None:
        code, out, err = cli(*argv)
        assert (code, out) == (2, "")
        assert message in err

    @pytest.mark.parametrize("flag", ["--zzz", "--repair", "-z"])
    def test_a_usage_error_is_short(self, cli: Cli, flag: str) -> None:
        assert cli("check", flag)[2] == (
            f"error: unrecognized arguments: {flag}\n\nFor more information, try `ssot-ids check --help`.\n"
        )

    def test_a_format_that_the_environment_misspells(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        write("a.py")
        monkeypatch.setenv("SSOT_IDS_OUTPUT_FORMAT", "jsn")
        code, out, err = cli("check")
        assert (code, out) == (2, "")
        assert "SSOT_IDS_OUTPUT_FORMAT: there is no format 'jsn' (formats: full, concise, " in err
        assert cli.check("-q") == (1, f"a.py:{ROW}", "")
        monkeypatch.setenv("SSOT_IDS_OUTPUT_FORMAT", "concise")
        assert cli("check", "-q") == (1, f"a.py:{ROW}", "")

    def test_help_and_version_are_0(self, cli: Cli) -> None:
        assert cli("--version") == (0, f"ssot-ids {__version__}\n", "")
        assert cli("--help")[0] == 0
        code, out, _ = cli("check", "--help")
        assert code == 0
        for flag in ("--stdin-filename", "--all-files", "--ignore-noqa", "--isolated", "--statistics"):
            assert flag in out


class TestSelection:
    def test_options_may_stand_anywhere_and_repeat(self, cli: Cli) -> None:
        write("a.py")
        write("b.py", "import uuid\nx = uuid.uuid4().hex[:8]\n")
        assert codes(cli.check("a.py", "-q", "b.py")[1]) == ["SID102", "SID103"]
        assert codes(cli.check("--select", "sid103,SID101", "--select=SID104")[1]) == ["SID103"]
        assert codes(cli.check("--ignore", "SID103")[1]) == ["SID102"]
        assert codes(cli.check("--select=SID2", "--extend-select=SID102")[1]) == ["SID102"]
        assert codes(cli.check("--select=ALL")[1]) == ["SID102", "SID103"]
        assert codes(cli.check("--per-file-ignores", "b.py:SID101,SID103,c.py:SID")[1]) == ["SID102"]

    def test_what_stands_behind_two_dashes_is_a_path(self, cli: Cli) -> None:
        write("-w.py")
        write("a.py")
        assert cli.check("-q", "--", "-w.py") == (1, f"-w.py:{ROW}", "")
        assert cli.check("a.py", "-q", "--", "-w.py") == (1, f"-w.py:{ROW}a.py:{ROW}", "")

    def test_all_stands_for_every_code(self, cli: Cli) -> None:
        write("a.py")
        assert cli.check("-q", "--ignore=all") == (0, "", "")
        assert cli.check("-q", "--per-file-ignores=b.py:ALL") == (1, f"a.py:{ROW}", "")
        assert cli.check("-q", "--per-file-ignores=a.py:ALL") == (0, "", "")

    def test_an_unknown_code_is_an_error_not_an_empty_result(self, cli: Cli) -> None:
        write("a.py")
        code, out, err = cli.check("--select=SID777")
        assert (code, out) == (2, "")
        assert "no code begins with `SID777`" in err

    def test_noqa_and_ignore_noqa(self, cli: Cli) -> None:
        write("a.py", RAW.rstrip() + "  # noqa: SID102\n")
        assert cli.check()[0] == 0
        assert codes(cli.check("--ignore-noqa")[1]) == ["SID102"]

    def test_all_files_also_parses_what_cannot_hold_a_use(self, cli: Cli) -> None:
        write("a.py", "def (\n")
        assert cli.check()[0] == 0
        code, out, _ = cli.check("--all-files")
        assert (code, codes(out)) == (2, ["SID990"])

    def test_exclusions(self, cli: Cli) -> None:
        write("a.py")
        write("gen/b.py")
        write("venv/c.py")
        assert [place(r) for r in cli.check("-q")[1].splitlines()] == ["a.py:3:18", "gen/b.py:3:18"]
        assert [place(r) for r in cli.check("-q", "--extend-exclude=gen")[1].splitlines()] == ["a.py:3:18"]
        assert [place(r) for r in cli.check("-q", "--exclude=gen,a.py")[1].splitlines()] == ["venv/c.py:3:18"]
        assert cli.check("-q", "--force-exclude", "venv/c.py")[0] == 0
        write(".ignore", "gen\n")
        assert len(cli.check("-q")[1].splitlines()) == 1
        assert len(cli.check("-q", "--no-respect-gitignore")[1].splitlines()) == 2


class TestConfiguration:
    def test_each_file_obeys_the_nearest_configuration(self, cli: Cli) -> None:
        write("a.py")
        write("sub/deep/b.py")
        write("ssot-ids.toml", 'ignore = ["SID101"]\n')
        write("sub/pyproject.toml", '[tool.ssot-ids]\nignore = ["SID102"]\n')
        assert [place(r) for r in cli.check("-q")[1].splitlines()] == ["a.py:3:18"]
        assert cli.check("sub")[0] == 0
        assert len(cli.check("-q", "--isolated")[1].splitlines()) == 2
        assert len(cli.check("-q", "--config", "ssot-ids.toml")[1].splitlines()) == 2
        assert cli.check("-q", "--config", "sub/pyproject.toml")[0] == 0

    def test_results_of_several_configurations_are_in_one_order(self, cli: Cli) -> None:
        for name in ("a.py", "b/b.py", "c.py", "d/d.py"):
            write(name)
        for name in ("b", "d"):
            write(f"{name}/ssot-ids.toml", "")
        out = cli.check("-q")[1]
        assert [r.split(":")[0] for r in out.splitlines()] == ["a.py", "b/b.py", "c.py", "d/d.py"]

    def test_all_problems_of_all_broken_configurations_are_told_at_once(self, cli: Cli) -> None:
        write("a.py")
        write("ssot-ids.toml", 'selct = ["SID"]\nsrc = 3\n')
        write("sub/ssot-ids.toml", "x = [\n")
        write("sub/b.py")
        code, out, err = cli.check()
        assert (code, out) == (2, "")
        assert "did you mean `select`?" in err
        assert ": src: " in err
        assert "sub/ssot-ids.toml" in err
        assert [line.startswith("error: ") for line in err.splitlines()] == [True] * 3

    def test_a_wrong_flag_is_told_once_and_not_put_down_to_a_file(self, cli: Cli) -> None:
        for name in ("a.py", "sub/b.py"):
            write(name)
        write("ssot-ids.toml", "")
        write("sub/ssot-ids.toml", "src = 3\n")
        err = cli.check("--select=SIDE")[2].splitlines()
        assert [line.split(": ")[1:3] for line in err] == [
            ["command line", "--select[0]"],
            ["sub/ssot-ids.toml", "src"],
        ]

    def test_config_prints_the_policy_and_where_it_comes_from(self, cli: Cli) -> None:
        write("sub/ssot-ids.toml", 'ignore = ["SID101"]\n')
        code, out, err = cli("config", "sub")
        assert (code, err) == (0, "")
        assert [line for line in out.splitlines() if line.startswith("ignore = ")] == [
            'ignore = ["SID101"]  # sub/ssot-ids.toml'
        ]
        assert "ignore = []  # default" in cli("config", "sub", "--isolated")[1]
        assert 'select = ["SID1"]  # command line' in cli("config", "sub", "--select=SID1")[1]
        write("sub/ssot-ids.toml", "nonsense = 1\n")
        code, out, err = cli("config", "sub")
        assert (code, out) == (2, "")
        assert "nonsense" in err


class TestStdin:
    def feed(self, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    def test_bytes_from_stdin(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        self.feed(monkeypatch, "# coding: latin-1\nimport uuid\nx = 'ä', uuid.uuid4()\n".encode("latin-1"))
        code, out, _ = cli("check", "-", "-q")
        assert code == 1
        assert out.split("\n")[1:6] == [
            " --> -:3:10",
            "  |",
            "1 | # coding: latin-1",
            "2 | import uuid",
            "3 | x = 'ä', uuid.uuid4()",
        ]

    def test_the_name_chooses_configuration_scope_and_project(
        self, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("sub/ssot-ids.toml", 'ignore = ["SID101"]\n')
        write("sub/ids.py", "from uuid import uuid4 as make\n")
        source = b"from ids import make\nimport uuid\na = str(make())\nb = uuid.uuid4()\n"
        self.feed(monkeypatch, source)
        code, out, _ = cli("check", "-", "--stdin-filename", "sub/test_x.py", "--output-format=json")
        rows = json.loads(out)
        assert code == 1
        assert [(r["filename"], r["code"], r["scope"]) for r in rows] == [
            (str(Path("sub/test_x.py").absolute()), "SID202", "test")
        ]

    def test_an_excluded_name_is_left_out_only_by_force(
        self, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        argv = ("-", "--stdin-filename=venv/x.py", "-q")
        self.feed(monkeypatch, RAW.encode())
        assert cli.check(*argv) == (1, f"venv/x.py:{ROW}", "")
        self.feed(monkeypatch, RAW.encode())
        assert cli.check(*argv, "--force-exclude") == (0, "", "")

    def test_a_name_alone_means_standard_input(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        write("a.py")
        self.feed(monkeypatch, RAW.encode())
        assert cli.check("-q", "--stdin-filename=b.py") == (1, f"b.py:{ROW}", "")

    def test_stdin_that_is_closed_is_not_clean(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", None)
        code, out, err = cli.check("-", "-q")
        assert (code, out, err) == (2, "", "error: standard input: it is closed\n")

    @pytest.mark.parametrize(("flags", "kept"), [((), 1), (("--no-cache",), 0)])
    def test_where_following_imports_is_costly_a_survey_is_kept(
        self, cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: tuple[str, ...], kept: int
    ) -> None:
        monkeypatch.setattr("flake8_ssot_ids.semantics.project.project._WORTH_A_SURVEY", 0)
        write("m.py", "from uuid import uuid4 as make\n")
        for _ in range(2):
            self.feed(monkeypatch, b"from m import make\nx_id = make()\n")
            code, out, _ = cli.check("-", "--stdin-filename=a.py", *flags)
            assert (code, codes(out)) == (1, ["SID202"])
            assert len([*(tmp_path / "cache").glob("*.survey")]) == kept

    def test_stdin_that_does_not_parse_is_2(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        self.feed(monkeypatch, BROKEN.encode())
        code, out, _ = cli.check("-", "-q")
        assert (code, codes(out)) == (2, ["SID990"])


@pytest.mark.parametrize("flags", [(), ("--isolated",)])
def test_modules_are_found_below_a_folder_elsewhere(cli: Cli, flags: tuple[str, ...]) -> None:
    write("../other/app/core/ids.py", "from uuid import uuid4 as new\n")
    write("../other/app/api/jobs.py", "from app.core.ids import new\n\njob_id = new()\n")
    code, out, _ = cli.check("-q", *flags, "../other")
    assert code == 1
    assert "jobs.py:3:10: SID202" in out


def test_a_configuration_says_where_modules_are_found(cli: Cli) -> None:
    write("../other/app/core/ids.py", "from uuid import uuid4 as new\n")
    write("../other/app/api/jobs.py", "from core.ids import new\n\njob_id = new()\n")
    write("../other/ssot-ids.toml", 'src = ["app"]\n')
    write("../other/app/api/more.py", "from app.core.ids import new\n\njob_id = new()\n")
    code, out, _ = cli.check("-q", "../other")
    assert code == 1
    assert [line.split(" ")[0].rpartition("/")[2] for line in out.splitlines()] == ["jobs.py:3:10:"]
