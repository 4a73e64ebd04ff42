"""The survey that is kept: as good as a new one, whatever has changed since, and never trusted too far."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.findings.engine import check_source
from flake8_ssot_ids.flake8_plugin import SsotIdsPlugin
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.runs.kept.store import seal
from flake8_ssot_ids.runs.kept.survey import kept_words
from flake8_ssot_ids.semantics.glance.survey import Survey
from flake8_ssot_ids.semantics.project import project as project_module
from flake8_ssot_ids.semantics.project.project import Project
from flake8_ssot_ids.uuids import catalog
from tests.test_cases import CASES, Case

SOURCES = catalog.attributes(False)
MULTI = sorted(name for name, case in CASES.items() if len(case.files) > 1)
#: Longer ago than what is too young to be trusted.
LONG_AGO = 10


class Tree:
    """A project whose files are old enough to be trusted, and a folder for what is kept of it."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = home / "project"
        self.root.mkdir()
        self.cache = home / "cache"
        self.looked: list[str] = []
        self.clock = time.time_ns() + LONG_AGO * 10**9
        monkeypatch.setattr("flake8_ssot_ids.runs.kept.survey.time.time_ns", lambda: self.clock)
        first = Survey.first

        def spy(survey: Survey, paths: list[str]) -> tuple[set[str], list[str]]:
            self.looked += [os.path.basename(path) for path in paths]
            return first(survey, paths)

        monkeypatch.setattr(Survey, "first", spy)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.root / f"{name}.py"
            path.write_text(text)
            # Two writes within one tick of the file system's clock must not look like one.
            stamp = self.clock - LONG_AGO * 10**9 + len(self.looked)
            os.utime(path, ns=(stamp, stamp))

    def words(self, most: int = 100) -> tuple[set[str], list[str]]:
        """The words, and the files that were looked at for the first time, or anew."""
        self.looked.clear()
        found = kept_words([str(self.root), str(self.root)], SOURCES, most, str(self.cache))
        assert found is not None
        return {word.decode() for word in found}, sorted(self.looked)

    def kept(self) -> list[Path]:
        return sorted(self.cache.iterdir()) if self.cache.exists() else []


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    made = Tree(tmp_path, monkeypatch)
    made.write(a="from uuid import uuid4 as make\n", b="from a import make as fresh\n", c="x = 1\n", d="")
    made.write(e="", f="import os\n", g="", h="")
    return made


EVERYTHING = [f"{name}.py" for name in "abcdefgh"]


def test_what_has_not_changed_is_not_looked_at_again(tree: Tree) -> None:
    assert tree.words() == ({"make", "fresh"}, EVERYTHING)
    assert tree.words() == ({"make", "fresh"}, [])
    assert len(tree.kept()) == 1


def test_a_new_word_of_a_changed_file_is_followed_through_all_others(tree: Tree) -> None:
    tree.write(e="from c import other as third\n")
    assert tree.words()[0] == {"make", "fresh"}
    tree.write(c="import uuid\nother = uuid.uuid4\n")
    assert tree.words() == ({"make", "fresh", "other", "third"}, ["c.py"])
    assert tree.words() == ({"make", "fresh", "other", "third"}, [])


def test_a_changed_file_that_hands_on_a_known_word_is_followed(tree: Tree) -> None:
    tree.words()
    tree.write(c="from b import fresh as another\n")
    assert tree.words() == ({"make", "fresh", "another"}, ["c.py"])


def test_a_new_file_is_looked_at_and_one_that_has_gone_is_not_missed(tree: Tree) -> None:
    tree.words()
    tree.write(i="import uuid as u\n")
    (tree.root / "a.py").unlink()
    assert tree.words() == ({"make", "fresh", "u"}, ["i.py"])
    (tree.root / "i.py").unlink()
    assert tree.words()[1] == []


def test_when_much_has_changed_words_that_have_gone_are_forgotten(tree: Tree) -> None:
    tree.words()
    tree.write(a="", b="", c="")
    assert tree.words() == (set(), EVERYTHING)


def test_a_file_that_was_young_is_looked_at_again(tree: Tree) -> None:
    tree.clock -= LONG_AGO * 10**9
    assert tree.words()[1] == EVERYTHING
    assert tree.words()[1] == EVERYTHING
    tree.clock += LONG_AGO * 10**9
    assert tree.words()[1] == EVERYTHING
    assert tree.words()[1] == []


@pytest.mark.parametrize("damage", [b"", b"nonsense", seal(("another", ("x",), {})), None])
def test_what_is_kept_is_not_trusted_when_it_is_damaged_or_for_something_else(
    tree: Tree, damage: bytes | None
) -> None:
    tree.words()
    file = tree.kept()[0]
    file.write_bytes(file.read_bytes()[:-1] if damage is None else damage)
    assert tree.words() == ({"make", "fresh"}, EVERYTHING)
    assert tree.words()[1] == []


def test_other_sources_and_other_roots_are_kept_apart(tree: Tree) -> None:
    tree.words()
    kept_words([str(tree.root)], catalog.attributes(True), 100, str(tree.cache))
    kept_words([str(tree.root.parent)], SOURCES, 100, str(tree.cache))
    assert len(tree.kept()) == 3
    assert tree.words()[1] == []


