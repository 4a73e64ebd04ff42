"""Where a value leaves its file: what it is given to that another module defines.

:class:`~flake8_ssot_ids.semantics.flow.flow.ModuleFlow` notes the exits of one module, and takes up the
value in another.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_ssot_ids.semantics.flow.index import NodeIndex
from flake8_ssot_ids.semantics.flow.meaning import Meaning
from flake8_ssot_ids.semantics.flow.reads import NameReads
from flake8_ssot_ids.semantics.flow.sites import Site


@dataclass(frozen=True, slots=True)
class Exit:
    """The value is given to something from elsewhere.

    ``target`` is its dotted name, as the name engine tells it. ``site`` and ``given`` are the call and its
    argument; for ``session.run_id = value``, where the class of ``session`` is from elsewhere, ``attribute``
    is the name. ``place`` is the call or the attribute.
    """

    target: str
    place: ast.expr
    site: Site | None = None
    given: ast.expr | ast.keyword | None = None
    attribute: str = ""


def exits_of_attribute(
    base: ast.expr, name: str, place: ast.expr, index: NodeIndex, reads: NameReads
) -> list[Exit]:
    """Those of a value that becomes an attribute of an object whose class is from elsewhere."""
    found = []
    for target in reads.bindings(base) if isinstance(base, ast.Name) else ():
        parent = index.parents.get(target)
        if isinstance(target, ast.arg):
            cls = target.annotation
        elif isinstance(parent, ast.AnnAssign):
            cls = parent.annotation
        else:
            value = getattr(parent, "value", None)
            value = value.value if isinstance(value, ast.Await) else value
            cls = value.func if isinstance(value, ast.Call) else None
        targets = () if cls is None else targets_of(cls, index)
        found += [Exit(one, place, attribute=name) for one in targets if one.rpartition(".")[2][:1].isupper()]
    return found


def targets_of(node: ast.expr, index: NodeIndex) -> list[str]:
    """The dotted names of things from elsewhere that an expression stands for."""
    return from_elsewhere(index.means(node))


def from_elsewhere(meaning: Meaning) -> list[str]:
    """The dotted names of things from elsewhere."""
    return sorted(name for name in meaning.dotted if not name.startswith("builtins."))
