"""Which files a check looks at (``--zone``, ``--show-files``), and production code and tests told apart."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.test_cli import RAW, timeless, write

ZONES = """
generator = "ids.Ids"
[[zone]]
name = "auth"
paths = ["auth/**"]
[[zone]]
name = "chat"
paths = ["chat/**"]
tier = "standard"
"""
IDS = "class Ids:\n    @staticmethod\n    def generate_base_id(prefix: str) -> str: ...\n"


def shop() -> None:
    """Two zones, a file in neither, and a test of the first."""
    write("ssot-ids.toml", ZONES)
    write("ids.py", IDS)
    for name in ("auth/a.py", "auth/tests/test_a.py", "chat/c.py", "other.py"):
        write(name)


def places(out: str) -> list[str]:
    return [line.partition(":")[0] for line in out.splitlines()]


def shown(out: str) -> list[str]:
    return [os.path.relpath(line).replace(os.sep, "/") for line in out.splitlines()]


class TestZone:
    def test_only_files_of_the_zone_are_checked(self, cli: Cli) -> None:
        shop()
        code, out, err = cli.check("--zone", "auth")
        assert (code, err) == (1, "")
        assert places(out)[:-1] == ["auth/a.py", "auth/tests/test_a.py"]
        assert timeless(out).endswith(
            "Found 2 findings in 2 files: 1 production, 1 test (2 files checked in 0.00s).\n"
        )

    def test_several_zones(self, cli: Cli) -> None:
        shop()
        assert places(cli.check("-q", "--zone=chat", "--zone=auth")[1]) == [
            "auth/a.py",
            "auth/tests/test_a.py",
            "chat/c.py",
        ]

    def test_the_paths_count_too(self, cli: Cli) -> None:
        shop()
        assert places(cli.check("-q", "--zone=auth", "auth/tests", "chat")[1]) == ["auth/tests/test_a.py"]

    def test_a_zone_without_files_is_said(self, cli: Cli) -> None:
        shop()
        code, out, err = cli.check("--zone=auth", "chat")
        assert (code, timeless(out)) == (0, "All checks passed! (0 files checked in 0.00s)\n")
        assert err == "note: no Python files of this zone were found under the given paths\n"

    @pytest.mark.parametrize("verb", ["check", "fix"])
    def test_an_unknown_zone_is_a_usage_error_that_lists_the_zones(self, cli: Cli, verb: str) -> None:
        shop()
        for argv in ([], ["auth"], ["--zone=auth"]):
            code, out, err = cli(verb, *argv, "--zone=atuh")
            assert (code, out) == (2, "")
            assert err == (
                "error: argument --zone: there is no zone 'atuh' (zones: auth, chat)\n\n"
                f"For more information, try `ssot-ids {verb} --help`.\n"
            )

    @pytest.mark.parametrize("verb", ["check", "fix"])
    def test_a_configuration_without_zones(self, cli: Cli, verb: str) -> None:
        write("a.py")
        code, out, err = cli(verb, "--zone=auth")
        assert (code, out) == (2, "")
        assert "there is no zone 'auth' (the configuration has no zones)" in err

    def test_each_configuration_has_its_own_zones(self, cli: Cli) -> None:
        shop()
        write("sub/ssot-ids.toml", '[[zone]]\nname = "deep"\npaths = ["d*.py"]\n')
        for name in ("sub/deep.py", "sub/else.py", "sub/auth/a.py"):
            write(name)
        assert places(cli.check("-q", "--zone=deep")[1]) == ["sub/deep.py"]
        assert places(cli.check("-q", "--zone=deep", "--zone=chat")[1]) == ["chat/c.py", "sub/deep.py"]

    @pytest.mark.parametrize("verb", ["check", "fix"])
    def test_standard_input_lies_in_no_zone(self, cli: Cli, verb: str) -> None:
        shop()
        code, _, err = cli(verb, "--zone=auth", "-")
        assert code == 2
        assert "--zone selects files; it cannot be combined with standard input" in err

    def test_a_broken_configuration_goes_first(self, cli: Cli) -> None:
        write("a.py")
        write("ssot-ids.toml", "x = 1\n")
        assert "unknown key" in cli.check("--zone=auth")[2]

    @pytest.mark.parametrize("more", [(), ("--max=9",)], ids=["all", "at most nine"])
    def test_fix_keeps_to_the_zone_and_still_asks_the_whole_project(
        self, cli: Cli, more: tuple[str, ...]
    ) -> None:
        shop()
        # This forbids to rewrite what it replaces.
        write("other.py", 'from unittest import mock\n\nmock.patch("auth.a.uuid.uuid4")\n')
        code, _, _ = cli("fix", "--unsafe-fixes", "--diff", "--zone=auth", "--report=report.json", *more)
        assert code == 1
        report = json.loads(Path("report.json").read_text())
        assert [
            (os.path.relpath(row["filename"]).replace(os.sep, "/"), row["level"], row["place"])
            for row in report["findings"]
        ] == [("auth/tests/test_a.py", "fixed", None), ("auth/a.py", "manual", "other.py:3:13")]
        assert len(report["files"]) == 2

    def test_check_fix_and_json_keep_to_the_zone(self, cli: Cli) -> None:
        shop()
        rows = json.loads(cli("check", "--zone=chat", "--output-format=json", "-q")[1])
        assert [os.path.relpath(row["filename"]) for row in rows] == [os.path.join("chat", "c.py")]
        assert rows[0]["fix"] is not None
        cli.check("--fix", "--unsafe-fixes", "--allow-dirty", "--zone=chat")
        assert Path("chat/c.py").read_text() != RAW
        assert Path("auth/a.py").read_text() == Path("other.py").read_text() == RAW

    def test_the_answer_comes_from_the_record_of_the_same_zone(self, cli: Cli) -> None:
        shop()
        for _ in range(2):
            assert places(cli.check("-q", "--zone", "auth")[1]) == ["auth/a.py", "auth/tests/test_a.py"]
            assert places(cli.check("-q", "--zone", "chat")[1]) == ["chat/c.py"]


class TestShowFiles:
    def test_sorted_absolute_one_a_line_and_nothing_is_checked(self, cli: Cli) -> None:
        shop()
        write("broken.py", "import uuid\nx = uuid.uuid4(\n")
        code, out, err = cli("check", "--show-files")
        assert (code, err) == (0, "")
        names = ["auth/a.py", "auth/tests/test_a.py", "broken.py", "chat/c.py", "ids.py", "other.py"]
        assert out.splitlines() == [str(Path(name).absolute()) for name in names]

    @pytest.mark.parametrize(
        ("argv", "names"),
        [
            (["auth"], ["auth/a.py", "auth/tests/test_a.py"]),
            (["chat", "auth/a.py", "chat/c.py"], ["auth/a.py", "chat/c.py"]),
            (["--exclude=chat,ids.py"], ["auth/a.py", "auth/tests/test_a.py", "other.py"]),
            (["--extend-exclude=chat"], ["auth/a.py", "auth/tests/test_a.py", "ids.py", "other.py"]),
            (["--exclude=chat", "chat/c.py"], ["chat/c.py"]),
            (["--exclude=chat", "--force-exclude", "chat/c.py", "other.py"], ["other.py"]),
            (["--zone=auth"], ["auth/a.py", "auth/tests/test_a.py"]),
            (["--zone=auth", "--zone=chat", "--exclude=chat"], ["auth/a.py", "auth/tests/test_a.py"]),
            # The zone of `auth` is critical: no exclusion counts there.
            (["--exclude=auth,ids.py"], ["auth/a.py", "auth/tests/test_a.py", "chat/c.py", "other.py"]),
            (
                ["--extend-exclude=auth"],
                ["auth/a.py", "auth/tests/test_a.py", "chat/c.py", "ids.py", "other.py"],
            ),
            (["--exclude=auth", "--force-exclude", "auth/a.py"], ["auth/a.py"]),
            (["--zone=auth", "--exclude=tests"], ["auth/a.py", "auth/tests/test_a.py"]),
            (["--isolated", "chat"], ["chat/c.py"]),
            (["--output-format=json", "-q", "chat"], ["chat/c.py"]),
            (["--fix", "--unsafe-fixes", "--allow-dirty", "chat"], ["chat/c.py"]),
        ],
        ids=lambda value: " ".join(value),
    )
    def test_it_heeds_what_selects_files(self, cli: Cli, argv: list[str], names: list[str]) -> None:
        shop()
        code, out, _ = cli("check", "--show-files", *argv)
        assert (code, shown(out)) == (0, names)
        assert Path("chat/c.py").read_text() == RAW

    def test_ignored_files(self, cli: Cli) -> None:
        write("a.py")
        write("b.py")
        write(".ignore", "b.py\n")
        assert shown(cli("check", "--show-files")[1]) == ["a.py"]
        assert shown(cli("check", "--show-files", "--no-respect-gitignore")[1]) == ["a.py", "b.py"]

    def test_groups_of_several_configurations_are_sorted_together(self, cli: Cli) -> None:
        for name in ("a.py", "b/b.py", "c.py"):
            write(name)
        write("b/ssot-ids.toml", "")
        assert shown(cli("check", "--show-files")[1]) == ["a.py", "b/b.py", "c.py"]

    def test_what_could_not_be_searched_is_2(self, cli: Cli) -> None:
        write("a.py")
        code, out, err = cli("check", "--show-files", "gone", "a.py")
        assert (code, shown(out)) == (2, ["a.py"])
        assert err == "error: gone: No such file or directory\n"
        write("ssot-ids.toml", "x = 1\n")
        code, out, err = cli("check", "--show-files")
        assert (code, out) == (2, "")
        assert "unknown key" in err

    def test_nothing_to_show_is_said(self, cli: Cli) -> None:
        message = "note: no Python files were found under the given paths\n"
        assert cli("check", "--show-files") == (0, "", message)

    def test_into_a_file(self, cli: Cli) -> None:
        write("a.py")
        assert cli("check", "--show-files", "-o", "files.txt") == (0, "", "")
        assert Path("files.txt").read_text() == f"{Path('a.py').absolute()}\n"

    def test_standard_input_is_no_file(self, cli: Cli) -> None:
        code, _, err = cli("check", "--show-files", "-")
        assert code == 2
        assert "--show-files lists files; it cannot be combined with standard input" in err


class TestScopes:
    def test_the_summary(self, cli: Cli) -> None:
        shop()
        out = timeless(cli.check()[1])
        assert out.endswith("Found 4 findings in 4 files: 3 production, 1 test (5 files checked in 0.00s).\n")

    def test_statistics(self, cli: Cli) -> None:
        shop()
        assert cli.check("--statistics", "-q")[1] == "4\tSID102\traw-uuid-text\t3 production\t1 test\n"
        (row,) = json.loads(cli("check", "--statistics", "--output-format=json", "-q")[1])
        assert row == {
            "code": "SID102",
            "name": "raw-uuid-text",
            "count": 4,
            "fixable": False,
            "fixable_count": 0,
            "production": 3,
            "test": 1,
        }

    def test_test_paths_decide(self, cli: Cli) -> None:
        shop()
        write("ssot-ids.toml", 'test-paths = ["other.py", "chat/**"]\n' + ZONES)
        rows = json.loads(cli("check", "--output-format=json", "-q")[1])
        found = {os.path.relpath(row["filename"]).replace(os.sep, "/"): row["scope"] for row in rows}
        assert found == {
            "auth/a.py": "production",
            "auth/tests/test_a.py": "production",
            "chat/c.py": "test",
            "other.py": "test",
        }
        assert "4 files: 2 production, 2 test (" in cli.check()[1]


CODES = {
    "check": ["0", "1", "2"],
    "fix": ["0", "1", "2"],
    "compliance": ["0", "1", "2"],
    "init": ["0", "2"],
    "rule": ["0", "2"],
    "config": ["0", "2"],
}


def test_help_gives_each_command_its_own_exit_codes(cli: Cli) -> None:
    from flake8_ssot_ids.cli import VERBS

    sections = {}
    for verb in VERBS:
        code, out, err = cli(verb, "--help")
        assert (code, err) == (0, "")
        head, found, section = out.partition("\nExit codes:\n")
        assert found
        assert "xit code" not in head.replace("look at the exit code", "")
        sections[verb] = section
        assert [row[2] for row in section.splitlines()] == CODES[verb]
        assert all(re.fullmatch(r"  \d  \S.*", row) for row in section.splitlines())
    assert len(set(sections.values())) == len(VERBS)
    assert "--exit-zero" in sections["check"]
    assert "by hand or with --unsafe-fixes" in sections["fix"]
    assert "contract" in sections["compliance"]


def test_exit_codes_are_what_help_says(cli: Cli) -> None:
    shop()
    assert cli("check")[0] == 1
    assert cli("check", "--exit-zero")[0] == 0
    assert cli("check", "ids.py")[0] == 0
    assert cli("check", "gone")[0] == 2
    assert cli("check", "--diff", "--unsafe-fixes")[0] == 1
    assert cli("fix", "--unsafe-fixes", "--diff")[0] == 1
    assert cli("fix")[0] == 1
    assert cli("fix", "ids.py")[0] == 0
    assert cli("fix", "gone")[0] == 2
    assert cli("fix", "--unsafe-fixes", "--allow-dirty")[0] == 0
    assert cli("rule", "SID101")[0] == 0
    assert cli("rule", "SID777")[0] == 2
    assert cli("config")[0] == 0
    assert cli("init")[0] == 2
    write("broken.py", "import uuid\nx = uuid.uuid4(\n")
    code, _, err = cli("fix")
    assert code == 2
    assert err.startswith("error: broken.py:2: ")
