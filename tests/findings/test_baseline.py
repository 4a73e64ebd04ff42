"""Baselines: rows and their text, reading, writing, and what is new against one."""

from __future__ import annotations

import os
import pickle
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from flake8_ssot_ids.findings import baseline
from flake8_ssot_ids.findings.baseline import BadLine, Baseline, BaselineError
from flake8_ssot_ids.findings.identity import Row, read_row
from flake8_ssot_ids.model import FileReport, Finding
from flake8_ssot_ids.policy.policy import Policy

Judge = Callable[..., FileReport]

POLICY = Policy(root="/project")
ROW = Row("pkg/a.py", "SID103", "A.f", 'f"ws_{uuid.uuid4().hex[:8]}"', 0)
LINE = 'pkg/a.py | SID103 | A.f | f"ws_{uuid.uuid4().hex[:8]}" | 0'
SOURCE = """\
import uuid

def f():
    a_id = uuid.uuid4()
    b_id = uuid.uuid4()
    c_id = uuid.uuid4()
    return str(uuid.uuid4())
"""
NEL, LS, BOM = "\x85", "\u2028", "\ufeff"


def row(path: str = "a.py", symbol: str = "f", expression: str = "uuid.uuid4()", ordinal: int = 0) -> Row:
    return Row(path, "SID101", symbol, expression, ordinal)


class TestText:
    def test_a_row_is_a_line_that_people_can_read(self) -> None:
        assert ROW.text == LINE
        assert read_row(LINE) == ROW

    @pytest.mark.parametrize(
        ("field", "text"),
        [
            ("a | b", "a \\| b"),
            ("a|b", "a\\|b"),
            ("|", "\\|"),
            (" | ", "\\x20\\| "),
            ("a\nb", "a\\nb"),
            ("a\r\n", "a\\r\\n"),
            ("a\tb", "a\\tb"),
            ("a\\nb", "a\\\\nb"),
            ("\\", "\\\\"),
            ("\\x41", "\\\\x41"),
            ("# no comment", "\\x23 no comment"),
            (" a", "\\x20a"),
            ("a #b ", "a #b "),
            ("\x00\x1f\x7f", "\\x00\\x1f\\x7f"),
            (f"{NEL}{LS}{BOM}", "\\x85\\u2028\\ufeff"),
            ("\udcff", "\\udcff"),
            ("ä ü/日本.py", "ä ü/日本.py"),
            ("\U0001f600\xa0", "\U0001f600\xa0"),
        ],
    )
    def test_what_would_break_the_line_is_escaped(self, field: str, text: str) -> None:
        for given, line in (
            (row(path=field), f"{text} | SID101 | f | uuid.uuid4() | 0"),
            (row(symbol=field), f"a.py | SID101 | {text} | uuid.uuid4() | 0"),
            (row(expression=field), f"a.py | SID101 | f | {text} | 0"),
        ):
            assert given.text == line
            assert read_row(line) == given
            assert baseline.parse(f"{line}\n").rows == (given,)

    def test_any_row_survives_the_way_there_and_back(self) -> None:
        chance = random.Random(7)  # noqa: S311
        alphabet = [*"ab |\\\n\r\t#x20u\"'\x00", NEL, LS, BOM, "\udc80", "ä", "\U0001f600"]

        def text(least: int) -> str:
            return "".join(chance.choices(alphabet, k=chance.randint(least, 6)))

        rows = {Row(text(1), "SID101", text(1), text(0), chance.randint(0, 12)) for _ in range(3000)}
        written = baseline.format(rows)
        assert written.encode().decode() == written
        assert written.count("\n") == len(rows) == len(set(written.splitlines()))
        assert baseline.parse(written).rows == tuple(sorted(rows))
        assert baseline.parse(written.replace("\n", "\r\n")).rows == tuple(sorted(rows))
        assert len({one.fingerprint for one in rows}) == len(rows)


