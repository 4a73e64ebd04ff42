"""What the approved generator really offers, read from its source and never imported."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from flake8_ssot_ids.semantics.classes.classes import Classes, ClassSource
from flake8_ssot_ids.semantics.classes.lookup import Found, Lookup, ReadModules
from flake8_ssot_ids.semantics.classes.method import Method, one_of, problem_with, unknown
from flake8_ssot_ids.semantics.classes.methods import described
from flake8_ssot_ids.semantics.project.modules import Home
from flake8_ssot_ids.semantics.project.project import Project

__all__ = ["ClassSource", "Method", "Sources", "problem_with"]

_Answer = TypeVar("_Answer")
_KNOWN = "sources"


def sources_of(project: Project, home: Home) -> Sources:
    """What classes offer, with absolute imports as they are at ``home``; each module is read once."""
    known = project.memory.setdefault(_KNOWN, _KnownSources())
    assert isinstance(known, _KnownSources)
    if home.roots not in known.by_roots:
        known.by_roots[home.roots] = Sources(home.roots, known=known.read)
    return known.by_roots[home.roots]


class Sources:
    """Reads classes and functions by their dotted paths, each once. Nothing here raises.

    Args:
        roots: the policy's ``src`` folders, which go first.
        search: the folders in which installed packages lie; by default those of the running interpreter.
            The standard library is always found.
        known: the modules that were read so far, if others in the project read modules, too.
    """

    def __init__(
        self,
        roots: Iterable[str],
        search: Iterable[str] | None = None,
        known: ReadModules | None = None,
    ) -> None:
        self._lookup = Lookup([*roots], None if search is None else [*search], known)
        self._classes = Classes(self._lookup)
        self._known: dict[tuple[str, str], tuple[object, frozenset[str]]] = {}

    @property
    def touched(self) -> set[str]:
        """Files and folders that answers depended on; for those that follow, put a new set here."""
        return self._lookup.modules.touched

    @touched.setter
    def touched(self, paths: set[str]) -> None:
        self._lookup.modules.touched = paths

    def class_of(self, dotted: str) -> ClassSource | str:
        """The class at a dotted path, or the reason why it cannot be read."""
        return self._once("class", dotted, self._class_of)

    def function_of(self, dotted: str) -> Method | str:
        """The function at a dotted path, or the reason why it cannot be read.

        A method by its path, or under another name in a module, is one too.
        """
        return self._once("function", dotted, self._function_of)

    def canonical(self, dotted: str) -> str:
        """The path of the definition that a dotted path leads to; itself if it cannot be followed."""
        return self._once("canonical", dotted, self._canonical)

    def instance_of(self, dotted: str) -> str | None:
        """The path of the class that a module calls for the value of this name: ``ids.maker``; or None."""
        return self._once("instance", dotted, self._instance_of)

    def _instance_of(self, dotted: str) -> str | None:
        for found in self._find(dotted):
            if not isinstance(found, Found) or found.rest or found.table is None:
                continue
            if isinstance(found.node, ast.Call) and isinstance(found.node.func, (ast.Name, ast.Attribute)):
                owner = self.canonical(f"{found.table.module}.{ast.unparse(found.node.func)}")
                if isinstance(self.class_of(owner), ClassSource):
                    return owner
        return None

    def _once(self, question: str, dotted: str, ask: Callable[[str], _Answer]) -> _Answer:
        known = self._known.get((question, dotted))
        if known is None:
            known = self._known[question, dotted] = self._lookup.modules.apart(lambda: ask(dotted))
        self.touched.update(known[1])
        return known[0]  # type: ignore[return-value]  # a question always has answers of one type

    def _find(self, dotted: str) -> list[Found | str]:
        found: list[Found | str] = []
        for one in self._lookup.find(dotted):
            if isinstance(one, Found) and isinstance(one.node, ast.ClassDef) and one.rest:
                found += self._classes.inherited(one)
            else:
                found.append(one)
        return found

    def _found(self, dotted: str) -> list[Found] | str:
        """All that the path may lead to, or the reason why one of that cannot be told.

        A module that is not there is none of the ways if there is another one: it is what the
        ``except ImportError`` is for. None in the place of a class is none either.
        """
        found = self._find(dotted)
        there = [one for one in found if isinstance(one, Found) and not _is_none(one)]
        reasons = [one for one in found if isinstance(one, str)]
        if not there:
            return reasons[0] if reasons else f"`{dotted}` is None"
        for reason in reasons:
            if not reason.startswith("no module named"):
                return reason
        return there

    def _class_of(self, dotted: str) -> ClassSource | str:
        found = self._found(dotted)
        if isinstance(found, str):
            return _no(found, "class")
        sources = []
        for one in found:
            if not isinstance(one.node, ast.ClassDef) or one.rest:
                return _not_a(one, "class")
            sources.append(self._classes.source_of(one))
        return sources[0] if len(sources) == 1 else _either(sources)

    def _function_of(self, dotted: str) -> Method | str:
        found = self._found(dotted)
        if isinstance(found, str):
            return _no(found, "function")
        methods = []
        for one in found:
            if isinstance(one.node, ast.ClassDef) and len(one.rest) == 1:
                source = self._classes.source_of(one)
                method = source.methods.get(one.rest[0])
                if method is None:
                    if source.complete:
                        return f"class `{one.dotted}` has no `{one.rest[0]}`"
                    method = unknown(one.rest[0], one.dotted)
                methods.append(method)
            elif isinstance(one.node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not one.rest:
                owner, _, name = one.dotted.rpartition(".")
                methods.append(described(self._lookup, one, name, owner, "function"))
            elif isinstance(one.node, ast.Lambda) and not one.rest:
                owner, _, name = one.dotted.rpartition(".")
                methods.append(Method(name, "function", one.node.args, owner))
            else:
                return _not_a(one, "function")
        return one_of(methods)

    def _canonical(self, dotted: str) -> str:
        found = [one for one in self._find(dotted) if isinstance(one, Found) and not _is_none(one)]
        # Of several ways one that leads to a definition tells more than a value that is made at run time.
        found.sort(key=lambda one: not isinstance(one.node, ast.stmt))
        if not found:
            return dotted
        asked, rest = dotted.split("."), found[0].rest
        if rest and (rest[-1] != asked[-1] or found[0].dotted.rpartition(".")[2] == asked[-1]):
            # Not asked for: `matches = PATTERN.match` is known by its own name.
            return found[0].dotted
        return ".".join((found[0].dotted, *rest))


def _is_none(found: Found) -> bool:
    return isinstance(found.node, ast.Constant) and found.node.value is None


def _no(reason: str, kind: str) -> str:
    """The reason, with what was looked for."""
    return reason.replace(" has no `", f" has no {kind} `")


def _not_a(found: Found, kind: str) -> str:
    if found.rest:
        return f"`{found.dotted}` has no {kind} `{'.'.join(found.rest)}` of its own"
    if isinstance(found.node, ast.ClassDef):
        what = "a class"
    elif isinstance(found.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        what = "a function"
    elif found.node is not None:
        what = "a value that is made at run time"
    else:
        what = "built in" if found.dotted.startswith("builtins.") else "a module"
    return f"`{found.dotted}` is {what}, no {kind}"


def _either(sources: list[ClassSource]) -> ClassSource:
    """A class that is one of several, by the way that is taken through conditional code."""
    several: dict[str, list[Method]] = {}
    for source in sources:
        for name, method in source.methods.items():
            several.setdefault(name, []).append(method)
    members = [source.enum_members for source in sources]
    inits = [source.instantiable for source in sources]
    return replace(
        sources[0],
        methods={name: one_of(methods) for name, methods in several.items()},
        complete=all(source.complete for source in sources),
        enum_members=frozenset().union(*(known for known in members if known is not None))
        if all(known is not None for known in members)
        else None,
        instantiable=one_of([init for init in inits if init is not None]) if all(inits) else None,
    )


class _KnownSources:
    """Those of one project, by its roots, and the modules that they have read."""

    def __init__(self) -> None:
        self.by_roots: dict[tuple[str, ...], Sources] = {}
        self.read = ReadModules()
