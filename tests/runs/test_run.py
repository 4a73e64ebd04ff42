"""Many files at once: the same results however the work is shared, and whatever befalls a helper."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_ids.findings import engine
from flake8_ssot_ids.model import FileReport
from flake8_ssot_ids.policy.load import load_policy
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.runs import pool, worker
from flake8_ssot_ids.runs import run as runner
from flake8_ssot_ids.runs.packed import pack, unpack
from flake8_ssot_ids.runs.run import RunResult, run

RAW = "import uuid\n\nsession_id = str(uuid.uuid4())\n"


class Tree:
    """Files of several kinds below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.policy: Policy = load_policy(None, root=str(root))
        self.write("ids.py", "from uuid import uuid4 as make\n")
        for n in range(4):
            self.write(f"raw_{n}.py", RAW * (n + 1))
            self.write(f"pkg/used_{n}.py", "from ids import make\n\nx = make()\n")
            self.write(
                f"pkg/quiet_{n}.py", "import uuid\nx = uuid.uuid4()  # noqa\nuuid.uuid4()  # noqa: SID101\n"
            )
            self.write(f"idle_{n}.py", "x = 1\n")
        self.write("broken.py", "import uuid\nx = uuid.uuid4(\n")

    def write(self, name: str, text: str) -> str:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return str(path)

    @property
    def paths(self) -> list[str]:
        return [str(path) for path in sorted(self.root.rglob("*.py"))]

    def run(self, paths: list[str] | None = None, **options: Any) -> RunResult:
        return run(self.paths if paths is None else paths, self.policy, **{"jobs": 1, **options})


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    root = Path(os.path.realpath(tmp_path)) / "tree"
    root.mkdir()
    return Tree(root)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let helpers have a share of a few small files already."""
    monkeypatch.setattr(runner, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(runner, "_CHUNK_FILES", 2)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[worker.Job]:
    """The jobs of this process, which takes its time, so that a helper gets its share."""
    jobs: list[worker.Job] = []
    do = worker.Worker.do

    def slowly(self: worker.Worker, job: worker.Job) -> object:
        jobs.append(job)
        time.sleep(0.05)
        return do(self, job)

    monkeypatch.setattr(worker.Worker, "do", slowly)
    return jobs


def facts(result: RunResult) -> tuple[object, ...]:
    reports = [(report.path, report.judged, report.findings) for report in result.reports]
    return reports, result.files_checked, result.suppressed, result.notes, result.errors


def codes(result: RunResult) -> dict[str, list[str]]:
    found = {}
    for report in result.reports:
        if report.findings:
            found[os.path.basename(report.path)] = [finding.code for finding in report.findings]
    return found


def test_what_a_run_brings(tree: Tree) -> None:
    result = tree.run()
    assert codes(result) == {
        "broken.py": ["SID990"],
        **{f"raw_{n}.py": ["SID102"] * (n + 1) for n in range(4)},
        **{f"used_{n}.py": ["SID202"] for n in range(4)},
    }
    assert [report.path for report in result.reports] == sorted(tree.paths)
    assert {os.path.basename(r.path) for r in result.reports if not r.judged} == {
        f"idle_{n}.py" for n in range(4)
    }
    assert (result.files_checked, result.notes, result.errors) == (18, [], False)
    assert result.suppressed == 8
    assert tree.run(noqa=False).suppressed == 0
    assert str(tree.root / "ids.py") in result.touched


@pytest.mark.usefixtures("shared")
def test_results_do_not_depend_on_how_the_work_is_shared(tree: Tree) -> None:
    truth = facts(tree.run())
    for jobs in (2, 3):
        assert facts(tree.run(jobs=jobs)) == truth
        assert facts(tree.run(tree.paths[::-1], jobs=jobs)) == truth
    assert facts(tree.run(tree.paths[::-1])) == truth
    assert facts(tree.run(tree.paths[7:] + tree.paths[:7])) == truth


def test_results_do_not_depend_on_the_other_files(tree: Tree) -> None:
    whole = {report.path: report for report in tree.run().reports}
    for path in tree.paths:
        assert tree.run([path]).reports == [whole[path]]


@pytest.mark.usefixtures("shared")
def test_progress_ends_with_all_files(tree: Tree) -> None:
    for jobs in (1, 2):
        seen: list[tuple[int, int]] = []
        tree.run(jobs=jobs, progress=lambda *counts, seen=seen: seen.append(counts))
        assert seen == sorted(seen)
        assert seen[-1] == (18, 18)


def test_no_files_are_no_work(tree: Tree, tmp_path: Path) -> None:
    result = tree.run([], cache_dir=str(tmp_path / "cache"))
    assert facts(result) == ([], 0, 0, [], False)
    assert not (tmp_path / "cache").exists()


# -- the cache ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("survey", [1, 1_000])
def test_cached_equals_uncached(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, survey: int
) -> None:
    monkeypatch.setattr(runner, "_WORTH_A_SURVEY", survey)
    cache_dir = str(tmp_path / "cache")
    truth = facts(tree.run())
    assert facts(tree.run(jobs=jobs, cache_dir=cache_dir)) == truth
    assert facts(tree.run(jobs=jobs, cache_dir=cache_dir)) == truth
    # A module that hands a source on changes; those that use it do not.
    tree.write("ids.py", "def make():\n    return 1\n")
    changed = tree.run()
    assert not any(name.startswith("used") for name in codes(changed))
    assert facts(tree.run(jobs=jobs, cache_dir=cache_dir)) == facts(changed)
    tree.write("ids.py", "from uuid import uuid4 as make\n")
    assert facts(tree.run(jobs=jobs, cache_dir=cache_dir)) == truth
    # A package takes the place of the module.
    tree.write("ids/__init__.py", "make = None\n")
    assert facts(tree.run(jobs=jobs, cache_dir=cache_dir)) == facts(tree.run())
    (tree.root / "ids" / "__init__.py").unlink()
    (tree.root / "ids").rmdir()
    assert facts(tree.run(jobs=jobs, cache_dir=cache_dir)) == truth


def test_a_second_run_looks_into_no_file(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree.root / "broken.py").unlink()
    cache_dir = str(tmp_path / "cache")
    truth = facts(tree.run(cache_dir=cache_dir))

    def never(*_: object, **__: object) -> FileReport:
        raise AssertionError("not from the cache")

    monkeypatch.setattr(engine, "check_source", never)
    assert facts(tree.run(cache_dir=cache_dir)) == truth
    assert tree.run(cache_dir=cache_dir, noqa=False).errors
    assert tree.run(cache_dir=cache_dir, all_files=True).errors
    assert tree.run().errors


def test_what_a_cached_run_depends_on_is_known(tree: Tree, tmp_path: Path) -> None:
    cache_dir = str(tmp_path / "cache")
    fresh = tree.run(cache_dir=cache_dir).touched
    assert str(tree.root / "ids.py") in fresh
    assert tree.run(cache_dir=cache_dir).touched == fresh


# -- what goes wrong ---------------------------------------------------------------------------


def test_an_internal_error_in_one_file_is_of_that_file(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = str(tree.root / "raw_2.py")
    truth = codes(tree.run())

    check_source = engine.check_source

    def check(data: bytes, path: str, *given: Any, **named: Any) -> FileReport:
        if path == bad:
            raise RuntimeError("planted")
        return check_source(data, path, *given, **named)

    cache_dir = str(tmp_path / "cache")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "check_source", check)
        for _ in range(2):  # the failure is not kept
            result = tree.run(cache_dir=cache_dir)
            assert result.errors
            assert result.notes == [f"{bad}: internal error, please report it: RuntimeError: planted"]
            assert codes(result) == {name: found for name, found in truth.items() if name != "raw_2.py"}
            assert len(result.reports) == 18
    healed = tree.run(cache_dir=cache_dir)
    assert (healed.errors, healed.notes, codes(healed)) == (False, [], truth)


def test_files_that_cannot_be_read_are_named(tree: Tree) -> None:
    gone = str(tree.root / "gone.py")
    nul = str(tree.root / "nul\0.py")
    folder = tree.root / "folder.py"
    folder.mkdir()
    result = tree.run([gone, nul, str(folder), str(tree.root / "raw_0.py")])
    assert [(r.path, [f.code for f in r.findings]) for r in result.reports] == [
        (str(folder), ["SID990"]),
        (gone, ["SID990"]),
        (nul, ["SID990"]),
        (str(tree.root / "raw_0.py"), ["SID102"]),
    ]
    assert not result.errors


#: Programs of helpers: one that never answers, and one that dies of its first, its second job.
DOOMED = {
    "at once": "",
    "after a greeting": "from flake8_ssot_ids.runs.transport import send; send(1, 'ready')",
    "of its first job": (
        "from flake8_ssot_ids.runs import helper, worker\nworker.Worker.do = None\nhelper.serve(0, 1)"
    ),
    "of its second job": (
        "from flake8_ssot_ids.runs import helper, worker\ndo, done = worker.Worker.do, []\n"
        "worker.Worker.do = lambda *given: done.append(1) or do(*given) if len(done) < 1 else 1 / 0\n"
        "helper.serve(0, 1)"
    ),
    "while it answers": (
        "import os\nfrom flake8_ssot_ids.runs.transport import receive, send\nsend(1, 'ready')\n"
        "while receive(0)[0] != 'do': pass\nos.write(1, b'0000')"
    ),
}


@pytest.mark.usefixtures("shared", "done")
@pytest.mark.parametrize("fate", DOOMED)
@pytest.mark.parametrize("survey", [1, 1_000])
def test_a_helper_that_dies_is_survived(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], fate: str, survey: int
) -> None:
    monkeypatch.setattr(runner, "_WORTH_A_SURVEY", survey)
    monkeypatch.setattr(runner, "_GLANCE", 2)
    truth = tree.run()
    program = "import sys; sys.path.append(sys.argv[1])\n" + DOOMED[fate]
    monkeypatch.setattr(pool, "_PROGRAM", program)
    with pool.Pool(2) as helped:
        helped.start()
        assert helped._helpers is not None
        helped._helpers[0]._greeter.join()
        result = tree.run(pool=helped)
    capfd.readouterr()  # what the helper said when it died
    assert result.notes == [pool.HELPER_DIED]
    assert facts(result)[0] == facts(truth)[0]
    assert (result.files_checked, result.suppressed, result.errors) == (18, truth.suppressed, False)


@pytest.mark.usefixtures("shared")
def test_a_helper_takes_its_share(tree: Tree, done: list[worker.Job]) -> None:
    truth = facts(tree.run())
    with pool.Pool(2) as helped:
        helped.start()
        assert helped._helpers is not None
        helped._helpers[0]._greeter.join()
        # One pool serves several runs, as one command does with several configurations.
        for _ in range(2):
            done.clear()
            assert facts(tree.run(pool=helped)) == truth
            assert 0 < len(done) < 9
    assert not helped.notes


@pytest.mark.usefixtures("shared")
def test_helpers_that_cannot_start_are_survived(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = tree.run()
    monkeypatch.setattr("sys.executable", str(tree.root / "nothing"))
    result = tree.run(jobs=2)
    assert len(result.notes) == 1
    assert result.notes[0].startswith("no helper process could be started: ")
    assert facts(result)[0] == facts(truth)[0]
    monkeypatch.setattr("sys.executable", "")
    assert facts(tree.run(jobs=2)) == facts(truth)


@pytest.mark.skipif(not hasattr(os, "posix_spawn"), reason="this is the other way already")
@pytest.mark.usefixtures("shared")
def test_helpers_start_where_there_is_no_posix_spawn(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = facts(tree.run())
    monkeypatch.delattr(os, "posix_spawn")
    with pool.Pool(2) as helped:
        helped.start()
        assert helped._helpers is not None
        helped._helpers[0]._greeter.join()
        assert helped._helpers[0].ready
        assert facts(tree.run(pool=helped)) == truth


def test_no_module_of_the_working_folder_gets_into_a_helper(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write("ast.py", "raise SystemExit('a module of the project')\n")
    monkeypatch.chdir(tree.root)
    with pool.Pool(2) as helped:
        helped.start()
        assert helped._helpers is not None
        helped._helpers[0]._greeter.join()
        assert helped._helpers[0].ready


# -- the parts ---------------------------------------------------------------------------------


def test_what_is_packed_comes_back(tree: Tree) -> None:
    for report in tree.run().reports:
        for finding in report.findings:
            assert unpack(report.path, pack(finding)) == finding


def test_portions_hold_each_file_once(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_CHUNK_FILES", 5)
    paths = [*tree.paths, str(tree.root / "gone.py"), str(tree.root / "not asked for.py")]
    places = range(len(paths) - 1)
    chunks, size = runner._chunks(paths, places)
    assert sorted(place for chunk in chunks for place in chunk) == [*places]
    assert [len(chunk) for chunk in chunks] == [5, 5, 5, 4]
    assert size == sum(os.stat(path).st_size for path in tree.paths)
    assert paths[chunks[0][0]] == str(tree.root / "raw_3.py")
    monkeypatch.setattr(runner, "_CHUNK_BYTES", 0)
    assert {len(chunk) for chunk in runner._chunks(paths, places)[0]} == {1}
    assert runner._chunks([], ()) == ([], 0)


def test_the_collector_is_left_as_it_was(tree: Tree) -> None:
    import gc

    assert gc.isenabled()
    tree.run()
    assert gc.isenabled()
    gc.disable()
    try:
        tree.run()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_file_that_changes_while_it_is_checked_is_checked_again(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tree.write("moving.py", RAW)
    cache_dir = str(tmp_path / "cache")

    check_source = engine.check_source

    def check(data: bytes, path: str, *given: Any, **named: Any) -> FileReport:
        time.sleep(0.02)
        tree.write("moving.py", RAW.replace("uuid4", "uuid1"))
        return check_source(data, path, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(engine, "check_source", check)
        assert tree.run([path], cache_dir=cache_dir).reports[0].findings[0].source == "uuid.uuid4"
    assert tree.run([path], cache_dir=cache_dir).reports[0].findings[0].source == "uuid.uuid1"