class TestOfFindings:
    def test_the_fingerprint_is_the_hash_of_the_row(self, judge: Judge) -> None:
        findings = judge(SOURCE, "/project/pkg/a.py").findings
        rows = [baseline.row_of(finding, POLICY) for finding in findings]
        assert [one.text for one in rows] == [
            "pkg/a.py | SID101 | f | uuid.uuid4() | 0",
            "pkg/a.py | SID101 | f | uuid.uuid4() | 1",
            "pkg/a.py | SID101 | f | uuid.uuid4() | 2",
            "pkg/a.py | SID102 | f | str(uuid.uuid4()) | 0",
        ]
        assert [one.fingerprint for one in rows] == [finding.fingerprint for finding in findings]

    @pytest.mark.parametrize(
        "path", ["/project/a | b.py", "/project/a\nb.py", "/project/#a.py", "/project/\udcff.py"]
    )
    def test_also_where_the_path_is_odd(self, path: str, judge: Judge) -> None:
        for source in (SOURCE, SOURCE + "def (\n"):
            for finding in judge(source, path).findings:
                one = baseline.row_of(finding, POLICY)
                assert one.fingerprint == finding.fingerprint
                assert read_row(one.text) == one

    def test_a_file_that_cannot_be_read_never_enters(self, judge: Judge) -> None:
        broken = judge(SOURCE + "def (\n").findings
        assert [finding.code for finding in broken] == ["SID990"]
        good = judge(SOURCE).findings
        assert baseline.rows_of([*broken, *good], POLICY) == baseline.rows_of(good, POLICY)
        with pytest.raises(ValueError, match=r"a\.py: SID990 cannot be in a baseline"):
            baseline.format([baseline.row_of(broken[0], POLICY)])
        known = Baseline((baseline.row_of(broken[0], POLICY),))
        assert baseline.parse(baseline.format(baseline.rows_of(good, POLICY))).rows == tuple(
            baseline.rows_of(good, POLICY)
        )
        assert baseline.compare(broken, known, POLICY).new == broken


