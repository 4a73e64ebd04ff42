"""What a class offers: its own methods, those that it inherits, its members and what makes an instance."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest

from flake8_ssot_ids.ids.signatures import Sources, problem_with
from tests.ids.test_signatures import class_of, init_of, method_of, shown

Project = Callable[..., Sources]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def make(self, a, b=1): ...", "instance(self, a, b=1)"),
        ("async def make(self, a): ...", "instance(self, a)"),
        ("@staticmethod\ndef make(a, /, *, b): ...", "static(a, /, *, b)"),
        ("@classmethod\ndef make(cls, a): ...", "class(cls, a)"),
        ("@property\ndef make(self): ...", "property(self)"),
        ("@property\ndef make(self): ...\n@make.setter\ndef make(self, v): ...", "property(self, v)"),
        ("@functools.cached_property\ndef make(self): ...", "property(self)"),
        ("@staticmethod\n@functools.lru_cache(maxsize=1)\ndef make(a): ...", "static(a)"),
        ("@staticmethod\n@cached\ndef make(a): ...", "static(a)"),
        ("@functools.cache\n@staticmethod\ndef make(a): ...", "attribute(?)"),
        ("@abstractmethod\n@staticmethod\ndef make(a): ...", "static(a)"),
        ("@staticmethod\n@abstractmethod\ndef make(a): ...", "static(a)"),
        ("@typing_extensions.override\ndef make(self): ...", "instance(self)"),
        ("@typing.overload\ndef make(self): ...\ndef make(self, *a): ...", "instance(self, *a)"),
        ("@traced\ndef make(self, a): ...", "attribute(?)"),
        ("@staticmethod\n@traced\ndef make(a): ...", "attribute(?)"),
        ("@staticmethod\n@wraps(f)\ndef make(a): ...", "attribute(?)"),
        ("@noted\ndef make(self, a): ...", "instance(self, a)"),
        ("@noted_as('x')\ndef make(self, a): ...", "instance(self, a)"),
        ("@noted_badly('x')\ndef make(self, a): ...", "attribute(?)"),
        ("@noted('x')\ndef make(self, a): ...", "attribute(?)"),
        ("@changed\ndef make(self, a): ...", "attribute(?)"),
        ("def old(self, a): ...\nmake = old", "instance(self, a)"),
        ("make = staticmethod(f)", "static(x, y=1)"),
        ("make = classmethod(lambda cls, a: a)", "class(cls, a)"),
        ("@staticmethod\ndef old(a): ...\nmake = old", "static(a)"),
        ("def old(a): ...\nmake = staticmethod(old)", "static(a)"),
        ("make = f", "instance(x, y=1)"),
        ("make = lambda self, a: a", "instance(self, a)"),
        ("make = partial(f, 1)", "attribute(?)"),
        ("make = staticmethod(unknown)", "attribute(?)"),
        ("make = unknown.there", "attribute(?)"),
        ("make: str", "attribute(?)"),
        ("make = None", "attribute(?)"),
        ("__slots__ = ('make', 'b')", "attribute(?)"),
        ("def __init__(self): self.make = f", "attribute(?)"),
        ("def __init__(this): setattr(this, 'make', f)", "attribute(?)"),
        ("@classmethod\ndef set(cls): cls.make = f", "attribute(?)"),
        ("def make(self): ...\ndef __init__(self): self.make = f", "instance(self) | attribute(?)"),
        (
            "if X:\n    def make(self): ...\nelse:\n    def make(self, a): ...",
            "instance(self) | instance(self, a)",
        ),
        ("if X:\n    @staticmethod\n    def make(a): ...", "static(a)"),
        (
            "try:\n    def make(self): ...\nexcept E:\n    def make(self, a): ...",
            "instance(self) | instance(self, a)",
        ),
        ("def make(self): ...\ndef make(self, a): ...", "instance(self, a)"),
        ("def make(self): ...\nif X:\n    def make(self, a): ...", "instance(self, a) | instance(self)"),
        ("def make(self): ...\nif X:\n    del make", "instance(self)"),
        ("def make(self): ...\ndel make", "nothing"),
        ("def inner(self):\n    def make(self): ...", "nothing"),
        ("def make(self): ...\nmake = traced(make)", "attribute(?)"),
        ("for make in (f, f): pass", "attribute(?)"),
        ("(make, b) = f, f", "instance(x, y=1)"),
        ("with X:\n    def make(self): ...", "instance(self)"),
        ("match X:\n    case 1:\n        def make(self): ...", "instance(self)"),
    ],
)
def test_reads_a_method(project: Project, body: str, expected: str) -> None:
    head = """\
        import functools, typing, typing_extensions
        from abc import abstractmethod
        from functools import lru_cache as cached, partial, wraps

        def f(x, y=1): ...
        def traced(function):
            @wraps(function)
            def inner(*a, **k): return function(*a, **k)
            return inner
        def noted(function):
            ALL.append(function)
            return function
        def noted_as(name):
            def note(function):
                ALL[name] = function
                return function
            return note
        def noted_badly(name):
            def note(function):
                return traced(function)
            return note
        def changed(function):
            function = traced(function)
            return function
        """
    text = textwrap.dedent(head) + "class G:\n" + textwrap.indent(body, "    ")
    sources = project(m=text)
    assert method_of(sources, "make") == expected
    assert class_of(sources).complete


@pytest.mark.parametrize("value", ["'text'", "1", "f'{X}'", "('a', 'b')", "{}", "[]"])
def test_a_plain_value_is_known_to_be_none_that_is_called(project: Project, value: str) -> None:
    method = class_of(project(m=f"class G:\n    make = {value}")).methods["make"]
    assert (method.kind, method.plain) == ("attribute", True)
    call = ast.parse("G.make()", mode="eval").body
    assert isinstance(call, ast.Call)
    assert problem_with(method, call, "class") == "is a plain value, no method"


def test_follows_bases_in_their_order(project: Project) -> None:
    sources = project(
        base__init="from .real import Base",
        base__real="""\
            class Root:
                def old(self): ...
                def both(self, root): ...
            class Base(Root):
                @staticmethod
                def make(a): ...
                def both(self, base): ...
            class Mixin(Root):
                def make(self, mixin): ...
                def both(self, mixin): ...
                def mixed(self): ...
            """,
        m="""\
            import base
            from base import real as r
            from typing import Generic, TypeVar
            class G(base.Base, r.Mixin, Generic[T]):
                def own(self): ...
            """,
    )
    found = class_of(sources)
    assert found.complete
    assert {name: shown(found.methods[name]) for name in ("old", "both", "make", "mixed", "own")} == {
        "old": "instance(self)",
        "both": "instance(self, base)",
        "make": "static(a)",
        "mixed": "instance(self)",
        "own": "instance(self)",
    }
    assert found.methods["make"].owner == "base.real.Base"
    assert found.methods["own"].owner == "m.G"


def test_a_class_may_extend_another_of_its_name(project: Project) -> None:
    sources = project(
        a="class G:\n    def old(self): ...", m="from a import G\nclass G(G):\n    def new(self): ..."
    )
    assert method_of(sources, "old") == "instance(self)"
    assert method_of(sources, "new") == "instance(self)"


def test_what_a_base_may_be_by_several_ways_is_any_of_them(project: Project) -> None:
    sources = project(
        m="""\
            if X:
                class Base:
                    def make(self): ...
            else:
                class Base:
                    def make(self, a): ...
                    def more(self): ...
            class G(Base): ...
            """
    )
    assert method_of(sources, "make") == "instance(self) | instance(self, a)"
    assert method_of(sources, "more") == "instance(self)"
    assert class_of(sources).complete


@pytest.mark.parametrize(
    "text",
    [
        "class G(missing.Base): ...",
        "from nowhere import Base\nclass G(Base): ...",
        "class G(make_base()): ...",
        "class G(*bases): ...",
        "class Meta(type):\n    def __getattr__(cls, name): ...\nclass G(metaclass=Meta): ...",
        "class Meta(type):\n    def __new__(m, *a): ...\nclass B(metaclass=Meta): ...\nclass G(B): ...",
        "from nowhere import Meta\nclass G(metaclass=Meta): ...",
        "class G(**options): ...",
        "class G:\n    def __getattr__(self, name): ...",
        "class Base:\n    def __getattr__(self, name): ...\nclass G(Base): ...",
        "class G:\n    locals()['make'] = 1",
        "class G:\n    exec('make = 1')",
        "class G:\n    def __init__(self, **k): self.__dict__.update(k)",
        "class G:\n    def __init__(self, **k): vars(self).update(k)",
        "class G:\n    def __init__(self, n): setattr(self, n, 1)",
        "class G: ...\nfor name in X: setattr(G, name, 1)",
        "@extended\nclass G: ...",
        "def extended(c):\n    c.x = 1\n    return c\n@extended\nclass G: ...",
        "class G(G0): ...\nclass G0(G): ...",
    ],
)
def test_says_that_it_may_not_know_every_name(project: Project, text: str) -> None:
    assert not class_of(project(m=text)).complete


@pytest.mark.parametrize(
    "text",
    [
        "import abc\nclass G(abc.ABC): ...",
        "import abc\nclass G(metaclass=abc.ABCMeta): ...",
        "class Single(type):\n    def __call__(cls): return cls.it\nclass G(metaclass=Single): ...",
        "import abc\nclass Meta(abc.ABCMeta): ...\nclass G(metaclass=Meta): ...",
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass G: ...",
        "from typing import Protocol, final\n@final\nclass G(Protocol): ...",
        "class G(str): ...",
        "class G(object):\n    def a(self): return dict(self.__dict__)",
        "import threading\nclass G(threading.Thread): ...",
        "REGISTRY = []\ndef register(c):\n    REGISTRY.append(c)\n    return c\n@register\nclass G: ...",
        "import enum\nclass G(str, enum.Enum): ...",
    ],
)
def test_knows_that_it_knows_every_name(project: Project, text: str) -> None:
    assert class_of(project(m=text)).complete


def test_behind_a_base_that_cannot_be_read_a_signature_is_not_certain(project: Project) -> None:
    sources = project(
        m="""\
            class Mixin:
                def inherited(self): ...
            class G(nowhere.Base, Mixin):
                def own(self): ...
            """
    )
    assert method_of(sources, "own") == "instance(self)"
    assert method_of(sources, "inherited") == "instance(self) | attribute(?)"


def test_a_base_that_may_be_another_that_cannot_be_read_is_not_certain(project: Project) -> None:
    known = "class Base:\n        def make(self): ..."
    for first, second in ((known, "from nowhere import Base"), ("from nowhere import Base", known)):
        sources = project(m=f"if X:\n    {first}\nelse:\n    {second}\nclass G(Base): ...")
        assert method_of(sources, "make") == "instance(self) | attribute(?)"
        assert not class_of(sources).complete


def test_a_class_has_what_its_metaclass_has(project: Project) -> None:
    sources = project(m="class M(type):\n    def make(cls, a): ...\nclass G(metaclass=M): ...")
    assert class_of(sources).complete
    assert method_of(sources, "make") == "attribute(?)"


def test_attributes_of_object_and_type_are_no_unknown_names(project: Project) -> None:
    methods = class_of(project(m="class G: ...")).methods
    assert (methods["__class__"].owner, methods["mro"].owner) == ("builtins.object", "builtins.type")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class G: ...", "class(self)"),
        ("class G:\n    def __init__(self, a): ...", "class(self, a)"),
        ("class B:\n    def __init__(self, a): ...\nclass G(B): ...", "class(self, a)"),
        ("class G:\n    def __new__(cls, a): ...", "class(cls, a)"),
        (
            "class G:\n    def __new__(cls, *a, **k): ...\n    def __init__(self, b): ...",
            "class(self, b)",
        ),
        (
            "class G:\n    def __new__(cls, a): ...\n    def __init__(self, b): ...",
            "class(self, b) | class(cls, a)",
        ),
        (
            "@dataclass\nclass G:\n    a: int\n    b: int = 1\n    c: ClassVar[int] = 2",
            "class(self, a, b=None)",
        ),
        ("@dataclass(kw_only=True)\nclass G:\n    a: int\n    b: int = 1", "class(self, *, a, b=None)"),
        ("@dataclass(init=False)\nclass G:\n    a: int", "class(self)"),
        ("@dataclass(**X)\nclass G:\n    a: int", "class(?)"),
        (
            "@dataclass\nclass G:\n    a: int = field(init=False)\n    b: int = field(default=1)",
            "class(self, b=None)",
        ),
        (
            "@dataclass\nclass B:\n    a: int\n    b: int\n@dataclass\nclass G(B):\n    c: int",
            "class(self, a, b, c)",
        ),
        ("@dataclass\nclass G:\n    a: int\n    _: KW_ONLY\n    b: int", "class(self, a, *, b)"),
        ("@dataclass\nclass G:\n    a: int\n    def __init__(self): ...", "class(self)"),
        ("@dataclass\nclass G:\n    if X:\n        a: int", "class(?)"),
        ("class G(NamedTuple):\n    a: int\n    b: int = 1", "class(cls, a, b=None)"),
        ("class G(Exception): ...", "nothing"),
        ("class G(Exception):\n    def __init__(self, a): ...", "class(self, a)"),
        ("class G(str): ...", "nothing"),
        ("class G(Enum):\n    A = 1", "nothing"),
        ("class G(Protocol): ...", "nothing"),
        ("class M(type): ...\nclass G(metaclass=M):\n    def __init__(self, a): ...", "class(self, a)"),
        (
            "class M(type):\n    def __call__(c): ...\nclass G(metaclass=M):\n    def __init__(self, a): ...",
            "nothing",
        ),
        ("@changed\nclass G:\n    def __init__(self, a): ...", "nothing"),
        (
            "if X:\n    class G: ...\nelse:\n    class G:\n        def __init__(self, a): ...",
            "class(self) | class(self, a)",
        ),
    ],
)
def test_knows_what_a_call_of_the_class_takes(project: Project, text: str, expected: str) -> None:
    head = (
        "from dataclasses import KW_ONLY, dataclass, field\nfrom enum import Enum\n"
        "from typing import ClassVar, NamedTuple, Protocol\n"
    )
    assert init_of(project(m=head + text)) == expected


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("class G(Enum):\n    A = 1\n    B = auto()\n    C = A", {"A", "B", "C"}),
        ("class G(str, Enum):\n    A = 'a'\n    def f(self): ...\n    _ignore_ = ['x']", {"A"}),
        ("class G(IntFlag):\n    A, B = 1, 2", {"A", "B"}),
        ("class B(Enum):\n    def f(self): ...\nclass G(B):\n    A = 1", {"A"}),
        ("class G(Enum):\n    A = 1\n    x = property(f)\n    y: int", {"A"}),
        ("class G(Enum): ...", set()),
        ("class G:\n    A = 1", None),
    ],
)
def test_lists_the_members_of_an_enum(project: Project, text: str, members: set[str] | None) -> None:
    found = class_of(project(m=f"from enum import Enum, IntFlag, auto\n{text}"))
    assert found.enum_members == members
    assert found.complete
    if members:
        assert "A" in found.methods
