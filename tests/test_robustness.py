"""Real code that nobody wrote for this tool: the standard library, and pinned public packages."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from benchmarks import robustness
from benchmarks.corpora import corpora

SMALL = [corpus.name for corpus in corpora().values() if corpus.ci]


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["stdlib", *SMALL])
def test_all_ways_to_the_findings_agree(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = robustness.examine(robustness.folder_of(name))
    with capsys.disabled():
        print(f"\n{name}: {numbers}")


def test_the_standard_library_is_whole() -> None:
    # A run over an empty folder would agree with itself on everything.
    files = robustness.python_files(Path(sysconfig.get_path("stdlib")))
    assert len(files) > 500
    assert any(file.name == "uuid.py" for file in files)


def test_a_disagreement_is_reported(tmp_path: Path) -> None:
    """The guards are able to fail: each comparison is shown red once."""
    (tmp_path / "one.py").write_text("import uuid\nx_id = uuid.uuid4()\n")
    answer = robustness.check([tmp_path], "--no-cache")
    assert [key[1:] for key in answer.keys] == [(2, 8, "SID101")]
    (tmp_path / "one.py").write_text("import uuid\nx_id = str(uuid.uuid4())\n")
    changed = robustness.check([tmp_path], "--no-cache")
    with pytest.raises(robustness.DisagreementError, match="not the same findings"):
        robustness.same("before and after", answer, changed)
    with pytest.raises(robustness.DisagreementError, match="1 and 1 alone"):
        robustness.compare("before and after", answer.keys, changed.keys)


def test_a_refused_file_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import uuid\ndef (:\n")
    assert robustness.refused([broken]) == {str(broken)}
    assert robustness.check([tmp_path], "--no-cache").status == 2