class TestReading:
    def test_comments_blank_lines_and_any_order(self) -> None:
        text = f"{BOM}# ours\n\n  # too\r\n{LINE}  \r\n\t\na.py | SID101 | f | uuid.uuid4() | 0"
        found = baseline.parse(text)
        assert found.rows == (row(), ROW)
        assert found.lines == {row(): 6, ROW: 4}

    @pytest.mark.parametrize("text", ["", "\n", "# nothing\n\n", BOM])
    def test_nothing_is_an_empty_baseline(self, text: str) -> None:
        assert baseline.parse(text) == Baseline()

    def test_a_row_may_occur_twice(self) -> None:
        assert baseline.parse(f"{LINE}\n{LINE}\n").rows == (ROW, ROW)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("nonsense", "expected `path | code | symbol | expression | ordinal`, found 1 field"),
            (f"{LINE} | 0", "expected `path | code | symbol | expression | ordinal`, found 6 fields"),
            ("a.py | f | x | 0", "expected `path | code | symbol | expression | ordinal`, found 4 fields"),
            ("a.py|SID101|f|x|0", "expected `path | code | symbol | expression | ordinal`, found 1 field"),
            ("a.py | SID1 | f | x | 0", "`SID1` is not a code"),
            ("a.py | sid101 | f | x | 0", "`sid101` is not a code"),
            ("a.py | E501 | f | x | 0", "`E501` is not a code"),
            ("a.py | SID101 | f | x | -1", "`-1` is not an ordinal from 0"),
            ("a.py | SID101 | f | x | 01", "`01` is not an ordinal from 0"),
            ("a.py | SID101 | f | x | ²", "`²` is not an ordinal from 0"),
            (
                "a.py | SID101 | f | x | ",
                "expected `path | code | symbol | expression | ordinal`, found 4 fields",
            ),
            ("a.py | SID101 |  | x | 0", "the symbol is empty"),
            (
                " | SID101 | f | x | 0",
                "expected `path | code | symbol | expression | ordinal`, found 4 fields",
            ),
            ("\\x20 | SID101 | f | x | 00", "`00` is not an ordinal from 0"),
            ("a.py | SID101 | f | \\q | 0", "`\\q` is not an escape"),
            ("a.py | SID101 | f | x\\ | 0", "`\\` is not an escape"),
            ("a.py | SID101 | f | \\xZZ | 0", "`\\x` is not an escape"),
            ("a.py | SID990 | <module> |  | 0", "SID990 cannot be in a baseline; repair the file"),
        ],
    )
    def test_a_line_that_is_no_row(self, line: str, message: str) -> None:
        with pytest.raises(BaselineError) as caught:
            baseline.parse(f"# ours\n{line}\n{LINE}\n", "b.txt")
        assert caught.value.problems == (BadLine(2, message),)
        assert str(caught.value) == f"b.txt:2: {message}"

    def test_all_bad_lines_are_named(self) -> None:
        with pytest.raises(BaselineError) as caught:
            baseline.parse(f"x\n{LINE}\n\ny\n")
        assert [problem.line for problem in caught.value.problems] == [1, 4]
        assert str(caught.value).splitlines()[1].startswith("baseline:4: expected")
        copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
        assert (copy.origin, copy.problems, str(copy)) == (
            "baseline",
            caught.value.problems,
            str(caught.value),
        )

    @pytest.mark.parametrize(
        "marks",
        [
            "<<<<<<< HEAD\n{0}\n=======\n{0}\n>>>>>>> feature\n",
            "<<<<<<< HEAD\r\n{0}\r\n||||||| 1234\r\n=======\r\n{0}\r\n>>>>>>> feature | x\r\n",
            "<<<<<<< a | b | c | d | e\n=======\n>>>>>>> f\nnonsense\n",
        ],
    )
    def test_an_unresolved_merge_is_one_problem(self, marks: str) -> None:
        with pytest.raises(BaselineError) as caught:
            baseline.parse(f"nonsense\n{marks.format(LINE)}", "b.txt")
        assert str(caught.value) == (
            "b.txt:2: a merge conflict is not resolved; keep the rows of both sides, "
            "then remove the stale ones"
        )

    def test_a_path_that_looks_like_a_mark_is_a_path(self) -> None:
        odd = row(path="<<<<<<< HEAD")
        assert baseline.parse(odd.text).rows == (odd,)

    def test_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "b.txt"
        assert baseline.load(str(path)) == Baseline()
        assert baseline.load(str(tmp_path / "no" / "b.txt")) == Baseline()
        path.write_bytes(f"# ü\r\n{LINE}\r\n".encode())
        assert baseline.load(str(path)).rows == (ROW,)

    def test_a_file_that_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "b.txt"
        path.write_bytes(f"{LINE}\n# \xfc\n".encode("latin-1"))
        with pytest.raises(BaselineError) as caught:
            baseline.load(str(path))
        assert str(caught.value) == f"{path}:2: not UTF-8"
        for odd in (str(tmp_path), f"{path}/b.txt", "a\0b"):
            with pytest.raises(BaselineError, match="cannot be read: "):
                baseline.load(odd)
        with pytest.raises(BaselineError) as caught:
            baseline.load(str(tmp_path))
        assert caught.value.problems == (BadLine(0, "cannot be read: Is a directory"),)
        assert str(caught.value) == f"{tmp_path}: cannot be read: Is a directory"
        with pytest.raises(BaselineError) as caught:
            baseline.load("a\0b")
        # Python 3.13 says it in other words.
        why = "null byte" if sys.version_info < (3, 13) else "null character in path"
        assert str(caught.value) == f"a\0b: cannot be read: embedded {why}"

    def test_an_empty_path(self) -> None:
        with pytest.raises(ValueError, match=r"^the path is empty$"):
            read_row(row(path="").text)
        assert baseline.load("") == Baseline()

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    def test_a_pipe_does_not_keep_anybody_waiting(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(BaselineError, match="cannot be read: not a regular file"):
            baseline.load(str(tmp_path / "pipe"))


class TestWriting:
    def test_sorted_and_stable(self) -> None:
        rows = [row(ordinal=10), row(ordinal=9), ROW, row("A.py"), row(symbol="e"), ROW]
        text = baseline.format(rows)
        assert text == (
            "A.py | SID101 | f | uuid.uuid4() | 0\n"
            "a.py | SID101 | e | uuid.uuid4() | 0\n"
            "a.py | SID101 | f | uuid.uuid4() | 9\n"
            "a.py | SID101 | f | uuid.uuid4() | 10\n"
            f"{LINE}\n{LINE}\n"
        )
        assert baseline.format(reversed(rows)) == text
        assert baseline.format(baseline.parse(text).rows) == text

    def test_nothing(self) -> None:
        assert baseline.format([]) == ""


class TestComparing:
    def against(
        self, findings: tuple[Finding, ...], *rows: Row, checked: set[str] | None = None
    ) -> tuple[list[int], list[int], list[str]]:
        """Rows in the source of what is new and of what is known, and the stale rows in short."""
        known = baseline.parse(baseline.format(rows))
        found = baseline.compare(findings, known, POLICY, checked=checked)
        return (
            [finding.span.start.row for finding in found.new],
            [finding.span.start.row for finding in found.known],
            [f"{one.path} {one.expression} {one.ordinal}" for one in found.stale],
        )

    @pytest.fixture
    def findings(self, judge: Judge) -> tuple[Finding, ...]:
        return judge(SOURCE).findings

    @pytest.fixture
    def rows(self, findings: tuple[Finding, ...]) -> list[Row]:
        return baseline.rows_of(findings, POLICY)

    def test_without_a_baseline_all_is_new(self, findings: tuple[Finding, ...]) -> None:
        assert self.against(findings) == ([4, 5, 6, 7], [], [])

    def test_with_its_own_baseline_nothing_is(self, findings: tuple[Finding, ...], rows: list[Row]) -> None:
        assert self.against(findings, *rows) == ([], [4, 5, 6, 7], [])

    def test_lines_may_move(self, rows: list[Row], judge: Judge) -> None:
        moved = judge(SOURCE.replace("import uuid\n", "import uuid\n\n# a comment\nx = 1\n"))
        assert self.against(moved.findings, *rows) == ([], [7, 8, 9, 10], [])

    def test_one_more_of_a_kind_is_new(self, findings: tuple[Finding, ...], rows: list[Row]) -> None:
        assert self.against(findings, *rows[:2], rows[3]) == ([6], [4, 5, 7], [])

    def test_one_less_of_a_kind_is_a_stale_row(self, rows: list[Row], judge: Judge) -> None:
        fewer = judge(SOURCE.replace("    a_id = uuid.uuid4()\n", ""))
        assert self.against(fewer.findings, *rows) == ([], [4, 5, 6], ["a.py uuid.uuid4() 2"])

    def test_a_swap_does_not_pass(self, rows: list[Row], judge: Judge) -> None:
        swapped = judge(SOURCE.replace("a_id = uuid.uuid4()", "a_id = uuid.uuid1()"))
        assert self.against(swapped.findings, *rows) == ([4], [5, 6, 7], ["a.py uuid.uuid4() 2"])

    def test_only_the_number_of_equal_ones_counts(
        self, findings: tuple[Finding, ...], rows: list[Row]
    ) -> None:
        # A comment that silenced the first left the rows 1 and 2; it went together with its line.
        two = (findings[0], findings[1], findings[3])
        assert self.against(two, rows[1], rows[2], rows[3]) == ([], [4, 5, 7], [])
        assert self.against(findings, rows[1], rows[2], rows[3]) == ([4], [5, 6, 7], [])
        assert self.against(two, rows[2], rows[3]) == ([5], [4, 7], [])

    def test_the_row_with_the_same_number_is_the_one_that_is_matched(
        self, findings: tuple[Finding, ...], rows: list[Row]
    ) -> None:
        first, second, third = findings[:3]
        stale = "a.py uuid.uuid4() {}".format
        assert self.against((second,), rows[0], rows[1]) == ([], [5], [stale(0)])
        assert self.against((first,), rows[0], rows[1]) == ([], [4], [stale(1)])
        assert self.against((third,), rows[0], rows[1]) == ([], [6], [stale(1)])
        assert self.against((second, third), rows[0], rows[1]) == ([], [5, 6], [])
        assert self.against((second,), rows[0], rows[2]) == ([], [5], [stale(2)])

    def test_a_row_that_occurs_twice_stands_for_two(
        self, findings: tuple[Finding, ...], rows: list[Row]
    ) -> None:
        assert self.against(findings, rows[0], rows[0], rows[3]) == ([6], [4, 5, 7], [])
        assert self.against(findings, *rows, rows[3]) == (
            [],
            [4, 5, 6, 7],
            ["a.py str(uuid.uuid4()) 0"],
        )

    def test_code_symbol_and_path_belong_to_the_identity(
        self, findings: tuple[Finding, ...], rows: list[Row]
    ) -> None:
        for others in (
            [replace(one, code="SID105") for one in rows],
            [replace(one, symbol="g") for one in rows],
            [replace(one, path="b.py") for one in rows],
        ):
            new, known, stale = self.against(findings, *others)
            assert (new, known, len(stale)) == ([4, 5, 6, 7], [], 4)

    def test_rows_of_files_that_were_not_looked_at_are_not_judged(
        self, findings: tuple[Finding, ...], rows: list[Row]
    ) -> None:
        elsewhere = row(path="b.py")
        assert self.against(findings, *rows, elsewhere, checked={"a.py"}) == ([], [4, 5, 6, 7], [])
        assert self.against(findings, *rows, elsewhere)[2] == ["b.py uuid.uuid4() 0"]
        assert self.against((), *rows, elsewhere, checked={"a.py", "b.py"})[2] == [
            "a.py str(uuid.uuid4()) 0" if one.code == "SID102" else f"{one.path} uuid.uuid4() {one.ordinal}"
            for one in sorted([*rows, elsewhere])
        ]

    def test_rows_that_a_branch_has_added(self) -> None:
        base = Baseline((row(ordinal=0), row(ordinal=1), ROW))
        assert baseline.added(base, base) == ()
        assert baseline.added(Baseline((row(), ROW)), base) == ()
        assert baseline.added(Baseline((row(ordinal=1), row(ordinal=2))), base) == ()
        assert baseline.added(Baseline((row(), row(ordinal=1), row(ordinal=2))), base) == (row(ordinal=2),)
        assert baseline.added(Baseline((row("b.py"), ROW)), base) == (row("b.py"),)
        assert baseline.added(base, Baseline()) == base.rows

    def test_many_of_a_kind_take_no_time_to_speak_of(self) -> None:
        rows = tuple(row(ordinal=number) for number in range(3000))
        assert baseline.added(Baseline(rows), Baseline(rows[:-1])) == (rows[-1],)
