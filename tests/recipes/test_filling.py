"""A rewrite with its meta-variables filled in means what it says, or is not written."""

from __future__ import annotations

import pytest

from flake8_ssot_ids.recipes.filling import fill

#: Sentence -> rewrite, pieces, what comes out.
FILLED: dict[str, tuple[str, dict[str, str], str]] = {
    "a plain piece": ("G.make($X)", {"X": "a.b"}, "G.make(a.b)"),
    "nothing to fill in": ("G.make('x')", {}, "G.make('x')"),
    "a piece in two places": ("G.make($X, $X)", {"X": "a"}, "G.make(a, a)"),
    "a piece that needs no parentheses": ("G.make($X)", {"X": "a or b"}, "G.make(a or b)"),
    "a piece that needs them": ("$X.hex", {"X": "a or b"}, "(a or b).hex"),
    "a sum in a product": ("2 * $X", {"X": "a + b"}, "2 * (a + b)"),
    "a number with an attribute": ("$X.real", {"X": "a()"}, "a().real"),
    "a lambda": ("$X or b", {"X": "lambda: a"}, "(lambda: a) or b"),
    "several pieces, of which one needs them": ("$X.f($Y)", {"X": "a + b", "Y": "c"}, "(a + b).f(c)"),
    "no arguments": ("G.make($$$A)", {"A": ""}, "G.make()"),
    "no arguments behind another": ("G.make('x', $$$A)", {"A": ""}, "G.make('x')"),
    "no arguments before another": ("G.make($$$A, x=1)", {"A": ""}, "G.make(x=1)"),
    "many arguments": ("G.make('x', $$$A)", {"A": "1, *a, k=2, **b"}, "G.make('x', 1, *a, k=2, **b)"),
    "a comma too many": ("G.make($$$A, 'x')", {"A": "1, 2,"}, "G.make(1, 2, 'x')"),
    "a keyword for one piece": ("G.make($X)", {"X": "k=2"}, "G.make(k=2)"),
    "a star for one piece": ("G.make($X)", {"X": "*a"}, "G.make(*a)"),
    "arguments behind a keyword": ("f(x=1, $$$A)", {"A": "k=2, **b"}, "f(x=1, k=2, **b)"),
    "arguments between keywords": ("f(x=1, $$$A, y=3)", {"A": "k=2"}, "f(x=1, k=2, y=3)"),
    "a star of the rewrite's own": ("f(*$X, **$Y)", {"X": "a", "Y": "b"}, "f(*a, **b)"),
    "a star before what needs parentheses": ("f(*$X)", {"X": "a or b"}, "f(*a or b)"),
    "items of a list": ("[$$$A, 1]", {"A": "2, *a"}, "[2, *a, 1]"),
    "an attribute's name": ("$O.new_$A()", {"O": "a", "A": "id"}, "a.new_id()"),
    "a keyword's name": ("f($K=$V)", {"K": "k", "V": "1"}, "f(k=1)"),
    "within a text": ('G.make("$N")', {"N": "order"}, 'G.make("order")'),
    "an assignment": ("$N = G.make($X)", {"N": "self.a", "X": "1"}, "self.a = G.make(1)"),
    "a return": ("return G.make($X)", {"X": "1"}, "return G.make(1)"),
    "astral characters": ("G.make($X)", {"X": "'𝄞'"}, "G.make('𝄞')"),
    "several lines": ("G.make($$$A)", {"A": "1,\n  2"}, "G.make(1,\n  2)"),
}

#: Sentence -> rewrite and pieces that no parentheses make fit.
UNFIT: dict[str, tuple[str, dict[str, str]]] = {
    "a keyword that is no argument": ("$X.hex", {"X": "k=2"}),
    "several where one has to be": ("$$$A + 1", {"A": "1, 2"}),
    "none where one has to be": ("$$$A + 1", {"A": ""}),
    "a star in a sum": ("1 + $X", {"X": "*a"}),
    "a keyword in a list": ("[$$$A]", {"A": "k=2"}),
    "a positional argument behind a keyword": ("f($$$A, 1)", {"A": "k=2"}),
    "no name for an attribute": ("a.$A", {"A": "b()"}),
    "a text that ends the text": ('f("$N")', {"N": '", g("'}),
    "a star before a star": ("f(*$X)", {"X": "*a"}),
    "what is no expression": ("f($X)", {"X": "import a"}),
    "what closes the bracket": ("f($X)", {"X": "1), g(2"}),
}


@pytest.mark.parametrize("case", FILLED)
def test_filled(case: str) -> None:
    rewrite, pieces, text = FILLED[case]
    assert fill(rewrite, pieces) == text


@pytest.mark.parametrize("case", UNFIT)
def test_not_filled(case: str) -> None:
    rewrite, pieces = UNFIT[case]
    assert fill(rewrite, pieces) is None
