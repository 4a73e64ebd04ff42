"""Whether a call binds: the reasons in words, and the same verdict as that of Python itself."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_ssot_ids.ids.signatures import Method, problem_with
from flake8_ssot_ids.semantics.classes.method import Kind, On, one_of


def call(text: str) -> ast.Call:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call)
    return node


def method(parameters: str, kind: Kind = "static") -> Method:
    definition = ast.parse(f"def f({parameters}): ...").body[0]
    assert isinstance(definition, ast.FunctionDef)
    return Method("f", kind, definition.args, "m.G")


@pytest.mark.parametrize(
    ("parameters", "written", "problem"),
    [
        ("user_id", "f(user=1)", "takes no argument `user`; it has `user_id`"),
        ("a, b", "f(1, c=2)", "takes no argument `c`; it has `b`"),
        ("a, b, *, c", "f(d=1)", "takes no argument `d`; it has `a`, `b` and `c`"),
        ("a", "f(1, b=2)", "takes no argument `b`"),
        ("", "f(b=2)", "takes no argument `b`"),
        ("user_id", "f()", "misses `user_id`"),
        ("a, b, c=1", "f()", "misses `a` and `b`"),
        ("a, *, b, c=1, d", "f(1)", "misses `b` and `d`"),
        ("a, b", "f(1, 2, 3)", "takes at most 2 positional arguments, 3 are given"),
        ("a=1, *, b=2", "f(1, 2)", "takes at most 1 positional argument, 2 are given"),
        ("", "f(1)", "takes no positional argument, 1 is given"),
        ("a", "f(1, *x, 2)", "takes at most 1 positional argument, at least 2 are given"),
        ("user_id", "f(1, user_id=2)", "is given `user_id` twice"),
        ("a, /, b", "f(a=1, b=2)", "takes `a` by position only"),
        ("a, b, c", "f(*x, b=1)", "misses `c`"),
        ("a, /, b", "f(**k)", "misses `a`"),
        ("a, *, b", "f(*x)", "misses `b`"),
    ],
)
def test_says_why_a_call_does_not_bind(parameters: str, written: str, problem: str) -> None:
    assert problem_with(method(parameters), call(written), "class") == problem


@pytest.mark.parametrize(
    ("parameters", "written"),
    [
        ("user_id", "f(u)"),
        ("user_id", "f(user_id=u)"),
        ("a, b=1, *, c=2", "f(1, 2, c=3)"),
        ("*a, **k", "f(1, 2, x=3)"),
        ("a, /, **k", "f(1, a=2)"),
        ("a, b", "f(*x)"),
        ("a, b", "f(1, **k)"),
        ("a, b, *, c", "f(*x, **k)"),
        ("a, b, c", "f(*x, c=1)"),
        ("", "f(*x, **k)"),
    ],
)
def test_is_silent_where_a_call_may_bind(parameters: str, written: str) -> None:
    assert problem_with(method(parameters), call(written), "class") is None


@pytest.mark.parametrize(
    ("kind", "on", "parameters", "written", "problem"),
    [
        ("instance", "instance", "self, a", "g.f(1)", None),
        ("instance", "instance", "self, a", "g.f()", "misses `a`"),
        ("instance", "instance", "self", "g.f(1, 2)", "takes no positional argument, 2 are given"),
        ("instance", "instance", "self, a", "g.f(1, 2)", "takes at most 1 positional argument, 2 are given"),
        ("instance", "instance", "", "g.f()", "has no parameter for the object that it is called on"),
        ("instance", "instance", "*a", "g.f()", None),
        ("instance", "instance", "self", "g.f(self=1)", "is given `self` twice"),
        ("instance", "class", "self, a", "G.f(a)", "is an instance method, called on the class"),
        ("instance", "class", "self", "G.f()", "is an instance method, called on the class"),
        ("instance", "class", "self, a", "G.f(a=1)", "is an instance method, called on the class"),
        ("instance", "class", "self, a=1", "G.f('user')", "is an instance method, called on the class"),
        ("instance", "class", "self, a=1", "G.f(f'{x}')", "is an instance method, called on the class"),
        (
            "instance",
            "class",
            "self, user_id=1",
            "G.f(user_id)",
            "is an instance method, called on the class",
        ),
        (
            "instance",
            "class",
            "self, user_id=1",
            "G.f(s.user_id)",
            "is an instance method, called on the class",
        ),
        # The instance may be given by hand, and without ``self`` it is a function like any other.
        ("instance", "class", "self, a", "G.f(generator, 1)", None),
        ("instance", "class", "self, a=1", "G.f(generator)", None),
        ("instance", "class", "self, a", "G.f(*x)", None),
        ("instance", "class", "a", "G.f('user')", None),
        ("class", "class", "cls, a", "G.f(1)", None),
        ("class", "instance", "cls, a", "g.f(1)", None),
        ("class", "class", "cls, a", "G.f(1, 2)", "takes at most 1 positional argument, 2 are given"),
        ("static", "instance", "a", "g.f(1)", None),
        ("static", "instance", "a", "g.f(1, 2)", "takes at most 1 positional argument, 2 are given"),
        ("function", "function", "a", "f(1)", None),
        ("function", "function", "a", "f()", "misses `a`"),
        ("property", "class", "self", "G.f()", "is a property, called on the class"),
        ("property", "instance", "self", "g.f(1, 2)", None),
        ("attribute", "class", "", "G.f(1, 2)", None),
    ],
)
def test_the_object_that_a_method_is_called_on_counts(
    kind: Kind, on: On, parameters: str, written: str, problem: str | None
) -> None:
    assert problem_with(method(parameters, kind), call(written), on) == problem


def test_a_call_is_wrong_only_if_it_is_wrong_for_each_that_the_name_may_stand_for() -> None:
    either = one_of([method("a"), method("a, b")])
    assert problem_with(either, call("f(1)"), "class") is None
    assert problem_with(either, call("f(1, 2)"), "class") is None
    assert problem_with(either, call("f(c=1)"), "class") == "takes no argument `c`; it has `a`"
    unknown = one_of([method("a"), Method("f", "attribute", None, "m.G")])
    assert problem_with(unknown, call("f(c=1)"), "class") is None


def test_a_plain_value_is_not_called() -> None:
    assert problem_with(Method("f", "attribute", None, "m.G", plain=True), call("G.f()"), "class") == (
        "is a plain value, no method"
    )


NAMES = "abcd"


@st.composite
def signatures(draw: st.DrawFn) -> str:
    names = list(NAMES[: draw(st.integers(0, 4))])
    only = draw(st.integers(0, len(names)))
    keyword = draw(st.integers(only, len(names)))
    defaults = draw(st.integers(0, keyword))
    parts = [name + ("=0" if at >= defaults else "") for at, name in enumerate(names[:keyword])]
    if only:
        parts.insert(only, "/")
    if draw(st.booleans()):
        parts.append("*rest")
    elif keyword < len(names):
        parts.append("*")
    parts += [name + ("=0" if draw(st.booleans()) else "") for name in names[keyword:]]
    if draw(st.booleans()):
        parts.append("**more")
    return ", ".join(parts)


@st.composite
def calls(draw: st.DrawFn) -> tuple[int, tuple[str, ...], bool, bool]:
    count = draw(st.integers(0, 4))
    named = draw(st.sets(st.sampled_from([*NAMES, "e"]), max_size=4))
    return count, tuple(sorted(named)), draw(st.booleans()), draw(st.booleans())


def binds(function: Callable[..., object], count: int, named: tuple[str, ...]) -> bool:
    # ``Signature.bind`` is no judge: in Python 3.11 it refuses f(a=1) for f(a=0, /, **more).
    try:
        function(*range(count), **dict.fromkeys(named))
    except TypeError:
        return False
    return True


@settings(max_examples=800, deadline=None, derandomize=True)
@given(parameters=signatures(), made=calls(), implied=st.booleans())
def test_the_verdict_is_that_of_python(
    parameters: str, made: tuple[int, tuple[str, ...], bool, bool], implied: bool
) -> None:
    count, named, starred, doubled = made
    function = eval(f"lambda {parameters}: None")  # noqa: S307
    # What *xs and **kw hold is not known: the call may bind if it does with anything in them.
    lengths = range(6) if starred else (0,)
    others = [name for name in (*NAMES, "e") if name not in named]
    sizes = range(len(others) + 1) if doubled else (0,)
    may_bind = any(
        binds(function, count + more + implied, (*named, *extra))
        for more in lengths
        for size in sizes
        for extra in itertools.combinations(others, size)
    )
    arguments = ["1"] * count + ["*xs"] * starred
    arguments += [f"{name}=1" for name in named] + ["**kw"] * doubled
    problem = problem_with(
        method(parameters, "class" if implied else "static"), call(f"f({', '.join(arguments)})"), "class"
    )
    assert (problem is None) == may_bind, (parameters, arguments, problem)
