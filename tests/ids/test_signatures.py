"""What a class or function offers by its source: real files in, methods and signatures out."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_ids.ids.signatures import ClassSource, Method, Sources

ROOT = Path(__file__).resolve().parents[2]
Project = Callable[..., Sources]


def class_of(sources: Sources, dotted: str = "m.G") -> ClassSource:
    found = sources.class_of(dotted)
    assert isinstance(found, ClassSource), found
    return found


def shown(method: Method | None) -> str:
    """A method in one line, with what it may be instead."""
    if method is None:
        return "nothing"
    return " | ".join(
        f"{one.kind}({'?' if one.arguments is None else ast.unparse(one.arguments)})"
        for one in (method, *method.others)
    )


def method_of(sources: Sources, name: str, dotted: str = "m.G") -> str:
    return shown(class_of(sources, dotted).methods.get(name))


def init_of(sources: Sources, dotted: str = "m.G") -> str:
    return shown(class_of(sources, dotted).instantiable)


@pytest.mark.parametrize(
    "text",
    [
        "from pkg.real import G",
        "from pkg.real import G as H\nG = H",
        "import pkg.real\nG = pkg.real.G",
        "import pkg.real as r\nG = r.G",
        "from pkg import real\nG = real.G",
        "from pkg import G",
        "from pkg.star import *",
        "from pkg.stars import *",
        "from pkg.part import *",
        "from pkg.lazy import G",
        "try:\n    from nowhere import G\nexcept ImportError:\n    from pkg.real import G",
        "try:\n    from pkg.real import G\nexcept ImportError:\n    G = None",
        "try:\n    from pkg.real import G\nexcept ImportError:\n    raise",
        "if X:\n    from pkg.real import G\nelse:\n    from pkg import G",
        "from contextlib import suppress\nwith suppress(ImportError):\n    from pkg.real import G",
        "from pkg.circle import G",
        "import pkg\nG = pkg.G if X else pkg.real.G",
    ],
)
def test_follows_a_name_to_its_definition(project: Project, text: str) -> None:
    sources = project(
        pkg__init="from .real import G",
        pkg__real="class G:\n    @staticmethod\n    def make(a): ...\n    class Kind: ...",
        pkg__star="from .real import *",
        pkg__stars="from .star import *",
        pkg__part="from .real import *\n__all__ = ['G']",
        pkg__lazy="if TYPE_CHECKING:\n    from .real import G\ndef __getattr__(name): ...",
        pkg__circle="from .circle2 import *\nfrom pkg import G",
        pkg__circle2="from .circle import *",
        m=text,
    )
    assert sources.canonical("m.G") == "pkg.real.G"
    assert sources.canonical("m.G.make") == "pkg.real.G.make"
    assert sources.canonical("m.G.Kind") == "pkg.real.G.Kind"
    assert class_of(sources).dotted == "pkg.real.G"
    assert method_of(sources, "make") == "static(a)"


def test_a_name_of_the_package_goes_before_its_submodule(project: Project) -> None:
    sources = project(pkg__init="from .make import make", pkg__make="def make(a): ...\nclass G: ...")
    assert sources.canonical("pkg.make") == "pkg.make.make"
    assert shown_function(sources, "pkg.make") == "function(a)"
    assert class_of(sources, "pkg.make.G").dotted == "pkg.make.G"


def test_a_nested_class_may_be_inherited(project: Project) -> None:
    sources = project(
        base="class Base:\n    class Kind:\n        class Deep: ...\n    def make(self): ...",
        m="import base\nclass Middle(base.Base): ...\nclass G(Middle): ...\nKind = G.Kind",
    )
    assert class_of(sources, "m.G.Kind").dotted == "base.Base.Kind"
    assert sources.canonical("m.Kind") == "base.Base.Kind"
    assert sources.canonical("m.G.Kind.Deep") == "base.Base.Kind.Deep"
    assert sources.canonical("m.G.make") == "m.G.make"
    assert sources.class_of("m.G.Nope") == "`m.G` has no class `Nope` of its own"


def shown_function(sources: Sources, dotted: str) -> str:
    found = sources.function_of(dotted)
    return found if isinstance(found, str) else shown(found)


@pytest.mark.parametrize(
    ("dotted", "expected"),
    [
        ("m.f", "function(a, *, b=1)"),
        ("m.g", "function(a, *, b=1)"),
        ("m.cached", "function(a)"),
        ("m.made", "static(x)"),
        ("m.G.make", "static(x)"),
        ("m.h", "function(y)"),
        ("m.wrapped", "attribute(?)"),
        ("m.either", "function(a) | function(b)"),
        ("m.run", "`m.run` is a value that is made at run time, no function"),
        ("m.G", "`m.G` is a class, no function"),
        ("m.nope", "module `m` has no function `nope`"),
        ("m.G.nope", "class `m.G` has no `nope`"),
        ("m", "`m` is a module, no function"),
        ("m.f.attribute", "`m.f` has no function `attribute` of its own"),
    ],
)
def test_reads_functions(project: Project, dotted: str, expected: str) -> None:
    sources = project(
        m="""\
            import functools
            def f(a, *, b=1): ...
            g = f
            @functools.cache
            def cached(a): ...
            class G:
                @staticmethod
                def make(x): ...
            made = G.make
            h = lambda y: y
            @traced
            def wrapped(a): ...
            if X:
                def either(a): ...
            else:
                def either(b): ...
            run = G().make
            """
    )
    assert shown_function(sources, dotted) == expected


@pytest.mark.parametrize(
    ("dotted", "reason"),
    [
        ("nowhere.G", "no module named `nowhere`"),
        ("m.Nope", "module `m` has no class `Nope`"),
        ("m.f", "`m.f` is a function, no class"),
        ("m.value", "`m.value` is a value that is made at run time, no class"),
        ("m.nothing", "`m.nothing` is None"),
        ("m.gone", "no module named `nowhere`"),
        ("m.broken", "module `broken` does not parse: '(' was never closed (line 2)"),
        ("m.loop", "a chain of imports without an end"),
        ("m.open", "module `opened` may have names that its source does not show"),
        ("broken.G", "module `broken` does not parse: '(' was never closed (line 2)"),
        ("m.maybe", "`m.maybe` is a value that is made at run time, no class"),
        ("m", "`m` is a module, no class"),
        ("m.clock", "module `time` is built in"),
        ("m.text", "`builtins.str` is built in, no class"),
        ("folder.G", "module `folder` is a folder without code"),
        ("fast.G", "module `fast` is compiled"),
        ("", "`` is no dotted name"),
        ("m:.f", "`m:.f` is no dotted name"),
        ("m..f", "`m..f` is no dotted name"),
    ],
)
def test_says_why_a_class_cannot_be_read(project: Project, dotted: str, reason: str, tmp_path: Path) -> None:
    sources = project(
        m="""\
            from broken import G as broken
            from nowhere import G as gone
            from loop import loop
            from opened import G as open
            from time import clock
            def f(): ...
            value = f()
            nothing = None
            text = str
            if X:
                class maybe: ...
            else:
                maybe = f()
            """,
        broken="class G: ...\nx = (",
        loop="from m import loop",
        opened="from nowhere import *",
        folder__inner="",
    )
    (tmp_path / "fast.cpython-311-darwin.so").write_bytes(b"")
    assert sources.class_of(dotted) == reason
    if not dotted.startswith("m."):
        assert sources.canonical(dotted) == dotted


def test_a_way_that_cannot_be_read_keeps_all_from_being_judged(project: Project) -> None:
    sources = project(
        broken="x = (",
        m="try:\n    from broken import G\nexcept Exception:\n    class G:\n        def make(self): ...",
    )
    assert sources.class_of("m.G") == "module `broken` does not parse: '(' was never closed (line 1)"


def test_an_unreadable_star_import_may_bind_what_stands_before_it(project: Project) -> None:
    sources = project(m="class G: ...\nclass _H: ...\nfrom nowhere import *\nclass After: ...")
    assert sources.class_of("m.G") == "`m.G` is a value that is made at run time, no class"
    assert class_of(sources, "m._H").complete
    assert class_of(sources, "m.After").complete


def test_a_class_that_is_one_of_two_offers_what_either_offers(project: Project) -> None:
    sources = project(
        m="""\
            if X:
                class G:
                    def make(self): ...
                    def first(self): ...
            else:
                class G:
                    def make(self, a): ...
                    def second(self): ...
            """
    )
    found = class_of(sources)
    assert found.complete
    assert shown(found.methods["make"]) == "instance(self) | instance(self, a)"
    assert {"first", "second"} <= found.methods.keys()


def test_the_roots_go_before_what_is_installed(tmp_path: Path) -> None:
    for folder, name in (("src", "ours"), ("site", "theirs")):
        (tmp_path / folder / "pkg").mkdir(parents=True)
        (tmp_path / folder / "pkg" / "__init__.py").write_text(f"class G:\n    def {name}(self): ...")
    (tmp_path / "src" / "other").mkdir()  # no package: one of that name elsewhere goes first
    (tmp_path / "site" / "other").mkdir()
    (tmp_path / "site" / "other" / "__init__.py").write_text("class G: ...")
    sources = Sources([str(tmp_path / "src")], search=[str(tmp_path / "site")])
    assert method_of(sources, "ours", "pkg.G") == "instance(self)"
    assert class_of(sources, "other.G").file == str(tmp_path / "site" / "other" / "__init__.py")


def test_what_is_installed_is_read_and_not_imported() -> None:
    sources = Sources([])
    before = set(sys.modules)
    assert class_of(sources, "wsgiref.headers.Headers").complete
    assert class_of(sources, "flake8_ssot_ids.ids.signatures.Sources").complete  # installed editable
    assert "wsgiref.headers" not in set(sys.modules) - before


def test_every_answer_brings_along_what_it_depended_on(project: Project, tmp_path: Path) -> None:
    sources = project(m="from base import Base\nclass G(Base): ...", base="class Base: ...")
    files = {str(tmp_path / "m.py"), str(tmp_path / "base.py")}
    for ask in (sources.class_of, sources.class_of, sources.canonical):
        sources.touched = set()
        ask("m.G")
        assert str(tmp_path) in sources.touched
        if ask == sources.class_of:
            assert files <= sources.touched
    sources.touched = set()
    assert sources.class_of("later.G") == "no module named `later`"
    assert str(tmp_path) in sources.touched


@pytest.mark.parametrize(
    "text",
    [
        "x = " + " + ".join(["1"] * 900) + "\nclass G: ...",
        "if x: pass\n" + "elif x: pass\n" * 1500 + "class G: ...",
        "x" + ".y" * 3000 + "\nclass G: ...",
        "class A0: ...\n"
        + "".join(f"class A{n}(A{n - 1}): ...\n" for n in range(1, 999))
        + "class G(A998): ...",
        "class G: ...\n" + "".join(f"G{n} = G\n" for n in range(3000)),
        "class G:\n    make = " + "staticmethod(" * 90 + "f" + ")" * 90,
    ],
    ids=["sum", "elif", "attributes", "bases", "aliases", "calls"],
)
def test_deep_code_is_read(project: Project, text: str) -> None:
    assert class_of(project(m=text)).dotted == "m.G"


def test_long_chains_of_modules_end(tmp_path: Path) -> None:
    for at in range(120):
        (tmp_path / f"s{at}.py").write_text(f"from s{at + 1} import *")
        (tmp_path / f"n{at}.py").write_text(f"from n{at + 1} import G")
    (tmp_path / "n120.py").write_text("class G: ...")
    (tmp_path / "s120.py").write_text("class G: ...")
    sources = Sources([str(tmp_path)], search=[])
    assert sources.canonical("n0.G") == "n120.G"
    assert "may have names" in str(sources.class_of("s0.G"))
    assert sources.canonical("s100.G") == "s120.G"
