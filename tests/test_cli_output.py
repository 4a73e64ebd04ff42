"""What ``ssot-ids`` prints and writes: formats, files, rule pages, internal errors."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.test_cli import RAW, ROW, timeless, write


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
            "help: no generator is configured: `ssot-ids init` proposes one\n"
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
        assert timeless(err) == "Found 1 finding in 1 file: 1 production, 0 test (1 file checked in 0.00s).\n"
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
            "url": None,
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
        assert (code, out) == (
            1,
            "2\tSID102\traw-uuid-text\t2 production\t0 test\n1\tSID101\traw-uuid\t1 production\t0 test\n",
        )
        code, out, _ = cli("check", "--statistics", "--output-format=json", "-q")
        assert [(row["code"], row["count"]) for row in json.loads(out)] == [("SID102", 2), ("SID101", 1)]

    def test_output_file_takes_the_findings_and_nothing_else_changes(self, cli: Cli) -> None:
        write("a.py")
        code, out, err = cli.check("--output-file", "new/out.txt")
        assert (code, err) == (1, "")
        assert timeless(out) == "Found 1 finding in 1 file: 1 production, 0 test (1 file checked in 0.00s).\n"
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
        assert {row["url"] for row in rows} == {None}


class TestInternalErrors:
    def test_an_error_in_one_file_is_named_and_the_others_go_on(
        self, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from flake8_ssot_ids.findings import engine

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
