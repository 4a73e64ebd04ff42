"""ast-grep as we use it: exact places in code points, whatever the text is made of; never a guess."""

from __future__ import annotations

import ast
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

from flake8_ssot_ids.findings.engine import span_of
from flake8_ssot_ids.recipes.astgrep import Document, Match, PatternError, module_file
from flake8_ssot_ids.source.edits import Offsets, TextEdit, apply_edits, merged
from flake8_ssot_ids.source.sourcefile import Lines, decode, parse

#: Sentence -> text in which ``f(a)`` stands once.
TEXTS = {
    "plain": "x = f(a)\n",
    "no newline at the end": "x = f(a)",
    "two bytes in UTF-8": "x = 'é', f(a)\n",
    "two units in UTF-16": "x = '𝄞𝄞', f(a)\n",
    "a letter and its accent apart": "x = 'e\u0301', f(a)\n",
    "a name that is not ASCII": "été = f(a)\n",
    "astral characters in the lines above": "# 𝄞𝄞𝄞\n'''𝄞\n𝄞'''\nx = f(a)\n",
    "CRLF": "y = 1\r\nx = f(a)\r\n",
    "CRLF within a string and a bracket": "y = '''\r\n\r\n'''\r\nx = [\r\n  f(a)]\r\n",
    "carriage returns alone": "y = 1\rif y:\r  x = f(a)\r",
    "mixed line ends": "y = 1\rz = 2\r\nx = f(a)\nw = 3\r",
    "tabs": "if x:\n\t\ty =\tf(a)\n",
    "form feeds": "y = 1\n\f\nx = f(a)\n\fz = 2\n",
    "other characters that split lines": "y = '\x0b\x1c\x85\u2028'; x = f(a)\n",
    "a byte that did not decode, in a comment": "# \udcff\udcfe\nx = f(a)\n",
    "a backslash at the end of a line": "x = 1 + \\\n  f(a)\n",
    "an f-string": "x = f'é{f(a)}'\n",
    "an f-string in a concatenation": "x = 'é' f'{y}' f'{f(a)!r:>4}'\n",
    "the format of an f-string": "x = f'{y:>{f(a)}}'\n",
    "a triple-quoted f-string": "x = f'''\n  é\n {f(a)}\n'''\n",
    "a decorator": "@f(a)\ndef g(): ...\n",
    "a default": "def g(x: int = f(a)): ...\n",
    "a match statement": "match f(a):\n  case _: ...\n",
    "a name that is a keyword elsewhere": "match = print = type = f(a)\n",
    "a walrus in a comprehension": "x = [y for z in w if (y := f(a))]\n",
    "parentheses": "x = ((f(a)))\n",
    "a lambda": "x = lambda *, y=1: f(a)\n",
    "an await": "async def g():\n  return await f(a)\n",
}


class TestPlaces:
    @pytest.mark.parametrize("case", TEXTS)
    def test_the_node_at_a_range(self, case: str) -> None:
        text = TEXTS[case]
        start = text.index("f(a)")
        assert Document(text).edit(start, start + 4, "g()") == TextEdit(start, start + 4, "g()")

    @pytest.mark.parametrize("case", TEXTS)
    def test_a_pattern(self, case: str) -> None:
        text = TEXTS[case]
        start = text.index("f(a)")
        bound = {"X": (start + 2, start + 3)}
        assert Document(text).matches("f($X)") == [Match(start, start + 4, bound)]

    @pytest.mark.parametrize("case", TEXTS)
    def test_the_edit_touches_nothing_else(self, case: str) -> None:
        text = TEXTS[case]
        start = text.index("f(a)")
        edit = Document(text).edit(start, start + 4, "g('𝄞')")
        assert edit is not None
        assert apply_edits(text, [edit]) == text.replace("f(a)", "g('𝄞')")

    @pytest.mark.parametrize(
        ("text", "start", "end"),
        [
            ("x = f(a)\n", 4, 7),  # a part of a node
            ("x = f(a)\n", 3, 8),  # with the space before it
            ("x = f(a)\n", 5, 5),  # nothing
            ("x = a + b + c\n", 8, 13),  # two operands that belong to different nodes
            ("x = f(a)\n", 40, 44),  # behind the end
            ("x[a, b]\n", 2, 6),  # a tuple for Python, two indices for ast-grep
            ("x = f(a\n", 4, 7),  # what does not parse
        ],
    )
    def test_a_range_that_is_no_node_is_refused(self, text: str, start: int, end: int) -> None:
        assert Document(text).edit(start, end, "g()") is None
        assert Document(text).kind(start, end) is None

    def test_the_outermost_of_nodes_at_one_range(self) -> None:
        assert Document("f(a)\n").kind(0, 4) == "expression_statement"
        assert Document("x = (f(a))\n").kind(5, 9) == "call"

    def test_asked_again_it_says_the_same(self) -> None:
        document = Document("x = f(a), f(b)\n")
        assert [document.kind(4, 8), document.kind(10, 14)] * 2 == ["call", "call"] * 2

    def test_every_expression_of_real_modules_has_a_node(self) -> None:
        """All but the tuples of an index, which ast-grep's grammar has not, and the formats of f-strings."""
        missing = []
        count = 0
        for module in (ast, tokenize, subprocess):
            data = Path(str(module.__file__)).read_bytes()
            text, tree = decode(data).text, parse(data)
            parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
            lines, offsets, document = Lines(text), Offsets(text), Document(text)
            for node in ast.walk(tree):
                if not isinstance(node, ast.expr) or isinstance(node, ast.FormattedValue | ast.Slice):
                    continue
                parent = parents[node]
                if isinstance(parent, ast.JoinedStr | ast.FormattedValue) and isinstance(
                    node, ast.Constant | ast.JoinedStr
                ):
                    continue
                if isinstance(node, ast.Tuple) and isinstance(parent, ast.Subscript):
                    continue
                span = span_of(node, parents, lines)
                count += 1
                if document.kind(offsets.of(span.start), offsets.of(span.end)) is None:
                    missing.append((module.__name__, span))
        assert missing == []
        assert count > 10_000


