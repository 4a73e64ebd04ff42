"""A look at the bytes of one file: what it says of names, replaces, asks of texts, reads of other modules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_ssot_ids.fixes.evidence.patches import Patch, names_of
from flake8_ssot_ids.semantics.glance.facts import Fact, facts_of
from flake8_ssot_ids.semantics.glance.replaced import replaced_in
from flake8_ssot_ids.semantics.project.exports import imported_names
from flake8_ssot_ids.system.files import read

#: A dotted name that leads to an id source through some module. A search begins only where a word does, as
#: one that begins at each letter of a long word takes for ever.
_READ = re.compile(rb"(?<![\w.\"'])(?P<name>[A-Za-z_][\w.]*\.uuid[1-8]?(?:\.\w+)?\b)")
#: A test of how a text begins, with a literal or a constant; a pattern that begins so.
_ASKED = rb"""\(\s*(?:[rfbu]*["']([A-Za-z][\w.:/-]*)["']|(?:\w+\.)*(_?[A-Z][A-Z0-9_]+)\b)"""
_TESTED = re.compile(rb"\.startswith" + _ASKED)
_TESTED_OFF = re.compile(rb"\.removeprefix" + _ASKED)
_PATTERN = re.compile(rb"""["']\^\(?([A-Za-z]\w*[-:.])""")


def _at(file: str, data: bytes, start: int, code: str) -> Patch:
    row = data.count(b"\n", 0, start) + 1
    return Patch(file, row, start - (data.rfind(b"\n", 0, start) + 1) + 1, code)


@dataclass(frozen=True, slots=True)
class FileLook:
    """What one file says; plain values, so that another process can have looked.

    ``tested`` are the beginnings of texts that it asks for, ``read`` the dotted names that it reads through
    other modules, ``replaced`` what it replaces. ``imported`` are the names that it imports from modules;
    ``modules`` those that it may use, where it replaces something.
    """

    path: str
    tested: tuple[tuple[str, Patch], ...]
    facts: tuple[Fact, ...]
    read: frozenset[str] = frozenset()
    replaced: tuple[tuple[str, Patch], ...] = ()
    imported: tuple[tuple[str, str], ...] = ()
    modules: frozenset[str] = frozenset()


def look_at(path: str, package: str) -> FileLook | None:
    """Look at a file of ``package``; None where it cannot be read."""
    try:
        data = read(path)
    except (OSError, ValueError):
        return None
    tested, facts = tuple(_tested_in(path, data)), tuple(facts_of(data))
    if b"uuid" not in data and b"import *" not in data:
        return FileLook(path, tested, facts)
    imported = imported_names(data, package)
    local, modules = names_of(imported)
    found: set[str] = set()
    for match in _READ.finditer(data) if b".uuid" in data else ():
        base, _, rest = match["name"].decode("ascii", "replace").partition(".")
        found.add(f"{local.get(base, base)}.{rest}")
    replaced = tuple((one.target, _at(path, data, one.start, one.code)) for one in replaced_in(data, local))
    names = tuple((module.removeprefix("."), name) for module, name, _ in imported if name is not None)
    return FileLook(
        path, tested, facts, frozenset(found), replaced, names, modules if replaced else frozenset()
    )


def _tested_in(path: str, data: bytes) -> Iterator[tuple[str, Patch]]:
    for pattern, word in ((_TESTED, b".startswith"), (_TESTED_OFF, b".removeprefix"), (_PATTERN, b"^")):
        if word not in data:
            continue
        for match in pattern.finditer(data):
            asked = next(filter(None, match.groups())).decode()
            start = match.start() + (data[match.start() : match.start() + 1] == b".")
            code = match.group().decode().lstrip(".") + (")" if b"(" in match.group()[:15] else "…")
            yield asked, _at(path, data, start, code)


def looks_at(paths: Sequence[str], packages: Sequence[str]) -> list[FileLook]:
    """Look at several files, each of its package."""
    found = (look_at(path, package) for path, package in zip(paths, packages, strict=True))
    return [look for look in found if look is not None]
