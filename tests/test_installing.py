"""What a stranger is told works for a stranger: ways to install, no link that is dead outside of a clone."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
import types
from email.parser import Parser
from pathlib import Path

import pytest

from flake8_ssot_ids.cli import VERBS
from tests.conftest import ROOT, Cli, texts_of

#: The only page that may say how to install from an index, and this file, which has to plant it.
MAY = ("docs/releasing.md", "tests/test_installing.py")

_NAME = r"(?:flake8-|)ssot-ids(?:-runtime|)".replace("-", "[-_.]")
# Ours as what is to be fetched from an index: no path, no file, and no address behind it.
_WANTED = rf"(?<![\w./-]){_NAME}(?![\w/.-])(?!(?:\[[^]]*\])? ?@)"
_COMMANDS = (
    r"pip3?(?:\.\d+)? (?:[\w./-]+ )*?(?:install|download|wheel)",
    r"(?:uv|poetry|pdm) add",
    r"uv (?:pip|tool) (?:install|run)",
    r"(?:pipx|conda) (?:run|install)",
    r"uvx",
    r"additional_dependencies:",
)
FROM_INDEX = re.compile(
    rf"\b(?:{'|'.join(_COMMANDS)})[^\n&|;#`]*?{_WANTED}"
    # An item of a list, or a line of a file with requirements.
    rf"|^[ \t]*- [\"']?{_WANTED}(?:\[[^]]*\])?(?:[<>=~!][^\n]*)?[\"']?[ \t]*$"
    rf"|^{_WANTED}(?:\[[^]]*\])?[<>=~!][^\n]*$",
    re.MULTILINE | re.IGNORECASE,
)


def told(text: str) -> list[str]:
    """Each place that tells somebody to fetch one of our packages from an index."""
    return [found[0] for found in FROM_INDEX.finditer(text.replace("\\\n", " "))]


@pytest.mark.parametrize(
    "text",
    [
        "pip install flake8-ssot-ids",
        "`pip install -U 'flake8-ssot-ids[compliance]'`",
        "python3 -m pip --python .venv install -q ssot-ids-runtime",
        "pip install pytest \\\n    flake8_ssot_ids==0.1",
        "uvx flake8-ssot-ids check",
        "pipx run flake8-ssot-ids check",
        "uv pip install ssot_ids_runtime",
        "uv add --dev flake8-ssot-ids",
        "additional_dependencies: [flake8-bugbear, flake8-ssot-ids]",
        "additional_dependencies:\n  - flake8-ssot-ids==0.1.0\n",
        "# requirements\nssot-ids-runtime>=0.1\n",
    ],
)
def test_a_line_that_installs_from_the_index_is_seen(text: str) -> None:
    assert told(text)


@pytest.mark.parametrize(
    "text",
    [
        "pip install . && ssot-ids check",
        "pip install /path/to/flake8-ssot-ids",
        "pip install '/path/to/clone[compliance]'",
        "pip install dist/flake8_ssot_ids-*.whl dist/ssot_ids_runtime-0.1.0-py3-none-any.whl",
        'pip install "flake8-ssot-ids @ git+file:///path/to/clone"',
        'pip install "flake8-ssot-ids[compliance] @ git+<address of this repository>"',
        'additional_dependencies: ["flake8-ssot-ids @ git+<address of this repository>"]',
        "pip install pytest pytest-xdist",
        "- id: ssot-ids",
        "- `ssot-ids check`, `ssot-ids rule`.",
    ],
)
def test_what_needs_no_index_passes(text: str) -> None:
    assert told(text) == []


def test_no_file_tells_anybody_to_install_what_is_on_no_index() -> None:
    read = 0
    for file in texts_of(ROOT):
        name = file.relative_to(ROOT).as_posix()
        if name not in MAY:
            read += 1
            assert told(file.read_text(encoding="utf-8", errors="replace")) == [], name
    assert read > 100
    assert len(told((ROOT / "docs/releasing.md").read_text(encoding="utf-8"))) >= 5


def test_nothing_that_the_program_prints_does_so_nor_names_a_file_of_the_documentation(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("import uuid\n\nsession_id = str(uuid.uuid4())\n")
    commands = [[], ["--help"], ["check"], ["fix"], ["init"], ["config"], ["compliance", "--static"]]
    commands += [[verb, "--help"] for verb in VERBS]
    commands += [[*verb, "--output-format=json"] for verb in (["check"], ["rule", "--all"])]
    commands += [["rule", "--all"]]
    said = ["".join(cli(*command)[1:]) for command in commands]
    monkeypatch.setitem(sys.modules, "pytest", None)
    said.append("".join(cli("compliance")[1:]).replace(sys.executable, "python"))
    assert "cannot be imported" in said[-1]
    for command, text in zip([*commands, "without pytest"], said, strict=True):
        assert text, command
        assert told(text) == [], command
        assert re.findall(r"\bdocs/|\b\w+\.md\b|\]\(", text) == [], command


# The long descriptions: what an index shows of a package.


def described(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The long description that ``setup.py`` makes in ``folder``."""
    given: dict[str, str] = {}
    module = types.ModuleType("setuptools")
    module.setup = given.update  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "setuptools", module)
        patch.chdir(folder)
        runpy.run_path("setup.py")
    assert given["long_description_content_type"] == "text/markdown"
    return given["long_description"]


