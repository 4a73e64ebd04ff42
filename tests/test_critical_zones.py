"""In a critical zone nothing is passed over, whatever leaves other files out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import main
from flake8_ssot_ids.compliance.scan import Scan, policy_of, scan
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import DEFAULT_EXCLUDE, Zone
from flake8_ssot_ids.runs.discover import discover

RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"
needs_links = pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def write(*names: str, text: str = RAW) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def configure(*paths: str, more: str = "", tier: str = "critical", name: str = "auth") -> None:
    zone = f'[[zone]]\nname = "{name}"\ntier = "{tier}"\npaths = {json.dumps(paths)}\n'
    write("ssot-ids.toml", text=more + zone)


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    """The exit code, and the files with a finding, by ``check``."""
    capsys.readouterr()
    code = main(["check", "-n", "-q", "--output-format", "json", *(arguments or ["."])])
    here = Path.cwd()
    rows = json.loads(capsys.readouterr().out)
    return code, sorted({Path(row["filename"]).relative_to(here).as_posix() for row in rows})


def scanned() -> Scan:
    """What the contracts see of the project."""
    here = str(Path.cwd())
    return scan(here, policy_of(here), jobs=1)


def modules() -> list[str]:
    return sorted(scanned().modules["C02"])


#: What leaves files out elsewhere; each hides ``src/auth/hidden/x.py`` or what ``place`` says.
HIDING = {
    "default exclusion": ("src/auth/{name}/x.py", "", ""),
    "exclude": ("src/auth/hidden/x.py", "", 'exclude = ["hidden"]\n'),
    "exclude by path": (
        "src/auth/hidden/x.py",
        "",
        'extend-exclude = ["src/auth/hidden/", "src/other/hidden"]\n',
    ),
    "exclude the zone": ("src/auth/hidden/x.py", "", 'exclude = ["src"]\n'),
    "gitignore": ("src/auth/hidden/x.py", "hidden/\n", ""),
    "gitignore the zone": ("src/auth/hidden/x.py", "/src/\n", ""),
    "gitignore all": ("src/auth/hidden/x.py", "*\n", ""),
}


@pytest.mark.parametrize(
    "pattern", ["src/auth", "src/auth/", "src/auth/**", "src/**/x.py", "src/*/**/x.py", "**/x.py"]
)
@pytest.mark.parametrize("kind", sorted(HIDING))
def test_what_hides_a_file_does_not_hide_it_in_a_zone(
    kind: str, pattern: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place, ignored, more = HIDING[kind]
    hidden = place.format(name="dist")
    write(hidden, "src/auth/plain/x.py", hidden.replace("src/auth", "src/other").replace("x.py", "y.py"))
    Path(".git").mkdir()
    write(".gitignore", text=ignored)
    configure(pattern, more=more)
    assert checked(capsys) == (1, sorted([hidden, "src/auth/plain/x.py"]))
    assert checked(capsys, "--force-exclude", hidden) == (1, [hidden])
    assert modules() == sorted([hidden, "src/auth/plain/x.py"])


@pytest.mark.parametrize("name", [name for name in DEFAULT_EXCLUDE if name != ".git"])
def test_each_default_exclusion(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(f"src/auth/{name}/x.py", f"src/auth/{name}/deep/x.py", f"src/other/{name}/x.py")
    configure("src/auth")
    expected = [f"src/auth/{name}/deep/x.py", f"src/auth/{name}/x.py"]
    assert checked(capsys) == (1, expected)
    assert modules() == expected


def test_a_zone_that_is_not_critical_leaves_out_what_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    write("src/auth/dist/x.py", "src/auth/x.py")
    configure("src/auth", tier="standard", name="misc")
    assert checked(capsys) == (1, ["src/auth/x.py"])


def test_a_zone_that_a_contract_judges_is_whole_for_the_contract_whatever_its_tier() -> None:
    write("src/auth/dist/x.py", "src/auth/x.py")
    configure("src/auth", tier="standard")
    assert modules() == ["src/auth/dist/x.py", "src/auth/x.py"]


def test_dot_ignore_does_not_hide_either(capsys: pytest.CaptureFixture[str]) -> None:
    write("src/auth/x.py", "src/other/x.py")
    write(".ignore", text="*.py\n")
    configure("src/auth")
    assert checked(capsys) == (1, ["src/auth/x.py"])
    assert modules() == ["src/auth/x.py"]


def test_a_configuration_in_a_folder_that_is_ignored_does_not_take_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("src/auth/gen/x.py")
    write("src/auth/gen/ssot-ids.toml", text='exclude = ["x.py"]\n')
    Path(".git").mkdir()
    write(".gitignore", text="gen/\n")
    configure("src/auth")
    assert checked(capsys) == (1, ["src/auth/gen/x.py"])


class TestWildcardFirst:
    """A pattern that begins with a wildcard does not mean what others wrote, unless git tracks it."""

    def test_the_code_of_others(self, capsys: pytest.CaptureFixture[str]) -> None:
        write(".venv/lib/site-packages/shop/auth.py", "node_modules/tool/auth.py", "dist/auth.py", "auth.py")
        configure("**/auth.py")
        assert checked(capsys) == (1, ["auth.py", "dist/auth.py"])
        assert modules() == ["auth.py", "dist/auth.py"]

    @pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
    def test_what_git_tracks_of_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("node_modules/tool/auth.py", "node_modules/other/auth.py", "site-packages/auth.py")
        git("init", "-q")
        git("add", "node_modules/tool", "site-packages")
        configure("**/auth.py")
        assert checked(capsys) == (1, ["node_modules/tool/auth.py", "site-packages/auth.py"])
        assert modules() == ["node_modules/tool/auth.py", "site-packages/auth.py"]

    def test_where_it_is_spelled_out(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("node_modules/tool/auth.py", "lib/node_modules/auth.py")
        configure("node_modules/*/auth.py", "lib/**/auth.py")
        assert checked(capsys) == (1, ["lib/node_modules/auth.py", "node_modules/tool/auth.py"])


class TestTestPaths:
    @pytest.mark.parametrize(
        "more", ['test-paths = ["src/auth"]\n', 'test-paths = ["x.py"]\n', 'test-paths = ["**"]\n']
    )
    def test_what_is_called_a_test_is_still_judged(
        self, more: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("src/auth/x.py", "src/other/x.py")
        configure("src/auth", more=more)
        assert checked(capsys) == (1, ["src/auth/x.py", "src/other/x.py"])
        assert modules() == ["src/auth/x.py"]

    def test_tests_in_the_zone_by_default_names(self) -> None:
        write("src/auth/x.py", "src/auth/tests/test_x.py", "tests/test_x.py")
        configure("src/auth")
        assert modules() == ["src/auth/tests/test_x.py", "src/auth/x.py"]


@needs_links
class TestLinks:
    def _link(self, name: str, target: str) -> None:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).symlink_to(target, target_is_directory=True)

    def test_a_link_to_a_folder_that_is_not_walked_itself(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("node_modules/lib/x.py", "node_modules/lib/deep/y.py", "src/auth/a.py")
        self._link("src/auth/lib", "../../node_modules/lib")
        self._link("src/other/lib", "../../node_modules/lib")
        configure("src/auth")
        expected = ["src/auth/a.py", "src/auth/lib/deep/y.py", "src/auth/lib/x.py"]
        assert checked(capsys) == (1, expected)
        assert modules() == expected

    def test_each_file_is_checked_once_and_judged_by_its_zone(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("lib/x.py", "lib/sub/y.py", "src/auth/a.py")
        self._link("src/auth/lib", "../../lib")
        self._link("src/auth/again", "../../lib")
        configure("src/auth")
        expected = ["lib/sub/y.py", "lib/x.py", "src/auth/a.py"]
        assert checked(capsys) == (1, expected)
        assert modules() == expected
        assert checked(capsys, "src") == (
            1,
            ["src/auth/a.py", "src/auth/again/sub/y.py", "src/auth/again/x.py"],
        )

    def test_loops_end(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("src/auth/a.py", "src/auth/b/c.py", "dist/d.py")
        self._link("src/auth/self", ".")
        self._link("src/auth/up", "..")
        self._link("src/auth/b/top", "../../..")
        self._link("src/auth/dist", "../../dist")
        self._link("dist/back", "../src/auth")
        configure("src/auth")
        assert checked(capsys) == (1, ["src/auth/a.py", "src/auth/b/c.py", "src/auth/dist/d.py"])

    def test_links_in_what_is_linked(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("dist/one/x.py", "dist/two/y.py", "src/auth/a.py")
        self._link("src/auth/one", "../../dist/one")
        self._link("dist/one/two", "../two")
        configure("src/auth")
        assert checked(capsys) == (1, ["src/auth/a.py", "src/auth/one/two/y.py", "src/auth/one/x.py"])

    def test_a_link_out_of_the_project_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("src/auth/a.py", "../outside/x.py")
        self._link("src/auth/out", "../../../outside")
        configure("src/auth")
        assert main(["check", "-n", "--output-format", "concise", "."]) == 2
        said = capsys.readouterr().err
        assert f"a link in a critical zone leads out of the project, to {tmp_path.resolve()}/outside" in said
        assert [path for path, _ in scanned().errors] == [str(Path.cwd() / "src/auth/out")]
        # Who names it wants it.
        assert main(["check", "-n", "-q", "src/auth", "../outside"]) == 1

    def test_elsewhere_links_are_not_followed_and_not_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("src/auth/a.py", "../outside/x.py")
        self._link("src/out", "../../outside")
        self._link("src/auth.d/out", "../../../outside")
        configure("src/auth")
        assert checked(capsys) == (1, ["src/auth/a.py"])

    def test_a_file_that_is_a_link_is_a_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("src/auth/a.py", "dist/x.py")
        Path("src/auth/x.py").symlink_to("../../dist/x.py")
        configure("src/auth")
        assert checked(capsys) == (1, ["src/auth/a.py", "src/auth/x.py"])

    def test_a_folder_linked_under_the_name_of_a_module(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("src/auth/a.py", "dist/x.py")
        self._link("src/auth/pkg.py", "../../dist")
        configure("src/auth")
        assert checked(capsys) == (1, ["src/auth/a.py", "src/auth/pkg.py/x.py"])


def test_flake8_does_not_leave_it_out_either() -> None:
    import ast

    from flake8_ssot_ids.flake8_plugin import SsotIdsPlugin

    write("src/auth/dist/x.py", "src/dist/x.py")
    configure("src/auth")
    found = {
        name: [text[:6] for _, _, text, _ in SsotIdsPlugin(ast.parse(RAW), name, RAW.splitlines(True)).run()]
        for name in ("src/auth/dist/x.py", "src/dist/x.py")
    }
    assert found == {"src/auth/dist/x.py": ["SID102"], "src/dist/x.py": []}


def test_the_walk_enters_no_more_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    write("dist/a/x.py", "dist/b/x.py", "node_modules/c/x.py", "src/dist/d/x.py")
    policy = Policy(root=Path.cwd().as_posix(), zones=(Zone("z", ("dist/a", "src/*.py")),))
    walked: list[str] = []
    real = os.scandir

    def scandir(path: str) -> object:
        walked.append(os.path.relpath(path).replace(os.sep, "/"))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert [os.path.relpath(path) for path in discover(["."], policy).files] == [
        os.path.join("dist", "a", "x.py")
    ]
    assert sorted(walked) == [".", "dist", "dist/a", "src"]
