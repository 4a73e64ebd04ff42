"""Every id source that the engine knows, and what each of them puts into an id.

A *source* is a callable of the standard library that makes a fresh identifier. The layouts
spell the 32 hexadecimal digits of a value, one letter a digit, so that a slice of the text
is a slice of the layout:

====== ======================================================== ============
letter the digit is                                             random bits
====== ======================================================== ============
``r``  random                                                   4
``n``  random but for the two bits of the variant               2
``v``  the version, always the same                             0
``c``  taken from the clock (or the clock sequence)             0
``m``  the hardware address of the machine                      0
``h``  a hash of a name                                         0
====== ======================================================== ============

Source of the layouts: RFC 9562, sections 5.1 to 5.8.
"""

from __future__ import annotations

import os

MODULE = "uuid"
#: The modules that have sources.
MODULES: frozenset[str] = frozenset({MODULE})

_RANDOM = "r" * 12 + "v" + "rrr" + "n" + "r" * 15
_NAME_HASH = "h" * 12 + "v" + "h" * 19

LAYOUTS: dict[str, str] = {
    "uuid1": "c" * 12 + "v" + "ccc" + "cccc" + "m" * 12,
    "uuid3": _NAME_HASH,
    "uuid4": _RANDOM,
    "uuid5": _NAME_HASH,
    "uuid6": "c" * 12 + "v" + "ccc" + "cccc" + "m" * 12,
    "uuid7": "c" * 12 + "v" + "rrr" + "n" + "r" * 15,
    "uuid8": _RANDOM,
}

#: Sources that are always looked for: attribute names of the module ``uuid``.
FRESH: frozenset[str] = frozenset({"uuid1", "uuid4", "uuid6", "uuid7", "uuid8"})
#: Name hashes: the same name gives the same value, so they are sources only on request.
NAME_HASHES: frozenset[str] = frozenset({"uuid3", "uuid5"})


def attributes(name_hashes: bool) -> frozenset[str]:
    """The attribute names of the module ``uuid`` that count as sources."""
    return FRESH | NAME_HASHES if name_hashes else FRESH


def source_name(qualified: str, attributes: frozenset[str]) -> str | None:
    """The short name of the source that ``qualified`` names, or None: ``uuid.uuid4`` -> ``uuid4``."""
    module, _, name = qualified.partition(".")
    return name if module == MODULE and name in attributes else None


_ENDINGS = tuple(end for module in MODULES for end in (f"{module}.py", f"{module}{os.sep}__init__.py"))


def is_called_like_source(path: str) -> bool:
    """Whether a file is called like a module that has sources: ``uuid.py``, ``uuid/__init__.py``."""
    if not path.endswith(_ENDINGS):
        return False
    folder, name = os.path.split(path)
    if name == "__init__.py":
        name = f"{os.path.basename(folder)}.py"
    return name.endswith(".py") and name[:-3] in MODULES


#: What ``from uuid import *`` may bind that matters here (the module has no ``__all__`` before 3.15).
STAR_EXPORTS: frozenset[str] = FRESH | NAME_HASHES


def without_star(dotted: str) -> str:
    """What ``from uuid import *`` binds: ``uuid.*uuid4`` is ``uuid.uuid4``; other names stay as they are."""
    module, _, name = dotted.partition(".*")
    return f"{MODULE}.{name}" if module == MODULE and name in STAR_EXPORTS else dotted
