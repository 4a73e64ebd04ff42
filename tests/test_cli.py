"""``ssot-ids`` as a person, a script and an editor meet it: output, streams, exit codes."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from flake8_ssot_ids import __version__
from flake8_ssot_ids.cli import main

RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"
ROW = (
    "3:18: SID102 the text of `uuid.uuid4()` is used as an id that no format check can tell from another; "
    'write `UnifiedIdGenerator.generate_base_id("session")`\n'
)
BROKEN = "import uuid\nx = uuid.uuid4(\n"


class Cli:
    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *argv: str) -> tuple[int, str, str]:
        self._capfd.readouterr()
        code = main(argv)
        out, err = self._capfd.readouterr()
        return code, out, err

    def check(self, *argv: str) -> tuple[int, str, str]:
        return self("check", "--output-format=concise", *argv)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cli:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("NO_COLOR", "FORCE_COLOR", "SSOT_IDS_OUTPUT_FORMAT", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return Cli(capfd)


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
            f"a.py:{ROW}sub/b.py:{ROW}Found 2 findings in 2 files (3 files checked in 0.00s).\n"
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
            (["check", "-j0"], "argument -j/--jobs: must be 1 or more, or auto"),
            (["check", "-", "a.py"], "- (standard input) cannot be combined with other paths"),
            (["check", "--statistics", "--output-format=github"], "--statistics has no github format"),
            (["check", "--config=x.toml", "--isolated"], "--config and --isolated exclude each other"),
            (["check", "--config=x.toml"], "argument --config: no such file: x.toml"),
            (["check", "--per-file-ignores=SID101"], "expected PATTERN:CODE, found 'SID101'"),
            (["rule"], "give either a CODE or --all"),
            (["rule", "SID101", "--all"], "give either a CODE or --all"),
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

    def test_config_prints_the_policy_and_where_it_comes_from(self, cli: Cli) -> None:
        write("sub/ssot-ids.toml", 'ignore = ["SID101"]\n')
        code, out, err = cli("config", "sub")
        assert (code, err) == (0, "")
        assert [line for line in out.splitlines() if line.startswith("ignore = ")] == [
            'ignore = ["SID101"]  # sub/ssot-ids.toml'
        ]
        assert "ignore = []  # default" in cli("config", "sub", "--isolated")[1]
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

    @pytest.mark.parametrize(("flags", "kept"), [((), 1), (("--no-cache",), 0)])
    def test_where_following_imports_is_costly_a_survey_is_kept(
        self, cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: tuple[str, ...], kept: int
    ) -> None:
        monkeypatch.setattr("flake8_ssot_ids.names.project._WORTH_A_SURVEY", 0)
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


class TestOutput:
    def test_full_is_the_default(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        write("a.py")
        code, out, _ = cli("check", "-q")
        assert (code, out) == (
            1,
            "SID102 the text of `uuid.uuid4()` is used as an id that no format check can tell from another\n"
            " --> a.py:3:18\n"
            "  |\n"
            "1 | import uuid\n"
            "2 |\n"
            "3 | session_id = str(uuid.uuid4())\n"
            "  |                  ^^^^^^^^^^\n"
            "  |\n"
            'help: write `UnifiedIdGenerator.generate_base_id("session")`\n'
            "\n",
        )
        monkeypatch.setenv("SSOT_IDS_OUTPUT_FORMAT", "concise")
        assert cli("check", "-q")[1] == f"a.py:{ROW}"

    def test_quiet_and_silent(self, cli: Cli) -> None:
        write("a.py")
        assert cli.check("-q") == (1, f"a.py:{ROW}", "")
        assert cli.check("-s") == (1, "", "")

    def test_json_holds_stdout_alone(self, cli: Cli) -> None:
        write("a.py")
        code, out, err = cli("check", "--output-format=json")
        assert code == 1
        assert timeless(err) == "Found 1 finding in 1 file (1 file checked in 0.00s).\n"
        (row,) = json.loads(out)
        fingerprint = row.pop("fingerprint")
        assert len(fingerprint) == 32
        assert row == {
            "cell": None,
            "code": "SID102",
            "end_location": {"column": 28, "row": 3},
            "filename": str(Path("a.py").absolute()),
            "fix": None,
            "location": {"column": 18, "row": 3},
            "message": ROW.partition("SID102 ")[2].rstrip("\n"),
            "name": "raw-uuid-text",
            "noqa_row": 3,
            "severity": "error",
            "url": "docs/rules.md#sid102",
            "scope": "production",
            "role": "session_id",
            "prefix": None,
            "symbol": "<module>",
        }

    def test_json_without_findings_is_an_empty_list(self, cli: Cli) -> None:
        write("a.py", "")
        assert cli("check", "--output-format=json", "-q") == (0, "[]\n", "")
        assert cli("check", "--output-format=json-lines", "-q") == (0, "", "")
        assert cli("check", "--output-format=github", "-q") == (0, "", "")

    def test_github(self, cli: Cli) -> None:
        write("a.py")
        code, out, err = cli("check", "--output-format=github", "-q")
        where = f"file={Path('a.py').absolute()},line=3,col=18,endLine=3,endColumn=28"
        assert (code, out, err) == (1, f"::error title=ssot-ids (SID102),{where}::a.py:{ROW}", "")

    def test_statistics_replace_the_findings(self, cli: Cli) -> None:
        write("a.py", RAW * 2 + "x = uuid.uuid4()\n")
        code, out, _ = cli.check("--statistics", "-q")
        assert (code, out) == (1, "2\tSID102\traw-uuid-text\n1\tSID101\traw-uuid\n")
        code, out, _ = cli("check", "--statistics", "--output-format=json", "-q")
        assert [(row["code"], row["count"]) for row in json.loads(out)] == [("SID102", 2), ("SID101", 1)]

    def test_output_file_takes_the_findings_and_nothing_else_changes(self, cli: Cli) -> None:
        write("a.py")
        code, out, err = cli.check("--output-file", "new/out.txt")
        assert (code, err) == (1, "")
        assert timeless(out) == "Found 1 finding in 1 file (1 file checked in 0.00s).\n"
        assert Path("new/out.txt").read_text() == f"a.py:{ROW}"
        assert os.listdir("new") == ["out.txt"]
        code, out, _ = cli("check", "-o", "new/out.json", "--output-format=json", "-q")
        assert (code, out) == (1, "")
        assert len(json.loads(Path("new/out.json").read_text())) == 1

    def test_an_output_file_that_cannot_be_written_is_2(self, cli: Cli) -> None:
        write("a.py")
        Path("folder").mkdir()
        code, out, err = cli.check("-q", "-o", "folder")
        assert (code, out) == (2, "")
        assert err.startswith("error: folder: ")
        assert os.listdir("folder") == []

    @pytest.mark.skipif(os.name == "nt", reason="modes and links")
    def test_an_output_file_keeps_its_mode_and_its_link(self, cli: Cli) -> None:
        write("a.py")
        write("real.txt", "old")
        Path("real.txt").chmod(0o640)
        Path("link.txt").symlink_to("real.txt")
        cli.check("-q", "-o", "link.txt")
        assert Path("link.txt").is_symlink()
        assert Path("real.txt").read_text() == f"a.py:{ROW}"
        assert Path("real.txt").stat().st_mode & 0o777 == 0o640
        assert cli.check("-q", "-o", os.devnull)[0] == 1


class TestRule:
    def test_one_rule_as_text(self, cli: Cli) -> None:
        code, out, err = cli("rule", "SID103")
        assert (code, err) == (0, "")
        assert out.startswith("# truncated-uuid (SID103)\n\n")
        assert max(map(len, out.split("\n"))) <= 100
        assert cli("rule", "truncated-uuid")[1] == out
        assert cli("rule", "sid103")[1] == out

    def test_all_rules_as_json(self, cli: Cli) -> None:
        code, out, _ = cli("rule", "--all", "--output-format=json")
        rows = json.loads(out)
        assert code == 0
        found = [row["code"] for row in rows]
        assert found == sorted(found)
        assert {"SID101", "SID990"} <= set(found)
        one = json.loads(cli("rule", "SID101", "--output-format=json")[1])
        assert one == rows[0]
        assert list(one) == ["name", "code", "linter", "summary", "fix", "explanation", "preview", "url"]


class TestInternalErrors:
    def test_an_error_in_one_file_is_named_and_the_others_go_on(
        self, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from flake8_ssot_ids import engine

        real = engine.check_tree

        def fails_in_b(tree: object, text: str, *rest: object, **more: object) -> object:
            if "boom" in text:
                raise RuntimeError("deliberate")
            return real(tree, text, *rest, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(engine, "check_tree", fails_in_b)
        write("a.py")
        write("b.py", RAW + "boom = 1\n")
        write("c.py")
        code, out, err = cli.check("-q", "-e", "-j1", "--no-cache")
        assert code == 2
        assert [line.split(":")[0] for line in out.splitlines()] == ["a.py", "c.py"]
        assert str(Path("b.py").absolute()) in err
        assert "RuntimeError: deliberate" in err

    def test_an_error_outside_files_is_2_with_a_trace(
        self, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from flake8_ssot_ids.commands import check

        monkeypatch.setattr(check, "make_parser", lambda: 1 / 0)
        code, out, err = cli.check()
        assert (code, out) == (2, "")
        assert "ZeroDivisionError" in err
        assert "internal error" in err