def links(text: str) -> list[str]:
    """The targets of a page's links, without those to its own sections."""
    return re.findall(r"\]\(((?!#)[^)]*)\)", text)


@pytest.mark.parametrize("folder", [".", "runtime"])
def test_the_long_description_is_the_readme_without_relative_links(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    assert len(relative := [link for link in links(readme) if not link.startswith("https:")]) >= 6
    text = described(ROOT / folder, monkeypatch)
    assert links(text) == [link for link in links(readme) if link not in relative]
    assert all(link.rstrip("/") in text for link in relative)  # as the name of a file
    code = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
    assert code.findall(text) == code.findall(readme)


def test_with_an_address_the_links_lead_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "setup.py", tmp_path)
    known = ROOT / "flake8_ssot_ids" / "render" / "links.py"
    planted = re.sub(
        "^DOCUMENTATION.*", 'DOCUMENTATION = "https://a.example/"', known.read_text(), flags=re.MULTILINE
    )
    (tmp_path / "flake8_ssot_ids" / "render").mkdir(parents=True)
    (tmp_path / "flake8_ssot_ids" / "render" / "links.py").write_text(planted)
    (tmp_path / "README.md").write_text("[a](docs/a.md#b) [b](https://b.example) [c](#c) `d[0](1)`\n")
    assert described(tmp_path, monkeypatch) == (
        "[a](https://a.example/docs/a.md#b) [b](https://b.example) [c](#c) `d[0](1)`\n"
    )


@pytest.mark.parametrize("folder", [".", "runtime"])
def test_nothing_else_gives_the_long_description(folder: str) -> None:
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "readme" in project["dynamic"]
    assert "readme" not in project


@pytest.mark.corpora
@pytest.mark.skipif(os.name == "nt", reason="the commands are those of a POSIX shell")
class TestTheShownCommands:
    """The README's ways to install, in a copy of this work tree and an empty environment."""

    @pytest.mark.parametrize("way", [0, 1, 2], ids=["folder", "wheel", "git"])
    @pytest.mark.parametrize("package", ["flake8-ssot-ids", "ssot-ids-runtime"])
    def test_install(self, package: str, way: int, clone: Path, tmp_path: Path) -> None:
        readme = ROOT / ("README.md" if package.startswith("flake8") else "runtime/README.md")
        section = readme.read_text(encoding="utf-8").partition("\n## Install\n")[2].partition("\n## ")[0]
        commands = re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        assert len(commands) == 3
        venv = tmp_path / "venv"
        self._run(f"{sys.executable} -m venv --without-pip {venv}", tmp_path)
        for line in commands[way].replace("/path/to/clone", str(clone)).splitlines():
            assert line.startswith("python3 -m pip ")
            self._run(line.replace("python3 -m pip", f"{sys.executable} -m pip --python {venv}", 1), tmp_path)
        program = "import importlib.metadata as m, sys; sys.stdout.write(m.metadata(sys.argv[1]).as_string())"
        metadata = Parser().parsestr(self._run(f"{venv}/bin/python -c '{program}' {package}", tmp_path))
        assert [link for link in links(str(metadata.get_payload())) if not link.startswith("https:")] == []
        script = "ssot-ids --version" if package.startswith("flake8") else "python -m ssot_ids --help"
        assert self._run(f"{venv}/bin/{script}", tmp_path)

    @staticmethod
    def _run(command: str, folder: Path) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=kept, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