class TestPatterns:
    def test_matches_within_matches_in_source_order(self) -> None:
        found = Document("f(f(a)); f(b)\n").matches("f($X)")
        assert [(match.start, match.end) for match in found] == [(0, 7), (2, 6), (9, 13)]

    @pytest.mark.parametrize(
        ("text", "arguments"),
        [
            ("f()", ""),
            ("f(1)", "1"),
            ("f(1, *a, k=2, **b)", "1, *a, k=2, **b"),
            ("f(  1,\n  'é',  )", "1,\n  'é',"),
        ],
    )
    def test_any_number_of_arguments_is_one_range(self, text: str, arguments: str) -> None:
        (match,) = Document(text).matches("f($$$ARGS)")
        start, end = match.bound["ARGS"]
        assert text[start:end] == arguments

    @pytest.mark.parametrize(
        "text",
        [
            "f(  # why\n  1,  # é𝄞\n  2\n  # end\n)",
            "f(  # why\r\n  1,  # é𝄞\r\n  2\r\n)",
            "x = '#'; f(1, 2)  # why\n",
            "f(1, 2)#",
            "# \udcff\nf(1, 2)",
        ],
    )
    def test_comments_do_not_count(self, text: str) -> None:
        """For ast-grep before 0.45 they are arguments, too."""
        document = Document(text)
        (match,) = document.matches("f($X, $Y)")
        assert [document.piece(*place) for place in match.bound.values()] == ["1", "2"]
        assert document.piece(match.start, match.end).startswith("f(")
        assert "#" not in document.piece(match.start, match.end)

    def test_an_argument_is_never_a_comment(self) -> None:
        assert Document("f(  # why\n)").matches("f($X)") == []
        (match,) = Document("x = a + (  # why\n  b)").matches("a + $X")
        assert match.bound == {"X": (8, 21)}

    def test_what_begins_with_an_underscore_is_not_kept(self) -> None:
        (match,) = Document("f(1, 2, 3)").matches("f($_, $_B, $C)")
        assert match.bound == {"C": (8, 9)}

    def test_a_name_that_occurs_twice_has_to_be_the_same(self) -> None:
        assert [match.start for match in Document("f(a, a); f(a, b)").matches("f($X, $X)")] == [0]

    @pytest.mark.parametrize("text", ["'f(a)'", "# f(a)", "ff(a)", "x.f(a)", "f(a, b)", "(f)(a)", "f[a]"])
    def test_what_merely_looks_like_it(self, text: str) -> None:
        assert Document(text).matches("f($X)") == []

    @pytest.mark.parametrize("pattern", ["", "a; b"])
    def test_a_pattern_that_cannot_be_searched_for(self, pattern: str) -> None:
        with pytest.raises(PatternError) as raised:
            Document("a").matches(pattern)
        assert "\n" not in str(raised.value)
        assert "Stack" not in str(raised.value)


class TestOverlap:
    """Why edits are merged by us."""

    def test_ast_grep_drops_the_inner_one_without_a_word(self) -> None:
        from ast_grep_py import SgRoot

        root = SgRoot("x = f(f(a))\n", "python").root()
        edits = [node.replace("g()") for node in root.find_all(pattern="f($X)")]
        assert len(edits) == 2
        assert root.commit_edits(edits) == "x = g()\n"

    def test_we_refuse_both(self) -> None:
        document = Document("x = f(f(a))\n")
        edits = [document.edit(4, 11, "g()"), document.edit(6, 10, "g()")]
        with pytest.raises(ValueError, match="edits overlap"):
            merged([edit for edit in edits if edit is not None])

    def test_side_by_side_is_no_overlap(self) -> None:
        text = "x = f(a)+f(b)\n"
        document = Document(text)
        edits = [document.edit(9, 13, "é"), document.edit(4, 8, "𝄞"), document.edit(8, 9, "-")]
        kept = merged([edit for edit in edits if edit is not None])
        assert apply_edits(text, kept) == "x = 𝄞-é\n"


class TestModule:
    def test_it_is_loaded_only_when_a_document_is_made(self) -> None:
        source = (
            "import sys, flake8_ssot_ids.recipes.astgrep as module\n"
            "print('ast_grep_py' in sys.modules)\n"
            "module.Document('x')\n"
            "print('ast_grep_py' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["False", "True"]

    def test_without_it_the_error_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from flake8_ssot_ids.model import SsotIdsError

        monkeypatch.setitem(sys.modules, "ast_grep_py", None)
        with pytest.raises(SsotIdsError, match="ast-grep-py cannot be used"):
            Document("x")
        with pytest.raises(SsotIdsError, match="ast-grep-py cannot be used"):
            module_file()

    def test_the_file_that_decides_what_matches(self) -> None:
        assert Path(module_file()).suffix in (".so", ".pyd")