def test_too_many_modules_are_not_surveyed(tree: Tree) -> None:
    assert kept_words([str(tree.root)], SOURCES, 7, str(tree.cache)) is None
    assert tree.kept() == []


def test_a_folder_that_cannot_be_written_costs_only_time(tree: Tree) -> None:
    tree.cache.write_text("no folder")
    assert tree.words() == ({"make", "fresh"}, EVERYTHING)
    assert tree.words() == ({"make", "fresh"}, EVERYTHING)


def test_the_folder_of_the_environment_is_used(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tree.cache))
    kept_words([str(tree.root)], SOURCES, 100)
    assert len(tree.kept()) == 1


@pytest.mark.parametrize("seed", range(15))
def test_after_any_changes_it_knows_all_that_a_new_survey_finds(tree: Tree, seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311
    names = ["make", "fresh", "u", "other"]
    modules = "abcdefghijkl"

    def text() -> str:
        module, name, local = choose.choice(modules), choose.choice(names), choose.choice(names)
        return choose.choice(
            (
                f"from {module} import {name} as {local}\n",
                f"import {module}\n{local} = {module}.{name}\n",
                f"from uuid import uuid4 as {local}\n",
                f"import uuid as {local}\n",
                f"from {module} import *\n{local} = {name}\n",
                f"{local} = 1\n",
            )
        )

    for step in range(12):
        tree.looked += [""] * (step + 1)
        for module in choose.sample(modules, choose.choice((1, 1, 2, 5))):
            if choose.random() < 0.2:
                (tree.root / f"{module}.py").unlink(missing_ok=True)
            else:
                tree.write(**{module: text()})
        kept, _ = tree.words()
        anew = kept_words([str(tree.root)], SOURCES, 100, str(tree.cache / f"new{step}"))
        assert anew is not None
        assert kept >= {word.decode() for word in anew}


# -- in place of following imports ------------------------------------------------------------


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[int], None]:
    """Set how many bytes of modules may be searched before a survey is made."""
    monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / "kept"))
    return lambda number: monkeypatch.setattr(project_module, "_WORTH_A_SURVEY", number)


@pytest.mark.parametrize("name", MULTI)
def test_findings_are_the_same_whenever_the_survey_is_made(
    tmp_path: Path, name: str, allow: Callable[[int], None]
) -> None:
    case: Case = CASES[name]
    if sys.version_info < case.python:
        pytest.skip("newer syntax")
    root = Path(os.path.realpath(tmp_path)) / "project"
    for path, text in case.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    config = None
    if case.config is not None:
        config = str(root / "ssot-ids.toml")
        Path(config).write_text(case.config)
    policy = load_policy(config, root=str(root))

    def findings(allowance: int | None) -> list[object]:
        project = Project(policy.src, SOURCES)
        if allowance is not None:
            allow(allowance)
            project = Project(policy.src, SOURCES)
            project.survey = lambda: kept_words(policy.src, SOURCES, 100)
        return [
            check_source((root / path).read_bytes(), str(root / path), policy, project).findings
            for path in case.files
        ]

    followed = findings(None)
    for allowance in (0, 30, 100, 300):
        assert findings(allowance) == followed


def test_a_survey_is_made_once_following_has_cost_as_much(
    tmp_path: Path, allow: Callable[[int], None]
) -> None:
    allow(200)
    root = Path(os.path.realpath(tmp_path)) / "project"
    root.mkdir()
    for name in "abcd":
        (root / f"{name}.py").write_text("x = 1\n".ljust(90))
    made: list[int] = []
    project = Project([str(root)], SOURCES)

    def survey() -> tuple[bytes, ...]:
        made.append(1)
        return (b"y",)

    project.survey = survey
    answers = []
    for number, name in enumerate("abcd", 1):
        project.words_for(str(root / "main.py"), f"import {name}\n{name}.y()\n".encode())
        answers.append((number, len(made), project.surveyed))
    assert answers == [(1, 0, None), (2, 0, None), (3, 1, (b"y",)), (4, 1, (b"y",))]


class TestFlake8:
    """When the plugin makes one: before flake8 forks, if there are many files."""

    @pytest.fixture(autouse=True)
    def _project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SSOT_IDS_CACHE_DIR", str(tmp_path / ".kept"))
        monkeypatch.setattr(SsotIdsPlugin, "_sessions", SsotIdsPlugin._sessions)
        for number in range(110):
            folder = tmp_path / "many" / f"f{number // 40}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"m{number}.py").write_text("from uuid import uuid4 as make\n")
        (tmp_path / "few").mkdir()
        (tmp_path / "few" / "m.py").write_text("")

    @pytest.mark.parametrize(
        ("paths", "surveyed"),
        [
            ([], True),
            (["."], True),
            (["many"], True),
            (["few"], False),
            (["few/m.py"], False),
            (["many/f0", "many/f1"], False),
            (["many/f0", "many/f1", "many/f2"], True),
            (["few/m.py"] * 100, True),
            (["-"], False),
        ],
    )
    def test_many_files_are_worth_it(self, paths: list[str], surveyed: bool) -> None:
        import argparse

        options = argparse.Namespace(ssot_ids_config=None, stdin_display_name="stdin")
        SsotIdsPlugin.parse_options(None, options, paths)
        project = SsotIdsPlugin._sessions.of(os.getcwd()).project
        assert project.surveyed == ((b"make",) if surveyed else None)
        assert (project.survey is None) == surveyed
